"""Changes of a balanced dynamic panel with the equation of its first period, for the transformed likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.formula.formula import Formula, parse_formula
from panelkit.kernels.identified import orthonormal_columns, refuse_unidentified
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import message
from panelkit.models.dynamic.short.dynamic_rows import DynamicRows
from panelkit.models.dynamic.short.transformed import Transformed, transformed
from panelkit.models.reading import read_design
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class TransformedRows(Brief):
    """The problem in columns at one scale, and the scales (k,) of its slopes.

    The first column of D is the lag, the next ones are the other terms; then come those of the first period, then the
    periods. `lent` says that the regressors of the period before the sample were held.
    """

    problem: Transformed
    scales: FloatArray
    lent: bool


def refuse_unbalanced(rows: DynamicRows) -> None:
    """Refuse a panel with gaps or unequal lengths.

    Raises
    ------
    DataError
        Naming a unit.
    """
    if rows.mask.all():
        return
    short = rows.mask.sum(axis=1) < rows.n_calendar
    labels = [str(label) for label in np.asarray(rows.design.unit_labels)[short]]
    raise DataError(
        message(
            "the transformed likelihood needs the same {periods} of every {unit}, without gaps: {few} lack some. Take "
            "AdjustedMoments, which takes panels as they are, or `where` to the {periods} that all hold",
            few=labels[:6] if labels else message("some {periods} between"),
        )
    )


def transformed_rows(rows: DynamicRows, projection: str) -> TransformedRows:
    """Return the changes of a panel.

    Raises
    ------
    DataError
        If the panel is unbalanced or has fewer than three changes.
    SpecError
        If the columns of the first period repeat each other.
    """
    refuse_unbalanced(rows)
    N, T = rows.mask.shape
    lag = int(rows.lag_at[0])
    X = np.delete(np.asarray(rows.design.X), lag, axis=1)
    y = np.asarray(rows.design.y).reshape(N, T)
    y = np.concatenate([np.asarray(rows.design.X)[:, lag].reshape(N, T)[:, :1], y], axis=1)
    before = _before(rows) if X.shape[1] else np.zeros((N, 1, 0))
    levels = X.reshape(N, T, -1)
    lent = before is not None
    if before is not None:
        levels = np.concatenate([before, levels], axis=1)
    else:
        y = y[:, 1:]
    dy, dx = np.diff(y, axis=1), np.diff(levels, axis=1)
    if dy.shape[1] < 3:
        raise DataError(
            message(
                "{changes} changes of the outcome are too few for the transformed likelihood, which needs 3: take more "
                "{periods}",
                changes=dy.shape[1],
            )
        )
    return _columns(rows, dy, dx, projection, lent)


def _before(rows: DynamicRows) -> FloatArray | None:
    """Return the other terms (N, 1, k) in the period before the first row of every unit; None where one is not held."""
    others = [term for term in rows.terms if term not in rows.lags.terms]
    formula = rows.design.formula
    assert formula is not None
    names = {term.label for term in formula.terms} - set(rows.lags.terms)
    kept = [term.label for term in formula.terms if term.label in names]
    unit, time = rows.named
    try:
        wide = read_design(_of_terms(formula, kept), rows.frame, unit=unit, time=time, varies=False)
    except PanelkitError:
        return None
    if any(term not in wide.terms for term in others):
        return None
    first = int(rows.design.time_labels[0]) - 1
    at = {int(year): j for j, year in enumerate(wide.time_labels)}.get(first)
    held = wide.time == at if at is not None else np.zeros(len(wide.y), dtype=bool)
    places = {str(label): j for j, label in enumerate(wide.unit_labels)}
    row_of = dict(zip(wide.unit[held].tolist(), np.flatnonzero(held).tolist(), strict=True))
    found = [row_of.get(places.get(str(label), -1)) for label in rows.design.unit_labels]
    if any(row is None for row in found):
        return None
    columns = [wide.terms.index(term) for term in others]
    return np.asarray(wide.X)[np.asarray(found, dtype=np.int64)][:, columns][:, None, :]


def _of_terms(formula: Formula, terms: list[str]) -> Formula:
    return parse_formula(f"{formula.outcome} ~ {' + '.join(terms)}")


def _columns(
    rows: DynamicRows, dy: FloatArray, dx: FloatArray, projection: str, lent: bool
) -> TransformedRows:
    N, T, k = dx.shape
    size = float(np.sqrt((dy * dy).sum()))
    lagged = np.concatenate([np.zeros((N, 1)), dy[:, :-1]], axis=1)[:, :, None]
    slopes = np.concatenate([np.zeros((N, 1, k)), dx[:, 1:]], axis=1)
    others = [term for term in rows.terms if term not in rows.lags.terms]
    _refuse_in_changes(rows, slopes, lagged, others)
    norm = np.sqrt((slopes**2).sum(axis=(0, 1)))
    first = _first_period(dx, projection)
    if first.shape[1] > N - 4:
        raise DataError(
            message(
                "the first change of {n_units} {units} is projected on {columns} columns, which asks for {least} "
                "{units} at least: take projection='means' or 'none', or more {units}",
                least=first.shape[1] + 4,
                n_units=N,
                columns=first.shape[1],
            )
        )
    start = np.zeros((N, T, first.shape[1]))
    start[:, 0] = first
    periods = np.zeros((N, T, T if rows.effects == "twoway" else 1))
    periods[:, np.arange(periods.shape[2]), np.arange(periods.shape[2])] = 1.0
    D = np.concatenate([lagged / size, slopes / np.where(norm > 0.0, norm, 1.0), start, periods], axis=2)
    return TransformedRows(transformed(dy / size, D), np.r_[1.0, norm / size], lent)


def _first_period(dx: FloatArray, projection: str) -> FloatArray:
    """Return what the first change is projected on (N, m), orthonormal beside the constant.

    "means": the own first change, and the mean of the level less its start, which tells how far from its course a unit
    began. The mean *change* in its place leaves that out, and the estimate inconsistent.
    """
    N, _, k = dx.shape
    if projection == "none" or not k:
        return np.zeros((N, 0))
    held = dx[:, 0]
    if projection == "means":
        held = np.column_stack([held, dx.cumsum(axis=1).mean(axis=1)])
    elif projection == "all":
        held = dx.reshape(N, -1)
    return orthonormal_columns(held - held.mean(axis=0))


def _refuse_in_changes(rows: DynamicRows, slopes: FloatArray, lagged: FloatArray, others: list[str]) -> None:
    both = np.concatenate([lagged, slopes], axis=2)[:, 1:]
    swept = both - both.mean(axis=0) if rows.effects == "twoway" else both
    flat = swept.reshape(-1, both.shape[2])
    names = (rows.lags.terms[0], *others)
    refuse_unidentified(both.reshape(flat.shape), flat, names, "time" if rows.effects == "twoway" else "none")
