"""Imports point one way, between the rooms in the order of `ROOMS` and inside each room without a circle."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

import panelkit

ROOMS = (
    "language", "show", "kernels", "formula", "panel", "covariance", "results", "data", "spatial", "inference",
    "models", "studies", "indices", "evaluation", "audit", "claims", "report", "cli",
)  # fmt: skip
# packages whose own files are rooms beside their subpackages: what is below them, and what draws on all of them
OPEN = ("data.yearbook",)
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


def chamber_of(module: str) -> str:
    """Return the subpackage that a module lies in, or the module itself where it lies in a room's own folder."""
    package = module if (PACKAGE / module.replace(".", "/")).is_dir() else module.rpartition(".")[0]
    return package if "." in package and package not in OPEN else module


def circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the sets of names that reach each other."""
    reached: dict[str, set[str]] = {}
    for start in arrows:
        seen: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += arrows.get(name, ())
        reached[start] = seen
    found = {frozenset({a, *(b for b in reached[a] if a in reached[b])}) for a in arrows if a in reached[a]}
    return sorted(sorted(circle) for circle in found)


@pytest.mark.parametrize("module", sorted(ARROWS))
def test_imports_point_left(module: str) -> None:
    own = ROOMS.index(module.partition(".")[0])
    right = sorted(name for name in ARROWS[module] if ROOMS.index(name.partition(".")[0]) > own)
    assert not right, f"{module} imports {right}, which lie to its right"


def test_no_circle_of_modules() -> None:
    assert circles(ARROWS) == []


def test_no_circle_of_subpackages() -> None:
    between: dict[str, set[str]] = {}
    for module, used in ARROWS.items():
        own = chamber_of(module)
        between.setdefault(own, set()).update(chamber_of(name) for name in used if chamber_of(name) != own)
    assert circles(between) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == [["a", "b", "c"]]


def test_every_room_exists() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == set(ROOMS)


def test_importing_the_package_imports_no_pandas() -> None:
    code = "import sys, panelkit; print(sorted({'pandas', 'numpy', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_load() -> None:
    for name in panelkit.__all__:
        assert getattr(panelkit, name) is not None
