"""Options of maps: the user's own base map, and the file of a figure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import flag, refuse
from panelkit.cli._did_shown import check_figure
from panelkit.cli._output import figure_out
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.show.maps.base_map import BaseMap


class OthersChoice(StrEnum):
    """What happens to areas of the map that name no unit."""

    refuse = "refuse"
    draw = "draw"


class ProjectionChoice(StrEnum):
    """How degrees come onto the page."""

    albers = "albers"
    plain = "plain"
    none = "none"


YearOption = Annotated[
    str | None,
    typer.Option("--year", help="The year that is drawn; the last if absent. 年份，默认最后一年。"),
]


@dataclass(frozen=True)
class MapOptions:
    """A base map of the user's own; without one, provinces are tiles."""

    own_map: Annotated[
        Path | None,
        typer.Option(
            "--map",
            help="GeoJSON of your own; without it provinces are tiles. 自备 GeoJSON 底图，默认方块图。",
        ),
    ] = None
    map_key: Annotated[
        str | None,
        typer.Option(
            "--map-key",
            help="The property that names an area: province or adcode. 底图中标明省份或代码的属性。",
        ),
    ] = None
    map_others: Annotated[
        OthersChoice,
        typer.Option(
            "--map-others",
            help="Areas without such a unit: refuse, or draw them all the same. 无对应个体的区域：报错或照画。",
        ),
    ] = OthersChoice.refuse
    map_projection: Annotated[
        ProjectionChoice | None,
        typer.Option(
            "--map-projection", help="albers, plain or none; absent: as the coordinates are. 投影方式。"
        ),
    ] = None
    review_number: Annotated[
        str | None,
        typer.Option(
            "--review-number", help="Review number of the base map, printed below. 底图审图号，印在图下。"
        ),
    ] = None

    def read(self, ctx: typer.Context) -> BaseMap | None:
        """Return the map; None where there is none.

        Raises
        ------
        SpecError
            If options describe a map that is not named.
        DataError
            If the file is no map.
        """
        if self.own_map is None:
            for name in ("map_key", "map_others", "map_projection", "review_number"):
                said = message(
                    "{option} describes a map of your own: name it by --map, or leave it out",
                    option=flag(name),
                )
                refuse(ctx, name, said)
            return None
        from panelkit.spatial.own_map import read_map

        way: Any = None if self.map_projection is None else self.map_projection.value
        return read_map(
            self.own_map,
            self.map_key,
            projection=way,
            others=self.map_others.value,
            review_number=self.review_number,
        )


PlotOption = Annotated[
    Path | None,
    typer.Option("--plot", callback=figure_out, help="Draw to this file: .svg, .png, .pdf. 作图文件。"),
]


def check_plots(*paths: Path | None) -> None:
    """Refuse files that no figure is written as, before anything is computed."""
    for path in paths:
        if path is not None:
            check_figure(path)


def year_of(text: str | None) -> Any:
    """Return the year as a number where it is one, None where none was given."""
    return int(text) if text is not None and text.lstrip("-").isdigit() else text
