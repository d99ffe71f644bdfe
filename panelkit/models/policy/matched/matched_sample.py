"""Which units or unit-periods are matched with which: from a frame to weights of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import SHOWN, Array, listed, read_panel_index
from panelkit.kernels.logit import Logit, fit_logit
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import Message, message
from panelkit.models.policy.matched.balance import Balance, balance_of
from panelkit.models.policy.matched.matched_pool import Asked, Pool, pool_of
from panelkit.models.policy.matched.matching import Matched, match
from panelkit.models.policy.rows.adoption import Timing
from panelkit.models.reading import Frame, read_design
from panelkit.panel.design import Design
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class MatchedSample(Brief):
    """The matched sample: columns in the order of the frame's rows (n,), counts, and what matching made.

    `path` (n,) is the treatment, `row_weight` (n,) the weight; `weights` the same by unit and period of the sample.
    `off_support` and `unmatched` name treated that left; `changing` counts matched units whose weight differs between
    periods, `absent` those without a weight in some. `largest` is the largest share of the matched treated of its lot
    that one control stands for.
    """

    path: FloatArray
    row_weight: FloatArray
    weights: pd.Series
    pairs: pd.DataFrame
    balance: Balance
    logits: tuple[Logit, ...]
    pool: Pool
    n_treated: int
    n_controls: int
    of_treated: int
    of_controls: int
    off_support: tuple[str, ...]
    unmatched: tuple[str, ...]
    changing: int
    absent: int
    largest: float
    whole: bool


def matched_sample(
    spec: Asked, frame: Frame, timing: Timing, unit: str | None, time: str | None
) -> MatchedSample:
    """Match the units of a frame.

    Raises
    ------
    DataError
        If nobody adopts inside the sample, covariates separate the treated, or no treated unit is matched.
    """
    design = read_design(spec.formula, frame, unit=unit, time=time, where=spec.where)
    adoption = timing.on(design)
    pool = pool_of(spec, frame, design, adoption, unit, time)
    found = _matches(spec, design, pool)
    weight = np.concatenate([each.weight for _, each, _ in found])
    order = np.concatenate([rows for rows, _, _ in found])
    by_row = np.zeros(len(pool.unit))
    by_row[order] = weight
    if not (by_row[pool.treated] > 0.0).any():
        raise DataError(design.spoken(_nobody_matched(spec, found, pool, design)))
    cells = _cells(design, pool, by_row)
    panel = read_panel_index(frame.data, unit, time)
    return MatchedSample(
        path=_path(timing, panel),
        row_weight=_on_rows(cells, design, panel),
        weights=_series(cells, design),
        pairs=_pairs(found, pool, design),
        balance=balance_of(pool.X, pool.names, pool.treated, by_row),
        logits=tuple(logit for _, _, logit in found),
        pool=pool,
        n_treated=len(np.unique(pool.unit[pool.treated & (by_row > 0.0)])),
        n_controls=len(np.unique(pool.unit[~pool.treated & (by_row > 0.0)])),
        of_treated=len(np.unique(pool.unit[pool.treated])),
        of_controls=len(np.unique(pool.unit[~pool.treated])),
        off_support=_named(design, pool, [(rows, each.off_support) for rows, each, _ in found]),
        unmatched=_named(design, pool, [(rows, each.unmatched) for rows, each, _ in found]),
        changing=int((np.ptp(cells, axis=1) > 1e-9).sum()),
        absent=int(((cells > 0.0).any(axis=1) & (cells == 0.0).any(axis=1)).sum()),
        largest=max(_largest(each.weight, pool.treated[rows]) for rows, each, _ in found),
        whole=bool(np.all(np.abs(by_row - np.round(by_row)) < 1e-9)),
    )


def _matches(spec: Asked, design: Design, pool: Pool) -> list[tuple[IntArray, Matched, Logit]]:
    """Return the rows of every lot that is matched on its own, its matches and its logit."""
    lots = [np.arange(len(pool.unit))]
    if spec.by == "year":
        lots = [np.flatnonzero(pool.period == value) for value in np.unique(pool.period)]
    found = []
    for rows in lots:
        design_matrix = np.column_stack([np.ones(len(rows)), pool.X[rows]])
        treated = pool.treated[rows].astype(np.float64)
        try:
            logit = fit_logit(design_matrix, treated, ("Intercept", *pool.names))
        except PanelkitError as error:
            error.said = _in_period(error.said, pool.period[rows[0]], design)
            raise
        found.append((rows, match(logit.probability, treated, spec.matching), logit))
    return found


def _in_period(said: Message, period: float, design: Design) -> Message:
    where = (
        message("the propensity score")
        if np.isnan(period)
        else message("the propensity score of {at:.0f}", at=period)
    )
    return design.spoken(message("{where}: {problem}", where=where, problem=said))


def _cells(design: Design, pool: Pool, by_row: FloatArray) -> FloatArray:
    """Return weights by unit and period of the design, (N, T)."""
    cells = np.zeros((len(design.unit_labels), len(design.time_labels)))
    if np.isnan(pool.period).all():
        cells[pool.unit] = by_row[:, None]
    else:
        at = np.searchsorted(design.time_labels.astype(np.float64), pool.period)
        cells[pool.unit, at] = by_row
    return cells


def _on_rows(cells: FloatArray, design: Design, panel: Any) -> FloatArray:
    """Return the weights of the frame's rows (n,), zero where a unit or period is not in the sample."""
    unit = {label: code for code, label in enumerate(design.unit_labels)}
    time = {label: code for code, label in enumerate(design.time_labels)}
    units = np.array([unit.get(label, -1) for label in panel.unit_labels])[panel.unit]
    times = np.array([time.get(label, -1) for label in panel.time_labels])[panel.time]
    return np.where((units >= 0) & (times >= 0), cells[units, times], 0.0)


def _largest(weight: FloatArray, treated: Array) -> float:
    """Return the largest share of the matched treated that one control stands for."""
    matched = float(weight[treated].sum())
    return float(weight[~treated].max()) / matched if matched else 0.0


def _path(timing: Timing, panel: Any) -> FloatArray:
    first = np.array([timing.first[label] for label in panel.unit_labels])
    return np.asarray(panel.time_labels.astype(np.float64)[panel.time] >= first[panel.unit], dtype=np.float64)


def _series(cells: FloatArray, design: Design) -> pd.Series:
    index = pd.MultiIndex.from_product([design.unit_labels, design.time_labels], names=design.level_names)
    return pd.Series(cells.reshape(-1), index=index, name="weight")


def _pairs(found: list[tuple[IntArray, Matched, Logit]], pool: Pool, design: Design) -> pd.DataFrame:
    """Return one row a match."""
    parts = []
    for rows, each, logit in found:
        treated, control = rows[each.treated_row], rows[each.control_row]
        part = {
            "period": pool.period[treated],
            "treated": design.unit_labels[pool.unit[treated]],
            "control": design.unit_labels[pool.unit[control]],
            "share": each.share,
            "score_treated": logit.probability[each.treated_row],
            "score_control": logit.probability[each.control_row],
        }
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _named(design: Design, pool: Pool, marked: list[tuple[IntArray, IntArray]]) -> tuple[str, ...]:
    """Name treated that left, with the period where there is one."""
    names = []
    for rows, at in marked:
        for row in rows[at]:
            label = str(design.unit_labels[pool.unit[row]])
            names.append(label if np.isnan(pool.period[row]) else f"{label} {pool.period[row]:.0f}")
    return tuple(names)


def _nobody_matched(
    spec: Asked, found: list[tuple[IntArray, Matched, Logit]], pool: Pool, design: Design
) -> Message:
    outside = _named(design, pool, [(rows, each.off_support) for rows, each, _ in found])
    alone = _named(design, pool, [(rows, each.unmatched) for rows, each, _ in found])
    return message(
        "no treated {unit} is matched: {outside} off the common support ({outside_named}), {alone} without a control "
        "near enough ({alone_named}). Match on less, widen the caliper, or accept that nobody comparable is untreated",
        outside=len(outside),
        outside_named=listed(outside[:SHOWN], len(outside)),
        alone=len(alone),
        alone_named=listed(alone[:SHOWN], len(alone)),
    )
