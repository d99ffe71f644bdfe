"""Specifications of one design on old and on new figures: those that are lost, and those that are new."""

from __future__ import annotations

from panelkit.claims.verdict import Verdict

_NUMBERS = frozenset(
    ("formula", "estimate", "std_error", "conf_low", "conf_high", "p_value", "nobs", "period")
)


def lost_and_new(old: Verdict, new: Verdict) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the specifications computed on the old figures only, and those computed on the new figures only.

    A specification is called by its options, so that years that roll make no other of it.
    """
    if not (_has_grid(old) or _has_grid(new)):
        before, after = _failed(old), _failed(new)
        return _without(after, before), _without(before, after)
    before, after = _computed(old), _computed(new)
    return _without(before, after), _without(after, before)


def _without(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    known = set(others)
    return tuple(name for name in names if name not in known)


def _has_grid(verdict: Verdict) -> bool:
    return verdict.tested is not None and verdict.tested.grid is not None


def _computed(verdict: Verdict) -> tuple[str, ...]:
    grid = None if verdict.tested is None else verdict.tested.grid
    if grid is None:
        return ()
    names = grid.table[[name for name in grid.table.columns if name not in _NUMBERS]]
    rows = names.astype(str).to_numpy().tolist()
    options = [zip(names.columns, row, strict=True) for row in rows]
    return tuple(" / ".join(f"{axis} {option}" for axis, option in one if option) for one in options)


def _failed(verdict: Verdict) -> tuple[str, ...]:
    tally = None if verdict.tested is None else verdict.tested.tally
    return () if tally is None else tuple(name for name, _ in tally.failed)
