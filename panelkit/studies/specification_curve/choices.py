"""The choices of a specification curve: outcomes, treatments, controls, samples, lags, covariances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from panelkit.covariance.conventions import refuse_convention
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import SpecError
from panelkit.language.message import message, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import is_whole
from panelkit.models.reading import check_where

VCOVS = ("CRV1", "CRV3")
AXES = ("outcome", "treatment", "controls", "sample", "lag", "vcov")
AXIS_WORDS = {
    "outcome": message("outcome"),
    "treatment": message("treatment"),
    "controls": message("controls"),
    "sample": message("sample"),
    "lag": message("lag"),
    "vcov": message("covariance"),
}


@offered("study", family="specification", public=True)
@dataclass(frozen=True)
class Sample:
    """A subset of the panel: years kept (first, last), units and years left out.

    Parameters
    ----------
    name
        What the sample is called in the table of the curve.
    years
        First and last year of the outcome, both in; None: every year.
    without_units
        Labels of units that leave.
    without_years
        Years that leave.

    Examples
    --------
    >>> sample = pk.Sample("after 2016", years=(2017, 2020), without_units=("Beijing",))
    >>> sample.name
    'after 2016'
    """

    name: str = "all"
    years: tuple[int, int] | None = None
    without_units: tuple[Any, ...] = ()
    without_years: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Choices:
    """The choices that a specification curve crosses, and what all of its regressions share."""

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    controls: tuple[tuple[str, tuple[str, ...]], ...] = (("none", ()),)
    samples: tuple[Sample, ...] = (Sample(),)
    lags: tuple[int, ...] = (0,)
    vcovs: tuple[Literal["CRV1", "CRV3"], ...] = ("CRV3",)
    effects: Effects = "twoway"
    convention: str = "reghdfe"
    where: str | None = None
    failures: Literal["raise", "count"] = "raise"

    def __post_init__(self) -> None:
        check_effects(self.effects)
        refuse_convention(self.convention, (), verbatim(type(self).__name__))
        if self.failures not in ("raise", "count"):
            raise SpecError(
                message("failures is 'raise' or 'count', not {failures!r}", failures=self.failures)
            )
        object.__setattr__(self, "where", check_where(self.where))
        axes: dict[str, Any] = {
            "outcomes": self.outcomes,
            "treatments": self.treatments,
            "controls": self.controls,
            "samples": self.samples,
            "lags": self.lags,
            "vcovs": self.vcovs,
        }
        empty = [name for name, values in axes.items() if not values or isinstance(values, str)]
        if empty:
            raise SpecError(
                message("a specification curve needs a tuple with at least one entry in {empty}", empty=empty)
            )
        unknown = [name for name in self.vcovs if name not in VCOVS]
        if unknown:
            raise SpecError(
                message(
                    "vcovs are among {vcovs}, not {names}",
                    vcovs=VCOVS,
                    names=[repr(name) for name in unknown],
                )
            )
        if any(not is_whole(lag) or lag < 0 for lag in self.lags):
            raise SpecError(message("lags are whole numbers from 0, not {given}", given=str(self.lags)))

    @property
    def size(self) -> int:
        """Return the number of specifications."""
        parts = (self.outcomes, self.treatments, self.controls, self.samples, self.lags, self.vcovs)
        return int(np.prod([len(part) for part in parts]))
