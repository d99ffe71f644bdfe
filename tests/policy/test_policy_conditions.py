"""What a policy verdict asks: effects as weights on the outcome, against explicit dummies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from panelkit.models.policy.rows.panel import PolicyPanel, read_policy_panel
from panelkit.studies.adoption.conditions import FEWEST_UNTREATED, adoption_trials, joint_p
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
    spec = pk.StaggeredDiD(formula, cohort="first", inference="clusters")
    found = spec.fit(frame, unit="unit", time="year", by="overall")
    effect = maps.main.effect(panel.y[:, None])[0]
    assert effect == pytest.approx(found.estimates[0], abs=ROUNDING)
    assert effect == pytest.approx(by_dummies(panel, dummies(panel.time)), abs=ROUNDING)
    assert maps.main_weights == pytest.approx(maps.main.weights, abs=ROUNDING)
    for unit in (0, 11):
        one = spec.fit(frame[frame["unit"] != unit], unit="unit", time="year", by="overall")
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
        others = first.index[first > max(at, first[unit])]
        if at in wide.columns and base in wide.columns and len(others):
            gaps.append(
                wide.loc[unit, at]
                - wide.loc[unit, base]
                - (wide.loc[others, at] - wide.loc[others, base]).mean()
            )
    return float(np.mean(gaps)) if gaps else np.nan, len(gaps)


def test_jump_and_leads_are_long_differences() -> None:
    frame = frame_of()
    panel = read(frame)
    maps, y = Maps(panel), panel.y[:, None]
    for lead, one in zip((2, 3, 4, 5), maps.leads, strict=True):
        value, pairs = long_difference(frame, -lead)
        assert one.effect(y)[0] == pytest.approx(value, abs=ROUNDING)
        assert one.covered == pairs / 6
    jump = maps.jump
    assert jump is not None
    # the change into adoption, less the slope of the two periods before
    expected = long_difference(frame, 0)[0] + long_difference(frame, -3)[0] / 2.0
    assert jump.effect(y)[0] == pytest.approx(expected, abs=ROUNDING)
    line = frame.assign(y=frame["y"] + 3.0 * (frame["first"] > 0) * frame["year"])
    assert jump.effect(read(line).y[:, None])[0] == pytest.approx(expected, abs=1e-8)
    short = Maps(read(frame[frame["year"] >= 5].assign(first=frame["first"].replace({9: 7}))))
    assert short.jump is not None
    value = long_difference(frame[frame["year"] >= 5].assign(first=frame["first"].replace({9: 7})), 0)[0]
    slope = long_difference(frame[frame["year"] >= 5].assign(first=frame["first"].replace({9: 7})), -2)[0]
    assert short.jump.effect(short.panel.y[:, None])[0] == pytest.approx(value + slope, abs=ROUNDING)


def test_leads_are_those_of_callaway_and_santanna_from_the_last_untreated_year() -> None:
    frame = frame_of()
    panel = read(frame)
    spec = pk.StaggeredDiD(
        "y ~ 1", cohort="first", estimator="callaway-santanna", control="not-yet", base="universal"
    )
    found = spec.fit(frame, unit="unit", time="year", by="event")
    held = dict(zip(found.event_times, found.event_estimates, strict=True))
    for lead, one in zip((2, 3, 4, 5), Maps(panel).leads, strict=True):
        assert one.effect(panel.y[:, None])[0] == pytest.approx(held[-lead], abs=ROUNDING)


def test_the_joint_test_is_that_of_two_samples_with_covariances_of_their_own() -> None:
    rng = np.random.default_rng(4)
    one, two = rng.standard_normal((7, 3)) * 2.0, rng.standard_normal((15, 3)) + np.array([0.9, 0.0, 0.4])
    gap = one.mean(axis=0) - two.mean(axis=0)
    without = [np.delete(one, j, axis=0).mean(axis=0) - two.mean(axis=0) - gap for j in range(7)]
    without += [one.mean(axis=0) - np.delete(two, j, axis=0).mean(axis=0) - gap for j in range(15)]
    statistic, p = joint_p(gap[:, None], np.array(without).T[:, :, None], np.arange(22) < 7)
    # by the formulas of Nel and Van der Merwe (1986), with the usual covariances
    a, b = np.cov(one.T) / 7, np.cov(two.T) / 15
    size = lambda s: np.trace(s @ s) + np.trace(s) ** 2  # noqa: E731
    f = size(a + b) / (size(a) / 6 + size(b) / 14)
    t2 = gap @ np.linalg.solve(a + b, gap)
    assert statistic[0] == pytest.approx((f - 2) / (3 * f) * t2, rel=1e-9)
    assert p[0] == pytest.approx(stats.f.sf((f - 2) / (3 * f) * t2, 3, f - 2), rel=1e-9)


def test_an_interval_without_ends_finds_nothing() -> None:
    assert found_by_width(-np.inf, np.inf, 3.0) == np.inf
    # (t.975 + t.80) errors, where the half of the interval is t.975 of them
    assert found_by_width(-2.0, 2.0, np.inf) == pytest.approx(
        2.0 * (1.959964 + 0.841621) / 1.959964, rel=1e-6
    )


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
    assert not trend["jump"].passes[0]


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
