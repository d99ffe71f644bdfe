"""The options of `panelkit audit` that hold a table against figures, and what is printed of the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._options import OwnFile, SeedOption, WhereOption
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.audit.convention.of_table import ColumnSearch
    from panelkit.audit.entries import Table


@dataclass(frozen=True)
class SearchOptions(OwnFile):
    """The figures, the regression that the paper states, and how far the search goes.

    The search runs where a formula or `--data` is given (`asked`): without `--data` it reads the shipped figures,
    without a formula the headings of the table name columns of the data.
    """

    formula: Annotated[
        str | None,
        typer.Option(
            "--formula",
            help="Search which convention prints a column, from this regression on --data or the shipped figures. "
            "Absent: from the headings of the table. "
            "论文的回归式：查找哪种计算惯例能得到所印数字；缺省时由表的行列标题得出。",
        ),
    ] = None
    column: Annotated[
        str | None,
        typer.Option("--column", help="Heading or number of the column; none: all. 列标题或序号，默认全部。"),
    ] = None
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="PRINTED=TERM of the formula, repeatable. 印刷名称=公式中的项，可重复。"),
    ] = None
    effects: Annotated[
        str | None,
        typer.Option("--effects", help="twoway, unit, time or none, as stated; else all. 论文所述固定效应。"),
    ] = None
    where: WhereOption = None
    w: Annotated[
        str | None,
        typer.Option("--w", help="Spatial weights, as in spatial fit: a spatial search. 空间权重。"),
    ] = None
    model: Annotated[
        str | None, typer.Option("--model", help="Spatial model: sar, sdm, sem, ... 空间模型。")
    ] = None
    depth: Annotated[
        int | None,
        typer.Option("--depth", min=0, help="Steps away from what is stated. 与所述设定相差几步。"),
    ] = None
    closest: Annotated[int, typer.Option("--closest", min=1, help="How many to list. 列出几个。")] = 5
    seed: SeedOption = 0

    @property
    def asked(self) -> bool:
        """Return whether a search is asked for."""
        return self.formula is not None or self.data is not None


def refuse_idle_search(ctx: typer.Context, options: SearchOptions) -> None:
    """Refuse options of the search where none is asked for.

    Raises
    ------
    SpecError
        With the option.
    """
    from panelkit.cli._chosen import flag, given

    if options.asked:
        return
    for name in ("data", "unit", "time", "sheet", *SearchOptions.__annotations__):
        if name != "formula" and given(ctx, name):
            raise SpecError(
                message(
                    "{option} is about the search on figures: give --data, or the paper's regression by --formula, or "
                    "leave it out",
                    option=flag(name),
                )
            )


def searched(tables: Sequence[Table], options: SearchOptions) -> tuple[ColumnSearch, ...]:
    """Return what the search says of the columns that are asked for, of the tables that hold coefficients.

    Raises
    ------
    SpecError, DataError
        If an option names nothing that is there, or the figures cannot be read.
    """
    from panelkit.audit.convention.of_table import search_table
    from panelkit.audit.convention.stated import stated_formula

    held = [table for table in tables if table.columns_of("coefficient")]
    if not held:
        raise SpecError(message("no table holds a column of coefficients to search for"))
    frame, names = _frame(options), _names(options.name or ())
    more: dict[str, Any] = {
        "column": options.column,
        "names": names,
        "effects": options.effects,
        "where": options.where,
        "model": options.model,
        "depth": options.depth,
        "closest": options.closest,
        "rng": options.seed,
    }
    if options.w is not None:
        from panelkit.cli.spatial._weights import units_of, weights_of

        more["w"] = weights_of(options.w, units_of(frame))
    stated = [options.formula or stated_formula(table, frame, names) for table in held]
    return tuple(
        one
        for table, formula in zip(held, stated, strict=True)
        for one in search_table(table, frame, formula=formula, **more)
    )


def _frame(options: SearchOptions) -> pd.DataFrame:
    from panelkit.cli._chosen import Chosen
    from panelkit.cli._data import own_rows
    from panelkit.cli._shipped_rows import shipped_rows
    from panelkit.formula.condition_grammar import columns_in, parse_condition
    from panelkit.formula.formula import parse_formula

    asked = Chosen(
        data=options.data,
        unit=options.unit,
        time=options.time,
        sheet=options.sheet,
        years=None,
        provinces="all",
        vintage={},
        where=options.where,
        within=False,
    )
    if options.data is not None:
        return own_rows(asked)
    condition = () if options.where is None else columns_in(parse_condition(options.where))
    columns = dict.fromkeys((*parse_formula(str(options.formula)).columns, *condition))
    return shipped_rows(asked, list(columns), None)


def _names(pairs: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        printed, equals, term = pair.partition("=")
        if not (equals and printed.strip() and term.strip()):
            raise SpecError(message("--name {pair!r}: write PRINTED=TERM", pair=pair))
        found[printed.strip()] = term.strip()
    return found


def print_searches(found: Iterable[ColumnSearch], language: Language) -> None:
    """Print what was found, column by column."""
    from panelkit.cli._printing import narrow_terminal

    for one in found:
        heading = message("Column {heading}: {formula}", heading=one.heading, formula=one.formula)
        typer.echo("")
        typer.echo(heading.text(language))
        with narrow_terminal() as width:
            typer.echo(one.found.summary(language=language, width=width))


def search_records(found: Iterable[ColumnSearch], language: Language) -> list[dict[str, Any]]:
    """Return what was found as JSON-ready records, its sentences in a language."""
    from panelkit.cli._printing import records

    return [
        {
            "column": one.heading,
            "formula": one.formula,
            "state": one.found.state,
            "choices": one.found.choices,
            "tried": one.found.tried,
            "models": one.found.fits,
            "chance": None if one.found.chance is None else one.found.chance.share,
            "closest": records(one.found.frame.reset_index()),
            "notes": [note.text(language) for note in (*one.found.said(), *one.found.notes)],
        }
        for one in found
    ]
