"""The test of leads and its power: by hand, by other integrals, by simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import panelkit as pk
from panelkit.inference.parallel_trends.boxes import in_box
from panelkit.inference.parallel_trends.pretests import Joint, Single, slope_with_power
from tests.policy.event_paths import covariance, drawn


def test_wald_by_hand() -> None:
    path = drawn(1, 4, 3)
    leads, sigma = path.estimate[:4], path.covariance[:4, :4]
    wald = leads @ np.linalg.inv(sigma) @ leads
    found = pk.pretrend_test(path)
    assert (found.statistic, found.df, found.distribution) == (pytest.approx(wald), (4.0,), "chi2")
    assert found.p_value == pytest.approx(stats.chi2.sf(wald, 4), rel=1e-10)
    hotelling = pk.pretrend_test(path, df=30)
    assert hotelling.statistic == pytest.approx(wald * 27 / (30 * 4))
    assert hotelling.df == (4.0, 27.0)
    assert hotelling.p_value == pytest.approx(stats.f.sf(wald * 27 / 120, 4, 27), rel=1e-10)


@pytest.mark.parametrize("k", [1, 2, 4, 7])
@pytest.mark.parametrize("shift", [0.0, 0.15])
def test_mass_of_a_box_is_that_of_scipy(k: int, shift: float) -> None:
    """scipy's own points are random: maxpts 1e5, and five of the two errors together."""
    sigma, mean = covariance(k, 0), np.full(k, shift)
    half = 1.96 * np.sqrt(np.diag(sigma))
    held = in_box(mean, sigma, half)
    box = stats.multivariate_normal(mean, sigma, maxpts=200_000, abseps=1e-6, seed=1)  # type: ignore[call-arg]
    assert held.mass == pytest.approx(box.cdf(half, lower_limit=-half), abs=max(5 * held.error, 2e-5))
    assert held.error < 5e-4


@pytest.mark.parametrize("df", [np.inf, 12.0])
def test_what_passes_by_simulation(df: float) -> None:
    """400,000 draws with their own estimated scale or covariance: probabilities and means within four errors."""
    rng, k = np.random.default_rng(3), 3
    sigma, delta = covariance(k, 0), np.array([-0.15, -0.1, -0.05])
    n = 400_000 if df == np.inf else 100_000
    x = rng.multivariate_normal(delta, sigma, n)
    if df == np.inf:
        joint_form, scale = np.einsum("ni,ij,nj->n", x, np.linalg.inv(sigma), x), np.ones(n)
    else:
        estimated = stats.wishart(df=int(df), scale=sigma / df, seed=4).rvs(n)
        joint_form = np.einsum("ni,nij,nj->n", x, np.linalg.inv(estimated), x)
        scale = np.sqrt(rng.chisquare(df, n) / df)
    joint, single = Joint(sigma, 0.05, df), Single(sigma, 0.05, df)
    critical = stats.norm.ppf(0.975) if df == np.inf else stats.t.ppf(0.975, df)
    inside = {
        joint: joint_form <= joint.critical,
        single: (np.abs(x) <= critical * np.sqrt(np.diag(sigma)) * scale[:, None]).all(axis=1),
    }
    for test, ok in inside.items():
        found = test.passes(delta)
        share = ok.mean()
        assert found.probability == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))
        error = x[ok].std(axis=0) / np.sqrt(ok.sum())
        assert (np.abs(found.mean - x[ok].mean(axis=0)) < 4 * error).all()


@pytest.mark.parametrize("df", [None, 20.0])
def test_slopes_have_the_power_that_they_are_named_by(df: float | None) -> None:
    found = pk.pretrend_test(drawn(2, 4, 3), power=(0.3, 0.9), df=df).table
    assert found["power_joint"].iloc[:2].tolist() == pytest.approx([0.3, 0.9], abs=1e-7)
    assert found["power_single"].iloc[2:].tolist() == pytest.approx([0.3, 0.9], abs=1e-7)
    # none but the test itself: its level
    none = pk.pretrend_test(drawn(2, 4, 3), slope=0.0, power=(), df=df).table
    assert none["power_joint"].iloc[0] == pytest.approx(0.05, abs=1e-9)
    assert none["bias"].iloc[0] == none["bias_passed_joint"].iloc[0] == pytest.approx(0.0, abs=1e-12)
    assert none["bias_passed_single"].iloc[0] == pytest.approx(0.0, abs=1e-4)


def test_slopes_are_found_however_small_the_errors_are() -> None:
    # far beyond what a test finds the noncentral F of scipy is missing: leads in logs met it
    shape = np.array([-4.0, -3.0, -2.0, -1.0])
    plain = slope_with_power(Joint(covariance(4, 0), 0.05, 17.8), shape, 0.8)
    for scale in (1e-3, 1e-6, 1e3):
        found = slope_with_power(Joint(scale**2 * covariance(4, 0), 0.05, 17.8), shape, 0.8)
        assert found == pytest.approx(scale * plain, rel=1e-6)


def test_power_of_the_joint_test_is_that_of_noncentral_distributions() -> None:
    path = drawn(2, 4, 3)
    delta = 0.05 * (path.event[:4] + 1)
    ncp = delta @ np.linalg.inv(path.covariance[:4, :4]) @ delta
    power = pk.pretrend_test(path, slope=0.05, power=()).table["power_joint"].iloc[0]
    assert power == pytest.approx(stats.ncx2.sf(stats.chi2.ppf(0.95, 4), 4, ncp), rel=1e-8)
    power = pk.pretrend_test(path, slope=0.05, power=(), df=25).table["power_joint"].iloc[0]
    assert power == pytest.approx(stats.ncf.sf(stats.f.ppf(0.95, 4, 22), 4, 22, ncp), rel=1e-8)


def test_bias_after_passing_by_simulation() -> None:
    """400,000 event studies with a trend, those kept whose leads pass: the mean error of the average effect."""
    path, slope = drawn(2, 3, 2), 0.06
    delta = slope * (path.event + 1)
    x = np.random.default_rng(5).multivariate_normal(delta, path.covariance, 400_000)
    leads, sigma = x[:, :3], path.covariance[:3, :3]
    passed = {
        "joint": np.einsum("ni,ij,nj->n", leads, np.linalg.inv(sigma), leads) < stats.chi2.ppf(0.95, 3),
        "single": (np.abs(leads) < stats.norm.ppf(0.975) * np.sqrt(np.diag(sigma))).all(axis=1),
    }
    row = pk.pretrend_test(path, slope=slope, power=()).table.iloc[0]
    assert row["bias"] == pytest.approx(slope * 1.5)
    for name, ok in passed.items():
        errors = x[ok, 3:].mean(axis=1)
        assert row[f"bias_passed_{name}"] == pytest.approx(
            errors.mean(), abs=4 * errors.std() / np.sqrt(ok.sum())
        )
        plain = (np.abs(x[:, :3] - delta[:3]) < stats.norm.ppf(0.975) * np.sqrt(np.diag(sigma))).all(axis=1)
        if name == "single":
            assert row["bayes_factor_single"] == pytest.approx(ok.mean() / plain.mean(), rel=0.01)
    assert row["bias_passed_joint"] > row["bias"]  # passing makes it worse (Roth 2022, proposition 4)


def test_likelihood_ratio_and_paths() -> None:
    path = drawn(2, 3, 2)
    found = pk.pretrend_test(
        path, slope=[0.02], paths={"dip": {-2: 0.1}, "late": {1: 0.4}}, power=(), effect="first"
    )
    law = stats.multivariate_normal(np.zeros(3), path.covariance[:3, :3])
    line = 0.02 * (path.event[:3] + 1)
    ratio = law.pdf(path.estimate[:3] - line) / law.pdf(path.estimate[:3])
    assert found.table["likelihood_ratio"].iloc[0] == pytest.approx(ratio)
    assert found.tidy()["violation"].tolist() == ["line of slope 0.02", "dip", "late"]
    assert found.table["bias"].tolist() == pytest.approx([0.02, 0.0, 0.0])
    assert pk.pretrend_test(path, paths={"late": {1: 0.4}}, power=()).table["bias"].iloc[0] == pytest.approx(
        0.2
    )
    assert found.table["power_joint"].iloc[2] == pytest.approx(0.05)


def test_no_mean_where_nothing_passes() -> None:
    row = pk.pretrend_test(drawn(2, 3, 2), slope=5.0, power=()).table.iloc[0]
    assert row["power_joint"] == pytest.approx(1.0)
    assert np.isnan(row["bias_passed_joint"])
    assert np.isnan(row["bias_passed_single"])


def test_without_effects_there_is_no_bias_to_tell() -> None:
    path = drawn(2, 3, 2).at(np.array([-4.0, -3.0, -2.0]))
    assert pk.pretrend_test(path, power=()).p_value == pytest.approx(pk.pretrend_test(drawn(2, 3, 2)).p_value)
    assert pk.pretrend_test(path).table["bias"].isna().all()


def panels(reps: int, treated: int, periods: int, base: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return event-study leads of 31 provinces with AR(.7) errors, and their CRV1 covariances."""
    rng, n = np.random.default_rng(seed), 31
    e = np.empty((reps, n, periods))
    e[:, :, 0] = rng.normal(size=(reps, n))
    for t in range(1, periods):
        e[:, :, t] = 0.7 * e[:, :, t - 1] + np.sqrt(0.51) * rng.normal(size=(reps, n))
    change = (e - e[:, :, [base]])[:, :, :base]
    sides = change[:, :treated], change[:, treated:]
    beta = sides[0].mean(axis=1) - sides[1].mean(axis=1)
    within = [side - side.mean(axis=1, keepdims=True) for side in sides]
    sigma = sum(np.einsum("rgi,rgj->rij", part, part) / part.shape[1] ** 2 for part in within)
    rows = n * periods
    return beta, sigma * n / (n - 1) * (rows - 1) / (rows - 2 * periods + 1)


@pytest.mark.parametrize(("treated", "periods", "base"), [(12, 8, 5), (15, 14, 8), (8, 8, 3)])
def test_size_with_31_provinces(treated: int, periods: int, base: int) -> None:
    """1,000 panels without pre-trends, clustered by province: `df="welch"` holds its level, F(k, 30) does not.

    F rejects in 8 to 18 % there, T^2 with Welch's df in 3.5 to 4.7 % of 4,000 panels; three binomial errors here.
    """
    beta, sigma = panels(1000, treated, periods, base, seed=9)
    rejected, plain = [], []
    for b, V in zip(beta, sigma, strict=True):
        path = pk.EventPath(
            event=np.arange(-base - 1, -1), estimate=b, covariance=V, base=-1, clusters=31, treated=treated
        )
        found = pk.pretrend_test(path, power=(), df="welch")
        rejected.append(found.p_value < 0.05)
        plain.append(stats.f.sf(found.facts["wald"] / base, base, 30) < 0.05)
    error = 3 * np.sqrt(0.05 * 0.95 / 1000)
    assert 0.035 - error < np.mean(rejected) < 0.05 + error
    assert np.mean(plain) > 0.06


def path_of(event: list[float], **more: Any) -> Any:
    k = len(event)
    return pk.EventPath(
        **{"event": event, "estimate": np.ones(k), "covariance": np.eye(k), "base": -1, **more}
    )


REFUSED: list[tuple[str, Any]] = [
    ("no lead beside the base -1", lambda: pk.pretrend_test(path_of([0, 1]))),
    ("covariance is singular: the estimates at event times -3, -2",
     lambda: pk.pretrend_test(path_of([-3, -2, 0], covariance=np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1.0]])))),
    ("3 leads cannot be tested together with 2 degrees", lambda: pk.pretrend_test(path_of([-4, -3, -2]), df=2)),
    ("path dip: no estimate at event times -9", lambda: pk.pretrend_test(path_of([-2, 0]), paths={"dip": {-9: 1}})),
    ("path dip", lambda: pk.pretrend_test(path_of([-2, 0]), paths={"dip": {-2: np.nan}})),
    ("a power lies between the level 0.05 and 1, not 0.01",
     lambda: pk.pretrend_test(path_of([-2, 0]), power=(0.01,))),
    ("slope is a finite number", lambda: pk.pretrend_test(path_of([-2, 0]), slope=np.inf)),
    ("level lies between", lambda: pk.pretrend_test(path_of([-2, 0]), level=5)),
    ("has no estimates by event time", lambda: pk.pretrend_test(np.ones(3))),
    ("effect is 'first'", lambda: pk.pretrend_test(path_of([-2, 0]), effect="mean")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "ask"), REFUSED, ids=[said for said, _ in REFUSED])
def test_refusals(said: str, ask: Any) -> None:
    with pytest.raises(pk.PanelkitError, match=said) as error:
        ask()
    assert error.value.text("zh") != str(error.value)


def test_text_in_both_languages() -> None:
    found = pk.pretrend_test(drawn(1, 3, 2, clusters=31), slope=0.1, df=30)
    assert "line of slope 0.1" in str(found)
    chinese = found.summary(language="zh")
    assert "平行趋势" in chinese
    assert "line" not in chinese
    html = found._repr_html_()
    assert (
        "line of slope 0.1, slope 0.1: power " in html
    )  # a sentence a violation: no table stands within notes
    assert "Notes: line" in html
    assert any(
        "normal critical values" in note for note in pk.pretrend_test(drawn(1, 3, 2, clusters=31)).notes
    )


def test_same_numbers_twice() -> None:
    one, two = (pk.pretrend_test(drawn(1, 5, 2), df=20).tidy() for _ in range(2))
    assert one.equals(two)
