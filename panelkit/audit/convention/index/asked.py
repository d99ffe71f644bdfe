"""Which cell of an index a printed name means: `D:Beijing:2015`, `w:patents`, `U1:2015` (a mean over units)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.audit.convention.index.figures import Figures
from panelkit.audit.convention.target import ESTIMATE, Slot
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.reading import namesakes

COUPLING = {"c": "C", "耦合度": "C", "t": "T", "综合指数": "T", "d": "D", "耦合协调度": "D"}
INDICATOR = {"w": "w", "weight": "w", "权重": "w", "e": "e", "entropy": "e", "信息熵": "e", "熵值": "e"}
SCORE = {"score": "score", "u": "score", "得分": "score", "综合得分": "score"}


@dataclass(frozen=True)
class Cell:
    """What a slot asks for: `what` ("C", "T", "D", "w", "e" or "score"), of which system or indicator, where.

    `unit` and `time` are codes; -1 is the mean over all.
    """

    what: str
    of: int = -1
    unit: int = -1
    time: int = -1


def cells_of(
    slots: Sequence[Slot], figures: Figures, indicators: Sequence[str], systems: Mapping[str, object]
) -> list[Cell]:
    """Return what the slots ask for.

    Raises
    ------
    SpecError
        If a name is none of an index, or its unit or period is not in the figures.
    """
    return [_cell(slot, figures, list(indicators), list(systems)) for slot in slots]


def _cell(slot: Slot, figures: Figures, indicators: list[str], systems: list[str]) -> Cell:
    term, kind = slot
    head, *rest = [part.strip() for part in term.split(":")]
    if kind != ESTIMATE or not head:
        raise SpecError(
            message(
                "{number}: an index prints no such number; names are such as {examples}",
                number=term or kind,
                examples=["D:Beijing:2015", "C:2015", "w:x1", "score:Beijing:2015"],
            )
        )
    if head.lower() in INDICATOR and len(rest) == 1:
        if rest[0] not in indicators:
            raise SpecError(message("{term}: no indicator {name!r}", term=term, name=rest[0]))
        return Cell(INDICATOR[head.lower()], indicators.index(rest[0]))
    coupled = len(systems) > 1
    if coupled and head in systems:
        return _placed("score", systems.index(head), term, rest, figures)
    if coupled and head.lower() in COUPLING:
        return _placed(COUPLING[head.lower()], -1, term, rest, figures)
    if not coupled and head.lower() in SCORE:
        return _placed("score", 0, term, rest, figures)
    names = ["C", "T", "D", *systems] if coupled else ["score"]
    raise SpecError(
        message("{term}: names of an index begin with {names}", term=term, names=[*names, "w", "e"])
    )


def _placed(what: str, of: int, term: str, rest: list[str], figures: Figures) -> Cell:
    unit = time = -1
    for part in rest:
        at = _code(part, figures.time_labels)
        if at is not None and time < 0:
            time = at
            continue
        at = _unit(part, figures)
        if at is None or unit >= 0:
            raise SpecError(
                message("{term}: {part!r} is no unit or period of the figures", term=term, part=part)
            )
        unit = at
    return Cell(what, of, unit, time)


def _code(text: str, labels: Sequence[object]) -> int | None:
    found = [at for at, label in enumerate(labels) if str(label) == text]
    return found[0] if len(found) == 1 else None


def _unit(text: str, figures: Figures) -> int | None:
    at = _code(text, figures.unit_labels)
    if at is not None:
        return at
    named = namesakes(text, np.asarray(figures.unit_labels, dtype=object))
    return None if named is None or named.sum() != 1 else int(np.flatnonzero(named)[0])
