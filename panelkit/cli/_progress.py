"""How far a long run is: bars with the time left on a terminal, plain lines on the error stream elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from rich.console import RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from panelkit.language.message import Language, message
from panelkit.show.console import open_console

_LINES = 10
_MOST = 100
"""Files between two plain lines: a tenth of them, and no more than these."""
_SPEED = 600.0
"""Seconds whose speed says how much time is left: steps of a run are of very different length."""

Shown = TypeVar("Shown")


class _Left(TimeRemainingColumn):
    """The time left, in words of the language."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language: Language = language

    def render(self, task: Task) -> Text:
        """Return the time left; nothing where no step is done, or all are."""
        if task.finished or task.time_remaining is None:
            return Text()
        left = super().render(task).plain
        return Text(message("{time} left", time=left).text(self._language), style="progress.remaining")


class Bars:
    """Bars on the error stream where it is a terminal; nothing elsewhere, and nothing where `quiet`.

    They are drawn after so many seconds of `patience`. One terminal has one set of bars: those that are drawn later
    take the place of those that were there.
    """

    _drawn: ClassVar[Bars | None] = None

    def __init__(self, language: Language, *, quiet: bool = False, patience: float = 0.0) -> None:
        self.errors = open_console(stderr=True, highlight=False)
        self.language: Language = language
        self.shown = self.errors.is_terminal and not quiet
        self.plain = not self.errors.is_terminal and not quiet
        self.tasks = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            TimeElapsedColumn(),
            _Left(language),
            console=self.errors,
            speed_estimate_period=_SPEED,
        )
        self._live: Live | None = None
        self._patience = patience

    def __enter__(self) -> Bars:
        self._open()
        return self

    def __exit__(self, *what: object) -> None:
        self._close()

    def beside(self, show: Callable[[Shown], None]) -> Callable[[Shown], None]:
        """Return `show` so that what it prints stands above the bars."""

        def shown(part: Shown) -> None:
            self._close()
            show(part)
            self._open()

        return shown

    def say(self, line: str) -> None:
        """Print a plain line, where the error stream is no terminal."""
        if self.plain:
            self.errors.print(line, markup=False, highlight=False, soft_wrap=True)

    def _open(self) -> None:
        """Draw the bars anew: what was printed meanwhile stays above them."""
        if not self.shown:
            return
        if Bars._drawn is not None:
            Bars._drawn.close()
        Bars._drawn = self
        self._live = Live(
            get_renderable=self._drawing,
            console=self.errors,
            transient=True,
            redirect_stdout=False,
        )
        self._live.start()

    def _drawing(self) -> RenderableType:
        """Return the bars; nothing while patience lasts."""
        waited = max((task.elapsed or 0.0 for task in self.tasks.tasks), default=0.0)
        return self.tasks.get_renderable() if waited >= self._patience else Text()

    def close(self) -> None:
        """Take the bars away for good."""
        self.shown = False
        self._close()

    def _close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            Bars._drawn = None


class FileProgress(Bars):
    """Files of a run as they are done."""

    def __init__(self, language: Language, *, quiet: bool = False) -> None:
        super().__init__(language, quiet=quiet)
        self._done = 0
        self._task = self.tasks.add_task("", total=None)

    def __enter__(self) -> FileProgress:
        self._open()
        return self

    def advance(self, total: int, name: str = "") -> None:
        """Count a file of so many."""
        self._done += 1
        self.tasks.update(self._task, total=total, completed=self._done, description=name[:30])
        every = min(max(1, total // _LINES), _MOST)
        if self._done % every == 0 or self._done == total:
            self.say(message("{done} of {total} files", done=self._done, total=total).text(self.language))
