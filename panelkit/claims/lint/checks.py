"""What a claim that can be read asks of its rules, formulas and figures: every refusal of a run, before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.names import name_problems
from panelkit.claims.file.parts import Part
from panelkit.claims.file.problems import Place
from panelkit.claims.lint.fields import place_in
from panelkit.claims.own_names import own_problems
from panelkit.claims.source import Source
from panelkit.language.errors import PanelkitError
from panelkit.language.message import Message, message

Found = tuple[Place, Message]
Placed = tuple[str, Message]


@dataclass(frozen=True)
class ReadClaim:
    """A claim as far as it can be read, its table in the file, where that and its designs stand.

    `whole`: it holds no error; of one that does, what cannot be asked is left.
    """

    registered: RegisteredClaim
    raw: dict[str, Any]
    place: Place
    where: Callable[[ClaimDesign], Place]
    whole: bool

    @property
    def claim(self) -> Claim:
        """Return the claim."""
        return self.registered.claim

    def node(self, place: Place) -> Any:
        """Return what stands at a place of the file that lies in the claim's table."""
        node: Any = self.raw
        for step in place[len(self.place) :]:
            node = node[step]
        return node


def run_problems(read: ReadClaim, source: Source) -> Iterator[Found]:
    """Yield why designs of a claim could not be run on a source, each with its place in the file."""
    claim = read.claim
    status = getattr(claim, "status", None)
    if not (status == "computed" or (status == "pending" and tables_of(claim, "reading"))):
        return
    at = claim
    if read.whole:
        try:
            at = source.prepared(read.registered).claim
        except PanelkitError as error:
            field = str(error.said.values.get("field", "sample.years"))
            yield place_in(read.raw, field, read.place), error.said
    with source.supplied(at) if read.whole and at.waits else nullcontext(()) as missing:
        yield from _of_designs(read, at, source, waits=bool(missing))


def _of_designs(read: ReadClaim, at: Claim, source: Source, *, waits: bool) -> Iterator[Found]:
    """Yield what designs ask; `at` is the claim with its years in numbers, `waits`: its figures are not held yet."""
    for reading, there in zip(tables_of(read.claim, "reading"), tables_of(at, "reading"), strict=True):
        for design, meant in zip(tables_of(reading, "design"), tables_of(there, "design"), strict=True):
            yield from _asked(read, design, partial(_rule, reading, design))
            if not waits:
                yield from _asked(read, design, partial(_names, at, meant, source))


def tables_of(table: Part, name: str) -> tuple[Any, ...]:
    """Return the tables of a field that could be read as such."""
    held = getattr(table, name, ())
    return tuple(item for item in held if isinstance(item, Part)) if isinstance(held, tuple) else ()


def _asked(
    read: ReadClaim, design: ClaimDesign, ask: Callable[[], Iterator[tuple[str, Message, bool]]]
) -> Iterator[Found]:
    """Yield what questions find: in the design's table where the field stands there, else in the claim's."""
    at = read.where(design)
    try:
        for field, said, complete in ask():
            place = place_in(read.node(at), field, at)
            if place == at and field:
                place = place_in(read.raw, field, read.place)
            inside = place[: len(at)] == at
            place = place if inside or len(place) > len(read.place) else at
            where = (
                read.claim.place_of(design)
                if inside or place == at
                else message("claim {claim}", claim=read.claim.id)
            )
            yield place, said if complete else message("{place}: {problem}", place=where, problem=said)
    except Exception:
        if read.whole:
            raise


def _rule(reading: Reading, design: ClaimDesign) -> Iterator[tuple[str, Message, bool]]:
    try:
        design.rule_under(reading.rule).check_kind(design.kind, design.YIELDS, signed=design.signed)
    except PanelkitError as error:
        yield "kind", error.said, False


def _names(claim: Claim, design: ClaimDesign, source: Source) -> Iterator[tuple[str, Message, bool]]:
    panel = source.panel
    if panel is None:
        yield from ((field, error.said, True) for field, error in name_problems(claim, design))
    else:
        for field, said in own_problems(claim, design, panel):
            yield field, said.spoken(*panel.levels), False
