"""What `panelkit ingest` prints of the files that it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from panelkit.cli.data._cells import place_names
from panelkit.language.message import Language, Message, listed, message, term

if TYPE_CHECKING:
    from rich.console import Console

    from panelkit.data.yearbook.taken import Ingested, IngestReport

_SHOWN = 12
_WHY: Mapping[str, Message] = {
    "equal": message("equals the held vintage"),
    "named": message("named by you"),
    "recorded": message("in the store already"),
    "beside": message("as the rest of the file"),
    "footnote": message("named after the census in its footnote"),
    "new": message("no figures of it were held"),
    "only": message("the one vintage that the store holds of it"),
}


def print_report(report: IngestReport, language: Language, *, dry_run: bool) -> None:
    """Print what each file holds and changes, and what became of it."""
    from panelkit.show.console import open_console

    console = open_console(soft_wrap=True, highlight=False)
    for one in report.files:
        _print_file(console, one, language)
    for refused in report.refused:
        console.print(refused.name, style="bold", markup=False)
        why = message("would be refused: {problem}", problem=refused.error.said)
        console.print(f"  {why.text(language)}", markup=False)
    if report.refused:
        done = message(
            "dry run: nothing was written; of {n} files {refused} would be refused, and with them all of the call",
            n=len(report.files) + len(report.refused),
            refused=len(report.refused),
        )
    elif dry_run:
        done = message("dry run: nothing was written")
    elif report.changed:
        done = message("{n} file(s) in {store}", n=len(report.files), store=report.store)
    else:
        done = message("nothing changed: {store} holds all of it already", store=report.store)
    console.print(done.text(language), markup=False)


def _print_file(console: Console, one: Ingested, language: Language) -> None:
    names, judged = place_names(language), one.judgement
    console.print(one.read.name, style="bold", markup=False)
    facts = message(
        "{cells} cells, {missing} marked missing ({layout})",
        cells=len(one.read.entries),
        missing=one.read.missing,
        layout=one.read.layout,
    )
    groups: dict[tuple[str, str], list[str]] = {}
    for key, vintage in judged.vintages.items():
        groups.setdefault((vintage, judged.why[key]), []).append(key)
    counts = message(
        "{new} new, {unchanged} unchanged, {revised} revised, {gone} gone",
        new=judged.new,
        unchanged=judged.unchanged,
        revised=len(judged.revised),
        gone=len(judged.gone),
    )
    named: list[Message] = []
    for (vintage, why), keys in groups.items():
        named.append(
            message("{vintage} ({why}): {keys}", vintage=vintage, why=_WHY.get(why, why), keys=_listed(keys))
        )
        named += _shared(one, vintage, keys)
    _print_lines(console, (facts, *named, counts, *_apart(one)), language)
    _print_revised(console, one, names, language)
    lines = _lines(one, names, language)
    _print_lines(console, lines[:_SHOWN], language)
    if len(lines) > _SHOWN:
        _print_lines(console, [_more(len(lines) - _SHOWN)], language)


def _shared(one: Ingested, vintage: str, keys: list[str]) -> list[Message]:
    """Return how many cells of these series a held vintage shares and equals, where it shares any."""
    found = [m for m in one.judgement.evidence if m.indicator in keys and m.vintage == vintage and m.shared]
    if not found:
        return []
    equal, shared = sum(m.equal for m in found), sum(m.shared for m in found)
    return [message("{equal} of {shared} shared cells equal", equal=equal, shared=shared)]


def _print_lines(console: Console, lines: Iterable[Any], language: Language) -> None:
    for line in lines:
        console.print(f"  {line.text(language)}", markup=False)


def _more(n: int) -> Message:
    return message("... and {n} more (`--json` lists all)", n=n)


def _listed(keys: list[str]) -> Message:
    """Return keys of indicators, the first of them and how many there are besides."""
    rest = len(keys) - _SHOWN
    return listed([*keys[:_SHOWN], *([f"... (+{rest})"] if rest > 0 else [])])


def _print_revised(console: Console, one: Ingested, names: Mapping[int, str], language: Language) -> None:
    from rich.table import Table

    revised = one.judgement.revised
    if not revised:
        return
    compared = sorted({str(one.judgement.compared[change.indicator]) for change in revised})
    title = message("revised against {vintages}", vintages=listed(compared))
    table = Table(box=None, pad_edge=False, title=title.text(language))
    table.title_justify = "left"
    for head in (term("column", "province"), term("column", "period")):
        table.add_column(head.text(language), no_wrap=True)
    table.add_column("", no_wrap=True)
    for head in (term("column", "old"), term("column", "new"), term("column", "change")):
        table.add_column(head.text(language), justify="right", no_wrap=True)
    for change in revised[:_SHOWN]:
        place = names.get(change.adcode, str(change.adcode))
        table.add_row(place, change.period, change.indicator, *_numbers(change))
    console.print(table)
    if len(revised) > _SHOWN:
        _print_lines(console, [_more(len(revised) - _SHOWN)], language)


def _numbers(change: Any) -> tuple[str, str, str]:
    """Return the old value, the new one, and the change in per cent."""
    from panelkit.show.digits import figures, signed_percent

    old, new = figures(change.old, change.old if change.new is None else change.new)
    percent = "" if change.percent is None else signed_percent(change.percent)
    return old, "" if change.new is None else new, percent


def _lines(one: Ingested, names: Mapping[int, str], language: Language) -> list[Any]:
    """Return what the reader saw and judged: totals, outliers, corrections, notes."""
    judged = one.judgement
    lines: list[Any] = [_gap(check) for check in judged.checks if not check.agrees]
    agreeing = sum(check.agrees for check in judged.checks)
    if agreeing:
        lines.append(message("{n} printed totals equal the sum of their parts", n=agreeing))
    lines += [_outlier(outlier, names) for outlier in judged.outliers]
    lines += [_correction(applied, names, language) for applied in one.applied]
    return [*lines, *one.read.notes]


def _apart(one: Ingested) -> list[Message]:
    """Return the line that lists every row about no province, with how many numbers stand in it."""
    rows = one.read.rows_apart
    if not rows:
        return []
    return [
        message(
            "set apart, about no province (numbers in the row): {listed}; {n} cells in all",
            listed=listed(message("{row} ({count})", row=row.name, count=row.cells) for row in rows),
            n=sum(row.cells for row in rows),
        )
    ]


def _gap(check: Any) -> Message:
    return message(
        "the printed total of {place} differs from its parts by {gap:+.2f} %: {indicator} {when}",
        place=check.region,
        gap=100 * check.gap,
        indicator=check.indicator,
        when=check.period,
    )


def _outlier(outlier: Any, names: Mapping[int, str]) -> Message:
    from panelkit.show.digits import figures

    return message(
        "outlier: {place} {when} {indicator} {value}, {percent:+.0f} % on the year before",
        place=names.get(outlier.adcode, str(outlier.adcode)),
        when=outlier.period,
        indicator=outlier.indicator,
        value=figures(outlier.value)[0],
        percent=outlier.percent,
    )


def _correction(applied: Any, names: Mapping[int, str], language: Language) -> Message:
    rule = applied.correction
    return message(
        "correction ({action}): {place} {when} {indicator}: {reason}",
        action=rule.action,
        place=names[applied.adcode],
        when=rule.year,
        indicator=rule.indicator,
        reason=rule.reason_zh if language == "zh" and rule.reason_zh else rule.reason,
    )
