"""Conditions on rows: what passes the gate, what is refused where, and which rows are met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.formula.arithmetic import Cells
from panelkit.formula.conditions import hold, parse_condition
from panelkit.language.errors import DataError
from panelkit.panel.design import build_design

FRAME = pd.DataFrame(
    {
        "id": list("aaabbbccc"),
        "year": [2010, 2011, 2012] * 3,
        "x": [1.0, -1.0, 2.0, np.nan, 4.0, 0.0, 3.0, 3.0, 5.0],
        "y": np.arange(9.0) ** 2,
        "region": ["east", "east", "west"] * 3,
        "人均 GDP": np.arange(9.0),
        "flag": [True, False, True] * 3,
        "code": [1, 2, 3] * 3,
        "named": ["11", "12", None] * 3,
        "day": pd.date_range("2020-01-01", periods=9),
    }
)


def met(where: str, formula: str = "y ~ 1", frame: pd.DataFrame = FRAME) -> list[int]:
    """Return the rows of the frame that enter under a condition."""
    design = build_design(formula, frame, unit="id", time="year", where=where)
    return sorted(int(row) for row in np.sqrt(design.y))


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("year >= 2011", [1, 2, 4, 5, 7, 8]),
        ("2011 <= year < 2012", [1, 4, 7]),
        ("year == 2010 | id == 'c'", [0, 3, 6, 7, 8]),
        ("year == 2010 | id == 'c' & x > 3", [0, 3, 6, 8]),
        ("(year == 2010 | id == 'c') & x > 3", [8]),
        ("!(year == 2010) & ~(id == 'c')", [1, 2, 4, 5]),
        ("not year == 2010 and not id == 'c'", [1, 2, 4, 5]),
        ('id in ["a", "c"] & year in [2010, 2012]', [0, 2, 6, 8]),
        ("id not in ['a', 'c']", [3, 4, 5]),
        ("'east' == region", [0, 1, 3, 4, 6, 7]),
        ("`人均 GDP` >= 7", [7, 8]),
        ("flag == 1 & code != 3", [0, 3, 6]),
        ("x > 0", [0, 2, 4, 6, 7, 8]),  # row 3 has no x
        (
            "log(x) > 1 & x > 0",
            [4, 6, 7, 8],
        ),  # what has no value matters where nothing else decides, on either side
        ("x > 0 & log(x) > 1", [4, 6, 7, 8]),
        ("log(x) > 1 | x <= 0", [1, 4, 5, 6, 7, 8]),
        ("day == '2020-01-03'", [2]),
        ("!(x > 0)", [1, 5]),  # and is not met by the opposite either
        ("x > 0 | year == 2010", [0, 2, 3, 4, 6, 7, 8]),  # true whatever x is
        ("x > -9 & year > 2010", [1, 2, 4, 5, 7, 8]),
        ("lag(x) > 0", [1, 5, 7, 8]),
        ("diff(y, 2) > 0", [2, 5, 8]),
        ("x == -1", [1]),
        ("x in [-1, 5]", [1, 8]),
        ("(x + 1) * 2 >= I(x^2) & x > 0", [0, 2]),
        ("year - 2010 > x", [1, 5]),
        ("code == '2'", [1, 4, 7]),
        ("named == 11", [0, 3, 6]),
        ("named != '11'", [1, 4, 7]),
        ("unit == 'b' & time == 2011", [4]),
        ("province == 'b'", [3, 4, 5]),  # log() is asked only where x > 0
        ("x <= 0 | log(x) > 1", [1, 4, 5, 6, 7, 8]),
    ],
)
def test_rows_that_a_condition_meets(where: str, rows: list[int]) -> None:
    assert met(where) == rows


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "`where` is empty"),
        ("year", "no comparison"),
        ("year >=", "the condition ends here"),
        ("year = 2011", "write `==`"),
        ("year > 2010 && x > 1", "a single `&`"),
        ("flag & x > 1", "one side is none"),
        ("!flag", "no condition"),
        ("(x > 1) + 1 > 2", "inside arithmetic"),
        ("x > (y > 2)", "inside arithmetic"),
        ("log((x > 1)) > 2", "a condition inside"),
        ("scale(x) > 0", "reads the sample"),
        ("x > winsorize(y)", "reads the sample"),
        ("C(region) == 1", "inside arithmetic"),
        ("region > 'east'", "compared by `==`"),
        ("x + 1 == 'east'", "compare it with a column"),
        ("'a' == 'b'", "compare it with a column"),
        ("'a'", "compared with nothing"),
        ("x in []", "the list is empty"),
        ("x in [y]", "numbers and text"),
        ("x in 3", "a list of values"),
        ("x > 1 x", "joined by `&` and `|`"),
        ("x ≥ 1", "type `>=`"),
        ("__import__('os') == 1", "two underscores"),
        ("x.y > 1", "attributes are not available"),
        ("x > 1; y", "one formula is one line"),
        ("(" * 60 + "x > 1" + ")" * 60, "nested more than"),
    ],
)
def test_what_the_gate_refuses(where: str, said: str) -> None:
    with pytest.raises(pk.SpecError, match=said.replace("(", r"\(").replace("|", r"\|")):
        parse_condition(where)
    with pytest.raises(pk.SpecError):
        pk.FixedEffects("y ~ x", where=where)


def test_the_message_points_at_the_place() -> None:
    with pytest.raises(pk.SpecError, match=r"where, position 8: .*\n    year > = 2011\n           \^"):
        parse_condition("year > = 2011")


@pytest.mark.parametrize("where", [3, True, ["x > 1"]])
def test_a_condition_is_text(where: object) -> None:
    with pytest.raises(pk.SpecError, match="is text such as"):
        pk.FixedEffects("y ~ x", where=where)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("id != 'd'", r"no row of `id` holds 'd'"),
        ("region != 'eastt'", r"holds 'eastt' \(near: east"),
        ("region in ['east', 'wset']", r"holds 'wset' \(near: west"),
        ("year != 2035", "no row of `year` holds 2035"),
        ("nowhere > 1", "no column `nowhere`"),
        ("region == east", "Text stands in quotes"),
        ("region > 3", "holds text"),
        ("id > 3", "holds text|holds names"),
        ("year > 2030", "no row of 9 meets it"),
        ("log(x) > 1", "`x` is zero or negative in a 2011, b 2012"),
        ("1 / x > 1", "is zero in b 2012"),
    ],
)
def test_conditions_that_the_data_cannot_answer(where: str, said: str) -> None:
    with pytest.raises(pk.DataError, match=said) as caught:
        met(where)
    assert str(caught.value).startswith("where `")


def test_both_typing_errors_come_in_one_message() -> None:
    with pytest.raises(pk.DataError, match=r"(?s)'eas'.*'wes'"):
        met("region != 'eas' & region != 'wes'")


YES, NO, UNDEFINED, MISSING = 1, 0, 2, 3


def random_condition(draw: np.random.Generator, frame: pd.DataFrame, depth: int) -> tuple[str, Any]:
    """Return a condition and, by hand, what it is on each row."""
    kind = draw.random()
    if depth == 0 or kind < 0.25:
        x, k, z = (frame[name].to_numpy() for name in "xkz")
        with np.errstate(all="ignore"):
            atoms = [
                ("log(x) > 0", np.where(x <= 0, UNDEFINED, x > 1)),
                ("sqrt(x) < 1", np.where(x < 0, UNDEFINED, x < 1)),
                ("1 / k > 0.4", np.where(k == 0, UNDEFINED, 1 / k > 0.4)),
                ("x > 0", 1 * (x > 0)),
                ("k != 0", 1 * (k != 0)),
                ("z > 0", np.where(np.isnan(z), MISSING, z > 0)),
            ]
        return atoms[draw.integers(len(atoms))]
    text, value = random_condition(draw, frame, depth - 1)
    if kind < 0.4:
        return f"!({text})", opposite(value)
    other, beside = random_condition(draw, frame, depth - 1)
    if kind < 0.7:
        return f"({text}) & ({other})", both(value, beside)
    return f"({text}) | ({other})", opposite(both(opposite(value), opposite(beside)))


def opposite(value: Any) -> Any:
    return np.where(value == YES, NO, np.where(value == NO, YES, value))


def both(a: Any, b: Any) -> Any:
    open_rows = np.where((a == UNDEFINED) | (b == UNDEFINED), UNDEFINED, MISSING)
    return np.where((a == NO) | (b == NO), NO, np.where((a == YES) & (b == YES), YES, open_rows))


def test_a_condition_is_refused_where_something_undefined_decides_and_only_there() -> None:
    draw, refused = np.random.default_rng(1), 0
    for _ in range(400):
        n = 8
        frame = pd.DataFrame({"id": np.arange(n) // 2, "year": np.arange(n) % 2 + 2000})
        frame["x"], frame["k"], frame["z"] = (
            draw.normal(size=n),
            1.0 * draw.integers(0, 4, n),
            draw.normal(size=n),
        )
        frame.loc[draw.random(n) < 0.2, "z"] = np.nan
        text, value = random_condition(draw, frame, 3)
        table = Cells(frame, "id", "year")
        if (value == UNDEFINED).any():
            refused += 1
            with pytest.raises(DataError):
                hold(text, table, (("id",), ("year",)))
            continue
        truth = hold(text, table, (("id",), ("year",)))
        assert (truth.yes == (value == YES)).all()
        assert (truth.no == (value == NO)).all()
    assert 100 < refused < 300
