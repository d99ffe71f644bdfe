"""Imports point one way, in the order of `ROOMS`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import panelkit

ROOMS = ("show", "core", "data", "spatial", "inference", "models", "indices", "claims", "report", "cli")
PACKAGE = Path(panelkit.__file__).parent
MODULES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "panelkit" and len(parts) > 1 and parts[1] in ROOMS:
                rooms.add(parts[1])
    return rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_left(path: Path) -> None:
    own = ROOMS.index(path.relative_to(PACKAGE).parts[0])
    right = sorted(room for room in imported_rooms(path) if ROOMS.index(room) > own)
    assert not right, f"{path.relative_to(PACKAGE)} imports from {right}, which lie to its right"


def test_every_room_exists() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == set(ROOMS)


def test_importing_the_package_imports_no_pandas() -> None:
    code = "import sys, panelkit; print(sorted({'pandas', 'numpy', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_load() -> None:
    for name in panelkit.__all__:
        assert getattr(panelkit, name) is not None
