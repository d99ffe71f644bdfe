"""Maps of the 31 provinces: readable tiles without boundaries, or the boundaries that a user brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_values
from panelkit.show.words import word

LISA = ("HH", "LH", "LL", "HL", "ns")
_LISA_COLOURS = ("#B2182B", "#92C5DE", "#2166AC", "#F4A582", "#e3e3e3")


@dataclass(frozen=True)
class Tile:
    """Where a province stands on the grid (columns rightwards, rows downwards) and what it is called."""

    column: int
    row: int
    zh: str
    en: str
    code: str


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


@dataclass(frozen=True, kw_only=True)
class _Colouring:
    """The colour and the words of each province, and what the legend needs."""

    colours: Mapping[int, str]
    shown: Mapping[int, str]
    handles: Sequence[Any] = ()
    scale: Any = None


def province_map(
    values: pd.Series,
    *,
    boundaries: Any = None,
    categories: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    centre: float | None = None,
    decimals: int = 2,
    show_values: bool = True,
    labels: Mapping[str, str] | None = None,
    value_label: str | None = None,
    name_omitted: bool = False,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Colour the provinces by a number or by a category.

    `values` is indexed by adcode, by Chinese or by English name; provinces without a figure stay pale.
    Without `boundaries` each province is a tile; `boundaries` is a GeoDataFrame of the user's own, indexed
    in one of the same three ways. `categories` are ordered names, otherwise numbers are drawn, on a
    diverging scale around `centre` where it is given. `name_omitted` adds the note that Hong Kong, Macao
    and Taiwan are not shown.

    Raises
    ------
    StyleError
        If a key is no province, stands twice, or a category is unknown.
    """
    need_values(values, message("a province map"))
    keyed = _keyed(values)
    parts = [notes] if isinstance(notes, str) else list(notes)
    if name_omitted:
        parts.append(word("no_tiles", language))
    page = sheet(
        6.4,
        6.0,
        title=title,
        notes=parts,
        language=language,
        alt=value_label or word("value", language),
    )
    with style.styled():
        colouring = (
            _by_number(keyed, centre, decimals)
            if categories is None
            else _by_category(keyed, categories, colours, dict(labels or {}), language)
        )
        axes = page.drawing.add_subplot()
        if boundaries is None:
            words = colouring.shown if show_values and categories is None else {}
            _draw_tiles(axes, colouring, words, language)
        else:
            _draw_boundaries(axes, boundaries, colouring)
        _key(page.drawing, axes, colouring, value_label or word("value", language), language)
    return page.done()


def lisa_map(
    quadrants: pd.Series,
    *,
    boundaries: Any = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw local Moran categories: `HH`, `LH`, `LL`, `HL`, and `ns` where not significant."""
    return province_map(
        quadrants,
        boundaries=boundaries,
        categories=LISA,
        colours=_LISA_COLOURS,
        labels={name: word(name, language) for name in LISA},
        value_label="LISA",
        language=language,
        title=title,
        notes=notes,
    )


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


def _keyed(values: pd.Series) -> dict[int, Any]:
    codes = [adcode_of(key) for key in values.index]
    unknown = [str(key) for key, code in zip(values.index, codes, strict=True) if code is None]
    if unknown:
        raise StyleError(message("not among the 31 provinces: {unknown}", unknown=unknown))
    twice = sorted({str(TILES[code].en) for code in codes if code is not None and codes.count(code) > 1})
    if twice:
        raise StyleError(
            message("more than one value for {twice}: a map shows one year at a time", twice=twice)
        )
    held = zip(codes, values.tolist(), strict=True)
    return {code: value for code, value in held if code is not None and not pd.isna(value)}


def _by_number(keyed: Mapping[int, Any], centre: float | None, decimals: int) -> _Colouring:
    mpl = style.drawing_library()
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize, to_hex

    numbers = {code: float(value) for code, value in keyed.items()}
    low, high = (min(numbers.values()), max(numbers.values())) if numbers else (0.0, 1.0)
    if centre is not None:
        reach = max(abs(low - centre), abs(high - centre)) or 1.0
        low, high = centre - reach, centre + reach
    if low == high:
        low, high = low - 0.5, high + 0.5
    name = style.SEQUENTIAL if centre is None else style.DIVERGING
    scale: Any = ScalarMappable(Normalize(low, high), mpl.colormaps[name])
    return _Colouring(
        colours={code: to_hex(scale.to_rgba(value)) for code, value in numbers.items()},
        shown={code: f"{value:,.{decimals}f}" for code, value in numbers.items()},
        scale=scale,
    )


def _by_category(
    keyed: Mapping[int, Any],
    categories: Sequence[str],
    colours: Sequence[str] | None,
    labels: Mapping[str, str],
    language: Language,
) -> _Colouring:
    from matplotlib.patches import Patch

    unknown = sorted({str(value) for value in keyed.values()} - set(categories))
    if unknown:
        raise StyleError(message("values hold {unknown}, which `categories` does not name", unknown=unknown))
    tints = list(colours) if colours is not None else style.sequence_colours(len(categories), low=0.1)
    tint = dict(zip(categories, tints, strict=True))
    handles = [Patch(facecolor=tint[name], label=labels.get(name, name)) for name in categories]
    if len(keyed) < len(TILES):
        handles.append(Patch(facecolor=style.NO_VALUE, label=word("no_value", language)))
    return _Colouring(
        colours={code: tint[str(value)] for code, value in keyed.items()},
        shown={code: labels.get(str(value), str(value)) for code, value in keyed.items()},
        handles=handles,
    )


def _draw_tiles(axes: Any, colouring: _Colouring, words: Mapping[int, str], language: Language) -> None:
    from matplotlib.patches import FancyBboxPatch

    for code, tile in TILES.items():
        colour = colouring.colours.get(code, style.NO_VALUE)
        box = FancyBboxPatch(
            (tile.column + 0.05, tile.row + 0.05),
            0.9,
            0.9,
            boxstyle="round,pad=0,rounding_size=0.07",
            facecolor=colour,
            edgecolor="none",
            gid=f"tile-{code}",
        )
        axes.add_patch(box)
        ink = style.readable_on(colour) if code in colouring.colours else style.SOFT
        name = tile.zh if language == "zh" else tile.code
        middle = tile.row + (0.38 if code in words else 0.5)
        axes.text(tile.column + 0.5, middle, name, ha="center", va="center", size=11, color=ink)
        if code in words:
            axes.text(
                tile.column + 0.5, tile.row + 0.7, words[code], ha="center", va="center", size=8.5, color=ink
            )
    axes.set_xlim(0, 7)
    axes.set_ylim(8, 0)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _draw_boundaries(axes: Any, boundaries: Any, colouring: _Colouring) -> None:
    from matplotlib.patches import PathPatch

    unknown = [str(key) for key in boundaries.index if adcode_of(key) is None]
    if unknown:
        raise StyleError(
            message(
                "boundaries are indexed by adcode or province name; not a province: {unknown}. Write "
                "boundaries.set_index(...) first, and drop what is not to be drawn",
                unknown=unknown,
            )
        )
    for key, shape in zip(boundaries.index, boundaries.geometry, strict=True):
        code = adcode_of(key)
        colour = colouring.colours.get(code or 0, style.NO_VALUE)
        for part in getattr(shape, "geoms", [shape]):
            patch = PathPatch(
                _outline(part), facecolor=colour, edgecolor="white", lw=0.6, gid=f"shape-{code}"
            )
            axes.add_patch(patch)
    axes.autoscale_view()
    axes.set_aspect("equal")
    axes.set_axis_off()


def _outline(polygon: Any) -> Any:
    """Return the path of a polygon: its exterior and its holes."""
    from matplotlib.path import Path

    rings = [polygon.exterior, *polygon.interiors]
    return Path.make_compound_path(*(Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings))


def _key(drawing: Any, axes: Any, colouring: _Colouring, label: str, language: Language) -> None:
    """Put the legend into the empty corner at the upper left."""
    if colouring.scale is None:
        axes.legend(
            handles=colouring.handles,
            loc="upper left",
            title=label,
            alignment="left",
            ncols=2 if len(colouring.handles) > 5 else 1,
            handlelength=1,
            handleheight=1,
        )
        return
    inset = axes.inset_axes((0.01, 0.93, 0.48, 0.03))
    bar = drawing.colorbar(colouring.scale, cax=inset, orientation="horizontal")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)
    bar.ax.set_title(label, loc="left", size=9.5, pad=4)
    if len(colouring.colours) < len(TILES):
        from matplotlib.patches import Patch

        patch = Patch(facecolor=style.NO_VALUE, label=word("no_value", language))
        axes.legend(
            handles=[patch], loc="upper left", bbox_to_anchor=(-0.01, 0.88), handlelength=1, handleheight=1
        )
