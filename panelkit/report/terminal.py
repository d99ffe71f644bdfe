"""Verdicts on a terminal: one block a computed claim, one line each for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import RenderableType
from rich.rule import Rule
from rich.text import Text

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.document import Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message, sentences
from panelkit.report.conditions import LEGEND, design_label, round_text
from panelkit.report.narrow import prose
from panelkit.report.notes import claim_notes, families, run_notes
from panelkit.report.terminal_conditions import conditions, failed
from panelkit.report.terminal_tables import COLOURS, beside_table, design_table
from panelkit.report.waiting import status_table, untestable, waiting
from panelkit.report.words import (
    cited,
    declaration_lines,
    design_word,
    flag_text,
    read_lines,
    say,
    short_citation,
)


def overview(result: CheckResult, language: Language, *, full: bool = False) -> RenderableType:
    """Return the whole run: computed claims in blocks, then those that wait, then those not testable.

    `full` explains every reading of every claim; otherwise claims that state a number come first, each in a short
    block, then the others in a few lines each.
    """
    claims = [result.of(name)[0].registered for name in dict.fromkeys(verdict.claim for verdict in result)]
    names = [claims[at].id for at in places_printed(claims, full=full)]
    computed = [name for name in names if result.of(name)[0].registered.claim.status == "computed"]
    blocks = [piece for name in computed for piece in block(result, name, language, full=full)]
    return prose(*(part for piece in blocks for part in piece.drawn()), *below(result, language, full=full))


@dataclass(frozen=True)
class Piece:
    """A part of a claim's block: it can be drawn when the verdicts of the first `needs` readings are there."""

    needs: int
    drawn: Callable[[], Iterator[RenderableType]]


def places_printed(claims: Sequence[RegisteredClaim], *, full: bool = False) -> list[int]:
    """Return the places of claims in the order of their blocks."""
    return sorted(range(len(claims)), key=lambda at: not (full or _states_a_number(claims[at])))


def block(result: CheckResult, name: str, language: Language, *, full: bool = False) -> list[Piece]:
    """Return the block of one computed claim, in pieces from top to bottom."""
    claim = result.of(name)[0].registered
    if full:
        return _full_block(result, name, language)
    return _short_block(result, name, language) if _states_a_number(claim) else _brief(result, name, language)


def below(result: CheckResult, language: Language, *, full: bool = False) -> list[RenderableType]:
    """Return what stands below the blocks: notes on all of them, and the claims without a verdict."""
    rest = [item for item in result if item.registered.claim.status != "computed"]
    if full:
        return [status_table(rest, language)] if rest else []
    lines = (*run_notes(result, language), *families(result, language))
    notes = [Text(line, style="dim") for line in lines]
    others = [*waiting(result, language), *untestable(result, language)]
    more = message(
        "`panelkit check ID` explains one claim in full, `panelkit claims list` shows all; `--out DIR` writes a page "
        "and tables."
    )
    return [Rule(style="dim"), *notes, Text(), *others, Text(say(more, language), style="dim")]


def _short_block(result: CheckResult, name: str, language: Language) -> list[Piece]:
    """Return one computed claim in brief: the literal reading, why it has its verdict, the other readings."""
    verdicts = result.of(name)
    registered = verdicts[0].registered
    main = tuple(item for item in verdicts if item.reading is not None and item.reading.main)

    def literal() -> Iterator[RenderableType]:
        yield Rule(style="dim")
        yield _head(result, name, language)
        yield Text(short_citation(registered, language), style="dim")
        yield from _read(verdicts, language)
        yield design_table(main, language)
        yield from _deciding(result, main, language)
        yield from _round(result, main, language)
        if any(item.tested is not None and item.tested.beside for item in main):
            yield beside_table(main, language)

    def others() -> Iterator[RenderableType]:
        yield from _other_readings(result, name, language)
        if registered.declaration is None or registered.declaration.revision:
            for line in declaration_lines(registered):
                yield Text(say(line, language), style="dim")
        yield Text()

    readings = registered.claim.reading
    return [Piece(_main_and_before(readings), literal), Piece(len(readings), others)]


def _brief(result: CheckResult, name: str, language: Language) -> list[Piece]:
    """Return one computed claim in a few lines: the verdict, what is claimed, the design that decides."""
    verdicts = result.of(name)
    main = tuple(item for item in verdicts if item.reading is not None and item.reading.main)

    def literal() -> Iterator[RenderableType]:
        yield _head(result, name, language)
        yield from _read(verdicts, language)
        yield from _deciding(result, main, language)
        yield from _round(result, main, language)

    def others() -> Iterator[RenderableType]:
        yield from _other_readings(result, name, language)
        yield Text(_dates(verdicts[0].registered, language), style="dim")
        yield Text()

    readings = verdicts[0].registered.claim.reading
    return [Piece(_main_and_before(readings), literal), Piece(len(readings), others)]


def _main_and_before(readings: Sequence[Reading]) -> int:
    """Return how many readings must be there for the verdict of the main one."""
    return 1 + max(at for at, reading in enumerate(readings) if reading.main)


def _dates(registered: RegisteredClaim, language: Language) -> str:
    """Return the place, and when the claim was declared and last revised."""
    parts: list[str] = [short_citation(registered, language)]
    entry = registered.declaration
    if entry is None:
        parts.append(flag_text("not_declared", language))
    elif entry.revision:
        parts.append(message("design revised {date}", date=entry.revision[-1].date))
    return say(sentences(parts), language)


def _states_a_number(registered: RegisteredClaim) -> bool:
    return any(reading.main and reading.claimed for reading in registered.claim.reading)


def _full_block(result: CheckResult, name: str, language: Language) -> list[Piece]:
    """Return one computed claim in full: every reading with its table and the sentences behind the verdict."""
    verdicts = result.of(name)
    registered = verdicts[0].registered
    readings, notes = registered.claim.reading, registered.claim.notes

    def head() -> Iterator[RenderableType]:
        yield Rule(style="dim")
        yield _head(result, name, language)
        yield Text(cited(registered, language), style="dim")
        yield from _read(verdicts, language)
        yield Text()

    def foot() -> Iterator[RenderableType]:
        if notes is not None:
            yield Text(say(notes, language), style="dim")
            yield Text()
        yield Text(say(LEGEND, language), style="dim")
        for line in claim_notes(verdicts, language):
            yield Text(line, style="dim")
        yield Text()

    return [
        Piece(_main_and_before(readings), head),
        *(
            Piece(at + 1, partial(_in_full_words, result, name, reading, language))
            for at, reading in enumerate(readings)
        ),
        Piece(len(readings), foot),
    ]


def _in_full_words(
    result: CheckResult, name: str, reading: Reading, language: Language
) -> Iterator[RenderableType]:
    """Yield one reading of a claim: its table, and of every design what it says and its conditions."""
    mine = tuple(item for item in result.of(name) if item.reading is reading)
    yield _reading_line(result, reading, name, language)
    yield design_table(mine, language)
    yield from _round(result, mine, language)
    for item in mine:
        yield _explanation(item, language)
        yield from conditions(item, language) if _in_full(item) else failed(item, language)
    if any(item.tested is not None and item.tested.beside for item in mine):
        yield beside_table(mine, language)
    yield Text()


def _head(result: CheckResult, name: str, language: Language) -> Text:
    overall = result.word_of(name)
    return Text.assemble(
        (f"{name}  ", "bold"),
        (design_word(overall, language), COLOURS[overall]),
        "  ",
        say(result.of(name)[0].registered.claim.says, language),
    )


def _read(verdicts: tuple[Verdict, ...], language: Language) -> Iterator[Text]:
    """Yield what is said of the panel and the years that a claim reads, where these are the user's own or roll."""
    for line in read_lines(verdicts):
        yield Text(say(line, language), style="dim")


def _deciding(result: CheckResult, main: tuple[Verdict, ...], language: Language) -> Iterator[RenderableType]:
    """Yield the sentences of the designs that decide the verdict, what they did not pass, and what failed."""
    if not main:
        return
    deciding = result.round_of(main[0].claim).deciding
    for item in main:
        if item in deciding or item.error is not None:
            yield _explanation(item, language)
            yield from failed(item, language)


def _round(result: CheckResult, mine: tuple[Verdict, ...], language: Language) -> Iterator[Text]:
    """Yield how the designs of one reading came to its word, where it has several."""
    if not mine or mine[0].reading is None:
        return
    said = round_text(result, mine[0].claim, mine[0].reading.id, language)
    if said:
        yield Text(said, style="dim")


def _in_full(verdict: Verdict) -> bool:
    """Return whether the conditions of a design are shown in a table: of the main reading, and what decides."""
    main = verdict.reading is not None and verdict.reading.main
    return main or verdict.standing != "alternative"


def _explanation(verdict: Verdict, language: Language) -> Text:
    label = design_label(verdict, language)
    head = say(message("{label}: ", label=label), language)
    return Text.assemble((head, "italic"), say(verdict.reason, language))


def _other_readings(result: CheckResult, name: str, language: Language) -> Iterator[Text]:
    others = [reading for reading in result.of(name)[0].registered.claim.reading if not reading.main]
    if not others:
        return
    line = Text(say(message("Read otherwise: "), language), style="dim")
    for place, reading in enumerate(others):
        overall = result.word_of(name, reading.id)
        mine = [item for item in result.of(name) if item.reading is reading]
        line.append(say(message("; "), language) if place else "")
        line.append(f"{say(reading.label, language)} ")
        line.append(design_word(overall, language), style=COLOURS[overall])
        if any("implausible_number" in item.flags for item in mine):
            implausible = message("and the number itself is implausible")
            line.append(say(message(" ({beside})", beside=implausible), language))
    yield line


def _reading_line(result: CheckResult, reading: Reading, name: str, language: Language) -> Text:
    overall = result.word_of(name, reading.id)
    return Text.assemble(
        (say(reading.label, language), "bold"),
        ("  ", ""),
        (design_word(overall, language), COLOURS[overall]),
        (f"  {say(reading.says, language)}", "dim"),
    )
