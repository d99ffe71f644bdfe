"""A panel of the user's own behind `panelkit check --data`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.cli._options import OwnFile
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.claims.source import Own


def refuse_idle(
    own: OwnFile, figures: Path | None, weights: list[str], regions: str | None, what: list[str]
) -> None:
    """Refuse what does not go with a panel of the user's own, or not without one.

    Parameters
    ----------
    own
        The options of the file.
    figures
        The store of `--figures`, or None.
    weights
        What `--w` names.
    regions
        The column that `--regions` names, or None.
    what
        Claims by id or file.

    Raises
    ------
    SpecError
        With the option.
    """
    if own.data is None:
        if weights:
            raise SpecError(
                message("--w gives weights between the units of --data: name the file, or leave it out")
            )
        if regions is not None:
            raise SpecError(
                message("--regions names a column of --data: name the file, or leave --regions out")
            )
        return
    if figures is not None:
        raise SpecError(
            message("--figures compares two states of the shipped figures: leave it or --data out")
        )
    if not what:
        raise SpecError(
            message("--data {file}: name the claim file that is to be tested on it", file=own.data)
        )


def own_source(own: OwnFile, weights: list[str], regions: str | None) -> Own:
    """Return the panel of a file with the weights that `--w` names and the regions of a column.

    Raises
    ------
    SpecError, DataError
        If the file holds no panel, or the weights are none.
    """
    from panelkit.claims.own_panel import open_panel
    from panelkit.claims.source import Own
    from panelkit.cli.spatial._weights import units_of, weights_of
    from panelkit.data.user.panel import read_panel

    if own.data is None:
        raise SpecError(message("name a file by --data"))
    sheet = 0 if own.sheet is None else own.sheet
    frame = read_panel(own.data, unit=own.unit, time=own.time, sheet=sheet)
    w = [weights_of(text, units_of(frame)) for text in weights]
    return Own(open_panel(frame, w=w or None, regions=regions, name=own.data.name))
