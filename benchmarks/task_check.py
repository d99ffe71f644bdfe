"""Wall time and peak memory of `panelkit check`: cold on one and on two processes, and with every verdict kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.run import Task

CODE = """
import resource, sys
from panelkit.cli import main
sys.argv = ["panelkit", "check", *{arguments!r}, "--json"]
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def tasks() -> list[Task]:
    """Return the check of one claim and of all of them: a ratio is how often the kept run fits into the other."""
    return [_task("panelkit check A9", ("A9",), ()), _task("panelkit check", (), (1, 2))]


def _task(name: str, claims: tuple[str, ...], workers: tuple[int, ...]) -> Task:
    folder = Path(tempfile.mkdtemp(prefix="panelkit-bench-"))
    filled = _call((*claims, "--workers", "1"), folder)
    said = filled()
    peers: dict[str, Callable[[], object]] = {
        f"cold, {n} process{'es' * (n > 1)}": _cold((*claims, "--workers", str(n))) for n in workers or (1,)
    }
    kept = _call((*claims, "--workers", "1"), folder)
    if kept()[0] != said[0]:
        raise AssertionError(f"{name}: what was kept is not what was computed")
    return Task(
        f"{name}, kept",
        kept,
        peers,
        repeats=3,
        note=f"same bytes; peak memory cold {said[1]} MB, kept {kept()[1]} MB",
    )


def _call(arguments: tuple[str, ...], folder: Path | None) -> Callable[[], tuple[str, str]]:
    """Return a call of the command in a process of its own: its output and its peak memory."""
    command = [sys.executable, "-c", CODE.format(arguments=arguments)]
    environment = dict(os.environ) | {"PANELKIT_CACHE": "off" if folder is None else str(folder)}

    def run() -> tuple[str, str]:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        return done.stdout, done.stderr.strip().splitlines()[-1]

    return run


def _cold(arguments: tuple[str, ...]) -> Callable[[], object]:
    """Return a call on an empty folder, made and deleted with it: what is kept is written as in any first run."""

    def run() -> object:
        folder = Path(tempfile.mkdtemp(prefix="panelkit-bench-"))
        try:
            return _call(arguments, folder)()
        finally:
            shutil.rmtree(folder)

    return run
