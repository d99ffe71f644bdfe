"""Tables in the manner of papers, each with the judgement written down by hand before it was audited.

`papers/*.txt` hold them as they would be saved: "=== name | expected", then the lines of a csv file. Expected is
"clean", or the rows that cannot be true as printed, parted by ";": "state@words", where all words (parted by "+") stand
in the place or the identity of a finding. No other finding may be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import panelkit as pk

HELD = Path(__file__).with_name("papers")


def _papers() -> Iterator[tuple[str, str, str]]:
    for path in sorted(HELD.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("=== ")[1:]:
            head, _, body = block.partition("\n")
            name, _, due = head.partition(" | ")
            yield name, due, body


PAPERS = list(_papers())


@pytest.mark.parametrize(("due", "body"), [one[1:] for one in PAPERS], ids=[one[0] for one in PAPERS])
def test_a_table_is_judged_as_it_was_by_hand(due: str, body: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(body, encoding="utf-8")
    found = pk.audit(path)
    said = [f"{one.state}@{one.where} {one.identity}" for one in found.failing]
    if due == "clean":
        assert said == []
        return
    wanted = [one.strip() for one in due.split(";")]
    for one in wanted:
        assert any(_is(one, finding) for finding in said), (one, said)
    for finding in said:
        assert any(_is(one, finding) for one in wanted), finding


def _is(wanted: str, finding: str) -> bool:
    state, _, words = wanted.partition("@")
    return finding.startswith(f"{state}@") and all(word in finding for word in words.split("+"))
