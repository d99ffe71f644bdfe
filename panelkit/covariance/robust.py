"""Errors independent with variances of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from panelkit.covariance.base import Covariance, Vcov, least_squares
from panelkit.covariance.conventions import Convention
from panelkit.covariance.small_sample import independent_df, squares_divisor
from panelkit.kernels import sandwich
from panelkit.kernels.capabilities import SCORES
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.panel.design import Design


@offered("covariance", can=(SCORES,), source="White 1980; MacKinnon and White 1985", public=True)
@dataclass(frozen=True)
class Robust(Covariance):
    """Errors independent with their own variances (White 1980): HC0, or HC1 with n/(n-K); t(n-K).

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Robust("HC1"))
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("Robust", "Robust(HC0)")

    kind: Literal["HC0", "HC1"] = "HC1"

    def __post_init__(self) -> None:
        if self.kind not in ("HC0", "HC1"):
            raise SpecError(message("Robust(kind) is HC0 or HC1, not {kind!r}", kind=self.kind))

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a least-squares fit."""
        fit, convention = least_squares(problem, convention)
        left = squares_divisor(fit, convention)
        factor = fit.n / left if self.kind == "HC1" else 1.0
        matrix = sandwich.heteroskedastic(fit) * factor
        kind = {"rows": "HC0", "rows less units": "n/(n-N)"}.get(convention.divisor, self.kind)
        return Vcov(
            matrix,
            independent_df(fit, convention),
            message("robust, {kind}", kind=kind if self.kind == "HC1" else self.kind),
        )
