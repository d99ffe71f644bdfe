"""The orders in which tables of units lie, and what W does where rows and W lie in different ones."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from panelkit.data.provinces import lookup_many, provinces
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """One order of the units: `places` (N,) of a sample, first unit first."""

    key: str
    said: Message
    places: tuple[int, ...]

    def among(self, keep: IntArray) -> Order:
        """Return the order of some of the units, whose places are those among `keep` (n,)."""
        own = {int(code): at for at, code in enumerate(keep)}
        return Order(self.key, self.said, tuple(own[code] for code in self.places if code in own))


@dataclass(frozen=True, eq=False)
class Swap(Brief):
    """Rows in one order beside W in another: `source` (N,) is whose row of W each unit of the sample gets."""

    rows: Order
    w: Order
    source: IntArray


def orders_of(
    ids: Sequence[Hashable], as_listed: Sequence[Hashable], of_w: Sequence[Hashable]
) -> list[Order]:
    """Return the orders in which these units may lie, each once.

    Parameters
    ----------
    ids
        The units of the sample (N,).
    as_listed, of_w
        All units as the user's table lists them first, and as the weights do.
    """
    found = [
        *_provincial(ids),
        Order("label", message("units by their labels"), _sorted(ids, [str(one) for one in ids])),
        Order("listed", message("units as the table lists them"), _along(ids, as_listed)),
        Order("weights", message("units as the weights list them"), _along(ids, of_w)),
    ]
    distinct: dict[tuple[int, ...], Order] = {}
    for order in found:
        if order.places:
            distinct.setdefault(order.places, order)
    return list(distinct.values())


def swaps(orders: Sequence[Order]) -> Iterator[Swap]:
    """Yield what W becomes where rows lie in one order and W in another, each different matrix once."""
    seen = {tuple(range(len(orders[0].places)))} if orders else set()
    for rows, w in permutations(orders, 2):
        source = np.empty(len(rows.places), dtype=np.int64)
        source[list(rows.places)] = w.places
        key = tuple(source.tolist())
        if key not in seen:
            seen.add(key)
            yield Swap(rows, w, source)


def _provincial(ids: Sequence[Hashable]) -> Iterator[Order]:
    """Yield the orders that only provinces have."""
    places = lookup_many(ids)
    if any(place is None or place.kind != "province" for place in places):
        return
    codes = [place.adcode for place in places if place is not None]
    table = provinces().loc[codes]
    region = table["region4"].map({"east": 0, "central": 1, "west": 2, "northeast": 3}).fillna(9)
    yield Order("adcode", message("provinces by their code"), _sorted(ids, codes))
    yield Order("english", message("provinces by their English names"), _sorted(ids, list(table["name_en"])))
    yield Order(
        "pinyin", message("provinces by pinyin"), _sorted(ids, list(zip(table["pinyin"], codes, strict=True)))
    )
    yield Order(
        "chinese", message("provinces by their Chinese characters"), _sorted(ids, list(table["name_zh"]))
    )
    yield Order(
        "region",
        message("provinces by region, then code"),
        _sorted(ids, list(zip(region, codes, strict=True))),
    )


def _sorted(ids: Sequence[Hashable], keys: Sequence[object]) -> tuple[int, ...]:
    return tuple(sorted(range(len(ids)), key=lambda at: keys[at]))  # type: ignore[arg-type, return-value]


def _along(ids: Sequence[Hashable], listed: Sequence[Hashable]) -> tuple[int, ...]:
    """Return the places of the units as a list of more units names them; none where it lacks one."""
    place = {key: at for at, key in enumerate(ids)}
    found = tuple(place[key] for key in dict.fromkeys(listed) if key in place)
    return found if len(found) == len(ids) else ()
