"""Maps of provinces as readable tiles, or of the areas that a user brings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.language.spelt import option
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_values
from panelkit.show.maps.areas import draw_areas, frame_areas, height_of, own_areas, said_below
from panelkit.show.maps.base_map import BaseMap
from panelkit.show.maps.classes import Classes
from panelkit.show.maps.colouring import Colouring, by_category, by_class, by_number, missing_key
from panelkit.show.maps.paint import HATCHES, MISSING, Paint, told_apart
from panelkit.show.maps.tiles import TILES, adcode_of, draw_tiles, frame_tiles, name_tiles
from panelkit.show.words import word

LISA = ("HH", "HL", "LH", "LL", "ns")
_LOW = HATCHES[1]  # a unit that is low itself is hatched
LISA_PAINTS = (
    Paint("#8e0f22"),
    Paint("#f4a582"),
    Paint("#b5d7ea", _LOW),
    Paint("#3f7fbf", _LOW),
    Paint("#f0f0f0"),
)
ISLAND = Paint("#d0d0d0", "....")
_WIDTH, _TALL = 7.0, 7.2


def province_map(
    values: pd.Series,
    *,
    boundaries: Any = None,
    categories: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    paints: Sequence[Paint] | None = None,
    centre: float | None = None,
    classes: Classes | None = None,
    n_classes: int = 5,
    decimals: int = 2,
    show_values: bool = True,
    shown: Mapping[Hashable, str] | None = None,
    labels: Mapping[str, str] | None = None,
    value_label: str | None = None,
    name_omitted: bool = False,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Colour the provinces by a number, by classes of it, or by a category.

    `values` is indexed by adcode, by Chinese or by English name; provinces without a figure are hatched. Without
    `boundaries` each province is a tile; `boundaries` is a map of `read_map`, or a GeoDataFrame indexed in one of the
    same three ways. `categories` are ordered names; otherwise numbers are drawn in `classes` ("quantiles", "equal",
    `n_classes` of them, or edges), or on a scale, a diverging one around `centre` where it is given. Colours of
    categories that one grey could hide are hatched; `paints` sets both. `shown` are the words on the tiles in place of
    the numbers. `name_omitted` adds the note that Hong Kong, Macao and Taiwan are not shown.

    Raises
    ------
    StyleError
        If a key is no province, stands twice, a category is unknown, or values lie outside the classes.
    """
    need_values(values, message("a province map"))
    areas = None if boundaries is None else own_areas(boundaries)
    keyed = _keyed(values, areas)
    if classes is not None and (categories is not None or centre is not None):
        raise StyleError(
            message(
                "{classes}, categories= and {centre} are three ways to colour a map: give one",
                classes=option("classes"),
                centre=option("centre"),
            )
        )
    with style.styled():
        if categories is not None:
            given = paints or (None if colours is None else told_apart(list(colours)))
            colouring = by_category(keyed, categories, given, dict(labels or {}))
        elif classes is not None:
            colouring = by_class(keyed, classes, n_classes, decimals, language)
        else:
            colouring = by_number(keyed, centre, decimals, language)
    label = value_label or word("value", language)
    parts = [*([notes] if isinstance(notes, str) else notes), *colouring.notes]
    if name_omitted and areas is None:
        parts.append(word("no_tiles", language))
    if areas is not None:
        return _on_areas(areas, colouring, label, parts, language, title)
    told = colouring.shown if shown is None else {adcode_of(key): text for key, text in shown.items()}
    return _on_tiles(colouring, told if show_values else {}, label, parts, language, title)


def lisa_map(
    quadrants: pd.Series,
    *,
    boundaries: Any = None,
    rule: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw local Moran categories: `HH`, `HL`, `LH`, `LL`, `ns` where not significant, `island` without a neighbour.

    The legend counts each, and `rule` above it says what counts as significant. Units that are low themselves (LH, LL)
    are hatched.
    """
    need_values(quadrants, message("a LISA map"))
    counts = quadrants.astype(str).value_counts()
    alone = "island" in counts.index
    names = (*LISA, *(["island"] if alone else []))
    labels = {name: _counted(name, int(counts.get(name, 0)), language) for name in names}
    marked = quadrants[quadrants.isin(LISA[:4])].astype(str)
    return province_map(
        quadrants,
        boundaries=boundaries,
        categories=names,
        paints=(*LISA_PAINTS, *([ISLAND] if alone else [])),
        labels=labels,
        shown=dict(marked.items()),
        value_label="LISA" if rule is None else f"LISA{word('colon', language)}{rule}",
        language=language,
        title=title,
        notes=notes,
    )


def _counted(name: str, count: int, language: Language) -> str:
    code = f"{name} " if name in LISA[:4] else ""
    return f"{code}{word(name, language)} ({count})"


def _keyed(values: pd.Series, areas: BaseMap | None) -> dict[Hashable, Any]:
    held = {} if areas is None else areas.areas
    codes = [key if key in held else adcode_of(key) for key in values.index]
    unknown = [str(key) for key, code in zip(values.index, codes, strict=True) if code is None]
    if unknown:
        raise StyleError(message("not among the 31 provinces: {unknown}", unknown=unknown))
    twice = sorted({_name(code) for code in codes if codes.count(code) > 1})
    if twice:
        raise StyleError(
            message("more than one value for {twice}: a map shows one year at a time", twice=twice)
        )
    pairs = zip(codes, values.tolist(), strict=True)
    return {code: value for code, value in pairs if not pd.isna(value)}


def _name(code: Any) -> str:
    return TILES[code].en if code in TILES else str(code)


def _on_tiles(
    colouring: Colouring,
    shown: Mapping[Any, str],
    label: str,
    notes: list[str],
    language: Language,
    title: str | None,
) -> Figure:
    page = sheet(_WIDTH, _TALL, title=title, notes=notes, language=language, alt=label)
    with style.styled():
        axes = page.drawing.add_subplot()
        frame_tiles(axes)
        draw_tiles(axes, colouring.paint, MISSING)
        _key_inside(page.drawing, axes, colouring, label, language)
        fitted = name_tiles(page.drawing, axes, colouring.paint, shown, language)
    if not fitted:
        said = message("the values are too wide for the tiles: the scale shows them").text(language)
        return _on_tiles(colouring, {}, label, [*notes, said], language, title)
    return page.done()


def _on_areas(
    areas: BaseMap,
    colouring: Colouring,
    label: str,
    notes: list[str],
    language: Language,
    title: str | None,
) -> Figure:
    tall = height_of(areas, _WIDTH)
    told = [*notes, *said_below(areas, language)]
    page = sheet(_WIDTH, tall + 1.0, title=title, notes=told, language=language, alt=label)
    with style.styled():
        axes = page.drawing.add_subplot()
        frame_areas(axes, areas)
        hatched = draw_areas(axes, areas, colouring.paint)
        _key_below(page.drawing, axes, colouring, label, language, missing=hatched)
    return page.done()


def _key_inside(drawing: Any, axes: Any, colouring: Colouring, label: str, language: Language) -> None:
    """Put the legend into the empty corner at the upper left of the tiles."""
    rest = [missing_key(language)] if len(colouring.paint) < len(TILES) else []
    place: dict[str, Any] = {"loc": "upper left", "handlelength": 1.4, "handleheight": 1.2}
    if colouring.scale is None:
        handles = [*colouring.handles, *rest]
        axes.legend(
            handles=handles, title=label, alignment="left", ncols=2 if len(handles) > 8 else 1, **place
        )
        return
    inset = axes.inset_axes((0.01, 0.93, 0.48, 0.03))
    bar = drawing.colorbar(colouring.scale, cax=inset, orientation="horizontal")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)
    bar.ax.set_title(label, loc="left", size=9.5, pad=4)
    if rest:
        axes.legend(handles=rest, bbox_to_anchor=(-0.01, 0.88), **place)


def _key_below(
    drawing: Any, axes: Any, colouring: Colouring, label: str, language: Language, *, missing: bool
) -> None:
    """Put the legend below the areas, where it covers none."""
    rest = [missing_key(language)] if missing else []
    if colouring.scale is not None:
        bar = drawing.colorbar(
            colouring.scale,
            ax=axes,
            orientation="horizontal",
            shrink=0.5,
            aspect=30,
            pad=0.02,
            anchor=(0.0, 1.0),
        )
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=2)
        bar.ax.set_title(label, loc="left", size=9.5, pad=4)
        if rest:
            place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.05, 0.5)}
            bar.ax.legend(handles=rest, handlelength=1.4, handleheight=1.2, **place)
        return
    axes.legend(
        handles=[*colouring.handles, *rest],
        title=label,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(0.0, 0.0),
        ncols=3,
        handlelength=1.4,
        handleheight=1.2,
    )
