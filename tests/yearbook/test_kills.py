"""A run killed at a random moment leaves the old store or the new one; 200 kills in the evidence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_run_leaves_the_old_store_or_the_new_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.yearbook.kills", "20", "7", str(tmp_path), "calls"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert {kill["left"] for kill in kills} <= {"old", "new"}
    assert all(kill["mended"] for kill in kills)
    assert sum(kill["killed"] for kill in kills) == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("start", [[], ["first"]])
def test_a_kill_at_any_step_of_the_commit_leaves_one_store(tmp_path: Path, start: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.yearbook.commits", str(tmp_path), *start],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(kill["mended"] for kill in kills)
    replaced = [(kill["number"], kill["late"], kill["left"]) for kill in kills if kill["step"] == "replace"]
    # raw files, table of figures, head.json: only the last replacement, once done, makes the new store
    last = 3 if start else 2
    assert sorted(replaced) == [
        (n, late, "new" if (n, late) == (last, True) else "old")
        for n in range(last + 1)
        for late in (False, True)
    ]
    assert {kill["left"] for kill in kills} == {"old", "new"}
