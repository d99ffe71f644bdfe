"""A table's numbers are the fit's: every kind of result, written in every format and read back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import panelkit as pk
from panelkit.results.estimates import Estimates
from panelkit.show import tables
from tests import every_result
from tests.show.parsed import FORMATS, METHODS, Rows, parsed, whole_text

NUMBER = re.compile(r"\(?(-?\d+(?:\.\d+)?(?:e-\d+)?)\)?(\*{0,3})")
SPECIAL = r"增长率 R&D_%#$~^\{x}<y>|z\"q\" [a] *b* 'c'"


@cache
def results() -> dict[str, Estimates]:
    found: Iterator[tuple[str, Any]] = (
        pair
        for walk in (every_result.estimates, every_result.spatial, every_result.studies)
        for pair in walk()
    )
    return {name: one for name, one in found if isinstance(one, Estimates)}


def pairs_of(rows: Rows) -> list[tuple[str, str]]:
    """Return the cells of one column that have another one below them: estimates with their errors."""
    return [
        (above[1], below[1])
        for above, below in pairwise(rows)
        if len(above) > 1 and len(below) > 1 and above[0] and not below[0] and NUMBER.fullmatch(above[1])
    ]


def is_rounded(text: str, value: float, decimals: int) -> bool:
    """Tell whether a text is a number to so many decimals, or to two digits where it would be zero."""
    written = float(NUMBER.fullmatch(text).group(1))
    room = 0.5 * 10.0**-decimals if abs(value) >= 0.5 * 10.0**-decimals else 0.05 * abs(value) * 1.01
    return math.isclose(written, value, rel_tol=0.0, abs_tol=room * (1 + 1e-9))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ending", FORMATS)
def test_every_result_in_every_format(ending: str, language: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    assert len(results()) > 80
    for name, one in results().items():
        getattr(one, METHODS[ending])(path, language=language, equations="rows")
        told = one.tidy()
        told = told.iloc[
            np.argsort(
                [list(dict.fromkeys(told["equation"])).index(e) for e in told["equation"]], kind="stable"
            )
        ]
        told = told[np.isfinite(told["estimate"]) & np.isfinite(told["std_error"])]
        found = pairs_of(parsed(path))
        assert len(found) == len(told), (name, found)
        for (top, below), row in zip(found, told.itertuples(), strict=True):
            assert is_rounded(top, row.estimate, 3), (name, top, row)
            assert is_rounded(below, row.std_error, 3), (name, below, row)
            stars = sum(row.p_value < level for level in (0.1, 0.05, 0.01))
            assert len(NUMBER.fullmatch(top).group(2)) == stars, (name, top, row)


@pytest.mark.parametrize("ending", FORMATS)
def test_special_characters_are_printed_as_they_stand(ending: str, tmp_path: Path) -> None:
    data = every_result.city_panel()
    fits = [pk.FixedEffects("y ~ x + w").fit(data), pk.FixedEffects("y ~ x").fit(data)]
    path = tmp_path / f"t.{ending}"
    shown = {"names": [SPECIAL, "b"], "labels": {"x": SPECIAL, "nobs": SPECIAL}, "groups": {SPECIAL: ["w"]}}
    getattr(tables, METHODS[ending])(
        panels={SPECIAL: fits},
        path=path,
        caption=SPECIAL,
        notes=SPECIAL,
        column_groups={SPECIAL: [1, 2]},
        **shown,
    )
    labels = [row[0] for row in parsed(path)]
    assert labels.count(SPECIAL) == 4 + (
        ending == "xlsx"
    )  # heading, term, group, fact; a sheet holds the caption
    # caption, note, heading, term, group, fact, name, head over columns: twice where each column repeats it
    expected = {"csv": 7, "md": 9}.get(ending, 8)
    assert whole_text(path).count(SPECIAL) == expected


@pytest.mark.parametrize("ending", FORMATS)
def test_alignment_moves_no_digit(ending: str, tmp_path: Path) -> None:
    data = every_result.city_panel()
    data["y"] *= np.where(data["w"] > 0, 1.0, 100.0)
    fits = [pk.FixedEffects("y ~ x + w").fit(data), pk.FixedEffects("y ~ x").fit(data)]
    found = []
    for align in ("centre", "decimal"):
        path = tmp_path / f"{align}.{ending}"
        getattr(tables, METHODS[ending])(fits, path, align=align, below=("t", "ci"))
        found.append(parsed(path))
    assert found[0] == found[1]


def test_points_stand_below_each_other_in_a_terminal() -> None:
    data = every_result.city_panel()
    data["y"] *= np.where(data["w"] > 0, 1.0, 100.0)
    text = tables.to_text([pk.FixedEffects("y ~ x + w").fit(data)], align="decimal", stats=["r2_within"])
    points = {line.index(".") for line in text.partition("Notes")[0].splitlines() if "." in line}
    assert len(points) == 1


def test_dcolumn_is_named_and_heads_are_centred_above_it() -> None:
    text = pk.FixedEffects("y ~ x").fit(every_result.city_panel()).to_latex(align="decimal", names=["R&D"])
    assert "dcolumn" in text.splitlines()[0]
    assert r"\begin{tabular}{@{}lD{.}{.}{-1}}" in text
    assert r" & \multicolumn{1}{c}{\makecell{(1)\\R\&D\\y}} \\" in text
    assert re.search(r"^x & \d\.\d{3}\^\{\*\*\*\} \\\\$", text, re.MULTILINE)
    assert r"Observations & \multicolumn{1}{c}{160} \\" in text
