"""What a claim file says beside its designs: ratios of totals, and the grid of defensible specifications."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from panelkit.claims.file.parts import (
    Expression,
    Indicator,
    Key,
    Part,
    Text,
    Whole,
    Years,
    refuse_half_said,
)
from panelkit.language.options import FEWEST_PERMUTATIONS


class Beside(Part):
    """A ratio of figures that stands beside the estimates: national aggregate, p10 and p90."""

    id: Key
    label: Text
    why: Text
    figure: Expression


class GridOption(Part):
    """What one option of an axis changes in the design."""

    id: Key
    label: Text
    years: Years | None = None
    provinces: Literal["all", "no_tibet"] | tuple[str, ...] | None = None
    vintage: dict[Indicator, str] | None = None
    quantities: dict[Key, Indicator] | None = None
    lag: Whole | None = Field(default=None, ge=0, le=5)
    controls: tuple[Expression, ...] | None = None
    effects: Literal["none", "unit", "time", "twoway"] | None = None
    lags: Whole | None = Field(default=None, ge=0, le=5)
    spread: Literal["mean", "sum"] | None = None
    twin: Literal["trends", "differences"] | None = None

    @model_validator(mode="after")
    def _arrives_whole(self) -> Self:
        refuse_half_said(self.lags or 0, self.spread)
        return self


class GridAxis(Part):
    """One choice of the analyst: `main` names what the main design does, `option` the alternatives."""

    id: Key
    label: Text
    main: Text
    option: tuple[GridOption, ...] = Field(min_length=1)


class Grid(Part):
    """The defensible specifications: every combination of the axes, and units left out one at a time.

    `permutations` asks for the p of the whole grid: so often the units exchange their paths of the treatment.
    """

    axis: tuple[GridAxis, ...] = ()
    leave_one_out: Literal["province", "unit"] | None = None
    permutations: Whole | None = Field(default=None, ge=FEWEST_PERMUTATIONS, le=9999)
