"""The stub of the public names is what the names make of it, and a type checker catches a misspelt one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from panelkit.language.face import INDEX, STUB, found, index, stub

ROOT = Path(__file__).parents[1]

STUDY = """import panelkit as pk

right = pk.FixedEffects("y ~ x", effects="unit")
name = pk.FixedEfects("y ~ x")
option = pk.FixedEffects("y ~ x", efects="unit")
value = pk.FixedEffects("y ~ x", effects="units")
"""


def test_index_and_stub_are_what_their_command_writes() -> None:
    made = found()
    assert INDEX.read_text(encoding="utf-8") == index(made)
    assert STUB.read_text(encoding="utf-8") == stub(made)


def test_a_type_checker_catches_misspellings_and_nothing_else(tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(STUDY, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", str(script)]
    # the options of the project, so that what its own check has just read is not read again
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    found = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [line.split(":")[1] for line in found] == ["4", "5", "6"], done.stdout
    for line, word in zip(found, ("FixedEfects", "efects", "units"), strict=True):
        assert word in line
