"""Stored oracles: numbers that something other than panelkit printed, with where they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent / "oracles"
FIELDS = {"kind", "source", "made_by", "input", "spec", "expect", "printed_digits", "rtol", "why_rtol"}


def worked(name: str) -> dict[str, Any]:
    """Return a small example worked by hand: `inputs`, `outputs` and the tolerance `tol`."""
    held = stored("by_hand")
    return {"inputs": held["spec"][name], "outputs": held["expect"][name], "tol": held["rtol"]}


def stored(name: str) -> dict[str, Any]:
    """Return the oracle `tests/oracles/<name>.json`."""
    return json.loads((HOME / f"{name}.json").read_text(encoding="utf-8"))
