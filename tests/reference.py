"""Read the reference folder in place; a test that needs it is skipped where it is absent."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_HOME = Path(os.environ.get("PANELKIT_REFERENCE", Path(__file__).resolve().parents[2] / "shared"))


def _existing(*parts: str) -> Path:
    path = _HOME.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"skipped: reference data absent ({'/'.join(parts)})")
    return path


def reference_path(name: str) -> Path:
    """Return the path of a textbook data set, for example `Produc.csv`."""
    return _existing("reference", "data", name)


def sample_path(name: str) -> Path:
    """Return the path of a portal export."""
    return _existing("samples", name)


def yearbook_case(name: str) -> Path:
    """Return the path of a small invented table around official figures."""
    return _existing("cases", "yearbook", name)


def printed_table(name: str) -> Path:
    """Return the path of a printed table of a published paper, for example `sdm_effects.csv`."""
    return _existing("cases", "tables", name)


def figures_path(name: str) -> Path:
    """Return the path of a compiled table, for example `yearbook_figures.csv`."""
    return _existing("data", name)


@cache
def _oracles(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def oracle(name: str) -> dict[str, Any]:
    """Return one entry of the reference oracles: `kind, source, inputs, outputs, tol`."""
    return _oracles(_existing("reference", "oracles.json"))[name]


def seeds_path() -> Path:
    """Return the folder with the texts of the registered documents."""
    return _existing("seeds")
