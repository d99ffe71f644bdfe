"""How large a file may be; stated in the how-to, and in the message of whoever exceeds one."""

from __future__ import annotations

FILE_BYTES = 20 * 1024 * 1024
"""The file itself."""

UNPACKED_BYTES = 150 * 1024 * 1024
"""All parts of a workbook together, unpacked."""

PARTS = 2_000
"""Parts of a workbook."""

RATIO = 200
"""Unpacked over packed size of one part above a megabyte."""

CELLS = 1_000_000
"""Cells of all sheets of a file."""

COLUMNS = 2_000
"""Columns of a sheet."""

SHEETS = 300
"""Sheets of a workbook."""

LINES = 250_000
"""Lines of a text file."""

LABELS = 20_000
"""Different words of a sheet that are neither figures nor places."""

TABLES = 60
"""Tables side by side on one sheet."""

BRACKETS = 1_000_000
"""Objects and lists of a JSON answer."""

MERGED = 50_000
"""Merged areas of a sheet."""

PROBLEMS = 10_000
"""Things wrong with one file before reading stops."""

TEXT = 20_000
"""Characters of one cell."""

SECONDS = 30.0
"""Time for one workbook."""

MEMORY_BYTES = 450 * 1024 * 1024
"""Address space of the process that reads workbooks."""

TABLE_MEMORY_BYTES = 3 * 1024 * 1024 * 1024
"""Address space for .dta and .parquet, whose libraries reserve far more of it than they use."""

FIRST_YEAR = 1949
