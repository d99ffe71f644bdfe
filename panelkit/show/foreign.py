"""Fits of other programs as columns of a table: statsmodels and linearmodels read here, others by maketables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import message

_STATSMODELS = {
    "nobs": "nobs",
    "r2": "rsquared",
    "r2_adjusted": "rsquared_adj",
    "loglik": "llf",
    "aic": "aic",
    "bic": "bic",
}
_LINEARMODELS = {
    "nobs": "nobs",
    "r2_within": "rsquared_within",
    "r2": "rsquared",
    "r2_adjusted": "rsquared_adj",
    "loglik": "loglik",
}
_MAKETABLES = {
    "nobs": "N",
    "r2_within": "r2_within",
    "r2": "r2",
    "r2_adjusted": "adj_r2",
    "loglik": "ll",
    "aic": "aic",
    "bic": "bic",
}


@dataclass(frozen=True, kw_only=True)
class ForeignFit:
    """What a table shows of it: `table` by term (b, se, t, p, ci95l, ci95u), the outcome's name, facts by our keys."""

    table: pd.DataFrame = field(repr=False)
    outcome: str
    facts: Mapping[str, Any]


def foreign_fit(model: Any) -> ForeignFit:
    """Return what a table shows of a fit that is not panelkit's.

    Raises
    ------
    StyleError
        Of what is no fit, has several equations, or is of a program that needs maketables where it is absent.
    """
    if _made_by(model, "linearmodels") and hasattr(model, "params"):
        return _of_linearmodels(model)
    if _made_by(model, "statsmodels") and all(hasattr(model, name) for name in ("params", "bse", "pvalues")):
        return _of_statsmodels(model)
    return _by_maketables(model)


def _made_by(model: Any, program: str) -> bool:
    return any(kind.__module__.partition(".")[0] == program for kind in type(model).__mro__)


def _of_statsmodels(model: Any) -> ForeignFit:
    fitted = model.model
    names = list(model.params.index) if isinstance(model.params, pd.Series) else list(fitted.exog_names)
    table = _table(
        model, names, b=model.params, se=model.bse, t=model.tvalues, p=model.pvalues, ci=model.conf_int(0.05)
    )
    outcome = fitted.endog_names
    return ForeignFit(
        table=table,
        outcome=outcome if isinstance(outcome, str) else "y",
        facts=_facts(model, _STATSMODELS),
    )


def _of_linearmodels(model: Any) -> ForeignFit:
    dependent = model.model.dependent
    table = _table(
        model,
        list(model.params.index),
        b=model.params,
        se=model.std_errors,
        t=model.tstats,
        p=model.pvalues,
        ci=model.conf_int(0.95),
    )
    names = dependent.vars if hasattr(dependent, "vars") else dependent.cols
    return ForeignFit(table=table, outcome=str(names[0]), facts=_facts(model, _LINEARMODELS))


def _by_maketables(model: Any) -> ForeignFit:
    """Read a fit as maketables does, which pyfixest brings along."""
    try:
        from maketables.extractors import get_extractor

        reader = get_extractor(model)
    except (ImportError, TypeError) as error:  # maketables raises TypeError of what it cannot read
        raise StyleError(
            message(
                "a column of a table is a fit of panelkit, statsmodels or linearmodels, not {kind}; those of other "
                "programs are read where maketables is installed and knows them",
                kind=type(model).__name__,
            )
        ) from error
    found = {key: reader.stat(model, name) for key, name in _MAKETABLES.items()}
    facts = {key: value for key, value in found.items() if value is not None}
    return ForeignFit(table=reader.coef_table(model), outcome=reader.depvar(model), facts=facts)


def _table(model: Any, names: list[Any], *, ci: Any, **columns: Any) -> pd.DataFrame:
    if any(np.ndim(values) != 1 for values in columns.values()):
        raise StyleError(
            message(
                "{kind} has several equations, each with its own coefficients: a column of a table holds one",
                kind=type(model).__name__,
            )
        )
    ends = np.asarray(ci, dtype=float)
    numbers = {name: np.asarray(values, dtype=float) for name, values in columns.items()}
    return pd.DataFrame({**numbers, "ci95l": ends[:, 0], "ci95u": ends[:, 1]}, index=names)


def _facts(model: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts that the fit has; some programs raise of what an estimator lacks."""
    found = {}
    for key, name in names.items():
        try:
            value = getattr(model, name, None)
        except (NotImplementedError, ValueError):
            continue
        if value is not None:
            found[key] = int(value) if key == "nobs" else float(value)
    return found
