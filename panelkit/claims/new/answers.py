"""What is known of a new claim: every answer in the table and the shape in which the file holds it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from panelkit.claims.file.design import ClaimDesign, kind_of
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Document, Part, Place, Sample, Test, Text
from panelkit.claims.file.rule import Rule
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.register import find, keys

Tables = Mapping[str, dict[str, Any]]

_TABLES: Mapping[str, type[Part]] = {
    "document": Document,
    "place": Place,
    "claim": Claim,
    "sample": Sample,
    "test": Test,
    "reading": Reading,
}
_ORDER = ("document", "place", "claim", "rule", "design", "sample", "test", "reading")
"""Of two tables with a field of one name, the first has it."""
_ASIDE: Mapping[str, tuple[str, ...]] = {
    "claim": (
        "place",
        "sample",
        "test",
        "reading",
        "beside",
        "grid",
        "needs",
        "rules",
        "status",
        "reason",
        "claimed",
    ),
    "reading": ("id", "label", "says", "main", "rule", "design", "plausibility"),
    "rule": ("name",),
    "design": ("id", "kind", "label", "standing", "sample", "rule"),
}
_YEARS = re.compile(r"(-?\d{1,6})\s*[-–—至,，]\s*(-?\d{1,6}|newest|最新)")
NONE = ("none", "无")
"""What leaves a field out that a template would show."""


@dataclass(frozen=True)
class Answers:
    """The kind and the rule of a new claim, and its known fields by table of the file."""

    kind: type[ClaimDesign]
    kind_name: str
    rule: type[Rule]
    rule_name: str
    tables: Tables

    def known(self, table: str, name: str) -> bool:
        """Return whether a field is known, or left out on purpose."""
        return name in self.tables[table]

    def value(self, table: str, name: str, otherwise: Any = None) -> Any:
        """Return what a field holds, or `otherwise` where it is not known."""
        return self.tables[table].get(name, otherwise)


def answers_of(kind: str, rule: str | None, given: Mapping[str, Any]) -> Answers:
    """Return what is given as fields of the file; a name may say its table, `rule.value`.

    Raises
    ------
    SpecError
        If there is no such kind, rule or field, or a text is no value of it.
    """
    try:
        design = kind_of(kind)
    except ValueError as error:
        raise SpecError(error.args[0]) from None
    name = rule or usual_rule(kind)
    if name not in keys("rule"):
        raise SpecError(message("no rule `{name}`: there are {known}", name=name, known=keys("rule")))
    judge: type[Rule] = find("rule", name)
    named = {**_TABLES, "rule": judge, "design": design}
    classes = {table: named[table] for table in _ORDER}
    tables: dict[str, dict[str, Any]] = {table: {} for table in _ORDER}
    for field, value in given.items():
        for table, key, rest in _places(field, classes):
            _put(tables[table], classes[table], key, rest, value)
    return Answers(design, kind, judge, name, tables)


def usual_rule(kind: str) -> str:
    """Return the rule that reads this kind alone, or the one that the kind names."""
    readers = [name for name in keys("rule") if kind in find("rule", name).READS]
    return readers[0] if readers else kind_of(kind).RULE


def _places(field: str, classes: Mapping[str, type[Part]]) -> Iterable[tuple[str, str, str]]:
    """Return tables, key and what is asked inside it (`group.rd`, `why.zh`) of a field by its name."""
    head, _, rest = field.partition(".")
    if head in classes and rest:
        key, _, inside = rest.partition(".")
        tables: tuple[str, ...] = (head,)
    else:
        tables, key, inside = tuple(classes), head, rest
    found = [name for name in tables if key in classes[name].model_fields and key not in _ASIDE.get(name, ())]
    if not found:
        raise SpecError(_no_field(field, classes))
    if key == "seed":
        return [(name, key, inside) for name in found]
    return [(found[0], key, inside)]


def _no_field(field: str, classes: Mapping[str, type[Part]]) -> Message:
    known = [
        key for name, kind in classes.items() for key in kind.model_fields if key not in _ASIDE.get(name, ())
    ]
    near = difflib.get_close_matches(field, known, n=1, cutoff=0.6)
    if near:
        return message(
            "no field `{field}` of such a claim (did you mean `{near}`?)", field=field, near=near[0]
        )
    return message(
        "no field `{field}` of such a claim: there are {known}", field=field, known=sorted(set(known))
    )


def _put(table: dict[str, Any], kind: type[Part], key: str, inside: str, value: Any) -> None:
    if value is None or (isinstance(value, str) and value.strip() in NONE and not _chosen(kind, key, value)):
        table[key] = None
        return
    shape = shape_of(kind.model_fields[key].annotation)
    if inside:
        held = table.get(key)
        table[key] = {**(held if isinstance(held, dict) else {}), inside: _inner(shape, value)}
        return
    table[key] = _shaped(shape, key, value)


def _chosen(kind: type[Part], key: str, value: str) -> bool:
    """Return whether a field takes the word itself, as `effects` takes "none"."""
    return value.strip() in words_of(kind.model_fields[key].annotation)


def words_of(annotation: Any) -> tuple[Any, ...]:
    """Return the words that a field takes; none where it takes others."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in words_of(part))


def _inner(shape: Any, value: Any) -> Any:
    """Return a value inside a table: texts of a language, lists of a group."""
    return value if shape is Text or not isinstance(value, str) else list(parts_in(value))


def shape_of(annotation: Any) -> Any:
    """Return what a field holds at bottom: `Text`, tuple, dict, int, bool or str."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return shape_of(get_args(annotation)[0])
    if origin in (Union, UnionType):
        shapes = [shape_of(part) for part in get_args(annotation) if part is not NoneType]
        return shapes[-1] if tuple in shapes and shapes[-1] is tuple else shapes[0]
    if origin is Literal:
        return type(get_args(annotation)[0])
    return origin or annotation


def _shaped(shape: Any, key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    if shape is Text:
        return {"en": value, "zh": value}
    if not isinstance(value, str):
        return value
    if key == "years":
        return _years(value)
    if shape is tuple:
        return list(parts_in(value))
    if shape is bool and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if shape is int and re.fullmatch(r"[+-]?\d{1,18}", value.strip()):
        return int(value)
    return value


def _years(text: str) -> Any:
    found = _YEARS.fullmatch(text.strip())
    if found is None:
        raise SpecError(message("years {text!r}: write 2011-2020, or 2011-newest", text=text))
    first, last = found.groups()
    return [int(first), int(last) if last.lstrip("-").isdigit() else "newest"]


def parts_in(text: str) -> Iterable[str]:
    """Return the parts of a text: between semicolons where there are some, else between commas outside brackets."""
    marks = ";；" if re.search("[;；]", text) else ",，、"
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{（") - (sign in ")]}）")
        if sign in marks and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return (part.strip() for part in parts if part.strip())
