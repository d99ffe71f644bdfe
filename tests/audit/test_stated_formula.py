"""A table whose headings name columns of the data states its regression; one that does not is refused with names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.convention.stated import stated_formula
from panelkit.audit.entries import Table
from panelkit.language.errors import SpecError


def table(text: str) -> Table:
    return pk.audit(text).tried[0][0].table


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    columns = ["专利", "rd", "gdp_pc", "growth"]
    made = pd.DataFrame(rng.lognormal(size=(12, 4)), columns=columns)
    return made.assign(growth=rng.normal(size=12))


def test_rows_and_heading_name_columns_logs_and_lags() -> None:
    read = table("变量,ln专利\nlnrd,0.12 (0.03)\nL.gdp pc,0.91 (0.20)\ngrowth,0.2 (0.1)\nN,372\n")
    assert stated_formula(read, frame()) == "log(`专利`) ~ log(rd) + lag(gdp_pc, 1) + growth"


def test_names_of_the_user_go_first() -> None:
    read = table("变量,专利\n研发强度,0.12 (0.03)\nN,372\n")
    assert stated_formula(read, frame(), {"研发强度": "log(rd)"}) == "`专利` ~ log(rd)"


def test_a_logarithm_of_what_is_not_positive_is_no_reading() -> None:
    with pytest.raises(SpecError, match="lngrowth"):
        stated_formula(table("变量,专利\nlngrowth,0.12 (0.03)\n"), frame())


def test_an_outcome_that_no_heading_names_is_asked_for() -> None:
    with pytest.raises(SpecError, match="--formula"):
        stated_formula(table("变量,(1)\nrd,0.12 (0.03)\n"), frame())


def test_a_unit_of_measurement_behind_a_column_is_no_part_of_its_name() -> None:
    data = frame().rename(columns={"专利": "专利授权量(件)", "rd": "R&D经费（万元）"})
    read = table("变量,(1) ln专利授权量\nlnR&D经费,0.12 (0.03)\nN,372\n")
    assert stated_formula(read, data) == "log(`专利授权量(件)`) ~ log(`R&D经费（万元）`)"


def test_a_name_may_be_a_column_under_its_own_name() -> None:
    data = frame().rename(columns={"rd": "R&D 经费"})
    read = table("变量,专利\n研发,0.12 (0.03)\n")
    assert stated_formula(read, data, {"研发": "R&D 经费"}) == "`专利` ~ `R&D 经费`"


def test_two_columns_that_differ_by_the_unit_alone_are_asked_for() -> None:
    data = frame().rename(columns={"rd": "经费(元)", "gdp_pc": "经费(万元)"})
    with pytest.raises(SpecError, match="经费"):
        stated_formula(table("变量,专利\n经费,0.12 (0.03)\n"), data)


def test_terms_of_other_columns_are_left_out_of_the_formula_that_is_shown() -> None:
    from panelkit.audit.convention.of_table import _without

    full = "log(`a b`) ~ log(x) + `urban%` + log(`R&D`)"
    assert _without(full, ["log(`R&D`)"]) == "log(`a b`) ~ log(x) + `urban%`"
    assert _without(full, []) == full
