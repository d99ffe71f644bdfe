"""`panelkit spatial fit`: a spatial panel, and the tests of its reductions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Output, ShippedSample
from panelkit.cli._printing import plain_values, print_json, print_written, terminal_width
from panelkit.cli.spatial._options import FormulaArgument, Model, fit_of
from panelkit.cli.spatial._tables import echo_tests, rows, test_record, write_tables
from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.models.spatial.fit import SpatialFit

app = typer.Typer(add_completion=False)


@command(app, example='spatial fit "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2019-2022')
def fit(
    ctx: typer.Context, formula: FormulaArgument, sample: ShippedSample, model: Model, output: Output
) -> None:
    """Fit a spatial panel; tests of the Durbin model below it. 估计空间面板模型。"""
    found = fit_of(ctx, sample, model, formula)
    tests = found.reduction_tests()
    if output.as_json:
        content = {
            "estimates": rows(found.tidy()),
            "facts": plain_values(dict(found.glance())),
            "notes": list(found.notes),
            "tests": [test_record(test) for test in tests],
        }
        print_json(content, allow_nan=True)
    else:
        from panelkit.show.tables import to_text

        typer.echo(to_text([found], language=output.language, width=terminal_width()))
        echo_tests([test for test in tests if test.applicable], output.language)
    if output.out is not None:
        print_written(_write(found, output.out, output.language), quiet=output.as_json)


def _write(found: SpatialFit, out: Path, language: Language) -> list[Path]:
    paths = write_tables({"estimates": found.tidy()}, out)
    found.to_latex(out / "estimates.tex", language=language)
    found.to_docx(out / "estimates.docx", language=language)
    return [*paths, out / "estimates.tex", out / "estimates.docx"]
