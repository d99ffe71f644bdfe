"""Effects under bounded violations of parallel trends (Rambachan and Roth 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.inference.parallel_trends.breakdown import breakdown_value
from panelkit.inference.parallel_trends.conditional import ConditionalTests
from panelkit.inference.parallel_trends.effects import Effect, degrees_of, effect_weights, few_clusters
from panelkit.inference.parallel_trends.fixed_length import fixed_length
from panelkit.inference.parallel_trends.honest_result import HonestDiD
from panelkit.inference.parallel_trends.path import posts_of, read_path
from panelkit.inference.parallel_trends.restrictions import (
    RESTRICTIONS,
    Restriction,
    Study,
    bounded,
    identified_set,
    study,
)
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, is_real
from panelkit.language.spelt import option
from panelkit.results.students_t import t_quantile

Method = Literal["C-LF", "conditional", "FLCI"]
_DEFAULT_MBAR = (0.0, 0.5, 1.0, 1.5, 2.0)
_DEFAULT_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
# share of the level that the least favourable test of the hybrid takes (Rambachan and Roth 2023, section 5.3)
FIRST = 0.1


@offered(
    "inference",
    family="parallel trends",
    result="HonestDiD",
    source="Rambachan and Roth 2023; Andrews, Roth and Pakes 2023",
    public=True,
)
def honest_did(
    result: Any,
    restriction: Restriction = "relative magnitudes",
    m: float | Sequence[float] | None = None,
    *,
    effect: Effect = "first",
    method: Method | None = None,
    level: float = 0.95,
    first_effect: float = 0.0,
    df: float | str | None = None,
) -> HonestDiD:
    """Return what is left of an effect where trends were parallel only up to a bound.

    Parameters
    ----------
    result
        An event study, effects of `StaggeredDiD` by event time, or `EventPath`: leads, a base between them and the
        effects, and the covariance of all.
    restriction
        "relative magnitudes": from period to period after treatment, the violation changes by `m` times the largest
        change before it at most. "smoothness": its slope changes by `m` at most from one period to the next, anywhere.
        "relative smoothness": after treatment its slope changes by `m` times the largest such change before.
    m
        The bound, or several. None is 0, .5, 1, 1.5, 2 where it is relative, else 0 to 1 standard error of the effect.
    effect
        "first", "average", an event time, or weights by event time.
    method
        "C-LF", the hybrid of conditional and least favourable tests (default of relative bounds), "conditional", or
        "FLCI", the shortest interval of fixed length (default of smoothness, and for it alone).
    level
        Confidence level.
    first_effect
        Event time of the first effect; with anticipation it is negative. Leads are before it.
    df
        Degrees of freedom: the covariance is widened so that one coefficient has the interval of t(df). None takes
        those of the result, "welch" what the numbers of treated and other clusters allow.

    Returns
    -------
    HonestDiD
        Confidence and identified set for each bound, the interval under parallel trends, and the bound at which the set
        touches zero.

    Raises
    ------
    SpecError
        If there is no lead or no effect, the base does not stand between them, a period lacks, a bound is negative, or
        method and restriction do not fit.
    DataError
        If the covariance is singular.

    Examples
    --------
    >>> path = pk.EventPath(
    ...     event=[-3, -2, 0, 1], estimate=[0.01, -0.02, 0.3, 0.4], covariance=0.004 * np.eye(4), base=-1
    ... )
    >>> found = pk.honest_did(path, m=[0, 1], effect="average")
    >>> found.tidy()[["m", "conf_low", "conf_high"]].round(2).to_numpy().tolist()
    [[0.0, 0.26, 0.44], [1.0, 0.07, 0.63]]
    >>> round(found.breakdown, 1)
    1.3
    """
    _check_choices(restriction, method)
    level, path = check_confidence(level), read_path(result)
    weights, named = effect_weights(effect, posts_of(path, first_effect))
    degrees = degrees_of(df, path)
    plain = study(path, weights, first_effect)
    widened = float(t_quantile(level, degrees) / t_quantile(level, np.inf)) ** 2
    held = replace(plain, sigma=plain.sigma * widened)
    chosen: Method = method or ("FLCI" if restriction == "smoothness" else "C-LF")
    bounds = _bounds(m, restriction, plain.std_error)
    rows = [_row(held, restriction, chosen, bound, 1.0 - level) for bound in bounds]
    half = float(t_quantile(level, degrees)) * plain.std_error
    notes = [_meaning(restriction), *few_clusters(path, degrees), *_widened(degrees), *_remarks(rows)]
    return HonestDiD(
        title=message("Effects without parallel trends: {effect}", effect=named),
        effect=named,
        restriction=restriction,
        method=chosen,
        level=level,
        df=degrees,
        estimate=plain.estimate,
        std_error=plain.std_error,
        original=(plain.estimate - half, plain.estimate + half),
        breakdown=breakdown_value(held, restriction, chosen, 1.0 - level),
        table=pd.DataFrame(rows).drop(columns="pieces"),
        notes=tuple(notes),
    )


def _check_choices(restriction: str, method: str | None) -> None:
    if restriction not in RESTRICTIONS:
        raise SpecError(
            message(
                "restriction is one of {known}, not {given!r}", known=list(RESTRICTIONS), given=restriction
            )
        )
    if method is not None and method not in get_args(Method):
        raise SpecError(
            message("method is one of {known}, not {given!r}", known=list(get_args(Method)), given=method)
        )
    if method == "FLCI" and restriction != "smoothness":
        raise SpecError(
            message(
                "an interval of fixed length has no bound under {restriction}: what violations before "
                "treatment allow is not limited; take {method}",
                method=option("method", "C-LF"),
                restriction=restriction,
            )
        )


def _bounds(m: Any, restriction: str, std_error: float) -> list[float]:
    if m is None:
        shares = _DEFAULT_SHARES if restriction == "smoothness" else _DEFAULT_MBAR
        return [share * (std_error if restriction == "smoothness" else 1.0) for share in shares]
    given = [m] if is_real(m) else list(m)
    bad = [one for one in given if not is_real(one) or not 0.0 <= one < np.inf]
    if bad or not given:
        raise SpecError(
            message("m bounds the size of a violation: finite numbers from 0 on, not {bad}", bad=bad)
        )
    return sorted({float(one) for one in given})


def _row(held: Study, restriction: str, method: str, m: float, alpha: float) -> dict[str, Any]:
    if method == "FLCI":
        found = fixed_length(held, m, alpha)
        pieces = [(found.centre - found.half, found.centre + found.half)]
    else:
        tests = ConditionalTests(bounded(held, restriction, m), alpha, FIRST if method == "C-LF" else 0.0)
        pieces = tests.confidence_set()
    low, high = identified_set(held, restriction, m)
    return {
        "m": m,
        "conf_low": pieces[0][0] if pieces else np.nan,
        "conf_high": pieces[-1][1] if pieces else np.nan,
        "identified_low": low,
        "identified_high": high,
        "pieces": len(pieces),
    }


def _meaning(restriction: str) -> Message:
    if restriction == "relative magnitudes":
        return message(
            "from {period} to {period} after treatment the violation of parallel trends changes by m times the largest "
            "change before it at most"
        )
    if restriction == "smoothness":
        return message(
            "from {period} to {period} the slope of the violation of parallel trends changes by m at most"
        )
    return message(
        "after treatment the slope of the violation of parallel trends changes by m times its largest change before at "
        "most"
    )


def _widened(df: float) -> tuple[Message, ...]:
    if not np.isfinite(df):
        return ()
    return (message("covariance widened to the critical value of t({df:g}): an approximation", df=df),)


def _remarks(rows: list[dict[str, Any]]) -> list[Message]:
    """Return what is to be said of sets that are empty or have gaps."""
    said = []
    gaps = [f"{row['m']:g}" for row in rows if row["pieces"] > 1]
    if gaps:
        said.append(message("the set has gaps at m = {m}: its ends are shown", m=gaps))
    none = [f"{row['m']:g}" for row in rows if row["pieces"] == 0]
    if none:
        said.append(message("at m = {m} no effect is accepted: the leads contradict the restriction", m=none))
    bent = [f"{row['m']:g}" for row in rows if np.isnan(row["identified_low"])]
    if bent:
        said.append(
            message("at m = {m} the estimated leads bend more than m: their identified set is empty", m=bent)
        )
    return said
