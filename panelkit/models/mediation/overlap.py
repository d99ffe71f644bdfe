"""What treatment, mediator and outcome have in common by construction: figures, parts of one total, years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from panelkit.formula.formula import parse_formula
from panelkit.language.message import Message, message, sentences

MadeOf = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Overlap:
    """Two variables of a mediation that are made of the same figures, or of a total and its part."""

    first: str
    second: str
    shared: tuple[str, ...]
    related: tuple[tuple[str, str], ...]

    def said(self) -> Message:
        """Return the warning."""
        how = [message("both hold {figures}", figures=self.shared)] if self.shared else []
        if self.related:
            pairs = [f"{total} ⊃ {part}" for total, part in self.related]
            how.append(message("one holds a total and the other its part ({pairs})", pairs=pairs))
        return message(
            "WARNING: `{first}` and `{second}` overlap: {how}. Part of their correlation is arithmetic, not "
            "mediation: build them from different figures",
            first=self.first,
            second=self.second,
            how=sentences(how),
        )


def overlaps(
    variables: Sequence[str], data: pd.DataFrame, made_of: MadeOf | None = None
) -> tuple[Overlap, ...]:
    """Return every pair of variables (expressions on the columns of `data`) that share figures.

    A composite index is opened into its indicators where `made_of`, or `data.attrs["panelkit"]["made_of"]`, names
    them; totals and parts come from the catalogue.
    """
    known = {**dict(data.attrs.get("panelkit", {}).get("made_of", {})), **(made_of or {})}
    parts = {name: _figures(name, known) for name in dict.fromkeys(variables)}
    families = _families({figure for figures in parts.values() for figure in figures})
    found = []
    for first, second in combinations(parts, 2):
        shared = tuple(sorted(parts[first] & parts[second]))
        related = tuple(
            (total, part)
            for total, part in families
            if {total, part} & set(shared) == set()
            and (
                (total in parts[first] and part in parts[second])
                or (total in parts[second] and part in parts[first])
            )
        )
        if shared or related:
            found.append(Overlap(first, second, shared, related))
    return tuple(found)


def _figures(expression: str, made_of: Mapping[str, Any]) -> frozenset[str]:
    """Return the figures behind an expression; indices are opened until nothing is left to open."""
    found: set[str] = set()
    waiting = list(parse_formula(f"{expression} ~ 1").columns)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name in made_of:
            waiting += [part for part in made_of[name] if part != name]
        else:
            found.add(name)
    return frozenset(found)


def _families(figures: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return (total, part) of the catalogue's sums, followed down through parts of parts."""
    from panelkit.data.catalogue import sums

    wanted = set(figures)
    below: dict[str, set[str]] = {}
    for rule in sums():
        below.setdefault(rule.total, set()).update(rule.parts)
    found = []
    for total in below:
        seen: set[str] = set()
        waiting = list(below[total])
        while waiting:
            part = waiting.pop()
            if part not in seen:
                seen.add(part)
                waiting += below.get(part, ())
        found += [(total, part) for part in sorted(seen) if total in wanted and part in wanted]
    return tuple(found)


def timing_remark(treatment_lag: int, outcome_lead: int) -> Message | None:
    """Return the warning that treatment, mediator and outcome share their year, or None."""
    if treatment_lag and outcome_lead:
        return None
    if treatment_lag:
        return message(
            "mediator and outcome are of the same {period}: their order in time is assumed, not observed"
        )
    if outcome_lead:
        return message(
            "treatment and mediator are of the same {period}: their order in time is assumed, not observed"
        )
    return message(
        "treatment, mediator and outcome are of the same {period}: the order in time is assumed, not observed; "
        "treatment_lag=1 and outcome_lead=1 (--lag 1 --lead 1) date them one after the other"
    )
