"""How well the instruments of each equation move what they stand for: rank, and every regressor beside the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.covariance.cluster import Cluster
from panelkit.kernels.identified import dependent_terms, orthonormal_columns
from panelkit.kernels.instruments import fit_two_stage
from panelkit.kernels.weak_instruments import Partialled
from panelkit.kernels.within import FloatArray, Layout
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import INTERCEPT, DynamicRows
from panelkit.models.linear.weak_identification import RK_F, conditional_f, weak_rank
from panelkit.panel.design import Design
from panelkit.results.tests import TestResult

_CONVENTION = "ivreg2"
_SPANNED = 1e-9
"""What instruments leave of a regressor that they make up: it needs no others, and is set aside."""
_TRANSFORMED = message("transformed equation")
_LEVELS = message("level equation")


def strength_of(rows: DynamicRows, instruments: Instruments) -> tuple[TestResult, ...]:
    """Return rank and conditional F of the transformed equation, and of the levels where there are any.

    Each equation is taken for itself as two-stage least squares on its own instruments, errors clustered by unit
    (Kleibergen and Paap 2006; Sanderson and Windmeijer 2016; for systems Bun and Windmeijer 2010).
    """
    design = rows.design.keep(rows.moved, reason="no change")
    y = rows.transformed(rows.y[:, None])[:, 0]
    found = _of_equation(design, y, rows.transformed(rows.X), rows.names, instruments.moved, _TRANSFORMED)
    if instruments.level is None:
        return found
    X, names = rows.X, rows.names
    if INTERCEPT in instruments.groups:
        X, names = np.column_stack([X, np.ones(len(X))]), (*names, INTERCEPT)
    return (*found, *_of_equation(rows.design, rows.y, X, names, instruments.level, _LEVELS))


def _of_equation(
    design: Design, y: FloatArray, X: FloatArray, names: tuple[str, ...], Z: FloatArray, equation: Message
) -> tuple[TestResult, ...]:
    Z = Z[:, Z.any(axis=0)]
    used = np.flatnonzero(X.any(axis=0))
    X, names = X[:, used], tuple(names[j] for j in used)
    basis = orthonormal_columns(Z)
    left = X - basis @ (basis.T @ X)
    spanned = np.linalg.norm(left, axis=0) <= _SPANNED * np.linalg.norm(X, axis=0)
    own, rest = np.flatnonzero(spanned), np.flatnonzero(~spanned)
    if len(rest) == 0:
        return ()
    excluded = Z[:, ~dependent_terms(np.column_stack([X[:, own], Z]))[len(own) :]]
    name, null = _named(RK_F, equation), message("the instruments are weak")
    if excluded.shape[1] < len(rest):
        return (
            TestResult.not_applicable(
                name,
                null,
                message("this equation alone has fewer instruments than regressors that need them"),
            ),
        )
    labels = (
        tuple(names[j] for j in own),
        tuple(names[j] for j in rest),
        tuple(f"z{j + 1}" for j in range(excluded.shape[1])),
    )
    layout = Layout(design.unit, design.time, None, None)
    try:
        linear = fit_two_stage(y, X[:, own], X[:, rest], excluded, labels, layout, "none")
    except SpecError as error:
        return (TestResult.not_applicable(name, null, error.said),)
    part = Partialled.of(linear)
    tests = (
        weak_rank(part, design, Cluster(), _CONVENTION),
        *conditional_f(part, design, Cluster(), _CONVENTION),
    )
    return tuple(replace(test, name=_named(test.name, equation)) for test in tests)


def _named(name: Message, equation: Message) -> Message:
    return message("{equation}: {test}", equation=equation, test=name)
