"""The network that `panelkit evaluate network` works on: of a panel's masses, of totals, or of a table of pairs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import given, refuse
from panelkit.cli._data import rows_of
from panelkit.cli._options import ShippedSample
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.network.flows import Flows
    from panelkit.evaluation.network.network import Network

_SHIPPED_YEARS = (2022, 2022)
_MASS, _PER_HEAD, _SHARE = ("population", "gdp", "patents_granted"), "gdp / population", "gdp"


@dataclass(frozen=True)
class GravityOptions:
    """The formula of a gravity network; on the shipped figures a modified one unless told."""

    mass: Annotated[
        list[str] | None,
        typer.Option(help="A column or expression of the mass; repeatable. 质量变量（列或表达式），可重复。"),
    ] = None
    per_head: Annotated[
        str | None,
        typer.Option(help='g of the distance d/(g_i - g_j): "gdp / population". 经济距离所用的人均变量。'),
    ] = None
    share: Annotated[
        str | None, typer.Option(help="v of K = v_i/(v_i + v_j), which gives the direction. 确定方向的变量。")
    ] = None
    distance: Annotated[
        Path | None,
        typer.Option(
            help="A square table of distances, units in the first row and column; great circles between capitals if "
            "absent. 距离矩阵文件（首行首列为个体），默认省会间大圆距离。"
        ),
    ] = None
    power: Annotated[float, typer.Option(help="Exponent of the distance. 距离的指数。")] = 2.0
    threshold: Annotated[
        str,
        typer.Option(
            help="Rule of ties: row_mean, row_mean_all, row_median, mean, median, positive, or a share (0.2). "
            "联系的判定规则或最强比例。"
        ),
    ] = "row_mean"


@dataclass(frozen=True)
class FlowOptions:
    """Flows in place of gravity scores: totals of a panel, or a table of pairs."""

    reconstruct: Annotated[
        str | None,
        typer.Option(
            help="independence or gravity: pairs reconstructed from totals sent and received. 由总量重构成对流量。"
        ),
    ] = None
    sent: Annotated[str, typer.Option(help="Column of totals sent. 流出总量列。")] = "tech_market_turnover"
    received: Annotated[str, typer.Option(help="Column of totals received. 流入总量列。")] = (
        "tech_market_inflow"
    )
    origin: Annotated[
        str | None, typer.Option(help="--data is a table of pairs: the sender's column. 成对数据的流出方列。")
    ] = None
    destination: Annotated[
        str | None, typer.Option(help="The receiver's column of it. 成对数据的流入方列。")
    ] = None
    value: Annotated[str | None, typer.Option(help="The flow's column of it. 成对数据的流量列。")] = None


@dataclass(frozen=True, eq=False)
class Source(Brief):
    """A network, the panel behind it where there is one, totals where they are asked for, and distances of a file."""

    network: Network | None
    frame: pd.DataFrame | None
    flows: Flows | None = None
    distance: pd.DataFrame | None = None


def rule_of(text: str) -> Any:
    """Return a rule of ties: a share where the text is a number."""
    try:
        return float(text)
    except ValueError:
        return text


def source_of(
    ctx: typer.Context,
    sample: ShippedSample,
    gravity: GravityOptions,
    flow: FlowOptions,
    columns: list[str],
    *,
    totals: bool,
) -> Source:
    """Return the network that the options describe; `columns` are further expressions that the view reads.

    Raises
    ------
    SpecError
        If options of one source are given for another.
    """
    pairs = [name for name in ("origin", "destination", "value") if getattr(flow, name) is not None]
    if pairs:
        network = _of_pairs(ctx, sample, gravity, flow)
        return Source(network, None, distance=_distances(gravity.distance, network.ids))
    if flow.reconstruct is not None or totals:
        return _of_totals(ctx, sample, gravity, flow, columns, totals=totals)
    for name in ("sent", "received"):
        refuse(
            ctx,
            name,
            message("--sent and --received belong to --reconstruct or --view flows: leave them out"),
        )
    return _of_masses(ctx, sample, gravity, columns)


def _distances(path: Path | None, ids: Iterable[Hashable]) -> pd.DataFrame | None:
    """Return the distances of a file, its labels those of the units that are written alike."""
    if path is None:
        return None
    from panelkit.data.user.table import read_table

    table = read_table(path)
    table = table.set_index(table.columns[0])
    units = {str(one): one for one in ids}
    rows, heads = (
        [units.get(str(one).strip(), one) for one in axis] for axis in (table.index, table.columns)
    )
    return table.set_axis(rows, axis=0).set_axis(heads, axis=1)


def _of_masses(
    ctx: typer.Context, sample: ShippedSample, gravity: GravityOptions, columns: list[str]
) -> Source:
    from panelkit.evaluation.network.door import gravity_network

    mass, per_head, share = gravity.mass, gravity.per_head, gravity.share
    if mass is None:
        if sample.data is not None:
            raise SpecError(message("name the masses of the network by --mass COLUMN, one or several"))
        mass = list(_MASS)
        per_head = _PER_HEAD if per_head is None else per_head
        share = _SHARE if share is None else share
    wanted = [*mass, *(one for one in (per_head, share) if one is not None)]
    frame = _rows(ctx, sample, [*wanted, *columns])
    distance = _distances(gravity.distance, frame.index.unique(0))
    network = gravity_network(
        frame,
        mass,
        per_head=per_head,
        share=share,
        distance=distance,
        power=gravity.power,
        threshold=rule_of(gravity.threshold),
    )
    return Source(network, frame, distance=distance)


def _of_totals(
    ctx: typer.Context,
    sample: ShippedSample,
    gravity: GravityOptions,
    flow: FlowOptions,
    columns: list[str],
    *,
    totals: bool,
) -> Source:
    from panelkit.evaluation.network.flows import observed_flows

    for name in ("mass", "per_head", "share"):
        refuse(
            ctx,
            name,
            message("--mass, --per-head and --share make a gravity network, and totals are asked for"),
        )
    frame = _rows(ctx, sample, [f"`{flow.sent}`", f"`{flow.received}`", *columns])
    distance = _distances(gravity.distance, frame.index.unique(0))
    flows = observed_flows(frame, flow.sent, flow.received)
    if totals and flow.reconstruct is None:
        return Source(None, frame, flows)
    way: Any = flow.reconstruct
    power = gravity.power if given(ctx, "power") else None
    far = distance if way == "gravity" else None
    network = flows.reconstruct(way, power=power, distance=far, threshold=rule_of(gravity.threshold))
    return Source(network, frame, flows if totals else None, distance)


def _of_pairs(
    ctx: typer.Context, sample: ShippedSample, gravity: GravityOptions, flow: FlowOptions
) -> Network:
    from panelkit.data.user.table import read_table
    from panelkit.evaluation.network.pair_table import flow_network

    if flow.origin is None or flow.destination is None or flow.value is None or sample.data is None:
        raise SpecError(
            message(
                "a table of pairs is --data FILE --origin COLUMN --destination COLUMN --value COLUMN: name all"
            )
        )
    for name in ("mass", "per_head", "share", "power", "reconstruct", "sent", "received", "unit", "years", "where",
                 "provinces", "lags", "vintage", "store"):  # fmt: skip
        refuse(
            ctx,
            name,
            message(
                "--{option} does not apply to a table of pairs: leave it out", option=name.replace("_", "-")
            ),
        )
    table = read_table(sample.data, sheet=0 if sample.sheet is None else sample.sheet)
    return flow_network(
        table,
        origin=flow.origin,
        destination=flow.destination,
        value=flow.value,
        time=sample.time,
        threshold=rule_of(gravity.threshold),
    )


def _rows(ctx: typer.Context, sample: ShippedSample, expressions: list[str]) -> pd.DataFrame:
    """Return the rows on which the condition of the sample holds."""
    from panelkit.formula.formula import parse_formula
    from panelkit.indices.panels.sample import rows_where

    formulas = [parse_formula(f"{one} ~ 1") for one in dict.fromkeys(expressions)]
    held = rows_of(ctx, sample, formulas, shipped_years=_SHIPPED_YEARS)
    if held.where is None:
        return held.frame
    unit, time = held.frame.index.names
    kept = rows_where(held.frame.rename_axis(["province", "year"]), held.where, data=held.frame)
    return kept.rename_axis([unit, time])
