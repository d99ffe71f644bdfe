"""Write a table of evidence with what made it: seed, versions, commit."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

HOME = Path(__file__).resolve().parents[2]
FOLDER = HOME / "docs" / "evidence"
CELL = ["world", "T", "AR", "worlds"]
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


def held(name: str, seed: int) -> pd.DataFrame:
    """Return the rows that are written already; those of another seed do not count."""
    path = FOLDER / f"{name}.csv"
    if not path.exists() or f"# seed: {seed}\n" not in path.read_text(encoding="utf-8"):
        return pd.DataFrame()
    # a world is called null
    return pd.read_csv(path, comment="#", keep_default_na=False, na_values=[""])


def fill(
    name: str,
    run: Callable[..., dict[str, object]],
    cells: list[tuple[Any, ...]],
    *,
    seed: int,
    facts: Mapping[str, Any],
    jobs: int = 1,
) -> pd.DataFrame:
    """Compute the cells that are missing and write each as it comes, so that a stopped run goes on where it was.

    Parameters
    ----------
    name
        The evidence.
    run
        Returns the row of a cell; called with the parts of the cell, then the seed. A row begins with `CELL`.
    cells
        World (with a name), T, AR of the errors, number of worlds.
    seed, facts
        As of `write`.
    jobs
        Processes.

    Returns
    -------
    pandas.DataFrame
    """
    table = held(name, seed)
    done = set() if table.empty else set(table[CELL].itertuples(index=False, name=None))
    missing = [cell for cell in cells if (cell[0].name, *cell[1:]) not in done]
    for row in Parallel(n_jobs=jobs, return_as="generator")(delayed(run)(*cell, seed) for cell in missing):
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
        write(name, table, seed=seed, facts=facts)
    return table


def percent(marks: Any) -> float:
    """Return the share of marks in per cent, NaN of none."""
    return round(100.0 * float(np.mean(marks)), 2) if len(marks) else float("nan")
