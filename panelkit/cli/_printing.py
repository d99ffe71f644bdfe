"""What commands print: tables in the width of the terminal, JSON, names of files, sentences in the language."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.language.message import Language, Message, listed, message
from panelkit.language.spelt import on_command_line

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType
    from rich.text import Text

    from panelkit.results.estimates import Estimates


def terminal_width(most: int = 100) -> int:
    """Return the columns of the terminal, at most `most`: what a file or a pipe gets."""
    from panelkit.show.plain import LEAST_WIDTH

    return max(LEAST_WIDTH, min(most, shutil.get_terminal_size((most, 24)).columns))


@contextmanager
def narrow_terminal(most: int = 100) -> Iterator[int]:
    """Let plain text of results keep to the terminal inside the block, where it has fewer than `most` columns."""
    from panelkit.show.plain import columns_of_terminal

    width = terminal_width(most)
    with columns_of_terminal(width) if width < most else nullcontext():
        yield width


def print_trimmed(shown: RenderableType) -> None:
    """Print what rich lays out, without the blanks that it leaves at the ends of lines."""
    from panelkit.show.console import open_console

    console = open_console()
    with console.capture() as held:
        console.print(shown)
    typer.echo("\n".join(line.rstrip(" ") for line in held.get().splitlines()))


def styled(*parts: str | tuple[str, str]) -> Text:
    """Return texts, some with a style ("bold"), as one: a text may be a user's, and holds no marks of style."""
    from rich.text import Text

    return Text.assemble(*parts)


def all_told(notes: Iterable[Message], language: Language) -> list[str]:
    """Return notes in a language, their options as the command line writes them."""
    return [on_command_line(note).text(language) for note in notes]


def echo(said: Message, language: Language, *, error: bool = False) -> None:
    """Print a sentence."""
    typer.echo(said.text(language), err=error)


def shortened(names: Sequence[str], most: int) -> Message:
    """Return names as a list, the first `most` of them."""
    if len(names) <= most:
        return listed(names)
    return message("{names}, ...", names=list(names[:most]))


def print_json(value: Any) -> None:
    """Print a value as JSON that every reader takes: what is no finite number is null."""
    typer.echo(json.dumps(strict(value), ensure_ascii=False, indent=2, allow_nan=False, default=str))


def strict(value: Any) -> Any:
    """Return a value with numbers of numpy as plain ones and null for those that are not finite."""
    if isinstance(value, Mapping):
        return {key: strict(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(held) for held in value]
    plain = value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame, each as a JSON-ready mapping, numbers as the doubles that they are."""
    held = frame.astype(object).where(frame.notna(), None)
    return [{str(key): strict(value) for key, value in row.items()} for row in held.to_dict("records")]


def plain_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return facts as plain numbers and texts."""
    return {key: value.item() if hasattr(value, "item") else value for key, value in values.items()}


def heads_of(table: Callable[[Language], pd.DataFrame], language: Language) -> dict[str, str]:
    """Return the heads of a table in a language by the names that its columns have in English."""
    return dict(zip(table("en").columns, table(language).columns, strict=True))


def fitted(frame: pd.DataFrame, language: Language, *, drop: Sequence[str] = (), **words: Any) -> str:
    """Return a frame as text in the terminal's width, at most 100: columns of `drop` go before a digit is cut."""
    from panelkit.show.tables import frame_table

    for gone in range(len(drop) + 1):
        shown = frame.drop(columns=list(drop[:gone]))
        if fits(shown, language):
            break
    return frame_table(shown, language=language, format="text", width=terminal_width(), **words)


def fits(frame: pd.DataFrame, language: Language) -> bool:
    """Tell whether a frame stands in the terminal's width as it is, no head or cell folded."""
    from rich.cells import cell_len

    from panelkit.show.tables import frame_table

    whole = frame_table(frame, language=language, format="text", width=200)
    return max(cell_len(line) for line in whole.splitlines()) <= terminal_width()


def summary_fitted(found: Estimates, language: Language) -> str:
    """Return a result's summary in the width of the terminal; a table that is wider loses digits and its statistic."""
    from panelkit.results.numbers import cells
    from panelkit.show import plain
    from panelkit.show.words import result_word

    whole, table = found.summary(language=language), found.table_text(0.95, language)
    if max(map(cells, table.splitlines())) > terminal_width():
        frame = found.table_frame(0.95, language)
        drop = [result_word("statistic", language)]
        whole = whole.replace(table, fitted(frame, language, drop=drop, index=False).rstrip("\n"))
    return plain.folded(whole)


def print_written(paths: Iterable[Path], *, quiet: bool = False) -> None:
    """Name the files that were written, on the error stream when the output is JSON."""
    for path in paths:
        typer.echo(str(path), err=quiet)
