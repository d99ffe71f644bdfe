"""From a specification to a fit: the estimator and the covariance that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from panelkit.covariance.by_name import vcov_named
from panelkit.formula.tokens import spelled
from panelkit.language.register import find
from panelkit.results.fit import FitResult
from panelkit.studies.specification import Specification


def fit_specification(spec: Specification, data: pd.DataFrame) -> FitResult:
    """Fit one specification with the estimator and the covariance that it names."""
    result: FitResult = model_of(spec, [str(name) for name in data.index.names]).fit(data)
    return result


def treatment(fit: FitResult) -> int:
    """Return the position of the treatment among the terms: the first that is not the intercept."""
    return next((place for place, term in enumerate(fit.terms) if term != "Intercept"), 0)


def model_of(spec: Specification, levels: Sequence[str]) -> Any:
    """Return the estimator of a specification, without data; `levels` are what unit and time are called."""
    kind = find("estimator", spec.estimator)
    effects = {"effects": spec.effects} if "effects" in kind.__dataclass_fields__ else {}
    formula = spec.formula
    if spec.twin == "trends":
        unit, time = map(spelled, levels)
        formula = f"{formula} + C({unit}):{time}"
    return kind(formula, vcov=vcov_named(spec.vcov), **effects)
