from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.held import index_figures
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.data.yearbook.vocabulary.indicator_names import known_names
from tests.yearbook.writers import written


@pytest.fixture(scope="session")
def workbooks() -> Iterator[WorkbookReader]:
    """One child process for all tests."""
    with WorkbookReader() as reader:
        yield reader


@pytest.fixture(scope="session")
def context(workbooks: WorkbookReader) -> Context:
    """Shipped figures held."""
    return Context(index_figures(read_figures(check=False)), known_names(), workbooks)


@pytest.fixture(scope="session")
def blank(workbooks: WorkbookReader) -> Context:
    """No figures held, so that nothing is refused for its size."""
    return Context(index_figures(pd.DataFrame(columns=list(LONG_COLUMNS))), known_names(), workbooks)


@pytest.fixture
def read_sheet(tmp_path: Path, blank: Context) -> Callable[..., FileRead]:
    """Write rows as .xlsx, .xls or .csv and read them."""

    def read(
        rows: Sequence[Sequence[Any]], /, kind: str = "xlsx", merge: Sequence[str] = (), **told: Any
    ) -> FileRead:
        path = tmp_path / f"表.{kind}"
        path.write_bytes(written(rows, kind, merge))
        return read_file(path, CallerSays(**told), blank)

    return read
