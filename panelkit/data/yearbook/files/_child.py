"""Read workbooks in a process of its own: a damaged file may take this process down, never the caller's.

Run by its path, without the package: one JSON request a line comes in, with the file's bytes behind it, one JSON
answer a line goes out.
Formulas are not computed and links are not followed; what stands stored in a cell is all that is read.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'\bt="e"')
_FORMULA = re.compile(rb"<f\b")
_VALUE = re.compile(rb"<v>([^<]+)</v>|<is>")
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)


def beside(name: str) -> Any:
    """Return a module that lies beside this file, without the package around it."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


formats = beside("_formats")
protection = beside("_protection")
readers = beside("_two_readers")
tables = beside("_tables")


class RefusedError(Exception):
    """A workbook that is not read, with the kind of reason.

    `detail` is a text of the file or of another program, or a word (`what`) with values, which the parent process
    puts into a sentence.
    """

    def __init__(self, kind: str, detail: str | dict[str, Any] = "", sheet: str = "") -> None:
        super().__init__(kind)
        self.answer = {"refused": kind, "detail": detail, "sheet": sheet}


def main() -> None:
    """Answer requests until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        content = sys.stdin.buffer.read(request["size"])
        library = request["kind"] in ("dta", "parquet")
        limit_memory(int(request["limits"]["memory_of_tables" if library else "memory"]))
        out.write(json.dumps(answer(content, request), ensure_ascii=True) + "\n")
        out.flush()


def limit_memory(size: int) -> None:
    """Cap this process's address space, where the system knows how."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
    except (ImportError, ValueError, OSError):
        return


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """Return the sheets of one workbook, or why it is refused."""
    try:
        limits = request["limits"]
        if request["kind"] == "xls" and "EncryptedPackage".encode("utf-16-le") in content:
            return {"sheets": read_zip(opened(content, limits), limits)}
        return {"sheets": _READERS[request["kind"]](content, limits)}
    except RefusedError as refusal:
        return refusal.answer
    except MemoryError:
        return {"refused": "memory", "detail": "", "sheet": ""}
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"refused": "damaged", "detail": f"{type(error).__name__}: {error}"[:200], "sheet": ""}


def opened(content: bytes, limits: dict[str, Any]) -> bytes:
    """Return a protected workbook without Excel's default protection; a password of its own is a refusal."""
    try:
        plain: bytes | None = protection.unprotected(content)
    except protection.NoLibraryError as error:
        raise RefusedError("no_msoffcrypto") from error
    if plain is None:
        raise RefusedError("password")
    if len(plain) > limits["file"]:
        raise RefusedError("bomb", {"what": "bytes", "count": len(plain)})
    return plain


def read_table(content: bytes, limits: dict[str, Any], read: Any) -> list[dict[str, Any]]:
    """Return the one sheet of a table of another program, by the reader of its kind."""
    try:
        found: list[dict[str, Any]] = read(content, limits)
    except tables.TooLargeError as error:
        raise RefusedError("cells", str(error)) from error
    except tables.NoReaderError as error:
        raise RefusedError("no_parquet") from error
    return found


def read_ods(archive: zipfile.ZipFile, content: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sheets of an OpenDocument spreadsheet whose cells are shown as they are stored."""
    total = 0
    for part in archive.infolist():
        body = unpack(archive, part, limits["unpacked"] - total, limits)
        total += len(body)
        if is_xml(part.filename, body):
            refuse_entities(body)
        if part.filename == "content.xml":
            tables.check_xml(body)
        if word := tables.odd_in_ods(body):
            raise RefusedError("ods", {"what": word})
        if part.filename == "META-INF/manifest.xml" and b"encryption-data" in body:
            raise RefusedError("password")
    return read_calamine(content, limits)


def read_zip(content: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sheets of an xlsx or ods, after its parts have been unpacked under the limits once."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "mimetype" in archive.namelist() and len(archive.infolist()) <= limits["parts"]:
            said = unpack(archive, archive.getinfo("mimetype"), limits["unpacked"], limits)
            if tables.is_ods(said):
                return read_ods(archive, content, limits)
    odd, styled = scan_parts(content, limits)
    sheets = read_calamine(content, limits)
    for position, sheet in enumerate(sheets):
        for row, column, kind in odd.get(position, ()):
            mark(sheet, row, column, kind)
        cells, rows, columns = styled.get(position, ({}, [], []))
        formats.apply(sheet, cells)
        sheet["unseen"] = [rows, columns]
    return sheets


def scan_parts(
    content: bytes, limits: dict[str, Any]
) -> tuple[dict[int, list[tuple[int, int, str]]], dict[int, Any]]:
    """Unpack every part, checking sizes, checksums and entities.

    Returns formulas without value and errors by sheet, and by sheet what its styles do and what it hides.
    """
    odd: dict[int, list[tuple[int, int, str]]] = {}
    styled: dict[int, Any] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > limits["parts"] or len({p.filename for p in parts}) != len(parts):
            raise RefusedError("bomb", {"what": "parts", "count": len(parts)})
        if any(part.flag_bits & 1 for part in parts):
            raise RefusedError("password")
        names = {p.filename for p in parts}
        if "xl/workbook.xml" not in names:
            raise RefusedError("not_workbook", ", ".join(sorted(names)[:4]))
        order = sheet_parts(archive, names, limits)
        styles = read_styles(archive, names, limits)
        total = 0
        for part in parts:
            body = unpack(archive, part, limits["unpacked"] - total, limits)
            total += len(body)
            if is_xml(part.filename, body):
                refuse_entities(body)
            if part.filename in order or part.filename == "xl/sharedStrings.xml":
                tables.check_xml(body)
            if part.filename in order:
                odd[order[part.filename]] = odd_cells(body)
                styled[order[part.filename]] = formats.scan_sheet(body, styles)
                if body.count(b"<mergeCell ") > limits["merged"]:
                    raise RefusedError("merged", str(body.count(b"<mergeCell ")))
    return odd, styled


def read_styles(archive: zipfile.ZipFile, names: set[str], limits: dict[str, Any]) -> dict[int, Any]:
    """Return what the styles of a workbook do to its numbers."""
    part = "xl/styles.xml"
    if part not in names:
        return {}
    body = unpack(archive, archive.getinfo(part), limits["unpacked"], limits)
    refuse_entities(body)
    found: dict[int, Any] = formats.styles_of(body)
    return found


def unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int, limits: dict[str, Any]) -> bytes:
    """Return one part, stopping where it grows beyond the limits."""
    pieces: list[bytes] = []
    size = 0
    with archive.open(part) as stream:
        while piece := stream.read(1 << 20):
            size += len(piece)
            if size > room or (size > 1 << 20 and size > limits["ratio"] * max(part.compress_size, 1)):
                raise RefusedError("bomb", part.filename)
            pieces.append(piece)
    return b"".join(pieces)


def is_xml(name: str, body: bytes) -> bool:
    """Return whether a part is XML."""
    return name.endswith((".xml", ".rels", ".vml")) or body.lstrip()[:5] == b"<?xml"


def refuse_entities(body: bytes) -> None:
    """Refuse document types and entities, in whatever encoding."""
    plain = body.replace(b"\x00", b"") if body[:4].count(b"\x00") else body
    if _ENTITY.search(plain):
        raise RefusedError("entities")


def sheet_parts(archive: zipfile.ZipFile, names: set[str], limits: dict[str, Any]) -> dict[str, int]:
    """Return the part of every sheet and its position in the workbook."""
    book = unpack(archive, archive.getinfo("xl/workbook.xml"), limits["unpacked"], limits)
    links = "xl/_rels/workbook.xml.rels"
    related = unpack(archive, archive.getinfo(links), limits["unpacked"], limits) if links in names else b""
    targets: dict[bytes, str] = {}
    for tag in re.findall(rb"<Relationship\b[^>]*>", related):
        key, target = re.search(rb'\bId="([^"]*)"', tag), re.search(rb'\bTarget="([^"]*)"', tag)
        if key and target:
            path = target.group(1).decode("utf-8", "replace").lstrip("/")
            targets[key.group(1)] = path if path.startswith("xl/") else "xl/" + path
    order: dict[str, int] = {}
    for position, tag in enumerate(re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", book)):
        key = re.search(rb'\br:id="([^"]*)"', tag)
        if key and key.group(1) in targets:
            order[targets[key.group(1)]] = position
    return order


def odd_cells(body: bytes) -> list[tuple[int, int, str]]:
    """Return the cells of a sheet that hold an error, or a formula whose value was never stored."""
    found: list[tuple[int, int, str]] = []
    if not (_FORMULA.search(body) or _ERROR.search(body)):
        return found
    for attributes, inside in _CELL.findall(body):
        kind = ""
        if _ERROR.search(attributes):
            kind = "error"
        elif inside and _FORMULA.search(inside) and not _VALUE.search(inside):
            kind = "formula"
        spot = _REFERENCE.search(attributes) if kind else None
        if spot:
            column = 0
            for letter in spot.group(1):
                column = column * 26 + letter - 64
            found.append((int(spot.group(2)) - 1, column - 1, kind))
    return found


def mark(sheet: dict[str, Any], row: int, column: int, kind: str) -> None:
    """Put an odd cell where the reader left an empty one."""
    rows = sheet["rows"]
    if row > 100_000 or column > 20_000:
        raise RefusedError("cells", {"what": "rows", "count": row + 1}, sheet["name"])
    while len(rows) <= row:
        rows.append([])
    while len(rows[row]) <= column:
        rows[row].append(None)
    rows[row][column] = {"odd": kind, "shown": "#ERROR" if kind == "error" else "=..."}


def read_calamine(content: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sheets as calamine reads them."""
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise RefusedError("password") from error
    if len(book.sheets_metadata) > limits["sheets"]:
        raise RefusedError("sheets", str(len(book.sheets_metadata)))
    sheets: list[dict[str, Any]] = []
    cells = 0
    for position, about in enumerate(book.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            sheets.append({"name": about.name, "rows": [], "merged": [], "hidden": False, "cells": False})
            continue
        sheet = book.get_sheet_by_index(position)
        cells += sheet.total_height * sheet.total_width
        if cells > limits["cells"] or sheet.total_width > limits["columns"]:
            raise RefusedError("cells", f"{sheet.total_height} x {sheet.total_width}", about.name)
        rows = [[plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or [])]
        if len(merged) > limits["merged"]:
            raise RefusedError("merged", str(len(merged)), about.name)
        hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
        sheets.append({"name": about.name, "rows": rows, "merged": merged, "hidden": hidden, "cells": True})
    return sheets


def plain(cell: Any) -> Any:
    """Return a cell as JSON holds it: text, number, nothing, or a mapping for what is neither."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return {"odd": "truth value", "shown": str(cell).upper()}
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (int, float)):
        return float(cell)
    return {"odd": "date", "shown": str(cell)}


def read_ole(content: bytes, limits: dict[str, Any], *, plain: bool = False) -> list[dict[str, Any]]:
    """Return the sheets of an xls as two readers see them; `plain` says that its protection is off already.

    Cells that calamine is known to misread are as xlrd reads them; those that differ otherwise are refused.
    """
    if 512 * (1 + int.from_bytes(content[48:52], "little")) >= len(content):
        raise RefusedError("damaged", {"what": "cut"})
    if "Workbook".encode("utf-16-le") not in content and "Book".encode("utf-16-le") not in content:
        raise RefusedError("not_workbook", {"what": "document"})
    second = read_xlrd(content, limits)
    if second is None:
        if plain:
            raise RefusedError("password")
        return read_ole(opened(content, limits), limits, plain=True)
    try:
        first = [sheet for sheet in read_calamine(content, limits) if sheet.pop("cells")]
    except RefusedError:
        raise
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, MemoryError)):
            raise
        return [with_styles(sheet, sheet) | {"alone": True} for sheet in second]
    compare(first, second)
    for sheet, other in zip(first, second, strict=True):
        sheet["name"] = other["name"]
        sheet["merged"] = sheet["merged"] or other["merged"]
        for row, cells in enumerate(other["rows"]):
            for column, cell in enumerate(cells):
                if isinstance(cell, dict) and not is_date(sheet, row, column):
                    mark(sheet, row, column, cell["odd"])
        with_styles(sheet, other)
    return first


def is_date(sheet: dict[str, Any], row: int, column: int) -> bool:
    """Return whether the first reader saw a date in a cell, which the second shows as a number of days."""
    cells = sheet["rows"][row] if row < len(sheet["rows"]) else []
    cell = cells[column] if column < len(cells) else None
    return isinstance(cell, dict) and cell["odd"] == "date"


def with_styles(sheet: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a sheet with its numbers as a person sees them, by the styles that xlrd read."""
    styles = other.pop("styles", {})
    sheet["hidden"] = other["hidden"]
    sheet["unseen"] = other["unseen"]
    sheet["unstyled"] = styles is None
    formats.apply(sheet, styles or {})
    return sheet


def read_xlrd(content: bytes, limits: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the worksheets as xlrd reads them; None where the workbook is protected."""
    import xlrd

    try:
        book = open_xlrd(content)
    except xlrd.XLRDError as error:
        if "encrypt" in str(error).lower():
            return None
        raise RefusedError("damaged", str(error)[:200]) from error
    if book.nsheets > limits["sheets"]:
        raise RefusedError("sheets", str(book.nsheets))
    sheets: list[dict[str, Any]] = []
    cells = 0
    for sheet in book.sheets():
        cells += sheet.nrows * sheet.ncols
        if cells > limits["cells"] or sheet.ncols > limits["columns"]:
            raise RefusedError("cells", f"{sheet.nrows} x {sheet.ncols}", sheet.name)
        rows = [
            [old_cell(k, v) for k, v in zip(sheet.row_types(r), sheet.row_values(r), strict=True)]
            for r in range(sheet.nrows)
        ]
        merged = [[top, left, bottom - 1, right - 1] for top, bottom, left, right in sheet.merged_cells]
        if len(merged) > limits["merged"]:
            raise RefusedError("merged", str(len(merged)), sheet.name)
        sheets.append(
            {
                "name": sheet.name,
                "rows": rows,
                "merged": merged,
                "hidden": sheet.visibility != 0,
                "styles": old_styles(book, sheet),
                "unseen": old_unseen(sheet),
            }
        )
    return sheets


def old_styles(book: Any, sheet: Any) -> dict[tuple[int, int], Any] | None:
    """Return the cells of an xls sheet whose style does anything to numbers; None where xlrd cannot read styles."""
    if not book.formatting_info:
        return None
    effects: dict[int, Any] = {}
    for style, one in enumerate(book.xf_list):
        code = book.format_map[one.format_key].format_str if one.format_key in book.format_map else ""
        found = formats.effects_of(code)
        if any(effect != formats.PLAIN for effect in found):
            effects[style] = found
    if not effects:
        return {}
    return {
        (row, column): effects[style]
        for row in range(sheet.nrows)
        for column in range(sheet.row_len(row))
        if (style := sheet.cell_xf_index(row, column)) in effects
    }


def old_unseen(sheet: Any) -> list[Any]:
    """Return the hidden rows of an xls sheet, and its hidden columns as spans."""
    rows = [row for row, about in sheet.rowinfo_map.items() if about.hidden]
    columns = [[column, column] for column, about in sheet.colinfo_map.items() if about.hidden]
    return [sorted(rows), sorted(columns)]


def open_xlrd(content: bytes) -> Any:
    """Return the workbook with its merged cells, or without them where its formats are beyond xlrd."""
    import xlrd

    try:
        return xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), formatting_info=True)
    except (AssertionError, IndexError, KeyError, NotImplementedError, TypeError, ValueError):
        return xlrd.open_workbook(file_contents=content, logfile=io.StringIO())


def old_cell(kind: int, value: Any) -> Any:
    """Return one xlrd cell in the form of `plain`."""
    if kind in (0, 6) or value == "":
        return None
    if kind == 1:
        return value
    if kind == 2:
        return float(value)
    return {"odd": {3: "date", 4: "truth value", 5: "error"}.get(kind, "odd cell"), "shown": str(value)}


def compare(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
    """Refuse a workbook that two readers do not read alike, beyond what the first is known to misread."""
    if len(first) != len(second):
        raise RefusedError("disagree", {"what": "sheets", "first": len(first), "second": len(second)})
    for one, two in zip(first, second, strict=True):
        spot = readers.settle(one, two)
        if spot is not None:
            raise RefusedError(
                "disagree", {"what": "cell", "row": spot[0] + 1, "column": spot[1] + 1}, two["name"]
            )


_READERS: dict[str, Any] = {
    "xlsx": read_zip,
    "xls": read_ole,
    "dta": lambda content, limits: read_table(content, limits, tables.read_dta),
    "parquet": lambda content, limits: read_table(content, limits, tables.read_parquet),
}


if __name__ == "__main__":
    main()
