"""What `panelkit did` prints, writes as JSON and draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._printing import narrow_terminal, plain_values, print_json, records, terminal_width
from panelkit.cli._table_options import TableToFile, print_models
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.models.policy.effects.did_comparison import DiDComparison

_WIDEST = 140
FIGURES = (".svg", ".png", ".pdf")


def print_fits(
    fits: Mapping[str, Any],
    more: Mapping[str, Any],
    origin: Sequence[str],
    language: Language,
    style: Mapping[str, Any],
) -> None:
    """Print one result whole, several as one table with their notes, then what was asked beside.

    A result whose table is wider than the terminal is shown as several are: estimates above their errors.

    Parameters
    ----------
    fits
        Results by the names of their estimators.
    more
        Tests and decompositions by their names, each with a `summary`.
    origin
        Where the figures come from, in the language.
    language
        The language of what is printed.
    style
        What the table of several results looks like.
    """
    from panelkit.show import plain

    results = list(fits.values())
    with narrow_terminal(_WIDEST) as width:
        if len(results) == 1 and _room(results[0], language) <= width:
            typer.echo(plain.folded(results[0].summary(language=language)))
        else:
            table = _compared(fits)
            typer.echo(table.to_text(language=language, width=terminal_width(_WIDEST), **style))
        said = {note.text(language) for one in results for note in one.notes}
        further = [f"  - {note}" for note in origin if note not in said]
        if further:
            typer.echo(plain.folded("\n".join(further)))
        for one in more.values():
            typer.echo(plain.folded("\n" + one.summary(language=language)))


def _room(result: Any, language: Language) -> int:
    """Return how many columns the table of a result takes."""
    from panelkit.results.numbers import cells

    return max(cells(line) for line in result.table_text(0.95, language).splitlines())


def write_table(fits: Mapping[str, Any], look: TableToFile, language: Language) -> None:
    """Write the table of several results to the file that `--table` names, if it names one."""
    if look.table is None:
        return
    if len(fits) == 1:
        print_models(list(fits.values()), look, language, quiet=True)
        return
    _compared(fits)._rendered(look.chosen(), look.table, language, look.style())
    typer.echo(str(look.table), err=True)


def _compared(fits: Mapping[str, Any]) -> DiDComparison:
    """Return the results side by side, with every kind of effect that one of them holds, in order."""
    from panelkit.models.policy.effects.did_comparison import compare_did

    held = [kind for fit in fits.values() for kind in fit.equations]
    return compare_did(fits, kinds=tuple(dict.fromkeys(held)))


def print_content(fits: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """Print results and what was asked beside them as JSON."""
    print_json(
        {
            "results": [
                {
                    "estimator": name,
                    "title": str(fit.title),
                    "facts": {
                        key: str(value) if key == "vcov" else value for key, value in _facts(fit).items()
                    },
                    "effects": records(fit.tidy()),
                    "notes": [{"en": str(note), "zh": note.text("zh")} for note in fit.notes],
                }
                for name, fit in fits.items()
            ],
            **{name: _told(one) for name, one in more.items()},
        }
    )


def check_figure(path: Path) -> None:
    """Refuse a file that no figure is written as, before anything is fitted.

    Raises
    ------
    SpecError
        With the endings that there are.
    """
    if path.suffix.lower() not in FIGURES:
        raise SpecError(
            message("--plot {file}: end the name in one of {endings}", file=path, endings=list(FIGURES))
        )


def draw(fits: Mapping[str, Any], path: Path, language: Language) -> None:
    """Draw the effects of one estimator, or those of several in one figure."""
    if len(fits) == 1:
        next(iter(fits.values())).plot(language=language).save(path)
        return
    from panelkit.models.policy.effects.did_comparison import plot_event_studies

    plot_event_studies(dict(fits), language=language).save(path)


def _facts(fit: Any) -> dict[str, Any]:
    return plain_values(
        {key: value for key, value in fit.facts.items() if not isinstance(value, (list, tuple))}
    )


def _told(one: Any) -> dict[str, Any]:
    """Return a test or a decomposition as plain values: its numbers, its rows, its sentences."""
    held = {field.name: getattr(one, field.name) for field in fields(one)}
    numbers = {name: value for name, value in held.items() if _is_plain(value)}
    return {
        **plain_values(numbers),
        "rows": records(one.tidy()),
        "notes": [{"en": str(note), "zh": note.text("zh")} for note in one.notes],
    }


def _is_plain(value: Any) -> bool:
    """Tell whether a value is a number, a text, or a pair of numbers."""
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(part, (int, float)) for part in value)
    return isinstance(value, (str, int, float))
