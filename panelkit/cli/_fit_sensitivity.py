"""The table that `panelkit fit --sensitivity` prints below the estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._printing import narrow_terminal, records
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.results.fit import FitResult


def print_sensitivity(fits: list[FitResult], language: Language) -> None:
    """Print how sensitive the estimates are, under the number of each column where there are several."""
    title = message("Sensitivity of the estimates").text(language)
    with narrow_terminal() as width:
        for at, one in enumerate(fits, 1):
            head = f"({at}) {title}" if len(fits) > 1 else title
            typer.echo(f"\n{head}\n{_tables(one, language, width)}")


def sensitivity_rows(one: FitResult) -> Any:
    """Return the table as JSON holds it, one mapping a term, what is missing as null."""
    from panelkit.inference.sensitivity import sensitivity_table

    return records(sensitivity_table(one).reset_index())


def _tables(one: FitResult, language: Language, width: int) -> str:
    """Return quantities by term, as many terms side by side as the width holds, what they mean below."""
    from panelkit.inference.sensitivity import sensitivity_table

    table = sensitivity_table(one)
    names, parts = list(table.index), []
    while names:
        text, count = _widest(table, names, language, width)
        parts.append(text)
        names = names[count:]
    return "\n".join(parts)


def _widest(table: pd.DataFrame, names: list[str], language: Language, width: int) -> tuple[str, int]:
    """Return the first terms as text that keeps to the width, and how many they are."""
    from rich.cells import cell_len

    from panelkit.inference.sensitivity import MEANING
    from panelkit.show.tables import frame_table

    for count in range(len(names), 0, -1):
        shown = _shown(table.loc[names[:count]], language)
        whole = frame_table(shown, language=language, format="text", width=400, index=False)
        if count == 1 or max(cell_len(line) for line in whole.splitlines()) <= width:
            break
    notes = MEANING.text(language) if count == len(names) else ""
    return frame_table(shown, language=language, format="text", width=width, index=False, notes=notes), count


def _shown(part: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a part of the table with quantities as rows, under their names."""
    import pandas as pd

    from panelkit.inference.sensitivity import QUANTITIES
    from panelkit.results.numbers import number

    held = [key for key in part.columns if part[key].notna().any()]
    columns = {
        name: ["" if value != value else number(value) for value in part.loc[name, held]]
        for name in part.index
    }
    return pd.DataFrame({"": [QUANTITIES[key].text(language) for key in held], **columns})
