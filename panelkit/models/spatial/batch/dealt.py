"""The same likelihood on panels in which chance was dealt anew: innovations of whole units exchange their places."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message
from panelkit.models.spatial.batch.asked import Cube, Job
from panelkit.models.spatial.batch.columns import Shelf
from panelkit.models.spatial.batch.curvature import Bends
from panelkit.models.spatial.batch.stacks import Stack, points_at


def dealt_jobs(job: Job, rng: np.random.Generator, draws: int) -> list[Job]:
    """Return `draws` panels of the same regressors and weights, and the same likelihood on each.

    What the fit explains stays; the innovations of whole units, their signs drawn too, exchange places and pass
    through (I - x W)^-1. No panel at all where the fit has no numbers.
    """
    columns = Shelf(job.cube, job.w).columns(job.asked)
    if isinstance(columns, Message):
        return []
    stack = Stack([job], [columns])
    at = stack.summits
    if not np.isfinite(at).all():
        return []
    e = Bends(stack, points_at(stack, at)[0]).residuals.reshape(stack.shape)
    n = len(e)
    through: FloatArray = np.asarray(np.linalg.inv(np.eye(n) - float(at[0]) * job.w.matrix), dtype=np.float64)
    return [_again(job, e, through, rng) for _ in range(draws)]


def _again(job: Job, e: FloatArray, through: FloatArray, rng: np.random.Generator) -> Job:
    n = len(e)
    taken = e[rng.permutation(n)] * rng.choice(np.array([-1.0, 1.0]), n)[:, None]
    cube = Cube(job.cube.y + through @ (taken - e), job.cube.X)
    return Job(cube, job.w, job.asked)
