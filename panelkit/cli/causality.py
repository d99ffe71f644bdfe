"""`panelkit causality`: whether the past of one variable helps to foretell another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._named_tests import check_look, put_tests
from panelkit.cli._options import SampleOptions, SeedOption
from panelkit.cli._table_options import FrameOptions
from panelkit.language.errors import SpecError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


class TestChoice(StrEnum):
    """The test."""

    dh = "dumitrescu-hurlin"
    jks = "juodis-karavias-sarafidis"


class VarianceChoice(StrEnum):
    """The variance of the jackknifed slope."""

    iid = "iid"
    cluster = "cluster"
    jackknife = "jackknife"


@dataclass(frozen=True)
class CausalityOptions:
    """Which test, in which direction, with how many lags."""

    test: Annotated[
        TestChoice, typer.Option("--test", help="dumitrescu-hurlin or juodis-karavias-sarafidis. 检验方法。")
    ] = TestChoice.dh
    both: Annotated[bool, typer.Option("--both", help="The other direction too. 同时检验反方向。")] = False
    order: Annotated[
        str, typer.Option("--order", help="Lags of y and x: a number, or bic. 滞后阶数，或 bic 自动选择。")
    ] = "1"
    most: Annotated[
        int | None,
        typer.Option("--max-order", min=1, help="The most lags that bic looks at. bic 的最大滞后阶数。"),
    ] = None
    variance: Annotated[
        VarianceChoice,
        typer.Option("--variance", help="jackknife, cluster or iid (Juodis-Karavias-Sarafidis). 方差估计。"),
    ] = VarianceChoice.jackknife
    bootstrap: Annotated[
        int,
        typer.Option("--bootstrap", min=0, help="Draws that keep common shocks. 自助法抽样次数，0 为不做。"),
    ] = 0
    seed: SeedOption = 0


@command(
    app,
    example='causality "diff(log(patents_granted)) ~ diff(log(gdp))" --years 2011-2022 --both --bootstrap 99',
)
def causality(
    ctx: typer.Context,
    formula: Annotated[
        str, typer.Argument(help='"y ~ x": does the past of x help to foretell y? 结果 ~ 原因。')
    ],
    sample: SampleOptions,
    options: CausalityOptions,
    table: FrameOptions,
) -> None:
    """Test that the past of x has no part in y. 面板格兰杰因果检验。"""
    from panelkit.formula.formula import parse_formula
    from panelkit.models.dynamic.causality.noncausality import granger_noncausality

    check_look(ctx, table)
    rows = rows_of(ctx, sample, [parse_formula(formula)])
    chosen: Any = {
        "lags": _order(options.order),
        "test": options.test.value,
        "variance": options.variance.value,
    }
    found = granger_noncausality(
        formula,
        rows.frame,
        both=options.both,
        max_lags=options.most,
        bootstrap=options.bootstrap,
        rng=options.seed,
        where=rows.where,
        **chosen,
    )
    put_tests(found, table)


def _order(text: str) -> int | str:
    """Return the number of lags, or "bic"."""
    if text == "bic":
        return text
    if not text.isdecimal():
        raise SpecError(message("--order is a whole number, or bic, not {text!r}", text=text))
    return int(text)
