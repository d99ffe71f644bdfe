"""Lines that state a test by themselves, as Stata prints them: "Sargan test: chi2(80) = 144.39 Prob > chi2 = 0.000"."""

from __future__ import annotations

import re
from dataclasses import replace

from panelkit.audit.entries import Attached
from panelkit.audit.layout.drafts import Draft
from panelkit.audit.layout.grid import Cell
from panelkit.audit.printed import Printed, plain, read_number
from panelkit.audit.vocabulary.statistics import statistic_of

_NUMBER = r"[-+]?\s*\d*\.?\d+(?:e[-+]?\d+)?"
_LINE = re.compile(
    rf"(?P<name>.*?)[\s:：]*(?P<letter>chi2?|χ2|F|z|t|lr chi2|wald chi2|lr)\s*(?:\((?P<df>\d+)(?:\s*,\s*\d+)?\))?"
    rf"\s*=\s*(?P<number>{_NUMBER})"
    rf"[\s,;，；]*(?:(?:Prob?|Pr|P)\s*>\s*(?:=\s*)?\|?(?:chi2?|χ2|F|z|t|chibar2)\|?\s*=|p(?:-value)?\s*=)"
    rf"\s*(?P<p>{_NUMBER})\s*",
    re.I,
)
_AGAINST = re.compile(
    r"\(?(?:in|of|for)\s+(?:first differences|overid\w*\.?(?:\s+restrictions)?|differences|levels)\)?", re.I
)


def stated_in(cell: Cell, panel: str) -> list[Draft]:
    """Return the test that a line states, with its p-value and degrees of freedom; nothing for other lines."""
    found = _LINE.fullmatch(plain(cell.text))
    if found is None:
        return []
    number, p = read_number(found["number"]), read_number(found["p"])
    label = found["name"].strip(" :：") or found["letter"]
    role, other = statistic_of(_AGAINST.sub("", label).strip())
    if not role and found["letter"].lower() == "f":
        role = "f"
    if number is None or p is None:
        return []
    draft = Draft(cell, label, "", panel, role or "unknown", "", number, 0, other, [Attached("p", p)])
    return [draft, *_df(draft, read_number(found["df"]) if found["df"] and role != "f" else None)]


def _df(draft: Draft, number: Printed | None) -> list[Draft]:
    if number is None or draft.role == "unknown":
        return []
    return [replace(draft, role="df", subject=draft.role, number=number, attached=[])]
