"""Figures: the marks and texts that stand in them, valid and steady SVG, overlaps, refusals."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from panelkit.language.errors import SpecError
from panelkit.show import canvas, figures, style
from panelkit.show.labelling import spread
from panelkit.show.maps.tiles import TILES, adcode_of

SVG = "{http://www.w3.org/2000/svg}"
YEARS = list(range(2010, 2024))


def texts(figure: figures.Figure) -> list[str]:
    root = ElementTree.fromstring(figure.svg())
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def names(language: str) -> list[str]:
    return [tile.zh if language == "zh" else tile.en for tile in TILES.values()]


def specifications(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    estimate = rng.normal(0.15, 0.15, count)
    return pd.DataFrame(
        {
            "estimate": estimate,
            "conf_low": estimate - 0.2,
            "conf_high": estimate + 0.2,
            "outcome": rng.choice(["gross", "net"], count),
            "lag": rng.choice([0, 1, 2], count),
            "same": "always",
        }
    )


def paths(*pairs: tuple[str, str]) -> pd.DataFrame:
    rows = [(source, target, 0.3, 0.1, 0.003) for source, target in pairs]
    return pd.DataFrame(rows, columns=["source", "target", "estimate", "std_error", "p_value"])


def every_figure(language: str) -> dict[str, Callable[[], figures.Figure]]:
    rng = np.random.default_rng(3)
    held: dict[str, Any] = {
        "language": language,
        "title": "标题" if language == "zh" else "A title",
        "notes": "n",
    }
    wide = pd.DataFrame(rng.uniform(size=(12, 14)), index=names(language)[:12], columns=YEARS)
    rows = pd.DataFrame(
        {"term": ["a", "b"], "label": ["a", "b"], "left_out": ["a", "b"], "estimate": [0.1, 0.2]}
    )
    rows = rows.assign(conf_low=rows["estimate"] - 0.2, conf_high=rows["estimate"] + 0.2)
    rho = np.linspace(-0.9, 0.9, 19)
    curve = pd.DataFrame({"rho": rho, "estimate": 0.1 - rho, "conf_low": -rho, "conf_high": 0.2 - rho})
    trend = wide.iloc[:4].T
    square = pd.DataFrame([[0.9, 0.1], [0.2, 0.8]], index=["lo", "hi"], columns=["lo", "hi"])
    z = rng.normal(size=31)
    moran = pd.DataFrame({"z": z, "lag": 0.4 * z + rng.normal(size=31) * 0.3}, index=names(language))
    cloud = pd.DataFrame({"x": rng.normal(size=60), "y": rng.normal(size=60)})
    cloud = cloud.assign(unit=np.repeat(names(language)[:12], 5), when=np.tile(range(2016, 2021), 12))
    ranks = pd.DataFrame({"label": names(language)[:12], "rank": range(1, 13)})
    ranks = ranks.assign(low=ranks["rank"] - 0.5, high=ranks["rank"] + 2)
    one = paths(("X", "M"), ("M", "Y"), ("X", "Y"))
    two = paths(("X", "M"), ("X", "N"), ("M", "N"), ("M", "Y"), ("N", "Y"), ("X", "Y"))
    three = (
        [("X", m) for m in "ABC"]
        + [(m, "Y") for m in "ABC"]
        + [("A", "B"), ("B", "C"), ("A", "C"), ("X", "Y")]
    )
    values = pd.Series(rng.uniform(size=31), index=list(TILES))
    lisa = pd.Series(["HH", "LH", "LL", "HL", "ns"] * 6 + ["ns"], index=names(language))
    return {
        "specification": lambda: figures.specification_curve(
            specifications(60), claimed=0.38, headline=3, **held
        ),
        "coefficient": lambda: figures.coefficient_plot(rows, claimed=0.3, **held),
        "interval": lambda: figures.interval_plot(rows, highlight=["b"], **held),
        "influence": lambda: figures.influence_plot(rows, headline=(0.15, 0.05, 0.25), **held),
        "left_out": lambda: figures.left_out_plot(
            rows.assign(p_value=[0.01, 0.2]), headline=(0.15, 0.05, 0.25), worst="b", **held
        ),
        "within": lambda: figures.within_scatter(
            {"one": cloud, "two": cloud.assign(x=0.5 * cloud["x"])},
            slopes=[0.1, -0.2],
            names=("x", "y"),
            **held,
        ),
        "rank_interval": lambda: figures.rank_interval_plot(ranks, **held),
        "missing": lambda: figures.missing_map(wide.mask(wide < 0.1), **held),
        "heat": lambda: figures.heat_map(wide.mask(wide < 0.1), **held),
        "correlation": lambda: figures.correlation_map(square, p_values=square, **held),
        "comparisons": lambda: figures.comparison_scatter(
            pd.DataFrame({"type": ["A", "A", "B"], "weight": [0.5, 0.2, 0.3], "estimate": [1.0, 0.4, 0.2]}),
            average=0.64,
            **held,
        ),
        "transition": lambda: figures.transition_map(square, counts=pd.Series({"lo": 5, "hi": 7}), **held),
        "map": lambda: figures.province_map(values, name_omitted=True, **held),
        "lisa": lambda: figures.lisa_map(lisa, **held),
        "moran": lambda: figures.moran_scatter(moran, **held),
        "trend": lambda: figures.trend_lines(trend, mark_years={2018: "break"}, **held),
        "ranks": lambda: figures.rank_chart(wide.T.rank(axis=1), highlight=names(language)[:2], **held),
        "path": lambda: figures.path_diagram(one, treatment="X", mediators=["M"], outcome="Y", **held),
        "serial": lambda: figures.path_diagram(
            two, treatment="X", mediators=["M", "N"], outcome="Y", order="serial", **held
        ),
        "serial3": lambda: figures.path_diagram(
            paths(*three), treatment="X", mediators=list("ABC"), outcome="Y", order="serial", **held
        ),
        "parallel3": lambda: figures.path_diagram(
            paths(*three[:6], ("X", "Y")), treatment="X", mediators=list("ABC"), outcome="Y", **held
        ),
        "sensitivity": lambda: figures.sensitivity_curve(curve, zero_at=0.1, **held),
        "density": lambda: figures.density_lines(trend, **held),
        "lorenz": lambda: figures.lorenz_curve({"2010": ([0, 0.5, 1], [0, 0.2, 1])}, **held),
        "histogram": lambda: figures.histogram(rng.normal(size=200), mark=0.3, **held),
    }


CHINESE_TOO = ("specification", "influence", "heat", "map", "moran", "ranks", "serial3", "left_out", "within")
CASES = [*((name, "en") for name in sorted(every_figure("en"))), *((name, "zh") for name in CHINESE_TOO)]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_every_figure_is_valid_named_and_free_of_overlaps(name: str, language: str) -> None:
    figure = every_figure(language)[name]()
    svg = figure.svg()
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == ("标题" if language == "zh" else "A title")
    assert f'xml:lang="{"zh-CN" if language == "zh" else "en"}"' in svg
    assert "Microsoft YaHei" in svg
    assert ("标题" if language == "zh" else "A title") in texts(figure)
    assert overlaps(figure) == []


def overlaps(figure: figures.Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts that cover each other."""
    from matplotlib.text import Text

    with style.styled():
        figure.drawing.draw_without_rendering()
        drawn = {*figure.drawing.texts, *ticks_in_view(figure.drawing)}
        found = figure.drawing.findobj(Text)
        texts_ = [
            text for text in found if text.get_text().strip() and (text.axes is not None or text in drawn)
        ]
        shown = [(text.get_text(), text.get_window_extent().padded(-1.5)) for text in texts_]
    return [
        (first, second)
        for i, (first, box) in enumerate(shown)
        for second, other in shown[i + 1 :]
        if box.overlaps(other)
    ]


def ticks_in_view(drawing: Any) -> list[Any]:
    """Return the tick labels inside the limits: matplotlib keeps others, which it does not draw."""
    held = []
    for axes in drawing.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick, place in zip(axis.get_major_ticks(), axis.get_majorticklocs(), strict=True):
                if low <= place <= high and axis.get_visible():
                    held += [text for text in (tick.label1, tick.label2) if text.get_visible()]
    return held


@pytest.mark.parametrize("name", ["specification", "path"])
def test_figures_are_the_same_twice(name: str, tmp_path: Path) -> None:
    first, second = (every_figure("en")[name]() for _ in range(2))
    assert first.svg() == first.svg() == second.svg()
    assert not re.search(r"20\d\d-\d\d-\d\dT", first.svg())
    assert first.save(tmp_path / "a.pdf").read_bytes() == second.save(tmp_path / "b.pdf").read_bytes()


def test_saved_files(tmp_path: Path) -> None:
    figure = every_figure("en")["histogram"]()
    assert figure.save(tmp_path / "deep" / "f.svg").read_text("utf-8") == figure.svg()
    assert figure.save(tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert figure.save(tmp_path / "f.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(ValueError, match=r"\.svg, \.png or \.pdf"):
        figure.save(tmp_path / "f.bmp")


@pytest.mark.skipif(style.chinese_font() is None, reason="no Chinese font is installed")
def test_png_draws_chinese_characters(tmp_path: Path) -> None:
    every_figure("zh")["lisa"]().save(tmp_path / "f.png", dpi=50)  # a missing glyph would warn, and so fail


def test_without_a_chinese_font(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(style, "chinese_font", lambda: None)
    canvas.say_boxes.cache_clear()
    figure = every_figure("zh")["map"]()
    assert "黑龙江" in texts(figure)
    with pytest.warns(UserWarning, match="no Chinese font is installed") as caught:
        figure.save(tmp_path / "f.png")
    assert len(caught) == 1
    every_figure("en")["histogram"]().save(tmp_path / "g.png")


def test_no_global_state() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    every_figure("en")["heat"]().svg()
    assert dict(mpl.rcParams) == before


def test_specification_curve_shows_all_specifications() -> None:
    figure = figures.specification_curve(
        specifications(60), claimed=0.38, headline=3, labels={"outcome": "Outcome", "lag": "Lag"}
    )
    top, below = figure.drawing.axes
    assert sum(len(points.get_offsets()) for points in top.collections if hasattr(points, "get_sizes")) == 61
    assert {label.get_text() for label in below.get_yticklabels()} == {"gross", "net", "0", "1", "2"}
    ticks = sum(len(lines.get_segments()) for lines in below.collections)
    assert ticks == 2 * 60
    shown = texts(figure)
    assert "claimed value: 0.38" in shown
    assert {"Outcome", "Lag"} <= set(shown)
    assert "same" not in shown
    with pytest.raises(ValueError, match="headline"):
        figures.specification_curve(specifications(5), headline=99)


def test_ten_thousand_specifications_stay_small() -> None:
    svg = figures.specification_curve(specifications(10_000), claimed=0.38).svg()
    assert len(svg) < 600_000


def test_map_has_31_tiles_that_do_not_touch_and_any_key_finds_them() -> None:
    figure = figures.province_map(pd.Series({"江苏": 1.0, "Zhejiang": 2.0, 310000: 3.0, "440000": 4.0}))
    root = ElementTree.fromstring(figure.svg())
    tiles = [group for group in root.iter(f"{SVG}g") if str(group.get("id", "")).startswith("tile-")]
    assert len(tiles) == 31
    assert len({(tile.column, tile.row) for tile in TILES.values()}) == 31
    assert {"Jiangsu", "1.00", "no figure"} <= set(texts(figure))
    assert "内蒙古" in texts(figures.province_map(pd.Series({150000: 1.0}), language="zh"))
    assert adcode_of("XZ") == 540000
    assert adcode_of(np.int64(540000)) == 540000


def test_map_keys_that_are_wrong_are_named() -> None:
    with pytest.raises(ValueError, match=r"not among the 31 provinces: Atlantis"):
        figures.province_map(pd.Series({"Atlantis": 1.0, "Beijing": 2.0}))
    with pytest.raises(ValueError, match=r"more than one value for Beijing"):
        figures.province_map(pd.Series([1.0, 2.0], index=["Beijing", "北京"]))
    with pytest.raises(ValueError, match=r"values hold XX"):
        figures.lisa_map(pd.Series({"Beijing": "XX"}))


def test_omitted_regions_are_named_only_when_asked() -> None:
    values = pd.Series({110000: 1.0})
    assert "Hong Kong" not in figures.province_map(values).svg()
    assert "Hong Kong" in figures.province_map(values, name_omitted=True).svg()


def test_map_with_boundaries_of_the_user() -> None:
    from shapely.geometry import MultiPolygon, box

    ring = box(0, 0, 4, 4).difference(box(1, 1, 2, 2))

    class Frame:  # what a GeoDataFrame offers here: an index and a geometry column
        index = ("Beijing", 120000)
        geometry = (ring, MultiPolygon([box(5, 0, 6, 1), box(7, 0, 8, 1)]))

    figure = figures.province_map(pd.Series({"北京": 1.0}), boundaries=Frame())
    areas = [patch for patch in figure.drawing.axes[0].patches if patch.get_gid()]
    assert len(areas) == 3  # the hatch over an area without a figure is a patch of its own
    Frame.index = ("Beijing", "Nowhere")
    with pytest.raises(ValueError, match="not a province: Nowhere"):
        figures.province_map(pd.Series({"北京": 1.0}), boundaries=Frame())


def test_missing_map_counts_cells() -> None:
    frame = pd.DataFrame([[1.0, np.nan], [np.nan, 2.0]], index=["a", "b"], columns=[2020, 2021])
    assert any("missing: 2 / 4" in text for text in texts(figures.missing_map(frame)))
    with pytest.raises(ValueError, match="cells hold z"):
        figures.heat_map(pd.DataFrame({"a": ["x", "z"]}), categories=["x", "y"])


def test_influence_colours_what_turns_the_result() -> None:
    frame = pd.DataFrame({"left_out": ["a", "b"], "estimate": [0.2, 0.1]})
    frame = frame.assign(conf_low=[0.1, -0.1], conf_high=[0.3, 0.3])
    figure = figures.influence_plot(frame, headline=(0.18, 0.05, 0.3))
    marks = [line.get_color() for line in figure.drawing.axes[0].lines if line.get_marker() in "oD"]
    assert marks == [style.RED, style.INK]


def test_path_diagram_writes_estimates_stars_and_effects() -> None:
    effects = pd.DataFrame(
        {"effect": ["indirect"], "estimate": [0.05], "conf_low": [0.01], "conf_high": [0.1]}
    )
    figure = figures.path_diagram(
        paths(("X", "M"), ("M", "Y"), ("X", "Y")),
        treatment="X",
        mediators=["M"],
        outcome="Y",
        effects=effects,
        labels={"X": "科技支出"},
        language="zh",
    )
    shown = "".join(texts(figure))
    assert shown.count("0.300***") == 3
    assert "科技支出" in shown
    assert "间接效应：0.050 [0.010, 0.100]" in shown
    with pytest.raises(ValueError, match="no treatment, mediator or outcome"):
        figures.path_diagram(paths(("X", "Q")), treatment="X", mediators=["M"], outcome="Y")
    with pytest.raises(ValueError, match="room for three"):
        figures.path_diagram(
            paths(("X", "Y")), treatment="X", mediators=list("ABCD"), outcome="Y", order="serial"
        )


def test_frames_that_lack_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="needs the columns conf_low, conf_high"):
        figures.interval_plot(pd.DataFrame({"label": ["a"], "estimate": [1.0]}))
    with pytest.raises(ValueError, match="at least one row"):
        figures.histogram([np.nan])
    with pytest.raises(ValueError, match="no such column to highlight: z"):
        figures.trend_lines(pd.DataFrame({"a": [1.0]}, index=[2020]), highlight=["z"])


def test_dollar_signs_and_underscores_stay_text() -> None:
    figure = figures.histogram([1.0, 2.0], value_label="costs in $ a_b^2 $", title="<R&D>")
    assert "costs in $ a_b^2 $" in texts(figure)
    assert "<title>&lt;R&amp;D&gt;</title>" in figure.svg()


def test_labels_are_spread_apart() -> None:
    places = spread([0.5, 0.5, 0.5, 0.9], 0.1, 0.0, 1.0)
    assert min(np.diff(places)) > 0.0999
    assert abs(np.mean(places[:3]) - 0.5) < 0.05  # moved no further than needed


def test_wrapping_keeps_closing_marks_on_their_line() -> None:
    lines = canvas.wrap("双向固定效应，省级聚类。", 6)
    assert lines == ["双向固定效应，", "省级聚类。"]
    text = "数据版本 census2023；国家统计局，年末常住人口（编者已删去表头）；" * 4
    for ems in np.arange(4, 60, 0.5):
        held = canvas.wrap(text, ems)
        assert "".join(held).replace(" ", "") == text.replace(" ", "")
        assert not [line for line in held if line[0] in "；，）" or line[-1] == "（"]
        # a word longer than a line stands over; else a closing mark alone, which is empty in its second half
        assert all(canvas.width_in_ems(line) <= max(ems + 1, 9) for line in held)


def test_figures_raise_no_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures.heat_map(pd.DataFrame(np.full((3, 3), np.nan), index=list("abc"), columns=[1, 2, 3])).svg()
        figures.trend_lines(pd.DataFrame({"a": [np.nan, np.nan]}, index=[2020, 2021])).svg()
        figures.coefficient_plot(
            pd.DataFrame([{"term": "a", "estimate": 1.0, "conf_low": 1.0, "conf_high": 1.0}])
        ).svg()


@pytest.mark.parametrize(
    "name",
    [
        "heat_map",
        "missing_map",
        "correlation_map",
        "transition_map",
        "trend_lines",
        "rank_chart",
        "coefficient_plot",
    ],
)
def test_a_figure_of_a_frame_is_not_drawn_from_a_series(name: str) -> None:
    with pytest.raises(SpecError, match="from a frame, not from a series"):
        getattr(figures, name)(pd.Series([1.0, 2.0]))


def test_figures_of_values_refuse_what_holds_none() -> None:
    for other in ({"a": 1}, pd.DataFrame({"a": ["x"]}).groupby("a"), "text"):
        with pytest.raises(SpecError, match="a histogram is made from numbers"):
            figures.histogram(other)
    for other in ([1], {"a": [1]}, pd.Series([1.0])):
        with pytest.raises(SpecError, match="Lorenz curves come as a dictionary"):
            figures.lorenz_curve(other)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="under its labels"):
        figures.province_map(pd.DataFrame({"a": [1.0]}))  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="at least one row"):
        figures.heat_map(pd.DataFrame())
