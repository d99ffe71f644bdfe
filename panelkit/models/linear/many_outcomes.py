"""Many outcomes on one set of regressors: two-way within estimates and their jackknife in one pass."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.identified import identified_root
from panelkit.kernels.moments import group_moments, regress
from panelkit.kernels.within import Effects, FloatArray, Layout, within
from panelkit.language.errors import SpecError
from panelkit.language.message import message


def jackknifed(
    Y: FloatArray, X: FloatArray, layout: Layout, effects: Effects
) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients of X and their CRV3 standard errors for every outcome.

    Every unit leaves in turn and everything is estimated anew, as `CRV3()` does (MacKinnon, Nielsen and
    Webb 2023); the cross-products of the regressors are formed and solved once for all outcomes.

    Parameters
    ----------
    Y, X
        Shapes (n, m) and (n, k), rows in the order of `layout`.

    Returns
    -------
    Shapes (k, m) and (k, m).

    Raises
    ------
    SpecError
        If the regressors are not identified on all units, or without one of them.
    """
    k, m = X.shape[1], Y.shape[1]
    swept = within(X, layout, effects)
    names = tuple(message("regressor {number}", number=j + 1) for j in range(k))
    try:
        root = identified_root(X, swept, names, effects).inverse
    except SpecError as error:
        raise SpecError(
            message("the regressors are not identified on this sample: {problem}", problem=error.said)
        ) from error
    moments = group_moments(np.column_stack([swept @ root, Y]), layout, effects)
    whole, held = regress(moments.swept(np.ones((1, moments.n_groups))), range(k), range(k, k + m))
    deleted, kept = regress(moments.swept_without_each(), range(k), range(k, k + m))
    if not (held.all() and kept.all()):
        raise SpecError(
            message(
                "the regressors are not identified on this sample, or not without one of its units: "
                "leave out what the effects absorb"
            )
        )
    spread = ((root @ (deleted - whole)) ** 2).sum(axis=0)
    groups = moments.n_groups
    return root @ whole[0], np.sqrt(spread * (groups - 1) / groups)
