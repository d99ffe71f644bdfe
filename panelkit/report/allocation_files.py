"""Tables and figures of an allocation, written to a folder, in either language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.data.user.panel import province_labels
from panelkit.language.message import Language
from panelkit.show.files import csv_text, write_whole

if TYPE_CHECKING:
    from panelkit.evaluation.allocation.result import Allocation


def write_allocation(found: Allocation, folder: Path, language: Language) -> list[Path]:
    """Write cells, units, links, rivals and frontier as CSV, the table of units for Word, and the figures.

    Returns
    -------
    The paths written.
    """
    frames = {
        "cells": found.cells(),
        "units": found.by_unit(),
        "links": found.by_link(),
        "rules": found.rivals(),
        "frontier": found.frontier().set_index("balance_weight"),
    }
    paths = [
        write_whole(folder / f"allocation_{name}.csv", csv_text(frame.reset_index()))
        for name, frame in frames.items()
    ]
    paths.append(found.to_docx(folder / "allocation.docx", language=language))
    paths.append(found.plot(language=language).save(folder / "allocation_changes.svg"))
    paths.append(found.plot_frontier(language=language).save(folder / "allocation_frontier.svg"))
    if province_labels(found.by_unit().index, language):
        paths.append(found.plot_map(language=language).save(folder / "allocation_map.svg"))
    return paths
