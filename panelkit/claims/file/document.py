"""What a claim file may say: one seed document and its claims, checked field by field."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Annotated, Self

from pydantic import Field, model_validator

from panelkit.claims.file.design import AnyDesign, ClaimDesign, Standing
from panelkit.claims.file.grid import Beside, Grid
from panelkit.claims.file.parts import (
    Choice,
    Document,
    EffectName,
    Flag,
    Indicator,
    Key,
    Need,
    Part,
    Place,
    Plausibility,
    Printed,
    Sample,
    Status,
    Test,
    Text,
    refuse_too_many,
    refuse_twins,
    roles_in,
)
from panelkit.claims.file.rule import AnyRule, RuleName
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message


class Reading(Part):
    """One way to read the claim: the number it would be, the rule, the main designs."""

    id: Key
    label: Text
    says: Text
    main: Choice = False
    claimed: Printed | None = None
    effect: EffectName = "coefficient"
    rule: AnyRule
    plausibility: Plausibility | None = None
    design: tuple[AnyDesign, ...] = Field(min_length=1)

    def standing_of(self, design: ClaimDesign) -> Standing:
        """Return what a design of the reading is in its round; one alone is the principal one."""
        if len(self.design) == 1:
            return "principal"
        return design.standing or "alternative"

    @model_validator(mode="after")
    def _designs_differ(self) -> Self:
        refuse_twins("design", [design.id for design in self.design])
        return self

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for rule in (self.rule, *(design.rule_under(self.rule) for design in self.design)):
            rule.check_claimed(self.claimed)
        return self

    @model_validator(mode="after")
    def _has_one_principal(self) -> Self:
        named = [design.id for design in self.design if self.standing_of(design) == "principal"]
        if not named:
            raise ValueError(
                message(
                    'reading `{reading}` has {n} designs and no principal one: write standing = "principal" in the one '
                    'that decides; the others are alternatives, or parts where they say standing = "part"',
                    reading=self.id,
                    n=len(self.design),
                )
            )
        if len(named) > 1:
            raise ValueError(
                message(
                    "reading `{reading}` has {n} principal designs ({names}): one decides; another that must hold with "
                    'it says standing = "part"',
                    reading=self.id,
                    n=len(named),
                    names=named,
                )
            )
        return self


class Claim(Part):
    """One claim, in our own words, with the designs that test it or the reason why none does."""

    id: Key
    place: Place
    says: Text
    notes: Text | None = None
    status: Status
    flags: tuple[Flag, ...] = ()
    reason: Text | None = None
    needs: tuple[Need, ...] = ()
    rules: tuple[RuleName, ...] = ()
    claimed: Printed | None = None
    quantities: dict[Key, Indicator] = Field(default_factory=dict)
    sample: Sample | None = None
    test: Test | None = None
    reading: tuple[Reading, ...] = ()
    beside: tuple[Beside, ...] = ()
    grid: Grid = Grid()

    def sample_of(self, design: ClaimDesign) -> Sample:
        """Return a design's own sample, or the claim's.

        Raises
        ------
        SpecError
            If neither is given.
        """
        found = design.sample or self.sample
        if found is None:
            raise SpecError(message("{place}: no sample; give [claim.sample]", place=self.place_of(design)))
        return found

    def place_of(self, design: ClaimDesign) -> Message:
        """Return where a design stands, as errors say it."""
        return message("claim {claim}, design {design}", claim=self.id, design=design.id)

    @property
    def waits(self) -> bool:
        """Return whether it is pending with designs: it is computed as soon as their figures are held."""
        return self.status == "pending" and bool(self.reading)

    @model_validator(mode="after")
    def _status_is_carried(self) -> Self:
        if self.status != "computed" and self.reason is None:
            raise ValueError(
                message("status `{status}` needs a reason, in English and Chinese", status=self.status)
            )
        if self.status == "pending" and not (self.waits or self.needs):
            raise ValueError(
                message(
                    "status `pending` needs at least one [[claim.needs]] (what is missing, how to supply it), or "
                    "readings whose figures are not held yet"
                )
            )
        if self.status == "not_testable" and self.reading:
            raise ValueError(
                message(
                    "status `{status}` has readings: set status to `computed`, or remove them",
                    status=self.status,
                )
            )
        return self

    @property
    def runs(self) -> bool:
        """Return whether it has designs that are run: it is computed, or waits for figures alone."""
        return self.status == "computed" or self.waits

    @property
    def _designs(self) -> list[ClaimDesign]:
        return [design for reading in self.reading for design in reading.design] if self.runs else []

    @model_validator(mode="after")
    def _has_readings(self) -> Self:
        if self.runs and not self.reading:
            raise ValueError(message("status `computed` needs at least one [[claim.reading]]"))
        return self

    @model_validator(mode="after")
    def _has_its_test(self) -> Self:
        if self.test is None and any(design.TESTED for design in self._designs):
            raise ValueError(message("status `computed` needs [claim.test] with a seed"))
        return self

    @model_validator(mode="after")
    def _has_one_main_reading(self) -> Self:
        if self.runs and sum(reading.main for reading in self.reading) != 1:
            raise ValueError(
                message("exactly one reading carries `main = true`: the claim's verdict is that reading's")
            )
        return self

    @model_validator(mode="after")
    def _readings_differ(self) -> Self:
        if self.runs:
            refuse_twins("reading", [reading.id for reading in self.reading])
        return self

    @model_validator(mode="after")
    def _has_a_sample(self) -> Self:
        if self.sample is None and any(design.sample is None for design in self._designs):
            raise ValueError(message("no sample: give [claim.sample], or a sample in every design"))
        return self

    @model_validator(mode="after")
    def _grid_can_be_walked(self) -> Self:
        combinations = prod(len(axis.option) + 1 for axis in self.grid.axis)
        refuse_too_many(combinations * max((design.fits for design in self._designs), default=0))
        return self

    @model_validator(mode="after")
    def _axes_differ(self) -> Self:
        if self.runs:
            refuse_twins("axis", [axis.id for axis in self.grid.axis])
            for axis in self.grid.axis:
                refuse_twins("option", [option.id for option in axis.option])
        return self

    @model_validator(mode="after")
    def _roles_are_filled(self) -> Self:
        designs = self._designs
        if designs:
            self._check_roles({role for design in designs for role in design.roles()})
            self._check_roles({role for item in self.beside for role in roles_in(item.figure)})
        return self

    def _check_roles(self, used: Iterable[str]) -> None:
        options = [option for axis in self.grid.axis for option in axis.option]
        named = {*used, *(role for option in options for role in option.quantities or {})}
        unknown = sorted(named - set(self.quantities))
        if unknown:
            raise ValueError(
                message(
                    "{roles} is not in [claim.quantities] (there: {known})",
                    roles=[f"{{{role}}}" for role in unknown],
                    known=list(self.quantities) or message("none"),
                )
            )


ROLES = message("{roles} is not in [claim.quantities] (there: {known})", roles="", known="").id
"""What a message says that names roles which no figure fills."""


class ClaimFile(Part):
    """One file: a document and its claims."""

    document: Document
    claim: Annotated[tuple[Claim, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _claims_differ(self) -> Self:
        refuse_twins("claim", [claim.id for claim in self.claim])
        return self
