"""What a family of candidates is handed: the target, the figures and what the user stated of the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from panelkit.audit.convention.target import Target
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Problem(Brief):
    """One search before its candidates.

    Parameters
    ----------
    target
        The printed numbers.
    versions
        The figures by name: one frame, or several where their vintage is in question.
    formula
        `outcome ~ regressors` as the paper states it; None where a family needs none.
    w
        Spatial weights: what `pk.SpatialPanel` takes, or a mapping of names to several.
    model
        "sar", "sdm", ... of spatial families; None tries all.
    effects
        The effects that the paper states; None tries all.
    unit, time
        Columns of unit and period, as everywhere.
    where
        A condition on the rows, as in every estimator.
    depth
        In how many steps a candidate may differ from what is stated; None leaves it to the family.
    samples, controls, lags
        What may vary beside the family's own choices; None takes the family's default.
    names
        From the printed names to the terms of the formula.
    stated
        Further facts of the paper, by name.
    seed
        Of all chance in the search.
    """

    target: Target
    versions: Mapping[str, Any]
    formula: str | None = None
    w: Any = None
    model: str | None = None
    effects: str | None = None
    unit: str | None = None
    time: str | None = None
    where: str | None = None
    depth: int | None = None
    samples: Sequence[Any] | None = None
    controls: Sequence[str] | None = None
    lags: Sequence[int] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    stated: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def data(self) -> Any:
        """Return the figures, the first version of several."""
        return next(iter(self.versions.values()))
