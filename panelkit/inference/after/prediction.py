"""Predictions, effects and residuals on the index of the user; new rows pass through the mould of the sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.after.effects import Split, _refuse_interactions, split_rows
from panelkit.inference.after.rows import NewRows, positions, read_rows, refuse_unseen
from panelkit.inference.after.spatial_prediction import is_spatial, predict_spatial
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.capabilities import PANEL_ROWS
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult

KINDS = ("xbu", "xb", "u", "time", "absorbed", "e", "ue")
_NEED_OUTCOME = ("e", "ue")


@offered("inference", family="after the fit", result="Series", source="Stata's predict", public=True)
def predict(
    fit: FitResult,
    data: Any = None,
    kind: str = "xbu",
    *,
    unit: str | None = None,
    time: str | None = None,
) -> pd.Series:
    """Return predictions, effects or residuals of rows: `fit.predict(kind="xb")`.

    Parameters
    ----------
    fit
        A linear or a spatial fit.
    data
        None: the rows that entered. Or a frame as `fit` takes it, without need of the outcome.
    kind
        Linear fits, as Stata's `predict` names them: "xb" (Xb with the constant), "u" (the effect of the unit), "time"
        (of the period), "absorbed" (all effects), "xbu" (Xb and all effects: the fitted values), "e" (the residual) and
        "ue" (y - Xb). Spatial fits: "xbu" (the reduced form (I - rho W)^-1 (Zb + effects)), "naive" (rho W y + Zb +
        effects), "xb" (Zb, Durbin terms in it), "rform" ((I - rho W)^-1 Zb), "absorbed", "e".
    unit, time
        The columns of `data` that name unit and period, where the index does not.

    Returns
    -------
    A series on the (unit, period) index of the rows that entered, or on the index of `data`, missing where a cell of a
    regressor is. Changes, not levels, for first differences.

    Raises
    ------
    SpecError
        If the kind is none of the fit's.
    DataError
        If an effect is asked for of a unit or period that the sample had not (named), or a level is new.

    Notes
    -----
    New rows take means, quantiles, bases, levels and knots from the sample. Residuals of new rows are not formed: the
    outcome is at hand there.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> bool(abs(fit.fitted + fit.predict(kind="e") - fit.predict(kind="xb") - fit.predict(kind="ue")).max() < 1e-9)
    True
    >>> fit.predict(panel.loc[["Beijing"]]).index.names
    FrozenList(['province', 'year'])
    """
    check_fit(fit)
    if is_spatial(fit):
        return predict_spatial(fit, data, kind, unit=unit, time=time)
    if kind not in KINDS:
        raise SpecError(message("kind is one of {kinds}, not {kind!r}", kinds=KINDS, kind=kind))
    parts = split_rows(fit)
    _refuse_absent(fit, parts, kind)
    if data is None:
        index = parts.design.labels().set_names(list(parts.design.level_names))
        return pd.Series(_of_sample(parts, kind), index=index, name=kind)
    return _of_new(fit, parts, data, kind, unit, time)


def _refuse_absent(fit: FitResult, parts: Split, kind: str) -> None:
    if kind in ("u", "time"):
        _refuse_interactions(parts)
        if not (parts.has_unit if kind == "u" else parts.has_time):
            raise SpecError(
                message(
                    'kind="{kind}": {title} has no such effects; kind="xb" and kind="e" it has',
                    kind=kind,
                    title=fit.title,
                )
            )


def _of_sample(parts: Split, kind: str) -> FloatArray:
    absorbed = parts.more if parts.interactions else parts.unit + parts.time
    made = {
        "xb": parts.xb,
        "u": parts.unit,
        "time": parts.time,
        "absorbed": absorbed,
        "xbu": parts.xb + absorbed,
        "e": parts.e,
        "ue": parts.e + absorbed,
    }
    return np.asarray(made[kind])


def _of_new(
    fit: FitResult, parts: Split, data: Any, kind: str, unit: str | None, time: str | None
) -> pd.Series:
    if kind in _NEED_OUTCOME:
        raise SpecError(
            message(
                'kind="{kind}" is of the rows that entered: of new rows subtract the prediction from the outcome',
                kind=kind,
            )
        )
    if (
        fit.linear is not None
        and PANEL_ROWS not in fit.linear.can
        and len(parts.design.y) == len(fit.linear.y)
    ):
        raise SpecError(
            message("{title} predicts changes, of the rows that entered: leave out data", title=fit.title)
        )
    if kind != "xb":
        _refuse_interactions(parts)
    terms = tuple(fit.terms)
    rows = read_rows(fit, data, terms, unit, time)
    made = rows.X @ np.asarray(fit.estimates) + parts.constant
    effect = np.zeros(len(made)) if kind == "xb" else _effects_of(rows, parts, kind)
    return rows.series({"xb": made, "xbu": made + effect}.get(kind, effect), kind)


def _effects_of(rows: NewRows, parts: Split, kind: str) -> FloatArray:
    """Return the effects of new rows (n,), refusing units and periods without one where a prediction can be made."""
    asks = np.ones(len(rows.unit), dtype=bool) if kind in ("u", "time") else ~np.isnan(rows.X).any(axis=1)
    total = np.zeros(len(rows.unit))
    design = parts.design
    wanted = (
        (parts.has_unit and kind != "time", rows.unit, design.unit_labels, parts.by_unit, False),
        (parts.has_time and kind != "u", rows.time, design.time_labels, parts.by_time, True),
    )
    for asked, labels, known, effects, periods in wanted:
        if asked:
            at = positions(labels, np.asarray(known))
            refuse_unseen(labels[asks], at[asks], design, periods=periods)
            total += np.where(at >= 0, np.asarray(effects)[at], np.nan)
    return total
