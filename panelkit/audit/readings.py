"""How a table was read, and what other readings of its brackets and stars would have given, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.findings import where
from panelkit.audit.run import ReadTable
from panelkit.language.message import Message, message

MEANINGS: dict[str, Message] = {
    "se": message("standard errors"),
    "t": message("t or z values"),
    "z": message("t or z values"),
    "p": message("p-values"),
}
_NAMED = 6  # of the rows under other levels


def reading_notes(tried: Sequence[ReadTable]) -> Iterator[Message]:
    """Yield what brackets and stars were taken for (best reading first in `tried`), and how others come out."""
    chosen = tried[0]
    meaning, stated = chosen.reading.brackets, chosen.table.facts.brackets
    if stated is not None:
        yield message("brackets hold {what}, as the table says", what=MEANINGS[stated])
    elif meaning is not None:
        yield message("brackets are read as {what}: the reading that fits best", what=MEANINGS[meaning])
        yield from _others(tried)
    if chosen.table.starred:
        yield _stars(tried)


def denied(tried: Sequence[ReadTable]) -> Message | None:
    """Return which meaning of brackets that the table denies would leave fewer rows, and no conclusion, open."""
    chosen = tried[0]
    others = [one for one in tried[1:] if one.table is not chosen.table and one.judged]
    best = min(others, key=lambda one: one.badness, default=None)
    if best is None or best.badness >= chosen.badness or best.badness[0]:
        return None
    told = {
        "stated": MEANINGS[str(chosen.table.facts.brackets)],
        "what": MEANINGS[str(best.reading.brackets)],
        "bad": best.badness[1],
        "all": len(best.judged),
    }
    if not best.badness[1]:
        return message(
            "the table says that brackets hold {stated}; were they {what}, all {all} rows would come out",
            **told,
        )
    return message(
        "the table says that brackets hold {stated}; were they {what}, {bad} of {all} rows would not come out",
        **told,
    )


def _others(tried: Sequence[ReadTable]) -> Iterator[Message]:
    """Yield how the other meanings of brackets come out; that none fits, where none does."""
    best: dict[str, ReadTable] = {}
    for one in tried:
        best.setdefault(str(one.reading.brackets), one)
    rows = [
        message("{what}: {bad} of {all} rows", what=MEANINGS[name], bad=one.badness[1], all=len(one.judged))
        for name, one in best.items()
    ]
    if all(one.badness[0] for one in best.values()):
        yield message(
            "under every reading of the brackets a conclusion does not follow from the numbers (rows that do not come "
            "out: {rows})",
            rows=rows,
        )
    else:
        yield message("rows that do not come out, by what brackets may hold: {rows}", rows=rows)


def _stars(tried: Sequence[ReadTable]) -> Message:
    chosen = tried[0]
    levels = _listed(chosen)
    if chosen.table.facts.star_levels is not None:
        return message("stars at {levels}, as the table says", levels=levels)
    others = [one for one in tried[1:] if one.reading.brackets == chosen.reading.brackets]
    rows = [
        message("{what}: {bad} of {all} rows", what=_listed(one), bad=one.badness[1], all=len(one.judged))
        for one in others
    ]
    if rows and any(one.badness > chosen.badness for one in others):
        return message(
            "stars are read at {levels}, which fits best: the table does not say ({rows})",
            levels=levels,
            rows=rows,
        )
    tied = next((one for one in others if one.badness == chosen.badness and one.badness[1]), None)
    if tied is not None:
        return message(
            "stars are read at {levels}: the table does not say; at {others} as many rows do not come out: {rows}",
            levels=levels,
            others=_listed(tied),
            rows=_failing(tied),
        )
    return message("stars are read at {levels}: the table does not say", levels=levels)


def _failing(one: ReadTable) -> list[str]:
    """Return the first rows that do not come out under a reading, with what is printed."""
    rows = [
        f"{where(judged.relation.operands)} ({judged.outcome.printed})"
        for judged in one.judged
        if judged.outcome.state != "consistent"
    ]
    return [*rows[:_NAMED], *(["…"] if len(rows) > _NAMED else [])]


def _listed(one: ReadTable) -> str:
    return " / ".join(f"{level:g}" for level in one.reading.star_levels)
