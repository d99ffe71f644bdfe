"""Tables of a claim on a terminal: a row a design, and the ratios beside their estimates."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from panelkit.claims.findings import Word
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message
from panelkit.report.conditions import design_label
from panelkit.report.narrow import Fitting
from panelkit.report.numbers import number, p_value, percent, span
from panelkit.report.words import design_word, level_text, say, spreads, whole

_ROOM = 76  # numbers, grid and verdict take 61 columns; labels need some more
COLOURS: dict[Word | None, str] = {
    "SUPPORTED": "bold green",
    "PARTLY": "bold yellow",
    "UNDECIDED": "bold blue",
    "NOT SUPPORTED": "bold magenta",
    "CONTRADICTED": "bold red",
    "NOT TESTABLE": "dim",
    None: "cyan",
}


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


def _cells(verdict: Verdict, language: Language) -> list[RenderableType]:
    label = design_label(verdict, language)
    colour = "bold red" if verdict.error is not None else COLOURS[verdict.word]
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
