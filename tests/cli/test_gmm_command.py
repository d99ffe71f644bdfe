"""`panelkit gmm`: a user's panel, JSON equals Python, a folder, Chinese, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import panelkit as pk
from tests.stored import stored

FORMULA = "y ~ lag(y, 1) + w + x | gmm(y, 2:3) + gmm(x, 1:2) + iv(w)"


def panel() -> pd.DataFrame:
    frame = pd.DataFrame(stored("dynamic_gmm_live")["input"]["gaps"]).astype({"x": float})
    return frame.assign(id="firm " + frame["id"].astype(str))


@pytest.fixture
def own(tmp_path: Path) -> list[Any]:
    path = tmp_path / "panel.csv"
    panel().to_csv(path, index=False)
    return ["--data", path, "--unit", "id", "--time", "year"]


def test_what_is_printed_is_what_python_says(panelkit: Callable[..., Any], own: list[Any]) -> None:
    run = panelkit(
        "gmm", FORMULA, *own, "--system", "--collapse", "--two-step", "--transform", "fod", "--json"
    )
    assert run.status == 0
    found = json.loads(run.out)
    fit = pk.SystemGMM(FORMULA, collapse=True, steps=2, transform="fod").fit(panel(), unit="id", time="year")
    for row, estimate, error in zip(found["coefficients"], fit.estimates, fit.std_errors, strict=True):
        assert (row["estimate"], row["std_error"]) == pytest.approx((estimate, error), rel=1e-12)
    assert found["facts"]["n_instruments"] == len(found["instruments"]) == fit.facts["n_instruments"]
    assert [test["p_value"] for test in found["tests"][:4]] == pytest.approx(
        [test.p_value for test in fit.tests[:4]], rel=1e-12
    )
    assert fit.bounds is not None
    assert found["bounds"]["within"] == pytest.approx(fit.bounds.within)


def test_lags_of_the_default_instruments(panelkit: Callable[..., Any], own: list[Any]) -> None:
    run = panelkit("gmm", "y ~ lag(y, 1) + w", *own, "--lags", "2:4", "--collapse", "--json")
    fit = pk.DifferenceGMM("y ~ lag(y, 1) + w | gmm(y, 2:4, collapse) + iv(w)", collapse=True)
    said = json.loads(run.out)["coefficients"][0]["estimate"]
    assert said == pytest.approx(float(fit.fit(panel(), unit="id", time="year").estimates[0]), rel=1e-12)


def test_alternatives_and_a_folder(panelkit: Callable[..., Any], own: list[Any], tmp_path: Path) -> None:
    run = panelkit(
        "gmm", "y ~ lag(y, 1) + w", *own, "--alternatives", "--out", tmp_path / "out", "--lang", "zh"
    )
    assert run.status == 0
    for said in ("差分GMM", "系统GMM", "工具变量 3 个", "自身滞后系数之和", "偏差修正LSDV"):
        assert said in run.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"gmm.docx", "tests.csv", "instruments.csv", "alternatives.docx"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((FORMULA, "--lags", "2:3"), "--lags is of the default instruments"),
        (("y ~ lag(y, 1) + w", "--lags", "3:2"), "lags 3 to 2"),
        (("y ~ lag(y, 1) + w", "--singular", "pinv"), "--singular is of two steps"),
        (("y ~ lag(y, 1) + w", "--uncorrected"), "--uncorrected is of two steps"),
        (("y ~ w",), "no lag of `y`"),
        (("y ~ lag(y, 1) + z",), "no column `z`"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    panelkit: Callable[..., Any], own: list[Any], options: tuple[Any, ...], said: str
) -> None:
    run = panelkit("gmm", *options, *own)
    assert run.status == 2
    assert said in " ".join(run.err.split())


def test_both_words_for_first_differences(panelkit: Callable[..., Any], own: list[Any]) -> None:
    runs = [panelkit("gmm", FORMULA, *own, "--transform", word, "--json") for word in ("fd", "differences")]
    assert runs[0].status == 0
    assert runs[0].out == runs[1].out
    assert pk.SystemGMM(FORMULA, transform="fd") == pk.SystemGMM(FORMULA)  # type: ignore[arg-type]


def test_a_table_described_is_the_one_that_is_printed_and_written(
    panelkit: Callable[..., Any], own: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "gmm.csv"
    asked = ("--time-effects", "--drop", "C(year)*", "--names", "Mine", "--table", path)
    run = panelkit("gmm", FORMULA, *own, *asked)
    assert run.status == 0
    assert "lag(y, 1)" in run.out
    assert "Mine" in run.out
    assert "C(year)" not in run.out.split("Notes:")[0]
    written = path.read_text("utf-8-sig")
    assert "Mine" in written
    assert "C(year)" not in written.split("Notes:")[0]
    assert "C(year)" in panelkit("gmm", FORMULA, *own, "--time-effects").out
    refused = panelkit("gmm", FORMULA, *own, "--names", "Mine", "--json")
    assert refused.status != 0
