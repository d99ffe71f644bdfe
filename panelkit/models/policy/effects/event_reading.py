"""What is read from effects by event time: path, bands, tests of leads, bounds without parallel trends, the figure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.register import find
from panelkit.language.spelt import option
from panelkit.models.policy.effects.pre_test import pre_test
from panelkit.results.derived import Derived
from panelkit.results.tests import TestResult

if TYPE_CHECKING:
    from panelkit.show.figures import Figure


class EventReading(Derived):
    """The methods of `PolicyEffects` about effects by event time."""

    outcome: str
    labels: FloatArray
    treated: Array
    base: tuple[float, ...]
    panel: Any
    drawn: Any

    @property
    def event_times(self) -> FloatArray:
        """Return the event times of the effects by event time, in order, without their mean.

        Raises
        ------
        SpecError
            If these effects hold none.
        """
        return self.labels[self._events()]

    @property
    def event_estimates(self) -> FloatArray:
        """Return the effects at `event_times`."""
        return self.estimates[self._events()]

    @property
    def event_covariance(self) -> FloatArray:
        """Return the covariance of `event_estimates`."""
        at = self._events()
        return self.covariance[np.ix_(at, at)]

    def bands(self, level: float = 0.95, reps: int = 9_999, rng: Any = 0, *, by: str = "event") -> Any:
        """Return the band over all effects of a kind, as `pk.multiplier_bands` says."""
        return find("inference", "multiplier_bands")(self, by, level=level, reps=reps, rng=rng)

    def pre_test(self, by: str = "cells") -> TestResult:
        """Test that all leads are zero, as `panelkit.models.policy.effects.pre_test.pre_test` says."""
        return pre_test(self, by)

    def event_path(self) -> Any:
        """Return the effects by event time with their covariance, measured from one base: `pk.EventPath`.

        Where several event times are the base by their mean, all are measured from the last of them. Degrees of freedom
        are those that the numbers of treated and other clusters allow (Welch), or where all are treated the fewest of
        any event time.

        Raises
        ------
        SpecError
            If leads and effects have no common base.
        """
        at = self._events()
        if not self.base:
            raise SpecError(
                message(
                    "the leads of this result are not measured against one period, as its effects are: "
                    "take pk.EventStudy with {estimator}, 'callaway-santanna', 'stacked' or 'twfe' "
                    "(pre_test(by='event') tests the leads as they are)",
                    estimator=option("estimator", "sun-abraham"),
                )
            )
        labels, estimate, covariance = self.labels[at], self.event_estimates, self.event_covariance
        before = [each for each in self.base if each < 0.0]
        base = max(before or self.base)
        held = np.flatnonzero(labels == base)
        if len(held):
            change = np.eye(len(at)) - np.eye(len(at))[held[0]]
            lost = np.isnan(np.diag(covariance))
            moved = change @ np.where(np.isnan(covariance), 0.0, covariance) @ change.T
            moved[lost, :], moved[:, lost] = np.nan, np.nan
            estimate, covariance = change @ estimate, moved
        kept = (labels != base) & ~(np.diag(covariance) <= 1e-12 * np.nanmax(np.diag(covariance)))
        path = find("inference", "EventPath")(
            event=labels[kept],
            estimate=estimate[kept],
            covariance=covariance[np.ix_(kept, kept)],
            base=base,
            df=float(
                np.broadcast_to(np.asarray(self.df, dtype=np.float64), self.labels.shape)[at][kept].min()
            ),
            clusters=len(self.treated),
            treated=int(self.treated[:, at].any(axis=1).sum()),
        )
        return path if path.welch is None else replace(path, df=path.welch)

    def pretrend_test(self, **options: Any) -> Any:
        """Test that all leads are zero and say what the test would have found, as `pk.pretrend_test` does."""
        return find("inference", "pretrend_test")(self, **{"first_effect": self._first_effect(), **options})

    def honest_did(self, restriction: str = "relative magnitudes", **options: Any) -> Any:
        """Return what is left of an effect where trends part by no more than a bound, as `pk.honest_did` does."""
        given = {"first_effect": self._first_effect(), **options}
        return find("inference", "honest_did")(self, restriction, **given)

    def events(
        self, level: float = 0.95, *, bands: bool = True, reps: int = 9_999, rng: Any = 0
    ) -> pd.DataFrame:
        """Return the effects by event time as a figure draws them.

        Returns
        -------
        pandas.DataFrame
            Columns `event, term, estimate, std_error, conf_low, conf_high, base` and, with `bands` where p-values come
            from clusters, `band_low, band_high`: one row an event time.
        """
        at = self._events()
        rows = self.tidy(level).iloc[at]
        found = rows[["term", "estimate", "std_error", "conf_low", "conf_high"]].reset_index(drop=True)
        found.insert(0, "event", self.labels[at])
        found["base"] = np.isin(self.labels[at], self.base) & (rows["estimate"] == 0.0).to_numpy()
        absent = [each for each in self.base if each not in self.labels[at]]
        if bands and self.drawn is None and (np.diag(self.covariance)[at] > 0.0).any():
            table = self.bands(level, reps, rng).table.set_index("term")
            for name in ("band_low", "band_high"):
                found[name] = [table[name].get(term, np.nan) for term in found["term"]]
        zeros = pd.DataFrame([{"event": each, "term": f"{each:.0f}", "base": True} for each in absent])
        if len(zeros):
            zeros[["estimate", "std_error", "conf_low", "conf_high"]] = 0.0
            found = pd.concat([found, zeros], ignore_index=True).sort_values(
                "event", kind="stable", ignore_index=True
            )
        return found

    def plot(
        self,
        *,
        level: float = 0.95,
        language: Language = "en",
        by: str | None = None,
        bands: bool = True,
        reps: int = 9_999,
        rng: Any = 0,
        **style: Any,
    ) -> Figure:
        """Draw the event study, or the effects of another kind with their intervals.

        Parameters
        ----------
        level, language
            Of the intervals; of the words.
        by
            "event", "cohort", "calendar", "overall"; None is "event" where there are such effects, else all there are.
        bands, reps, rng
            Whether the band over all event times is drawn, and its draws. With p-values from randomisation there is
            none.
        style
            As in the figures: `title`, `notes`, `labels`.
        """
        from panelkit.show import figures

        kinds = set(self.equations)
        chosen = by or ("event" if "event" in kinds else None)
        if chosen is not None and chosen not in kinds:
            raise SpecError(message("these effects hold {held}, not {by!r}", held=sorted(kinds), by=chosen))
        if chosen == "event":
            return figures.event_study_plot(
                {"": self.events(level, bands=bands, reps=reps, rng=rng)},
                outcome=self.outcome,
                level_names=self.level_names,
                level=level,
                anticipation=float(self.panel.anticipation),
                language=language,
                **style,
            )
        if chosen is None:
            return super().plot(level=level, language=language, **style)
        table = self.tidy(level)
        return figures.coefficient_plot(table[table["equation"] == chosen], language=language, **style)

    def _first_effect(self) -> float:
        """Return the first event time that the policy may move."""
        return 0.0 - self.panel.anticipated

    def _events(self) -> Array:
        at = np.flatnonzero((np.array(self.equations) == "event") & np.isfinite(self.labels))
        if not len(at):
            raise SpecError(message("these effects hold none by event time: take by='event'"))
        return at
