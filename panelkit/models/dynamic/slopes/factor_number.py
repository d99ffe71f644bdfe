"""How many factors: information criteria of Bai and Ng, ratios of eigenvalues of Ahn and Horenstein."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count
from panelkit.models.dynamic.slopes.interactive import InteractiveEffects
from panelkit.models.dynamic.slopes.interactive_result import InteractiveResult
from panelkit.results.tabled import Named, Tabled

MOST = 8
CRITERIA: dict[str, Message] = {
    "ic1": message("Bai and Ng, IC1"),
    "ic2": message("Bai and Ng, IC2"),
    "ic3": message("Bai and Ng, IC3"),
    "bic3": message("Bai and Ng, BIC3"),
    "er": message("Ahn and Horenstein, eigenvalue ratio"),
    "gr": message("Ahn and Horenstein, growth ratio"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberOfFactors(Tabled):
    """What each criterion chooses; `criteria` has one row a number of factors, a column a criterion."""

    chosen: Mapping[str, int]
    criteria: pd.DataFrame

    def _named(self) -> list[Named]:
        return [(CRITERIA[key], value) for key, value in self.chosen.items()]

    def __getitem__(self, key: str) -> int:
        return self.chosen[key]

    def tidy(self) -> pd.DataFrame:
        """Return one row, a column a criterion."""
        return pd.DataFrame([dict(self.chosen)])


@offered(
    "dynamics",
    family="dynamic",
    result="NumberOfFactors",
    source="Bai and Ng 2002, equation 9; Ahn and Horenstein 2013; beside regressors, Bai 2009, section 9.4",
    public=True,
)
def number_of_factors(
    spec: InteractiveEffects,
    data: Any,
    most: int | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
) -> NumberOfFactors:
    """Return how many factors the outcome holds beside the regressors.

    Parameters
    ----------
    spec
        An `InteractiveEffects`; its own number of factors does not count.
    data, unit, time
        As in `InteractiveEffects.fit`.
    most
        The largest number considered; 8, or half of the smaller dimension, unless told.

    Returns
    -------
    NumberOfFactors
        By IC1 to IC3 and BIC3 (smallest value) and by the ratios of eigenvalues (largest value).

    Raises
    ------
    SpecError
        If the panel is too small for `most`.

    Notes
    -----
    The slopes are estimated beside `most` factors, and the criteria read the eigenvalues of y - Xb, swept of the
    effects. At T below about 20 IC1 to IC3 tend to the largest number; the ratios hold better, and find none only
    against the mock eigenvalue of Ahn and Horenstein, V(0)/log(min(N, T)).

    Examples
    --------
    >>> spec = pk.InteractiveEffects("log(patents_granted) ~ log(rd_expenditure)")
    >>> found = pk.number_of_factors(spec, panel, 2)
    >>> sorted(found.chosen)
    ['bic3', 'er', 'gr', 'ic1', 'ic2', 'ic3']
    """
    if not isinstance(spec, InteractiveEffects):
        raise SpecError(
            message("number_of_factors takes an InteractiveEffects(...), not {given!r}", given=spec)
        )
    plain = replace(spec, factors=0, bias_correction=False, bandwidth=None)
    smaller = min(_dimensions(plain.fit(data, unit=unit, time=time), spec.effects))
    most = max(1, min(MOST, smaller // 2)) if most is None else check_count("most", most)
    if most > smaller - 2:
        raise SpecError(
            message(
                "most={most}: the ratios of eigenvalues read {more} of them, and the smaller dimension holds {held}",
                most=most,
                more=most + 2,
                held=smaller,
            )
        )
    fit = replace(plain, factors=most).fit(data, unit=unit, time=time)
    shape = (len(fit.loadings), len(fit.factors))
    left = fit.residuals.reshape(shape) + fit.loadings @ fit.factors.T
    values = np.linalg.svd(left, compute_uv=False)[: min(_dimensions(fit, spec.effects))] ** 2
    table = criteria_of(values / left.size, shape, most)
    chosen = {key: int(np.argmin(table[key])) for key in ("ic1", "ic2", "ic3", "bic3")}
    chosen |= {key: int(np.argmax(table[key])) for key in ("er", "gr")}
    assert fit.design is not None
    notes = (
        *fit.design.notes,
        message(
            "of 0 to {most} factors; slopes estimated beside {most}, effects ({effects}) swept out",
            most=most,
            effects=spec.effects,
        ),
    )
    if any(chosen[key] == most for key in ("ic1", "ic2", "ic3")):
        notes = (
            *notes,
            message("a criterion that chooses the largest number says that it cannot tell at this size"),
        )
    return NumberOfFactors(
        title=message("Number of factors: {outcome}", outcome=fit.outcome),
        notes=notes,
        chosen=chosen,
        criteria=table,
    )


def _dimensions(fit: InteractiveResult, effects: str) -> tuple[int, int]:
    """Return the dimensions that the effects leave free."""
    units, periods = int(fit.facts["n_units"]), int(fit.facts["n_periods"])
    return units - (effects in ("time", "twoway")), periods - (effects in ("unit", "twoway"))


def criteria_of(eigenvalues: FloatArray, shape: tuple[int, int], most: int) -> pd.DataFrame:
    """Return the criteria of 0 to `most` factors.

    Parameters
    ----------
    eigenvalues
        Those of W W' / (N T), largest first, (m,); more than `most` + 1.
    shape
        N and T.

    Notes
    -----
    V(k) is the sum of the eigenvalues beyond k, and ER(k) = mu_k / mu_(k+1), GR(k) = log(1 + mu_k/V(k)) /
    log(1 + mu_(k+1)/V(k+1)), with mu_0 = V(0)/log m.
    """
    N, T = shape
    m = min(N, T)
    k = np.arange(most + 1)
    beyond = np.r_[np.cumsum(eigenvalues[::-1])[::-1], 0.0]
    V = beyond[: most + 1]
    price = (N + T) / (N * T)
    mu = np.r_[beyond[0] / np.log(m), eigenvalues]
    growth = np.log1p(mu[:-1] / np.maximum(beyond[: len(mu) - 1], np.finfo(float).tiny))
    return pd.DataFrame(
        {
            "squares": V,
            "ic1": np.log(V) + k * price * np.log(1.0 / price),
            "ic2": np.log(V) + k * price * np.log(m),
            "ic3": np.log(V) + k * np.log(m) / m,
            "bic3": V + k * V[-1] * (N + T - k) / (N * T) * np.log(N * T),
            "er": mu[: most + 1] / mu[1 : most + 2],
            "gr": growth[: most + 1] / growth[1 : most + 2],
        },
        index=pd.Index(k, name="factors"),
    )
