"""`panelkit evaluate forecast`: does anything foretell a figure or an index better than its last value?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import all_told, fitted, narrow_terminal, print_json, print_written, records
from panelkit.cli.evaluate._target import column_panel, index_panel
from panelkit.cli.spatial._weights import units_of, weights_of
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.evaluation.contest.result import Contest

app = typer.Typer(add_completion=False)


class LossChoice(StrEnum):
    """What a wrong forecast costs."""

    scaled = "scaled"
    absolute = "absolute"
    squared = "squared"
    log_squared = "log-squared"


@dataclass(frozen=True)
class Rivals:
    """Who takes part, and what they may see."""

    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            help="A rival of the random walk, repeatable: drift, common_drift, trend, log_trend, autoregression, "
            "common_autoregression, companions, network, ridge, lasso, elastic_net, forest, boosting, grey, "
            "lotka_volterra, fusion, combination. 参赛预测方法，可重复。",
        ),
    ] = None
    companion: Annotated[
        list[str] | None,
        typer.Option(
            "--companion",
            help="A figure or expression (of an index: a dimension) for rivals, repeatable. 辅助变量，可重复。",
        ),
    ] = None
    network: Annotated[
        str | None,
        typer.Option(
            "--network",
            help="Weights between units: contiguity, inverse-distance, nearest-4 (of provinces), or a file. 网络权重。",
        ),
    ] = None


@dataclass(frozen=True)
class Origins:
    """Where forecasts start, how far they look, and what they cost."""

    min_train: Annotated[
        int | None,
        typer.Option(
            "--min-train", min=3, help="Years of the first window; half if absent. 首个训练窗口的年数。"
        ),
    ] = None
    horizon: Annotated[int, typer.Option("--horizon", min=1, help="Years ahead: 1 to this. 预测期数。")] = 1
    rolling: Annotated[
        bool, typer.Option("--rolling", help="A window of one length, not one that grows. 滚动窗口。")
    ] = False
    relative: Annotated[
        bool,
        typer.Option(
            "--relative", help="Judge deviations from the mean of the year. 以对当年均值的离差评判。"
        ),
    ] = False
    loss: Annotated[
        LossChoice,
        typer.Option(
            "--loss", help="scaled (by the unit's own changes), absolute, squared, log-squared. 损失函数。"
        ),
    ] = LossChoice.scaled


@command(app, example="evaluate forecast tech_innovation --model drift --model autoregression")
def forecast(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            help="A shipped index (tech_innovation), or a figure, column or expression. 指数代号，或指标、列、表达式。"
        ),
    ],
    sample: ShippedSample,
    rivals: Rivals,
    origins: Origins,
    output: Output,
    part: Annotated[
        str | None, typer.Option("--part", help="A dimension of the index, not its score. 指数的某一维度。")
    ] = None,
    seed: SeedOption = 0,
) -> None:
    """Forecasts out of sample against the random walk, over provinces and years. 样本外预测竞赛：能否胜过随机游走。"""
    from panelkit.evaluation.contest.door import forecast_contest

    panel, column = _panel(ctx, target, sample, rivals, part)
    units = units_of(panel if hasattr(panel, "columns") else panel.values)
    settled: Any = {"window": "rolling" if origins.rolling else "expanding"}
    found = forecast_contest(
        panel,
        column,
        companions=tuple(rivals.companion or ()),
        models=tuple(rivals.model) if rivals.model else None,
        min_train=origins.min_train,
        horizon=origins.horizon,
        loss=origins.loss.value.replace("-", "_"),  # type: ignore[arg-type]
        relative=origins.relative,
        network=None if rivals.network is None else weights_of(rivals.network, units, option="--network"),
        rng=seed,
        **settled,
    )
    if output.as_json:
        print_json(_content(found, output.language))
    else:
        _print(found, output.language)
    if output.out is not None:
        print_written(_write(found, output.out, output.language), quiet=output.as_json)


def _panel(
    ctx: typer.Context, target: str, sample: ShippedSample, rivals: Rivals, part: str | None
) -> tuple[Any, str]:
    """Return an index, or a panel that holds target and companions, and the name of what is forecast."""
    from panelkit.indices.panels.designs import shipped_designs

    if target in shipped_designs() or target.endswith(".toml"):
        return index_panel(ctx, target, sample), part or "score"
    refuse(
        ctx,
        "part",
        message("--part names a dimension of an index, and {target} is none: leave it out", target=target),
    )
    return column_panel(ctx, [target, *(rivals.companion or ())], sample), target


def _print(found: Contest, language: Language) -> None:
    from panelkit.show import plain

    table = found.table(language=language, short=True)
    heads = dict(zip(found.table(short=True).columns, table.columns, strict=True))
    typer.echo(fitted(table, language, caption=found.title.text(language), drop=[heads["RMSE"]], index=False))
    notes = [f"  - {note}" for note in all_told(found.notes, language)]
    with narrow_terminal():
        typer.echo(plain.folded("\n".join([found.sentence().text(language), *notes])))


def _content(found: Contest, language: Language) -> dict[str, Any]:
    return {
        "title": found.title.text(language),
        "winner": found.winner,
        "sentence": found.sentence().text(language),
        "scores": records(found.tidy()),
        "notes": all_told(found.notes, language),
    }


def _write(found: Contest, folder: Path, language: Language) -> list[Path]:
    """Write scores, every forecast, the table and the figure of gains, and of provinces the map of the best rival."""
    from panelkit.cli.spatial._tables import write_tables
    from panelkit.cli.spatial._weights import all_provinces

    folder.mkdir(parents=True, exist_ok=True)
    paths = write_tables({"scores": found.tidy(), "forecasts": found.forecasts}, folder)
    paths.append(found.to_docx(folder / "contest.docx", language=language))
    found.to_latex(folder / "contest.tex", language=language)
    paths.append(folder / "contest.tex")
    paths.append(found.plot(language=language).save(folder / "gains.svg"))
    if all_provinces(list(found.units)):
        paths.append(found.map(found.best, language=language).save(folder / "map.svg"))
    return paths
