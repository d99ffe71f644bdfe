"""A command that takes its time: a bar on the terminal says how long it is at work, and how much is left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from panelkit.kernels.steps import heard_by
from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.cli._progress import Bars

PATIENCE = 2.0
"""Seconds of work after which a bar is shown."""


@contextmanager
def watched(language: Language, *, quiet: bool) -> Iterator[None]:
    """Show a bar while the block is at work, on a terminal, until it prints; nothing elsewhere, or where `quiet`."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from panelkit.cli._progress import Bars

    bars = Bars(language, patience=PATIENCE)
    task = bars.tasks.add_task("", total=None)

    def hear(done: int, total: int) -> None:
        bars.tasks.update(task, completed=done, total=total)

    held = sys.stdout
    with bars, heard_by(hear):
        sys.stdout = _Opening(held, bars)
        try:
            yield
        finally:
            sys.stdout = held


class _Opening:
    """The output until something is printed: the bar is taken away first."""

    def __init__(self, output: Any, bars: Bars) -> None:
        self._output, self._bars = output, bars

    def write(self, text: str) -> int:
        """Write to the output, without the bar."""
        self._bars.close()
        return int(self._output.write(text))

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "fileno"):  # who asks for these writes past us
            self._bars.close()
        return getattr(self._output, name)
