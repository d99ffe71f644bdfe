"""What a claim file may say of the kind `yearly`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.parts import Choice, Expression, Key, Printed, Whole, both
from panelkit.language.message import message

Measure = Literal[
    "dagum_between",
    "theil_between",
    "either_between",
    "leaders",
    "quotient",
    "smallest_quotient",
    "spearman",
    "partial",
    "growth_gap",
    "share_below",
    "min_diagonal",
    "top_stays",
]
_SIGNED = ("spearman", "partial", "growth_gap")
_QUOTIENTS = ("quotient", "smallest_quotient")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "leaders": ("figure", "places"),
    "quotient": ("figure", "against", "places"),
    "smallest_quotient": ("figure", "against", "places"),
    "spearman": ("figure", "against"),
    "partial": ("figure", "against", "given"),
    "growth_gap": ("figure", "against"),
    "share_below": ("index", "value"),
}


def needed_by(measure: str) -> tuple[str, ...]:
    """Return the fields that a measure needs."""
    return _NEEDS.get(measure, ("figure",))


class YearlyFields(MeasuredDesign):
    """The fields of the kind `yearly`.

    `measure`: "dagum_between", "theil_between" (share of inequality between the four regions), "either_between" (the
    larger of the two), "leaders" (how many of `places` are among the first len(places)), "quotient" (location quotient
    of `places` together: their share of `figure` over their share of `against`), "smallest_quotient" (the smallest of
    those of each), "spearman" (rank correlation of `figure` and `against` over provinces), "partial" (their
    correlation, net of `given`), "growth_gap" (growth of the national `figure` less that of `against`), "share_below"
    (share of provinces whose coordination of `index` lies below `value`), "min_diagonal" and "top_stays" (Markov chain
    of `figure` relative to the year's mean, on all years up to each). `benchmark` is a figure whose same number is
    printed beside.
    """

    measure: Measure
    figure: Expression | None = None
    against: Expression | None = None
    weight: Expression | None = None
    given: tuple[Expression, ...] = ()
    benchmark: Expression | None = None
    places: tuple[str, ...] = ()
    index: tuple[Key, ...] = ()
    corrected: Choice = False
    value: Printed | None = None
    classes: Whole = Field(default=4, ge=2, le=6)
    draws: Whole = Field(default=999, ge=199, le=9999)
    seed: Whole = Field(default=0, ge=0)

    @property
    def signed(self) -> bool:
        """Return whether a correlation or a difference is measured, not a share, a count or a quotient."""
        return self.measure in _SIGNED

    @property
    def possible(self) -> tuple[float, float]:
        """Return the least and the greatest that the measure can be."""
        if self.measure == "growth_gap":
            return -math.inf, math.inf
        if self.measure in _SIGNED:
            return -1.0, 1.0
        if self.measure in _QUOTIENTS:
            return 0.0, math.inf
        return 0.0, float(len(self.places)) if self.measure == "leaders" else 1.0

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        missing = [name for name in needed_by(self.measure) if not getattr(self, name)]
        if missing:
            raise ValueError(
                message("measure `{measure}` needs {missing}", measure=self.measure, missing=both(missing))
            )
        return self
