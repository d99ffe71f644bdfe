"""Matching on the propensity score, arrays in and weights out (Rosenbaum and Rubin 1983; Stata's psmatch2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_number, refuse_idle
from panelkit.show.brief import Brief

Method = Literal["nearest", "radius", "kernel"]
Kernel = Literal["epanechnikov", "gaussian"]
Support = Literal["minmax", "none"]
Scale = Literal["propensity", "logit"]

# Scores that agree to this are ties: they come from one logit, and rounding must not choose a match.
_TIE = 1e-10


@offered("policy", "matching", family="designs", source="Rosenbaum and Rubin 1983", public=True)
@dataclass(frozen=True)
class Matching:
    """How treated units find their matches on the propensity score, for `MatchedDiD`.

    Parameters
    ----------
    method
        "nearest": the `ratio` controls with the nearest score; "radius": all within the caliper; "kernel": all,
        weighted by how near they are.
    ratio
        Controls for one treated, for "nearest".
    replace
        Whether a control may serve several treated; without, the treated with the highest score choose first.
    caliper
        The largest distance of a match: of the propensity, or under `scale="logit"` of its logit in standard
        deviations (.2 is Austin's). None: no bound.
    scale
        "propensity" (as psmatch2) or "logit".
    support
        "minmax": treated whose score lies outside that of the controls leave (psmatch2's `common`); "none".
    kernel, bandwidth
        "epanechnikov" or "gaussian", and its bandwidth on the scale (psmatch2: .06).

    Examples
    --------
    >>> nearest = pk.Matching(caliper=0.05)
    >>> smooth = pk.Matching("kernel", bandwidth=0.06)
    """

    method: Method = "nearest"
    ratio: int = 1
    replace: bool = True
    caliper: float | None = None
    scale: Scale = "propensity"
    support: Support = "minmax"
    kernel: Kernel = "epanechnikov"
    bandwidth: float = 0.06

    def __post_init__(self) -> None:
        for name, value, held in (
            ("method", self.method, get_args(Method)),
            ("scale", self.scale, get_args(Scale)),
            ("support", self.support, get_args(Support)),
            ("kernel", self.kernel, get_args(Kernel)),
        ):
            if value not in held:
                raise SpecError(message("{name} is {held}, not {value!r}", name=name, held=held, value=value))
        check_count("ratio", self.ratio)
        check_number("bandwidth", self.bandwidth, positive=True)
        if self.caliper is not None:
            check_number("caliper", self.caliper, positive=True)
        if self.method == "radius" and self.caliper is None:
            raise SpecError(message("method='radius' takes all controls within a caliper: give `caliper=`"))
        nearest = self.method == "nearest"
        refuse_idle(
            {
                "ratio": not nearest and self.ratio != 1,
                "replace": not nearest and not self.replace,
                "caliper": self.method == "kernel" and self.caliper is not None,
                "kernel": self.method != "kernel" and self.kernel != "epanechnikov",
                "bandwidth": self.method != "kernel" and self.bandwidth != 0.06,
            },
            message("would change nothing under method={method!r}", method=self.method),
        )


@dataclass(frozen=True, eq=False)
class Matched(Brief):
    """What matching made of n rows.

    `weight` (n,): 1 for a matched treated row; a control's shares in the matches of all treated, which sum to the
    number of matched treated; 0 for the rest. `treated_row` and `control_row` (m,) are the pairs with `share` (m,).
    `off_support` and `unmatched` (n,) mark treated rows that left, the first by the common support.
    """

    weight: FloatArray
    treated_row: IntArray
    control_row: IntArray
    share: FloatArray
    off_support: IntArray
    unmatched: IntArray


def match(score: FloatArray, treated: FloatArray, rule: Matching) -> Matched:
    """Return the matches of treated rows among the others.

    Parameters
    ----------
    score
        The propensity (n,), inside (0, 1). Ties are decided by the order of rows, which the caller settles.
    treated
        1 or 0, (n,).
    rule
        How matches are found.
    """
    distance = score if rule.scale == "propensity" else _standardised(np.log(score / (1.0 - score)))
    pool, rows = np.flatnonzero(treated == 0.0), np.flatnonzero(treated == 1.0)
    inside = np.ones(len(rows), dtype=bool)
    if rule.support == "minmax":
        low, high = score[pool].min(), score[pool].max()
        inside = (score[rows] >= low - _TIE) & (score[rows] <= high + _TIE)
    asked = rows[inside]
    gaps = np.abs(distance[asked][:, None] - distance[pool])
    shares = _kernel(gaps, rule) if rule.method == "kernel" else _chosen(gaps, score[asked], rule)
    found = shares.sum(axis=1) > 0.0
    at, column = np.nonzero(shares)
    weight = np.zeros(len(score))
    weight[asked[found]] = 1.0
    weight[pool] = shares.sum(axis=0)
    return Matched(weight, asked[at], pool[column], shares[at, column], rows[~inside], asked[~found])


def _standardised(values: FloatArray) -> FloatArray:
    return np.asarray(values / values.std(ddof=1))


def _kernel(gaps: FloatArray, rule: Matching) -> FloatArray:
    """Return shares (treated, controls): kernel weights that sum to one a treated row, zero where nobody is near."""
    u = gaps / rule.bandwidth
    weight = np.where(u < 1.0, 1.0 - u**2, 0.0) if rule.kernel == "epanechnikov" else np.exp(-0.5 * u**2)
    total = weight.sum(axis=1, keepdims=True)
    return np.divide(weight, total, out=np.zeros_like(weight), where=total > 0.0)


def _chosen(gaps: FloatArray, score: FloatArray, rule: Matching) -> FloatArray:
    """Return shares (treated, controls) of the nearest, or of all within the radius."""
    allowed = gaps <= (np.inf if rule.caliper is None else rule.caliper + _TIE)
    if rule.method == "radius":
        count = allowed.sum(axis=1, keepdims=True)
        return np.asarray(allowed / np.maximum(count, 1))
    shares, free = np.zeros_like(gaps), np.ones(gaps.shape[1], dtype=bool)
    for row in np.argsort(-np.round(score / _TIE), kind="stable"):
        candidates = np.flatnonzero(allowed[row] & free)
        order = np.argsort(np.round(gaps[row, candidates] / _TIE), kind="stable")
        taken = candidates[order[: rule.ratio]]
        if len(taken):
            shares[row, taken] = 1.0 / len(taken)
            free[taken] &= rule.replace
    return shares
