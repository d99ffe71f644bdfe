"""Typed layouts in toml: digits kept, facts stated, text within, several tables, keys refused with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from panelkit.audit.entries import Facts
from panelkit.audit.reading.door import read_sheets
from panelkit.language.errors import DataError, SpecError

BODY = """
title = "Table 5"
columns = ["", "SAR", "SEM"]
rows = [
    ["lnPFI", 0.380, "0.077***"],
    ["", "(0.005)", "(0.012)"],
    ["N", 248, 248],
]
notes = ["Standard errors in parentheses."]
"""
FACTS = """
brackets = "se"
stars = [0.01, 0.1, 0.05]
provinces = 31
years = 8
lags = 0
clusters = 31
row_standardised = true
simulated = true
draws = 500
one_sided = false
bootstrap = false
normal = true
"""


def test_digits_are_kept_and_facts_stated(tmp_path: Path) -> None:
    place = tmp_path / "t.toml"
    place.write_text(BODY + FACTS, encoding="utf-8")
    (sheet,) = read_sheets(place)
    assert sheet.cells == (
        ("", "SAR", "SEM"),
        ("lnPFI", "0.380", "0.077***"),
        ("", "(0.005)", "(0.012)"),
        ("N", "248", "248"),
    )
    assert (sheet.title, sheet.notes) == ("Table 5", ("Standard errors in parentheses.",))
    assert sheet.facts == Facts(31, 8, 0, 31, True, True, 500, (0.1, 0.05, 0.01), "se", False, False, True)


def test_headings_without_the_column_of_labels() -> None:
    assert read_sheets(BODY.replace('["", "SAR"', '["SAR"'))[0].cells[0] == ("", "SAR", "SEM")
    with pytest.raises(SpecError, match="1 headings in `columns` for rows of 3 cells"):
        read_sheets(BODY.replace('["", "SAR", "SEM"]', '["SAR"]'))


def test_several_tables_share_what_the_top_states() -> None:
    text = (
        "provinces = 31\nbrackets = 't'\n[[tables]]\nrows = [['v', 'a'], ['x', 0.10]]\n"
        "[[tables]]\nbrackets = 'se'\ntable = '''\nTable 2\nv   a    b\ny   0.1  0.20\n'''\n"
    )
    first, second = read_sheets(text)
    assert (first.cells[1], first.facts.brackets, first.facts.provinces) == (("x", "0.10"), "t", 31)
    assert (second.title, second.cells[1]) == ("Table 2", ("y", "0.1", "0.20"))
    assert (second.facts.brackets, second.facts.provinces) == ("se", 31)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BODY + "provines = 31\n", "unknown key 'provines'; is 'provinces' meant?"),
        (BODY + "zzzzqq = 31\n", "unknown key 'zzzzqq'; there are title"),
        (BODY + "provinces = '31'\n", "`provinces` is a whole number"),
        (BODY + "provinces = true\n", "`provinces` is a whole number"),
        (BODY + "simulated = 1\n", "`simulated` is true or false"),
        (BODY + "brackets = 'sd'\n", "`brackets` is one of se, t, z, p"),
        (BODY + "stars = [10, 5, 1]\n", "`stars` is the levels"),
        (BODY + "table = 'a'\n", "`rows` .* or `table`"),
        ("title = 'x'\nrows = [1, 2]\n", "`rows` is a list of rows"),
        ("columns = ['a', 'b']\ntable = 'a  b'\n", "`columns` goes with `rows`"),
        ("rows = [['v', true], ['x', 1]]\n", "True is no cell"),
        ("rows = [[\n'v'", "is no toml"),
        ("title = 'x'\nrows = [[]]\n", "no table"),
        ("tables = 3\ntable = '''x'''\n", r"`tables` is sections"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises((SpecError, DataError), match=said):
        read_sheets(text)


def test_dates_and_depth(tmp_path: Path) -> None:
    place = tmp_path / "t.toml"
    place.write_text("rows = " + "[" * 5000 + "]" * 5000, encoding="utf-8")
    with pytest.raises((SpecError, DataError)):
        read_sheets(place)
    place.write_text("rows = [['v', 2019-01-01], ['x', 1]]", encoding="utf-8")
    with pytest.raises(SpecError, match="is no cell"):
        read_sheets(place)
