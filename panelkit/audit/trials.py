"""What may have been meant instead of one number: slips in it, exchanges with its neighbours, any other that fits."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from panelkit.audit.domains import domain_of, possible
from panelkit.audit.edits import Edit, edits, star_edits
from panelkit.audit.printed import Printed
from panelkit.audit.rejudge import Bench
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message

BRACKET = message("exchanged with the number in its brackets")
BESIDE = message("exchanged with the number beside it")
BELOW = message("exchanged with the number below it")
REPEATED = message("the number above printed again")
ANOTHER = message("another number in its place")
_EXCHANGE, _REPEATED, _ANOTHER = 2, 2, 3
_MOST_LISTED = 5


@dataclass(frozen=True)
class Trial:
    """A misprint that would repair rows.

    `key` is the number, `text` what would have been meant, `size` how large the slip is, `rows` what it repairs,
    `values` how many numbers would do, `share` which part that is of the slips tried at the number, `echoed` whether
    one of them stands elsewhere in the same row, `partner` the other number of an exchange.
    """

    key: Hashable
    text: str
    kind: Message
    size: int
    rows: tuple[int, ...]
    values: int = 1
    share: float = 0.0
    echoed: bool = False
    partner: Hashable | None = None


def trials(bench: Bench, key: Hashable) -> Iterator[Trial]:
    """Yield what would repair rows at one number."""
    small = [*_slips(bench, key), *_exchanges(bench, key)]
    yield from small
    most = max((len(one.rows) for one in small), default=0)
    if bench.operands[key].part != "stars" and len(bench.failing_at(key)) > most:
        yield from (one for one in _another(bench, key) if len(one.rows) > most)


def _slips(bench: Bench, key: Hashable) -> list[Trial]:
    """Return the slips in one number, the smallest for each set of rows, with every value that does it."""
    stars = bench.operands[key].part == "stars"
    slips = (
        star_edits(bench.operands[key].entry.stars)
        if stars
        else edits(bench.printed[key], bench.usual_decimals(key))
    )
    tried = [one for one in slips if possible(bench.operands[key], one.number)]
    beside = set() if stars else bench.beside(key)
    held: dict[tuple[tuple[int, ...], str, int], list[Edit]] = {}
    for edit in tried if stars else _in_reach(bench, key, tried):
        rows = bench.repaired({key: edit.number}, silent=stars)
        if rows:
            held.setdefault((rows, edit.kind.id, edit.size), []).append(edit)
    least: dict[tuple[int, ...], int] = {}
    for rows, _, size in held:
        least[rows] = min(size, least.get(rows, size))
    return [
        Trial(
            key,
            _listed(found),
            found[0].kind,
            size,
            rows,
            len(found),
            len(found) / len(tried),
            any(one.number.value in beside for one in found),
        )
        for (rows, _, size), found in held.items()
        if size == least[rows]
    ]


def _listed(found: Sequence[Edit]) -> str:
    """Return numbers as text: each of a few, of many the first and the last by size."""
    if len(found) <= _MOST_LISTED:
        return ", ".join(one.number.text for one in found)
    ordered = sorted(found, key=lambda one: one.number.value)
    return f"{ordered[0].number.text} … {ordered[-1].number.text}"


def _in_reach(bench: Bench, key: Hashable, tried: Sequence[Edit]) -> Iterator[Edit]:
    """Yield the slips whose number lies where some failing row would have it.

    A row that has no place for it on its own side of zero may be one that judges single numbers alone (counts): then
    all slips are tried.
    """
    holes = [bench.holes([row], key) for row in bench.failing_at(key)]
    sign = -1.0 if bench.printed[key].value < 0.0 else 1.0
    anywhere = not all(any(sign * hole.middle > 0.0 for hole in found) for found in holes)
    for edit in tried:
        near = (hole.meets(edit.number.interval) for hole in chain.from_iterable(holes))
        if anywhere or edit.number.value == 0.0 or any(near):
            yield edit


def _another(bench: Bench, key: Hashable) -> Iterator[Trial]:
    """Yield the interval in which another number would reconcile all rows of the number, or else one of them."""
    printed, above = bench.printed[key], bench.above(key)
    repeated = above is not None and above.value == printed.value
    kind, size = (REPEATED, _REPEATED) if repeated else (ANOTHER, _ANOTHER)
    failing = bench.failing_at(key)
    kept = [row for row in bench.rows[key] if row not in failing]
    for rows in (failing, *([row] for row in failing if len(failing) > 1)):
        domain = domain_of(bench.operands[key])
        for whole in bench.holes([*rows, *kept], key):
            if whole.high < domain.low or whole.low > domain.high:
                continue
            hole = Interval(max(whole.low, domain.low), min(whole.high, domain.high))
            mended = bench.repaired({key: Printed("", hole.middle, hole.low, hole.high, printed.decimals)})
            if set(rows) <= set(mended):
                low, high = (f"{end:.{max(printed.decimals, 0)}f}" for end in (hole.low, hole.high))
                text = low if low == high else f"{low} … {high}"
                yield Trial(key, text, kind, size, tuple(rows))
                if rows is failing:
                    return


def _exchanges(bench: Bench, key: Hashable) -> Iterator[Trial]:
    """Yield the exchanges of a number with that in its brackets, with those beside it and below it."""
    here = bench.operands[key]
    if here.part != "number":
        return
    inside = (bench.at(key, 0, 0, part) for part in range(len(here.entry.attached)))
    beside = (bench.at(key, 0, step, "number") for step in (-1, 1))
    below = (bench.at(key, step, 0, "number") for step in (1, 2))
    for kind, others in ((BRACKET, inside), (BESIDE, beside), (BELOW, below)):
        for other in others:
            if other is None or other == key:
                continue
            there = bench.operands[other]
            if not (possible(here, bench.printed[other]) and possible(there, bench.printed[key])):
                continue
            rows = bench.repaired({key: bench.printed[other], other: bench.printed[key]})
            if rows:
                yield Trial(key, bench.printed[other].text, kind, _EXCHANGE, rows, partner=other)
