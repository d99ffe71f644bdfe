"""The one resolver of place names: every usual spelling of a province to its adcode."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import pandas as pd

from panelkit.data.once import read_once
from panelkit.data.paths import shipped
from panelkit.data.shipped_tables import read_rows
from panelkit.data.wording import alternatives
from panelkit.language.errors import DataError
from panelkit.language.message import Joined, Message, Told, message, sentences, verbatim

NATION = 100000
TIBET = 540000

Kind = Literal["province", "city", "nation", "apart", "subtotal"]
Labels = Literal["en", "zh", "adcode"]

_SPELLINGS = ("name_zh", "name_zh_long", "name_en", "pinyin")
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
    Taiwan: recognised, never a row of a panel) or "subtotal" (the NBS regions; adcode 0). In a table of cities it is
    "city", and `adcode` the city's code.
    """

    adcode: int
    kind: Kind

    @property
    def is_row(self) -> bool:
        """Return whether its figures are rows of a panel: a province, or in a table of cities a city."""
        return self.kind in ("province", "city")


def provinces() -> pd.DataFrame:
    """Return the 31 provinces, indexed by adcode and sorted by it.

    Columns: `name_zh, name_zh_long, name_en, pinyin, region4, region4_zh, yangtze_delta (bool), capital_zh,
    capital_lon, capital_lat` (degrees).
    """
    return _provinces(shipped("data") / "provinces.csv").copy()


@read_once
def _provinces(path: Path) -> pd.DataFrame:
    table = pd.DataFrame(read_rows(path.name, path.parent)).astype(
        {"adcode": "int64", "capital_lon": float, "capital_lat": float}
    )
    return table.assign(yangtze_delta=table["yangtze_delta"] == "1").set_index("adcode").sort_index()


def labels_of(labels: Labels) -> dict[int, str | int]:
    """Return adcode -> label: English name, short Chinese name, or the adcode itself."""
    column = {"en": "name_en", "zh": "name_zh", "adcode": "adcode"}[labels]
    rows = sorted(read_rows("provinces.csv"), key=lambda row: row["adcode"])
    return {int(row["adcode"]): int(row[column]) if labels == "adcode" else row[column] for row in rows}


def place_name(adcode: int) -> Message:
    """Return what a province, or a city, is called: Beijing; 北京. Any other code stays the code."""
    rows = (("provinces.csv", "adcode"), ("cities.csv", "code"))
    named = (row for table, column in rows for row in read_rows(table) if int(row[column]) == adcode)
    row = next(named, None)
    return verbatim(str(adcode)) if row is None else Told(row["name_en"], row["name_zh"])


def lookup(name: Any) -> Place | None:
    """Return what one name means, or None where it is no known place."""
    return _find(name, _dictionary())


def finder() -> Callable[[Any], Place | None]:
    """Return `lookup` for many names: the tables of names are read once."""
    known = _dictionary()
    return lambda name: _find(name, known)


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
    for row in read_rows("provinces.csv"):
        place = Place(int(row["adcode"]), "province")
        known.update({_key(row[column]): place for column in (*_SPELLINGS, "adcode")})
    for row in read_rows("place_names.csv"):
        place = Place(int(row["adcode"]), cast("Kind", row["kind"]))
        known[_key(row["name"])] = place
        if place.adcode:
            known[row["adcode"]] = place
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


_KINDS: dict[Kind, Message] = {
    "apart": message("Hong Kong, Macau and Taiwan are kept apart from the 31 provinces"),
    "nation": message("a national row, not a province"),
    "subtotal": message("a regional subtotal, not a province"),
    "province": message("a province"),
    "city": message("a city"),
}


def _refusal(unknown: list[Any], other: list[tuple[Any, Place]]) -> Message:
    said = []
    if unknown:
        names = sentences(_suggest(item) for item in dict.fromkeys(map(str, unknown)))
        said.append(message("no province is known under: {names}", names=names))
    if other:
        names = sentences(
            message("{name!r} ({what})", name=item, what=_KINDS[place.kind]) for item, place in other
        )
        said.append(message("not taken here: {names}", names=names))
    said.append(
        message("give an adcode, a Chinese name (short or long), an English name or pinyin without tones")
    )
    return Joined(said, {"en": ". ", "zh": "。"})


def _suggest(item: str) -> Message:
    rows = read_rows("provinces.csv")
    spellings = {_key(row[c]): f"{row['name_en']} {row['name_zh']}" for row in rows for c in _SPELLINGS}
    close = difflib.get_close_matches(_key(item), list(spellings), n=3, cutoff=0.6)
    best = list(dict.fromkeys(spellings[key] for key in close))
    if not best:
        return verbatim(repr(item))
    return message("{name!r} (did you mean {best}?)", name=item, best=alternatives(best))
