"""The half-panel jackknife (Dhaene and Jochmans 2015)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import estimator
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects, DynamicRows
from panelkit.models.dynamic.short.result import DynamicFit, finished
from panelkit.models.dynamic.short.shell import DynamicSpec
from panelkit.models.dynamic.short.unit_errors import UnitChanges, UnitErrors, refuse_lost, unit_vcov
from panelkit.models.dynamic.short.within_parts import WithinPart, within_part
from panelkit.models.effects import effects_word

_FEWEST = 4
"""Periods of which both halves hold two, below which a within regression of one row a unit fits exactly."""


@estimator(
    "half_panel_jackknife",
    family="dynamic",
    can=["unit changes"],
    result="DynamicFit",
    source="Dhaene and Jochmans 2015, eqs. 1.4 and 3.2; Chudik, Pesaran and Yang 2018",
)
@dataclass(frozen=True)
class HalfPanelJackknife(DynamicSpec):
    """A within regression with lags, less its bias as the two halves of the periods show it.

    Parameters
    ----------
    formula
        `outcome ~ lag(outcome, 1) + regressors`; any lags of the outcome, predetermined regressors too.
    effects
        "twoway" or "unit"; swept out of the whole and of each half anew, so that each half has period effects of its
        own.
    errors
        "jackknife": one unit left out of all regressions at a time. "cluster": from the influences. Both with t(N-1).
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    2 b - (T1 b1 + T2 b2) / T, halves of the calendar; with an odd number of periods the mean over both ways to cut it.
    It takes the bias of order 1/T off whatever its form, and asks that the halves are alike: trends, breaks or
    starts far from the mean leave some of it. Its variance is larger than that of `AdjustedMoments`.

    Examples
    --------
    >>> fit = pk.HalfPanelJackknife("log(patents_granted) ~ lag(log(patents_granted), 1)").fit(panel)
    >>> fit.facts["halves of the sample"]
    '2016-2017, 2018-2020; 2016-2018, 2019-2020'
    """

    formula: str
    effects: DynamicEffects = "twoway"
    errors: UnitErrors = "jackknife"
    where: str | None = None

    def _estimate(self, rows: DynamicRows) -> DynamicFit:
        cuts = _cuts(rows)
        whole = within_part(rows, np.ones(len(rows.design.y), dtype=bool))
        parts = [(share, _half(rows, marked, said)) for share, marked, said in _halves(rows, cuts)]
        weighed = [(2.0, whole), *((-share, part) for share, part in parts)]
        estimates = _sum(weighed, "estimates")
        changes = UnitChanges(
            np.asarray(sum(share * part.changes.influence for share, part in weighed)),
            np.asarray(sum(share * part.changes.deleted for share, part in weighed)),
        )
        if self.errors == "jackknife":
            lost = np.maximum.reduce([part.lost for _, part in weighed])
            refuse_lost(lost, np.asarray(rows.design.unit_labels), rows.terms)
        labels = rows.design.time_labels
        return finished(
            self,
            rows,
            estimates,
            unit_vcov(self.errors, changes, estimates, rows.design.level_names[0]),
            title=message(
                "Half-panel jackknife ({effects}): {outcome}",
                effects=effects_word(self.effects),
                outcome=rows.design.outcome,
            ),
            within_estimates=whole.estimates,
            without_unit=changes.deleted,
            facts={message("halves of the sample"): "; ".join(_shown(labels, cut) for cut in cuts)},
            notes=(*_missing_from_a_half(rows, cuts), _sentence(cuts, self.effects)),
        )


def _shown(labels: Any, cut: int) -> str:
    """Return the two halves that a cut leaves, by their first and last periods."""
    return f"{labels[0]}-{labels[cut - 1]}, {labels[cut]}-{labels[-1]}"


def _sum(weighed: list[tuple[float, WithinPart]], name: str) -> FloatArray:
    return np.asarray(sum(share * getattr(part, name) for share, part in weighed))


def _cuts(rows: DynamicRows) -> tuple[int, ...]:
    """Return after how many periods the panel is cut: once, or twice if their number is odd.

    Raises
    ------
    DataError
        If a half would hold one period.
    """
    periods = rows.layout.n_times
    if periods < _FEWEST:
        raise DataError(
            message(
                "{periods_held} {periods} with their lags are too few for two halves, which need two each: take more "
                "{periods}, fewer lags, or AdjustedMoments",
                periods_held=periods,
            )
        )
    return (periods // 2,) if periods % 2 == 0 else (periods // 2, periods // 2 + 1)


def _halves(rows: DynamicRows, cuts: tuple[int, ...]) -> list[tuple[float, NDArray[np.bool_], Message]]:
    """Return weights that sum to one, marks of rows (n,), and what each half is called."""
    periods, labels = rows.layout.n_times, rows.design.time_labels
    made = []
    for cut in cuts:
        first: NDArray[np.bool_] = np.asarray(rows.design.time < cut)
        for marked, count, ends in ((first, cut, (0, cut - 1)), (~first, periods - cut, (cut, periods - 1))):
            said = verbatim(f"{labels[ends[0]]}-{labels[ends[1]]}")
            made.append((count / periods / len(cuts), marked, said))
    return made


def _half(rows: DynamicRows, marked: NDArray[np.bool_], said: Message) -> WithinPart:
    """Return the regression of a half.

    Raises
    ------
    SpecError
        Naming the half that does not identify a term.
    """
    try:
        return within_part(rows, marked)
    except SpecError as error:
        raise SpecError(
            message(
                "the half {half} alone does not carry the regression: {reason}", half=said, reason=error.said
            )
        ) from error


def _missing_from_a_half(rows: DynamicRows, cuts: tuple[int, ...]) -> tuple[Message, ...]:
    """Name the units that have fewer than two rows in a half, and so add to the whole alone."""
    few = np.zeros(rows.layout.n_units, dtype=bool)
    for cut in cuts:
        first = rows.design.time < cut
        for marked in (first, ~first):
            few |= np.bincount(rows.design.unit[marked], minlength=len(few)) < 2
    if not few.any():
        return ()
    return (
        message(
            "{units_named} hold fewer than two rows in a half and add nothing to it",
            units_named=[str(label) for label in np.asarray(rows.design.unit_labels)[few]],
        ),
    )


def _sentence(cuts: tuple[int, ...], effects: DynamicEffects) -> Message:
    if len(cuts) == 2 and effects == "twoway":
        return message(
            "the number of {periods} is odd: the mean over both ways to cut them; every half has {period} effects of "
            "its own"
        )
    if len(cuts) == 2:
        return message("the number of {periods} is odd: the mean over both ways to cut them")
    if effects == "twoway":
        return message("every half has {period} effects of its own")
    return message("each half has unit effects of its own")
