"""Dose responses by imputation: effects against units and periods without the policy, by class or per unit of dose."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.models.policy.dose.dose_columns import DoseColumns
from panelkit.models.policy.effects.group_imputation import Groups, grouped_effects, with_events
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.results.derived import Derived


def dose_effects(
    panel: PolicyPanel, columns: DoseColumns, name: str, *, event: bool, notes: tuple[Message, ...]
) -> Derived:
    """Return the mean effect per unit of dose, or that of each class of doses, and by periods since adoption.

    Parameters
    ----------
    panel
        Rows whose dates of adoption are those of units with a dose.
    columns
        Doses and classes of the units of the panel.
    name
        The column of the dose.
    event
        Whether effects by periods since adoption are shown too.
    notes
        What was said of the dose.

    Raises
    ------
    DataError
        If no effect can be imputed.
    """
    dose = columns.dose[panel.unit]
    treated = (columns.first[panel.unit] <= panel.periods[panel.time]) & (dose > 0.0)
    members, names, size = _members(columns, dose, treated, name)
    groups = with_events(members, names, panel, size)
    if not event:
        groups = Groups(groups.members[:, : len(names)], groups.size, groups.labels[: len(names)])
    return grouped_effects(
        panel,
        groups,
        title=message(
            "DID by dose ({dose}), by imputation: {outcome}", dose=name, outcome=panel.design.outcome
        ),
        facts={
            "n_treated": columns.n_treated,
            "n_without_dose": columns.n_zero,
            "mean_dose": columns.mean_dose,
            "estimator": "imputation",
        },
        notes=(*panel.design.notes, *notes),
    )


def _members(
    columns: DoseColumns, dose: FloatArray, treated: Array, name: str
) -> tuple[FloatArray, tuple[str, ...], FloatArray]:
    """Return groups (n, g) with their names and the sizes (n,) by which effects are counted."""
    if not len(columns.edges):
        return treated.astype(np.float64)[:, None], (name,), np.where(treated, dose, 1.0)
    classes = columns.classes(dose) * treated[:, None]
    names = tuple(f"{name}_bin{b}" for b in range(1, len(columns.edges)))
    return classes, names, np.ones(len(dose))
