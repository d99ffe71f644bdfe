"""The row that says which estimator a column holds, and what GMM and vector autoregressions say below it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.message import Told, message
from panelkit.show.tables import to_text


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    units, years = 20, np.arange(2008, 2022)
    x = rng.normal(size=(units, len(years)))
    y = np.zeros_like(x)
    for t in range(1, len(years)):
        y[:, t] = 0.4 * y[:, t - 1] + 0.5 * x[:, t] + rng.normal(size=units)
    index = pd.MultiIndex.from_product(
        [[f"u{i:02d}" for i in range(units)], years], names=["province", "year"]
    )
    return pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index)


def rows(fits: list[Any], **style: Any) -> dict[str, list[str]]:
    """Return the rows of a table by their first word group, cells apart by two blanks or more."""
    parts = [line.strip() for line in to_text(fits, width=200, **style).splitlines()]
    cut = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in parts]
    return {line[0]: line[1:] for line in cut if len(line) > 1}


def test_slopes_that_look_alike_are_told_apart(panel: pd.DataFrame) -> None:
    fits = [
        pk.MeanGroup("y ~ x").fit(panel),
        pk.CommonCorrelatedEffects("y ~ x").fit(panel),
        pk.CommonCorrelatedEffects("y ~ x", pooled=True).fit(panel),
        pk.InteractiveEffects("y ~ x", factors=2).fit(panel),
    ]
    table = rows(fits)
    assert table["Estimator"] == ["Mean group", "CCE, mean group", "CCE, pooled", "Interactive effects"]
    assert table["Common factors"] == ["2"]
    said = rows(fits, language="zh")["估计量"]
    assert said == ["均值组（MG）", "CCE均值组", "CCE混合", "交互固定效应"]


def test_one_dynamic_fit_says_what_it_is(panel: pd.DataFrame) -> None:
    fit = pk.SystemGMM("y ~ lag(y, 1) + x", steps=2, transform="fod").fit(panel)
    table = rows([fit])
    assert table["Estimator"] == ["System GMM"]
    assert table["GMM steps"] == ["2"]
    assert table["Unit effects taken out by"] == ["forward orthogonal deviations"]


def test_a_vector_autoregression_says_period_steps_and_root(panel: pd.DataFrame) -> None:
    fit = pk.PanelVAR(["y", "x"]).fit(panel)
    table = rows([fit], equations="columns")
    assert table["Estimator"] == ["Panel VAR, GMM"]
    assert table["GMM steps"] == ["1"]
    assert table["Period"] == [f"{fit.design.time_labels[0]}-{fit.design.time_labels[-1]}"]
    assert float(table["Largest root, modulus"][0]) == pytest.approx(abs(fit.roots[0]), abs=5e-4)
    plain = rows([pk.PanelVAR(["y", "x"], estimator="least-squares").fit(panel)], equations="columns")
    assert plain["Estimator"] == ["Panel VAR, least squares"]
    assert "GMM steps" not in plain


def test_fits_of_one_kind_have_no_such_row(panel: pd.DataFrame) -> None:
    within = [pk.FixedEffects("y ~ x").fit(panel), pk.FixedEffects("y ~ lag(x)").fit(panel)]
    assert "Estimator" not in rows(within)
    differ = [within[0], pk.RandomEffects("y ~ x").fit(panel)]
    assert rows(differ)["Estimator"] == ["Fixed effects", "Random effects"]


def test_names_of_columns_stand_for_it_unless_it_is_asked_for(panel: pd.DataFrame) -> None:
    fit = pk.MeanGroup("y ~ x").fit(panel)
    assert "Estimator" not in rows([fit], names=["MG"])
    assert rows([fit], names=["MG"], stats=["estimator"])["Estimator"] == ["Mean group"]


def test_a_kink_is_no_threshold(panel: pd.DataFrame) -> None:
    step = pk.PanelThreshold("y ~ 1", threshold="x", regime="x", trim=0.2).fit(panel)
    bend = pk.PanelThreshold("y ~ 1", threshold="x", kink=True, trim=0.2).fit(panel)
    assert rows([step, bend])["Estimator"] == ["Panel threshold", "Panel kink"]


def test_sources_stand_after_what_is_said_of_the_fit(panel: pd.DataFrame) -> None:
    fit = pk.MeanGroup("y ~ x").fit(panel)
    source, own = Told("y: from a yearbook", "y：年鉴"), message("every {unit} has a linear trend of its own")
    told = replace(fit, notes=(source, own))
    for language, first, last in (("en", "linear trend", "from a yearbook"), ("zh", "线性趋势", "y：年鉴")):
        text = to_text([told], language=language, width=200)
        assert 0 < text.index(first) < text.index(last)
    both = to_text([told, fit], width=200)
    assert both.index("(1) every province has a linear trend") < both.index("(1) y: from a yearbook")
