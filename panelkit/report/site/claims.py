"""The page of one claim: all that a run found, or why there is nothing to compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from panelkit.claims.checked import CheckResult
from panelkit.claims.verdict import Verdict
from panelkit.claims.waiting import lacking, waits_for
from panelkit.language.message import Language, Message, message
from panelkit.report.claim_content import claim_line
from panelkit.report.filled import filled
from panelkit.report.register import need_line
from panelkit.report.site.places import beside, claim_file, overview_file
from panelkit.report.site.record import MARK
from panelkit.report.site.words import HEADS
from panelkit.report.words import cited, declaration_lines, flag_text, say

_KINDS: Mapping[str, Message] = {
    "_conditions.tex": message("conditions, LaTeX"),
    "_conditions.docx": message("conditions, Word"),
    "_conditions.csv": message("conditions with all digits"),
    "_verdicts.csv": message("words and sizes with all digits"),
    "_grid.csv": message("every specification"),
    ".tex": message("regression table, LaTeX"),
    ".docx": message("regression table, Word"),
    ".csv": message("what was measured"),
}


def claim_page(
    result: CheckResult,
    name: str,
    names: Sequence[str],
    content: Mapping[str, Any] | None,
    files: Sequence[Path],
    language: Language,
) -> str:
    """Return the page of a claim in one language.

    Parameters
    ----------
    result
        The run.
    name
        The claim.
    names
        All claims of the run in their order.
    content
        What is said of a computed claim; None for the others.
    files
        The tables of the claim that were written.
    language
        The language of the page.

    Returns
    -------
    str
    """
    at = names.index(name)
    line = claim_line(result, name, language)
    return filled(
        "site_claim.html.j2",
        HEADS,
        language,
        mark=MARK,
        root="../",
        pages="",
        home=f"../{overview_file(language)}",
        at_home=False,
        other=f"../{beside(language)}/{claim_file(name)}",
        title=f"{name} · {line['says']}",
        claim=line,
        content=content,
        bare=_bare(result.of(name)[0], language),
        files=[{"name": path.name, "says": say(_kind(path), language)} for path in files],
        before=_turn(names, at - 1),
        after=_turn(names, at + 1),
    )


def _turn(names: Sequence[str], at: int) -> dict[str, str] | None:
    return {"id": names[at], "file": claim_file(names[at])} if 0 <= at < len(names) else None


def _bare(verdict: Verdict, language: Language) -> dict[str, Any]:
    """Return what is said of a claim without a design: place, what is missing, notes, flags, declaration."""
    registered, claim = verdict.registered, verdict.registered.claim
    missing = [need_line(need, language) for need in claim.needs]
    if claim.waits:
        missing.append(waits_for(claim.id, lacking(claim)))
    return {
        "cited": cited(registered, language),
        "missing": [say(line, language) for line in missing],
        "notes": say(claim.notes, language) if claim.notes else "",
        "flags": [flag_text(flag, language) for flag in claim.flags],
        "declaration": [say(line, language) for line in declaration_lines(registered)],
    }


def _kind(path: Path) -> Message:
    return next(said for ending, said in _KINDS.items() if path.name.endswith(ending))
