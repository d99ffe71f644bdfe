"""What is said of least squares beside factors: facts of the search, notes."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.kernels.factors import at_best
from panelkit.kernels.index import Array
from panelkit.kernels.linear import LinearFit
from panelkit.language.message import Message, message
from panelkit.models.dynamic.slopes.interactive_sample import Swept


def search_facts(spec: Any, linear: LinearFit, squares: Array) -> dict[str, Any]:
    """Return how many factors there are, how many searches were made, and how many ended at the best."""
    if spec.factors == 0:
        return {"factors": 0}
    best = at_best(squares, float((linear.y**2).sum()))
    return {"factors": spec.factors, "starts": len(squares), "starts_at_best": int(best.sum())}


def low_rank_notes(swept: Swept, factors: int) -> list[Message]:
    """Say which regressors vary as no more factors do than are taken out: a factor can stand for them."""
    columns = np.tensordot(np.linalg.inv(swept.root), swept.X, ((0,), (0,)))
    values = np.linalg.svd(columns, compute_uv=False)
    ranks = (values > 1e-9 * values[:, :1]).sum(axis=1)
    names = [f"`{name}`" for name, rank in zip(swept.design.terms, ranks, strict=True) if rank <= factors]
    if not names:
        return []
    return [
        message(
            "{names}: varies between {units} alone, between {periods} alone, or as their product, so that a factor can "
            "stand for it: its slope rests on loadings and factors that go another way (Bai 2009, section 6)",
            names=names,
        )
    ]


def search_notes(spec: Any, facts: dict[str, Any]) -> list[Message]:
    """Return what is said of the search and of the correction."""
    if spec.factors == 0:
        return []
    best, starts = facts["starts_at_best"], facts["starts"]
    notes = [
        message(
            "the best of {starts} seeded searches (seed {seed}); {best} of them ended there",
            starts=starts,
            seed=spec.seed,
            best=best,
        )
    ]
    if best == 1 and starts > 1:
        notes.append(
            message("one search alone ended there: take more starts, a better minimum may lie elsewhere")
        )
    if spec.bias_correction and spec.bandwidth is None:
        notes.append(
            message("corrected for the bias from heteroskedastic errors (Moon and Weidner 2017, B2 and B3)")
        )
    elif spec.bias_correction:
        notes.append(
            message(
                "corrected for the bias from heteroskedastic errors and from regressors that answer to errors of up to "
                "{lags} {periods} before (Moon and Weidner 2017, B1 to B3)",
                lags=spec.bandwidth,
            )
        )
    return notes
