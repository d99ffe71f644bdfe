"""The regression whose regimes are known: its rows and columns as the errors of slopes stand on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.kernels.capabilities import MADE_ROWS
from panelkit.kernels.linear import LinearFit, fit_plain, fit_swept
from panelkit.kernels.within import Effects
from panelkit.language.message import message
from panelkit.models.threshold.searched import Searched
from panelkit.models.threshold.spaces import HansenSpace
from panelkit.panel.design import Design


def regression_of(found: Searched, design: Design, effects: Effects) -> tuple[Design, LinearFit]:
    """Return the rows of the regression and its problem; those of Hansen's program lack the last period."""
    space = found.search.space
    if not isinstance(space, HansenSpace):
        return design, fit_swept(design.y, design.X, design.terms, design.layout, effects)
    moved = space.moved(np.column_stack([design.X, design.y]))
    kept = design.keep(space.kept, reason=message("the last {period}, as Hansen's program drops it"))
    linear = fit_plain(
        moved[:, -1].copy(), np.ascontiguousarray(moved[:, :-1]), design.terms, kept.layout, "none", 0
    )
    return kept, replace(linear, can=MADE_ROWS)
