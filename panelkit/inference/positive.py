"""A covariance that is not positive semidefinite, mended so that it can be drawn from."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option

ROUNDING = 1e-10  # what inverses and outer products leave of a zero eigenvalue of a correlation matrix


def mended(covariance: FloatArray) -> tuple[FloatArray, tuple[Message, ...]]:
    """Return a positive semidefinite covariance (p, p) with the same variances, and a note where it differs.

    The spectral form of Rebonato and Jaeckel (2000): negative eigenvalues of the correlation matrix are set to zero,
    and the rows of its root scaled back to length one. Eigenvalues within rounding of zero are left.

    Raises
    ------
    SpecError
        If a variance is negative: there is no correlation matrix to mend.
    """
    variances = np.diag(covariance)
    if not np.isfinite(covariance).all():
        return covariance, ()
    if (variances < 0.0).any():
        raise SpecError(
            message(
                "a variance of the estimates is negative, and no errors of impacts can be made of it: "
                "take another covariance, or {method} for the points alone",
                method=option("method", "none"),
            )
        )
    scale = np.sqrt(variances)
    scale[scale == 0.0] = 1.0
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    if values.min(initial=0.0) >= -ROUNDING:
        return covariance, ()
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    length = np.linalg.norm(root, axis=1, keepdims=True)
    root = np.divide(root, length, out=np.zeros_like(root), where=length > 0.0) * np.sqrt(variances)[:, None]
    note = message(
        "the covariance of the estimates is not positive definite and was mended for the errors of impacts: "
        "variances as they are, negative eigenvalues of the correlations set to zero (Rebonato and Jaeckel 2000)"
    )
    return root @ root.T, (note,)
