"""`panelkit replicate`: the replication package of a claim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._chosen import refuse_idle_file
from panelkit.cli._commands import command
from panelkit.cli._options import OwnFile, OwnWeightsOption, Printed
from panelkit.cli._output import folder_out
from panelkit.cli._own_claims import own_source, refuse_idle
from panelkit.cli._printing import echo, print_json
from panelkit.cli._runs import progress
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example="replicate B126 --out package")
def replicate(
    ctx: typer.Context,
    own: OwnFile,
    printed: Printed,
    claim: Annotated[
        str,
        typer.Argument(metavar="CLAIM", help="A claim by its id, or a claim file. 论断的编号或论断文件。"),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            callback=folder_out,
            help="A new or empty folder; a package as it was written is replaced. "
            "新建或空文件夹；未经改动的复现包可被替换。",
        ),
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
    """Write a folder that computes a claim again. 生成论断的复现包。

    It holds the figures that the claim reads, the claim file and its declaration, a script, the versions in use,
    panelkit's wheel, the numbers, and a README under the headings of the Social Science Data Editors. The script is
    run once: what it computes must be what the claim gives here.
    含论断所读数据、论断文件及其申报、脚本、所用版本、panelkit 安装包、结果，以及按社会科学数据编辑模板撰写的说明；
    脚本先运行一次，结果须与此处一致。
    """
    from panelkit.report.replication.replicate import write_package
    from panelkit.report.replication.writing import OwnData
    from panelkit.report.words import verdict_text

    refuse_idle_file(ctx, own)
    refuse_idle(own, None, w or [], regions, [claim])
    given = None
    if own.data is not None:
        given = OwnData(own_source(own, w or [], regions), regions, own.data)
    with progress(None, printed.language) as bar:
        made = write_package(claim, out, given, bar)
    if printed.as_json:
        print_json(made.to_dict())
        return
    lang = printed.language
    for name, word in made.words.items():
        echo(message("{claim}: {verdict}", claim=name, verdict=verdict_text(word, "computed")), lang)
    echo(message("{folder}: {n} files", folder=str(out), n=len(made.files)), lang)
    echo(message("run.py gives the same {n} numbers; run it there:", n=made.numbers), lang)
    typer.echo("  python -m pip install -r requirements.txt\n  python run.py")
