"""How far expressions and conditions read in time, against the years that a value really uses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from panelkit.formula.conditions import parse_condition
from panelkit.formula.formula import evaluate, parse_formula
from panelkit.formula.grammar import parse_expression
from panelkit.formula.reach import columns_of_text, condition_reach, formula_reach
from panelkit.formula.tree import columns_of, latest_reads

EXPRESSIONS = [
    "x",
    "log(x)",
    "lag(x, 3)",
    "lead(x)",
    "diff(x, 2)",
    "lead(lag(x, 2), 3)",
    "lag(lead(x, 5), 2)",
    "lag(diff(x), 2)",
    "diff(lead(x, 2))",
    "lag(x) / lead(x, 2) - x^2",
    "-lag(x, 4)^2",
    "lag(log(lag(x)) + lead(x, 2), 2)",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_how_far_expressions_read(expression: str) -> None:
    years = np.arange(2000, 2021)
    index = pd.MultiIndex.from_product([["a"], years], names=["province", "year"])
    frame = pd.DataFrame({"x": np.linspace(1.0, 2.0, 21)}, index)
    read = []
    for offset in range(-10, 11):
        gone = frame.drop(("a", 2010 + offset)) if offset else frame.assign(x=frame["x"].where(years != 2010))
        value = evaluate(expression, gone).get(("a", 2010), np.nan)
        read += [offset] if np.isnan(value) else []
    before, after = formula_reach(parse_formula(f"y ~ I({expression})"))
    assert before == max(0, -min(read, default=0))
    assert after == max(0, max(read, default=0))


@pytest.mark.parametrize(
    ("expression", "latest"),
    [
        ("lag(x, 3)", {"x": -3}),
        ("lag(lead(x, 5), 2)", {"x": 3}),
        ("diff(x, 2)", {"x": 0}),
        ("lag(diff(x), 2)", {"x": -2}),
        ("lag(x) / lead(z, 2) - x^2", {"x": 0, "z": 2}),
        ("-lag(log(x / z), 4)^2", {"x": -4, "z": -4}),
    ],
)
def test_the_latest_year_of_every_column(expression: str, latest: dict[str, int]) -> None:
    node = parse_expression(expression).node
    assert latest_reads(node) == latest
    assert columns_of(node) == tuple(latest)


def test_conditions() -> None:
    condition = parse_condition("lag(x, 2) > lead(z) & !(region == '东部' | province in ['北京', 3])")
    assert condition_reach(condition) == (2, 1)
    assert columns_of_text(condition) == ("region", "province")
    assert condition_reach(parse_condition("year >= 2011")) == (0, 0)
