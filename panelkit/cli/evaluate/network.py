"""`panelkit evaluate network`: structure, blocks, tests over pairs and flows between units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._maps import MapOptions
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import all_told, echo, narrow_terminal, print_json, print_written, records
from panelkit.cli.evaluate._network_files import base_map, figures_of, write_files
from panelkit.cli.evaluate._network_pairs import expressions_of, pair_test
from panelkit.cli.evaluate._network_source import FlowOptions, GravityOptions, Source, source_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.spelt import on_command_line

if TYPE_CHECKING:
    from panelkit.evaluation.network.network import Network

app = typer.Typer(add_completion=False)


class View(StrEnum):
    """What is shown of the network."""

    measures = "measures"
    blocks = "blocks"
    qap = "qap"
    flows = "flows"


@dataclass(frozen=True)
class ViewOptions:
    """What is shown, of which year, and how often is drawn."""

    view: Annotated[
        View, typer.Option(help="measures, blocks, qap or flows (totals). 结构指标、板块、QAP 或流量总量。")
    ] = View.measures
    year: Annotated[int | None, typer.Option(help="The year shown; the last if absent. 展示年份。")] = None
    closeness: Annotated[
        str, typer.Option(help="strict or component: closeness of measures. 接近中心度的算法。")
    ] = "strict"
    depth: Annotated[int, typer.Option(min=1, help="Partings of blocks: 2 gives four. 板块分割深度。")] = 2
    regressor: Annotated[
        list[str] | None,
        typer.Option(
            help="Of qap: border, distance, or KIND:EXPRESSION (gap, difference, sum, sender, receiver); repeatable. "
            "QAP 解释变量，可重复。"
        ),
    ] = None
    of: Annotated[str, typer.Option(help="Of qap: ties, scores or log. QAP 所用的矩阵。")] = "ties"
    correlation: Annotated[
        bool,
        typer.Option(
            "--correlation",
            help="Of qap: the correlation with a single --regressor, no regression. QAP 相关：仅一个解释变量。",
        ),
    ] = False
    alternative: Annotated[
        str, typer.Option(help="Of --correlation: two-sided, greater or less. 相关检验的备择假设。")
    ] = "two-sided"
    method: Annotated[str, typer.Option(help="Of qap: dsp or y-permutation. QAP 回归的置换方法。")] = "dsp"
    reps: Annotated[
        int | None, typer.Option(min=2, help="Draws: 199 of measures, 99 of blocks, 4999 of qap. 抽样次数。")
    ] = None


_OF_VIEW = {
    "closeness": View.measures,
    "depth": View.blocks,
    "regressor": View.qap,
    "of": View.qap,
    "method": View.qap,
    "correlation": View.qap,
    "alternative": View.qap,
}


@command(app, example="evaluate network --year 2022 --reps 49")
def network(
    ctx: typer.Context,
    sample: ShippedSample,
    gravity: GravityOptions,
    flow: FlowOptions,
    shown: ViewOptions,
    own: MapOptions,
    output: Output,
    seed: SeedOption = 0,
) -> None:
    """A network between provinces: gravity scores, flows or pairs; its structure, blocks, QAP. 省际网络分析。"""
    _refuse_idle(ctx, shown)
    _refuse_distance(ctx, flow, shown)
    base = base_map(ctx, own, output.out, ties=shown.view is not View.flows or flow.reconstruct is not None)
    if shown.year is not None and sample.years is None and sample.data is None:
        sample = replace(sample, years=str(shown.year))
    wanted = expressions_of(shown.regressor) if shown.view is View.qap else []
    source = source_of(ctx, sample, gravity, flow, wanted, totals=shown.view is View.flows)
    parts = _parts(source, shown, seed)
    folder, language = output.out, output.language
    figures = {} if folder is None else figures_of(parts, source, shown.year, base, language)
    if output.as_json:
        print_json(_content(parts, output.language))
    else:
        _print(parts, output.language)
    for note in () if base is None or output.as_json else base.notes:
        echo(note, language)
    if folder is not None:
        print_written(write_files(parts, source, figures, folder, language), quiet=output.as_json)


def _refuse_idle(ctx: typer.Context, shown: ViewOptions) -> None:
    for name, view in _OF_VIEW.items():
        if shown.view is not view:
            refuse(
                ctx,
                name,
                message("--{name} belongs to --view {view}: leave it out", name=name, view=view.value),
            )
    if shown.correlation:
        refuse(
            ctx,
            "method",
            message("--method is of the regression, and --correlation fits none: leave one out"),
        )
    else:
        refuse(
            ctx, "alternative", message("--alternative belongs to --correlation: leave it out, or give both")
        )
    if shown.view is View.flows:
        for name in ("reps", "seed"):
            refuse(ctx, name, message("--view flows draws nothing: leave --{name} out", name=name))


def _refuse_distance(ctx: typer.Context, flow: FlowOptions, shown: ViewOptions) -> None:
    """Refuse a file of distances that neither the network nor a regressor reads."""
    tested = shown.view is View.qap and "distance" in (shown.regressor or ())
    totals = shown.view is View.flows or flow.reconstruct is not None
    if tested or (flow.origin is None and (not totals or flow.reconstruct == "gravity")):
        return
    refuse(
        ctx,
        "distance",
        message(
            "--distance is read by gravity networks, --reconstruct gravity and --view qap --regressor distance: leave "
            "it out"
        ),
    )


def _parts(source: Source, shown: ViewOptions, seed: int) -> list[tuple[str, Any, str | None]]:
    """Return what is shown: a name for files, a result, and the part of it."""
    if shown.view is View.flows:
        found: list[tuple[str, Any, str | None]] = [("flows", source.flows, None)]
        return [*found, *([("pairs", source.network, None)] if source.network is not None else [])]
    one = source.network
    if one is None:
        raise SpecError(message("there is no network to show"))
    if shown.view is View.measures:
        return _measures(one, shown, seed)
    if shown.view is View.blocks:
        from panelkit.evaluation.network.block_model import concor

        model = concor(one, year=shown.year, depth=shown.depth, reps=shown.reps or 99, rng=seed)
        return [(part, model, part) for part in ("roles", "densities", "members")]
    return [("qap", pair_test(one, source, shown, seed), None)]


def _measures(one: Network, shown: ViewOptions, seed: int) -> list[tuple[str, Any, str | None]]:
    from panelkit.evaluation.network.measures import network_measures

    way: Any = shown.closeness
    found = network_measures(one, year=shown.year, closeness=way, reps=shown.reps or 199, rng=seed)
    parts = ["ranges", *(["whole"] if len(one.years) > 1 else []), "nodes"]
    return [(part, found, part) for part in parts]


def _print(parts: list[tuple[str, Any, str | None]], language: Language) -> None:
    from panelkit.show import plain
    from panelkit.show.words import note_lines

    with narrow_terminal() as width:
        for place, (_, result, part) in enumerate(parts):
            style: dict[str, Any] = {"width": width, "keys": 1, "notes": ()}
            style |= {} if part is None else {"part": part}
            title = _title(result, language) if place == 0 or part is None else None
            typer.echo(result.to_text(language=language, caption=title, **style))
        for result in dict.fromkeys(result for _, result, _ in parts):
            typer.echo(plain.folded("\n".join(note_lines(_told(result), language))))


def _title(result: Any, language: Language) -> str:
    from panelkit.evaluation.network.names import with_period

    year = getattr(result, "year", None)
    name = result.title.spoken(*result.levels).text(language)
    return name if year is None else with_period(name, year, "，" if language == "zh" else ", ")


def _told(result: Any) -> Any:
    return [on_command_line(one) for one in (result.said if hasattr(result, "said") else result.notes)]


def _content(parts: list[tuple[str, Any, str | None]], language: Language) -> dict[str, Any]:
    first = parts[0][1]
    content: dict[str, Any] = {"title": _title(first, language), "rows": records(first.tidy())}
    if hasattr(first, "ranges"):
        content |= {
            "ranges": records(first.ranges),
            "ranks": records(first.ranks.rename_axis("unit").reset_index()),
        }
    if hasattr(first, "densities"):
        blocks = first.blocks.rename_axis("unit").reset_index()
        content |= {
            "blocks": records(blocks),
            "densities": first.densities.tolist(),
            "agreement": records(first.agreement),
            "r2": first.r2,
            "random_r2": first.random_r2.tolist(),
        }
    if hasattr(first, "statistics"):
        content |= {"r2": first.r2, "r2_p": first.r2_p, "circular": list(first.circular)}
        content["benchmark"] = first.benchmark.tolist()
    if len(parts) > 1 and parts[1][0] == "pairs":
        content["pairs"] = records(parts[1][1].tidy())
    return {**content, "notes": all_told(_told(first), language)}
