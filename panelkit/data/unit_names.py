"""What a unit's name means in a user's own panel: stricter on numbers and cities than the resolver, wider on totals."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from panelkit.data.provinces import Place, lookup_many
from panelkit.data.shipped_tables import read_rows

MUNICIPALITIES = frozenset({110000, 120000, 310000, 500000})
CITIES_OF_THE_SAME_NAME = frozenset(
    {220000, 460000}
)  # 吉林市 in Jilin, 海南州 in Qinghai: 吉林 beside 吉林省 may be both
SUBTOTAL = Place(0, "subtotal")

_LEAST_CODES = (
    20  # provinces that two-digit codes must name before 11 is Beijing and no number of anything else
)
_CODE = re.compile(r"\d{6}(?:\.0+)?")
_SHORT_CODE = re.compile(r"\d{2}(?:\.0+)?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")
_CITY = re.compile(r"市$|\bcity$")
_SUM = r"(?:总计|合计|小计|总和|总数|总量|加总|汇总|平均值|平均数|平均|均值)"
_TOTAL_ZH = re.compile(
    rf"(?:全国|中国|地区|各地区|区域|地方|省份|各省|各省市|各省区市|各省市区|全部|样本)?{_SUM}"
)
_PART_ZH = (
    r"(?:[东中西]+部|东北|东部沿海|沿海|非沿海|内陆|华北|华东|华中|华南|西南|西北|长三角|长江三角洲|珠三角|珠江三角洲|"
    r"京津冀|环渤海|泛珠三角|长江经济带|长江[上中下]+游|黄河流域|黄河[上中下]+游|成渝|川渝|南方|北方)"
)
_REGION_ZH = re.compile(
    rf"(?:全国|我国|中国)?{_PART_ZH}(?:\d+|[一二三四五六七八九十]+)?(?:地区|区域|经济区|城市群|省份|各省|省市|省|部)?{_SUM}?"
)
_REST_ZH = re.compile(
    r"不分地区|未分地区|不分省|跨地区|其他|其它|其他地区|其它地区|其他省份|港澳台|港澳台地区|地区"
)
_TOTAL_EN = re.compile(
    r"(?:(?:all|grand|national|nationwide|country|overall|provincial|regional|region|sub|china|sample)[ -]?)?"
    r"(?:totals?|subtotals?|sum|averages?|mean)"
    r"|all (?:provinces|regions|china)|nationwide|mainland china|whole (?:china|nation)|p\.? ?r\.? ?china|prc|others?"
)
_REGION_EN = re.compile(
    r"(?:the )?(?:(?:north|south|middle|mid)?[ -]?(?:north|south|east|west|centre|center|centr|middle)(?:ern|al)?"
    r"|coastal|inland|yangtze (?:river )?delta|pearl river delta|bohai rim)"
    r"(?: china)?(?: (?:regions?|provinces|areas?|part))?(?: (?:total|sum|average|mean))?"
)


def is_number(label: Any) -> bool:
    """Tell whether a label is a number, or a text of digits alone."""
    return bool(_NUMBER.fullmatch(_text(label)))


def places_of(labels: Sequence[Any]) -> list[Place | None]:
    """Return what each label means, None where it is no place.

    A number is a province as a six-digit code, or as a two-digit one where twenty provinces stand under such codes
    (11 alone may be any id); a name that ends in 市 or City only where the province is a municipality (吉林市 is a
    city). Totals and regions come in more wordings than the yearbooks print.
    """
    return list(_places(tuple(_text(label) for label in labels)))


@lru_cache(maxsize=64)
def _places(texts: tuple[str, ...]) -> tuple[Place | None, ...]:
    found = lookup_many(texts)
    short = {
        place.adcode
        for text, place in zip(texts, found, strict=True)
        if place is not None and place.kind == "province" and _SHORT_CODE.fullmatch(text)
    }
    codes = (_CODE, _SHORT_CODE) if len(short) >= _LEAST_CODES else (_CODE,)
    return tuple(_judged(text, place, codes) for text, place in zip(texts, found, strict=True))


def _judged(text: str, found: Place | None, codes: Sequence[re.Pattern[str]]) -> Place | None:
    if _NUMBER.fullmatch(text):
        return found if any(code.fullmatch(text) for code in codes) else None
    if found is not None:
        city = _CITY.search(text) and found.kind == "province" and found.adcode not in MUNICIPALITIES
        return None if city else found
    plain = re.sub(r"[\s_]+", " ", text)
    chinese = plain.replace(" ", "")
    if _TOTAL_EN.fullmatch(plain) or _REGION_EN.fullmatch(plain):
        return SUBTOTAL
    if any(kind.fullmatch(chinese) for kind in (_TOTAL_ZH, _REGION_ZH, _REST_ZH)):
        return SUBTOTAL
    return None


def _text(label: Any) -> str:
    return unicodedata.normalize("NFKC", str(label)).strip().casefold()


@lru_cache(maxsize=256)
def near_provinces(name: str) -> tuple[str, ...]:
    """Return the provinces whose names are spelt nearly like this one, as `Inner Mongolia 内蒙古`."""
    rows = read_rows("provinces.csv")
    spelt = {
        row[column].casefold(): f"{row['name_en']} {row['name_zh']}"
        for row in rows
        for column in ("name_zh", "name_zh_long", "name_en", "pinyin")
    }
    close = difflib.get_close_matches(name.strip().casefold(), list(spelt), n=3, cutoff=0.6)
    return tuple(dict.fromkeys(spelt[key] for key in close))
