"""Every figure in grey print and in Chinese: what colours tell apart differs in grey, mark, dash or hatch."""

from __future__ import annotations

import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from panelkit.language.message import message
from panelkit.show import canvas, figures, style
from panelkit.show.contours import contour_lines
from panelkit.show.dots import change_dots
from panelkit.show.event_study import event_study_plot
from panelkit.show.frontier_curve import frontier_curve
from panelkit.show.held import held_map
from panelkit.show.likelihood_ratio import likelihood_ratio_plot
from panelkit.show.maps.network_map import Arc, Node
from panelkit.show.maps.paint import told_apart
from panelkit.show.maps.tiles import TILES
from panelkit.show.margins_curve import margins_curve
from panelkit.show.phase_plane import phase_plane
from panelkit.show.response_grid import response_grid
from panelkit.show.roots import roots_plot
from panelkit.show.sensitivity_plot import sensitivity_plot
from panelkit.show.synthetic import gap_plot, path_plot
from tests.show.test_figures import every_figure

APART = 8.0  # of lightness: greys nearer to each other are one grey on paper
WIDER = 1.8  # times: lines of such widths are told apart


def further_figures(language: Any) -> dict[str, Any]:
    """Return the figures that results draw and `figures` does not name."""
    rng = np.random.default_rng(5)
    held: dict[str, Any] = {"language": language}
    grid = pd.DataFrame(
        np.add.outer(np.arange(5.0), np.arange(5.0)), index=np.arange(5.0), columns=np.arange(5.0)
    )
    dots = pd.DataFrame({"label": list("abc"), "estimate": [3.0, -2.0, 0.5], "certain": [True, True, False]})
    dots = dots.assign(conf_low=dots["estimate"] - 1, conf_high=dots["estimate"] + 1)
    line = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 1.5]}, index=[2019, 2020, 2021])
    field = pd.DataFrame({"x": [0.0, 2.0], "y": [0.0, 2.0], "dx": [1.0, 1.0], "dy": [1.0, -1.0]})
    bounds = pd.DataFrame({"m": [0.5, 1.0], "conf_low": [-1.0, -2.0], "conf_high": [1.0, 2.0]})
    gaps = pd.DataFrame({"treated": "a", "period": range(2015, 2021), "event": range(-3, 3)})
    gaps = gaps.assign(observed=rng.normal(size=6), synthetic=rng.normal(size=6))
    ends = {"estimate": [0.1, 0.2], "conf_low": [0.0, 0.1], "conf_high": [0.2, 0.3]}
    effects = pd.DataFrame({"term": ["0", "1"], **ends})
    events = pd.DataFrame({"event": [-1, 0], "term": ["-1", "0"], "base": [True, False], **ends})
    margins = pd.DataFrame({"value": [0.0, 1.0], **ends})
    answers = pd.DataFrame({"impulse": "a", "response": "a", "horizon": [0, 1], **ends})
    answers = answers.assign(reversed=0.1, reversed_low=0.0, reversed_high=0.2)
    ratios = pd.DataFrame(
        {"threshold": 1, "value": [0.0, 1.0, 2.0], "ratio": [9.0, 0.0, 8.0], "critical": 7.35}
    )
    nodes = [Node(code, TILES[code].zh, 0.5, at % 5) for at, code in enumerate(TILES)]
    arcs = [Arc(0, 5, 8.0, True), Arc(5, 0, 2.0, True), Arc(3, 9, 1.0, False)]
    wide = pd.DataFrame(rng.normal(size=(6, 18)), index=list("abcdef"), columns=range(2000, 2018))
    scores = pd.Series(rng.normal(size=31), index=list(TILES))
    clubs = pd.Series(["one", "two", "three"] * 10 + ["one"], index=list(TILES))
    return {
        "contours": lambda: contour_lines(
            grid,
            critical=4.0,
            now=0.0,
            points=[("a", 2.0, 1.0)],
            x_label=message("value"),
            y_label=message("value"),
            **held,
        ),
        "dots": lambda: change_dots(dots, **held),
        "frontier": lambda: frontier_curve(
            [0.0, 1.0], [1.0, 2.0], {"a": (0.5, 1.0), "b": (0.6, 1.2)}, **held
        ),
        "held": lambda: held_map(
            pd.DataFrame([[0, 31], [12, 3]], index=["a", "b"], columns=[2019, 2020]), **held
        ),
        "phase": lambda: phase_plane(
            field, line, nullclines=[line, line + 0.5], rest=(1.0, 1.0), labels=("x", "y"), **held
        ),
        "roots": lambda: roots_plot([0.5, 1.2, -0.3 + 0.4j], **held),
        "bounds": lambda: sensitivity_plot(bounds, original=(0.0, -0.5, 0.5), **held),
        "paths": lambda: path_plot(gaps, outcome="y", **held),
        "gaps": lambda: gap_plot(
            effects, pd.DataFrame({"b": [0.0, 0.1]}, index=[0.0, 1.0]), outcome="y", **held
        ),
        "events": lambda: event_study_plot({"a": events, "b": events, "c": events}, outcome="y", **held),
        "margins": lambda: margins_curve(margins, pd.DataFrame(ends), [0.0, 1.0], of="x", at="m", **held),
        "responses": lambda: response_grid(answers, quantity=message("value"), beside=answers, **held),
        "ratios": lambda: likelihood_ratio_plot(ratios, [1.0], name="q", **held),
        "network": lambda: figures.network_map(nodes, arcs, **held),
        "wide heat": lambda: figures.heat_map(wide, centre=0.0, **held),
        "clubs": lambda: figures.province_map(
            clubs, categories=["one", "two", "three"], colours=list(style.CYCLE[:3]), **held
        ),
        "classes": lambda: figures.province_map(scores[:30], classes="equal", **held),
        "diverging": lambda: figures.province_map(scores, centre=0.0, **held),
    }


def all_figures(language: str) -> dict[str, Any]:
    return {**every_figure(language), **further_figures(language)}


NAMES = sorted(all_figures("en"))


def looks(artist: Any) -> list[tuple[str, float, str, float, Any]]:
    """Return what stands for a class in a drawing: its kind, grey, mark or dash or hatch, width, and colour.

    Bars of errors belong to their marks and are left out.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.colors import to_hex
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def one(kind: str, colour: Any, sign: Any, width: float = 1.0) -> tuple[str, float, str, float, Any]:
        return kind, style.lightness(colour), str(sign), float(width), to_hex(colour)

    held: Any = artist
    if isinstance(artist, Line2D):
        mark, dash = str(held.get_marker()), held._dash_pattern if held.get_linestyle() != "None" else None
        if mark in ("None", "") and dash is None:
            return []
        hollow = str(held.get_markerfacecolor()) == "white"
        return [one("line", held.get_color(), (mark, dash, hollow), held.get_linewidth())]
    if isinstance(artist, PathCollection):
        sign = held.get_paths()[0].vertices.round(2).tolist() if held.get_paths() else ""
        return [one("points", tint, sign) for tint in held.get_edgecolors()[:1] if len(held.get_offsets())]
    if isinstance(artist, Patch) and held.get_fill() and held.get_facecolor()[3] > 0.5:
        return [one("area", held.get_facecolor(), held.get_hatch())]
    return []


def confused(handles: list[Any]) -> list[tuple[str, str]]:
    """Return the pairs of colours that one grey, one mark, one dash, one hatch and one width make alike."""
    seen = sorted({look for handle in handles for look in looks(handle)}, key=str)
    return [
        (a[4], b[4])
        for a, b in combinations(seen, 2)
        if a[0] == b[0]
        and a[4] != b[4]
        and a[2] == b[2]
        and abs(a[1] - b[1]) < APART
        and max(a[3], b[3]) < WIDER * min(a[3], b[3])
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_colours_tell_apart_grey_tells_apart_too(name: str) -> None:
    figure = all_figures("en")[name]()
    for axes in figure.drawing.axes:
        legend = axes.get_legend()
        handles = [] if legend is None else list(legend.legend_handles)
        assert confused(handles) == [], "legend"
        marks = [*axes.lines, *axes.collections]
        assert confused([one for one in marks if one.get_zorder() >= 1]) == []


@pytest.mark.parametrize("name", [style.SEQUENTIAL, "Blues"])
def test_sequential_scales_only_darken(name: str) -> None:
    import matplotlib as mpl

    greys = [style.lightness(mpl.colormaps[name](at)) for at in np.linspace(0, 1, 41)]
    assert (np.diff(greys) < 0).all()


def test_lisa_classes_have_rising_greys_and_hatches_beside() -> None:
    from panelkit.show.maps.province_map import LISA_PAINTS

    greys = sorted(style.lightness(one.colour) for one in LISA_PAINTS)
    assert (np.diff(greys) >= APART - 3).all()
    pairs = combinations(LISA_PAINTS, 2)
    assert all(
        a.hatch != b.hatch or abs(style.lightness(a.colour) - style.lightness(b.colour)) >= 9
        for a, b in pairs
    )


def test_paints_of_one_grey_are_hatched_apart() -> None:
    paints = told_apart(["#0072B2"] * 4)
    assert len({one.hatch for one in paints}) == 4
    with pytest.raises(ValueError, match="20 classes are not told apart"):
        told_apart(["#0072B2"] * 20)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_of_maps_are_the_same_twice(language: str) -> None:
    for name in ("network", "clubs", "classes", "lisa", "moran"):
        assert all_figures(language)[name]().svg() == all_figures(language)[name]().svg()


@pytest.mark.skipif(style.chinese_font() is None, reason="no Chinese font is installed")
@pytest.mark.parametrize("name", NAMES)
def test_chinese_shows_no_box(name: str, tmp_path: Path) -> None:
    figure = all_figures("zh")[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # "Glyph 20013 missing from font"
        figure.save(tmp_path / "f.png", dpi=40)


@pytest.mark.parametrize("ending", [".png", ".pdf"])
def test_without_a_chinese_font_one_message_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str
) -> None:
    from matplotlib import font_manager

    without = [one for one in font_manager.fontManager.ttflist if one.name not in style.CHINESE]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", without)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    style.chinese_font.cache_clear()
    canvas.say_boxes.cache_clear()
    try:
        figure = all_figures("zh")["classes"]()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            for at in range(3):
                figure.save(tmp_path / f"f{at}{ending}", dpi=40)
        assert len(caught) == 1
        for part in (
            "no Chinese font",
            "apt install fonts-noto-cjk",
            "NotoSansCJKsc-Regular.otf",
            "save as .svg",
        ):
            assert part in str(caught[0].message)
        figure.save(tmp_path / "f.svg")
    finally:
        style.chinese_font.cache_clear()


@pytest.mark.skipif(style.chinese_font() is None, reason="no Chinese font is installed")
def test_a_font_installed_since_the_first_start_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import font_manager

    manager = font_manager.fontManager
    without = [one for one in manager.ttflist if "CJK" not in one.name and one.name not in style.CHINESE]
    monkeypatch.setattr(manager, "ttflist", without)  # what a list written before the installation holds
    style.chinese_font.cache_clear()
    try:
        assert style.chinese_font() in style.CHINESE
    finally:
        style.chinese_font.cache_clear()
