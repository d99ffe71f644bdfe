"""One regression of the search: which columns, rows and effects, and by which choices it came about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from panelkit.audit.convention.candidate import Option
from panelkit.kernels.within import Effects


@dataclass(frozen=True)
class Recipe:
    """What makes the columns.

    `version` of the figures; `lag` further periods of the regressors `lagged` (all where it is empty); `logs` the terms
    whose logarithm is taken, or taken off (the outcome is ""); `zeros` how a logarithm treats them ("log1p", "filled"),
    in the columns `zeroed` (all where it is empty); `above`: lags read the row above, whosever it is; `orders` in which
    outcome and regressors stand where they were laid side by side by position.
    """

    version: str = ""
    lag: int = 0
    lagged: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    zeros: str = ""
    zeroed: tuple[str, ...] = ()
    above: bool = False
    orders: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Plan:
    """One regression.

    `controls` are the optional terms that enter; `window` first and last period; `without` codes of units that leave;
    `row` ("dropped" or "doubled", which row of the sample); `split` (unit, period): from that period on the unit goes
    by another name; `centred`: factors of products less their mean ("all", "none", "" as stated).
    """

    recipe: Recipe = Recipe()
    controls: tuple[str, ...] = ()
    effects: Effects = "twoway"
    window: tuple[int, int] | None = None
    without: tuple[int, ...] = ()
    without_periods: tuple[int, ...] = ()
    row: tuple[str, int] | None = None
    split: tuple[int, int] | None = None
    centred: str = ""
    singletons: bool = True
    options: tuple[Option, ...] = field(default=(), compare=False)

    @property
    def departures(self) -> int:
        """Return how many steps lie between it and what was stated."""
        return sum(one.departure for one in self.options)


@dataclass(frozen=True)
class Choice:
    """One option of an axis, and what it changes of a plan."""

    option: Option
    change: Callable[[Plan], Plan]


Axis = tuple[Choice, ...]
