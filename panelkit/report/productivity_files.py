"""Tables and figures of productivity and of stochastic frontiers, written to a folder, in either language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.language.errors import StyleError
from panelkit.language.message import Language
from panelkit.show.files import csv_text, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.efficiency.productivity.result import MalmquistIndex
    from panelkit.evaluation.efficiency.second_stage.result import SecondStage
    from panelkit.evaluation.efficiency.stochastic.result import StochasticFrontierFit


def write_productivity(found: MalmquistIndex, folder: Path, language: Language = "en") -> list[Path]:
    """Write indices, means and chains, the table of the last year, lines and map."""
    folder.mkdir(parents=True, exist_ok=True)
    written = _csv_files(
        folder,
        {
            "indices": found.values.reset_index(),
            "years": found.yearly.reset_index(),
            "means": found.means().reset_index(),
            "chains": found.cumulative().reset_index(),
        },
    )
    found.to_latex(folder / "last_year.tex", language=language)
    found.to_docx(folder / "last_year.docx", language=language)
    written += [folder / f"last_year.{ending}" for ending in ("tex", "docx")]
    written.append(found.plot(language=language).save(folder / "years.svg"))
    try:
        drawn = found.map(language=language)
    except StyleError:
        # units that are no provinces have no place on the map
        return written
    return [*written, drawn.save(folder / "map.svg")]


def write_frontier(fit: StochasticFrontierFit, folder: Path, language: Language = "en") -> list[Path]:
    """Write the estimates, and the efficiencies where inefficiency was found."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = {"estimates": fit.tidy(), "spreads": fit.spreads.reset_index()}
    if not fit.maximum.boundary:
        frames["efficiencies"] = fit.efficiencies().reset_index()
    written = _csv_files(folder, frames)
    fit.to_latex(folder / "estimates.tex", language=language)
    fit.to_docx(folder / "estimates.docx", language=language)
    return [*written, *(folder / f"estimates.{ending}" for ending in ("tex", "docx"))]


def write_second_stage(found: SecondStage, folder: Path, language: Language = "en") -> list[Path]:
    """Write the slopes, the naive regressions beside them, and the distances that are explained."""
    folder.mkdir(parents=True, exist_ok=True)
    distances = found.distances.to_frame()
    if found.corrected is not None:
        distances["corrected"] = found.corrected
    frames = {
        "estimates": found.tidy(),
        "naive": found.naive.reset_index(),
        "distances": distances.reset_index(),
    }
    written = _csv_files(folder, frames)
    found.to_latex(folder / "estimates.tex", language=language)
    found.to_docx(folder / "estimates.docx", language=language)
    return [*written, *(folder / f"estimates.{ending}" for ending in ("tex", "docx"))]


def _csv_files(folder: Path, frames: dict[str, pd.DataFrame]) -> list[Path]:
    return [
        write_whole(folder / f"{name}.csv", f"\ufeff{csv_text(frame)}".encode())
        for name, frame in frames.items()
    ]
