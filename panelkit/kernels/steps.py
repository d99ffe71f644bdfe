"""How far a long loop is, told to whoever asked to hear it; nothing is counted where nobody did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
Hearer = Callable[[int, int], None]
"""Called with how many steps of a loop are done, and of how many."""

_HEARER: ContextVar[Hearer | None] = ContextVar("hearer", default=None)


@contextmanager
def heard_by(hearer: Hearer) -> Iterator[None]:
    """Let a hearer be told of the loops inside the block, of the outermost where one stands in another."""
    token = _HEARER.set(hearer)
    try:
        yield
    finally:
        _HEARER.reset(token)


def steps_of(items: Iterable[Item], total: int) -> Iterator[Item]:
    """Yield items, telling the hearer after each how many of `total` are done.

    While an item is at work its own loops tell nobody.
    """
    hearer = _HEARER.get()
    if hearer is None:
        yield from items
        return
    _HEARER.set(None)
    try:
        for done, item in enumerate(items, 1):
            yield item
            hearer(done, total)
    finally:
        _HEARER.set(hearer)
