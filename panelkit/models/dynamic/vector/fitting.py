"""From a request and a frame to a fitted panel VAR."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from panelkit.kernels.identified import refuse_unidentified
from panelkit.language.message import Message, message
from panelkit.models.dynamic.vector.columns import VectorColumns, vector_columns
from panelkit.models.dynamic.vector.deleted import jackknifed
from panelkit.models.dynamic.vector.estimate import VectorEstimate, estimate
from panelkit.models.dynamic.vector.reading import VectorSample, read_vector
from panelkit.models.dynamic.vector.refused import refuse_empty, refuse_exact, refuse_far, refuse_mirrored
from panelkit.models.dynamic.vector.result import PanelVARFit
from panelkit.models.dynamic.vector.stability import ComplexArray, roots_of
from panelkit.models.reading import spoken_errors


def fit_vector(spec: Any, data: Any, unit: str | None, time: str | None) -> PanelVARFit:
    """Return the fit of a spec; see `PanelVAR.fit`."""
    sample = read_vector(spec, data, unit, time, instruments=periods_back(spec))
    with spoken_errors(sample.design):
        columns = columns_of(spec, sample)
        found = estimate(
            columns,
            method=spec.estimator,
            steps=spec.steps,
            singular=spec.singular,
            rcond=spec.tolerance if spec.singular == "pinv" else None,
            names=parameter_names(sample),
        )
        refuse_exact(found.sigma, sample.names, columns)
        refuse_mirrored(found.covariance, found.sigma, columns)
    fit = _result(spec, sample, columns, found)
    own = spec.errors == "robust" or spec.estimator == "bias-corrected"
    return fit if own else replace(fit, covariance=jackknifed(fit))


def periods_back(spec: Any) -> int:
    """Return how many periods back the instruments of a spec read; 0: as many as there are."""
    lags = spec.lag_range
    if lags is None:
        return 1
    return 0 if lags[1] == 0 else lags[1] + (spec.transform == "fd")


def columns_of(spec: Any, sample: VectorSample) -> VectorColumns:
    """Return the transformed columns of a sample, identified or refused by name."""
    lags = spec.lag_range
    if lags is not None:
        later = int(spec.transform == "fd")
        last = lags[1] + later if lags[1] else sample.rows.held.shape[2]
        lags = (lags[0] + later, last)
        refuse_far(lags[0], sample.rows.held)
    columns = vector_columns(
        sample.rows,
        transform=spec.transform,
        time_effects=spec.time_effects,
        instruments=lags,
        collapse=spec.collapse,
        scaled=spec.singular != "pinv",
    )
    refuse_empty(sample.rows, sample.names, columns)
    words: Any = "twoway" if spec.time_effects else "unit"
    refuse_unidentified(sample.rows.X, columns.X * columns.X_scale, sample.terms, words)
    return columns


def parameter_names(sample: VectorSample) -> tuple[str, ...]:
    """Return the names of the coefficients, by equation."""
    return tuple(f"{name}: {term}" for name in sample.names for term in sample.terms)


def _result(spec: Any, sample: VectorSample, columns: VectorColumns, found: VectorEstimate) -> PanelVARFit:
    m, k = len(sample.names), len(sample.terms)
    names = sample.names
    p = spec.lags
    A = np.swapaxes(found.beta[: p * m].reshape(p, m, m), 1, 2)
    roots = roots_of(A)
    return PanelVARFit(
        title=message("Panel VAR({lags}): {names}", lags=p, names=list(names)),
        terms=sample.terms * m,
        equations=tuple(name for name in names for _ in range(k)),
        estimates=found.beta.T.ravel(),
        covariance=found.covariance,
        df=float(columns.groups - 1),
        outcome=names[0],
        spec=spec,
        design=sample.design,
        dropped=sample.design.dropped,
        facts=_facts(spec, sample, columns, found, roots),
        notes=(*sample.design.notes, *_notes(spec, sample, columns, found, roots)),
        names=names,
        coefficients=A,
        sigma=found.sigma,
        roots=roots,
        columns=columns,
        j=found.j,
    )


def _facts(
    spec: Any, sample: VectorSample, columns: VectorColumns, found: VectorEstimate, roots: ComplexArray
) -> dict[str, Any]:
    design, gmm = sample.design, spec.estimator == "gmm"
    m = len(sample.names)
    facts: dict[str, Any] = {
        "nobs": len(columns.y),
        "n_units": len(design.unit_labels),
        "n_periods": len(design.time_labels),
        "effects": "twoway" if spec.time_effects else "unit",
        "convention": _method_words(spec),
        "lags": spec.lags,
        "transform": {"fod": message("forward orthogonal deviations"), "fd": message("first differences")}[
            spec.transform
        ],
    }
    if gmm:
        facts["instruments"] = _instrument_words(spec, columns)
    if found.j is not None:
        df = found.rank - m * len(sample.terms)
        facts["hansen_j"] = found.j
        facts["hansen_df"] = df
        if df > 0:
            facts["hansen_p"] = float(stats.chi2.sf(found.j, df))
    facts["largest_root"] = float(np.abs(roots[0]))
    facts["vcov"] = _vcov_words(spec, sample)
    facts["n_clusters"] = columns.groups
    return facts


def _method_words(spec: Any) -> Message:
    if spec.estimator == "gmm":
        return message("GMM in one step") if spec.steps == 1 else message("GMM in two steps")
    if spec.estimator == "least-squares":
        return message("least squares (within)")
    return message("least squares without its bias")


def _instrument_words(spec: Any, columns: VectorColumns) -> Message:
    first, last = spec.lag_range
    later = int(spec.transform == "fd")
    count = columns.instruments
    if last == 0:
        lags = message("all lags from {first}", first=first + later)
    else:
        lags = message("lags {first} to {last}", first=first + later, last=last + later)
    if spec.collapse:
        return message("{count} an equation: {lags} of the levels, collapsed", count=count, lags=lags)
    return message("{count} an equation: {lags} of the levels, by period", count=count, lags=lags)


def _vcov_words(spec: Any, sample: VectorSample) -> Message:
    by = sample.clusters.shown
    if spec.errors == "jackknife" or spec.estimator == "bias-corrected":
        return message("jackknife, without each {name}", name=by)
    if spec.steps == 2:
        return message("Windmeijer, clustered by {name}", name=by)
    return message("robust, clustered by {name}", name=by)


def _notes(
    spec: Any, sample: VectorSample, columns: VectorColumns, found: VectorEstimate, roots: ComplexArray
) -> tuple[Message, ...]:
    said: list[Message] = []
    m, groups = len(sample.names), columns.groups
    if sample.step > 1:
        said.append(
            message(
                "neighbouring {periods} lie {step} apart, and one of these steps is a lag", step=sample.step
            )
        )
    if spec.estimator == "gmm":
        moments = m * columns.instruments
        said.append(
            message(
                "{moments} moments of all equations stand against {groups} clusters",
                moments=moments,
                groups=groups,
            )
        )
        if moments > groups:
            said.append(
                message(
                    "more moments than clusters: estimates lean towards least squares, whose own lags are too small; "
                    "collapse the instruments or take fewer lags"
                )
            )
    if spec.singular == "pinv":
        said.append(
            message(
                "the generalised inverse kept {rank} of {moments} directions of the weight: another tolerance, or "
                "other units of measurement, give other estimates",
                rank=found.rank,
                moments=m * columns.Z.shape[1],
            )
        )
    if not found.vanish:
        said.append(
            message(
                "no coefficients make the bias-adjusted moments zero, as happens the more often the nearer a root is "
                "to one: the estimate is where they are nearest to it"
            )
        )
    if spec.estimator == "least-squares":
        said.append(
            message(
                "least squares with effects of {units} are biased where {periods} are few: own lags come out too small"
            )
        )
    largest = float(np.abs(roots).max())
    if largest >= 1.0:
        said.append(
            message(
                "the largest root is {root:.3f}: the system is not stable, so that responses do not die out",
                root=largest,
            )
        )
    elif largest >= 0.9 and spec.estimator == "gmm":
        said.append(
            message(
                "the largest root is {root:.3f}: near one, past levels say little of later changes, and instruments "
                "are weak",
                root=largest,
            )
        )
    return tuple(sample.design.spoken(one) for one in said)
