"""Years that roll: where a claim says "newest", and the same claim with other years in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.grid import Grid, GridOption
from panelkit.claims.file.parts import NEWEST, Sample

Years = tuple[int, int | str]


class PlacedYears(NamedTuple):
    """Years of a claim and the field in which they stand; `design`: reading and design whose own sample they are."""

    field: str
    years: Years
    design: tuple[str, str] | None = None
    option: bool = False


@dataclass(frozen=True)
class Window:
    """The newest year for which all figures of a sample are held, and the figures that go no further.

    `first` is the first year of a sample that ends in "newest", None of another. A claim's window is that of its own
    sample, which its designs share; `designs` are the windows of designs with samples of their own.
    """

    last: int
    ends: tuple[str, ...]
    first: int | None = None
    designs: tuple[tuple[tuple[str, str], Window], ...] = ()

    @property
    def declared(self) -> list[int | str]:
        """Return the years as the claim file writes them."""
        return [NEWEST] if self.first is None else [self.first, NEWEST]

    @property
    def used(self) -> list[int]:
        """Return the years in numbers."""
        return [self.last] if self.first is None else [self.first, self.last]

    @property
    def every(self) -> int:
        """Return the newest year for which the figures of all samples are held: options of the grid are for all."""
        return min([self.last, *(window.last for _, window in self.designs)])

    def of(self, reading: str, design: str) -> Window:
        """Return the window of the sample that a design reads."""
        return dict(self.designs).get((reading, design), self)

    def last_of(self, placed: PlacedYears) -> int:
        """Return the newest year of the figures that are read in these years."""
        if placed.option:
            return self.every
        return self.last if placed.design is None else self.of(*placed.design).last


def years_of(claim: Claim) -> Iterator[PlacedYears]:
    """Yield every pair of years of a claim with its field: the sample's, those of designs, those of the grid."""
    found: list[PlacedYears] = []

    def kept(placed: PlacedYears) -> Years:
        found.append(placed)
        return placed.years

    with_years(claim, kept)
    yield from found


def samples_of(claim: Claim) -> Iterator[tuple[str, Sample]]:
    """Yield every sample of a claim with its field: the claim's own, and those of designs."""
    if claim.sample is not None:
        yield "sample", claim.sample
    for reading in claim.reading:
        for design in reading.design:
            if design.sample is not None:
                yield _place(reading, design), design.sample


def rolls(claim: Claim) -> bool:
    """Return whether some years of the claim end in the newest one."""
    return any(placed.years[1] == NEWEST for placed in years_of(claim))


def with_years(claim: Claim, moved: Callable[[PlacedYears], Years]) -> Claim:
    """Return the claim with other years: what `moved` makes of the sample's, those of designs, those of the grid."""

    def sample(held: Sample | None, field: str, design: tuple[str, str] | None = None) -> Sample | None:
        if held is None:
            return None
        return held.model_copy(update={"years": moved(PlacedYears(field, held.years, design))})

    def reading(held: Reading) -> Reading:
        def design(item: ClaimDesign) -> ClaimDesign:
            own = sample(item.sample, f"{_place(held, item)}.years", (held.id, item.id))
            return item.model_copy(update={"sample": own})

        return held.model_copy(update={"design": tuple(map(design, held.design))})

    update: dict[str, Any] = {
        "sample": sample(claim.sample, "sample.years"),
        "reading": tuple(map(reading, claim.reading)),
        "grid": _grid(claim, moved),
    }
    return claim.model_copy(update=update)


def _place(reading: Reading, design: ClaimDesign) -> str:
    return f"reading {reading.id}.design {design.id}.sample"


def _grid(claim: Claim, moved: Callable[[PlacedYears], Years]) -> Grid:
    def option(axis: str, held: GridOption) -> GridOption:
        if held.years is None:
            return held
        field = f"grid.axis {axis}.option {held.id}.years"
        return held.model_copy(update={"years": moved(PlacedYears(field, held.years, option=True))})

    axes = [
        axis.model_copy(update={"option": tuple(option(axis.id, item) for item in axis.option)})
        for axis in claim.grid.axis
    ]
    return claim.grid.model_copy(update={"axis": tuple(axes)})
