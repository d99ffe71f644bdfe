"""The kind `moderated`: a panel regression in which a moderator changes the slope of the treatment (R-MOD)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import PrivateAttr, model_validator
from scipy import special

from panelkit.claims.designs.panel import PanelDesign
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.parts import Expression
from panelkit.claims.findings import Condition, Finding
from panelkit.claims.rules.moderation import MARGINAL
from panelkit.claims.rules.regression import told
from panelkit.claims.specify import Regression, refuse_same, specify, whole_grid
from panelkit.kernels.within import FloatArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.studies.estimation import fit_specification, treatment
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.interaction import second_differences
from panelkit.studies.scrutiny.sample import cube_of
from panelkit.studies.specification import Specification

LEVELS = (0.10, 0.50, 0.90)
"""Where the treatment's slope is printed: a low, a middle and a high moderator of the province-years of the sample."""

LITTLE = 0.05
"""The share of a moderator's variance below which it barely moves inside the provinces: the interaction then compares
the slopes of provinces, and what else tells these provinces apart comes in with it."""


@offered("design", "moderated")
class ModeratedDesign(PanelDesign):
    """A panel regression on treatment, moderator and their product, both less their means in the declared sample.

    The slope of the product is tested; it does not depend on the centring, the slopes of the two parts do. `lag` lags
    treatment and moderator alike.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "moderator", "controls", "yuan")
    LAGGED: ClassVar[tuple[str, ...]] = ("treatment", "moderator")

    TWINS: ClassVar[bool] = False

    kind: Literal["moderated"]  # type: ignore[assignment]
    moderator: Expression

    _centre: tuple[float, float] = PrivateAttr(default=(0.0, 0.0))

    @model_validator(mode="after")
    def _arrives_at_once(self) -> Self:
        if self.lags or self.spread:
            raise ValueError(
                message("a design of the kind `moderated` has no lags and no spread: `lag` moves both parts")
            )
        return self

    def specification(self, claim: Claim, options: tuple[GridOption | None, ...] = ()) -> Specification:
        """Return the regression with figures in place of roles, changed by the options of a grid."""
        return self._with_product(specify(claim, self, self._regression(claim), options))

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the main specification, then every other combination of the grid's axes."""
        found = (self._with_product(spec) for spec in whole_grid(claim, self, self._regression(claim)))
        return list(dict.fromkeys(found))

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Fit the main specification, test the interaction, walk the grid, say the slope at levels of the moderator.

        Raises
        ------
        SpecError, DataError
            If the main specification cannot be computed.
        """
        spec = self.specification(claim)
        first = fit_specification(spec, figures.exact(spec))
        centred = self.model_copy()
        centred._centre = tuple(_rounded(column.mean()) for column in _parts(first))  # type: ignore[assignment]
        found = PanelDesign.run(centred, claim, reading, figures, tick)
        assert found.fit is not None  # a panel design yields its fit
        beside = (
            slopes_at_levels(found.fit, centred._centre[1], found.factor),
            moves_inside(_design_of(found.fit), _parts(found.fit)[1]),
            *_changes_of_changes(found, reading.rule.direction),
        )
        return replace(found, printed=(*beside, *found.printed))

    def _regression(self, claim: Claim) -> Regression:
        return replace(super()._regression(claim), mediators=(self.moderator,))

    def _with_product(self, spec: Specification) -> Specification:
        """Return the regression on the product first, then on its two parts and on the controls."""
        refuse_same(spec.treatment, spec.mediators[0])
        parts = tuple(
            f"lag({text}, {spec.lag})" if spec.lag else text for text in (spec.treatment, spec.mediators[0])
        )
        x, m = (_less(text, mean) for text, mean in zip(parts, self._centre, strict=True))
        return replace(
            spec, treatment=f"I({x} * {m})", controls=(*parts, *spec.controls), lag=0, mediators=()
        )


def slopes_at_levels(fit: FitResult, mean: float, factor: float) -> Condition:
    """Return the treatment's slope at low, middle and high moderators, with intervals that hold jointly.

    They are those of Working and Hotelling: the slope is a line in the moderator, and the band sqrt(2 F(2, G-1)) holds
    it at all its levels at once.

    Parameters
    ----------
    fit
        The regression on product, treatment and moderator, in this order.
    mean
        What was taken from the moderator in the product.
    factor
        What a coefficient is multiplied by.

    Returns
    -------
    Condition
        One that decides nothing.
    """
    at = treatment(fit)
    levels = np.quantile(_parts(fit)[1], LEVELS)
    weights = np.column_stack([levels - mean, np.ones(len(levels))])
    df = float(np.broadcast_to(fit.df, fit.estimates.shape)[at])
    slopes = factor * (weights @ fit.estimates[at : at + 2])
    part = fit.covariance[at : at + 2, at : at + 2]
    errors = factor * np.sqrt(np.einsum("ij,jk,ik->i", weights, part, weights))
    half = np.sqrt(2.0 * special.fdtri(2.0, df, 0.95)) * errors
    said = [_slope(*numbers) for numbers in zip(LEVELS, slopes, slopes - half, slopes + half, strict=True)]
    numbers = {
        f"{what}_p{100.0 * level:.0f}": float(value)
        for what, values in (("slope", slopes), ("low", slopes - half), ("high", slopes + half))
        for level, value in zip(LEVELS, values, strict=True)
    }
    return Condition(
        key=MARGINAL,
        asks=message("slope of the treatment by moderator, 95 % intervals that hold jointly"),
        outcome="printed",
        found=listed(said),
        decides=False,
        numbers=numbers,
    )


def moves_inside(design: Design, moderator: FloatArray) -> Condition:
    """Return which share of the moderator's variance inside years lies inside units too."""
    column = moderator[:, None]
    inside, apart = (within(column, design.layout, effects) for effects in ("twoway", "time"))
    share = float((inside**2).sum() / (apart**2).sum())
    if share < LITTLE:
        found = message(
            "{share:.1%}: it barely moves inside the {units}, so that the interaction compares the slopes of {units} "
            "that differ in much else",
            share=share,
        )
    else:
        found = message("{share:.1%}", share=share)
    return Condition(
        key="moderator",
        asks=message("share of the moderator's variance inside the {units}, {period} effects out"),
        outcome="printed",
        found=found,
        decides=False,
        numbers={"share": share},
    )


def _changes_of_changes(found: Finding, direction: float) -> Iterator[Condition]:
    """Yield what second differences leave of the interaction, where a regression has conditions."""
    known = found.scrutiny
    if known is None or found.fit is None:
        return
    panel = cube_of(_design_of(found.fit), known.term)
    side = np.array([-direction if known.mirrored else direction])
    yield told(second_differences(panel, known.main, side).at(), factor=found.factor, units=known.units)


def _slope(level: float, slope: float, low: float, high: float) -> Message:
    return message(
        "at p{level:.0f} {slope:.3g} ({low:.3g} to {high:.3g})",
        level=100.0 * level,
        slope=slope,
        low=low,
        high=high,
    )


def _parts(fit: FitResult) -> tuple[FloatArray, FloatArray]:
    """Return treatment and moderator on the rows of the sample: they follow the product."""
    design, at = _design_of(fit), treatment(fit)
    names = [fit.terms[at + 1], fit.terms[at + 2]]
    x, m = (design.X[:, design.terms.index(name)] for name in names)
    return x, m


def _design_of(fit: FitResult) -> Design:
    if fit.design is None:
        raise SpecError(message("{title}: the interaction needs a fit that kept its design", title=fit.title))
    return fit.design


def _rounded(mean: float) -> float:
    """Return a mean as formulas print it: the slope of the product does not depend on its last digits."""
    return float(f"{mean:.4g}")


def _less(text: str, mean: float) -> str:
    """Return an expression less a number; less nothing it is itself."""
    if mean == 0.0:
        return f"({text})"
    return f"({text} {'-' if mean > 0.0 else '+'} {abs(mean)!r})"
