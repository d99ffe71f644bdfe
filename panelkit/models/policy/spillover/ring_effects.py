"""Effects on the treated and on every ring by imputation."""

from __future__ import annotations

from panelkit.language.message import message
from panelkit.models.policy.effects.group_imputation import grouped_effects, with_events
from panelkit.models.policy.rows.handed import FEW_TREATED, RANDOMISE_RINGS, few_note
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.spillover.ring_rows import RingRows, ring_facts, ring_notes
from panelkit.results.derived import Derived


def ring_effects(panel: PolicyPanel, rows: RingRows, treated: str) -> Derived:
    """Return the mean effects on the treated and on each ring, and those by periods since they began.

    Raises
    ------
    DataError
        If the treated, or a ring, cannot be predicted from clean rows.
    """
    levels = panel.design.level_names
    few = (
        (few_note(rows.n_treated, rows.n_units, levels, RANDOMISE_RINGS),)
        if rows.n_treated < FEW_TREATED
        else ()
    )
    return grouped_effects(
        panel,
        with_events(rows.columns, (treated, *rows.rings.names), panel),
        title=message("DID with spillover rings, by imputation: {outcome}", outcome=panel.design.outcome),
        facts={**ring_facts(rows), "estimator": "imputation"},
        notes=(*panel.design.notes, *ring_notes(rows), *few),
    )
