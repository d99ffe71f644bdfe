"""Kill `ingest` 200 times at random points: the store is the old one or the new one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import HOME, write

COUNT, SEED = 200, 20242


def main() -> Path:
    """Write one row a kill."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.yearbook.kills", str(COUNT), str(SEED), folder],
            cwd=HOME,
            capture_output=True,
            text=True,
            check=True,
        )
    table = pd.DataFrame([json.loads(line) for line in done.stdout.splitlines()])
    facts = {
        "runs": len(table),
        "killed before their end": int(table["killed"].sum()),
        "stores left old, new, torn": ", ".join(
            str(int((table["left"] == w).sum())) for w in ("old", "new", "torn")
        ),
        "mended by the next run": int(table["mended"].sum()),
    }
    return write("yearbook_kills", table, seed=SEED, facts=facts)
