"""Brackets that a note names otherwise than they can be: the audit says under which meaning the table would hold."""

from __future__ import annotations

import panelkit as pk

ROWS = "变量,(1),(2)\nlnRD,0.380*** (0.094),0.296** (0.121)\nlnGDP,0.512*** (0.110),0.498*** (0.105)\nN,248,248\n"
LEVELS = "；***、**、*分别表示在1%、5%、10%水平上显著"


def test_standard_errors_called_t_values_are_told() -> None:
    found = pk.audit(f"{ROWS}注：括号内为t值{LEVELS}")
    assert found.state == "decision"
    (said,) = found.reread
    assert "were they standard errors, all" in said
    assert "标准误" in said.text("zh")
    assert found.said()[1] == said


def test_a_table_that_holds_as_stated_has_nothing_to_reread() -> None:
    found = pk.audit(f"{ROWS}注：括号内为标准误{LEVELS}")
    assert (found.state, found.reread) == ("consistent", ())


def test_another_meaning_that_changes_conclusions_too_is_not_offered() -> None:
    rows = "变量,(1)\nx,0.380*** (0.294)\nz,0.100 (2.900)\nN,248\n"
    assert pk.audit(f"{rows}注：括号内为t值{LEVELS}").reread == ()
