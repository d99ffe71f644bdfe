"""`panelkit evaluate frontier`: a frontier with noise, and how far every row lies from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import ShippedSample, TablesOutput
from panelkit.cli._printing import (
    all_told,
    fitted,
    narrow_terminal,
    plain_values,
    print_json,
    print_written,
    records,
    summary_fitted,
)
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.evaluation.efficiency.stochastic.result import StochasticFrontierFit

app = typer.Typer(add_completion=False)

_SHIPPED_YEARS = (2011, 2022)


@dataclass(frozen=True)
class Model:
    """What kind of frontier."""

    kind: Annotated[str, typer.Option(help="production or cost. 生产前沿或成本前沿。")] = "production"
    effects: Annotated[
        str, typer.Option(help="none, unit (levels integrated out) or dummies. 个体效应。")
    ] = "none"
    errors: Annotated[str, typer.Option(help="cluster (by unit) or hessian. 标准误。")] = "cluster"


@command(
    app,
    example='evaluate frontier "log(patents_granted_invention) ~ log(rd_expenditure) + log(rd_personnel_fte)" '
    "--effects unit --years 2016-2022",
)
def frontier(
    ctx: typer.Context,
    formula: Annotated[str, typer.Argument(help='"log(output) ~ log(input) + ...". 两边取对数的公式。')],
    model: Model,
    sample: ShippedSample,
    output: TablesOutput,
    year: Annotated[
        int | None, typer.Option(help="The year of the efficiencies; the last if absent. 效率表的年份。")
    ] = None,
) -> None:
    """Stochastic frontier: noise and half-normal inefficiency. 随机前沿分析（SFA）。"""
    from panelkit.data.figure_notes import data_notes
    from panelkit.evaluation.efficiency.stochastic.frontier import stochastic_frontier
    from panelkit.formula.formula import parse_formula
    from panelkit.report.productivity_files import write_frontier

    rows = rows_of(ctx, sample, [parse_formula(formula)], shipped_years=_SHIPPED_YEARS)
    named: Any = {"kind": model.kind, "effects": model.effects, "errors": model.errors}
    fit = stochastic_frontier(rows.frame, formula, **named, where=rows.where)
    told = data_notes(rows.frame, language=output.language)
    if output.as_json:
        print_json(_content(fit, told, output.language))
    else:
        _print(fit, year, told, output.language)
    if output.out is not None:
        print_written(write_frontier(fit, output.out, output.language), quiet=output.as_json)


def _content(fit: StochasticFrontierFit, told: Sequence[str], language: Language) -> dict[str, Any]:
    test = fit.inefficiency_test()
    found = {} if fit.maximum.boundary else {"efficiencies": records(fit.efficiencies().reset_index())}
    return {
        "title": fit.title.text(language),
        "estimates": records(fit.tidy()),
        "spreads": plain_values(dict(fit.spreads)),
        "test": {"statistic": test.statistic, "p_value": test.p_value},
        **found,
        "facts": plain_values({str(key): value for key, value in fit.facts.items()}),
        "notes": [*all_told(fit.notes, language), *told],
    }


def _print(fit: StochasticFrontierFit, year: int | None, told: Sequence[str], language: Language) -> None:
    """Print estimates, the test, and the efficiencies of one year."""
    from panelkit.evaluation.efficiency.shown import of_year
    from panelkit.show import plain

    with narrow_terminal():
        typer.echo(summary_fitted(fit, language))
        typer.echo(plain.folded(fit.inefficiency_test().summary(language=language)))
        said = {note.text(language) for note in fit.notes}
        further = [f"  - {one}" for one in told if one not in said]
        if further:
            typer.echo(plain.folded("\n".join(further)))
    if fit.maximum.boundary:
        return
    caption = of_year(message("Efficiency"), fit.last_year if year is None else year)
    typer.echo(
        fitted(fit.table_of_year(year, language), language, caption=caption.text(language), index=False)
    )
