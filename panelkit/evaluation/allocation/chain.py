"""The links of a chain on a panel: spending and output of every unit in one year, and the elasticities behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.crv3 import CRV3
from panelkit.evaluation.allocation.double_counting import refuse_counted_twice
from panelkit.evaluation.allocation.memory import error_spread
from panelkit.formula.log_remedies import log_remedy
from panelkit.indices.arrays.checks import first_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.reading import open_frame, read_design
from panelkit.models.shell import without_intercept
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief

Calibration = Literal["actual", "effects"]
_NO_ELASTICITY = message(
    "leave those rows out, or take another figure for the link: an elasticity is of logarithms, and of zero there "
    "is none"
)


@dataclass(frozen=True, eq=False)
class Chain(Brief):
    """What an allocation stands on: J units, K links.

    `spending` and `outputs` (J, K) of the year; `elasticity` (K,) with `covariance` (K, K), of t with `df` degrees
    (None: normal). `noise` (R, K) holds rows of residuals of log output with mean square one, empty where there is
    none; `spread` (J, K) is by how much the log outputs here may be off, `memory` (K,) the AR(1) coefficient of their
    errors. `leverage` (J, K) is by how much log output here moves with the elasticity.
    """

    units: tuple[str, ...]
    links: tuple[str, ...]
    year: Any
    spending: FloatArray
    outputs: FloatArray
    elasticity: FloatArray
    covariance: FloatArray | None
    df: float | None
    noise: FloatArray
    spread: FloatArray
    memory: FloatArray
    leverage: FloatArray
    fits: tuple[FitResult, ...] = ()
    notes: tuple[Message, ...] = ()


def formulas_of(links: Mapping[str, str], controls: Sequence[str] = ()) -> dict[str, str]:
    """Return the log-log formula of every link, written "output ~ spending".

    Raises
    ------
    SpecError
        If a link is not written so, or spending stands in two links.
    """
    if not isinstance(links, Mapping) or not links:
        raise SpecError(message('links are a mapping of names to "output ~ spending", one at least'))
    bad = [str(name) for name, text in links.items() if str(text).count("~") != 1]
    if bad:
        raise SpecError(
            message('a link is written "output ~ spending", one ~ in each; not so: {links}', links=bad)
        )
    sides = {str(name): [side.strip() for side in text.split("~")] for name, text in links.items()}
    refuse_counted_twice({name: spending for name, (_, spending) in sides.items()})
    found = {}
    for name, (output, spending) in sides.items():
        found[name] = " + ".join([f"log({output}) ~ log({spending})", *controls])
    return found


def estimated_chain(
    data: Any,
    formulas: Mapping[str, str],
    *,
    year: Any = None,
    where: str | None = None,
    calibrate: Calibration = "actual",
    unit: str | None = None,
    time: str | None = None,
) -> Chain:
    """Return the chain with elasticities from a two-way fixed-effects regression a link, units left out in turn.

    Raises
    ------
    DataError
        If figures are zero or missing, or too few rows are left.
    SpecError
        If an elasticity is not between 0 and 1.
    """
    frame = open_frame(data, unit, time)
    with log_remedy(_NO_ELASTICITY):
        fits = [
            FixedEffects(text, vcov=CRV3(), where=where).fit(frame, unit=unit, time=time)
            for text in formulas.values()
        ]
    links, designs = tuple(formulas), [_design(fit) for fit in fits]
    when = _year(designs, links, year)
    units, spending, outputs, rows = _cells(designs, links, when)
    elasticity = np.array([fit.estimates[0] for fit in fits])
    refuse_not_concave(links, elasticity, np.array([fit.std_errors.iloc[0] for fit in fits]))
    leverage = np.zeros_like(spending)
    if calibrate == "effects":
        off = np.column_stack(
            [_linear(fit).residuals_as_observed[at] for fit, at in zip(fits, rows, strict=True)]
        )
        outputs = outputs * np.exp(-off)
        leverage = np.column_stack([_linear(fit).X[at, 0] for fit, at in zip(fits, rows, strict=True)])
    covariance, df = _jackknife(fits)
    spread, memory = _spreads(fits, rows, calibrate)
    return Chain(
        units=units,
        links=links,
        year=when,
        spending=spending,
        outputs=outputs,
        elasticity=elasticity,
        covariance=covariance,
        df=df,
        noise=_noise(fits),
        spread=spread,
        memory=memory,
        leverage=leverage,
        fits=tuple(fits),
        notes=tuple(dict.fromkeys(note for design in designs for note in design.notes)),
    )


def given_chain(
    data: Any,
    formulas: Mapping[str, str],
    elasticity: FloatArray,
    covariance: FloatArray | None,
    *,
    year: Any = None,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> Chain:
    """Return the chain with elasticities (K,) and covariance (K, K) that the caller brings.

    Raises
    ------
    DataError
        If figures are zero or missing.
    SpecError
        If an elasticity is not between 0 and 1.
    """
    frame, links = open_frame(data, unit, time), tuple(formulas)
    with log_remedy(_NO_ELASTICITY):
        designs = [
            without_intercept(read_design(text, frame, unit=unit, time=time, where=where, varies=False))
            for text in formulas.values()
        ]
    when = _year(designs, links, year)
    units, spending, outputs, _ = _cells(designs, links, when)
    errors = None if covariance is None else np.sqrt(np.diag(covariance))
    refuse_not_concave(links, elasticity, errors)
    return Chain(
        units=units,
        links=links,
        year=when,
        spending=spending,
        outputs=outputs,
        elasticity=elasticity,
        covariance=covariance,
        df=None,
        noise=np.empty((0, len(links))),
        spread=np.zeros_like(spending),
        memory=np.zeros(len(links)),
        leverage=np.zeros_like(spending),
        notes=tuple(dict.fromkeys(note for design in designs for note in design.notes)),
    )


def refuse_not_concave(links: Sequence[str], elasticity: FloatArray, errors: FloatArray | None) -> None:
    """Refuse elasticities under which output does not rise, or is not concave: no optimum inside exists then."""
    bad = np.flatnonzero(~((elasticity > 0.0) & (elasticity < 1.0))).tolist()
    if not bad:
        return
    told = [
        message("{link} {value:.3f}", link=links[k], value=elasticity[k])
        if errors is None
        else message("{link} {value:.3f} ({error:.3f})", link=links[k], value=elasticity[k], error=errors[k])
        for k in bad
    ]
    raise SpecError(
        message(
            "an elasticity of output to spending must lie between 0 and 1 for an optimum to exist: {links}. At or "
            "below 0 money does nothing there, at or above 1 all of it belongs in one {unit}. Take other figures, "
            "years or lags for this link, leave it out, or give `elasticities`",
            links=told,
        )
    )


def _design(fit: FitResult) -> Design:
    if fit.design is None:
        raise DataError(message("the regression of a link kept no design"))
    return fit.design


def _linear(fit: FitResult) -> Any:
    return fit.linear


def _year(designs: Sequence[Design], links: Sequence[str], year: Any) -> Any:
    """Return the year of the allocation: the newest that all links hold, unless one is named."""
    held = [set(design.time_labels[np.unique(design.time)].tolist()) for design in designs]
    common = set.intersection(*held)
    if not common:
        raise DataError(message("no {period} is held by all links: {links}", links=list(links)))
    if year is None:
        return max(common)
    year = next((one for one in common if str(one) == str(year)), year)
    if year not in common:
        raise DataError(
            message(
                "{period} {year} is not held by all links; held: {years}", year=year, years=sorted(common)
            )
        )
    return year


def _cells(
    designs: Sequence[Design], links: Sequence[str], year: Any
) -> tuple[tuple[str, ...], FloatArray, FloatArray, list[Any]]:
    """Return units, spending (J, K), outputs (J, K) and the rows behind them, by link, in one year."""
    rows = []
    for design in designs:
        labels = design.labels()
        here = np.flatnonzero(labels.get_level_values(1) == year)
        rows.append(pd.Series(here, index=labels.get_level_values(0)[here]))
    table = pd.concat(rows, axis=1, keys=list(links))
    lost = table.isna()
    if lost.to_numpy().any():
        places = [
            message("{place} in {link}", place=str(table.index[i]), link=links[k])
            for i, k in zip(*np.nonzero(lost.to_numpy()), strict=True)
        ]
        raise DataError(
            message(
                "{period} {year}: no row for {places}; choose another {period} by `year`, or leave these {units} out "
                "by `where`",
                year=year,
                places=first_of(places[:5], len(places)),
            )
        )
    at = [table[link].to_numpy(dtype=int) for link in links]
    spending = np.exp(np.column_stack([design.X[rows, 0] for design, rows in zip(designs, at, strict=True)]))
    outputs = np.exp(np.column_stack([design.y[rows] for design, rows in zip(designs, at, strict=True)]))
    return tuple(map(str, table.index)), spending, outputs, at


def _jackknife(fits: Sequence[FitResult]) -> tuple[FloatArray, float]:
    """Return the joint covariance (K, K) of the links' elasticities with one unit left out of all of them at a time.

    Its diagonal is CRV3; a unit that a link does not hold moves nothing in it.
    """
    moves = {}
    for k, fit in enumerate(fits):
        clusters = clusters_of(_design(fit), None)
        betas, _ = _linear(fit).without_groups(clusters.codes)
        moves[k] = pd.Series(betas[:, 0] - fit.estimates[0], index=clusters.labels)
    table = pd.DataFrame(moves).fillna(0.0).to_numpy()
    groups = len(table)
    return (groups - 1) / groups * table.T @ table, groups - 1.0


def _noise(fits: Sequence[FitResult]) -> FloatArray:
    """Return residuals (R, K) of the unit-years that all links hold, each link's with mean square one."""
    columns = {}
    for k, fit in enumerate(fits):
        e = _linear(fit).residuals_as_observed
        columns[k] = pd.Series(e / np.sqrt((e * e).mean()), index=_design(fit).labels())
    return pd.DataFrame(columns).dropna().to_numpy()


def _spreads(
    fits: Sequence[FitResult], rows: Sequence[Any], calibrate: Calibration
) -> tuple[FloatArray, FloatArray]:
    """Return deviations of log outputs (J, K) from what of them will last, and the memory (K,) of the links' errors."""
    spread, memory = np.empty((len(rows[0]), len(fits))), np.empty(len(fits))
    for k, (fit, here) in enumerate(zip(fits, rows, strict=True)):
        design, linear = _design(fit), _linear(fit)
        time = _numbered(design)
        found = error_spread(linear.residuals_as_observed, design.unit, time, linear.k)
        memory[k], spread[:, k] = found.rho, found.beyond_actual()
        if calibrate == "effects":
            for j, at in enumerate(here):
                own = time[design.unit == design.unit[at]]
                gaps = np.abs(np.subtract.outer(own, own))
                spread[j, k] = found.beyond_effects(gaps, np.abs(own - time[at]))
    return spread, memory


def _numbered(design: Design) -> Any:
    """Return the period of every row as a number whose differences are gaps."""
    labels = np.asarray(design.time_labels)
    numbers = labels.astype(int) if np.issubdtype(labels.dtype, np.number) else np.arange(len(labels))
    return numbers[design.time]
