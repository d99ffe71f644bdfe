"""`panelkit threshold`: a user's panel, both languages, JSON, a figure, narrow terminals, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from tests.threshold.panels import panel


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    panel(1).reset_index().to_csv(path, index=False)
    return path


def common(own: Path) -> tuple[Any, ...]:
    return (
        "threshold",
        "y ~ z",
        "--data",
        own,
        "--unit",
        "firm",
        "--threshold",
        "q",
        "--regime",
        "x",
        "--trim",
        0.1,
    )


def test_what_is_printed_is_what_python_says(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    figure = tmp_path / "lr.svg"
    run = panelkit(*common(own), "--reps", 99, "--seed", 4, "--json", "--quadratic", "--plot", figure)
    assert run.status == 0
    found = json.loads(run.out)
    fit = pk.PanelThreshold("y ~ z", "q", ("x",), trim=0.1).fit(panel(1), reps=99, rng=4)
    assert [row["estimate"] for row in found["estimates"]] == pytest.approx(list(fit.estimates), rel=1e-12)
    assert found["thresholds"][0]["estimate"] == pytest.approx(fit.thresholds[0])
    assert found["tests"][0]["p_value"] == fit.tests[0].p_value
    assert found["regions"][0]["intervals"] == [pytest.approx(part) for part in fit.regions[0].intervals]
    assert {row["term"] for row in found["quadratic"]} == {"z", "x", "I(x^2)"}
    assert figure.read_text(encoding="utf-8").lstrip().startswith("<svg")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages(panelkit: Callable[..., Any], own: Path, language: str) -> None:
    run = panelkit(*common(own), "--thresholds", 2, "--reps", 19, "--lang", language)
    assert run.status == 0
    assert ("2 个门槛的自助法 F 检验" if language == "zh" else "Bootstrap F of 2 thresholds") in run.out


def test_a_kink(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit(
        "threshold", "y ~ z + x", "--data", own, "--unit", "firm", "--threshold", "q", "--kink", "--reps", 0
    )
    assert run.status == 0
    assert "Panel kink (twoway): y" in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--search", "all"), "search is one of"),
        (("--trim", 0.6), "trim is a share"),
        (("--kink",), "do not apply to a kink"),
        (("--transform", "hansen-1999"), "are no part of --transform hansen-1999"),
        (("--reps", 5), "reps is a whole number and at least 19"),
        (("--thresholds", 3, "--trim", 0.4), "ask for fewer thresholds"),
    ],
)
def test_refusals(panelkit: Callable[..., Any], own: Path, options: tuple[Any, ...], said: str) -> None:
    run = panelkit(*common(own), *options)
    assert run.status != 0
    assert said in " ".join(run.err.split())
