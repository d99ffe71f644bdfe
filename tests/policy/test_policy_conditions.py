"""What a policy verdict asks: effects as weights against explicit dummies, dates dealt to other units."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError
from panelkit.models.policy.panel import PolicyPanel, read_policy_panel
from panelkit.studies.adoption.conditions import FEWEST_UNTREATED, adoption_trials, joint_p
from panelkit.studies.adoption.dealt import dealt
from panelkit.studies.adoption.maps import Maps, jackknifed
from panelkit.studies.adoption.sizes import found_by_width, smallest_of_policy

ROUNDING = 1e-9  # both sides solve the same normal equations of some fifty columns in double precision


def frame_of(
    n: int = 12, periods: int = 10, cohorts: tuple[int, ...] = (7, 9), seed: int = 3
) -> pd.DataFrame:
    """A panel of n units: the first adopt in turn at these dates, half of them; the others never."""
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    first = np.array([cohorts[i % len(cohorts)] if i < n // 2 else 0 for i in range(n)])[unit]
    frame = pd.DataFrame({"unit": unit, "year": time, "first": first, "region": unit % 3})
    frame["x"] = rng.standard_normal(len(frame)) + 0.1 * time
    frame["y"] = (
        rng.standard_normal(n)[unit]
        + rng.standard_normal(periods)[time - 1]
        + 0.5 * frame["x"]
        + 0.8 * ((first > 0) & (time >= first))
        + rng.standard_normal(len(frame))
    )
    return frame


def read(frame: pd.DataFrame, formula: str = "y ~ 1") -> PolicyPanel:
    return read_policy_panel(formula, frame, unit="unit", time="year", cohort="first")


def by_dummies(panel: PolicyPanel, beside: np.ndarray, drop: int | None = None) -> float:
    """Impute with explicit columns: fit untreated rows by least squares, average what they do not foresee."""
    keep = np.ones(len(panel.y), bool) if drop is None else panel.unit != drop
    X = np.column_stack([np.eye(panel.n_units)[panel.unit], beside, panel.X])
    free, after = ~panel.exposed & keep, panel.exposed & keep
    beta = np.linalg.lstsq(X[free], panel.y[free], rcond=None)[0]
    return float(np.mean(panel.y[after] - X[after] @ beta))


def dummies(codes: np.ndarray) -> np.ndarray:
    return np.eye(int(codes.max()) + 1)[codes]


@pytest.mark.parametrize("formula", ["y ~ 1", "y ~ x"])
@pytest.mark.parametrize("gaps", [False, True])
def test_the_effect_is_that_of_the_estimator(formula: str, gaps: bool) -> None:
    frame = frame_of()
    if gaps:
        frame = frame.drop(index=[5, 37, 88])
    panel = read(frame, formula)
    maps = Maps(panel)
    found = pk.StaggeredDiD(formula, cohort="first").fit(frame, unit="unit", time="year", by="overall")
    effect = maps.main.effect(panel.y[:, None])[0]
    assert effect == pytest.approx(found.estimates[0], abs=ROUNDING)
    assert effect == pytest.approx(by_dummies(panel, dummies(panel.time)), abs=ROUNDING)
    assert maps.main_weights == pytest.approx(maps.main.weights, abs=ROUNDING)
    for unit in (0, 11):
        one = pk.StaggeredDiD(formula, cohort="first").fit(
            frame[frame["unit"] != unit], unit="unit", time="year", by="overall"
        )
        changed = effect + maps.main.changes(panel.y[:, None])[unit, 0]
        assert changed == pytest.approx(one.estimates[0], abs=ROUNDING)


def test_the_jackknife_of_one_cohort_is_the_small_sample_error() -> None:
    frame = frame_of(cohorts=(7,))
    panel = read(frame)
    made = Maps(panel).main.against(panel.y[:, None])
    found = pk.StaggeredDiD("y ~ 1", cohort="first").fit(frame, unit="unit", time="year", by="overall")
    # balanced and in one cohort the effect is a difference of two means of units, whose jackknife is their variance
    assert made.error[0] == pytest.approx(float(found.std_errors.iloc[0]), rel=1e-8)
    change = frame.assign(after=frame["year"] >= 7).groupby(["unit", "after"])["y"].mean().unstack()
    gain = (change[True] - change[False]).to_numpy()
    variance = [np.var(part, ddof=1) / len(part) for part in (gain[:6], gain[6:])]
    assert made.error[0] == pytest.approx(np.sqrt(sum(variance)), rel=1e-8)
    assert made.df[0] == pytest.approx(sum(variance) ** 2 / sum(v**2 / 5 for v in variance), rel=1e-8)


def test_trends_and_regions_are_those_of_explicit_columns() -> None:
    panel = read(frame_of())
    maps = Maps(panel, np.arange(12, dtype=np.int64) % 3)
    y = panel.y[:, None]
    trend = dummies(panel.unit) * panel.time[:, None]
    beside = np.column_stack([dummies(panel.time), trend])
    assert maps.trends.effect(y)[0] == pytest.approx(by_dummies(panel, beside), abs=1e-7)
    regional = maps.regional
    assert regional is not None
    cells = dummies(((panel.unit % 3) * 10 + panel.time).astype(int))
    assert regional.effect(y)[0] == pytest.approx(by_dummies(panel, cells), abs=ROUNDING)
    for unit in (2, 9):
        without = maps.trends.effect(y)[0] + maps.trends.changes(y)[unit, 0]
        assert without == pytest.approx(by_dummies(panel, beside, drop=unit), abs=1e-7)


def test_a_line_of_every_unit_leaves_the_effect_beside_trends_alone() -> None:
    frame = frame_of()
    slope = np.random.default_rng(8).standard_normal(12)
    panel, bent = read(frame), read(frame.assign(y=frame["y"] + slope[frame["unit"]] * frame["year"]))
    maps = Maps(panel)
    assert maps.trends.effect(panel.y[:, None]) == pytest.approx(
        maps.trends.effect(bent.y[:, None]), abs=1e-8
    )
    assert abs(maps.main.effect(panel.y[:, None]) - maps.main.effect(bent.y[:, None]))[0] > 0.1


def long_difference(frame: pd.DataFrame, event: int) -> tuple[float, int]:
    """The change from the last untreated year to another one, treated less units untreated in both, by loops."""
    wide = frame.pivot(index="unit", columns="year", values="y")
    first = frame.groupby("unit")["first"].first().replace(0, 10**6)
    gaps = []
    for unit in first.index[first < 10**6]:
        base, at = first[unit] - 1, first[unit] + event
        others = first.index[(first > max(at, base)) & (first.index != unit)]
        if at in wide.columns and base in wide.columns and len(others):
            gaps.append(
                wide.loc[unit, at]
                - wide.loc[unit, base]
                - (wide.loc[others, at] - wide.loc[others, base]).mean()
            )
    return float(np.mean(gaps)) if gaps else np.nan, len(gaps)


def test_first_years_and_leads_are_long_differences() -> None:
    frame = frame_of()
    panel = read(frame)
    maps, y = Maps(panel), panel.y[:, None]
    for lead, one in zip((2, 3, 4, 5), maps.leads, strict=True):
        value, pairs = long_difference(frame, -lead)
        assert one.effect(y)[0] == pytest.approx(value, abs=ROUNDING)
        assert one.covered == pairs / 6
    parts = [long_difference(frame, event) for event in (0, 1)]
    total = sum(value * pairs for value, pairs in parts) / sum(pairs for _, pairs in parts)
    assert maps.first.effect(y)[0] == pytest.approx(total, abs=ROUNDING)


def test_the_joint_test_is_hotellings() -> None:
    rng = np.random.default_rng(4)
    X = rng.standard_normal((20, 3)) + np.array([0.3, 0.0, 0.2])
    mean = X.mean(axis=0)
    changes = np.array([np.delete(X, j, axis=0).mean(axis=0) - mean for j in range(20)])
    statistic, p = joint_p(mean[:, None], changes.T[:, :, None])
    # Hotelling's one-sample T2 with the usual covariance: (N - q) / (q (N - 1)) T2 is F(q, N - q)
    t2 = 20 * mean @ np.linalg.solve(np.cov(X.T), mean)
    assert statistic[0] == pytest.approx((20 - 3) / (3 * 19) * t2, rel=1e-10)
    from scipy import stats

    assert p[0] == pytest.approx(stats.f.sf(statistic[0], 3, 17), rel=1e-10)


@pytest.mark.parametrize("formula", ["y ~ 1", "y ~ x"])
def test_all_assignments_are_the_estimator_refitted(formula: str) -> None:
    frame = frame_of(n=7, periods=6, cohorts=(4,))
    maps = Maps(read(frame, formula))
    found = dealt(maps, reps=999, rng=1)
    assert found.everything
    assert found.count == 35
    refitted = []
    for places in combinations(range(7), 3):
        other = frame.assign(first=np.where(frame["unit"].isin(places), 4, 0))
        fit = pk.StaggeredDiD(formula, cohort="first").fit(other, unit="unit", time="year", by="overall")
        refitted.append(fit.estimates[0])
    assert np.sort(found.without) == pytest.approx(np.sort(refitted), abs=ROUNDING)
    expected = np.mean(np.abs(refitted) >= abs(found.effect) - 1e-9)
    assert found.p() == pytest.approx(expected)


def test_the_interval_holds_what_is_not_rejected() -> None:
    frame = frame_of(n=15, periods=8, cohorts=(4, 6), seed=6)
    maps = Maps(read(frame))
    found = dealt(maps, reps=499, rng=2)
    assert not found.everything
    assert found.count == 500
    for level in (0.90, 0.95):
        low, high = found.interval(level)
        assert low < found.effect < high
        for end, outside in ((low, -1.0), (high, 1.0)):
            assert found.p(end - outside * 1e-6) > 1.0 - level
            assert found.p(end + outside * 1e-6) <= 1.0 - level + 1e-12
    again = dealt(maps, reps=499, rng=2)
    assert np.array_equal(found.without, again.without)
    shifted = Maps(
        read(frame.assign(y=frame["y"] + 2.0 * ((frame["first"] > 0) & (frame["year"] >= frame["first"]))))
    )
    moved = dealt(shifted, reps=499, rng=2)
    assert moved.interval(0.95) == pytest.approx([end + 2.0 for end in found.interval(0.95)], abs=1e-8)


def test_too_few_assignments_have_no_interval_and_alone_there_are_none() -> None:
    frame = frame_of(n=4, periods=6, cohorts=(4,))
    found = dealt(Maps(read(frame)), reps=999, rng=1)
    assert found.count == 6
    assert found.interval(0.95) == (-np.inf, np.inf)
    assert found_by_width(*found.interval(0.95), 3.0) == np.inf
    holes = frame[~((frame["unit"] < 2) & (frame["year"] == 1))]
    with pytest.raises(DataError, match="none can exchange its date"):
        dealt(Maps(read(holes)), reps=999, rng=1)


def worlds(effect: float, slope: float, seed: int = 11) -> tuple[Maps, np.ndarray]:
    frame = frame_of(n=30, periods=14, cohorts=(8,), seed=seed)
    line = slope * (frame["first"] > 0) * frame["year"]
    y = 0.2 * frame["y"] + (effect - 0.16) * ((frame["first"] > 0) & (frame["year"] >= frame["first"])) + line
    panel = read(frame.assign(y=y))
    return Maps(panel, np.arange(30, dtype=np.int64) % 4), panel.y[:, None]


def test_a_jump_passes_and_a_trend_takes_it_away() -> None:
    up = np.array([1.0])
    jump = {trial.name: trial for trial in adoption_trials(*worlds(1.0, 0.0), up)}
    assert all(trial.passes[0] and not trial.takes_away[0] for trial in jump.values())
    trend = {trial.name: trial for trial in adoption_trials(*worlds(0.0, 0.15), up)}
    assert trend["trends"].takes_away[0]
    assert trend["leads"].takes_away[0]
    assert not trend["first"].passes[0]


def test_what_is_asked_does_not_depend_on_the_side() -> None:
    maps, y = worlds(0.6, 0.02)
    one, other = adoption_trials(maps, y, np.array([1.0])), adoption_trials(maps, -y, np.array([-1.0]))
    for first, second in zip(one, other, strict=True):
        assert np.array_equal(first.passes, second.passes)
        assert np.array_equal(first.takes_away, second.takes_away)
        assert first.p == pytest.approx(second.p)


def test_many_worlds_are_each_of_them() -> None:
    maps, y = worlds(0.5, 0.0)
    rng = np.random.default_rng(1)
    many = y + 0.3 * rng.standard_normal((len(y), 3))
    together = adoption_trials(maps, many, np.ones(3))
    for world in range(3):
        alone = adoption_trials(maps, many[:, [world]], np.ones(1))
        for a, b in zip(together, alone, strict=True):
            assert a.p[world] == pytest.approx(b.p[0], rel=1e-8)
            assert a.passes[world] == b.passes[0]


def test_conditions_that_cannot_be_computed_say_why() -> None:
    short = Maps(read(frame_of(periods=8, cohorts=(4,))))
    found = {trial.name: trial for trial in adoption_trials(short, short.panel.y[:, None], np.ones(1))}
    assert f"fewer than {FEWEST_UNTREATED}" in str(found["trends"].reason)
    assert "regions" in str(found["regions"].reason)
    assert not found["trends"].passes[0]
    one = Maps(read(frame_of(periods=6, cohorts=(2,))))
    found = {trial.name: trial for trial in adoption_trials(one, one.panel.y[:, None], np.ones(1))}
    assert "two" in str(found["leads"].reason)
    alone = Maps(read(frame_of()), np.where(np.arange(12) < 6, 0, 1).astype(np.int64))
    found = {trial.name: trial for trial in adoption_trials(alone, alone.panel.y[:, None], np.ones(1))}
    assert "half of them must be" in str(found["regions"].reason)


def test_an_error_of_one_treated_unit_is_missing() -> None:
    made = jackknifed(np.array([1.0]), np.full((5, 1), 0.1), np.array([True, False, False, False, False]))
    assert np.isnan(made.error[0])


def test_the_smallest_effect_is_that_of_a_regression() -> None:
    frame = frame_of()
    panel = read(frame, "y ~ x")
    own: Any = frame.assign(d=((frame["first"] > 0) & (frame["year"] >= frame["first"])) * 1.0)
    fit = pk.FixedEffects("y ~ d + x").fit(own, unit="unit", time="year")
    from panelkit.claims.designs.scrutinised import smallest_of

    assert smallest_of_policy(panel) == pytest.approx(smallest_of(fit), rel=1e-10)


def test_rows_in_any_order_give_the_same() -> None:
    frame = frame_of()
    maps, other = (Maps(read(one)) for one in (frame, frame.sample(frac=1.0, random_state=2)))
    assert maps.main.weights == pytest.approx(other.main.weights)
    assert dealt(maps, reps=99, rng=1).p() == dealt(other, reps=99, rng=1).p()
