"""`panelkit spatial hausman`: random or fixed unit effects."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed, ShippedSample
from panelkit.cli._table_options import FrameToFile, refuse_look
from panelkit.cli.spatial._composition import Composition, ErrorsOption, YearEffectsOption, random_of
from panelkit.cli.spatial._options import (
    DurbinOption,
    FormulaArgument,
    IslandsChoice,
    IslandsOption,
    MissingOption,
    Model,
    ModelChoice,
    ModelOption,
    OrderOption,
    WeightsOption,
    rows_of_formula,
)
from panelkit.cli.spatial._order import ordered_units
from panelkit.cli.spatial._tables import put_tests
from panelkit.cli.spatial._weights import units_of, weights_of

app = typer.Typer(add_completion=False)


class MethodChoice(StrEnum):
    """The tests."""

    all = "all"
    hausman = "hausman"
    robust = "robust"
    robust_pairs = "robust-pairs"
    mundlak = "mundlak"


@command(
    app,
    example='spatial hausman "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2016-2022 --model sar',
)
def hausman(
    ctx: typer.Context,
    formula: FormulaArgument,
    sample: ShippedSample,
    look: FrameToFile,
    printed: Printed,
    model: ModelOption = ModelChoice.sdm,
    w: WeightsOption = "contiguity",
    w_order: OrderOption = None,
    islands: IslandsOption = IslandsChoice.refuse,
    durbin: DurbinOption = None,
    errors: ErrorsOption = "kkp",
    year_effects: YearEffectsOption = False,
    missing: MissingOption = "raise",
    method: Annotated[
        MethodChoice,
        typer.Option("--method", help="all, hausman, robust, robust-pairs or mundlak. 检验方法。"),
    ] = MethodChoice.all,
) -> None:
    """Random or fixed unit effects: Hausman, its robust form, and Mundlak. 随机效应与固定效应的选择检验。"""
    from panelkit.models.spatial.hausman import spatial_hausman

    refuse_look(ctx, look, printed=not printed.as_json or look.table is not None)
    look.check()
    held = rows_of_formula(ctx, sample, formula)
    chosen = Model(model=model, missing=missing, w=w, durbin=durbin)
    spec = random_of(chosen, Composition(True, year_effects, errors), formula, held.where)
    ids = ordered_units(w_order, held.frame, sample, [w])
    weights = weights_of(w, units_of(held.frame), ids=ids, islands=islands.value)
    tests = spatial_hausman(spec, held.frame, weights, method=method.value)
    put_tests(list(tests), printed, look)
