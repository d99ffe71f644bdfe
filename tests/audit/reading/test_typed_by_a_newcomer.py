"""Slips of somebody who types a table for the first time."""

from __future__ import annotations

import pytest

import panelkit as pk


def test_no_star_among_several_is_said_in_words() -> None:
    table = "variable,(1)\nx,0.210**\n,(0.095)\nStandard errors in parentheses\n"
    (said,) = pk.audit(table, stars=(0.05, 0.01, 0.001)).reconciling
    assert "stars none, * instead of **" in str(said)


@pytest.mark.parametrize("sign", [",", ";", "，"])
def test_a_note_typed_with_separators_in_it_is_one_note(sign: str) -> None:
    note = sign.join(("Note: standard errors in parentheses", " * p<0.1", " ** p<0.05", " *** p<0.01"))
    rows = (("v", "(1)", "(2)"), ("x", "0.12*", "0.13"), ("", "(0.07)", "(0.10)"))
    found = pk.audit("\n".join([*(sign.join(row) for row in rows), note]))
    facts = found.tried[0][0].table.facts
    assert (facts.brackets, facts.star_levels) == ("se", (0.1, 0.05, 0.01))
    assert not found.unread
