"""The instrument columns of dynamic GMM: lags a period or collapsed, their changes for levels, terms as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from panelkit.formula.moment_nodes import Equation, GmmNode, MomentFormula
from panelkit.kernels.identified import ABSORBED_SHARE, absorbed_terms
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.models.dynamic.gmm.repeats import repeated_columns
from panelkit.models.dynamic.gmm.rows import INTERCEPT, DynamicRows
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Instruments(Brief):
    """Instruments of the transformed rows (m, M) and of the levels (n, M), None without a level equation.

    `names`, `groups` (the node) and `equations` ("diff", "level", "both") are of the M columns; `notes` say what left.
    `offset` (m, M) was subtracted from the transformed rows, `turn` (M, M) gives columns with the moments of those as
    they stand, `far` names nodes far from zero that stand as they are (`centring.py`).
    """

    moved: FloatArray
    level: FloatArray | None
    names: tuple[str, ...]
    groups: tuple[str, ...]
    equations: tuple[Equation, ...]
    notes: tuple[Message, ...] = ()
    offset: FloatArray | None = None
    turn: FloatArray | None = None
    far: tuple[str, ...] = ()

    @property
    def stacked(self) -> FloatArray:
        """Return the columns of both equations below each other."""
        return self.moved if self.level is None else np.concatenate([self.moved, self.level])


@dataclass(frozen=True, eq=False)
class _Block(Brief):
    moved: FloatArray
    level: FloatArray
    names: tuple[str, ...]
    group: str
    equation: Equation
    offset: FloatArray | None = None


def build_instruments(
    asked: MomentFormula,
    rows: DynamicRows,
    values_of: Callable[[GmmNode], FloatArray],
    *,
    system: bool,
    collapse: bool,
    constant: bool,
    centres: Mapping[str, float] | None = None,
) -> Instruments:
    """Build every column that the formula names, in its order; empty ones and repetitions leave.

    Lags of the transformed equation count from the period it is dated (of forward deviations the next one, so that
    lag 2 of an outcome and lag 1 of a predetermined regressor are the first valid ones under both transformations).
    The level equation takes the change that lies one lag nearer, one a period (Blundell and Bond 1998).
    `values_of` returns the expression of a node on the calendar of every unit, (N, span), less `centres` by node.

    Raises
    ------
    SpecError
        If a column of gmm() never varies, or a term of iv() does not vary after the transformation.
    DataError
        If no row holds a value so far back.
    """
    blocks: list[_Block] = []
    for node in asked.gmm:
        values = values_of(node)
        _refuse_still(node, values)
        made = _centred_blocks(
            node,
            values,
            (centres or {}).get(node.label, 0.0),
            rows,
            system=system,
            collapse=collapse or bool(node.collapse),
        )
        if not any(block.moved.any() or block.level.any() for block in made):
            raise DataError(_nothing_back(node, rows))
        blocks += made
    blocks += _iv_blocks(asked, rows, system=system)
    if constant:
        n = len(rows.y)
        blocks.append(
            _Block(np.zeros((int(rows.moved.sum()), 1)), np.ones((n, 1)), (INTERCEPT,), INTERCEPT, "level")
        )
    return _joined(blocks, system=system)


def _centred_blocks(
    node: GmmNode, values: FloatArray, centre: float, rows: DynamicRows, *, system: bool, collapse: bool
) -> list[_Block]:
    """Return the blocks of a node less its centre, each with what that took from the transformed rows."""
    made = list(_gmm_blocks(node, values - centre, rows, system=system, collapse=collapse))
    if not centre:
        return made
    ones = np.where(np.isfinite(values), centre, np.nan)
    taken = _gmm_blocks(node, ones, rows, system=system, collapse=collapse)
    return [replace(block, offset=one.moved) for block, one in zip(made, taken, strict=True)]


def _gmm_blocks(
    node: GmmNode, values: FloatArray, rows: DynamicRows, *, system: bool, collapse: bool
) -> Iterator[_Block]:
    m, n = int(rows.moved.sum()), len(rows.y)
    unit, dated = rows.unit[rows.moved], rows.dated[rows.moved]
    furthest = max(node.first, rows.calendar.span)
    last = furthest if node.last is None else min(node.last, furthest)
    if node.equation != "level":
        columns, names = [], []
        for lag in range(node.first, last + 1):
            found, labels = _spread(_at(values, unit, dated - lag), dated, rows, collapse=collapse)
            columns.append(found)
            names += [f"{node.factor.label}.L{lag}{label}" for label in labels]
        moved = np.column_stack(columns)
        yield _Block(moved, np.zeros((n, moved.shape[1])), tuple(names), node.label, "diff")
    if system and node.equation != "diff":
        nearer = max(node.first - 1, 0)
        change = _at(values, rows.unit, rows.when - nearer) - _at(values, rows.unit, rows.when - nearer - 1)
        level, labels = _spread(change, rows.when, rows, collapse=collapse)
        names = [f"{node.factor.label}.DL{nearer}{label}" for label in labels]
        yield _Block(np.zeros((m, level.shape[1])), level, tuple(names), node.label, "level")


def _at(values: FloatArray, unit: IntArray, when: IntArray) -> FloatArray:
    """Return values of units at periods, missing outside the calendar."""
    inside = (when >= 0) & (when < values.shape[1])
    return np.where(inside, values[unit, np.where(inside, when, 0)], np.nan)


def _spread(
    values: FloatArray, when: IntArray, rows: DynamicRows, *, collapse: bool
) -> tuple[FloatArray, list[str]]:
    """Return one column, or one a period; what is not held counts as zero."""
    filled = np.nan_to_num(values, nan=0.0)
    if collapse:
        return filled[:, None], [""]
    periods, code = np.unique(when, return_inverse=True)
    out = np.zeros((len(filled), len(periods)))
    out[np.arange(len(filled)), code] = filled
    return out, [f"@{period + rows.calendar.start}" for period in periods]


def _iv_blocks(asked: MomentFormula, rows: DynamicRows, *, system: bool) -> Iterator[_Block]:
    nodes = [(node.label, rows.instruments[node.label], node.equation) for node in asked.iv]
    dummies = [at for at, name in enumerate(rows.names) if name in rows.periods]
    if dummies:
        nodes.append((rows.period_group, rows.X[:, dummies], "both"))
    for label, columns, equation in nodes:
        moved = rows.transformed(columns)
        if not system or equation == "diff":
            still = absorbed_terms(columns[rows.moved], moved)
            if still.any() and label != rows.period_group:
                raise SpecError(
                    message(
                        "`{node}` does not vary over time within units, and is no instrument of changes",
                        node=label,
                    )
                )
        names = tuple(
            f"{label}" if columns.shape[1] == 1 else f"{label}.{j + 1}" for j in range(columns.shape[1])
        )
        if not system:
            equation = "diff"
        yield _Block(
            moved if equation != "level" else np.zeros_like(moved),
            columns if equation != "diff" else np.zeros_like(columns),
            names,
            label,
            equation,
        )


def _joined(blocks: list[_Block], *, system: bool) -> Instruments:
    moved = np.column_stack([block.moved for block in blocks])
    level = np.column_stack([block.level for block in blocks]) if system else None
    offsets = [np.zeros_like(block.moved) if block.offset is None else block.offset for block in blocks]
    offset = np.column_stack(offsets) if any(block.offset is not None for block in blocks) else None
    names = [name for block in blocks for name in block.names]
    groups = [block.group for block in blocks for _ in block.names]
    equations = [block.equation for block in blocks for _ in block.names]
    held = moved.any(axis=0)
    kept = np.flatnonzero(held if level is None else held | level.any(axis=0))
    if len(kept) < len(names):
        moved, level = moved[:, kept], None if level is None else level[:, kept]
    again = repeated_columns(moved, level)
    notes = []
    if again:
        notes.append(
            message(
                "instruments that repeat others are left out: {pairs}",
                pairs=[
                    message("`{gone}` (is `{held}`)", gone=names[kept[j]], held=names[kept[i]])
                    for i, j in again
                ],
            )
        )
        left = np.delete(np.arange(len(kept)), [j for _, j in again])
        kept, moved = kept[left], moved[:, left]
        level = None if level is None else level[:, left]
    return Instruments(
        moved,
        level,
        tuple(names[j] for j in kept),
        tuple(groups[j] for j in kept),
        tuple(equations[j] for j in kept),
        tuple(notes),
        None if offset is None else offset[:, kept],
    )


def _refuse_still(node: GmmNode, values: FloatArray) -> None:
    held = values[np.isfinite(values)]
    if len(held) == 0 or np.ptp(held) <= ABSORBED_SHARE * np.abs(held).max():
        raise SpecError(
            message(
                "`{node}`: `{column}` never varies, and its lags are no instruments: leave it out",
                node=node.label,
                column=node.factor.label,
            )
        )


def _nothing_back(node: GmmNode, rows: DynamicRows) -> Message:
    return rows.design.spoken(
        message(
            "`{node}`: no row holds `{column}` {first} {periods} before it: the panel has {span}. Take "
            "nearer lags",
            node=node.label,
            column=node.factor.label,
            first=node.first,
            span=rows.calendar.span,
        )
    )
