"""Years that roll: where a claim says "newest", and the same claim with the year in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import NEWEST, Sample


@dataclass(frozen=True)
class Window:
    """The newest year that all figures of a claim hold, what is known to end with it, and the years of the claim.

    `first` is the first year of the claim's own sample; None where only its designs have samples.
    """

    last: int
    ends: tuple[str, ...]
    first: int | None = None

    @property
    def declared(self) -> list[int | str]:
        """Return the years as the claim file writes them."""
        return [NEWEST] if self.first is None else [self.first, NEWEST]

    @property
    def used(self) -> list[int]:
        """Return the years in numbers."""
        return [self.last] if self.first is None else [self.first, self.last]


class PlacedYears(NamedTuple):
    """Years of a claim and the field in which they stand."""

    field: str
    years: tuple[int, int | str]


def years_of(claim: Claim) -> Iterator[PlacedYears]:
    """Yield every pair of years of a claim with its field: the sample's, those of designs, those of the grid."""
    if claim.sample is not None:
        yield PlacedYears("sample.years", claim.sample.years)
    for reading in claim.reading:
        for design in reading.design:
            if design.sample is not None:
                field = f"reading {reading.id}.design {design.id}.sample.years"
                yield PlacedYears(field, design.sample.years)
    for axis in claim.grid.axis:
        for option in axis.option:
            if option.years is not None:
                yield PlacedYears(f"grid.axis {axis.id}.option {option.id}.years", option.years)


def rolls(claim: Claim) -> bool:
    """Return whether some years of the claim end in the newest one."""
    return any(years[1] == NEWEST for _, years in years_of(claim))


def with_last(claim: Claim, last: int, *, explicit: bool = False) -> Claim:
    """Return the claim with a year in the place of "newest"; `explicit`: of the last year of every sample too."""

    def moved(years: tuple[int, int | str]) -> tuple[int, int | str]:
        return (years[0], last) if explicit or years[1] == NEWEST else years

    def sample(held: Sample | None) -> Sample | None:
        return None if held is None else held.model_copy(update={"years": moved(held.years)})

    def reading(held: Reading) -> Reading:
        designs = [item.model_copy(update={"sample": sample(item.sample)}) for item in held.design]
        return held.model_copy(update={"design": tuple(designs)})

    update: dict[str, Any] = {
        "sample": sample(claim.sample),
        "reading": tuple(map(reading, claim.reading)),
        "grid": _grid(claim, last),
    }
    return claim.model_copy(update=update)


def _grid(claim: Claim, last: int) -> Any:
    axes = []
    for axis in claim.grid.axis:
        options = [
            item.model_copy(update={"years": (item.years[0], last)})
            if item.years is not None and item.years[1] == NEWEST
            else item
            for item in axis.option
        ]
        axes.append(axis.model_copy(update={"option": tuple(options)}))
    return claim.grid.model_copy(update={"axis": tuple(axes)})


def of_claim(window: Window, claim: Claim) -> Window:
    """Return the window with the first year of the claim's sample."""
    first = None if claim.sample is None else claim.sample.years[0]
    return replace(window, first=first)
