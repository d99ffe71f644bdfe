"""What an estimator of staggered adoption is: one file each, found by its key in the register."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.register import entry_of, keys
from panelkit.models.policy.effects.cells import Averages, By, Shares
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.show.brief import Brief


class Effects(Protocol):
    """What an estimator finds: averages by kind, with what clusters add to them."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of averages that there are."""

    @property
    def factor(self) -> float:
        """Return the small-sample factor of the published covariance."""

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return what is said of the estimates."""

    @property
    def facts(self) -> dict[str, Any]:
        """Return what a program reads of them."""

    def averages(
        self,
        by: By,
        *,
        shares: Shares = "estimated",
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
    ) -> Averages:
        """Return the averages of a kind."""


@dataclass(frozen=True, eq=False)
class Points(Brief):
    """Averages of a kind for several outcomes, without errors: `labels` (p,), `values` (p, m)."""

    labels: FloatArray
    values: FloatArray


class StaggeredEstimator(Protocol):
    """A frozen dataclass of options, offered as ("staggered", KEY)."""

    def effects(self, panel: PolicyPanel) -> Effects:
        """Estimate on the rows of a panel."""

    def points(self, panel: PolicyPanel, outcomes: FloatArray, by: By) -> Points:
        """Return the averages of a kind for outcomes (n, m) in place of the panel's own, fast and without errors.

        Every estimator here is linear in the outcome, given who adopts when.
        """


def staggered_estimator(key: str, **options: Any) -> Any:
    """Return the estimator of a key with the options that were given (None: not given).

    Raises
    ------
    SpecError
        If there is no such estimator, or it has no such option.
    """
    known = keys("staggered")
    unknown = message("estimator is one of {known}, not {key!r}", known=known, key=key)
    kind = entry_of("staggered", key, unknown=unknown).load()
    given = {name: value for name, value in options.items() if value is not None}
    idle = sorted(given.keys() - {field.name for field in fields(kind)})
    if idle:
        has = [field.name for field in fields(kind)]
        raise SpecError(
            message(
                "{idle} do not apply to estimator={key!r}, whose options are {has}: leave them out",
                idle=[f"`{name}`" for name in idle],
                key=key,
                has=has or message("none"),
            )
        )
    return kind(**given)
