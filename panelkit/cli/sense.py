"""`panelkit sense`: what a stated effect asks of the sample that it is said of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import narrow_terminal, print_json, records
from panelkit.cli._written import listed_in
from panelkit.language.errors import SpecError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


class ReadingChoice(StrEnum):
    """The model that the sentence may come from."""

    elasticity = "elasticity"
    points = "points"
    semi = "semi"
    level = "level"


@command(app, example="sense 0.38 --x-mean 0.25 --y-mean 5.0 --x-range 0.05,0.9")
def sense(
    value: Annotated[str, typer.Argument(help="The effect as printed: 0.38. 所述效应（照印刷数字书写）。")],
    x_mean: Annotated[float, typer.Option("--x-mean", help="Mean of the cause. 解释变量均值。")],
    y_mean: Annotated[float, typer.Option("--y-mean", help="Mean of the outcome. 被解释变量均值。")],
    shown: Printed,
    step: Annotated[
        float, typer.Option("--step", help="Change of x that it is stated for. 所述的解释变量变动。")
    ] = 1.0,
    x_sd: Annotated[float | None, typer.Option("--x-sd", help="Deviation of x. x的标准差。")] = None,
    y_sd: Annotated[float | None, typer.Option("--y-sd", help="Deviation of y. y的标准差。")] = None,
    x_range: Annotated[
        str | None, typer.Option("--x-range", help="Smallest, largest x: 0.05,0.9. x的最小、最大值。")
    ] = None,
    y_range: Annotated[
        str | None, typer.Option("--y-range", help="Smallest, largest y. y的最小、最大值。")
    ] = None,
    reading: Annotated[
        list[ReadingChoice] | None,
        typer.Option("--reading", help="One model alone; repeatable. 只按该模型理解，可重复。"),
    ] = None,
    plus_one: Annotated[
        str | None,
        typer.Option("--plus-one", help="x, y or x,y: the logarithm is ln(1+·). 对数为ln(1+·)者。"),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option("--limit", help="Units of y for one of x still plausible. 每单位x至多几单位y尚属合理。"),
    ] = None,
) -> None:
    """What a stated effect means in units of the sample, under each model. 所述效应按各种模型意味着什么。

    "1 % more subsidy, 0.38 % more R&D intensity" may be an elasticity, points, or either for one unit: what each asks
    of the sample tells them apart. “补贴每增加1%，研发强度提升0.38%”可有多种含义：以样本的均值与取值范围加以辨别。
    """
    from panelkit.audit.elasticity import elasticity_sense
    from panelkit.audit.senses import READINGS

    found = elasticity_sense(
        value,
        x_mean=x_mean,
        y_mean=y_mean,
        step=step,
        x_sd=x_sd,
        y_sd=y_sd,
        x_range=_ends(x_range, "--x-range"),
        y_range=_ends(y_range, "--y-range"),
        readings=[one.value for one in reading] if reading else tuple(READINGS),
        plus_one=listed_in([plus_one]) if plus_one else (),
        limit=limit,
    )
    if shown.as_json:
        told = [note.text(shown.language) for note in found.notes]
        print_json({"readings": records(found.tidy()), "notes": told})
        return
    with narrow_terminal() as width:
        typer.echo(found.summary(language=shown.language, width=width))


def _ends(text: str | None, option: str) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = (float(part) for part in listed_in([text]))
    except ValueError:
        raise SpecError(
            message("{option} {text!r}: write smallest and largest value, 0.05,0.9", option=option, text=text)
        ) from None
    return low, high
