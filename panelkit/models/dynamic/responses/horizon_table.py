"""The table of numbers by horizon: one column an impulse and response, estimates with their bands beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.cells import cell_len

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.show.alignment import HARD

_MOST_ROWS = 13
_GAP = 3
_FRAME = 1
_NO_WIDTH = 1e-12
"""A band of less than this share of its ends is rounding about a number that is fixed, and not printed."""


def ordered(order: Sequence[str]) -> Message:
    """Return the order of the shocks as a sentence."""
    return message("order of the shocks: {order}", order=verbatim(" → ".join(order)))


def table_of(result: Any, level: float, language: Language) -> pd.DataFrame:
    """Return estimates with bands as texts, one row a horizon, one column an impulse and response."""
    columns = {
        f"{impulse} → {response}": [" ".join(cell).replace(HARD, " ") for cell in cells]
        for (impulse, response), cells in _cells(result, level, range(len(result.horizons))).items()
    }
    index = pd.Index([str(h) for h in result.horizons], name=message("horizon").text(language))
    return pd.DataFrame(columns, index=index)


def terminal_tables(result: Any, level: float, language: Language, width: int) -> list[str]:
    """Return the table as texts of `width` columns, one or several below each other, long ones with part of their rows.

    Bands stand beside the estimates where all columns fit so, else below them.
    """
    from panelkit.show.tables import frame_table

    rows = _shown(len(result.horizons))
    cells = _cells(result, level, rows)
    head = message("horizon").text(language)
    stub = cell_len(head) + _GAP + _FRAME
    wide = sum(_width(pair, held, " ") + _GAP for pair, held in cells.items()) + stub <= width
    between = " " if wide else "\n"
    texts = []
    for part in _parts(cells, width - stub, between, len(result.names)):
        columns = {f"{pair[0]} →\n{pair[1]}": [between.join(cell) for cell in cells[pair]] for pair in part}
        index = pd.Index([str(result.horizons[at]) for at in rows], name=head)
        made = frame_table(pd.DataFrame(columns, index=index), format="text", language=language, width=width)
        texts.append(made.rstrip("\n"))
    return texts


def _cells(result: Any, level: float, rows: Sequence[int]) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """Return estimates and bands as texts by impulse and response."""
    low, high = result.band(level)
    return {
        (impulse, response): _column(result.values, low, high, rows, (j, k), result.decimals)
        for k, impulse in enumerate(result.names)
        for j, response in enumerate(result.names)
    }


def _parts(
    cells: dict[tuple[str, str], list[tuple[str, ...]]], room: int, between: str, count: int
) -> list[list[tuple[str, str]]]:
    """Return which columns stand beside each other: as many impulses as fit, or as many columns of one."""
    pairs = list(cells)
    needed = {pair: _width(pair, held, between) + _GAP for pair, held in cells.items()}
    blocks = [pairs[at : at + count] for at in range(0, len(pairs), count)]
    if any(sum(needed[pair] for pair in block) > room for block in blocks):
        blocks = [[pair] for pair in pairs]
    parts: list[list[tuple[str, str]]] = [[]]
    for block in blocks:
        if parts[-1] and sum(needed[pair] for pair in [*parts[-1], *block]) > room:
            parts.append([])
        parts[-1] += block
    return parts


def _width(pair: tuple[str, str], cells: list[tuple[str, ...]], between: str) -> int:
    """Return how wide a column is, its head on two lines."""
    lines = [f"{pair[0]} →", pair[1]]
    lines += [line for cell in cells for line in between.join(cell).splitlines()]
    return max(map(cell_len, lines))


def _shown(count: int) -> list[int]:
    """Return the rows of a long table that a terminal shows: the first six, then one in so many."""
    if count <= _MOST_ROWS:
        return list(range(count))
    step = -(-(count - 6) // (_MOST_ROWS - 6))
    return sorted({*range(6), *range(5 + step, count, step), count - 1})


def _column(
    values: FloatArray,
    low: FloatArray,
    high: FloatArray,
    rows: Sequence[int],
    at_pair: tuple[int, int],
    decimals: int | None,
) -> list[tuple[str, ...]]:
    """Return the cells of a column; without decimals of its own the largest number gets four digits."""
    j, k = at_pair
    at = list(rows)
    held = np.concatenate([part[at, j, k] for part in (values, low, high)])
    finite = held[np.isfinite(held)]
    if decimals is None:
        decimals = _decimals(float(np.abs(finite).max()) if len(finite) else 0.0)
    return [_cell(values[h, j, k], low[h, j, k], high[h, j, k], decimals) for h in at]


def _decimals(size: float) -> int | None:
    """Return the decimals that give the largest number of a column four digits; None: no plain numbers."""
    if size == 0.0:
        return 3
    decimals = 3 - math.floor(math.log10(size))
    return None if not -3 <= decimals <= 8 else max(decimals, 0)


def _cell(value: float, low: float, high: float, decimals: int | None) -> tuple[str, ...]:
    if math.isnan(low) or math.isnan(high) or high - low <= _NO_WIDTH * max(abs(low), abs(high)):
        return (_number(value, decimals),)
    band = f"[{_number(low, decimals)}, {_number(high, decimals)}]".replace(" ", HARD)
    return _number(value, decimals), band


def _number(value: float, decimals: int | None) -> str:
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    text = f"{value:.3e}" if decimals is None else f"{value:.{decimals}f}"
    return text.replace("-", "−", 1) if float(text) < 0 else text.removeprefix("-")
