"""From a specification to a fit: the estimator and the covariance that it names."""

from __future__ import annotations

from typing import Any

import pandas as pd

from panelkit.covariance.by_name import vcov_named
from panelkit.language.register import find
from panelkit.results.fit import FitResult
from panelkit.studies.specification import Specification


def fit_specification(spec: Specification, data: pd.DataFrame) -> FitResult:
    """Fit one specification with the estimator and the covariance that it names."""
    result: FitResult = model_of(spec).fit(data)
    return result


def treatment(fit: FitResult) -> int:
    """Return the position of the treatment among the terms: the first that is not the intercept."""
    return next((place for place, term in enumerate(fit.terms) if term != "Intercept"), 0)


def model_of(spec: Specification) -> Any:
    """Return the estimator of a specification, without data."""
    kind = find("estimator", spec.estimator)
    effects = {"effects": spec.effects} if "effects" in kind.__dataclass_fields__ else {}
    return kind(spec.formula, vcov=vcov_named(spec.vcov), **effects)
