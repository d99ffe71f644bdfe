"""The regressions of a curve one by one: place in the grid, columns, complete rows; their names in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, listed, message, sentences
from panelkit.studies.specification_curve.choices import Choices
from panelkit.studies.specification_curve.columns import CurveColumns, lagged, mask_of

SHOWN = 8


@dataclass(frozen=True, eq=False)
class CurveSpecification:
    """One regression before its covariance: its place in the grid, column numbers, rows."""

    place: int
    labels: tuple[Any, ...]
    regressors: tuple[int, ...]
    outcome: int
    rows: bytes
    count: int


def specifications(spec: Choices, columns: CurveColumns) -> list[CurveSpecification]:
    """Return all specifications of the grid but for their covariance, in its order."""
    keep = {sample.name: mask_of(sample, columns) for sample in spec.samples}
    if len(keep) < len(spec.samples):
        raise SpecError(message("the samples of a specification curve have different names"))
    number, found, packed = columns.number, [], {}
    grid = product(spec.outcomes, spec.treatments, spec.controls, spec.samples, spec.lags)
    for place, (outcome, treatment, (name, controls), sample, lag) in enumerate(grid):
        regressors = tuple(number[text] for text in (lagged(treatment, lag), *controls))
        key = (sample.name, frozenset((*regressors, number[outcome])))
        if key not in packed:
            rows = keep[sample.name] & columns.complete[:, sorted(key[1])].all(axis=1)
            packed[key] = (np.packbits(rows).tobytes(), int(rows.sum()))
        rows_key, count = packed[key]
        labels = (outcome, treatment, name, sample.name, lag)
        found.append(CurveSpecification(place, labels, regressors, number[outcome], rows_key, count))
    return found


def is_short(task: CurveSpecification) -> bool:
    """Tell whether a specification has too few complete rows to be fitted."""
    return task.count < len(task.regressors) + 3


def refuse_empty(short: list[CurveSpecification]) -> None:
    """Refuse specifications without rows to stand on, naming each.

    Raises
    ------
    DataError
        Always.
    """
    cells = [
        message("{cell} ({count} complete rows)", cell=cell_of(one.labels), count=one.count) for one in short
    ]
    raise DataError(
        message(
            "empty cells in the grid of specifications: {cells}: leave out the choice, or its data; "
            '`failures="count"` keeps them in the denominator of every share',
            cells=first_of(cells),
        )
    )


def by_rows(tasks: list[CurveSpecification]) -> Iterator[list[CurveSpecification]]:
    """Yield the specifications that use the same rows, those without enough rows left out."""
    held: dict[bytes, list[CurveSpecification]] = {}
    for task in tasks:
        if not is_short(task):
            held.setdefault(task.rows, []).append(task)
    yield from held.values()


def by_size(group: list[CurveSpecification]) -> Iterator[list[CurveSpecification]]:
    """Yield the specifications with the same number of regressors."""
    held: dict[int, list[CurveSpecification]] = {}
    for task in group:
        held.setdefault(len(task.regressors), []).append(task)
    yield from held.values()


def cell_of(labels: Iterable[Any]) -> Message:
    """Return the choices of a specification by name: outcome, treatment, controls, sample, lag and perhaps vcov."""
    outcome, treatment, controls, sample, lag, *vcov = labels
    parts = [
        message("outcome {outcome}", outcome=outcome),
        message("treatment {treatment}", treatment=treatment),
        message("controls {controls}", controls=controls),
        message("sample {sample}", sample=sample),
        message("lag {lag}", lag=lag),
        *(message("vcov {vcov}", vcov=name) for name in vcov),
    ]
    return listed(parts)


def first_of(cells: Sequence[Message]) -> Message:
    """Return the first cells, and how many more there are."""
    more = [message("and {more} more", more=len(cells) - SHOWN)] if len(cells) > SHOWN else []
    return sentences([*cells[:SHOWN], *more])
