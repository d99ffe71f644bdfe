"""`panelkit evaluate allocate`: money over provinces and the links of a chain, actual and optimal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import given, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import all_told, narrow_terminal, print_json, print_written, records
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message

if TYPE_CHECKING:
    from panelkit.evaluation.allocation.result import Allocation

app = typer.Typer(add_completion=False)
_SHIPPED_YEARS = (2018, 2023)
_SHIPPED_LINKS = {
    message("research"): "patents_granted_invention ~ rd_basic_research + rd_applied_research",
    message("conversion"): "tech_market_turnover ~ rd_experimental_development",
    message("industrialisation"): "industry_new_product_sales ~ technology_renovation_spending",
}


@dataclass(frozen=True)
class Model:
    """What is maximised, and between which bounds."""

    link: Annotated[
        list[str] | None,
        typer.Option(
            "--link",
            help='"name=output ~ spending", repeatable; three links of the shipped figures if absent. '
            "环节：名称=产出 ~ 投入，可重复；默认随附数据的三个环节。",
        ),
    ] = None
    control: Annotated[
        list[str] | None,
        typer.Option("--control", help="A further term of the regressions, repeatable. 控制变量，可重复。"),
    ] = None
    elasticity: Annotated[
        list[str] | None,
        typer.Option("--elasticity", help="name=value in place of the regressions. 自定弹性：环节=数值。"),
    ] = None
    weight: Annotated[
        list[str] | None,
        typer.Option("--weight", help="name=worth of a link's output; alike if absent. 环节产出的权重。"),
    ] = None
    share: Annotated[
        list[str] | None,
        typer.Option(
            "--share", help="name=target share of the money; actual if absent. 环节经费的目标占比。"
        ),
    ] = None
    balance: Annotated[str, typer.Option("--balance", help="shares, marginal or coupling. 失衡的度量。")] = (
        "shares"
    )
    balance_weight: Annotated[
        float, typer.Option("--balance-weight", help="Worth of balance in the output index. 平衡的权重。")
    ] = 1.0
    budget: Annotated[
        float | None, typer.Option("--budget", help="The money there is; what is spent if absent. 总经费。")
    ] = None
    lower: Annotated[
        float,
        typer.Option("--lower", help="Least multiple of a cell's actual money. 下界（实际经费的倍数）。"),
    ] = 0.5
    upper: Annotated[
        float,
        typer.Option("--upper", help="Most multiple of a cell's actual money. 上界（实际经费的倍数）。"),
    ] = 2.0


@dataclass(frozen=True)
class Chance:
    """The year, and how sure the optimum is."""

    year: Annotated[
        int | None,
        typer.Option("--year", help="The year that is allocated; the newest if absent. 配置年份。"),
    ] = None
    calibrate: Annotated[
        str, typer.Option("--calibrate", help="actual or effects: which output money makes. 校准方式。")
    ] = "actual"
    reps: Annotated[int, typer.Option("--reps", min=0, help="Draws; 0: none. 抽样次数，0 为不抽样。")] = 499
    seed: SeedOption = 0
    certain: Annotated[
        float,
        typer.Option("--certain", help="Share of draws that must agree on a sign. 判定方向所需的抽样比例。"),
    ] = 0.975


@command(app, example="evaluate allocate --reps 99")
def run_allocate(
    ctx: typer.Context,
    sample: ShippedSample,
    model: Model,
    chance: Chance,
    output: Output,
) -> None:
    """Allocate money over provinces and links for output and structural balance (a reconstruction). 资源配置。"""
    from panelkit.evaluation.allocation.allocate import allocate
    from panelkit.evaluation.allocation.chain import formulas_of
    from panelkit.formula.formula import parse_formula
    from panelkit.report.allocation_files import write_allocation

    if chance.reps == 0:
        for name in ("seed", "certain"):
            refuse(
                ctx,
                name,
                message("--{name} is about draws, and --reps 0 draws none: leave it out", name=name),
            )
    if sample.data is not None and model.link is None:
        raise SpecError(
            message('--data has links of its own: name them by --link "name=output ~ spending", once each')
        )
    notes: list[Message] = []
    if model.link is None and not given(ctx, "provinces"):
        sample = replace(sample, provinces="no_tibet")
        notes.append(
            message("without Tibet, where the money of the third link is too little for an elasticity")
        )
    tongue: Language = "en" if output.as_json else output.language
    links = (
        {name.text(tongue): text for name, text in _SHIPPED_LINKS.items()}
        if model.link is None
        else _named("--link", model.link)
    )
    controls = tuple(model.control or ())
    formulas = [parse_formula(text) for text in formulas_of(links, controls).values()]
    rows = rows_of(ctx, sample, formulas, shipped_years=_SHIPPED_YEARS)
    choices: Any = {"balance": model.balance, "calibrate": chance.calibrate}
    found = allocate(
        rows.frame,
        links,
        year=chance.year,
        controls=controls,
        elasticities=_numbers("--elasticity", model.elasticity),
        weights=_numbers("--weight", model.weight),
        balance_weight=model.balance_weight,
        shares=_numbers("--share", model.share),
        budget=model.budget,
        lower=model.lower,
        upper=model.upper,
        reps=chance.reps,
        rng=chance.seed,
        certain=chance.certain,
        where=rows.where,
        **choices,
    )
    found = replace(found, notes=(*notes, *found.notes))
    if output.as_json:
        print_json(_content(found, output.language))
    else:
        _print(found, output.language)
    if output.out is not None:
        print_written(write_allocation(found, output.out, output.language), quiet=output.as_json)


def _named(option: str, texts: Any) -> dict[str, str]:
    """Return `name=value` texts as a mapping."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value) or name in found:
            raise SpecError(
                message(
                    "{option} is written name=value, each name once, not {text!r}", option=option, text=text
                )
            )
        found[name] = value
    return found


def _numbers(option: str, texts: list[str] | None) -> dict[str, float] | None:
    if texts is None:
        return None
    try:
        return {name: float(value) for name, value in _named(option, texts).items()}
    except ValueError:
        raise SpecError(
            message("{option} is written name=number, not {texts}", option=option, texts=texts)
        ) from None


def _print(found: Allocation, language: Language) -> None:
    from panelkit.evaluation.allocation.shown import summary_parts
    from panelkit.results.numbers import cells
    from panelkit.show import plain
    from panelkit.show.words import note_lines

    title = found.title.text(language)
    with narrow_terminal() as width:
        typer.echo(plain.folded(f"{title}\n{'=' * cells(title)}"))
        for part in summary_parts(found, language, width):
            typer.echo(part if part.count("\n") else plain.folded(part))
        typer.echo(plain.folded("\n".join(note_lines(found.notes, language))))


def _content(found: Allocation, language: Language) -> dict[str, Any]:
    return {
        "title": found.title.text(language),
        "year": found.chain.year,
        "elasticities": dict(zip(found.chain.links, found.chain.elasticity.tolist(), strict=True)),
        "gain": vars(found.gain),
        "conditions": vars(found.met),
        "cells": records(found.tidy()),
        "units": records(found.by_unit().reset_index()),
        "links": records(found.by_link().reset_index()),
        "moved": records(found.moved().reset_index()),
        "rules": records(found.rivals().reset_index()),
        "frontier": records(found.frontier()),
        "distance": {"more_output": found.curve.more_output, "less_imbalance": found.curve.less_imbalance},
        "notes": all_told(found.notes, language),
    }
