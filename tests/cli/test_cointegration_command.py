"""`panelkit cointegration`: a user's panel, both languages, JSON, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from tests.dynamic.panels_over_time import framed, walks


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    framed(walks(3)).reset_index().to_csv(path, index=False)
    return path


def test_what_is_printed_is_what_python_says(panelkit: Callable[..., Any], own: Path) -> None:
    options = ("--test", "westerlund", "--trend", "trend", "--augment", 2, "--leads", 1, "--bandwidth", 3)
    drawn = ("--power-reps", 39, "--bootstrap", 39, "--rho", 0.5, "--seed", 3)
    run = panelkit("cointegration", "y ~ x1", "--data", own, *options, *drawn, "--json")
    assert run.status == 0
    told = json.loads(run.out)
    found = pk.panel_cointegration(
        "y ~ x1",
        framed(walks(3)),
        test="westerlund",
        trend="trend",
        lags=2,
        leads=1,
        bandwidth=3,
        reps=39,
        bootstrap=39,
        rho=0.5,
        rng=3,
    )
    for row, (_, expected) in zip(told["tests"], found.table.iterrows(), strict=True):
        assert row["test"] == expected["test"]
        for name in ("statistic", "z", "p_asymptotic", "p_simulated", "p_bootstrap", "size", "power"):
            assert row[name] == pytest.approx(expected[name], rel=1e-9)
    assert told["facts"]["bandwidth"] == 3
    assert "no cointegration" in told["null"]


def test_years_are_the_sample(panelkit: Callable[..., Any], own: Path) -> None:
    common = ("cointegration", "y ~ x1", "--data", own, "--power-reps", 0, "--json")
    told = json.loads(panelkit(*common, "--years", "2005-2020").out)
    assert told["facts"]["n_periods"] == 16
    chosen = json.loads(panelkit(*common, "--where", "year >= 2005 & year <= 2020").out)
    assert chosen["tests"] == told["tests"]


def test_chinese(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit("cointegration", "y ~ x1", "--data", own, "--reps", 19, "--lang", "zh", "--demean")
    assert "面板协整检验" in run.out
    assert "已剔除各年份的省份均值" in run.out


def test_tables_go_to_files(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    common = ("cointegration", "y ~ x1", "--data", own, "--power-reps", 0)
    for name in ("tests.docx", "tests.xlsx"):
        run = panelkit(*common, "--out", tmp_path / name)
        assert run.status == 0, run.err
        assert (tmp_path / name).stat().st_size > 1000
    run = panelkit(*common, "--out", tmp_path / "tests.tex", "--lang", "zh", "--decimals", 2, "--json")
    assert json.loads(run.out)["tests"]
    assert "面板协整检验" in (tmp_path / "tests.tex").read_text(encoding="utf-8")
    assert "\\begin{table}" in panelkit(*common, "--format", "latex").out
    refused = panelkit(*common, "--json", "--decimals", 2)
    assert refused.status == 2
    assert "--decimals" in refused.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--augment", 20), "at least 44"),
        (("--test", "kao", "--trend", "trend"), "kao takes trend"),
        (("--power-reps", 3), "fewer than 19"),
        (("--leads", 1), "westerlund"),
        (("--years", "2000-2004"), "need at least"),
    ],
)
def test_errors_are_one_line(
    panelkit: Callable[..., Any], own: Path, arguments: tuple[Any, ...], words: str
) -> None:
    run = panelkit("cointegration", "y ~ x1", "--data", own, *arguments)
    assert run.status == 2
    assert words in " ".join(run.err.split())
    assert "Traceback" not in run.err
