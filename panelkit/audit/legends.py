"""What marks of significance mean: stars, letters, daggers and plus signs, by the notes of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from panelkit.audit.glyphs import figures, plain

_MARK = r"(?P<mark>\*{1,4}|[†‡§+#]|(?<![A-Za-z])[a-e](?![A-Za-z]))"
_ONE = re.compile(
    rf"{_MARK}\s*[:：=]?\s*(?:(?:denotes?|indicates?|means?|signifies|significant at|表示|代表|为)\s*)?"
    r"(?:(?:p|P|prob\.?)\s*[<≤]=?\s*(?P<p>0?\.[0-9]+)|(?P<percent>[0-9]+(?:\.[0-9]+)?)\s*%)"
)
_BETWEEN = r"\s*(?:[,;/、]|\band\b|和|与|及)+\s*(?:and\s+)?"
_SEVERAL = re.compile(
    rf"(?P<marks>(?:\*{{1,4}}|[†‡§+#]|(?<![A-Za-z])[a-e](?![A-Za-z]))(?:{_BETWEEN}(?:\*{{1,4}}|[†‡§+#]|[a-e](?![A-Za-z])))+)"
    r"[^0-9*†‡§%]{0,80}?"
    rf"(?P<levels>(?:0?\.[0-9]+|[0-9]+(?:\.[0-9]+)?\s*%)(?:{_BETWEEN}(?:0?\.[0-9]+|[0-9]+(?:\.[0-9]+)?\s*%))+)"
)

_LONGEST = 4_000


@dataclass(frozen=True)
class Legend:
    """The marks of a table with the level of each, the weakest first: one star is the first mark.

    `levels` are those of one, two, three marks; `marks` what is printed for them ("*", "**"; "c", "b", "a").
    """

    marks: tuple[str, ...]
    levels: tuple[float, ...]

    def stars(self, mark: str) -> int | None:
        """Return how many stars a mark stands for, None where the legend does not hold it."""
        return self.marks.index(mark) + 1 if mark in self.marks else None


USUAL_WITH_PLUS = (0.1, 0.05, 0.01, 0.001)
"""Levels of +, *, **, *** where no note says them."""


def read_legend(notes: Iterable[str], cells: Iterable[str] = ()) -> Legend | None:
    """Return the legend that notes state; None where they state none and the cells need none.

    Cells with "+" or "†" beside stars and without a note are read by the custom of programs: + for 10 %, * for 5 %.
    """
    stated: dict[str, float] = {}
    for note in notes:
        said = plain(note[:_LONGEST])
        for found in _SEVERAL.finditer(said):
            stated |= _paired(found)
        for found in _ONE.finditer(said):
            level = float(found["p"]) if found["p"] else float(found["percent"]) / 100.0
            stated.setdefault(found["mark"], level)
    stated = {mark: level for mark, level in stated.items() if 0.0 < level < 1.0}
    if stated and len(set(stated.values())) == len(stated) and _whole(stated):
        ordered = sorted(stated, key=lambda mark: -stated[mark])
        return Legend(tuple(ordered), tuple(stated[mark] for mark in ordered))
    marks = {mark for cell in cells for mark in figures(cell)[1]} & {"+", "†"}
    return Legend((min(marks), "*", "**", "***"), USUAL_WITH_PLUS) if len(marks) == 1 and not stated else None


def _whole(stated: Iterable[str]) -> bool:
    """Return whether one star has a level where two have, and two where three have."""
    stars = sorted(len(mark) for mark in stated if mark.startswith("*"))
    return stars == list(range(1, len(stars) + 1))


def _paired(found: re.Match[str]) -> dict[str, float]:
    """Return marks with levels where there are as many of the one as of the other."""
    marks = re.findall(r"\*{1,4}|[†‡§+#]|(?<![A-Za-z])[a-e](?![A-Za-z])", found["marks"])
    levels = [
        float(number) / (100.0 if percent else 1.0)
        for number, percent in re.findall(r"([0-9]*\.?[0-9]+)\s*(%?)", found["levels"])
    ]
    return dict(zip(marks, levels, strict=True)) if len(marks) == len(levels) else {}
