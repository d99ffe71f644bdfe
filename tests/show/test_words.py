"""What panelkit calls things in a table: the intercept, weights, effects, covariances; what a user calls stays."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.message import Told, message
from panelkit.show import tables
from panelkit.show.words import (
    equation_word,
    in_language,
    interval_words,
    result_value,
    result_word,
    term_word,
    uncertainty_words,
)
from panelkit.spatial import provincial
from tests import every_result
from tests.spatial.data import simulate


def test_the_intercept_is_ours_and_other_regressors_are_not() -> None:
    assert term_word("Intercept", "zh") == "常数项"
    assert term_word("Intercept", "en") == "Intercept"
    assert term_word("Model", "zh") == "Model"
    fit = pk.FixedEffects("y ~ x", effects="none").fit(every_result.city_panel())
    assert "常数项" in fit.to_text(language="zh")
    assert "常数项" in fit.summary(language="zh")
    assert "Intercept" not in fit.summary(language="zh")
    assert "Intercept" in fit.to_text()


def test_weights_are_named_in_the_language_of_the_table() -> None:
    w = provincial.contiguity()
    fit = pk.SpatialPanel("y ~ x1", model="sar").fit(simulate(w, 6, np.random.default_rng(1), rho=0.3), w)
    assert "邻接" in fit.to_text(language="zh")
    assert "contiguity" not in fit.to_text(language="zh")
    assert "contiguity" in fit.to_text()
    assert w.normalised("row").said[0].text("zh") == "权重矩阵（邻接）：行标准化"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("weights", "en", "zh"),
    [
        (lambda: provincial.inverse_distance(), "inverse distance", "反距离"),
        (
            lambda: provincial.inverse_distance(2, cutoff_km=1500),
            "inverse distance^2 within 1500 km",
            "反距离^2（1500 km 以内）",
        ),
        (lambda: provincial.nearest(4), "4 nearest", "4 近邻"),
        (lambda: provincial.distance_band(0, 500), "ring 0-500 km", "0–500 km 环带"),
        (lambda: pk.as_weights(np.eye(2)[::-1], ids=["a", "b"], name="mine"), "mine", "mine"),
    ],
)
def test_names_of_weights(weights: object, en: str, zh: str) -> None:
    name = weights().name  # type: ignore[operator]
    assert name == en
    assert in_language(name, "zh") == zh


def test_effects_are_named_after_the_levels() -> None:
    assert result_value("effects", "twoway", "zh", ("city", "quarter")) == "城市和季度"
    assert result_value("effects", "none", "zh") == "无"
    assert result_value("effects", "random + year", "zh", ("firm", "year")) == "随机，另有年份"
    assert result_value("order", "serial", "zh") == "链式"
    assert result_value("effects", "twoway", "en") == "twoway"


def test_heads_of_columns() -> None:
    assert result_word("std_error", "zh") == "标准误"
    assert result_word("std_error", "en") == "std_error"
    assert result_word(message("Observations"), "zh") == "观测值"
    assert equation_word("wx", "zh") == "空间滞后解释变量"
    frame = pd.DataFrame([[1.0]], columns=pd.Index([message("Observations")], dtype=object))
    assert "观测值" in tables.frame_table(frame, format="text", language="zh")
    assert "Observations" in tables.frame_table(frame, format="text")


def test_how_uncertainty_was_made() -> None:
    def told(*made: object) -> list[str]:
        return [part.text("zh") for part in uncertainty_words(*made)]  # type: ignore[arg-type]

    assert told("bootstrap", 999, 3, 2) == ["自助法重复 999 次", "随机种子 3", "剔除 2 次"]
    assert told("draws", 500, None, 0) == ["模拟抽样 500 次"]
    assert uncertainty_words("delta", None, 3, 0) == ["Standard errors by the delta method"]
    assert interval_words(0.9) == "90% interval"
    assert interval_words().text("zh") == "95% 置信区间"


def test_a_sentence_of_a_file_is_told_in_both_languages() -> None:
    held = Told("all {provinces}", "各省")
    assert (held, held.text("zh"), in_language(held, "zh")) == ("all {provinces}", "各省", "各省")
    assert Told("only English").text("zh") == "only English"
    assert held.spoken("city", "year") is held
    again = pickle.loads(pickle.dumps(held))
    assert (type(again), again, again.text("zh")) == (Told, held, "各省")
