"""The kind `life_cycle`: how many courses are seen to pass stages, or leapt a second time after a fall (R-DESC).

A course of ten to twenty-five years that shows no stage speaks neither for a life cycle nor against it: before the
inflection a curve is constant growth, and with errors that last it is near a walk. The interval of the share has no
upper end below one, so that few stages are UNDECIDED and never evidence against them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.life_cycle_words import called, seen_in, told
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Key, Whole
from panelkit.claims.findings import Condition, Finding, Measured
from panelkit.claims.rules.description import bound_of
from panelkit.data.nation import load_nation, product_years
from panelkit.evaluation.life_cycle.passages import (
    detectable_distance,
    lowest_share,
    passages,
    passes,
)
from panelkit.evaluation.life_cycle.reading import LEAST_YEARS
from panelkit.evaluation.life_cycle.second_leap import FELL, second_leaps
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import columns_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick
from panelkit.studies.tally import Tally

# two leaps, each found with a probability of .55 or more, are not both missed in four cases of five
_FOUND = 2.0
# years after the trough without which a second wave is not seen
_RISES = 5
Courses = dict[str, tuple[FloatArray, FloatArray]]


@offered("design", "life_cycle")
class LifeCycleDesign(MeasuredDesign):
    """The share of courses that are seen to pass from one stage to a later one, or to leap a second time.

    `asks`: "stages" (a later stage is assigned after an earlier one) or "second_leap" (output fell by a fifth or more,
    and two waves are told from one and from a random walk, by Holm's p over the courses that fell). `of`: "units", the
    figure in every unit is a course; "products", `figure` is a product of the nation whose years roll, `also` are
    others, each up to its own last year.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure",)
    RULE: ClassVar[str] = "R-DESC"
    SHOWN: ClassVar[tuple[str, ...]] = ("asks",)

    kind: Literal["life_cycle"]
    figure: Expression
    asks: Literal["stages", "second_leap"] = "stages"
    of: Literal["units", "products"] = "units"
    also: tuple[Key, ...] = ()
    draws: Whole = Field(default=499, ge=99, le=9999)
    seed: Whole = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _names_products(self) -> Self:
        if self.also and self.of == "units":
            raise ValueError(message('`also` names products: write of = "products", or leave it out'))
        unknown = [name for name in self.also if not product_years(name)]
        if unknown:
            raise ValueError(message("no product of the nation is called {names}", names=unknown))
        return self

    def makes(self, column: str) -> bool:
        """Return whether a column is a product, whose output is held for the nation."""
        return self.of == "products" and bool(product_years(column))

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield that the output of products is no column of a panel."""
        if self.of == "products":
            yield message(
                'of = "products" reads shipped output of the nation: leave it and `also` out, and the figure of every '
                "{unit} is a course"
            )

    @property
    def signed(self) -> bool:
        """Return that a share is never below zero."""
        return False

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the share of courses that show what is asked, with the lower end of its interval.

        Raises
        ------
        DataError
            If no course has ten years of positive figures one after the other, or none fell.
        """
        courses, lost, frame = self._courses(claim, figures)
        if not courses:
            raise DataError(
                message(
                    "{place}: no course has {least} {periods} of positive figures one after the other",
                    place=claim.place_of(self),
                    least=LEAST_YEARS,
                )
            )
        rng = np.random.default_rng(self.seed)
        tally = Tally(len(courses), tuple(lost))
        bound = bound_of(self.rule_under(reading.rule)).value
        found = (
            self._stages(courses, rng, bound) if self.asks == "stages" else self._leaps(claim, courses, rng)
        )
        tick(1)
        numbers, quantity, said, printed = found
        years = [year for _, times in courses.values() for year in (times[0], times[-1])]
        return Finding(
            measured=Measured(
                quantity=quantity,
                high=1.0,
                sentence=said,
                facts={
                    "draws": self.draws,
                    "seed": self.seed,
                    "n_units": len(courses),
                    "years": f"{min(years):.0f}-{max(years):.0f}",
                },
                tally=tally,
                **numbers,
            ),
            printed=(printed,),
            data=frame,
        )

    def _courses(
        self, claim: Claim, figures: Figures
    ) -> tuple[Courses, list[tuple[str, Message]], pd.DataFrame]:
        """Return every course with its years, which are left out and why, and the figures behind them."""
        sample = claim.sample_of(self)
        first, last = sample.window
        if self.of == "products":
            (column,) = columns_of(parse_expression(self.figure).node)
            names = list(dict.fromkeys((column, *self.also)))
            held = sorted({year for name in names for year in product_years(name) if year >= first})
            frame = load_nation(names, (first, max(last, held[-1])))
            whole = frame
        else:
            vintage = tuple(sample.vintage.items())
            frame = figures.expressions({"figure": self.figure}, (first, last), vintage, sample.provinces)
            whole = frame["figure"].unstack(level=0)
        kept: Courses = {}
        lost: list[tuple[str, Message]] = []
        for name in whole.columns:
            one = whole[name].dropna()
            times = one.index.to_numpy(dtype=float)
            if len(one) < LEAST_YEARS or (np.diff(times) != 1.0).any():
                lost.append(
                    (called(str(name)), message("fewer than {least} {periods} in a row", least=LEAST_YEARS))
                )
            elif (one <= 0.0).any() or one.nunique() == 1:
                lost.append((called(str(name)), message("zero, negative or never changing")))
            else:
                kept[str(name)] = (one.to_numpy(dtype=float), times)
        return kept, lost, frame

    def _stages(
        self, courses: Courses, rng: np.random.Generator, bound: float
    ) -> tuple[dict[str, Any], Message, Message, Condition]:
        seen = passages(courses, reps=self.draws, rng=rng)
        n, passed = len(seen), [name for name, stages in seen.items() if passes(stages)]
        low = lowest_share(len(passed), n)
        numbers = {
            "value": len(passed) / n,
            "low": low,
            "detectable": detectable_distance(n, bound),
            "table": pd.DataFrame(
                {"stages": [" ".join(stages) for stages in seen.values()]}, index=list(seen)
            ),
        }
        said = message(
            "{k} of {n} courses are seen to pass from one stage to a later one; those that are not show too "
            "little, and count for neither side. The share of such courses is {low:.0%} or more (95 %).",
            k=len(passed),
            n=n,
            low=low,
        )
        return numbers, message("share of courses seen to pass stages"), said, seen_in(seen)

    def _leaps(
        self, claim: Claim, courses: Courses, rng: np.random.Generator
    ) -> tuple[dict[str, Any], Message, Message, Condition]:
        found = second_leaps(courses, reps=self.draws, rng=rng)
        fell = {name: one for name, one in found.items() if one.fall.declined}
        if not fell:
            raise DataError(
                message(
                    "{place}: no course fell by {fell:.0%} or more, so that none could leap a second time",
                    place=claim.place_of(self),
                    fell=FELL,
                )
            )
        early = sum(one.fall.trough <= courses[name][1][-1] - _RISES for name, one in fell.items())
        leapt = [name for name, one in fell.items() if one.shown]
        share = len(leapt) / len(fell)
        columns = ("between", "gain", "second", "p_value", "adjusted")
        table = pd.DataFrame(
            [[one.fall.peak, one.fall.trough, one.fall.share, one.fall.regained]
             + [getattr(one, name) for name in columns] for one in found.values()],
            index=list(found),
            columns=["peak", "trough", "fall", "regained", *columns],
        )  # fmt: skip
        numbers = {
            "value": share,
            "low": share,
            "detectable": _FOUND / early if early >= _FOUND else math.inf,
            "table": table,
        }
        said = message(
            "{n} courses of {all} fell by {fell:.0%} or more; {k} of them leapt a second time, each told from one "
            "wave and from a random walk (Holm's p over those that fell, {draws} draws). {late} of them were at "
            "their lowest in the last five {periods}, too late for a second wave to be seen.",
            late=len(fell) - early,
            n=len(fell),
            all=len(found),
            fell=FELL,
            k=len(leapt),
            draws=self.draws,
        )
        return numbers, message("share of fallen courses that leapt"), said, told(fell)
