"""`panelkit claims new`: a commented claim file, by questions on a terminal or by options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._chosen import refuse_idle_file
from panelkit.cli._commands import command
from panelkit.cli._options import OwnFile, OwnWeightsOption, Printed
from panelkit.cli._own_claims import own_source, refuse_idle
from panelkit.cli._printing import echo, print_json, terminal_width
from panelkit.cli.claims._new_options import Known
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example='claims new my_claim.toml --yes --outcome "log(gdp)" --treatment "log(rd_expenditure)"')
def new(
    ctx: typer.Context,
    own: OwnFile,
    printed: Printed,
    known: Known,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The new file; none is written over. 新文件；不覆盖已有文件。"),
    ],
    w: OwnWeightsOption = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Ask nothing: what is not given is a blank. 不提问：未给出者留空。"),
    ] = False,
) -> None:
    """Write a new claim file: a commented template with one design. 新建论断文件：带注释的模板，含一个主设计。

    On a terminal it asks for what is not given; an empty answer, and --yes, leave a blank that `panelkit claims lint`
    names. With --data the claim is about a panel of your own, whose columns and years it takes.
    在终端上对未给出的内容提问；空答或 --yes 则留空，由 `panelkit claims lint` 指出。使用 --data 时论断针对自备面板。
    """
    from panelkit.claims.new.new import draft, refuse_present
    from panelkit.claims.source import Shipped

    refuse_idle_file(ctx, own)
    refuse_idle(own, None, w or [], None, [str(file)])
    refuse_present(file)
    given, kind, rule = known.given(), known.kind, known.rule
    source = Shipped() if own.data is None else own_source(own, w or [], None)
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        from panelkit.cli.claims._ask import Interview

        def ask(question: str, otherwise: str) -> str:
            answer: str = typer.prompt(question, default=otherwise, show_default=bool(otherwise))
            return answer

        kind, rule = Interview(ask, typer.echo, given, source, printed.language).hold(kind, rule)
    made = draft(
        file,
        source,
        given,
        kind=kind or "panel",
        rule=rule,
        language=printed.language,
        options=_said(own, w or []),
    )
    if printed.as_json:
        print_json({"file": str(file), "blanks": made.lint.to_list(printed.language)})
        return
    from panelkit.report.lint import lint_lines

    typer.echo("\n".join(lint_lines([made.lint], printed.language, terminal_width())))
    echo(message("Next: {command}", command=made.follow), printed.language)


def _said(own: OwnFile, weights: list[str]) -> list[str]:
    """Return the options that name the panel, as they were written."""
    pairs = [("--data", own.data), ("--unit", own.unit), ("--time", own.time), ("--sheet", own.sheet)]
    pairs += [("--w", text) for text in weights]
    return [str(word) for name, value in pairs if value is not None for word in (name, value)]
