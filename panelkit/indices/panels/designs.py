"""What a composite index is made of, as a frozen spec that a TOML file under `data/indices/` writes down.

A design names dimensions, indicators, directions, and for every indicator a figure of the catalogue, perhaps per
another one. Each indicator is read as a total (scale) or per head, per GDP (intensity): the choice decides
rankings, so that a design has a scale-only, an intensity-only and a mixed variant.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from panelkit.data.paths import shipped
from panelkit.data.reads import note_file
from panelkit.language.errors import SpecError
from panelkit.language.message import Joined, Language, Message, message, sentences, verbatim
from panelkit.language.offers import offered
from panelkit.language.spelt import option

Key = Annotated[str, StringConstraints(pattern=r"^[\w\u4e00-\u9fff][\w\u4e00-\u9fff.-]*$")]
Name = Annotated[
    str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$")
]
Variant = Literal["mixed", "scale", "intensity"]
WeightRule = Literal["entropy", "equal", "equal_dimensions", "critic", "cv", "pca", "scatter", "given"]
Normalisation = Literal["minmax", "zscore", "vector", "ranks"]
Aggregation = Literal["linear", "geometric", "topsis", "grey"]
MissingCells = Literal["drop_rows", "refuse"]
_AND: Mapping[Language, str] = {"en": " and ", "zh": "和"}


class DesignPart(BaseModel):
    """A table of a design file: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DesignText(DesignPart):
    """Words in English and in Chinese."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class DesignIndicator(DesignPart):
    """One indicator: a figure, `per` another one where it is an intensity; an id may hold blanks and units.

    `is_total` makes the mixed variant use the total although `per` is named. `goalposts` are declared low and high.
    Without a label the figure's name in the catalogue stands for it.
    """

    id: Name
    column: str
    per: str | None = None
    direction: Literal[1, -1] = 1
    kind: Literal["scale", "intensity"] | None = None
    is_total: bool = False
    goalposts: tuple[float, float] | None = None
    weight: float | None = Field(default=None, gt=0)
    label: DesignText | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.goalposts is not None and self.goalposts[0] >= self.goalposts[1]:
            raise ValueError(
                message(
                    "goalposts of {indicator} run from low to high, not {given}",
                    indicator=self.id,
                    given=str(self.goalposts),
                )
            )
        return self

    def figure(self) -> str:
        """Return what is read: a figure, or one per another."""
        return self.column if self.per is None or self.is_total else f"{self.column} / {self.per}"

    def columns(self) -> tuple[str, ...]:
        """Return the figures that the indicator reads."""
        return (self.column,) if self.per is None else (self.column, self.per)


class Dimension(DesignPart):
    """A dimension and its indicators."""

    id: Key
    label: DesignText
    indicator: tuple[DesignIndicator, ...] = Field(min_length=1)


class Absent(DesignPart):
    """An indicator that such an index usually has and the shipped figures do not: said, not passed over."""

    label: DesignText
    why: DesignText


class CompositeDesign(DesignPart):
    """A composite index: its indicators by dimension, and how they are normalised, weighted and aggregated."""

    id: Key
    label: DesignText
    source: str = ""
    about: DesignText | None = None
    years: tuple[int, int] | None = None
    provinces: Literal["all", "no_tibet"] | tuple[str, ...] = "all"
    vintage: dict[str, str] = {}
    allow_breaks: tuple[str, ...] = ()
    normalisation: Normalisation = "minmax"
    extremes: Literal["global", "per_year"] = "global"
    floor: float = Field(default=0.0, ge=0.0, lt=1.0)
    weights: WeightRule = "entropy"
    aggregation: Aggregation = "linear"
    missing_cells: MissingCells = "drop_rows"
    variant: Variant = "mixed"
    dimension: tuple[Dimension, ...] = Field(min_length=1)
    absent: tuple[Absent, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [item.id for item in self.indicators()]
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            named = [f"`{name}`" for name in twins]
            raise ValueError(message("indicator {names} stands twice: ids differ", names=named))
        if self.weights == "given" and any(item.weight is None for item in self.indicators()):
            raise ValueError(message("weights = 'given' needs a weight for every indicator"))
        if self.years is not None and self.years[0] > self.years[1]:
            first, last = self.years
            raise ValueError(
                message(
                    "years run from {first} to {last}: write the earlier year first", first=first, last=last
                )
            )
        return self

    def indicators(self) -> tuple[DesignIndicator, ...]:
        """Return all indicators in order."""
        return tuple(item for part in self.dimension for item in part.indicator)

    def columns(self) -> tuple[str, ...]:
        """Return the figures that the design reads, each once."""
        return tuple(dict.fromkeys(name for item in self.indicators() for name in item.columns()))

    def with_(self, **changes: Any) -> CompositeDesign:
        """Return another design with some fields changed, checked again."""
        return _validated({**self.model_dump(), **changes}, message("design {design}", design=self.id))

    def without(self, *names: str) -> CompositeDesign:
        """Return another design without some indicators; a dimension left empty goes too."""
        unknown = set(names) - {item.id for item in self.indicators()}
        if unknown:
            raise SpecError(
                message("design {design} has no indicator {names}", design=self.id, names=sorted(unknown))
            )
        kept = [
            {**part.model_dump(), "indicator": [i.model_dump() for i in part.indicator if i.id not in names]}
            for part in self.dimension
        ]
        return self.with_(dimension=[part for part in kept if part["indicator"]])

    def as_variant(self, variant: Variant, kinds: Mapping[str, str]) -> CompositeDesign:
        """Return the scale-only or intensity-only twin; `kinds` says of every figure whether it is scale or intensity.

        Scale: figures that are totals, without `per`. Intensity: ratios, and figures that are intensities by nature.
        Indicators that cannot be read so are left out.

        Raises
        ------
        SpecError
            If nothing is left.
        """
        if variant == "mixed":
            return self
        if variant not in ("scale", "intensity"):
            raise SpecError(
                message("variant must be mixed, scale or intensity, not {variant!r}", variant=variant)
            )
        parts = []
        for part in self.dimension:
            kept = [read for item in part.indicator if (read := _read_as(item, variant, kinds)) is not None]
            if kept:
                parts.append({**part.model_dump(), "indicator": kept})
        if not parts:
            raise SpecError(
                message("design {design} has no indicator that is {variant}", design=self.id, variant=variant)
            )
        return self.with_(dimension=parts, variant=variant)


def design_of_columns(
    columns: Mapping[str, int] | Sequence[str], *, id: str = "index", **settings: Any
) -> CompositeDesign:
    """Return a one-dimension design of a frame's own columns; a mapping gives directions (+1 or -1)."""
    direction = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, 1)
    items = [{"id": name, "column": name, "direction": sign} for name, sign in direction.items()]
    label = {"en": id, "zh": id}
    raw = {
        "id": id,
        "label": label,
        "dimension": [{"id": "all", "label": label, "indicator": items}],
        **settings,
    }
    return _validated(raw, message("design {design}", design=id))


@offered("index", family="composite", result="CompositeDesign", public=True)
def load_design(name: str | Path) -> CompositeDesign:
    """Return a shipped design by its id, or the design in a TOML file.

    Raises
    ------
    SpecError
        An unknown id (with the nearest), or a wrong file, every problem in one message.

    Examples
    --------
    >>> design = pk.load_design("tech_innovation")
    >>> design.id
    'tech_innovation'
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = shipped("data") / "indices" / f"{name}.toml"
    if not path.is_file():
        known = shipped_designs()
        near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
        raise SpecError(_no_design(str(name), near, known))
    note_file(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpecError(
            message("{path} is no readable TOML file in UTF-8: {why}", path=str(path), why=str(error))
        ) from error
    return _validated(raw, str(path))


def shipped_designs() -> list[str]:
    """Return the ids of the designs that ship with panelkit."""
    return sorted(path.stem for path in (shipped("data") / "indices").glob("*.toml"))


def shared_indicators(*designs: CompositeDesign) -> dict[str, list[str]]:
    """Return the figures that stand in more than one design, each with the designs; denominators do not count."""
    found: dict[str, list[str]] = {}
    for design in designs:
        for column in dict.fromkeys(item.column for item in design.indicators()):
            found.setdefault(column, []).append(design.id)
    return {column: ids for column, ids in found.items() if len(ids) > 1}


def refuse_shared(*designs: CompositeDesign) -> None:
    """Refuse subsystems that share an indicator: what couples them would be one figure with itself."""
    shared = shared_indicators(*designs)
    if shared:
        named = sentences(
            message("{column} in {designs}", column=column, designs=Joined(ids, _AND))
            for column, ids in shared.items()
        )
        raise SpecError(
            message(
                "subsystems share indicators ({named}): drop them from one, or say {allow_shared}",
                allow_shared=option("allow_shared", True),
                named=named,
            )
        )


def _read_as(item: DesignIndicator, variant: str, kinds: Mapping[str, str]) -> dict[str, Any] | None:
    by_nature = item.kind or kinds.get(item.column)
    if by_nature is None:
        raise SpecError(
            message(
                "indicator {indicator}: say kind = 'scale' or 'intensity', because {column} is not ours",
                indicator=item.id,
                column=item.column,
            )
        )
    if variant == "scale":
        usable = by_nature == "scale" and item.direction == 1
        return {**item.model_dump(), "per": None, "goalposts": None, "label": None} if usable else None
    if item.per is None and by_nature == "scale":
        return None
    return {**item.model_dump(), "is_total": False}


def _validated(raw: Mapping[str, Any], where: str) -> CompositeDesign:
    try:
        return CompositeDesign.model_validate(raw)
    except ValidationError as error:
        problems = sentences(_problem(item) for item in error.errors(include_url=False))
        raise SpecError(message("{where}: {problems}", where=where, problems=problems)) from error


def _problem(item: ErrorDetails) -> Message:
    """Return where in a design a field is wrong, and why: pydantic's own sentences stay as they are."""
    place = ".".join(str(part) for part in item["loc"]) or "design"
    given = item.get("ctx", {})
    match item["type"]:
        case "value_error":
            why = message("Value error, {why}", why=given["error"].args[0])
        case "missing":
            why = message("Field required")
        case "extra_forbidden":
            why = message("Extra inputs are not permitted")
        case "literal_error":
            why = message("Input should be {expected}", expected=given["expected"])
        case _:
            why = verbatim(item["msg"])
    return message("{place}: {reason}", place=place, reason=why)


def _no_design(name: str, near: list[str], known: list[str]) -> Message:
    if near:
        return message(
            "no design {name} (near: {near}): there are {known}, or give a .toml file",
            name=name,
            near=near,
            known=known,
        )
    return message("no design {name}: there are {known}, or give a .toml file", name=name, known=known)
