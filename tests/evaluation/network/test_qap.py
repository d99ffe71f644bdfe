"""QAP and MRQAP against brute force over all orders, R's sna, least squares and a simulation of size."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import panelkit as pk
from panelkit.evaluation.network.relabelling import p_values
from panelkit.language.errors import DataError, SpecError
from tests.evaluation.network.small import cities, distances, remainders
from tests.stored import stored


def off(n: int) -> np.ndarray:
    return ~np.eye(n, dtype=bool)


def ols_t(y: np.ndarray, X: list[np.ndarray]) -> np.ndarray:
    return sm.OLS(y, sm.add_constant(np.column_stack(X))).fit().tvalues


def drawn(n: int, count: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    made = [rng.normal(size=(n, n)) + rng.normal(size=(n, 1)) + rng.normal(size=n) for _ in range(count)]
    for one in made:
        np.fill_diagonal(one, 0.0)
    return made


def test_correlation_by_all_orders() -> None:
    a, b = drawn(4, 2, 1)
    found = pk.qap(a, b)
    inside = off(4)
    r = np.corrcoef(a[inside], b[inside])[0, 1]
    every = [np.corrcoef(a[np.ix_(p, p)][inside], b[inside])[0, 1] for p in permutations(range(4))]
    assert found.exact
    assert found.correlation == pytest.approx(r)
    assert np.sort(found.draws) == pytest.approx(np.sort(every))
    slack = 1e-9  # equal orders differ by rounding
    assert found.p_values["greater"] == np.mean(np.array(every) >= r - slack)
    assert found.p_value == np.mean(np.abs(every) >= abs(r) - slack)


def test_a_published_kind_of_exact_p() -> None:
    # a line of four against the same line: 2 of 24 orders (itself and its mirror) give it again
    line = np.eye(4, k=1) + np.eye(4, k=-1)
    found = pk.qap(line, line, alternative="greater")
    assert found.correlation == pytest.approx(1.0)
    assert found.p_value == pytest.approx(2 / 24)


@pytest.mark.parametrize("n", [5, 6])
def test_double_semi_partialling_by_all_orders(n: int) -> None:
    y, x1, x2 = drawn(n, 3, n)
    inside = off(n)
    found = pk.mrqap(y, {"x1": x1, "x2": x2})
    t = ols_t(y[inside], [x1[inside], x2[inside]])[1:]
    assert found.statistics == pytest.approx(t)
    for k, (own, other) in enumerate([(x1, x2), (x2, x1)]):
        rest = np.zeros((n, n))
        rest[inside] = sm.OLS(own[inside], sm.add_constant(other[inside])).fit().resid
        every = [
            ols_t(y[inside], [rest[np.ix_(p, p)][inside], other[inside]])[1] for p in permutations(range(n))
        ]
        more = np.mean(np.abs(every) >= abs(t[k]) * (1 - 1e-9))
        assert found.p_values[k]["two-sided"] == pytest.approx(more)
        assert found.p_values[k]["greater"] == pytest.approx(np.mean(np.array(every) >= t[k] - 1e-9))


def test_permutation_of_y_by_all_orders() -> None:
    y, x1, x2 = drawn(5, 3, 9)
    inside = off(5)
    found = pk.mrqap(y, {"x1": x1, "x2": x2}, method="y-permutation")
    every = np.array(
        [ols_t(y[np.ix_(p, p)][inside], [x1[inside], x2[inside]])[1:] for p in permutations(range(5))]
    )
    for k in range(2):
        expected = np.mean(np.abs(every[:, k]) >= abs(found.statistics[k]) * (1 - 1e-9))
        assert found.p_values[k]["two-sided"] == pytest.approx(expected)
    fits = [
        sm.OLS(y[np.ix_(p, p)][inside], sm.add_constant(np.column_stack([x1[inside], x2[inside]]))).fit()
        for p in permutations(range(5))
    ]
    assert found.r2_p == pytest.approx(np.mean([fit.rsquared >= found.r2 - 1e-9 for fit in fits]))
    assert "all coefficients are zero at once" in found.summary()


def test_symmetric_matrices_count_every_pair_once() -> None:
    y, x = (one + one.T for one in drawn(9, 2, 4))
    found = pk.mrqap(y, {"x": x}, reps=99)
    low = np.tril_indices(9, -1)
    assert found.pairs == 36
    assert found.statistics[0] == pytest.approx(ols_t(y[low], [x[low]])[1])
    permuted = pk.mrqap(y, {"x": x}, reps=99, method="y-permutation")
    # with one regressor the two ways relabel the same thing, only from the other side
    assert permuted.statistics[0] == pytest.approx(found.statistics[0])


def test_sna_agrees() -> None:
    oracle = stored("network_sna")
    held, rtol, m = oracle["expect"], oracle["rtol"], remainders()
    assert pk.qap(m["y"], m["x1"], reps=99).correlation == pytest.approx(held["correlation"][0], rel=rtol)
    X = {name: m[name] for name in ("x1", "x2", "x3")}
    for method, name in (("dsp", "qapspp"), ("y-permutation", "qapy")):
        found = pk.mrqap(m["y"], X, method=method, reps=4999, rng=3)  # type: ignore[arg-type]
        assert [found.intercept, *found.coefficients] == pytest.approx(held[f"{name}_b"], rel=rtol)
        assert found.statistics == pytest.approx(held[f"{name}_t"][1:], rel=rtol)
        for side, key in (("two", "two-sided"), ("greater", "greater"), ("less", "less")):
            for k in range(3):
                p = held[f"{name}_{side}"][k + 1]
                # four standard errors of both shares, and the +1 in ours
                slack = 4 * np.sqrt(max(p * (1 - p), 1e-4) * (1 / 5000 + 1 / 20000)) + 1 / 5000
                assert found.p_values[k][key] == pytest.approx(p, abs=slack), (method, side, k)


def test_size_with_effects_of_senders_and_receivers() -> None:
    # 12 units, regressors that hang together, all with row and column effects: no effect of either on y.
    # 400 worlds: 5 % has a standard error of 1.1 points; ordinary p-values reject three times as often
    rng, below, ordinary = np.random.default_rng(20261203), [], []
    inside = off(12)
    for _ in range(400):
        common = rng.normal(size=12)
        x1, x2, y = (
            rng.normal(size=(12, 12)) + shared[:, None] + rng.normal(size=12)
            for shared in (common, common + 0.3 * rng.normal(size=12), 1.5 * rng.normal(size=12))
        )
        found = pk.mrqap(y, {"x1": x1, "x2": x2}, reps=99, rng=rng)
        below.append(found.p_values[0]["two-sided"] <= 0.05)
        ordinary.append(
            sm.OLS(y[inside], sm.add_constant(np.column_stack([x1[inside], x2[inside]]))).fit().pvalues[1]
            < 0.05
        )
    assert 0.015 <= np.mean(below) <= 0.09
    assert np.mean(ordinary) > 0.15


def test_circular_regressors_are_named() -> None:
    data, km = cities(10, (2020,)), distances(10)
    network = pk.gravity_network(
        data, ["people", "output"], per_head="output / people", share="output", distance=km
    )
    v = data.xs(2020, level="year")
    rng = np.random.default_rng(3)
    other = pd.Series(rng.normal(size=10), index=v.index)
    X = {
        "output": v["output"],
        "renamed": ("sender", v["people"] * 3.0),
        "far": km,
        "near": (1.0 / (km + np.eye(10))),
        "other": ("receiver", other),
    }
    found = pk.mrqap(network, X, reps=99)
    assert found.circular == ("output", "renamed", "far", "near")
    assert "restate its formula" in found.summary()
    assert "循环论证" in found.summary(language="zh")
    assert len(found.benchmark) == 199
    alone = pk.mrqap(network, {"other": ("receiver", other)}, reps=99)
    assert alone.circular == ()
    assert "restate" not in alone.summary()
    both = pk.qap(network, km, reps=99)
    assert both.circular == ("b",)
    assert "benchmark" in both.summary()
    twin = pk.gravity_network(data, ["people", "ideas"], distance=km)
    assert pk.qap(network, twin, reps=99).circular


def test_random_masses_explain_as_much() -> None:
    # scores of masses without meaning are explained by their own masses and the distance, as those of real ones are
    data, km = cities(15, (2020,), seed=8), distances(15)
    v = np.log(data.xs(2020, level="year"))
    network = pk.gravity_network(data, ["people", "output"], distance=km)
    X = {"far": np.log(km + np.eye(15)), "people": ("sum", v["people"]), "output": ("sum", v["output"])}
    found = pk.mrqap(network, X, of="log", reps=99)
    # log R = .5 sum of logs - 2 log d, without remainder
    assert found.r2 == pytest.approx(1.0)
    assert found.benchmark == pytest.approx(1.0)


def test_kinds_of_regressors_and_alignment() -> None:
    x = pd.Series([1.0, 2.0, 4.0], index=["a", "b", "c"])
    y = pd.DataFrame(drawn(3, 1, 0)[0], index=["c", "a", "b"], columns=["c", "a", "b"])
    from panelkit.evaluation.network.regressors import read_regressor

    ids = ("c", "a", "b")
    assert read_regressor("x", x, ids).matrix.tolist() == [[0, 3, 2], [3, 0, 1], [2, 1, 0]]
    assert read_regressor("x", ("difference", x), ids).matrix[0].tolist() == [0, 3, 2]
    assert read_regressor("x", ("sender", x), ids).matrix[0].tolist() == [0, 4, 4]
    assert read_regressor("x", ("receiver", x), ids).matrix[0].tolist() == [0, 1, 2]
    assert read_regressor("x", ("sum", x), ids).matrix[0].tolist() == [0, 5, 6]
    assert read_regressor("y", y.loc[["a", "b", "c"], ["a", "b", "c"]], ids).matrix == pytest.approx(
        y.to_numpy()
    )
    with pytest.raises(DataError, match="the same for all pairs"):
        read_regressor("x", ("same", x), ids)


def test_refusals() -> None:
    y, x1, x2 = drawn(8, 3, 2)
    with pytest.raises(SpecError, match="a linear combination of the other regressors"):
        pk.mrqap(y, {"x1": x1, "x2": x2, "x3": x1 - 2 * x2})
    with pytest.raises(DataError, match="`x1` is the same for all pairs"):
        pk.mrqap(y, {"x1": np.ones((8, 8))})
    with pytest.raises(SpecError, match="method is one of"):
        pk.mrqap(y, {"x1": x1}, method="x-permutation")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="X is a mapping"):
        pk.mrqap(y, [x1])  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="at most 9 can be listed"):
        pk.qap(*drawn(12, 2, 0), exact=True)
    with pytest.raises(SpecError, match="cannot reach p = 0.05"):
        pk.qap(y, x1, reps=5)
    with pytest.raises(SpecError, match="alternative is one of"):
        pk.qap(y, x1, alternative="both")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"give \(8, 8\)"):
        pk.qap(y, x1[:5, :5])
    hole = x1.copy()
    hole[0, 1] = np.nan
    with pytest.raises(DataError, match="1 pairs have no finite value"):
        pk.qap(y, hole)
    with pytest.raises(DataError, match="nothing names the"):
        pk.qap(3, 4)


def test_missing_draws_count_as_extreme() -> None:
    drawn_values = np.array([0.1, np.nan, 2.0, -3.0])
    found = p_values(1.0, drawn_values, exact=False)
    assert found["two-sided"] == pytest.approx(4 / 5)
    assert found["greater"] == pytest.approx(3 / 5)


def test_the_same_seed_gives_the_same_numbers() -> None:
    y, x = drawn(10, 2, 6)
    one, other = (pk.qap(y, x, reps=99, rng=5) for _ in range(2))
    assert one.draws.tolist() == other.draws.tolist()
    assert one.to_markdown() == other.to_markdown()
    assert repr(one).startswith("QAPCorrelation(")


def test_networks_are_taken_at_one_period() -> None:
    both = pk.gravity_network(cities(), "people", distance=distances())
    first, last = both.years[0], both.years[-1]
    near = distances()
    with pytest.raises(SpecError, match="1999"):
        pk.qap(both, near, year=1999)
    with pytest.raises(SpecError, match="1999"):
        pk.mrqap(near, {"n": both}, year=1999, of="scores")
    # networks of several periods are taken at that of y
    output = pk.gravity_network(cities(), "output", distance=distances())
    found, again, by_last = (
        pk.mrqap(y, {"n": x}, of="scores", reps=19).coefficients[0]
        for y, x in ((output.at(first), both), (output.at(first), both.at(first)), (output, both))
    )
    assert found == again != by_last
    lagged = pk.mrqap(output, {"n": both.at(first)}, year=last, of="scores", reps=19)
    assert f"`n`: network of {first}" in lagged.said
    assert f"`b`: network of {first}" in pk.qap(output, both.at(first), reps=19).notes
    with pytest.raises(SpecError, match="of is one of"):
        pk.qap(near, near**2, of="tie")  # type: ignore[arg-type]
