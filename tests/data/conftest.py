"""A copy of the shipped figures that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from panelkit.data.figures import read_figures
from panelkit.data.paths import shipped


@pytest.fixture(scope="session")
def every_figure() -> pd.DataFrame:
    """Every shipped figure, checked."""
    return read_figures()


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """A folder laid out as `data/`, with the figures of R&D and GDP."""
    source = shipped("data")
    for table in source.glob("*.csv"):
        shutil.copy(table, tmp_path)
    (tmp_path / "figures").mkdir()
    for pattern in ("gdp.*", "rd_*", "va_*"):
        for table in (source / "figures").glob(pattern):
            shutil.copy(table, tmp_path / "figures")
    return tmp_path
