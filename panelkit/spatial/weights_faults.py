"""What is wrong with weights: a matrix that is none, ids that repeat, and ids that a panel does not have."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from scipy import sparse

from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, sentences, verbatim
from panelkit.spatial.ids import absent, listed, twins


def check_weights(matrix: sparse.csr_array, ids: tuple[Hashable, ...], name: str) -> None:
    """Refuse weights that are not square, finite, positive and off the diagonal, or whose ids repeat or lack."""
    if matrix.shape != (len(ids), len(ids)):
        raise DataError(
            message(
                "{name}: a matrix of shape {shape!s} with {count} ids",
                name=name,
                shape=matrix.shape,
                count=len(ids),
            )
        )
    if not ids:
        raise DataError(message("{name}: weights of no units", name=name))
    if any(absent(key) for key in ids):
        raise DataError(message("{name}: an id is missing: name every unit", name=name))
    double = twins(ids)
    if double:
        raise DataError(message("{name}: ids stand twice: {double}", name=name, double=listed(double)))
    problems = []
    for wrong, what in (
        (~np.isfinite(matrix.data), message("missing or infinite weights")),
        (matrix.data < 0.0, message("negative weights")),
    ):
        if wrong.any():
            coo = matrix.tocoo()
            pairs = [f"{ids[i]} - {ids[j]}" for i, j in zip(coo.row[wrong], coo.col[wrong], strict=True)]
            problems.append(message("{what}: {pairs}", what=what, pairs=listed(pairs, 4)))
            break
    own = np.flatnonzero(matrix.diagonal())
    if len(own):
        problems.append(
            message("a unit is its own neighbour (diagonal): {ids}", ids=listed([ids[i] for i in own]))
        )
    if problems:
        raise DataError(message("{name}: {problems}", name=name, problems=sentences(problems)))


def ids_differ(
    name: str,
    missing: Sequence[Hashable],
    extra: Sequence[Hashable],
    double: Sequence[str] = (),
    *,
    of_panel: bool = True,
) -> Message:
    """Return how the ids of weights and those of a panel, or of `ids=`, differ."""
    side = message("the panel") if of_panel else verbatim("ids=")
    parts = []
    if double:
        parts.append(message("twice in {side}: {ids}", side=side, ids=listed(double)))
    if missing:
        parts.append(message("in {side} but not in the weights: {ids}", side=side, ids=listed(missing)))
    if extra:
        parts.append(message("in the weights but not in {side}: {ids}", side=side, ids=listed(extra)))
    if not of_panel:
        return message(
            "{name}: the ids of weights and ids= differ; {parts}. Take w.subset(ids) or change the sample (where=, "
            "command line: --where or --provinces)",
            name=name,
            parts=sentences(parts),
        )
    return message(
        "{name}: the ids of weights and panel differ; {parts}. Take w.subset(ids) or change the sample (where=, "
        "command line: --where or --provinces)",
        name=name,
        parts=sentences(parts),
    )
