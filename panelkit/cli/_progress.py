"""How far a run over files is: a bar on a terminal, plain lines on the error stream elsewhere."""

from __future__ import annotations

from rich.progress import Progress

from panelkit.language.message import Language, message
from panelkit.show.console import open_console

_LINES = 10
_MOST = 100
"""Files between two plain lines: a tenth of them, and no more than these."""


class FileProgress:
    """Files of a run as they are done."""

    def __init__(self, language: Language, *, quiet: bool = False) -> None:
        self._errors, self._language, self._done = open_console(stderr=True, highlight=False), language, 0
        self._plain = not quiet and not self._errors.is_terminal
        self._bar = Progress(
            console=self._errors, transient=True, disable=quiet or not self._errors.is_terminal
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> FileProgress:
        self._bar.start()
        return self

    def __exit__(self, *what: object) -> None:
        self._bar.stop()

    def advance(self, total: int, name: str = "") -> None:
        """Count a file of so many."""
        self._done += 1
        self._bar.update(self._task, total=total, completed=self._done, description=name[:30])
        every = min(max(1, total // _LINES), _MOST)
        if self._plain and (self._done % every == 0 or self._done == total):
            said = message("{done} of {total} files", done=self._done, total=total)
            self._errors.print(said.text(self._language), markup=False)
