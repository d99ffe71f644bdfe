"""Inequality indices and decompositions: oracles, plain loops, exact additivity, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import panelkit as pk
from panelkit.indices.arrays import inequality
from panelkit.language.errors import DataError, SpecError
from tests.stored import worked

incomes = arrays(float, 9, elements=st.integers(1, 1000).map(float))
labels = st.lists(st.sampled_from("abc"), min_size=9, max_size=9)
people = arrays(float, 9, elements=st.integers(1, 50).map(float))


def loop_gini(y: np.ndarray, w: np.ndarray) -> float:
    total = sum(w[i] * w[r] * abs(y[i] - y[r]) for i in range(len(y)) for r in range(len(y)))
    return total / (2 * w.sum() * (w @ y))


def loop_dagum(y: np.ndarray, g: np.ndarray, w: np.ndarray) -> tuple[float, float, float]:
    """Return Gw, Gnb, Gt from the definition, pair by pair."""
    names = sorted(set(g), key=lambda a: np.average(y[g == a], weights=w[g == a]))
    size = {a: w[g == a].sum() / w.sum() for a in names}
    income = {a: (w[g == a] @ y[g == a]) / (w @ y) for a in names}
    mean = {a: np.average(y[g == a], weights=w[g == a]) for a in names}
    within = net = overlap = 0.0
    for at, h in enumerate(names):
        within += loop_gini(y[g == h], w[g == h]) * size[h] * income[h]
        for j in names[at + 1 :]:
            d = p = mass = 0.0
            for i in np.flatnonzero(g == j):
                for r in np.flatnonzero(g == h):
                    d += w[i] * w[r] * max(y[i] - y[r], 0)
                    p += w[i] * w[r] * max(y[r] - y[i], 0)
                    mass += w[i] * w[r]
            pair = (d + p) / mass / (mean[j] + mean[h])
            affluence = (d - p) / (d + p) if d + p else 0.0
            share = size[j] * income[h] + size[h] * income[j]
            net += pair * share * affluence
            overlap += pair * share * (1 - affluence)
    return within, net, overlap


def test_theil_oracle() -> None:
    entry = worked("theil")
    y, g, out = entry["inputs"]["y"], entry["inputs"]["g"], entry["outputs"]
    for kind in ("T", "L"):
        found = inequality.decompose_theil(y, g, kind=kind)  # type: ignore[arg-type]
        got = [found.total, found.parts["within"], found.parts["between"]]
        assert got == pytest.approx(out[kind], abs=entry["tol"])


def test_dagum_oracle() -> None:
    entry = worked("dagum")
    y, g, out = entry["inputs"]["y"], entry["inputs"]["g"], entry["outputs"]
    found = inequality.decompose_dagum(y, g)
    got = [found.total, *(found.parts[part] for part in ("within", "net_between", "transvariation"))]
    assert got == pytest.approx([out["G"], out["Gw"], out["Gnb"], out["Gt"]], abs=entry["tol"])
    assert found.pairs is not None
    pair = found.pairs.set_index(["higher", "lower"])
    assert pair.loc[(1, 0), "gini"] == pytest.approx(0.41414141, abs=1e-8)
    assert pair.loc[(1, 0), "relative_affluence"] == pytest.approx(0.21951220, abs=1e-8)
    assert pair.loc[(1, 2), "relative_affluence"] == pytest.approx(0.25)


def test_dagum_without_overlap_and_equal_means() -> None:
    found = inequality.decompose_dagum([1, 2, 3, 4, 6, 8, 10, 14], [0, 0, 0, 1, 1, 1, 2, 2])
    assert found.total == pytest.approx(0.38541667, abs=1e-8)
    assert found.parts["within"] == pytest.approx(0.04166667, abs=1e-8)
    assert found.parts["net_between"] == pytest.approx(0.34375)
    assert found.parts["transvariation"] == pytest.approx(0.0, abs=1e-12)
    equal = inequality.decompose_dagum([1, 3, 2, 2], ["a", "a", "b", "b"])
    assert equal.parts["net_between"] == pytest.approx(0.0, abs=1e-12)


def test_other_indices_of_the_methods_table() -> None:
    y = [1, 2, 3, 4, 6, 8, 10, 14]
    assert inequality.variation(y) == pytest.approx(0.69221866, abs=1e-8)
    assert inequality.atkinson(y) == pytest.approx(0.12520873, abs=1e-8)
    assert inequality.top_share(y, 2) == pytest.approx(0.5)
    assert inequality.herfindahl([1, 1]) == pytest.approx(0.5)
    geometric = np.exp(np.log(y).mean())
    assert inequality.atkinson(y, aversion=1) == pytest.approx(1 - geometric / np.mean(y))


def test_share_form_of_theil_is_the_population_weighted_one() -> None:
    income, population = np.array([5.0, 9.0, 30.0]), np.array([2.0, 3.0, 4.0])
    share_y, share_p = income / income.sum(), population / population.sum()
    printed = (share_y * np.log(share_y / share_p)).sum()
    assert inequality.theil(income / population, population) == pytest.approx(printed)


@given(incomes, labels, people)
def test_parts_add_up_exactly_and_match_the_loops(y: np.ndarray, g: list[str], w: np.ndarray) -> None:
    assert inequality.gini(y, w) == pytest.approx(loop_gini(y, w), abs=1e-12)
    dagum = inequality.decompose_dagum(y, g, w)
    assert sum(dagum.parts.values()) == pytest.approx(dagum.total, abs=1e-12)
    assert list(dagum.parts.values()) == pytest.approx(loop_dagum(y, np.array(g), w), abs=1e-12)
    assert min(dagum.parts.values()) >= -1e-12
    for kind in ("T", "L"):
        found = inequality.decompose_theil(y, g, w, kind=kind)  # type: ignore[arg-type]
        assert sum(found.parts.values()) == pytest.approx(found.total, abs=1e-12)
        assert found.groups[["within", "between"]].to_numpy().sum() == pytest.approx(found.total, abs=1e-12)
        assert found.parts["between"] >= -1e-12


@given(incomes, st.floats(0.01, 100), st.permutations(range(9)))
def test_scale_replication_and_order_do_not_matter(y: np.ndarray, factor: float, order: list[int]) -> None:
    for index in (inequality.gini, inequality.theil, inequality.variation, inequality.atkinson):
        value = index(y)
        assert index(y * factor) == pytest.approx(value, abs=1e-9)
        assert index(np.tile(y, 3)) == pytest.approx(value, abs=1e-9)
        assert index(y[order]) == pytest.approx(value, abs=1e-9)
        assert value >= -1e-12
    assert inequality.gini(y) <= (len(y) - 1) / len(y) + 1e-12
    assert inequality.theil(y) <= np.log(len(y)) + 1e-12


@given(incomes, st.integers(0, 8))
def test_a_progressive_transfer_lowers_inequality(y: np.ndarray, at: int) -> None:
    rich, poor = int(y.argmax()), at
    assume(y[rich] - y[poor] > 2)
    moved = y.copy()
    moved[rich] -= 1
    moved[poor] += 1
    for index in (inequality.gini, inequality.theil, inequality.variation):
        assert index(moved) < index(y) + 1e-12


def test_weights_are_repeated_units() -> None:
    y, times = np.array([1.0, 4.0, 9.0]), np.array([3, 1, 2])
    for name, index in inequality.INDICES.items():
        batched = index(y, np.vstack([times, np.ones(3)]))
        plain = index(np.repeat(y, times), np.ones((1, 6)))
        assert batched[0] == pytest.approx(plain[0], abs=1e-12), name


def test_zeros_constants_one_unit_negatives_and_missing() -> None:
    assert inequality.gini([5.0]) == pytest.approx(0.0)
    assert inequality.gini([3.0, 3.0, 3.0]) == pytest.approx(0.0, abs=1e-12)
    assert inequality.theil([0.0, 2.0]) == pytest.approx(np.log(2))
    assert inequality.atkinson([0.0, 2.0], aversion=1) == 1.0
    with pytest.raises(DataError, match="all values are zero"):
        inequality.gini([0.0, 0.0])
    with pytest.raises(DataError, match="takes logarithms"):
        inequality.theil([0.0, 2.0], kind="L")
    for bad, message in (([-1.0, 2.0], "negative"), ([np.nan, 1.0], "missing"), ([], "one value")):
        with pytest.raises(DataError, match=message):
            inequality.gini(bad)
    with pytest.raises(DataError, match="one group a unit"):
        inequality.decompose_theil([1.0, 2.0], ["a", None])
    with pytest.raises(SpecError, match="choose one of"):
        inequality.batched("palma")
    with pytest.raises(SpecError, match="aversion"):
        inequality.atkinson([1.0, 2.0], aversion=0)
    one = inequality.decompose_dagum([1.0, 5.0], ["a", "a"])
    assert one.parts["within"] == pytest.approx(one.total)
    zero_group = inequality.decompose_dagum([0.0, 0.0, 3.0], ["a", "a", "b"])
    assert sum(zero_group.parts.values()) == pytest.approx(zero_group.total)
    theil = inequality.decompose_theil([0.0, 0.0, 3.0], ["a", "a", "b"])
    assert theil.parts["between"] == pytest.approx(theil.total)
    assert "transvariation" in one.summary()


@pytest.mark.parametrize("index", ["T", "L", "dagum"])
def test_groups_and_units_without_population(index: str) -> None:
    def parts(y: list[float], groups: list[int], w: list[float]) -> inequality.Decomposition:
        if index == "dagum":
            return inequality.decompose_dagum(y, groups, w)
        return inequality.decompose_theil(y, groups, w, kind=index)  # type: ignore[arg-type]

    with pytest.raises(DataError, match="no population in group 1"):
        parts([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], [1.0, 1.0, 0.0, 0.0])
    # a unit that nobody lives in counts nothing, even where its value is zero and a logarithm is taken
    found = parts([0.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], [0.0, 1.0, 2.0, 1.0])
    without = parts([2.0, 3.0, 4.0], [0, 1, 1], [1.0, 2.0, 1.0])
    assert found.parts == pytest.approx(without.parts, rel=1e-12)  # the same sums
    assert found.total == pytest.approx(sum(found.parts.values()), rel=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda frame: pk.inequality_gap(frame, "rd_expenditure", "gdp"),
        lambda frame: pk.inequality_by_year(frame, "gdp", index="gini"),
    ],
)
def test_negative_cells_are_named_by_unit_and_year(call) -> None:
    frame = pk.load_provinces(["gdp", "rd_expenditure"], (2015, 2020)).copy()
    frame.loc[("Beijing", 2016), "gdp"] = -5.0
    with pytest.raises(DataError, match="negative: gdp Beijing 2016; "):
        call(frame)
