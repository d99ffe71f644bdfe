"""A kind of design that breaks fails its own claim; the others are computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panelkit.claims import check as module
from panelkit.claims.check import check
from panelkit.claims.designs.base import kind_of
from panelkit.claims.file.document import Claim


class _Breaks:
    """The kind `panel` whose module breaks under one claim."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def specifications(self, claim: Claim, design: Any) -> list[Any]:
        self._break(claim)
        return kind_of("panel").specifications(claim, design)

    def run(self, claim: Claim, *rest: Any) -> Any:
        self._break(claim)
        return kind_of("panel").run(claim, *rest)

    def _break(self, claim: Claim) -> None:
        if claim.id == "T1":
            raise self._error


@pytest.mark.parametrize("error", [ImportError("no module named 'something'"), ZeroDivisionError("division")])
def test_a_kind_that_breaks_fails_its_claim_alone(
    claim_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    path = claim_file()
    text = path.read_text("utf-8")
    other = 'id = "T4"\n' + text.split('id = "T1"\n')[1].split("[[claim]]")[0]
    path.write_text(text + "\n[[claim]]\n" + other, "utf-8")
    monkeypatch.setattr(module, "kind_of", lambda name: _Breaks(error))
    result = check(path)
    assert {item.claim for item in result.failures} == {"T1"}
    assert all(type(error).__name__ in str(item.error) for item in result.failures)
    assert result.word_of("T4") is not None
