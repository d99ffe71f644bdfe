"""Companion matrices, their roots, and the figure of the roots on the unit circle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.deviations import FloatArray

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure


ComplexArray = NDArray[np.complex128]


def companion_matrix(coefficients: FloatArray) -> FloatArray:
    """Return the companion matrix (.., p m, p m) of coefficients (.., p, m, m)."""
    *batch, p, m, _ = coefficients.shape
    out = np.zeros((*batch, p * m, p * m))
    out[..., :m, :] = np.moveaxis(coefficients, -3, -2).reshape(*batch, m, p * m)
    out[..., m:, : (p - 1) * m] = np.eye((p - 1) * m)
    return out


def roots_of(coefficients: FloatArray) -> ComplexArray:
    """Return the roots (p m,) of coefficients (p, m, m), the largest modulus first."""
    roots = np.asarray(np.linalg.eigvals(companion_matrix(coefficients)), dtype=np.complex128)
    return roots[np.argsort(-np.abs(roots), kind="stable")]


def roots_figure(roots: Any, **options: Any) -> Figure:
    """Draw roots (complex) beside the unit circle."""
    from panelkit.show.roots import roots_plot

    return roots_plot(roots, **options)
