"""What can be read of a claim file that has errors: every table on its own, by the validators of the loader.

Validation stops at a table with an error, so that what lies above it is never asked. Here every field is validated
alone, a table is made of what its fields gave (what is wrong stays as it is written), and then its own questions are
put to it one by one: errors of all layers come at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from panelkit.claims.file.parts import OWN, Part
from panelkit.claims.file.problems import Place, blanks_in, class_of, own_errors
from panelkit.language.message import Message

_SAID = ("en", "zh")
"""The last steps of sentences, on which no question depends."""


class Salvage:
    """Reads tables of a claim file for what they hold; `errors` are those of all of them, as pydantic words them.

    `broken` are the places of tables and fields that hold an error; `place_of` says where a table that was read stands.
    """

    def __init__(self, *, own: bool) -> None:
        self.context = {OWN: own}
        self.errors: list[dict[str, Any]] = []
        self.broken: set[Place] = set()
        self._places: dict[int, Place] = {}

    def place_of(self, made: Part) -> Place:
        """Return where a table that was read stands."""
        return self._places[id(made)]

    def read(self, table: str, node: Mapping[str, Any], place: Place = ()) -> Any:
        """Return the table as its class holds it, with whatever its fields gave; None where it names no class."""
        try:
            kind = class_of(table, node)
        except ValueError as error:
            kind = None
            self._add({"type": "value_error", "loc": place, "input": node, "ctx": {"error": error}})
        if kind is None:
            return None
        fields = kind.model_fields
        before = len(self.errors)
        values = {
            name: self._value(kind, name, node[name], (*place, name)) for name in fields if name in node
        }
        for name, field in fields.items():
            if name not in node and field.is_required():
                self._add({"type": "missing", "loc": (*place, name), "input": node})
                values |= {name: None} if name in getattr(kind, "FORMULAS", ()) else {}
        for name in node.keys() - fields.keys():
            self._add({"type": "extra_forbidden", "loc": (*place, name), "input": node[name]})
        made = kind.model_construct(_fields_set=set(values), **values)
        self._places[id(made)] = place
        if not self._waits(node):
            self._ask(made, place, whole=len(self.errors) == before)
        return made

    def _value(self, kind: type[Part], name: str, written: Any, place: Place) -> Any:
        """Return what a field holds: tables of their own are read so, other values validated."""
        if isinstance(written, dict) and self._holds_tables(name, written):
            return self.read(name, written, place)
        if isinstance(written, list) and written and all(self._holds_tables(name, item) for item in written):
            found = (self.read(name, item, (*place, number)) for number, item in enumerate(written))
            return tuple(item for item in found if item is not None)
        try:
            return _adapter(kind, name).validate_python(written, context=self.context)
        except ValidationError as error:
            for item in own_errors(error.errors(include_url=False)):
                self._add({**item, "loc": (*place, *_steps(item["loc"], written))})
            number = isinstance(written, int | float) and not isinstance(written, bool)
            return str(written) if number and _says_text(error) else written

    def _holds_tables(self, name: str, written: Any) -> bool:
        if not isinstance(written, dict):
            return False
        try:
            return class_of(name, written) is not None
        except ValueError:  # a design of no kind: `read` says so
            return True

    def _waits(self, node: Mapping[str, Any]) -> bool:
        """Return whether a table's own fields hold blanks, so that it is asked nothing; sentences do not count."""
        own = {name: value for name, value in node.items() if not self._is_of_tables(name, value)}
        return any(place[-1] not in _SAID for place in blanks_in(own))

    def _is_of_tables(self, name: str, written: Any) -> bool:
        if isinstance(written, list):
            return bool(written) and all(self._holds_tables(name, item) for item in written)
        return self._holds_tables(name, written)

    def _ask(self, made: Part, place: Place, *, whole: bool) -> None:
        """Put a table's own questions to it; one that errors inside have made unanswerable is left."""
        for name, question in type(made).__pydantic_decorators__.model_validators.items():
            if question.info.mode != "after":
                continue
            try:
                getattr(made, name)()
            except ValueError as error:
                if isinstance(error.args[0] if error.args else None, Message):
                    self._add({"type": "value_error", "loc": place, "input": None, "ctx": {"error": error}})
                elif whole:
                    raise
            except Exception:
                if whole:
                    raise

    def _add(self, error: dict[str, Any]) -> None:
        self.errors.append(error)
        place = tuple(error["loc"])
        self.broken |= {place[:length] for length in range(1, len(place) + 1)}


@lru_cache(maxsize=1024)
def _adapter(kind: type[Part], name: str) -> TypeAdapter[Any]:
    field = kind.model_fields[name]
    annotation: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotation)


def _says_text(error: ValidationError) -> bool:
    return any(item["type"] == "string_type" for item in error.errors())


def _steps(place: Place, written: Any) -> Iterator[int | str]:
    """Yield the steps that are keys or numbers of what is written: pydantic also names branches of a union."""
    node = written
    for step in place:
        inside = isinstance(node, dict) and step in node
        if inside or (isinstance(node, list) and isinstance(step, int) and step < len(node)):
            node = node[step]
            yield step
        elif isinstance(node, dict) and isinstance(step, str):
            yield step
            return
