"""`panelkit claims show` and the order of `panelkit check`: what is declared, what comes first."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from panelkit.claims.check import check
from panelkit.claims.file.load import load_claims
from panelkit.report.register import claim_card
from panelkit.report.terminal import overview
from tests.claims.small import SMALL


def _text(what: object) -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(what)
    return " ".join(console.export_text().split())


def test_the_declared_grid_says_what_a_result_counts() -> None:
    (claim,) = (item for item in load_claims() if item.id == "A9")
    card = _text(claim_card(claim, "en"))
    assert "432 combinations declared" in card
    assert "count once in a result, and the main design without each province is added" in card
    assert "申报432种组合" in _text(claim_card(claim, "zh"))


def test_a_card_shows_standings_bounds_and_caps(tmp_path: Path) -> None:
    (claim,) = (item for item in load_claims() if item.id == "A9")
    card = _text(claim_card(claim, "en"))
    assert "log(rd_funds_government) (principal)" in card
    assert card.count("(principal)") == 4
    assert "smallest effect of interest: none declared, so half of the claimed number" in card
    assert "最小关注效应：未申报" in _text(claim_card(claim, "zh"))
    path = tmp_path / "bound.toml"
    rule = 'rule = { name = "R-MAG", value = "0.67"'
    bound = ', smallest = "0.1", at_most = "PARTLY", why = { en = "less is noise", zh = "更小即噪声" }'
    path.write_text(SMALL.replace(rule, rule + bound), "utf-8")
    text = _text(claim_card(load_claims(path)[0], "en"))
    assert "smallest effect of interest: 0.1 (less is noise)" in text
    assert "at most PARTLY" in text
    assert "none declared" not in text


def test_a_claim_that_states_a_number_comes_first(tmp_path: Path) -> None:
    numbered = SMALL.split('[[claim]]\nid = "T1"')[1].split("[[claim]]\nid")[0]
    signed = numbered.replace('claimed = "0.67"\n', "").replace(
        '"R-MAG", value = "0.67"', '"R-SIGN", sign = "+"'
    )
    head = SMALL.split("[[claim]]")[0]
    path = tmp_path / "two.toml"
    path.write_text(f'{head}[[claim]]\nid = "T1"{signed}[[claim]]\nid = "T2"{numbered}', "utf-8")
    text = _text(overview(check(path), "en"))
    assert text.index("T2 ") < text.index("T1 ")
