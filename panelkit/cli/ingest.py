"""`panelkit ingest`: files of the statistics portal and of yearbooks into the user's store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._options import Lang, LangOption

if TYPE_CHECKING:
    from panelkit.data.yearbook.ingest import Ingested, IngestReport

app = typer.Typer(add_completion=False)

_SHOWN = 12
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "cells": "{cells} cells, {missing} marked missing ({layout})",
        "equal": "equals the held vintage",
        "named": "named by you",
        "recorded": "in the store already",
        "beside": "as the rest of the file",
        "footnote": "named after the census in its footnote",
        "counts": "{new} new, {unchanged} unchanged, {revised} revised, {gone} gone",
        "against": "revised against {vintage}",
        "more": "... and {n} more (`--json` lists all)",
        "total": "the printed total of {region} differs from its parts by {gap:+.2f} %: {indicator} {period}",
        "totals": "{n} printed totals equal the sum of their parts",
        "outlier": "outlier: {place} {period} {indicator} {value}, {percent:+.0f} % on the year before",
        "correction": "correction ({action}): {province} {year} {indicator}: {reason}",
        "apart": "Hong Kong, Macau and Taiwan set apart: {n} cells",
        "stored": "{n} file(s) in {store}",
        "same": "nothing changed: {store} holds all of it already",
        "dry": "dry run: nothing was written",
        "province": "province",
        "period": "period",
        "old": "old",
        "new": "new",
        "change": "change",
    },
    "zh": {
        "cells": "{cells}个单元格，另有{missing}个缺失（{layout}）",
        "equal": "与已有版本一致",
        "named": "由您命名",
        "recorded": "已在库中",
        "beside": "与文件其余部分相同",
        "footnote": "按附注中的普查命名",
        "counts": "新增{new}，未变{unchanged}，修订{revised}，消失{gone}",
        "against": "相对{vintage}的修订",
        "more": "……另有{n}处（--json 列出全部）",
        "total": "{region}的合计与分项之和相差{gap:+.2f}%：{indicator} {period}",
        "totals": "{n}个合计与分项之和一致",
        "outlier": "异常值：{place}{period}年{indicator}为{value}，较上年{percent:+.0f}%",
        "correction": "更正（{action}）：{province}{year}年{indicator}：{reason}",
        "apart": "港澳台单列：{n}个单元格",
        "stored": "已存入{n}个文件：{store}",
        "same": "没有变化：{store}已包含全部内容",
        "dry": "试运行：未写入任何内容",
        "province": "省份",
        "period": "时期",
        "old": "原值",
        "new": "新值",
        "change": "变化",
    },
}


@app.command()
def ingest(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files as downloaded. 下载的原始文件。")
    ],
    store: Annotated[
        Path | None, typer.Option("--store", help="Folder of the store; default: the user's data folder.")
    ] = None,
    vintage: Annotated[
        str | None, typer.Option("--vintage", help="Name for figures that belong to no held vintage.")
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option("--indicator", help="KEY for a file that names none, or LABEL=KEY; repeatable."),
    ] = None,
    province: Annotated[
        str | None, typer.Option("--province", help="Province of a file that names none.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="Year of a table that names none.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Read this sheet only.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", help="NAME=ROLE of a tidy table: province, year, indicator, value, unit; repeatable."
        ),
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option("--corrections", help="Corrections in place of the shipped ones.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
    lang: LangOption = Lang.en,
) -> None:
    """Take files into the store and say what is new and what was revised. 导入文件，说明新增与修订。

    All files go in, or none: exit status 2 and one message with file, sheet, row and column.
    """
    from panelkit.data.yearbook.errors import ToldError, YearbookError
    from panelkit.data.yearbook.ingest import ingest as run

    try:
        report = _with_progress(
            run,
            files,
            as_json,
            store=store,
            vintage=vintage,
            indicator=_told(indicator),
            province=province,
            year=year,
            sheet=sheet,
            columns=_pairs(column or [], "--column"),
            corrections=corrections,
            dry_run=dry_run,
        )
    except (YearbookError, ToldError) as error:
        if as_json:
            found = error.problems if isinstance(error, YearbookError) else ()
            record = {"error": error.text(lang.language), "problems": [p.record() for p in found]}
            typer.echo(json.dumps(record, ensure_ascii=False, indent=2))
        typer.echo(f"panelkit: {error.text(lang.language)}", err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2, allow_nan=False))
        return
    _print(report, lang, dry_run)


def _with_progress(run: Any, files: Sequence[Path], quiet: bool, **options: Any) -> IngestReport:
    from rich.console import Console
    from rich.progress import Progress

    errors = Console(stderr=True)
    hidden = quiet or len(files) < 2 or not errors.is_terminal
    with Progress(console=errors, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=len(files))
        report: IngestReport = run(files, advance=lambda: progress.advance(task), **options)
    return report


def _told(items: Sequence[str] | None) -> str | dict[str, str] | None:
    if not items:
        return None
    if len(items) == 1 and "=" not in items[0]:
        return items[0]
    return _pairs(items, "--indicator")


def _pairs(items: Sequence[str], option: str) -> dict[str, str]:
    from panelkit.data.yearbook.errors import ToldError
    from panelkit.language.message import message

    pairs: dict[str, str] = {}
    for item in items:
        name, found, value = item.rpartition("=")
        if not found or not name or not value:
            raise ToldError(message("{option} {item!r}: write NAME=VALUE", option=option, item=item))
        pairs[name] = value
    return pairs


def _print(report: IngestReport, lang: Lang, dry_run: bool) -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    words = _WORDS[lang.value]
    for one in report.files:
        _print_file(console, one, lang)
    key = "dry" if dry_run else "stored" if report.changed else "same"
    console.print(words[key].format(n=len(report.files), store=report.store), markup=False)


def _print_file(console: Any, one: Ingested, lang: Lang) -> None:
    from panelkit.data.provinces import NATION, labels_of

    words, judged = _WORDS[lang.value], one.judgement
    names: dict[int, str | int] = {
        **labels_of("en" if lang is Lang.en else "zh"),
        NATION: "China" if lang is Lang.en else "全国",
    }
    console.print(one.read.name, style="bold", markup=False)
    facts = words["cells"].format(
        cells=len(one.read.entries), missing=one.read.missing, layout=one.read.layout
    )
    console.print(f"  {facts}", markup=False)
    groups: dict[tuple[str, str], list[str]] = {}
    for key, vintage in judged.vintages.items():
        groups.setdefault((vintage, judged.why[key]), []).append(key)
    for (vintage, why), keys in groups.items():
        console.print(f"  {vintage} ({words[why]}): {_listed(keys)}", markup=False)
    counts = words["counts"].format(
        new=judged.new, unchanged=judged.unchanged, revised=len(judged.revised), gone=len(judged.gone)
    )
    console.print(f"  {counts}", markup=False)
    _print_revised(console, one, names, words)
    lines = _lines(one, names, words, lang)
    for line in lines[:_SHOWN]:
        console.print(f"  {line}", markup=False)
    if len(lines) > _SHOWN:
        console.print("  " + words["more"].format(n=len(lines) - _SHOWN), markup=False)


def _listed(keys: list[str]) -> str:
    rest = len(keys) - _SHOWN
    return ", ".join(keys[:_SHOWN]) + (f", ... (+{rest})" if rest > 0 else "")


def _print_revised(console: Any, one: Ingested, names: dict[int, str | int], words: dict[str, str]) -> None:
    from rich.table import Table

    from panelkit.show.digits import figures, signed_percent

    revised = one.judgement.revised
    if not revised:
        return
    compared = sorted({str(one.judgement.compared[change.indicator]) for change in revised})
    table = Table(box=None, pad_edge=False, title=words["against"].format(vintage=", ".join(compared)))
    table.title_justify = "left"
    for name in ("province", "period"):
        table.add_column(words[name], no_wrap=True)
    table.add_column("", no_wrap=True)
    for name in ("old", "new", "change"):
        table.add_column(words[name], justify="right", no_wrap=True)
    for change in revised[:_SHOWN]:
        percent = "" if change.percent is None else signed_percent(change.percent)
        old, new = figures(change.old, change.old if change.new is None else change.new)
        new = "" if change.new is None else new
        place = str(names.get(change.adcode, change.adcode))
        table.add_row(place, change.period, change.indicator, old, new, percent)
    console.print(table)
    if len(revised) > _SHOWN:
        console.print("  " + words["more"].format(n=len(revised) - _SHOWN), markup=False)


def _lines(one: Ingested, names: dict[int, str | int], words: dict[str, str], lang: Lang) -> list[str]:
    from panelkit.show.digits import figures

    judged = one.judgement
    lines = [
        words["total"].format(region=c.region, gap=100 * c.gap, indicator=c.indicator, period=c.period)
        for c in judged.checks
        if not c.agrees
    ]
    agreeing = sum(c.agrees for c in judged.checks)
    if agreeing:
        lines.append(words["totals"].format(n=agreeing))
    lines += [
        words["outlier"].format(
            place=names.get(o.adcode, o.adcode),
            period=o.period,
            indicator=o.indicator,
            value=figures(o.value)[0],
            percent=o.percent,
        )
        for o in judged.outliers
    ]
    for applied in one.applied:
        rule = applied.correction
        reason = rule.reason_zh if lang is Lang.zh and rule.reason_zh else rule.reason
        lines.append(
            words["correction"].format(
                **rule.model_dump(include={"action", "year", "indicator"}),
                province=names[applied.adcode],
                reason=reason,
            )
        )
    if one.read.apart:
        lines.append(words["apart"].format(n=len(one.read.apart)))
    return lines + [note.text(lang.language) for note in one.read.notes]
