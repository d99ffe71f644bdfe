"""Networks: widths by flow, arrows, circles at capitals, and names that neither touch nor leave the figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch

import panelkit as pk
from panelkit.data.geography import capitals
from panelkit.language.errors import SpecError
from panelkit.show.maps.network_map import Arc, Node, network_map
from panelkit.show.maps.projecting import albers
from tests.show.maps.drawn import boxes, own_map, texts
from tests.show.test_figures import overlaps


def arcs_of(figure: Any) -> list[FancyArrowPatch]:
    return [one for one in figure.drawing.axes[0].patches if isinstance(one, FancyArrowPatch)]


@pytest.fixture(scope="module")
def flows() -> Any:
    return pk.observed_flows(pk.load_provinces(["tech_market_turnover", "tech_market_inflow"], (2022, 2022)))


def test_width_is_the_root_of_the_flow_and_the_legend_shows_it() -> None:
    nodes = [Node(f"c{i}", f"City {i}", 0.5) for i in range(4)]
    arcs = [Arc(0, 1, 100.0, False), Arc(1, 2, 25.0, False), Arc(2, 3, 6.25, True), Arc(3, 2, 6.25, True)]
    figure = network_map(nodes, arcs)
    widths = {one.get_gid(): one.get_linewidth() for one in arcs_of(figure)}
    assert widths["arc-0-1"] == pytest.approx(2 * widths["arc-1-2"])
    assert widths["arc-0-1"] == pytest.approx(4 * widths["arc-2-3"])
    assert {"weight 100", "weight 25", "weight 6.25"} <= set(texts(figure))
    large = network_map(nodes, [Arc(0, 1, 5.6123e6, False)])
    assert {"weight 5,610,000", "weight 1,400,000"} <= set(texts(large))  # no 5.61e+06
    dashed = {one.get_gid() for one in arcs_of(figure) if one.get_linestyle() != "-"}
    assert dashed == {"arc-0-1", "arc-1-2"}  # in one direction


@pytest.mark.parametrize(
    "name", ["Xilingol League", "博尔塔拉蒙古自治州", "A city whose name goes on and on and on"]
)
def test_the_longest_names_around_a_circle_stay_in_the_figure(name: str) -> None:
    nodes = [Node(i, f"{name} {i}", 0.4) for i in range(24)]
    figure = network_map(nodes, [Arc(0, 9, 1.0, False)], language="zh")
    whole = figure.drawing.bbox
    assert all(whole.x0 <= box.x0 and box.x1 <= whole.x1 for box in boxes(figure).values())
    assert overlaps(figure) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_capitals_lie_where_they_are_and_their_names_do_not_touch(flows: Any, language: Any) -> None:
    network = flows.reconstruct("gravity")
    figure = network.plot(places="capitals", top=30, language=language)
    there = albers(capitals()[["lon", "lat"]].to_numpy(float))
    circles = [one.center for one in figure.drawing.axes[0].patches if hasattr(one, "radius")]
    np.testing.assert_allclose(np.sort(circles, axis=0), np.sort(there, axis=0))
    named = boxes(figure)
    assert len(named) >= 25
    assert overlaps(figure) == []


def test_capitals_over_a_map_of_ones_own(tmp_path: Path, flows: Any) -> None:
    network = flows.reconstruct("independence")
    path = own_map(tmp_path / "own.geojson")
    figure = network.plot(
        places="capitals", boundaries=pk.read_map(path, review_number="GS(2024)0650号"), top=10
    )
    assert "GS(2024)0650号" in figure.svg()
    assert sum(str(one.get_gid()).startswith("area-") for one in figure.drawing.axes[0].patches) == 32
    with pytest.raises(SpecError, match="places='capitals' beside it"):
        network.plot(boundaries=path)
    with pytest.raises(SpecError, match="'tiles' or 'capitals'"):
        network.plot(places="cities")
    with pytest.raises(SpecError, match="drawn by 'plain'"):
        network.plot(places="capitals", boundaries=pk.read_map(path, projection="plain"))


def test_totals_of_flows_have_a_map(flows: Any) -> None:
    net = flows.map(language="zh")
    sent = flows.map(of="sent")
    assert net.svg() != sent.svg()
    held = flows.tidy().set_index("unit")["net"]
    hatched = {one for one in net.drawing.axes[0].patches if one.get_hatch()}
    assert len(hatched) == int((held < 0).sum())
    with pytest.raises(SpecError, match="'net', 'sent' or 'received'"):
        flows.map(of="gross")


def test_blocks_are_filled_apart(flows: Any) -> None:
    network = flows.reconstruct("gravity")
    blocks = pd.Series({one: at % 4 + 1 for at, one in enumerate(network.ids)})
    shown = texts(network.plot(blocks=blocks))
    assert {"block 1", "block 4", "set apart"} <= set(shown)
