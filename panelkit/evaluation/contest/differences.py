"""The difference of two forecasters' losses over units and years: is it larger than chance makes it?

A shock that meets all provinces in a year makes them right or wrong together, so that 31 provinces are not 31
witnesses: errors clustered by province alone call a walk without drift beaten in up to 40 of 100 contests. The variance
here is that of the province means plus that of the year means, their overlap not taken off (which would let it fall
below either of them), and the reference is Student's t with the fewer of the two less one: with five origins, four
degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from scipy.stats import t as student

from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

Clusters = Literal["two_way", "year", "province"]
FEWEST_BLOCKS = 3
# A standard error below this share of the largest loss is rounding of losses that do not vary.
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class LossDifference(Brief):
    """Mean loss of the bench minus mean loss of the rival: positive where the rival is better.

    `relative` is that as a share of the bench's mean loss, its interval Fieller's; `p_value` is one-sided against "the
    rival is no better"; `cells` the unit-years compared, `blocks` the stretches of years. Where the difference varies
    over neither units nor years `untested` says so: the same losses have p = 1, any other difference has no p.
    """

    value: float
    low: float
    high: float
    std_error: float
    statistic: float
    df: int
    p_value: float
    relative: float
    relative_low: float
    relative_high: float
    cells: int
    blocks: int
    level: float = 0.95
    untested: Message | None = None


@offered(
    "evaluation",
    "loss_difference",
    family="forecasts",
    result="LossDifference",
    source="Diebold and Mariano 1995; clusters of both dimensions: Davezies, D'Haultfoeuille and Guyonvarch 2021",
    public=True,
)
def loss_difference(
    bench: FloatArray,
    rival: FloatArray,
    *,
    horizon: int = 1,
    clusters: Clusters = "two_way",
    level: float = 0.95,
) -> LossDifference:
    """Return by how much a rival's mean loss lies below the bench's, with its interval and one-sided p-value.

    Parameters
    ----------
    bench, rival
        Losses (N, P): units by forecast years, in one unit of measurement; NaN where there is no forecast.
    horizon
        Years that a forecast looks ahead: errors of neighbouring origins overlap by one less, so that stretches of so
        many years stand for one.
    clusters
        "two_way", or "year" or "province" alone (the latter is wrong under common shocks, and is offered to show it).
    level
        Level of the two-sided interval.

    Returns
    -------
    LossDifference
        The difference, absolute and as a share of the bench's loss.

    Raises
    ------
    SpecError
        If an option is unknown.
    DataError
        If the arrays differ in shape, no cell is held by both, or fewer than three stretches of years remain.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bench = rng.chisquare(1, size=(31, 6))
    >>> found = pk.loss_difference(bench, bench * 0.8)
    >>> round(found.relative, 3)
    0.2
    """
    check_count("horizon", horizon)
    check_confidence(level)
    if clusters not in get_args(Clusters):
        raise SpecError(
            message(
                "clusters is one of {known}, not {given!r}", known=list(get_args(Clusters)), given=clusters
            )
        )
    first, second = as_floats(bench, message("losses of the bench")), as_floats(rival, message("losses"))
    if first.shape != second.shape or first.ndim != 2:
        raise DataError(
            message(
                "losses are two arrays of {units} by {periods} of one shape, not {first} and {second}",
                first=str(first.shape),
                second=str(second.shape),
            )
        )
    difference = first - second
    blocks = year_blocks(difference.shape[1], horizon)
    if blocks.max(initial=-1) + 1 < FEWEST_BLOCKS:
        raise DataError(
            message(
                "{n} forecast {periods} at horizon {horizon} make {blocks} stretches, and three are needed: "
                "begin with a shorter training window, or look less far ahead",
                n=difference.shape[1],
                horizon=horizon,
                blocks=int(blocks.max(initial=-1) + 1),
            )
        )
    held = np.isfinite(difference)
    if not held.any() or held.any(axis=0).sum() < difference.shape[1] or held.any(axis=1).sum() < 2:
        raise DataError(
            message("a {period} without any pair of losses, or fewer than two {units}: nothing to compare")
        )
    pair = np.where(held, np.stack([difference, first]), np.nan)
    variance, df = covariance_of_means(pair, blocks, clusters)
    value, base = (float(part[held].mean()) for part in (difference, first))
    error = float(np.sqrt(variance[0, 0]))
    found = LossDifference(
        value=value,
        low=np.nan,
        high=np.nan,
        std_error=error,
        statistic=np.nan,
        df=df,
        p_value=np.nan,
        relative=value / base if base > 0 else np.nan,
        relative_low=np.nan,
        relative_high=np.nan,
        cells=int(held.sum()),
        blocks=int(blocks[-1] + 1),
        level=level,
    )
    rounding = _ROUNDING * float(np.abs(np.where(held, [first, second], 0.0)).max())
    if error <= rounding:
        return _without_variation(found, rounding)
    reach = float(student.ppf(0.5 + level / 2.0, df))
    low, high = _ratio_interval(value, base, variance, reach)
    return replace(
        found,
        low=value - reach * error,
        high=value + reach * error,
        statistic=value / error,
        p_value=float(student.sf(value / error, df)),
        relative_low=low,
        relative_high=high,
    )


def _without_variation(found: LossDifference, rounding: float) -> LossDifference:
    """Return a difference without an error: none at all, or one that chance has no scale for."""
    if abs(found.value) <= rounding:
        why = message("the losses are the same in every {unit} and {period}: no difference")
        return replace(
            found,
            value=0.0,
            low=0.0,
            high=0.0,
            statistic=0.0,
            relative=0.0,
            relative_low=0.0,
            relative_high=0.0,
            p_value=1.0,
            untested=why,
        )
    why = message(
        "the losses differ by {value:.4g}, which varies over neither {units} nor {periods}: chance has no scale, and "
        "nothing is tested",
        value=found.value,
    )
    return replace(found, untested=why)


def year_blocks(years: int, horizon: int) -> np.ndarray:
    """Return the stretch (P,) to which each forecast year belongs: P // horizon stretches of nearly equal length."""
    count = max(years // horizon, 1)
    return np.repeat(np.arange(count), [len(part) for part in np.array_split(np.arange(years), count)])


def covariance_of_means(
    series: FloatArray, blocks: np.ndarray, clusters: Clusters = "two_way"
) -> tuple[FloatArray, int]:
    """Return the covariance (S, S) of the means of series (S, N, P), NaN where not held, and the degrees of freedom."""
    held = np.isfinite(series)
    count = held.sum(axis=(1, 2))
    means = np.where(held, series, 0.0).sum(axis=(1, 2)) / count
    left = np.where(held, series - means[:, None, None], 0.0)
    by_year = np.stack([np.bincount(blocks, one.sum(axis=0)) for one in left])
    parts = {"province": left[:, held.any(axis=(0, 2))].sum(axis=2), "year": by_year}
    used = list(parts.values()) if clusters == "two_way" else [parts[clusters]]
    zero = np.zeros((len(series), len(series)))
    made = sum((sums @ sums.T * (sums.shape[1] / (sums.shape[1] - 1)) for sums in used), zero)
    return made / np.outer(count, count), min(sums.shape[1] for sums in used) - 1


def _ratio_interval(value: float, base: float, v: FloatArray, reach: float) -> tuple[float, float]:
    """Return the interval of the difference over the bench's loss (Fieller 1954), at most one: no loss is negative.

    It holds zero exactly where the interval of the difference does, and has no lower end where the bench's own loss is
    not told from zero.
    """
    a = base**2 - reach**2 * v[1, 1]
    b = value * base - reach**2 * v[0, 1]
    c = value**2 - reach**2 * v[0, 0]
    if a <= 0:
        return -np.inf, 1.0
    root = np.sqrt(max(b**2 - a * c, 0.0))
    return float((b - root) / a), float(min((b + root) / a, 1.0))
