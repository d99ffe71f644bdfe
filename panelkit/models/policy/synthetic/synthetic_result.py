"""What synthetic controls return: effects with their errors, weights, balance, gaps, placebos, figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.options import check_confidence
from panelkit.language.register import find
from panelkit.models.policy.synthetic.synthetic_fit import Rule, Stack, Synthetic
from panelkit.models.policy.synthetic.synthetic_placebos import Placebos
from panelkit.results.derived import Derived

if TYPE_CHECKING:
    from panelkit.show.figures import Figure

ATT = "ATT"
Kind = Literal["paths", "gaps"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticEffects(Derived):
    """Effects against a synthetic control: overall ("ATT") and by event time.

    Attributes
    ----------
    weights
        One row a treated unit (or cohort) and donor: `treated`, `donor`, `weight`, the largest first.
    gaps
        One row a treated unit (or cohort) and period: `treated`, `period`, `event` (periods since adoption),
        `observed`, `synthetic`, `gap`.
    placebo_gaps
        Gaps of placebos: one row an event time, one column a placebo; empty without placebos.
    """

    outcome: str
    spec: Any
    weights: pd.DataFrame = field(repr=False)
    gaps: pd.DataFrame = field(repr=False)
    placebo_gaps: pd.DataFrame = field(repr=False)
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def __maketables_depvar__(self) -> str:
        """Return the name of the outcome."""
        return self.outcome

    def plot(
        self,
        *,
        level: float = 0.95,
        language: Language = "en",
        kind: Kind = "paths",
        **style: Any,
    ) -> Figure:
        """Draw the treated and their synthetic control ("paths"), or their gaps among those of placebos ("gaps").

        Raises
        ------
        SpecError
            If `kind` is neither.
        """
        from panelkit.show.synthetic import gap_plot, path_plot

        if kind not in ("paths", "gaps"):
            raise SpecError(message("kind is paths or gaps, not {kind!r}", kind=kind))
        if kind == "paths":
            return path_plot(
                self.gaps, outcome=self.outcome, level_names=self.level_names, language=language, **style
            )
        events = self.tidy(level)
        return gap_plot(
            events[events["equation"] == "event"],
            self.placebo_gaps,
            outcome=self.outcome,
            level_names=self.level_names,
            path=self._path(),
            language=language,
            **style,
        )

    def _path(self) -> pd.DataFrame:
        """Return the mean gap by event time, before adoption too."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticControlFit(SyntheticEffects):
    """Effects by synthetic control; p-values and intervals by placebos in space.

    `balance` holds, by treated unit and predictor, the values of the unit, of its synthetic control and of the donors
    on average, and the predictor's weight; `placebos` the RMSPE of every placebo before and after.
    """

    balance: pd.DataFrame = field(repr=False)
    placebos: pd.DataFrame = field(repr=False)
    stack: Stack = field(repr=False)
    found: tuple[Synthetic, ...] = field(repr=False)
    tests: Placebos | None = field(repr=False)
    rule: Rule = field(repr=False)

    def in_time(self, back: int) -> SyntheticControlFit:
        """Return the effects had treatment begun `back` periods earlier, in periods before it did: a placebo in time.

        Raises
        ------
        SpecError
            If two periods or more do not stay before.
        """
        made: SyntheticControlFit = find("capability", "backdated")(self, back)
        return made

    def without_each_donor(self) -> pd.DataFrame:
        """Return effect and fit without each donor that has weight: `left_out`, `weight`, `estimate`, `pre_rmspe`.

        A donor without weight changes nothing when it leaves.
        """
        made: pd.DataFrame = find("capability", "donors_left_out")(self)
        return made

    def _path(self) -> pd.DataFrame:
        return pd.DataFrame({"event": self.stack.event, "gap": self.stack.gap})

    def _p_values(self) -> FloatArray:
        if self.tests is None:
            return np.full(len(self.terms), np.nan)
        by_event = self.tests.p_by_event(self.stack)
        return np.append(self.tests.p_value(self.stack), by_event[self.stack.after])

    def _interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        check_confidence(level)
        if self.tests is None:
            nothing = np.full(len(self.terms), np.nan)
            return nothing, nothing.copy()
        low, high = self.tests.interval(self.stack, level)
        lows, highs = self.tests.interval_by_event(self.stack, level)
        after = self.stack.after
        return np.append(low, lows[after]), np.append(high, highs[after])


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticDiDFit(SyntheticEffects):
    """Effects by synthetic difference in differences.

    `period_weights` holds the weights of periods before adoption by cohort; `placebo_p` is the share of placebos whose
    effect is at least as large as the estimate (the estimate counted among them), missing without placebos.
    """

    period_weights: pd.DataFrame = field(repr=False)
    placebo_p: float = float("nan")
    slopes: pd.Series = field(default_factory=lambda: pd.Series(dtype=float), repr=False)
    path: pd.DataFrame = field(repr=False)

    def _path(self) -> pd.DataFrame:
        return self.path
