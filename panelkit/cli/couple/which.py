"""`panelkit couple which`: the formula behind printed coupling degrees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import fitted, narrow_terminal, print_json, records
from panelkit.cli.couple._options import SharesOption, numbers_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message, verbatim

app = typer.Typer(add_completion=False)


@command(app, example="couple which printed.csv --systems U1,U2 --printed C")
def which_formula(
    table: Annotated[
        Path,
        typer.Argument(
            help="CSV or Excel: scores and the printed C or D, one row a unit. "
            "CSV 或 Excel：得分与印刷的 C 或 D，每行一个个体。"
        ),
    ],
    systems: Annotated[str, typer.Option(help="The score columns: U1,U2. 得分所在的列。")],
    printed: Annotated[str, typer.Option(help="The column of printed values. 印刷数值所在的列。")],
    shown: Printed,
    weights: SharesOption = None,
) -> None:
    """Find the formula behind printed coupling degrees, right or wrong. 判断印刷数值所用的耦合公式。"""
    from panelkit.data.user.panel import read_table
    from panelkit.indices.panels.coordination import which_coupling_formula
    from panelkit.report.index_files import formula_table
    from panelkit.show.plain import folded

    frame = read_table(table, as_text=True)
    names = [name.strip() for name in systems.split(",")]
    absent = [name for name in [*names, printed] if name not in frame.columns]
    if absent:
        raise SpecError(
            message(
                "{file} has no column {columns}: there are {held}",
                file=table,
                columns=absent,
                held=[str(name) for name in frame.columns],
            )
        )
    try:
        scores = frame[names].astype(float)
    except ValueError as error:
        raise SpecError(
            message("{file}: a score is no number ({reason})", file=table, reason=verbatim(str(error)))
        ) from None
    found = which_coupling_formula(scores, list(frame[printed]), numbers_of(weights))
    language = shown.language
    if shown.as_json:
        content = {"sentence": found.sentence(language), "rows": found.rows, "formulas": records(found.table)}
        print_json(content)
        return
    with narrow_terminal():
        typer.echo(folded(found.sentence(language)))
    typer.echo(fitted(formula_table(found, language), language, index=False))
