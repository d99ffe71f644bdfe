"""Where in a TOML file a table, a key or an entry of a list stands: tomllib reads the values and forgets the lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Place = tuple[int | str, ...]

_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_PLAIN = re.compile(r"[^,\]}#\r\n]+")


def places_in(text: str) -> dict[Place, int]:
    """Return the line, from 1, of every table, key and entry of a text that tomllib reads.

    A table that stands under several heads has the line of the first; an entry of an array of tables that of its head.

    Parameters
    ----------
    text
        Valid TOML.

    Returns
    -------
    dict
        Keyed by place as pydantic writes it: keys, and numbers from 0 in lists.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.found


def line_of(found: Mapping[Place, int], place: Place) -> int:
    """Return the line of a place, or of the nearest table around it that stands in the file; 1 of none."""
    for length in range(len(place), 0, -1):
        if place[:length] in found:
            return found[place[:length]]
    return 1


class _Scanner:
    """Walks a valid text once; `head` is the table under which keys stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0
        self.head: Place = ()
        self.found: dict[Place, int] = {}
        self.lengths: dict[Place, int] = {}

    def document(self) -> None:
        """Read heads and keys to the end."""
        while self._skip(_GAP) < len(self.text):
            if self.text[self.at] == "[":
                self._head()
            else:
                self._pair(self.head)

    def _head(self) -> None:
        several = self.text.startswith("[[", self.at)
        line = self._line()
        self.at += 2 if several else 1
        keys = self._keys()
        self.at += 2 if several else 1
        place: Place = ()
        for key in keys[:-1]:
            place = self._inside((*place, key))
            self.found.setdefault(place, line)
        place = (*place, keys[-1])
        self.found.setdefault(place, line)
        if several:
            number = self.lengths.get(place, 0)
            self.lengths[place] = number + 1
            place = (*place, number)
            self.found[place] = line
        self.head = place

    def _inside(self, place: Place) -> Place:
        """Return the last entry of an array of tables, or the table itself."""
        return (*place, self.lengths[place] - 1) if place in self.lengths else place

    def _pair(self, table: Place) -> None:
        """Read a key and its value; a dotted key names the tables on its way."""
        self._skip(_BLANK)
        line = self._line()
        place = table
        for key in self._keys():
            place = (*place, key)
            self.found.setdefault(place, line)
        self._skip(_BLANK)
        self.at += 1  # the equals sign
        self._value(place)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._skip(_BLANK) < len(self.text) and self.text[self.at] == ".":
            self.at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip(_BLANK)
        start = self.at
        if self.text[start] not in "\"'":
            return self.text[start : self._skip(_BARE)]
        self._string()
        key: str = tomllib.loads(f"key = {self.text[start : self.at]}")["key"]
        return key

    def _value(self, place: Place) -> None:
        self._skip(_GAP)
        first = self.text[self.at]
        if first == "[":
            self._array(place)
        elif first == "{":
            self._table(place)
        elif first in "\"'":
            self._string()
        else:
            self._skip(_PLAIN)

    def _array(self, place: Place) -> None:
        self.at += 1
        number = 0
        while self.text[self._skip(_GAP)] != "]":
            self.found[(*place, number)] = self._line()
            self._value((*place, number))
            number += 1
            if self.text[self._skip(_GAP)] == ",":
                self.at += 1
        self.at += 1

    def _table(self, place: Place) -> None:
        self.at += 1
        while self.text[self._skip(_GAP)] != "}":
            self._pair(place)
            if self.text[self._skip(_GAP)] == ",":
                self.at += 1
        self.at += 1

    def _string(self) -> None:
        for kind in _STRINGS:
            found = kind.match(self.text, self.at)
            if found is not None:
                self.at = found.end()
                return

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found is not None else self.at
        return self.at

    def _line(self) -> int:
        """Return the line of where the scanner stands, counted from where it was counted last."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line
