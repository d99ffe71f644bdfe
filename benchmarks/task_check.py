"""Wall time and peak memory of `panelkit check`, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

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
    """Return the check of one claim and of all of them."""
    return [_task("panelkit check A9", ("A9",)), _task("panelkit check", ())]


def _task(name: str, arguments: tuple[str, ...]) -> Task:
    command = [sys.executable, "-c", CODE.format(arguments=arguments)]

    def ours() -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
        return done.stderr.strip().splitlines()[-1]

    return Task(name, ours, repeats=3, note=f"peak memory {ours()} MB")
