"""What treatment, mediator and outcome have in common by construction: figures, parts of one total, years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from panelkit.formula.formula import parse_formula
from panelkit.models.mediation.words import Said

MadeOf = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Overlap:
    """Two variables of a mediation that are made of the same figures, or of a total and its part."""

    first: str
    second: str
    shared: tuple[str, ...]
    related: tuple[tuple[str, str], ...]

    def said(self) -> Said:
        """Return the warning."""
        both = ", ".join(self.shared)
        pairs = ", ".join(f"{total} ⊃ {part}" for total, part in self.related)
        en = [f"both hold {both}"] if self.shared else []
        zh = [f"均含{both}"] if self.shared else []
        if self.related:
            en.append(f"one holds a total and the other its part ({pairs})")
            zh.append(f"一方含合计、另一方含其分项（{pairs}）")
        return Said(
            f"WARNING: `{self.first}` and `{self.second}` overlap: {'; '.join(en)}. Part of their correlation is "
            "arithmetic, not mediation: build them from different figures",
            f"警告：“{self.first}”与“{self.second}”指标重叠：{'；'.join(zh)}。二者的部分相关来自构造而非中介，"
            "请改用互不重叠的指标",
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


def timing_remark(treatment_lag: int, outcome_lead: int) -> Said | None:
    """Return the warning that treatment, mediator and outcome share their year, or None."""
    if treatment_lag and outcome_lead:
        return None
    if not treatment_lag and not outcome_lead:
        return Said(
            "treatment, mediator and outcome are of the same year: the order in time is assumed, not observed; "
            "treatment_lag=1 and outcome_lead=1 (--lag 1 --lead 1) date them one after the other",
            "解释变量、中介变量与结果变量取自同一年：时间先后为假定而非观测；"
            "可用 treatment_lag=1、outcome_lead=1（--lag 1 --lead 1）使三者依次错开",
        )
    pair = (
        ("mediator and outcome", "中介变量与结果变量")
        if treatment_lag
        else ("treatment and mediator", "解释变量与中介变量")
    )
    return Said(
        f"{pair[0]} are of the same year: their order in time is assumed, not observed",
        f"{pair[1]}取自同一年：其时间先后为假定而非观测",
    )
