"""Bands that hold for several effects at once, by a multiplier bootstrap of what clusters add to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief

Multiplier = Literal["gaussian", "rademacher", "mammen"]
MULTIPLIERS: tuple[str, ...] = get_args(Multiplier)
BATCH_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class MultiplierBands(Brief):
    """A band over p effects and the interval of each.

    `critical`: how many standard errors hold all effects at once where degrees of freedom do not matter. `table`:
    columns `equation, term, estimate, std_error, conf_low, conf_high, band_low, band_high`, one row an effect.
    """

    critical: float
    level: float
    reps: int
    seed: int | None
    multiplier: str
    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    @property
    def note(self) -> Message:
        """Return what the band is, in a sentence."""
        return message(
            "uniform band ({level:.0%}, sup-t) over {n} effects by {reps} {multiplier} multipliers of the clusters: "
            "{critical:.3f} standard errors",
            level=self.level,
            n=len(self.table),
            reps=self.reps,
            multiplier=self.multiplier,
            critical=self.critical,
        )


@offered("inference", family="policy", result="MultiplierBands", public=True)
def multiplier_bands(
    result: Any,
    by: str = "event",
    *,
    level: float = 0.95,
    reps: int = 9_999,
    rng: int | np.random.Generator = 0,
    multiplier: str = "gaussian",
) -> MultiplierBands:
    """Return the band over all effects of a kind (Callaway and Sant'Anna 2021, algorithm 1).

    Each draw gives every cluster a random weight of mean zero and variance one and reads the largest |t|; the band is
    that many standard errors wide. Where errors have few degrees of freedom, each row takes the point of its own
    t-distribution that lies as far out as the critical value does in the normal one.

    Parameters
    ----------
    result
        Effects that hold what clusters add to them: `contributions` (G, p), see `PolicyEffects`.
    by
        The kind of effects, an equation of the result: "event", "cohort", "calendar", "cells". Their mean, and effects
        that are zero by normalisation or have no error, are not in the band.
    level
        Probability with which the band covers all at once.
    reps
        Draws.
    rng
        A seed or a generator.
    multiplier
        "gaussian", "rademacher" (-1 or 1) or "mammen" (two points with third moment one, as the authors' program). With
        few treated clusters two points cannot reach far: n of them give no |t| above the root of n, and the band is
        too narrow.

    Returns
    -------
    MultiplierBands
        The critical value, and a table with the band and the interval of every effect.

    Raises
    ------
    SpecError
        If there are no such effects, the level is not between 0 and 1, or an option is unknown.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "ftz")
    >>> study = pk.EventStudy("log(patents_granted) ~ 1", cohort="ftz_first", window=(-2, 2)).fit(pilots)
    >>> list(pk.multiplier_bands(study, reps=999).table["term"])
    ['-2', '0', '1', '2']
    """
    level = check_confidence(level)
    if multiplier not in MULTIPLIERS:
        raise SpecError(
            message("multiplier is one of {known}, not {given!r}", known=MULTIPLIERS, given=multiplier)
        )
    if isinstance(reps, bool) or not isinstance(reps, int) or reps < 99:
        raise SpecError(message("reps is a whole number of draws, 99 or more, not {reps!r}", reps=reps))
    at, notes = _chosen(result, by)
    added = np.asarray(result.contributions)[:, at]
    largest = sup_t_draws(added, reps=reps, rng=as_generator(rng), multiplier=multiplier)
    critical = float(np.quantile(largest, level, method="higher"))
    table = _table(result, at, level, critical)
    return MultiplierBands(
        critical=critical,
        level=level,
        reps=reps,
        seed=seed_of(rng),
        multiplier=multiplier,
        table=table,
        notes=notes,
    )


def sup_t_draws(
    contributions: FloatArray, *, reps: int, rng: np.random.Generator, multiplier: str = "gaussian"
) -> FloatArray:
    """Return the largest |t| of each draw, (reps,), of sums of contributions (G, p) times random weights."""
    scaled = contributions / np.sqrt(np.einsum("gp,gp->p", contributions, contributions))
    n_clusters = len(scaled)
    step = max(1, BATCH_CELLS // n_clusters)
    found = np.empty(reps)
    for first in range(0, reps, step):
        weights = _weights(rng, (min(step, reps - first), n_clusters), multiplier)
        found[first : first + step] = np.abs(weights @ scaled).max(axis=1)
    return found


def _weights(rng: np.random.Generator, shape: tuple[int, int], multiplier: str) -> FloatArray:
    """Return random weights of mean zero and variance one."""
    if multiplier == "gaussian":
        return rng.standard_normal(shape)
    if multiplier == "rademacher":
        return np.asarray(rng.integers(0, 2, shape, dtype=np.int8) * 2.0 - 1.0, dtype=np.float64)
    root = np.sqrt(5.0)
    low = rng.random(shape) < (root + 1.0) / (2.0 * root)
    return np.where(low, (1.0 - root) / 2.0, (1.0 + root) / 2.0).astype(np.float64)


def _chosen(result: Any, by: str) -> tuple[Array, tuple[Message, ...]]:
    """Return the places of the effects in the band, and what is said of those that are not."""
    if not hasattr(result, "contributions") or not hasattr(result, "labels"):
        raise SpecError(
            message(
                "a band is drawn from what clusters add to effects, and {kind} does not hold it: fit pk.StaggeredDiD "
                "or pk.EventStudy",
                kind=type(result).__name__,
            )
        )
    equations = np.array(result.equations)
    spread = np.diag(result.covariance)
    kind = (equations == by) & np.isfinite(result.labels if by != "cells" else result.estimates)
    inside = kind & (spread > 0.0)
    if not inside.any():
        shown = (np.isfinite(result.labels) | (equations == "cells")) & (spread > 0.0)
        raise SpecError(
            message(
                "a band is over several effects of a kind, and there are none with an error by {by!r}: there are some "
                "by {held}",
                by=by,
                held=np.unique(equations[shown]).tolist() or message("none"),
            )
        )
    lost = kind & np.isnan(spread)
    notes: tuple[Message, ...] = ()
    if lost.any():
        notes = (
            message(
                "not in the band, without an error of their own: {terms}",
                terms=[result.terms[i] for i in np.flatnonzero(lost)],
            ),
        )
    return np.flatnonzero(inside), notes


def _table(result: Any, at: Array, level: float, critical: float) -> pd.DataFrame:
    from scipy import special

    estimate = result.estimates[at]
    se = np.sqrt(np.diag(result.covariance)[at])
    df = np.broadcast_to(np.asarray(result.df, dtype=np.float64), (len(result.estimates),))[at]
    together = 1.0 - 2.0 * special.ndtr(-critical)
    columns: dict[str, Any] = {
        "equation": [result.equations[i] for i in at],
        "term": [result.terms[i] for i in at],
        "estimate": estimate,
        "std_error": se,
    }
    for name, inside in (("conf", level), ("band", together)):
        reach = np.array([float(t_quantile(inside, each)) for each in df])
        columns[f"{name}_low"] = estimate - reach * se
        columns[f"{name}_high"] = estimate + reach * se
    return pd.DataFrame(columns)
