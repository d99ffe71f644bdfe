"""What moved an index between two years."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from panelkit.evaluation.drivers.contributions import linear_parts, lmdi_parts, shapley_parts
from panelkit.evaluation.drivers.cube import IndexCube, index_cube
from panelkit.evaluation.drivers.result import IndexDrivers
from panelkit.evaluation.drivers.tables import index_name, indicator_labels, long_table, weights_note
from panelkit.indices.arrays.uncertainty import rank, scores
from panelkit.indices.panels.composite import Composite
from panelkit.kernels.rng import seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count
from panelkit.language.spelt import option
from panelkit.results.fit import FloatArray

Method = Literal["lmdi", "shapley"]


@offered(
    "evaluation",
    "index_change",
    family="drivers",
    result="IndexDrivers",
    source="Ang 2004 (LMDI)",
    public=True,
)
def index_change(
    index: Composite,
    first: int | None = None,
    last: int | None = None,
    *,
    method: Method = "lmdi",
    draws: int = 1_000,
    rng: int | np.random.Generator = 0,
    level: float = 0.9,
) -> IndexDrivers:
    """Return which indicators moved the score of every unit between two years, and how sure its change of rank is.

    The parts of a weighted sum are w_j times the change of the indicator; those of a weighted product its logarithmic
    mean Divisia parts, or Shapley values. Either way they sum to the change exactly. Ranks are compared under drawn
    weights (Dirichlet, one indicator left out), the same in both years.

    Parameters
    ----------
    index
        What `composite_index` returns.
    first, last
        The two years; None: the first and the last of the index.
    method
        "lmdi" or "shapley", of a geometric index; a linear one has one answer.
    draws
        Number of drawn weights.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    level
        Level of the intervals of places gained.

    Returns
    -------
    IndexDrivers
        Scores, ranks and the leading indicator by unit, and all parts by unit and indicator.

    Raises
    ------
    SpecError
        If the index has no parts, a year is not there, or the two are one.
    DataError
        If a geometric index holds zeros.

    Examples
    --------
    >>> index = pk.composite_index({"patents_granted": 1, "rd_expenditure": 1, "gdp": 1}, panel)
    >>> change = pk.index_change(index, draws=100)
    >>> parts = change.tidy().groupby("unit")["part"].sum()
    >>> bool(np.allclose(parts, change.units.set_index("unit")["change"].loc[parts.index]))
    True
    """
    check_count("draws", draws, 2)
    check_confidence(level)
    if method not in get_args(Method):
        raise SpecError(
            message("method is one of {known}, not {method!r}", known=list(get_args(Method)), method=method)
        )
    cube = index_cube(index)
    begin, end = int(cube.years[0]) if first is None else first, int(cube.years[-1]) if last is None else last
    if begin >= end:
        raise SpecError(
            message(
                "{first} lies before {last}, and it does not",
                first=option("first", begin, exact=True),
                last=option("last", end, exact=True),
            )
        )
    z0, z1 = cube.z[:, cube.at(begin)], cube.z[:, cube.at(end)]
    parts = _parts(cube, z0, z1, method)
    own = [scores(z, cube.w[None], aggregation=cube.aggregation)[0] for z in (z0, z1)]  # type: ignore[arg-type]
    w = cube.drawn_weights(draws, rng)
    ranks = [rank(scores(z, w, aggregation=cube.aggregation)) for z in (z0, z1)]  # type: ignore[arg-type]
    gained = ranks[0] - ranks[1]
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(gained, [tail, 1.0 - tail], axis=0, method="inverted_cdf")
    before, after = rank(own[0]), rank(own[1])
    names = np.array(cube.indicators, dtype=object)
    leading = names[np.where(own[1] >= own[0], parts.argmax(axis=1), parts.argmin(axis=1))]
    units = pd.DataFrame(
        {
            "unit": cube.units.to_numpy(),
            "first_score": own[0],
            "last_score": own[1],
            "change": own[1] - own[0],
            "first_rank": before,
            "last_rank": after,
            "gain": before - after,
            "low": low,
            "high": high,
            "rises": (gained > 0).mean(axis=0),
            "indicator": leading,
        }
    ).sort_values("change", ascending=False, ignore_index=True)
    return IndexDrivers(
        title=message(
            "What moved {index} from {first} to {last}",
            index=index_name(index),
            first=str(begin),
            last=str(end),
        ),
        units=units,
        parts=long_table(cube, {"part": parts}, "part"),
        leading=term("head of drivers", "moved most by"),
        leading_title=message("The indicator that moved each {unit} most"),
        labels=indicator_labels(index),
        notes=(weights_note(draws, level, seed_of(rng)), *_method_note(cube, method), *cube.notes),
    )


def _parts(cube: IndexCube, z0: FloatArray, z1: FloatArray, method: Method) -> FloatArray:
    if cube.aggregation == "linear":
        return linear_parts(z0, z1, cube.w)
    return (lmdi_parts if method == "lmdi" else shapley_parts)(z0, z1, cube.w)


def _method_note(cube: IndexCube, method: Method) -> tuple[Message, ...]:
    if cube.aggregation == "linear":
        return (message("parts: weight times change of the normalised indicator; they sum to the change"),)
    if method == "lmdi":
        return (message("parts: logarithmic mean Divisia (LMDI-I); they sum to the change"),)
    return (message("parts: Shapley values over all orders of indicators; they sum to the change"),)
