"""What `panelkit gmm` prints, writes as JSON and to a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._printing import (
    all_told,
    narrow_terminal,
    plain_values,
    print_json,
    print_written,
    records,
    terminal_width,
)
from panelkit.cli._records import test_record
from panelkit.language.message import Language
from panelkit.results.numbers import cells

if TYPE_CHECKING:
    import pandas as pd

_WIDEST = 160


def print_parts(
    fit: Any, beside: Any, frame: pd.DataFrame, language: Language, style: Mapping[str, Any]
) -> None:
    """Print the fit, its tests, where the figures come from, and the estimators beside it.

    Parameters
    ----------
    fit
        The fitted model.
    beside
        The estimators for few units, or None.
    frame
        The rows, which know where the figures come from.
    language
        The language of what is printed.
    style
        What was asked of the table of the fit; empty: the fit as it prints itself, where there is room.
    """
    from panelkit.data.figure_notes import data_notes
    from panelkit.show import plain

    with narrow_terminal(_WIDEST):
        width = terminal_width(_WIDEST)
        typer.echo(plain.folded(_fit_of(fit, language, width, style)))
        said = {note.text(language) for note in fit.notes}
        further = [f"  - {note}" for note in data_notes(frame, language=language) if note not in said]
        if further:
            typer.echo(plain.folded("\n".join(further)))
        for test in fit.tests:
            typer.echo("\n" + plain.folded(test.summary(language=language)))
        if beside is not None:
            typer.echo("\n" + plain.folded(beside.to_text(language=language, width=width)))


def _fit_of(fit: Any, language: Language, width: int, style: Mapping[str, Any]) -> str:
    """Return table, facts and notes of the fit; a column of models where that is too wide, or a table was described."""
    from panelkit.results.fit import FitResult
    from panelkit.show.tables import to_text

    room = max(cells(line) for line in fit.table_text(0.95, language).splitlines())
    if room <= width and not style:
        return str(FitResult.summary(fit, language=language))
    return f"{fit.title.text(language)}\n{to_text([fit], language=language, width=width, **style)}"


def print_content(fit: Any, beside: Any) -> None:
    """Print the fit, its tests, instruments and bounds as JSON."""
    bounds = fit.bounds
    held = (
        {}
        if bounds is None
        else {"pooled": bounds.pooled, "within": bounds.within, "estimate": bounds.estimate}
    )
    print_json(
        {
            "title": str(fit.title),
            "facts": plain_values(dict(fit.facts)),
            "coefficients": records(fit.tidy()),
            "tests": [test_record(test) for test in fit.tests],
            "instruments": records(fit.instruments),
            "bounds": held,
            "alternatives": None if beside is None else records(beside.tidy()),
            "notes": all_told(fit.notes, "en"),
        }
    )


def write(fit: Any, beside: Any, folder: Path, language: Language, *, quiet: bool) -> None:
    """Write the table, the tests, the instruments and the estimators beside the fit, and name the files."""
    import pandas as pd

    from panelkit.show.files import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    tests = pd.DataFrame(
        [
            {
                "test": test.name.text(language),
                "statistic": test.statistic,
                "df": " ".join(f"{value:g}" for value in test.df),
                "p_value": test.p_value,
                "reason": test.reason.text(language) if test.reason else "",
            }
            for test in fit.tests
        ]
    )
    written = [
        fit.to_docx(folder / "gmm.docx", language=language),
        write_whole(folder / "tests.csv", tests.to_csv(index=False)),
        write_whole(folder / "instruments.csv", fit.instruments.to_csv(index=False)),
    ]
    if beside is not None:
        written.append(beside.to_docx(folder / "alternatives.docx", language=language))
    print_written(written, quiet=quiet)
