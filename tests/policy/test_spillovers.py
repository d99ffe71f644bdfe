"""Spillover rings: steps and kilometres against loops, both estimators against written-out dummies, refusals, size."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.data.geography import capitals
from panelkit.language.errors import DataError, SpecError
from panelkit.spatial.weights import as_weights
from tests.policy.designed_panels import cities, codes, dummies, grid, slopes

ROWS, COLUMNS, T = 6, 8, 10
N = ROWS * COLUMNS
LINKS, W = grid(ROWS, COLUMNS)
FIRST = np.zeros(N)
FIRST[[9, 14]] = 2014
FIRST[[38]] = 2016


def steps() -> Any:
    """Return the number of steps between cities by walking out, link by link."""
    found = np.full((N, N), np.inf)
    for start in range(N):
        edge, at = {start}, 0
        seen = {start}
        while edge:
            at += 1
            edge = {j for i in edge for j in range(N) if LINKS[i, j] and j not in seen}
            seen |= edge
            for j in edge:
                found[start, j] = at
    return found


def exposed(first: Any, orders: int) -> Any:
    """Return treatment and rings (N, T, 1 + orders), by loops."""
    far, made = steps(), np.zeros((N, T, 1 + orders))
    for i in range(N):
        for t in range(T):
            on = [j for j in range(N) if 0 < first[j] <= 2010 + t]
            if i in on:
                made[i, t, 0] = 1
            elif on and min(far[i, j] for j in on) <= orders:
                made[i, t, int(min(far[i, j] for j in on))] = 1
    return made


def panel(seed: int = 1, first: Any = FIRST, effects: tuple[float, ...] = (1.0, 0.5, 0.0)) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = cities(N, T)
    unit, time = codes(index)
    frame = pd.DataFrame({"first": first[unit], "x": rng.normal(size=N * T)}, index=index)
    moved = (exposed(first, 2) * effects).sum(axis=2).ravel()
    frame["y"] = rng.normal(size=N)[unit] + rng.normal(size=T)[time] + 0.3 * frame["x"] + moved
    frame["y"] += 0.3 * rng.normal(size=N * T)
    return frame


def test_rings_by_steps_equal_loops() -> None:
    found = pk.spillover_rings(panel(), W, cohort="first", orders=2)
    assert list(found.columns) == ["treated", "ring_1", "ring_2"]
    np.testing.assert_array_equal(found.to_numpy().reshape(N, T, 3), exposed(FIRST, 2))


def test_rings_by_kilometres_equal_loops() -> None:
    index = pd.MultiIndex.from_product(
        [["Beijing", "Tianjin", "Hebei", "Shandong", "Guangdong"], [2012, 2013, 2014]],
        names=["province", "year"],
    )
    frame = pd.DataFrame({"did": 0.0}, index=index)
    frame.loc[[("Beijing", 2013), ("Beijing", 2014)], "did"] = 1.0
    found = pk.spillover_rings(frame, treatment="did", bands=(150.0, 500.0))
    late = found.xs(2014, level="year")
    # capitals lie 110 (Tianjin), 270 (Shijiazhuang), 370 (Jinan) and 1,900 km (Guangzhou) from Beijing
    assert late["ring_1"].to_dict() == {"Beijing": 0, "Tianjin": 1, "Hebei": 0, "Shandong": 0, "Guangdong": 0}
    assert late["ring_2"].to_dict() == {"Beijing": 0, "Tianjin": 0, "Hebei": 1, "Shandong": 1, "Guangdong": 0}
    assert found.xs(2012, level="year").to_numpy().sum() == 0
    assert len(capitals()) >= 31


def test_twfe_is_least_squares_with_dummies() -> None:
    frame = panel()
    fit = pk.SpilloverDiD("y ~ x", cohort="first", orders=2, estimator="twfe", vcov=pk.Cluster()).fit(
        frame, W
    )
    unit, time = codes(frame.index)
    columns = np.column_stack([exposed(FIRST, 2).reshape(N * T, 3), frame["x"]])
    np.testing.assert_allclose(fit.params.to_numpy(), slopes(frame["y"], columns, unit, time), atol=1e-10)
    naive = slopes(frame["y"], columns[:, [0, 3]], unit, time)
    assert fit.facts["estimate_without_rings"] == pytest.approx(naive[0], abs=1e-10)
    assert (fit.facts["n_treated"], fit.facts["n_ring_1"], fit.facts["n_clean"]) == (3, 12, 17)
    assert not any(note.startswith("`ring_1`") for note in fit.notes)
    assert fit.with_vcov(pk.Robust()).params.equals(fit.params)


def brute(frame: pd.DataFrame, first: Any) -> tuple[Any, Any]:
    """Return mean effects by state and their influence by unit, from dummies and weights written out."""
    unit, time = codes(frame.index)
    D, y = exposed(first, 2).reshape(N * T, 3), frame["y"].to_numpy()
    clean = D.max(axis=1) == 0
    Z = np.column_stack([dummies(unit), dummies(time)[:, 1:], frame["x"]])
    beta = np.linalg.lstsq(Z[clean], y[clean], rcond=None)[0]
    tau = y - Z @ beta
    share = D / D.sum(axis=0)
    estimates = share.T @ tau
    pulled = np.linalg.pinv(Z[clean].T @ Z[clean]) @ (Z[~clean].T @ share[~clean])
    v = np.where(clean[:, None], -Z @ pulled, share)
    centred = np.where(clean[:, None], tau[:, None], tau[:, None] - D @ estimates[:, None])
    influence = np.zeros((N, 3))
    np.add.at(influence, unit, v * centred)
    return estimates, influence


def test_imputation_is_two_stages_with_dummies() -> None:
    frame = panel()
    fit = pk.SpilloverDiD("y ~ x", cohort="first", orders=2).fit(frame, W)
    table = fit.tidy()
    overall = table[table["equation"] == "overall"]
    estimates, influence = brute(frame, FIRST)
    np.testing.assert_allclose(overall["estimate"], estimates, atol=1e-10)
    held = exposed(FIRST, 2).max(axis=1) > 0
    for k in range(3):
        parts = [influence[rows, k] for rows in (held[:, k], ~held[:, k])]
        variance = sum((part**2).sum() * len(part) / (len(part) - 1) for part in parts)
        assert overall["std_error"].iloc[k] == pytest.approx(np.sqrt(variance), rel=1e-8)
    first = table[(table["equation"] == "ring_1") & (table["term"] == "+0")]
    assert len(first) == 1
    assert any("contaminated" in note for note in fit.notes)
    assert any("below eight" in note for note in fit.notes)
    assert "溢出圈层" in fit.summary(language="zh")
    assert pickle.loads(pickle.dumps(fit)).summary() == fit.summary()
    again = pk.SpilloverDiD("y ~ x", cohort="first", orders=2).fit(frame.sample(frac=1, random_state=1), W)
    np.testing.assert_allclose(again.estimates, fit.estimates, atol=1e-12)


def test_randomisation_deals_dates_and_exposure_anew() -> None:
    frame = panel()
    spec = pk.SpilloverDiD("y ~ 1", cohort="first", orders=2)
    tests = spec.randomise(frame, W, reps=99, rng=3)
    assert [test.term for test in tests] == ["treated", "ring_1", "ring_2"]
    assert tests[0].estimate == pytest.approx(spec.fit(frame, W).estimates[0], abs=1e-12)
    assert tests[0].p_value == 0.01
    assert tests[2].p_value > 0.05
    # the first draw by hand: dates permuted by the same generator, the design fitted again
    dealt = FIRST[np.random.default_rng(3).permutation(N)]
    unit, _ = codes(frame.index)
    again = spec.fit(frame.assign(first=dealt[unit]), W)
    np.testing.assert_allclose([test.draws[0] for test in tests], again.estimates[:3], atol=1e-10)
    same = spec.randomise(frame.sample(frac=1, random_state=2), W, reps=99, rng=3)
    assert [test.p_value for test in same] == [test.p_value for test in tests]


def test_few_clean_units_are_told() -> None:
    first = np.zeros(N)
    first[[5, 9, 12, 22, 34, 46]] = 2014
    fit = pk.SpilloverDiD("y ~ 1", cohort="first", orders=2).fit(panel(first=first), W)
    assert fit.facts["n_clean"] < 8
    assert any("below eight errors are too small" in note for note in fit.notes)


def test_always_treated_leave_and_still_reach_their_neighbours() -> None:
    first = FIRST.copy()
    first[45] = 2010
    frame = panel(first=first)
    fit = pk.SpilloverDiD("y ~ 1", cohort="first", orders=1).fit(frame, W)
    assert fit.facts["n_treated"] == 3
    assert fit.facts["n_units"] == N - 1
    lost = [note for note in fit.notes if "no prediction" in note]
    assert len(lost) == 1
    assert "c44" in lost[0]
    twfe = pk.SpilloverDiD("y ~ 1", cohort="first", orders=1, estimator="twfe", vcov=pk.Cluster()).fit(
        frame, W
    )
    assert twfe.facts["n_units"] == N - 1


def test_bad_input_is_refused() -> None:
    frame = panel()
    with pytest.raises(DataError, match=r"in 2014, 2015.* every city is treated or in a ring"):
        pk.SpilloverDiD("y ~ 1", cohort="first", orders=6).fit(frame, W)
    alone = FIRST * 0
    alone[0] = 2014
    with pytest.raises(DataError, match="nobody is ever in ring_12, ring_13, ring_14"):
        pk.SpilloverDiD("y ~ 1", cohort="first", orders=14, where="city != 'c47'").fit(panel(first=alone), W)
    other = as_weights(LINKS, [f"d{i:02d}" for i in range(N)], name="others")
    with pytest.raises(DataError, match="c00"):
        pk.SpilloverDiD("y ~ 1", cohort="first").fit(frame, other)
    with pytest.raises(SpecError, match="give one of the two"):
        pk.SpilloverDiD("y ~ 1", cohort="first").fit(frame)
    with pytest.raises(SpecError, match="give one of the two"):
        pk.SpilloverDiD("y ~ 1", cohort="first", bands=(100.0,)).fit(frame, W)
    with pytest.raises(SpecError, match="kilometres that increase"):
        pk.SpilloverDiD("y ~ 1", cohort="first", bands=(200.0, 100.0)).fit(frame)
    with pytest.raises(SpecError, match="kilometres that increase"):
        pk.SpilloverDiD("y ~ 1", cohort="first", bands=200.0)
    with pytest.raises(DataError, match="rings by `bands` without `coords`.*c00"):
        pk.SpilloverDiD("y ~ 1", cohort="first", bands=(200.0,)).fit(frame)
    off = frame.assign(did=(frame.index.get_level_values(1) == 2014) * (frame["first"] == 2014).astype(int))
    with pytest.raises(DataError, match="switches off"):
        pk.SpilloverDiD("y ~ 1", treatment="did").fit(off, W)
    with pytest.raises(SpecError, match="would change nothing"):
        pk.SpilloverDiD("y ~ 1", cohort="first", vcov=pk.Cluster())


def test_rings_take_the_bias_away_and_keep_their_size() -> None:
    rng = np.random.default_rng(9)
    first = np.zeros(N)
    first[rng.choice(N, 10, replace=False)] = rng.choice([2013, 2015], 10)
    found, naive, rejected = [], [], 0
    for seed in range(40):
        frame = panel(seed, first, (1.0, 0.5, 0.0))
        fit = pk.SpilloverDiD("y ~ 1", cohort="first", orders=2).fit(frame, W)
        found.append(fit.estimates[:3])
        rejected += fit.tidy()["p_value"].iloc[2] < 0.05
        plain = pk.StaggeredDiD("y ~ 1", cohort="first").fit(frame, by="overall")
        naive.append(plain.estimates[0])
    # deviation of an estimate is .06, of a mean of 40 .009: four of them
    assert np.abs(np.mean(found, axis=0) - [1.0, 0.5, 0.0]).max() < 0.035
    assert np.mean(naive) < 0.85
    assert rejected <= 6  # 40 tests of a ring without effect at 5 %: six or fewer in 99.7 % of samples
