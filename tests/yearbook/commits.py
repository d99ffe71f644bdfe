"""Kill a run before and after every step that changes a folder, and say what each kill leaves.

Run by its path: `python -m tests.yearbook.commits FOLDER [first]` prints one JSON line a kill. The steps are those
of the system itself (`os.replace`, `os.unlink`, `os.fsync`), replaced in the child that is to die.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from panelkit.data.yearbook.ingest import Run, take_in
from tests.yearbook.kills import a_run, state, two_files

STEPS = ("replace", "unlink", "fsync")


def main(folder: Path, first: bool) -> None:
    """Kill one run at each step, before and after it, until a run ends without having reached its step.

    `first`: the run that makes the store, in a folder that is empty.
    """
    golden, new, store = folder / "golden", folder / "new", folder / "store"
    files, run = two_files(folder), a_run(store)
    if first:
        store.mkdir()
    else:
        take_in(run, files[:1])
    shutil.copytree(store, golden)
    take_in(run, files)
    shutil.copytree(store, new)
    for step in STEPS:
        for late in (False, True):
            number = 0
            while _dies(run, files, golden, step, number, late):
                found = state(store)
                left = "old" if found == state(golden) else "new" if found == state(new) else "torn"
                take_in(run, files)
                mended = state(store) == state(new) and not list(store.rglob("*.part"))
                print(
                    json.dumps({"step": step, "number": number, "late": late, "left": left, "mended": mended})
                )
                number += 1


def _dies(run: Run, files: list[Path], golden: Path, step: str, number: int, late: bool) -> bool:
    shutil.rmtree(run.folder)
    shutil.copytree(golden, run.folder)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        setattr(os, step, _deadly(getattr(os, step), number, late))
        take_in(run, files)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _deadly(real: Callable[..., Any], number: int, late: bool) -> Callable[..., Any]:
    calls = iter(range(10_000))

    def step(*args: Any, **options: Any) -> Any:
        mine = next(calls) == number
        if mine and not late:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **options)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return step


if __name__ == "__main__":
    main(Path(sys.argv[1]), "first" in sys.argv[2:])
