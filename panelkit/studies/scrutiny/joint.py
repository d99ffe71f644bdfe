"""Several slopes at once: a restricted wild cluster bootstrap of their Wald statistic, and what they explain together.

Clusters are the units. Arithmetic as of one slope (`scrutiny/wild`): scores are linear in the weights of the units, and
columns of single units drop out of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.main_test import POWER, SIGNIFICANT
from panelkit.studies.scrutiny.nuisance import Nuisance
from panelkit.studies.scrutiny.wild import Lots

# as in inference/wild/draws: W* and W of the same draw differ by rounding only
_TIE = 1e-10
# a direction with less than this share of the largest square left repeats the others
_REPEATED = 1e-12
_PERFECT = 1e-20
_BATCH_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Joint(Brief):
    """The test that q slopes are zero together.

    `statistic` is the Wald statistic over q with the clustered covariance, times (G-1)/G; `p` that of the bootstrap;
    `share` the partial R2: what they explain together of what everything else leaves of the outcome. `detectable` is
    the partial R2 that a 5 % test finds with 80 % power; see `detectable_share`.
    """

    statistic: float
    p: float
    share: float
    q: int
    rows: int
    detectable: float


def joint(there: Nuisance, y: FloatArray, X: FloatArray, lots: Lots) -> Joint:
    """Test that the slopes of X are zero together.

    Parameters
    ----------
    there
        Effects and controls, projected out of everything.
    y, X
        Shapes (N, T) and (q, N, T).
    lots
        The draws.

    Returns
    -------
    Joint

    Raises
    ------
    DataError
        If the columns repeat each other or what is projected out, or the rest explains the outcome exactly.
    """
    x, left = _whitened(there, y, X)
    active = there.held.any(axis=1)
    own = np.einsum("qnt,nt->nq", x, left)[active]
    common = there.common[0]
    back = np.einsum("qnt,ntr->nqr", x, common)[active]
    taken = np.einsum("ntr,nt->nr", common, left)[active]
    gram = np.einsum("qnt,pnt->nqp", x, x)[active]
    maps = (own, back, taken, gram)
    groups, q = own.shape
    observed = float(_walds(np.ones((1, groups)), *maps)[0])
    draws = lots.of(groups).T
    step = max(1, _BATCH_CELLS // (groups * q))
    walds = np.concatenate([_walds(draws[at : at + step], *maps) for at in range(0, len(draws), step)])
    far = walds >= observed * (1.0 - _TIE) if lots.ties == "inclusive" else walds > observed * (1.0 + _TIE)
    explained, whole = float((own.sum(axis=0) ** 2).sum()), float((left**2).sum())
    return Joint(
        observed / q * (groups - 1) / groups,
        float(far.mean()),
        explained / whole,
        q,
        int(there.held.sum()),
        detectable_share(
            _scores(np.ones((1, groups)), *maps)[0],
            critical=float(np.quantile(walds, 1.0 - SIGNIFICANT)),
            left=whole - explained,
        ),
    )


def detectable_share(scores: FloatArray, *, critical: float, left: float) -> float:
    """Return the partial R2 that the joint test finds with 80 % power.

    Of G independent scores the Wald statistic is Hotelling's T2: (G-1)/G W is q (G-1)/(G-q) times a noncentral
    F(q, G-q) (Anderson 2003, section 5.2). Its noncentrality is d' V^-1 d for slopes d of orthonormal columns with the
    covariance V; d is taken as spread evenly over the directions of the columns, so that it is q d'd / tr V. Beyond
    which the test rejects is read from its own bootstrap.

    Parameters
    ----------
    scores
        Shape (G, q): those of the slopes of orthonormal columns.
    critical
        The bootstrap's 95 % quantile of W.
    left
        The squares that the columns leave of the outcome.

    Returns
    -------
    float
        One where the units are no more than the columns: no share would be found.
    """
    groups, q = scores.shape
    if groups <= q:
        return 1.0
    f = critical * (groups - q) / (groups * q)
    noncentrality = float(special.ncfdtrinc(q, groups - q, 1.0 - POWER, f))
    variance = float((scores**2).sum()) / q * groups / (groups - 1)
    squares = noncentrality * variance
    return squares / (squares + left)


def share_of(there: Nuisance, y: FloatArray, X: FloatArray) -> float:
    """Return the partial R2 of X alone.

    Raises
    ------
    DataError
        As `joint`.
    """
    x, left = _whitened(there, y, X)
    return float((np.einsum("qnt,nt->q", x, left) ** 2).sum() / (left**2).sum())


def _whitened(there: Nuisance, y: FloatArray, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return X swept and made orthonormal, and what everything else leaves of y."""
    total = (np.where(there.held, X, 0.0) ** 2).sum(axis=(1, 2))
    swept, left = there.sweep(X), there.sweep(y[None])[0]
    size = np.sqrt((swept**2).sum(axis=(1, 2)))
    scaled = swept / np.where(size > 0.0, size, 1.0)[:, None, None]
    values, vectors = np.linalg.eigh(np.einsum("qnt,pnt->qp", scaled, scaled))
    if (size**2 <= _REPEATED * total).any() or values[0] <= _REPEATED:
        raise DataError(
            message("the figures tested together repeat each other, or the controls: leave one of them out")
        )
    if (left**2).sum() <= _PERFECT * (np.where(there.held, y, 0.0) ** 2).sum():
        raise DataError(message("effects and controls explain the outcome exactly: nothing is left to test"))
    return np.einsum("qp,qnt->pnt", vectors / np.sqrt(values), scaled), left


def _walds(
    draws: FloatArray, own: FloatArray, back: FloatArray, taken: FloatArray, gram: FloatArray
) -> FloatArray:
    """Return the Wald statistics of draws (B, G), without small-sample factors, (B,)."""
    slopes, scores = draws @ own, _scores(draws, own, back, taken, gram)
    middle = np.einsum("bnq,bnp->bqp", scores, scores)
    solved = np.linalg.solve(middle, slopes[:, :, None])[:, :, 0]
    made: FloatArray = (slopes * solved).sum(axis=1)
    return made


def _scores(
    draws: FloatArray, own: FloatArray, back: FloatArray, taken: FloatArray, gram: FloatArray
) -> FloatArray:
    """Return the units' scores of the slopes in draws (B, G), (B, G, q)."""
    scores: FloatArray = draws[:, :, None] * own
    scores -= np.tensordot(draws @ taken, back, (1, 2))
    scores -= np.tensordot(draws @ own, gram, (1, 2))
    return scores
