"""From a user's frame to the equations of a panel VAR: variables, lags, exogenous columns, levels as instruments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.clusters import clusters_of
from panelkit.formula.arithmetic import BY_SAMPLE
from panelkit.formula.formula import parse_formula
from panelkit.formula.grammar import parse_expression, parse_terms, spelled_term
from panelkit.formula.tree import Call, Column, Term, calls_of, columns_of
from panelkit.kernels.deviations import FloatArray, IntArray
from panelkit.kernels.outcome import refuse_constant
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.dynamic.vector.columns import VectorRows
from panelkit.models.reading import Frame, open_frame, read_design, refuse_interactions
from panelkit.panel.design import Design
from panelkit.panel.sample import WithoutSingletons
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class VectorSample(Brief):
    """The rows of a panel VAR with their names: `names` (m) of the variables, `terms` (k) of the regressors."""

    rows: VectorRows
    design: Design
    names: tuple[str, ...]
    terms: tuple[str, ...]
    step: int
    clusters: Any


def expressions_of(variables: tuple[str, ...]) -> tuple[str, ...]:
    """Return variables as terms of a formula, each checked.

    Raises
    ------
    SpecError
        If one does not pass the gate, is decided by the sample, or stands there twice.
    """
    found = []
    for text in variables:
        factor = parse_expression(text)
        inside = set(calls_of(factor.node)) & BY_SAMPLE
        if inside:
            raise SpecError(
                message(
                    "`{variable}`: {function} is decided by the rows, and lags and instruments read others: leave it "
                    "out, the effects take means away",
                    variable=text,
                    function=sorted(inside)[0],
                )
            )
        plain = isinstance(factor.node, Column | Call)
        found.append(spelled_term(Term((factor,))) if plain else f"I({factor.label})")
    labels = [parse_formula(f"{one} ~ 1").outcome for one in found]
    twice = [label for label in dict.fromkeys(labels) if labels.count(label) > 1]
    if twice:
        raise SpecError(
            message(
                "{names} stands twice among the variables: take each once",
                names=[f"`{one}`" for one in twice],
            )
        )
    return tuple(found)


def read_vector(
    spec: Any,
    data: Any,
    unit: str | None,
    time: str | None,
    *,
    sample_lags: int | None = None,
    instruments: int = 1,
) -> VectorSample:
    """Read the equations of a spec.

    Parameters
    ----------
    spec
        With `variables`, `lags`, `exogenous`, `cluster` and `where`.
    sample_lags
        Rows must hold so many lags, where that is more than those of the spec (one sample for several lag orders).
    instruments
        How many periods back levels are read as instruments; 0: as many as the panel has.

    Raises
    ------
    DataError
        If the panel is unusable, or too short for the lags.
    SpecError
        If a variable is no single number, or the formula does not pass the gate.
    """
    frame = open_frame(data, unit, time)
    variables = expressions_of(spec.variables)
    levels = _levels(variables, frame, unit, time)
    step = _step(levels.time_labels)
    lags = max(spec.lags, sample_lags or 0)
    _refuse_short(levels, lags, step)
    lagged = [f"lag({name}, {lag * step})" for lag in range(1, lags + 1) for name in variables]
    formula = " + ".join([f"{variables[0]} ~ {variables[1]}", *variables[2:], *lagged, *spec.exogenous])
    labels = _labels(variables[0], [*variables[1:], *lagged])
    _refuse_among(spec.exogenous, variables)
    extra = () if spec.cluster is None else (spec.cluster,)
    design = read_design(
        formula,
        frame,
        unit=unit,
        time=time,
        extra=extra,
        where=spec.where,
        policies=(WithoutSingletons("unit"),),
    )
    refuse_interactions(design, "PanelVAR")
    return _sample(spec, design, levels, labels, step=step, lags=lags, instruments=instruments)


def _levels(variables: tuple[str, ...], frame: Frame, unit: str | None, time: str | None) -> Design:
    """Read the levels of all rows that hold them."""
    formula = " + ".join([f"{variables[0]} ~ {variables[1]}", *variables[2:]])
    design = read_design(formula, frame, unit=unit, time=time)
    for name in design.terms:
        if name != "Intercept":
            refuse_constant(design.X[:, design.terms.index(name)], name)
    if len(design.terms) != len(variables) - 1 + design.has_intercept:
        raise SpecError(
            message("the variables of a panel VAR are numbers, one column each: no categories or splines")
        )
    return design


def _step(periods: FloatArray) -> int:
    """Return how far neighbouring periods are apart on the calendar."""
    apart = np.diff(np.asarray(periods, dtype=np.int64))
    return int(np.gcd.reduce(apart)) if len(apart) else 1


def _refuse_short(levels: Design, lags: int, step: int) -> None:
    """Refuse panels in which no unit holds enough neighbouring periods."""
    period = np.asarray(levels.time_labels, dtype=np.int64)[levels.time] // step
    breaks = np.concatenate([[True], (np.diff(levels.unit) != 0) | (np.diff(period) != 1)])
    starts = np.flatnonzero(breaks)
    longest = int(np.diff(np.append(starts, len(period))).max())
    if longest < lags + 2:
        raise DataError(
            levels.spoken(
                message(
                    "{lags} lags need {needed} neighbouring {periods} of a {unit}, two of them with lags; the longest "
                    "run here has {longest}: take fewer lags or more {periods}",
                    lags=lags,
                    needed=lags + 2,
                    longest=longest,
                )
            )
        )


def _labels(outcome: str, terms: list[str]) -> tuple[str, ...]:
    """Return what a design calls terms, in their order."""
    return tuple(parse_formula(f"{outcome} ~ {term}").rhs_terms[0] for term in terms)


def _refuse_among(exogenous: tuple[str, ...], variables: tuple[str, ...]) -> None:
    """Refuse exogenous terms that are made of a variable of the vector: itself, its lags, functions of it."""
    own = [(one, set(columns_of(parse_expression(one).node))) for one in variables]
    for text in exogenous:
        for term in parse_terms(text):
            inside = {name for factor in term.factors for name in columns_of(factor.node)}
            for variable, columns in own:
                if columns <= inside:
                    raise SpecError(
                        message(
                            "`{term}` is made of `{variable}`, a variable of the vector: past errors "
                            "move it, and it is no exogenous one. Lags are {lags}; leave it out, or take "
                            "it among the variables",
                            lags=option("lags"),
                            term=term.label,
                            variable=variable,
                        )
                    )


def _sample(
    spec: Any,
    design: Design,
    levels: Design,
    labels: tuple[str, ...],
    *,
    step: int,
    lags: int,
    instruments: int,
) -> VectorSample:
    m = len(spec.variables)
    at = {term: place for place, term in enumerate(design.terms)}
    own = labels[m - 1 : m - 1 + m * spec.lags]
    exogenous = [term for term in design.terms if term not in labels and term != "Intercept"]
    y = np.column_stack([design.y, *(design.X[:, at[name]] for name in labels[: m - 1])])
    terms = (*own, *exogenous)
    X = np.column_stack([design.X[:, at[name]] for name in terms])
    period = np.asarray(design.time_labels, dtype=np.int64)[design.time]
    time = (period - np.min(levels.time_labels)) // step
    longest = int((period.max() - np.min(levels.time_labels)) // step)
    back = min(instruments, longest) or longest  # earlier levels are held nowhere
    clusters = clusters_of(design, spec.cluster)
    _refuse_split(design, clusters.codes)
    rows = VectorRows(
        y=y,
        X=X,
        unit=design.unit,
        time=time,
        cluster=clusters.codes,
        held=_held(design, levels, labels[: m - 1], period, step, back),
        lags=spec.lags,
    )
    return VectorSample(rows, design, (design.outcome, *labels[: m - 1]), terms, step, clusters)


def _refuse_split(design: Design, cluster: IntArray) -> None:
    """Refuse clusters that cut through units."""
    first = cluster[np.searchsorted(design.unit, design.unit)]
    if (first != cluster).any():
        raise SpecError(
            design.spoken(message("clusters hold whole {units}: a lag ties the rows of a {unit} together"))
        )


def _held(
    design: Design, levels: Design, others: tuple[str, ...], period: IntArray, step: int, back: int
) -> FloatArray:
    """Return the levels 1 to `back` periods before every row, missing where they are not held, (n, m, back)."""
    columns = np.column_stack([levels.y, *(levels.X[:, levels.terms.index(name)] for name in others)])
    units = pd.Index(levels.unit_labels).get_indexer(pd.Index(design.unit_labels))[design.unit]
    places = {int(label): place for place, label in enumerate(levels.time_labels)}
    row = np.full((len(levels.unit_labels), len(levels.time_labels) + 1), -1, dtype=np.int64)
    row[levels.unit, levels.time] = np.arange(len(columns))
    out = np.full((len(period), columns.shape[1], back), np.nan)
    for lag in range(1, back + 1):
        at = np.array([places.get(int(year) - lag * step, -1) for year in period])
        found = row[units, at]
        there = found >= 0
        out[there, :, lag - 1] = columns[found[there]]
    return out
