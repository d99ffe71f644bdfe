"""Claims on old and on new figures: which verdicts, signs and coefficients moved, and which revised cells drove it."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.claims import scales
from panelkit.claims.cache import Cache
from panelkit.claims.check import find_claims, run
from panelkit.claims.checked import CheckResult
from panelkit.claims.compared_grids import lost_and_new
from panelkit.claims.designs.panel import PanelDesign
from panelkit.claims.findings import Condition, Word
from panelkit.claims.objects import finite
from panelkit.claims.one_claim import Progress, Silence
from panelkit.claims.source import Shipped
from panelkit.claims.stated_windows import StatedWindow, stated_windows
from panelkit.claims.verdict import Verdict
from panelkit.claims.years_read import YearsRead, last_years, years_read
from panelkit.data.compare import standing
from panelkit.data.paths import figures_from
from panelkit.data.revised import NewFigures, write_new_figures
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import Language, message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief
from panelkit.studies.revised_cells import SAME, drivers

DRIVERS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Moved(Brief):
    """One verdict on the old figures and on the new.

    `drivers` holds one row a revised province-year, the strongest first: `province, year, columns, without`
    (the headline on the new figures with that province-year as it was) and `effect` (headline minus `without`);
    None where the headline is no within regression.
    """

    old: Verdict
    new: Verdict
    drivers: pd.DataFrame | None = None

    @property
    def estimates(self) -> tuple[float, float]:
        """Return the headline on the old and on the new figures; NaN where there is none."""
        return _estimate(self.old), _estimate(self.new)

    @property
    def verdict_moved(self) -> bool:
        """Return whether the word changed from one verdict to another."""
        words = self.old.word, self.new.word
        return None not in words and words[0] != words[1]

    @property
    def conditions_moved(self) -> tuple[tuple[Condition, Condition], ...]:
        """Return the conditions, old and new, that decide and have another outcome on the new figures."""
        before = {item.key: item for item in self.old.conditions}
        pairs = ((before[item.key], item) for item in self.new.conditions if item.key in before)
        return tuple((old, new) for old, new in pairs if new.decides and old.outcome != new.outcome)

    @property
    def status_moved(self) -> bool:
        """Return whether the design can be computed on one of the two figures only: a change of status, no verdict."""
        return (self.old.word is None) != (self.new.word is None)

    @property
    def waited(self) -> bool:
        """Return whether the claim was pending on the old figures and is computed on the new."""
        return self.old.design is None and self.new.design is not None

    @property
    def lost(self) -> tuple[str, ...]:
        """Return the specifications that were computed on the old figures and are not on the new, by their options."""
        return lost_and_new(self.old, self.new)[0]

    @property
    def gained(self) -> tuple[str, ...]:
        """Return the specifications that are computed on the new figures and were not on the old, by their options."""
        return lost_and_new(self.old, self.new)[1]

    @property
    def sign_moved(self) -> bool:
        """Return whether the headline changed its sign."""
        old, new = self.estimates
        return old * new < 0 and self.coefficient_moved

    @property
    def coefficient_moved(self) -> bool:
        """Return whether the headline changed by more than rounding: of its own last digits, or of its interval's."""
        old, new = self.estimates
        if math.isnan(old) or math.isnan(new):
            return math.isnan(old) != math.isnan(new)
        return abs(new - old) > SAME * max(abs(old), abs(new), _width(self.old), _width(self.new))

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        old, new = self.estimates
        return {
            "claim": self.new.claim,
            "reading": self.new.reading.id if self.new.reading else None,
            "design": self.new.design.id if self.new.design else None,
            "verdict": {"old": self.old.word, "new": self.new.word, "moved": self.verdict_moved},
            "estimate": {"old": finite(old), "new": finite(new), "moved": self.coefficient_moved},
            "p_value": {"old": finite(_p(self.old)), "new": finite(_p(self.new))},
            "sign_moved": self.sign_moved,
            "conditions": [
                {"condition": new.key, "old": old.outcome, "new": new.outcome}
                for old, new in self.conditions_moved
            ],
            "specifications": {"lost": list(self.lost), "new": list(self.gained)},
            "computed": {
                "old": self.old.error is None and not self.waited,
                "new": self.new.error is None,
                "moved": self.status_moved,
            },
            "error": None if self.new.error is None else self.new.error.text(language),
            "reason": {"old": self.old.reason.text(language), "new": self.new.reason.text(language)},
            "drivers": None if self.drivers is None else _records(self.drivers.head(DRIVERS)),
            **self._years(),
        }

    def _years(self) -> dict[str, Any]:
        """Return the years read on the old and on the new figures, where the claim ends in the newest one."""
        windows = [item.window for item in (self.old, self.new)]
        if windows == [None, None]:
            return {}
        used = [None if window is None else window.used for window in windows]
        return {"years": {"old": used[0], "new": used[1]}}


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureComparison(Brief):
    """All verdicts on old and new figures, what is new in the figures, and which years every claim reads.

    `windows` are the claims that state their years, `years` says of all of them whether they read the newest year.
    """

    figures: NewFigures
    verdicts: tuple[Moved, ...]
    windows: tuple[StatedWindow, ...] = ()
    years: tuple[YearsRead, ...] = ()

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Return the designs that can be computed on the old figures and not on the new."""
        return tuple(one.new for one in self.verdicts if one.new.error is not None and one.old.error is None)

    def word_of(self, claim: str) -> Word | None:
        """Return the verdict of a claim on the new figures."""
        return CheckResult(tuple(one.new for one in self.verdicts)).word_of(claim)

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        counts = self.figures.changes["status"].value_counts()
        return {
            "stands_for": {key: list(pair) for key, pair in self.figures.stands_for.items()},
            "cells": {name: int(counts.get(name, 0)) for name in ("new", "revised", "gone")},
            "not_read_by_claims": list(self.figures.unread),
            "aside": {key: list(names) for key, names in self.figures.aside.items()},
            "verdicts": [one.to_dict(language) for one in self.verdicts],
            "windows": [one.to_dict(language) for one in self.windows],
            "years": [one.to_dict() for one in self.years],
        }


@offered("claim", family="check", result="FigureComparison", public=True)
def compare_figures(
    what: Sequence[str | Path],
    store: str | Path,
    *,
    vintages: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    cache: Cache | None = None,
) -> FigureComparison:
    """Check claims on the shipped figures and on a store's: what moved and why, and which years every claim reads.

    Parameters
    ----------
    what
        Ids of registered claims, or claim files; none: all registered claims.
    store
        The store's folder.
    vintages
        Indicator -> vintage: which of a store's is to stand where one lacks years of the default.
    progress
        Follows a long run.
    workers
        How many processes share the claims, as in `check`.
    cache
        Where verdicts are kept; None: nowhere.

    Returns
    -------
    FigureComparison
        `verdicts` on both sides, `years` that every claim reads, stated `windows` beside rolled ones.

    Raises
    ------
    SpecError, DataError
        If a claim is unknown, or the store is empty or damaged.

    Examples
    --------
    >>> from pathlib import Path
    >>> names = ["北京", "天津", "上海", "江苏", "浙江"]
    >>> rows = "".join(f"{name},2025,{4000 + 10 * n},万人\\n" for n, name in enumerate(names))
    >>> size = Path("new.csv").write_text("province,year,population,unit\\n" + rows, encoding="utf-8")
    >>> report = pk.ingest(["new.csv"], store="store", vintage="census2020")
    >>> found = pk.compare_figures(["B126"], "store")
    >>> found.years[0].kind, found.years[0].waits_for
    ('waits', ('rd_basic_research', 'rd_expenditure'))
    """
    store = Path(store)
    state = read_store(store)
    if not state.files:
        raise DataError(
            message("the store {store} is empty: `panelkit ingest FILE...` fills it", store=str(store))
        )
    standing(state, vintages)
    claims = find_claims(what)
    old = run(claims, Shipped(), progress, workers=workers, cache=cache)
    before = last_years(claims)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        figures = write_new_figures(state, place, vintages)
        with figures_from(place):
            new = run(claims, Shipped(), progress, workers=workers, cache=cache)
            windows = stated_windows(claims, progress or Silence(), workers=workers, cache=cache)
            newest = figures.newest
            years = () if newest is None else years_read(claims, before, newest)
    pairs = tuple(_moved(_before(old, other), other) for other in new)
    return FigureComparison(figures=figures, verdicts=pairs, windows=windows, years=years)


def _before(old: CheckResult, new: Verdict) -> Verdict:
    """Return the verdict of the same design on the old figures, or of the claim that had none: it waited."""
    mine = old.of(new.claim)
    return next((one for one in mine if _named(one) == _named(new)), mine[0])


def _named(verdict: Verdict) -> tuple[str | None, str | None]:
    reading, design = verdict.reading, verdict.design
    return None if reading is None else reading.id, None if design is None else design.id


def _moved(old: Verdict, new: Verdict) -> Moved:
    moved = Moved(old=old, new=new)
    if not moved.coefficient_moved:
        return moved
    return Moved(old=old, new=new, drivers=_drivers(old, new))


def _drivers(old: Verdict, new: Verdict) -> pd.DataFrame | None:
    if (
        not isinstance(new.design, PanelDesign)
        or new.reading is None
        or new.design.estimator != "fixed_effects"
    ):
        return None
    if old.tested is None or new.tested is None or old.tested.data is None or new.tested.data is None:
        return None
    spec = new.design.specification(new.registered.claim)
    try:
        return drivers(spec, old.tested.data, new.tested.data, scales.factor(new.reading.effect))
    except PanelkitError:
        return None


def _estimate(verdict: Verdict) -> float:
    return math.nan if verdict.tested is None else verdict.tested.shown.estimate


def _width(verdict: Verdict) -> float:
    """Return the width of the headline's interval, 0 where there is none."""
    if verdict.tested is None:
        return 0.0
    width = verdict.tested.shown.high - verdict.tested.shown.low
    return width if math.isfinite(width) else 0.0


def _p(verdict: Verdict) -> float:
    return math.nan if verdict.tested is None else verdict.tested.shown.p_value


def _records(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    return [
        {"province": str(p), "year": int(y), "columns": str(c), "without": finite(w), "effect": finite(e)}
        for p, y, c, w, e in table.itertuples(index=False)
    ]
