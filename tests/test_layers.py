"""Imports point one way, between the rooms in the order of `ROOMS`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import panelkit

ROOMS = (
    "language", "show", "kernels", "formula", "panel", "covariance", "results", "data", "spatial", "inference",
    "models", "studies", "indices", "claims", "report", "cli",
)  # fmt: skip
PACKAGE = Path(panelkit.__file__).parent
MODULES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


def imports_of(path: Path) -> set[str]:
    """Return the modules of the package that a file imports anywhere: late and for type checking included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("panelkit."):
                inside = name.removeprefix("panelkit.")
                found.add(inside if inside in NAMES else inside.rpartition(".")[0])
    return found & NAMES - {name_of(path)}


ARROWS = {name_of(path): imports_of(path) for path in MODULES}


@pytest.mark.parametrize("module", sorted(ARROWS))
def test_imports_point_left(module: str) -> None:
    own = ROOMS.index(module.partition(".")[0])
    right = sorted(name for name in ARROWS[module] if ROOMS.index(name.partition(".")[0]) > own)
    assert not right, f"{module} imports {right}, which lie to its right"


def test_every_room_exists() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == set(ROOMS)


def test_importing_the_package_imports_no_pandas() -> None:
    code = "import sys, panelkit; print(sorted({'pandas', 'numpy', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_load() -> None:
    for name in panelkit.__all__:
        assert getattr(panelkit, name) is not None
