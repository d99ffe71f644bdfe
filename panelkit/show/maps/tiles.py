"""The 31 provinces as tiles: where each stands, what it is called, and labels that fit into it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from panelkit.language.message import Language
from panelkit.show import style
from panelkit.show.extents import fitting_size, wrapped
from panelkit.show.maps.paint import Paint, add_patch

GAP = 0.03
ROUNDED = 0.07


@dataclass(frozen=True)
class Tile:
    """Where a province stands on the grid (columns rightwards, rows downwards) and what it is called."""

    column: int
    row: int
    zh: str
    en: str
    code: str

    @property
    def middle(self) -> tuple[float, float]:
        """Return the middle of the tile."""
        return self.column + 0.5, self.row + 0.5


TILES: dict[int, Tile] = {
    110000: Tile(4, 2, "北京", "Beijing", "BJ"),
    120000: Tile(5, 2, "天津", "Tianjin", "TJ"),
    130000: Tile(4, 3, "河北", "Hebei", "HE"),
    140000: Tile(3, 2, "山西", "Shanxi", "SX"),
    150000: Tile(4, 1, "内蒙古", "Inner Mongolia", "NM"),
    210000: Tile(6, 2, "辽宁", "Liaoning", "LN"),
    220000: Tile(6, 1, "吉林", "Jilin", "JL"),
    230000: Tile(6, 0, "黑龙江", "Heilongjiang", "HL"),
    310000: Tile(6, 4, "上海", "Shanghai", "SH"),
    320000: Tile(5, 4, "江苏", "Jiangsu", "JS"),
    330000: Tile(5, 5, "浙江", "Zhejiang", "ZJ"),
    340000: Tile(4, 4, "安徽", "Anhui", "AH"),
    350000: Tile(4, 6, "福建", "Fujian", "FJ"),
    360000: Tile(4, 5, "江西", "Jiangxi", "JX"),
    370000: Tile(5, 3, "山东", "Shandong", "SD"),
    410000: Tile(3, 3, "河南", "Henan", "HA"),
    420000: Tile(3, 4, "湖北", "Hubei", "HB"),
    430000: Tile(3, 5, "湖南", "Hunan", "HN"),
    440000: Tile(3, 6, "广东", "Guangdong", "GD"),
    450000: Tile(2, 6, "广西", "Guangxi", "GX"),
    460000: Tile(3, 7, "海南", "Hainan", "HI"),
    500000: Tile(2, 4, "重庆", "Chongqing", "CQ"),
    510000: Tile(1, 4, "四川", "Sichuan", "SC"),
    520000: Tile(2, 5, "贵州", "Guizhou", "GZ"),
    530000: Tile(1, 5, "云南", "Yunnan", "YN"),
    540000: Tile(0, 4, "西藏", "Tibet", "XZ"),
    610000: Tile(2, 3, "陕西", "Shaanxi", "SN"),
    620000: Tile(1, 2, "甘肃", "Gansu", "GS"),
    630000: Tile(1, 3, "青海", "Qinghai", "QH"),
    640000: Tile(2, 2, "宁夏", "Ningxia", "NX"),
    650000: Tile(0, 2, "新疆", "Xinjiang", "XJ"),
}


def adcode_of(key: Any) -> int | None:
    """Return the adcode for an adcode, a Chinese or an English name, or None."""
    if isinstance(key, int | np.integer):
        return int(key) if int(key) in TILES else None
    text = str(key)
    if text.isdigit():
        return int(text) if int(text) in TILES else None
    return next((code for code, tile in TILES.items() if text in (tile.zh, tile.en, tile.code)), None)


def province_word(name: Any, language: Language) -> str:
    """Return a name; that of a province in Chinese where the language is."""
    code = adcode_of(name) if language == "zh" and isinstance(name, str) else None
    return str(name) if code is None else TILES[code].zh


def frame_tiles(axes: Any) -> None:
    """Give the axes the room of all tiles, without any frame."""
    axes.set_xlim(0, 7)
    axes.set_ylim(8, 0)
    axes.set_aspect("equal")
    axes.set_axis_off()


def draw_tiles(axes: Any, paint: Mapping[Hashable, Paint], otherwise: Paint) -> None:
    """Draw every tile in its paint, or as `otherwise` says."""
    from matplotlib.patches import FancyBboxPatch

    side = 1 - 2 * GAP
    for code, tile in TILES.items():
        corner = (tile.column + GAP, tile.row + GAP)
        make = partial(FancyBboxPatch, corner, side, side, boxstyle=f"round,pad=0,rounding_size={ROUNDED}")
        add_patch(axes, make, paint.get(code, otherwise), gid=f"tile-{code}")


def name_tiles(
    drawing: Any,
    axes: Any,
    paint: Mapping[Hashable, Paint],
    below: Mapping[Hashable, str],
    language: Language,
) -> bool:
    """Write the names into the tiles, and `below` them what they show; tell whether that had room.

    All names have one size, the largest at which they fit, English ones on two lines if need be; a name that does not
    fit at the smallest size is the province's short code.
    """
    drawing.draw_without_rendering()  # settles the layout, so that the size of a tile is known
    wide = abs(axes.transData.transform((1, 0))[0] - axes.transData.transform((0, 0))[0]) * (1 - 3 * GAP)
    told = {code: wrapped(tile.zh if language == "zh" else tile.en) for code, tile in TILES.items()}
    room = wide * (0.5 if below else 0.9)
    size, fitting = fitting_size(drawing, told.values(), (wide, room), (11.0, 7.0))
    kept = {text: text for text in fitting}
    values = {code: below[code] for code in TILES if code in below}
    small, held = fitting_size(drawing, values.values(), (wide, wide * 0.32), (9.0, 6.0))
    shown = set(values.values()) == held
    for code, tile in TILES.items():
        ink = style.readable_on(paint[code].colour) if code in paint else style.SOFT
        two = bool(values) and shown and code in values
        name = kept.get(told[code], tile.code)
        _write(axes, tile, 0.36 if two else 0.5, name, size, ink, paint.get(code))
        if two:
            _write(axes, tile, 0.76, values[code], small, ink, paint.get(code))
    return shown


def _write(axes: Any, tile: Tile, down: float, text: str, size: float, ink: str, paint: Paint | None) -> None:
    behind = None
    if paint is not None and paint.hatch:
        behind = {"boxstyle": "square,pad=0.1", "facecolor": paint.colour, "edgecolor": "none"}
    axes.text(
        tile.column + 0.5,
        tile.row + down,
        text,
        ha="center",
        va="center",
        size=size,
        color=ink,
        linespacing=1.0,
        bbox=behind,
        zorder=3,
    )
