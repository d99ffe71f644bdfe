"""The regression that a printed table states by its headings alone: rows and a column named as columns of the data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from panelkit.audit.entries import Table
from panelkit.language.errors import SpecError
from panelkit.language.message import message

_LAGGED = re.compile(r"^(?:L(?P<many>\d?)\.|lag_?|滞后一期(?:的)?)\s*(?P<name>.+)$", re.I)
_LOGGED = re.compile(r"^(?:ln|log)[_\s(]*(?P<name>[^)]+)\)?$", re.I)
_MEASURE = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*$")
_PLAIN = re.compile(r"[^\W\d]\w*")


def stated_formula(table: Table, data: pd.DataFrame, names: Mapping[str, str] | None = None) -> str:
    """Return the fullest regression whose terms and outcome are columns of the data under the names of the table.

    A row `lnx` or `ln(x)` is the logarithm of a column `x`, `L.x` its lag; the outcome is named over the columns, or in
    the title. `names` says what a printed name stands for.

    Raises
    ------
    SpecError
        If a row, or the outcome, names no column of the data.
    """
    columns = [str(one) for one in data.columns]
    given = dict(names or {})
    printed = list(dict.fromkeys(one.subject for one in table.of("coefficient")))
    terms = {name: _given(given, name, columns) or _term(name, data, columns) for name in printed}
    lost = [name for name, term in terms.items() if term is None]
    if lost:
        raise SpecError(
            message(
                "rows {rows} name no column of the data ({columns}): say which by --name {first}=COLUMN or "
                '{first}="log(COLUMN)", or state the regression by --formula',
                rows=lost,
                columns=columns,
                first=lost[0],
            )
        )
    return f"{_outcome(table, data, columns)} ~ {' + '.join(str(term) for term in terms.values())}"


def _outcome(table: Table, data: pd.DataFrame, columns: Sequence[str]) -> str:
    over = [*table.dependents, *table.columns]
    found = [term for heading in over for term in _named_in(heading, data, columns)]
    if not found:
        found = list(_named_in(table.title, data, columns))
    held = list(dict.fromkeys(found))
    if len(held) == 1:
        return held[0]
    raise SpecError(
        message(
            "the outcome is not told by the headings {headings} among the columns of the data: state the regression by "
            "--formula",
            headings=[heading for heading in dict.fromkeys(over) if heading],
        )
    )


def _named_in(text: str, data: pd.DataFrame, columns: Sequence[str]) -> Iterable[str]:
    """Yield the terms that a heading names: as a whole, else by one of its words."""
    whole = _term(text, data, columns) if text.strip() else None
    if whole is not None:
        yield whole
        return
    for piece in re.split(r"[\s,，;；:：()（）/|]+", text):
        term = _term(piece, data, columns) if piece else None
        if term is not None:
            yield term


def _term(name: str, data: pd.DataFrame, columns: Sequence[str]) -> str | None:
    """Return the term of a formula that a printed name means, None where it names no column."""
    column = _column(name, columns)
    if column is not None:
        return _quoted(column)
    lagged = _LAGGED.match(name.strip())
    if lagged:
        inside = _term(lagged["name"], data, columns)
        return None if inside is None else f"lag({inside}, {lagged['many'] or 1})"
    logged = _LOGGED.match(name.strip())
    column = _column(logged["name"], columns) if logged else None
    if column is None or not _is_positive(data[column]):
        return None
    return f"log({_quoted(column)})"


def _column(name: str, columns: Sequence[str]) -> str | None:
    if name in columns:
        return name
    for spelled in (str, _without_measure):
        alike = [column for column in columns if _bare(spelled(column)) == _bare(name)]
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


def _given(names: Mapping[str, str], printed: str, columns: Sequence[str]) -> str | None:
    """Return the term that the user says a printed name is: a column under its own name, or a piece of a formula."""
    said = names.get(printed)
    return _quoted(said) if said in columns and said is not None else said


def _without_measure(column: str) -> str:
    """Return the name of a column without the unit of measurement in brackets behind it: 专利授权量(件)."""
    return _MEASURE.sub("", column) or column


def _is_positive(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and float(np.nanmin(column.to_numpy(float))) > 0.0


def _quoted(column: str) -> str:
    return column if _PLAIN.fullmatch(column) and column.isascii() else f"`{column}`"


def _bare(text: str) -> str:
    return re.sub(r"[\s_·×*()（）-]+", "", text).lower()
