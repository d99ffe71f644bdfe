"""The result of a contest of forecasters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.contest.judged import LEVEL, Made
from panelkit.evaluation.contest.labels import BENCH, ahead, label, label_text
from panelkit.language.errors import DataError, SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message, term
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

_LONG = ("MAE", "loss / walk", "t", "p, Clark-West", "missing in %")


@dataclass(frozen=True, kw_only=True, eq=False)
class Contest(Titled, Brief):
    """Forecasters against the random walk out of sample.

    `scores` has one row a forecaster and horizon: `relative_loss` (mean loss over the random walk's in the same cells),
    `gain` with its interval (one minus that), the one-sided p of Diebold and Mariano, the p adjusted for all rivals and
    horizons, that of Clark and West, the share of units that do `better`, and the share of forecasts `missing`.
    `forecasts` holds every forecast beside what came.
    """

    title: Message
    scores: pd.DataFrame
    forecasts: pd.DataFrame
    made: Made
    units: pd.Index
    notes: tuple[Message, ...] = ()
    significance: float = 0.05
    levels: Levels = PROVINCIAL

    @property
    def winner(self) -> str | None:
        """Return the best forecaster of the nearest horizon at which one beats the random walk; None if none does."""
        beats = self.scores[self.scores["adjusted_p"] < self.significance]
        return (
            None
            if beats.empty
            else str(beats.sort_values(["horizon", "relative_loss"])["forecaster"].iloc[0])
        )

    @property
    def best(self) -> str:
        """Return the rival with the least loss beside the random walk's at the nearest horizon, winner or not."""
        rivals = self.scores[(self.scores["forecaster"] != BENCH) & self.scores["relative_loss"].notna()]
        if rivals.empty:
            raise DataError(message("no rival gave a forecast"))
        return str(rivals.sort_values(["horizon", "relative_loss"])["forecaster"].iloc[0])

    def sentence(self) -> Message:
        """Return who beats the random walk, in a sentence."""
        rivals = self.scores[self.scores["p_value"].notna()]
        ahead_untested = self._better_untested()
        if rivals.empty:
            return ahead_untested or message("no rival can be tested against the random walk")
        beats = rivals[rivals["adjusted_p"] < self.significance]
        best = (rivals if beats.empty else beats).sort_values(["horizon", "relative_loss"]).iloc[0]
        numbers: dict[str, Any] = {
            "best": label(str(best["forecaster"])),
            "ahead": ahead(int(best["horizon"])),
            "gain": 100.0 * best["gain"],
            "low": 100.0 * best["gain_low"],
            "high": 100.0 * best["gain_high"],
            "p": best["adjusted_p"],
        }
        if beats.empty:
            nearest = message(
                "nothing beats the random walk; nearest comes {best}, {ahead}: loss lower by {gain:.0f}% "
                "(from {low:.0f}% to {high:.0f}%), p = {p:.3f} for the whole contest",
                **numbers,
            )
            if ahead_untested is not None:
                nearest = message(
                    "{untested}; of the rivals that can be tested nothing beats the random walk, nearest comes {best}, "
                    "{ahead}: loss lower by {gain:.0f}% (from {low:.0f}% to {high:.0f}%), p = {p:.3f} for the whole "
                    "contest",
                    untested=ahead_untested,
                    **numbers,
                )
            return nearest.spoken(*self.levels)
        others = [name for name in dict.fromkeys(beats["forecaster"]) if name != best["forecaster"]]
        won = message(
            "{best} beats the random walk, {ahead}: loss lower by {gain:.0f}% (from {low:.0f}% to {high:.0f}%), "
            "p = {p:.3f} for the whole contest",
            **numbers,
        )
        if not others:
            return won
        return message("{won}; so do {others}", won=won, others=[label(name) for name in others])

    def _better_untested(self) -> Message | None:
        """Say which rival loses less than the random walk and cannot be tested; None where none does."""
        rivals = self.scores[self.scores["forecaster"] != BENCH]
        better = rivals[rivals["p_value"].isna() & (rivals["relative_loss"] < 1.0)]
        tested = rivals.loc[rivals["p_value"].notna(), "relative_loss"]
        if better.empty or better["relative_loss"].min() >= tested.min():
            return None
        best = better.sort_values(["horizon", "relative_loss"]).iloc[0]
        return message(
            "{best}, {ahead}, loses {gain:.0f}% less than the random walk, and that cannot be tested",
            best=label(str(best["forecaster"])),
            ahead=ahead(int(best["horizon"])),
            gain=100.0 * best["gain"],
        ).spoken(*self.levels)

    def by_unit(self, forecaster: str, horizon: int = 1) -> pd.Series:
        """Return the loss of a forecaster over the random walk's in every unit; NaN where the latter has none."""
        m = self._at(forecaster, horizon)
        origins = self.made.at(horizon)
        cost = self.made.loss[:, :, origins, horizon - 1]
        both = np.isfinite(cost[m]) & np.isfinite(cost[0])
        mine, bench = (np.where(both, cost[j], 0.0).sum(axis=1) for j in (m, 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(bench > 0, mine / bench, np.nan)
        return pd.Series(share, index=self.units, name="relative_loss")

    def tidy(self) -> pd.DataFrame:
        """Return the scores, one row a forecaster and horizon, under names that do not change with the language."""
        return self.scores.copy()

    def table(self, *, language: Language = "en", short: bool = False) -> pd.DataFrame:
        """Return the scores as they are shown: gains and shares in per cent; `short` for a terminal."""
        shown = self.scores
        columns: dict[Message, Any] = {
            term("head of a contest", "forecaster"): [
                label_text(str(n), language) for n in shown["forecaster"]
            ],
            term("head of a contest", "ahead"): shown["horizon"],
            term("head of a contest", "RMSE"): [_digits(value) for value in shown["rmse"]],
            term("head of a contest", "MAE"): [_digits(value) for value in shown["mae"]],
            term("head of a contest", "loss / walk"): [_fixed(value, 3) for value in shown["relative_loss"]],
            term("head of a contest", "gain in %"): [_interval(row) for _, row in shown.iterrows()],
            term("head of a contest", "t"): [_fixed(value, 2) for value in shown["statistic"]],
            term("head of a contest", "p"): [_fixed(value, 3) for value in shown["p_value"]],
            term("head of a contest", "p, contest"): [_fixed(value, 3) for value in shown["adjusted_p"]],
            term("head of a contest", "p, Clark-West"): [_fixed(value, 3) for value in shown["clark_west_p"]],
            term("head of a contest", "better in %"): [_fixed(100 * value, 0) for value in shown["better"]],
            term("head of a contest", "missing in %"): [_fixed(100 * value, 0) for value in shown["missing"]],
        }
        left_out = _LONG if short else ()
        return pd.DataFrame(
            {head.text(language): list(held) for head, held in columns.items() if str(head) not in left_out}
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return the sentence, the table and the notes as plain text."""
        from panelkit.show.tables import frame_table
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title, told = self.title.text(language), self.sentence().text(language)
        text = frame_table(
            self.table(language=language, short=True), format="text", language=language, index=False
        )
        return "\n".join([title, "=" * cells(title), told, "", text, *note_lines(self.notes, language)])

    def plot(self, *, horizon: int = 1, language: Language = "en") -> Any:
        """Draw the gain of every rival over the random walk with its interval, in per cent of the walk's loss."""
        from panelkit.show import figures

        self._at(BENCH, horizon)
        held = self.scores[(self.scores["horizon"] == horizon) & self.scores["gain_low"].notna()]
        frame = pd.DataFrame(
            {
                "label": [label_text(str(name), language) for name in held["forecaster"]],
                "estimate": 100 * held["gain"],
                "conf_low": 100 * held["gain_low"],
                "conf_high": 100 * held["gain_high"],
            }
        )
        wins = held[held["adjusted_p"] < self.significance]["forecaster"]
        said = message(
            "gain over the random walk in per cent of its loss, right of zero: better; {ahead}",
            ahead=ahead(horizon),
        )
        return figures.interval_plot(
            frame.sort_values("estimate", ascending=False, kind="stable").reset_index(drop=True),
            highlight=[label_text(str(name), language) for name in wins],
            level=LEVEL,
            language=language,
            title=self.title.text(language),
            notes=[said.spoken(*self.levels).text(language), self.sentence().text(language)],
        )

    def map(self, forecaster: str, *, horizon: int = 1, language: Language = "en") -> Any:
        """Draw the loss of a forecaster over the random walk's on the tiles of the provinces; below one: better."""
        from panelkit.data.user.panel import province_labels
        from panelkit.show import figures

        values = self.by_unit(forecaster, horizon)
        names = province_labels(values.index, language)
        title = message("{forecaster}: loss over the random walk's", forecaster=label(forecaster))
        return figures.province_map(
            values.rename(index=names),
            centre=1.0,
            language=language,
            title=title.text(language),
            name_omitted=True,
        )

    def _brief(self) -> str:
        return f"{self.title}; winner: {self.winner}"

    def _at(self, forecaster: str, horizon: int) -> int:
        held = list(self.made.names)
        if forecaster not in held or horizon not in set(self.scores["horizon"]):
            raise SpecError(
                message(
                    "no forecaster {name!r} {horizon} ahead: there are {held}, up to {most} ahead",
                    name=forecaster,
                    horizon=horizon,
                    held=held,
                    most=int(self.scores["horizon"].max()),
                )
            )
        return held.index(forecaster)

    def _below(self) -> tuple[Message, ...]:
        return (self.sentence(), *self.notes)


def _fixed(value: float, digits: int) -> str:
    return "" if not np.isfinite(value) else f"{value:.{digits}f}"


def _digits(value: float) -> str:
    return "" if not np.isfinite(value) else f"{value:.4g}"


def _interval(row: pd.Series) -> str:
    if not np.isfinite(row["gain"]):
        return ""
    gain, low, high = (100.0 * row[key] for key in ("gain", "gain_low", "gain_high"))
    if np.isnan(low):
        return f"{gain:.1f}"
    return f"{gain:.1f} [{low:.1f}, {high:.1f}]"
