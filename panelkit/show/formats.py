"""The formats of tables: their names, and the endings of files that mean them."""

from __future__ import annotations

from typing import Literal

Format = Literal["text", "latex", "html", "markdown", "csv", "docx", "rtf", "xlsx"]
FORMATS: tuple[Format, ...] = ("text", "latex", "html", "markdown", "csv", "docx", "rtf", "xlsx")
ENDINGS: dict[str, Format] = {
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".txt": "text",
    ".csv": "csv",
    ".docx": "docx",
    ".rtf": "rtf",
    ".xlsx": "xlsx",
}
OTHER_PROGRAMS = (".pdf", ".doc", ".odt", ".xls", ".dta", ".png", ".svg")
FILES: tuple[Format, ...] = ("docx", "rtf", "xlsx")  # of use in a file alone
