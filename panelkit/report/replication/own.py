"""The rows and columns of a panel of the user's own that a claim read, and its weights, as files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.own_figures import OWN
from panelkit.claims.own_panel import OwnPanel
from panelkit.claims.windows import figures_of
from panelkit.data.reads import Reads
from panelkit.show.files import csv_text
from panelkit.spatial.weights import Weights

PANEL = "panel.csv"


@dataclass(frozen=True)
class OwnFiles:
    """What `run.py` opens: index columns, columns of texts, the column of regions, weights, columns kept."""

    unit: str
    time: str
    texts: tuple[str, ...]
    regions: str | None
    weights: tuple[tuple[str, Weights], ...]
    columns: tuple[str, ...]


def write_own(
    panel: OwnPanel, regions: str | None, reads: Reads, claims: Sequence[RegisteredClaim], folder: Path
) -> OwnFiles:
    """Write the columns that claims name and the years that they read; weights whole, between all units.

    Parameters
    ----------
    panel
        The panel as it was read.
    regions
        Its column of regions, or None.
    reads
        The years that were noted.
    claims
        The claims that were run; where the years of one roll, later years are kept too.
    folder
        The new folder.
    """
    folder.mkdir(parents=True)
    named = {column for item in claims for column, _ in figures_of(item.claim)}
    cohorts = {getattr(design, "cohort", None) for item in claims for design in _designs(item)}
    wanted = {*named, *cohorts, regions}
    columns = [name for name in panel.frame.columns if name in wanted]
    years = reads.years.get((OWN, ""), set())
    when = panel.frame.index.get_level_values(1).to_numpy()
    kept = np.isin(when, list(years)) if years else np.ones(len(when), dtype=bool)
    if years and any(item.window is not None for item in claims):
        kept |= when > max(years)
    units = panel.frame.index.get_level_values(0)
    (folder / PANEL).write_text(
        csv_text(panel.frame.loc[kept, columns], index=True), encoding="utf-8", newline=""
    )
    files = []
    for at, one in enumerate(panel.weights, start=1):
        name = f"weights_{at}.csv"
        (folder / name).write_text(_matrix_text(one), encoding="utf-8", newline="")
        files.append((name, one))
    texts = [panel.levels[0]] if _are_texts(units) else []
    texts += [name for name in columns if _are_texts(panel.frame[name].dropna())]
    return OwnFiles(panel.levels[0], panel.levels[1], tuple(texts), regions, tuple(files), tuple(columns))


def _are_texts(values: Iterable[object]) -> bool:
    """Return whether all are texts, which a reader of csv could take for numbers: `007`."""
    held = list(values)
    return bool(held) and all(isinstance(value, str) for value in held)


def _designs(item: RegisteredClaim) -> list[object]:
    return [design for reading in item.claim.reading for design in reading.design]


def _matrix_text(w: Weights) -> str:
    out = io.StringIO()
    frame = pd.DataFrame(w.matrix.toarray(), index=list(w.ids), columns=list(w.ids))
    frame.to_csv(out, lineterminator="\n")
    return out.getvalue()
