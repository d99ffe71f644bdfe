"""Units with gaps: the condition that leaves them all out works as it is printed, and models a unit go on if asked."""

from __future__ import annotations

import ast
import json
import pickle
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.indices.panels.incomplete import LeftOut, read_incomplete, refuse_missing
from panelkit.indices.panels.panel_frame import panel_frame
from panelkit.indices.panels.sample import rows_where
from panelkit.language.errors import DataError, SpecError
from panelkit.language.spelt import on_command_line
from tests.cli.conftest import panelkit  # noqa: F401 (a fixture)

NAMES = ["银河", "西岭", "海纳", "中泰", "华兴", "东方", "南山"]


def frame(units: Any = NAMES, unit: str = "企业", time: str = "年份") -> pd.DataFrame:
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product([units, range(2011, 2023)], names=[unit, time])
    growth = np.tile(np.arange(12), len(units))
    values = {
        name: 50 * 1.1**growth * np.exp(0.05 * rng.normal(size=len(index))) for name in ("经费", "专利")
    }
    made = pd.DataFrame(values, index=index)
    made.iloc[15, 0] = made.iloc[29, 1] = made.iloc[29, 0] = np.nan  # the second unit, and the third
    return made


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    frame().to_csv(path)
    return path


@pytest.mark.parametrize(
    "call",
    [
        ("forecast", "经费", "--companion", "专利", "--model", "companions"),
        ("lifecycle", "经费", "--reps", "19"),
        ("grey", "经费", "--reps", "19"),
        ("fusion", "经费", "专利", "--reps", "19", "--shuffles", "19", "--no-trajectories"),
        ("fusion", "经费", "专利", "--reps", "19", "--each"),
        ("clubs", "log(经费)", "--reps", "0"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_condition_works_as_printed(
    panelkit: Callable[..., Any],  # noqa: F811
    own: Path,
    call: tuple[str, ...],
    language: str,
) -> None:
    options = ("evaluate", *call, "--data", own, "--lang", language)
    refused = panelkit(*options)
    assert refused.status == 2
    found = re.search('--where "[^"]+"', refused.err)
    assert found is not None
    assert found.group() == "--where \"企业 not in ['海纳', '西岭']\""
    assert ("--skip-incomplete" in refused.err) == (call[0] in ("lifecycle", "grey"))
    if language == "en" or call[0] in ("grey", "forecast"):
        again = panelkit(*options, *shlex.split(found.group()))
        assert again.status == 0, again.err


def test_python_is_told_a_query_that_works() -> None:
    data = frame()
    with pytest.raises(DataError, match="drop these firms .data.query") as caught:
        pk.grey_forecast(data, "经费", origins=1, reps=19)
    query = re.search('data.query."([^"]+)"', str(caught.value))
    assert query is not None
    assert "经费: missing for 海纳 2016, 西岭 2014" in str(caught.value)
    assert pk.grey_forecast(data.query(query[1]), "经费", origins=1, reps=19).units == tuple(
        sorted(set(NAMES) - {"西岭", "海纳"})
    )


def test_models_a_unit_go_on_where_asked(panelkit: Callable[..., Any], own: Path) -> None:  # noqa: F811
    data, options = frame(), {"origins": 1, "reps": 19, "rng": 3}
    kept = data[~data.index.isin(["西岭", "海纳"], level=0)]
    found = pk.grey_forecast(data, "经费", incomplete="skip", **options)  # type: ignore[arg-type]
    alone = pk.grey_forecast(kept, "经费", **options)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found.tidy(), alone.tidy())
    assert "left out with a gap in their series: 海纳, 西岭" in list(found.said())
    cycle = pk.life_cycle(data, "经费", incomplete="skip", reps=19, curves=["logistic"])
    assert "西岭" not in cycle.cycles
    assert len(cycle.cycles) == 5
    for command in ("grey", "lifecycle"):
        run = panelkit(
            "evaluate",
            command,
            "经费",
            "--data",
            own,
            "--reps",
            19,
            "--skip-incomplete",
            "--json",
            "--lang",
            "zh",
        )
        assert run.status == 0, run.err
        assert "因序列有缺失而略去：海纳、西岭" in json.loads(run.out)["notes"]


def test_nothing_is_skipped_where_nothing_could_be_left(panelkit: Callable[..., Any]) -> None:  # noqa: F811
    data = frame(NAMES[:3])
    data.iloc[3, 0] = np.nan
    with pytest.raises(DataError, match="every firm has a gap"):
        pk.grey_forecast(data, "经费", incomplete="skip", origins=1, reps=19)
    with pytest.raises(SpecError, match="incomplete is one of refuse, skip, not 'drop'"):
        pk.grey_forecast(data, "经费", incomplete="drop", reps=19)  # type: ignore[arg-type]
    one = pk.load_nation("microcomputers")
    with pytest.raises(SpecError, match="incomplete= belongs to a panel"):
        pk.life_cycle(one, "microcomputers", incomplete="skip", reps=19)
    run = panelkit("evaluate", "lifecycle", "microcomputers", "--skip-incomplete", "--reps", 19)
    assert run.status == 2
    assert "--skip-incomplete" in run.err


def test_names_that_need_quotes() -> None:
    assert LeftOut([1, 2], "code") == "data.query('code not in [1, 2]')"
    odd = LeftOut(["O'Neil", "a b"], "firm id")
    data = pd.DataFrame({"firm id": ["O'Neil", "a b", "c"], "year": 1, "x": [1.0, 2.0, 3.0]})
    query = ast.literal_eval(odd.removeprefix("data.query(").removesuffix(")"))
    assert data.query(query)["x"].tolist() == [3.0]
    _, typed = shlex.split(on_command_line(odd))
    assert rows_where(data.set_index(["firm id", "year"]), typed)["x"].tolist() == [3.0]
    assert pickle.loads(pickle.dumps(odd)).units == odd.units
    held = panel_frame(frame().reset_index(), ["经费", "专利"], unit="企业", time="年份")
    with pytest.raises(DataError, match="经费: missing for .*; 专利: missing for 海纳 2016; drop these"):
        refuse_missing(held)
    left, said = read_incomplete(held, "skip")
    assert len(left) == 60
    assert len(said) == 1
