"""`panelkit dml`: a user's panel, both languages, JSON, a table, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from tests.policy.test_double_ml import panel


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    panel().drop(columns="region").reset_index().to_csv(path, index=False)
    return path


COMMON = ("--learner", "ols", "--repeats", 2)


def test_what_is_printed_is_what_python_says(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    run = panelkit("dml", "y ~ x1 + x2", "d", "--data", own, *COMMON, "--seed", 3, "--json", "--table", table)
    assert run.status == 0
    found = json.loads(run.out)
    fit = pk.DoubleML("y ~ x1 + x2", "d", learner="ols", repeats=2).fit(panel(), rng=3)
    assert found["estimates"][0]["estimate"] == pytest.approx(float(fit.estimates[0]), rel=1e-12)
    assert found["estimates"][0]["std_error"] == pytest.approx(float(fit.std_errors.iloc[0]), rel=1e-12)
    assert [row["estimate"] for row in found["splits"]] == pytest.approx(list(fit.splits["estimate"]))
    assert len(found["nuisance"]) == 2 * 5 * 2
    assert "d" in table.read_text(encoding="utf-8")


def test_chinese(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit(
        "dml", "y ~ x1 + x2", "d", "--data", own, *COMMON, "--model", "pliv", "--instrument", "z",
        "--vcov", "Cluster", "--lang", "zh", "--nuisance"
    )  # fmt: skip
    assert run.status == 0
    for said in ("双重机器学习，部分线性工具变量模型", "每折由完整的聚类组成", "工具变量的样本外 R²", "折"):
        assert said in run.out


def test_a_treatment_of_0_and_1_and_years(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit(
        "dml", "y ~ x1", "b", "--data", own, *COMMON, "--model", "irm", "--score", "atte", "--effects", "time",
        "--folds", 3, "--years", "2011-2015", "--clip", 0.02
    )  # fmt: skip
    assert run.status == 0
    assert "effect on the treated" in run.out
    assert "rows of 60 stood outside" in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--learner", "svm"), "learner is one of lasso"),
        (("--folds", 40), "the sample holds 12"),
        (("--vcov", "Conley(300)"), "DoubleML has no covariance"),
        (("--model", "pliv"), "give both or neither"),
        (("--stars", "none"), "--table FILE"),
    ],
)
def test_what_cannot_be_is_refused(panelkit: Callable[..., Any], own: Path, options: Any, said: str) -> None:
    run = panelkit("dml", "y ~ x1", "d", "--data", own, "--repeats", 1, *options)
    assert run.status == 2
    assert said in run.err
