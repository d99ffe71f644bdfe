"""What `grey_forecast` returns: a model a unit, its forecasts, and the rivals outside the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.grey import GreyAccuracy, GreyFit, horizon_limit
from panelkit.evaluation.dynamics.pictures import chosen_places
from panelkit.evaluation.dynamics.shown import Evaluated, compact, figure, named_units, shown_units
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message, term, verbatim
from panelkit.results.derived import Uncertainty
from panelkit.results.fit import FloatArray
from panelkit.show import figures
from panelkit.show.canvas import Figure

MODEL_WORDS: Mapping[str, Message] = {
    "grey": verbatim("GM(1,1)"),
    "trend": message("log-linear trend"),
    "random_walk": message("random walk"),
}
_GRADES: tuple[tuple[float, float, Message], ...] = (
    (0.35, 0.95, term("grade of a grey model", "good")),
    (0.50, 0.80, term("grade of a grey model", "qualified")),
    (0.65, 0.70, term("grade of a grey model", "barely")),
)
_FAILED = term("grade of a grey model", "failed")
_NONE = term("grade of a grey model", "none: constant")


@dataclass(frozen=True, kw_only=True, eq=False)
class GreyForecast(Evaluated):
    """GM(1,1) of every unit of a panel.

    `fit` and `accuracy` are by unit (N,); `admissible` (N,) says whether all class ratios lie in their bounds;
    `forecasts` (N, horizon) by model, `low` and `high` those of the grey forecast; `errors` the absolute percentage
    errors outside the sample (N, origins, horizon) by model.
    """

    column: str
    units: tuple[str, ...]
    periods: tuple[int, ...]
    ahead: tuple[int, ...]
    values: FloatArray
    fit: GreyFit
    accuracy: GreyAccuracy
    admissible: np.ndarray
    forecasts: Mapping[str, FloatArray]
    low: FloatArray
    high: FloatArray
    errors: Mapping[str, FloatArray]
    level: float
    uncertainty: Uncertainty
    levels: Levels = PROVINCIAL

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit: parameters, precondition, accuracy, mean errors outside the sample by model."""
        grades = [str(one) for one in self.grades()]
        frame = pd.DataFrame(
            {
                "unit": self.units,
                "a": self.fit.a,
                "b": self.fit.b,
                "class_ratios_hold": self.admissible,
                "posterior_ratio": self.accuracy.posterior_ratio,
                "small_errors": self.accuracy.small_errors,
                "mape": self.accuracy.mape,
                "grade": grades,
                "horizon_limit": horizon_limit(self.fit.a),
            }
        )
        for name, errors in self.errors.items():
            frame[f"outside_{name}"] = np.nanmean(errors, axis=(1, 2))
        return frame

    def grades(self) -> tuple[Message, ...]:
        """Return the textbook's grade of every fit, by C and p."""
        pairs = zip(self.accuracy.posterior_ratio, self.accuracy.small_errors, strict=True)
        return tuple(_grade(float(ratio), float(share)) for ratio, share in pairs)

    def forecast(self) -> pd.DataFrame:
        """Return one row a unit and period ahead: the grey forecast with its interval, and the rivals'."""
        rows = [
            {
                "unit": name,
                "period": period,
                "grey": self.forecasts["grey"][i, h],
                "conf_low": self.low[i, h],
                "conf_high": self.high[i, h],
                "trend": self.forecasts["trend"][i, h],
                "random_walk": self.forecasts["random_walk"][i, h],
                "within_limit": bool(h + 1 <= horizon_limit(self.fit.a)[i]),
            }
            for i, name in enumerate(self.units)
            for h, period in enumerate(self.ahead)
        ]
        return pd.DataFrame(rows)

    def outside(self) -> pd.DataFrame:
        """Return by model and periods ahead the mean absolute percentage error over units and origins."""
        rows = [
            {
                "model": name,
                "ahead": h + 1,
                "mape": float(np.nanmean(errors[:, :, h])),
                "median_ape": float(np.nanmedian(errors[:, :, h])),
                "forecasts": int(np.isfinite(errors[:, :, h]).sum()),
            }
            for name, errors in self.errors.items()
            for h in range(errors.shape[2])
        ]
        return pd.DataFrame(rows)

    def from_trend(self) -> float:
        """Return by how many per cent the grey forecasts differ from the log-linear trend's, the median of all."""
        return float(100.0 * np.nanmedian(np.abs(self.forecasts["grey"] / self.forecasts["trend"] - 1.0)))

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return one row a unit: the fit, the first forecast, errors outside the sample."""
        heads = [
            message("{unit}").spoken(*self.levels),
            message("growth -a, %"),
            message("class ratios"),
            verbatim("C"),
            message("grade"),
            verbatim(str(self.ahead[-1])),
            message("{level:.0%} interval", level=self.level),
            message("outside, %: grey"),
            message("trend"),
            message("random walk"),
        ]
        yes, no = (one.text(language) for one in (message("hold"), message("broken")))
        means = [np.nanmean(errors, axis=(1, 2)) for errors in self.errors.values()]
        rows = [
            [
                name,
                figure(-100.0 * self.fit.a[i], 2),
                yes if self.admissible[i] else no,
                figure(self.accuracy.posterior_ratio[i]),
                self.grades()[i].text(language),
                compact(self.forecasts["grey"][i, -1]),
                f"[{compact(self.low[i, -1])}, {compact(self.high[i, -1])}]",
                *(figure(mean[i], 2) for mean in means),
            ]
            for i, name in enumerate(shown_units(self.units, language))
        ]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return the verdicts on precondition, horizon and rivals, and the notes."""
        mean = {name: float(np.nanmean(errors)) for name, errors in self.errors.items()}
        best = min(mean, key=lambda name: mean[name])
        told = [
            self._precondition(),
            message(
                "outside the sample, mean absolute error: GM(1,1) {grey:.2f} %, log-linear trend {trend:.2f} %, "
                "random walk {walk:.2f} %; best of the three: {best}",
                grey=mean["grey"],
                trend=mean["trend"],
                walk=mean["random_walk"],
                best=MODEL_WORDS[best],
            ),
            message(
                "GM(1,1) is close to an exponential fit: its forecasts differ from the log-linear trend's by "
                "{share:.2f} % at the median",
                share=self.from_trend(),
            ),
            *self._too_far(),
            self.uncertainty.sentence(),
            message("the interval takes the curve as right: for a series that wanders it is too narrow"),
        ]
        return (*told, *self.notes)

    def plot(
        self, units: Sequence[str] | None = None, *, language: Language = "en", title: str | None = None
    ) -> Figure:
        """Draw observed values, the grey curve with its interval and the rivals of units, at most two."""
        columns: dict[str, FloatArray] = {}
        bands: dict[str, tuple[FloatArray, FloatArray]] = {}
        n, ahead = len(self.periods), len(self.ahead)
        for at in chosen_places(units, self.units):
            name = self.units[at]
            grey = message("{unit_named}: GM(1,1)", unit_named=name).text(language)
            trend = message("{unit_named}: log-linear trend", unit_named=name).text(language)
            columns[name] = np.concatenate([self.values[at], np.full(ahead, np.nan)])
            columns[grey] = self.fit.path(n + ahead)[at]
            columns[trend] = np.concatenate([np.full(n, np.nan), self.forecasts["trend"][at]])
            empty = np.full(n, np.nan)
            bands[grey] = (np.concatenate([empty, self.low[at]]), np.concatenate([empty, self.high[at]]))
        frame = pd.DataFrame(columns, index=[*self.periods, *self.ahead])
        return figures.trend_lines(
            frame,
            highlight=list(columns)[:8],
            bands=bands,
            value_label=self.column,
            language=language,
            title=title,
        )

    def _precondition(self) -> Message:
        broken = [name for name, held in zip(self.units, self.admissible, strict=True) if not held]
        if not broken:
            return message("all class ratios lie within their bounds")
        return message(
            "class ratios outside their bounds, so that the method's own precondition does not hold: "
            "{units_named}; a constant added to the series would change this and the forecasts with it",
            units_named=named_units(broken),
        )

    def _too_far(self) -> tuple[Message, ...]:
        limits = horizon_limit(self.fit.a)
        beyond = [name for name, limit in zip(self.units, limits, strict=True) if limit < len(self.ahead)]
        if not beyond:
            return ()
        said = message(
            "growth too fast for {count} {periods} ahead by Liu and Deng's limits: {units_named}",
            count=len(self.ahead),
            units_named=named_units(beyond),
        )
        return (said.spoken(*self.levels),)


def _grade(ratio: float, share: float) -> Message:
    if np.isnan(ratio):
        return _NONE
    return next((word for most, least, word in _GRADES if ratio < most and share > least), _FAILED)
