"""Selection on unobservables in proportion to that on controls (Oster 2019).

All sums of squares are net of what both fits hold (effects, common controls). w are the controls that only the long
fit has; with X the term, ss_x its squares net of the common part, tau net of w too, b_s and b_l its coefficients:
a = (b_s - b_l) ss_x, v = rss_s - rss_l + a^2 / ss_x (the squares of the controls' part), s = ss_x - tau, and
d = (r2_max - r2_l) tss, what is left for the unobservables. With n = b_l - b the bias, proportional selection says
delta (a + n s) (d + n^2 tau) = n tau (v + 2 a n + n^2 s): delta for a given b, and a cubic for b given delta, a
quadratic where delta is 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.inference.focal import Focal, focal_of
from panelkit.inference.panel_tests.fits import design_of
from panelkit.kernels.capabilities import AS_OBSERVED
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.tabled import Named, Tabled
from panelkit.show.brief import Brief

# below this share of the squares, R2 does not rise and controls do not reach the term
_LITTLE = 1e-12
# one solution undoes the controls altogether: rounding decides no side for it
_BOUNDARY = 1e-9
_REAL = 1e-7
_USUAL = 1.3


@dataclass(frozen=True, eq=False)
class Selection(Brief):
    """The moments of the two regressions: see the head of this module."""

    long: float
    a: float
    v: float
    s: float
    tau: float
    d: float

    def delta(self, beta: float) -> float:
        """Return the degree of selection under which the effect is `beta`; infinite where none reaches it."""
        n = self.long - beta
        reached = (self.a + n * self.s) * (self.d + n**2 * self.tau)
        moved = n * self.tau * (self.v + 2.0 * self.a * n + n**2 * self.s)
        return moved / reached if reached != 0.0 else float(np.copysign(np.inf, moved))

    def effects(self, delta: float) -> tuple[float, ...]:
        """Return the effects under a degree of selection, all real roots, the nearest to the long estimate first."""
        # the bias in units in which the squares of the unobservables and of tau are one
        unit = np.sqrt(self.d / self.tau)
        cubic = [
            (delta - 1.0) * self.s * self.tau * unit**3,
            (delta - 2.0) * self.a * self.tau * unit**2,
            (delta * self.s * self.d - self.tau * self.v) * unit,
            delta * self.a * self.d,
        ]
        roots = np.roots(cubic)
        real = roots.real[np.abs(roots.imag) <= _REAL * np.maximum(1.0, np.abs(roots))]
        return tuple(float(self.long - unit * root) for root in sorted(real, key=abs))

    def same_direction(self, beta: float) -> bool:
        """Return whether the controls' true part leans on the term as their estimated one does (assumption 3)."""
        return bool(self.a * (self.a + (self.long - beta) * self.s) > _BOUNDARY * self.a**2)


@dataclass(frozen=True, kw_only=True, eq=False)
class OsterDelta(Tabled):
    """Oster's delta and the effect under a degree of selection.

    `delta`: how strongly, beside the controls, unobservables must be selected for the effect to be `beta`.
    `adjusted`: the effect where they are selected `selected` times as strongly as the controls; `roots` are all
    solutions, `bounds` the interval from the long estimate to `adjusted`.
    """

    term: str
    short: float
    long: float
    r2_short: float
    r2_long: float
    r2_max: float
    beta: float
    delta: float
    selected: float
    adjusted: float
    roots: tuple[float, ...]

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the effects between no selection and `selected`, low and high."""
        return min(self.long, self.adjusted), max(self.long, self.adjusted)

    def _named(self) -> Sequence[Named]:
        return (
            (message("Estimate without the controls"), self.short),
            (message("Estimate with them"), self.long),
            (message("R² without the controls"), self.r2_short),
            (message("R² with them"), self.r2_long),
            (message("R² with the unobservables too"), self.r2_max),
            (message("δ at which the effect is {beta:g}", beta=self.beta), self.delta),
            (message("Effect at δ = {delta:g}", delta=self.selected), self.adjusted),
        )

    def tidy(self) -> pd.DataFrame:
        """Return one row: both estimates and R2, r2_max, beta, delta, selected, adjusted, low, high."""
        low, high = self.bounds
        held = {
            "term": self.term,
            "estimate_short": self.short,
            "estimate_long": self.long,
            "r2_short": self.r2_short,
            "r2_long": self.r2_long,
            "r2_max": self.r2_max,
            "beta": self.beta,
            "delta": self.delta,
            "selected": self.selected,
            "adjusted": self.adjusted,
            "low": low,
            "high": high,
        }
        return pd.DataFrame([held])


@offered("inference", family="sensitivity", result="OsterDelta", source="Oster 2019", public=True)
def oster_delta(
    fit_short: FitResult,
    fit_long: FitResult,
    term: str | None = None,
    *,
    r2_max: float | None = None,
    beta: float = 0.0,
    selected: float = 1.0,
) -> OsterDelta:
    """Return how strongly unobservables must be selected to make the effect `beta`, and the effect if they are.

    Parameters
    ----------
    fit_short, fit_long
        Two fits of the same rows, outcome and effects; the long one has all terms of the short one and the controls
        that the unobservables are compared with. What both hold is not compared.
    term
        The treatment; None where the short fit has one term beside its intercept.
    r2_max
        R2 of a regression with the unobservables too; None is 1.3 times that of the long fit, at most 1.
    beta
        The effect that delta makes true.
    selected
        How many times as strongly as the controls the unobservables are selected in `adjusted`.

    Returns
    -------
    OsterDelta
        R2 here and in `r2_max` are shares of the outcome's variance after the effects of the fits (within R2).

    Raises
    ------
    SpecError
        If the fits are not nested least squares on the same rows, if R2 does not rise, or `r2_max` is not above it.

    Examples
    --------
    >>> short = pk.FixedEffects("log(patents_granted) ~ log(gdp)").fit(panel)
    >>> long = pk.FixedEffects("log(patents_granted) ~ log(gdp) + log(population)").fit(panel)
    >>> found = pk.oster_delta(short, long)
    >>> round(found.delta, 3), round(found.adjusted, 3)
    (0.801, -0.302)
    """
    name = _term_of(fit_short, term)
    short, long = focal_of(fit_short, name), focal_of(fit_long, name)
    _refuse_unlike(fit_short, fit_long)
    total = long.linear.tss
    r2_short, r2_long = 1.0 - short.linear.rss / total, 1.0 - long.linear.rss / total
    highest = min(1.0, _USUAL * r2_long) if r2_max is None else float(r2_max)
    _refuse_r2(r2_short, r2_long, highest)
    moments = _moments(short, long, (highest - r2_long) * total)
    roots = moments.effects(selected)
    leaning = [root for root in roots if moments.same_direction(root)]
    notes = _notes(fit_long, r2_max, roots, leaning)
    return OsterDelta(
        title=message("Selection on unobservables: {term}", term=name),
        term=name,
        short=short.estimate,
        long=long.estimate,
        r2_short=r2_short,
        r2_long=r2_long,
        r2_max=highest,
        beta=beta,
        delta=moments.delta(beta),
        selected=selected,
        adjusted=(leaning or list(roots) or [float("nan")])[0],
        roots=roots,
        notes=tuple(note.spoken(*fit_long.level_names) for note in notes),
    )


def _moments(short: Focal, long: Focal, left: float) -> Selection:
    ss_x, tau = (1.0 / float(each.linear.root[each.at] @ each.linear.root[each.at]) for each in (short, long))
    if ss_x - tau <= _LITTLE * ss_x:
        raise SpecError(
            message(
                "the controls that the long fit adds are unrelated to {term}: selection on them says nothing",
                term=long.term,
            )
        )
    a = (short.estimate - long.estimate) * ss_x
    return Selection(
        long.estimate, a, short.linear.rss - long.linear.rss + a**2 / ss_x, ss_x - tau, tau, left
    )


def _term_of(short: FitResult, term: str | None) -> str:
    if term is not None:
        return term
    names = [name for name in short.terms if name != "Intercept"]
    if len(names) != 1:
        raise SpecError(message("which of {names} is the treatment? Say `term=`", names=names))
    return names[0]


def _refuse_unlike(short: FitResult, long: FitResult) -> None:
    """Refuse fits of which the second does not only add controls to the first."""
    for fit in (short, long):
        linear = design_of(fit, weighted=True)[0]
        bare = linear.effects == "none" and "Intercept" not in fit.terms
        if AS_OBSERVED not in linear.can or bare:
            raise SpecError(
                message("{title}: it has no R² that a longer regression could raise", title=fit.title)
            )
    one, two = (design_of(fit, weighted=True)[0] for fit in (short, long))
    alike = (
        one.n == two.n
        and one.effects == two.effects
        and short.facts.get("row_weights") == long.facts.get("row_weights")
        and np.array_equal(one.layout.unit, two.layout.unit)
        and np.array_equal(one.layout.time, two.layout.time)
        and np.allclose(one.y, two.y, rtol=1e-9, atol=0.0)
    )
    if not alike:
        raise SpecError(
            message(
                "the two fits are not of the same rows, outcome, effects and weights ({short:,} and {long:,} rows): "
                "fit the short one on the rows of the long one",
                short=one.n,
                long=two.n,
            )
        )
    absent = [name for name in short.terms if name not in long.terms]
    added = [name for name in long.terms if name not in short.terms]
    if absent or not added:
        raise SpecError(
            message("the long fit has all terms of the short one and more; it lacks {absent}", absent=absent)
            if absent
            else message("the long fit adds no control to the short one")
        )


def _refuse_r2(short: float, long: float, highest: float) -> None:
    if long - short <= _LITTLE:
        raise SpecError(
            message("R² does not rise with the controls ({r2:.6g}): selection on them says nothing", r2=long)
        )
    if not long < highest <= 1.0:
        raise SpecError(
            message(
                "r2_max lies above the R² of the long fit, {r2:.6g}, and is at most 1, not {highest:.6g}",
                r2=long,
                highest=highest,
            )
        )


def _notes(
    fit: FitResult, r2_max: float | None, roots: tuple[float, ...], leaning: list[float]
) -> list[Message]:
    notes = []
    if design_of(fit, weighted=True)[0].effects != "none":
        notes.append(
            message("R² are within: shares of what the effects leave of {outcome}", outcome=fit.outcome)
        )
    if r2_max is None:
        notes.append(message("R² with the unobservables: 1.3 times that with the controls, at most 1"))
    if not roots:
        notes.append(message("no effect solves the equation at this δ"))
    elif len(roots) > 1:
        notes.append(
            message(
                "solutions: {roots}; chosen: the nearest to the estimate with controls of those under which the "
                "controls lean on the term as estimated",
                roots=[f"{root:.6g}" for root in roots],
            )
        )
    if roots and not leaning:
        notes.append(
            message("under no solution do the controls lean on the term as estimated: the nearest is shown")
        )
    return notes
