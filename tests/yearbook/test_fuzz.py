"""Damaged files: read as what stands there, or refused with the store unchanged; 10,000 in the evidence."""

from __future__ import annotations

from pathlib import Path

from panelkit.data.yearbook.read import Context
from tests.yearbook.fuzzing import fuzz


def test_damaged_files_are_read_as_they_stand_or_refused(tmp_path: Path, context: Context) -> None:
    counts, wrong = fuzz(300, seed=20231, folder=tmp_path, context=context)
    assert wrong == []
    outcomes = {outcome for _, _, outcome in counts}
    assert outcomes == {"read", "refused"}
    assert sum(n for (_, _, outcome), n in counts.items() if outcome == "read") > 20
