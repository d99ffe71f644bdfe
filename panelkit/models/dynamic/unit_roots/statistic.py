"""What a panel unit-root test is: a statistic of many panels at once, with what it supposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.models.dynamic.unit_roots.adf import rows_with
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.sweeping import terms_in
from panelkit.show.brief import Brief

UNIT_ROOT = message("every {unit} has a unit root")
STATIONARY = message("every {unit} is stationary around its deterministic terms")


@dataclass(frozen=True, eq=False)
class Scored(Brief):
    """Statistics of R panels, their p-values in the asymptotic distribution (NaN where it has none), other numbers.

    `units` holds numbers by unit, (R, N).
    """

    statistic: FloatArray
    p_value: FloatArray
    facts: Mapping[str, FloatArray] = field(default_factory=dict)
    units: Mapping[str, Array] = field(default_factory=dict)


class PanelTest:
    """A test: subclasses say in `scored` what it is, and in `problem` why it cannot be made."""

    key: ClassVar[str]
    tail: ClassVar[Literal["lower", "upper"]] = "lower"
    null: ClassVar[Message] = UNIT_ROOT
    stationary_null: ClassVar[bool] = False
    independent: ClassVar[bool] = True  # whether it supposes independent units

    def name(self, setting: Setting) -> Message:
        """Return what the test is called."""
        raise NotImplementedError

    def distribution(self, setting: Setting, units: int) -> tuple[str, tuple[float, ...]]:
        """Return the name of the statistic with its degrees of freedom."""
        return "z", ()

    def problem(self, held: Array, setting: Setting) -> Message | None:
        """Return why the test does not apply to a panel whose units hold the periods `held` (N, T)."""
        return None

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return which units (N,) are too short, and how many periods in a row would do."""
        return np.zeros(len(held), bool), 0

    def scored(self, batch: Batch) -> Scored:
        """Return the statistics of the panels."""
        raise NotImplementedError

    def notes(self, batch: Batch, scored: Scored) -> tuple[Message, ...]:
        """Return what is to be said of the numbers."""
        return ()

    def bounds(self, facts: Mapping[str, float], critical: Mapping[float, float]) -> dict[str, float]:
        """Return critical values of other numbers among the facts, from those of the statistic by level."""
        return {}

    def tail_of(self, setting: Setting) -> str:
        """Return on which side the statistic rejects."""
        return self.tail


def gaps(held: Array) -> Array:
    """Mark the units (N,) that lack a period between their first and last one."""
    first = held.argmax(axis=1)
    last = held.shape[1] - 1 - held[:, ::-1].argmax(axis=1)
    return held.sum(axis=1) < last - first + 1


def unbalanced(held: Array) -> bool:
    """Return whether some unit lacks a period."""
    return not bool(held.all())


def lags_of(setting: Setting, units: int) -> Array:
    """Return the largest number of lags that a unit may be given, (N,)."""
    most = setting.most if isinstance(setting.lags, str) else setting.lags
    return np.broadcast_to(np.asarray(most, int), (units,))


def too_short(held: Array, setting: Setting, *, least_df: int, beside: bool = False) -> tuple[Array, int]:
    """Return which units (N,) leave fewer than `least_df` degrees of freedom, and how many periods in a row would do.

    `beside`: the regressions hold cross-section means too, two and one a lag.
    """
    orders = lags_of(setting, len(held))
    terms = terms_in(setting.trend) + 1 + orders + (2 + orders if beside else 0)
    rows = np.array([rows_with(held[i : i + 1], int(p)).sum() for i, p in enumerate(orders)])
    if isinstance(setting.lags, str):  # every order is judged on the rows of the longest
        rows = rows_with(held, setting.most).sum(axis=1)
    need = int((terms + least_df + orders + 1).max())
    return rows - terms < least_df, need


BALANCED_ONLY = message(
    "it needs the same periods of every {unit}, without gaps: keep the {units} and {periods} that hold all by "
    "`where`, or use ips or fisher-adf"
)
