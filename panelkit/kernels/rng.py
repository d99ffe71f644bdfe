"""Chance enters through an explicit seed or generator, never through module state."""

from __future__ import annotations

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import message


def as_generator(rng: int | np.random.Generator) -> np.random.Generator:
    """Return a generator: the one given, or a new one seeded with the integer given."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise SpecError(
            message("rng is a non-negative integer seed or a numpy Generator, not {rng!r}", rng=rng)
        )
    return np.random.default_rng(int(rng))


def seed_of(rng: int | np.random.Generator) -> int | None:
    """Return the seed to print beside a result, or None where the caller brought a generator."""
    return None if isinstance(rng, np.random.Generator) else int(rng)
