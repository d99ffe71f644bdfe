"""What a table calls a term: its label, or that of its columns inside lags, logarithms, squares and interactions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from panelkit.language.message import Language, Message, message
from panelkit.show.words import term_word

_REGIME = re.compile(r"(.+):(regime[1-4])", re.DOTALL)
_TIMES = " × "
_INSIDE = re.compile(r"^I\((.*)\)$")
_CALL = re.compile(r"^([a-z]\w*)\((.*)\)$", re.DOTALL)
_SQUARE = re.compile(r"^I\((.*?)\s*(?:\^|\*\*)\s*2\)$")
_LEVEL = re.compile(r"^C\(([^,()]+)(?:,[^()]*)?\)\[(.*)\]$")


def term_label(equation: str, term: str, labels: Mapping[str, str], language: Language) -> str:
    """Return what is printed for a term of an equation: its label, one made of its parts, or its own name."""
    held = _label(f"{equation}:{term}", labels) or _label(term, labels)
    if held:
        return held
    regime = None if isinstance(term, Message) else _REGIME.fullmatch(term)
    if regime is not None:
        inside = term_label("", regime.group(1), labels, language)
        return term_word(f"{inside}:{regime.group(2)}", language)
    spatial = term.removeprefix("W*")
    if spatial != term:
        lagged = part_label(spatial, labels, language)
        return term if lagged is None else f"W{_TIMES}{lagged}"
    parts = split_outside(term, ":")
    named = [part_label(part, labels, language) for part in parts]
    if any(name is not None for name in named):
        return _TIMES.join(part if name is None else name for part, name in zip(parts, named, strict=True))
    return term_word(term, language, equation)


def split_outside(text: str, mark: str) -> list[str]:
    """Return the pieces of a text between marks, those inside brackets left alone."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([") - (char in ")]")
        if char == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _label(term: str, labels: Mapping[str, str]) -> str | None:
    """Return the label of a term, however blanks stand in either; of what I() holds, its own."""
    held = labels.get(term) or labels.get(re.sub(r"\s+", "", term))
    inside = _INSIDE.fullmatch(term)
    return held or (None if inside is None else _label(inside.group(1), labels))


def part_label(term: str, labels: Mapping[str, str], language: Language) -> str | None:
    """Return the label of a term, or one that says what was done to a labelled column; None where there is none."""
    held = _label(term, labels)
    if held is not None:
        return held
    square, level, call = _SQUARE.fullmatch(term), _LEVEL.fullmatch(term), _CALL.fullmatch(term)
    if square is not None:
        inside = part_label(square.group(1), labels, language)
        return None if inside is None else message("{name} squared", name=inside).text(language)
    if level is not None:
        name = _label(level.group(1).strip(), labels)
        return None if name is None else _of_level(name, level.group(2))
    if call is None:
        return None
    first, *rest = [piece.strip() for piece in split_outside(call.group(2), ",")]
    inside = part_label(first, labels, language)
    said = None if inside is None else _done(call.group(1), inside, rest)
    return None if said is None else said.text(language)


def _of_level(name: str, level: str) -> str:
    """Return a level by its own name, one that is a number with its column before it."""
    return f"{name}={level}" if re.fullmatch(r"[-+.\d]+", level) else level


def _done(function: str, name: str, rest: list[str]) -> Message | None:
    """Return a sentence on a function of a labelled column, or None where the formula says it best."""
    step = int(rest[0]) if len(rest) == 1 and rest[0].isdecimal() else 1 if not rest else None
    if function in ("lag", "lead", "diff") and step is not None:
        return {
            "lag": message("{name} (lag {step})", name=name, step=step),
            "lead": message("{name} (lead {step})", name=name, step=step),
            "diff": message("change in {name} ({step})", name=name, step=step)
            if step > 1
            else message("change in {name}", name=name),
        }[function]
    if function == "winsorize":
        return message("{name} (winsorised)", name=name)
    if rest:
        return None
    return {
        "log": message("log {name}", name=name),
        "standardize": message("{name} (standardised)", name=name),
        "scale": message("{name} (standardised)", name=name),
        "center": message("{name} (centred)", name=name),
    }.get(function)
