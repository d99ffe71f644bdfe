"""Which rows the stated condition of a search lets in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.linear.pool import Pool
from panelkit.audit.convention.problem import Problem
from panelkit.kernels.index import dimension_names
from panelkit.models.reading import namesakes
from panelkit.panel.sample import asked_rows


def entering(pool: Pool, problem: Problem) -> NDArray[np.bool_]:
    """Return which sorted rows the stated condition lets in, (n,)."""
    names = dimension_names(pool.given.frame, problem.unit, problem.time)
    asked = asked_rows(pool.given, names, problem.where, None, namesakes)
    everyone = np.ones(len(pool.rows), dtype=bool)
    return everyone if asked is None else np.asarray(asked.yes)[pool.rows]
