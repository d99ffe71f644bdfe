"""Run a panel design: the main fit, the main test, the grid, the ratios beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from panelkit.claims import beside, scales
from panelkit.claims.samples import Figures, Specification, specify
from panelkit.claims.schema import Claim, PanelDesign, Reading, Test
from panelkit.claims.verdict import GridResult, Headline, Tested
from panelkit.core import vcov
from panelkit.core.errors import DataError, PanelkitError, SpecError
from panelkit.core.results import FitResult
from panelkit.inference.wild import WildResult, wild_cluster_bootstrap
from panelkit.models.registry import estimator

Tick = Callable[[int], None]

_VCOV = re.compile(r"^([A-Za-z0-9]+)(?:\((\w*)\))?$")
_NAMED = {"CRV3": vcov.CRV3, "Cluster": vcov.Cluster}
_PLAIN = {"Iid": vcov.Iid, "Robust": vcov.Robust}


def specifications(claim: Claim, design: PanelDesign) -> list[Specification]:
    """Return the main specification, then every other combination of the grid's axes."""
    choices = [(None, *axis.option) for axis in claim.grid.axis]
    return list(dict.fromkeys(specify(claim, design, taken) for taken in product(*choices)))


def size(claim: Claim, design: PanelDesign) -> int:
    """Return how many fits the design asks for, units left out one at a time not counted."""
    return len(specifications(claim, design))


def run(claim: Claim, reading: Reading, design: PanelDesign, figures: Figures, tick: Tick) -> Tested:
    """Fit the main specification, test it, walk the grid.

    Raises
    ------
    SpecError, DataError
        If the main specification cannot be computed.
    """
    grid = specifications(claim, design)
    main, test = grid[0], _test_of(claim)
    data = figures.panel(main)
    fit = fit_specification(main, data)
    wild = main_test(fit, test)
    tick(1)
    factor = scales.factor(reading.effect)
    return Tested(
        headline=headline(fit, wild, factor),
        grid=walk(claim, reading, grid, figures, fit, tick),
        fit=fit,
        test=wild,
        data=data,
        beside=beside.ratios(claim, reading, design, data, float(fit.estimates[0])),
        plausible=beside.plausible(claim, reading, design, data),
    )


def fit_specification(spec: Specification, data: pd.DataFrame) -> FitResult:
    """Fit one specification with the estimator and the covariance that it names."""
    model = estimator(spec.estimator)(spec.formula, effects=spec.effects, vcov=covariance(spec.vcov))
    result: FitResult = model.fit(data)
    return result


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


def main_test(fit: FitResult, test: Test) -> WildResult:
    """Return the restricted wild cluster bootstrap of the treatment, as declared."""
    return wild_cluster_bootstrap(
        fit, fit.terms[0], reps=test.reps, rng=test.seed, weights=test.weights, level=float(test.level)
    )


def headline(fit: FitResult, wild: WildResult, factor: float) -> Headline:
    """Return the main estimate in the units of the claim (`factor` > 0 times the coefficient)."""
    row = fit.tidy().iloc[0]
    return Headline(
        term=str(row["term"]),
        estimate=factor * float(row["estimate"]),
        std_error=factor * float(row["std_error"]),
        conf_low=factor * float(row["conf_low"]),
        conf_high=factor * float(row["conf_high"]),
        p_value=float(row["p_value"]),
        wild_p=float(wild.p_value),
        wild_low=factor * float(wild.conf_low),
        wild_high=factor * float(wild.conf_high),
        nobs=fit.nobs,
        n_units=int(fit.facts["n_units"]),
        years=str(fit.facts["years"]),
        vcov=str(fit.facts["vcov"]),
        convention=str(fit.facts["convention"]),
    )


def walk(
    claim: Claim,
    reading: Reading,
    grid: list[Specification],
    figures: Figures,
    main: FitResult,
    tick: Tick,
) -> GridResult:
    """Fit every specification of the grid; what cannot be computed is kept with its reason."""
    rows: list[dict[str, Any]] = []
    failed: list[tuple[str, str]] = []
    axes = [axis.id for axis in claim.grid.axis]
    for spec in [*grid, *_without_each(claim, grid[0], main)]:
        try:
            fit = main if spec == grid[0] else fit_specification(spec, figures.panel(spec))
            rows.append(_row(axes, spec, fit, scales.factor(reading.effect)))
        except PanelkitError as error:
            failed.append((_label(spec), str(error)))
        tick(1)
    if not rows:
        raise DataError(
            f"claim {claim.id}: no specification of the grid could be computed; first: {failed[0]}"
        )
    return summarise(pd.DataFrame(rows), reading, tuple(failed))


def summarise(table: pd.DataFrame, reading: Reading, failed: tuple[tuple[str, str], ...] = ()) -> GridResult:
    """Return the shares of the grid with the claimed sign, and with the claimed number inside the interval."""
    claimed = None if reading.rule.value is None else float(reading.rule.value)
    direction = np.sign(claimed) if claimed is not None else (-1.0 if reading.rule.sign == "-" else 1.0)
    inside = None
    if claimed is not None:
        inside = float(((table["conf_low"] <= claimed) & (claimed <= table["conf_high"])).mean())
    return GridResult(
        table=table,
        share_same_sign=float((np.sign(table["estimate"]) == direction).mean()),
        share_claim_inside=inside,
        failed=failed,
    )


def _without_each(claim: Claim, main: Specification, fit: FitResult) -> Iterator[Specification]:
    """Yield the main specification without each of its units."""
    if claim.grid.leave_one_out is None or fit.design is None:
        return
    for unit in fit.design.unit_labels:
        yield Specification(**{**vars(main), "left_out": str(unit)})


def _row(axes: list[str], spec: Specification, fit: FitResult, factor: float) -> dict[str, Any]:
    row = fit.tidy().iloc[0]
    scaled = {name: factor * float(row[name]) for name in ("estimate", "std_error", "conf_low", "conf_high")}
    return {
        **dict(zip(axes, spec.choices, strict=True)),
        "left_out": spec.left_out,
        "formula": spec.formula,
        **scaled,
        "p_value": float(row["p_value"]),
        "nobs": fit.nobs,
        "years": str(fit.facts["years"]),
    }


def _label(spec: Specification) -> str:
    taken = [choice for choice in spec.choices if choice]
    return f"{spec.formula} ({', '.join(taken) or 'main'}{f', without {spec.left_out}' if spec.left_out else ''})"


def _test_of(claim: Claim) -> Test:
    if claim.test is None:
        raise SpecError(f"claim {claim.id} has no [claim.test]: name the method and its seed")
    return claim.test
