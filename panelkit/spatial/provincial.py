"""Weights between the provinces of China: contiguity, distance, economic distance and their mixtures."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from panelkit.data.geography import capitals, contiguity_pairs
from panelkit.data.provinces import TIBET, Labels, labels_of, resolve
from panelkit.data.user.places import provincial_rows
from panelkit.kernels.frames import as_floats, type_name
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_number, refuse_idle
from panelkit.spatial import builders
from panelkit.spatial.ids import Places
from panelkit.spatial.normalising import Normalisation
from panelkit.spatial.weights import Weights

Provinces = Literal["all", "no_tibet"] | Sequence[Hashable]


INVERSE_DISTANCE = message("inverse distance")
ECONOMIC_DISTANCE = message("economic distance")


@offered("weights", family="geographic", result="Weights", public=True)
def contiguity(
    provinces: Provinces = "all",
    *,
    hainan: Literal["guangdong", "guangdong+guangxi", "none"] = "guangdong",
    normalisation: Normalisation = "row",
    labels: Labels = "en",
) -> Weights:
    """Return common land borders (queen); Hainan is linked to Guangdong by convention.

    `hainan="none"` leaves it an island: then only `normalisation="none"` can be built.

    Parameters
    ----------
    provinces
        "all" (31), "no_tibet" (30) or a list in any spelling.
    hainan
        Whom the island is linked to: "guangdong", "guangdong+guangxi" or "none".
    normalisation
        "row", "spectral", "minmax" or "none".
    labels
        Ids as English names ("en"), short Chinese names ("zh") or adcodes ("adcode").

    Returns
    -------
    Weights
        Matrix (N, N) with the provinces as ids.

    Raises
    ------
    DataError
        If a province is unknown, or a row would be empty and is to be standardised.

    Examples
    --------
    >>> neighbours = pk.contiguity("no_tibet")
    >>> neighbours.n
    30
    """
    if hainan not in ("guangdong", "guangdong+guangxi", "none"):
        raise SpecError(
            message("hainan is 'guangdong', 'guangdong+guangxi' or 'none', not {hainan!r}", hainan=hainan)
        )
    codes = _codes(provinces)
    table = contiguity_pairs(conventions=hainan != "none")
    pairs = list(zip(table["adcode_a"].astype(int), table["adcode_b"].astype(int), strict=True))
    if hainan == "guangdong+guangxi":
        pairs.append((450000, 460000))
    inside = [pair for pair in pairs if set(pair) <= set(codes)]
    names = labels_of(labels)
    named = [(names[a], names[b]) for a, b in inside]
    return builders.from_links(named, [names[code] for code in codes], message("contiguity"), normalisation)


def distances(provinces: Provinces = "all", *, labels: Labels = "en") -> pd.DataFrame:
    """Return great-circle distances between capitals in km, with ids on both sides."""
    codes = _codes(provinces)
    place = capitals().loc[codes]
    km = builders.great_circle(place["lon"].to_numpy(float), place["lat"].to_numpy(float))
    names = [labels_of(labels)[code] for code in codes]
    return pd.DataFrame(km, index=names, columns=names)


@offered("weights", family="geographic", result="Weights", public=True)
def inverse_distance(
    power: float = 1.0,
    *,
    cutoff_km: float | None = None,
    provinces: Provinces = "all",
    normalisation: Normalisation = "row",
    labels: Labels = "en",
) -> Weights:
    """Return 1 / d^power between capitals, zero beyond the cut-off (at least 1,439.7 km leaves no row empty).

    Parameters
    ----------
    power
        Exponent of the distance.
    cutoff_km
        Kilometres beyond which weights are zero; None: no bound.
    provinces
        "all" (31), "no_tibet" (30) or a list in any spelling.
    normalisation
        "row", "spectral", "minmax" or "none".
    labels
        Ids as English names ("en"), short Chinese names ("zh") or adcodes ("adcode").

    Returns
    -------
    Weights
        Matrix (N, N) with the provinces as ids.

    Raises
    ------
    DataError
        If a province is unknown, or a row would be empty and is to be standardised.

    Examples
    --------
    >>> near = pk.inverse_distance(2.0, cutoff_km=1500.0)
    >>> near.n
    31
    """
    check_number("power", power)
    if cutoff_km is not None:
        check_number("cutoff_km", cutoff_km, positive=True)
    km = distances(provinces, labels=labels)
    name = _distance_name(power, cutoff_km)
    return builders.from_distance(
        km.to_numpy(), tuple(km.index), name, power=power, cutoff=cutoff_km, normalisation=normalisation
    )


def _distance_name(power: float, cutoff_km: float | None) -> Message:
    name = INVERSE_DISTANCE if power == 1 else message("inverse distance^{power:g}", power=power)
    return name if cutoff_km is None else message("{name} within {cutoff:g} km", name=name, cutoff=cutoff_km)


def exponential_distance(
    decay_km: float,
    *,
    provinces: Provinces = "all",
    normalisation: Normalisation = "row",
    labels: Labels = "en",
) -> Weights:
    """Return exp(-d / decay) between capitals."""
    km = distances(provinces, labels=labels)
    name = message("exp(-d/{decay:g} km)", decay=decay_km)
    return builders.from_distance(
        km.to_numpy(), tuple(km.index), name, decay=decay_km, normalisation=normalisation
    )


def distance_band(
    above_km: float,
    up_to_km: float | None,
    *,
    provinces: Provinces = "all",
    normalisation: Normalisation = "none",
    labels: Labels = "en",
) -> Weights:
    """Return 0/1 weights of the ring above_km < d <= up_to_km; provinces without anybody there are islands."""
    km = distances(provinces, labels=labels)
    upper = float("inf") if up_to_km is None else up_to_km
    inside = ((km > above_km) & (km <= upper)).to_numpy()
    ids = tuple(km.index)
    pairs = [(ids[i], ids[j]) for i in range(len(ids)) for j in range(i + 1, len(ids)) if inside[i, j]]
    name = (
        message("ring above {above:g} km", above=above_km)
        if up_to_km is None
        else message("ring {above:g}-{upper:g} km", above=above_km, upper=upper)
    )
    return builders.from_links(pairs, ids, name, normalisation)


@offered("weights", family="geographic", result="Weights", public=True)
def nearest(
    k: int,
    *,
    provinces: Provinces = "all",
    normalisation: Normalisation = "row",
    labels: Labels = "en",
) -> Weights:
    """Return the k provinces with the nearest capitals.

    Parameters
    ----------
    k
        Number of neighbours of every province.
    provinces
        "all" (31), "no_tibet" (30) or a list in any spelling.
    normalisation
        "row", "spectral", "minmax" or "none".
    labels
        Ids as English names ("en"), short Chinese names ("zh") or adcodes ("adcode").

    Returns
    -------
    Weights
        Matrix (N, N) with the provinces as ids.

    Raises
    ------
    SpecError
        If k is not between 1 and N - 1.

    Examples
    --------
    >>> five = pk.nearest(5)
    """
    km = distances(provinces, labels=labels)
    return builders.from_nearest(
        km.to_numpy(), tuple(km.index), k, message("{k} nearest", k=k), normalisation
    )


@offered("weights", family="economic", result="Weights", public=True)
def economic_distance(
    values: pd.Series, *, name: str = ECONOMIC_DISTANCE, normalisation: Normalisation = "row"
) -> Weights:
    """Return 1 / |v_i - v_j| from one value a province: a pre-sample or period mean, such as GDP per head.

    A series with a (province, year) index is averaged over its years. The result carries the share of the largest
    weight and the warning that such weights are endogenous.

    Examples
    --------
    >>> economic = pk.economic_distance(panel["gdp"] / panel["population"])
    """
    one, notes = _one_value(values)
    return _noted(builders.from_values(one, name, normalisation), notes)


@offered("weights", family="economic", result="Weights", public=True)
def gravity(values: pd.Series, power: float = 2.0, *, normalisation: Normalisation = "row") -> Weights:
    """Return v_i v_j / d^power between capitals.

    Examples
    --------
    >>> attraction = pk.gravity(panel["gdp"].xs(2015, level="year"))
    """
    check_number("power", power)
    one, notes = _one_value(values)
    km = distances(list(one.index), labels="adcode").to_numpy()
    name = message("gravity, d^{power:g}", power=power)
    return _noted(builders.gravity(km, one, name, power, normalisation), notes)


@offered("weights", family="economic", result="Weights", public=True)
def nested(
    values: pd.Series,
    *,
    geographic: Weights | None = None,
    share: float | None = 0.5,
    normalisation: Normalisation = "row",
) -> Weights:
    """Return the economic-geographic nested weights.

    `share` W_geo + (1 - share) W_eco, both row-standardised; with `share=None` W_geo diag(v / mean v).
    `geographic` defaults to inverse distance and is keyed as `values`.

    Parameters
    ----------
    values
        One positive value a province, or a (province, year) series, which is averaged over its years.
    geographic
        Geographic weights keyed as `values`; None: inverse distance.
    share
        Share of the geographic weights; None: W_geo diag(v / mean v).
    normalisation
        "row", "spectral", "minmax" or "none", with `share=None`; a mixture is standardised as its parts are.

    Returns
    -------
    Weights
        Matrix (N, N) with the provinces as ids.

    Raises
    ------
    SpecError
        If `share` does not lie between 0 and 1, or `normalisation` is given for a mixture.
    DataError
        If a value is missing or not positive, or ids disagree.

    Examples
    --------
    >>> both = pk.nested(panel["gdp"] / panel["population"], share=0.5)
    """
    refuse_idle(
        {"normalisation": share is not None and normalisation != "row"},
        message(
            "belongs to share=None: a mixture is standardised as its parts are; take .normalised() of the result"
        ),
    )
    one, notes = _one_value(values)
    if geographic is None:
        km = distances(list(one.index), labels="adcode").to_numpy()
        kind: Normalisation = "none" if share is None else "row"
        geographic = builders.from_distance(km, tuple(one.index), INVERSE_DISTANCE, normalisation=kind)
    if share is None:
        raw = Weights(geographic.matrix, geographic.ids, geographic.name)
        name = message("nested, W diag(v)")
        return _noted(builders.scaled_by(raw, one, name, normalisation), notes)
    economic = builders.from_values(one, ECONOMIC_DISTANCE, geographic.normalisation)
    name = message("nested, {share:g} geographic", share=share)
    return _noted(builders.mixed(geographic, economic, share, name), notes)


def match_labels(weights: Weights, labels: Sequence[Hashable]) -> Weights:
    """Return weights relabelled as the panel spells its units: numbers as text or not, names of provinces any way.

    Other ids pass unchanged; the alignment then says what differs.
    """
    if set(weights.ids) == set(labels):
        return weights
    place = Places(list(labels), weights.ids)
    found = {key: place.get(key) for key in weights.ids}
    spelling = {key: key if at is None else labels[at] for key, at in found.items()}
    try:
        theirs = dict(zip(resolve(list(labels)), labels, strict=True))
        own = resolve(list(weights.ids))
    except DataError:
        return weights.relabelled(spelling)
    by_name = {key: theirs.get(code, key) for key, code in zip(weights.ids, own, strict=True)}
    return weights.relabelled(
        {key: by_name[key] if at is None else spelling[key] for key, at in found.items()}
    )


def _one_value(values: pd.Series) -> tuple[pd.Series, tuple[Message, ...]]:
    """Return one value a province, totals set apart, and the notes on that."""
    if not isinstance(values, pd.Series):
        raise DataError(
            message(
                "the weights need one value a province as a pandas series under the provinces' names, such as "
                "frame['gdp'], not {kind}",
                kind=type_name(values),
            )
        )
    if isinstance(values.index, pd.RangeIndex):
        raise DataError(
            message(
                "the values stand under bare numbers, which name no province: put the names into the index, such "
                "as frame.set_index('province')['gdp']"
            )
        )
    frame, notes = provincial_rows(values.to_frame(name="value"))
    one = pd.Series(
        as_floats(frame["value"], message("the values") if values.name is None else f"`{values.name}`"),
        index=frame.index,
    )
    if isinstance(one.index, pd.MultiIndex):
        one = one.groupby(level=0, sort=False).mean()
    return one, notes


def _noted(weights: Weights, notes: tuple[Message, ...]) -> Weights:
    return replace(weights, notes=(*weights.notes, *notes)) if notes else weights


def _codes(provinces: Provinces) -> list[int]:
    everyone = [int(code) for code in capitals().index]
    if isinstance(provinces, str):
        if provinces == "all":
            return everyone
        if provinces == "no_tibet":
            return [code for code in everyone if code != TIBET]
        raise SpecError(
            message(
                "provinces is 'all', 'no_tibet' or a list of names, not {provinces!r}", provinces=provinces
            )
        )
    return resolve(list(provinces))
