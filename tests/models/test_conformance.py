"""One model as plm, clubSandwich, linearmodels, pyfixest and statsmodels print it (docs/conformance.md)."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.covariance.by_name import vcov_named
from tests.munnell import FORMULA, munnell
from tests.panels import codes, dummies, random_panel
from tests.stored import stored

ORACLE = stored("panel_r")
R, RTOL = ORACLE["expect"], ORACLE["rtol"]
SPECS = {
    "unit": pk.FixedEffects(FORMULA, effects="unit"),
    "twoway": pk.FixedEffects(FORMULA),
    "pooled": pk.PooledOLS(FORMULA),
    "between": pk.BetweenEffects(FORMULA),
    "fd": pk.FirstDifference(FORMULA, effects="drift"),
    "re": pk.RandomEffects(FORMULA),
}
PLM = {
    "iid": (pk.Iid(), "plm"),
    "hc0_group": (pk.Cluster(), "plm"),
    "sss_group": (pk.Cluster(), "plm-sss"),
    "hc0_time": (pk.Cluster("year"), "plm"),
    "hc0_white": (pk.Robust("HC0"), "plm"),
    "double": (pk.TwoWayCluster(), "plm"),
    "dk2": (pk.DriscollKraay(2), "plm"),
    "CR0": (pk.Cluster(), "plm"),
    "CR2": (pk.CR2(), "plm"),
}
# live references solve the same normal equations by another route
LIVE = 1e-8


def feols(*arguments: object, **options: object):
    """Fit with pyfixest, whose own calls into pandas warn."""
    import pyfixest as pf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pf.feols(*arguments, **options)


def errors(spec, vcov, convention: str, data: pd.DataFrame) -> np.ndarray:
    return replace(spec, vcov=vcov, convention=convention).fit(data).std_errors.to_numpy()


# plm forms first differences across gaps: see test_first_differences_across_gaps
CASES = [
    (sample, model)
    for sample in ("balanced", "gappy")
    for model in SPECS
    if (sample, model) != ("gappy", "fd")
]


@pytest.mark.parametrize(("sample", "model"), CASES)
def test_plm_and_clubsandwich(sample: str, model: str) -> None:
    data = munnell(gappy=sample == "gappy")
    spec = SPECS[model]
    np.testing.assert_allclose(spec.fit(data).estimates, R[f"{sample}_{model}_b"], rtol=RTOL)
    compared = 0
    for what, (vcov, convention) in PLM.items():
        printed = R.get(f"{sample}_{model}_{what}")
        if printed is not None:
            np.testing.assert_allclose(errors(spec, vcov, convention, data), printed, rtol=RTOL, err_msg=what)
            compared += 1
    assert compared == {"unit": 9, "twoway": 9, "pooled": 9, "between": 1, "fd": 7, "re": 7}[model]


@pytest.mark.parametrize("sample", ["balanced", "gappy"])
@pytest.mark.parametrize("model", ["unit", "twoway", "pooled"])
def test_satterthwaite_and_cr1(sample: str, model: str) -> None:
    data = munnell(gappy=sample == "gappy")
    spec = SPECS[model]
    np.testing.assert_allclose(
        replace(spec, vcov=pk.CR2()).fit(data).df, R[f"{sample}_{model}_CR2_df"], rtol=RTOL
    )
    crv0 = errors(spec, pk.Cluster(), "plm", data)
    np.testing.assert_allclose(crv0 * np.sqrt(48 / 47), R[f"{sample}_{model}_CR1"], rtol=RTOL)


@pytest.mark.parametrize("sample", ["balanced", "gappy"])
def test_clubsandwich_cr3_is_the_jackknife_where_nothing_is_demeaned_again(sample: str) -> None:
    """Without time effects CR3 is CRV3 without (G-1)/G; with them clubSandwich keeps the year means of all units."""
    data = munnell(gappy=sample == "gappy")
    for model in ("unit", "pooled"):
        crv3 = errors(SPECS[model], pk.CRV3(), "plm", data)
        np.testing.assert_allclose(crv3 * np.sqrt(48 / 47), R[f"{sample}_{model}_CR3"], rtol=RTOL)
    crv3 = errors(SPECS["twoway"], pk.CRV3(), "plm", data)
    assert np.all(crv3 > np.array(R[f"{sample}_twoway_CR3"]))


@pytest.mark.parametrize("sample", ["balanced", "gappy"])
def test_variance_components(sample: str) -> None:
    facts = SPECS["re"].fit(munnell(gappy=sample == "gappy")).facts
    printed = R[f"{sample}_re_sigma2"]
    np.testing.assert_allclose([facts["sigma_error"] ** 2, facts["sigma_unit"] ** 2], printed, rtol=RTOL)
    low, high = R[f"{sample}_re_theta"]
    text = f"{low:.6g} to {high:.6g}"
    assert facts["theta"] == (pytest.approx(low, rel=RTOL) if sample == "balanced" else text)


def test_first_differences_across_gaps() -> None:
    """plm subtracts the previous row held; panelkit only the year before, and says which rows that leaves out."""
    data = munnell(gappy=True)
    ours = SPECS["fd"].fit(data)
    rows = data.sort_index().groupby(level=0).diff().dropna()
    X = np.column_stack([np.ones(len(rows)), rows[["lpcap", "lpc", "lemp", "unemp"]]])
    across = np.linalg.lstsq(X, rows["lgsp"].to_numpy(), rcond=None)[0]
    np.testing.assert_allclose(across, R["gappy_fd_b"], rtol=RTOL)
    year = rows.index.get_level_values(1)
    before = data.index
    kept = np.array(
        [(state, y - 1) in before for state, y in zip(rows.index.get_level_values(0), year, strict=True)]
    )
    own = np.linalg.lstsq(X[kept], rows["lgsp"].to_numpy()[kept], rcond=None)[0]
    np.testing.assert_allclose(ours.estimates, own, rtol=LIVE)
    assert ours.dropped["reason"].str.contains("no row of the period before").sum() == len(data) - ours.nobs


@pytest.mark.parametrize("share", [1.0, 0.75])
def test_linearmodels_live(share: float) -> None:
    from linearmodels import BetweenOLS, FirstDifferenceOLS, PanelOLS, PooledOLS, RandomEffects

    data = random_panel(21, 15, 9, share).sort_index()
    y, X = data["y"], data[["x1", "x2"]]
    C = X.assign(const=1.0)[["const", "x1", "x2"]]
    clustered = {"cov_type": "clustered", "cluster_entity": True}
    f = "y ~ x1 + x2"
    pairs = [
        (pk.PooledOLS(f), PooledOLS(y, C), "plm-sss", {"group_debias": True, **clustered}),
        (pk.RandomEffects(f), RandomEffects(y, C), "plm-sss", {"group_debias": True, **clustered}),
        (pk.FirstDifference(f, effects="none"), FirstDifferenceOLS(y, X), "linearmodels", clustered),
        (
            pk.FixedEffects(f),
            PanelOLS(y, X, entity_effects=True, time_effects=True),
            "linearmodels",
            clustered,
        ),
    ]
    for ours, theirs, convention, options in pairs:
        small = {"small_sample": True} if isinstance(ours, pk.RandomEffects) and share < 1.0 else {}
        reference = theirs.fit(**options, **small)
        fit = replace(ours, vcov=pk.Cluster(), convention=convention).fit(data)
        np.testing.assert_allclose(fit.estimates, reference.params, rtol=LIVE)
        np.testing.assert_allclose(fit.std_errors, reference.std_errors, rtol=LIVE)
        kernel = theirs.fit(cov_type="kernel", bandwidth=2, **small)
        fit = replace(ours, vcov=pk.DriscollKraay(2), convention="linearmodels").fit(data)
        np.testing.assert_allclose(fit.std_errors, kernel.std_errors, rtol=LIVE)
    between = BetweenOLS(y, C).fit()
    fit = pk.BetweenEffects(f, vcov=pk.Iid()).fit(data)
    np.testing.assert_allclose(fit.estimates, between.params, rtol=LIVE)
    np.testing.assert_allclose(fit.std_errors, between.std_errors, rtol=LIVE)


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_pyfixest_live(share: float, effects: str) -> None:
    data = random_panel(22, 15, 9, share).sort_index().reset_index()
    right = {"unit": "province", "twoway": "province + year"}[effects]
    kinds = {
        pk.Cluster(): {"CRV1": "province"},
        pk.TwoWayCluster(): {"CRV1": "province + year"},
        pk.Iid(): "iid",
        pk.Robust(): "hetero",
    }
    for vcov, theirs in kinds.items():
        reference = feols(f"y ~ x1 + x2 | {right}", data, vcov=theirs, fixef_tol=1e-12)
        fit = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=vcov, convention="fixest").fit(
            data, unit="province", time="year"
        )
        np.testing.assert_allclose(fit.estimates, reference.coef(), rtol=LIVE)
        np.testing.assert_allclose(fit.std_errors, reference.se(), rtol=LIVE, err_msg=str(vcov))
        np.testing.assert_allclose(
            fit.p_values, reference.pvalue(), rtol=1e-6, atol=1e-15, err_msg=str(vcov)
        )  # 1 - cdf


def test_pyfixest_driscoll_kraay_live() -> None:
    data = random_panel(23, 15, 9).sort_index().reset_index()
    data["number"] = data["province"].str[1:].astype(int)
    reference = feols(
        "y ~ x1 + x2 | number + year",
        data,
        vcov="DK",
        vcov_kwargs={"time_id": "year", "panel_id": "number", "lag": 2},
    )
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.DriscollKraay(2), convention="fixest").fit(
        data, unit="province", time="year"
    )
    np.testing.assert_allclose(fit.std_errors, reference.se(), rtol=LIVE)


@pytest.mark.parametrize("share", [1.0, 0.75])
def test_statsmodels_live(share: float) -> None:
    """Dummies by hand: every effect counts."""
    import statsmodels.formula.api as smf

    data = random_panel(24, 12, 7, share).sort_index().reset_index()
    model = smf.ols("y ~ x1 + x2 + C(province) + C(year)", data)
    groups = np.unique(data["province"], return_inverse=True)[1]
    reference = model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster(), convention="lsdv").fit(
        data, unit="province", time="year"
    )
    terms = ["x1", "x2"]
    np.testing.assert_allclose(fit.estimates, reference.params[terms], rtol=LIVE)
    np.testing.assert_allclose(fit.std_errors, reference.bse[terms], rtol=LIVE)
    np.testing.assert_allclose(fit.p_values, reference.pvalues[terms], rtol=1e-6)
    kernel = model.fit(
        cov_type="hac-groupsum",
        cov_kwds={"time": np.asarray(data["year"] - 2010), "maxlags": 2, "use_correction": False},
    )
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.DriscollKraay(2), convention="plm").fit(
        data, unit="province", time="year"
    )
    np.testing.assert_allclose(fit.std_errors, kernel.bse[terms], rtol=LIVE)


def test_stata_by_its_documented_formula() -> None:
    """Documented, not run: xtreg, fe vce(cluster) and reghdfe, from the formulas in their manuals."""
    data = munnell()
    n, groups, k = 816, 48, 4
    crv0 = np.array(R["balanced_unit_CR0"])
    xtreg = crv0 * np.sqrt(groups / (groups - 1) * (n - 1) / (n - k - 1))
    np.testing.assert_allclose(errors(SPECS["unit"], pk.Cluster(), "xtreg", data), xtreg, rtol=RTOL)
    np.testing.assert_allclose(errors(SPECS["unit"], pk.Cluster(), "reghdfe", data), xtreg, rtol=RTOL)
    twoway = np.array(R["balanced_twoway_CR0"]) * np.sqrt(groups / (groups - 1) * (n - 1) / (n - k - 17))
    np.testing.assert_allclose(errors(SPECS["twoway"], pk.Cluster(), "reghdfe", data), twoway, rtol=RTOL)


def printed_rows() -> list[tuple[str, ...]]:
    page = Path(__file__).parents[2] / "docs" / "conformance.md"
    lines = [line.strip("| ").split(" | ") for line in page.read_text(encoding="utf-8").splitlines()]
    return [
        tuple(part.strip() for part in line)
        for line in lines
        if len(line) == 6 and line[2] in ("unit", "twoway")
    ]


@pytest.mark.parametrize("row", printed_rows(), ids=lambda row: f"{row[0]}, {row[1]}, {row[2]}")
def test_the_page_is_reproduced_to_its_printed_digits(row: tuple[str, ...]) -> None:
    _, _, effects, vcov, convention, numbers = row
    spec = pk.FixedEffects(
        FORMULA, effects=effects, vcov=vcov_named(vcov.strip("`")), convention=convention.strip("`")
    )
    assert " ".join(f"{value:.8f}" for value in spec.fit(munnell()).std_errors) == numbers


def test_the_page_has_all_its_rows() -> None:
    assert len(printed_rows()) == 41


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize(
    ("effects", "sweeps", "years"), [("unit", True, False), ("twoway", True, True), ("none", False, False)]
)
def test_driscoll_kraay_under_xtreg_has_the_arithmetic_of_xtscc(
    share: float, effects: str, sweeps: bool, years: bool
) -> None:
    """Its steps: units swept out, means added again, a constant beside; (T/(T-1)) ((n-1)/(n-rank)) on the sandwich."""
    frame = random_panel(4, units=9, periods=12, share=share)
    spec = pk.DriscollKraay(2)
    model = pk.PooledOLS("y ~ x1 + x2") if effects == "none" else pk.FixedEffects("y ~ x1 + x2", effects)
    fit = replace(model, vcov=spec, convention="xtreg").fit(frame)
    held, unit, time = codes(frame)
    columns = [held[["y", "x1", "x2"]].to_numpy()] + ([dummies(time)[:, 1:]] if years else [])
    both = np.hstack(columns)
    if sweeps:
        means = np.array([both[unit == u].mean(axis=0) for u in range(unit.max() + 1)])
        both = both - means[unit] + both.mean(axis=0)
    y, X = both[:, 0], np.hstack([both[:, 1:], np.ones((len(both), 1))])
    inverse = np.linalg.inv(X.T @ X)
    e = y - X @ inverse @ X.T @ y
    periods, n = int(time.max()) + 1, len(y)
    h = np.array([X[time == t].T @ e[time == t] for t in range(periods)])
    meat = h.T @ h
    for lag in (1, 2):
        cross = h[lag:].T @ h[:-lag]
        meat += (1 - lag / 3) * (cross + cross.T)
    factor = periods / (periods - 1) * (n - 1) / (n - np.linalg.matrix_rank(X))
    theirs = factor * (inverse @ meat @ inverse)[:2, :2]
    ours = fit.vcov.loc[["x1", "x2"], ["x1", "x2"]].to_numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-8)  # normal equations of condition about 100
    assert fit.df == periods - 1
