"""The overview of a run: verdicts by document and by family, what moved, every claim with its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import WORDS
from panelkit.language.message import Language, Message, listed, message
from panelkit.report.claim_content import claim_line
from panelkit.report.filled import filled
from panelkit.report.notes import families as many_tests
from panelkit.report.page import claim_ids, computed_ids, intro, versions
from panelkit.report.site.moved import moved_claims, moved_lines, word_of
from panelkit.report.site.places import (
    LATEX,
    PAGE,
    VERDICTS,
    WORD,
    beside,
    claim_file,
    overview_file,
)
from panelkit.report.site.record import MARK, NAME, Run, run_of
from panelkit.report.site.words import HEADS, RULES
from panelkit.report.words import citation, say
from panelkit.show.latex import EAST_ASIAN

_FILES: Mapping[str, Message] = {
    WORD: message("all tables of the run in one Word document"),
    LATEX: message("all tables of the run in one LaTeX document"),
    PAGE: message("all computed claims on one page that needs no other file"),
    VERDICTS: message("all verdicts with their numbers, for programs"),
    NAME: message("what the next run in this folder is compared with"),
}


def overview(result: CheckResult, last: Run | None, language: Language) -> str:
    """Return the overview in one language; `last` is the run that was written to the folder before."""
    names = claim_ids(result)
    lines = {name: claim_line(result, name, language) for name in names}
    words = _words(result, lines)
    judged = _words(result, {name: lines[name] for name in computed_ids(result)})
    return filled(
        "site_overview.html.j2",
        HEADS,
        language,
        mark=MARK,
        root="",
        pages=f"{language}/",
        home=overview_file(language),
        at_home=True,
        other=overview_file(beside(language)),
        title=HEADS["title"].text(language),
        intro=say(intro(result), language),
        words=words,
        moved=_moved(last, run_of(result), language),
        documents=_documents(result, lines, words, language),
        families=_families(result, lines, judged, language),
        judged=judged,
        many=list(many_tests(result, language)),
        files=[{"name": name, "says": say(said, language)} for name, said in _FILES.items()],
        versions=versions(),
    )


def _words(result: CheckResult, lines: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the words that occur, with their number: verdicts in their order, then the others as they come."""
    counts = Counter((line["verdict"], line["style"]) for line in lines.values())
    order = [word.lower().replace(" ", "-") for word in WORDS]
    held = sorted(
        counts.items(), key=lambda item: order.index(item[0][1]) if item[0][1] in order else len(order)
    )
    return [{"text": text, "style": style, "n": n} for (text, style), n in held]


def _tallied(
    names: Iterable[str], lines: Mapping[str, Mapping[str, Any]], words: Sequence[Any]
) -> dict[str, Any]:
    counts = Counter(lines[name]["verdict"] for name in names)
    return {"counts": [counts[word["text"]] for word in words], "all": counts.total()}


def _documents(
    result: CheckResult, lines: Mapping[str, Mapping[str, Any]], words: Sequence[Any], language: Language
) -> list[dict[str, Any]]:
    groups: dict[str, list[RegisteredClaim]] = {}
    for name in lines:
        registered = result.of(name)[0].registered
        groups.setdefault(registered.document.key, []).append(registered)
    found = []
    for i, held in enumerate(groups.values(), start=1):
        document, names = held[0].document, [one.id for one in held]
        found.append(
            {
                "link": f"document-{i}",
                "name": document.title,
                "tongue": "zh-CN" if EAST_ASIAN.search(document.title) else "",
                "says": say(listed(document.authors), language) if document.authors else "",
                "cited": citation(document, language),
                "claims": [{**lines[name], "link": f"{language}/{claim_file(name)}"} for name in names],
                **_tallied(names, lines, words),
            }
        )
    return found


def _families(
    result: CheckResult, lines: Mapping[str, Mapping[str, Any]], words: Sequence[Any], language: Language
) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for name in computed_ids(result):
        groups.setdefault(result.round_of(name).principal.family or "", []).append(name)
    return [
        {
            "link": "",
            "name": rule,
            "tongue": "",
            "says": say(RULES[rule], language) if rule in RULES else "",
            **_tallied(names, lines, words),
        }
        for rule, names in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _moved(last: Run | None, run: Run, language: Language) -> dict[str, Any]:
    found = [] if last is None else moved_claims(last, run)
    rows = []
    for one in found:
        row: dict[str, Any] = {
            "id": one.claim,
            "link": f"{language}/{claim_file(one.claim)}",
            "lines": [say(line, language) for line in one.lines],
        }
        for key, claim in (("before", one.before), ("now", one.now)):
            text, style = ("", "") if claim is None else word_of(claim)
            row |= {key: say(text, language), f"{key}_style": style}
        rows.append(row)
    return {"lines": [say(line, language) for line in moved_lines(last, run, found)], "rows": rows}
