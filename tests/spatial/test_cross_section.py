"""Columbus: estimates, impacts, LM tests and Moran statistics of R; live spreg, esda and spatialreg."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from panelkit.language.errors import DataError
from panelkit.models.spatial.cross_section import SpatialCrossSection
from panelkit.models.spatial.lm_tests import spatial_lm_tests
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.models.spatial.selection import reduction_tests
from panelkit.spatial import provincial
from panelkit.spatial.moran import (
    esda_weights,
    geary_c,
    local_by_esda,
    local_moran,
    moran,
    moran_by_esda,
    moran_i,
)
from panelkit.spatial.weights import Weights, as_weights
from tests.gal import neighbours
from tests.spatial.data import simulate
from tests.stored import stored, worked

FORMULA = "CRIME ~ INC + HOVAL"


def columbus() -> tuple[pd.DataFrame, Weights]:
    """Return Columbus as libpysal ships it, and spdep's contiguity of it: libpysal's without three links."""
    import geopandas
    from libpysal import examples

    data = pd.DataFrame(geopandas.read_file(examples.get_path("columbus.shp")).drop(columns="geometry"))
    matrix = (neighbours(Path(examples.get_path("columbus.gal")), first=1) > 0).astype(float)
    for i, j in ((4, 15), (24, 29), (30, 38)):
        matrix[i, j] = matrix[j, i] = 0.0
    return data, as_weights(matrix, list(data.index), name="columbus").normalised("row")


def test_lag_model() -> None:
    entry = stored("us_data")["expect"]["columbus"]
    data, w = columbus()
    fit = SpatialCrossSection(FORMULA, model="sar", small_sample=False).fit(data, w)
    assert fit.rho == pytest.approx(entry["sar_rho"], abs=1e-6)
    assert fit.estimates[:3] == pytest.approx(
        [46.85143, -1.0735335, -0.2699971], rel=2e-6
    )  # seven printed digits
    assert fit.loglik == pytest.approx(-183.16828, abs=6e-6)
    assert fit.facts["sigma2"] == pytest.approx(99.163977, rel=1e-6)
    impacts = fit.impacts().estimates.reshape(3, 2)
    assert impacts[:, 0] == pytest.approx(entry["sar_impacts"]["INC"], abs=2e-6)
    assert impacts[:, 1] == pytest.approx([-0.28231628, -0.17061520, -0.45293148], abs=2e-6)


def test_durbin_and_error_models() -> None:
    entry = stored("us_data")["expect"]["columbus"]
    data, w = columbus()
    sdm = SpatialCrossSection(FORMULA, small_sample=False).fit(data, w)
    assert sdm.rho == pytest.approx(entry["sdm_rho"], abs=1e-6)
    assert sdm.loglik == pytest.approx(-182.016116, abs=1e-6)
    found = sdm.impacts().estimates.reshape(3, 2)[:, 0]
    assert found == pytest.approx([-1.04180798, -1.48042458, -2.52223256], abs=5e-6)
    sem = SpatialCrossSection(FORMULA, model="sem").fit(data, w)
    assert sem.lam == pytest.approx(entry["sem_lambda"], abs=1e-6)
    tests = {test.name: test.statistic for test in reduction_tests(sdm)}
    assert tests["LR, SDM to SAR"] == pytest.approx(2.304327, abs=1e-5)
    assert tests["LR, SDM to SEM"] == pytest.approx(4.278176, abs=1e-5)


def test_lm_tests() -> None:
    entry = stored("us_data")["expect"]["columbus"]
    data, w = columbus()
    index = pd.MultiIndex.from_arrays([data.index, np.zeros(49, int)], names=["province", "year"])
    found = {
        test.name: test.statistic
        for test in spatial_lm_tests(FORMULA, data.set_axis(index), w, effects="none")
    }
    for ours, theirs in (
        ("LM error", "LMerr"),
        ("LM lag", "LMlag"),
        ("robust LM error", "RLMerr"),
        ("robust LM lag", "RLMlag"),
    ):
        assert found[ours] == pytest.approx(entry[theirs], abs=1e-6)
    assert found["LM joint"] == pytest.approx(7.889190, abs=1e-6)


def test_moran_and_geary() -> None:
    entry = stored("us_data")["expect"]["columbus"]
    data, w = columbus()
    x = data["CRIME"].to_numpy(float)
    assert moran_i(x[:, None], w.matrix)[0] == pytest.approx(entry["moran"], abs=1e-10)
    found_i, expected, _, variance = moran_by_esda(x, esda_weights(w))
    assert found_i == pytest.approx(entry["moran"], abs=1e-10)
    assert expected == pytest.approx(-0.02083333, abs=5e-9)
    assert variance == pytest.approx(entry["var_rand"], abs=1e-10)
    assert geary_c(x, w) == pytest.approx(entry["geary"], abs=1e-10)
    table = moran(data["CRIME"], w, permutations=999)
    assert table["z"].iloc[0] == pytest.approx(5.3427, abs=5e-5)
    found = local_moran(data["CRIME"], w, permutations=199).table["quadrant"].value_counts()
    assert found.to_dict() == {"HH": 21, "LL": 20, "LH": 5, "HL": 3}


def test_three_unit_moran() -> None:
    out = worked("moran3")["outputs"]
    w = as_weights(np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]), ["a", "b", "c"])
    x = np.array([1.0, 2.0, 4.0])
    assert moran_i(x[:, None], w.matrix)[0] == pytest.approx(out["I"], abs=1e-8)
    local, _ = local_by_esda(x, esda_weights(w))
    assert local == pytest.approx(out["local"], abs=1e-8)
    assert local.sum() == pytest.approx(w.matrix.sum() * out["I"], abs=1e-7)
    assert geary_c(x, w) == pytest.approx(out["geary"], abs=1e-8)


@pytest.mark.parametrize("normalisation", ["row", "spectral"])
def test_statistics_and_moments_by_hand(normalisation: Literal["row", "spectral"]) -> None:
    w = provincial.inverse_distance(normalisation=normalisation)
    x = np.random.default_rng(0).gamma(2.0, size=31)
    dense, z, n = w.matrix.toarray(), x - x.mean(), 31
    found, expected, normal, randomised = moran_by_esda(x, esda_weights(w))
    s0, both = dense.sum(), dense + dense.T
    s1, s2 = 0.5 * (both**2).sum(), ((dense.sum(0) + dense.sum(1)) ** 2).sum()
    assert found == pytest.approx(n / s0 * z @ dense @ z / (z @ z), rel=1e-12)
    assert found == pytest.approx(moran_i(x[:, None], w.matrix)[0], rel=1e-12)
    assert expected == pytest.approx(-1 / 30)
    assert normal == pytest.approx(
        (n * n * s1 - n * s2 + 3 * s0**2) / ((n * n - 1) * s0**2) - expected**2, rel=1e-10
    )
    kurtosis = (z**4).mean() / (z**2).mean() ** 2
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    by_hand = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    assert randomised == pytest.approx(by_hand, rel=1e-10)
    local, quadrants = local_by_esda(x, esda_weights(w))
    assert local == pytest.approx(z * (dense @ z) / (z @ z / n), rel=1e-9)
    names = {(True, True): 1, (False, True): 2, (False, False): 3, (True, False): 4}
    assert [names[a, b] for a, b in zip(z > 0, dense @ z > 0, strict=True)] == list(quadrants)


def test_draws_leave_the_shared_state_alone() -> None:
    w = provincial.contiguity()
    x = pd.Series(np.random.default_rng(0).standard_normal(31), index=list(w.ids), name="x")
    before = np.random.get_state()[1].copy()  # type: ignore[union-attr]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = list(warnings.filters)
        first, second = moran(x, w, permutations=99, rng=3), moran(x, w, permutations=99, rng=3)
        local_moran(x, w, permutations=99)
        assert warnings.filters == kept
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]
    assert first.equals(second)
    shuffled = x.sample(frac=1.0, random_state=1)
    assert moran(shuffled, w, permutations=99)["I"].iloc[0] == pytest.approx(first["I"].iloc[0], rel=1e-12)


def test_ties_count() -> None:
    # one province apart from thirty equal ones: I depends on its place alone, and its own place is among the draws
    w = provincial.contiguity()
    x = pd.Series(np.where(np.array(w.ids) == "Hainan", 1.0, 0.0), index=list(w.ids), name="x")
    table = moran(x, w, permutations=9999, rng=0)
    places = np.array([moran_i(np.eye(31)[:, [i]], w.matrix)[0] for i in range(31)])
    here = places[list(w.ids).index("Hainan")]
    side = places >= here - 1e-12 if here >= -1 / 30 else places <= here + 1e-12
    # share of 10,000 draws: a standard error of at most .005
    assert table["p_permutation"].iloc[0] == pytest.approx(side.mean(), abs=0.02)


def test_series_without_a_moran_are_refused() -> None:
    w = provincial.contiguity()
    x = pd.Series(np.random.default_rng(0).standard_normal(31), index=list(w.ids), name="x")
    with pytest.raises(DataError, match="mean is taken out the same in all provinces"):
        moran(x, w, centring="unit")
    with pytest.raises(DataError, match="stand twice"):
        moran(pd.concat([x, x]), w)
    series = pytest.importorskip("polars").Series(x.to_list())
    for statistic in (moran, local_moran):
        with pytest.raises(DataError, match=r"not of polars\.Series"):
            statistic(series, w)


def test_permutation_p_is_uniform_without_dependence() -> None:
    # 300 independent maps: a share of .05 has a standard error of .013
    w = provincial.contiguity()
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product([list(w.ids), range(300)], names=["province", "year"])
    table = moran(pd.Series(rng.standard_normal(31 * 300), index=index), w, permutations=199, rng=1)
    assert 0.01 < (table["p_two_sided"] < 0.05).mean() < 0.09
    assert table["I"].mean() == pytest.approx(-1 / 30, abs=0.03)


def test_centring_takes_the_fixed_map_out() -> None:
    w = provincial.contiguity()
    calm = simulate(w, 8, np.random.default_rng(1), theta=(0.0,), effects=False)["y"]
    gradient = pd.Series(np.linspace(-5, 5, 31), index=sorted(w.ids, key=lambda key: list(w.ids).index(key)))
    moved = calm + calm.index.get_level_values(0).map(gradient).to_numpy(float)
    level, inside = moran(moved, w, permutations=199), moran(moved, w, permutations=199, centring="unit")
    assert (level["p_two_sided"] < 0.05).all()
    assert (inside["p_two_sided"] < 0.05).mean() <= 0.25


def test_maps_are_drawn() -> None:
    w = provincial.contiguity()
    x = pd.Series(np.random.default_rng(0).standard_normal(31), index=list(w.ids), name="x")
    found = local_moran(x, w, permutations=99)
    assert "<svg" in found.map().svg()
    assert "<svg" in found.scatter(language="zh").svg()
    assert set(found.quadrants) <= {"HH", "LL", "LH", "HL", "ns"}


def test_missing_values_are_named() -> None:
    w = provincial.contiguity()
    data = simulate(w, 3, np.random.default_rng(0))["y"]
    data.loc[("Gansu", 2002)] = np.nan
    with pytest.raises(DataError, match="missing for Gansu 2002"):
        moran(data, w)


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sdem"])
@pytest.mark.parametrize("w", [provincial.contiguity(), provincial.inverse_distance(), provincial.nearest(4)])
def test_spreg_estimates_and_our_likelihood_agree(model: Any, w: Weights) -> None:
    data = simulate(w, 1, np.random.default_rng(5), rho=0.4)
    spec = SpatialCrossSection("y ~ x1", model=model, small_sample=False)
    fit = spec.fit(data.sample(frac=1.0, random_state=0), w)
    own = SpatialPanel("y ~ x1", model, "none", "lsdv", small_sample=False).fit(data, w)
    assert fit.facts["engine"] == "spreg"
    # a bounded search for the top of a likelihood finds it to the root of rounding
    assert fit.estimates == pytest.approx(own.estimates, abs=2e-6)
    assert fit.std_errors.to_numpy() == pytest.approx(own.std_errors.to_numpy(), rel=1e-5)
    assert fit.loglik == pytest.approx(own.loglik, abs=1e-9)
    assert fit.impacts().estimates == pytest.approx(own.impacts().estimates, abs=1e-5)


def test_spreg_errors_on_columbus() -> None:
    data, w = columbus()
    y, x = data[["CRIME"]].to_numpy(float), data[["INC", "HOVAL"]].to_numpy(float)
    import spreg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = esda_weights(w)
        lag, error = spreg.ML_Lag(y, x, graph), spreg.ML_Error(y, x, graph)
    for model, theirs in (("sar", lag), ("sem", error)):
        fit = SpatialCrossSection(FORMULA, model=model, small_sample=False).fit(data, w)  # type: ignore[arg-type]
        assert fit.facts["engine"] == "spreg"
        assert fit.estimates == pytest.approx(np.ravel(theirs.betas), rel=1e-5)
        # their standard errors come at a search stopped at 1e-7 in rho
        assert fit.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(theirs.vm))[:4], rel=1e-5)


def test_ord_method_of_spreg_is_not_used_because_it_is_wrong() -> None:
    from spreg.ml_lag import BaseML_Lag

    w = provincial.inverse_distance()
    data = simulate(w, 1, np.random.default_rng(3), rho=0.4)
    y, x = data[["y"]].to_numpy(), np.column_stack([np.ones(31), data[["x1"]]])
    rho = {}
    for method in ("full", "ord"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = esda_weights(w.aligned(tuple(dict.fromkeys(data.index.get_level_values(0)))))
            rho[method] = float(np.ravel(BaseML_Lag(y, x, graph, method=method).betas)[-1])
    assert abs(rho["full"] - rho["ord"]) > 1e-3
    fit = SpatialCrossSection("y ~ x1", model="sar").fit(data, w)
    assert fit.rho == pytest.approx(rho["full"], abs=1e-5)


def test_what_spreg_cannot_do_stays_ours() -> None:
    w = provincial.contiguity()
    data = simulate(w, 1, np.random.default_rng(3), rho=0.4)
    raw = provincial.contiguity(normalisation="none")
    for model, weights in (("sar", raw), ("slx", w), ("sac", w)):
        fit = SpatialCrossSection("y ~ x1", model=model).fit(data, weights)  # type: ignore[arg-type]
        assert fit.facts["engine"] == "panelkit"
    # rho below -1, which row-standardised contiguity allows and spreg does not search
    low = simulate(w, 1, np.random.default_rng(0), rho=-1.45)
    fit = SpatialCrossSection("y ~ x1", model="sar").fit(low, w)
    assert fit.rho < -1.0
    assert fit.facts["engine"] == "panelkit"


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="skipped: no Rscript")
def test_spatialreg_sac_live(tmp_path: Path) -> None:
    data, w = columbus()
    data.to_csv(tmp_path / "columbus.csv", index=False)
    np.savetxt(tmp_path / "w.csv", w.matrix.toarray(), delimiter=",")
    script = f"""
    suppressMessages(library(spatialreg)); d <- read.csv("{tmp_path / "columbus.csv"}")
    w <- as.matrix(read.csv("{tmp_path / "w.csv"}", header=FALSE)); dimnames(w) <- NULL
    l <- spdep::mat2listw(w/rowSums(w), style="W")
    m <- sacsarlm(CRIME ~ INC + HOVAL, data=d, listw=l, tol.solve=1e-14)
    cat(format(c(m$rho, m$lambda, m$coefficients, as.numeric(logLik(m))), digits=12))
    """
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"skipped: spatialreg does not run here ({done.stderr.strip()[-80:]})")
    rho, lam, *b, value = map(float, done.stdout.split())
    data, w = columbus()
    fit = SpatialCrossSection(FORMULA, model="sac").fit(data, w)
    assert fit.loglik == pytest.approx(value, abs=1e-5)
    # their optimiser stops at about 1e-4 in the parameters, where the likelihood is flat
    assert (fit.rho, fit.lam) == pytest.approx((rho, lam), abs=2e-3)
    assert fit.curvature.optimum.b == pytest.approx(b, rel=2e-3)


def test_one_year_of_a_panel() -> None:
    w = provincial.contiguity()
    data = simulate(w, 3, np.random.default_rng(0), rho=0.5)
    fit = SpatialCrossSection("y ~ x1").fit(data, w, year=2002)
    assert fit.nobs == 31
    assert float(np.asarray(fit.df)) == 28
    with pytest.raises(DataError, match="name one"):
        SpatialCrossSection("y ~ x1").fit(data, w)
    with pytest.raises(DataError, match="no year 1999"):
        SpatialCrossSection("y ~ x1").fit(data, w, year=1999)
