"""Statistics of identification: Stata's own output on Card's data, linearmodels, and plain matrix algebra."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import panelkit as pk
from panelkit.kernels.instruments import fit_two_stage
from panelkit.kernels.sandwich import clustered
from panelkit.kernels.stock_yogo import stock_yogo
from panelkit.kernels.tf import tf_critical
from panelkit.kernels.weak_instruments import Partialled
from panelkit.kernels.within import Layout, within
from tests.models.test_instrumental import panel
from tests.panels import codes

# lwage, exper and the other columns of the two files are the same to single precision
STORED = 2e-6
LIVE = 1e-9
CARD = "lwage ~ exper + expersq + black + south + [educ ~ nearc2 + nearc4]"


def card(**options: object) -> pk.InstrumentalResult:
    from linearmodels.datasets import card as held

    frame = held.load()
    frame["person"] = np.arange(len(frame))
    spec = pk.InstrumentalFE(CARD, effects="none", convention="ivreg2", **options)
    return spec.fit(frame, unit="person")


def named(fit: pk.InstrumentalResult, start: str) -> pk.TestResult:
    return next(test for test in fit.tests if test.name.startswith(start))


# e() of Stata's ivreg2 on Card (1995) with exactly these variables, as public fixtures of a port of it hold them
IVREG2 = {
    "Iid": {
        "underidentification": 38.94717794124797,
        "weak identification: Cragg-Donald": 19.68298484786327,
        "weak identification: Kleibergen-Paap": 19.68298484786327,
        "Sargan": 1.85880380002939,
        "Anderson-Rubin F": 27.44834031338264,
    },
    "Robust": {
        "underidentification": 40.07919463212782,
        "weak identification: Cragg-Donald": 19.68298484786327,
        "weak identification: Kleibergen-Paap": 20.42000777158254,
        "Hansen J": 1.864712064638993,
        "Anderson-Rubin F": 27.85140644476052,
    },
}


@pytest.mark.parametrize("vcov", [pk.Iid(), pk.Robust()])
def test_ivreg2_on_card(vcov: object) -> None:
    fit = card(vcov=vcov)
    for start, value in IVREG2[type(vcov).__name__].items():
        assert named(fit, start).statistic == pytest.approx(value, rel=STORED), start


def test_durbin_of_card_is_ivreg2s_endogeneity_test() -> None:
    test = named(card(vcov=pk.Iid()), "endogeneity")
    assert test.facts["durbin_chi2"] == pytest.approx(27.49203216234869, rel=STORED)


def test_hansen_of_fuller_is_ivreg2s() -> None:
    fit = card(vcov=pk.Robust(), method="fuller")
    assert named(fit, "Hansen J").statistic == pytest.approx(1.831966607344715, rel=STORED)
    assert fit.facts["kappa"] == pytest.approx(1.000272709129807, rel=1e-9)
    assert fit.params["educ"] == pytest.approx(0.2438039568760709, rel=STORED)


def blocks(frame: pd.DataFrame, endogenous: list[str], instruments: list[str]) -> list[np.ndarray]:
    """Return endogenous regressors and instruments less x1 and both effects, on dummies' residuals."""
    frame, unit, time = codes(frame)
    swept = within(frame[["x1", *endogenous, *instruments]].to_numpy(), Layout(unit, time), "twoway")
    x1, rest = swept[:, :1], swept[:, 1:]
    rest = rest - x1 @ np.linalg.lstsq(x1, rest, rcond=None)[0]
    return [rest[:, : len(endogenous)], rest[:, len(endogenous) :], unit, time]


def two_endogenous(seed: int = 71) -> pd.DataFrame:
    frame = panel(seed, 0.85, units=16)
    rng = np.random.default_rng(seed)
    frame["z3"] = rng.normal(size=len(frame))
    frame["v"] = 0.5 * frame["z3"] + 0.4 * frame["z1"] + rng.normal(size=len(frame)) + frame["x3"]
    return frame


TWO = "y ~ x1 + [w + v ~ z1 + z2 + z3]"


def rank_by_minimum(X: np.ndarray, Z: np.ndarray, scores_of: object, groups: np.ndarray) -> float:
    """Return the rk statistic as written in Kleibergen and Paap (2006): Theta, its SVD, A and B, Omega by Kronecker."""
    root_z, root_x = np.linalg.cholesky(Z.T @ Z), np.linalg.cholesky(X.T @ X)
    theta = np.linalg.solve(root_z, Z.T @ X) @ np.linalg.inv(root_x).T
    k, m = theta.shape
    U, s, Vt = np.linalg.svd(theta)
    V, q = Vt.T, m - 1
    u22, v22 = U[q:, q:], V[q:, q:]
    square = lambda M: np.real(special_root(M))  # noqa: E731
    A = U[:, q:] @ np.linalg.inv(u22) @ square(u22 @ u22.T)
    B = square(v22 @ v22.T) @ np.linalg.inv(v22.T) @ V[:, q:].T
    full = np.zeros((k - q, m - q))
    full[0, 0] = s[-1]
    lam = np.linalg.inv(square(u22 @ u22.T)) @ u22 @ full @ v22.T @ np.linalg.inv(square(v22 @ v22.T))
    rows = np.stack([np.kron(e, z) for e, z in zip(scores_of, Z, strict=True)])
    sums = pd.DataFrame(rows).groupby(groups).sum().to_numpy()
    change = np.kron(np.linalg.inv(root_x), np.linalg.inv(root_z))
    omega = change @ (sums.T @ sums) @ change.T
    picked = np.kron(B, A.T)
    return float(lam.ravel() @ np.linalg.solve(picked @ omega @ picked.T, lam.ravel()))


def special_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values)) @ vectors.T


@pytest.mark.parametrize("seed", [71, 72])
def test_rank_statistics_as_written(seed: int) -> None:
    frame = two_endogenous(seed)
    fit = pk.InstrumentalFE(TWO, vcov=pk.Cluster(), convention="fixest").fit(frame)
    X, Z, unit, _ = blocks(frame, ["w", "v"], ["z1", "z2", "z3"])
    lm = rank_by_minimum(X, Z, X, unit)
    assert named(fit, "underidentification").statistic == pytest.approx(lm, rel=LIVE)
    wald = rank_by_minimum(X, Z, X - Z @ np.linalg.lstsq(Z, X, rcond=None)[0], unit)
    groups, n = unit.max() + 1, len(unit)
    # x1, three instruments, one effect that is not nested in the units' clusters for each other period and the constant
    left = n - 4 - len(frame.index.unique(1))
    f = wald * (groups - 1) / groups * left / (n - 1) / 3
    assert named(fit, "weak identification: Kleibergen-Paap").statistic == pytest.approx(f, rel=LIVE)


@pytest.mark.parametrize("formula", [TWO, "y ~ x1 + [w ~ z1 + z2]"])
def test_linearmodels_rank_tests(formula: str) -> None:
    from linearmodels.iv import cragg_donald_f, kleibergen_paap

    frame = two_endogenous()
    inside = ["w", "v"] if "v" in formula else ["w"]
    outside = ["z1", "z2", "z3"] if "v" in formula else ["z1", "z2"]
    X, Z, unit, _ = blocks(frame, inside, outside)
    nothing = np.empty((len(X), 0))
    for vcov, kind, options in (
        (pk.Cluster(), "clustered", {"clusters": unit}),
        (pk.Robust(), "robust", {}),
        (pk.Iid(), "unadjusted", {}),
    ):
        fit = pk.InstrumentalFE(formula, vcov=vcov, convention="fixest").fit(frame)
        theirs = kleibergen_paap(X, Z, nothing, kind, options)
        assert named(fit, "underidentification").statistic == pytest.approx(theirs.stat, rel=LIVE)
        assert named(fit, "underidentification").p_value == pytest.approx(theirs.pval, rel=1e-7)
    absorbed = len(frame.index.unique(0)) + len(frame.index.unique(1)) - 1
    n, k = len(X), Z.shape[1]
    f = cragg_donald_f(X, Z, nothing) * (n - k - 1 - absorbed) / (n - k)
    assert named(fit, "weak identification: Cragg-Donald").statistic == pytest.approx(f, rel=LIVE)


@pytest.mark.parametrize(
    "vcov", [pk.Iid(), pk.Robust(), pk.Cluster(), pk.TwoWayCluster(), pk.DriscollKraay(2), pk.Conley(900.0)]
)
def test_rank_f_of_one_regressor_is_the_first_stage_f(vcov: object) -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=vcov).fit(
        panel(units=20), coords={f"P{j:02d}": (30.0 + j / 2, 110.0 + j / 3) for j in range(20)}
    )
    first = named(fit, "first-stage F").statistic
    # the two invert one matrix in different bases
    assert named(fit, "weak identification: Kleibergen-Paap").statistic == pytest.approx(first, rel=1e-8)


def test_conditional_f_by_hand() -> None:
    """Sanderson and Windmeijer: residuals of two-stage least squares on the other regressor, F on all instruments."""
    frame = two_endogenous()
    fit = pk.InstrumentalFE(TWO, vcov=pk.Iid()).fit(frame)
    X, Z, unit, time = blocks(frame, ["w", "v"], ["z1", "z2", "z3"])
    P = Z @ np.linalg.solve(Z.T @ Z, Z.T)
    left = len(X) - 4 - (unit.max() + 1) - time.max()
    for j, name in enumerate(("w", "v")):
        own, other = X[:, j], X[:, 1 - j]
        gone = own - other * (other @ P @ own) / (other @ P @ other)
        f = (gone @ P @ gone / 2) / ((gone @ gone - gone @ P @ gone) / left)
        test = named(fit, f"Sanderson-Windmeijer conditional F of {name}")
        assert test.statistic == pytest.approx(f, rel=LIVE)
        assert test.df == (2.0, float(left))
    other = pk.InstrumentalFE(TWO, vcov=pk.Cluster()).fit(frame)
    assert named(other, "Sanderson-Windmeijer conditional F of w").statistic != pytest.approx(f)


def test_hansen_is_the_minimum_of_its_criterion() -> None:
    from scipy.optimize import minimize

    frame = panel(units=20)
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Cluster()).fit(frame)
    linear = fit.linear
    Z, X, y = linear.instruments, linear.regressors, linear.y
    _, unit, _ = codes(frame)
    sums = pd.DataFrame(Z * linear.residuals[:, None]).groupby(unit).sum().to_numpy()
    weight = np.linalg.inv(sums.T @ sums)
    best = minimize(
        lambda b: (Z.T @ (y - X @ b)) @ weight @ (Z.T @ (y - X @ b)), linear.beta, method="BFGS", tol=1e-12
    )
    # a numerical minimum is flat to the root of the machine's precision
    assert named(fit, "Hansen J").statistic == pytest.approx(best.fun, rel=1e-6)


def test_endogeneity_is_the_wald_of_first_stage_residuals() -> None:
    """By statsmodels on explicit dummies with the first-stage residuals as a regressor."""
    import statsmodels.api as sm

    from tests.panels import dummies

    frame = panel(share=0.9)
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Iid()).fit(frame)
    moved = fit.with_vcov(pk.Cluster())
    held, unit, time = codes(frame)
    beside = np.hstack([held[["x1"]].to_numpy(), dummies(unit), dummies(time)[:, 1:]])
    first = sm.OLS(held["w"], np.hstack([beside, held[["z1", "z2"]]])).fit()
    both = np.column_stack([first.resid, held["w"], beside])
    plain = sm.OLS(held["y"].to_numpy(), both).fit()
    assert named(fit, "endogeneity").statistic == pytest.approx(plain.tvalues[0] ** 2, rel=1e-8)
    robust = sm.OLS(held["y"].to_numpy(), both).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    groups, n = unit.max() + 1, len(unit)
    factor = groups / (groups - 1) * (n - 1) / (n - 3 - time.max() - 1)
    assert named(moved, "endogeneity").statistic == pytest.approx(robust.tvalues[0] ** 2 / factor, rel=1e-8)


def test_tables_of_stock_and_yogo_are_their_integrals() -> None:
    """One endogenous regressor: the relative bias is exp(-l/2) 1F1(K/2-1; K/2; l/2), l the concentration.

    Their values come from simulation; they lie within 2.5 % of the exact ones. The size with one instrument is that of
    |t| for a normal f about f0, errors perfectly correlated: within 3.5 %.
    """
    for k in range(3, 11):
        for share, value in stock_yogo("bias", 1, k).items():
            low, high = 1e-6, 1e3
            for _ in range(200):
                middle = (low + high) / 2
                bias = np.exp(-middle / 2) * special.hyp1f1(k / 2 - 1, k / 2, middle / 2)
                low, high = (middle, high) if bias > share else (low, middle)
            assert value == pytest.approx(stats.ncx2.ppf(0.95, k, low) / k, rel=0.025)
    for share, value in stock_yogo("size", 1, 1).items():
        low, high = 0.05, 20.0
        for _ in range(200):
            f0 = (low + high) / 2
            low, high = (f0, high) if size_of_t(f0) > share else (low, f0)
        assert value == pytest.approx(stats.ncx2.ppf(0.95, 1, low**2), rel=0.035)
    assert stock_yogo("size", 1, 1) == stock_yogo("liml size", 1, 1)
    assert stock_yogo("size", 2, 2) == stock_yogo("liml size", 2, 2)
    assert stock_yogo("bias", 1, 2) == {}


def size_of_t(f0: float, z: float = 1.959963984540054) -> float:
    wide = np.sqrt(f0**2 + 4 * z * f0)
    size = 1 - stats.norm.cdf((f0 + wide) / 2 - f0) + stats.norm.cdf((f0 - wide) / 2 - f0)
    if f0 > 4 * z:
        narrow = np.sqrt(f0**2 - 4 * z * f0)
        size += stats.norm.cdf((narrow - f0) / 2) - stats.norm.cdf((-narrow - f0) / 2)
    return float(size)


@pytest.mark.parametrize("kind", ["bias", "size", "liml size"])
def test_tables_of_stock_and_yogo_fall(kind: str) -> None:
    """A laxer bound has a smaller critical value, and so have more endogenous regressors with equal instruments."""
    for m in (1, 2, 3):
        for k in range(1, 11):
            row = list(stock_yogo(kind, m, k).values())
            assert all(a > b for a, b in pairwise(row))
            more = list(stock_yogo(kind, m + 1, k).values())
            assert all(a > b for a, b in zip(row, more, strict=False))


# sqrt(F) and c(F): Lee, McCrary, Moreira and Porter (2022), Table 3
TF = {2.0: 18.66, 2.1: 9.74, 2.2: 7.37, 2.5: 4.92, 3.0: 3.65, 3.5: 3.11, 4.0: 2.80, 5.0: 2.46}


def test_tf_is_the_published_table() -> None:
    for root, value in TF.items():
        # the table is rounded up, to two digits
        assert tf_critical(root**2) == pytest.approx(value, abs=0.0105)
    assert tf_critical(10.0) == pytest.approx(3.43, abs=0.005)
    assert tf_critical(104.6) > 1.96 > 1.9599 < tf_critical(104.8) < 1.96
    assert tf_critical(3.8) == np.inf


@pytest.mark.parametrize("f0", [0.5, 1.5, 3.0, 5.0, 8.0, 9.0, 12.0])
def test_size_of_tf_with_errors_perfectly_correlated(f0: float) -> None:
    """A five-per-cent test at every strength of the instrument; the standard error of 200,000 draws is 0.0005."""
    f = f0 + np.random.default_rng(9).normal(size=200_000)
    t = np.abs(f * (f - f0) / f0)
    grid = np.linspace(1.9601, 60.0, 4_000)
    critical = np.interp(np.abs(f), grid, [tf_critical(value**2) for value in grid])
    rejected = np.mean((t > critical) & (f**2 > 1.96**2))
    assert rejected < 0.0525
    if f0 < 8.5:
        assert rejected > 0.0475


def test_tf_of_a_fit() -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1]", vcov=pk.Cluster()).fit(panel())
    row = fit.weak_identification.tidy().iloc[0]
    critical = tf_critical(named(fit, "first-stage F").statistic)
    error = fit.std_errors["w"]
    assert row["tf_critical"] == critical
    assert row["tf_std_error"] == pytest.approx(error * critical / 1.959963984540054)
    assert row["tf_high"] - row["tf_low"] == pytest.approx(2 * critical * error)
    assert (
        "tf_critical"
        not in pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]").fit(panel()).weak_identification.tidy()
    )


def test_table_moves_with_the_covariance_and_speaks_both_languages() -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Iid()).fit(panel())
    assert "anderson_lm" in fit.weak_identification.tidy()
    moved = fit.with_vcov(pk.Cluster()).weak_identification
    fresh = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Cluster()).fit(panel()).weak_identification
    pd.testing.assert_frame_equal(moved.tidy(), fresh.tidy())
    assert "弱识别" in moved.summary(language="zh")
    assert all(len(line) <= 100 for line in moved.summary().splitlines() if not line.startswith("note"))


def test_nothing_is_made_of_too_few_clusters() -> None:
    """Two clusters carry no covariance of two instruments; Stata prints an F of 1e15 and an LM equal to G there."""
    frame = panel()
    frame["half"] = (np.arange(len(frame)) < 56).astype(int)
    fit = pk.InstrumentalFE("y ~ [w ~ z1 + z2]", effects="none", vcov=pk.Cluster("half")).fit(frame)
    for start in (
        "first-stage F",
        "underidentification",
        "weak identification: Kleibergen",
        "Hansen J",
        "Anderson-Rubin",
    ):
        test = named(fit, start)
        assert not test.applicable
        assert "fewer instruments" in test.reason
    assert named(fit, "weak identification: Cragg-Donald").applicable
    assert "not applicable" in fit.weak_identification.summary()


def test_instruments_that_reproduce_the_regressor() -> None:
    frame = panel()
    frame["w"] = 2.0 * frame["z1"] - frame["z2"] + 0.3 * frame["x1"]
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Cluster()).fit(frame)
    for start in ("underidentification", "weak identification", "endogeneity"):
        assert "reproduce" in named(fit, start).reason
    # two-stage least squares are then least squares
    plain = pk.FixedEffects("y ~ x1 + w", vcov=pk.Cluster()).fit(frame)
    assert fit.params["w"] == pytest.approx(plain.params["w"], rel=1e-8)


def test_irrelevant_instruments_are_said_to_leave_nothing() -> None:
    frame = panel()
    frame["noise"] = np.random.default_rng(3).normal(size=len(frame))
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ noise]", vcov=pk.Cluster()).fit(frame)
    said = " ".join(fit.weak_identification.notes)
    assert "identification is not shown" in said
    assert "below" in said


def test_size_of_the_rank_test() -> None:
    """Four hundred panels whose instruments have no effect on the regressor: 5 % within four binomial errors."""
    layout = Layout(np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60))
    rejected = 0
    for seed in range(400):
        rng = np.random.default_rng(40_000 + seed)
        y, w, Z = rng.normal(size=300), rng.normal(size=(300, 1)), rng.normal(size=(300, 2))
        linear = fit_two_stage(y, Z[:, :0], w, Z, ((), ("w",), ("z1", "z2")), layout, "unit")
        problem = Partialled.of(linear).rank_problem(under_null=True)
        statistic = problem.beta @ np.linalg.solve(clustered(problem, layout.unit), problem.beta)
        rejected += stats.chi2.sf(statistic, 2) < 0.05
    assert abs(rejected - 20) <= 4 * np.sqrt(400 * 0.05 * 0.95)


def test_replace_keeps_the_convention_of_the_stages() -> None:
    spec = pk.InstrumentalFE("y ~ x1 + [w ~ z1]", vcov=pk.Cluster(), convention="ivregress")
    fit = spec.fit(panel())
    lsdv = replace(spec, convention="lsdv").fit(panel())
    assert named(fit, "first-stage F").statistic == pytest.approx(named(lsdv, "first-stage F").statistic)
    assert named(fit, "first-stage F").df == named(lsdv, "first-stage F").df
