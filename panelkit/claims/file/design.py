"""What every design of a claim file has. Each kind stands in a file of its own (`claims/designs`), found by its name.

A kind is one class: its fields are what a claim file may say, `specifications` what it reads from the figures, `run`
what it yields, `described` what a page says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BeforeValidator, ValidationInfo, model_validator

from panelkit.claims.figures import Figures
from panelkit.claims.file.parts import Flag, Key, Part, Sample, Text, roles_in
from panelkit.claims.file.rule import AnyRule, Rule
from panelkit.claims.findings import Finding
from panelkit.language.errors import DataError
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.language.register import find, keys
from panelkit.studies.grid import GridResult, Tick, first_of, split, summarise
from panelkit.studies.specification import Specification

DEFAULT = "panel"
"""The kind of a design that names none: a regression."""


Standing = Literal["principal", "part", "alternative"]
"""What a design is in the round of its reading (`claims/rounds`)."""


class FormulaField(NamedTuple):
    """A formula of a design, with the field in which it stands.

    `terms`: it may be several, joined by `+`. `lagged`: the design's `lag` moves it back.
    """

    name: str
    formula: str
    terms: bool = False
    lagged: bool = False


class ClaimDesign(Part):
    """What all kinds share; a kind adds its own fields and says what they mean."""

    FORMULAS: ClassVar[tuple[str, ...]] = ()
    """The fields that hold formulas, in the order in which they are checked."""
    LAGGED: ClassVar[tuple[str, ...]] = ()
    """Those whose figures the design's `lag` moves back."""
    MADE: ClassVar[Mapping[str, str]] = {}
    """Columns that the kind makes itself, with the figure behind each."""
    DERIVED: ClassVar[bool] = False
    """Whether formulas may name columns of composite indices (`index_...`)."""
    TWINS: ClassVar[bool] = False
    """Whether options of the grid may change how the treatment arrives over years, or take a twin design."""
    YIELDS: ClassVar[tuple[str, ...]] = ()
    """What rules find in its result: "headline", "measured" (an interval) or "order"; empty: it does not say."""
    RULE: ClassVar[str] = "R-SIGN"
    """The rule that a new claim of the kind is given, where none reads this kind alone."""
    WALKED: ClassVar[bool] = False
    """Whether it is fitted under every combination of the claim's grid."""
    SHOWN: ClassVar[tuple[str, ...]] = ()
    """The fields that a new claim of the kind shows beside those that it cannot do without (`shown`)."""
    TESTED: ClassVar[bool] = False
    """Whether the claim's main test is run on it, so that the claim must declare one."""

    id: Key
    kind: str
    label: Text
    standing: Standing | None = None
    flags: tuple[Flag, ...] = ()
    sample: Sample | None = None

    def formulas(self) -> Iterator[FormulaField]:
        """Yield every formula of the design with its field."""
        for field in self.FORMULAS:
            for found in _formulas(field, getattr(self, field)):
                yield found._replace(lagged=field in self.LAGGED)

    def roles(self) -> set[str]:
        """Return the roles in braces that the formulas name."""
        return {role for field in self.formulas() for role in roles_in(field.formula)}

    def makes(self, column: str) -> bool:
        """Return whether the kind has a column of that name which is no indicator of the catalogue."""
        return column in self.MADE

    @property
    def indices(self) -> tuple[str, ...]:
        """Return the composite indices that the design names."""
        named: str | tuple[str, ...] = getattr(self, "index", ())
        return (named,) if isinstance(named, str) else named

    @model_validator(mode="after")
    def _names_no_file(self) -> Self:
        files = [name for name in self.indices if name.endswith(".toml")]
        if files:
            raise ValueError(
                message("a claim names composite indices that ship, and no file: {names}", names=files)
            )
        return self

    @property
    def fits(self) -> int:
        """Return how many fits one combination of the claim's grid asks for."""
        return 1

    @classmethod
    def shown(cls, given: Mapping[str, Any], *, own: bool) -> tuple[str, ...]:
        """Return the optional fields that a new claim shows.

        Parameters
        ----------
        given
            The fields that are known already.
        own
            Whether it is a claim about a panel of the user's own.
        """
        return cls.SHOWN

    @property
    def signed(self) -> bool:
        """Return whether what is measured can lie on both sides of zero."""
        return True

    def rule_under(self, rule: Rule) -> Rule:
        """Return the rule that judges the design, where its reading has `rule`."""
        return rule

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield why the design cannot be run on a panel of the user's own.

        Parameters
        ----------
        provincial
            Whether the panel's units are provinces.
        weights
            How many weights are given beside it.
        """
        if self.indices:
            yield message(
                "the kind `{kind}` reads the composite index {names}, which is made of shipped figures",
                kind=self.kind,
                names=list(self.indices),
            )

    def specifications(self, claim: Any) -> list[Specification]:
        """Return what the design reads from the claim's common figures, the main specification first."""
        return []

    def run(self, claim: Any, reading: Any, figures: Figures, tick: Tick) -> Finding:
        """Return what the design yields.

        Parameters
        ----------
        claim, reading
            The `Claim` and the `Reading` that the design tests.
        figures
            The claim's figures, loaded once for the specifications of all its designs.
        tick
            Called with the number of fits done.

        Returns
        -------
        Finding

        Raises
        ------
        SpecError, DataError, ConvergenceError
            If the main specification cannot be computed.
        """
        raise NotImplementedError

    def described(self, claim: Any) -> tuple[str, str]:
        """Return what a page says of the design: a first line, and the fields that it declares."""
        said = self.model_dump(
            exclude={"id", "label", "kind", "rule", "standing", "flags"},
            exclude_none=True,
            exclude_defaults=True,
        )
        fields = listed(verbatim(f"{key} = {value}") for key, value in said.items())
        return f"{self.id}: {self.kind}", fields


class MeasuredDesign(ClaimDesign):
    """What kinds share whose result is one measured quantity; `rule` overrides the reading's."""

    YIELDS: ClassVar[tuple[str, ...]] = ("measured",)

    rule: AnyRule | None = None

    def rule_under(self, rule: Rule) -> Rule:
        """Return the design's own rule, or its reading's."""
        return self.rule or rule

    def summary_of(self, rows: list[dict[str, Any]], rule: Rule) -> GridResult:
        """Return the grid of these rows under a rule.

        Raises
        ------
        DataError
            If no row could be computed.
        """
        table, lost = split(rows)
        if table.empty:
            raise DataError(
                message(
                    "design {design}: no specification of the grid could be computed; first: {first}",
                    design=self.id,
                    first=first_of(lost),
                )
            )
        return summarise(table, lost, direction=rule.direction, claimed=rule.claimed)


def design_of(raw: Any, info: ValidationInfo) -> Any:
    """Return a design of its kind from the fields of a claim file, read for what the whole file is read for.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if not isinstance(raw, dict):
        return raw
    return kind_of(raw.get("kind", DEFAULT)).model_validate(raw, context=info.context)


def kind_of(name: Any) -> type[ClaimDesign]:
    """Return the class of a kind of design.

    Raises
    ------
    ValueError
        If there is none.
    """
    if name not in keys("design"):
        raise ValueError(
            message("no kind of design `{kind}`: there are {known}", kind=name, known=keys("design"))
        )
    kind: type[ClaimDesign] = find("design", name)
    return kind


AnyDesign = Annotated[ClaimDesign, BeforeValidator(design_of)]


def _formulas(field: str, value: Any) -> Iterator[FormulaField]:
    terms = field == "controls"
    if isinstance(value, str):
        yield FormulaField(field, value, terms)
    elif isinstance(value, Mapping):
        for key, texts in value.items():
            yield from (FormulaField(f"{field}.{key}", text, terms) for text in texts)
    elif value is not None:
        yield from (FormulaField(f"{field} {number}", text, terms) for number, text in enumerate(value, 1))
