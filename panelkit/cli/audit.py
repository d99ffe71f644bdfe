"""`panelkit audit`: printed tables, checked against themselves, and against data where there are some."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panelkit.cli._audit_data import (
    SearchOptions,
    print_searches,
    refuse_idle_search,
    search_records,
    searched,
)
from panelkit.cli._audit_facts import AuditFacts
from panelkit.cli._commands import command
from panelkit.cli._options import JsonOption, Lang, LangOption
from panelkit.cli._output import file_out
from panelkit.cli._printing import narrow_terminal, print_json, print_written
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.audit.result import Audit

app = typer.Typer(add_completion=False)


class ShownChoice(StrEnum):
    """Which findings are printed."""

    failing = "failing"
    all = "all"


@command(app, example="audit table.csv --brackets se")
def audit(
    ctx: typer.Context,
    tables: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE...",
            help="Files (.toml .csv .xlsx .docx .tex .html) of one paper, or - for a table pasted on standard input. "
            "同一论文的表格文件；以 - 表示从标准输入粘贴。",
        ),
    ],
    said: AuditFacts,
    search: SearchOptions,
    show: Annotated[
        ShownChoice, typer.Option("--show", help="failing, or all checks. 只列不符项或列出全部核对。")
    ] = ShownChoice.failing,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=file_out,
            help="Write the report a reviewer can send: .html or .docx. 输出可供寄送的审查报告。",
        ),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Check printed tables against themselves. 核对论文表格的内部一致性。

    Every identity that the numbers allow is checked by interval arithmetic over rounding: consistent, inconsistent, or
    decision inconsistent, where what a reader concludes changes. With --formula, --data (or the shipped figures) are
    searched for the convention, or the known mistake, that prints the column.
    以四舍五入的区间逐项核对：一致、不一致、结论不一致。给出 --formula 时，在 --data（或随附数据）上查找能得到所印数字的
    计算惯例或常见错误。
    """
    from panelkit.audit.bench import audit as run

    _refuse_ending(out)
    refuse_idle_search(ctx, search)
    found = run(*(_given(one) for one in tables), **said.facts())
    conventions = searched([one[0].table for one in found.tried], search) if search.asked else ()
    if as_json:
        more = {"conventions": search_records(conventions, lang.language)} if search.asked else {}
        print_json(found.records(lang.language) | more)
    else:
        _print(found, lang, everything=show is ShownChoice.all)
        print_searches(conventions, lang.language)
    if out is not None:
        from panelkit.report.audit_report import audit_report

        print_written([audit_report(found, out, searches=conventions, language=lang.language)], quiet=as_json)


def _given(text: str) -> str | Path:
    """Return a path; "-", for which the table comes on standard input, stays as it is."""
    return text if text == "-" else Path(text)


def _print(found: Audit, lang: Lang, *, everything: bool) -> None:
    with narrow_terminal() as width:
        typer.echo(found.summary(language=lang.language, all=everything, width=width))


def _refuse_ending(out: Path | None) -> None:
    if out is None:
        return
    from panelkit.report.audit_report import ENDINGS

    if out.suffix.lower() not in ENDINGS:
        raise SpecError(message("--out {out}: the report is written as .html or .docx", out=out))
