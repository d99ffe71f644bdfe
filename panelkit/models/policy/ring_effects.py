"""Effects on the treated and on every ring by imputation: from rows to a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.models.policy.errors import errors_of
from panelkit.models.policy.handed import FEW_TREATED, few_note
from panelkit.models.policy.ring_imputation import GroupEffects, impute
from panelkit.models.policy.ring_rows import RingRows, ring_facts, ring_notes
from panelkit.panel.design import Design
from panelkit.results.derived import Derived, Uncertainty

# With fewer units than this behind an effect its error is that of a handful.
_LONE = 2


def ring_effects(spec: Any, rows: RingRows, design: Design, treated: str) -> Derived:
    """Return the mean effects on the treated and on each ring, and those by periods since they began.

    Raises
    ------
    DataError
        If clean rows do not tie units and periods together.
    """
    stays, lost = _with_clean_rows(rows)
    names = (treated, *rows.rings.names)
    columns, unit, time = rows.columns[stays], rows.unit[stays], rows.time[stays]
    groups, labels = _groups(columns, rows.periods[time], unit, names)
    keep = [j for j, term in enumerate(design.terms) if term != "Intercept"]
    found = impute(
        design.y[stays],
        np.asarray(design.X)[stays][:, keep],
        tuple(design.terms[j] for j in keep),
        np.unique(unit, return_inverse=True)[1],
        np.unique(time, return_inverse=True)[1],
        groups,
    )
    errors = errors_of(found.influence, found.holders, "small-sample")
    facts = {
        "nobs": int(stays.sum()),
        "n_units": len(np.unique(unit)),
        "n_periods": len(np.unique(time)),
        **ring_facts(rows),
        "n_clean_rows": int((stays & rows.clean).sum()),
        "estimator": "imputation",
    }
    notes = (*design.notes, *ring_notes(rows), *_said(rows, lost, found, labels))
    return Derived(
        title=message("DID with spillover rings, by imputation: {outcome}", outcome=design.outcome),
        terms=tuple(term for _, term in labels),
        equations=tuple(equation for equation, _ in labels),
        estimates=found.estimates,
        covariance=errors.covariance,
        df=errors.df,
        facts=facts,
        notes=tuple(design.spoken(note) for note in dict.fromkeys(notes)),
        uncertainty=Uncertainty(method="none"),
        levels=design.level_names,
    )


def _with_clean_rows(rows: RingRows) -> tuple[Array, Array]:
    """Mark the rows that can be imputed (n,), and the units (N,) that have no clean row."""
    clean = np.bincount(rows.unit[rows.clean], minlength=rows.n_units)
    lost = clean == 0
    return ~lost[rows.unit], lost


def _groups(
    columns: FloatArray, period: FloatArray, unit: Array, names: tuple[str, ...]
) -> tuple[FloatArray, list[tuple[str, str]]]:
    """Return 0/1 columns (n, p) of groups: each state whole, then each by periods since the unit entered it."""
    groups, labels = [], []
    for name, column in zip(names, columns.T, strict=True):
        if column.any():
            groups.append(column)
            labels.append(("overall", name))
    for name, column in zip(names, columns.T, strict=True):
        inside = column > 0.0
        start = np.full(int(unit.max()) + 1, np.inf)
        np.minimum.at(start, unit[inside], period[inside])
        event = np.where(inside, period - start[unit], np.nan)
        for since in np.unique(event[inside]):
            groups.append((event == since).astype(np.float64))
            labels.append((name, f"{since:+.0f}"))
    return np.column_stack(groups), labels


def _said(
    rows: RingRows, lost: Array, found: GroupEffects, labels: list[tuple[str, str]]
) -> tuple[Message, ...]:
    notes = [
        message(
            "effects of {unit} and {period} come from rows that are neither treated nor exposed; errors by {unit} "
            "(Borusyak, Jaravel and Spiess 2024), units of a group and the others each with n/(n-1), Welch's degrees "
            "of freedom"
        )
    ]
    if lost.any():
        named = [str(label) for label in rows.labels[lost]]
        notes.append(
            message(
                "treated or exposed in every {period} held, left out: {names}",
                names=listed(named[:SHOWN], len(named)),
            )
        )
    alone = [f"{a} {b}" for (a, b), n in zip(labels, found.holders.sum(axis=0), strict=True) if n < _LONE]
    if alone:
        notes.append(
            message(
                "one {unit} behind {names}: no error can be told from it",
                names=listed(alone[:SHOWN], len(alone)),
            )
        )
    if rows.n_treated < FEW_TREATED:
        notes.append(few_note(rows.n_treated, rows.n_units, ("unit", "period")))
    return tuple(notes)
