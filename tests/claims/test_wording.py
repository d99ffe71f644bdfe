"""Claims are said in our own words: no long run of a document's own characters."""

from __future__ import annotations

import re

from panelkit.claims.file.load import load_claims
from tests.reference import seeds_path

TOO_LONG = 10  # Chinese characters in a row; names of things (programmes, policies) are shorter


def _runs(text: str) -> set[str]:
    characters = re.sub(r"[^\u4e00-\u9fff]", "", text)
    return {characters[at : at + TOO_LONG] for at in range(len(characters) - TOO_LONG + 1)}


def test_no_claim_repeats_its_document() -> None:
    documents = set().union(*(_runs(path.read_text("utf-8")) for path in seeds_path().glob("*.txt")))
    assert documents
    repeated = {
        claim.id: sorted(_runs(claim.says.zh) & documents)
        for claim in (item.claim for item in load_claims())
        if _runs(claim.says.zh) & documents
    }
    assert repeated == {}
