"""The conditions of a joint test: the same columns in twin designs, and how much they explain at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Mask
from panelkit.studies.scrutiny.deciding import (
    HALF,
    NEXT_YEAR,
    SHORTEST_DIFFERENCES,
    SHORTEST_PATH,
    SHORTEST_TRENDS,
    STILL_THERE,
)
from panelkit.studies.scrutiny.joint import Joint, joint, share_of
from panelkit.studies.scrutiny.nuisance import Nuisance, constant, nuisance, times_years, trend, year_dummies
from panelkit.studies.scrutiny.trial import Name
from panelkit.studies.scrutiny.wild import Lots

BOUND = 0.95
"""One-sided level of what the columns explain at most."""


@dataclass(frozen=True, eq=False)
class JointPanel(Brief):
    """One sample: `y` (N, T), the columns tested together `X` (q, N, T), `controls` (k, N, T) and the rows `held`.

    `lead` (q, N, T) is X of the next year, missing where there is none; None takes it from the sample. `regions` (N,)
    are codes, None where they are not known.
    """

    y: FloatArray
    X: FloatArray
    controls: FloatArray
    held: Mask
    regions: NDArray[Any] | None = None
    lead: FloatArray | None = None

    def drawn(self, units: NDArray[np.int64]) -> JointPanel:
        """Return the sample with units drawn again, each draw a unit of its own."""
        regions = None if self.regions is None else self.regions[units]
        return JointPanel(self.y[units], self.X[:, units], self.controls[:, units], self.held[units], regions)


@dataclass(frozen=True, eq=False)
class JointTrial(Brief):
    """One condition of a joint test; `reason` says why there is none."""

    name: Name
    found: Joint | None
    passes: bool = False
    takes_away: bool = False
    reason: Message | None = None


@dataclass(frozen=True, eq=False)
class JointScrutiny(Brief):
    """The joint test, its conditions, and the share that the columns explain at most."""

    main: Joint
    trials: tuple[JointTrial, ...]
    bound: float


Twin = Callable[[JointPanel], Nuisance]


def main_twin(panel: JointPanel) -> Nuisance:
    """Return the verdict's own design: unit and year effects, and controls."""
    return nuisance(panel.held, constant(panel.held), year_dummies(panel.held), panel.controls)


def trend_twin(panel: JointPanel) -> Nuisance:
    """Return it with a linear trend in every unit."""
    return nuisance(panel.held, trend(panel.held), year_dummies(panel.held), panel.controls)


def region_twin(panel: JointPanel) -> Nuisance:
    """Return it with the years of every region."""
    regions = panel.regions
    assert regions is not None  # asked before
    members = (np.unique(regions)[:, None] == regions).astype(float)
    return nuisance(panel.held, constant(panel.held), times_years(members, panel.held), panel.controls)


def path_twin(path: FloatArray) -> Twin:
    """Return the design with a trend and a loading on a path (T,) in every unit."""

    def twin(panel: JointPanel) -> Nuisance:
        loading = np.broadcast_to(path, (1, 1, *panel.held.shape))
        own = np.concatenate([trend(panel.held), loading], axis=1)
        return nuisance(panel.held, own, year_dummies(panel.held), panel.controls)

    return twin


def common_path(panel: JointPanel) -> FloatArray:
    """Return the first common path of the outcome and the columns tested, (T,), as `designs.common_path` of one."""
    apart = trend_twin(panel)
    left = apart.sweep(np.concatenate([panel.y[None], panel.X]))
    square = (left**2).sum(axis=(1, 2))
    scaled = (left / np.sqrt(np.where(square > 0.0, square, 1.0))[:, None, None])[:, panel.held.all(axis=1)]
    path: FloatArray = np.linalg.eigh(np.einsum("cnt,cns->ts", scaled, scaled))[1][:, -1]
    return path


def scrutinise_joint(panel: JointPanel, lots: Lots, draws: int = 199) -> JointScrutiny:
    """Run a joint test with its conditions.

    Parameters
    ----------
    panel
        The sample.
    lots
        The draws of every bootstrap.
    draws
        How often the units are drawn again for the bound on the share.

    Returns
    -------
    JointScrutiny
    """
    main = joint(main_twin(panel), panel.y, panel.X, lots)
    years, longest = panel.held.shape[1], int(panel.held.sum(axis=1).max(initial=0))

    def standing(name: Name, twin: Twin) -> JointTrial:
        return _standing(name, panel, twin, main, lots)

    trials = (
        standing("trends", trend_twin) if longest >= SHORTEST_TRENDS else _short("trends", SHORTEST_TRENDS),
        _path(panel, standing) if years >= SHORTEST_PATH else _short("path", SHORTEST_PATH),
        _differences(panel, main, lots)
        if years >= SHORTEST_DIFFERENCES
        else _short("differences", SHORTEST_DIFFERENCES),
        standing("regions", region_twin)
        if panel.regions is not None
        else JointTrial("regions", None, reason=message("the regions of the {units} are not known")),
        _leads(panel, lots),
    )
    return JointScrutiny(main, trials, bound_of(panel, lots.rng, draws))


def bound_of(panel: JointPanel, seed: int, draws: int) -> float:
    """Return the share that the columns explain at most: the 95 % quantile over units drawn again.

    Drawn again a share comes out larger than it is, so that the bound is on the safe side of "at most".
    """
    shares = list(shares_again(panel, seed, draws))
    return float(np.quantile(shares, BOUND)) if shares else np.nan


def shares_again(panel: JointPanel, seed: int, draws: int) -> Iterator[float]:
    """Yield the share in each draw of the units, but for draws of too few different units, which repeat columns."""
    rng = np.random.default_rng(seed)
    active = np.flatnonzero(panel.held.any(axis=1))
    for _ in steps_of(range(draws), draws):
        again = panel.drawn(rng.choice(active, size=len(active)))
        try:
            yield share_of(main_twin(again), again.y, again.X)
        except DataError:
            continue


def _standing(name: Name, panel: JointPanel, twin: Twin, main: Joint, lots: Lots) -> JointTrial:
    """Ask whether the columns are still there in a twin, or explain at least half as much there."""
    try:
        found = joint(twin(panel), panel.y, panel.X, lots)
    except DataError as error:
        return JointTrial(name, None, reason=error.said)
    stands = found.p < STILL_THERE or found.share >= HALF * main.share
    return JointTrial(name, found, stands, not stands)


def _path(panel: JointPanel, standing: Callable[[Name, Twin], JointTrial]) -> JointTrial:
    """Ask whether they are there beside a trend and a loading on their common path in every unit."""
    if not panel.held.all(axis=1).any():
        return JointTrial("path", None, reason=message("no {unit} has all {periods}"))
    trial = standing("path", path_twin(common_path(panel)))
    return trial if trial.found is None else replace(trial, passes=trial.found.p < STILL_THERE)


def _differences(panel: JointPanel, main: Joint, lots: Lots) -> JointTrial:
    """Ask whether they explain at least half as much of first differences."""
    both = panel.held[:, 1:] & panel.held[:, :-1]
    y, X, controls = (np.diff(part, axis=-1) for part in (panel.y, panel.X, panel.controls))
    changed = JointPanel(y, X, controls, both)
    try:
        found = joint(main_twin(changed), y, X, lots)
    except DataError as error:
        return JointTrial("differences", None, reason=error.said)
    return JointTrial("differences", found, found.share >= HALF * main.share)


def _leads(panel: JointPanel, lots: Lots) -> JointTrial:
    """Ask whether the columns of the next year explain the outcome beside today's, with unit trends."""
    lead = panel.lead
    if lead is None:
        lead = np.full(panel.X.shape, np.nan)
        lead[..., :-1] = np.where(panel.held[:, 1:], panel.X[..., 1:], np.nan)
    held = panel.held & ~np.isnan(lead).any(axis=0)
    if int(held.sum(axis=1).max(initial=0)) < SHORTEST_TRENDS:
        return JointTrial("leads", None, reason=message("too few {periods} whose next {period} is held"))
    beside = JointPanel(panel.y, np.where(held, lead, 0.0), np.concatenate([panel.controls, panel.X]), held)
    try:
        found = joint(trend_twin(beside), beside.y, beside.X, lots)
    except DataError as error:
        return JointTrial("leads", None, reason=error.said)
    taken = found.p < NEXT_YEAR
    return JointTrial("leads", found, not taken, taken)


def _short(name: Name, years: int) -> JointTrial:
    return JointTrial(name, None, reason=message("needs at least {years} {periods}", years=years))
