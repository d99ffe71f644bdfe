"""From a specification to a fit: the estimator and the covariance that a claim file names."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from panelkit.claims.samples import Specification
from panelkit.core import vcov
from panelkit.core.errors import SpecError
from panelkit.core.results import FitResult
from panelkit.models.registry import estimator

_VCOV = re.compile(r"^([A-Za-z0-9]+)(?:\((\w*)\))?$")
_NAMED = {"CRV3": vcov.CRV3, "Cluster": vcov.Cluster}
_PLAIN = {"Iid": vcov.Iid, "Robust": vcov.Robust}


def fit_specification(spec: Specification, data: pd.DataFrame) -> FitResult:
    """Fit one specification with the estimator and the covariance that it names."""
    result: FitResult = model_of(spec).fit(data)
    return result


def model_of(spec: Specification) -> Any:
    """Return the estimator of a specification, without data."""
    return estimator(spec.estimator)(spec.formula, effects=spec.effects, vcov=covariance(spec.vcov))


def covariance(text: str) -> Any:
    """Return the covariance that a claim file names: `CRV3`, `Cluster(year)`, `Robust`.

    Raises
    ------
    SpecError
        If there is none of that name.
    """
    match = _VCOV.match(text)
    name, by = match.groups() if match else ("", None)
    if name in _PLAIN and not by:
        return _PLAIN[name]()
    if name in _NAMED:
        return _NAMED[name](by or None)
    raise SpecError(f"no covariance {text!r}: there are {', '.join([*_NAMED, *_PLAIN])}, or Cluster(column)")
