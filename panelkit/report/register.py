"""The register of claims on a terminal, without computing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from panelkit.claims.designs.panel import specifications
from panelkit.claims.file.document import Claim, Design, Need, PanelDesign, Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.samples import specify
from panelkit.report.narrow import Fitting
from panelkit.report.words import (
    citation,
    declaration_lines,
    flag_text,
    need_names,
    say,
    short_citation,
    verdict_word,
    word,
)
from panelkit.results.fit import Language

_ROOM = 72


def claims_table(claims: Sequence[RegisteredClaim], language: Language) -> Fitting:
    """Return one row a claim: id, status, place, what it says; in lines of its own where the terminal is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column(word("claim", language), no_wrap=True, style="bold")
    table.add_column(word("status", language), no_wrap=True)
    table.add_column(word("source", language), style="dim", max_width=24)
    table.add_column(word("says", language), ratio=1)
    for item in claims:
        status = verdict_word(None, item.claim.status, language)
        table.add_row(item.id, status, short_citation(item, language), say(item.claim.says, language))
    return Fitting(table, _ROOM)


def claim_card(registered: RegisteredClaim, language: Language) -> RenderableType:
    """Return everything that a claim file says of one claim."""
    claim = registered.claim
    parts: list[RenderableType] = [
        Rule(style="dim"),
        Text.assemble((f"{claim.id}  ", "bold"), verdict_word(None, claim.status, language)),
        Text(say(claim.says, language)),
        Text(
            f"{citation(registered.document, language)} ({claim.place.section}: {claim.place.phrase})",
            style="dim",
        ),
    ]
    parts += [Text(say(text, language)) for text in (claim.notes, claim.reason) if text is not None]
    parts += [
        Text(f"{word('missing', language)}{word('colon', language)}{_need(need, language)}")
        for need in claim.needs
    ]
    if claim.rules:
        parts.append(Text(f"{word('rule', language)}: {', '.join(claim.rules)}"))
    for reading in claim.reading:
        parts.append(Padding(Group(*_reading(claim, reading, language)), (1, 0, 0, 2)))
    parts += [Text(f"⚑ {flag_text(flag, language)}", style="dim") for flag in claim.flags]
    parts.append(Text("; ".join(declaration_lines(registered, language)), style="dim"))
    return Group(*parts)


def _need(need: Need, language: Language) -> str:
    """Return what is missing and how to supply it."""
    names = word("semicolon", language).join(need_names(need, language))
    return f"{names} ({say(need.supply, language)})"


def _measured(design: Design) -> Iterator[RenderableType]:
    """Yield a design that fits no regression: its kind and the fields that it declares."""
    said = design.model_dump(
        exclude={"id", "label", "kind", "rule"}, exclude_none=True, exclude_defaults=True
    )
    yield Text(f"{design.id}: {design.kind}")
    yield Text(", ".join(f"{key} = {value}" for key, value in said.items()), style="dim")


def _reading(claim: Claim, reading: Reading, language: Language) -> Iterator[RenderableType]:
    rule = reading.rule.name + (f"({reading.rule.value})" if reading.rule.value else "")
    yield Text.assemble((f"{reading.id}  ", "bold"), say(reading.says, language), (f"  {rule}", "dim"))
    for design in reading.design:
        if not isinstance(design, PanelDesign):
            yield from _measured(design)
            continue
        spec = specify(claim, design)
        sample = f"{spec.years[0]}-{spec.years[1]}, {spec.provinces}, {spec.effects}, {spec.vcov}"
        n = len(specifications(claim, design))
        yield Text(f"{design.id}: {spec.formula}")
        counted = word("grid_sizes", language, n=n)
        counted += word("grid_loo", language) if claim.grid.leave_one_out else ""
        yield Text(f"{spec.estimator}, {sample}; {counted}", style="dim")
