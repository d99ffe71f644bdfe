"""A map of one's own: GeoJSON read by json alone, matched by name, drawn with its holes; and the choropleth on it."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.data.provinces import provinces
from panelkit.language.errors import DataError, SpecError, StyleError
from panelkit.show import style
from tests.show.maps.drawn import feature, fill_of, own_map, polygon, square, texts, write

LINE = {"type": "LineString", "coordinates": [[112, 10], [110, 13], [110.5, 16]]}
DASHES = feature("", polygon(square(118, 12, 0.1)), adcode="100000_JD")


@pytest.fixture
def values() -> pd.Series:
    names = provinces()["name_en"]
    return pd.Series(np.arange(31.0), index=list(names), name="income")


def test_names_in_any_spelling_meet(tmp_path: Path, values: pd.Series) -> None:
    path = own_map(tmp_path / "own.geojson", feature("line", LINE))
    own = pk.read_map(path, review_number=" GS(2024)0650号 ")
    assert (own.key, own.projection, len(own.areas), len(own.lines)) == ("name", "albers", 32, 1)
    assert pk.read_map(path, "adcode").areas.keys() == own.areas.keys()
    figure = pk.choropleth(values, boundaries=own, n_classes=3)
    assert fill_of(figure, "area-110000") != fill_of(figure, "area-650000")
    assert fill_of(figure, "area-710000") == style.NO_VALUE
    shown = " ".join(texts(figure))
    assert "no figure" in shown
    assert "GS(2024)0650号" in shown
    by_code = pk.choropleth(values.set_axis(provinces().index), boundaries=own, n_classes=3)
    assert by_code.svg() == figure.svg()
    chinese = pk.choropleth(
        values.set_axis(provinces()["name_zh"]), boundaries=own, n_classes=3, language="zh"
    )
    assert "审图号" in " ".join(texts(chinese))


def test_what_does_not_match_is_listed_on_both_sides(tmp_path: Path, values: pd.Series) -> None:
    path = own_map(tmp_path / "own.geojson", DASHES, feature("Atlantis", polygon(square(90, 20))))
    with pytest.raises(DataError) as error:
        pk.choropleth(values.rename({"Beijing": "Pekin City"}), boundaries=path)
    said = str(error.value)
    assert "not on the map own.geojson (property 'name'): Pekin City" in said
    assert "areas of the map without such a unit: '', Atlantis" in said
    drawn = pk.choropleth(values, boundaries=pk.read_map(path, others="draw"))
    assert fill_of(drawn, "area-Atlantis") == "#ffffff"  # an outline: no figure could be there
    with pytest.raises(DataError, match="one place stands under two names"):
        pk.choropleth(
            pd.Series([1.0, 2.0], index=["Beijing", "北京"]), boundaries=pk.read_map(path, others="draw")
        )


@pytest.mark.parametrize("clockwise", [True, False])
def test_holes_stay_empty_whichever_way_they_run(tmp_path: Path, clockwise: bool) -> None:
    ring = polygon(square(105, 35, 4.0), square(105, 35, 2.0, clockwise=clockwise))
    own = pk.read_map(write(tmp_path / "h.geojson", [feature("河北", ring)]))
    figure = pk.choropleth(pd.Series({"Hebei": 1.0}), boundaries=own, classes=None)
    axes = figure.drawing.axes[0]
    import matplotlib.image as images

    raw = BytesIO()
    figure.drawing.savefig(raw, format="png", dpi=100)
    raw.seek(0)
    pixels = images.imread(raw)
    box = axes.get_window_extent()
    scale = 100 / figure.drawing.dpi
    row, column = int(len(pixels) - scale * (box.y0 + box.y1) / 2), int(scale * (box.x0 + box.x1) / 2)
    assert pixels[row, column, :3].min() > 0.99
    assert pixels[row, int(scale * (box.x0 + 0.12 * box.width)), :3].min() < 0.95


def test_cities_meet_by_the_text_of_their_names(tmp_path: Path) -> None:
    names = ["吉林市", "长春市", "四平市"]
    held = [feature(name, polygon(square(124 + i, 43))) for i, name in enumerate(names)]
    own = pk.read_map(write(tmp_path / "c.geojson", held), "name")
    series = pd.Series([1.0, 2.0, 3.0], index=names)
    figure = pk.choropleth(series, boundaries=own, classes=None)
    assert len({fill_of(figure, f"area-{name}") for name in names}) == 3
    with pytest.raises(DataError, match="no property names provinces"):
        pk.read_map(tmp_path / "c.geojson")
    with pytest.raises(DataError, match="no province is known under"):
        pk.choropleth(series)


WRONG: list[tuple[Any, str]] = [
    ("{", "no JSON from line 1"),
    ({"type": "Topology"}, "TopoJSON"),
    ({"type": "Polygon"}, "a FeatureCollection of GeoJSON, and this file holds Polygon"),
    ({"type": "FeatureCollection", "features": {}}, "no list of features"),
    ([{**feature("北京", LINE), "properties": ["北京"]}], "feature 1: its properties are no object"),
    ({"type": "FeatureCollection", "features": []}, "holds no feature"),
    ([feature("北京", LINE)], "holds no area, lines alone"),
    (
        [feature("北京", {"type": "Point", "coordinates": [1, 2]})],
        "feature 1: a map takes Polygon.*not Point",
    ),
    ([feature("北京", polygon([[1, 1], [1, 1], [1, 1], [1, 1]]))], "fewer than three points"),
    (
        [feature("北京", {"type": "Polygon", "coordinates": [[["a", 1], [1, 2], [2, 2], [1, 1]]]})],
        "no pairs of numbers",
    ),
    ([feature("北京", {"type": "Polygon", "coordinates": []})], "no coordinates"),
    ([feature(None, polygon(square(110, 30)))], "no property names provinces"),
]


@pytest.mark.parametrize(("content", "said"), WRONG, ids=range(len(WRONG)))
def test_files_that_are_no_map_say_why(tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "w.geojson"
    held = {"type": "FeatureCollection", "features": content} if isinstance(content, list) else content
    path.write_text(held if isinstance(held, str) else json.dumps(held, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        pk.read_map(path)


def test_a_file_of_one_feature_is_a_map(tmp_path: Path) -> None:
    path = tmp_path / "one.geojson"
    path.write_text(json.dumps(feature("北京", polygon(square(116, 40)))), encoding="utf-8")
    assert list(pk.read_map(path).areas) == [110000]


def test_other_files_and_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="ogr2ogr"):
        pk.read_map("own.shp")
    with pytest.raises(DataError, match="no file of that name"):
        pk.read_map(tmp_path / "absent.geojson")
    path = own_map(tmp_path / "own.geojson")
    (tmp_path / "gbk.geojson").write_bytes(path.read_text("utf-8").encode("gbk"))
    with pytest.raises(DataError, match="UTF-8"):
        pk.read_map(tmp_path / "gbk.geojson")
    with pytest.raises(DataError, match="32 of 32 areas have no property 'NAME'; there are name, adcode"):
        pk.read_map(path, "NAME")
    with pytest.raises(SpecError, match="'refuse' or 'draw'"):
        pk.read_map(path, others="hide")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="review_number="):
        pk.read_map(path, review_number=" ")


def test_a_file_without_the_south_china_sea_says_so(tmp_path: Path) -> None:
    assert "nine-dash line" in str(pk.read_map(own_map(tmp_path / "a.geojson")).notes[0])
    assert pk.read_map(own_map(tmp_path / "b.geojson", feature("line", LINE))).notes == ()


def test_years_and_scales_of_the_choropleth(values: pd.Series) -> None:
    panel = pd.concat({2019: values, 2020: values + 100}).swaplevel().rename_axis(["province", "year"])
    assert (
        pk.choropleth(panel).svg()
        == pk.choropleth(panel, year=2020).svg()
        != pk.choropleth(panel, year=2019).svg()
    )
    with pytest.raises(DataError, match="no year 1999 in the series: it holds 2019 to 2020"):
        pk.choropleth(panel, year=1999)
    with pytest.raises(SpecError, match="leave year= out"):
        pk.choropleth(values, year=2020)
    with pytest.raises(SpecError, match="classes=None beside it"):
        pk.choropleth(values, centre=0.0)
    with pytest.raises(StyleError, match="infinite values"):
        pk.choropleth(values.replace(3.0, np.inf), classes=None)
    diverging = pk.choropleth(values, classes=None, centre=15.0)
    assert "below 15" in diverging.svg()
    hatched = [one for one in diverging.drawing.axes[0].patches if one.get_hatch()]
    assert len(hatched) == 15


def test_no_map_library_is_imported(tmp_path: Path) -> None:
    path = own_map(tmp_path / "own.geojson")
    code = (
        f"import sys, panelkit as pk; pk.read_map({str(path)!r});"
        "print([name for name in ('geopandas', 'shapely', 'pyproj', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
