"""No test asserts on seconds: load on the machine would decide it."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLOCKS = {"time", "timeit"}
# kills at random moments for the evidence; what it asserts on is counted in calls
ALLOWED = {"yearbook/kills.py"}


def clocks_of(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in CLOCKS]
        if isinstance(node, ast.ImportFrom) and node.module in CLOCKS:
            found.append(str(node.module))
    return found


def test_no_test_reads_a_clock() -> None:
    reading = {
        str(path.relative_to(HERE)): clocks
        for path in sorted(HERE.rglob("*.py"))
        if (clocks := clocks_of(path)) and str(path.relative_to(HERE)) not in ALLOWED
    }
    assert reading == {}


def test_the_search_sees_clocks(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("import time\nfrom timeit import timeit\nfrom os import path\n", encoding="utf-8")
    assert clocks_of(path) == ["time", "timeit"]
