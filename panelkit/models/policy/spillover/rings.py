"""Rings around the treated: who lies how near to somebody that has adopted, by contiguity order or by kilometres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csgraph

from panelkit.kernels.index import Array, read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_number
from panelkit.models.coordinates import Coordinates, unit_coordinates
from panelkit.models.policy.rows.adoption import Timing, read_timing
from panelkit.models.policy.rows.handed import fresh
from panelkit.models.reading import open_frame
from panelkit.show.brief import Brief
from panelkit.spatial.builders import great_circle
from panelkit.spatial.provincial import match_labels
from panelkit.spatial.weights import Weights, as_weights

COORDINATES = message("rings by `bands` without `coords` use the provincial capitals")


@dataclass(frozen=True, eq=False)
class Rings(Brief):
    """Rings around treated units; N units, R rings.

    `ring` (N, N) says in which ring of unit i unit j lies, from 0, -1 in none (and on the diagonal); `names` (R,) are
    columns, `said` (R,) what they are.
    """

    labels: tuple[Any, ...]
    ring: Array
    names: tuple[str, ...]
    said: tuple[Message, ...]

    def exposure(self, first: FloatArray, periods: FloatArray) -> FloatArray:
        """Return 0/1 (N, T, R): untreated then, with the nearest unit that has adopted in that ring.

        Parameters
        ----------
        first
            First treated period by unit (N,), infinite where there is none.
        periods
            Calendar values (T,).
        """
        found = np.zeros((len(first), len(periods), len(self.names)))
        far = len(self.names)
        ring = np.where(self.ring < 0, far, self.ring)
        for t, period in enumerate(periods):
            adopted = first <= period
            if adopted.any():
                nearest = np.where(adopted, far, ring[:, adopted].min(axis=1))
                hit = np.flatnonzero(nearest < far)
                found[hit, t, nearest[hit]] = 1.0
        return found


def rings_by_order(w: Any, labels: Sequence[Any], orders: int) -> Rings:
    """Return rings of neighbours, of neighbours of neighbours, and so on: steps along the links of W.

    Raises
    ------
    DataError
        If ids of weights and units differ; all are listed.
    SpecError
        If `orders` is no whole number.
    """
    check_count("orders", orders)
    held: Weights = match_labels(as_weights(w), list(labels)).aligned(tuple(labels))
    steps = csgraph.shortest_path(held.matrix, unweighted=True, directed=True)
    ring = np.where((steps >= 1) & (steps <= orders), steps - 1, -1).astype(np.int64)
    said = [message("neighbours of order {k} under {w}", k=k + 1, w=held.name) for k in range(orders)]
    return Rings(tuple(labels), ring, tuple(f"ring_{k + 1}" for k in range(orders)), tuple(said))


def rings_by_distance(
    labels: Sequence[Any], bands: Sequence[float], coords: Coordinates | None = None
) -> Rings:
    """Return rings of kilometres: `bands=(200, 400)` is up to 200 km, and beyond that up to 400.

    Raises
    ------
    DataError
        If a unit has no coordinates.
    SpecError
        If the bands do not increase.
    """
    edges = checked_bands(bands)
    places = unit_coordinates(labels, coords, COORDINATES)
    km = great_circle(places[:, 1], places[:, 0])
    ring = np.searchsorted(np.array(edges), km, side="left")
    ring = np.where(ring < len(edges), ring, -1)
    np.fill_diagonal(ring, -1)
    starts = (0.0, *edges[:-1])
    said = [
        message("more than {low:g} and up to {high:g} km away", low=low, high=high)
        if low
        else message("up to {high:g} km away", high=high)
        for low, high in zip(starts, edges, strict=True)
    ]
    return Rings(tuple(labels), ring, tuple(f"ring_{k + 1}" for k in range(len(edges))), tuple(said))


def checked_bands(bands: Any) -> tuple[float, ...]:
    """Return the upper ends of rings in km.

    Raises
    ------
    SpecError
        If they are no numbers above zero that increase.
    """
    listed = isinstance(bands, Sequence) and not isinstance(bands, str)
    edges = tuple(check_number("bands", edge, positive=True) for edge in bands) if listed else ()
    if not edges or any(b <= a for a, b in pairwise(edges)):
        raise SpecError(
            message("bands are kilometres that increase, such as (200, 400), not {bands}", bands=str(bands))
        )
    return edges


def rings_of(
    timing: Timing,
    w: Any,
    orders: int | None,
    bands: Sequence[float] | None,
    coords: Coordinates | None,
) -> Rings:
    """Return the rings that a spec asks for, among all units that state when they adopt.

    Raises
    ------
    SpecError
        If neither weights nor bands are given, or both.
    """
    labels = list(timing.first)
    if (w is None) == (bands is None):
        raise SpecError(
            message(
                "rings are steps along weights (`w` and `orders=`) or kilometres (`bands=`, with `coords` or the "
                "provincial capitals): give one of the two"
            )
        )
    if bands is not None:
        if orders is not None:
            raise SpecError(
                message("`orders` counts steps along weights, and `bands` are kilometres: give one")
            )
        return rings_by_distance(labels, bands, coords)
    return rings_by_order(w, labels, 1 if orders is None else orders)


@offered("policy", family="designs", result="DataFrame", source="Butts 2021", public=True)
def spillover_rings(
    data: Any,
    w: Any = None,
    *,
    cohort: str | None = None,
    treatment: str | None = None,
    orders: int | None = None,
    bands: Sequence[float] | None = None,
    coords: Coordinates | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return 0/1 columns of the treatment and of exposure to it, to put into any formula.

    A unit is in a ring in the periods in which it is untreated itself and the nearest unit that has adopted by then
    lies in that ring: one ring at most, and a nearer one when somebody nearer adopts.

    Parameters
    ----------
    data, unit, time
        As in `FixedEffects.fit`.
    w
        Weights whose links are steps; their sizes do not count.
    cohort, treatment
        When units adopt, one of the two.
    orders
        How many rings of neighbours; None is one.
    bands
        Upper ends of rings in km between `coords`, in place of `w`.
    coords
        As in `FixedEffects.fit`; None takes the provincial capitals.

    Returns
    -------
    Columns `treated`, `ring_1`, ... on the index of the data.

    Raises
    ------
    DataError
        If ids of weights and units differ, a unit lacks coordinates, or a treatment switches off.
    SpecError
        If neither weights nor bands are given, or both.

    Examples
    --------
    >>> units, years = panel.index.get_level_values(0), panel.index.get_level_values(1)
    >>> early = years.max() - 3
    >>> pilots = panel.assign(pilot=(units.isin(["Shanghai", "Sichuan"]) & (years > early)).astype(int))
    >>> exposed = pk.spillover_rings(pilots, pk.contiguity(), treatment="pilot", orders=2)
    >>> list(exposed.columns)
    ['pilot', 'ring_1', 'ring_2']
    """
    frame = open_frame(data, unit, time)
    timing = read_timing(frame, unit=unit, time=time, cohort=cohort, treatment=treatment)
    rings = rings_of(timing, w, orders, bands, coords)
    panel = read_panel_index(frame.data, unit, time)
    columns = ring_columns(rings, timing, panel.unit_labels, panel.time_labels)
    rows = columns[panel.unit, panel.time]
    names = [treatment or fresh(frame, "treated"), *rings.names]
    return pd.DataFrame(rows, index=frame.data.index, columns=pd.Index(names))


def ring_columns(rings: Rings, timing: Timing, units: Any, periods: Any) -> FloatArray:
    """Return treatment and exposures (N, T, 1 + R) of units and periods, which may be a part of those of the rings."""
    first = np.array([timing.first[label] for label in rings.labels])
    when = np.asarray(periods, dtype=np.float64)
    exposure = rings.exposure(first, when)
    treated = (when >= first[:, None]).astype(np.float64)
    whole = np.concatenate([treated[:, :, None], exposure], axis=2)
    place = {label: at for at, label in enumerate(rings.labels)}
    return np.asarray(whole[[place[label] for label in units]])
