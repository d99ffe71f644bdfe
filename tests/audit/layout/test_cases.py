"""Tables in the layouts of papers are read entry by entry; what is to be read was written down by eye."""

from __future__ import annotations

from pathlib import Path

import pytest

from panelkit.audit.layout.read import read_table
from panelkit.audit.roles import ROLES
from tests.audit.layout.sheets import CASES, case, lines


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_a_table_is_read_entry_by_entry(path: Path) -> None:
    sheet, due = case(path)
    assert lines(read_table(sheet)) == due


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_every_role_is_known(path: Path) -> None:
    assert {one.role for one in read_table(case(path)[0]).entries} <= ROLES.keys()
