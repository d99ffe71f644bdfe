"""Tables of the spatial commands in a terminal, and as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._printing import all_told, plain_values, print_json, records, terminal_width
from panelkit.language.message import Language, Message, message, sentences, term

if TYPE_CHECKING:
    import pandas as pd

ROOMY = 118  # columns that impacts of long regressors and tests with their nulls take
_WIDEST = 140
_DIGITS = 12
KINDS: Mapping[str, Message] = {
    "direct": term("column", "direct"),
    "indirect": term("column", "indirect"),
    "total": term("column", "total"),
}
_HEADS: Mapping[str, Message] = {
    "I": term("column", "Moran's I"),
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


def echo_frame(frame: pd.DataFrame, notes: Iterable[Any], language: Language, *, index: bool = True) -> None:
    """Print a table under the heads of its columns, with its notes."""
    from panelkit.show.tables import frame_table

    text = frame_table(
        _headed(frame, language),
        language=language,
        notes=all_told(dict.fromkeys(notes), language),
        index=index,
        decimals=4,
        format="text",
        width=width(),
    )
    typer.echo(text)


def echo_by_term(frame: pd.DataFrame, notes: Sequence[Any], language: Language) -> None:
    """Print one table, or in a narrow terminal one a regressor, so that no digit is cut off."""
    shown = frame.drop(columns="statistic", errors="ignore")
    if width() >= ROOMY:
        echo_frame(shown, notes, language, index=False)
        return
    names = list(dict.fromkeys(shown["term"]))
    for name in names:
        typer.echo(f" {name}")
        part = shown[shown["term"] == name].drop(columns="term")
        echo_frame(part, notes if name == names[-1] else [], language, index=False)


def echo_tests(tests: Sequence[Any], language: Language) -> None:
    """Print tests; in a narrow terminal their null hypotheses stand below the table."""
    from panelkit.show.tables import frame_of_tests
    from panelkit.show.words import word

    notes: list[Any] = list(dict.fromkeys(note for test in tests for note in test.notes))
    frame = frame_of_tests(tests, language=language)
    if width() < ROOMY:
        nulls = frame.pop(word("null", language))
        said = [message("{test}: {null}", test=name, null=null) for name, null in nulls.items()]
        notes = [*notes, message("null hypotheses: {nulls}", nulls=sentences(said))]
    echo_frame(frame, notes, language)


def print_tests(tests: Sequence[Any]) -> None:
    """Print tests as JSON."""
    print_json([test_record(test) for test in tests], allow_nan=True)


def test_record(test: Any) -> dict[str, Any]:
    """Return a test as a JSON-ready mapping."""
    return {
        "name": test.name,
        "null": test.null,
        "statistic": test.statistic if test.applicable else None,
        "df": list(test.df),
        "p_value": test.p_value if test.applicable else None,
        "reason": test.reason,
        "facts": plain_values(dict(test.facts)),
        "notes": list(test.notes),
    }


def rows(frame: pd.DataFrame) -> Any:
    """Return the rows of a table for JSON."""
    return records(frame, _DIGITS)


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
