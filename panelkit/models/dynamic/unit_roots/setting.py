"""What the tests of one call share: deterministic terms, lags, kernel, how p-values are combined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from panelkit.language.errors import SpecError
from panelkit.language.message import message

Trend = Literal["none", "constant", "trend"]
Criterion = Literal["aic", "bic", "hqic"]
Kernel = Literal["bartlett", "parzen", "quadratic-spectral"]
Combination = Literal["P", "Z", "L*", "Pm"]
LlcConvention = Literal["table", "plm"]
HadriErrors = Literal["homoskedastic", "heteroskedastic", "serial"]

TRENDS = ("none", "constant", "trend")
CRITERIA = ("aic", "bic", "hqic")
KERNELS = ("bartlett", "parzen", "quadratic-spectral")
COMBINATIONS = ("P", "Z", "L*", "Pm")
LLC_CONVENTIONS = ("table", "plm")
HADRI_ERRORS = ("homoskedastic", "heteroskedastic", "serial")


@dataclass(frozen=True)
class Setting:
    """How the tests of one call are made.

    `lags` is one number for every unit, one a unit (N,), or a criterion that chooses up to `most` unit by unit.
    `bandwidth` None: each test's own rule. `demean`: cross-section means leave first.
    """

    trend: Trend = "constant"
    lags: int | tuple[int, ...] | Criterion = 1
    most: int = 1
    demean: bool = False
    kernel: Kernel = "bartlett"
    bandwidth: int | None = None
    combine: Combination = "Z"
    llc_convention: LlcConvention = "table"
    hadri_errors: HadriErrors = "heteroskedastic"
    df_correction: bool = False
    truncated: bool = True

    def __post_init__(self) -> None:
        """Refuse what is no option.

        Raises
        ------
        SpecError
            Naming the option and what there is.
        """
        for name, known in _KNOWN.items():
            value = getattr(self, name)
            if value not in known:
                raise SpecError(
                    message("{name} is one of {known}, not {value!r}", name=name, known=known, value=value)
                )
        if self.bandwidth is not None and not _whole(self.bandwidth):
            raise SpecError(
                message(
                    "bandwidth is a whole number of lags from 0 on, or None, not {value!r}",
                    value=self.bandwidth,
                )
            )
        for name in ("demean", "df_correction", "truncated"):
            if not isinstance(getattr(self, name), bool):
                raise SpecError(
                    message("{name} is True or False, not {value!r}", name=name, value=getattr(self, name))
                )

    @property
    def chosen_by_criterion(self) -> bool:
        """Return whether a criterion chooses the lags."""
        return isinstance(self.lags, str)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_KNOWN = {
    "trend": TRENDS,
    "kernel": KERNELS,
    "combine": COMBINATIONS,
    "llc_convention": LLC_CONVENTIONS,
    "hadri_errors": HADRI_ERRORS,
}
