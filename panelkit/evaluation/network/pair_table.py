"""A table of pairs (origin, destination, value) as a network."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.provinces import lookup_many
from panelkit.evaluation.network.names import ONE_PERIOD
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.tie_rules import Threshold, check_threshold, ties_of
from panelkit.indices.arrays.checks import first_of
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.index import whole_where_all_are
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message, message
from panelkit.language.offers import offered


@offered(
    "evaluation", family="networks", result="Network", source="a table of flows between pairs", public=True
)
def flow_network(
    pairs: Any,
    *,
    origin: str = "origin",
    destination: str = "destination",
    value: str = "value",
    time: str | None = None,
    threshold: Threshold = "row_mean",
) -> Network:
    """Return the network of a table of flows, one row an ordered pair (and period).

    Pairs that the table lacks are flows of zero, and a note counts them. Flows of a unit to itself are set apart, and
    so are rows of the nation and of regions among provinces.

    Parameters
    ----------
    pairs
        The table; pandas, polars or Arrow.
    origin, destination, value
        Its columns.
    time
        The column of the period; None: one period.
    threshold
        Which flows are ties, as in `pk.gravity_network`; "positive" takes every one.

    Returns
    -------
    Network
        Of the kind "flows".

    Raises
    ------
    DataError
        If a pair stands twice in a period, or a value is missing or negative.

    Examples
    --------
    >>> trade = pd.DataFrame(
    ...     {
    ...         "origin": ["Beijing", "Beijing", "Hebei", "Tianjin"],
    ...         "destination": ["Tianjin", "Hebei", "Beijing", "Hebei"],
    ...         "value": [5.0, 7.0, 1.0, 2.0],
    ...     }
    ... )
    >>> network = pk.flow_network(trade, threshold="positive")
    >>> int(network.ties.sum())
    4
    """
    rule = check_threshold(threshold)
    table = _columns(as_pandas(pairs), origin, destination, value, time)
    _refuse_values(table)
    table, notes = _one_name_each(table)
    own = table["origin"] == table["destination"]
    if own.any():
        notes = (*notes, message("{count} flows of a {unit} to itself were set apart", count=int(own.sum())))
    table = table[~own]
    _refuse_twice(table)
    scores, ids, years = _cube(table)
    absent = len(years) * len(ids) * (len(ids) - 1) - len(table)
    if absent:
        notes = (*notes, message("{count} pairs are not in the table and count as zero", count=absent))
    return Network(
        title=message("Flows `{value}`", value=value),
        kind="flows",
        ids=ids,
        years=years,
        scores=scores,
        ties=ties_of(scores, rule),
        threshold=rule,
        notes=notes,
        levels=_levels(ids, time),
    )


def _levels(ids: Sequence[Hashable], time: str | None) -> Levels:
    known = all(place is not None and place.kind == "province" for place in lookup_many(ids))
    return (PROVINCIAL[0] if known else "unit", PROVINCIAL[1] if time is None else time)


def _columns(
    frame: pd.DataFrame, origin: str, destination: str, value: str, time: str | None
) -> pd.DataFrame:
    wanted = {"origin": origin, "destination": destination, "value": value}
    if time is not None:
        wanted["year"] = time
    absent = [name for name in wanted.values() if name not in frame.columns]
    if absent:
        raise DataError(
            message(
                "the data have no column {columns} (there are: {held})",
                columns=absent,
                held=[str(name) for name in frame.columns],
            )
        )
    table = pd.DataFrame({key: frame[name].to_numpy() for key, name in wanted.items()})
    table["value"] = as_floats(frame[value], message("column {name}", name=value))
    return table.assign(year=ONE_PERIOD if time is None else whole_where_all_are(table["year"].tolist()))


def _refuse_values(table: pd.DataFrame) -> None:
    unnamed = int(table[["origin", "destination", "year"]].isna().any(axis=1).sum())
    if unnamed:
        raise DataError(message("{count} rows name no origin, destination or {period}", count=unnamed))
    wrong = table[~(table["value"] >= 0.0) | ~np.isfinite(table["value"])]
    if len(wrong):
        raise DataError(
            message(
                "the flow is missing or negative for {pairs}: fill it, or take the row out, which makes it zero",
                pairs=_first(wrong),
            )
        )


def _refuse_twice(table: pd.DataFrame) -> None:
    twice = table[table.duplicated(["origin", "destination", "year"])]
    if len(twice):
        raise DataError(message("more than one row for {pairs}: add them up first", pairs=_first(twice)))


def _first(rows: pd.DataFrame) -> Message:
    when = ["" if t == ONE_PERIOD else f" {t}" for t in rows["year"]]
    named = [f"{a}-{b}{t}" for a, b, t in zip(rows["origin"], rows["destination"], when, strict=True)]
    return first_of(named[:5], len(named))


def _one_name_each(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the table with one name a province, totals and regions set apart, where its units are provinces."""
    labels = list(dict.fromkeys([*table["origin"], *table["destination"]]))
    places = dict(zip(labels, lookup_many(labels), strict=True))
    codes = [place.adcode for place in places.values() if place is not None and place.kind == "province"]
    if len(set(codes)) < 2 or any(place is None for place in places.values()):
        return table, ()
    notes: tuple[Message, ...] = ()
    apart = [one for one, place in places.items() if place is not None and place.kind != "province"]
    if apart:
        table = table[~table["origin"].isin(apart) & ~table["destination"].isin(apart)]
        notes = (
            message("rows of {apart} were set apart: no provinces of the table", apart=list(map(str, apart))),
        )
    first: dict[int, Hashable] = {}
    for label, place in places.items():
        if place is not None:
            first.setdefault(place.adcode, label)
    joined = {label: first[place.adcode] for label, place in places.items() if place is not None}
    other = [f"{label} = {kept}" for label, kept in joined.items() if label != kept and label not in apart]
    if other:
        notes = (*notes, message("one province under two names, joined: {names}", names=other))
    return table.assign(
        origin=table["origin"].map(joined), destination=table["destination"].map(joined)
    ), notes


def _cube(table: pd.DataFrame) -> tuple[FloatArray, tuple[Any, ...], tuple[Any, ...]]:
    """Return flows (T, N, N), the units in their order of names, and the periods."""
    ids = sorted(set(table["origin"]) | set(table["destination"]), key=str)
    years = sorted(set(table["year"]))
    if len(ids) < 3:
        raise DataError(message("a network needs three {units} at least, and the data hold {n}", n=len(ids)))
    place, when = {one: k for k, one in enumerate(ids)}, {one: k for k, one in enumerate(years)}
    scores = np.zeros((len(years), len(ids), len(ids)))
    at = table["year"].map(when), table["origin"].map(place), table["destination"].map(place)
    scores[tuple(one.to_numpy() for one in at)] = table["value"]
    return scores, tuple(ids), tuple(years)
