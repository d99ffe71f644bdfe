"""What titles and notes state of a table, in Chinese and English, as facts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from panelkit.audit.entries import BracketMeaning, Facts, Meaning
from panelkit.audit.glyphs import plain
from panelkit.audit.layout.note_brackets import brackets_in
from panelkit.audit.legends import read_legend

_UNITS_ZH = r"(?:省|省份|省市|省区|省级|省域|地区|城市|地级|市|县|企业|国家|直辖|上市公司|样本省)"
_UNITS = (
    re.compile(rf"(?<![\d.%-])(\d{{1,4}})\s*个?\s*{_UNITS_ZH}"),
    re.compile(
        r"(?<![\d.%-])(\d{1,4})\s+(?:(?:chinese|mainland|prefecture-level|provincial|sample)\s+)*"
        r"(?:provinces?|provincial|cities|regions|prefectures|counties|countries|firms)",
        re.I,
    ),
    re.compile(r"number of (?:provinces|cities|groups|firms)\s*(?:=|:|is)\s*(\d{1,4})", re.I),
)
_YEARS = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*年?\s*(?:[-—–~～至到]{1,2}|to|through|and)\s*((?:19|20)\d\d)(?!\d)", re.I
)
_PRODUCT = re.compile(r"(?<![\d.])(\d{1,4})\s*[×xX*]\s*(\d{1,3})(?![\d.%])")
_COUNTS = {"一": 1, "1": 1, "one": 1, "二": 2, "两": 2, "2": 2, "two": 2, "三": 3, "3": 3, "three": 3}
_LAGS = (
    re.compile(r"滞后\s*([一二两三123])\s*(?:期|年|阶)"),
    re.compile(r"lagged\s+(?:by\s+)?(one|two|three|[123])[\s-]+(?:period|year)", re.I),
    re.compile(r"\b(one|two|three|[123])[\s-]+(?:period|year)[\s-]+lag", re.I),
)
_DRAWS = (
    re.compile(
        r"(?:bootstrap|抽样|模拟|自助|自抽样|重复|迭代|monte ?carlo)\D{0,12}?(\d{2,3}(?:,\d{3})|\d{2,5})\s*次",
        re.I,
    ),
    re.compile(
        r"(\d{1,3}(?:,\d{3})+|\d{2,5})\s*次\D{0,8}?(?:bootstrap|抽样|模拟|自助|自抽样|重复|迭代)", re.I
    ),
    re.compile(
        r"(\d{1,3}(?:,\d{3})+|\d{2,5})\s+(?:(?:bootstrap(?:ped)?|monte carlo|mcmc|random|simulation|parameter)\s+)*"
        r"(?:draws|replications|repetitions|simulations|samples|resamples|iterations|times)",
        re.I,
    ),
    re.compile(r"(?:bootstrap|simulat\w+|draws)\D{0,12}?(\d{1,3}(?:,\d{3})+|\d{3,5})(?:\s+times)?\b", re.I),
)
_ROW = r"(?:行(?:标准化|随机|归一化|和为\s*1)|row[\s-]?(?:standardi[sz]|normali[sz]|stochastic)\w*)"
_NOT_ROW = re.compile(rf"(?:未|没有|不|无需|not|without|non)[\s-]*(?:经过?|进行|作|做|been)?\s*{_ROW}", re.I)
_CLUSTERED = re.compile(r"聚类|cluster", re.I)
_CLUSTERS = re.compile(r"(\d{1,4})\s*(?:个\s*(?:聚类|类)|clusters)", re.I)
_PROVINCIAL = re.compile(
    r"聚类.{0,8}(?:省|城市|地区|个体|市)|(?:省|城市|地区|个体|市).{0,8}聚类|cluster\w*\s+(?:\w+\s+){0,4}(?:provinc|cit|region|unit|individual)",
    re.I,
)
_TEST_NAMES = (
    ("ar1", r"AR\s*\(?1\)?"), ("ar2", r"AR\s*\(?2\)?"), ("hansen", r"Hansen"), ("sargan", r"Sargan"),
    ("hausman", r"Hausman|豪斯曼"),
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What title and notes say: facts, what each shape of bracket holds, the tests of which p-values are printed."""

    facts: Facts = field(default_factory=Facts)
    shapes: dict[str, Meaning] = field(default_factory=dict)
    tests: frozenset[str] = frozenset()


def said_of(texts: Iterable[str]) -> Said:
    """Return what texts state; what they state in two ways is not stated."""
    lines = [plain(text) for text in texts if text.strip()]
    whole = "\n".join(lines)
    shapes = brackets_in(lines)
    meanings = set(shapes.values())
    one = next(iter(meanings)) if len(meanings) == 1 else None
    units, years = _panel(lines)
    stated: dict[str, Any] = {
        "provinces": units,
        "years": years,
        "lags": _lags(whole),
        "clusters": _clusters(whole, units),
        "row_standardised": _row_standardised(whole),
        "simulated": _simulated(whole),
        "draws": _only(int(found[1].replace(",", "")) for way in _DRAWS for found in way.finditer(whole)),
        "star_levels": _star_levels(lines),
        "brackets": _meaning(one),
        "one_sided": _one_sided(whole),
        "bootstrap": True if re.search(r"bootstrap|自助法|自抽样|自举", whole, re.I) else None,
        "normal": True if "z" in meanings else None,
    }
    return Said(Facts(**stated), dict(shapes) if len(meanings) > 1 else {}, _tests_with_p(lines))


def _meaning(said: Meaning | None) -> BracketMeaning | None:
    return said if said in ("se", "t", "z", "p") else None


def _only(values: Iterable[int]) -> int | None:
    """Return the value on which all agree, None where there is none or several."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _panel(lines: Sequence[str]) -> tuple[int | None, int | None]:
    """Return units and years: "31×8" states both, else the numbers of provinces and the span of years."""
    whole = "\n".join(lines)
    whole = re.sub(r"(?:其中|of which|including)[^;;。\n]*", "", whole)
    products = [(int(found[1]), int(found[2])) for found in _PRODUCT.finditer(whole)]
    units = _only(int(found[1]) for way in _UNITS for found in way.finditer(whole) if int(found[1]) > 1)
    spans = [int(found[2]) - int(found[1]) + 1 for found in _YEARS.finditer(whole)]
    years = _only(span for span in spans if span > 1)
    if len(set(products)) == 1:
        across, along = products[0]
        units, years = units or across, years or along
    return units, years


def _lags(whole: str) -> int | None:
    return _only(_COUNTS[found[1].lower()] for way in _LAGS for found in way.finditer(whole))


def _clusters(whole: str, units: int | None) -> int | None:
    """Return the number of clusters: said outright, or units where errors are clustered by unit."""
    if not _CLUSTERED.search(whole):
        return None
    said = _only(int(found[1]) for found in _CLUSTERS.finditer(whole))
    return said or (units if _PROVINCIAL.search(whole) else None)


def _simulated(whole: str) -> bool | None:
    """Return whether effects are means over simulations; False where the delta method or exact sums are named."""
    if re.search(r"模拟|simulat|monte ?carlo", whole, re.I):
        return True
    exact = re.search(
        r"impact measures \([^)]*(?:exact|trace)\)|delta[- ]?method|delta\s*(?:方法|法)", whole, re.I
    )
    return False if exact else None


def _row_standardised(whole: str) -> bool | None:
    if _NOT_ROW.search(whole):
        return False
    return True if re.search(_ROW, whole, re.I) else None


def _one_sided(whole: str) -> bool | None:
    if re.search(r"单侧|单尾|one[\s-]?(?:sided|tailed)", whole, re.I):
        return True
    return False if re.search(r"双侧|双尾|two[\s-]?(?:sided|tailed)", whole, re.I) else None


_CONSOLE_STARS = re.compile(r"[‘'`\"]\*{1,3}[’'`\"]\s*(0?\.\d+)")
_STARS_FIRST = re.compile(
    r"(?P<stars>\*{1,3}(?:\s*[,、;/和与及]*\s*(?:and)?\s*\*{1,3})+)\D{0,80}?"
    r"(?P<levels>(?:p\s*[<≤]=?\s*)?\d*\.?\d+\s*%?(?:\s*(?:[,、;/和与及]|and)+\s*(?:p\s*[<≤]=?\s*)?\d*\.?\d+\s*%?)+)",
    re.I,
)
_LEVELS_FIRST = re.compile(
    r"(?P<levels>\d*\.?\d+\s*%?(?:\s*(?:[,、;/和与及]|and)+\s*\d*\.?\d+\s*%?)+)\D{0,60}?"
    r"(?P<stars>\*{1,3}(?:\s*[,、;/和与及]*\s*(?:and)?\s*\*{1,3})+)",
    re.I,
)


def _star_levels(lines: Sequence[str]) -> tuple[float, ...] | None:
    """Return the levels of one, two, three stars."""
    for line in lines:
        held = _CONSOLE_STARS.findall(line) if re.match(r"\s*signif", line, re.I) else []
        if len(held) == 3:
            return tuple(float(level) for level in reversed(held))
    legend = read_legend(lines)
    if legend is not None and all(set(mark) == {"*"} for mark in legend.marks):
        return legend.levels
    for way in (_STARS_FIRST, _LEVELS_FIRST):
        for line in lines:
            found = way.search(line)
            levels = _paired(found) if found else None
            if levels:
                return levels
    return legend.levels if legend is not None else None


def _paired(found: re.Match[str]) -> tuple[float, ...] | None:
    """Return levels by their stars, None where they do not pair or do not fall with more stars."""
    marks = re.findall(r"\*{1,3}", found["stars"])
    numbers = [
        float(number) / (100.0 if percent or float(number) >= 1.0 else 1.0)
        for number, percent in re.findall(r"(\d*\.?\d+)\s*(%?)", found["levels"])
    ]
    if len(marks) != len(numbers):
        return None
    ordered = [number for _, number in sorted(zip(map(len, marks), numbers, strict=True))]
    falling = all(before > after for before, after in itertools.pairwise(ordered))
    return tuple(ordered) if falling and sorted(map(len, marks)) == list(range(1, len(marks) + 1)) else None


def _tests_with_p(lines: Sequence[str]) -> frozenset[str]:
    """Return the tests of which a note says that p-values are printed."""
    found: set[str] = set()
    for line in lines:
        for sentence in re.split(r"[;;。]|\.\s", line):
            says = re.search(r"p\s*-?\s*值|p\s*-?\s*values?|伴随概率", sentence, re.I)
            if says and not re.search(r"括号|parenthes|bracket", sentence, re.I):
                found |= {role for role, name in _TEST_NAMES if re.search(name, sentence, re.I)}
    return frozenset(found)
