"""`panelkit evaluate allocate`: a user's panel, both languages, JSON, files, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from tests.evaluation.allocation.made import LINKS, panel

_LINKS = ("--link", "first=y1 ~ x1", "--link", "second=y2~x2")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    panel().reset_index().to_csv(path, index=False)
    return path


def test_what_is_printed_is_what_python_says(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run = panelkit(
        "evaluate", "allocate", "--data", own, "--unit", "city", *_LINKS, "--reps", 30, "--seed", 3, "--json",
        "--share", "first=.4", "--share", "second=.6", "--weight", "first=1", "--weight", "second=2", "--out", folder,
    )  # fmt: skip
    assert run.status == 0
    found = json.loads(run.out)
    same = pk.allocate(
        panel(),
        LINKS,
        reps=30,
        rng=3,
        shares={"first": 0.4, "second": 0.6},
        weights={"first": 1, "second": 2},
    )
    assert [row["optimal"] for row in found["cells"]] == pytest.approx(same.cells()["optimal"].tolist())
    assert found["gain"]["corrected"] == pytest.approx(same.gain.corrected)
    assert found["conditions"]["stationarity"] < 1e-10
    names = {path.name for path in folder.iterdir()}
    assert {
        "allocation_cells.csv",
        "allocation.docx",
        "allocation_changes.svg",
        "allocation_frontier.svg",
    } <= names
    assert "allocation_map.svg" not in names


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages(panelkit: Callable[..., Any], own: Path, language: str) -> None:
    run = panelkit(
        "evaluate", "allocate", "--data", own, "--unit", "city", *_LINKS, "--reps", 0, "--lang", language,
        "--elasticity", "first=.3", "--elasticity", "second=.5",
    )  # fmt: skip
    assert run.status == 0
    assert (
        "本模型是对结构平衡资源配置模型的重构" if language == "zh" else "our reconstruction of"
    ) in run.out
    assert ("12 个城市" if language == "zh" else "12 cities") in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--data has links of its own"),
        ((*_LINKS, "--reps", 0, "--seed", 1), "--seed is about draws"),
        ((*_LINKS, "--lower", -1), "0 <= lower <= upper"),
        ((*_LINKS, "--weight", "first"), "--weight is written name=value"),
        ((*_LINKS, "--weight", "first=one"), "--weight is written name=number"),
        ((*_LINKS, "--link", "first=y1 ~ x2"), "each name once"),
        ((*_LINKS, "--balance", "gini"), "balance is one of"),
        (("--link", "first=y1"), "output ~ spending"),
    ],
)
def test_refusals(panelkit: Callable[..., Any], own: Path, options: tuple[Any, ...], said: str) -> None:
    run = panelkit("evaluate", "allocate", "--data", own, "--unit", "city", *options)
    assert run.status == 2
    assert said in run.err
    assert len(run.err.strip().splitlines()) == 1
