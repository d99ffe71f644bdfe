"""The published tables of the reference folder are read exactly; sources: its README, paper and table by paper."""

from __future__ import annotations

import csv

import pytest

from panelkit.audit.entries import Table
from panelkit.audit.layout.read import read_table
from panelkit.audit.printed import plain, read_cell
from panelkit.audit.reading.sheet import sheet_of
from tests.reference import printed_table

ROWS = {
    # Humanities and Social Sciences Communications 11, s41599-024-03337-2, table 1
    "lm_and_wald.csv": [
        *(("moran_i", "", ""), ("lm_error", "", ""), ("robust_lm_error", "", ""), ("lm_lag", "", "")),
        *(
            ("robust_lm_lag", "", ""),
            ("lr", "", "sar"),
            ("lr", "", "sem"),
            ("wald", "", "sar"),
            ("wald", "", "sem"),
        ),
    ],
    # PMC12267521, table 7
    "sdm_effects.csv": [
        *(
            ("coefficient", "dig", ""),
            ("spatial_lag_x", "dig", ""),
            ("direct", "dig", ""),
            ("indirect", "dig", ""),
        ),
        *(("total", "dig", ""), ("sigma2", "", ""), ("rho", "", ""), ("nobs", "", "")),
    ],
    # hanspub, paper file 29-1252385, table 6
    "four_weights_zh.csv": [
        *(("coefficient", "DA", ""), ("spatial_lag_x", "DA", ""), ("rho", "", ""), ("direct", "DA", "")),
        *(("indirect", "DA", ""), ("total", "DA", ""), ("nobs", "", "")),
    ],
    # Resources Science 41(10) 2019, table 5 (part)
    "stars_against_errors.csv": [
        *(("coefficient", name, "") for name in ("lnPFI", "lnSI", "lnTI", "lnVPT", "lnRS", "lnTC")),
        *(("rho", "", ""), ("lambda", "", "")),
    ],
}


def _read(name: str) -> tuple[list[list[str]], Table]:
    with printed_table(name).open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    return rows, read_table(sheet_of(rows))


@pytest.mark.parametrize("name", ROWS)
def test_every_cell_of_a_published_table_has_its_role(name: str) -> None:
    rows, table = _read(name)
    due = [
        (at, column, *said)
        for at, said in enumerate(ROWS[name], 1)
        for column in range(1, len(rows[0]))
        if rows[at][column] != "——"
    ]
    assert [(one.row, one.column, one.role, one.subject, one.other) for one in table.entries] == due
    assert not table.unread


@pytest.mark.parametrize("name", ROWS)
def test_every_number_star_and_bracket_of_a_published_table_is_read(name: str) -> None:
    rows, table = _read(name)
    for one in table.entries:
        text = rows[one.row][one.column]
        held = read_cell(text)
        assert one.number == held.number
        assert one.stars == plain(text).count("*")
        assert [beside.number for beside in one.attached] == [
            end for two in held.brackets for end in two.numbers
        ]
        assert {beside.kind for beside in one.attached} <= {"bracket"}
        assert one.label == rows[one.row][0]
        assert one.heading == rows[0][one.column]
