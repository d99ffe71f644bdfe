"""What the options of a command say about its data, checked against each other.

Every option of a command that cannot apply to the data at hand is refused, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from panelkit.cli._options import DesignSample, Lags, OwnFile, SampleOptions
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

Span = tuple[int, int]
_GIVEN = ("COMMANDLINE", "ENVIRONMENT")
_EVERY = ("all", "no_tibet")


@dataclass(frozen=True)
class Chosen:
    """What the options of a command say about its data, checked against each other."""

    data: Path | None
    unit: str | None
    time: str | None
    sheet: str | None
    years: Span | None
    provinces: str
    vintage: dict[str, str]
    where: str | None
    within: bool
    store: Path | None = None

    @property
    def wanted(self) -> Any:
        """Return the provinces as `load_provinces` takes them."""
        return self.provinces if self.provinces in _EVERY else _names(self.provinces)


def given(ctx: typer.Context, name: str) -> bool:
    """Tell whether the user wrote an option, be it with its default value."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name in _GIVEN


def flag(name: str) -> str:
    """Return how a parameter is written as an option."""
    return f"--{name.replace('_', '-')}"


def refuse(ctx: typer.Context, name: str, said: Message) -> None:
    """Refuse an option that the user wrote where it cannot apply.

    Raises
    ------
    SpecError
        With the message, if the option was given.
    """
    if given(ctx, name):
        raise SpecError(said)


def chosen(
    ctx: typer.Context, options: SampleOptions | DesignSample, *, shipped_years: Span | None = None
) -> Chosen:
    """Read the options of a command that choose its data; `shipped_years` are those of the figures unless named.

    Raises
    ------
    SpecError
        An option that is written wrongly, or that has nothing to act on.
    """
    refuse_idle_file(ctx, options)
    _refuse_empty("provinces", options.provinces)
    years = years_of(options.years)
    if years is None and options.data is None:
        years = shipped_years
    if years is None:
        refuse(
            ctx,
            "lags",
            message("--lags says whether lags read years outside --years: give --years too, or leave it out"),
        )
    return Chosen(
        data=options.data,
        unit=options.unit,
        time=options.time,
        sheet=options.sheet,
        years=years,
        provinces=options.provinces or "all",
        vintage=vintages_of(options.vintage),
        where=options.where,
        within=options.lags == Lags.within,
        store=options.store,
    )


def refuse_idle_file(ctx: typer.Context, options: OwnFile) -> None:
    """Refuse options about a file where there is none, and about the shipped figures where there is one.

    Raises
    ------
    SpecError
        With the option, also where it is empty.
    """
    for name in ("unit", "time", "sheet"):
        _refuse_empty(name, getattr(options, name))
    data = options.data
    if data is None:
        for name in ("unit", "time", "sheet"):
            refuse(
                ctx,
                name,
                message(
                    "{option} describes a file of your own: name it by --data, or leave it out",
                    option=flag(name),
                ),
            )
        return
    refuse(
        ctx,
        "vintage",
        message(
            "--vintage chooses among the vintages of the shipped figures, and {file} has none: leave it out",
            file=data,
        ),
    )
    refuse(
        ctx,
        "store",
        message(
            "--store stands over the shipped figures, and {file} is read in their place: leave one out",
            file=data,
        ),
    )
    from panelkit.data.user.table import is_workbook

    if not is_workbook(data):
        refuse(
            ctx,
            "sheet",
            message(
                "--sheet names a sheet of an Excel file, and {file} has no sheets: leave it out", file=data
            ),
        )


def _refuse_empty(name: str, value: str | None) -> None:
    if value is not None and not value.strip():
        raise SpecError(message("{option} is empty: write what is meant, or leave it out", option=flag(name)))


def years_of(text: str | None) -> Span | None:
    """Return `2014-2023` as (2014, 2023).

    Raises
    ------
    SpecError
        If the text is not one year or two, the earlier first.
    """
    if text is None:
        return None
    first, _, last = text.replace(":", "-").replace(",", "-").partition("-")
    if not (_is_year(first) and _is_year(last or first)):
        raise SpecError(message("--years is written 2011-2022 (or 2022), not {text!r}", text=text))
    span = int(first), int(last or first)
    if span[0] > span[1]:
        raise SpecError(
            message(
                "--years {text}: write the earlier year first, {first}-{last}",
                text=text,
                first=span[1],
                last=span[0],
            )
        )
    return span


def _is_year(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdigit() and len(text.strip()) <= 6


def vintages_of(pairs: Iterable[str] | None) -> dict[str, str]:
    """Return `indicator=vintage` texts as a mapping.

    Raises
    ------
    SpecError
        If a text has no equals sign or nothing on one side of it.
    """
    found = {}
    for pair in pairs or ():
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not (name and equals and value):
            raise SpecError(
                message("--vintage is written indicator=vintage, gdp=as_published, not {pair!r}", pair=pair)
            )
        found[name] = value
    return found


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]
