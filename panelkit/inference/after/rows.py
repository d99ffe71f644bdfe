"""Rows put through the mould of a fit: its regressors with the means, knots and levels of its sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.formula.arithmetic import Cells
from panelkit.formula.formula import Formula, columns_on
from panelkit.formula.tree import Factor, Number, columns_of
from panelkit.kernels.frames import as_pandas
from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class NewRows(Brief):
    """Rows of a user's frame: X (n, k), missing where a cell is, labels of units and times (n,), the frame."""

    X: FloatArray
    unit: Array
    time: Array
    frame: pd.DataFrame

    def series(self, values: FloatArray, name: str) -> pd.Series:
        """Return values (n,) under the index of the user's rows."""
        return pd.Series(values, index=self.frame.index, name=name)


def observed_of(fit: FitResult) -> Design:
    """Return the rows of a fit as they were observed.

    Raises
    ------
    SpecError
        If it kept none.
    """
    if fit.observed is None:
        raise SpecError(message("{title}: it kept no rows that could be predicted", title=fit.title))
    return fit.observed


def read_rows(
    fit: FitResult, data: Any, terms: tuple[str, ...], unit: str | None = None, time: str | None = None
) -> NewRows:
    """Put a frame through the formula of a fit.

    Parameters
    ----------
    fit
        The fit, whose design remembers means, quantiles, bases, levels and knots.
    data
        A frame as `fit` takes it; it need not hold the outcome.
    terms
        The k columns wanted, of those that the formula makes.
    unit, time
        The columns that name unit and period, where the index does not.

    Raises
    ------
    DataError
        If a column lacks, or a row holds a level that the sample had not (named).
    """
    design = observed_of(fit)
    formula = design.formula
    if formula is None:
        raise SpecError(
            message("{title}: it was fitted to arrays, and has no formula for new rows", title=fit.title)
        )
    frame, _ = provincial_rows(as_pandas(data), unit, time)
    table = Cells(frame, unit, time)
    panel = table.panel
    X = np.full((len(table), len(terms)), np.nan)
    bare, wanted = _right_side(formula, design, terms)
    columns = columns_on(bare, table, memory=design.memory)
    rows = np.flatnonzero(columns.complete)
    if len(rows):
        _, labels, matrix, _ = columns.matrices(rows, design.memory, wanted)
        at = {label: j for j, label in enumerate(labels)}
        for j, name in enumerate(terms):
            X[rows, j] = 1.0 if name == "Intercept" else matrix[:, at[name]]
    labels_of = np.asarray(panel.unit_labels)[panel.unit], np.asarray(panel.time_labels)[panel.time]
    return NewRows(X, *labels_of, table.frame)


def _right_side(formula: Formula, design: Design, terms: tuple[str, ...]) -> tuple[Formula, Any]:
    """Return the formula without its outcome, and the terms that become columns.

    Where every term is a plain number, only those that the fit holds are read: instruments are not asked for.
    """
    swept = () if design.interactions is None else design.interactions.names
    wanted = tuple(term for term in formula.terms if term.label not in swept)
    if all(factor.kind == "value" for term in wanted for factor in term.factors) and not _crossed(wanted):
        wanted = tuple(term for term in wanted if term.label in terms)
    names = [name for term in wanted for factor in term.factors for name in columns_of(factor.node)]
    outcome = Factor("0", Number(0.0))
    return replace(formula, left=outcome, terms=wanted, columns=tuple(dict.fromkeys(names))), wanted


def _crossed(terms: Any) -> bool:
    return any(len(term.factors) > 1 for term in terms)


def positions(labels: Array, known: Array) -> Array:
    """Return where labels (n,) stand among the known ones, -1 where they do not."""
    at = {label: j for j, label in enumerate(known.tolist())}
    return np.array([at.get(label, -1) for label in labels.tolist()], dtype=np.int64)


def refuse_unseen(labels: Array, at: Array, design: Design, *, periods: bool = False) -> None:
    """Refuse units (or periods) that the sample had not, by name.

    Parameters
    ----------
    labels, at
        Labels of new rows (n,), and where they stand among those of the design (-1: nowhere).
    design
        The rows of the fit.
    periods
        Whether the labels are of periods.

    Raises
    ------
    DataError
        Which names them, and says what would need no effect of theirs.
    """
    unseen = list(dict.fromkeys(str(label) for label in labels[at < 0].tolist()))
    if not unseen:
        return
    known = np.asarray(design.time_labels if periods else design.unit_labels)
    named = listed(unseen[:SHOWN], len(unseen))
    there = listed([str(label) for label in known[:SHOWN].tolist()], len(known))
    said = (
        message(
            "{unseen}: no row of this {period} stood in the sample, so that it has no estimated effect; the sample "
            'holds {known}. Predict without effects, kind="xb", or leave these rows out.',
            unseen=named,
            known=there,
        )
        if periods
        else message(
            "{unseen}: no row of this {unit} stood in the sample, so that it has no estimated effect; the sample holds "
            '{known}. Predict without effects, kind="xb", or leave these rows out.',
            unseen=named,
            known=there,
        )
    )
    raise DataError(design.spoken(said))
