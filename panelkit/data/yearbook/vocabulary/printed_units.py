"""Units as printed, and the exact factor from one to another."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

SCALES = {"": 0, "十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}
_BASES = {
    "元": "yuan", "元/人": "yuan", "人民币元": "yuan",
    "美元": "usd",
    "人": "person", "名": "person", "人次": "visit", "人年": "person-year", "人·年": "person-year",
    "人月": "person-month",
    "个": "count", "家": "count", "件": "count", "项": "count", "户": "count", "部": "count", "台": "count",
    "套": "count", "所": "count", "张": "count", "篇": "count", "种": "count", "辆": "count", "次": "count",
    "册": "count", "本": "count", "处": "count", "座": "count", "艘": "count", "架": "count", "条": "count",
    "幅": "count", "站": "count", "间": "count", "份": "count", "批": "count", "枚": "count", "只": "count",
    "株": "count", "头": "count",
    "公里": "km", "千米": "km", "米": "m",
    "吨标准煤": "tce", "吨标煤": "tce", "吨": "t",
    "千瓦小时": "kwh", "千瓦时": "kwh", "度": "kwh",
    "平方米": "m2", "平方米/人": "m2", "公顷": "ha", "平方公里": "km2", "立方米": "m3",
    "部/百人": "per-100", "%": "percent", "百分比": "percent", "‰": "permille", "百分点": "percent-point",
    "个百分点": "percent-point", "倍": "times",
    "天": "day", "日": "day", "小时": "hour", "公斤": "kg", "千克": "kg", "升": "litre", "亩": "mu",
    "千瓦": "kw", "标准箱": "teu", "重量箱": "weight-case", "吨公里": "t-km", "人公里": "person-km",
    "摄氏度": "degree", "°C": "degree", "毫米": "mm",
    "上年=100": "index-prev", "上年同期=100": "index-prev",
}  # fmt: skip
AMOUNTS = (
    "yuan",
    "usd",
    "person",
    "visit",
    "person-year",
    "person-month",
    "count",
    "t",
    "tce",
    "kwh",
    "m2",
    "m3",
    "ha",
    "km",
    "km2",
)
"""Dimensions of what is counted, weighed or paid: of these a whole is the sum of its parts."""
_ENGLISH = {
    "yuan": "元", "yuan/person": "元", "rmb": "元", "usd": "美元", "us dollars": "美元", "us$": "美元",
    "person": "人", "persons": "人", "people": "人", "man-year": "人年", "man-years": "人年", "person-year": "人年",
    "person-years": "人年", "unit": "个", "units": "个", "item": "件", "items": "件", "piece": "件", "pieces": "件",
    "km": "公里", "kilometers": "公里", "ton": "吨", "tons": "吨", "tons of sce": "吨标准煤", "tce": "吨标准煤",
    "sq.m": "平方米", "sq.m/person": "平方米", "%": "%", "percent": "%", "preceding year=100": "上年=100",
    "set/100 persons": "部/百人", "household": "户", "households": "户", "subscribers": "户", "cases": "件",
    "bed": "张", "beds": "张", "port": "个", "ports": "个", "kwh": "千瓦小时",
}  # fmt: skip
_ENGLISH_SCALES = {
    "10 000": "万", "10000": "万", "10,000": "万", "100 million": "亿", "100million": "亿", "million": "百万",
    "1 million": "百万", "1000": "千", "1 000": "千", "1,000": "千", "thousand": "千", "billion": "十亿",
    "100 000 000": "亿",
}  # fmt: skip


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> tuple[str, int] | None:
    """Return (dimension, power of ten) of a printed unit, or None where it is not known."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("\u3000")
    plain = re.sub(r"^(?:计量)?单位\s*:\s*|^unit\s*:\s*", "", plain, flags=re.I).strip()
    squeezed = re.sub(r"\s+", "", plain)
    found = _parse_chinese(squeezed)
    if found is None:
        found = _parse_english(re.sub(r"\s+", " ", plain.casefold()))
    return found


def _parse_chinese(text: str) -> tuple[str, int] | None:
    for scale in sorted(SCALES, key=len, reverse=True):
        if text.startswith(scale) and text[len(scale) :] in _BASES:
            return _BASES[text[len(scale) :]], SCALES[scale]
    if text.startswith("十亿") and text[2:] in _BASES:
        return _BASES[text[2:]], 9
    return None


def _parse_english(text: str) -> tuple[str, int] | None:
    if text in _ENGLISH:
        return _parse_chinese(_ENGLISH[text])
    for prefix in sorted(_ENGLISH_SCALES, key=len, reverse=True):
        if text.startswith(prefix + " ") and text[len(prefix) + 1 :] in _ENGLISH:
            return _parse_chinese(_ENGLISH_SCALES[prefix] + _ENGLISH[text[len(prefix) + 1 :]])
    return None


def factor(printed: str, wanted: str) -> Decimal | None:
    """Return what a printed figure is multiplied by to stand in the wanted unit; None where there is none."""
    if printed == wanted:
        return Decimal(1)
    have, want = parse_unit(printed), parse_unit(wanted)
    if have is None or want is None or have[0] != want[0]:
        return None
    return Decimal(1).scaleb(have[1] - want[1])


_BETWEEN = re.compile(r"[,，、;；/.．·和及\s]+")


def listed_units(text: str) -> tuple[str, ...]:
    """Return the units of a line that names several that differ, as `个,亿元`; nothing where it names one or none."""
    if parse_unit(text) is not None:
        return ()
    pieces = [piece for piece in _BETWEEN.split(text.strip()) if piece]
    found = {parse_unit(piece): piece for piece in reversed(pieces)}
    return tuple(reversed(found.values())) if len(found) > 1 and None not in found else ()


def same_unit(one: str, other: str) -> bool:
    """Return whether two units say the same, in whatever spelling."""
    return factor(one, other) == 1


_TRAILING = re.compile(r"^(.*?)\s*[(（\[【]\s*([^()（）\[\]【】]+?)\s*[)）\]】]\s*$", re.S)


def split_unit(text: str) -> tuple[str, str]:
    """Return (name, unit) of a label like `地区生产总值 (亿元)`; an index base stays in the name too."""
    match = _TRAILING.match(text.strip())
    if not match:
        return text.strip(), ""
    name, inside = match.group(1).strip(), match.group(2).strip()
    unit = parse_unit(inside)
    if unit is None:
        return text.strip(), ""
    if unit[0] == "index-prev":
        return text.strip(), "上年=100"
    return name, inside


_BEHIND = re.compile(
    r"(.*?[\u3400-\u9fff)）])\s*(?:单\s*位\s*[:：]\s*|[/／,，、:：【\[〔《\s]\s*(?:单\s*位\s*[:：]\s*)?)"
    r"([^\s/／,，、:：【】\[\]〔〕《》()（）]+)\s*[】\]〕》]?",
    re.S,
)
_PERCENT = re.compile(r"(.*[\u3400-\u9fff])\s*/?\s*[%％]", re.S)
_AMONG = re.compile(r"[,，;；、]\s*")


def is_plain_unit(text: str) -> bool:
    """Return whether a text is a unit that is no word as well: 亿元, 万人, 件, but not 人 or 部."""
    return parse_unit(text) is not None and (len(text) > 1 or text in "元件个%％")


def unit_behind(label: str) -> tuple[str, str]:
    """Return (name, unit) of a label that names its unit without brackets, or in them among other words.

    So are 产量/万吨, 比重%, 产值，亿元, 产值【亿元】 and 产值（亿元，当年价）, where the other words stay in the name.
    """
    percent = _PERCENT.fullmatch(label.strip())
    if percent:
        return percent.group(1), "%"
    loose = _BEHIND.fullmatch(label.strip())
    if loose and is_plain_unit(loose.group(2)):
        return loose.group(1).strip(), loose.group(2)
    inside = _TRAILING.match(label.strip())
    pieces = _AMONG.split(inside.group(2)) if inside else []
    units = [piece for piece in pieces if parse_unit(piece.strip())]
    if inside is None or len(units) != 1 or len(pieces) < 2:
        return label, ""
    rest = "，".join(piece for piece in pieces if piece != units[0])
    return f"{inside.group(1)}（{rest}）", units[0].strip()
