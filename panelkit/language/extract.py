"""Bring the catalogue up to date with the code: `python -m panelkit.language.extract`.

Messages are read from the calls `message(...)`, `counted(...)` and `term(...)`; Babel writes what gettext reads.
Each room has one file, `catalogue/zh/ROOM.po`, and every message stands in the file of the first room that says it;
all are compiled into `catalogue/zh.mo`. Translations are kept, also those of messages that have moved to another
room; what no code says any more leaves.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import panelkit
from panelkit.language.message import CATALOGUE

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PACKAGE = Path(panelkit.__file__).parent
MAKERS = {"message": 1, "counted": 2, "term": 2}  # and how many texts each takes
_OWN = frozenset({"language/message.py"})
FOLDER = CATALOGUE / "zh"
COMPILED = CATALOGUE / "zh.mo"
_COMMENT = "# Chinese sentences of panelkit; the English ones are the ids."
_HEADERS = [
    ("Language", "zh_CN"),
    ("Plural-Forms", "nplurals=1; plural=0;"),
    ("Content-Type", "text/plain; charset=utf-8"),
]

Entry = tuple[str | tuple[str, ...], str, str]  # id (or its two forms), context, Chinese
Said = tuple[str | tuple[str, ...], str]  # id (or its two forms) and context


def said_in(path: Path) -> Iterator[Said]:
    """Yield the messages of one module of the package, in the order of its lines.

    Raises
    ------
    ValueError
        If a call gives something else than literal text, which no catalogue could hold.
    """
    calls = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in MAKERS:
            texts = [_literal(argument, path) for argument in call.args[: MAKERS[name]]]
            if len(texts) == MAKERS[name]:
                yield _said(name, texts)


def _said(name: str, texts: list[str]) -> Said:
    if name == "term":
        return texts[1], texts[0]
    return (tuple(texts) if name == "counted" else texts[0]), ""


def _literal(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(
        f"{path}:{node.lineno}: the text of a message is a literal, so that the catalogue can hold it"
    )


def rooms() -> list[str]:
    """Return the names of the rooms that hold modules, in alphabetical order."""
    return sorted(path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.rglob("*.py")))


@cache
def messages() -> dict[str, list[Said]]:
    """Return the messages that each room is the first to say."""
    seen: set[tuple[str, str]] = set()
    found: dict[str, list[Said]] = {}
    for room in rooms():
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for ids, context in () if path.relative_to(PACKAGE).as_posix() in _OWN else said_in(path):
                key = (_first(ids), context)
                if key not in seen:
                    seen.add(key)
                    found.setdefault(room, []).append((ids, context))
    return found


def held() -> dict[tuple[str, str], str]:
    """Return the Chinese of every message, by id and context, from all files of the catalogue.

    Raises
    ------
    ValueError
        If two files translate one message differently.
    """
    from babel.messages.pofile import read_po

    found: dict[tuple[str, str], str] = {}
    for path in sorted(FOLDER.glob("*.po")):
        for entry in read_po(BytesIO(path.read_bytes()), locale="zh"):
            zh = entry.string[0] if isinstance(entry.string, list | tuple) else entry.string
            key = (_first(entry.id), entry.context or "")
            if entry.id and zh and found.setdefault(key, zh) != zh:
                raise ValueError(
                    f"{path.name} translates {key[0]!r} as {zh!r}, another file as {found[key]!r}"
                )
    return found


def files() -> dict[Path, bytes]:
    """Return what the files of the catalogue hold when they are up to date."""
    zh = held()
    whole: list[Entry] = []
    made: dict[Path, bytes] = {}
    for room, said in messages().items():
        part = [(ids, context, zh.get((_first(ids), context), "")) for ids, context in said]
        made[FOLDER / f"{room}.po"] = _text(part)
        whole += part
    return {**made, COMPILED: _compiled(whole)}


def _text(entries: Iterable[Entry]) -> bytes:
    from babel.messages.pofile import write_po

    out = BytesIO()
    write_po(out, _catalogue(entries), width=118, no_location=True, sort_output=True)
    return out.getvalue()


def _compiled(entries: Iterable[Entry]) -> bytes:
    from babel.messages.mofile import write_mo

    out = BytesIO()
    write_mo(out, _catalogue(entries))
    return out.getvalue()


def _catalogue(entries: Iterable[Entry]) -> Catalog:
    """Return a catalogue whose header names neither a date nor the version of Babel, so that files stay the same."""
    from babel.messages.catalog import Catalog

    class Plain(Catalog):
        mime_headers = property(lambda self: _HEADERS)

    made = Plain(locale="zh_CN", header_comment=_COMMENT, fuzzy=False)
    for ids, context, zh in entries:
        made.add(ids, (zh,) if isinstance(ids, tuple) else zh, context=context or None)
    return made


def _first(ids: str | Iterable[str]) -> str:
    return ids if isinstance(ids, str) else next(iter(ids))


def main() -> None:
    """Write the catalogue, and say how many messages lack Chinese."""
    made = files()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.po"):
        if path not in made:
            path.unlink()
    for path, content in made.items():
        path.write_bytes(content)
    zh, said = held(), [(_first(ids), context) for part in messages().values() for ids, context in part]
    sys.stdout.write(f"{len(said)} messages, {sum(key not in zh for key in said)} without Chinese\n")


if __name__ == "__main__":
    main()
