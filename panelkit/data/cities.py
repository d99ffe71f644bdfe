"""Cities, a level of their own beside the provinces: names to six-digit codes, and what a table is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from panelkit.data.provinces import Place, finder, labels_of
from panelkit.data.shipped_tables import read_rows
from panelkit.language.errors import SpecError
from panelkit.language.message import message

Level = Literal["province", "city"]
CityLabels = Literal["en", "zh", "code"]

_SPELLINGS = ("name_zh", "name_en", "pinyin")
_BLANKS = re.compile(r"[\s\u3000\u200b\ufeff·.\-_'’]+")
_OF_PROVINCE = re.compile(r"省$|\bprovince\b", re.I)
_SUFFIX_EN = re.compile(r"\b(city|municipality|shi)\b")
_LONGEST = 40
_CODE = re.compile(r"(\d{6})(?:\.0+)?")
_JILIN = 220000
"""A province that bears the name of one of its cities: 吉林 alone may be either."""


def check_level(level: str) -> None:
    """Refuse a level that is none.

    Raises
    ------
    SpecError
        With the two that there are.
    """
    if level not in ("province", "city"):
        raise SpecError(message("level={level!r}: choose 'province' or 'city'", level=level))


def city_labels(labels: CityLabels) -> dict[int, str | int]:
    """Return code -> label of the shipped cities: English name, Chinese name, or the code itself."""
    column = {"en": "name_en", "zh": "name_zh", "code": "code"}[labels]
    rows = read_rows("cities.csv")
    return {int(row["code"]): int(row[column]) if labels == "code" else row[column] for row in rows}


def city_code(text: str) -> int | None:
    """Return the code that a cell holds, where it may be that of a city: a shipped one, or XXYY00 of a prefecture."""
    match = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    code = int(match[1])
    below = code % 10000
    prefecture = below % 100 == 0 and 0 < below <= 7000
    of_province = code - below in _adcodes() and (prefecture or 9000 < below < 9100)
    return code if of_province or code in _shipped_codes() else None


def plain_city(name: str) -> str:
    """Return a city's name as it is compared: without blanks, case, and 市 at its end."""
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", name).casefold())
    return text.removesuffix("市") if len(text) > 2 else text


def shipped_city(name: str) -> int | None:
    """Return the code of a shipped city by its bare name; None for any other text."""
    begins = name.strip()[:1].casefold() in _initials()
    return _shipped().get(plain_city(name)) if begins and len(name) < _LONGEST else None


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The places that a table is about, by their names.

    Attributes
    ----------
    level : provinces, or cities.
    own : further cities by their `plain_city` names, which the table or the caller gives a code.
    """

    level: Level = "province"
    own: Mapping[str, int] = field(default_factory=dict)

    def find(self, name: Any) -> Place | None:
        """Return what a name or a code means, None where it is no known place of this level."""
        return _provinces()(name) if self.level == "province" else self._city(name)

    def is_whole(self, name: str) -> bool:
        """Return whether a row of a table of cities is about a province, which is a whole beside them."""
        if self.level == "province" or name.endswith("市"):
            return False
        place = _provinces()(name)
        if place is None or place.kind != "province" or place.adcode in _shipped_codes():
            return False
        return place.adcode != _JILIN or bool(_OF_PROVINCE.search(name))

    def _city(self, name: Any) -> Place | None:
        text = str(name)
        if _CODE.fullmatch(text.strip()):
            code = city_code(text)
            known = code is not None and (code in _shipped_codes() or code in self.own.values())
            return Place(code, "city") if known and code is not None else _beside(text)
        english = _SUFFIX_EN.sub(" ", unicodedata.normalize("NFKC", text).casefold())
        for key in (plain_city(text), _BLANKS.sub("", english)):
            code = self.own.get(key) or _shipped().get(key)
            if code is not None:
                return Place(code, "city")
        return _beside(text)


PROVINCES = Gazetteer()
"""The provinces, which every table is about that is not of cities."""

CITIES = Gazetteer("city")
"""The shipped cities alone."""


def _beside(name: str) -> Place | None:
    """Return a place that stands beside provinces and cities alike: the nation, a region, Hong Kong."""
    place = _provinces()(name)
    return place if place is not None and place.kind in ("nation", "subtotal", "apart") else None


@lru_cache(maxsize=1)
def _provinces() -> Callable[[Any], Place | None]:
    return finder()


@lru_cache(maxsize=1)
def _shipped() -> dict[str, int]:
    rows = read_rows("cities.csv")
    return {plain_city(row[column]): int(row["code"]) for row in rows for column in _SPELLINGS}


@lru_cache(maxsize=1)
def _initials() -> frozenset[str]:
    return frozenset(name[0] for name in _shipped())


@lru_cache(maxsize=1)
def _adcodes() -> frozenset[int]:
    return frozenset(labels_of("adcode"))


@lru_cache(maxsize=1)
def _shipped_codes() -> frozenset[int]:
    return frozenset(_shipped().values())
