"""The columns of one set of rows, freed of the effects, and what cannot be regressed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.covariance.conventions import convention_named
from panelkit.kernels.outcome import refuse_absorbed, refuse_constant, refuse_scale
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.panel.sample import singletons
from panelkit.show.brief import Brief
from panelkit.studies.specification_curve.choices import Choices
from panelkit.studies.specification_curve.columns import Columns
from panelkit.studies.specification_curve.specifications import Specification, cell_of


class OutcomeError(Exception):
    """A specification whose outcome cannot be regressed, and why."""

    def __init__(self, error: DataError | SpecError, task: Specification) -> None:
        super().__init__(error.said)
        self.error, self.task = error, task

    def refusal(self) -> DataError | SpecError:
        """Return the error, with the specification that it is about."""
        return type(self.error)(
            message("{error} ({cell})", error=self.error.said, cell=cell_of(self.task.labels))
        )


@dataclass(frozen=True, eq=False)
class Swept(Brief):
    """The columns of one set of rows, swept; `at` maps a column of the grid to a column here."""

    columns: FloatArray
    raw: FloatArray
    layout: Layout
    at: Mapping[int, int]
    units: IntArray


def sweep(spec: Choices, columns: Columns, group: list[Specification]) -> Swept:
    """Return the columns of the specifications of one set of rows, freed of the effects.

    Raises
    ------
    DataError
        If fewer than two units are left, or a column is too large or too small for double precision.
    OutcomeError
        If the outcome of a specification does not vary there, or the effects hold it whole.
    """
    rows = np.unpackbits(np.frombuffer(group[0].rows, dtype=np.uint8), count=len(columns.unit)).astype(bool)
    if convention_named(spec.convention).drop_singletons:
        rows = _without_singletons(rows, columns, spec.effects)
    used = sorted({number for task in group for number in (*task.regressors, task.outcome)})
    unit, time = columns.unit[rows], columns.time[rows]
    if len(unit) == 0 or len(np.unique(unit)) < 2:
        raise DataError(
            message("fewer than two units hold complete rows in {cell}", cell=cell_of(group[0].labels))
        )
    units, unit_codes = np.unique(unit, return_inverse=True)
    layout = Layout(unit_codes.astype(np.int64), np.unique(time, return_inverse=True)[1].astype(np.int64))
    raw = columns.on(rows, used)
    refuse_scale([(columns.name(number), column) for number, column in zip(used, raw.T, strict=True)])
    _refuse_flat(raw, used, group)
    if spec.effects == "none":
        raw = np.column_stack([raw, np.ones(len(raw))])
    swept = within(raw, layout, spec.effects)
    lost = np.sqrt(np.einsum("ij,ij->j", swept, swept)) <= 1e-9 * np.sqrt(np.einsum("ij,ij->j", raw, raw))
    swept[:, lost] = 0.0
    _refuse_absorbed(raw, swept, used, group, spec.effects)
    return Swept(swept, raw, layout, {number: at for at, number in enumerate(used)}, units)


def column_numbers(spec: Choices, swept: Swept, tasks: list[Specification]) -> tuple[IntArray, IntArray]:
    """Return the columns of the regressors, focal first, the intercept last where there is one, and the outcomes."""
    regressors = np.array(
        [[swept.at[number] for number in task.regressors] for task in tasks], dtype=np.int64
    )
    if spec.effects == "none":
        regressors = np.column_stack([regressors, np.full(len(tasks), swept.columns.shape[1] - 1)])
    return regressors, np.array([swept.at[task.outcome] for task in tasks], dtype=np.int64)


def _refuse_flat(raw: FloatArray, used: list[int], group: list[Specification]) -> None:
    """Refuse an outcome that does not vary in the sample of a specification."""
    for task in group:
        try:
            refuse_constant(raw[:, used.index(task.outcome)], str(task.labels[0]))
        except DataError as error:
            raise OutcomeError(error, task) from None


def _refuse_absorbed(
    raw: FloatArray, swept: FloatArray, used: list[int], group: list[Specification], effects: Effects
) -> None:
    """Refuse an outcome that the effects hold whole in the sample of a specification."""
    for task in group:
        at = used.index(task.outcome)
        try:
            refuse_absorbed(raw[:, at], swept[:, at], str(task.labels[0]), effects)
        except SpecError as error:
            raise OutcomeError(error, task) from None


def _without_singletons(rows: NDArray[np.bool_], columns: Columns, effects: Effects) -> NDArray[np.bool_]:
    kept = rows.copy()
    while True:
        alone = singletons(columns.unit[kept], columns.time[kept], effects)
        if not alone.any():
            return kept
        kept[np.flatnonzero(kept)[alone]] = False
