"""A least-squares fit on a part of its rows: what leave-one-out of any test stands on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION
from panelkit.kernels.linear import fit_swept
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.models.shell import finish
from panelkit.results.fit import FitResult


@offered("capability")
def without_rows(fit: FitResult, gone: NDArray[np.bool_]) -> FitResult:
    """Return the same model on the rows that are not `gone` (n,), its regressors as the whole sample made them.

    Raises
    ------
    SpecError
        If the fit is not least squares in one equation on rows as observed, or the rows that are left do not identify
        its terms.
    """
    if fit.linear is None or fit.design is None or not fit.linear.can >= {ONE_EQUATION, AS_OBSERVED}:
        raise SpecError(
            message(
                "{title}: only least squares in one equation, on rows as observed, is fitted again without some rows",
                title=fit.title,
            )
        )
    left = fit.design.keep(~gone, reason=message("left out"))
    if isinstance(fit.spec, FixedEffects):
        return fit_design(left, fit.spec)
    linear = fit_swept(left.y, left.X, left.terms, left.layout, fit.linear.effects)
    return finish(fit.spec, left, linear, title=fit.title)
