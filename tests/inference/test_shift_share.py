"""Shift-share instruments: by loops, the regression of shocks, two-sector weights by hand, and a simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk

YEARS = range(2011, 2015)


def world(
    seed: int, units: int = 60, sectors: int = 25, *, complete: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return a panel without the instrument, shares and shocks; errors follow the shares too."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"U{j:02d}" for j in range(units)], YEARS], names=["firm", "year"])
    names = [f"s{k}" for k in range(sectors)]
    held = rng.dirichlet(np.full(sectors, 0.3), units)
    if not complete:
        held = held * rng.uniform(0.4, 0.9, size=(units, 1))
    shares = pd.DataFrame(held, index=index.unique(0), columns=names)
    shocks = pd.DataFrame(rng.normal(size=(len(YEARS), sectors)), index=list(YEARS), columns=names)
    z = (held @ shocks.to_numpy().T).ravel()
    common = (held @ rng.normal(size=(sectors, len(YEARS)))).ravel()
    u = 0.3 * rng.normal(size=len(index)) + common
    frame = pd.DataFrame({"x1": rng.normal(size=len(index))}, index=index)
    frame["d"] = z + 0.5 * u + 0.3 * rng.normal(size=len(index))
    frame["y"] = 0.7 * frame["d"] + 0.4 * frame["x1"] + u
    return frame, shares, shocks


SPEC = pk.InstrumentalFE("y ~ x1 + [d ~ bartik]", vcov=pk.Cluster())


def test_instrument_is_the_sum_of_shares_times_shocks() -> None:
    _, shares, shocks = world(1)
    made = pk.shift_share(shares, shocks[shocks.columns[::-1]])
    for unit, year in (("U03", 2012), ("U11", 2014)):
        by_hand = sum(shares.loc[unit, name] * shocks.loc[year, name] for name in shares)
        assert made.instrument[unit, year] == pytest.approx(by_hand, rel=1e-12)
    assert made.complete
    assert made.notes == ()


@pytest.mark.parametrize("growth", ["log", "rate", "change"])
@pytest.mark.parametrize("leave_out", [False, True])
def test_levels_by_loops(growth: str, leave_out: bool) -> None:
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([["a", "b", "c", "d"], [2010, 2011, 2012]])
    levels = pd.DataFrame(rng.uniform(1, 9, size=(12, 3)), index=index, columns=["p", "q", "r"])
    made = pk.shift_share(
        levels=levels.sample(frac=1, random_state=1), base=2010, growth=growth, leave_out=leave_out
    )
    change = {
        "log": lambda now, then: np.log(now) - np.log(then),
        "rate": lambda now, then: now / then - 1,
        "change": lambda now, then: now - then,
    }[growth]
    for unit in "abcd":
        others = [name for name in "abcd" if not (leave_out and name == unit)]
        for year in (2011, 2012):
            z = 0.0
            for sector in "pqr":
                share = levels.loc[(unit, 2010), sector] / levels.loc[(unit, 2010)].sum()
                now, then = (
                    sum(levels.loc[(name, at), sector] for name in others) for at in (year, year - 1)
                )
                z += share * change(now, then)
            assert made.instrument[unit, year] == pytest.approx(z, rel=1e-10)
    assert (2010 in made.shocks.index) is False


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("effects", ["twoway", "time", "unit", "none"])
def test_the_regression_of_shocks_is_the_fit(complete: bool, effects: str) -> None:
    """Borusyak, Hull and Jaravel: averages by exposure, shocks as instruments, exposure as weight.

    Through linearmodels, with effects of periods in the regression of shocks; its robust variance is ours.
    """
    from linearmodels.iv import IV2SLS

    frame, shares, shocks = world(3, complete=complete)
    made = pk.shift_share(shares, shocks)
    held = made.attach(frame, "bartik")
    if not complete:
        assert "do not add up to one" in made.notes[0]
    # beside unit effects the sum of one period is in those of the others
    sums = {
        "twoway": " + C(year, base=2011):bartik_sum",
        "time": " + C(year):bartik_sum",
        "unit": "",  # the sum of shares is constant within units
        "none": " + bartik_sum",
    }["none" if complete else effects]
    sums = "" if complete else sums
    spec = replace(SPEC, formula=f"y ~ x1{sums} + [d ~ bartik]", effects=effects)
    fit = spec.fit(held)
    linear = fit.linear
    W = linear.instruments[:, :-1]
    clean = [v - W @ np.linalg.lstsq(W, v, rcond=None)[0] for v in (linear.y, linear.regressors[:, -1])]
    rows = frame.sort_index().index
    panelled = pd.DataFrame({"y": clean[0], "d": clean[1]}, index=rows)
    shock = []
    for year in YEARS:
        s = shares.loc[rows.unique(0)]
        part = panelled.xs(year, level="year")
        for sector in s:
            weight = s[sector].sum()
            shock.append(
                {
                    "y": (s[sector] * part["y"]).sum() / weight,
                    "d": (s[sector] * part["d"]).sum() / weight,
                    "g": shocks.loc[year, sector],
                    "w": weight,
                    "year": year,
                    "sector": sector,
                }
            )
    level = pd.DataFrame(shock)
    periods = pd.get_dummies(level["year"], dtype=float)
    if effects in ("unit", "none"):
        periods = pd.DataFrame({"one": np.ones(len(level))})
    theirs = IV2SLS(level["y"], periods, level["d"], level["g"], weights=level["w"])
    robust = theirs.fit(cov_type="robust", debiased=False)
    assert fit.params["d"] == pytest.approx(robust.params["d"], rel=1e-8)
    found = pk.exposure_robust(fit, made, cluster="shock")
    assert found.estimate == pytest.approx(fit.params["d"])
    assert found.std_error == pytest.approx(robust.std_errors["d"], rel=1e-8)
    clustered = theirs.fit(
        cov_type="clustered", clusters=level["sector"].astype("category").cat.codes, debiased=False
    )
    assert pk.exposure_robust(fit, made).std_error == pytest.approx(clustered.std_errors["d"], rel=1e-8)
    assert pk.exposure_robust(fit, made).n_clusters == 25


def test_akm_by_matrices() -> None:
    """Adao, Kolesar and Morales: shocks are the coefficients of the instrument less controls on the shares."""
    frame, shares, shocks = world(4)
    made = pk.shift_share(shares, shocks)
    fit = SPEC.fit(made.attach(frame, "bartik"))
    linear = fit.linear
    x1 = linear.instruments[:, :1]
    z = linear.instruments[:, 1] - x1[:, 0] * (x1[:, 0] @ linear.instruments[:, 1]) / (x1[:, 0] @ x1[:, 0])
    rows = frame.sort_index().index
    wide = np.zeros((len(rows), len(YEARS) * shares.shape[1]))
    for at, (unit, year) in enumerate(rows):
        column = (year - 2011) * shares.shape[1]
        wide[at, column : column + shares.shape[1]] = shares.loc[unit]
    X = np.linalg.pinv(wide) @ z
    R = wide.T @ linear.residuals
    products = (X * R).reshape(len(YEARS), -1)
    bottom = abs(z @ linear.regressors[:, -1])
    found = pk.exposure_robust(fit, made, method="akm")
    assert found.std_error == pytest.approx(np.sqrt((products.sum(axis=0) ** 2).sum()) / bottom, rel=1e-7)
    each = pk.exposure_robust(fit, made, method="akm", cluster="shock")
    assert each.std_error == pytest.approx(np.sqrt((products**2).sum()) / bottom, rel=1e-7)
    groups = {name: int(name[1:]) // 5 for name in shares}
    five = pk.exposure_robust(fit, made, cluster=groups)
    assert five.n_clusters == 5
    assert "is few" in five.notes[-1]


def test_rotemberg_weights_are_those_of_sectors_alone() -> None:
    frame, shares, shocks = world(5, sectors=4)
    made = pk.shift_share(shares, shocks)
    fit = SPEC.fit(made.attach(frame, "bartik"))
    table = pk.rotemberg_weights(fit, made).by_sector
    assert table["weight"].sum() == pytest.approx(1.0)
    assert (table["weight"] * table["estimate"]).sum() == pytest.approx(fit.params["d"], rel=1e-10)
    for sector in shares:
        alone = frame.copy()
        alone["bartik"] = [shares.loc[unit, sector] * shocks.loc[year, sector] for unit, year in frame.index]
        assert table.loc[sector, "estimate"] == pytest.approx(SPEC.fit(alone).params["d"], rel=1e-8)
    assert list(np.abs(table["weight"])) == sorted(np.abs(table["weight"]), reverse=True)
    assert "Rotemberg" in pk.rotemberg_weights(fit, made).summary(language="zh")


def test_weights_of_rows_enter_exposure() -> None:
    """Frequency weights are the units written so often."""
    frame, shares, shocks = world(6, units=30, sectors=6)
    times = np.random.default_rng(1).integers(1, 4, size=30)
    frame["times"] = np.repeat(times, len(YEARS))
    made = pk.shift_share(shares, shocks)
    spec = replace(SPEC, effects="time", weights="fw=times", vcov=pk.Robust())
    fit = spec.fit(made.attach(frame, "bartik"))
    copies = [f"{unit}/{j}" for unit, count in zip(shares.index, times, strict=True) for j in range(count)]
    long_shares = pd.DataFrame(
        shares.loc[[name.split("/")[0] for name in copies]].to_numpy(), index=copies, columns=shares.columns
    )
    long = pd.concat({name: frame.xs(name.split("/")[0], level=0) for name in copies}, names=["firm", "year"])
    whole = pk.shift_share(long_shares, shocks)
    other = replace(spec, weights=None).fit(whole.attach(long, "bartik"))
    tables = (pk.rotemberg_weights(fit, made).by_sector, pk.rotemberg_weights(other, whole).by_sector)
    pd.testing.assert_frame_equal(*tables, rtol=1e-8)
    for cluster in ("sector", "shock"):
        ours = pk.exposure_robust(fit, made, cluster=cluster)
        theirs = pk.exposure_robust(other, whole, cluster=cluster)
        pd.testing.assert_frame_equal(ours.tidy(), theirs.tidy(), rtol=1e-8)


def test_size_with_errors_that_follow_the_shares() -> None:
    """Sixty worlds of 200 units and 40 sectors in which units of like sectors share errors and the effect is true.

    Clusters by unit reject the truth in 15 of them; exposure-robust errors in 5 %, within four binomial errors.
    """
    rejected = {"unit": 0, "bhj": 0}
    for seed in range(60):
        frame, shares, shocks = world(3_000 + seed, units=200, sectors=40)
        made = pk.shift_share(shares, shocks)
        fit = SPEC.fit(made.attach(frame, "bartik"))
        rejected["unit"] += abs(fit.params["d"] - 0.7) > 1.96 * fit.std_errors["d"]
        found = pk.exposure_robust(fit, made)
        rejected["bhj"] += not found.conf_low < 0.7 < found.conf_high
    assert rejected["bhj"] <= 60 * 0.05 + 4 * np.sqrt(60 * 0.05 * 0.95)
    assert rejected["unit"] > 60 * 0.05 + 4 * np.sqrt(60 * 0.05 * 0.95)
    assert rejected["unit"] > rejected["bhj"]


def test_bad_input() -> None:
    frame, shares, shocks = world(7)
    made = pk.shift_share(shares, shocks)
    with pytest.raises(pk.DataError, match="U02 has no share of sector s0"):
        pk.shift_share(shares.drop("U02").reindex(shares.index), shocks)
    with pytest.raises(pk.DataError, match=r"2013 has no shock of sector s0 \(25 cells"):
        pk.shift_share(shares, shocks.drop(2013).reindex(shocks.index))
    with pytest.raises(pk.DataError, match="only shares have s3, only shocks have none"):
        pk.shift_share(shares, shocks.drop(columns="s3"))
    with pytest.raises(pk.DataError, match="U00: the share of sector s0 is negative"):
        pk.shift_share(shares - 1.0, shocks)
    with pytest.raises(pk.DataError, match="U00 stands twice"):
        pk.shift_share(pd.concat([shares, shares.iloc[:1]]), shocks)
    with pytest.raises(pk.DataError, match="no number"):
        pk.shift_share(shares.astype(object).replace(shares.iloc[0, 0], "n.a."), shocks)
    with pytest.raises(pk.SpecError, match="give shares and shocks, or levels="):
        pk.shift_share(shares)
    with pytest.raises(pk.SpecError, match="leave_out= are about levels="):
        pk.shift_share(shares, shocks, leave_out=True)
    levels = pd.concat(dict.fromkeys((2010, 2011), shares)).swaplevel()
    with pytest.raises(pk.SpecError, match="holds no such period"):
        pk.shift_share(levels=levels, base=2009)
    with pytest.raises(pk.DataError, match="missing or negative"):
        pk.shift_share(levels=levels.iloc[1:])
    with pytest.raises(pk.DataError, match="add up to nothing in 2010"):
        pk.shift_share(levels=levels.drop("U05", level=0).reindex(levels.index, fill_value=0.0))
    fit = SPEC.fit(made.attach(frame, "bartik"))
    other = pk.shift_share(shares, shocks * 2.0)
    with pytest.raises(pk.SpecError, match="`bartik` of the fit is not the instrument"):
        pk.exposure_robust(fit, other)
    with pytest.raises(pk.SpecError, match="U59"):
        pk.rotemberg_weights(fit, pk.shift_share(shares.drop("U59"), shocks))
    with pytest.raises(pk.SpecError, match="of a fit of InstrumentalFE"):
        pk.exposure_robust(pk.FixedEffects("y ~ d").fit(frame), made)
    two = pk.InstrumentalFE("y ~ [d ~ bartik + x1]").fit(made.attach(frame, "bartik"))
    with pytest.raises(pk.SpecError, match="the fit has 1 and 2"):
        pk.exposure_robust(two, made)
    with pytest.raises(pk.SpecError, match="leave-one-out"):
        pk.exposure_robust(fit, replace(made, leave_out=True))
    wide = world(8, units=10)
    narrow = pk.shift_share(*wide[1:])
    few = SPEC.fit(narrow.attach(wide[0], "bartik"))
    with pytest.raises(pk.SpecError, match="25 shares, which 10 units do not tell apart"):
        pk.exposure_robust(few, narrow, method="akm")
    with pytest.raises(pk.SpecError, match="no group of sector s1"):
        pk.exposure_robust(fit, made, cluster={"s0": 1})
    with pytest.raises(pk.SpecError, match="cluster is 'sector'"):
        pk.exposure_robust(fit, made, cluster="unit")
    with pytest.raises(pk.DataError, match="no unit and period of the data"):
        made.attach(frame.rename(index=str.lower, level=0))
    part, shares, shocks = world(9, complete=False)
    made = pk.shift_share(shares, shocks)
    with pytest.raises(pk.SpecError, match="their sum"):
        pk.exposure_robust(SPEC.fit(made.attach(part, "bartik")), made)


def test_a_sector_without_exposure_changes_nothing() -> None:
    frame, shares, shocks = world(9)
    made = pk.shift_share(shares, shocks)
    empty = shares.assign(none=0.0)
    wider = pk.shift_share(empty, shocks.assign(none=1.0))
    fit = SPEC.fit(made.attach(frame, "bartik"))
    for method in ("bhj", "akm"):
        one, other = (pk.exposure_robust(fit, each, method=method) for each in (made, wider))
        # one column of zeros more in the same sums
        assert other.std_error == pytest.approx(one.std_error, rel=1e-9)
    assert pk.rotemberg_weights(fit, wider).by_sector["weight"]["none"] == 0.0


def test_attach_overwrites_no_other_column() -> None:
    frame, shares, shocks = world(9)
    made = pk.shift_share(shares, shocks)
    with pytest.raises(pk.DataError, match="a column `y` of other values"):
        made.attach(frame, "y")
    again = made.attach(made.attach(frame, "bartik"), "bartik")
    pd.testing.assert_frame_equal(again, made.attach(frame, "bartik"))


def test_few_sectors_reject_too_often() -> None:
    """The note says 21 % with five sectors (2,000 draws): 160 here lie within four binomial errors of it."""
    rng, rejected, draws = np.random.default_rng(5), 0, 160
    units, years, sectors = [f"U{i:02d}" for i in range(31)], list(range(2000, 2010)), list("abcde")
    for _ in range(draws):
        shares = pd.DataFrame(rng.dirichlet(np.ones(5), 31), units, sectors)
        shocks, errors = (pd.DataFrame(rng.normal(size=(10, 5)), years, sectors) for _ in range(2))
        made = pk.shift_share(shares, shocks)
        u = 1.5 * pk.shift_share(shares, errors).instrument + 0.5 * rng.normal(size=310)
        frame = pd.DataFrame({"d": made.instrument + 0.5 * u + 0.3 * rng.normal(size=310)})
        frame["y"] = frame["d"] + u
        frame.index.names = ["province", "year"]
        found = pk.exposure_robust(
            pk.InstrumentalFE("y ~ [d ~ b]", vcov=pk.Cluster()).fit(made.attach(frame, "b")), made
        )
        rejected += abs(found.estimate - 1.0) > 1.96 * found.std_error
        assert any("21 % of samples" in str(note) for note in found.notes)
    assert rejected / draws == pytest.approx(0.215, abs=4 * np.sqrt(0.215 * 0.785 / draws))
