"""Honest sets: printed numbers, another program, brute force by linear programs, coverage."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import linprog, minimize

import panelkit as pk
from panelkit.inference.parallel_trends.conditional import ConditionalTests
from panelkit.inference.parallel_trends.fixed_length import fixed_length, folded_quantile, lasso_path
from panelkit.inference.parallel_trends.restrictions import (
    RESTRICTIONS,
    Study,
    bounded,
    differences,
    identified_set,
)
from tests.policy.adopting import adopting_panel, teaching_panel
from tests.policy.event_paths import covariance, drawn, events
from tests.stored import stored

INVENTED = [name for name in stored("honest_did")["spec"] if "lead" in name]
EFFECTS = ["first", "average"]


def stored_path(name: str) -> Any:
    """Return an event study of the oracle."""
    held = stored("honest_did")["spec"][name]
    event = events(held["n_pre"], len(held["beta"]) - held["n_pre"])
    return pk.EventPath(event=event, estimate=held["beta"], covariance=held["sigma"], base=-1)


# R prints the outermost points that it accepts of 1,000 over 40 standard errors: an end lies inside ours by a step at
# most. Its first-stage value is a quantile of 1,000 draws, whose error (.14) moves the widest end by 1.5e-4: twice that
@pytest.mark.parametrize("sample", ["ehec, never", "ehec, not yet"])
def test_what_r_printed_of_relative_magnitudes(sample: str) -> None:
    told = stored("honest_did")["expect"][sample]["relative magnitudes"]
    found = pk.honest_did(stored_path(sample), m=[float(m) for m in told])
    ends = found.table.set_index("m")[["conf_low", "conf_high"]]
    step = 40 * found.std_error / 999
    for m, (low, high) in told.items():
        inside = np.array([low, -high]) - ends.loc[float(m)].to_numpy() * [1, -1]
        assert (inside > -3e-4).all(), (m, inside)
        assert (inside < step + 3e-4).all(), (m, inside)


# R takes quantiles of |N(t, 1)| from draws and searches 100 lengths: 5e-5 beside half a printed digit
@pytest.mark.parametrize("sample", ["ehec, never", "ehec, not yet"])
def test_what_r_printed_of_smoothness(sample: str) -> None:
    told = stored("honest_did")["expect"][sample]["smoothness, FLCI"]
    found = pk.honest_did(stored_path(sample), "smoothness", [float(m) for m in told]).table
    ends = found[["conf_low", "conf_high"]].to_numpy()
    printed = np.array(list(told.values()))
    digit = np.where(np.abs(printed) < 0.01, 5e-6, np.where(np.abs(printed) < 0.1, 5e-5, 5e-4))
    assert (np.abs(ends - printed) < digit + 5e-5).all()


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("name", INVENTED)
def test_identified_sets_are_those_of_another_program(name: str, effect: str) -> None:
    """Under smoothness; where no violation meets the leads moderndid prints the estimate, which is no set."""
    held = np.array(stored("honest_did")["expect"][name][effect]["identified, smoothness"])
    found = pk.honest_did(stored_path(name), "smoothness", stored("honest_did")["spec"]["m"], effect=effect)
    ours = found.table[["identified_low", "identified_high"]].to_numpy()
    some = np.isfinite(ours).all(axis=1)
    np.testing.assert_allclose(ours[some], held[some], atol=1e-8)
    np.testing.assert_allclose(held[~some], found.estimate)


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("name", INVENTED)
def test_shortest_intervals_are_those_of_another_program(name: str, effect: str) -> None:
    """moderndid searches 100 lengths by a conic solver: as long as ours to 1e-3 of a standard error, never shorter."""
    theirs = np.array(stored("honest_did")["expect"][name][effect]["smoothness, FLCI"])
    found = pk.honest_did(stored_path(name), "smoothness", stored("honest_did")["spec"]["m"], effect=effect)
    ours = found.table[["conf_low", "conf_high"]].to_numpy()
    gap = (theirs[:, 1] - theirs[:, 0]) - (ours[:, 1] - ours[:, 0])
    assert (gap > -1e-3 * found.std_error).all(), gap / found.std_error
    assert (gap < 5e-3 * found.std_error).all(), gap / found.std_error


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("name", INVENTED)
def test_sets_are_those_of_another_program(name: str, effect: str) -> None:
    """C-LF of moderndid 0.2.0, whose first stage comes from 1,000 draws (standard error .14): .2 standard errors.

    Its relative magnitudes leave out the earliest change before treatment (s runs one step too late; R takes all, as
    the printed sets show), so that these are held against our union without it. Its grid ends at 12 standard errors.
    """
    held, spec = stored("honest_did")["expect"][name][effect], stored("honest_did")["spec"]
    smooth = pk.honest_did(stored_path(name), "smoothness", spec["m"], effect=effect, method="C-LF")
    allowed = held["grid_step"] + 0.2 * smooth.std_error
    reach = 12 * smooth.std_error
    ends = smooth.table[["conf_low", "conf_high"]].clip(smooth.estimate - reach, smooth.estimate + reach)
    np.testing.assert_allclose(ends, held["smoothness, C-LF"], atol=allowed, rtol=0)
    path, n_pre = stored_path(name), spec[name]["n_pre"]
    n_post = len(path.event) - n_pre
    weights = np.eye(n_post)[0] if effect == "first" else np.full(n_post, 1.0 / n_post)
    one = Study(path.event, path.estimate, path.covariance, n_pre, weights, 1.0)
    for m, theirs in zip(spec["mbar"], held["relative magnitudes"], strict=True):
        sets = bounded(one, "relative magnitudes", m)
        later = [at for at in range(2 * n_pre) if at % n_pre]
        kept = {part: getattr(sets, part)[later] for part in ("b", "var_b", "cov", "spread")}
        found = ConditionalTests(replace(sets, **kept), 0.05, 0.1).confidence_set()
        ours = np.clip((found[0][0], found[-1][1]), smooth.estimate - reach, smooth.estimate + reach)
        np.testing.assert_allclose(ours, theirs, atol=allowed, rtol=0)


def test_medicaid_from_the_data_is_what_is_stored() -> None:
    """The estimates of the oracle, from the data where they are at hand: differences of means, and pk's two-way."""
    data = teaching_panel("ehec")
    early = data[(data["year"] <= 2015) & (data["yexp2"].isna() | (data["yexp2"] == 2014))]
    wide = early.pivot(index="stfips", columns="year", values="dins").to_numpy()
    treated = early.groupby("stfips")["yexp2"].first().eq(2014).to_numpy()
    change = wide - wide[:, [5]]
    means = change[treated].mean(axis=0) - change[~treated].mean(axis=0)
    held = stored_path("ehec, never")
    np.testing.assert_allclose(np.delete(means, 5), held.estimate, rtol=1e-10)
    spec = pk.StaggeredDiD("dins ~ 1", cohort="yexp2", estimator="sun-abraham")
    effects = spec.fit(early, unit="stfips", time="year", by="event")
    read = pk.pretrend_test(effects).leads
    np.testing.assert_allclose(read.estimate, held.estimate[:5], rtol=1e-9)
    assert (read.clusters, read.treated) == (38, 22)


@pytest.mark.parametrize(
    ("estimator", "options"), [("twfe", {}), ("callaway-santanna", {"base": "universal"})]
)
def test_effects_of_a_staggered_adoption_are_read(estimator: str, options: dict[str, Any]) -> None:
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator=estimator, **options)
    effects = spec.fit(adopting_panel(1), unit="unit", time="year", by="event")
    found = pk.honest_did(effects)
    assert found.estimate == pytest.approx(effects.event_estimates[effects.event_times == 0][0])
    # 9 of 31 treated: Welch
    assert found.df == pytest.approx(1 / ((22 / 31) ** 2 / 8 + (9 / 31) ** 2 / 21))
    leads = effects.event_times < -1
    wald = effects.event_estimates[leads] @ np.linalg.solve(
        effects.event_covariance[np.ix_(leads, leads)], effects.event_estimates[leads]
    )
    assert pk.pretrend_test(effects).facts["wald"] == pytest.approx(wald)


def test_leads_without_one_base_are_refused() -> None:
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="imputation")
    effects = spec.fit(adopting_panel(1), unit="unit", time="year", by="event")
    for ask in (pk.honest_did, pk.pretrend_test):
        with pytest.raises(pk.SpecError, match="not measured against one period"):
            ask(effects)


def small_study(seed: int, n_pre: int = 3, n_post: int = 2, effect: list[float] | None = None) -> Study:
    path = drawn(seed, n_pre, n_post, trend=0.03)
    weights = np.array(effect) if effect else np.eye(n_post)[0]
    return Study(path.event, path.estimate, path.covariance, n_pre, weights, 1.0)


def inequalities(held: Study, restriction: str, m: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return A and d of every set of the union, written out."""
    before, after = differences(held, 1 if restriction == "relative magnitudes" else 2)
    if restriction == "smoothness":
        return [(np.vstack([after, -after]), np.full(2 * len(after), m))]
    return [
        (np.vstack([after - m * side * row, -after - m * side * row]), np.zeros(2 * len(after)))
        for side in (1.0, -1.0)
        for row in before
    ]


def corners(A_post: np.ndarray, effect: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return the corners of {g >= 0, g'A_post parallel to the effect, g'sd = 1} from all bases."""
    across = np.linalg.svd(effect[None, :])[2][1:]  # directions in which the effect does not move
    system = np.vstack([(A_post @ across.T).T, sd])
    found = []
    for some in combinations(range(len(sd)), len(system)):
        part = system[:, some]
        if np.linalg.matrix_rank(part) < len(system):
            continue
        g = np.linalg.solve(part, np.r_[np.zeros(len(system) - 1), 1.0])
        if (g > -1e-10).all():
            full = np.zeros(len(sd))
            full[list(some)] = np.maximum(g, 0.0)
            found.append(full)
    return np.unique(np.round(found, 12), axis=0)


CASES = [(3, 2, None), (2, 3, [1 / 3] * 3), (4, 3, [0.0, 1.0, -0.5]), (2, 1, None)]


@pytest.mark.parametrize(("n_pre", "n_post", "effect"), CASES)
@pytest.mark.parametrize("restriction", RESTRICTIONS)
def test_tests_are_those_of_all_corners(
    restriction: str, n_pre: int, n_post: int, effect: list[float] | None
) -> None:
    """Statistic by linear programs, truncation from all corners of the dual: the same effects are accepted."""
    held, m = small_study(5, n_pre, n_post, effect), 0.7 if restriction != "smoothness" else 0.05
    theta = np.linspace(-3, 3, 41) * held.std_error + held.estimate
    for first in (0.1, 0.0):
        ours = ConditionalTests(bounded(held, restriction, m), 0.05, first)
        accepted = ours.accepted(np.broadcast_to(theta, (len(ours.limit), len(theta))))
        for s, (A, d) in enumerate(inequalities(held, restriction, m)):
            sd = np.sqrt(np.diag(A @ held.sigma @ A.T))
            V = corners(A[:, n_pre:], held.effect, sd)
            towards = A[:, n_pre:] @ (held.effect / (held.effect @ held.effect))
            for at in range(0, len(theta), 10):
                eta = least_eta(A, d, held, sd, theta[at])
                assert eta == pytest.approx((V @ (A @ held.beta - d - towards * theta[at])).max(), abs=1e-8)
            for at, one in enumerate(theta):
                y = A @ held.beta - d - towards * one
                assert accepted[s, at] == arp_accepts(y, V, A @ held.sigma @ A.T, ours.limit[s], ours.alpha)


def least_eta(A: np.ndarray, d: np.ndarray, held: Study, sd: np.ndarray, theta: float) -> float:
    """Return the smallest eta so that other effects tau with l'tau = theta meet all inequalities."""
    n_post = held.n_post
    cost = np.r_[1.0, np.zeros(n_post)]
    left = np.column_stack([-sd, -A[:, held.n_pre :]])
    free = [(None, None)] * (n_post + 1)
    equal = np.r_[0.0, held.effect][None, :]
    found = linprog(cost, left, d - A @ held.beta, equal, [theta], bounds=free, method="highs")
    return float(found.fun)


def arp_accepts(y: np.ndarray, V: np.ndarray, sigma: np.ndarray, limit: float, alpha: float) -> bool:
    """The test of Andrews, Roth and Pakes from a list of corners, without logarithms."""
    values = V @ y
    best = V[values.argmax()]
    eta, variance = values.max(), best @ sigma @ best
    if eta > limit:
        return False
    if variance < 1e-20:
        return bool(eta <= 0.0)
    slope = V @ sigma @ best / variance
    rest = values - slope * eta
    low = max((r / (1 - k) for r, k in zip(rest, slope, strict=True) if k < 1 - 1e-9), default=-np.inf)
    high = min((r / (1 - k) for r, k in zip(rest, slope, strict=True) if k > 1 + 1e-9), default=np.inf)
    high = min(high, limit)
    sd = np.sqrt(variance)
    inside = stats.norm.sf(low / sd) - stats.norm.sf(high / sd)
    above = stats.norm.sf(eta / sd) - stats.norm.sf(high / sd)
    return bool(eta <= 0.0 or above / inside >= alpha)


@pytest.mark.parametrize(("n_pre", "n_post", "effect"), CASES)
@pytest.mark.parametrize("restriction", RESTRICTIONS)
def test_least_favourable_values_by_simulation(
    restriction: str, n_pre: int, n_post: int, effect: list[float] | None
) -> None:
    """200,000 draws where all inequalities hold with equality, kappa = .05: within four binomial errors."""
    held, m = small_study(6, n_pre, n_post, effect), 0.7 if restriction != "smoothness" else 0.05
    ours = ConditionalTests(bounded(held, restriction, m), 0.5, 0.1)
    drawn_ = np.random.default_rng(0).multivariate_normal(np.zeros(len(held.beta)), held.sigma, 200_000)
    for s, (A, _) in enumerate(inequalities(held, restriction, m)):
        sd = np.sqrt(np.diag(A @ held.sigma @ A.T))
        V = corners(A[:, n_pre:], held.effect, sd)
        above = ((drawn_ @ A.T @ V.T).max(axis=1) > ours.limit[s]).mean()
        assert above == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200_000))


@pytest.mark.parametrize("restriction", RESTRICTIONS)
def test_identified_sets_by_linear_programs(restriction: str) -> None:
    held = small_study(7, 4, 3, [0.2, 0.3, 0.5])
    for m in (0.0, 0.4, 1.3):
        ends = []
        for A, d in inequalities(held, restriction, m):
            if restriction == "smoothness":
                before, _ = differences(held, 2)
                A, d = np.vstack([A, before, -before]), np.r_[d, np.full(2 * len(before), m)]
            known = np.eye(len(held.beta))[: held.n_pre]
            towards = np.r_[np.zeros(held.n_pre), held.effect]
            for side in (1.0, -1.0):
                found = linprog(
                    side * towards,
                    A,
                    d,
                    known,
                    held.beta[: held.n_pre],
                    bounds=[(None, None)] * len(held.beta),
                )
                if found.success:
                    ends.append(held.estimate - side * found.fun)
        ours = identified_set(held, restriction, m)
        if ends:
            np.testing.assert_allclose(ours, (min(ends), max(ends)), atol=1e-8)
        else:
            assert np.isnan(ours).all()


@pytest.mark.parametrize("seed", range(6))
def test_no_shorter_interval_is_found_by_a_search(seed: int) -> None:
    """Nelder-Mead and BFGS from random weights do not beat the path, and come to it within 1e-5."""
    rng = np.random.default_rng(seed)
    n_pre, n_post = 2 + seed % 3, 1 + seed % 3
    root = rng.normal(size=(n_pre + n_post, n_pre + n_post))
    held = replace(small_study(seed, n_pre, n_post), sigma=root @ root.T / 50)
    before, after = differences(held, 2)
    line = np.linalg.solve(after[:, n_pre:].T, held.effect)
    for m in (0.0, 0.05, 0.4):

        def half(u: np.ndarray, m: float = m) -> float:
            v = line @ after + u @ before
            se = np.sqrt(v @ held.sigma @ v)
            bias = m * (np.abs(line).sum() + np.abs(u).sum())
            return float(se * np.sqrt(stats.ncx2.ppf(0.95, 1, (bias / se) ** 2)))

        found = fixed_length(held, m, 0.05)
        starts = rng.normal(size=(4, n_pre - 1))
        best = min(
            minimize(half, u, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).fun
            for u in starts
        )
        assert found.half <= best * (1 + 1e-7)
        assert found.half == pytest.approx(best, rel=1e-4)
        # the largest bias is the value of a linear program
        free = np.vstack([before, after])
        worst = linprog(
            -found.weights,
            np.vstack([free, -free]),
            np.full(2 * len(free), m),
            bounds=[(None, None)] * len(held.beta),
        )
        assert -worst.fun == pytest.approx(found.bias, abs=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_path_of_the_lasso_meets_its_conditions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = 1 + seed % 8
    root = rng.normal(size=(k + 1, k))
    H, h = root.T @ root, rng.normal(size=k)
    knots = lasso_path(H, h)
    np.testing.assert_allclose(knots[-1], -np.linalg.solve(H, h), atol=1e-7)
    for u in knots[1:-1]:
        gradient = np.abs(h + H @ u)
        assert gradient[np.abs(u) > 1e-9] == pytest.approx(gradient.max(), rel=1e-6)


@pytest.mark.parametrize("t", [0.0, 0.3, 2.0, 8.0, 40.0])
def test_folded_quantile_is_the_root_of_a_noncentral_chi_square(t: float) -> None:
    assert folded_quantile(t, 0.05) == pytest.approx(np.sqrt(stats.ncx2.ppf(0.95, 1, t**2)), rel=1e-8)


def test_m_of_zero_is_the_interval_under_parallel_trends() -> None:
    found = pk.honest_did(drawn(1, 3, 3), m=0, df=30)
    held = found.table.iloc[0]
    assert (held["conf_low"], held["conf_high"]) == pytest.approx(found.original, abs=1e-8)
    half = stats.t.ppf(0.975, 30) * found.std_error
    assert found.original == pytest.approx((found.estimate - half, found.estimate + half))


@pytest.mark.parametrize(
    ("restriction", "method"),
    [
        ("relative magnitudes", "C-LF"),
        ("smoothness", "FLCI"),
        ("smoothness", "C-LF"),
        ("relative smoothness", "conditional"),
    ],
)
def test_breakdown_is_where_the_set_touches_zero(restriction: Any, method: Any) -> None:
    path = drawn(3, 4, 2, effect=0.5)
    found = pk.honest_did(path, restriction, 1.0, method=method)
    assert 0.0 < found.breakdown < np.inf
    around = [found.breakdown * 0.999, found.breakdown * 1.001]
    lows = pk.honest_did(path, restriction, around, method=method).table["conf_low"]
    assert lows[0] > 0.0 > lows[1]


def test_breakdown_at_its_ends() -> None:
    assert pk.honest_did(drawn(3, 3, 2, effect=0.0)).breakdown == 0.0
    flat = pk.EventPath(event=[-2, 0], estimate=[0.0, 1.0], covariance=1e-9 * np.eye(2), base=-1)
    assert pk.honest_did(flat).breakdown == np.inf
    assert "no bound" in str(pk.honest_did(flat))


@pytest.mark.parametrize("path", ["relative magnitudes", "smoothness"])
def test_coverage_under_a_violation_inside_the_restriction(path: str) -> None:
    """3,000 draws at the worst violation allowed, C-LF and FLCI: 95 % or more but for three binomial errors."""
    n_pre, n_post, m = 4, 2, 1.0 if path == "relative magnitudes" else 0.05
    sigma, event = covariance(n_pre, n_post), events(n_pre, n_post)
    if path == "relative magnitudes":  # the largest change before is .2, and goes on after treatment
        delta = np.array([0.0, 0.2, 0.2, 0.2, 0.2, 0.4])
        delta[:n_pre] -= 0.2
    else:
        delta = 0.5 * m * (event + 1.0) ** 2
    draws = np.random.default_rng(8).multivariate_normal(delta, sigma, 3000)
    held = Study(event, delta, sigma, n_pre, np.eye(n_post)[0], 1.0)
    tests = ConditionalTests(bounded(held, path, m), 0.05, 0.1)
    covered, short = [], []
    for beta in draws:  # the effect is zero
        tests.sets = bounded(replace(held, beta=beta), path, m)
        covered.append(tests.accepted(np.zeros((len(tests.limit), 1))).any())
    assert np.mean(covered) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 3000)
    if path == "smoothness":
        weights = fixed_length(held, m, 0.05)
        short = np.abs(draws @ weights.weights) <= weights.half
        assert np.mean(short) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 3000)


def test_rows_in_any_order_and_the_base_among_them() -> None:
    path = drawn(2, 3, 2)
    order = np.random.default_rng(1).permutation(5)
    beside = np.zeros((6, 6))
    beside[:5, :5] = path.covariance[np.ix_(order, order)]
    other = pk.EventPath(
        event=[*path.event[order], -1], estimate=[*path.estimate[order], 0.0], covariance=beside, base=-1
    )
    for restriction in ("relative magnitudes", "smoothness"):
        one, two = (pk.honest_did(held, restriction).table for held in (path, other))
        np.testing.assert_array_equal(one, two)


def test_effects_by_name_time_and_weights() -> None:
    path = drawn(2, 3, 3)
    named = [pk.honest_did(path, effect=one, m=0.5) for one in ("average", dict.fromkeys((0, 1, 2), 1 / 3))]
    assert named[0].table.equals(named[1].table)
    at_one, weighted = pk.honest_did(path, effect=1), pk.honest_did(path, effect={1: 1.0})
    assert at_one.estimate == weighted.estimate == path.estimate[path.event == 1]


def test_two_years_between_periods_and_anticipation() -> None:
    path = drawn(2, 3, 2)
    wide = replace(path, event=2 * path.event, base=-2.0)
    np.testing.assert_allclose(pk.honest_did(wide).table, pk.honest_did(path).table)
    early = replace(path, event=path.event - 1, base=-2.0)
    np.testing.assert_allclose(pk.honest_did(early, first_effect=-1).table, pk.honest_did(path).table)


def test_few_clusters_are_said() -> None:
    plain = pk.honest_did(drawn(1, 3, 2, clusters=31))
    assert any("df=30 takes those of t" in note for note in plain.notes)
    welch = pk.honest_did(drawn(1, 3, 2, clusters=31, treated=8), df="welch")
    # 23/31 of the variance from 8 treated: 1 / (.742^2 / 7 + .258^2 / 22)
    assert welch.df == pytest.approx(1 / ((23 / 31) ** 2 / 7 + (8 / 31) ** 2 / 22))
    assert welch.table["conf_low"].lt(plain.table["conf_low"]).all()
    assert any(
        "8 of 31 clusters" in note for note in pk.honest_did(drawn(1, 3, 2, clusters=31, treated=8)).notes
    )


def path_of(event: list[float], **more: Any) -> Any:
    k = len(event)
    return pk.EventPath(
        **{"event": event, "estimate": np.ones(k), "covariance": np.eye(k), "base": -1, **more}
    )


REFUSED: list[tuple[str, Any]] = [
    ("no lead beside the base -1", lambda: pk.honest_did(path_of([0, 1]))),
    ("no estimate from event time 0 on", lambda: pk.honest_did(path_of([-3, -2]))),
    ("base -3 does not stand between", lambda: pk.honest_did(path_of([-4, -2, -1, 0], base=-3))),
    ("no estimate at event times -3", lambda: pk.honest_did(path_of([-4, -2, 0]))),
    ("finite numbers from 0 on, not -0.5", lambda: pk.honest_did(path_of([-2, 0]), m=[1, -0.5])),
    ("covariance is singular", lambda: pk.honest_did(path_of([-3, -2, 0], covariance=np.ones((3, 3))))),
    ("2 clusters carry no covariance of 2 estimates",
     lambda: pk.honest_did(path_of([-3, -2, 0], covariance=np.ones((3, 3)), clusters=2))),
    ("effect is 'first', 'average'", lambda: pk.honest_did(path_of([-2, 0]), effect="last")),
    ("no estimate at event times 4", lambda: pk.honest_did(path_of([-2, 0]), effect=4)),
    ("restriction is one of", lambda: pk.honest_did(path_of([-2, 0]), "linear")),  # type: ignore[arg-type]
    ("method is one of", lambda: pk.honest_did(path_of([-2, 0]), method="exact")),  # type: ignore[arg-type]
    ("no bound under relative magnitudes", lambda: pk.honest_did(path_of([-2, 0]), method="FLCI")),
    ("two leads beside the base", lambda: pk.honest_did(path_of([-2, 0]), "relative smoothness")),
    ("a list has no estimates by event time", lambda: pk.honest_did([1.0, 2.0])),
    ("df is a number above 0", lambda: pk.honest_did(path_of([-2, 0]), df=-1)),
    ("df='welch' needs", lambda: pk.honest_did(path_of([-2, 0]), df="welch")),
    ("confidence level", lambda: pk.honest_did(path_of([-2, 0]), level=95)),
    ("event times stand twice: 0", lambda: path_of([-2, 0, 0])),
    ("variance above zero at event times 0", lambda: path_of([-2, 0], covariance=np.diag([1.0, 0.0]))),
    (
        "variance above zero at event times 1: ",
        lambda: path_of([-2, 0, 1], covariance=np.where(np.eye(3) * [0, 0, 1] > 0, np.nan, np.eye(3))),
    ),
    (
        "variance above zero at event times -2, 1: ",
        lambda: path_of([-2, 0, 1], covariance=np.array([[1.0, 0, np.nan], [0, 1, 0], [np.nan, 0, 1]])),
    ),
    ("not symmetric", lambda: path_of([-2, 0], covariance=[[1, 0.5], [0.1, 1]])),
    ("do not fit together", lambda: path_of([-2, 0], estimate=[1.0])),
    ("base is the event time", lambda: path_of([-2, 0], base=None)),
]  # fmt: skip


@pytest.mark.parametrize(("said", "ask"), REFUSED, ids=[said for said, _ in REFUSED])
def test_refusals(said: str, ask: Any) -> None:
    with pytest.raises(pk.PanelkitError, match=said) as error:
        ask()
    assert error.value.text("zh") != str(error.value)


def test_text_tables_and_figure_in_both_languages(tmp_path: Any) -> None:
    found = pk.honest_did(drawn(1, 3, 2), m=[0, 1])
    assert "touches zero at m" in str(found)
    chinese = found.summary(language="zh")
    assert "平行趋势" in chinese
    assert "violation" not in chinese
    assert "<table" in found._repr_html_()
    assert found.to_latex(language="zh").count("平行趋势") >= 1
    assert len(found.tidy()) == 2
    for language in ("en", "zh"):
        page = found.plot(language=language)
        page.save(tmp_path / f"{language}.png")
        assert (tmp_path / f"{language}.png").stat().st_size > 5000


def test_a_result_that_offers_a_path_is_read() -> None:
    class Result:
        def event_path(self) -> Any:
            return drawn(1, 3, 2)

    assert pk.honest_did(Result()).table.equals(pk.honest_did(drawn(1, 3, 2)).table)
