"""What two-way effects weigh the effect of every treated row with, and how far effects may differ beside that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.inference.adoption import Treatment, treatment_at, treatments_in
from panelkit.inference.panel_tests.fits import design_of
from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION, PANEL_ROWS
from panelkit.kernels.switching import is_binary
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.results.fit import FitResult
from panelkit.results.tabled import Named, Tabled

# a weight below this share of the largest is rounding
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class Negative:
    """How many treated rows there are, how many have a negative weight, and the sum of these weights."""

    treated: int
    count: int
    total: float

    @property
    def share(self) -> float:
        """Return the share of the treated rows that have a negative weight."""
        return self.count / self.treated


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoWayWeights(Tabled):
    """The weights with which a two-way coefficient averages the effects of the treated rows; they sum to one.

    `cells` holds a row a treated row of the panel (unit, period): `weight`, and `share` of the treated rows, which an
    average effect would weigh with. `sigma` is the least standard deviation of effects across treated rows at which an
    average effect of zero could give this coefficient, `sigma_opposite` that at which all effects could have the other
    sign (missing without negative weights).
    """

    term: str
    estimate: float
    cells: pd.DataFrame
    negative: Negative
    sigma: float
    sigma_opposite: float

    def _named(self) -> Sequence[Named]:
        rows: list[Named] = [
            (message("Coefficient"), self.estimate),
            (message("Treated rows"), self.negative.treated),
            (message("Treated rows of negative weight"), self.negative.count),
            (message("Sum of negative weights"), self.negative.total),
            (message("Least deviation of effects with an average of zero"), self.sigma),
        ]
        if np.isfinite(self.sigma_opposite):
            rows.append((message("Least deviation with all effects of the other sign"), self.sigma_opposite))
        return rows

    def tidy(self) -> pd.DataFrame:
        """Return one row: term, estimate, treated, negative, negative_share, negative_sum, sigma, sigma_opposite."""
        held = {
            "term": self.term,
            "estimate": self.estimate,
            "treated": self.negative.treated,
            "negative": self.negative.count,
            "negative_share": self.negative.share,
            "negative_sum": self.negative.total,
            "sigma": self.sigma,
            "sigma_opposite": self.sigma_opposite,
        }
        return pd.DataFrame([held])


@offered(
    "inference",
    family="policy",
    result="TwoWayWeights",
    source="de Chaisemartin and D'Haultfoeuille 2020, theorem 1 and corollary 1",
    public=True,
)
def two_way_weights(fit: FitResult, term: str | None = None) -> TwoWayWeights:
    """Return the weight of every treated row in a two-way coefficient.

    Under parallel trends the coefficient of a 0/1 treatment has the expectation sum_it w_it effect_it over treated
    rows, w_it = e_it / sum e_it over treated rows, e what unit effects, period effects and the other regressors leave
    of the treatment. Where some w are negative, the coefficient can have the other sign than all effects. The rows may
    be unbalanced, have weights and switch off again.

    Parameters
    ----------
    fit
        Least squares with two-way effects, swept or as dummies: `FixedEffects`, `PooledOLS`.
    term
        A 0/1 regressor of it; None takes the one treatment that units adopt.

    Returns
    -------
    TwoWayWeights

    Raises
    ------
    SpecError
        If the fit has no two-way effects, or no such term, or several treatments and none is named.

    Examples
    --------
    >>> import numpy as np
    >>> units, years = panel.index.get_level_values(0), panel.index.get_level_values(1)
    >>> start = units.unique()[:12]
    >>> first = dict(zip(start, np.repeat(np.unique(years)[1:4], 4)))
    >>> pilot = [float(year >= first.get(unit, 9999)) for unit, year in panel.index]
    >>> fit = pk.FixedEffects("log(patents_granted) ~ pilot").fit(panel.assign(pilot=pilot))
    >>> weights = pk.two_way_weights(fit)
    >>> round(float(weights.cells["weight"].sum()), 12)
    1.0
    """
    one = treatment_of(fit, term)
    weight, on = treated_weights(one), one.column == 1.0
    share = one.row_weights[on] / one.row_weights[on].sum()
    index = one.design.labels()[on].set_names(list(one.design.level_names))
    estimate = float(one.linear.beta[one.at])
    sigma, opposite = deviations(estimate, weight, share)
    return TwoWayWeights(
        title=message("Weights of two-way effects: {term}", term=one.term),
        term=one.term,
        estimate=estimate,
        cells=pd.DataFrame({"weight": weight, "share": share}, index=index),
        negative=negative_part(weight),
        sigma=sigma,
        sigma_opposite=opposite,
    )


def treated_weights(one: Treatment) -> FloatArray:
    """Return the weights of the treated rows, (treated rows,), summing to one."""
    return one.functional[one.column == 1.0]


def negative_part(weight: FloatArray) -> Negative:
    """Return what of the weights is negative beyond rounding."""
    below = weight < -_ROUNDING * np.abs(weight).max()
    return Negative(len(weight), int(below.sum()), float(weight[below].sum()))


def deviations(estimate: float, weight: FloatArray, share: FloatArray) -> tuple[float, float]:
    """Return the least standard deviations of effects behind an average of zero, and behind the other sign everywhere.

    De Chaisemartin and D'Haultfoeuille 2020, corollary 1: |beta| / sd(w), and |beta| / sqrt(T_s + S_s^2 / (1 - P_s)).

    Parameters
    ----------
    estimate
        The coefficient.
    weight, share
        (m,) weights of the treated rows, and their shares of the treated rows' weight; each sums to one.
    """
    ratio = weight / share
    spread = float(share @ (ratio - 1.0) ** 2)
    zero = abs(estimate) / np.sqrt(spread) if spread > _ROUNDING**2 else np.inf
    if not negative_part(weight).count:
        return float(zero), float("nan")
    order = np.argsort(-ratio, kind="stable")
    ratio, share = ratio[order], share[order]
    P, S, T = (np.cumsum(part[::-1])[::-1] for part in (share, share * ratio, share * ratio**2))
    others = np.maximum(1.0 - P, 0.0)
    # the first row has all the others behind it: P = 1, S = 1, and its own weight is above zero
    at = 1 + int(np.argmax(ratio[1:] * others[1:] < -S[1:]))
    return float(zero), float(abs(estimate) / np.sqrt(T[at] + S[at] ** 2 / others[at]))


def treatment_of(fit: FitResult, term: str | None) -> Treatment:
    """Return a 0/1 regressor of a least-squares fit with two-way effects.

    Raises
    ------
    SpecError
        If the fit is another, or no term, or none alone, is a 0/1 treatment.
    """
    linear, design = design_of(fit, weighted=True)
    if not linear.can >= {AS_OBSERVED, ONE_EQUATION, PANEL_ROWS}:
        raise SpecError(
            message(
                "{title}: weights of two-way effects are those of least squares on the rows of the panel, such as "
                "FixedEffects",
                title=fit.title,
            )
        )
    one = _only(fit, treatments_in(design, linear)) if term is None else None
    if one is None:
        if term not in linear.terms:
            raise SpecError(
                message("no term {term} in this fit: it has {terms}", term=term, terms=linear.terms)
            )
        at = linear.terms.index(term)
        if not is_binary(design.X[:, at]):
            raise SpecError(
                message(
                    "`{term}` is no 0/1 treatment: it has other values, and its coefficient is no average of effects "
                    "of being treated",
                    term=term,
                )
            )
        one = treatment_at(design, linear, at)
    if not one.twoway:
        raise SpecError(
            message(
                "{title}: effects of {units} and of {periods} are needed: fit FixedEffects with {effects}",
                effects=option("effects", "twoway"),
                title=fit.title,
            ).spoken(*fit.level_names)
        )
    return one


def _only(fit: FitResult, found: tuple[Treatment, ...]) -> Treatment:
    if len(found) != 1:
        raise SpecError(
            message(
                "{title}: {count} regressors are treatments that {units} adopt under two-way effects ({terms}): "
                "name one, term=",
                title=fit.title,
                count=len(found),
                terms=[f"`{one.term}`" for one in found] or message("none"),
            ).spoken(*fit.level_names)
        )
    return found[0]
