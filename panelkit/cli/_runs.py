"""A long run behind `panelkit check`: how many processes share it, what is kept of it, how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panelkit.cli._printing import echo, fitted, print_json
from panelkit.cli._progress import Bars
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, counted, message

if TYPE_CHECKING:
    from rich.progress import TaskID

    from panelkit.claims.cache import Cache, Kept
    from panelkit.claims.file.load import RegisteredClaim

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


class _ClaimBars(Bars):
    """Claims of a run: a bar for all of them and one for the claim at work; else a line a claim."""

    def __init__(self, cache: Cache | None, language: Language) -> None:
        super().__init__(language)
        self._cache = cache
        self._all: TaskID | None = None
        self._task: TaskID | None = None
        self._claims, self._expected, self._steps = 0, 0, 1

    def __enter__(self) -> _ClaimBars:
        self._task = self.tasks.add_task(message("reading").text(self.language), total=None)
        self._open()
        return self

    def expect(self, claims: Sequence[RegisteredClaim]) -> None:
        """Say which claims run: those that have designs, less those that are kept already."""
        self._expected = sum(item.claim.status == "computed" for item in claims)

    def start(self, claim: str, steps: int) -> None:
        """Open the bar of one claim; a plain line where the error stream is no terminal."""
        self._claims += 1
        self._steps = max(1, steps)
        said = message("{n}: claim {claim}", n=self._claims, claim=claim)
        self.say(said.text(self.language))
        held = 0 if self._cache is None else self._cache.found
        total = max(self._claims, self._expected - held)
        if self._all is None:
            self._all = self.tasks.add_task(message("claims").text(self.language), total=total)
        self.tasks.update(self._all, total=total, completed=self._claims - 1)
        if self._task is not None:
            self.tasks.remove_task(self._task)
        self._task = self.tasks.add_task(claim, total=steps, visible=total > 1 or steps > 1)

    def advance(self, steps: int) -> None:
        """Move the bars."""
        if self._task is not None and self._all is not None:
            self.tasks.advance(self._task, steps)
            self.tasks.advance(self._all, steps / self._steps)


@contextmanager
def progress(cache: Cache | None, language: Language) -> Iterator[_ClaimBars]:
    """Show how far a run is; one that is stopped from the keyboard says what was kept of it."""
    try:
        with _ClaimBars(cache, language) as shown:
            yield shown
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
