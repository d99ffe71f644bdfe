"""From a solution of moments to a result: covariance of the step, tests, bounds, facts and notes; clusters checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.base import Vcov
from panelkit.formula.moment_nodes import MomentFormula
from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.gmm.bounds import bounds_of
from panelkit.models.dynamic.gmm.centring import moved_back
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.request import own_lags
from panelkit.models.dynamic.gmm.result import DynamicGMMFit
from panelkit.models.dynamic.gmm.rows import INTERCEPT, DynamicRows
from panelkit.models.dynamic.gmm.solution import Solution
from panelkit.models.dynamic.gmm.specification import difference_in_hansen, hansen, sargan, serial_correlation
from panelkit.models.dynamic.gmm.statements import facts_of, notes_of
from panelkit.results.fit import fields_under

_ORDERS = (1, 2)


def refuse_dummies_twice(rows: DynamicRows) -> None:
    """Refuse dummies of periods beside dummies of periods.

    Raises
    ------
    SpecError
        If formula and `time_effects` both name them.
    """
    if len(set(rows.names)) < len(rows.names):
        raise SpecError(
            message(
                "the formula names dummies of {periods}, and {time_effects} adds them again: leave one out",
                time_effects=option("time_effects", True),
            )
        )


def groups_of(rows: DynamicRows, cluster: str | None) -> IntArray:
    """Return the cluster of every row, (n,).

    Raises
    ------
    SpecError
        If a unit lies in two clusters, or there is one cluster only.
    """
    design = rows.design
    if cluster is None or cluster in design.unit_names:
        return rows.unit
    if cluster not in design.extra:
        raise SpecError(
            message(
                "{cluster}: moments are summed over whole units, not over {periods}",
                cluster=option("cluster", cluster, exact=True),
            )
        )
    codes = np.unique(np.asarray(design.extra[cluster]).astype(str), return_inverse=True)[1].astype(np.int64)
    most, least = np.full(rows.n_units, -1), np.full(rows.n_units, len(codes))
    np.maximum.at(most, rows.unit, codes)
    np.minimum.at(least, rows.unit, codes)
    split = np.flatnonzero(most != least)
    if len(split):
        raise SpecError(
            message(
                "{cluster}: {units} lie in more than one: clusters hold whole units",
                cluster=option("cluster", cluster, exact=True),
                units=[str(design.unit_labels[at]) for at in split[:8]],
            )
        )
    if codes.max() == 0:
        raise SpecError(
            message(
                "{cluster} holds one value only: errors need several clusters",
                cluster=option("cluster", cluster, exact=True),
            )
        )
    return codes


def assembled(
    spec: Any,
    asked: MomentFormula,
    rows: DynamicRows,
    instruments: Instruments,
    solution: Solution,
    *,
    system: bool,
) -> DynamicGMMFit:
    """Return the fit with covariance, tests, facts and notes."""
    own = own_lags(asked.model)
    params = solution.fit.params
    bounds = bounds_of(rows, own, params)
    tested = hansen(solution)
    facts = facts_of(rows, solution, spec, system=system)
    factor, df = _small(solution, facts["nobs"]) if spec.small else (1.0, np.inf)
    serial = tuple(serial_correlation(solution, rows, order) for order in _ORDERS)
    estimates, covariance = moved_back(rows, params, solution.covariance)
    vcov = Vcov(factor * covariance, df, _called(spec))
    notes = notes_of(asked, rows, instruments, solution, tested, bounds, spec, system=system)
    return DynamicGMMFit(
        title=_title(rows, system=system),
        terms=solution.stack.names,
        estimates=estimates,
        outcome=rows.design.outcome,
        spec=spec,
        design=rows.design,
        residuals=solution.residuals[: solution.stack.n_moved],
        dropped=rows.design.dropped,
        serial=serial,
        sargan=sargan(solution, rows, spec.h),
        hansen=tested,
        difference_in_hansen=difference_in_hansen(solution, instruments),
        instruments=pd.DataFrame(
            {"name": instruments.names, "group": instruments.groups, "equation": instruments.equations}
        ),
        bounds=bounds,
        equations_of=(rows, instruments),
        **fields_under(
            vcov,
            len(params),
            facts=(facts, {"vcov": "", "convention": "xtabond2"}),
            notes=((*rows.design.notes, *notes), ()),
        ),
    )


def _small(solution: Solution, n: int) -> tuple[float, float]:
    """Return xtabond2's factor of a small sample, pinned on a published output, and the degrees of freedom."""
    groups = solution.stack.groups
    slopes = sum(name != INTERCEPT for name in solution.stack.names)
    if n <= slopes or groups < 2:
        raise SpecError(
            message(
                "{small}: {n} rows cannot carry {slopes} slopes",
                small=option("small", True),
                n=n,
                slopes=slopes,
            )
        )
    return groups / (groups - 1) * n / (n - slopes), float(groups - 1)


def _called(spec: Any) -> Message:
    if spec.steps == 1:
        return message("robust, one step")
    return message("Windmeijer, two steps") if spec.windmeijer else message("two steps, uncorrected")


def _title(rows: DynamicRows, *, system: bool) -> Message:
    if system:
        return message("System GMM: {outcome}", outcome=rows.design.outcome)
    return message("Difference GMM: {outcome}", outcome=rows.design.outcome)
