"""A kind of design that breaks fails its own claim; the others are computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panelkit.claims.check import check
from panelkit.claims.designs.panel import PanelDesign
from panelkit.claims.file.document import Claim


@pytest.mark.parametrize("error", [ImportError("no module named 'something'"), ZeroDivisionError("division")])
def test_a_kind_that_breaks_fails_its_claim_alone(
    claim_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    path = claim_file()
    text = path.read_text("utf-8")
    other = 'id = "T4"\n' + text.split('id = "T1"\n')[1].split("[[claim]]")[0]
    path.write_text(text + "\n[[claim]]\n" + other, "utf-8")
    whole = {name: getattr(PanelDesign, name) for name in ("specifications", "run")}

    def breaking(name: str) -> Callable[..., Any]:
        def call(design: PanelDesign, claim: Claim, *rest: Any) -> Any:
            if claim.id == "T1":
                raise error
            return whole[name](design, claim, *rest)

        return call

    for name in whole:
        monkeypatch.setattr(PanelDesign, name, breaking(name))
    result = check(path)
    assert {item.claim for item in result.failures} == {"T1"}
    assert all(type(error).__name__ in str(item.error) for item in result.failures)
    assert result.word_of("T4") is not None
