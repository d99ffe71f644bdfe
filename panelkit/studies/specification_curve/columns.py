"""Every column of the grid on the rows of the panel, and the rows that each sample keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.formula.arithmetic import BY_SAMPLE, Evaluator, Table
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Factor, calls_of, columns_of
from panelkit.kernels.index import dimension_names
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.reading import namesakes, open_frame
from panelkit.panel.sample import asked_rows, where_note
from panelkit.show.brief import Brief
from panelkit.studies.specification_curve.choices import Choices, Sample


@dataclass(frozen=True, eq=False)
class Columns(Brief):
    """Every column of the grid on the sorted rows of the panel."""

    values: FloatArray
    complete: NDArray[np.bool_]
    number: Mapping[str, int]
    unit: IntArray
    time: IntArray
    unit_labels: NDArray[Any]
    time_labels: NDArray[Any]
    order: IntArray
    table: Table
    by_sample: Mapping[int, Factor]
    notes: tuple[Message, ...] = ()

    @classmethod
    def of(cls, spec: Choices, data: pd.DataFrame, unit: str | None, time: str | None) -> Columns:
        frame = open_frame(data, unit, time)
        table = Table(frame.data, unit, time)
        panel = table.panel
        names = dimension_names(frame.data, unit, time)
        asked = asked_rows(table, names, spec.where, None, namesakes)
        wanted = [
            *spec.outcomes,
            *(lagged(treatment, lag) for treatment in spec.treatments for lag in spec.lags),
            *(name for _, names in spec.controls for name in names),
        ]
        factors = {name: parse_expression(name) for name in dict.fromkeys(wanted)}
        table.require([column for factor in factors.values() for column in columns_of(factor.node)])
        order = np.arange(len(frame.data)) if panel.order is None else panel.order
        evaluator = Evaluator(table)
        values, lacking = (
            np.zeros((len(order), len(factors))),
            np.zeros((len(order), len(factors)), dtype=bool),
        )
        by_sample: dict[int, Factor] = {}
        for at, factor in enumerate(factors.values()):
            if BY_SAMPLE & set(calls_of(factor.node)):
                by_sample[at] = factor
                lacking[:, at] = evaluator.missing(factor.node)[order]
            else:
                values[:, at] = evaluator.factor(factor)[order]
                lacking[:, at] = np.isnan(values[:, at])
        entering = np.ones(len(order), dtype=bool) if asked is None else asked.yes[order]
        columns = cls(
            values,
            ~lacking & entering[:, None],
            {name: at for at, name in enumerate(factors)},
            panel.unit[order],
            panel.time[order],
            panel.unit_labels,
            panel.time_labels,
            order,
            table,
            by_sample,
            (*frame.notes, *where_note(asked)),
        )
        inside = np.zeros(len(order), dtype=bool)
        inside[order] = entering & np.logical_or.reduce([mask_of(sample, columns) for sample in spec.samples])
        evaluator.finish(inside)
        return columns

    def name(self, number: int) -> str:
        """Return the expression of a column."""
        return next(name for name, at in self.number.items() if at == number)

    def on(self, rows: NDArray[np.bool_], used: list[int]) -> FloatArray:
        """Return the columns `used` on the marked rows (n,), their means and quantiles taken from these rows."""
        out = self.values[rows][:, used]
        if not any(number in self.by_sample for number in used):
            return out
        sample = np.zeros(len(rows), dtype=bool)
        sample[self.order[rows]] = True
        evaluator = Evaluator(self.table, sample)
        for at, number in enumerate(used):
            if number in self.by_sample:
                out[:, at] = evaluator.factor(self.by_sample[number])[self.order[rows]]
        evaluator.finish(sample)
        return out


def lagged(treatment: str, lag: int) -> str:
    """Return the expression of a lagged treatment."""
    return treatment if lag == 0 else f"lag({treatment}, {lag})"


def mask_of(sample: Sample, columns: Columns) -> NDArray[np.bool_]:
    years = columns.time_labels[columns.time]
    kept = np.ones(len(years), dtype=bool)
    if sample.years is not None:
        kept &= (years >= sample.years[0]) & (years <= sample.years[1])
    found = [(name, _named(name, columns.unit_labels)) for name in sample.without_units]
    unknown = [name for name, marked in found if not marked.any()]
    if unknown:
        raise SpecError(
            message(
                "sample `{name}` leaves out {names}, which the panel lacks",
                name=sample.name,
                names=[str(one) for one in unknown],
            )
        )
    for _, marked in found:
        kept &= ~marked[columns.unit]
    return kept & ~np.isin(years, list(sample.without_years))


def _named(name: Any, labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark the units that a name means, every spelling of a province among them, (N,)."""
    own = np.array([label == name for label in labels], dtype=bool)
    others = None if own.any() else namesakes(str(name), labels)
    return own if others is None else others
