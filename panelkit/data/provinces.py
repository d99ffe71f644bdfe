"""The one resolver of place names: every usual spelling of a province to its adcode."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from panelkit.core.errors import DataError
from panelkit.core.paths import shipped

NATION = 100000
TIBET = 540000

Kind = Literal["province", "nation", "apart", "subtotal"]
Labels = Literal["en", "zh", "adcode"]

_BLANKS = re.compile(r"[\s\u3000\u200b\ufeff·.\-_'’]+")
_SUFFIX_EN = re.compile(
    r"\b(province|provincial|municipality|city|autonomous|region|zhuang|hui|uygur|uyghur|uighur|sar)\b"
)
_SUFFIX_ZH = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)$")
_CODE = re.compile(r"^(?:cn-?)?(\d{2})(?:0000)?(?:\.0+)?$")


@dataclass(frozen=True)
class Place:
    """One name as understood.

    `kind` is "province" (the 31 of the yearbooks), "nation" (adcode 100000), "apart" (Hong Kong, Macau,
    Taiwan: recognised, never a row of a panel) or "subtotal" (the NBS regions; adcode 0).
    """

    adcode: int
    kind: Kind


def provinces() -> pd.DataFrame:
    """Return the 31 provinces, indexed by adcode and sorted by it.

    Columns: `name_zh, name_zh_long, name_en, pinyin, region4, region4_zh, yangtze_delta (bool), capital_zh,
    capital_lon, capital_lat` (degrees).
    """
    table = pd.read_csv(shipped("data") / "provinces.csv", index_col="adcode")
    return table.assign(yangtze_delta=table["yangtze_delta"].astype(bool)).sort_index()


def labels_of(labels: Labels) -> dict[int, str | int]:
    """Return adcode -> label: English name, short Chinese name, or the adcode itself."""
    table = provinces()
    if labels == "adcode":
        return {int(code): int(code) for code in table.index}
    column = {"en": "name_en", "zh": "name_zh"}[labels]
    return {int(str(code)): str(name) for code, name in table[column].items()}


def lookup(name: Any) -> Place | None:
    """Return what one name means, or None where it is no known place."""
    return _find(name, _dictionary())


def lookup_many(names: Iterable[Any]) -> list[Place | None]:
    """Return what each name means, reading the tables of names once."""
    known = _dictionary()
    return [_find(name, known) for name in names]


def resolve(names: Any, *, kinds: tuple[Kind, ...] = ("province",)) -> list[int]:
    """Return the adcode of each name, in the order given.

    Understands adcodes (`110000`, `"11"`, `"CN-11"`), Chinese names short and long, with or without blanks
    inside, English names and pinyin without tones, in any case. `kinds` says which kinds of place may pass.

    Raises
    ------
    DataError
        One message that lists every name that is no known place, with suggestions, and every name that is a
        place of another kind (Hong Kong, Macau, Taiwan, the nation, a regional subtotal).
    """
    items = [names] if isinstance(names, (str, int)) else list(names)
    known = _dictionary()
    found = [_find(item, known) for item in items]
    unknown = [item for item, place in zip(items, found, strict=True) if place is None]
    other = [(item, p) for item, p in zip(items, found, strict=True) if p is not None and p.kind not in kinds]
    if unknown or other:
        raise DataError(_refusal(unknown, other))
    return [place.adcode for place in found if place is not None]


def _dictionary() -> dict[str, Place]:
    known: dict[str, Place] = {}
    for adcode, row in provinces().iterrows():
        place = Place(int(str(adcode)), "province")
        for spelling in (row["name_zh"], row["name_zh_long"], row["name_en"], row["pinyin"], str(adcode)):
            known[_key(spelling)] = place
    extra = pd.read_csv(shipped("data") / "place_names.csv")
    for name, adcode, kind in extra.itertuples(index=False):
        known[_key(name)] = Place(int(adcode), kind)
        if adcode:
            known[str(adcode)] = Place(int(adcode), kind)
    return known


def _find(name: Any, known: Mapping[str, Place]) -> Place | None:
    if name is None or isinstance(name, bool) or (isinstance(name, float) and name != name):
        return None
    text = _key(name)
    code = _CODE.match(unicodedata.normalize("NFKC", str(name)).strip().lower())
    if code is not None:
        return known.get(f"{code[1]}0000")
    return known.get(text) or known.get(_SUFFIX_ZH.sub("", text)) or known.get(_key_en(name))


def _key(name: Any) -> str:
    text = unicodedata.normalize("NFKC", str(name)).casefold()
    return _BLANKS.sub("", text)


def _key_en(name: Any) -> str:
    text = unicodedata.normalize("NFKC", str(name)).casefold()
    return _BLANKS.sub("", _SUFFIX_EN.sub(" ", text))


def _refusal(unknown: list[Any], other: list[tuple[Any, Place]]) -> str:
    lines = []
    if unknown:
        listed = "; ".join(_suggest(item) for item in dict.fromkeys(map(str, unknown)))
        lines.append(f"no province is known under: {listed}")
    if other:
        kinds = {
            "apart": "Hong Kong, Macau and Taiwan are kept apart from the 31 provinces",
            "nation": "a national row, not a province",
            "subtotal": "a regional subtotal, not a province",
            "province": "a province",
        }
        listed = "; ".join(f"{item!r} ({kinds[place.kind]})" for item, place in other)
        lines.append(f"not taken here: {listed}")
    lines.append("give an adcode, a Chinese name (short or long), an English name or pinyin without tones")
    return ". ".join(lines)


def _suggest(item: str) -> str:
    table = provinces()
    spellings: dict[str, str] = {}
    for _, row in table.iterrows():
        shown = f"{row['name_en']} {row['name_zh']}"
        for column in ("name_en", "pinyin", "name_zh", "name_zh_long"):
            spellings[_key(row[column])] = shown
    close = difflib.get_close_matches(_key(item), list(spellings), n=3, cutoff=0.6)
    best = list(dict.fromkeys(spellings[key] for key in close))
    return f"{item!r} (did you mean {' or '.join(best)}?)" if best else repr(item)
