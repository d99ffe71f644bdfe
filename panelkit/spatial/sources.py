"""What a user holds as weights, as a matrix with ids: frames, links, arrays, libpysal objects and files."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from panelkit.kernels.frames import as_pandas, is_frame, type_name
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.show.brief import Brief
from panelkit.spatial.ids import Places, absent, counts_rows, listed, loose, plain, twins

FILES = message(".csv, .txt, .xlsx, .xls, .dta, .gal and .gwt")
LINKS = ("focal", "neighbor")


@dataclass(frozen=True, eq=False)
class Source(Brief):
    """A matrix (N, N), the ids that came with it or were given, and what must be said about them."""

    matrix: sparse.csr_array
    ids: tuple[Hashable, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class _Table:
    """A block of cells with the labels of its rows and columns, None where there are none.

    `written`: the labels were written by somebody, not numbered by pandas.
    """

    cells: pd.DataFrame
    rows: list[Any] | None
    heads: list[Any] | None
    written: bool = True


def read_source(w: Any, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    """Return the matrix and the ids of what a user holds.

    Raises
    ------
    SpecError
        If the object is of no known kind, or nobody says who is who.
    DataError
        If labels repeat, disagree with each other or with `ids`, or cells are no numbers.
    """
    if isinstance(w, str | Path):
        return _file(Path(w), ids, name)
    if is_frame(w):
        return _frame(as_pandas(w, message("the weights")), ids, name)
    if hasattr(w, "adjacency") and hasattr(w, "unique_ids"):
        return _named(Source(sparse.csr_array(w.sparse), tuple(map(plain, w.unique_ids))), ids, name)
    if hasattr(w, "id_order") and hasattr(w, "sparse"):
        return _named(Source(sparse.csr_array(w.sparse), tuple(map(plain, w.id_order))), ids, name)
    if sparse.issparse(w) or isinstance(w, np.ndarray):
        if ids is None:
            raise SpecError(
                message("an array of weights has no ids: give them, as_weights(matrix, ids=[...])")
            )
        if w.ndim != 2 or w.shape[0] != w.shape[1]:
            raise DataError(
                message(
                    "{name}: a matrix of shape {shape!s}: weights are square, units by units",
                    name=name,
                    shape=w.shape,
                )
            )
        return Source(sparse.csr_array(w if sparse.issparse(w) else _numbers(w, name)), ids)
    raise SpecError(
        message(
            "weights come as Weights, Graph, W, a frame, an array with ids, or a file ({files}), not {kind}",
            files=FILES,
            kind=type_name(w),
        )
    )


def _frame(frame: pd.DataFrame, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    if tuple(str(column).strip().lower() for column in frame.columns[:2]) == LINKS and frame.shape[1] in (
        2,
        3,
    ):
        return _links(frame, ids, name)
    numbered = _only_counts(frame.index)
    if numbered and frame.shape[1] == len(frame) + 1:  # the names stand in the first column
        return _square(_Table(frame.iloc[:, 1:], list(frame.iloc[:, 0]), list(frame.columns[1:])), ids, name)
    written = not (numbered or _only_counts(frame.columns))
    return _square(_Table(frame, list(frame.index), list(frame.columns), written), ids, name)


def _only_counts(index: Any) -> bool:
    """Tell whether pandas numbered the rows itself, which says nothing about who stands there."""
    return isinstance(index, pd.RangeIndex) and counts_rows(list(index))


def _square(table: _Table, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    """Return the block with the ids of its labels; labels that only count rows name nobody."""
    cells, (n, m) = table.cells, table.cells.shape
    rows = None if table.rows is None else [plain(key) for key in table.rows]
    heads = None if table.heads is None else [plain(key) for key in table.heads]
    no_rows = rows is None or counts_rows(rows)
    strange = rows is not None and heads is not None and not set(map(loose, rows)) & set(map(loose, heads))
    no_heads = heads is None or counts_rows(heads, placeholders=no_rows or strange)
    if n != m:
        if rows is not None and heads is not None and not (no_rows or no_heads):
            _order_of(rows, heads, name)  # says which labels are too many
        raise DataError(
            message(
                "{name}: {n} rows and {m} columns of weights: they are square, units by units",
                name=name,
                n=n,
                m=m,
            )
        )
    alike = rows is not None and heads is not None and set(map(loose, rows)) == set(map(loose, heads))
    labelled = alike and (no_rows != no_heads or (table.written and _same_units(rows, ids)))
    values = _numbers(cells.to_numpy(dtype=object), name)
    if no_rows and no_heads and not labelled:
        if ids is None:
            raise SpecError(
                message(
                    "{name}: rows and columns that are only counted say nothing about who is who: give the ids in the "
                    "order of the rows, as_weights(w, ids=[...]), or label rows and columns with the units' names, "
                    "frame.index = frame.columns = [...] (in a file, its first row and first column; command line: "
                    "--w-order COLUMN, the number in whose order the rows stand, as xsmle reads them)",
                    name=name,
                )
            )
        return Source(sparse.csr_array(values), ids)
    notes: tuple[Message, ...] = ()
    if not labelled and (no_rows or no_heads):
        notes = (_one_sided(of_rows=no_rows),)
        rows = heads = heads if no_rows else rows
    if rows is None or heads is None:
        raise SpecError(message("{name}: neither rows nor columns carry labels", name=name))
    matrix = sparse.csr_array(values[:, _order_of(rows, heads, name)])
    return _ordered(Source(matrix, tuple(rows), notes), ids, name)


def _same_units(rows: list[Any] | None, ids: tuple[Hashable, ...] | None) -> bool:
    return rows is not None and ids is not None and set(map(loose, rows)) == set(map(loose, ids))


def _one_sided(*, of_rows: bool) -> Message:
    """Return which side of the weights carries no names."""
    if of_rows:
        return message("the rows of the weights carry no names and were taken in the order of the other side")
    return message("the columns of the weights carry no names and were taken in the order of the other side")


def _order_of(rows: list[Any], heads: list[Any], name: str) -> list[int]:
    """Return the columns in the order of the rows; refuse labels that are missing, double or on one side only."""
    for side, keys in ((message("rows"), rows), (message("columns"), heads)):
        if any(absent(key) for key in keys):
            raise DataError(
                message("{name}: a label is missing in the {side}: name every unit", name=name, side=side)
            )
        double = twins(keys)
        if double:
            raise DataError(
                message(
                    "{name}: ids stand twice in the {side}: {double}",
                    name=name,
                    side=side,
                    double=listed(double),
                )
            )
    place = Places(heads, rows)
    order = [place.get(key) for key in rows]
    if None in order or len(heads) != len(rows):
        back = Places(rows, heads)
        raise DataError(
            message(
                "{name}: ids of rows and columns differ: only in rows {in_rows}, only in columns {in_columns}",
                name=name,
                in_rows=listed((key for key, at in zip(rows, order, strict=True) if at is None)),
                in_columns=listed(key for key in heads if back.get(key) is None),
            )
        )
    return [at for at in order if at is not None]


def _named(source: Source, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    """Return a network of libpysal under `ids`: by position where its own ids only count, else in their order."""
    if ids is not None and counts_rows(source.ids) and not _same_units(list(source.ids), ids):
        return Source(source.matrix, ids)
    return _ordered(source, ids, name)


def _ordered(source: Source, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    """Return the source in the order of `ids`, under their spelling; refuse ids that are not its own."""
    if ids is None or ids == source.ids:
        return source
    double = twins(ids)
    if double:
        raise DataError(
            message("{name}: ids stand twice in ids=: {double}", name=name, double=listed(double))
        )
    place, back = Places(source.ids, ids), Places(ids, source.ids)
    order = [place.get(key) for key in ids]
    absent = [key for key, at in zip(ids, order, strict=True) if at is None]
    extra = [key for key in source.ids if back.get(key) is None]
    if absent or extra:
        raise DataError(
            message(
                "{name}: ids= and the labels of the weights differ: only in ids= {absent}; only in the weights "
                "{extra}. Leave out ids=, or name the same units",
                name=name,
                absent=listed(absent),
                extra=listed(extra),
            )
        )
    at = np.array(order, dtype=np.int64)
    return Source(source.matrix[at][:, at].tocsr(), ids, source.notes)


def _links(frame: pd.DataFrame, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    ends = [[plain(key) for key in frame.iloc[:, side]] for side in (0, 1)]
    if any(absent(key) for side in ends for key in side):
        raise DataError(message("{name}: a link lacks one of its two units", name=name))
    weight = (
        _numbers(frame.iloc[:, 2].to_numpy(dtype=object), name)
        if frame.shape[1] == 3
        else np.ones(len(frame))
    )
    twice = frame.iloc[:, :2].duplicated()
    if twice.any():
        pairs = [f"{a} - {b}" for a, b in frame.loc[twice].iloc[:, :2].itertuples(index=False)]
        raise DataError(
            message(
                "{name}: links stand twice, and their weights would add up: {pairs}",
                name=name,
                pairs=listed(pairs),
            )
        )
    held = tuple(dict.fromkeys([*ends[0], *ends[1]]))
    units = held if ids is None else ids
    place = Places(units, held)
    unknown = [key for key in held if place.get(key) is None]
    if unknown:
        raise DataError(
            message("{name}: links name units that ids= lacks: {unknown}", name=name, unknown=listed(unknown))
        )
    at = tuple([int(place.get(key) or 0) for key in side] for side in ends)
    return Source(sparse.csr_array((weight, at), shape=(len(units), len(units))), units)


def _numbers(cells: Any, name: str) -> Any:
    """Return cells as floats; missing ones as NaN, for the check of the weights to name."""
    try:
        return np.asarray(
            pd.DataFrame(cells).replace({None: np.nan}).to_numpy(float, na_value=np.nan)
        ).reshape(np.shape(cells))
    except (TypeError, ValueError):
        pass
    flat = [cell for cell in np.ravel(np.asarray(cells, dtype=object)) if not _is_number(cell)]
    if not flat:
        raise DataError(message("{name}: weights are real numbers, and some cells are not", name=name))
    raise DataError(
        message(
            "{name}: weights are real numbers, and some cells are not, for example {cell!r}",
            name=name,
            cell=flat[0],
        )
    )


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return cell is None or cell is pd.NA
    return True


def _file(path: Path, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    if not path.is_file():
        raise DataError(message("no weights file at {path}", path=path))
    kind = path.suffix.lower()
    try:
        if kind in (".csv", ".txt"):
            return _read_text(path, ids, name)
        if kind in (".xlsx", ".xls", ".xlsm"):
            return _read_workbook(path, ids, name)
        if kind == ".dta":
            return _frame(pd.read_stata(path), ids, name)
        if kind in (".gal", ".gwt"):
            from libpysal import graph

            return read_source(graph.read_gal(path) if kind == ".gal" else graph.read_gwt(path), ids, name)
    except (DataError, SpecError):
        raise
    except Exception as error:  # a damaged file raises whatever its reader does
        first = str(error).splitlines() or [type(error).__name__]
        raise DataError(
            message(
                "{name} cannot be read as weights: {first}", name=path.name, first=verbatim(first[0][:200])
            )
        ) from error
    raise SpecError(message("{name}: weights are read from {files} files", name=path.name, files=FILES))


def _read_text(path: Path, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    text = _decoded(path)
    first_line = text.lstrip().split("\n", 1)[0]
    mark = max((",", ";", "\t"), key=first_line.count)
    mark = mark if mark in first_line else r"\s+"
    lines = [line for line in text.splitlines() if line.strip(f'{mark} \t"')]
    if not lines:
        raise DataError(message("{name} holds no weights: it is empty", name=path.name))
    if len(mark) == 1 and all(line.endswith(mark) for line in lines):
        lines = [line[:-1] for line in lines]
    one = lines[0].split() if mark == r"\s+" else next(csv.reader([lines[0]], delimiter=mark))
    first = [cell.strip() for cell in one]
    if tuple(cell.lower() for cell in first[:2]) == LINKS and len(first) in (2, 3):
        return _links(pd.read_csv(io.StringIO("\n".join(lines)), sep=mark), ids, name)
    has_head, has_index = _layout(len(lines), first, name)
    body = pd.read_csv(
        io.StringIO("\n".join(lines)),
        sep=mark,
        header=None,
        skiprows=int(has_head),
        names=range(len(first)),
        index_col=False,
        dtype={0: str} if has_index else None,
        low_memory=False,
    )
    return _laid_out(body, first if has_head else None, has_index, ids, name)


def _decoded(path: Path) -> str:
    held = path.read_bytes()
    codes = ("utf-16",) if held[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for code in codes:
        try:
            return held.decode(code)
        except UnicodeDecodeError:
            continue
    raise DataError(
        message("{name} is text in no known encoding: save it as UTF-8 or GB18030", name=path.name)
    )


def _read_workbook(path: Path, ids: tuple[Hashable, ...] | None, name: str) -> Source:
    grid = pd.read_excel(path, header=None, engine="calamine")
    grid = grid.dropna(how="all").dropna(how="all", axis=1).reset_index(drop=True)
    if grid.empty:
        raise DataError(message("{name} holds no weights: its first sheet is empty", name=path.name))
    first = [_whole(cell) for cell in grid.iloc[0]]
    if tuple(str(cell).strip().lower() for cell in first[:2]) == LINKS and len(first) in (2, 3):
        return _links(grid.iloc[1:].set_axis(first, axis=1), ids, name)
    has_head, has_index = _layout(len(grid), first, name)
    return _laid_out(grid.iloc[int(has_head) :], first if has_head else None, has_index, ids, name)


def _layout(lines: int, first: Sequence[Any], name: str) -> tuple[bool, bool]:
    """Return whether a table has a first row and a first column of labels, by its shape and its first row."""
    width = len(first)
    if lines == width:
        numbers = all(_is_number(cell) and cell == cell for cell in first)
        return not numbers, not numbers
    if abs(lines - width) == 1:
        return lines > width, width > lines
    raise DataError(
        message(
            "{name}: {lines} lines of {width} cells: weights are square, with names in the first row, the "
            "first column or both; or links, in columns called focal, neighbor and weight",
            name=name,
            lines=lines,
            width=width,
        )
    )


def _laid_out(
    body: pd.DataFrame,
    head: Sequence[Any] | None,
    has_index: bool,
    ids: tuple[Hashable, ...] | None,
    name: str,
) -> Source:
    rows = [_whole(cell) for cell in body.iloc[:, 0]] if has_index else None
    heads = None if head is None else list(head)[int(has_index) :]
    return _square(_Table(body.iloc[:, int(has_index) :], rows, heads), ids, name)


def _whole(cell: Any) -> Any:
    """Return a label as it reads: 110000 for 110000.0, and texts without blanks around."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.strip() if isinstance(cell, str) else plain(cell)
