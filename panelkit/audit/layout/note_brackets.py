"""What notes say that brackets hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from panelkit.audit.entries import Meaning

_KINDS: tuple[tuple[Meaning, str], ...] = (
    ("se", r"标准误差?|标准差|standard\s+errors?|std\.?\s*err(?:or)?s?\.?|\bs\.?e\.?s?\b"),
    (
        "t",
        r"\bt\s*(?:[-–]\s*)?(?:统计量|统计值|检验值|检验|值|stat\w*|values?|ratios?)|t值|\bt(?=$|[,;。.)\s])",
    ),
    (
        "z",
        r"\bz\s*(?:[-–]\s*)?(?:统计量|统计值|检验值|检验|值|stat\w*|values?|scores?)|z值|\bz(?=$|[,;。.)\s])",
    ),
    ("p", r"\bp\s*(?:[-–]\s*)?(?:统计量|值|values?)|p值|伴随概率|probabilit\w+"),
)
_ANY = "|".join(f"(?P<{kind}{{0}}>{words})" for kind, words in _KINDS)
_SQUARE = r"方括号|中括号|square\s+brackets?|\[\s*\]"
_ROUND = r"圆括号|小括号|parenthes[ie]s|round\s+brackets?|\(\s*\)"
_CURLY = r"大括号|花括号|curly\s+brackets?|braces|\{\s*\}"
_PLAIN = r"括号|括弧|brackets?"
_PLACE = rf"(?:(?P<square>{_SQUARE})|(?P<round>{_ROUND})|(?P<curly>{_CURLY})|(?P<plain>{_PLAIN}))"
_PLACE_FIRST = re.compile(rf"{_PLACE}(?P<between>[^;;。()\[\]{{}}\n]{{0,40}}?)(?:{_ANY.format('')})", re.I)
_KIND_FIRST = re.compile(
    rf"(?:{_ANY.format('')})(?P<between>(?:(?!(?:标准误|standard error|括号))"
    rf"[^;;。\n]){{0,50}}?)(?:in|在|within|inside|于|置于|以)\s*(?:the\s+)?{_PLACE}",
    re.I,
)
_SIGNS = {"square": "[", "round": "(", "curly": "{", "plain": "("}


def brackets_in(lines: Iterable[str]) -> dict[str, Meaning]:
    """Return what each sign that opens a bracket holds, by notes; nothing where notes contradict one another."""
    found: dict[str, set[Meaning]] = {}
    for line in lines:
        for way in (_KIND_FIRST, _PLACE_FIRST):
            told = [(_sign(one), _kind(one)) for one in way.finditer(line)]
            for sign, kind in told:
                found.setdefault(sign, set()).add(kind)
            if told:
                break
    return {sign: next(iter(kinds)) for sign, kinds in found.items() if len(kinds) == 1}


def _sign(found: re.Match[str]) -> str:
    return next(sign for name, sign in _SIGNS.items() if found[name])


def _kind(found: re.Match[str]) -> Meaning:
    return next(kind for kind, _ in _KINDS if found[kind])
