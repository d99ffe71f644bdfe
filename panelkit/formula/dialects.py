"""What other programs write in a formula, and what says the same here: Stata, R (fixest, plm), linearmodels, patsy."""

from __future__ import annotations

import re

from panelkit.formula.tree import FUNCTIONS
from panelkit.language.message import Message, message, sentences, verbatim

_NAME = r"[^\W\d]\w*"
_PREFIX = r"(?:c|o|ibn|i?b\d+|ib|ib\([^()]*\)|i\d*|i\([^()]*\)|\d+)"
_OPERAND = rf"(?:{_PREFIX}\.)?(?:c?[LFDSlfds]\d*\.)?{_NAME}"
_CHAIN = re.compile(rf"(?<![\w.`]){_OPERAND}(?:\s*##?\s*{_OPERAND})+")
_FACTOR = re.compile(rf"(?<![\w.`])({_PREFIX})\.({_NAME})")
_STEP = re.compile(rf"(?<![\w.`])([LFDSlfds])(\d*)\.({_NAME})")
_MIXED = re.compile(rf"(?<![\w.`])((?:[LFDSlfds]\d*){{2,}})\.({_NAME})")
_STEPS = re.compile(rf"(?<![\w.`])[Ll]\((\d+)/(\d+)\)\.({_NAME})")
_AS_FACTOR = re.compile(rf"(?<![\w.`])(?:as|is)\.(?:factor|character|ordered)\s*\(\s*({_NAME})\s*\)")
_MODULE = re.compile(rf"(?<![\w.`])(np|numpy|math|scipy|pd)\.({_NAME})")
_LONGEST = 3

EFFECTS_WORDS = frozenset({"EntityEffects", "TimeEffects", "FixedEffects", "OtherEffects"})
_EFFECTS = message(
    'unit and {period} effects are the option `effects="twoway"` of the model (command line: --effects twoway)'
)
_SWEPT = message(
    "beside unit and {period} effects it is swept out; a `base=` in one of them shows coefficients"
)
_FUNCTIONS = {
    "ln": "log",
    "factor": "C",
    "i": "C",
    "l": "lag",
    "L": "lag",
    "Lag": "lag",
    "shift": "lag",
    "f": "lead",
    "F": "lead",
    "Lead": "lead",
    "d": "diff",
    "D": "diff",
    "Diff": "diff",
    "demean": "center",
    "zscore": "standardize",
    "std": "standardize",
    "winsor": "winsorize",
    "winsor2": "winsorize",
    "ns": "bs",
    "cr": "bs",
    "ihs": "asinh",
}
_LEAVE = message("leave it out: rows with a missing cell of the model leave of themselves")
_CONDITIONS = {
    "inlist": message(
        "write `x in ['北京', '上海']` or `x in [1, 2]`, and `x not in [...]` for its opposite"
    ),
    "inrange": message("write `1 <= x <= 5`"),
    "missing": _LEAVE,
    "mi": _LEAVE,
}


def foreign_piece(text: str, at: int) -> tuple[Message, Message] | None:
    """Return what was seen at a place and what to write instead, where another program's words stand there."""
    char = text[at]
    if char == "|":
        remedy = message(
            "{effects}, and instruments stand in brackets of their own model, `y ~ z + [x ~ w]`",
            effects=_EFFECTS,
        )
        return verbatim("`|`"), remedy
    for pattern, translated in (
        (_AS_FACTOR, lambda match: _write(f"C({match[1]})")),
        (_CHAIN, _crossed),
        (_STEPS, _several),
        (_STEP, _stepped),
        (_MIXED, _composed),
        (_FACTOR, _category),
        (_MODULE, _function),
    ):
        found = next((match for match in pattern.finditer(text) if match.start() <= at < match.end()), None)
        if found is not None:
            return verbatim(f"`{found.group()}`"), translated(found)
    return _unit_in_a_name(text, at)


def foreign_function(name: str, text: str, at: int) -> Message | None:
    """Return a hint on a function that formulas do not have, or None."""
    several = _STEPS.match(text, at)
    if several is not None:
        return _several(several)
    if name == "Q":
        return message("a column name with blanks goes in backticks")
    if name in _CONDITIONS:
        return _CONDITIONS[name]
    if name in _FUNCTIONS:
        return _write(f"{_FUNCTIONS[name]}(...)")
    whole = re.match(rf"{_NAME}\s*\([^()`~+:,]*\)", text[at:])
    if whole is not None and not whole.group().isascii():
        return message("a column of that name goes in backticks, `` `{name}` ``", name=whole.group())
    return None


def effects_hint(name: str) -> Message | None:
    """Return what to write for a word of linearmodels that a formula names as if it were a column, or None."""
    return _EFFECTS if name in EFFECTS_WORDS else None


def _write(formula: str) -> Message:
    return message("write `{formula}`", formula=formula)


def _crossed(match: re.Match[str]) -> Message:
    pieces = re.split(r"\s*(##?)\s*(?![^()]*\))", match.group())
    operands = [_operand(piece) for piece in pieces[::2]]
    formula = _product(operands, whole="##" in pieces[1::2])
    if any("." not in piece for piece in pieces[::2]):
        said = message(
            "write `{formula}` (`:` for the product alone, `*` for both and their product, with `C(x)` for a column "
            "of categories)",
            formula=formula,
        )
    elif len(set(operands)) < len(operands):
        said = _write(formula)
    else:
        said = message(
            "write `{formula}` (`:` for the product alone, `*` for both and their product)", formula=formula
        )
    more = [_SWEPT] if all(each.startswith("C(") and "base" not in each for each in operands) else []
    return sentences([said, *more, *_of_levels(pieces[::2])])


def _product(operands: list[str], *, whole: bool) -> str:
    """Return the product of operands; one that stands several times is a power: `c.x##c.x` is `x + I(x^2)`."""
    times = {operand: operands.count(operand) for operand in operands}
    powers = [
        [operand if k == 1 else f"I({operand}^{k})" for k in range(1 if whole else count, count + 1)]
        for operand, count in times.items()
    ]
    if len(powers) == 1:
        return " + ".join(powers[0])
    joined = [each[0] if len(each) == 1 else f"({' + '.join(each)})" for each in powers]
    return ("*" if whole else ":").join(joined)


def _operand(text: str) -> str:
    """Return an operand of Stata in our spelling: `ib2013.year` is `C(year, base=2013)`, `cL2.x` is `lag(x, 2)`."""
    *prefixes, name = text.split(".")
    step = next((each for each in prefixes if re.fullmatch(r"c?[LFDSlfds]\d*", each)), None)
    if step is not None:
        return _shift(step.removeprefix("c"), name)
    prefix = prefixes[0] if prefixes else "c"
    if prefix in ("c", "o"):
        return name
    base = re.fullmatch(r"i?b(\d+)", prefix)
    return f"C({name})" if base is None else f"C({name}, base={base[1]})"


def _of_levels(operands: list[str]) -> list[Message]:
    """Return what to do about a base or levels that Stata picks by a rule of its own, where an operand does so."""
    prefixes = [operand.split(".")[0] for operand in operands if "." in operand]
    said = []
    if any(re.fullmatch(r"ib\((?!first).*\)", prefix) for prefix in prefixes):
        said.append(message("name the base level, `C(x, base=...)`: without it the base is the first"))
    if any(re.fullmatch(r"i?\d+|i\(.*\)", prefix) for prefix in prefixes):
        said.append(message("all levels enter; for some of them make a column of 0 and 1 of your own"))
    return said


def _category(match: re.Match[str]) -> Message:
    if match[1] in ("c", "o"):
        return message("write the column alone, `{name}`; products are `x:z`", name=match[2])
    return sentences([_write(_operand(match.group())), *_of_levels([match.group()]), _EFFECTS])


def _stepped(match: re.Match[str]) -> Message:
    return _write(_shift(match[1] + match[2], _called(match, 3)))


def _composed(match: re.Match[str]) -> Message:
    return _write(_shift(match[1], _called(match, 2)))


def _called(match: re.Match[str], at: int) -> str:
    """Return a name as it stands in the text: a function has something in its brackets."""
    return f"{match[at]}(...)" if match.string[match.end() :].lstrip().startswith("(") else match[at]


def _shift(operators: str, written: str) -> str:
    """Translate operators one upon another, `L2D`, from the name outwards."""
    for letter, digits in reversed(re.findall(r"([A-Z])(\d*)", operators.upper())):
        k = int(digits or 1)
        if letter == "D":
            for _ in range(min(k, _LONGEST)):
                written = f"diff({written})"
            continue
        function = {"L": "lag", "F": "lead", "S": "diff"}[letter]
        written = f"{function}({written})" if k == 1 else f"{function}({written}, {k})"
    return written


def _several(match: re.Match[str]) -> Message:
    first, last = int(match[1]), int(match[2])
    steps = list(range(first, last + 1))[:_LONGEST]
    terms = [match[3] if k == 0 else f"lag({match[3]}, {k})" for k in steps]
    more = " + ..." if last - first >= _LONGEST else ""
    return _write(f"{' + '.join(terms)}{more}")


def _function(match: re.Match[str]) -> Message:
    name = _FUNCTIONS.get(match[2], match[2])
    known = name if name in FUNCTIONS else "log"
    return message("functions of a formula stand alone: `{known}(...)`", known=known)


def _unit_in_a_name(text: str, at: int) -> tuple[Message, Message] | None:
    """Recognise a unit of measurement behind a bare column name: `收入（元）`, `增长率(%)`."""
    for match in re.finditer(rf"({_NAME})\s*[（(][^（）()`~]*[）)]", text):
        inside = match.start(1) + len(match[1]) <= at < match.end()
        if inside and (match[1] not in FUNCTIONS) and text[at] in "（）%％‰/／·":
            remedy = message(
                "a column name with its unit goes in backticks: `` `{name}` ``", name=match.group()
            )
            return message("`{char}` in a bare name", char=text[at]), remedy
    return None
