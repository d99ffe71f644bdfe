"""`panelkit causality`: a user's panel, both languages, JSON, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from tests.dynamic.panels_over_time import framed, stationary


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    framed(stationary(3)).reset_index().to_csv(path, index=False)
    return path


def test_what_is_printed_is_what_python_says(panelkit: Callable[..., Any], own: Path) -> None:
    told = json.loads(
        panelkit(
            "causality",
            "y ~ x",
            "--data",
            own,
            "--both",
            "--order",
            "bic",
            "--max-order",
            2,
            "--bootstrap",
            39,
            "--json",
        ).out
    )
    found = pk.granger_noncausality(
        "y ~ x", framed(stationary(3)), both=True, lags="bic", max_lags=2, bootstrap=39
    )
    for row, (_, expected) in zip(told["tests"], found.table.iterrows(), strict=True):
        assert (row["direction"], row["test"], row["lags"]) == tuple(expected[["direction", "test", "lags"]])
        for name in ("statistic", "p_asymptotic", "p_bootstrap"):
            assert row[name] == pytest.approx(expected[name], rel=1e-9, nan_ok=True) or row[name] is None


def test_the_jackknife_and_its_variance(panelkit: Callable[..., Any], own: Path) -> None:
    common = (
        "causality",
        "y ~ x",
        "--data",
        own,
        "--test",
        "juodis-karavias-sarafidis",
        "--order",
        2,
        "--json",
    )
    for variance in ("iid", "cluster", "jackknife"):
        told = json.loads(panelkit(*common, "--variance", variance).out)
        found = pk.granger_noncausality(
            "y ~ x", framed(stationary(3)), lags=2, test="juodis-karavias-sarafidis", variance=variance
        )
        assert told["tests"][0]["statistic"] == pytest.approx(found["wald"].statistic, rel=1e-9)


def test_chinese(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit("causality", "y ~ x", "--data", own, "--lang", "zh")
    assert "格兰杰非因果检验" in run.out
    assert "x → y" in run.out


def test_tables_go_to_files(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    common = ("causality", "y ~ x", "--data", own)
    for name in ("tests.docx", "tests.xlsx"):
        run = panelkit(*common, "--out", tmp_path / name)
        assert run.status == 0, run.err
        assert (tmp_path / name).stat().st_size > 1000
    run = panelkit(*common, "--out", tmp_path / "tests.tex", "--lang", "zh", "--decimals", 2, "--json")
    assert json.loads(run.out)["tests"]
    assert "格兰杰非因果检验" in (tmp_path / "tests.tex").read_text(encoding="utf-8")
    assert "\\begin{table}" in panelkit(*common, "--format", "latex").out
    refused = panelkit(*common, "--json", "--decimals", 2)
    assert refused.status == 2
    assert "--decimals" in refused.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--order", 7), "lags=4 fits"),
        (("--order", "aic"), "--order is a whole number"),
        (("--max-order", 2), "--max-order belongs to --order bic"),
        (("--variance", "iid"), "juodis-karavias-sarafidis"),
        (("--years", "2000-2005"), "no number of lags fits"),
    ],
)
def test_errors_are_one_line(
    panelkit: Callable[..., Any], own: Path, arguments: tuple[Any, ...], words: str
) -> None:
    run = panelkit("causality", "y ~ x", "--data", own, *arguments)
    assert run.status == 2
    assert words in " ".join(run.err.split())
    assert "Traceback" not in run.err
