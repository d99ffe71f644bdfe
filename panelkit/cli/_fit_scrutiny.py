"""The conditions that `panelkit fit --scrutiny TERM` prints below the estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._printing import narrow_terminal, records
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.results.fit import FitResult
    from panelkit.studies.scrutiny.door import Scrutinised


def scrutinies(
    fits: list[FitResult], terms: list[str], frame: pd.DataFrame, *, regions: str | None, seed: int
) -> list[tuple[int, Scrutinised]]:
    """Return what every term bears, each with the number of its fit.

    Raises
    ------
    SpecError
        If a fit or an option does not fit the conditions, or the column of regions is no such column.
    """
    from panelkit.studies.scrutiny.door import scrutinise

    known = None if regions is None else _by_unit(frame, regions)
    return [
        (at, scrutinise(one, term, regions=known, rng=seed))
        for at, one in enumerate(fits, 1)
        for term in terms
        if term in one.terms
    ]


def print_scrutinies(found: list[tuple[int, Scrutinised]], columns: int, language: Language) -> None:
    """Print the conditions of each term, under the number of its column where the table has several."""
    with narrow_terminal() as width:
        for at, one in found:
            head = f"({at}) " if columns > 1 else ""
            typer.echo(f"\n{head}{one.summary(language=language, width=width)}")


def scrutiny_record(one: Scrutinised, language: Language) -> dict[str, Any]:
    """Return one term's conditions as JSON holds them."""
    return {
        "term": one.term,
        "word": one.word,
        "summary": one.title.text(language),
        "mirrored": one.mirrored,
        "smallest": one.smallest,
        "detectable": float(one.main.detectable[0]),
        "detectable_beside": one.detectable_beside,
        "conditions": records(one.tidy()),
    }


def _by_unit(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return the region of every unit from a column that is the same in all its rows."""
    if column not in frame.columns:
        raise SpecError(message("--regions {column}: no such column", column=column))
    by_unit = frame[column].dropna().groupby(level=0)
    changed = by_unit.nunique() > 1
    if changed.any():
        raise SpecError(
            message(
                "--regions {column}: it changes within {names}, and a region is one for all rows of a unit",
                column=column,
                names=[str(name) for name in changed.index[changed][:5]],
            )
        )
    return by_unit.first()
