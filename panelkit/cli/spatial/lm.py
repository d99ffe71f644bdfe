"""`panelkit spatial lm`: LM tests for spatial dependence."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed, ShippedSample
from panelkit.cli._table_options import FrameToFile, refuse_look
from panelkit.cli.spatial._options import (
    EffectsChoice,
    EffectsOption,
    FormulaArgument,
    IslandsChoice,
    IslandsOption,
    MissingOption,
    OrderOption,
    WeightsOption,
    rows_of_formula,
)
from panelkit.cli.spatial._order import ordered_units
from panelkit.cli.spatial._tables import put_tests
from panelkit.cli.spatial._weights import units_of, weights_of

app = typer.Typer(add_completion=False)


@command(app, example='spatial lm "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2019-2022')
def lm(
    ctx: typer.Context,
    formula: FormulaArgument,
    sample: ShippedSample,
    look: FrameToFile,
    printed: Printed,
    w: WeightsOption = "contiguity",
    w_order: OrderOption = None,
    islands: IslandsOption = IslandsChoice.refuse,
    effects: EffectsOption = EffectsChoice.twoway,
    form: Annotated[
        str,
        typer.Option(
            "--form",
            help="transformed, or elhorst (over-rejects with time effects). 检验形式：elhorst 在含时间效应时过度拒绝。",
        ),
    ] = "transformed",
    missing: MissingOption = "raise",
) -> None:
    """LM and robust LM tests for a spatial lag and a spatial error. 拉格朗日乘数检验。"""
    from panelkit.models.spatial.lm_tests import spatial_lm_tests

    refuse_look(ctx, look, printed=not printed.as_json or look.table is not None)
    look.check()
    held = rows_of_formula(ctx, sample, formula)
    ids = ordered_units(w_order, held.frame, sample, [w])
    tests = spatial_lm_tests(
        formula,
        held.frame,
        weights_of(w, units_of(held.frame), ids=ids, islands=islands.value),
        effects=effects.value,
        form=form,  # type: ignore[arg-type]
        missing=missing,  # type: ignore[arg-type]
        where=held.where,
    )
    put_tests(list(tests), printed, look)
