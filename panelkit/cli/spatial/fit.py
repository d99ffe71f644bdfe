"""`panelkit spatial fit`: a spatial panel, and the tests of its reductions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._after import Coefficients, check_after, made_after, print_after, write_predictions
from panelkit.cli._commands import command
from panelkit.cli._options import ShippedSample, TablesOutput
from panelkit.cli._printing import plain_values, print_json, print_written, records
from panelkit.cli._records import test_record
from panelkit.cli._table_options import TableToFile, print_models, refuse_look
from panelkit.cli.spatial._composition import Composition, composed_fit
from panelkit.cli.spatial._options import FormulaArgument, Model
from panelkit.cli.spatial._tables import echo_by_term, echo_tests, write_tables
from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.models.spatial.fit import SpatialFit
    from panelkit.results.derived import Derived

app = typer.Typer(add_completion=False)


@command(app, example='spatial fit "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2019-2022')
def fit(
    ctx: typer.Context,
    formula: FormulaArgument,
    sample: ShippedSample,
    model: Model,
    more: Composition,
    coefficients: Coefficients,
    look: TableToFile,
    output: TablesOutput,
    impacts: Annotated[
        bool,
        typer.Option(
            "--impacts",
            help="Direct, indirect and total impacts as columns beside. 直接、间接与总效应并列为列。",
        ),
    ] = False,
) -> None:
    """Fit a spatial panel; tests of the Durbin model, or variances of random effects, below it. 估计空间面板模型。"""
    refuse_look(ctx, look, printed=not output.as_json or look.table is not None or output.out is not None)
    look.check()
    check_after(coefficients, None, 1)
    found = composed_fit(ctx, sample, model, more, formula)
    beside = [found.impacts()] if impacts else []
    made = made_after([found], coefficients, None, None)
    tests = found.reduction_tests()
    variances = found.components() if hasattr(found, "components") else None
    if output.as_json:
        content = {
            "estimates": records(found.tidy()),
            "facts": plain_values(dict(found.glance())),
            "notes": list(found.notes),
            **made.of(1),
            "tests": [*(test_record(test) for test in tests), *made.of(1).get("tests", ())],
            **({"impacts": records(beside[0].tidy())} if beside else {}),
            **({} if variances is None else {"variances": records(variances.tidy())}),
        }
        print_json(content)
    print_models([found, *beside], look, output.language, quiet=output.as_json)
    if not output.as_json:
        if variances is not None:
            echo_by_term(variances.tidy(), variances.notes, output.language)
        applicable = [test for test in tests if test.applicable]
        if applicable:
            echo_tests(applicable, output.language)
        print_after(made, 1, output.language)
    write_predictions(found, coefficients.predict, quiet=output.as_json)
    if output.out is not None:
        paths = _write([found, *beside], output.out, output.language, look.style())
        if variances is not None:
            paths += write_tables({"variances": variances.tidy()}, output.out)
        print_written(paths, quiet=output.as_json)


def _write(
    found: Sequence[SpatialFit | Derived], out: Path, language: Language, style: dict[str, Any]
) -> list[Path]:
    from panelkit.show import tables

    names = ("estimates", "impacts")
    paths = write_tables({name: one.tidy() for name, one in zip(names, found, strict=False)}, out)
    tables.to_latex(found, out / "estimates.tex", language=language, **style)
    tables.to_docx(found, out / "estimates.docx", language=language, **style)
    return [*paths, out / "estimates.tex", out / "estimates.docx"]
