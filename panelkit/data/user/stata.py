"""Read a Stata file: its numbers, its value labels, and Chinese texts that Stata 13 and older wrote in GB18030."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from panelkit.language.errors import DataError
from panelkit.language.message import message

_HIGH = re.compile(r"[\x80-\xff]+")


def read_stata(path: Path) -> pd.DataFrame:
    """Return the table of a Stata file, labelled columns as their codes.

    Raises
    ------
    DataError
        If the file is damaged or no Stata file.
    """
    table = _read(path, None, labels=False)
    if not table.columns.is_unique:
        raise DataError(message("{path} is damaged: it holds two columns of one name", path=path))
    texts = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name].dtype)]
    cells = {cell for name in texts for cell in table[name].unique() if isinstance(cell, str)}
    if not _is_chinese([*cells, *map(str, table.columns)]):
        return table
    for name in texts:
        table[name] = [_chinese(cell) if isinstance(cell, str) else cell for cell in table[name]]
    return table.rename(columns=lambda name: _chinese(str(name)))


def labels_of_codes(path: str | Path, column: str) -> pd.Series | None:
    """Return a column of a Stata file as its value labels, in the order of their codes; None where it has none.

    Raises
    ------
    DataError
        If two codes of the column carry one label: the column then does not tell them apart.
    """
    held = {_chinese(str(name)): name for name in _read(Path(path), None, labels=False).columns}
    name = column if column in held.values() else held.get(column, column)
    try:
        labelled = _read(Path(path), name, labels=True)[name]
    except _RepeatedLabelsError as error:
        raise DataError(
            message(
                "{path}: value labels of the column {column} stand on more than one code each: {twice}. "
                "Give every code its own label (label define), or drop them (label values {column} .) "
                "and use the codes",
                path=path,
                column=column,
                twice=error.labels,
            )
        ) from None
    if not isinstance(labelled.dtype, pd.CategoricalDtype):
        return None
    names = [_spelled(value) for value in labelled.cat.categories]
    return labelled.cat.rename_categories([_chinese(name) for name in names] if _is_chinese(names) else names)


def labels_of_variables(path: Path) -> dict[str, str]:
    """Return the variable labels of a Stata file by the names of its variables; empty ones among them.

    Raises
    ------
    DataError
        If there is no such file, or it is damaged or no Stata file.
    """
    _read(path, [], labels=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnicodeWarning)
        with pd.read_stata(path, iterator=True) as reader:
            held = reader.variable_labels()
    texts = [*map(str, held), *held.values()]
    if not _is_chinese(texts):
        return {str(name): label.strip() for name, label in held.items()}
    return {_chinese(str(name)): _chinese(label).strip() for name, label in held.items()}


class _RepeatedLabelsError(Exception):
    def __init__(self, labels: list[str]) -> None:
        self.labels = [_chinese(label) for label in labels] if _is_chinese(labels) else labels
        super().__init__(", ".join(self.labels))


def _read(path: Path, column: str | list[str] | None, *, labels: bool) -> pd.DataFrame:
    columns = [column] if isinstance(column, str) else column
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnicodeWarning)
            return pd.read_stata(path, columns=columns, convert_categoricals=labels)
    except FileNotFoundError:
        raise
    except Exception as error:  # pandas raises whatever the damaged bytes lead to
        if labels and "not unique" in str(error):
            lines = str(error).split("-\n")[-1].splitlines()
            raise _RepeatedLabelsError([line.strip() for line in lines if line.strip()]) from None
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            message(
                "{path} cannot be read as a Stata file, it is damaged or of another kind: {reason}",
                path=path,
                reason=reason,
            )
        ) from error


def _spelled(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.strip()


def _is_chinese(texts: Iterable[str]) -> bool:
    """Tell whether texts read as Latin letters are GB18030: high bytes in pairs throughout, and all of them decode."""
    runs = [run for text in texts for run in _HIGH.findall(text)]
    if not runs or any(len(run) % 2 for run in runs):
        return False
    return all(_decoded(text) is not None for text in texts)


def _chinese(text: str) -> str:
    return _decoded(text) or text


def _decoded(text: str) -> str | None:
    try:
        return text.encode("latin-1").decode("gb18030")
    except UnicodeError:
        return None
