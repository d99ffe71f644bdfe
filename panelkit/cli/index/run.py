"""`panelkit index run`: a composite index of a shipped design, or of columns of a panel of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import chosen, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import own_rows
from panelkit.cli._options import DesignSample, Output, SeedOption
from panelkit.cli._printing import all_told, fitted, heads_of, print_json, print_written, records
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.indices.panels.designs import CompositeDesign

app = typer.Typer(add_completion=False)

_COLUMN = re.compile(r"\s*([-+]?)\s*(?:`([^`]+)`\s*|([^,`]*))(?:,|$)")


@dataclass(frozen=True)
class Method:
    """What the options change in a design."""

    variant: Annotated[
        str,
        typer.Option(help="mixed, scale (totals) or intensity (ratios). 口径：混合、总量或强度。"),
    ] = "mixed"
    weights: Annotated[
        str | None,
        typer.Option(help="entropy, equal, equal_dimensions, critic, cv, pca, scatter. 赋权方法。"),
    ] = None
    normalisation: Annotated[
        str | None, typer.Option(help="minmax, zscore, vector or ranks. 标准化方法。")
    ] = None
    aggregation: Annotated[str | None, typer.Option(help="linear, geometric, topsis or grey. 合成方法。")] = (
        None
    )


@command(app, example="index run tech_innovation --draws 20")
def run_index(
    ctx: typer.Context,
    design: Annotated[
        str,
        typer.Argument(
            help="A design's id, a .toml file, or with --data columns: rd,patents,-energy. "
            "指标体系的代号、.toml 文件，或配合 --data 列出各列。"
        ),
    ],
    sample: DesignSample,
    method: Method,
    output: Output,
    draws: Annotated[
        int, typer.Option(help="Draws of the rank cloud; 0: none. 位次抽样次数。", min=0)
    ] = 2000,
    seed: SeedOption = 0,
) -> None:
    """Compute an index: scores, ranks with intervals, weights, notes. 计算综合指数、位次及其区间。"""
    from panelkit.indices.panels.composite import composite_index
    from panelkit.indices.panels.ranking import rank_uncertainty
    from panelkit.report import index_files

    if draws == 0:
        refuse(
            ctx,
            "seed",
            message("--seed is the seed of the rank cloud, and --draws 0 draws none: leave it out"),
        )
    asked = chosen(ctx, sample)
    frame = None if sample.data is None else own_rows(asked)
    changes = {
        "weights": method.weights,
        "normalisation": method.normalisation,
        "aggregation": method.aggregation,
        "provinces": asked.wanted if frame is None and sample.provinces is not None else None,
        "years": asked.years,
    }
    settled: Any = {key: value for key, value in changes.items() if value is not None}
    variant: Any = method.variant
    found = composite_index(_design(design, frame), frame, variant=variant, where=sample.where, **settled)
    sure = rank_uncertainty(found, draws=draws, rng=seed) if draws else None
    if output.as_json:
        print_json(_content(found, sure, output.language))
    else:
        _print(found, sure, output.language)
    if output.out is not None:
        paths = index_files.write_composite(found, sure, output.out, output.language)
        print_written(paths, quiet=output.as_json)


def columns_of(text: str) -> dict[str, int]:
    """Return `rd,-energy,+GDP(亿元)` as columns and directions; a name in backticks may hold commas and signs.

    Raises
    ------
    SpecError
        If a column stands twice, or none is named.
    """
    found: dict[str, int] = {}
    for sign, quoted, bare in _COLUMN.findall(text):
        name = quoted or bare.strip()
        if not name:
            continue
        if name in found:
            raise SpecError(
                message(
                    "the column {column} stands twice among the indicators {text}", column=name, text=text
                )
            )
        found[name] = -1 if sign == "-" else 1
    if not found:
        raise SpecError(message("no column is named in {text!r}: write rd,patents,-energy", text=text))
    return found


def _design(text: str, frame: pd.DataFrame | None) -> CompositeDesign:
    from panelkit.indices.panels.designs import design_of_columns, load_design, shipped_designs

    if frame is None or text.endswith(".toml") or text in shipped_designs():
        return load_design(text)
    return design_of_columns(columns_of(text))


def _content(found: Any, sure: Any, language: Language) -> dict[str, Any]:
    from panelkit.report.index_files import ranking_table

    return {
        "method": dict(found.method),
        "weights": {} if found.weights is None else found.weights["weight"].to_dict(),
        "ranking": records(ranking_table(found, sure, "en").reset_index()),
        "notes": all_told(found.notes, language),
    }


def _print(found: Any, sure: Any, language: Language) -> None:
    from panelkit.report import index_files

    def ranking(tongue: Language) -> pd.DataFrame:
        return index_files.ranking_table(found, sure, tongue)

    def weights(tongue: Language) -> pd.DataFrame:
        return index_files.weight_table(found, tongue, short=True)

    caption = index_files.of_last_year(getattr(found.design.label, language), found.values)
    heads = heads_of(ranking, language)
    least = heads.get("first", heads["rank"])
    typer.echo(fitted(ranking(language), language, caption=caption, drop=[least]))
    notes, dimension = all_told(found.notes, language), [heads_of(weights, language)["dimension"]]
    typer.echo(fitted(weights(language), language, notes=notes, drop=dimension))
