"""What `panelkit pvar` prints, writes as JSON, to a folder, and draws."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._did_shown import check_figure
from panelkit.cli._printing import (
    narrow_terminal,
    plain_values,
    print_json,
    print_written,
    records,
)
from panelkit.language.message import Language, message
from panelkit.results.numbers import cells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_figure", "draw", "print_content", "print_parts", "write"]

_WIDEST = 160


def print_parts(
    fit: Any, chosen: Any, causes: Any, parts: Mapping[str, Any], frame: pd.DataFrame, language: Language
) -> None:
    """Print the choice of lags, the fit, its Granger tests, and what was asked of it.

    Parameters
    ----------
    fit
        The fitted panel VAR.
    chosen
        The choice of its order, or None.
    causes
        Its Granger tests.
    parts
        Responses, shares and projections by name.
    frame
        The rows, which know where the figures come from.
    language
        The language of what is printed.
    """
    from panelkit.data.figure_notes import data_notes
    from panelkit.show import plain

    with narrow_terminal(_WIDEST) as width:
        if chosen is not None:
            typer.echo(plain.fold(_table_of(chosen, language, width) + "\n", width))
        typer.echo(plain.fold(_fit_of(fit, language, width), width))
        said = {note.text(language) for note in fit.notes}
        further = [f"  - {note}" for note in data_notes(frame, language=language) if note not in said]
        if further:
            typer.echo(plain.fold("\n".join(further), width))
        typer.echo(plain.fold("\n" + _table_of(causes, language, width), width))
        for part in parts.values():
            typer.echo("\n" + plain.fold(part.summary(language=language, width=width), width))


def _fit_of(fit: Any, language: Language, width: int) -> str:
    """Return the fit as text; where its table is wider than the terminal, an equation a column."""
    if _room(fit.table_text(0.95, language)) <= width:
        return str(fit.summary(language=language))
    from panelkit.show.tables import to_text

    return (
        f"{fit.title.text(language)}\n{to_text([fit], language=language, width=width, equations='columns')}"
    )


def _table_of(made: Any, language: Language, width: int) -> str:
    """Return a table with its title and notes as text; where it is too wide, columns stand below each other."""
    text = str(made.summary(language=language))
    if _room(text, notes=made.notes, language=language) <= width:
        return text
    from panelkit.show.tables import frame_table
    from panelkit.show.words import note_lines, result_word

    frame = made.tidy()
    if "excluded" in frame:
        frame["excluded"] = frame["excluded"].replace("all", message("all others").text(language))
    if "df2" in frame and bool((frame["df2"] % 1.0 == 0.0).all()):
        frame["df2"] = frame["df2"].astype(int)
    frame.columns = [result_word(name, language) for name in frame.columns]
    title = made.title.text(language)
    table = frame_table(
        frame.set_index(frame.columns[0]),
        format="text",
        language=language,
        width=width,
        keys=int("excluded" in made.tidy()),
    )
    return "\n".join([title, "=" * cells(title), table.rstrip("\n"), *note_lines(made.notes, language)])


def _room(text: str, notes: Any = (), language: Language = "en") -> int:
    """Return how many columns the lines of a text take, its notes left out."""
    from panelkit.show.words import note_lines

    said = set(note_lines(notes, language))
    return max(cells(line) for line in text.splitlines() if line not in said)


def print_content(fit: Any, chosen: Any, causes: Any, parts: Mapping[str, Any]) -> None:
    """Print the fit and what was asked of it as JSON."""
    print_json(
        {
            "title": str(fit.title),
            "facts": plain_values(dict(fit.facts)),
            "lag_order": None if chosen is None else records(chosen.tidy()),
            "coefficients": records(fit.tidy()),
            "sigma": fit.sigma.tolist(),
            "roots": records(fit.stability()),
            "stable": fit.stable,
            "granger": records(causes.tidy()),
            **{name: _content(part) for name, part in parts.items()},
            "notes": _both(fit.notes),
        }
    )


def _content(part: Any) -> dict[str, Any]:
    return {
        "title": str(part.title),
        "order": list(part.order),
        "facts": plain_values(dict(part.facts)),
        "rows": records(part.tidy()),
        "notes": _both(part.notes),
    }


def _both(notes: Any) -> list[dict[str, str]]:
    return [{"en": str(note), "zh": note.text("zh")} for note in notes]


def write(
    fit: Any, causes: Any, parts: Mapping[str, Any], folder: Path, language: Language, *, quiet: bool
) -> None:
    """Write the fit, its tests and every part as tables and figures, and name the files.

    Parameters
    ----------
    fit
        The fitted panel VAR.
    causes
        Its Granger tests.
    parts
        Responses, shares and projections by name.
    folder
        Where to.
    language
        The language of tables and figures.
    quiet
        Whether the names go to the error stream.
    """
    from panelkit.show.files import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    written = [
        fit.to_docx(folder / "pvar.docx", language=language),
        fit.plot_roots(language=language).save(folder / "roots.svg"),
        write_whole(folder / "granger.csv", causes.tidy().to_csv(index=False)),
    ]
    for name, part in parts.items():
        written += [
            part.to_docx(folder / f"{name}.docx", language=language),
            write_whole(folder / f"{name}.csv", part.tidy().to_csv(index=False)),
        ]
        if name != "projections":
            written.append(_figure(parts, name, language).save(folder / f"{name}.svg"))
    print_written(written, quiet=quiet)


def draw(parts: Mapping[str, Any], path: Path, language: Language) -> None:
    """Draw the responses, with projections beside them where they were asked for."""
    _figure(parts, "responses", language).save(path)


def _figure(parts: Mapping[str, Any], name: str, language: Language) -> Any:
    beside = parts.get("projections") if name == "responses" else None
    return parts[name].plot(beside=beside, language=language)
