"""Derivatives by differences: Jacobians of functions of parameters, Hessians of likelihoods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from panelkit.kernels.within import FloatArray


def numerical_jacobian(function: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Return the derivative (q, p) by central differences, with steps of 1e-5 of each parameter's size."""
    columns = []
    for j, value in enumerate(at):
        step = 1e-5 * max(abs(float(value)), 1e-2)
        up, down = at.copy(), at.copy()
        up[j] += step
        down[j] -= step
        columns.append((function(up) - function(down)) / (2 * step))
    return np.column_stack(columns)


def numerical_hessian(value: Callable[[FloatArray], float], at: FloatArray, free: int) -> FloatArray:
    """Return minus the second derivatives by the first `free` parameters, with steps scaled to the curvature."""
    centre = value(at)
    steps = np.empty(free)
    for j in range(free):
        trial = 1e-4 * max(abs(float(at[j])), 1e-2)
        bend = -(value(_moved(at, {j: trial})) - 2 * centre + value(_moved(at, {j: -trial}))) / trial**2
        steps[j] = 0.05 / np.sqrt(max(bend, 1e-12))
    out = np.empty((free, free))
    for i in range(free):
        for j in range(i + 1):
            a, b = steps[i], steps[j]
            if i == j:
                bend = (value(_moved(at, {i: a})) - 2 * centre + value(_moved(at, {i: -a}))) / a**2
            else:
                corners = [
                    sign_a * sign_b * value(_moved(at, {i: sign_a * a, j: sign_b * b}))
                    for sign_a in (1, -1)
                    for sign_b in (1, -1)
                ]
                bend = sum(corners) / (4 * a * b)
            out[i, j] = out[j, i] = -bend
    return out


def _moved(at: FloatArray, shifts: dict[int, float]) -> FloatArray:
    moved = at.copy()
    for j, shift in shifts.items():
        moved[j] += shift
    return moved
