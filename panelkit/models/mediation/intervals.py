"""Inference on the effects of a mediation beside the bootstrap of its units: delta, Monte Carlo, wild, joint tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.covariance.iid import Iid
from panelkit.inference.indirect import Variance, bias_corrected, normal_draws, product_test, rademacher
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_count
from panelkit.models.mediation.covariance import cluster_factors
from panelkit.models.mediation.legs import leg
from panelkit.models.mediation.paths import exact_jacobian, wild_coefficients
from panelkit.models.mediation.result import MediationResult
from panelkit.models.shell import with_vcov
from panelkit.results.fit import COLUMNS, Derived, FloatArray, Uncertainty, t_quantile

PERCENTILE = term("inference on an indirect effect", "percentile bootstrap")
JOINT = term("inference on an indirect effect", "joint significance")
JOINT_WILD = term("inference on an indirect effect", "joint significance, wild")
WILD = term("inference on an indirect effect", "wild bootstrap")
CORRECTED = term("inference on an indirect effect", "bias-corrected bootstrap")
MONTE_CARLO = term("inference on an indirect effect", "Monte Carlo")
DELTA = term("inference on an indirect effect", "delta")
SOBEL_IID = term("inference on an indirect effect", "Sobel, iid errors")
_VARIANCES: tuple[tuple[Variance, str], ...] = (
    ("sobel", "Sobel"),
    ("aroian", "Aroian"),
    ("goodman", "Goodman"),
)


@offered("capability", "mediation_with_interval")
def with_interval(
    result: MediationResult,
    kind: Literal["delta", "monte carlo"],
    *,
    reps: int = 20_000,
    rng: int | np.random.Generator = 0,
) -> Derived:
    """Return the effects with errors by the delta method or Monte Carlo draws on the joint covariance.

    Parameters
    ----------
    result
        A mediation whose covariance has a joint form.
    kind
        "delta" or "monte carlo".
    reps, rng
        Draws of "monte carlo", and their seed or generator.

    Returns
    -------
    The effects of the result under that covariance; "monte carlo" has percentile intervals.

    Raises
    ------
    SpecError
        If there is no such kind.
    """
    theta = result.system.theta
    df = float(np.min(result.fits["outcome"].df))
    if kind == "delta":
        jacobian = exact_jacobian(result.paths.effects, theta)
        covariance, draws = jacobian @ result.joint_vcov @ jacobian.T, None
        made = Uncertainty(method="delta")
    elif kind == "monte carlo":
        check_count("reps", reps, 2)
        draws = result.paths.effects(normal_draws(theta, result.joint_vcov, reps, as_generator(rng), df))
        covariance = np.atleast_2d(np.cov(draws, rowvar=False))
        made = Uncertainty(method="draws", reps=reps, seed=seed_of(rng))
    else:
        raise SpecError(message("the interval is 'delta' or 'monte carlo', not {kind!r}", kind=kind))
    return _derived(result, covariance, draws, made, df)


@offered("capability", "mediation_wild")
def wild_intervals(
    result: MediationResult, *, reps: int = 5_000, rng: int | np.random.Generator = 0
) -> Derived:
    """Return the effects with percentile intervals of the unrestricted wild cluster bootstrap of all equations.

    Rademacher weights by cluster, the same in every equation; every equation keeps its regressors. The total
    effect of a draw is its direct plus its indirect effect.
    """
    check_count("reps", reps, 2)
    weights = rademacher(result.system.n_groups, reps, as_generator(rng))
    by = getattr(result.spec.vcov, "by", None)
    factors = cluster_factors(result.system, result.design, by, result.spec.convention)
    draws = replace(result.paths, total=-1).effects(wild_coefficients(result.system, weights, factors))
    made = Uncertainty(method="bootstrap", reps=reps, seed=seed_of(rng))
    return _derived(result, np.atleast_2d(np.cov(draws, rowvar=False)), draws, made, result.df)


@offered("capability", "mediation_bias_corrected_int", source="Efron (1981)")
def bias_corrected_int(result: MediationResult, level: float = 0.95) -> pd.DataFrame:
    """Return the bias-corrected bootstrap interval; it rejects too often in small samples."""
    if result.draws is None:
        raise SpecError(message("bias-corrected intervals need bootstrap draws"))
    low, high = bias_corrected(result.draws, result.estimates, level)
    return pd.DataFrame({"conf_low": low, "conf_high": high}, index=result.params.index)


@offered("capability", "mediation_joint_significance")
def joint_significance(
    result: MediationResult, *, wild: bool = False, reps: int = 9_999, rng: int = 0
) -> pd.Series:
    """Return, for each route, the largest p-value along it: all its paths must be significant.

    Parameters
    ----------
    result
        A mediation.
    wild
        Take the p-values of the restricted wild cluster bootstrap of each path.
    reps, rng
        Draws of that bootstrap, and their seed.

    Returns
    -------
    One p-value a route, indexed by `term`.
    """
    worst = []
    for route in result.paths.routes:
        legs = [(result.fits[name], label) for name, label in _legs(result, route)]
        if wild:
            p = [wild_cluster_bootstrap(fit, label, reps=reps, rng=rng).p_value for fit, label in legs]
        else:
            p = [leg(fit, label)["p_value"] for fit, label in legs]
        worst.append(max(p))
    return pd.Series(worst, index=pd.Index(result.path_terms, name="term"), name="p_value")


@offered("capability", "mediation_inference")
def inference(
    result: MediationResult, *, level: float = 0.95, reps: int = 5_000, wild: bool = True, rng: int = 0
) -> pd.DataFrame:
    """Return every kind of inference on each route, one row a method.

    The first two rows of a route (percentile bootstrap of units, joint significance) are the ones to read.

    Parameters
    ----------
    result
        A mediation.
    level
        Level of the intervals.
    reps, rng
        Draws of the wild bootstrap (four times as many of Monte Carlo), and their seed.
    wild
        Whether to run what takes the wild bootstrap.

    Returns
    -------
    Columns `term, method, estimate, std_error, statistic, p_value, conf_low, conf_high`; `term` and `method` hold
    messages, which have Chinese.
    """
    check_count("reps", reps, 2)
    made = _derived(result, result.covariance, result.draws, result.uncertainty, result.df)
    delta = with_interval(result, "delta")
    carlo = with_interval(result, "monte carlo", reps=4 * reps, rng=rng)
    corrected = bias_corrected_int(result, level)
    joint = joint_significance(result)
    by_signs = wild_intervals(result, reps=reps, rng=rng) if wild else None
    joint_wild = joint_significance(result, wild=True, rng=rng) if wild else None
    rows: list[dict[str, Any]] = []
    for name, route in zip(result.path_terms, result.paths.routes, strict=True):
        at = result.terms.index(name)
        estimate = result.estimates[at]
        rows.append(_row(name, PERCENTILE, made, at, level))
        rows.append(_bare(name, JOINT, estimate, float(joint[name])))
        if by_signs is not None and joint_wild is not None:
            rows.append(_bare(name, JOINT_WILD, estimate, float(joint_wild[name])))
            rows.append(_row(name, WILD, by_signs, at, level))
        low, high = corrected.iloc[at]
        rows.append({**_bare(name, CORRECTED, estimate, np.nan), "conf_low": low, "conf_high": high})
        rows.append(_row(name, MONTE_CARLO, carlo, at, level))
        rows.append(_row(name, DELTA, delta, at, level))
        rows += _products(result, name, route, level)
    return pd.DataFrame(rows).assign(
        **{name: pd.Series([row[name] for row in rows], dtype=object) for name in ("term", "method")}
    )


def _products(result: MediationResult, name: str, route: Sequence[int], level: float) -> list[dict[str, Any]]:
    """Return the normal-theory tests of a product of two paths."""
    if len(route) > 1:
        return []
    rows = []
    for method, label, iid in (*((*pair, False) for pair in _VARIANCES), ("sobel", SOBEL_IID, True)):
        numbers = []
        for equation, regressor in _legs(result, route):
            fit = result.fits[equation]
            line = leg(with_vcov(fit, Iid()) if iid else fit, regressor)
            numbers += [line["estimate"], line["std_error"]]
        test = product_test(*numbers, method=method)  # type: ignore[arg-type,misc]
        half = float(t_quantile(level, np.inf)) * test.std_error
        ends = (test.estimate - half, test.estimate + half)
        found = (test.estimate, test.std_error, test.z, test.p_value, *ends)
        rows.append({"term": name, "method": label, **dict(zip(COLUMNS[2:], found, strict=True))})
    return rows


def _legs(result: MediationResult, route: Sequence[int]) -> list[tuple[str, str]]:
    """Return (equation, regressor) of every path along a route."""
    labels = result.mediator_labels
    inner = [(f"mediator {j}", labels[i]) for i, j in pairwise(route)]
    return [(f"mediator {route[0]}", result.treatment_label), *inner, ("outcome", labels[route[-1]])]


def _derived(
    result: MediationResult, covariance: FloatArray, draws: FloatArray | None, made: Uncertainty, df: Any
) -> Derived:
    return Derived(
        title=result.title,
        terms=result.terms,
        equations=result.equations,
        estimates=result.estimates,
        covariance=covariance,
        df=df,
        facts=result.facts,
        notes=(made.sentence(),),
        uncertainty=made,
        draws=draws,
    )


def _row(name: str, method: Message, derived: Derived, at: int, level: float) -> dict[str, Any]:
    line = derived.tidy(level).iloc[at]
    return {"term": name, "method": method, **{key: float(line[key]) for key in COLUMNS[2:]}}


def _bare(name: str, method: Message, estimate: float, p_value: float) -> dict[str, Any]:
    nan = float("nan")
    return {"term": name, "method": method, "estimate": float(estimate), "std_error": nan, "statistic": nan,
            "p_value": p_value, "conf_low": nan, "conf_high": nan}  # fmt: skip
