"""From a fit to its conditions: every condition of a verdict on one term, and the word."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.wild.bootstrap import Weights
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_draws, check_number
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.results.tabled import Tabled
from panelkit.studies.scrutiny.main_test import MainTest
from panelkit.studies.scrutiny.printed import income as income_trial
from panelkit.studies.scrutiny.printed import provinces, space
from panelkit.studies.scrutiny.sample import checked, cube_of, name_of
from panelkit.studies.scrutiny.scrutiny import scrutinise_worlds
from panelkit.studies.scrutiny.shown import notes_of, rows_of, sizes_of
from panelkit.studies.scrutiny.trial import Condition
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.scrutiny.words import TEXTS, SixWords

__all__ = ["Scrutinised", "name_of", "scrutinise"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scrutinised(Tabled):
    """The word of one regression with the conditions that earned it.

    `mirrored` says that the main test lies on the other side and the conditions were read there. `inside` says whether
    the number that the claim states lies in the interval of the main slope and in that beside unit trends, None where
    it states none. `smallest` is the smallest effect of interest; `detectable_beside` the effect that the path
    condition finds with 80 % power. `units` are the labels that `worst` of a condition counts, `levels` what unit and
    period are called.
    """

    word: SixWords
    term: str
    main: MainTest
    conditions: tuple[Condition, ...]
    mirrored: bool
    units: tuple[Any, ...]
    smallest: float
    inside: bool | None = None
    detectable_beside: float = math.nan
    levels: tuple[str, str] = ("province", "year")

    def tidy(self) -> pd.DataFrame:
        """Return one row a condition under names that do not change with the language; `reason` is in English."""
        rows = [
            {
                "condition": found.name,
                "slope": found.slope,
                "p": found.p,
                "statistic": found.statistic,
                "passes": found.passes if found.computable else None,
                "takes_away": found.takes_away if found.computable else None,
                "decides": found.decides,
                "rows": found.rows,
                "worst": None if found.worst is None else self.units[found.worst],
                "reason": "" if found.reason is None else str(found.reason.spoken(*self.levels)),
            }
            for found in self.conditions
        ]
        return pd.DataFrame(rows)

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the main test and one row a condition: what it found, what that does to the word, and why."""
        heads = (
            message("Condition"),
            message("Slope"),
            message("p"),
            message("Outcome"),
            message("Beside"),
        )
        rows = [
            [cell.spoken(*self.levels).text(language) for cell in row]
            for row in rows_of(self.main, self.conditions, self.units)
        ]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def summary(self, *, language: Language = "en", width: int = 100) -> str:
        """Return the word, what sizes the main test can tell apart, and the table as plain text."""
        from panelkit.show.plain import fold
        from panelkit.show.words import check_language

        check_language(language)
        sizes = sizes_of(self.main, self.smallest, self.detectable_beside)
        heads = [fold(said.text(language), width) for said in (self.title, sizes)]
        return "\n".join([*heads, self.to_text(language=language, caption=None, width=width)]).rstrip()

    def _brief(self) -> str:
        return f"{self.term}: {self.word}, p = {float(self.main.p[0]):.4g}"


@offered(
    "study",
    family="verdicts",
    result="Scrutinised",
    source="Cameron, Gelbach and Miller 2008 (its p)",
    public=True,
)
def scrutinise(
    fit: FitResult,
    term: str,
    *,
    sign: float = 1.0,
    number: float | None = None,
    smallest: float | None = None,
    reps: int = 9999,
    rng: int = 0,
    weights: Weights = "rademacher",
    income: Mapping[Hashable, float] | pd.Series | None = None,
    regions: Mapping[Hashable, Hashable] | pd.Series | None = None,
    lead: pd.Series | None = None,
) -> Scrutinised:
    """Ask of one term of a two-way fixed-effects fit everything that a verdict on it asks.

    The main test is the restricted wild cluster bootstrap. Two conditions must be passed (a trend and a loading on the
    first common path in every unit; first differences), and four must not take the effect away (trends, the same path,
    region-years, next year's treatment); others are shown and decide nothing.

    Parameters
    ----------
    fit
        A fit of `FixedEffects` with unit and year effects.
    term
        The regressor that the claim is about.
    sign
        The claimed direction, 1 or -1.
    number
        The number that the claim states, in units of the coefficient; its sign is then the claimed direction.
    smallest
        The smallest effect of interest, in units of the coefficient; None: half of the number, or the slope that moves
        the outcome by a fifth of its within deviation for one of the term.
    reps, rng, weights
        Draws (100 or more), seed and weights of every bootstrap, as in `wild_cluster_bootstrap`.
    income, regions
        Income at the start, and region, of every unit: a mapping or a series by unit. Provinces have the four regions
        of the statistical bureau unless others are given.
    lead
        The regressor of the next year, a series by unit and year that reaches one year further than the sample; None
        takes it from the sample, a year shorter.

    Returns
    -------
    Scrutinised

    Raises
    ------
    SpecError
        If the fit is no least squares with both effects, sweeps other interactions out, clusters by something else
        than the unit or fits exactly; if it has no such term; if an option has no such value.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.scrutinise(fit, "log(rd_expenditure)", reps=999, rng=1)
    >>> found.word
    'UNDECIDED'
    >>> [item.name for item in found.conditions if item.decides]
    ['trends', 'path', 'differences', 'regions', 'leads']
    """
    design = checked(fit, term)
    _check_options(sign, number, smallest, rng)
    lots = Lots(check_draws("reps", reps), rng, weights)
    panel = cube_of(design, term, income=income, regions=regions, lead=lead)
    bar = None if smallest is None else np.full(1, smallest)
    found = scrutinise_worlds(panel, lots, sign=sign, number=number, smallest=bar)
    shown = (
        income_trial(panel, found.direction, lots),
        space(panel, found.main, found.direction),
        provinces(panel, found.main, found.direction, lots),
    )
    claimed = float(np.sign(sign if number is None else number))
    word: SixWords = str(found.word[0])  # type: ignore[assignment]
    mirrored = bool(found.direction[0] != claimed)
    conditions = tuple(trial.at() for trial in (*found.trials.values(), *shown))
    inside = None if found.inside is None else bool(found.inside[0])
    return Scrutinised(
        title=_title(design, term, claimed, number, word),
        notes=tuple(map(design.spoken, notes_of(number, lots, mirrored=mirrored, inside=inside))),
        word=word,
        term=term,
        main=found.main,
        conditions=conditions,
        mirrored=mirrored,
        units=tuple(design.unit_labels.tolist()),
        smallest=float(found.smallest[0]),
        inside=inside,
        detectable_beside=float(found.trials["path"].detectable[0]),
        levels=design.level_names,
    )


def _check_options(sign: float, number: float | None, smallest: float | None, rng: int) -> None:
    if sign not in (1.0, -1.0):
        raise SpecError(message("sign is 1 or -1, not {sign!r}", sign=sign))
    if number is not None and check_number("number", number) == 0.0:
        raise SpecError(message("number is the slope that the claim states, and zero has no direction"))
    if smallest is not None:
        check_number("smallest", smallest, positive=True)
    check_count("rng", rng, 0)


def _title(design: Design, term: str, claimed: float, number: float | None, word: SixWords) -> Message:
    named = {"term": term, "outcome": design.outcome, "word": TEXTS[word]}
    if number is not None:
        return message("`{term}` moves `{outcome}` by {number:g}: {word}", number=number, **named)
    if claimed > 0.0:
        return message("`{term}` raises `{outcome}`: {word}", **named)
    return message("`{term}` lowers `{outcome}`: {word}", **named)
