"""`panelkit evaluate network`: views, both languages, JSON, files, own panels and tables of pairs, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from tests.cli.conftest import panelkit  # noqa: F401 (a fixture)
from tests.evaluation.network.small import cities, distances

COMMAND = ("evaluate", "network")
PAIRED = ("--view", "qap", "--correlation", "--regressor", "border")
RECONSTRUCTED = ("--view", "flows", "--reconstruct", "independence")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("from,to,flow\na,b,3\nb,c,2\nc,a,5\na,c,1\nd,a,2\nb,d,4\n", encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    frame = cities(31, (2020,)).reset_index()
    frame["city"] = pk.load_provinces("gdp", (2020, 2020)).index.get_level_values(0)
    frame.rename(columns={"city": "province"}).to_csv(path, index=False)
    return path


def test_measures_are_those_of_python(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "out"
    run = panelkit(*COMMAND, "--data", own, "--mass", "people", "--mass", "output", "--per-head", "output / people",
                   "--reps", 9, "--json", "--out", out)  # fmt: skip
    assert run.status == 0, run.err
    found = json.loads(run.out)
    import pandas as pd

    data = pd.read_csv(own).set_index(["province", "year"])
    network = pk.gravity_network(data, ["people", "output"], per_head="output / people")
    same = pk.network_measures(network, reps=9)
    density = [row["value"] for row in found["rows"] if row["measure"] == "density"]
    assert density == pytest.approx(list(same.whole["density"]))
    assert len(found["ranges"]) == len(same.ranges)
    assert {path.name for path in out.iterdir()} >= {"ranges.csv", "nodes.tex", "ties.csv", "map.svg"}


def test_a_table_of_pairs(panelkit: Callable[..., Any], pairs: Path) -> None:  # noqa: F811
    options = (
        "--data", pairs, "--origin", "from", "--destination", "to", "--value", "flow", "--threshold", "positive",
    )  # fmt: skip
    run = panelkit(*COMMAND, *options, "--view", "blocks", "--reps", 9, "--json")
    assert run.status == 0, run.err
    assert sum(row["size"] for row in json.loads(run.out)["rows"]) == 4
    run = panelkit(*COMMAND, *options, "--reps", 9, "--lang", "zh")
    assert "网络密度" in run.out
    assert "6 对按零计" in run.out


def test_qap_names_what_is_circular(panelkit: Callable[..., Any]) -> None:  # noqa: F811
    run = panelkit(*COMMAND, "--view", "qap", "--regressor", "border", "--regressor", "sender:log(gdp)", "--reps", 99,
                   "--json")  # fmt: skip
    assert run.status == 0, run.err
    found = json.loads(run.out)
    assert found["circular"] == ["sender:log(gdp)"]
    assert any("restate its formula" in note for note in found["notes"])
    assert len(found["benchmark"]) == 199


def test_a_correlation_is_that_of_python(panelkit: Callable[..., Any], tmp_path: Path) -> None:  # noqa: F811
    ask = (*COMMAND, "--view", "qap", "--correlation", "--reps", 99, "--seed", 3)
    run = panelkit(*ask, "--regressor", "border", "--alternative", "greater", "--json", "--out", tmp_path)
    assert run.status == 0, run.err
    (row,) = json.loads(run.out)["rows"]
    panel = pk.load_provinces(["population", "gdp", "patents_granted"], (2022, 2022), provinces="all")
    network = pk.gravity_network(
        panel, ["population", "gdp", "patents_granted"], per_head="gdp / population", share="gdp"
    )
    same = pk.qap(network, pk.contiguity(normalisation="none"), reps=99, rng=3, alternative="greater").tidy()
    assert row["correlation"] == pytest.approx(same["correlation"].item())
    assert row["p_value"] == same["p_greater"].item()
    assert (tmp_path / "qap.csv").exists()
    shown = panelkit(*ask, "--regressor", "gap:gdp", "--lang", "zh").out
    assert "与 gap:gdp 的 QAP 相关" in shown
    assert "`gap:gdp`" in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_totals_and_their_reconstruction(panelkit: Callable[..., Any], language: str) -> None:  # noqa: F811
    run = panelkit(*COMMAND, "--view", "flows", "--reconstruct", "gravity", "--lang", language)
    assert run.status == 0, run.err
    assert ("此为重构" if language == "zh" else "a reconstruction") in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--view", "qap"), "by --regressor"),
        (
            (*PAIRED, "--regressor", "distance"),
            "names border, distance",
        ),
        (
            (*PAIRED, "--method", "dsp"),
            "--method is of the regression",
        ),
        (
            ("--view", "qap", "--regressor", "border", "--alternative", "less"),
            "--alternative belongs to --correlation",
        ),
        (("--correlation",), "--correlation belongs to --view qap"),
        (
            (*RECONSTRUCTED, "--power", "1"),
            "--power belongs to --reconstruct gravity",
        ),
        (("--depth", "3"), "--depth belongs to --view blocks"),
        (("--view", "flows", "--reps", "9"), "--view flows draws nothing"),
        (("--view", "flows", "--mass", "gdp"), "make a gravity network"),
        (("--sent", "gdp"), "belong to --reconstruct or --view flows"),
        (("--origin", "from"), "name all"),
        (("--threshold", "mode"), "threshold is one of"),
        (("--years", "2019-2020", "--year", "2022"), "the network holds 2019, 2020"),
    ],
)
def test_refusals(panelkit: Callable[..., Any], options: tuple[str, ...], said: str) -> None:  # noqa: F811
    run = panelkit(*COMMAND, *options)
    assert run.status != 0
    assert said in " ".join(run.err.split())


def test_masses_of_own_data_are_named(panelkit: Callable[..., Any], own: Path, pairs: Path) -> None:  # noqa: F811
    run = panelkit(*COMMAND, "--data", own)
    assert "name the masses" in run.err
    run = panelkit(
        *COMMAND,
        "--data",
        pairs,
        "--origin",
        "from",
        "--destination",
        "to",
        "--value",
        "flow",
        "--mass",
        "flow",
    )
    assert "--mass does not apply to a table of pairs" in run.err


@pytest.mark.parametrize("numbered", [False, True])
def test_units_that_are_no_provinces_have_distances_of_a_file(
    panelkit: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    numbered: bool,
) -> None:
    far = distances()
    data = cities(8, (2020,))
    if numbered:
        names = {name: place for place, name in enumerate(far.index, start=1)}
        far, data = far.rename(index=names, columns=names), data.rename(index=names, level="city")
    data.reset_index().to_csv(tmp_path / "panel.csv", index=False)
    far.iloc[::-1].to_csv(tmp_path / "far.csv", index_label="" if numbered else "city")
    own = ("--data", tmp_path / "panel.csv", "--unit", "city", "--time", "year", "--mass", "people")
    run = panelkit(*COMMAND, *own, "--distance", tmp_path / "far.csv", "--reps", 9, "--json")
    assert run.status == 0, run.err
    network = pk.gravity_network(data, "people", distance=far)
    density = [row["value"] for row in json.loads(run.out)["rows"] if row["measure"] == "density"]
    assert density == pytest.approx(list(pk.network_measures(network, reps=9).whole["density"]))
    without = panelkit(*COMMAND, *own)
    assert without.status == 2
    assert "--distance FILE" in without.err
    tested = panelkit(*COMMAND, *own, "--distance", tmp_path / "far.csv", "--view", "qap", "--regressor", "distance",
                      "--reps", 99, "--json")  # fmt: skip
    assert json.loads(tested.out)["circular"] == ["distance"]


def test_distances_that_nothing_reads_are_refused(
    panelkit: Callable[..., Any],  # noqa: F811
    pairs: Path,
    tmp_path: Path,
) -> None:
    far = tmp_path / "far.csv"
    distances(4).rename(index=dict(zip(("c0", "c1", "c2", "c3"), "abcd", strict=True)),
                        columns=dict(zip(("c0", "c1", "c2", "c3"), "abcd", strict=True))).to_csv(far)  # fmt: skip
    own = (
        "--data", pairs, "--origin", "from", "--destination", "to", "--value", "flow", "--distance", far,
    )  # fmt: skip
    idle = panelkit(*COMMAND, *own)
    assert idle.status == 2
    assert "--distance is read by" in idle.err
    assert panelkit(*COMMAND, *own, "--view", "qap", "--regressor", "distance").status == 0
    totals = panelkit(*COMMAND, "--view", "flows", "--distance", far)
    assert "--distance is read by" in totals.err


def test_figures_lie_on_a_map_of_ones_own(
    panelkit: Callable[..., Any],  # noqa: F811
    own: Path,
    tmp_path: Path,
) -> None:
    units = pk.load_provinces("gdp", (2020, 2020)).index.get_level_values(0)
    own_map = tmp_path / "底图 own.geojson"
    own_map.write_text(json.dumps(grid([*units, "九段线"])), encoding="utf-8")
    given = ("--map", own_map, "--map-key", "name", "--review-number", "GS(2024)0650号")
    mass = ("--data", own, "--mass", "people", "--reps", 9)
    assert "--map is about the map of --out" in panelkit(*COMMAND, *mass, *given).err
    idle = panelkit(*COMMAND, *mass, *given, "--map-others", "draw", "--out", tmp_path / "idle")
    assert (idle.status, "--map-others has nothing to choose" in idle.err) == (2, True)
    plane = panelkit(*COMMAND, *mass, *given, "--map-projection", "none", "--out", tmp_path / "none")
    assert (plane.status, "--map-projection albers" in plane.err) == (2, True)
    assert not (tmp_path / "none").exists()
    assert panelkit(*COMMAND, *mass, *given, "--out", tmp_path / "ties").status == 0
    assert "GS(2024)0650号" in (tmp_path / "ties" / "map.svg").read_text(encoding="utf-8")
    totals = ("--data", own, "--view", "flows", "--sent", "people", "--received", "output")
    drawn = panelkit(*COMMAND, *totals, *given, "--map-others", "draw", "--out", tmp_path / "flows")
    assert drawn.status == 0, drawn.err
    assert "GS(2024)0650号" in (tmp_path / "flows" / "flows.svg").read_text(encoding="utf-8")


def grid(names: list[str]) -> dict[str, Any]:
    """Return squares in China under these names."""
    features = []
    for at, name in enumerate(names):
        x, y = 80 + 6 * (at % 8), 20 + 6 * (at // 8)
        ring = [[x, y], [x + 4, y], [x + 4, y + 4], [x, y + 4], [x, y]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}
