"""The options of a synthetic control: what is matched, how predictors count, one control or several."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from panelkit.formula.formula import parse_formula
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import check_count, check_number, is_real
from panelkit.models.policy.synthetic.synthetic_fit import V
from panelkit.models.policy.synthetic.synthetic_panel import Predictor, Rectangle, outcome_in
from panelkit.models.policy.synthetic.synthetic_placebos import STATISTICS

OUTCOMES = ("all", "mean", "none")


def check_choices(spec: Any) -> None:
    """Refuse options without meaning.

    Raises
    ------
    SpecError
        Which names the option.
    """
    parse_formula(spec.formula)
    check_count("placebos", spec.placebos, 0)
    as_generator(spec.rng)
    if spec.worst_fit is not None:
        check_number("worst_fit", spec.worst_fit, positive=True)
    if not _outcomes_are(spec.outcomes):
        raise SpecError(
            message(
                "outcomes is one of {known} or a tuple of {periods}, each once, not {outcomes!r}",
                known=OUTCOMES,
                outcomes=spec.outcomes,
            )
        )
    _check_windows(spec.windows)
    if spec.statistic is not None and spec.statistic not in STATISTICS:
        raise SpecError(
            message("statistic is one of {known}, not {given!r}", known=STATISTICS, given=spec.statistic)
        )
    if spec.several not in (None, "average", "each"):
        raise SpecError(message("several is average or each, not {several!r}", several=spec.several))
    if isinstance(spec.v, str) and spec.v not in ("nested", "equal"):
        raise SpecError(message("v is nested, equal or a tuple of numbers, not {v!r}", v=spec.v))
    if not isinstance(spec.v, str) and not _weighs(spec.v):
        raise SpecError(
            message("v holds one number a predictor, none negative and not all zero: {v}", v=str(spec.v))
        )


def _outcomes_are(asked: Any) -> bool:
    """Tell whether `asked` says what of the outcome is matched."""
    if asked is None or isinstance(asked, str):
        return asked is None or asked in OUTCOMES
    if not isinstance(asked, tuple | list) or not asked:
        return False
    return all(map(is_real, asked)) and len(set(asked)) == len(asked)


def _weighs(v: Any) -> bool:
    """Tell whether `v` holds finite numbers, none negative and not all zero."""
    if isinstance(v, np.ndarray):
        v = v.tolist()
    if not isinstance(v, tuple | list) or not all(is_real(x) and 0.0 <= x <= sys.float_info.max for x in v):
        return False
    return sum(v) > 0.0


def _check_windows(windows: Any) -> None:
    """Refuse windows that are not a column or expression and its first and last period each."""
    listed = isinstance(windows, tuple | list)
    wrong = [each for each in windows if not _is_window(each)] if listed else [windows]
    if wrong:
        raise SpecError(
            message(
                "windows holds a predictor with its first and last {period} each, (('gdp', 2001, 2005),), not {wrong}",
                wrong=[repr(each) for each in wrong],
            )
        )


def _is_window(each: Any) -> bool:
    if not isinstance(each, tuple | list) or len(each) != 3 or not isinstance(each[0], str):
        return False
    return is_real(each[1]) and is_real(each[2]) and bool(each[1] <= each[2])


def with_outcomes(spec: Any, rectangle: Rectangle, named: tuple[Predictor, ...]) -> tuple[Predictor, ...]:
    """Return the predictors with what of the outcome is matched; none where all of it is matched alone."""
    asked = spec.outcomes if spec.outcomes is not None else ("mean" if named else "all")
    if asked == "none" and not named:
        raise SpecError(message("nothing is matched: name predictors, or take outcomes='all'"))
    if asked == "all":
        if not named:
            if spec.v != "nested":
                raise SpecError(
                    message("without predictors every outcome before counts the same: leave out v=")
                )
            return ()
        return (*named, *_every_outcome(spec, rectangle))
    if asked == "mean":
        name = message("{variable}, mean", variable=rectangle.panel.design.outcome)
        return (*named, Predictor(name, rectangle.Y))
    if asked == "none":
        return named
    unknown = [str(period) for period in asked if float(period) not in set(rectangle.periods)]
    if unknown:
        raise SpecError(message("outcomes names {periods} that are not held: {unknown}", unknown=unknown))
    return (*named, *(outcome_in(rectangle, float(period), float(period)) for period in asked))


def _every_outcome(spec: Any, rectangle: Rectangle) -> tuple[Predictor, ...]:
    """Return the outcome of every period before the first adoption, refused under a nested V."""
    if spec.v == "nested":
        raise SpecError(
            message(
                "with the outcome of every {period} matched, a nested v gives predictors no weight (Kaul et al. 2015): "
                "take outcomes='mean' or some {periods}, or v='equal'"
            )
        )
    if len(rectangle.dates) > 1:
        raise SpecError(
            message(
                "outcomes='all' beside predictors needs one date of adoption: name {periods} before the first"
            )
        )
    return tuple(
        outcome_in(rectangle, float(p), float(p)) for p in rectangle.periods[: int(rectangle.dates[0])]
    )


def check_v(v: V, predictors: tuple[Predictor, ...]) -> None:
    """Refuse a V of another length than the predictors.

    Raises
    ------
    SpecError
        Which names the option.
    """
    if isinstance(v, str) or len(v) == len(predictors):
        return
    raise SpecError(
        message(
            "v has {n} numbers, and there are {k} predictors: {names}",
            n=len(v),
            k=len(predictors),
            names=[predictor.name for predictor in predictors],
        )
    )


def several(asked: str | None, rectangle: Rectangle) -> str:
    """Return whether the treated are averaged or each have a synthetic control.

    Raises
    ------
    SpecError
        Which names the option.
    """
    one_date = len(rectangle.dates) == 1
    if asked is None:
        return "average" if one_date else "each"
    if asked == "average" and not one_date:
        raise SpecError(
            message(
                "units adopt at {n} dates ({dates}): an average over them has no one date; take several='each'",
                n=len(rectangle.dates),
                dates=[f"{rectangle.periods[date]:.0f}" for date in rectangle.dates],
            )
        )
    return asked
