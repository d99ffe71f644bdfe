"""A treatment that the outcome contains: what of the slope is arithmetic, and whether anything is beyond it.

A subsidised yuan is itself R&D. Where it brings no other R&D, the slope of all R&D on it is the treatment's own share
of the outcome, which passes every condition that an effect passes. Of 200 worlds on the shipped figures, in which
private R&D over GDP has its means of provinces and years and the rest of it is dealt out anew, 190 are SUPPORTED
without this condition. The share of the nation is no null for all provinces at once (26 of the 200 still pass it); each
province's own share is (0 of 200). The worlds stand in tests/claims/test_additionality.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from panelkit.claims import scales
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Test, fill_roles
from panelkit.claims.findings import Condition, Outcome
from panelkit.claims.rules.reading import written_p
from panelkit.formula.formula import evaluate
from panelkit.language.message import message
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief
from panelkit.studies.estimation import treatment
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.deciding import STILL_THERE
from panelkit.studies.scrutiny.designs import main_slopes, with_lead
from panelkit.studies.scrutiny.door import Scrutinised
from panelkit.studies.scrutiny.main_test import SIGNIFICANT
from panelkit.studies.scrutiny.sample import cube_of
from panelkit.studies.scrutiny.scrutiny import Scrutiny, scrutinise_worlds
from panelkit.studies.scrutiny.wild import Lots, wild


@dataclass(frozen=True)
class Beside(Brief):
    """A regression whose conditions are known, with what its claim says of it."""

    fit: FitResult
    claim: Claim
    reading: Reading
    data: pd.DataFrame
    test: Test
    scrutiny: Scrutinised | None
    regions: Mapping[Hashable, Hashable] | None = None

    @property
    def lots(self) -> Lots:
        return Lots(self.test.reps, self.test.seed, self.test.weights)

    @property
    def side(self) -> float:
        """Return the side of the main test: the claimed one, unless the conditions are read in a mirror."""
        mirrored = self.scrutiny is not None and self.scrutiny.mirrored
        return -self.reading.rule.direction if mirrored else self.reading.rule.direction

    def cube(self) -> Cube:
        """Return the sample of the regression."""
        assert self.fit.design is not None  # its conditions were found on it
        return cube_of(self.fit.design, self.fit.terms[treatment(self.fit)], regions=self.regions)


def declared_conditions(known: Beside, share: str | None, placebo: bool) -> Iterator[Condition]:
    """Yield the conditions that a design declares beside those of every regression.

    Parameters
    ----------
    known
        The regression.
    share
        The slope with nothing additional, as an expression with roles in braces; None: not asked.
    placebo
        Whether next year's treatment in place of this year's is printed.

    Yields
    ------
    Condition
    """
    if share is not None:
        yield _additionality(known, share)
    if placebo and known.scrutiny is not None:
        yield _placebo(known)


def _additionality(known: Beside, share: str) -> Condition:
    asks = message("more than the treatment that the outcome contains")
    if known.scrutiny is None:
        said = message("cannot be computed: the design is no regression with {unit} and {period} effects")
        return Condition(key="additionality", asks=asks, outcome="not computed", found=said)
    panel, own = known.cube(), _own_shares(known, share)
    beyond = replace(panel, y=panel.y - own[None, :, None] * panel.x)
    found = scrutinise_worlds(beyond, known.lots, sign=known.side)
    factor = scales.factor(known.reading.effect)
    excess, p = float(found.main.slope[0]), float(found.main.p[0])
    slope = factor * float(main_slopes(panel).slope[0])
    trend = found.trials["trends"].at()
    return Condition(
        key="additionality",
        asks=asks,
        outcome=_outcome(found, known.side),
        found=message(
            "{slope:.3g}, of which {alone:.3g} is the treatment itself at every {unit}'s own share; {excess:.3g} "
            "beyond it, p {p}; beside {unit} trends {trend:.3g}, p {trend_p}",
            slope=slope,
            alone=slope - factor * excess,
            excess=factor * excess,
            p=written_p(p),
            trend=factor * trend.slope,
            trend_p=written_p(trend.p),
        ),
        numbers={
            "slope": slope,
            "alone": slope - factor * excess,
            "excess": factor * excess,
            "p": p,
            "low": factor * float(found.main.low[0]),
            "high": factor * float(found.main.high[0]),
            "trends": factor * trend.slope,
            "trends_p": trend.p,
            "differences": factor * found.trials["differences"].at().slope,
        },
    )


def _outcome(found: Scrutiny, side: float) -> Outcome:
    """Return what the part beyond the share does: a part that is not there leaves arithmetic, which is no effect."""
    p = float(found.main.p[0])
    there = bool(found.main.slope[0] * side > 0.0) and not bool(found.taken[0])
    if there and p < SIGNIFICANT:
        return "passes"
    return "fails" if there and p < STILL_THERE else "takes away"


def _own_shares(known: Beside, share: str) -> np.ndarray:
    """Return every unit's mean of the share over its years, (N,)."""
    assert known.fit.design is not None  # its conditions were found on it
    values = evaluate(fill_roles(share, known.claim.quantities), known.data)
    rows = values.loc[values.index.isin(known.fit.design.labels())]
    mean = rows.groupby(level=0).mean()
    return np.asarray(mean.reindex(list(known.fit.design.unit_labels)), dtype=float)


def _placebo(known: Beside) -> Condition:
    """Return the slope on next year's treatment in place of this year's: no cause, so nothing should be there."""
    panel = known.cube()
    lead, held = with_lead(panel)
    fit = main_slopes(replace(panel, x=lead, held=held))
    slope = scales.factor(known.reading.effect) * float(fit.slope[0])
    p = float(wild(fit, known.lots, at_zero=True).p()[0])
    return Condition(
        key="placebo",
        asks=message("next {period}'s treatment in place of this one's"),
        outcome="printed",
        found=message("{slope:.3g}, p {p} ({rows} rows)", slope=slope, p=written_p(p), rows=fit.rows),
        decides=False,
        numbers={"slope": slope, "p": p, "rows": fit.rows},
    )
