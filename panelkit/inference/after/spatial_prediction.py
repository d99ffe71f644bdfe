"""Predictions of spatial fits: the reduced form, and what the neighbours' outcomes as observed add."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.after.rows import observed_of, positions, read_rows, refuse_unseen
from panelkit.kernels.additive import taken_apart
from panelkit.kernels.within import Effects, FloatArray, Layout, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.results.fit import FitResult
from panelkit.spatial.spectrum import factorise

SPATIAL_KINDS = ("xbu", "naive", "xb", "rform", "absorbed", "e")


def is_spatial(fit: Any) -> bool:
    """Tell whether a fit is of a spatial panel, with the problem that predictions read."""
    return hasattr(fit, "curvature")


def predict_spatial(
    fit: Any, data: Any, kind: str, *, unit: str | None = None, time: str | None = None
) -> pd.Series:
    """Return predictions of a spatial fit, as `predict` describes them.

    `fit.curvature.problem` holds y (N, T) and Z (N, T, k), Durbin terms in it, raw, and the matrix of the lag.

    Raises
    ------
    SpecError
        If the kind is none of a spatial fit's, or the model is dynamic or has random effects.
    DataError
        If new rows are no full cross-sections of the units of the sample.
    """
    if kind not in SPATIAL_KINDS:
        raise SpecError(message("kind is one of {kinds}, not {kind!r}", kinds=SPATIAL_KINDS, kind=kind))
    _refuse_others(fit)
    problem = fit.curvature.problem
    design = observed_of(fit)
    b, rho = fit.estimates[: problem.k], fit.rho
    zb = problem.Z @ b
    lagged = np.zeros_like(problem.y) if problem.w is None else _through(problem.w, problem.y)
    effects = problem.counting.effects
    parts = _effects(problem.y - rho * lagged - zb, design_layout(problem.y), effects)
    constant, by_unit, by_time = parts
    if data is None:
        index = design.labels().set_names(list(design.level_names))
        absorbed = by_unit[:, None] + by_time[None, :]
        made = _kinds(fit, zb + constant, absorbed, problem.y, rho * lagged)
        return pd.Series(made[kind].reshape(-1), index=index, name=kind)
    if kind in ("naive", "e"):
        raise SpecError(message('kind="{kind}" reads the outcome: it is of the rows that entered', kind=kind))
    return _of_new(fit, data, kind, parts, unit, time)


def _refuse_others(fit: Any) -> None:
    if not hasattr(fit, "rho") or hasattr(fit, "radius") or hasattr(fit, "phi"):
        raise SpecError(
            message(
                "{title}: predictions are of static spatial models with fixed effects or none; a dynamic one needs "
                "a path of the outcome, random effects a predictor of their own",
                title=fit.title,
            )
        )


def design_layout(y: FloatArray) -> Layout:
    """Return the layout of a balanced panel (N, T), unit-major."""
    n, t = y.shape
    return Layout(np.repeat(np.arange(n), t), np.tile(np.arange(t), n))


def _effects(left: FloatArray, layout: Layout, effects: Effects) -> tuple[float, FloatArray, FloatArray]:
    """Return constant, unit effects (N,) and time effects (T,) of what the regressors leave, (N, T)."""
    if effects == "none":
        return 0.0, np.zeros(layout.n_units), np.zeros(layout.n_times)
    flat = left.reshape(-1)
    explained = flat - within(flat[:, None], layout, effects)[:, 0]
    parts = taken_apart(explained, layout, effects)
    return parts.constant, parts.unit, parts.time


def _through(w: Any, cube: FloatArray) -> FloatArray:
    return np.asarray(w @ cube)


def _solved(fit: Any, cube: FloatArray) -> FloatArray:
    """Return (I - rho W)^-1 applied to the units of (N, T)."""
    w = fit.curvature.problem.w
    return cube if w is None else np.asarray(factorise(w, fit.rho).solve(cube))


def _kinds(
    fit: Any, xb: FloatArray, absorbed: FloatArray, y: FloatArray, neighbours: FloatArray
) -> dict[str, FloatArray]:
    naive = neighbours + xb + absorbed
    return {
        "xb": xb,
        "absorbed": absorbed,
        "rform": _solved(fit, xb),
        "xbu": _solved(fit, xb + absorbed),
        "naive": naive,
        "e": y - naive,
    }


def _of_new(
    fit: Any,
    data: Any,
    kind: str,
    parts: tuple[float, FloatArray, FloatArray],
    unit: str | None,
    time: str | None,
) -> pd.Series:
    """Predict full cross-sections: every unit of the sample in every period that the rows hold."""
    design = observed_of(fit)
    terms = tuple(fit.sample.terms)
    rows = read_rows(fit, data, terms, unit, time)
    known = np.asarray(design.unit_labels)
    i = positions(rows.unit, known)
    refuse_unseen(rows.unit, i, design)
    periods, t = np.unique(rows.time, return_inverse=True)
    n = len(known)
    held = np.zeros((n, len(periods)), dtype=bool)
    held[i, t] = ~np.isnan(rows.X).any(axis=1)
    if not held.all():
        at, when = np.argwhere(~held)[0]
        raise DataError(
            message(
                "a spatial prediction needs every {unit} of the sample in each {period}: {label} lacks a row or a "
                "cell in {when}",
                label=str(known[at]),
                when=str(periods[when]),
            ).spoken(*design.level_names)
        )
    X = np.empty((n, len(periods), len(terms)))
    X[i, t] = rows.X
    xb = _with_durbin(fit, X) @ fit.estimates[: fit.curvature.problem.k] + parts[0]
    absorbed = np.zeros_like(xb)
    if kind in ("xbu", "absorbed"):
        absorbed = parts[1][:, None] + _of_periods(fit, periods, parts[2])[None, :]
    made = {"xb": xb, "absorbed": absorbed, "rform": None, "xbu": None}
    if kind in ("rform", "xbu"):
        made[kind] = _solved(fit, xb + absorbed)
    return rows.series(np.asarray(made[kind])[i, t], kind)


def _of_periods(fit: FitResult, periods: Any, effects: FloatArray) -> FloatArray:
    if not np.any(effects):
        return np.zeros(len(periods))
    design = observed_of(fit)
    known = np.asarray(design.time_labels)
    at = positions(np.asarray(periods), known)
    refuse_unseen(np.asarray(periods), at, design, periods=True)
    return np.asarray(effects[at])


def _with_durbin(fit: Any, X: FloatArray) -> FloatArray:
    """Return X (N, T, kx) with the lags of the Durbin terms behind it."""
    if not fit.durbin_terms:
        return X
    cube = X[:, :, list(fit.durbin_terms)]
    n = len(cube)
    lagged = (fit.weights_durbin.matrix @ cube.reshape(n, -1)).reshape(cube.shape)
    return np.concatenate([X, lagged], axis=2)
