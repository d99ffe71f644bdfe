"""The spread of the units' own slopes: the error of their mean, whatever the errors of the rows are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from panelkit.covariance.base import Covariance, Vcov
from panelkit.covariance.conventions import Convention
from panelkit.kernels.capabilities import UNIT_SLOPES
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered

if TYPE_CHECKING:
    from panelkit.panel.design import Design


class SlopedProblem(Protocol):
    """What means of units' slopes offer: how far the slopes lie apart."""

    @property
    def count(self) -> int:
        """Return the number of units."""
        ...

    def spread(self, about: str) -> FloatArray:
        """Return the covariance (k, k) of the mean, or of pooled slopes, whose scores are taken about a slope."""
        ...


@offered(
    "covariance",
    can=(UNIT_SLOPES,),
    source="Pesaran and Smith 1995; Pesaran 2006, equations 58 and 67-69",
    public=True,
)
@dataclass(frozen=True)
class UnitSlopes(Covariance):
    """The nonparametric covariance of mean slopes, from their spread over units: t(N-1).

    Of a mean of N slopes it is sum (b_i - b)(b_i - b)' / (N (N-1)), which is the jackknife over units too; of pooled
    slopes the spread of b_i about their mean stands between the pooled cross-products (Pesaran 2006, equation 69).
    Errors may be heteroskedastic and serially correlated inside a unit. `about="pooled"` takes the spread of pooled
    slopes about the pooled slope, which asks no unit for a slope of its own: the clustered sandwich with N/(N-1).

    Examples
    --------
    >>> spec = pk.MeanGroup("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.UnitSlopes())
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("UnitSlopes", "UnitSlopes(pooled)")

    about: Literal["mean", "pooled"] = "mean"

    def __post_init__(self) -> None:
        if self.about not in ("mean", "pooled"):
            raise SpecError(message("UnitSlopes(about) is mean or pooled, not {about!r}", about=self.about))

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of mean or pooled slopes."""
        df = problem.count - 1
        if self.about == "pooled":
            name = message("spread of the scores of units about pooled slopes, t({df})", df=df)
        else:
            name = message("spread of the slopes of units, t({df})", df=df)
        return Vcov(problem.spread(self.about), float(df), name)
