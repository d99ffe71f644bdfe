"""LISA on tiles and on a map, and the Moran scatter: its slope is Moran's I, whatever the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.data.provinces import provinces
from panelkit.language.errors import SpecError
from tests.show.maps.drawn import boxes, fill_of, own_map, texts
from tests.show.test_figures import overlaps


@pytest.fixture(scope="module")
def y() -> pd.Series:
    table = provinces()
    return pd.Series(table["capital_lat"].to_numpy(float), index=list(table["name_en"]), name="y")


@pytest.mark.parametrize("normalisation", ["row", "spectral", "none"])
def test_the_slope_of_the_points_is_morans_i(y: pd.Series, normalisation: Any) -> None:
    w = pk.inverse_distance(normalisation=normalisation)
    found = pk.local_moran(y, w, permutations=99, rng=1)
    axes = found.scatter().drawing.axes[0]
    points = np.vstack([np.asarray(one.get_offsets()) for one in axes.collections])
    assert len(points) == 31
    slope = np.polyfit(points[:, 0], points[:, 1], 1)[0]
    assert slope == pytest.approx(found.I, rel=1e-9)  # sums in another order
    assert ("scaled" in axes.get_ylabel()) == (normalisation != "row")
    assert f"{found.I:.3f}" in axes.get_legend().get_texts()[0].get_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_quadrants_and_outliers_are_named_and_nothing_overlaps(y: pd.Series, language: Any) -> None:
    found = pk.local_moran(y, pk.contiguity(), permutations=199, rng=1)
    figure = found.scatter(language=language)
    shown = texts(figure)
    corners = ["HH 高-高", "LL 低-低"] if language == "zh" else ["HH high-high", "LL low-low"]
    assert set(corners) <= set(shown)
    z = found.table["z"]
    farthest = str((z**2 + found.table["lag"] ** 2).idxmax())
    names = {"Heilongjiang": "黑龙江", "Hainan": "海南", "Jilin": "吉林"}
    assert (names[farthest] if language == "zh" else farthest) in shown
    assert overlaps(figure) == []
    frame = figure.drawing.axes[0].get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes(figure).values())


def test_the_map_says_which_rule_judged(tmp_path: Path, y: pd.Series) -> None:
    found = pk.local_moran(y, pk.contiguity(), permutations=499, rng=1)
    raw, corrected = found.map(by="p"), found.map()
    assert "p ≤ 0.05, not corrected for 31 tests" in " ".join(texts(raw))
    assert "LISA: false discovery rate 0.05" in texts(corrected)
    significant = int((found.table["p_value"] <= 0.05).sum())
    assert significant > int(found.table["significant"].sum())
    insignificant = f"not significant ({31 - significant})"
    assert insignificant in texts(raw)
    own = pk.read_map(own_map(tmp_path / "own.geojson"))
    drawn = found.map(boundaries=own, by="p")
    assert insignificant in texts(drawn)
    assert fill_of(drawn, "area-230000") == fill_of(raw, "tile-230000")
    assert found.map(boundaries=own).svg() == found.map(boundaries=tmp_path / "own.geojson").svg()
    with pytest.raises(SpecError, match="'q'"):
        found.map(by="z")  # type: ignore[arg-type]


def test_islands_have_a_paint_of_their_own(y: pd.Series) -> None:
    w = pk.as_weights(pk.contiguity(hainan="none", normalisation="none"), islands="zero")
    figure = pk.local_moran(y, w, permutations=99, rng=1).map()
    assert "no neighbour (1)" in texts(figure)
