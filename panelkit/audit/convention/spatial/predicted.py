"""The candidates of a spatial search: fits times ways to print them, and the numbers of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Candidate, Option
from panelkit.audit.convention.spatial.enumerated import Planned
from panelkit.audit.convention.spatial.slots import (
    BREADS,
    FEEDBACK,
    PARTS,
    SPLM_NAMES,
    THETA,
    Bread,
    Printer,
    Wanted,
)
from panelkit.audit.convention.target import ESTIMATE, Target
from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.batch.fits import Fits, fit_batch
from panelkit.models.spatial.shell import DURBIN
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Way:
    """One way to print a fit: errors, names of the spatial parameters, what stands for the effects."""

    bread: Bread
    swapped: bool
    mistake: Option | None
    options: tuple[Option, ...]

    @property
    def departures(self) -> int:
        """Return how many steps it adds."""
        return sum(one.departure for one in self.options)


def ways_of(wanted: Sequence[Wanted | None]) -> tuple[Way, ...]:
    """Return the ways to print that make a difference to the numbers asked for."""
    held = [one for one in wanted if one is not None]
    effects = any(one.what in PARTS for one in held)
    errors = any(one.kind != ESTIMATE and one.what not in PARTS for one in held)
    spatial = any(one.what in ("rho", "lambda") for one in held)
    found = []
    for bread, swapped, mistake in product(
        BREADS if errors else BREADS[:1],
        (False, True) if spatial else (False,),
        (None, THETA, FEEDBACK) if effects else (None,),
    ):
        options = (bread.option,) * errors + (SPLM_NAMES,) * swapped + ((mistake,) if mistake else ())
        found.append(Way(bread, swapped, mistake, options))
    return tuple(found)


class Candidates(Sequence[Candidate]):
    """Fits and ways to print, as candidates that are made when asked for; `places` (C, 2) says which of both."""

    def __init__(self, fits: Sequence[Planned], ways: Sequence[Way], places: IntArray) -> None:
        """Keep the fits, the ways and which go together."""
        self.fits, self.ways, self.places = fits, ways, places

    def __len__(self) -> int:
        return len(self.places)

    def parts(self, at: int) -> tuple[Planned, Way]:
        """Return the fit and the way to print of a candidate."""
        fit, way = self.places[at].tolist()
        return self.fits[fit], self.ways[way]

    def __getitem__(self, at: int) -> Candidate:  # type: ignore[override]
        fit, way = self.parts(range(len(self))[at])
        return Candidate((*fit.options, *way.options))

    @cached_property
    def departures(self) -> IntArray:
        """Return how many steps each lies from what is stated, (C,)."""
        fits = np.array([one.departures for one in self.fits], dtype=np.int64)
        ways = np.array([one.departures for one in self.ways], dtype=np.int64)
        return np.asarray(fits[self.places[:, 0]] + ways[self.places[:, 1]])

    @cached_property
    def mistakes(self) -> NDArray[np.bool_]:
        """Return which are mistakes, (C,)."""
        fits = np.array([one.mistaken for one in self.fits], dtype=bool)
        ways = np.array([one.mistake is not None for one in self.ways], dtype=bool)
        return np.asarray(fits[self.places[:, 0]] | ways[self.places[:, 1]])


@dataclass(frozen=True, eq=False)
class Numbers(Brief):
    """What candidates print, (C, S)."""

    candidates: Candidates
    matrix: FloatArray
    fits: Fits


def numbers_of(
    plans: Sequence[Planned], wanted: Sequence[Wanted | None], target: Target, depth: int
) -> Numbers:
    """Fit all plans and print them in every way; those without the numbers of any reading of the target stay out."""
    ways = ways_of(wanted)
    needs = any(one is not None and one.kind != ESTIMATE for one in wanted)
    fits = fit_batch([one.job for one in plans], errors=needs)
    printer = printer_of(plans, fits)
    steps = np.array([one.departures for one in plans])
    mistaken = np.array([one.mistaken for one in plans])
    durbin = np.array([one.job.asked.model in DURBIN for one in plans])
    blocks, places = [], []
    for v, way in enumerate(ways):
        values = printed(printer, wanted, way)
        held = _whole(values, target) & (steps + way.departures <= depth)
        if way.mistake is not None:  # one mistake at a time, and of W x where there is one
            held &= durbin & ~mistaken
        blocks.append(values[held])
        places.append(np.column_stack([np.flatnonzero(held), np.full(held.sum(), v)]))
    return Numbers(Candidates(plans, ways, np.concatenate(places)), np.concatenate(blocks), fits)


def _whole(values: FloatArray, target: Target) -> NDArray[np.bool_]:
    """Return which rows (m, S) hold every number of some reading."""
    held = [np.isfinite(values[:, reading.columns]).all(axis=1) for reading in target.readings]
    return np.asarray(np.any(held, axis=0), dtype=bool)


def printer_of(plans: Sequence[Planned], fits: Fits) -> Printer:
    """Return the fits of plans, ready to print."""
    return Printer(fits, np.array([one.sample.places for one in plans]), [one.sample.shape for one in plans])


def printed(printer: Printer, wanted: Sequence[Wanted | None], way: Way) -> FloatArray:
    """Return what all fits print in one way, (m, S)."""
    mistake = way.mistake.key if way.mistake else ""
    columns = [
        np.full(len(printer.fits.jobs), np.nan)
        if one is None
        else printer.column(one, way.bread, swapped=way.swapped, mistake=mistake)
        for one in wanted
    ]
    return np.column_stack(columns) if columns else np.empty((len(printer.fits.jobs), 0))
