"""A panel as a gravity network between its units."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.recipe import GravityRecipe
from panelkit.evaluation.network.tie_rules import Threshold, check_threshold, ties_of
from panelkit.indices.arrays.checks import first_of
from panelkit.indices.panels.panel_frame import own_words, panel_frame, wide
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_number
from panelkit.language.spelt import Spelt, option
from panelkit.panel.provenance import place_notes


@offered(
    "evaluation",
    family="networks",
    result="Network",
    source="Reilly 1929; modified gravity of Chinese provincial networks (Liu, Li and Zhang 2015)",
    public=True,
)
def gravity_network(
    data: Any,
    mass: str | Sequence[str],
    *,
    per_head: str | None = None,
    share: str | None = None,
    distance: pd.DataFrame | None = None,
    power: float = 2.0,
    threshold: Threshold = "row_mean",
    year: int | Sequence[int] | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> Network:
    """Return a network of gravity scores R_ij = K_ij M_i M_j / D_ij^power, and its ties.

    Nothing in it is observed between two provinces. With `mass` alone it is the plain gravity model; `per_head` and
    `share` make the modified one of the literature (Notes).

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    mass
        Columns or expressions with positive values; their geometric mean is the mass M.
    per_head
        Column or expression g, as "gdp / population": D_ij = d_ij / (g_i - g_j). None: D_ij = d_ij.
    share
        Column or expression v with positive values, as "gdp": K_ij = v_i / (v_i + v_j). None: K_ij = 1.
    distance
        Distances with ids on both sides; None: great circles in km between the capitals of provinces.
    power
        Exponent of the distance.
    threshold
        Which scores are ties: "row_mean" (at or above the mean of the row's N - 1 others), "row_mean_all" (of all N,
        the diagonal as a zero), "row_median", "mean", "median", "positive", or the share of the strongest pairs, 0 to
        1.
    year
        One period or several; None: all.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Network
        Scores and ties by period, row the sender, and the ingredients.

    Raises
    ------
    DataError
        If figures are missing or not positive, units are no provinces and no distance is given, or ids disagree.
    SpecError
        If an option is none of those listed.

    Notes
    -----
    (g_i - g_j)^2 is symmetric and zero between equals: provinces that are alike have no tie, whatever their size.
    Scores are directed through K alone, ties through the rule by rows too. A common factor of all scores changes no
    tie.

    Examples
    --------
    >>> network = pk.gravity_network(
    ...     panel,
    ...     ["population", "gdp", "patents_granted"],
    ...     per_head="gdp / population",
    ...     share="gdp",
    ...     year=2020,
    ... )
    >>> network.n, int(network.ties.sum())
    (31, 187)
    """
    expressions = [mass] if isinstance(mass, str) else list(mass)
    _check_names(expressions)
    check_number("power", power, positive=True)
    rule = check_threshold(threshold)
    with own_words(data, unit, time) as levels:
        frame, columns = _evaluated(data, [*expressions, per_head, share], unit, time)
        frame = _of_years(frame, year)
        values, ids, years = _arrays(frame)
        recipe = GravityRecipe(
            masses={name: _positive(name, values[name], ids, years) for name in expressions},
            gap=None if per_head is None else (per_head, values[per_head]),
            share=None if share is None else (share, _positive(share, values[share], ids, years)),
            distance=distances_between(ids, distance),
            power=float(power),
            columns=columns,
        )
        scores = recipe.scores()
        notes = (*place_notes(frame), *_alike(recipe, ids, years))
    plain = per_head is None and share is None
    return Network(
        title=message("Plain gravity network") if plain else message("Modified gravity network"),
        kind="gravity",
        ids=tuple(ids),
        years=tuple(years),
        scores=scores,
        ties=ties_of(scores, rule),
        threshold=rule,
        recipe=recipe,
        notes=notes,
        levels=levels,
    )


def distances_between(ids: Sequence[Hashable], distance: pd.DataFrame | None) -> FloatArray:
    """Return distances (N, N) in the order of the units: those given, by id, or great circles between capitals.

    Raises
    ------
    DataError
        If units are no provinces and none are given, ids disagree, or a distance is missing, negative or zero.
    """
    from panelkit.spatial.provincial import distances

    if distance is None:
        try:
            return np.asarray(distances(list(ids)).to_numpy(float))
        except DataError as error:
            raise DataError(
                message(
                    "the {units} are no provinces whose capitals are known: give {distance}, a table of distances with "
                    "the {units} on both sides ({why})",
                    distance=Spelt("distance=", "--distance FILE"),
                    why=error.said,
                )
            ) from error
    from panelkit.evaluation.network.matrices import pair_matrix

    found = pair_matrix(distance, ids, option("distance"))
    off = ~np.eye(len(ids), dtype=bool)
    wrong = [f"{ids[i]}-{ids[j]}" for i, j in np.argwhere(off & ~(found > 0.0))]
    if wrong:
        raise DataError(
            message(
                "{distance} has to be above zero between all {units}; not so for {pairs}",
                distance=option("distance"),
                pairs=first_of(wrong[:5], len(wrong)),
            )
        )
    return found


def _check_names(expressions: list[str]) -> None:
    if not expressions:
        raise SpecError(message("{mass} names at least one column", mass=option("mass")))
    twice = sorted({name for name in expressions if expressions.count(name) > 1})
    if twice:
        raise SpecError(
            message("{mass} names {twice} twice: once is enough", mass=option("mass"), twice=twice)
        )


def _evaluated(
    data: Any, expressions: Sequence[str | None], unit: str | None, time: str | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the expressions as columns, and the columns that they name."""
    from panelkit.formula.formula import evaluate
    from panelkit.formula.grammar import parse_expression
    from panelkit.formula.tree import columns_of

    wanted = list(dict.fromkeys(name for name in expressions if name is not None))
    columns = tuple(
        dict.fromkeys(column for name in wanted for column in columns_of(parse_expression(name).node))
    )
    held = panel_frame(data, columns, unit=unit, time=time)
    made = pd.DataFrame({name: evaluate(name, held).to_numpy() for name in wanted}, index=held.index)
    made.attrs = dict(held.attrs)
    return made, columns


def _of_years(frame: pd.DataFrame, year: Any) -> pd.DataFrame:
    if year is None:
        return frame
    wanted = [year] if np.isscalar(year) else list(year)
    when = frame.index.get_level_values("year")
    absent = [str(one) for one in wanted if one not in set(when)]
    if absent or not wanted:
        raise DataError(
            message(
                "{year}: the data hold no {period} {absent}, only {held}",
                year=option("year"),
                absent=absent,
                held=[str(one) for one in sorted(set(when))],
            )
        )
    return frame[when.isin(wanted)]


def _arrays(frame: pd.DataFrame) -> tuple[Mapping[str, FloatArray], list[Hashable], list[Any]]:
    """Return (T, N) arrays by column, the units and the periods."""
    found, ids, years = {}, pd.Index([]), pd.Index([])
    for name in frame.columns:
        values, ids, years = wide(frame[name])
        found[str(name)] = np.ascontiguousarray(values.T)
    if len(ids) < 3:
        raise DataError(message("a network needs three {units} at least, and the data hold {n}", n=len(ids)))
    return found, [_plain(one) for one in ids], [_plain(one) for one in years]


def _plain(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label


def _positive(name: str, values: FloatArray, ids: Sequence[Hashable], years: Sequence[Any]) -> FloatArray:
    wrong = [f"{ids[i]} {years[t]}" for t, i in np.argwhere(~(values > 0.0))]
    if wrong:
        raise DataError(
            message(
                "`{name}` is not positive for {places}: a mass or share of the gravity model has to be; leave these "
                "{units} out, or take another column",
                name=name,
                places=first_of(wrong[:5], len(wrong)),
            )
        )
    return values


def _alike(recipe: GravityRecipe, ids: Sequence[Hashable], years: Sequence[Any]) -> tuple[Message, ...]:
    """Return a note on pairs with the same value per head, which have no tie."""
    if recipe.gap is None:
        return ()
    name, g = recipe.gap
    upper = np.triu(np.ones((len(ids), len(ids)), dtype=bool), 1)
    pairs = [
        f"{ids[i]}-{ids[j]} {years[t]}" for t, i, j in np.argwhere((g[:, :, None] == g[:, None, :]) & upper)
    ]
    if not pairs:
        return ()
    return (
        message(
            "the same `{name}`, and so no tie: {pairs}", name=name, pairs=first_of(pairs[:5], len(pairs))
        ),
    )
