"""Count what a reader of Chinese would meet in English: `python -m panelkit.language.untranslated [ROOM ...]`.

Four things count: a refusal whose sentence is no message (`raise DataError("...")`), a result that is named or
explained in plain text (`TestResult(name="...")`), a message without Chinese, and a message whose Chinese has other
placeholders than its English.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from string import Formatter

from panelkit.language.extract import PACKAGE, held, messages

_TOLD = frozenset({"title", "name", "null", "reason", "because", "notes"})
_MAKE_RESULTS = frozenset({"finish", "fields_under", "not_applicable"})
_ONE = {"units": "unit", "periods": "period", "span": "period"}
# the readers that run in a child process say why in words of a protocol, which `files/read.py` turns into messages
_APART = frozenset({"data/yearbook/files/_child.py"})


def plain_refusals(rooms: Sequence[str] = ()) -> list[str]:
    """Return `path:line` of every refusal that is written as plain text."""
    return [place for place in _plain_refusals() if not rooms or place.split("/")[0] in rooms]


def _plain_refusals() -> Iterator[str]:
    for inside, call in _calls():
        name = _called(call)
        if name.endswith("Error") and name in _errors() and any(map(_is_text, call.args[:1])):
            yield f"{inside}:{call.lineno}"


def plain_results(rooms: Sequence[str] = ()) -> list[str]:
    """Return `path:line` of every title, name, null, reason or note of a result that is written as plain text."""
    return [place for place in _plain_results() if not rooms or place.split("/")[0] in rooms]


def _plain_results() -> Iterator[str]:
    made = {*_results(), *_MAKE_RESULTS}
    for inside, call in _calls():
        if _called(call) not in made:
            continue
        told = [word.value for word in call.keywords if word.arg in _TOLD]
        if _called(call) == "not_applicable":
            told += call.args
        if any(map(_is_text, (part for value in told for part in _parts(value)))):
            yield f"{inside}:{call.lineno}"


def _results() -> set[str]:
    """Return the names of the classes of results: the bases, and all that inherit from them."""
    bases: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    found = {"Estimates", "TestResult", "Measure", "Vcov"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def _parts(value: ast.expr) -> list[ast.expr]:
    """Return the members of a tuple or list, or the expression itself."""
    if isinstance(value, ast.Tuple | ast.List):
        return [part for member in value.elts for part in _parts(member)]
    return [value]


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).as_posix()
        if inside not in _APART:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield inside, node


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _errors() -> frozenset[str]:
    from panelkit.language import errors

    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and name.endswith("Error")}
    return frozenset(kinds)


def _is_text(node: ast.expr) -> bool:
    """Tell whether an expression is text and no message: a literal, an f-string, a sum or join of these."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) or _is_text(node.orelse)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("join", "format")
    )


def without_chinese(rooms: Sequence[str] = ()) -> list[str]:
    """Return the English of every message that the catalogue has no Chinese for."""
    zh = held()
    return [
        _text(ids)
        for room, said in messages().items()
        for ids, context in said
        if (_text(ids), context) not in zh and (not rooms or room in rooms)
    ]


def other_placeholders(rooms: Sequence[str] = ()) -> list[str]:
    """Return the messages whose Chinese names other values than their English."""
    zh = held()
    return [
        f"{_text(ids)!r} / {zh[_text(ids), context]!r}"
        for room, said in messages().items()
        for ids, context in said
        if (_text(ids), context) in zh
        and (not rooms or room in rooms)
        and placeholders(zh[_text(ids), context]) != placeholders(_text(ids, -1))
    ]


def placeholders(template: str) -> frozenset[str]:
    """Return the names of the values in a template; the plural of a word for units counts as its singular,
    and so does the Chinese `{span}`, time that is counted."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return frozenset(_ONE.get(name, name) for name in names)


def _text(ids: str | tuple[str, ...], form: int = 0) -> str:
    return ids if isinstance(ids, str) else ids[form]


def main(rooms: Sequence[str]) -> None:
    """Print what is untranslated, by kind, and the count of each."""
    kinds = {
        "refusals in plain text": plain_refusals(rooms),
        "results in plain text": plain_results(rooms),
        "messages without Chinese": without_chinese(rooms),
        "messages with other placeholders in Chinese": other_placeholders(rooms),
    }
    for kind, found in kinds.items():
        sys.stdout.write("".join(f"  {line}\n" for line in found) + f"{len(found)} {kind}\n")
    sys.exit(1 if any(kinds.values()) else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
