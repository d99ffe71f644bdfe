"""What a claim file may say: one seed document and its claims, checked field by field."""

from __future__ import annotations

import re
from itertools import pairwise
from math import prod
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

Status = Literal["computed", "pending", "not_testable"]
RuleName = Literal[
    "R-SIGN", "R-MAG", "R-RANK", "R-INEQ", "R-SPILL", "R-MED", "R-MOD", "R-THR", "R-CAUSE", "R-DESC"
]
Flag = Literal["association_only", "provincial_analogue", "proxy_only"]
EffectName = Literal["coefficient", "one_percent_of_treatment", "percent_of_outcome"]

Printed = Annotated[str, StringConstraints(pattern=r"^[+-]?[0-9]+(\.[0-9]+)?$", max_length=30)]
Whole = Annotated[int, Field(strict=True)]
Year = Annotated[int, Field(strict=True, ge=1900, le=2100)]
Choice = Annotated[bool, Field(strict=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Indicator = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]

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


def _in_order(years: tuple[int, int]) -> tuple[int, int]:
    if years[0] > years[1]:
        raise ValueError(f"years run from {years[0]} to {years[1]}: write the earlier year first")
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
            raise ValueError(f'level "{self.level}" is no share between 0 and 1: write "{example}"')
        return self


class Rule(Part):
    """The verdict rule of a reading, with its parameters as printed.

    `at_most` caps the word where the design tests a part of the claim only. `least_share` (R-SIGN of a panel design)
    is the share of the explained within variance that the treatment must carry, by Shapley over all regressors.
    """

    name: RuleName
    value: Printed | None = None
    sign: Literal["+", "-"] | None = None
    at_most: Literal["PARTLY", "NOT SUPPORTED"] | None = None
    relation: Literal["<", "<=", ">", ">="] | None = None
    least_share: Printed | None = None

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        wanted = {
            "R-MAG": ("value",),
            "R-SIGN": ("sign",),
            "R-INEQ": ("sign",),
            "R-SPILL": ("sign",),
            "R-MED": ("sign",),
            "R-DESC": ("relation", "value"),
        }
        missing = [name for name in wanted.get(self.name, ()) if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.name} needs {' and '.join(missing)}")
        if self.name == "R-MAG" and self.value is not None and float(self.value) == 0.0:
            raise ValueError("R-MAG judges a number other than zero: give the claimed number, or use R-SIGN")
        if self.least_share is not None and (
            self.name != "R-SIGN" or not 0.0 < float(self.least_share) < 1.0
        ):
            raise ValueError('least_share goes with R-SIGN and lies between 0 and 1: write "0.05" for 5 %')
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
            raise ValueError(f"plausibility `{self.kind}` needs {bound}")
        return self


class PanelDesign(Part):
    """A panel regression of an outcome on one treatment: formulas with figures by role, in braces."""

    id: Key
    kind: Literal["panel"] = "panel"
    label: Text
    estimator: str = "fixed_effects"
    outcome: Expression
    treatment: Expression
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    vcov: str = "CRV3"
    sample: Sample | None = None
    yuan: Expression | None = None

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design, for the check of its roles."""
        return (self.outcome, self.treatment, *self.controls, *([self.yuan] if self.yuan else []))


class MeasuredDesign(Part):
    """What designs share that measure something instead of fitting a regression; `rule` overrides the reading's."""

    id: Key
    label: Text
    sample: Sample | None = None
    rule: Rule | None = None

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design, for the check of its roles."""
        return ()


class OrderDesign(MeasuredDesign):
    """How likely an order of provinces or regions is over a cloud of defensible composite indices (R-RANK)."""

    kind: Literal["order"]
    index: Key
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    order: tuple[str, ...] = Field(min_length=2)
    groups: Literal["none", "region4"] = "none"
    by_population: Choice = False
    draws: Whole = Field(default=10_000, ge=1000, le=200_000)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _places_differ(self) -> Self:
        _no_twins("order", list(self.order))
        return self


class AgreementDesign(MeasuredDesign):
    """How far composite indices rank the provinces alike: Kendall's W (R-RANK)."""

    kind: Literal["agreement"]
    index: tuple[Key, ...] = Field(min_length=3)
    variant: Literal["mixed", "scale", "intensity"] = "mixed"

    @model_validator(mode="after")
    def _indices_differ(self) -> Self:
        _no_twins("index", list(self.index))
        return self


class GapDesign(MeasuredDesign):
    """Inequality of one figure against another's, provinces resampled whole (R-INEQ)."""

    kind: Literal["gap"]
    figure: Expression
    against: Expression
    weight: Expression | None = None
    against_weight: Expression | None = None
    inequality: Literal["gini", "theil_t", "theil_l", "cv"] = "gini"
    also: tuple[Literal["gini", "theil_t", "theil_l", "cv"], ...] = ()
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    seed: Whole = Field(ge=0)

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design."""
        return tuple(t for t in (self.figure, self.against, self.weight, self.against_weight) if t)


class TrendDesign(MeasuredDesign):
    """Whether the inequality of a composite index grows: a Newey-West trend test (R-INEQ)."""

    kind: Literal["trend"]
    index: Key
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    inequality: Literal["gini", "theil_t", "theil_l", "cv", "sigma"] = "gini"
    lags: Whole = Field(default=2, ge=0, le=5)


class YearlyDesign(MeasuredDesign):
    """A number for every year that an inequality judges (R-DESC).

    `measure`: "dagum_between", "theil_between" (share of inequality between the four regions), "leaders" (how many of
    `places` are among the first len(places)), "spearman" (rank correlation of `figure` and `against` over provinces),
    "growth_gap" (growth of the national `figure` less that of `against`), "share_below" (share of provinces whose
    coordination of `index` lies below `value`), "min_diagonal" and "top_stays" (Markov chain of `figure` relative to
    the year's mean, on all years up to each).
    """

    kind: Literal["yearly"]
    measure: Literal[
        "dagum_between",
        "theil_between",
        "leaders",
        "spearman",
        "growth_gap",
        "share_below",
        "min_diagonal",
        "top_stays",
    ]
    figure: Expression | None = None
    against: Expression | None = None
    weight: Expression | None = None
    places: tuple[str, ...] = ()
    index: tuple[Key, ...] = ()
    corrected: Choice = False
    value: Printed | None = None
    classes: Whole = Field(default=4, ge=2, le=6)

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        wanted: dict[str, tuple[str, ...]] = {
            "leaders": ("figure", "places"),
            "spearman": ("figure", "against"),
            "growth_gap": ("figure", "against"),
            "share_below": ("index", "value"),
        }
        missing = [name for name in wanted.get(self.measure, ("figure",)) if not getattr(self, name)]
        if missing:
            raise ValueError(f"measure `{self.measure}` needs {' and '.join(missing)}")
        return self

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design."""
        return tuple(text for text in (self.figure, self.against, self.weight) if text)


class LeadingDesign(MeasuredDesign):
    """Whether one group of figures leads others in explaining an outcome (R-RANK).

    Shapley shares of the within R2 of one figure a group, over every choice of proxies and the declared outcomes.
    """

    kind: Literal["leading"]
    outcome: tuple[Expression, ...] = Field(min_length=1)
    group: dict[Key, Annotated[tuple[Expression, ...], Field(min_length=1)]] = Field(min_length=2)
    leader: Key

    @model_validator(mode="after")
    def _leader_is_there(self) -> Self:
        if self.leader not in self.group:
            raise ValueError(f"leader `{self.leader}` is no group (there: {', '.join(self.group)})")
        _not_too_many(len(self.outcome) * prod(map(len, self.group.values())))
        return self

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design."""
        return (*self.outcome, *(text for texts in self.group.values() for text in texts))


class SpatialDesign(MeasuredDesign):
    """A spatial panel: the impact of the treatment, or the spatial lag itself (R-SPILL, R-SIGN).

    `weights`: the first is the main one, the others belong to the grid and to what R-SPILL asks. `rings` are limits in
    km of the rings over which a spillover must decay. `real_gdp` in a formula chains the growth index.
    """

    kind: Literal["spatial"]
    outcome: Expression
    treatment: Expression
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    estimator: Literal["spatial_panel"] = "spatial_panel"
    model: Literal["sar", "sem", "sdm", "slx", "sdem", "sac"] = "sdm"
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    convention: Literal["lee-yu", "lsdv", "splm", "elhorst"] = "lee-yu"
    effect: Literal["direct", "indirect", "total", "rho"] = "indirect"
    weights: tuple[Literal["contiguity", "inverse_distance", "inverse_distance_2", "nearest_4"], ...] = Field(
        default=("contiguity", "inverse_distance"), min_length=1
    )
    vcov: Literal["information", "hessian", "qml", "cluster", "cluster-scores", "driscoll-kraay"] = "cluster"
    missing: Literal["raise", "drop-unit", "drop-year"] = "raise"
    rings: tuple[Annotated[int, Field(strict=True, gt=0, le=10_000)], ...] = ()
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    permutations: Whole = Field(default=499, ge=199, le=9999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _rings_widen(self) -> Self:
        if any(outer <= inner for inner, outer in pairwise(self.rings)):
            raise ValueError(
                f"rings {', '.join(map(str, self.rings))} must grow: limits in km, the nearest first"
            )
        _no_twins("weights", list(self.weights))
        return self

    @property
    def yuan(self) -> None:
        """Return None: no ratio stands beside an impact."""
        return None

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design."""
        return (self.outcome, self.treatment, *self.controls)


class MediationDesign(MeasuredDesign):
    """An indirect effect through mediators, provinces resampled whole (R-MED).

    `through` is the mediator (1, 2, ...) whose own effect is judged; without it the sum over all is. `first_signs` are
    the claimed signs of the treatment's effects on the mediators, "+" unless said.
    """

    kind: Literal["mediation"]
    outcome: Expression
    treatment: Expression
    mediators: tuple[Expression, ...] = Field(min_length=1, max_length=4)
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    estimator: Literal["mediation"] = "mediation"
    order: Literal["parallel", "serial"] = "parallel"
    through: Whole | None = Field(default=None, ge=1)
    first_signs: tuple[Literal["+", "-"], ...] = ()
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    vcov: str = "CRV3"
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _fits_its_mediators(self) -> Self:
        count = len(self.mediators)
        if self.through is not None and (self.through > count or self.order == "serial"):
            raise ValueError(
                f"through = {self.through} names one of {count} parallel mediators, counted from 1"
            )
        if self.first_signs and len(self.first_signs) != count:
            raise ValueError(f"first_signs holds {len(self.first_signs)} signs for {count} mediators")
        return self

    @property
    def yuan(self) -> None:
        """Return None: no ratio stands beside an indirect effect."""
        return None

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design."""
        return (self.outcome, self.treatment, *self.mediators, *self.controls)


class TighteningDesign(MeasuredDesign):
    """Whether spatial dependence grows: the Newey-West trend of Moran's I by year, or of rho over rolling windows."""

    kind: Literal["tightening"]
    measure: Literal["moran", "rolling_rho"]
    outcome: Expression
    regressors: tuple[Expression, ...] = ()
    model: Literal["sar", "sdm"] = "sdm"
    window: Whole = Field(default=6, ge=4, le=15)
    lags: Whole = Field(default=2, ge=0, le=5)
    missing: Literal["raise", "drop-unit", "drop-year"] = "raise"
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _has_its_regressors(self) -> Self:
        if self.measure == "rolling_rho" and not self.regressors:
            raise ValueError("measure `rolling_rho` needs regressors")
        return self

    @property
    def treatment(self) -> str:
        """Return the first regressor, or the constant."""
        return self.regressors[0] if self.regressors else "1"

    @property
    def controls(self) -> tuple[str, ...]:
        """Return the other regressors."""
        return self.regressors[1:]

    @property
    def lag(self) -> int:
        """Return zero: the regressors say their lags themselves."""
        return 0

    @property
    def effects(self) -> str:
        """Return the effects of the rolling fits."""
        return "twoway"

    @property
    def estimator(self) -> str:
        """Return the key of the estimator."""
        return "spatial_panel"

    @property
    def vcov(self) -> str:
        """Return the covariance of the rolling fits, which the trend does not use."""
        return "information"

    @property
    def yuan(self) -> None:
        """Return None: no ratio stands beside a trend."""
        return None

    def expressions(self) -> tuple[str, ...]:
        """Return every formula of the design."""
        return (self.outcome, *self.regressors)


def _kind_of(raw: Any) -> str:
    """Return which model a design is of: a regression unless it says otherwise."""
    return str(raw.get("kind", "panel") if isinstance(raw, dict) else getattr(raw, "kind", "panel"))


Design = Annotated[
    Annotated[PanelDesign, Tag("panel")]
    | Annotated[OrderDesign, Tag("order")]
    | Annotated[AgreementDesign, Tag("agreement")]
    | Annotated[GapDesign, Tag("gap")]
    | Annotated[TrendDesign, Tag("trend")]
    | Annotated[YearlyDesign, Tag("yearly")]
    | Annotated[LeadingDesign, Tag("leading")]
    | Annotated[SpatialDesign, Tag("spatial")]
    | Annotated[MediationDesign, Tag("mediation")]
    | Annotated[TighteningDesign, Tag("tightening")],
    Discriminator(_kind_of),
]
DESIGNS: dict[str, type[Part]] = {
    "panel": PanelDesign,
    "order": OrderDesign,
    "agreement": AgreementDesign,
    "gap": GapDesign,
    "trend": TrendDesign,
    "yearly": YearlyDesign,
    "leading": LeadingDesign,
    "spatial": SpatialDesign,
    "mediation": MediationDesign,
    "tightening": TighteningDesign,
}


class Reading(Part):
    """One way to read the claim: the number it would be, the rule, the main designs."""

    id: Key
    label: Text
    says: Text
    main: Choice = False
    claimed: Printed | None = None
    effect: EffectName = "coefficient"
    rule: Rule
    plausibility: Plausibility | None = None
    design: tuple[Design, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        _no_twins("design", [design.id for design in self.design])
        rules = [self.rule, *(getattr(design, "rule", None) for design in self.design)]
        for rule in rules:
            if rule is not None and rule.name == "R-MAG":
                self._judges_what_is_claimed(str(rule.value))
        return self

    def _judges_what_is_claimed(self, value: str) -> None:
        if self.claimed is None:
            raise ValueError(
                f'R-MAG judges {value} but the reading claims no number: add claimed = "{value}"'
            )
        if float(value) != float(self.claimed):
            raise ValueError(
                f"rule value {value} contradicts claimed {self.claimed}: both are the number that the document states"
            )


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


class GridAxis(Part):
    """One choice of the analyst: `main` names what the main design does, `option` the alternatives."""

    id: Key
    label: Text
    main: Text
    option: tuple[GridOption, ...] = Field(min_length=1)


class Grid(Part):
    """The defensible specifications: every combination of the axes, and units left out one at a time."""

    axis: tuple[GridAxis, ...] = ()
    leave_one_out: Literal["province"] | None = None


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
    quantities: dict[Key, Indicator] = {}
    sample: Sample | None = None
    test: Test | None = None
    reading: tuple[Reading, ...] = ()
    beside: tuple[Beside, ...] = ()
    grid: Grid = Grid()

    @model_validator(mode="after")
    def _status_is_carried(self) -> Self:
        if self.status == "computed":
            self._check_computed()
        elif self.reason is None:
            raise ValueError(f"status `{self.status}` needs a reason, in English and Chinese")
        if self.status == "pending" and not self.needs:
            raise ValueError(
                "status `pending` needs at least one [[claim.needs]]: what is missing, how to supply it"
            )
        if self.status != "computed" and self.reading:
            raise ValueError(f"status `{self.status}` has readings: set status to `computed`, or remove them")
        return self

    def _check_computed(self) -> None:
        if not self.reading:
            raise ValueError("status `computed` needs at least one [[claim.reading]]")
        designs = [design for reading in self.reading for design in reading.design]
        if self.test is None and any(design.kind == "panel" for design in designs):
            raise ValueError("status `computed` needs [claim.test] with a seed")
        if sum(reading.main for reading in self.reading) != 1:
            raise ValueError(
                "exactly one reading carries `main = true`: the claim's verdict is that reading's"
            )
        _no_twins("reading", [reading.id for reading in self.reading])
        if self.sample is None and any(design.sample is None for design in designs):
            raise ValueError("no sample: give [claim.sample], or a sample in every design")
        combinations = prod(len(axis.option) + 1 for axis in self.grid.axis)
        _not_too_many(combinations * max(len(getattr(design, "weights", "1")) for design in designs))
        _no_twins("axis", [axis.id for axis in self.grid.axis])
        for axis in self.grid.axis:
            _no_twins("option", [option.id for option in axis.option])
        self._check_roles([text for design in designs for text in design.expressions()])
        self._check_roles([item.figure for item in self.beside])

    def _check_roles(self, expressions: list[str]) -> None:
        used = {role for text in expressions for role in _SLOT.findall(text)}
        options = [option for axis in self.grid.axis for option in axis.option]
        used |= {role for option in options for role in option.quantities or {}}
        unknown = sorted(used - set(self.quantities))
        if unknown:
            known = ", ".join(self.quantities) or "none"
            raise ValueError(f"{{{'}, {'.join(unknown)}}} is not in [claim.quantities] (there: {known})")


class ClaimFile(Part):
    """One file: a document and its claims."""

    document: Document
    claim: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _claims_differ(self) -> Self:
        _no_twins("claim", [claim.id for claim in self.claim])
        return self


def fill_roles(expression: str, quantities: dict[str, str]) -> str:
    """Return the expression with each `{role}` replaced by its indicator."""
    return _SLOT.sub(lambda match: quantities[match.group(1)], expression)


def _not_too_many(combinations: int) -> None:
    if combinations > MOST_SPECIFICATIONS:
        raise ValueError(f"{combinations:,} specifications: declare {MOST_SPECIFICATIONS:,} at most")


def _no_twins(what: str, names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{what} `{'`, `'.join(twins)}` stands twice: ids differ")
