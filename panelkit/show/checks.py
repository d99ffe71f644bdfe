"""Say what a table or figure lacks, and which of its options are wrong, before it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.show.formats import ENDINGS, FILES, OTHER_PROGRAMS, Format


def require_ending(path: str | Path, format: Format) -> None:
    """Refuse a file whose ending means another format to the program that opens it.

    Raises
    ------
    StyleError
        With the endings of the format; texts may end in any way but as a file of another program.
    """
    ending = Path(path).suffix.lower()
    held = ENDINGS.get(ending)
    wrong = held != format and (format in FILES or held in FILES)
    if wrong or ending in OTHER_PROGRAMS:
        raise StyleError(
            message(
                "{file} would hold a table as {format}: end the name in {endings}",
                file=path,
                format=format,
                endings=[one for one, kind in ENDINGS.items() if kind == format],
            )
        )


def need_pandas(frame: Any, what: str) -> None:
    """Refuse what is no pandas frame or series, naming its type: labels stand in the index, which others have not.

    Raises
    ------
    StyleError
        If it is a frame of another library, a dictionary, an array.
    """
    if not isinstance(frame, (pd.DataFrame, pd.Series)):
        kind = type(frame)
        root = kind.__module__.partition(".")[0]
        name = kind.__qualname__ if root == "builtins" else f"{root}.{kind.__qualname__}"
        way = "`.to_pandas()`" if hasattr(frame, "to_pandas") else "`pandas.DataFrame(...)`"
        raise StyleError(
            message(
                "{what} is made from a pandas frame, not {kind}: give {way}, labels in its index",
                what=what,
                kind=name,
                way=way,
            )
        )


def need_frame(frame: Any, what: str) -> None:
    """Refuse what is no pandas frame: a series too, which has no columns.

    Raises
    ------
    StyleError
        If it is a series, or no pandas object at all.
    """
    need_pandas(frame, what)
    if not isinstance(frame, pd.DataFrame):
        raise StyleError(
            message(
                "{what} is made from a frame, not from a series: give `series.to_frame()`, or the whole table",
                what=what,
            )
        )


def need_columns(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    """Refuse a frame that lacks columns, naming all of them.

    Raises
    ------
    StyleError
        If a column is missing.
    """
    need_frame(frame, what)
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise StyleError(
            message(
                "{what} needs the columns {missing}; the frame has {columns}",
                what=what,
                missing=missing,
                columns=list(frame.columns),
            )
        )


def star_levels(stars: Any) -> tuple[float, ...]:
    """Return the levels of the stars, weakest first; none for None.

    Raises
    ------
    StyleError
        If they are no shares between 0 and 1 (percent, texts), or neither rise nor fall.
    """
    if stars is None:
        return ()
    levels = list(stars) if isinstance(stars, Iterable) and not isinstance(stars, str) else [stars]
    real = all(isinstance(level, Real) and not isinstance(level, bool) for level in levels)
    if not real or isinstance(stars, (str, Real)) or not all(0.0 < float(level) < 1.0 for level in levels):
        percent = real and all(0.0 < float(level) <= 100.0 for level in levels) and levels
        why = (
            message("write shares, not percent")
            if percent and not isinstance(stars, Real)
            else message("or None for no stars")
        )
        raise StyleError(
            message(
                "{stars_option} lists levels between 0 and 1, (0.1, 0.05, 0.01), not {stars!r}: {why}",
                stars_option=option("stars"),
                stars=stars,
                why=why,
            )
        )
    falling = sorted((float(level) for level in levels), reverse=True)
    given = [float(level) for level in levels]
    if given not in (falling, falling[::-1]) or any(one == other for one, other in pairwise(falling)):
        raise StyleError(
            message(
                "{stars_option} lists levels in falling order, {falling!s}, not {stars!r}",
                stars_option=option("stars"),
                falling=tuple(falling),
                stars=stars,
            )
        )
    return tuple(falling)


def need_known(names: Iterable[Any], known: Iterable[str], what: str) -> None:
    """Refuse names that are not among the known ones, listing those.

    Raises
    ------
    StyleError
        If a name is unknown.
    """
    allowed = list(dict.fromkeys(known))
    unknown = [repr(name) for name in names if name not in allowed]
    if unknown:
        raise StyleError(
            message(
                "{what} {unknown} is unknown: there are {allowed}",
                what=what,
                unknown=unknown,
                allowed=allowed,
            )
        )


def need_values(series: Any, what: str) -> None:
    """Refuse what is no pandas series, and an empty one.

    Raises
    ------
    StyleError
        If it is a frame or of another library, or there is nothing to draw.
    """
    need_pandas(series, what)
    if not isinstance(series, pd.Series):
        raise StyleError(
            message(
                "{what} is made from one series under its labels: give `frame['column']`, not a frame",
                what=what,
            )
        )
    if len(series) == 0:
        raise StyleError(message("{what} needs at least one row", what=what))


def need_rows(frame: pd.DataFrame, what: str) -> None:
    """Refuse an empty frame, and what is none.

    Raises
    ------
    StyleError
        If there is nothing to draw.
    """
    need_frame(frame, what)
    if len(frame) == 0:
        raise StyleError(message("{what} needs at least one row", what=what))
