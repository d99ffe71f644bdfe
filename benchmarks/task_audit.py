"""Time the audit of synthetic papers from their text, and what it does beside checks of stars alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from scipy.stats import norm

import panelkit as pk
from benchmarks.run import Task
from benchmarks.synthetic_tables import sample

COUNT, LEVELS = 34, (0.1, 0.05, 0.01)
_CELL = re.compile(r"(-?\d*\.\d+)(\**)[ ,|&\n\t]*[(\[](-?\d*\.\d+)[)\]]")


def tasks() -> list[Task]:
    """Return the audit of clean tables and of tables with an error each, every kind twice."""
    clean = [sample(number, error=False).text for number in range(COUNT)]
    wrong = [sample(number, error=True).text for number in range(COUNT)]
    return [
        Task(
            f"{COUNT} clean tables as text",
            _audits(clean),
            {"stars against b/se alone": _stars(clean)},
            repeats=3,
            note=f"{sum(len(pk.audit(text).findings) for text in clean)} checks; the other reads pairs of number and "
            f"bracket by one pattern: {_stars(clean)()} of them",
        ),
        Task(f"{COUNT} tables with an error each, misprints named", _audits(wrong), repeats=3),
    ]


def _audits(texts: list[str]) -> Callable[[], object]:
    return lambda: [pk.audit(text).misprints for text in texts]


def _stars(texts: list[str]) -> Callable[[], int]:
    """Return a check of stars against number over bracket, as statcheck does with t, df and p: no other identity."""

    def run() -> int:
        judged = [
            len(stars) == sum(2.0 * norm.sf(abs(float(number) / float(error))) < level for level in LEVELS)
            for text in texts
            for number, stars, error in _CELL.findall(re.sub("[−–]", "-", text).replace("∗", "*"))
            if float(error)
        ]
        return len(judged)

    return run
