"""The parts that claim files are made of: texts, numbers, samples, tests, bounds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from panelkit.covariance.by_name import vcov_named
from panelkit.formula.tokens import spelled
from panelkit.language.errors import SpecError
from panelkit.language.message import Joined, Message, Told, message, verbatim
from panelkit.language.options import FEWEST_DRAWS

Status = Literal["computed", "pending", "not_testable"]
Flag = Literal["association_only", "provincial_analogue", "proxy_only", "far_proxy", "province_for_city"]
EffectName = Literal["coefficient", "one_percent_of_treatment", "percent_of_outcome"]

PRINTED = r"^[+-]?[0-9]+(\.[0-9]+)?$"
INDICATOR = r"^[a-z][a-z0-9_]*$"
NEWEST = "newest"
"""Stands for the newest year that all figures of a claim hold."""
OWN = "own"
"""The key in a validation's context that says that a claim is read for a panel of the user's own."""
Printed = Annotated[str, StringConstraints(pattern=PRINTED, max_length=30)]
Whole = Annotated[int, Field(strict=True)]
Choice = Annotated[bool, Field(strict=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Expression = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]

MOST_SPECIFICATIONS = 20_000
"""More combinations than this are no grid that anybody declares by hand, and none that ends in time."""

_SLOT = re.compile(r"\{([^{}]*)\}")
_INDICATOR = re.compile(INDICATOR)
_YEARS = {"ge": 1900, "le": 2100}


def bare(formula: str) -> str:
    """Return a formula without blanks, so that two that say the same are equal."""
    return "".join(formula.split())


def _own(info: ValidationInfo) -> bool:
    return bool((info.context or {}).get(OWN))


def _indicator(name: str, info: ValidationInfo) -> str:
    """Return the key of an indicator, or the name of a column of the user's own panel."""
    if not _own(info) and not _INDICATOR.search(name):
        raise PydanticCustomError("string_pattern_mismatch", "no key of an indicator", {"pattern": INDICATOR})
    return name


def _year(value: Any, info: ValidationInfo) -> int:
    """Return a whole number that can be a year of figures; periods of the user's own panel have any number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticKnownError("int_type")
    if not _own(info):
        if value < _YEARS["ge"]:
            raise PydanticKnownError("greater_than_equal", {"ge": _YEARS["ge"]})
        if value > _YEARS["le"]:
            raise PydanticKnownError("less_than_equal", {"le": _YEARS["le"]})
    return value


def _last_year(value: Any, info: ValidationInfo) -> int | str:
    if value == NEWEST:
        return NEWEST
    if isinstance(value, str):
        raise ValueError(
            message(
                '{written!r} is no year: write a number, or "newest" for the newest year held', written=value
            )
        )
    return _year(value, info)


Indicator = Annotated[str, StringConstraints(max_length=80), AfterValidator(_indicator)]
Year = Annotated[int, PlainValidator(_year)]
LastYear = Annotated[int | Literal["newest"], PlainValidator(_last_year)]


def _with_words(text: str) -> str:
    if text.strip():
        return text
    raise ValueError(message("there are no words in it: write the sentence"))


def _covariance(text: str) -> str:
    try:
        vcov_named(text)
    except SpecError as error:
        raise ValueError(error.said) from None
    return text


Sentence = Annotated[str, AfterValidator(_with_words)]
CovarianceName = Annotated[str, AfterValidator(_covariance)]


class Part(BaseModel):
    """A table of a claim file: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    """A sentence in English and in Chinese."""

    en: Sentence
    zh: Sentence

    @property
    def said(self) -> Message:
        """Return the sentence as a message."""
        return Told(self.en, self.zh)


def _in_order(years: tuple[int, int | Literal["newest"]]) -> tuple[int, int | Literal["newest"]]:
    first, last = years
    if not isinstance(last, str) and first > last:
        raise ValueError(
            message(
                "years run from {first} to {last}: write the earlier year first",
                first=first,
                last=last,
            )
        )
    return years


Years = Annotated[tuple[Year, LastYear], AfterValidator(_in_order)]


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
        """Return what is missing and how to supply it; the Chinese text names a capability by itself."""
        if self.kind == "capability":
            return Told(f"{self.name}: {self.supply.en}", self.supply.zh)
        name = verbatim(self.name) if "{" in self.name or "}" in self.name else Message(self.name)
        return message("{name}: {supply}", name=name, supply=self.supply.said)


class Stated(Text):
    """Why years are written as numbers; `event`: they are those of an event, and no newer figures move them."""

    event: Choice = False


class Sample(Part):
    """The province-years of a design: years of the outcome, provinces, vintage by indicator.

    The last year may be "newest": `claims.windows` puts the year there before anything is computed. `stated` says why
    a year that is written as a number is the last one: where the document states it, or what happened in it.
    """

    years: Years
    provinces: Literal["all", "no_tibet"] | tuple[str, ...] = "all"
    vintage: dict[Indicator, str] = {}
    stated: Stated | None = None

    @model_validator(mode="after")
    def _states_what_it_writes(self) -> Self:
        if self.stated is not None and self.years[1] == NEWEST:
            raise ValueError(
                message(
                    '`stated` says why the years end where they do: leave it out where they end in "newest"'
                )
            )
        return self

    @property
    def window(self) -> tuple[int, int]:
        """Return the first and the last year.

        Raises
        ------
        SpecError
            If the last one is "newest" and no figures have been asked which year that is.
        """
        first, last = self.years
        if isinstance(last, str):
            raise SpecError(message("the newest year is known once the figures of the claim are"))
        return first, last


class Test(Part):
    """The main test, declared with its draws and its seed."""

    __test__ = False  # pytest must not collect it

    method: Literal["wild_cluster_bootstrap"] = "wild_cluster_bootstrap"
    weights: Literal["rademacher", "webb"] = "rademacher"
    reps: Whole = Field(default=9999, ge=FEWEST_DRAWS, le=999_999)
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
    """Return the expression with each `{role}` replaced by its indicator, spelled as a formula spells a column."""
    return _SLOT.sub(lambda match: spelled(quantities[match.group(1)]), expression)


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


def refuse_half_said(lags: int, spread: str | None) -> None:
    """Refuse an arrival over years of which one half is said: over how many, or how it is put together."""
    if lags and spread is None:
        raise ValueError(
            message(
                'lags = {lags} without spread: write spread = "mean" for the mean of the treatment over these years, '
                'or "sum" for the sum of their coefficients',
                lags=lags,
            )
        )
    if spread is not None and not lags:
        raise ValueError(
            message(
                'spread = "{spread}" without lags: write over how many more years the effect arrives, 1 to 5',
                spread=spread,
            )
        )


def refuse_twins(what: str, names: list[str]) -> None:
    """Refuse a field whose entries do not differ."""
    twins = sorted(name for name, times in Counter(names).items() if times > 1)
    if twins:
        shown = [f"`{name}`" for name in twins]
        said = message("{what} {names} stands twice: ids differ", what=what, names=shown)
        raise ValueError(said)


TWINS = message("{what} {names} stands twice: ids differ", what="", names="").id
"""What a message says that names twins."""


def both(names: list[str]) -> Message:
    """Return names that are all wanted: `a and b`; a、b."""
    return Joined(names, {"en": " and ", "zh": "、"})
