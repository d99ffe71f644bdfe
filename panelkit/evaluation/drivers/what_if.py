"""Which indicator would move an index if it stood elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.drivers.cube import index_cube
from panelkit.evaluation.drivers.levers import Raised, moved_ranks, moved_scores, raised_to
from panelkit.evaluation.drivers.result import IndexDrivers
from panelkit.evaluation.drivers.tables import (
    index_name,
    indicator_labels,
    long_table,
    named,
    weights_note,
)
from panelkit.indices.arrays.uncertainty import rank
from panelkit.indices.panels.composite import Composite
from panelkit.kernels.rng import seed_of
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count
from panelkit.results.fit import FloatArray

_TO: dict[Raised, Message] = {
    "median": message("at the median of the {period}"),
    "best": message("at the best of the {period}"),
    "sd": message("one standard deviation higher"),
    "own_growth": message("with its own best past growth once more"),
}


@offered("evaluation", "index_what_if", family="drivers", result="IndexDrivers", public=True)
def index_what_if(
    index: Composite,
    to: Raised = "median",
    year: int | None = None,
    *,
    draws: int = 1_000,
    rng: int | np.random.Generator = 0,
    level: float = 0.9,
) -> IndexDrivers:
    """Return how far each indicator alone would move a unit's score and rank, if it alone stood elsewhere.

    An indicator that stands there already gains nothing. Goalposts and weights stay those of the index. It is
    arithmetic of the index: nothing says that an indicator could be raised alone, or at what price.

    Parameters
    ----------
    index
        What `composite_index` returns.
    to
        "median" or "best" of the units in the year, "sd" (one standard deviation more) or "own_growth" (the unit's own
        best change in a year so far, once more).
    year
        The year; None: the last.
    draws
        Number of drawn weights.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    level
        Level of the intervals of places gained.

    Returns
    -------
    IndexDrivers
        By unit the indicator that gains most, and all of them by unit and indicator: score and places gained, their
        interval over drawn weights, and the share of draws in which it is the one that gains most.

    Raises
    ------
    SpecError
        If the index has no parts, or an option is unknown.

    Examples
    --------
    >>> index = pk.composite_index({"patents_granted": 1, "rd_expenditure": 1, "gdp": 1}, panel)
    >>> raised = pk.index_what_if(index, "best", draws=100)
    >>> bool((raised.tidy()["score_gain"] >= 0).all())
    True
    """
    check_count("draws", draws, 2)
    check_confidence(level)
    cube = index_cube(index)
    chosen = int(cube.years[-1]) if year is None else year
    at = cube.at(chosen)
    now, then = cube.z[:, at], raised_to(cube.z, at, to)
    score, moved = moved_scores(now, then, cube.w[None], cube.aggregation)
    gained = rank(score[0])[:, None] - moved_ranks(score, moved)[0]
    w = cube.drawn_weights(draws, rng)
    drawn, drawn_moved = moved_scores(now, then, w, cube.aggregation)
    places = rank(drawn)[:, :, None] - moved_ranks(drawn, drawn_moved)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(places, [tail, 1.0 - tail], axis=0, method="inverted_cdf")
    parts = long_table(
        cube,
        {
            "score_gain": moved[0] - score[0][:, None],
            "gain": gained,
            "low": low,
            "high": high,
            "share": _first_share(drawn_moved - drawn[:, :, None]),
        },
        "score_gain",
    )
    best = parts.groupby("unit", sort=False).head(1).set_index("unit").reindex(cube.units)
    units = pd.DataFrame({"unit": cube.units.to_numpy(), "score": score[0], "rank": rank(score[0])})
    units = units.join(best.reset_index(drop=True)).sort_values("rank", ignore_index=True)
    return IndexDrivers(
        title=message(
            "What would move {index} in {year}: one indicator {to}",
            index=index_name(index),
            year=str(chosen),
            to=_TO[to],
        ),
        units=units,
        parts=parts,
        leading=term("head of drivers", "gains most by"),
        leading_title=message("The indicator by which each {unit} would gain most"),
        labels=indicator_labels(index),
        notes=(
            *_still_note(units),
            message(
                "all else unchanged, the other {units} too: arithmetic of the index, no effect of a policy"
            ),
            weights_note(draws, level, seed_of(rng)),
            *cube.notes,
        ),
    )


def _first_share(gains: FloatArray) -> FloatArray:
    """Return the share of draws (N, k) in which an indicator gains most of all; none does where nothing gains."""
    most = gains.max(axis=2, keepdims=True)
    return np.asarray(((gains == most) & (most > 0)).mean(axis=0))


def _still_note(units: pd.DataFrame) -> tuple[Message, ...]:
    """Return who gains nothing, whatever is raised."""
    still = units.loc[units["score_gain"] == 0.0, "unit"]
    if still.empty:
        return ()
    return (
        message(
            "nothing is gained in {names}: no indicator there lies below where it would be put",
            names=named(still),
        ),
    )
