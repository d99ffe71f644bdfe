"""What a dose response states: doses, the weights of its coefficient, leads, and what it does not identify."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from scipy import stats

from panelkit.kernels.index import SHOWN, listed
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.row_weights import rooted
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.policy.dose.dose_columns import DoseColumns, time_name
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult

# Shares of negative weights beyond this are said.
_NEGATIVE = 0.005


def dose_facts(fit: FitResult, columns: DoseColumns, response: str, *, event: bool) -> dict[str, Any]:
    """Return counts, the mean dose, and where there is one coefficient the negative share of its weights."""
    facts: dict[str, Any] = {
        "n_treated": columns.n_treated,
        "n_without_dose": columns.n_zero,
        "mean_dose": columns.mean_dose,
    }
    if response == "linear" and not event:
        facts["negative_weights"] = negative_share(fit)
    leads = _leads(fit, columns)
    if leads is not None:
        facts["leads_p_value"] = leads[2]
    return facts


def dose_notes(
    fit: FitResult, columns: DoseColumns, response: str, *, event: bool, staggered: bool
) -> tuple[Message, ...]:
    """Return what stands under the table."""
    notes = [*response_notes(columns, response)]
    share = negative_share(fit) if response == "linear" and not event else 0.0
    if share > _NEGATIVE:
        notes.append(
            message(
                "effects of treated rows whose dose lies below what the effects predict enter with negative weights, "
                "{share:.0%} of all: with responses that differ the coefficient need not lie among them",
                share=share,
            )
        )
    if event and columns.base != -1.0:
        notes.append(
            message(
                "the panel has gaps: the last {period} held before the policy, the base, is {base:.0f}",
                base=columns.base,
            )
        )
    leads = _leads(fit, columns)
    if leads is not None:
        notes.append(
            message(
                "base: the {period} before the policy; leads jointly zero: F({q}, {df:.0f}) = {f:.4g}, p = {p:.4g}",
                q=leads[0],
                df=float(np.asarray(fit.df)),
                f=leads[1],
                p=leads[2],
            )
        )
    if staggered and columns.cohorts > 1:
        notes.append(
            message(
                "{cohorts} dates of adoption under two-way effects: doses of earlier adopters serve as "
                "controls of later ones, and with effects that grow or differ the sign can be wrong (de "
                "Chaisemartin and D'Haultfoeuille 2020); {estimator} does without them",
                estimator=option("estimator", "imputation"),
                cohorts=columns.cohorts,
            )
        )
    return tuple(notes)


def _bins(columns: DoseColumns) -> list[Message]:
    place = np.searchsorted(columns.edges, columns.dose[columns.reached], side="left")
    place = np.clip(place, 1, len(columns.edges) - 1)
    shown = [
        message(
            "{b}: up to {high:.4g} ({n} {units})",
            b=b,
            high=float(columns.edges[b]),
            n=int((place == b).sum()),
        )
        for b in range(1, len(columns.edges))
    ]
    return [
        message(
            "classes of doses, {classes}: each coefficient is the mean effect in its class against {units} without a "
            "dose, under parallel trends; their difference is no effect of more dose unless {units} of one class would "
            "have responded as those of the other (Callaway, Goodman-Bacon and Sant'Anna 2024)",
            classes=listed(shown[:SHOWN], len(shown)),
        )
    ]


def response_notes(columns: DoseColumns, response: str) -> tuple[Message, ...]:
    """Return who has which dose, and what a response identifies."""
    reached = columns.reached
    counts = message(
        "{treated} of {of} {units} have a dose and are treated, with {mean:.4g} on average (from {low:.4g} to "
        "{high:.4g}); {zero} never are",
        treated=columns.n_treated,
        of=columns.n_units,
        mean=columns.mean_dose,
        low=float(columns.dose[reached].min()),
        high=float(columns.dose[reached].max()),
        zero=columns.n_zero,
    )
    if response == "bins":
        return (counts, *_bins(columns))
    meaning = message(
        "the coefficient is for one unit of dose; it is an effect of more dose only if {units} of one dose would "
        "have responded to another as those that had it (Callaway, Goodman-Bacon and Sant'Anna 2024); "
        "response='bins' asks for parallel trends alone"
    )
    if columns.n_zero:
        return (counts, meaning)
    nobody = message(
        "every {unit} has a dose: nobody shows what would have been without the policy, and more is compared "
        "with less"
    )
    return (counts, meaning, nobody)


def negative_share(fit: FitResult) -> float:
    """Return the share of negative weights among those of the effects in a coefficient, the first one.

    The coefficient is the sum over treated rows of (effect per unit of dose) times D~ D / sum(D~ D), D~ the regressor
    less what effects and other regressors hold (de Chaisemartin and D'Haultfoeuille 2020, theorem 1): the share is that
    of the negative ones in the sum of absolute weights.
    """
    linear, design = cast(LinearFit, fit.linear), cast(Design, fit.design)
    swept, rest = linear.X[:, 0], linear.X[:, 1:]
    left = swept - rest @ np.linalg.lstsq(rest, swept, rcond=None)[0] if rest.shape[1] else swept
    dose = np.asarray(design.X)[:, design.terms.index(fit.terms[0])]
    weight = left * rooted(dose, linear.weights)
    return float(-weight[weight < 0.0].sum() / np.abs(weight).sum())


def _leads(fit: FitResult, columns: DoseColumns) -> tuple[int, float, float] | None:
    """Return the joint Wald test of the leads: how many, F and p; None where there is none."""
    tails = tuple(time_name(e) for e in columns.events if e < columns.base)
    names = [name for name in columns.names if name.endswith(tails)] if tails else []
    at = [j for j, term in enumerate(fit.terms) if term.strip("`") in names]
    if not at:
        return None
    covariance = fit.covariance[np.ix_(at, at)]
    found = float(fit.estimates[at] @ np.linalg.pinv(covariance) @ fit.estimates[at]) / len(at)
    return len(at), found, float(stats.f.sf(found, len(at), float(np.asarray(fit.df))))
