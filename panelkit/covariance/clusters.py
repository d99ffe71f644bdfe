"""Clusters: which rows belong together, by unit, by period or by a column of the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term, verbatim
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

_LEVELS: dict[str, Message] = {
    name: name for name in (term("level of a panel", "province"), term("level of a panel", "year"))
}


@dataclass(frozen=True)
class Clusters(Brief):
    """Group codes (n,) from 0 without gaps, the name to print, and the label of each group."""

    codes: IntArray
    name: str
    labels: NDArray[Any]

    @property
    def count(self) -> int:
        return int(self.codes.max()) + 1

    @property
    def shown(self) -> Message:
        """Return what a table calls them: our own two levels in its language, a column as it is named."""
        return level_shown(self.name)


def level_shown(name: str) -> Message:
    """Return what a table calls a level: our own two in its language, a column as it is named."""
    return _LEVELS.get(name, verbatim(name))


def clusters_of(design: Design, by: str | None) -> Clusters:
    """Return the clusters that `by` names: the unit (None), the time, or a column of the design.

    Raises
    ------
    SpecError
        If there are fewer than two clusters, or a row has none.
    """
    if by is not None and by in design.extra:
        labels, codes = np.unique(_one_kind(np.asarray(design.extra[by]), by), return_inverse=True)
        found = Clusters(codes.astype(np.int64), by, labels)
    elif by is None or by in design.unit_names:
        found = Clusters(design.unit, design.unit_names[0], design.unit_labels)
    elif by in design.time_names:
        found = Clusters(design.time, by, design.time_labels)
    else:
        raise SpecError(
            message(
                "the fit did not carry the column `{by}`: fit with vcov=Cluster('{by}') (or CRV3), and it stays "
                "at hand",
                by=by,
            )
        )
    if found.count < 2:
        raise SpecError(
            message(
                "clusters by `{name}`: the sample holds {count} cluster, and a clustered covariance "
                "needs at least two: cluster by another column or by the unit",
                name=found.name,
                count=found.count,
            )
        )
    return found


def periods_of(design: Design) -> Clusters:
    """Return the periods as clusters, however many there are."""
    return Clusters(design.time, design.time_names[0], design.time_labels)


def _one_kind(values: NDArray[Any], by: str) -> NDArray[Any]:
    """Return cluster labels that can be told apart and sorted."""
    kinds = sorted({type(value).__name__ for value in values}) if values.dtype == object else []
    if len(kinds) > 1:
        raise SpecError(
            message(
                "clusters by `{by}` mix values of the kinds {kinds}: make them all text or numbers",
                by=by,
                kinds=kinds,
            )
        )
    return values
