"""The order of the rows of a matrix without names: that of a column of the panel, as Stata takes them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from panelkit.cli._options import ShippedSample
from panelkit.cli._printing import shortened
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 5


def ordered_units(
    column: str | None, frame: pd.DataFrame, sample: ShippedSample, weights: Sequence[str | None]
) -> list[Hashable] | None:
    """Return the units in ascending order of a column, or None without one.

    `column` names numbers that are constant in every unit and differ between units, or the unit itself: then its
    codes in a Stata file, or its numbers, make the order. `weights`: what the options of weights name.

    Raises
    ------
    SpecError
        If no file of weights is named, there is no such column, or it is text.
    DataError
        If the column changes in a unit or is missing there, or two units share a number.
    """
    from panelkit.cli.spatial._weights import is_file

    if column is None:
        return None
    if sample.data is None or not any(text is not None and is_file(text) for text in weights):
        raise SpecError(
            message(
                "--w-order tells how the rows of your own --w FILE are ordered beside --data: leave it out"
            )
        )
    if column == frame.index.names[0]:
        return _by_code(column, frame, sample)
    if column not in frame.columns:
        raise SpecError(
            message(
                "--w-order {column}: there is no such column, there are {columns}",
                column=column,
                columns=shortened([str(frame.index.names[0]), *map(str, frame.columns)], 12),
            )
        )
    return _by_number(column, frame[column])


def _by_code(column: str, frame: pd.DataFrame, sample: ShippedSample) -> list[Hashable]:
    """Return the units by their codes in a Stata file, or by their numbers."""
    import pandas as pd

    from panelkit.data.user.stata import labels_of_codes

    held = list(frame.index.get_level_values(0).unique())
    if sample.data is not None and sample.data.suffix.lower() == ".dta":
        labels = labels_of_codes(sample.data, column)
        if labels is not None:
            place = {str(name): at for at, name in enumerate(labels.cat.categories)}
            return sorted(held, key=lambda unit: place[str(unit)])
    numbers = pd.Series(
        pd.to_numeric(pd.Series([str(unit) for unit in held]), errors="coerce").to_numpy(), held
    )
    if numbers.isna().any():
        raise _text(column)
    return list(numbers.sort_values(kind="stable").index)


def _by_number(column: str, values: pd.Series) -> list[Hashable]:
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise _text(column)
    by_unit = values.groupby(level=0)
    changing = by_unit.nunique(dropna=False).loc[lambda count: count > 1].index
    if len(changing):
        raise DataError(
            message(
                "--w-order {column}: it changes, or is missing in places, in {units}: name a column that is one "
                "number a unit",
                column=column,
                units=shortened([str(unit) for unit in changing], _SHOWN),
            )
        )
    first = by_unit.first()
    double = first[first.duplicated(keep=False) | first.isna()]
    if len(double):
        raise DataError(
            message(
                "--w-order {column}: {units} share a number, or have none: name a column that differs between units",
                column=column,
                units=shortened([str(unit) for unit in double.index], _SHOWN),
            )
        )
    return list(first.sort_values(kind="stable").index)


def _text(column: str) -> SpecError:
    return SpecError(
        message(
            "--w-order {column}: it is text, which has no order: name a column of numbers, such as the code that "
            "xtset was given",
            column=column,
        )
    )
