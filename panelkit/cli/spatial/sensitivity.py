"""`panelkit spatial sensitivity`: one model under every provincial W, and a placebo of permuted provinces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._data import ChosenRows
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import print_json, print_written, records
from panelkit.cli._table_options import FrameToFile, refuse_look
from panelkit.cli.spatial._options import (
    FormulaArgument,
    IslandsChoice,
    IslandsOption,
    SpatialOptions,
    panel_of,
    rows_of_formula,
)
from panelkit.cli.spatial._tables import ROOMY, echo_by_term, put_frame, width, write_tables
from panelkit.cli.spatial._weights import refuse_strangers, units_of, weights_of
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(add_completion=False)

_COLUMNS = [
    "weights", "term", "rho", "rho_p", "direct", "direct_p", "indirect", "indirect_p", "total", "total_p",
]  # fmt: skip
_NARROW = ["weights", "term", "rho", "direct", "indirect", "indirect_p", "total"]  # R-SPILL reads the p-value


@command(app, example='spatial sensitivity "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2020-2022')
def sensitivity(
    ctx: typer.Context,
    formula: FormulaArgument,
    sample: ShippedSample,
    model: SpatialOptions,
    look: FrameToFile,
    output: Output,
    islands: IslandsOption = IslandsChoice.refuse,
    income: Annotated[
        str | None,
        typer.Option(
            help="An expression for economic weights (period mean): 'gdp/population'. 经济距离所用变量。"
        ),
    ] = None,
    placebo: Annotated[
        int,
        typer.Option(
            min=0, help="Permutations of province labels under contiguity; 0: none. 安慰剂检验次数。"
        ),
    ] = 0,
    seed: SeedOption = 0,
) -> None:
    """One model under every provincial W, and a placebo of permuted provinces. 权重矩阵敏感性与安慰剂检验。"""
    from panelkit.models.spatial.sensitivity import placebo as placebo_of
    from panelkit.models.spatial.sensitivity import provincial_weights, weights_sensitivity

    if not placebo:
        refuse(
            ctx,
            "seed",
            message(
                "--seed is the seed of the placebo, and none is asked for: give --placebo, or leave it out"
            ),
        )
    refuse_look(ctx, look, printed=not output.as_json or look.table is not None)
    look.check()
    held = rows_of_formula(ctx, sample, formula if income is None else f"{formula} + I({income})")
    units = units_of(held.frame)
    refuse_strangers(units, message("spatial sensitivity compares weights of provinces"))
    spec = panel_of(model, formula, held.where)
    mean = None if income is None else _income(income, held)
    found = weights_sensitivity(spec, held.frame, provincial_weights(units, mean, islands=islands.value))
    calm = None
    if placebo:
        weights = weights_of("contiguity", units, islands=islands.value)
        calm = placebo_of(spec, held.frame, weights, permutations=placebo, rng=seed)
    if output.as_json:
        print_json(_content(found, calm, placebo))
    else:
        _print(found, calm, output.language, look.style(), placebo=placebo, seed=seed)
    put_frame(found.table[_COLUMNS], found.notes, output.language, look, quiet=output.as_json, index=False)
    if output.out is not None:
        print_written(_write(found, calm, output.out, output.language), quiet=output.as_json)


def _print(
    found: Any, calm: Any, language: Language, look: dict[str, Any], *, placebo: int, seed: int
) -> None:
    columns = _NARROW if width() < ROOMY else _COLUMNS
    echo_by_term(found.table[columns], found.notes, language, look)
    if calm is not None:
        dealt = message("{n} permutations, seed {seed}", n=placebo, seed=seed)
        own = calm.notes[: len(calm.notes) - len(calm.said)]
        echo_by_term(calm.table().reset_index(), [dealt, *own], language)


def _content(found: Any, calm: Any, placebo: int) -> dict[str, Any]:
    content: dict[str, Any] = {
        "rows": records(found.table),
        "failures": dict(found.failures),
        "notes": found.notes,
    }
    if calm is not None:
        content["placebo"] = records(calm.table().reset_index())
        content |= {"placebo_permutations": placebo, "placebo_failed": calm.failed}
    return content


def _write(found: Any, calm: Any, out: Path, language: Language) -> list[Path]:
    import pandas as pd

    tables = {"sensitivity": found.table}
    if found.failures:
        lost = list(found.failures.items())
        tables["not_computed"] = pd.DataFrame(lost, columns=["weights", "failed"])
    if calm is not None:
        tables["placebo"] = calm.table().assign(failed=calm.failed).reset_index()
    paths = write_tables(tables, out)
    for at, term in enumerate(dict.fromkeys(found.table["term"]), 1):
        figure = found.plot(term, language=language, title=term)
        paths.append(figure.save(out / f"indirect_{at}.svg"))
    return paths


def _income(expression: str, held: ChosenRows) -> pd.Series:
    import pandas as pd

    from panelkit.models.reading import read_design

    design = read_design(f"{expression} ~ 1", held.frame, where=held.where)
    values = pd.Series(design.y, index=design.labels(), name=expression)
    means: pd.Series = values.groupby(level=0).mean()
    return means
