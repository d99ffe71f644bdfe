"""The files of `panelkit evaluate network`: tables, ties, and figures on tiles or on a map of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._maps import MapOptions
from panelkit.cli.evaluate._network_source import Source
from panelkit.cli.spatial._weights import all_provinces
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure
    from panelkit.show.maps.base_map import BaseMap

Parts = list[tuple[str, Any, str | None]]


def base_map(ctx: typer.Context, own: MapOptions, out: Path | None, *, ties: bool) -> BaseMap | None:
    """Return the map that lies under the figures; None where there is none.

    Raises
    ------
    SpecError
        If nothing is drawn on it, or `ties` are drawn, under which every area of a map lies.
    """
    if out is None:
        refuse(
            ctx,
            "own_map",
            message("{option} is about the map of --out: name its folder, or leave it out", option="--map"),
        )
    if own.own_map is not None and ties:
        refuse(
            ctx,
            "map_others",
            message(
                "all areas of a map lie under a network: --map-others has nothing to choose, leave it out"
            ),
        )
    return own.read(ctx)


def figures_of(
    parts: Parts, source: Source, year: int | None, base: BaseMap | None, language: Language
) -> dict[str, Figure]:
    """Return the figures by their files: the network, and the totals where these are shown and can be placed."""
    found: dict[str, Figure] = {}
    one, flows = source.network, source.flows
    if one is not None:
        blocks = getattr(parts[0][1], "blocks", None)
        under: dict[str, Any] = {} if base is None else {"places": "capitals", "boundaries": base}
        found["map.svg"] = one.plot(year, blocks=blocks, language=language, **under)
    if parts[0][0] == "flows" and flows is not None and (base is not None or all_provinces(flows.ids)):
        found["flows.svg"] = flows.map(year, boundaries=base, language=language)
    return found


def write_files(
    parts: Parts, source: Source, figures: dict[str, Figure], folder: Path, language: Language
) -> list[Path]:
    """Write every part as a table in three formats, the ties, and the figures; return the paths."""
    from panelkit.show.files import csv_text, write_whole

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, result, part in parts:
        style: dict[str, Any] = {} if part is None else {"part": part}
        for ending, method in ((".csv", "to_csv"), (".tex", "to_latex"), (".docx", "to_docx")):
            path = folder / f"{name}{ending}"
            getattr(result, method)(path, language=language, **style)
            paths.append(path)
    if source.network is not None:
        paths.append(write_whole(folder / "ties.csv", csv_text(source.network.tidy(), index=False)))
    return [*paths, *(figure.save(folder / name) for name, figure in figures.items())]
