"""The portal's JSON: `returndata.datanodes` and `wdnodes`, with or without a dimension of regions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from panelkit.data.cities import Gazetteer, city_code, city_labels, plain_city
from panelkit.data.provinces import NATION
from panelkit.data.yearbook.errors import Where, refuse
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.cells import Misread, read_number
from panelkit.data.yearbook.layouts.layout import JsonLayout
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_code
from panelkit.data.yearbook.vocabulary.place_labels import known_place
from panelkit.data.yearbook.vocabulary.printed_units import split_unit
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

_MANY = 1_000_000
_DIGITS = 18


@offered("layout", "json", family="json")
class EasyQuery(JsonLayout):
    """The answer of the portal's query."""

    order = 10

    @staticmethod
    def knows(text: str) -> bool:
        """Return true: what is no such answer is refused as one."""
        return True

    @staticmethod
    def read(text: str, name: str, places: Gazetteer) -> FileReading:
        """Return the figures of the answer."""
        return read_easyquery(text, name, places)


def read_easyquery(text: str, name: str, places: Gazetteer) -> FileReading:
    """Return the figures of the portal's JSON answer.

    Rows in messages count data nodes, from one.

    Raises
    ------
    YearbookError
        If the text is no JSON or no answer of the portal, a node names an unknown code, or the printed and
        the numeric value of a node differ.
    """
    where = Where(name)
    answer = _parse(text, where)
    data = answer.get("returndata")
    if not isinstance(data, dict) or answer.get("returncode") != 200:
        code = answer.get("returncode")
        raise refuse(
            where,
            message(
                "this is no answer of the portal with figures (returncode {code!r}): query it again",
                code=code,
            ),
        )
    nodes, dimensions = data.get("datanodes"), data.get("wdnodes")
    if not isinstance(nodes, list) or not isinstance(dimensions, list) or len(nodes) > _MANY:
        raise refuse(where, message("the answer has no `datanodes` and `wdnodes`"))
    builder = Builder("json")
    codes = _codes(dimensions, where, builder)
    places, cities = _named(codes, places)
    seen: dict[tuple[str, ...], int] = {}
    for number, node in enumerate(nodes, start=1):
        _node(node, codes, seen, places, Where(name, row=number), builder)
    return replace(builder.finish(), cities=cities)


def _named(
    codes: Mapping[str, Mapping[str, Mapping[str, Any]]], places: Gazetteer
) -> tuple[Gazetteer, dict[int, str]]:
    """Return the places with the cities that the answer names by their codes, and the names of those not shipped."""
    if places.level == "province":
        return places, {}
    found = {
        code: str(node.get("cname") or node["name"])
        for text, node in codes.get("reg", {}).items()
        if (code := city_code(text))
    }
    shipped = city_labels("code")
    further = {code: name for code, name in found.items() if code not in shipped}
    return replace(places, own={plain_city(name): code for code, name in further.items()}), {
        code: plain_city(name) for code, name in further.items()
    }


def _parse(text: str, where: Where) -> dict[str, Any]:
    brackets = text.count("{") + text.count("[")
    if brackets > limits.BRACKETS:
        raise refuse(
            where,
            message(
                "the JSON holds {brackets} objects and lists; at most {limit} are read: no answer of the "
                "portal",
                brackets=brackets,
                limit=limits.BRACKETS,
            ),
        )
    try:
        answer = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise refuse(
            where,
            message("the JSON is damaged or cut short ({error}): query it again", error=_reason(error)),
        ) from error
    if not isinstance(answer, dict):
        raise refuse(where, message("the JSON is no answer of the portal"))
    return answer


def _no_constant(text: str) -> None:
    raise ValueError(message("{text} is not a number", text=text))


def _reason(error: Exception) -> str:
    """Return why a text is no JSON: our own reason, or the parser's in its own words."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Message) else str(error)[:100]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(message("a key stands twice in one object"))
    return found


def _codes(dimensions: list[Any], where: Where, builder: Builder) -> dict[str, dict[str, dict[str, Any]]]:
    """Return dimension -> code -> what the answer says about it."""
    codes: dict[str, dict[str, dict[str, Any]]] = {}
    for dimension in dimensions:
        nodes = dimension.get("nodes") if isinstance(dimension, dict) else None
        if not isinstance(nodes, list):
            raise refuse(where, message("a dimension in `wdnodes` has no nodes"))
        known: dict[str, dict[str, Any]] = {}
        names: dict[str, str] = {}
        for node in nodes:
            code = node.get("code") if isinstance(node, dict) else None
            if not isinstance(code, str) or code in known:
                raise refuse(
                    where,
                    message("a code is absent or doubled in `wdnodes`: {code!r}", code=code),
                )
            known[code] = node
            name = node.get("cname") or node.get("name")
            unit = node.get("unit")
            if not isinstance(name, str) or not isinstance(unit, (str, type(None))):
                raise refuse(where, message("the code {code!r} has no name", code=code))
            if dimension.get("wdcode") == "zb" and names.setdefault(name, code) != code:
                builder.problem(where, message("two indicators under one name: {name!r}", name=name))
        codes[str(dimension.get("wdcode"))] = known
        builder.footnotes.extend(
            str(node["memo"])
            for node in known.values()
            if dimension.get("wdcode") == "zb" and node.get("memo")
        )
    if "zb" not in codes or "sj" not in codes:
        raise refuse(where, message("`wdnodes` lacks the indicators (zb) or the times (sj)"))
    return codes


def _node(
    node: Any,
    codes: dict[str, dict[str, dict[str, Any]]],
    seen: dict[tuple[str, ...], int],
    places: Gazetteer,
    where: Where,
    builder: Builder,
) -> None:
    key = _key(node, codes)
    data = node.get("data") if isinstance(node, dict) else None
    if key is None or not isinstance(data, dict):
        builder.problem(
            where,
            message("the data node's codes are not those of `wdnodes`, or contradict each other"),
        )
        return
    zb, sj, reg = key
    if key in seen:
        builder.problem(where, message("the same cell as data node {node}", node=seen[key]))
        return
    seen[key] = where.row or 0
    period = parse_code(sj)
    place = known_place(reg, places) if reg else None
    if period is None or not in_range(period):
        builder.problem(where, message("{sj!r} is no period of a yearbook", sj=sj))
        return
    if reg and (place is None or place.kind == "subtotal"):
        builder.problem(
            where,
            message("no city has the code {reg!r}", reg=reg)
            if places.level == "city"
            else message("no province has the code {reg!r}; `--level city` reads cities", reg=reg)
            if city_code(reg)
            else message("no province has the code {reg!r}", reg=reg),
        )
        return
    value = builder.number(where, _value(data))
    if value is not None:
        about = codes["zb"][zb]
        label, inside = split_unit(about.get("cname") or about["name"])
        adcode = place.adcode if place else NATION
        figure = PrintedFigure(adcode, period, label, about.get("unit") or inside, value, where)
        (builder.apart if adcode > 700000 else builder.figures).append(figure)


def _key(node: Any, codes: dict[str, dict[str, dict[str, Any]]]) -> tuple[str, str, str] | None:
    """Return (indicator, time, region) codes of a node, where its own code string says the same."""
    spots = node.get("wds") if isinstance(node, dict) else None
    if not isinstance(spots, list) or not all(isinstance(spot, dict) for spot in spots):
        return None
    named = {str(spot.get("wdcode")): str(spot.get("valuecode")) for spot in spots}
    if len(named) != len(spots) or not {"zb", "sj"} <= named.keys() <= codes.keys():
        return None
    if any(value not in codes[wd] for wd, value in named.items()) or ("reg" in codes) != ("reg" in named):
        return None
    stated = node.get("code")
    if stated is not None:
        parts = set(str(stated).split("_"))
        if parts != {f"{wd}.{value}" for wd, value in named.items()}:
            return None
    return named["zb"], named["sj"], named.get("reg", "")


def _value(data: dict[str, Any]) -> Decimal | Misread | None:
    """Return the printed value, which must be the numeric one."""
    printed, number, held = data.get("strdata"), data.get("data"), data.get("hasdata")
    if not isinstance(held, bool):
        return Misread(message("`hasdata` is neither true nor false"))
    if not held:
        return None if not printed else Misread(message("no data, but {printed!r}", printed=printed))
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)):
        return Misread(message("`data` is no number: {number!r}", number=number))
    numeric = Decimal(number)
    if not numeric.is_finite() or (numeric and not -_DIGITS <= numeric.adjusted() < _DIGITS):
        return Misread(message("beyond the size of any figure"))
    if printed in (None, ""):
        return numeric
    value = read_number(str(printed))
    if isinstance(value, Decimal) and not _same(value, numeric, str(printed)):
        return Misread(
            message(
                "printed as {printed!r}, stored as {number}: the answer is damaged",
                printed=printed,
                number=number,
            ),
        )
    return value


def _same(printed: Decimal, number: Decimal, text: str) -> bool:
    exponent = printed.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    return abs(printed - number) <= Decimal("0.5000001") * Decimal(1).scaleb(-digits)
