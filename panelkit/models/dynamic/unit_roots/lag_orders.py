"""How many lags the regressions have: a number, one a unit, or a criterion with a bound that every unit can bear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.dynamic.unit_roots.long_run import newey_west_lags
from panelkit.models.dynamic.unit_roots.series import Series
from panelkit.models.dynamic.unit_roots.setting import CRITERIA, Setting
from panelkit.models.dynamic.unit_roots.statistic import too_short

_LEAST_DF = 3  # so that t has a variance


def settled_lags(
    asked: Setting, lags: Any, most: int | None, series: Series
) -> tuple[Setting, tuple[Message, ...]]:
    """Return the setting with its lags, and what is to be said of their bound.

    Raises
    ------
    SpecError
        If the lags are no number, criterion or mapping of every unit, `most` has nothing to bound, or the bandwidth
        is wider than a series.
    """
    _refuse_wide(asked, series)
    if isinstance(lags, str):
        if lags not in CRITERIA:
            raise SpecError(_no_lags(lags))
        return _bounded(replace(asked, lags=lags), most, series)  # type: ignore[arg-type]
    if most is not None:
        raise SpecError(
            message("max_lags bounds what a criterion chooses: ask for lags by one, or leave it out")
        )
    if isinstance(lags, Mapping):
        return replace(asked, lags=_by_unit(lags, series)), ()
    if not _whole(lags):
        raise SpecError(_no_lags(lags))
    return replace(asked, lags=int(lags)), ()


def _refuse_wide(asked: Setting, series: Series) -> None:
    """Refuse a bandwidth that the shortest series does not have: the kernel would weigh all its products alike."""
    most = int(series.held.sum(axis=1).min()) - 2
    if asked.bandwidth is not None and asked.bandwidth > most:
        said = message(
            "bandwidth {bandwidth}: the shortest {unit} has {most} lags of changes; take so many at most, or "
            "leave it out",
            bandwidth=asked.bandwidth,
            most=most,
        )
        raise SpecError(series.spoken(said))


def _bounded(asked: Setting, most: int | None, series: Series) -> tuple[Setting, tuple[Message, ...]]:
    if most is not None:
        if not _whole(most):
            raise SpecError(message("max_lags is a whole number from 0 on, not {most!r}", most=most))
        return replace(asked, most=int(most)), ()
    rule = int(newey_west_lags(np.array([len(series.periods)]))[0])
    bound = rule
    while bound and too_short(series.held, replace(asked, most=bound), least_df=_LEAST_DF)[0].any():
        bound -= 1
    said = message(
        "lags up to {bound} are tried, not up to {rule}: the shortest {unit} bears no more",
        bound=bound,
        rule=rule,
    )
    return replace(asked, most=bound), (series.spoken(said),) if bound < rule else ()


def _by_unit(lags: Mapping[Any, Any], series: Series) -> tuple[int, ...]:
    held = {str(name): value for name, value in lags.items()}
    names = [str(name) for name in series.units]
    wrong = sorted(set(held) ^ set(names))
    if wrong:
        said = message(
            "lags by {unit} name every {unit} of the panel and no other: {names} stands on one side only",
            names=wrong[:6],
        )
        raise SpecError(series.spoken(said))
    bad = [value for value in held.values() if not _whole(value)]
    if bad:
        raise SpecError(_no_lags(bad[0]))
    return tuple(int(held[name]) for name in names)


def _whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= 0)


def _no_lags(lags: Any) -> Message:
    return message(
        "lags is a whole number from 0 on, one of {known}, or a mapping of units to numbers, not {lags!r}",
        known=CRITERIA,
        lags=lags,
    )
