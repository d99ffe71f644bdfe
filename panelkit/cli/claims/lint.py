"""`panelkit claims lint`: every problem of a claim file at once, with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._chosen import refuse_idle_file
from panelkit.cli._commands import command
from panelkit.cli._options import OwnFile, OwnWeightsOption, Printed
from panelkit.cli._own_claims import own_source, refuse_idle
from panelkit.cli._printing import print_json, terminal_width

app = typer.Typer(add_completion=False)


@command(app, example="claims lint claim.toml")
def lint(
    ctx: typer.Context,
    own: OwnFile,
    printed: Printed,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Claim files, or folders of them. 论断文件或其文件夹。"),
    ],
    w: OwnWeightsOption = None,
    regions: Annotated[
        str | None,
        typer.Option(
            "--regions",
            help="With --data: a column with the region of each unit. 与 --data 合用：各个体所属区域的列。",
        ),
    ] = None,
) -> None:
    """Name every problem of claim files, line by line; compute nothing. 逐行指出论断文件中的全部问题，不作计算。

    Exit status 0 without problems, 1 with some (blanks of a template among them), 2 where a file cannot be read.
    With --data, formulas, years and units are held to a panel of your own; without it, to the shipped figures.
    无问题时退出码为 0，有问题（含模板未填之处）为 1，文件无法读取为 2。
    使用 --data 时以自备面板核对公式、年份和个体；否则以随附数据核对。
    """
    from panelkit.claims.lint.lint import lint_file, lint_files
    from panelkit.claims.source import Shipped
    from panelkit.report.lint import lint_lines

    refuse_idle_file(ctx, own)
    refuse_idle(own, None, w or [], regions, [str(file) for file in files])
    source = Shipped() if own.data is None else own_source(own, w or [], regions)
    found = [lint_file(path, source) for path in lint_files(files)]
    if printed.as_json:
        print_json([item for one in found for item in one.to_list(printed.language)])
    else:
        typer.echo("\n".join(lint_lines(found, printed.language, terminal_width())))
    if not all(one.clean for one in found):
        raise typer.Exit(1)
