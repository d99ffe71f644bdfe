"""The kind `link`: how two figures or indices move together inside provinces, against shuffled provinces (R-DESC)."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import composite_of, expressions_on_figures
from panelkit.claims.designs.resampling import numbers_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Key, Whole
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.indices.arrays import linked
from panelkit.indices.arrays.resampled import Resampled, bootstrap_t
from panelkit.kernels.permutation import random_permutations
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray
from panelkit.studies.grid import Tick

BEYOND_DOUBT = 0.01
"""The level at which figures must show a link over provinces before a missing one inside them says anything."""

_LEAST = 8  # units: fewer have no bootstrap of a correlation


class Link(NamedTuple):
    """The link inside units, resampled, and over units: the correlation of their means and its p under dealt units."""

    inside: Resampled
    over: float
    p_over: float


@offered("design", "link")
class LinkDesign(MeasuredDesign):
    """How two figures or indices move together inside provinces: their correlation, both ways demeaned.

    `figure` and `against`, or two of `index`; `given` are expressions that both are net of. A claim of a weak link
    (`relation` "<") asks that the figures can show one: over provinces, where the second figure is dealt to other
    provinces `draws` times, the correlation of their means must stand out.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "against", "given")

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

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the correlation inside provinces, and what the figures show over provinces.

        Raises
        ------
        DataError
            If too few provinces hold everything in every year.
        """
        rule = self.rule_under(reading.rule)
        frame, cube = self._cube(claim, figures)
        found = link(cube, draws=self.draws, seed=self.seed)
        tick(1)
        n, years = cube.shape[:2]
        return Finding(
            measured=Measured(
                quantity=message("correlation inside {units}"),
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
            data=frame if frame.attrs else None,
        )

    def _cube(self, claim: Claim, figures: Figures) -> tuple[pd.DataFrame, FloatArray]:
        """Return the columns, and those of units that hold them in every year, (N, T, K)."""
        if self.index:
            scores = {name: composite_of(claim, self, name, self.variant).scores for name in self.index}
            frame = pd.concat(scores, axis=1)
        else:
            given = {f"given_{at}": text for at, text in enumerate(self.given)}
            named = {"figure": self.figure, "against": self.against, **given}
            frame = expressions_on_figures(figures, claim, self, named)
        first, last = claim.sample_of(self).window
        wide = frame.replace([np.inf, -np.inf], np.nan).unstack("year").dropna()
        n, years = len(wide), wide.columns.get_level_values(1).nunique()
        if n < _LEAST or years < 3:
            raise DataError(
                message(
                    "{place}: {n} {units} hold everything in all of {first}-{last}; {least} {units} and 3 {periods} "
                    "are needed",
                    place=claim.place_of(self),
                    n=n,
                    first=first,
                    last=last,
                    least=_LEAST,
                )
            )
        return frame, wide.to_numpy(dtype=float).reshape(n, -1, years).transpose(0, 2, 1)


def link(cube: FloatArray, *, draws: int, seed: int) -> Link:
    """Return the link of the first two columns of a balanced cube (N, T, K), net of the others."""
    units = len(cube)
    inside = bootstrap_t(
        lambda counts: linked.within_correlations(cube, counts)[:, None],
        units,
        draws=draws,
        rng=seed,
        scale="fisher",
    )
    dealt = random_permutations(np.zeros(units, dtype=np.int64), draws, np.random.default_rng([seed, 1]))
    over = float(linked.dealt_correlations(cube, np.arange(units)[None])[0])
    beyond = np.abs(linked.dealt_correlations(cube, dealt)) >= abs(over)
    return Link(inside, over, float((1 + beyond.sum()) / (1 + draws)))


def conditions_of(found: Link, rule: Rule) -> tuple[Condition, ...]:
    """Return whether figures that show no link inside units can show one at all; asked of a claimed weak link only."""
    if not str(getattr(rule, "relation", "")).startswith("<"):
        return ()
    return (
        asked(
            "shows",
            message("the figures can show a link: over {units} they do"),
            found.over > 0.0 and found.p_over < BEYOND_DOUBT,
            message(
                "correlation {over:.2f}, p {p:.3f} against dealt {units}", over=found.over, p=found.p_over
            ),
            over=found.over,
            p=found.p_over,
        ),
    )
