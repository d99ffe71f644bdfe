"""What a triple difference states: who is treated, what is swept, and when its regression may be read."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.policy.rows.handed import FEW_TREATED
from panelkit.models.policy.triple.triple_rows import TripleRows


def triple_facts(rows: TripleRows) -> dict[str, Any]:
    """Return the counts of a table."""
    inside = rows.in_sample
    cells = rows.frame.data[rows.cell].to_numpy()[inside]
    return {
        "n_places": rows.n_places,
        "n_treated_places": rows.n_treated,
        "n_affected_cells": len(np.unique(cells[rows.affected[inside] > 0.0])),
        "n_other_cells": len(np.unique(cells[rows.affected[inside] == 0.0])),
    }


def triple_notes(spec: Any, rows: TripleRows) -> tuple[Message, ...]:
    """Return what stands under the table."""
    facts = triple_facts(rows)
    notes = [
        message(
            "{treated} of {of} places are treated; {affected} cells of place and group are of the kind that the policy "
            "concerns, {others} are not. Without the policy the gap between both would have moved alike in all places, "
            "and the other groups of a treated place do not feel it",
            treated=facts["n_treated_places"],
            of=facts["n_places"],
            affected=facts["n_affected_cells"],
            others=facts["n_other_cells"],
        )
    ]
    if rows.cohorts > 1 and spec.estimator == "three-way":
        notes.append(
            message(
                "{cohorts} dates of adoption: three-way effects take gaps of places that have adopted as "
                "controls of later ones, and with growing effects their sign can be wrong. {estimator} "
                "compares gaps with places that have not adopted",
                estimator=option("estimator", "imputation"),
                cohorts=rows.cohorts,
            )
        )
    if spec.estimator == "three-way":
        notes.append(
            message(
                "randomisation_inference exchanges paths of rows' units, here place and group; for a policy dealt out "
                "by place take `gaps()`, one row a place and period, and randomise there"
            )
        )
    if rows.n_treated < FEW_TREATED:
        notes.append(
            message(
                "{treated} of {of} places are treated: below eight errors clustered by place, CRV3 and the wild "
                "bootstrap are not to be trusted; test on `gaps()` by randomisation inference "
                "(`randomisation_inference`)",
                treated=rows.n_treated,
                of=rows.n_places,
            )
        )
    return tuple(notes)
