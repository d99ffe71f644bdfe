"""A long run behind `panelkit check`: how many processes share it, what is kept of it, how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from panelkit.cli._printing import echo, fitted, print_json
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, counted, message
from panelkit.show.console import open_console

if TYPE_CHECKING:
    from panelkit.claims.cache import Cache, Kept

INTERRUPTED = 130
"""The exit status of a run that was stopped from the keyboard."""


@dataclass(frozen=True)
class Keeping:
    """How many processes share the claims, and what becomes of their verdicts."""

    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            help="Processes that share the claims; -1: the cores there are. The numbers are the same for any. "
            "并行进程数，-1 为全部核心；结果与进程数无关。",
        ),
    ] = -1
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Compute every claim, keep nothing. 不读取也不写入缓存。"),
    ] = False
    cache: Annotated[
        bool,
        typer.Option(
            "--cache", help="Show where verdicts are kept, which, how large. 显示缓存的位置、内容和大小。"
        ),
    ] = False
    clear_cache: Annotated[
        bool, typer.Option("--clear-cache", help="Delete the verdicts kept. 删除缓存的结论。")
    ] = False

    def opened(self) -> Cache | None:
        """Return where verdicts are kept; None: nowhere."""
        from panelkit.claims.cache import Cache
        from panelkit.claims.cache_folder import cache_folder

        folder = None if self.no_cache else cache_folder()
        return None if folder is None else Cache(folder)


class _Bar:
    """Progress of a run, on the error stream, so that pipes stay clean: bars on a terminal, else a line a claim."""

    def __init__(self, progress: Progress, errors: Console, language: Language) -> None:
        self._progress, self._errors, self._language = progress, errors, language
        self._task: TaskID | None = None
        self._claims = 0

    def start(self, claim: str, steps: int) -> None:
        """Open the bar of one claim; a plain line where the error stream is no terminal."""
        self._task = self._progress.add_task(claim, total=steps)
        self._claims += 1
        if not self._errors.is_terminal:
            said = message("{n}: claim {claim}", n=self._claims, claim=claim)
            self._errors.print(said.text(self._language), markup=False, highlight=False, soft_wrap=True)

    def advance(self, steps: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.advance(self._task, steps)


@contextmanager
def progress(cache: Cache | None, language: Language) -> Iterator[_Bar]:
    """Show how far a run is; one that is stopped from the keyboard says what was kept of it."""
    errors = open_console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as shown:
            yield _Bar(shown, errors, language)
    except KeyboardInterrupt:
        n = 0 if cache is None else cache.found + cache.kept
        said = counted(
            "stopped; the verdicts of {n} claim are kept, and the same call goes on from there",
            "stopped; the verdicts of {n} claims are kept, and the same call goes on from there",
            n=n,
        )
        echo(said if n else message("stopped; nothing is kept"), language, error=True)
        raise typer.Exit(INTERRUPTED) from None


def say_notes(cache: Cache | None, language: Language) -> None:
    """Print what went wrong with the folder of verdicts, on the error stream."""
    for note in cache.notes if cache is not None else ():
        echo(message("note: {text}", text=note), language, error=True)


def show_cache(keeping: Keeping, what: list[str], language: Language, *, as_json: bool) -> None:
    """Print what is kept, or delete it.

    Parameters
    ----------
    keeping
        Which of the two.
    what
        The claims named: there must be none.
    language
        The language of the output.
    as_json
        Whether JSON is printed in place of the table.

    Raises
    ------
    SpecError
        If claims are named, or both are asked for.
    DataError
        If the folder is not ours, or cannot be emptied.
    """
    from panelkit.claims.cache_folder import VARIABLE, cache_folder

    if what or (keeping.cache and keeping.clear_cache):
        raise SpecError(message("--cache and --clear-cache stand alone: no claims, and one of the two"))
    folder = cache_folder()
    if folder is None:
        echo(message("verdicts are kept nowhere: {variable} says off", variable=VARIABLE), language)
    elif keeping.clear_cache:
        _clear(folder, language)
    else:
        _show(folder, language, as_json=as_json)


def _clear(folder: Path, language: Language) -> None:
    from panelkit.claims.cache_folder import clear
    from panelkit.show.files import reason_of

    try:
        n = clear(folder)
    except OSError as error:
        raise DataError(
            message("{folder} cannot be emptied: {reason}", folder=folder, reason=reason_of(error))
        ) from error
    said = counted(
        "{folder}: {n} file of verdicts deleted",
        "{folder}: {n} files of verdicts deleted",
        n=n,
        folder=folder,
    )
    echo(said, language)


def _show(folder: Path, language: Language, *, as_json: bool) -> None:
    from panelkit.claims.cache import contents
    from panelkit.claims.source import Shipped

    held = list(contents(folder, Shipped()))
    total = sum(item.size for item in held)
    if as_json:
        print_json({"folder": str(folder), "bytes": total, "kept": [asdict(item) for item in held]})
        return
    said = counted(
        "{folder}: {n} claim, {size:.2f} MB",
        "{folder}: {n} claims, {size:.2f} MB",
        n=len(held),
        folder=folder,
        size=total / 1e6,
    )
    echo(said, language)
    if held:
        typer.echo(_table(held, language))
        echo(
            message("now: of the figures and the code of today; the others are read by no run of today"),
            language,
        )


def _table(held: list[Kept], language: Language) -> str:
    import pandas as pd

    from panelkit.claims.file.load import natural_key
    from panelkit.claims.findings import WORD_TEXTS
    from panelkit.language.message import listed

    heads = [
        message("claim"),
        message("document"),
        message("years read"),
        message("verdicts by design"),
        message("kB"),
        message("now"),
    ]
    yes, no = message("yes").text(language), message("no").text(language)
    rows = [
        [
            item.claim,
            item.document,
            "-".join(map(str, item.years)),
            listed(WORD_TEXTS[word] for word in dict.fromkeys(item.words) if word).text(language),
            f"{item.size / 1000:.0f}",
            yes if item.current else no,
        ]
        for item in sorted(held, key=lambda item: (not item.current, natural_key(item.claim)))
    ]
    names = [head.text(language) for head in heads]
    return fitted(pd.DataFrame(rows, columns=names), language, drop=(names[1], names[2]), index=False)
