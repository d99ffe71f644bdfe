"""The specification curve: every defensible regression of a question, fitted as one batched computation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pandas as pd

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.studies.specification_curve.choices import AXES, Choices
from panelkit.studies.specification_curve.columns import CurveColumns
from panelkit.studies.specification_curve.fits import (
    EXACT,
    TOO_FEW,
    fit_or_count,
    reasons_of,
    unidentified_in,
    without_numbers,
)
from panelkit.studies.specification_curve.result import CurveResult
from panelkit.studies.specification_curve.specifications import (
    CurveSpecification,
    by_rows,
    cell_of,
    first_of,
    is_short,
    refuse_empty,
    specifications,
)


@offered(
    "study",
    family="specification",
    result="CurveResult",
    source="Simonsohn, Simmons and Nelson 2020",
    public=True,
)
@dataclass(frozen=True)
class SpecificationCurve(Choices):
    """All regressions of outcomes on treatments under every choice of controls, sample, lag and covariance.

    Parameters
    ----------
    outcomes, treatments
        Expressions of the formula gate, such as `"log(patents)"`.
    controls
        Sets of expressions, `(name, ("log(gdp)", "urban"))` each; see `control_sets` for all subsets of a list.
    samples
        `Sample`s; years are those of the outcome.
    lags
        Lags of the treatment: the value of the same unit so many years before.
    vcovs
        "CRV1" and "CRV3", clustered by unit.
    effects, convention, where
        As in `FixedEffects`, the same in all.
    failures
        "raise" names the specifications that cannot be computed (no rows, treatment not identified) and stops;
        "count" keeps them as rows without numbers, their reason in `failed`, in the denominator of every share.

    Notes
    -----
    Every specification uses its own complete rows, less singletons, and means and quantiles in it are theirs.
    Specifications with the same rows share one sweep and one set of cross-products by unit; a fit is a small solve.

    Examples
    --------
    >>> curve = pk.SpecificationCurve(
    ...     outcomes=("log(patents_granted)",),
    ...     treatments=("log(rd_expenditure)",),
    ...     controls=pk.control_sets(("log(gdp)", "log(population)")),
    ... ).fit(panel)
    >>> len(curve.frame)
    4
    """

    def fit(self, data: pd.DataFrame, *, unit: str | None = None, time: str | None = None) -> CurveResult:
        """Fit every specification.

        Raises
        ------
        DataError
            If a specification has no rows to stand on; the message names every such cell of the grid. Under
            `failures="count"` only if there is no specification that has rows.
        SpecError
            If a specification is not identified (a regressor is absorbed by the effects, or repeats others). Under
            `failures="count"` only if none is identified.
        """
        columns = CurveColumns.of(self, data, unit, time)
        tasks = specifications(self, columns)
        short = [task for task in tasks if is_short(task)]
        if short and (self.failures == "raise" or len(short) == len(tasks)):
            refuse_empty(short)
        rows = [part for group in by_rows(tasks) for part in fit_or_count(self, columns, group)]
        rows += [without_numbers(self, task, TOO_FEW) for task in short]
        frame = (
            pd.concat(rows).sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)
        )
        self._refuse_failures(frame, columns, tasks)
        failed = reasons_of(frame)
        return CurveResult(spec=self, frame=frame.assign(failed=failed), columns=columns, notes=columns.notes)

    def _refuse_failures(
        self, frame: pd.DataFrame, columns: CurveColumns, tasks: list[CurveSpecification]
    ) -> None:
        """Refuse specifications without numbers where failures do not count, and a curve that has none at all."""
        nothing, strict = bool(frame["estimate"].isna().all()), self.failures == "raise"
        if nothing and (frame["failed"] != "").any():
            first = frame["failed"][frame["failed"] != ""].iloc[0]
            raise DataError(message("no specification could be computed; first: {reason}", reason=first))
        exact = frame[frame["failed"] == EXACT]
        if len(exact) and strict:
            raise SpecError(
                message(
                    "the regressors reproduce the outcome exactly in {cells}: leave out the control that it is made of",
                    cells=_cells(exact),
                )
            )
        lost = frame[frame["estimate"].isna() & (frame["nobs"] > 0)]
        if len(lost) and (strict or nothing):
            which = unidentified_in(self, columns, tasks, tuple(lost[list(AXES[:-1])].iloc[0]))
            raise SpecError(_unidentified(_cells(lost), which))
        bare = frame[frame["estimate"].notna() & ~(frame["std_error"] > 0.0)]
        if len(bare) and strict:
            raise SpecError(
                message(
                    "no standard error can be computed in {cells}: without one of its units the sample does not "
                    "identify the treatment, or the fit is exact; take more units, another covariance, or "
                    "failures='count'",
                    cells=_cells(bare),
                )
            )


def _cells(frame: pd.DataFrame) -> Message:
    return first_of([cell_of(row) for _, row in frame[list(AXES)].iterrows()])


def _unidentified(cells: Message, which: str | None) -> Message:
    if which is None:
        return message(
            "the regressors are not identified in {cells}: one of them is absorbed by the effects or nearly repeats "
            "others there",
            cells=cells,
        )
    return message(
        "the regressors are not identified in {cells}: one of them is absorbed by the effects or nearly repeats "
        "others there: {which}",
        cells=cells,
        which=which,
    )


@offered("study", family="specification", public=True)
def control_sets(
    controls: tuple[str, ...], always: tuple[str, ...] = ()
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return all subsets of `controls`, each with those of `always`, named by what they hold.

    Examples
    --------
    >>> sets = pk.control_sets(("log(gdp)",), always=("log(population)",))
    >>> [len(columns) for name, columns in sets]
    [1, 2]
    """
    found = []
    for chosen in product((False, True), repeat=len(controls)):
        names = (*always, *(name for name, held in zip(controls, chosen, strict=True) if held))
        found.append((" + ".join(names) or "none", names))
    return tuple(found)
