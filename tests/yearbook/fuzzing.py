"""Run many damaged files against one store and count what came of them."""

from __future__ import annotations

import hashlib
import shutil
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from panelkit.data.yearbook.corrections import load_corrections
from panelkit.data.yearbook.ingest import Run, take_in
from panelkit.data.yearbook.read import CallerSays, Context
from tests.yearbook.mutations import base_files, fuzz_one, mutate

Counts = Counter[tuple[str, str, str]]
"""(file, mutation, outcome) -> how many."""


def fuzz(
    count: int, seed: int, folder: Path, context: Context, watch: Callable[[int], None] | None = None
) -> tuple[Counts, list[str]]:
    """Ingest `count` damaged files; return the counts, and every outcome that must not be."""
    random = np.random.default_rng(seed)
    store, golden, work = folder / "store", folder / "golden", folder / "work"
    work.mkdir()
    runs = [Run(store, CallerSays(), name, load_corrections(), context, {}) for name in (None, "trial")]
    bases = base_files()
    start = work / "start.csv"
    start.write_bytes(bases["classic_utf8.csv"])
    take_in(runs[0], [start])
    shutil.copytree(store, golden)
    counts: Counts = Counter()
    wrong: list[str] = []
    names = list(bases)
    for number in range(count):
        name = names[number % len(names)]
        kind, content = mutate(bases[name], name, random)
        try:
            outcome = fuzz_one(
                name, content, work, runs[number // len(names) % 2], lambda: fingerprint(store)
            )
        except Exception:
            outcome = "traceback: " + traceback.format_exc(limit=-3)
        counts[name, kind, outcome.split(":")[0]] += 1
        if outcome not in ("read", "refused"):
            (folder / f"wrong_{number}_{name}").write_bytes(content)
            wrong.append(f"{number} {name} {kind}: {outcome}")
        if outcome != "refused":
            shutil.rmtree(store)
            shutil.copytree(golden, store)
        if watch is not None:
            watch(number)
    return counts, wrong


def fingerprint(store: Path) -> str:
    """Return a checksum of everything in a store."""
    total = hashlib.sha256()
    for path in sorted(store.rglob("*")):
        if path.is_file():
            total.update(path.relative_to(store).as_posix().encode() + path.read_bytes())
    return total.hexdigest()
