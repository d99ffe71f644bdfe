"""The maximum of a dynamic spatial likelihood, its bias correction, and whether the estimate is stable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.inference.impact_parts import stability_radius
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import information
from panelkit.models.spatial.likelihood import Optimum, Problem
from panelkit.models.spatial.maximum import maximise
from panelkit.spatial.spectrum import EigenSpectrum


def solve_dynamic(problem: Problem, at: tuple[int, int]) -> tuple[Optimum, Curvature]:
    """Return the estimate, corrected where the convention says so, and the curvature there."""
    optimum = maximise(problem)
    curvature = Curvature(problem, optimum)
    counting = problem.counting
    if counting.transformed and counting.effects in ("unit", "twoway"):
        optimum = correct_dynamic(problem, optimum, information(curvature), at)
        curvature = Curvature(problem, optimum)
    return optimum, curvature


def correct_dynamic(problem: Problem, optimum: Optimum, expected: FloatArray, at: tuple[int, int]) -> Optimum:
    """Add information^-1 phi, the O(1/T) bias of the unit effects (Yu, de Jong and Lee 2008, theorem 2).

    phi holds tr D for tau, tr W D for eta, tau tr G D + eta tr G W D + tr G for rho and n / (2 sigma2) for sigma2, with
    D = [(1 - tau) I - (rho + eta) W]^-1 and G = W (I - rho W)^-1; without the root one of W under time effects.
    """
    values = eigenvalues_of(problem)
    tau = float(optimum.b[at[0]]) if at[0] >= 0 else 0.0
    eta = float(optimum.b[at[1]]) if at[1] >= 0 else 0.0
    if radius_of(problem, tau, eta, optimum.rho) >= 1.0:
        raise ConvergenceError(
            message(
                "the uncorrected estimate is not stable (tau {tau:.3f}, eta {eta:.3f}, rho {rho:.3f}): "
                "the bias correction does not exist there; difference the outcome, or take {convention}",
                convention=option("convention", "lsdv"),
                tau=tau,
                eta=eta,
                rho=optimum.rho,
            )
        )

    def total(function: FloatArray, at_one: float) -> float:
        value = float(np.sum(function).real)
        return value - at_one if problem.counting.drops_unit_root else value

    d, d1 = 1.0 / ((1.0 - tau) - (optimum.rho + eta) * values), 1.0 / (1.0 - tau - optimum.rho - eta)
    g, g1 = values / (1.0 - optimum.rho * values), 1.0 / (1.0 - optimum.rho)
    phi = np.zeros(problem.k + 2)
    if at[0] >= 0:
        phi[at[0]] = total(d, d1)
    if at[1] >= 0:
        phi[at[1]] = total(values * d, d1)
    phi[-2] = total(g * (tau + eta * values) * d + g, g1 * (tau + eta) * d1 + g1)
    phi[-1] = problem.counting.units / (2.0 * optimum.sigma2)
    theta = optimum.theta(problem) + np.linalg.solve(expected, phi)
    return replace(optimum, b=theta[:-2], rho=float(theta[-2]), sigma2=float(theta[-1]))


def eigenvalues_of(problem: Problem) -> FloatArray:
    """Return the eigenvalues of W.

    Raises
    ------
    SpecError
        Above the size for which they are computed.
    """
    if not isinstance(problem.spectrum_w, EigenSpectrum):
        raise SpecError(
            message(
                "dynamic spatial panels need the eigenvalues of W: take logdet='eigen' (some minutes at 5,000 units)"
            )
        )
    return problem.spectrum_w.values  # type: ignore[return-value]


def radius_of(problem: Problem, tau: float, eta: float, rho: float) -> float:
    """Return max_i |tau + eta w_i| / |1 - rho w_i|, without the root one where time effects are swept of it.

    The sum tau + rho + eta < 1 is not enough.
    """
    values = eigenvalues_of(problem)
    one = np.array([1.0])
    return float(stability_radius(tau * one, eta * one, rho * one, values)[0])
