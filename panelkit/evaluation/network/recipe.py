"""What a gravity network is made of, kept with it so that it can be made again from other masses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from panelkit.evaluation.network.scores import combined_mass, gravity_scores
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class GravityRecipe(Brief):
    """Masses, gap, share and distance of a gravity network.

    `masses` holds one (T, N) array an expression, `gap` and `share` an expression with its values (T, N), or None;
    `columns` are all columns that these expressions name. `distance` (N, N) is in km where the package made it.
    """

    masses: Mapping[str, FloatArray]
    gap: tuple[str, FloatArray] | None
    share: tuple[str, FloatArray] | None
    distance: FloatArray
    power: float
    columns: tuple[str, ...]

    def scores(self) -> FloatArray:
        """Return the scores (T, N, N)."""
        stacked = np.stack(list(self.masses.values()), axis=-2)
        return gravity_scores(
            combined_mass(stacked),
            self.distance,
            gap=None if self.gap is None else self.gap[1],
            share=None if self.share is None else self.share[1],
            power=self.power,
        )

    def values(self) -> dict[str, FloatArray]:
        """Return every ingredient (T, N) but the distance, by its expression."""
        pairs = [one for one in (self.gap, self.share) if one is not None]
        return {**self.masses, **dict(pairs)}

    def at(self, place: int) -> GravityRecipe:
        """Return the ingredients of one period."""
        return self._each(lambda values: values[place : place + 1])

    def dealt(self, order: IntArray) -> GravityRecipe:
        """Return the recipe with unit i given what unit order[i] has: masses move together, distances stay."""
        return self._each(lambda values: values[:, order])

    def without(self, unit: int) -> GravityRecipe:
        """Return the recipe without one unit."""
        kept = np.delete(np.arange(len(self.distance)), unit)
        fewer = self._each(lambda values: values[:, kept])
        return replace(fewer, distance=self.distance[np.ix_(kept, kept)])

    def noisy(self, noise: float, rng: np.random.Generator) -> GravityRecipe:
        """Return the recipe with every ingredient times exp(noise z), one z a unit, period and expression."""
        shaken = {
            name: values * np.exp(noise * rng.standard_normal(values.shape))
            for name, values in self.values().items()
        }
        return replace(
            self,
            masses={name: shaken[name] for name in self.masses},
            gap=None if self.gap is None else (self.gap[0], shaken[self.gap[0]]),
            share=None if self.share is None else (self.share[0], shaken[self.share[0]]),
        )

    def said(self) -> tuple[Message, ...]:
        """Return the formula in words."""
        names = [f"`{name}`" for name in self.masses]
        parts = [message("mass: geometric mean of {names}", names=names)]
        if self.gap is None:
            parts.append(message("distance: d^{power:g}", power=self.power))
        else:
            parts.append(
                message(
                    "distance: [d / (g_i - g_j)]^{power:g} with g = `{gap}`, which takes away ties between {units} "
                    "that are alike in it",
                    power=self.power,
                    gap=self.gap[0],
                )
            )
        if self.share is None:
            parts.append(
                message(
                    "K = 1: scores are symmetric, and ties are directed only where their rule goes by rows"
                )
            )
        else:
            parts.append(
                message(
                    "K_ij = v_i / (v_i + v_j) with v = `{share}` gives the direction", share=self.share[0]
                )
            )
        return tuple(parts)

    def _each(self, change: Callable[[FloatArray], FloatArray]) -> GravityRecipe:
        return replace(
            self,
            masses={name: change(values) for name, values in self.masses.items()},
            gap=None if self.gap is None else (self.gap[0], change(self.gap[1])),
            share=None if self.share is None else (self.share[0], change(self.share[1])),
        )
