"""Spatial and serial covariances against double sums, and CR2 against its definition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.covariance.by_name import vcov_named
from panelkit.covariance.conley import great_circle_km
from panelkit.covariance.lags import default_lags
from panelkit.models.shell import with_vcov
from tests.panels import codes, dummies, random_panel

TOL = 1e-9


def coords(units: int = 10) -> pd.DataFrame:
    rng = np.random.default_rng(71)
    index = [f"P{u:02d}" for u in range(units)]
    return pd.DataFrame({"lat": rng.uniform(20, 45, units), "lon": rng.uniform(90, 125, units)}, index=index)


def test_distances() -> None:
    """Beijing to Shanghai, great circle: 1,067 km on the mean sphere by the haversine of an independent source."""
    lat, lon = np.array([39.9042, 31.2304]), np.array([116.4074, 121.4737])
    a = np.sin(np.radians(lat[1] - lat[0]) / 2) ** 2
    b = np.cos(np.radians(lat)).prod() * np.sin(np.radians(lon[1] - lon[0]) / 2) ** 2
    expected = 2 * 6371.0088 * np.arctan2(np.sqrt(a + b), np.sqrt(1 - a - b))
    assert great_circle_km(lat, lon)[0, 1] == pytest.approx(expected, rel=1e-12)
    assert expected == pytest.approx(1067, abs=2)


@pytest.mark.parametrize("share", [1.0, 0.7])
@pytest.mark.parametrize("kernel", ["bartlett", "uniform"])
@pytest.mark.parametrize("lags", [None, 0, 2])
def test_conley_is_its_double_sum(share: float, kernel: str, lags: int | None) -> None:
    frame, unit, time = codes(random_panel(72, 10, 6, share))
    places = coords()
    spec = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Conley(900.0, lags, kernel), convention="plm")
    fit = spec.fit(frame, coords=places)
    linear = fit.linear
    distance = great_circle_km(places["lat"].to_numpy(), places["lon"].to_numpy())
    s, meat = linear.scores, np.zeros((2, 2))
    for i in range(len(s)):
        for j in range(len(s)):
            d, gap = distance[unit[i], unit[j]], abs(int(time[i]) - int(time[j]))
            weight = 0.0
            if gap == 0:
                weight = max(0.0, 1 - d / 900.0) if kernel == "bartlett" else float(d <= 900.0)
            elif unit[i] == unit[j]:
                weight = 1.0 if lags is None else max(0.0, 1 - gap / (lags + 1))
            meat += weight * np.outer(s[i], s[j])
    matrix = linear.bread @ meat @ linear.bread
    values, vectors = np.linalg.eigh(matrix)
    expected = (vectors * np.maximum(values, 0)) @ vectors.T
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-7, atol=TOL)
    assert bool(np.any(values < 0)) == any("not positive definite" in note for note in fit.notes)


def test_conley_collapses_to_clusters_and_to_white() -> None:
    frame = random_panel(73, 10, 6, 0.8)
    spec = pk.FixedEffects("y ~ x1 + x2", convention="plm")
    near = replace(spec, vcov=pk.Conley(1e-6)).fit(frame, coords=coords())
    np.testing.assert_allclose(
        near.covariance, replace(spec, vcov=pk.Cluster()).fit(frame).covariance, rtol=1e-8
    )
    white = replace(spec, vcov=pk.Conley(1e-6, 0)).fit(frame, coords=coords())
    np.testing.assert_allclose(white.covariance, replace(spec, vcov=pk.Robust("HC0")).fit(frame).covariance)


def test_conley_far_and_free_of_serial_correlation_is_driscoll_kraay_without_lags() -> None:
    frame = random_panel(74, 10, 6)
    spec = pk.FixedEffects("y ~ x1", effects="unit", convention="plm")
    far = replace(spec, vcov=pk.Conley(1e6, 0, "uniform")).fit(frame, coords=coords())
    dk = replace(spec, vcov=pk.DriscollKraay(0)).fit(frame)
    np.testing.assert_allclose(far.covariance, dk.covariance, rtol=1e-8)


def test_provincial_panels_have_their_capitals() -> None:
    from panelkit.data.geography import capitals

    table = capitals().head(10)
    frame = random_panel(75, 10, 6)
    names = dict(zip([f"P{u:02d}" for u in range(10)], table["name_zh"], strict=True))
    frame.index = pd.MultiIndex.from_tuples(
        [(names[p], y) for p, y in frame.index], names=["province", "year"]
    )
    spec = pk.FixedEffects("y ~ x1", vcov=pk.Conley(800.0))
    given = spec.fit(frame, coords=table.set_index("name_zh")[["lat", "lon"]])
    np.testing.assert_array_equal(spec.fit(frame).covariance, given.covariance)
    assert "800 km" in given.facts["vcov"]


def test_coordinates_missing_or_wrong_are_named() -> None:
    frame = random_panel(76, 10, 6)
    spec = pk.FixedEffects("y ~ x1", vcov=pk.Conley(800.0))
    with pytest.raises(pk.DataError, match="no coordinates for P03, P07"):
        spec.fit(frame, coords=coords().drop(["P03", "P07"]))
    with pytest.raises(pk.DataError, match="no usable coordinates for P02"):
        spec.fit(frame, coords=coords().assign(lat=lambda t: t["lat"].where(t.index != "P02", 120.0)))
    with pytest.raises(pk.DataError, match="these units are no provinces: P00"):
        spec.fit(frame)
    with pytest.raises(pk.DataError, match="no column `lat`"):
        spec.fit(frame, coords=coords().rename(columns={"lat": "breite"}))
    with pytest.raises(pk.DataError, match="more than once"):
        spec.fit(frame, coords=pd.concat([coords(), coords().head(1)]))


def test_driscoll_kraay_keeps_the_calendar() -> None:
    """A year that no row holds is a year without scores, not one that closes up."""
    frame = random_panel(77, 10, 8)
    gone = frame[frame.index.get_level_values(1) != 2013]
    fit = pk.FixedEffects("y ~ x1", effects="unit", vcov=pk.DriscollKraay(1), convention="plm").fit(gone)
    linear, time = fit.linear, fit.design.time_labels[fit.design.time]
    sums = {year: linear.scores[time == year].sum(axis=0) for year in range(2010, 2018)}
    meat = sum(np.outer(s, s) for s in sums.values())
    for year in range(2011, 2018):
        cross = np.outer(sums[year], sums[year - 1])
        meat = meat + 0.5 * (cross + cross.T)
    np.testing.assert_allclose(fit.covariance, linear.bread @ meat @ linear.bread, rtol=1e-9)


def test_lag_rule() -> None:
    assert [default_lags(t) for t in (4, 5, 14, 27, 28, 100)] == [1, 2, 2, 2, 3, 4]
    frame = random_panel(78, 10, 6)
    with pytest.raises(pk.SpecError, match="lags lie from 0 to T-1, and T is 6"):
        pk.FixedEffects("y ~ x1", vcov=pk.DriscollKraay(6)).fit(frame)
    assert any(
        "rest on many periods" in n
        for n in pk.FixedEffects("y ~ x1", vcov=pk.DriscollKraay()).fit(frame).notes
    )


@pytest.mark.parametrize("by", [None, "year", "group"])
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_cr2_is_its_definition_on_dummies(by: str | None, effects: str) -> None:
    frame, unit, time = codes(random_panel(79, 9, 6, 0.8))
    frame["group"] = (np.arange(len(frame)) * 7) % 5
    groups = {None: unit, "year": time, "group": frame["group"].to_numpy()}[by]
    spec = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=pk.CR2(by), convention="fixest")
    fit = spec.fit(frame)
    blocks = [frame[["x1", "x2"]].to_numpy()]
    if effects in ("unit", "twoway"):
        blocks.append(dummies(unit))
    if effects in ("time", "twoway"):
        blocks.append(dummies(time))
    if effects == "none":
        blocks = [np.column_stack([np.ones(len(frame)), *blocks])]
    Z = np.hstack(blocks)
    inverse = np.linalg.pinv(Z.T @ Z)
    M = np.eye(len(Z)) - Z @ inverse @ Z.T
    y = frame["y"].to_numpy()
    e, meat, a = M @ y, 0.0, []
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        values, vectors = np.linalg.eigh(M[np.ix_(rows, rows)])
        keep = values > 1e-9
        A = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
        score = Z[rows].T @ A @ e[rows]
        meat = meat + np.outer(score, score)
        own = np.zeros((len(Z), Z.shape[1]))
        own[rows] = A @ Z[rows] @ inverse
        a.append(own)
    at = list(range(fit.linear.k))
    V = (inverse @ meat @ inverse)[np.ix_(at, at)]
    np.testing.assert_allclose(fit.covariance, V, rtol=1e-7, atol=TOL)
    for j in at:
        U = np.column_stack([own[:, j] for own in a])
        P = U.T @ M @ U
        expected = np.trace(P) ** 2 / (P**2).sum()
        assert fit.df[j] == pytest.approx(expected, rel=1e-7)


def test_names() -> None:
    assert vcov_named("CRV3") == pk.CRV3()
    assert vcov_named("cluster(year)") == pk.Cluster("year")
    assert vcov_named("DriscollKraay(3)") == pk.DriscollKraay(3)
    assert vcov_named("Conley(800, 2, uniform)") == pk.Conley(800, 2, "uniform")
    assert vcov_named("TwoWayCluster(a, b)") == pk.TwoWayCluster("a", "b")
    for wrong in ("CRV9", "CRV3(a, b)", "Conley", "__import__('os')"):
        with pytest.raises(pk.SpecError, match="no covariance"):
            vcov_named(wrong)


def test_another_covariance_without_a_new_fit() -> None:
    frame = random_panel(80, 10, 6, 0.8)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(frame)
    for vcov in (pk.Iid(), pk.CR2(), pk.DriscollKraay(2), pk.TwoWayCluster()):
        again = pk.FixedEffects("y ~ x1 + x2", vcov=vcov).fit(frame)
        moved = with_vcov(fit, vcov)
        np.testing.assert_allclose(moved.covariance, again.covariance, rtol=1e-12)
        assert moved.facts == again.facts
    with pytest.raises(pk.SpecError, match="did not carry `region`"):
        with_vcov(fit, pk.Cluster("region"))


def test_cr2_of_two_units_that_mirror_each_other_is_refused() -> None:
    """Between two units with period effects the scores of a unit add up to zero, as those of both do."""
    data = random_panel(3, units=2, periods=9)
    with pytest.raises(pk.SpecError, match="CR2 by .*mirror each other"):
        pk.FixedEffects("y ~ x1", vcov=pk.CR2()).fit(data)
