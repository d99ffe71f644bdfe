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
from panelkit.language.message import listed
from panelkit.models.spatial.batch.fits import Fits, fit_batch
from panelkit.models.spatial.shell import DURBIN

IntArray = NDArray[np.int64]
Members = Sequence[tuple[int, int]]
_DIGITS = 9  # candidates that agree to so many significant digits are one


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
    """Fits and ways to print, as candidates that are made when asked for; those of equal numbers are one."""

    def __init__(self, fits: Sequence[Planned], ways: Sequence[Way], alike: Sequence[Members]) -> None:
        """Keep which fits and ways (places) print the same."""
        self.fits, self.ways, self.alike = fits, ways, alike

    def __len__(self) -> int:
        return len(self.alike)

    def __getitem__(self, at: int) -> Candidate:  # type: ignore[override]
        members = self.alike[range(len(self))[at]]
        sets = [(*self.fits[fit].options, *self.ways[way].options) for fit, way in members]
        return Candidate(tuple(_joined(sets)))

    @cached_property
    def departures(self) -> IntArray:
        """Return how many steps each lies from what is stated, (C,)."""
        steps = [
            self.fits[fit].departures + self.ways[way].departures for fit, way in map(_first, self.alike)
        ]
        return np.array(steps, dtype=np.int64)

    @cached_property
    def mistakes(self) -> NDArray[np.bool_]:
        """Return which are mistakes, (C,)."""
        marked = [
            any(one.mistake for one in (*self.fits[fit].options, *self.ways[way].options))
            for fit, way in map(_first, self.alike)
        ]
        return np.array(marked, dtype=bool)


def _first(members: Members) -> tuple[int, int]:
    return members[0]


def _joined(sets: Sequence[Sequence[Option]]) -> list[Option]:
    """Return the options of the first member; where others of equal numbers choose otherwise, all choices in one."""
    out = []
    for one in sets[0]:
        same = dict.fromkeys(other for options in sets for other in options if other.axis == one.axis)
        if len(same) > 1 and one.axis in ("convention", "covariance"):
            keys = " = ".join(other.key for other in same)
            one = Option(one.axis, keys, listed([other.said for other in same]), one.departure, one.mistake)
        out.append(one)
    return out


@dataclass(frozen=True, eq=False)
class Numbers:
    """What candidates print, (C, S)."""

    candidates: Candidates
    matrix: FloatArray
    fits: Fits


def numbers_of(
    plans: Sequence[Planned], wanted: Sequence[Wanted | None], target: Target, depth: int
) -> Numbers:
    """Fit all plans and print them in every way; those that have none of the readings of the target stay out."""
    ways = ways_of(wanted)
    needs = any(one is not None and one.kind != ESTIMATE for one in wanted)
    fits = fit_batch([one.job for one in plans], errors=needs)
    printer = printer_of(plans, fits)
    blocks = np.array([printed(printer, wanted, way) for way in ways])  # (V, m, S)
    steps = np.array([one.departures for one in plans])
    alike: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for v, way in enumerate(ways):
        rounded, whole = _rounded(blocks[v]), _whole(blocks[v], target)
        for j in np.flatnonzero(whole & (steps + way.departures <= depth)).tolist():
            if _told(plans[j], way):
                alike.setdefault((_kept(plans[j], way), rounded[j].tobytes()), []).append((j, v))
    members = list(alike.values())
    at = np.array([one[0] for one in members], dtype=np.int64).reshape(-1, 2)
    return Numbers(Candidates(plans, ways, members), blocks[at[:, 1], at[:, 0]], fits)


def _whole(values: FloatArray, target: Target) -> NDArray[np.bool_]:
    """Return which rows (m, S) hold every number of some reading."""
    held = [np.isfinite(values[:, reading.columns]).all(axis=1) for reading in target.readings]
    return np.asarray(np.any(held, axis=0), dtype=bool)


def _told(plan: Planned, way: Way) -> bool:
    """Tell whether a way to print has a meaning for a fit: one mistake at a time, and of W x where there is one."""
    if way.mistake is None:
        return True
    return plan.job.asked.model in DURBIN and not any(one.mistake for one in plan.options)


def _kept(plan: Planned, way: Way) -> tuple[tuple[str, str], ...]:
    """Return the choices that never are merged."""
    merged = ("convention", "covariance")
    return tuple((one.axis, one.key) for one in (*plan.options, *way.options) if one.axis not in merged)


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


def _rounded(values: FloatArray) -> FloatArray:
    """Return values to a few significant digits, zeros without sign."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = 10.0 ** (np.floor(np.log10(np.abs(values))) - _DIGITS + 1)
        out = np.round(values / size) * size
    return np.where(np.isfinite(out), out, np.where(np.isnan(values), np.nan, 0.0)) + 0.0
