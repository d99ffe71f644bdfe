"""How a true table is printed: digits, brackets, stars, language, signs, and the strings that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor, log10

import numpy as np

from benchmarks.synthetic.true import Number, TrueTable, choice

Place = tuple[int, int, str]
"""Line, column, part: "number", "stars", "bracket", "low", "high", or "se", "t", "p" in columns of their own."""
LEVELS = ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001))
ENDED = ("threshold", "thresholds", "mediation words")
"""Kinds with an interval beside the estimates that have one."""
HABITS = (
    "digits cut off",
    "significant digits",
    "p < 0.001",
    "stars of 500 resamples",
    "8 to 11 units",
    "Driscoll-Kraay",
)
FORMS = ("csv", "tabs", "text", "markdown", "tex", "html")


@dataclass(frozen=True)
class Style:
    """A style of print.

    `bracket` is what stands in brackets below an estimate or beside it; `said` whether the note says so and
    `levels_said` whether it says the levels; `facts_said` whether it states provinces and years. `habit` is one of
    `HABITS` that an audit has to bear with, or none.
    """

    language: int
    digits: int
    bracket: str
    below: bool
    levels: tuple[float, ...]
    said: bool
    levels_said: bool
    facts_said: bool
    form: str
    shape: str
    minus: str
    star: str
    bare_zero: bool
    habit: str = ""


def style(rng: np.random.Generator, form: str | None = None) -> Style:
    """Return a random style."""
    return Style(
        language=int(rng.integers(2)),
        digits=int(rng.choice([2, 3, 3, 3, 4, 4])),
        bracket=str(rng.choice(["se", "se", "t", "p"])),
        below=bool(rng.random() < 0.6),
        levels=LEVELS[int(rng.random() < 0.25)],
        said=bool(rng.random() < 0.7),
        levels_said=bool(rng.random() < 0.7),
        facts_said=bool(rng.random() < 0.5),
        form=form or choice(rng, FORMS),
        shape=choice(rng, ("()", "()", "[]")),
        minus=choice(rng, ("-", "-", "−", "–")),
        star=choice(rng, ("*", "*", "*", "∗")),
        bare_zero=bool(rng.random() < 0.08),
    )


@dataclass(frozen=True)
class Printout:
    """A table as strings by place, before it is laid out."""

    true: TrueTable
    style: Style
    pieces: Mapping[Place, str]

    def with_piece(self, place: Place, text: str) -> Printout:
        return replace(self, pieces={**self.pieces, place: text})

    def stars_of(self, line: int, column: int) -> str:
        return self.pieces.get((line, column, "stars"), "")


def number_text(value: float, digits: int, style: Style) -> str:
    """Return a number as printed."""
    if style.habit == "significant digits" and digits == style.digits and value:
        digits = max(0, digits - 1 - floor(log10(abs(value))))
    size = abs(value)
    if style.habit == "digits cut off":
        size = floor(size * 10.0**digits + 1e-9) / 10.0**digits
    text = f"{size:.{digits}f}"
    if style.bare_zero and text.startswith("0."):
        text = text[1:]
    return (style.minus if value < 0.0 else "") + text


def p_text(p: float, digits: int, style: Style) -> str:
    """Return a p-value as printed."""
    if style.habit == "p < 0.001" and p < 0.5 * 10.0**-digits:
        return f"<{10.0**-digits:.{digits}f}"
    return number_text(p, digits, replace(style, habit=""))


def print_out(true: TrueTable, style: Style) -> Printout:
    """Return the strings of a table in a style."""
    pieces: dict[Place, str] = {}
    for row, line in enumerate(true.lines):
        for column, number in enumerate(line.numbers):
            if number is None:
                continue
            digits = style.digits if number.digits is None else number.digits
            pieces[row, column, "number"] = number_text(number.value, digits, style)
            for part, text in _beside(true, number, style).items():
                pieces[row, column, part] = text
    return Printout(true, style, pieces)


def _beside(true: TrueTable, number: Number, style: Style) -> dict[str, str]:
    """Return stars, brackets and ends of an estimate or a test."""
    out: dict[str, str] = {}
    if number.p is not None and number.starred:
        out["stars"] = style.star * sum(number.p < level for level in style.levels)
    beside = true.kind == "one fit" or (true.kind in ENDED and number.se is None)
    if number.low is not None and number.high is not None and beside:
        out["low"] = number_text(number.low, style.digits, style)
        out["high"] = number_text(number.high, style.digits, style)
    if number.se is not None and true.kind == "one fit":
        out["se"] = number_text(number.se, style.digits, style)
        out["t"] = number_text(number.value / number.se, max(2, style.digits - 1), style)
        out["p"] = p_text(number.p or 0.0, 3, style)
    elif number.se is not None and number.p is not None:
        out["bracket"] = {
            "se": number_text(number.se, style.digits, style),
            "t": number_text(number.value / number.se, 2, style),
            "p": p_text(number.p, max(3, style.digits), style),
        }[style.bracket]
    elif number.p is not None and not number.bare and "low" not in out:
        out["bracket"] = p_text(number.p, 3, style)
    return out


def note_of(printout: Printout) -> str:
    """Return the note under a table: brackets, stars, sample, as far as the style says them."""
    style, true = printout.style, printout.true
    zh = style.language == 1
    said: list[str] = []
    starred = any(text for place, text in printout.pieces.items() if place[2] == "stars")
    if true.brackets and style.said and true.kind not in ("one fit",):
        said.append(_brackets_said(true, style, zh))
    if starred and style.levels_said:
        pairs = list(zip(("***", "**", "*"), reversed(style.levels), strict=True))
        if zh:
            said.append(
                "、".join(m for m, _ in pairs)
                + "分别表示在"
                + "、".join(f"{100 * level:g}%" for _, level in pairs)
                + "水平上显著"
            )
        else:
            said.append(", ".join(f"{mark} p<{level:g}" for mark, level in pairs))
    if style.facts_said and "provinces" in true.facts:
        n, t = true.facts["provinces"], true.facts["years"]
        said.append(f"样本为{n}个省份2006—{2005 + t}年" if zh else f"Sample: {n} provinces, 2006-{2005 + t}")
    if true.note[zh]:
        said.append(true.note[zh])
    if true.facts.get("simulated") and style.facts_said:
        said.append("效应由500次模拟得到" if zh else "Effects are means over 500 simulations")
    if not said:
        return ""
    return ("注：" + "；".join(said) + "。") if zh else "Notes: " + ". ".join(said) + "."


def _brackets_said(true: TrueTable, style: Style, zh: bool) -> str:
    if true.kind == "tests":
        return "括号内为P值" if zh else "p-values in parentheses"
    return {
        "se": ("standard errors in parentheses", "括号内为标准误"),
        "t": ("t statistics in parentheses", "括号内为t值"),
        "p": ("p-values in parentheses", "括号内为P值"),
    }[style.bracket][zh]
