"""Tables and figures of efficiencies, written to a folder, in either language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.language.errors import StyleError
from panelkit.language.message import Language
from panelkit.show.files import csv_text, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.efficiency.chance.result import BootstrappedEfficiency
    from panelkit.evaluation.efficiency.result import Efficiency
    from panelkit.results.tests import TestResult


def write_efficiency(
    found: Efficiency,
    folder: Path,
    language: Language = "en",
    *,
    means: pd.DataFrame | None = None,
    drawn: BootstrappedEfficiency | None = None,
    tested: TestResult | None = None,
) -> list[Path]:
    """Write scores, slacks, targets, peers and multipliers, the table of the last year, map and lines.

    Means with intervals, efficiencies less their bias and the test of constant returns, where they were asked for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "scores": found.scores.reset_index(),
        "slacks": _flat(found.slacks),
        "targets": _flat(found.targets),
        "peers": found.peers,
        "multipliers": _flat(found.multipliers),
        "means": _flat(means),
        "bootstrap": _flat(None if drawn is None else drawn.values),
        "returns_test": _row(tested),
    }
    written = [
        write_whole(folder / f"{name}.csv", f"\ufeff{csv_text(frame)}".encode())
        for name, frame in frames.items()
        if frame is not None and len(frame)
    ]
    found.to_csv(folder / "last_year.csv", language=language)
    found.to_latex(folder / "last_year.tex", language=language)
    found.to_html(folder / "last_year.html", language=language)
    found.to_docx(folder / "last_year.docx", language=language)
    written += [folder / f"last_year.{ending}" for ending in ("csv", "tex", "html", "docx")]
    if len(found.years) > 1:
        written.append(found.plot_years(language=language).save(folder / "years.svg"))
    try:
        tiles = found.plot(language=language)
    except StyleError:
        # units that are no provinces have no place on the map
        return written
    return [*written, tiles.save(folder / "map.svg")]


def _row(tested: TestResult | None) -> pd.DataFrame | None:
    import pandas as pd

    if tested is None:
        return None
    return pd.DataFrame(
        {"test": [str(tested.name)], "null": [str(tested.null)], "statistic": [tested.statistic],
         "p_value": [tested.p_value], "reps": [tested.facts["reps"]]}
    )  # fmt: skip


def _flat(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None else frame.reset_index()
