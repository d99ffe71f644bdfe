"""What Python and the command line write differently: an option in a remedy, in the spelling of the door it is read at.

A sentence holds `option("frontier", "global")` as a value: frontier='global' to who calls a function. The command line
passes what it prints through `on_command_line`, and there it reads --frontier global, if the command that is at work
has that option.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from panelkit.language.message import Joined, Message, Verbatim

_HELD: ContextVar[frozenset[str] | None] = ContextVar("options of the command at work", default=None)


def at_work(options: Iterable[str] | None) -> None:
    """Say which options the command has that is at work: of the others sentences keep Python's spelling.

    None: no command is known to be at work, and every option is written as it is typed.
    """
    _HELD.set(None if options is None else frozenset(options))


class Spelt(Verbatim):
    """A piece of code inside a sentence, as Python writes it, and as the command line does."""

    typed: str

    def __new__(cls, python: str, typed: str) -> Spelt:
        """Return the piece in both spellings."""
        made: Spelt = super().__new__(cls, python)  # type: ignore[assignment]
        made.typed = typed
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Spelt, (str(self), self.typed)


def option(name: str, value: Any = None, *, flag: str | None = None, exact: bool = False) -> Spelt:
    """Return an option with a value, or without one: frontier='global', where=; --frontier global, --where.

    `flag` is what the command line calls it, where that is not its own name; an `exact` value is a column or a
    condition of the user's, and no choice whose underscores the command line writes as hyphens.
    """
    written = flag or "--" + name.replace("_", "-")
    if value is None:
        return Spelt(f"{name}=", written)
    if value is True:
        return Spelt(f"{name}=True", written)
    shown = value.replace("_", "-") if isinstance(value, str) and not exact else str(value)
    return Spelt(f"{name}={value!r}", f'{written} "{shown}"' if " " in shown else f"{written} {shown}")


def on_command_line(said: Message) -> Message:
    """Return a sentence with its options as the command line writes them."""
    if isinstance(said, Spelt):
        held = _HELD.get()
        there = held is None or said.typed.partition(" ")[0] in held
        return Verbatim(said.typed) if there else said
    if isinstance(said, Joined):
        return Joined([_typed(part) for part in said.parts], said.between)
    if type(said) is not Message:
        return said
    values = {name: _typed(value) for name, value in said.values.items()}
    return Message(said.id, values, context=said.context, many=said.many, levels=said.levels)


def _typed(value: Any) -> Any:
    if isinstance(value, Message):
        return on_command_line(value)
    if isinstance(value, list | tuple):
        return type(value)(_typed(part) for part in value)
    return value
