"""Tables of the spatial commands in a terminal, and as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._printing import all_told, print_json, terminal_width
from panelkit.cli._records import test_record
from panelkit.language.message import Language, Message, message, sentences, term

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.cli._options import Printed
    from panelkit.cli._table_options import FrameToFile

ROOMY = 118  # columns that impacts of long regressors and tests with their nulls take
_WIDEST = 140
KINDS: Mapping[str, Message] = {
    "direct": term("column", "direct"),
    "indirect": term("column", "indirect"),
    "total": term("column", "total"),
}
_HEADS: Mapping[str, Message] = {
    "I": term("column", "Moran's I"),
    "n": term("column", "N"),
    "expected": term("column", "expected"),
    "p_permutation": term("column", "p, one-sided"),
    "p_two_sided": term("column", "p, two-sided"),
    "equation": term("column", "effect"),
    "effect": term("column", "effect"),
    "term": term("column", "term"),
    "estimate": term("column", "estimate"),
    "std_error": term("column", "std. error"),
    "p_value": term("column", "p"),
    "conf_low": term("column", "low"),
    "conf_high": term("column", "high"),
    "weights": term("column", "weights"),
    "rho": term("column", "spatial rho"),
    **KINDS,
    "direct_p": term("column", "p"),
    "indirect_p": term("column", "p"),
    "total_p": term("column", "p"),
    "rho_p": term("column", "p"),
    "observed": term("column", "observed"),
    "placebo_low": term("column", "placebo 2.5 %"),
    "placebo_high": term("column", "placebo 97.5 %"),
}


def width() -> int:
    """Return the columns that a spatial table may take."""
    return terminal_width(_WIDEST)


Look = Mapping[str, Any]
_PLAIN: Look = {}


def echo_frame(
    frame: pd.DataFrame,
    notes: Iterable[Any],
    language: Language,
    *,
    index: bool = True,
    look: Look = _PLAIN,
    path: Path | None = None,
) -> None:
    """Print a table under the heads of its columns, with its notes; with a path, write it there instead."""
    from panelkit.show.tables import frame_table

    told = [*all_told(dict.fromkeys(notes), language), *look.get("notes", ())]
    style = {"decimals": 4, **look, "notes": told}
    shown = _headed(frame, language)
    if path is not None:
        frame_table(shown, path, language=language, index=index, **style)
        return
    text = frame_table(shown, language=language, index=index, format="text", width=width(), **style)
    typer.echo(text)


def put_frame(
    frame: pd.DataFrame,
    notes: Sequence[Any],
    language: Language,
    options: FrameToFile,
    *,
    quiet: bool,
    index: bool,
) -> None:
    """Write a table to the file of `--table`, where one is named, and name it."""
    if options.table is not None:
        echo_frame(frame, notes, language, index=index, look=options.style(), path=options.table)
        typer.echo(str(options.table), err=quiet)


def echo_by_term(
    frame: pd.DataFrame, notes: Sequence[Any], language: Language, look: Look = _PLAIN, *, by: str = "term"
) -> None:
    """Print one table, or in a narrow terminal one a regressor (or an effect), so that no digit is cut off."""
    shown = frame.drop(columns="statistic", errors="ignore")
    if width() >= ROOMY:
        echo_frame(shown, notes, language, index=False, look=look)
        return
    names = list(dict.fromkeys(shown[by]))
    for name in names:
        typer.echo(f" {KINDS[name].text(language) if name in KINDS and by != 'term' else name}")
        part = shown[shown[by] == name].drop(columns=by)
        last = name == names[-1]
        held = {key: value for key, value in look.items() if last or key != "notes"}
        echo_frame(part, notes if last else [], language, index=False, look=held)


def echo_tests(tests: Sequence[Any], language: Language, look: Look = _PLAIN) -> None:
    """Print tests; in a narrow terminal their null hypotheses stand below the table."""
    from panelkit.show.tables import frame_of_tests
    from panelkit.show.words import word

    notes: list[Any] = list(dict.fromkeys(note for test in tests for note in test.notes))
    frame = frame_of_tests(tests, language=language)
    if width() < ROOMY:
        nulls = frame.pop(word("null", language))
        said = [message("{test}: {null}", test=name, null=null) for name, null in nulls.items()]
        notes = [*notes, message("null hypotheses: {nulls}", nulls=sentences(said))]
    echo_frame(frame, notes, language, look=look)


def put_tests(tests: Sequence[Any], printed: Printed, look: FrameToFile) -> None:
    """Print tests as a table or as JSON, and write their table to the file of `--table`."""
    language = printed.language
    if printed.as_json:
        print_tests(tests)
    else:
        echo_tests(list(tests), language, look.style())
    if look.table is not None:
        from panelkit.show.tables import frame_of_tests

        notes = list(dict.fromkeys(note for test in tests for note in test.notes))
        frame = frame_of_tests(tests, language=language)
        put_frame(frame, notes, language, look, quiet=printed.as_json, index=True)


def print_tests(tests: Sequence[Any]) -> None:
    """Print tests as JSON."""
    print_json([test_record(test) for test in tests])


def write_tables(tables: Mapping[str, pd.DataFrame], out: Path) -> list[Path]:
    """Write each table as CSV to a folder and return the paths."""
    from panelkit.show.files import csv_text, write_whole

    return [write_whole(out / f"{name}.csv", csv_text(table)) for name, table in tables.items()]


def _headed(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the table as it is shown: two columns may have one head, and are told apart by their names before."""
    shown = frame.copy()
    kinds = {key: kind.text(language) for key, kind in KINDS.items()}
    for column in ("equation", "effect"):
        if column in shown.columns:
            shown[column] = shown[column].replace(kinds)
    shown.columns = [_HEADS[name].text(language) if name in _HEADS else name for name in frame.columns]
    return shown
