"""What every least-squares result states: facts in the order of its table, and notes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from panelkit.covariance.conventions import Convention
from panelkit.inference.staggered_guard import adoption_statement
from panelkit.kernels.linear import LinearFit, squares_about_mean
from panelkit.kernels.outcome import is_exact
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import Effects, IntArray
from panelkit.language.message import Message, message
from panelkit.panel.design import Design
from panelkit.panel.weighted import weight_facts

# With fewer treated units than this neither CRV3 nor the wild bootstrap holds its level
# (MacKinnon and Webb 2017; docs/evidence/panel_size.csv).
FEW_TREATED = 5


def linear_facts(design: Design, linear: LinearFit, convention: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the facts that every linear fit reports, before and after those of its covariance."""
    years = design.time_labels
    total = squares_about_mean(rooted(design.y, linear.weights), linear.weights)
    before: dict[str, Any] = {
        "nobs": linear.n,
        "n_units": linear.layout.n_units,
        "n_periods": linear.layout.n_times,
        "years": f"{years[0]}-{years[-1]}",
        "balanced": linear.layout.balanced,
        **weight_facts(design),
    }
    after: dict[str, Any] = {}
    if linear.effects != "none":
        after["r2_within"] = 1.0 - linear.rss / linear.tss if linear.tss > 0.0 else float("nan")
    after["r2"] = 1.0 - linear.rss / total if total > 0.0 else float("nan")
    after["sigma"] = float(np.sqrt(linear.rss / linear.df_resid))
    after["df_resid"] = linear.df_resid
    after["effects"] = linear.effects
    after["vcov"] = ""
    after["convention"] = convention
    return before, after


def convention_sentence(convention: Convention, effects: Effects) -> Message:
    """Return what a table says of the convention; singletons and nested effects matter with effects only."""
    if effects != "none":
        return convention.sentence
    tail = {"groups": "t(G-1)", "residual": "t(n-k)", "normal": "z"}[convention.cluster_df]
    if not convention.small_sample:
        return message(
            "{convention}: clustered variances with no small-sample factor, {tail}",
            convention=convention.name,
            tail=tail,
        )
    return message(
        "{convention}: clustered variances with {factor}, {tail}",
        convention=convention.name,
        factor="G/(G-1) (n-1)/(n-k)" if convention.group_factor else "n/(n-k)",
        tail=tail,
    )


def adoption(
    design: Design, linear: LinearFit, changes: IntArray | None = None
) -> tuple[tuple[Message, ...], dict[str, Any]]:
    """Return the notes and facts of treatments that units adopt under two-way effects (`adoption_statement`)."""
    return adoption_statement(design, linear, changes)


def few_treated(design: Design, terms: Collection[str]) -> tuple[Message, ...]:
    """Return a note for each 0/1 regressor that fewer than five units, or all but fewer than five, ever have.

    Its first difference, -1, 0 or 1, counts like it.
    """
    notes = []
    n_units = len(design.unit_labels)
    for j, term in enumerate(design.terms):
        column = design.X[:, j]
        if term == "Intercept" or term not in terms or not np.isin(column, (-1.0, 0.0, 1.0)).all():
            continue
        treated = np.flatnonzero(np.bincount(design.unit, np.abs(column), n_units) > 0.0)
        fewer = min(len(treated), n_units - len(treated))
        if 0 < fewer < FEW_TREATED and n_units >= 2 * FEW_TREATED:
            notes.append(_few(term, fewer, n_units, have=len(treated) == fewer))
    return tuple(notes)


def _few(name: str, fewer: int, of: int, *, have: bool) -> Message:
    if have:
        return message(
            "`{name}`: only {fewer} of {of} units ever have it; clustered errors, CRV3 and the wild "
            "bootstrap do not hold their level there: use randomisation_inference",
            name=name,
            fewer=fewer,
            of=of,
        )
    return message(
        "`{name}`: only {fewer} of {of} units ever lack it; clustered errors, CRV3 and the wild "
        "bootstrap do not hold their level there: use randomisation_inference",
        name=name,
        fewer=fewer,
        of=of,
    )


def exact_fit(outcome: str, linear: LinearFit) -> tuple[Message, ...]:
    """Say that a fit leaves no residuals, so that its standard errors are rounding."""
    if not is_exact(linear.residuals, linear.y):
        return ()
    return (
        message(
            "the regressors and effects reproduce `{outcome}` exactly: there are no residuals, and standard "
            "errors and tests are rounding",
            outcome=outcome,
        ),
    )
