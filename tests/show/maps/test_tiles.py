"""Labels of tiles: inside their tile by matplotlib's own extents, whatever the name and the number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from panelkit.show import figures, style
from panelkit.show.maps.tiles import TILES

WIDE = 1234567.891


def values(size: float = 1.0) -> pd.Series:
    return pd.Series(-size * np.arange(1.0, 32.0), index=list(TILES))


def outside(figure: Any) -> list[str]:
    """Return the texts on tiles that leave the tile on which they stand."""
    axes = figure.drawing.axes[0]
    with style.styled():
        figure.drawing.draw_without_rendering()
        tiles = [one.get_window_extent() for one in axes.patches if str(one.get_gid()).startswith("tile-")]
        lost = []
        for text in axes.texts:
            box = text.get_window_extent()
            middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
            tile = next(one for one in tiles if one.contains(*middle))
            if box.x0 < tile.x0 or box.x1 > tile.x1 or box.y0 < tile.y0 or box.y1 > tile.y1:
                lost.append(text.get_text())
    return lost


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [1.0, 1e3, 1e5])
def test_every_label_stands_inside_its_tile(language: Any, size: float) -> None:
    figure = figures.province_map(values(size), language=language)
    assert outside(figure) == []
    shown = [text.get_text() for text in figure.drawing.axes[0].texts]
    assert len(shown) == 62
    assert ("内蒙古" if language == "zh" else "Inner\nMongolia") in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_lisa_tiles_say_their_quadrant(language: Any) -> None:
    quadrants = pd.Series((["HH", "HL", "LH", "LL", "ns"] * 7)[:31], index=list(TILES))
    figure = figures.lisa_map(quadrants, language=language, rule="q")
    assert outside(figure) == []
    shown = [text.get_text() for text in figure.drawing.axes[0].texts]
    assert shown.count("HH") == int((quadrants == "HH").sum())


def test_names_without_room_become_the_short_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panelkit.show.maps.province_map._WIDTH", 5.0)
    monkeypatch.setattr("panelkit.show.maps.province_map._TALL", 5.2)
    figure = figures.province_map(values())
    shown = {text.get_text() for text in figure.drawing.axes[0].texts}
    assert {"HL", "Hunan"} <= shown
    assert outside(figure) == []


def test_numbers_without_room_leave_the_tiles_and_it_is_said() -> None:
    figure = figures.province_map(values(WIDE * 1e6), decimals=3)
    assert len(figure.drawing.axes[0].texts) == 31
    assert "too wide for the tiles" in figure.svg().replace("\n", " ")
