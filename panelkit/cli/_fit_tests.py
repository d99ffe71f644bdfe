"""The tests that `panelkit fit --tests` runs for each model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from panelkit.cli._data import ChosenRows
    from panelkit.results.fit import FitResult, TestResult


def tests_of(one: FitResult, model: str, rows: ChosenRows) -> list[TestResult]:
    """Return the tests that belong to a model, on the rows of its fit."""
    from panelkit.inference.panel_tests import effects as effects_tests
    from panelkit.inference.panel_tests import errors as error_tests
    from panelkit.models.linear.pooled import PooledOLS
    from panelkit.models.linear.random_effects import RandomEffects

    if model == "instrumental":
        return list(getattr(one, "tests", ()))
    found: list[TestResult] = []
    vcov = one.spec.vcov
    # a cluster that is missing takes its row out: the models of the tests stand on the rows of the fit
    same: dict[str, Any] = {"where": rows.where, **({"vcov": vcov} if vcov.columns() else {})}
    weighted = {"weights": one.spec.weights} if one.spec.weights is not None else {}
    if model == "fixed_effects":
        found += [effects_tests.effects_f(one), effects_tests.poolability(one)]
        # random effects know no weights: the weighted pooled fit then says why there is no test
        other = PooledOLS if weighted else RandomEffects
        found.append(effects_tests.mundlak(other(one.spec.formula, **same, **weighted).fit(rows.frame)))
    if model == "random_effects":
        found.append(effects_tests.mundlak(one))
    if model in ("pooled", "random_effects", "fixed_effects"):
        pooled = PooledOLS(one.spec.formula, **same, **weighted).fit(rows.frame)
        found.append(effects_tests.breusch_pagan_lm(pooled))
    found += [
        error_tests.serial_correlation(one),
        error_tests.groupwise_heteroskedasticity(one),
        error_tests.pesaran_cd(one),
    ]
    return found
