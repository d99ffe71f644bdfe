"""Spatial weights in the order of a panel's units, row-standardised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.results.fit import FloatArray

if TYPE_CHECKING:
    from panelkit.spatial.weights import Weights


def weights_matrix(w: Any, ids: pd.Index) -> FloatArray:
    """Return row-standardised spatial weights (N, N) in the order of `ids`, matched by id, never by position.

    `w` is anything that `panelkit.spatial.weights.as_weights` reads; provinces may be spelled otherwise than in the
    panel. Units of the weights that the panel lacks are left out, and the rest standardised again.

    Raises
    ------
    DataError
        If an id is missing from the weights, or is left without a neighbour, naming it.
    """
    return np.asarray(row_weights(w, ids).matrix.toarray(), dtype=float)


def row_weights(w: Any, ids: pd.Index) -> Weights:
    """Return weights of the units in their order, row-standardised; a unit without neighbours is refused."""
    from panelkit.spatial.provincial import match_labels
    from panelkit.spatial.weights import as_weights

    labels = [label.item() if isinstance(label, np.generic) else label for label in ids]
    given = match_labels(as_weights(w), labels).subset(labels)
    given.refuse_islands(always=True)
    return given if given.normalisation == "row" else given.normalised("row")
