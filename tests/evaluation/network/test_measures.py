"""Measures of a network as a result: tables, ranges, ranks, both languages."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.evaluation.network.structure import whole_measures
from panelkit.language.errors import SpecError
from tests.evaluation.network.small import cities, distances


@pytest.fixture(scope="module")
def network() -> pk.Network:
    return pk.gravity_network(
        cities(), ["people", "output"], per_head="output / people", share="output", distance=distances()
    )


@pytest.fixture(scope="module")
def found(network: pk.Network) -> pk.NetworkMeasures:
    return pk.network_measures(network, reps=49)


def test_values_are_those_of_the_functions(network: pk.Network, found: pk.NetworkMeasures) -> None:
    for k, year in enumerate(network.years):
        for name, value in whole_measures(network.ties[k]).items():
            assert found.whole.loc[year, name] == pytest.approx(float(value), nan_ok=True)
    assert found.nodes.loc[("c3", 2020), "out_degree"] == network.ties[1, 3].sum()
    assert len(found.tidy()) == 2 * 6 + 2 * 8 * 9


def test_ranges(network: pk.Network, found: pk.NetworkMeasures) -> None:
    held = found.ranges.set_index(["source", "measure"])
    assert set(found.ranges["source"]) == {"random_links", "threshold", "left_out", "noise"}
    for source in ("threshold", "noise"):
        low, high = held.loc[(source, "density")]
        assert low <= found.whole.loc[2020, "density"] <= high
    # random links keep the number of ties
    assert held.loc[("random_links", "density"), "low"] == pytest.approx(found.whole.loc[2020, "density"])
    ranks = found.ranks
    assert (ranks["threshold_low"] <= ranks["rank"]).all()
    assert (ranks["threshold_high"] >= ranks["rank"]).all()
    almost = pk.network_measures(network, reps=9, noise=1e-12)
    assert (almost.ranks["noise_low"] == almost.ranks["rank"]).all()


def test_flows_have_no_noise() -> None:
    import pandas as pd

    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        [(f"u{i}", f"u{j}", rng.random()) for i in range(6) for j in range(6) if i != j],
        columns=["origin", "destination", "value"],
    )
    found = pk.network_measures(pk.flow_network(table), reps=9)
    assert "noise" not in set(found.ranges["source"])
    assert found.noise is None


def test_what_is_shown(found: pk.NetworkMeasures) -> None:
    text = found.summary()
    assert "no sampling interval: the cities are all there are" in text
    assert "没有抽样区间" in found.summary(language="zh")
    for part in ("ranges", "whole", "nodes"):
        assert len(found.table(part))
        assert "tabular" in found.to_latex(part=part)
    with pytest.raises(SpecError, match="part is one of"):
        found.table("edges")
    assert "<table" in found._repr_html_()


def test_refusals(network: pk.Network) -> None:
    with pytest.raises(SpecError, match="a Network is needed"):
        pk.network_measures("network")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="closeness is one of"):
        pk.network_measures(network, closeness="harmonic")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="noise is a finite number above 0"):
        pk.network_measures(network, noise=-0.1)
