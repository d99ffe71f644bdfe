"""The kind `contest`: whether dynamic forecasts tell the next years better than static scores do (R-SIGN)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.contest_words import condition, printed, said
from panelkit.claims.designs.measures import composite_of, expressions_on_figures, read_together
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Key, Whole
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.maps import OWN_WEIGHTS, WeightsName
from panelkit.evaluation.contest.fixed_index import index_of_first_window
from panelkit.evaluation.contest.labels import BENCH
from panelkit.evaluation.contest.origins import Plan, needs_weights
from panelkit.evaluation.contest.static import SMALLEST, StaticContest, static_contest
from panelkit.indices.panels.panel_frame import refuse_gaps, wide
from panelkit.indices.panels.spatial_weights import weights_matrix
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.register import find, keys
from panelkit.results.fit import FloatArray
from panelkit.studies.grid import Tick

WHY = message(
    "a tenth of the static error: what a model saves that explains a fifth of the variance of what comes"
)


class Series(NamedTuple):
    """The panel (N, T, K), the target first, its units and its periods, and the figures that were read."""

    values: FloatArray
    units: pd.Index
    years: pd.Index
    read: tuple[pd.DataFrame, ...]


@offered("design", "contest")
class ContestDesign(MeasuredDesign):
    """What dynamic forecasts save of the error of static ones, out of sample, from rolling origins.

    The target is `figure`, or the first `index`; `companions` and further indices stand beside it, indices with
    goalposts and weights of the first `train` years alone. With `models` (forecasters) their mean is held against the
    last value, which a static index repeats; without, the last changes of companions and indices beside these as they
    stand and the target's own past. Losses are absolute errors over the unit's own mean change in the first window.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "companions")

    kind: Literal["contest"]
    figure: Expression | None = None
    companions: tuple[Expression, ...] = ()
    index: tuple[Key, ...] = Field(default=(), max_length=2)
    models: tuple[Key, ...] = ()
    horizon: Whole = Field(default=1, ge=1, le=3)
    train: Whole = Field(default=5, ge=4, le=30)
    weights: tuple[WeightsName, ...] = Field(default=(), max_length=1)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _has_rivals(self) -> Self:
        if self.figure is None and not self.index:
            raise ValueError(message("a contest has a target: name figure, or an index"))
        unknown = [name for name in self.models if name not in keys("forecaster") or name == BENCH]
        if unknown:
            raise ValueError(
                message(
                    "no forecasters to be held against the last value: {names}; there are {known}",
                    names=unknown,
                    known=[name for name in keys("forecaster") if name != BENCH],
                )
            )
        beside = len(self.companions) + len(self.index) - (self.figure is None)
        if not self.models and not beside:
            raise ValueError(
                message("a contest without models asks what companions add: name them, or models")
            )
        if not self.models and self.weights:
            raise ValueError(message("weights are for models: leave them out, or name models"))
        blind = [name for name in self.models if needs_weights(find("forecaster", name)) and not self.weights]
        if blind:
            raise ValueError(message("{names}: needs weights between {units}", names=blind))
        return self

    @classmethod
    def shown(cls, given: Mapping[str, Any], *, own: bool) -> tuple[str, ...]:
        """Return a target and companions, unless indices or models are given."""
        if "models" in given:
            return ("index",) if "index" in given else ("figure",)
        return ("figure", "index") if "index" in given else ("figure", "companions")

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield that an index is made of shipped figures, and which weights are not there."""
        yield from super().inapplicable(provincial=provincial, weights=weights)
        absent = [name for name in self.weights if name in OWN_WEIGHTS[weights:]]
        if absent:
            yield message("weights {names} are not given: `w=`, on the command line --w FILE", names=absent)
        maps = [name for name in self.weights if name not in OWN_WEIGHTS]
        if maps and not provincial:
            yield message(
                "weights {names} are matrices of provinces, and the {units} are none: give weights of your own by `w` "
                '(--w FILE) and write weights = ["own"]',
                names=maps,
            )

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Hold dynamic forecasts against static ones, and ask the conditions.

        Raises
        ------
        SpecError, DataError
            If a figure is not held in every year, or too few years are left.
        """
        series = self._series(claim, figures)
        models = {name: find("forecaster", name) for name in self.models}
        w = None
        for name in self.weights:
            w = weights_matrix(figures.weights(name, list(series.units)), series.units)
        plan = Plan(self.train, self.horizon)
        found = static_contest(series.values, models, plan, w=w, seed=self.seed)
        tick(1)
        return Finding(
            measured=self._measured(found, series),
            printed=tuple(printed(found)),
            data=read_together(series.read),
        )

    def _series(self, claim: Claim, figures: Figures) -> Series:
        """Return the target and what stands beside it, every cell held."""
        named = {
            "figure": self.figure,
            **{f"companion {at}": text for at, text in enumerate(self.companions, 1)},
        }
        parts: list[pd.DataFrame] = []
        read: list[pd.DataFrame] = []
        if self.figure is not None or self.companions:
            read.append(expressions_on_figures(figures, claim, self, named))
            parts.append(read[0].replace([np.inf, -np.inf], np.nan))
        indices = {name: composite_of(claim, self, name, "mixed") for name in self.index}
        read += [one.indicators for one in indices.values()]
        scores = {name: index_of_first_window(one, "score", self.train) for name, one in indices.items()}
        if scores:
            parts.append(pd.DataFrame(scores))
        frame = pd.concat(parts, axis=1)
        frame.columns = pd.Index(self._called())
        cubes = [wide(frame.iloc[:, at]) for at in range(frame.shape[1])]
        _, units, years = cubes[0]
        refuse_gaps(years)
        order = list(range(len(cubes)))
        if self.figure is None and self.companions:  # the index is the target
            first = len(self.companions)
            order = [first, *(at for at in order if at != first)]
        return Series(np.stack([cubes[at][0] for at in order], axis=2), units, years, tuple(read))

    def _called(self) -> list[str]:
        """Return what the columns are called in a refusal."""
        return [*([self.figure] if self.figure else []), *self.companions, *self.index]

    def _measured(self, found: StaticContest, series: Series) -> Measured:
        main, inner = found.main, found.inner
        years = [int(year) for year in series.years[self.train + self.horizon - 1 :]]
        return Measured(
            quantity=message("share of the static error that dynamic forecasts save"),
            value=main.relative,
            possible=(-math.inf, 1.0),
            low=main.relative_low,
            high=main.relative_high,
            inner_low=inner.relative_low,
            inner_high=inner.relative_high,
            p_value=2.0 * min(main.p_value, 1.0 - main.p_value),
            error=found.error,
            df=float(main.df),
            smallest=SMALLEST,
            why=WHY,
            conditions=tuple(condition(trial) for trial in found.trials),
            sentence=said(found, self.models, self.horizon, (years[0], years[-1]), len(series.units)),
            table=pd.DataFrame({"gain": found.by_year}, index=pd.Index(years, name="year")),
            facts={
                "n_units": len(series.units),
                "years": f"{series.years[0]}-{series.years[-1]}",
                "train": self.train,
                "horizon": self.horizon,
                "origins": len(years),
                "seed": self.seed,
            },
        )
