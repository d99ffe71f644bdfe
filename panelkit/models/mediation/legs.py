"""The single paths of a mediation: their numbers in the equations, and the table of all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.language.offers import offered
from panelkit.models.mediation.result import MediationResult
from panelkit.results.fit import COLUMNS, FitResult


def leg(fit: FitResult, term: str) -> dict[str, float]:
    """Return the numbers of one term of a fit, by the names of the result columns."""
    numbers = fit.tidy()[list(COLUMNS[2:])].to_numpy(dtype=np.float64)[fit.terms.index(term)]
    return dict(zip(COLUMNS[2:], map(float, numbers), strict=True))


@offered("capability", "mediation_paths")
def path_table(result: MediationResult) -> pd.DataFrame:
    """Return one row a path: `source, target, estimate, std_error, statistic, p_value, conf_low, conf_high`.

    The direct path comes last; errors are those of the equations' covariance.
    """
    rows = []
    targets = [(label, f"mediator {k}") for k, label in enumerate(result.mediator_labels)]
    for target, name in [*targets, (result.outcome_label, "outcome")]:
        fit = result.fits[name]
        sources = [label for label in (*result.mediator_labels, result.treatment_label) if label in fit.terms]
        rows += [{"source": source, "target": target, **leg(fit, source)} for source in sources]
    return pd.DataFrame(rows)
