"""Write a table of evidence with what made it: seed, versions, commit."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

HOME = Path(__file__).resolve().parents[2]
FOLDER = HOME / "docs" / "evidence"
PACKAGES = ("numpy", "scipy", "pandas", "linearmodels", "pyfixest", "spreg", "libpysal")


def commit() -> str:
    """Return the commit of the checkout, marked where the tree has changes."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HOME, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def versions() -> str:
    """Return the versions of Python and of the packages that make the numbers."""
    parts = [f"python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            parts.append(f"{name} {version(name)}")
        except ModuleNotFoundError:
            continue
    return ", ".join(parts)


def write(name: str, table: pd.DataFrame, *, seed: int, facts: Mapping[str, Any] | None = None) -> Path:
    """Write `docs/evidence/<name>.csv`: comment lines with the origin, then the table."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    head = {"made by": f"python -m benchmarks.evidence {name}", "seed": seed, **(facts or {})}
    head |= {"versions": versions(), "commit": commit()}
    lines = [f"# {key}: {value}" for key, value in head.items()]
    path = FOLDER / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n" + table.to_csv(index=False), encoding="utf-8")
    return path
