"""Columbus: estimates, impacts, LM tests and Moran statistics of R; live spreg, esda and spatialreg."""

from __future__ import annotations

import shutil
import subprocess
import warnings

import numpy as np
import pandas as pd
import pytest

from panelkit.core.errors import DataError
from panelkit.models.spatial_cross_section import SpatialCrossSection
from panelkit.models.spatial_selection import reduction_tests, spatial_lm_tests
from panelkit.spatial import provincial
from panelkit.spatial.moran import geary_c, local_i, local_moran, moran, moran_i, moran_moments
from panelkit.spatial.weights import Weights, as_weights
from tests.reference import oracle, reference_path
from tests.spatial.data import simulate

FORMULA = "CRIME ~ INC + HOVAL"


def columbus() -> tuple[pd.DataFrame, Weights]:
    data = pd.read_csv(reference_path("columbus.csv"))
    matrix = np.loadtxt(reference_path("columbus_w.csv"), delimiter=",")
    return data, as_weights(matrix, list(data.index), name="columbus").normalised("row")


def test_lag_model() -> None:
    entry = oracle("columbus")["outputs"]
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
    entry = oracle("columbus")["outputs"]
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
    entry = oracle("columbus")["outputs"]
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
    entry = oracle("columbus")["outputs"]
    data, w = columbus()
    x = data["CRIME"].to_numpy(float)
    assert moran_i(x[:, None], w.matrix)[0] == pytest.approx(entry["moran"], abs=1e-10)
    expected, _, variance = moran_moments(x, w.matrix)
    assert expected == pytest.approx(-0.02083333, abs=5e-9)
    assert variance == pytest.approx(entry["var_rand"], abs=1e-10)
    assert geary_c(x, w.matrix) == pytest.approx(entry["geary"], abs=1e-10)
    table = moran(data["CRIME"], w, permutations=999)
    assert table["z"].iloc[0] == pytest.approx(5.3427, abs=5e-5)
    found = local_moran(data["CRIME"], w, permutations=199).table["quadrant"].value_counts()
    assert found.to_dict() == {"HH": 21, "LL": 20, "LH": 5, "HL": 3}


def test_three_unit_moran() -> None:
    out = oracle("moran3")["outputs"]
    w = as_weights(np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]), ["a", "b", "c"])
    x = np.array([1.0, 2.0, 4.0])
    assert moran_i(x[:, None], w.matrix)[0] == pytest.approx(out["I"], abs=1e-8)
    assert local_i(x, w.matrix) == pytest.approx(out["local"], abs=1e-8)
    assert local_i(x, w.matrix).sum() == pytest.approx(w.matrix.sum() * out["I"], abs=1e-7)
    assert geary_c(x, w.matrix) == pytest.approx(out["geary"], abs=1e-8)


def test_esda_live() -> None:
    esda = pytest.importorskip("esda")
    w = provincial.contiguity()
    x = np.random.default_rng(0).gamma(2.0, size=31)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = w.to_graph()
        theirs = esda.Moran(x, graph, permutations=0)
        local = esda.Moran_Local(x, graph, permutations=0)
    order = [list(graph.unique_ids).index(key) for key in w.ids]
    assert order == list(range(31))
    expected, normal, randomised = moran_moments(x, w.matrix)
    assert pytest.approx(moran_i(x[:, None], w.matrix)[0], rel=1e-12) == theirs.I
    assert (theirs.EI, theirs.VI_norm, theirs.VI_rand) == pytest.approx(
        (expected, normal, randomised), rel=1e-10
    )
    found = local_moran(pd.Series(x, index=list(w.ids)), w, permutations=99)
    names = {1: "HH", 2: "LH", 3: "LL", 4: "HL"}
    assert [names[q] for q in local.q] == list(found.table["quadrant"])
    # esda divides by n - 1
    assert found.table["I"].to_numpy() == pytest.approx(local.Is * 31 / 30, rel=1e-9)


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


def test_spreg_live() -> None:
    spreg = pytest.importorskip("spreg")
    libpysal = pytest.importorskip("libpysal")
    data, w = columbus()
    y, x = data[["CRIME"]].to_numpy(float), data[["INC", "HOVAL"]].to_numpy(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = libpysal.weights.util.full2W(w.matrix.toarray())
        graph.transform = "r"
        lag, error = spreg.ML_Lag(y, x, graph), spreg.ML_Error(y, x, graph)
    ours = SpatialCrossSection(FORMULA, model="sar", small_sample=False).fit(data, w)
    assert ours.estimates == pytest.approx(np.ravel(lag.betas), rel=1e-5)
    assert ours.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(lag.vm))[:4], rel=1e-5)
    sem = SpatialCrossSection(FORMULA, model="sem", small_sample=False).fit(data, w)
    assert sem.estimates == pytest.approx(np.ravel(error.betas), rel=1e-5)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="skipped: no Rscript")
def test_spatialreg_sac_live() -> None:
    script = f"""
    suppressMessages(library(spatialreg)); d <- read.csv("{reference_path("columbus.csv")}")
    w <- as.matrix(read.csv("{reference_path("columbus_w.csv")}", header=FALSE)); dimnames(w) <- NULL
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
