"""Tables of fits and of plain frames as LaTeX, Word, HTML, Markdown and terminal text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, Message, in_language, message
from panelkit.show.checks import require_ending, star_levels
from panelkit.show.files import write_whole
from panelkit.show.formats import ENDINGS, FILES, Format
from panelkit.show.grid import TableGrid, frame_grid, note_tuple, number, significance
from panelkit.show.models_grid import models_grid
from panelkit.show.words import word

Target = str | Path


def to_latex(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> str:
    """Return (and write) fits side by side as a booktabs table with three lines.

    Style of this and of the others: `panels` (headings with models, in place of `models`), `names` (one a model),
    `labels` (term, equation, outcome or fact -> label), `below` ("se", "t", "ci", "p", several of them or None),
    `around` ("parentheses", "brackets", "none"), `level` (of intervals), `stars` (levels, or None), `decimals`, `stats`
    (facts to print, or a mapping to their labels), `keep`, `drop`, `order` (terms, with `*` and `?`), `groups` (a row
    of yes and no for terms), `column_groups` (heads over columns), `equations` ("rows", "columns", "auto"),
    `first_stages`, `exponentiate`, `align` ("centre", "decimal"), `notes`, `caption`, `label`.

    Raises
    ------
    StyleError
        If there is no model, or an option does not fit the models.
    """
    return str(_render(models_grid(models, language=language, **style), "latex", path))


def to_html(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> str:
    """Return (and write) fits side by side as an HTML fragment that holds its own style."""
    return str(_render(models_grid(models, language=language, **style), "html", path))


def to_markdown(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> str:
    """Return (and write) fits side by side as a Markdown pipe table."""
    return str(_render(models_grid(models, language=language, **style), "markdown", path))


def to_text(
    models: Sequence[Any] = (),
    path: Target | None = None,
    *,
    language: Language = "en",
    width: int = 100,
    **style: Any,
) -> str:
    """Return (and write) fits side by side for a terminal of `width` columns."""
    return str(_render(models_grid(models, language=language, **style), "text", path, width))


def to_csv(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> str:
    """Return (and write) the cells of the table as CSV, texts as they are printed, with a mark that Excel reads."""
    return str(_render(models_grid(models, language=language, **style), "csv", path))


def to_docx(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> Path:
    """Write fits side by side as a Word file with a three-line table; return its path."""
    return Path(str(_render(models_grid(models, language=language, **style), "docx", path)))


def to_rtf(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> Path:
    """Write fits side by side as a Rich Text file with a three-line table; return its path."""
    return Path(str(_render(models_grid(models, language=language, **style), "rtf", path)))


def to_excel(
    models: Sequence[Any] = (), path: Target | None = None, *, language: Language = "en", **style: Any
) -> Path:
    """Write fits side by side as a workbook; numbers are numbers, printed with stars and brackets; return its path."""
    return Path(str(_render(models_grid(models, language=language, **style), "xlsx", path)))


def to_format(
    models: Sequence[Any],
    format: Format,
    path: Target | None = None,
    *,
    language: Language = "en",
    width: int = 100,
    **style: Any,
) -> str | Path:
    """Return (and write) fits side by side in a format by its name."""
    return _render(models_grid(models, language=language, **style), format, path, width)


def frame_table(
    frame: pd.DataFrame,
    path: Target | None = None,
    *,
    format: Format | None = None,
    language: Language = "en",
    labels: Mapping[str, str] | None = None,
    decimals: int | Mapping[str, int] = 3,
    index: bool = True,
    notes: Sequence[str] | str = (),
    caption: str | None = None,
    label: str | None = None,
    width: int = 100,
    keys: int = 0,
) -> str:
    """Return (and write) a plain frame in the same style; the format follows the ending of `path`.

    Descriptives, rankings, tests: whole numbers print whole, other numbers with `decimals`. A Word table has
    no text of its own, so that `path` is needed and returned. Where the columns of a text stand below each other, so
    many `keys` beside the first column are repeated with it.
    """
    grid = frame_grid(
        frame,
        language=language,
        labels=labels,
        decimals=decimals,
        index=index,
        notes=[in_language(note, language) for note in note_tuple(notes)],
        caption=None if caption is None else in_language(caption, language),
        label=label,
    )
    return str(_render(replace(grid, keys=keys), format or _format_of(path), path, width))


def titled(
    frame: pd.DataFrame,
    path: Target | None,
    title: Message,
    notes: Sequence[Message],
    *,
    format: Format,
    language: Language,
    style: Mapping[str, Any],
) -> str:
    """Return (and write) the frame of a result under its title and above its notes; `style` goes first."""
    given: dict[str, Any] = {
        "caption": title.text(language),
        "notes": [note.text(language) for note in notes],
        "index": False,
        **style,
    }
    return frame_table(frame, path, format=format, language=language, **given)


def starred(
    frame: pd.DataFrame,
    column: str,
    p: str,
    stars: tuple[float, ...] | None = (0.10, 0.05, 0.01),
    decimals: int | None = None,
) -> pd.DataFrame:
    """Return a frame whose `column` is text with stars for the p-values in column `p`; without stars as it is."""
    levels = star_levels(stars)
    if not levels:
        return frame
    shown = [
        number(value, 3 if decimals is None else decimals) + significance(float(chance), levels)
        for value, chance in zip(frame[column], frame[p], strict=True)
    ]
    return frame.assign(**{column: shown})


def frame_of_tests(tests: Sequence[Any], *, language: Language = "en") -> pd.DataFrame:
    """Return test results as a frame for `frame_table`: one row a test, its null or why it does not apply.

    `tests` have `name, null, statistic, distribution, df, p_value, reason`, as every test of panelkit.
    """
    rows = [_test_row(test, language) for test in tests]
    heads = [word(key, language) for key in ("test", "statistic", "distribution", "p_value", "null")]
    frame = pd.DataFrame(rows, columns=heads)
    return frame.set_index(heads[0])


def _test_row(test: Any, language: Language) -> tuple[Any, ...]:
    if test.reason:
        absent = (
            word("not_applicable", language) + word("colon", language) + in_language(test.reason, language)
        )
        return (in_language(test.name, language), float("nan"), "", float("nan"), absent)
    degrees = f"({', '.join(f'{value:g}' for value in test.df)})" if test.df else ""
    return (
        in_language(test.name, language),
        test.statistic,
        in_language(test.distribution, language) + degrees,
        test.p_value,
        in_language(test.null, language),
    )


def _render(grid: TableGrid, format: Format, path: Target | None, width: int = 100) -> str | Path:
    if path is not None:
        require_ending(path, format)
    if format in FILES:
        if path is None:
            raise StyleError(message("a table as {format} needs a path to be written to", format=format))
        return write_whole(path, _bytes(grid, format))
    text = _text(grid, format, width)
    if path is not None:
        write_whole(path, text)
    return text


def _bytes(grid: TableGrid, format: Format) -> bytes:
    if format == "docx":
        from panelkit.show.word_file import docx

        return docx(grid)
    if format == "xlsx":
        from panelkit.show.workbook import xlsx

        return xlsx(grid)
    from panelkit.show.rich_text import rtf

    return rtf(grid).encode("ascii")


def _text(grid: TableGrid, format: Format, width: int) -> str:
    if format == "latex":
        from panelkit.show.latex import latex

        return latex(grid)
    if format == "html":
        from panelkit.show.web import html

        return html(grid)
    from panelkit.show import plain

    if format == "csv":
        return plain.csv_table(grid)
    return plain.markdown(grid) if format == "markdown" else plain.text(grid, width=width)


def _format_of(path: Target | None) -> Format:
    ending = "" if path is None else Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise StyleError(
            message(
                "name the format, or a path that ends in one of {endings}; not {path!r}",
                endings=ENDINGS,
                path=path,
            )
        )
    return ENDINGS[ending]
