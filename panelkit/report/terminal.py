"""Verdicts on a terminal: one block a computed claim, one line each for the others."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.document import Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import Word
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message, sentences
from panelkit.report.conditions import LEGEND, design_label, round_text
from panelkit.report.narrow import Fitting, prose
from panelkit.report.notes import claim_notes, families, run_notes
from panelkit.report.numbers import number, p_value, percent, span
from panelkit.report.terminal_conditions import conditions, failed
from panelkit.report.waiting import status_table, untestable, waiting
from panelkit.report.words import (
    cited,
    declaration_lines,
    design_word,
    flag_text,
    level_text,
    read_lines,
    say,
    short_citation,
    spreads,
    whole,
)

_ROOM = 76  # numbers, grid and verdict take 61 columns; labels need some more
_COLOURS: dict[Word | None, str] = {
    "SUPPORTED": "bold green",
    "PARTLY": "bold yellow",
    "UNDECIDED": "bold blue",
    "NOT SUPPORTED": "bold magenta",
    "CONTRADICTED": "bold red",
    "NOT TESTABLE": "dim",
    None: "cyan",
}


def overview(result: CheckResult, language: Language, *, full: bool = False) -> RenderableType:
    """Return the whole run: computed claims in blocks, then those that wait, then those not testable.

    `full` explains every reading of every claim; otherwise claims that state a number come first, each in a short
    block, then the others in a few lines each.
    """
    ids = list(dict.fromkeys(verdict.claim for verdict in result))
    computed = [name for name in ids if result.of(name)[0].registered.claim.status == "computed"]
    rest = [item for item in result if item.registered.claim.status != "computed"]
    if full:
        blocks = [claim_block(result, name, language) for name in computed]
        return prose(*blocks, *([status_table(rest, language)] if rest else []))
    first = [name for name in computed if _states_a_number(result, name)]
    blocks = [short_block(result, name, language) for name in first]
    blocks += [brief(result, name, language) for name in computed if name not in first]
    lines = (*run_notes(result, language), *families(result, language))
    notes = [Text(line, style="dim") for line in lines]
    others = [*waiting(result, language), *untestable(result, language)]
    more = message(
        "`panelkit check ID` explains one claim in full, `panelkit claims list` shows all; `--out DIR` writes a page "
        "and tables."
    )
    return prose(*blocks, Rule(style="dim"), *notes, Text(), *others, Text(say(more, language), style="dim"))


def short_block(result: CheckResult, name: str, language: Language) -> RenderableType:
    """Return one computed claim in brief: the literal reading, why it has its verdict, the other readings."""
    verdicts = result.of(name)
    registered = verdicts[0].registered
    main = tuple(item for item in verdicts if item.reading is not None and item.reading.main)
    lines: list[RenderableType] = [
        _head(result, name, language),
        Text(short_citation(registered, language), style="dim"),
        *_read(verdicts, language),
        design_table(main, language),
        *_deciding(result, main, language),
        *_round(result, main, language),
    ]
    if any(item.tested is not None and item.tested.beside for item in main):
        lines.append(beside_table(main, language))
    lines += _other_readings(result, name, language)
    if registered.declaration is None or registered.declaration.revision:
        lines += [Text(say(line, language), style="dim") for line in declaration_lines(registered)]
    return prose(Rule(style="dim"), *lines, Text())


def brief(result: CheckResult, name: str, language: Language) -> RenderableType:
    """Return one computed claim in a few lines: the verdict, what is claimed, the design that decides."""
    verdicts = result.of(name)
    main = tuple(item for item in verdicts if item.reading is not None and item.reading.main)
    lines: list[RenderableType] = [
        _head(result, name, language),
        *_read(verdicts, language),
        *_deciding(result, main, language),
        *_round(result, main, language),
        *_other_readings(result, name, language),
    ]
    lines.append(Text(_dates(verdicts[0].registered, language), style="dim"))
    return prose(*lines, Text())


def _dates(registered: RegisteredClaim, language: Language) -> str:
    """Return the place, and when the claim was declared and last revised."""
    parts: list[str] = [short_citation(registered, language)]
    entry = registered.declaration
    if entry is None:
        parts.append(flag_text("not_declared", language))
    elif entry.revision:
        parts.append(message("design revised {date}", date=entry.revision[-1].date))
    return say(sentences(parts), language)


def _states_a_number(result: CheckResult, name: str) -> bool:
    return any(
        item.reading is not None and item.reading.main and item.reading.claimed for item in result.of(name)
    )


def claim_block(result: CheckResult, name: str, language: Language) -> RenderableType:
    """Return one computed claim in full: every reading with its table and the sentences behind the verdict."""
    verdicts = result.of(name)
    registered = verdicts[0].registered
    claim = registered.claim
    lines: list[RenderableType] = [
        Rule(style="dim"),
        _head(result, name, language),
        Text(cited(registered, language), style="dim"),
        *_read(verdicts, language),
        Text(),
    ]
    for reading in claim.reading:
        mine = tuple(item for item in verdicts if item.reading is reading)
        lines += [_reading_line(result, reading, name, language), design_table(mine, language)]
        lines += _round(result, mine, language)
        for item in mine:
            lines.append(_explanation(item, language))
            lines += conditions(item, language) if _in_full(item) else failed(item, language)
        if any(item.tested is not None and item.tested.beside for item in mine):
            lines.append(beside_table(mine, language))
        lines.append(Text())
    if claim.notes is not None:
        lines += [Text(say(claim.notes, language), style="dim"), Text()]
    lines.append(Text(say(LEGEND, language), style="dim"))
    lines += [Text(line, style="dim") for line in claim_notes(verdicts, language)]
    return prose(*lines, Text())


def _head(result: CheckResult, name: str, language: Language) -> Text:
    overall = result.word_of(name)
    return Text.assemble(
        (f"{name}  ", "bold"),
        (design_word(overall, language), _COLOURS[overall]),
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
        line.append(design_word(overall, language), style=_COLOURS[overall])
        if any("implausible_number" in item.flags for item in mine):
            implausible = message("and the number itself is implausible")
            line.append(say(message(" ({beside})", beside=implausible), language))
    yield line


def design_table(verdicts: tuple[Verdict, ...], language: Language) -> RenderableType:
    """Return one row a design of one reading, in lines of their own where the terminal is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(say(message("Design"), language), ratio=1, overflow="fold")
    table.add_column(say(message("Estimate"), language), justify="right", no_wrap=True, width=8)
    table.add_column(level_text(verdicts, language), justify="right", no_wrap=True, width=20)
    table.add_column(say(message("p"), language), justify="right", no_wrap=True, width=6)
    table.add_column(say(message("Grid"), language), justify="right", no_wrap=True, width=9)
    table.add_column(say(message("Verdict"), language), no_wrap=True, width=13)
    for verdict in verdicts:
        table.add_row(*_cells(verdict, language))
    return Fitting(table, _ROOM)


def _reading_line(result: CheckResult, reading: Reading, name: str, language: Language) -> Text:
    overall = result.word_of(name, reading.id)
    return Text.assemble(
        (say(reading.label, language), "bold"),
        ("  ", ""),
        (design_word(overall, language), _COLOURS[overall]),
        (f"  {say(reading.says, language)}", "dim"),
    )


def _cells(verdict: Verdict, language: Language) -> list[RenderableType]:
    label = design_label(verdict, language)
    colour = "bold red" if verdict.error is not None else _COLOURS[verdict.word]
    shown = Text(design_word(verdict.word, language), style=colour)
    if verdict.tested is None:
        return [label, "", "", "", "", shown]
    shown_numbers, grid = verdict.tested.shown, verdict.tested.grid
    shares = () if grid is None else (grid.share_same_sign, grid.share_claim_inside)
    return [
        label,
        number(shown_numbers.estimate),
        _two_lines(
            span(shown_numbers.low, shown_numbers.high, language),
            span(shown_numbers.beside_low, shown_numbers.beside_high, language),
        ),
        _two_lines(p_value(shown_numbers.p_value), p_value(shown_numbers.beside_p)),
        " ".join(percent(share) for share in shares if share is not None),
        shown,
    ]


def _two_lines(main: str, beside: str) -> Text:
    return Text.assemble(main, "\n", (beside, "dim")) if beside else Text(main)


def beside_table(verdicts: tuple[Verdict, ...], language: Language) -> RenderableType:
    """Return the ratios beside the estimates of one reading, those that all designs share once."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("", ratio=1, overflow="fold")
    table.add_column(say(whole(verdicts), language), justify="right")
    table.add_column(say(message("p10 to p90"), language), justify="right")
    for label, item in spreads(verdicts, language):
        text = Text(label)
        if item.why is not None:
            text.append(f"  {say(item.why, language)}", style="dim")
        table.add_row(text, number(item.aggregate), span(item.p10, item.p90, language))
    return Fitting(table, _ROOM)
