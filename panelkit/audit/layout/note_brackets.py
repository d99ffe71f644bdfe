"""What notes say that brackets hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from panelkit.audit.entries import Meaning

_KINDS: tuple[tuple[Meaning, str], ...] = (
    ("se", r"标准误差?|标准差|standard\s+errors?|std\.?\s*err(?:or)?s?\.?|(?<![a-z])s\.?e\.?s?(?![a-z])"),
    ("t", r"(?<![a-z])t(?![a-z])"),
    ("z", r"(?<![a-z])z(?![a-z])"),
    ("p", r"(?<![a-z])p(?![a-z<>≤])(?!\s*[<>≤])|伴随概率|probabilit\w+"),
)
_KIND = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS), re.I)
_PLACE = re.compile(
    r"(?P<square>方括号|中括号|square\s+brackets?|\[\s*\])|(?P<round>圆括号|小括号|parenthes[ie]s|round\s+brackets?|\(\s*\))"
    r"|(?P<curly>大括号|花括号|curly\s+brackets?|braces|\{\s*\})|(?P<plain>括号|括弧|brackets?)",
    re.I,
)
_CLAUSES = re.compile(r"[;;。,、\n]|\band\b|\bwhile\b|\.\s+(?=[A-Z])")
_SENTENCES = re.compile(r"[;;。\n]|\.\s+(?=[A-Z])")
_TESTS = re.compile(r"(?<![a-z])AR\s*\(|hansen|sargan|hausman|检验的|tests?\b|(?<![a-z])LM(?![a-z])", re.I)
_SIGNS = {"square": "[", "round": "(", "curly": "{"}


def brackets_in(lines: Iterable[str]) -> dict[str, Meaning]:
    """Return what each sign that opens a bracket holds, by notes; nothing where notes contradict one another."""
    found: dict[str, set[Meaning]] = {}
    for line in lines:
        said = list(_told(line, _CLAUSES)) or list(_told(line, _SENTENCES))
        for sign, kind in said:
            found.setdefault(sign, set()).add(kind)
    return {sign: next(iter(kinds)) for sign, kinds in found.items() if len(kinds) == 1}


def _told(line: str, between: re.Pattern[str]) -> Iterator[tuple[str, Meaning]]:
    """Yield sign and meaning of every stretch of a line that names one kind of bracket and one meaning."""
    rounded = any(one["round"] for one in _PLACE.finditer(line))
    for stretch in between.split(line):
        places = {"[" if one["plain"] and rounded else _sign(one) for one in _PLACE.finditer(stretch)}
        kinds = {kind for one in _KIND.finditer(stretch) for kind, _ in _KINDS if one[kind]}
        if len(places) == len(kinds) == 1 and not _TESTS.search(stretch):
            yield places.pop(), kinds.pop()


def _sign(found: re.Match[str]) -> str:
    return next((sign for name, sign in _SIGNS.items() if found[name]), "(")
