"""The register of claims on a terminal, without computing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.parts import Need
from panelkit.claims.file.rule import Rule as ClaimRule
from panelkit.claims.findings import WORD_TEXTS
from panelkit.claims.rules.headline import FIFTH
from panelkit.claims.rules.magnitude import HALF, MagnitudeRule
from panelkit.claims.rules.sign import SignRule
from panelkit.claims.waiting import lacking, waits_for
from panelkit.language.message import Language, Message, message, sentences, verbatim
from panelkit.report.conditions import STANDINGS
from panelkit.report.narrow import Fitting
from panelkit.report.words import (
    cited,
    declaration_lines,
    flag_text,
    need_names,
    say,
    short_citation,
    verdict_word,
)
from panelkit.report.years import years_lines

_ROOM = 72
_SILENT: Mapping[type[ClaimRule], Message] = {MagnitudeRule: HALF, SignRule: FIFTH}
"""What a rule takes for the smallest effect of interest where the file declares none."""


def claims_table(claims: Sequence[RegisteredClaim], language: Language) -> Fitting:
    """Return one row a claim: id, status, place, what it says; in lines of its own where the terminal is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column(say(message("Claim"), language), no_wrap=True, style="bold")
    table.add_column(say(message("Status"), language), no_wrap=True)
    table.add_column(say(message("Document"), language), style="dim", max_width=24)
    table.add_column(say(message("What it says"), language), ratio=1)
    for item in claims:
        status = verdict_word(None, item.claim.status, language)
        table.add_row(item.id, status, short_citation(item, language), say(item.claim.says, language))
    return Fitting(table, _ROOM)


def claim_records(claims: Sequence[RegisteredClaim], language: Language) -> list[dict[str, str]]:
    """Return one mapping a claim for JSON: what `claims_table` shows, the status as the file has it."""
    return [
        {
            "id": item.id,
            "status": item.claim.status,
            "document": short_citation(item, language),
            "section": item.claim.place.section,
            "says": say(item.claim.says, language),
        }
        for item in claims
    ]


def claim_card(registered: RegisteredClaim, language: Language) -> RenderableType:
    """Return everything that a claim file says of one claim."""
    claim = registered.claim
    parts: list[RenderableType] = [
        Rule(style="dim"),
        Text.assemble((f"{claim.id}  ", "bold"), verdict_word(None, claim.status, language)),
        Text(say(claim.says, language)),
        Text(cited(registered, language), style="dim"),
    ]
    parts += [Text(say(text, language)) for text in (claim.notes, claim.reason) if text is not None]
    parts += [Text(say(line, language)) for line in years_lines(registered)]
    parts += [Text(say(need_line(need, language), language)) for need in claim.needs]
    if claim.waits:
        parts.append(Text(say(waits_for(claim.id, lacking(claim)), language)))
    if claim.rules:
        parts.append(Text(say(message("Rule: {rules}", rules=claim.rules), language)))
    for reading in claim.reading:
        parts.append(Padding(Group(*_reading(claim, reading, language)), (1, 0, 0, 2)))
    parts += [Text(f"⚑ {flag_text(flag, language)}", style="dim") for flag in claim.flags]
    parts += [Text(say(line, language), style="dim") for line in declaration_lines(registered)]
    return Group(*parts)


def need_line(need: Need, language: Language) -> Message:
    """Return what is missing and how to supply it."""
    return message(
        "Missing: {names} ({supply})", names=sentences(need_names(need, language)), supply=need.supply.said
    )


def _reading(claim: Claim, reading: Reading, language: Language) -> Iterator[RenderableType]:
    yield Text.assemble(
        (f"{reading.id}  ", "bold"), say(reading.says, language), (f"  {reading.rule.shown}", "dim")
    )
    yield from _bounds(reading.rule, language)
    for design in reading.design:
        first, fields = design.described(claim)
        standing = say(STANDINGS[reading.standing_of(design)], language)
        shown = message("{first} ({standing})", first=first, standing=standing)
        yield Text(say(shown if len(reading.design) > 1 else first, language))
        yield Text(say(fields, language), style="dim")
        own = design.rule_under(reading.rule)
        if own is not reading.rule:
            yield Text(say(message("Rule: {rules}", rules=own.shown), language), style="dim")
            yield from _bounds(own, language)
        yield from (Text(f"⚑ {flag_text(flag, language)}", style="dim") for flag in design.flags)


def _bounds(rule: ClaimRule, language: Language) -> Iterator[Text]:
    """Yield the bounds that a rule declares, with their reason, and the word that caps it."""
    for name in rule.BOUNDS:
        value = getattr(rule, name)
        if value is not None and rule.why is not None:
            head = message("smallest effect of interest") if name == "smallest" else verbatim(name)
            yield Text(
                say(
                    message("{head}: {value} ({why})", head=head, value=str(value), why=rule.why.said),
                    language,
                )
            )
    silent = next((said for kind, said in _SILENT.items() if isinstance(rule, kind)), None)
    if rule.smallest is None and silent is not None:
        yield Text(
            say(message("smallest effect of interest: none declared, so {silent}", silent=silent), language)
        )
    if rule.at_most is not None:
        yield Text(say(message("at most {word}", word=WORD_TEXTS[rule.at_most]), language))
