"""What several designs of one claim compute alike: computed once, and held as long as the claim's figures are."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from panelkit.claims.figures import Figures

T = TypeVar("T")
_HELD: WeakKeyDictionary[Figures, dict[Hashable, Any]] = WeakKeyDictionary()


def once(figures: Figures, key: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` returns, from an earlier call with these figures and this key where there was one.

    Parameters
    ----------
    figures
        The figures of a claim, that all its designs share.
    key
        Everything on which the result depends beside the figures.
    make
        Computes it; what it raises is raised, and not held.

    Returns
    -------
    The result, the same object every time.
    """
    held = _HELD.setdefault(figures, {})
    if key not in held:
        held[key] = make()
    found: T = held[key]
    return found
