"""The rows that a command works on: a user's own file, whole unless asked, or the shipped figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from panelkit.cli._chosen import Chosen, Span, chosen
from panelkit.cli._options import SampleOptions
from panelkit.cli._shipped_rows import shipped_rows
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.formula.formula import Formula
    from panelkit.formula.reach import Reach


@dataclass(frozen=True, eq=False)
class ChosenRows(Brief):
    """A panel, and the condition that estimators put on its rows after lags."""

    frame: pd.DataFrame
    where: str | None
    own: bool


def rows_of(
    ctx: typer.Context,
    options: SampleOptions,
    formulas: Sequence[Formula],
    *,
    shipped_years: Span | None = None,
    beside: Reach = (0, 0),
    change: bool = False,
) -> ChosenRows:
    """Return the panel of a command whose formulas name its columns.

    `beside` are years that the command itself reads around its sample and promises (the lag of a treatment), `change`
    says that it works on changes, so that the year before the sample counts. Years outside `--years` lend their
    values to lags and leads, and leave after them through the condition.

    Parameters
    ----------
    ctx
        The call, which knows the options that the user wrote.
    options
        The values of the options of data.
    formulas
        What names the columns.
    shipped_years
        First and last year of the sample on the shipped figures where `--years` is absent.
    beside
        Years before and after the sample that the command reads.
    change
        Whether the command works on changes.

    Returns
    -------
    Rows
        The panel, and the condition to be put on it after lags.

    Raises
    ------
    SpecError
        An option that is written wrongly, or that has nothing to act on.
    DataError
        Rows or columns that are not held.
    """
    from panelkit.formula.condition_grammar import columns_in, parse_condition
    from panelkit.formula.reach import columns_of_text, condition_reach, formula_reach, widest

    asked = chosen(ctx, options, shipped_years=shipped_years)
    condition = None if asked.where is None else parse_condition(asked.where)
    reads = [formula_reach(formula) for formula in formulas]
    far = widest([beside, (int(change), 0), *reads, *([condition_reach(condition)] if condition else [])])
    around = beside if asked.within else far
    span = None if asked.years is None else (asked.years[0] - around[0], asked.years[1] + around[1])
    columns = dict.fromkeys(name for formula in formulas for name in formula.columns)
    if condition is not None:
        columns |= dict.fromkeys(columns_in(condition))
    if asked.data is not None:
        texts = () if condition is None else columns_of_text(condition)
        frame = own_rows(asked, labelled=_labelled(formulas, texts))
        frame = _of_years(frame, span, asked)
    else:
        frame = shipped_rows(asked, list(columns), span)
    where = asked.where
    if asked.years is not None and around != (0, 0) and not asked.within:
        where = _both(_year_condition(frame, asked.years), where)
    return ChosenRows(frame, where, asked.data is not None)


def column_formulas(kinds: Iterable[Sequence[str]]) -> list[Formula]:
    """Return formulas that name columns as they are called in the data: `R&D经费(万元)` is one column."""
    from panelkit.formula.formula import parse_formula
    from panelkit.formula.tokens import spelled

    return [parse_formula(f"{spelled(name)} ~ 1") for names in kinds for name in names]


def own_rows(asked: Chosen, *, labelled: Iterable[str] = ()) -> pd.DataFrame:
    """Return the user's panel, whole but for provinces that were not asked for."""
    from panelkit.data.user.panel import read_panel
    from panelkit.data.user.provinces import keep_provinces

    if asked.data is None:
        raise SpecError(message("name a file by --data"))
    sheet = 0 if asked.sheet is None else asked.sheet
    frame = read_panel(asked.data, unit=asked.unit, time=asked.time, sheet=sheet, labelled=tuple(labelled))
    return keep_provinces(frame, asked.wanted, str(asked.data))


def _of_years(frame: pd.DataFrame, span: Span | None, asked: Chosen) -> pd.DataFrame:
    if span is None or asked.years is None:
        return frame
    when = frame.index.get_level_values(1)
    if not ((when >= asked.years[0]) & (when <= asked.years[1])).any():
        raise SpecError(
            message(
                "--years {first}-{last}: {file} holds no row of these years, only {earliest}-{latest}",
                first=asked.years[0],
                last=asked.years[1],
                file=asked.data,
                earliest=when.min(),
                latest=when.max(),
            )
        )
    return frame[(when >= span[0]) & (when <= span[1])]


def _year_condition(frame: pd.DataFrame, years: Span) -> str:
    from panelkit.formula.tokens import spelled

    name = spelled(str(frame.index.names[1]))
    return f"{name} >= {years[0]} & {name} <= {years[1]}"


def _both(first: str, second: str | None) -> str:
    return first if second is None else f"({first}) & ({second})"


def _labelled(formulas: Sequence[Formula], texts: Iterable[str] = ()) -> list[str]:
    """Return the columns that are only ever read as categories, or compared with text: they come as value labels."""
    from panelkit.formula.tree import columns_of

    numbers: set[str] = set()
    levels = dict.fromkeys(texts)
    for formula in formulas:
        for factor in (formula.left, *(factor for term in formula.terms for factor in term.factors)):
            names = columns_of(factor.node)
            if factor.kind == "category":
                levels |= dict.fromkeys(names)
            else:
                numbers |= set(names)
    return [name for name in levels if name not in numbers]
