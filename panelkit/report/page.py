"""One self-contained HTML page of a run: verdicts, tables, curves, samples, sources, versions."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import panelkit
from panelkit.claims.checked import CheckResult
from panelkit.language.message import Language, Message, message
from panelkit.report.claim_content import claim_content, claim_line
from panelkit.report.filled import filled
from panelkit.report.page_words import HEADS
from panelkit.report.words import say

_VERSIONS = ("numpy", "scipy", "pandas", "formulaic", "matplotlib", "pydantic")


def page(
    result: CheckResult, language: Language, contents: Mapping[str, Mapping[str, Any]] | None = None
) -> str:
    """Return the page as HTML that needs no other file; `contents` as `contents_of` returns them, where at hand."""
    ids, computed = claim_ids(result), computed_ids(result)
    others = len(ids) - len(computed)
    said = message("{n} claims: pending or not testable", n=others)
    held = contents_of(result, language) if contents is None else contents
    return filled(
        "page.html.j2",
        HEADS,
        language,
        intro=say(intro(result), language),
        others=say(said, language),
        register=[claim_line(result, name, language) for name in computed],
        waiting=[claim_line(result, name, language) for name in ids if name not in computed],
        claims=[held[name] for name in computed],
        versions=versions(),
    )


def claim_ids(result: CheckResult) -> list[str]:
    """Return the ids of a run's claims in their order."""
    return list(dict.fromkeys(verdict.claim for verdict in result))


def computed_ids(result: CheckResult) -> list[str]:
    """Return those of the claims that have a verdict to compute."""
    return [name for name in claim_ids(result) if result.of(name)[0].registered.claim.status == "computed"]


def contents_of(
    result: CheckResult, language: Language, drawn: Callable[[], None] | None = None
) -> dict[str, dict[str, Any]]:
    """Return what pages say of every computed claim; the pictures are drawn here, and `drawn` is called after each."""
    held = {}
    for name in computed_ids(result):
        held[name] = claim_content(result, name, language)
        if drawn is not None:
            drawn()
    return held


def intro(result: CheckResult) -> Message:
    """Return what verdicts speak of: the official figures, or a panel of the user's own."""
    if any(verdict.panel is not None for verdict in result):
        return message(
            "Each claim is tested on a panel of the user's own, not on official figures. A verdict speaks of this "
            "panel and of the designs of the claim file, not of the authors."
        )
    return HEADS["page_intro"]


def versions() -> dict[str, str]:
    """Return the exact versions behind the numbers."""
    return {
        "panelkit": panelkit.__version__,
        "Python": platform.python_version(),
        **{name: metadata.version(name) for name in _VERSIONS},
    }
