"""Scripts run from a fresh process and write what they say, on input as small as they take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLS = [
    ("life_cycle", ("19", "refrigerators"), {"refrigerators.svg"}),
    ("efficiency", (), {"efficiency.svg", "efficiency.docx"}),
    ("contest", (), {"contest.svg", "contest.csv"}),
    ("spatial_moderator", (), {"*.svg"}),
    ("threshold", ("19",), {"threshold_1.svg", "threshold_2.svg", "threshold.docx"}),
]


@pytest.mark.parametrize(("name", "options", "written"), CALLS, ids=[call[0] for call in CALLS])
def test_a_script_runs_and_writes(
    name: str, options: tuple[str, ...], written: set[str], tmp_path: Path
) -> None:
    script = ROOT / "scripts" / f"{name}.py"
    run = subprocess.run(
        [sys.executable, str(script), str(tmp_path), *options], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout
    assert all(list(tmp_path.glob(pattern)) for pattern in written)
