"""Verdicts on a terminal: one block a computed claim, one line each for the others."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from panelkit.claims.schema import Reading
from panelkit.claims.verdict import CheckResult, Verdict, Word
from panelkit.core.results import Language
from panelkit.report.numbers import number, p_value, percent, span
from panelkit.report.words import (
    citation,
    declaration_lines,
    flag_text,
    need_names,
    say,
    short_citation,
    spreads,
    vcov_text,
    verdict_word,
    word,
)

_FEW = 20  # so many pending claims at most are shown with the figure that each waits for
_COLOURS: dict[Word | None, str] = {
    "SUPPORTED": "bold green",
    "PARTLY": "bold yellow",
    "NOT SUPPORTED": "bold magenta",
    "CONTRADICTED": "bold red",
    "NOT TESTABLE": "dim",
    None: "cyan",
}


def overview(result: CheckResult, language: Language, *, full: bool = False) -> RenderableType:
    """Return the whole run: computed claims in blocks, then those that wait, then those not testable.

    `full` explains every reading; otherwise the main reading of each claim, and what is implausible.
    """
    ids = list(dict.fromkeys(verdict.claim for verdict in result))
    parts: list[RenderableType] = []
    for name in ids:
        if result.of(name)[0].registered.claim.status == "computed":
            parts += [claim_block(result, name, language, full=full), Text()]
    if full:
        rest = [item for item in result if item.registered.claim.status != "computed"]
        parts += [status_table(rest, language), Text()] if rest else []
    else:
        parts += [*_waiting(result, language), *_untestable(result, language)]
    if not full:
        parts.append(Text(word("more", language), style="dim"))
    return Group(*parts)


def claim_block(result: CheckResult, name: str, language: Language, *, full: bool = True) -> RenderableType:
    """Return one computed claim: what it says, the table, the sentences behind the verdict."""
    verdicts = result.of(name)
    registered = verdicts[0].registered
    claim = registered.claim
    overall = result.word_of(name)
    lines: list[RenderableType] = [
        Rule(style="dim"),
        Text.assemble(
            (f"{name}  ", "bold"),
            (_verdict_text(overall, language), _COLOURS[overall]),
            "  ",
            say(claim.says, language),
        ),
        Text(f"{citation(registered.document, language)} ({claim.place.section})", style="dim"),
        Text(),
    ]
    for reading in claim.reading:
        mine = tuple(item for item in verdicts if item.reading is reading)
        lines += [_reading_line(result, reading, name, language), design_table(mine, language)]
        lines += _explanations(mine, language, full=full)
        lines.append(Text())
    if claim.notes is not None and full:
        lines += [Text(say(claim.notes, language), style="dim"), Text()]
    lines += [Text(line, style="dim") for line in _notes(verdicts, language)]
    return Group(*lines)


def design_table(verdicts: tuple[Verdict, ...], language: Language) -> Table:
    """Return one row a design of one reading."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(word("design", language), ratio=1, overflow="fold")
    table.add_column(word("estimate", language), justify="right", no_wrap=True, width=8)
    table.add_column(word("interval", language), justify="right", no_wrap=True, width=20)
    table.add_column(word("p", language), justify="right", no_wrap=True, width=6)
    table.add_column(word("grid", language), justify="right", no_wrap=True, width=9)
    table.add_column(word("verdict", language), no_wrap=True, width=13)
    for verdict in verdicts:
        table.add_row(*_cells(verdict, language))
    return table


def status_table(verdicts: list[Verdict], language: Language) -> Table:
    """Return one row a claim without a design: what it says and why no verdict is computed."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for verdict in verdicts:
        status = verdict_word(verdict.word, verdict.registered.claim.status, language)
        text = Text(say(verdict.registered.claim.says, language))
        text.append(f" ({short_citation(verdict.registered, language)})", style="dim")
        text.append(f"\n{say(verdict.reason, language)}", style="dim")
        table.add_row(verdict.claim, Text(status, style=_COLOURS[verdict.word]), text)
    return table


def _waiting(result: CheckResult, language: Language) -> Iterator[RenderableType]:
    """Yield the pending claims by what they wait for."""
    pending = [item for item in result if item.registered.claim.status == "pending"]
    if not pending:
        return
    by_need: dict[str, dict[str, None]] = {}
    for item in pending:
        for need in item.registered.claim.needs:
            figure = need.kind == "figure" and len(pending) > _FEW
            for name in [word("absent", language)] if figure else need_names(need, language):
                by_need.setdefault(name, {})[item.claim] = None
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(max_width=32, overflow="fold")
    table.add_column(ratio=1, style="bold")
    for need, ids in sorted(by_need.items(), key=lambda entry: -len(entry[1])):
        table.add_row(need, " ".join(ids))
    yield Rule(word("waiting", language, n=len(pending)), align="left", style="dim")
    yield table
    yield Text()


def _untestable(result: CheckResult, language: Language) -> Iterator[RenderableType]:
    """Yield the claims that no figure can test."""
    ids = [item.claim for item in result if item.registered.claim.status == "not_testable"]
    if not ids:
        return
    yield Rule(word("untestable", language, n=len(ids)), align="left", style="dim")
    yield Text(" ".join(ids), style="bold")
    yield Text()


def _reading_line(result: CheckResult, reading: Reading, name: str, language: Language) -> Text:
    overall = result.word_of(name, reading.id)
    return Text.assemble(
        (say(reading.label, language), "bold"),
        ("  ", ""),
        (_verdict_text(overall, language), _COLOURS[overall]),
        (f"  {say(reading.says, language)}", "dim"),
    )


def _verdict_text(verdict: Word | None, language: Language) -> str:
    return word("failed", language) if verdict is None else verdict_word(verdict, "computed", language)


def _cells(verdict: Verdict, language: Language) -> list[RenderableType]:
    label = say(verdict.design.label, language) if verdict.design else ""
    colour = "bold red" if verdict.error is not None else _COLOURS[verdict.word]
    shown = Text(_verdict_text(verdict.word, language), style=colour)
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


def _explanations(
    verdicts: tuple[Verdict, ...], language: Language, *, full: bool
) -> Iterator[RenderableType]:
    for verdict in verdicts:
        if verdict.reading is None or verdict.design is None:
            continue
        implausible = "implausible_number" in verdict.flags
        if full or verdict.reading.main or verdict.error is not None:
            name = f"{say(verdict.design.label, language)}{word('colon', language)}"
            yield Text.assemble((name, "italic"), say(verdict.reason, language))
        elif implausible and verdict.tested is not None and verdict.tested.plausible is not None:
            yield Text(say(verdict.tested.plausible.sentence, language))
            break
    if any(verdict.reading is not None and (full or verdict.reading.main) for verdict in verdicts):
        yield beside_table(verdicts, language)


def beside_table(verdicts: tuple[Verdict, ...], language: Language) -> RenderableType:
    """Return the ratios beside the estimates of one reading, those that all designs share once."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("", ratio=1, overflow="fold")
    table.add_column(word("national", language), justify="right")
    table.add_column(word("p10p90", language), justify="right")
    for label, item in spreads(verdicts, language):
        text = Text(label)
        if item.why is not None:
            text.append(f"  {say(item.why, language)}", style="dim")
        table.add_row(text, number(item.aggregate), span(item.p10, item.p90, language))
    return table


def _notes(verdicts: tuple[Verdict, ...], language: Language) -> Iterator[str]:
    registered = verdicts[0].registered
    tested = next((verdict.tested for verdict in verdicts if verdict.tested is not None), None)
    if tested is not None and tested.headline is not None and registered.claim.test is not None:
        test, vcov = registered.claim.test, tested.headline.vcov
        yield word(
            "interval_note",
            language,
            weights=test.weights,
            reps=test.reps,
            seed=test.seed,
            vcov=vcov_text(vcov, language),
        )
    sizes = sorted({item.tested.grid.n for item in verdicts if item.tested and item.tested.grid})
    if sizes:
        n = str(sizes[0]) if len(sizes) == 1 else span(sizes[0], sizes[-1], language)
        yield word("grid_note", language, n=n)
    flags = [*registered.claim.flags, *([] if registered.declaration else ["not_declared"])]
    yield word("semicolon", language).join(flag_text(flag, language) for flag in flags)
    if registered.declaration is not None:
        yield word("semicolon", language).join(declaration_lines(registered, language))
