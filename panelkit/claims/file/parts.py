"""The parts that claim files are made of: texts, numbers, samples, tests, bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from panelkit.language.message import Joined, Message, Told, message

Status = Literal["computed", "pending", "not_testable"]
Flag = Literal["association_only", "provincial_analogue", "proxy_only"]
EffectName = Literal["coefficient", "one_percent_of_treatment", "percent_of_outcome"]

PRINTED = r"^[+-]?[0-9]+(\.[0-9]+)?$"
INDICATOR = r"^[a-z][a-z0-9_]*$"
Printed = Annotated[str, StringConstraints(pattern=PRINTED, max_length=30)]
Whole = Annotated[int, Field(strict=True)]
Year = Annotated[int, Field(strict=True, ge=1900, le=2100)]
Choice = Annotated[bool, Field(strict=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Indicator = Annotated[str, StringConstraints(pattern=INDICATOR, max_length=80)]

MOST_SPECIFICATIONS = 20_000
"""More combinations than this are no grid that anybody declares by hand, and none that ends in time."""

_SLOT = re.compile(r"\{([^{}]*)\}")


class Part(BaseModel):
    """A table of a claim file: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    """A sentence in English and in Chinese."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    @property
    def said(self) -> Message:
        """Return the sentence as a message."""
        return Told(self.en, self.zh)


def _in_order(years: tuple[int, int]) -> tuple[int, int]:
    if years[0] > years[1]:
        raise ValueError(
            message(
                "years run from {first} to {last}: write the earlier year first",
                first=years[0],
                last=years[1],
            )
        )
    return years


Years = Annotated[tuple[Year, Year], AfterValidator(_in_order)]


class Document(Part):
    """The seed document: cited as far as its own text shows."""

    key: Key
    authors: tuple[str, ...]
    title: str
    affiliation: tuple[str, ...] = ()
    venue: str | None = None
    year: Annotated[int, Field(strict=True, ge=1000, le=2100)] | None = None
    doi: str | None = None
    note: Text | None = None


class Place(Part):
    """Where the claim stands: the section, and a phrase short enough to find it by."""

    section: str
    phrase: str = Field(max_length=40)


class Need(Part):
    """What a pending claim waits for, and how to supply it."""

    kind: Literal["capability", "figure"]
    name: str
    supply: Text

    @property
    def said(self) -> Message:
        """Return what is missing and how to supply it; the Chinese text names it by itself."""
        return Told(f"{self.name}: {self.supply.en}", self.supply.zh)


class Sample(Part):
    """The province-years of a design: years of the outcome, provinces, vintage by indicator."""

    years: Years
    provinces: Literal["all", "no_tibet"] | tuple[str, ...] = "all"
    vintage: dict[Indicator, str] = {}


class Test(Part):
    """The main test, declared with its draws and its seed."""

    __test__ = False  # pytest must not collect it

    method: Literal["wild_cluster_bootstrap"] = "wild_cluster_bootstrap"
    weights: Literal["rademacher", "webb"] = "rademacher"
    reps: Whole = Field(default=9999, ge=99, le=999_999)
    seed: Whole = Field(ge=0)
    level: Printed = "0.95"

    @model_validator(mode="after")
    def _level_is_a_share(self) -> Self:
        level = float(self.level)
        if not 0.0 < level < 1.0:
            example = f"{level / 100.0:g}" if 1.0 < level < 100.0 else "0.95"
            raise ValueError(
                message(
                    'level "{level}" is no share between 0 and 1: write "{example}"',
                    level=self.level,
                    example=example,
                )
            )
        return self


class Plausibility(Part):
    """A bound that the claimed number itself must respect, whatever the estimate is.

    `yuan`: yuan of outcome for each yuan of treatment, national aggregate, not above `too_large`.
    `reach`: what the claimed number makes of a relative rise of the treatment by `treatment_change`,
    against the widest range of the outcome inside any one province.
    """

    kind: Literal["yuan", "reach"]
    too_large: Printed | None = None
    treatment_change: Printed | None = None
    why: Text

    @model_validator(mode="after")
    def _has_its_bound(self) -> Self:
        bound = "too_large" if self.kind == "yuan" else "treatment_change"
        if getattr(self, bound) is None:
            raise ValueError(message("plausibility `{kind}` needs {bound}", kind=self.kind, bound=bound))
        return self


def fill_roles(expression: str, quantities: Mapping[str, str]) -> str:
    """Return the expression with each `{role}` replaced by its indicator."""
    return _SLOT.sub(lambda match: quantities[match.group(1)], expression)


def roles_in(expression: str) -> set[str]:
    """Return the roles that stand in braces."""
    return set(_SLOT.findall(expression))


def refuse_too_many(combinations: int) -> None:
    """Refuse a grid that nobody can walk."""
    if combinations > MOST_SPECIFICATIONS:
        raise ValueError(
            message(
                "{combinations:,} specifications: declare {most:,} at most",
                combinations=combinations,
                most=MOST_SPECIFICATIONS,
            )
        )


def refuse_twins(what: str, names: list[str]) -> None:
    """Refuse a field whose entries do not differ."""
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        shown = [f"`{name}`" for name in twins]
        raise ValueError(message("{what} {names} stands twice: ids differ", what=what, names=shown))


def both(names: list[str]) -> Message:
    """Return names that are all wanted: `a and b`; a、b."""
    return Joined(names, {"en": " and ", "zh": "、"})
