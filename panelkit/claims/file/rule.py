"""What a claim file says of a rule. Each rule stands in a file of its own (`claims/rules`), found by its name."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from panelkit.claims.file.parts import Part, Printed, Text, both
from panelkit.claims.findings import Finding, Judgement
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import capabilities_of
from panelkit.language.register import find, keys


def _known(name: str) -> str:
    if name not in keys("rule"):
        raise ValueError(message("no rule `{name}`: there are {known}", name=name, known=keys("rule")))
    return name


RuleName = Annotated[str, AfterValidator(_known)]


class Rule(Part):
    """The verdict rule of a reading, with its parameters as printed.

    `value` and `sign` are the claimed number and the claimed direction; a rule that asks for more has fields of its
    own. `smallest` is the smallest effect of interest in units of the claim, `why` the reason of a bound. `at_most`
    caps the word where the design tests a part of the claim only.
    """

    NEEDS: ClassVar[tuple[str, ...]] = ()
    """The fields that the rule cannot do without."""
    BOUNDS: ClassVar[tuple[str, ...]] = ("smallest",)
    """The fields that need a reason: numbers that we chose, and the document did not."""
    IDLE: ClassVar[tuple[str, ...]] = ()
    """The fields that say nothing to the rule."""
    ASKS: ClassVar[str] = ""
    """What a design must yield beside a number that the rule reads; empty: nothing."""
    READS: ClassVar[tuple[str, ...]] = ()
    BY_SIDE: ClassVar[bool] = False
    """The kinds of design whose results it reads; empty: any that yields what it asks for."""

    name: RuleName
    value: Printed | None = None
    sign: Literal["+", "-"] | None = None
    smallest: Printed | None = None
    why: Text | None = None
    at_most: Literal["PARTLY", "NOT SUPPORTED"] | None = None

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        missing = [name for name in self.NEEDS if getattr(self, name) is None]
        if missing:
            raise ValueError(message("{rule} needs {missing}", rule=self.name, missing=both(missing)))
        return self

    @model_validator(mode="after")
    def _says_nothing_idle(self) -> Self:
        idle = [name for name in self.IDLE if getattr(self, name) is not None]
        if idle:
            raise ValueError(
                message("{rule} reads no {fields}: remove it", rule=self.name, fields=both(idle))
            )
        return self

    @model_validator(mode="after")
    def _reasons_its_bounds(self) -> Self:
        bounds = [name for name in self.BOUNDS if getattr(self, name) is not None]
        if bounds and self.why is None:
            raise ValueError(
                message(
                    "{rule} has a bound ({bounds}) without a reason: add {example}",
                    rule=self.name,
                    bounds=bounds,
                    example='why = { en = "...", zh = "..." }',
                )
            )
        return self

    @model_validator(mode="after")
    def _smallest_is_a_size(self) -> Self:
        if self.smallest is not None and not float(self.smallest) > 0.0:
            raise ValueError(
                message('smallest = "{value}" is no size: write a positive number', value=self.smallest)
            )
        return self

    def check_claimed(self, claimed: str | None) -> None:
        """Refuse a reading whose claimed number is not what the rule judges (as a ValueError)."""

    def check_kind(self, kind: str, yields: Collection[str] = (), *, signed: bool = True) -> None:
        """Refuse a design whose results the rule does not read, before anything is computed.

        Parameters
        ----------
        kind
            The kind of the design.
        yields
            What it yields (`ClaimDesign.YIELDS`); empty: it does not say.
        signed
            Whether what it measures can lie on both sides of zero.

        Raises
        ------
        SpecError
            With the kinds that it reads, or the rules that read such a design.
        """
        if self.READS and kind not in self.READS:
            raise SpecError(
                message(
                    "{rule} reads a design of the kind {kinds}, and this one is of the kind `{kind}`",
                    rule=self.name,
                    kinds=[f"`{name}`" for name in self.READS],
                    kind=kind,
                )
            )
        if self.BY_SIDE and not signed:
            raise SpecError(
                message(
                    "{rule} asks on which side of zero a result lies, and what this design of the kind `{kind}` "
                    "measures is never below zero: give it a bound, by R-DESC",
                    rule=self.name,
                    kind=kind,
                )
            )
        readers = [name for name in keys("rule") if find("rule", name).reads(kind, yields)]
        if self.name not in readers:
            raise SpecError(
                message(
                    "rule {rule} reads no result of a design of the kind `{kind}`: there are {readers}",
                    rule=self.name,
                    kind=kind,
                    readers=readers,
                )
            )

    @classmethod
    def reads(cls, kind: str, yields: Collection[str]) -> bool:
        """Return whether the rule reads what a design of this kind yields; one that does not say may yield anything."""
        if cls.READS:
            return kind in cls.READS
        asked = {cls.ASKS} if cls.ASKS else capabilities_of(cls) or frozenset(yields)
        return not yields or bool(asked & set(yields))

    def judge(self, tested: Finding) -> Judgement:
        """Return what the rule says of the result of a design.

        Raises
        ------
        SpecError
            If the rule reads no result of this kind.
        """
        raise NotImplementedError

    def smallest_effect(self, silent: Message, otherwise: float = math.nan) -> tuple[float, Message]:
        """Return the smallest effect of interest and where it comes from; `otherwise` where the file is silent."""
        if self.smallest is None or self.why is None:
            return otherwise, silent
        return float(self.smallest), self.why.said

    @property
    def direction(self) -> float:
        """Return the claimed sign, 1 or -1: positive unless it is said to be negative."""
        return -1.0 if self.sign == "-" else 1.0

    @property
    def claimed(self) -> float | None:
        """Return the claimed number, or None where the rule judges a direction only."""
        return None if self.value is None else float(self.value)

    @property
    def shown(self) -> str:
        """Return the name with the claimed number, as tables print it."""
        return self.name + (f"({self.value})" if self.value else "")


def rule_class(raw: Any) -> type[Rule]:
    """Return the class of the rule that a table of a claim file names; of no known rule, `Rule`, which refuses it."""
    name = raw.get("name") if isinstance(raw, dict) else None
    kind: type[Rule] = find("rule", name) if isinstance(name, str) and name in keys("rule") else Rule
    return kind


def rule_of(raw: Any) -> Any:
    """Return a rule by its name from the fields of a claim file."""
    return rule_class(raw).model_validate(raw) if isinstance(raw, dict) else raw


AnyRule = Annotated[Rule, BeforeValidator(rule_of)]
