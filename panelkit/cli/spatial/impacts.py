"""`panelkit spatial impacts`: direct, indirect and total impacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._after import at_values
from panelkit.cli._chosen import flag, refuse
from panelkit.cli._commands import command
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import print_json, print_written, records
from panelkit.cli._table_options import TableToFile, print_models, refuse_look, refuse_without_table
from panelkit.cli.spatial._composition import Composition, composed_fit_of
from panelkit.cli.spatial._options import FormulaArgument, Model
from panelkit.cli.spatial._tables import echo_by_term, write_tables
from panelkit.cli.spatial._weights import all_provinces
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message

if TYPE_CHECKING:
    from panelkit.models.spatial.fit import SpatialFit

app = typer.Typer(add_completion=False)

_SHARED = ("decimals", "labels", "caption", "notes")


class MethodChoice(StrEnum):
    """Where the errors of impacts come from."""

    delta = "delta"
    draws = "draws"
    bootstrap = "bootstrap"
    none = "none"


class HorizonChoice(StrEnum):
    """The runs of a dynamic panel."""

    short = "short"
    long = "long"


@command(
    app,
    example='spatial impacts "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2019-2022 --method delta',
)
def impacts(
    ctx: typer.Context,
    formula: FormulaArgument,
    sample: ShippedSample,
    model: Model,
    more: Composition,
    look: TableToFile,
    output: Output,
    method: Annotated[
        MethodChoice, typer.Option("--method", help="delta, draws, bootstrap or none. 标准误的来源。")
    ] = MethodChoice.draws,
    reps: Annotated[int | None, typer.Option(min=99, help="Draws. 抽样次数。")] = None,
    moderated: Annotated[
        list[str] | None,
        typer.Option(
            "--moderated",
            help='Effects of x where "x@m" stand in one term, at p10, p50, p90 of m; "x@m=0,1" at values; repeatable. '
            "含交互项时 x 随调节变量变化的效应。",
        ),
    ] = None,
    orders: Annotated[int, typer.Option(min=0, help="Also partition by so many orders. 按阶分解。")] = 0,
    horizon: Annotated[
        HorizonChoice, typer.Option("--horizon", help="short or long run of --dlag. 短期或长期效应。")
    ] = HorizonChoice.short,
    seed: SeedOption = 0,
) -> None:
    """Direct, indirect and total impacts with errors; maps of who radiates and who receives. 效应分解。"""
    if method in (MethodChoice.delta, MethodChoice.none):
        for name in ("seed", "reps"):
            refuse(
                ctx,
                name,
                message(
                    "{option} belongs to draws, and --method {method} makes none: leave it out",
                    option=flag(name),
                    method=method.value,
                ),
            )
    if more.dlag is None:
        said = message("--horizon tells the short run of --dlag from its long run: leave it out")
        refuse(ctx, "horizon", said)
    refuse_without_table(ctx, look)
    refuse_look(ctx, look, printed=not output.as_json or look.table is not None)
    look.check()
    asked = [_asked(text) for text in moderated or ()]
    fit, frame = composed_fit_of(ctx, sample, model, more, formula)
    run = {} if more.dlag is None else {"horizon": horizon.value}
    found = fit.impacts(method.value, reps=reps, rng=seed, **run)
    options = {"method": method.value, "reps": reps, "rng": seed, "data": frame, **run}
    beside = [fit.moderated_impacts(of, by, values=values, **options) for of, by, values in asked]
    partition = found.by_order(orders).tidy() if orders else None
    if output.as_json:
        content: dict[str, Any] = {"impacts": records(found.tidy()), "notes": list(found.notes)}
        if partition is not None:
            content["orders"] = records(partition)
        if beside:
            content["moderated"] = [
                {"of": one.of, "by": one.by, "rows": records(one.tidy()), "notes": list(one.notes)}
                for one in beside
            ]
        print_json(content)
    else:
        from panelkit.show.words import term_word

        style = {key: value for key, value in look.style().items() if key in _SHARED}
        echo_by_term(found.tidy(), [*found.notes, *fit.notes], output.language, style)
        if partition is not None:
            echo_by_term(partition, [], output.language)
        for one in beside:
            typer.echo(one.title.text(output.language))
            words = [term_word(name, output.language) for name in one.terms]
            rows = one.tidy().assign(term=words)
            echo_by_term(rows, one.notes, output.language, style, by="equation")
    if look.table is not None:
        print_models([found, *beside], look, output.language, quiet=True)
    if output.out is not None:
        paths = [
            *_write(fit, found, output.out, output.language),
            *_write_moderated(beside, output.out, output.language),
        ]
        print_written(paths, quiet=output.as_json)


def _asked(text: str) -> tuple[str, str, list[float] | None]:
    """Return the variable, the moderator and its values that `--moderated` names."""
    of, by, values = at_values("--moderated", text)
    if by is None:
        raise SpecError(message('--moderated {text!r} names no moderator: write "x@m"', text=text))
    return of, by, values


def _write_moderated(beside: Sequence[Any], out: Path, language: Language) -> list[Path]:
    """Write the effects at values of moderators, and the curves of the three."""
    paths = []
    for at, one in enumerate(beside, 1):
        paths += write_tables({f"moderated_{at}": one.tidy()}, out)
        paths += [
            one.plot(which, language=language).save(out / f"moderated_{at}_{which}.svg")
            for which in dict.fromkeys(one.equations)
        ]
    return paths


def _write(fit: SpatialFit, found: Any, out: Path, language: Language) -> list[Path]:
    """Write impacts and, for provinces, maps of what each term of the model sends and takes."""
    tables = {"impacts": found.tidy()}
    paths = []
    for at, term in enumerate(dict.fromkeys(found.terms), 1):
        tables[f"provinces_{at}"] = found.by_province(term).reset_index()
        if all_provinces(list(fit.sample.ids)):
            for which, title in _titles(term).items():
                figure = found.map(term, which, language=language, title=title.text(language))
                paths.append(figure.save(out / f"{which}_{at}.svg"))
    return [*write_tables(tables, out), *paths]


def _titles(term: str) -> Mapping[str, Message]:
    return {
        "radiated": message("{term}: radiated", term=term),
        "received": message("{term}: received", term=term),
    }
