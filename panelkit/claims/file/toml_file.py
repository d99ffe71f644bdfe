"""Read a file in TOML as one of claims can be: in UTF-8, no longer, deeper or wider than anybody writes by hand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.show.files import reason_of

MOST_BYTES = 1_000_000
"""Seven times the longest file that ships: what is longer is no claim that anybody wrote."""
_DEEPEST = 32
_MOST_ENTRIES = 2_000
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_KEY}(?:\.[ \t]*{_KEY}){{{_DEEPEST}}}")
"""A dotted key of so many names, over which tomllib takes time that grows with their square."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file in UTF-8, with or without a mark.

    Raises
    ------
    SpecError
        If there is no such file, or it is no UTF-8 text, no TOML, or too large to be a file of claims.
    """
    return toml_of(path, read_text(path))


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a mark, its lines ended as TOML wants them.

    Raises
    ------
    SpecError
        If there is no such file, it is no UTF-8 text, or larger than a file of claims can be.
    """
    shown = shown_path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # never more: a device or a pipe has no end
        if len(content) > MOST_BYTES:
            raise SpecError(
                message(
                    "{path} holds more than {n:,} bytes: that is no file of claims",
                    path=shown,
                    n=MOST_BYTES,
                )
            )
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise SpecError(message("there is no file {path}", path=shown)) from None
    except OSError as error:
        why = reason_of(error)
        raise SpecError(message("{path} cannot be read: {why}", path=shown, why=why)) from error
    except UnicodeDecodeError as error:
        raise SpecError(
            message("{path} is not UTF-8 text (byte {at}): save it as UTF-8", path=shown, at=error.start)
        ) from error


def toml_of(path: Path, text: str) -> dict[str, Any]:
    """Return the content of a text in TOML; `path` is where it was read.

    Raises
    ------
    SpecError
        If it is no TOML, or its tables stand in each other deeper than any claim's.
    """
    shown = shown_path(path)
    if _LONG_KEY.search(text):
        raise SpecError(_too_deep(shown))
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(message("{path} is not TOML: {why}", path=shown, why=verbatim(str(error)))) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # numbers of thousands of digits, tables in tables without end
        raise SpecError(
            message("{path} is no TOML file that can be read: {why}", path=shown, why=verbatim(str(error)))
        ) from error
    _refuse_unlike_claims(shown, content)
    return content


def _too_deep(shown: str) -> Message:
    return message(
        "{path} is no file of claims: its tables stand in each other more than {n} deep",
        path=shown,
        n=_DEEPEST,
    )


def _refuse_unlike_claims(shown: str, content: dict[str, Any]) -> None:
    """Refuse tables and lists that stand too deep in each other, and lists of too many entries; without recursion."""
    level: list[Any] = [content]
    for _ in range(_DEEPEST):
        if any(len(item) > _MOST_ENTRIES for item in level):
            raise SpecError(
                message(
                    "{path} is no file of claims: a table or list in it holds more than {n:,} entries",
                    path=shown,
                    n=_MOST_ENTRIES,
                )
            )
        level = [
            held
            for item in level
            for held in (item.values() if isinstance(item, dict) else item)
            if isinstance(held, dict | list)
        ]
    if level:
        raise SpecError(_too_deep(shown))


def shown_path(path: Path) -> str:
    """Return a path as text that prints anywhere: bytes that are no UTF-8 and control characters as escapes."""
    return shown_text(str(path))


def shown_text(text: str) -> str:
    """Return a text that prints anywhere, as `shown_path`."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
