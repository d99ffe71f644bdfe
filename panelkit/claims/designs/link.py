"""The kind `link`: how two figures or indices move together inside provinces, against shuffled provinces (R-DESC).

Two figures that grow at related rates in the provinces go together inside them without moving together in any year, and
two whose trends part hide that they do: the condition `trends` asks for the link beside a linear trend in every
province, on the side of the bound on which the main interval lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import composite_of, expressions_on_figures, read_together
from panelkit.claims.designs.resampling import numbers_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Key, Whole
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Measured, asked, uncomputed
from panelkit.claims.rules.description import bound_of
from panelkit.indices.arrays import linked
from panelkit.indices.arrays.resampled import Resampled, bootstrap_t, fisher
from panelkit.kernels.permutation import random_permutations
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray
from panelkit.studies.grid import Tick

BEYOND_DOUBT = 0.01
"""The level at which figures must show a link over provinces before a missing one inside them says anything."""

_LEAST = 8  # units: fewer have no bootstrap of a correlation
_SAME = 1e-12  # correlations of a figure with itself differ from one by rounding alone


class Link(NamedTuple):
    """The link inside units, resampled, and over units: the correlation of their means and its p under dealt units.

    `net` is the link inside units beside a linear trend in every unit; `lost` what the first has more than it, in
    Fisher's z.
    """

    inside: Resampled
    net: Resampled
    lost: Resampled
    over: float
    p_over: float


@offered("design", "link")
class LinkDesign(MeasuredDesign):
    """How two figures or indices move together inside provinces: their correlation, both ways demeaned.

    `figure` and `against`, or two of `index`; `given` are expressions that both are net of. The same must hold beside
    province trends. That a link is weak (`relation` "<", or the mirror of ">") asks that the figures can show one: over
    provinces, where the second figure is dealt to other provinces `draws` times, the correlation of their means must
    stand out.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "against", "given")
    RULE: ClassVar[str] = "R-DESC"

    kind: Literal["link"]
    figure: Expression | None = None
    against: Expression | None = None
    given: tuple[Expression, ...] = ()
    index: tuple[Key, ...] = Field(default=(), max_length=2)
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    draws: Whole = Field(default=999, ge=199, le=9999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _has_two(self) -> Self:
        named = [name for name in ("figure", "against") if getattr(self, name)]
        if len(named) + len(self.index) != 2 or len(named) == 1 or (self.index and self.given):
            raise ValueError(
                message("a link is of two: name figure and against, or two of index (these without given)")
            )
        return self

    @classmethod
    def shown(cls, given: Mapping[str, Any], *, own: bool) -> tuple[str, ...]:
        """Return two figures, unless indices are given."""
        return ("index",) if "index" in given else ("figure", "against", "given")

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the correlation inside provinces, and what the figures show over provinces.

        Raises
        ------
        DataError
            If too few provinces hold everything in every year, or the two are one figure.
        """
        rule = self.rule_under(reading.rule)
        read, cube = self._cube(claim, figures)
        found = link(cube, draws=self.draws, seed=self.seed)
        if abs(found.inside.value[0]) > 1.0 - _SAME:
            raise DataError(
                message(
                    "{place}: inside {units} the two are one and the same figure (correlation {value:.0f}): their link "
                    "is an identity, which says nothing of the claim. Take another figure",
                    place=claim.place_of(self),
                    value=found.inside.value[0],
                )
            )
        tick(1)
        n, years = cube.shape[:2]
        return Finding(
            measured=Measured(
                quantity=message("correlation inside {units}"),
                possible=(-1.0, 1.0),
                conditions=conditions_of(found, rule),
                sentence=message(
                    "Inside {units} and {periods} the two go together with {inside:.2f} (95 % interval {low:.2f} to "
                    "{high:.2f}; {n} {units} over {years} {periods}, resampled whole); over {units} with {over:.2f} "
                    "(p {p:.3f} where they are dealt to others).",
                    inside=found.inside.value[0],
                    low=found.inside.interval()[0][0],
                    high=found.inside.interval()[1][0],
                    n=n,
                    years=years,
                    over=found.over,
                    p=found.p_over,
                ),
                facts={"draws": self.draws, "seed": self.seed, "n_units": n, "over": found.over},
                **numbers_of(found.inside, rule, n),
            ),
            data=read,
        )

    def _cube(self, claim: Claim, figures: Figures) -> tuple[pd.DataFrame | None, FloatArray]:
        """Return what was read, and the columns of units that hold them in every year, (N, T, K)."""
        if self.index:
            indices = {name: composite_of(claim, self, name, self.variant) for name in self.index}
            frame = pd.concat({name: one.scores for name, one in indices.items()}, axis=1)
            read = [one.indicators for one in indices.values()]
        else:
            given = {f"given_{at}": text for at, text in enumerate(self.given)}
            named = {"figure": self.figure, "against": self.against, **given}
            frame = expressions_on_figures(figures, claim, self, named)
            read = [frame]
        first, last = claim.sample_of(self).window
        wide = frame.replace([np.inf, -np.inf], np.nan).unstack("year").dropna()
        n, years = len(wide), wide.columns.get_level_values(1).nunique()
        if n < _LEAST or years < 3:
            raise DataError(
                message(
                    "{place}: {units} that hold everything in all of {first}-{last}: {n}; {least} {units} and 3 "
                    "{periods} are needed",
                    place=claim.place_of(self),
                    n=n,
                    first=first,
                    last=last,
                    least=_LEAST,
                )
            )
        return read_together(read), wide.to_numpy(dtype=float).reshape(n, -1, years).transpose(0, 2, 1)


def link(cube: FloatArray, *, draws: int, seed: int) -> Link:
    """Return the link of the first two columns of a balanced cube (N, T, K), net of the others."""
    units = len(cube)

    def inside(counts: FloatArray) -> FloatArray:
        return linked.within_correlations(cube, counts)[:, None]

    def net(counts: FloatArray) -> FloatArray:
        return linked.within_correlations(cube, counts, trends=True)[:, None]

    def lost(counts: FloatArray) -> FloatArray:
        return fisher(inside(counts)) - fisher(net(counts))

    dealt = random_permutations(np.zeros(units, dtype=np.int64), draws, np.random.default_rng([seed, 1]))
    over = float(linked.dealt_correlations(cube, np.arange(units)[None])[0])
    beyond = np.abs(linked.dealt_correlations(cube, dealt)) >= abs(over)
    return Link(
        bootstrap_t(inside, units, draws=draws, rng=seed, scale="fisher"),
        bootstrap_t(net, units, draws=draws, rng=seed, scale="fisher"),
        bootstrap_t(lost, units, draws=draws, rng=seed),
        over,
        float((1 + beyond.sum()) / (1 + draws)),
    )


def conditions_of(found: Link, rule: Rule) -> tuple[Condition, ...]:
    """Return whether the link is the same beside trends and, of a weak one, whether the figures can show one at all.

    Both are read on the side of the bound on which the main interval lies, so that a contradiction has the bar of its
    mirror; where it holds the bound, on the claimed side.
    """
    bound = bound_of(rule)
    (low,), (high,) = found.inside.interval()
    above = bound.above((low, high))
    return (_beside_trends(found, bound.value, above), *(() if above else (_shows(found),)))


def _beside_trends(found: Link, bound: float, above: bool) -> Condition:
    """Return whether the link lies on its side of the bound beside trends too.

    It passes where its interval clears the bound there. Where that does not, and it is significantly nearer to the
    bound than without the trends (one-sided 2.5 %), they take it away; else the figures cannot tell.
    """
    side = 1.0 if above else -1.0
    (low,), (high,) = found.net.interval()
    (least,), (most,) = found.lost.interval()
    asks = message("the same beside {unit} trends")
    if np.isnan([low, high, least, most]).any():
        return uncomputed("trends", asks, message("trends leave nothing of a figure"))
    clears = (low if above else -high) > side * bound
    nearer = (least if above else -most) > 0.0
    return Condition(
        key="trends",
        asks=asks,
        outcome="passes" if clears else "takes away" if nearer else "fails",
        found=message(
            "{value:.2f} ({low:.2f} to {high:.2f})",
            value=found.net.value[0],
            low=low,
            high=high,
        ),
        numbers={"value": float(found.net.value[0]), "low": float(low), "high": float(high)},
    )


def _shows(found: Link) -> Condition:
    """Return whether figures that show no strong link inside units can show one at all."""
    return asked(
        "shows",
        message("the figures can show a link: over {units} they do"),
        found.over > 0.0 and found.p_over < BEYOND_DOUBT,
        message("correlation {over:.2f}, p {p:.3f} against dealt {units}", over=found.over, p=found.p_over),
        over=found.over,
        p=found.p_over,
    )
