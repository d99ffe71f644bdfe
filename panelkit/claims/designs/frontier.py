"""The kind `frontier`: which of two stages in a row lags further behind its own best practice (R-SIGN, R-DESC)."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import Field

from panelkit.claims.designs.frontier_words import beside, condition_of, left_out, never, share_condition
from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Whole, fill_roles
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.claims.rules.description import bound_of
from panelkit.claims.rules.detectable import by_width
from panelkit.claims.rules.reading import written_p
from panelkit.evaluation.efficiency.stage_gap import StageGap, efficiencies, shares_of_halves, stage_gap
from panelkit.evaluation.efficiency.stage_trials import Stages, StageTrial, stage_trials
from panelkit.formula.grammar import parse_expression
from panelkit.formula.reach import reach_of
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick

LEAST = 12
"""Units: halves of fewer than six have frontiers of no meaning."""

_SAME = 1e-12  # spreads of log ratios that are one number differ from zero by rounding alone


class Rows(NamedTuple):
    """Units that hold positive figures in all years, those left out, the figures by unit, and the frame behind them."""

    units: list[str]
    left_out: list[str]
    stages: Stages
    frame: pd.DataFrame


@offered("design", "frontier")
class FrontierDesign(MeasuredDesign):
    """How far provinces lag behind the best of them in two stages: `inputs` make an intermediate, it makes an output.

    Figures are sums over the years of the sample; years between stages stand in the formulas (`lag(x, 2)`). `inputs`
    count alike, by their geometric mean, because a stage with more columns has higher scores by that alone. `measure`:
    "difference" (mean efficiency of the first stage less that of the second, held against itself where the stages of
    a random half of the provinces are exchanged) or "share" (of the provinces whose second stage is the less efficient
    one, in random halves with frontiers of their own). No more than PARTLY: figures of two stages do not tell what is
    wasted from goods that differ.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("inputs", "intermediate", "output")
    SHOWN: ClassVar[tuple[str, ...]] = ("measure",)

    kind: Literal["frontier"]
    inputs: tuple[Expression, ...] = Field(min_length=1)
    intermediate: Expression
    output: Expression
    measure: Literal["difference", "share"] = "difference"
    draws: Whole = Field(default=999, ge=299, le=99_999)
    seed: Whole = Field(ge=0)

    @property
    def signed(self) -> bool:
        """Return whether a difference is measured, not a share."""
        return self.measure == "difference"

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the gap of the stages, or the share, with what is asked beside it.

        Raises
        ------
        DataError
            If too few provinces hold positive figures in every year, or a stage is one number times its input.
        """
        rows = self._rows(claim, figures)
        main = stage_gap(rows.stages.ratios, draws=self.draws, rng=self.seed)
        trials = tuple(stage_trials(rows.stages, self.draws, self.seed))
        measured = (
            self._difference(claim, rows, main, trials)
            if self.measure == "difference"
            else self._share(claim, rows, main, trials, self.rule_under(reading.rule))
        )
        tick(1)
        return Finding(
            measured=measured,
            printed=tuple(beside(rows.stages)),
            data=rows.frame if rows.frame.attrs else None,
        )

    def _rows(self, claim: Claim, figures: Figures) -> Rows:
        named = {f"input_{at}": text for at, text in enumerate(self.inputs)}
        named |= {"intermediate": self.intermediate, "output": self.output}
        first, last = claim.sample_of(self).window
        reaches = [
            reach_of(parse_expression(fill_roles(text, claim.quantities)).node) for text in named.values()
        ]
        back, ahead = (max(ends) for ends in zip(*reaches, strict=True))
        frame = expressions_on_figures(figures, claim, self, named, years=(first - back, last + ahead))
        attrs, years = frame.attrs, frame.index.get_level_values("year")
        frame = frame[(years >= first) & (years <= last)]
        frame.attrs = attrs
        wide = frame.where((frame > 0.0) & np.isfinite(frame)).unstack("year")
        held = wide.dropna()
        count = frame.index.get_level_values("year").nunique()
        if len(held) < LEAST:
            raise DataError(
                message(
                    "{place}: {units} with positive figures in all of {first}-{last}: {n}; {least} are needed",
                    place=claim.place_of(self),
                    first=first,
                    last=last,
                    n=len(held),
                    least=LEAST,
                )
            )
        cube = held.to_numpy(dtype=float).reshape(len(held), len(named), count)
        stages = Stages(np.swapaxes(cube[:, :-2], 1, 2), cube[:, -2], cube[:, -1])
        if (stages.ratios.std(axis=0) < _SAME).any():
            raise DataError(
                message(
                    "{place}: what a stage makes is the same multiple of what it takes in all {units}: no efficiency",
                    place=claim.place_of(self),
                )
            )
        out = [str(name) for name in wide.index.difference(held.index)]
        return Rows([str(name) for name in held.index], out, stages, frame)

    def _difference(
        self, claim: Claim, rows: Rows, main: StageGap, trials: tuple[StageTrial, ...]
    ) -> Measured:
        (low, high), (inner_low, inner_high) = main.interval(), main.interval(0.9)
        return Measured(
            quantity=message("mean efficiency of the first stage less that of the second"),
            value=main.gap,
            low=low,
            high=high,
            inner_low=inner_low,
            inner_high=inner_high,
            p_value=main.p,
            detectable=by_width((low, high), math.inf),
            conditions=(*(condition_of(trial, main) for trial in trials), never()),
            sentence=paragraph(
                [
                    message(
                        "Mean efficiency is {first:.2f} in the first stage and {second:.2f} in the second, each "
                        "against the best of its own: gap {gap:.2f}, p {p} where stages are exchanged (95 % interval "
                        "{low:.2f} to {high:.2f}; {n} {units}, {years}).",
                        first=main.first,
                        second=main.second,
                        gap=main.gap,
                        p=written_p(main.p),
                        low=low,
                        high=high,
                        n=len(rows.units),
                        years=self._years(claim),
                    ),
                    left_out(rows.left_out),
                ]
            ),
            table=_table(rows),
            facts=self._facts(claim, rows, main),
        )

    def _share(
        self, claim: Claim, rows: Rows, main: StageGap, trials: tuple[StageTrial, ...], rule: Rule
    ) -> Measured:
        halves = shares_of_halves(rows.stages.ratios, self.draws, self.seed)
        low, inner_low, inner_high, high = (
            float(at) for at in np.quantile(halves, [0.025, 0.05, 0.95, 0.975])
        )
        low, inner_low = min(low, main.share), min(inner_low, main.share)
        high, inner_high = max(high, main.share), max(inner_high, main.share)
        bound = bound_of(rule)
        above = bound.above((low, high))
        return Measured(
            quantity=message("share of {units} whose second stage is the less efficient one"),
            value=main.share,
            possible=(0.0, 1.0),
            low=low,
            high=high,
            inner_low=inner_low,
            inner_high=inner_high,
            detectable=by_width((low, high), math.inf),
            conditions=(*(share_condition(trial, bound.value, above) for trial in trials), never()),
            sentence=paragraph(
                [
                    message(
                        "In {share:.0%} of {n} {units} the second stage is the less efficient one, each against the "
                        "best of its own (95 % of random halves of them, with frontiers of their own: {low:.0%} to "
                        "{high:.0%}; {years}); the means are {first:.2f} and {second:.2f}, p {p} where stages are "
                        "exchanged.",
                        share=main.share,
                        n=len(rows.units),
                        low=low,
                        high=high,
                        years=self._years(claim),
                        first=main.first,
                        second=main.second,
                        p=written_p(main.p),
                    ),
                    left_out(rows.left_out),
                ]
            ),
            table=_table(rows),
            facts=self._facts(claim, rows, main),
        )

    def _years(self, claim: Claim) -> Message:
        first, last = claim.sample_of(self).window
        return verbatim(f"{first}-{last}")

    def _facts(self, claim: Claim, rows: Rows, main: StageGap) -> dict[str, object]:
        return {
            "n_units": len(rows.units),
            "years": str(self._years(claim)),
            "first": main.first,
            "second": main.second,
            "draws": self.draws,
            "seed": self.seed,
        }


def _table(rows: Rows) -> pd.DataFrame:
    found = efficiencies(rows.stages.ratios)
    return pd.DataFrame(found, columns=["first", "second"], index=pd.Index(rows.units, name="unit"))
