"""What to do about zeros under a logarithm, in the words of a method that needs the logarithm itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from panelkit.formula.arithmetic import remedy_of_logs
from panelkit.language.errors import DataError
from panelkit.language.message import Joined, Message

_USUAL = remedy_of_logs("").id


@contextmanager
def log_remedy(remedy: Message) -> Iterator[None]:
    """Put a remedy in the place of asinh and log1p in what is raised inside the block."""
    try:
        yield
    except DataError as error:
        error.said = _with_remedy(error.said, remedy)
        error.args = (error.said,)
        raise


def _with_remedy(said: Message, remedy: Message) -> Message:
    if isinstance(said, Joined):
        parts = [_with_remedy(part, remedy) if isinstance(part, Message) else part for part in said.parts]
        return Joined(parts, said.between)
    usual = said.values.get("remedy")
    if not isinstance(usual, Message) or usual.id != _USUAL:
        return said
    return Message(said.id, {**said.values, "remedy": remedy}, context=said.context, levels=said.levels)
