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


def test_brackets_cut_into_cells_of_their_own_go_back_to_their_numbers() -> None:
    """Blanks taken for separators: headings and N stand over the first columns, rows of estimates are longer."""
    cut = (
        "变量,邻接,距离,经济\nlnx,0.152***,(3.21),0.139***,(2.95),0.161***,(3.40)\n"
        "ρ,0.246***,(4.02),0.313***,(3.88),0.198***,(3.05)\nN,300,300,300\n注：括号内为t值\n"
    )
    whole = (
        "变量,邻接,距离,经济\nlnx,0.152*** (3.21),0.139*** (2.95),0.161*** (3.40)\n"
        "ρ,0.246*** (4.02),0.313*** (3.88),0.198*** (3.05)\nN,300,300,300\n注：括号内为t值\n"
    )
    assert pk.audit(cut).tidy().equals(pk.audit(whole).tidy())
    assert pk.audit(cut).state == "consistent"
    assert "距离" in pk.audit(cut).findings[1].where
