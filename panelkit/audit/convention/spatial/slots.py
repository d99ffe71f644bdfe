"""From batched fits to the numbers that a table prints: errors of every program, effects, measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.target import ERROR, ESTIMATE, NOBS, PERIODS, UNITS, P, Slot, T
from panelkit.inference.multipliers import Multipliers
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.models.spatial.batch.fits import Fits
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]

PARTS = ("direct", "indirect", "total")
_BEHIND = (ERROR, T, P)
STATISTICS = ("sigma2", "loglik", "R2 within", "R2", NOBS, UNITS, PERIODS)


@dataclass(frozen=True)
class Bread:
    """One way to print errors: which bread, whether with n / (n - k) and t."""

    option: Option
    name: str
    scaled: bool


BREADS = (
    Bread(Option("covariance", "information", message("errors from the information")), "information", False),
    Bread(Option("covariance", "hessian", message("errors from the Hessian (xsmle)")), "hessian", False),
    Bread(
        Option("covariance", "information, n/(n-k)", message("errors from the information, n/(n - k)")),
        "information",
        True,
    ),
    Bread(
        Option("covariance", "cluster hessian", message("errors clustered by unit (xsmle robust)")),
        "cluster hessian",
        False,
    ),
    Bread(
        Option("covariance", "cluster information", message("scores summed by unit, n/(n - k)")),
        "cluster information",
        True,
    ),
)
THETA = Option(
    "mistake",
    "theta as spillover",
    message("coefficients of W x printed as indirect effects"),
    1,
    mistake=True,
)
FEEDBACK = Option(
    "mistake",
    "all of W x indirect",
    message("direct effects without what W x sends back (spreg)"),
    1,
    mistake=True,
)
SPLM_NAMES = Option("names", "splm", message("lambda is the lag and rho the error (names of splm)"), 1)


@dataclass(frozen=True)
class Wanted:
    """What a slot asks for: a place among the regressors of the widest formula (-1: none), and of what.

    `what` is "b", "theta", an effect, or a statistic; `kind` is "estimate", "error", "t" or "p".
    """

    what: str
    kind: str
    place: int = -1


@dataclass(frozen=True, eq=False)
class Printer(Brief):
    """Batched fits, ready to print; `places` (m, k) is where each regressor of the widest formula stands, -1: not."""

    fits: Fits
    places: IntArray
    shapes: Sequence[tuple[int, int]]

    def of(self, values: FloatArray, place: int) -> FloatArray:
        """Return the values (m, k) of one regressor, (m,)."""
        at = self.places[:, place]
        found = values[np.arange(len(at)), np.maximum(at, 0)]
        return np.where(at >= 0, found, np.nan)

    @cached_property
    def means(self) -> FloatArray:
        """Return the multipliers of own and lagged regressors in direct and total effects, (m, 4)."""
        out = np.full((len(self.fits.jobs), 4), np.nan)
        by_w: dict[int, list[int]] = {}
        for j, job in enumerate(self.fits.jobs):
            if self.fits.refused[j] is None:
                by_w.setdefault(id(job.w), []).append(j)
        for rows in by_w.values():
            w = sparse.csr_array(self.fits.jobs[rows[0]].w.matrix)
            rho = np.nan_to_num(self.fits.rho[rows])
            out[rows] = Multipliers(w.shape[0], w, None).at(rho)
        return out

    def effect(self, part: str, place: int, mistake: str = "") -> FloatArray:
        """Return one effect of one regressor (m,) (LeSage and Pace 2009), or what a mistake makes of it."""
        b, theta = self.of(self.fits.b, place), np.nan_to_num(self.of(self.fits.theta, place))
        if mistake == THETA.key:
            return {"direct": b, "indirect": theta, "total": b + theta}[part]
        means = self.means
        total = b * means[:, 2] + theta * means[:, 3]
        direct = b * means[:, 0] + (0.0 if mistake == FEEDBACK.key else theta * means[:, 1])
        return {"direct": direct, "indirect": total - direct, "total": total}[part]

    def column(self, wanted: Wanted, bread: Bread, *, swapped: bool = False, mistake: str = "") -> FloatArray:
        """Return what the fits print in one slot, (m,)."""
        if wanted.what in PARTS:
            known = wanted.kind == ESTIMATE
            return self.effect(wanted.what, wanted.place, mistake) if known else self._nothing
        value, error = self._pair(wanted, bread, swapped=swapped)
        if wanted.kind == ESTIMATE:
            return value
        if wanted.kind == ERROR:
            return error
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = value / error
        if wanted.kind == T:
            return ratio
        if not bread.scaled:
            return np.asarray(2.0 * stats.norm.sf(np.abs(ratio)))
        return np.asarray(2.0 * stats.t.sf(np.abs(ratio), np.array([n - 1 for n, _ in self.shapes])))

    @cached_property
    def _nothing(self) -> FloatArray:
        return np.full(len(self.fits.jobs), np.nan)

    def _pair(self, wanted: Wanted, bread: Bread, *, swapped: bool) -> tuple[FloatArray, FloatArray]:
        """Return a number and its standard error (m,), the error missing where it has none."""
        fits, errors = self.fits, self.fits.errors[bread.name]
        factor = fits.factor if bread.scaled else 1.0
        if wanted.what in ("b", "theta"):
            values = fits.b if wanted.what == "b" else fits.theta
            behind = errors.b if wanted.what == "b" else errors.theta
            return self.of(values, wanted.place), self.of(behind, wanted.place) * factor
        if wanted.what in ("rho", "lambda"):
            lag = (wanted.what == "rho") != swapped
            return fits.rho if lag else fits.lam, errors.spatial * factor
        return self._statistic(wanted.what), self._nothing

    def _statistic(self, what: str) -> FloatArray:
        fits = self.fits
        shapes = np.array(self.shapes, dtype=float).reshape(-1, 2)
        known = {
            "sigma2": fits.sigma2,
            "loglik": fits.loglik,
            "R2 within": fits.r2,
            "R2": fits.r2_total,
            NOBS: shapes[:, 0] * shapes[:, 1],
            UNITS: shapes[:, 0],
            PERIODS: shapes[:, 1],
        }
        return np.asarray(known.get(what, self._nothing))


def wanted_of(slot: Slot, place_of: Mapping[str, tuple[str, int]]) -> Wanted | None:
    """Return what a slot asks of spatial fits, None for what they do not print.

    `place_of` holds, for each printed term, whether it is a regressor ("b") or its lag ("theta"), and its place.
    """
    term, kind = slot
    if term:
        what, place = place_of[term]
        if kind in PARTS:
            return Wanted(kind, ESTIMATE, place)
        return Wanted(what, kind, place) if kind in (ESTIMATE, *_BEHIND) else None
    head, _, tail = kind.partition(" ")
    if head in ("rho", "lambda"):
        return Wanted(head, tail or ESTIMATE)
    return Wanted(kind, ESTIMATE) if kind in STATISTICS else None
