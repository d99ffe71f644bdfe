"""What the axes of a search stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.linear.plans import Plan
from panelkit.audit.convention.linear.pool import Pool
from panelkit.audit.convention.problem import Problem
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Ground(Brief):
    """What the axes stand on: the pool, the stated plan and its rows (n,), the search."""

    pool: Pool
    base: Plan
    rows: NDArray[np.bool_]
    problem: Problem
