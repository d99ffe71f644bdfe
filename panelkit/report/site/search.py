"""The claims as a script that sets one global: a page opened from a disk may load a script, and may fetch nothing."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.document import Claim
from panelkit.language.message import Language
from panelkit.report import sample
from panelkit.report.claim_content import claim_line
from panelkit.report.drawn import file_name
from panelkit.report.words import cited, flag_text, say

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def search_script(result: CheckResult, names: list[str]) -> str:
    """Return the script; one line a claim, its words of both languages in small letters."""
    rows = [json.dumps(_entry(result, name), ensure_ascii=False) for name in names]
    return "window.panelkitClaims = [\n" + ",\n".join(rows) + "\n];\n"


def _entry(result: CheckResult, name: str) -> dict[str, Any]:
    lines = {language: claim_line(result, name, language) for language in LANGUAGES}
    shown: dict[str, Mapping[str, str]] = {
        language: {key: line[key] for key in ("says", "verdict", "place")} for language, line in lines.items()
    }
    words = dict.fromkeys(_plain(text) for language in LANGUAGES for text in _texts(result, name, language))
    return {
        "id": name,
        "file": f"{file_name(name)}.html",
        "style": lines["en"]["style"],
        **shown,
        "words": "\n".join(words),
    }


def _texts(result: CheckResult, name: str, language: Language) -> Iterator[str]:
    """Yield what a claim can be found by: id, verdict, sentence, document, readings, designs, rules, figures, flags."""
    verdicts = result.of(name)
    registered, claim = verdicts[0].registered, verdicts[0].registered.claim
    line = claim_line(result, name, language)
    yield from (name, line["verdict"], line["says"], line["reason"], cited(registered, language))
    yield from _parts(claim, language)
    yield from (
        flag_text(flag, language) for flag in dict.fromkeys(f for item in verdicts for f in item.flags)
    )
    tested = [item.tested for item in verdicts if item.tested is not None]
    for figure in sample.figures(tested, language):
        yield from (figure["name"], figure["key"])


def _parts(claim: Claim, language: Language) -> Iterator[str]:
    yield from claim.rules
    for reading in claim.reading:
        yield from (say(reading.label, language), say(reading.says, language), reading.rule.name)
        yield from (say(design.label, language) for design in reading.design)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
