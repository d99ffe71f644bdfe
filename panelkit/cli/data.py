"""`panelkit data`: what figures ship with the package, and where they are from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._options import Lang, LangOption
from panelkit.cli.store import mount
from panelkit.language.errors import SpecError

if TYPE_CHECKING:
    from rich.console import Console

    from panelkit.data.coverage import Coverage, VintageHeld

app = typer.Typer(
    help="The figures that ship with the package. 随软件发布的数据。",
    no_args_is_help=True,
    add_completion=False,
)
mount(app)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "indicator": "indicator",
        "name": "name",
        "unit": "unit",
        "years": "years",
        "vintages": "vintages",
        "flags": "flags",
        "star": "* the default vintage.",
        "count": "{n} indicators. `panelkit data show INDICATOR` tells all of one.",
        "none": "no indicator's key or name contains {text!r}",
        "kind": "kind",
        "year": "year",
        "provinces": "provinces",
        "source": "source",
        "absent": "not held",
        "vintage": "vintage",
        "default": "default",
        "cells": "{n} cells",
        "sources": "sources",
        "all": "all provinces",
        "noflags": "no flags",
        "unstated": "none stated",
        "via": "compiled by {through} (licence: {licence})",
    },
    "zh": {
        "indicator": "指标",
        "name": "名称",
        "unit": "单位",
        "years": "年份",
        "vintages": "版本",
        "flags": "标记",
        "star": "* 为默认版本。",
        "count": "共 {n} 个指标。`panelkit data show 指标` 显示某一指标的全部信息。",
        "none": "没有指标的代码或名称包含 {text!r}",
        "kind": "类型",
        "year": "年份",
        "provinces": "省份",
        "source": "来源",
        "absent": "缺失",
        "vintage": "版本",
        "default": "默认",
        "cells": "{n} 个单元格",
        "sources": "来源",
        "all": "全部省份",
        "noflags": "无标记",
        "unstated": "未声明",
        "via": "由 {through} 整理（许可：{licence}）",
    },
}
_KINDS_ZH = {"stock": "存量", "flow": "流量", "index": "指数", "scale": "总量", "intensity": "强度"}
_WIDE = 100
_ROOMY = 76
_ROOMY_YEARS = 60


@app.command("list")
def list_indicators(
    search: Annotated[str, typer.Argument(help="Only indicators whose key or name contains this.")] = "",
    lang: LangOption = Lang.en,
    as_json: AsJson = False,
) -> None:
    """List the indicators: name, unit, years, vintages, flags. 列出指标。"""
    from panelkit.data.coverage import coverage
    from panelkit.report.narrow import Fitting

    rows = [row for row in coverage() if _matches(row, search)]
    words = _WORDS[lang.value]
    if as_json:
        keys = ("indicator", "name_en", "name_zh", "unit", "default_vintage")
        _print_json([{k: d[k] for k in keys} | _spans(row) for row in rows for d in [row.as_dict()]])
        return
    if not rows:
        raise SpecError(words["none"].format(text=search))
    console = _console()
    console.print(Fitting(_list_table(rows, lang), _ROOMY))
    if console.width >= _WIDE:
        console.print(words["star"])
    console.print(words["count"].format(n=len(rows)))


@app.command("show")
def show_indicator(
    indicator: Annotated[str, typer.Argument(help="Key or name, as `panelkit data list` prints it.")],
    lang: LangOption = Lang.en,
    as_json: AsJson = False,
) -> None:
    """Show one indicator: coverage by year, unit, sources, vintages, flags. 显示一个指标。"""
    from panelkit.data.coverage import coverage

    (found,) = coverage([indicator])
    if as_json:
        _print_json(found.as_dict())
        return
    _print_page(found, lang)


def _matches(row: Coverage, search: str) -> bool:
    text = search.casefold()
    return any(text in name.casefold() for name in (row.key, row.about.name_en, row.about.name_zh))


def _spans(row: Coverage) -> dict[str, Any]:
    return {"vintages": {one.vintage: one.span for one in row.vintages}, "flags": len(row.flags)}


def _list_table(rows: list[Coverage], lang: Lang) -> Any:
    from rich.table import Table

    words, console = _WORDS[lang.value], _console()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(words["indicator"], style="cyan", no_wrap=True)
    table.add_column(words["name"], overflow="fold")
    table.add_column(words["unit"], no_wrap=True)
    table.add_column(words["years"], overflow="fold")
    wide = console.width >= _WIDE
    if wide:
        table.add_column(words["vintages"], overflow="fold")
    table.add_column(words["flags"], justify="right", no_wrap=True)
    for row in rows:
        default = next(one for one in row.vintages if one.default)
        names = " ".join(f"{one.vintage}*" if one.default else one.vintage for one in row.vintages)
        years = default.span if wide else f"{default.years[0].year}-{default.years[-1].year}"
        cells = [row.key, _name(row, lang), row.about.unit, years, *([names] if wide else [])]
        table.add_row(*cells, str(len(row.flags) or ""))
    return table


def _print_page(found: Coverage, lang: Lang) -> None:
    words, console = _WORDS[lang.value], _console()
    console.print(f"[bold]{found.key}[/]  {found.about.name_en}  {found.about.name_zh}", highlight=False)
    kinds = [found.about.stock_or_flow, found.about.scale_or_intensity]
    kind = ", ".join(kinds) if lang is Lang.en else "，".join(_KINDS_ZH[k] for k in kinds)
    console.print(f"{words['unit']}: {found.about.unit}   {words['kind']}: {kind}", highlight=False)
    for one in found.vintages:
        _print_vintage(one, lang)
    _print_sources(found, lang)
    _print_flags(found, lang)


def _print_vintage(one: VintageHeld, lang: Lang) -> None:
    from rich.table import Table

    from panelkit.data.catalogue import vintages
    from panelkit.data.provinces import labels_of
    from panelkit.report.narrow import Fitting

    words, names = _WORDS[lang.value], labels_of("en" if lang is Lang.en else "zh")
    about = vintages().loc[one.vintage]
    mark = f" ({words['default']})" if one.default else ""
    title = f"{words['vintage']} {one.vintage}{mark}: {about[f'name_{lang.value}']}; {one.span}; "
    _console().print(f"\n[bold]{title}{words['cells'].format(n=one.cells)}[/]", highlight=False)
    _console().print(str(about[f"about_{lang.value}"]), style="dim", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(words["year"], no_wrap=True)
    table.add_column(words["provinces"], justify="right", no_wrap=True)
    table.add_column(words["source"], overflow="fold")
    table.add_column(words["absent"], overflow="fold")
    for first, last, row in _runs(one):
        years = str(first) if first == last else f"{first}-{last}"
        table.add_row(years, f"{row.held}/31", row.source, ", ".join(str(names[c]) for c in row.absent))
    _console().print(Fitting(table, _ROOMY_YEARS))


def _runs(one: VintageHeld) -> list[tuple[int, int, Any]]:
    runs: list[tuple[int, int, Any]] = []
    for row in one.years:
        if runs and runs[-1][1] == row.year - 1 and _alike(runs[-1][2], row):
            runs[-1] = (runs[-1][0], row.year, row)
        else:
            runs.append((row.year, row.year, row))
    return runs


def _alike(one: Any, other: Any) -> bool:
    return bool(one.source == other.source and one.absent == other.absent)


def _print_sources(found: Coverage, lang: Lang) -> None:
    from panelkit.data.catalogue import sources

    words, table = _WORDS[lang.value], sources()
    _console().print(f"\n[bold]{words['sources']}[/]")
    for key in sorted({row.source for one in found.vintages for row in one.years}):
        about = table.loc[key]
        publisher = about["publisher_en" if lang is Lang.en else "publisher"]
        licence = about["licence_of_compilation"].replace("none stated", words["unstated"])
        via = words["via"].format(through=about["through"], licence=licence)
        line = f"[cyan]{key}[/]: {publisher}, {about[f'publication_{lang.value}']}; {via}"
        _console().print(line, highlight=False)


def _print_flags(found: Coverage, lang: Lang) -> None:
    from panelkit.data.provinces import labels_of

    words = _WORDS[lang.value]
    names = {**labels_of("en" if lang is Lang.en else "zh"), 0: words["all"]}
    _console().print(f"\n[bold]{words['flags']}[/]" if found.flags else f"\n{words['noflags']}")
    for flag in found.flags:
        why = flag.why if lang is Lang.en else flag.why_zh
        place = f"{names[flag.adcode]} {flag.year}"
        line = f"[yellow]{flag.flag}[/] {place} ({flag.vintage}): {why}"
        _console().print(line, highlight=False)


def _name(row: Coverage, lang: Lang) -> str:
    return row.about.name_en if lang is Lang.en else row.about.name_zh


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _console() -> Console:
    from rich.console import Console

    return Console(soft_wrap=False)
