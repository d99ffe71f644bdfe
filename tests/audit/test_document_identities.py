"""What two tables of one paper must share, and what they cannot share by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.audit.entries import Attached, Document, Entry, Table
from panelkit.audit.relations import Reading
from tests.audit import made_tables as made
from tests.audit.by_hand import entry, table

READING = Reading("se", (0.1, 0.05, 0.01))


def states(key: str, *tables: Table) -> list[str]:
    document, readings = Document(tables), [READING] * len(tables)
    return [outcome.state for name, outcome in made.outcomes_of(document, readings) if name == key]


def column(cells: dict[str, str], n: str, at: int = 1) -> tuple[Entry, ...]:
    found = [
        entry("coefficient", text, name, column=at, row=row) for row, (name, text) in enumerate(cells.items())
    ]
    return (*found, entry("nobs", n, "", column=at, row=9))


BASE = {"a": "0.1523*** (0.0312)", "b": "-0.0417* (0.0221)", "c": "1.0582 (0.9163)", "d": "0.3311** (0.1520)"}


def test_a_column_printed_again_holds_the_same() -> None:
    assert set(states("reprinted", table(*column(BASE, "248")), table(*column(BASE, "248", 2)))) == {
        "consistent"
    }
    other = BASE | {"c": "1.0852 (0.9163)"}
    found = states("reprinted", table(*column(BASE, "248")), table(*column(other, "248")))
    assert found.count("inconsistent") == 1
    starless = BASE | {"d": "0.3311 (0.1250)"}
    assert "decision" in states("reprinted", table(*column(BASE, "248")), table(*column(starless, "248")))
    assert states("reprinted-sample", table(*column(BASE, "248")), table(*column(BASE, "284"))) == [
        "inconsistent"
    ]


def test_columns_that_differ_do_not_repeat_many_digits() -> None:
    other = {
        "a": "0.1523*** (0.0312)",
        "b": "-0.0417* (0.0221)",
        "c": "0.7211 (0.8830)",
        "d": "0.2954* (0.1611)",
    }
    assert states("repeated-digits", table(*column(BASE, "248"), *column(other, "248", 2))) == [
        "inconsistent"
    ]
    short = {"a": "0.15 (0.03)", "b": "-0.04 (0.02)", "c": "1.06 (0.92)", "d": "0.33 (0.15)"}
    alike = {"a": "0.15 (0.03)", "b": "-0.04 (0.02)", "c": "0.72 (0.88)", "d": "0.30 (0.16)"}
    assert states("repeated-digits", table(*column(short, "248"), *column(alike, "248", 2))) == ["consistent"]


def test_one_column_on_two_samples_is_seen_and_singletons_are_not() -> None:
    def copied(n: str) -> list[str]:
        return states("repeated-digits", table(*column(BASE, "248"), *column(BASE, n, 2)))

    assert copied("310") == ["inconsistent"]
    assert copied("247") == copied("248") == []


def test_nearly_equal_models_agree_in_many_digits() -> None:
    """A SAR and a SEM with little dependence differ in the last digit alone."""
    sar = {"a": "-0.0351 (-0.931)", "b": "0.1431*** (4.012)", "c": "0.0694 (0.744)"}
    sem = sar | {"c": "0.0697 (0.745)"}
    assert states("repeated-digits", table(*column(sar, "290"), *column(sem, "290", 2))) == ["consistent"]


def test_a_regression_has_no_more_rows_than_its_variables() -> None:
    described = table(entry("mean", "1.2", "a"), entry("count", "240", "a"))
    assert states("sample-within-data", described, table(*column(BASE, "248"))) == ["inconsistent"]
    assert states("sample-within-data", described, table(*column(BASE, "240"))) == ["consistent"]


def copied(rng: np.random.Generator, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return the tables with three coefficients of one column, brackets too, copied into one of another table."""
    held = list(tables[3].entries)
    source = {one.subject: one for one in tables[2].of("coefficient", column=2)}
    names = rng.choice(list(source), 3, replace=False)
    for at, one in enumerate(held):
        if one.column == 3 and one.subject in names:
            number = source[one.subject].attached[0].number
            held[at] = replace(one, number=source[one.subject].number, attached=(Attached("se", number),))
    return (*tables[:3], replace(tables[3], entries=tuple(held)))


def test_three_copied_coefficients_of_four_digits_are_seen() -> None:
    rng = np.random.default_rng(8)
    seen = tried = 0
    while tried < 15:
        document, _ = made.papers(rng)
        if len(document.tables[0].of("coefficient", column=1)[0].number.text.split(".")[1]) < 4:
            continue
        tried += 1
        worse = copied(rng, document.tables)
        found = (
            states("repeated-digits", *worse),
            states("reprinted", *worse),
        )  # most of a short column: a reprint
        seen += "inconsistent" in found[0] or set(found[1]) > {"consistent"}
    assert seen >= 12
