"""Kill `ingest` at random points, each time in a process of its own, and look at the store it leaves.

Run by its path, so that the process that forks has one thread: `python -m tests.yearbook.kills COUNT SEED FOLDER`
prints one JSON line a kill. With `calls` as a fourth word a run dies after a random number of calls instead of a random
time, so that load on the machine moves nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from panelkit.data.figures import read_figures
from panelkit.data.yearbook.corrections import load_corrections
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.ingest import Run, take_in
from panelkit.data.yearbook.judge.held import index_figures
from panelkit.data.yearbook.read import CallerSays, Context
from panelkit.data.yearbook.store.store import read_store
from panelkit.data.yearbook.vocabulary.indicator_names import known_names
from tests.counting import calls_of
from tests.yearbook.mutations import base_files


def main(count: int, seed: int, folder: Path) -> None:
    """Kill `count` runs that add files to a store before they end, and say what each left behind."""
    chance = random.Random(seed)
    golden, new, store = folder / "golden", folder / "new", folder / "store"
    files, run = _both_stores(folder)
    whole = sorted(_unhurried(run, files, golden) for _ in range(5))[2]
    reached = number = 0
    while reached < count and number < 4 * count:
        shutil.rmtree(store)
        shutil.copytree(golden, store)
        delay = whole * (chance.uniform(0, 1) if number % 2 else chance.uniform(0.7, 1))
        found = _kill(run, files, delay, golden, new)
        print(json.dumps({"run": number} | found), flush=True)
        reached, number = reached + found["killed"], number + 1
        whole = found["took_ms"] / 1000 if found["left"] == "old" else 0.9 * whole


def _both_stores(folder: Path) -> tuple[list[Path], Run]:
    """Make the store of one file and of two, and return the files and the run that takes them in."""
    store, files = folder / "store", two_files(folder)
    run = a_run(store)
    take_in(run, files[:1])
    shutil.copytree(store, folder / "golden")
    take_in(run, files)
    shutil.copytree(store, folder / "new")
    return files, run


def by_calls(count: int, seed: int, folder: Path) -> None:
    """Kill `count` runs after random numbers of calls, half of them in the last third, and say what each left."""
    chance = random.Random(seed)
    golden, new, store = folder / "golden", folder / "new", folder / "store"
    files, run = _both_stores(folder)
    shutil.rmtree(store)
    shutil.copytree(golden, store)
    whole = calls_of(lambda: take_in(run, files))  # with caches as warm as those of every run below
    for number in range(count):
        shutil.rmtree(store)
        shutil.copytree(golden, store)
        last = int(whole * (chance.uniform(0, 1) if number % 2 else chance.uniform(0.7, 1)))
        child = os.fork()
        if child == 0:
            sys.setprofile(_dying_after(last))
            take_in(run, files)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(
            json.dumps({"run": number, "after_calls": last} | _left(run, files, status, golden, new)),
            flush=True,
        )


def _dying_after(calls: int) -> Callable[[FrameType, str, Any], None]:
    left = calls

    def see(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        left -= event in ("call", "c_call")
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return see


def _unhurried(run: Run, files: list[Path], golden: Path) -> float:
    """Return how long a run takes that nobody kills."""
    shutil.rmtree(run.folder)
    shutil.copytree(golden, run.folder)
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        take_in(run, files)
        os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - begin


def two_files(folder: Path) -> list[Path]:
    """Write two files that read without help."""
    paths = []
    for name, content in base_files().items():
        if name in ("classic.csv", "many.csv"):
            path = folder / name
            path.write_bytes(content)
            paths.append(path)
    return paths


def a_run(store: Path) -> Run:
    """Return a run on the shipped figures."""
    context = Context(index_figures(read_figures(check=False)), known_names(), WorkbookReader())
    return Run(store, CallerSays(), None, load_corrections(), context, {})


def _kill(run: Run, files: list[Path], delay: float, golden: Path, new: Path) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        take_in(run, files)
        os._exit(0)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return {"after_ms": round(1000 * delay, 2)} | _left(run, files, status, golden, new)


def _left(run: Run, files: list[Path], status: int, golden: Path, new: Path) -> dict[str, Any]:
    """Say what a killed run left behind, and whether the next one mends it."""
    store = run.folder
    found = state(store)
    left = "old" if found == state(golden) else "new" if found == state(new) else "torn"
    leavings = len(list(store.rglob("*.part")))
    begin = time.perf_counter()
    take_in(run, files)
    return {
        "took_ms": round(1000 * (time.perf_counter() - begin), 2),
        "killed": os.WIFSIGNALED(status),
        "left": left,
        "leavings": leavings,
        "mended": state(store) == state(new) and not list(store.rglob("*.part")),
    }


def state(store: Path) -> dict[str, Any]:
    """Return what a store says it holds, after every file that counts has been checked against its checksum."""
    held = read_store(store)
    for file in held.files:
        content = (store / "raw" / f"{file.sha256}{file.suffix}").read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            return {"damaged": file.name}
    return {"files": [file.record() for file in held.files], "figures": held.figures.to_csv(index=False)}


if __name__ == "__main__":
    work = by_calls if sys.argv[4:] == ["calls"] else main
    work(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
