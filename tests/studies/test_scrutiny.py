"""The conditions of a verdict against dense regressions, refits and the public bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

import panelkit as pk
from panelkit.studies.scrutiny.cube import Cube, cube
from panelkit.studies.scrutiny.deciding import differences, gap, leads, path, regions, trends
from panelkit.studies.scrutiny.designs import (
    common_path,
    difference_slopes,
    differenced,
    income_slopes,
    lead_slopes,
    main_slopes,
    path_slopes,
    region_slopes,
    trend_slopes,
    with_lead,
)
from panelkit.studies.scrutiny.main_test import run_main
from panelkit.studies.scrutiny.printed import grid, income, provinces, space
from panelkit.studies.scrutiny.scrutiny import scrutinise_worlds
from panelkit.studies.scrutiny.shown import rows_of
from panelkit.studies.scrutiny.slopes import Slopes
from panelkit.studies.scrutiny.wild import Lots, wild
from tests.studies.scrutiny_panels import REGION, UNITS, YEARS, dense, dense_fit, least_squares, panel

TWINS: dict[str, Callable[[Cube], Slopes]] = {
    "main": main_slopes,
    "trends": trend_slopes,
    "path": path_slopes,
    "regions": lambda sample: region_slopes(sample, REGION),
    "income": lambda sample: income_slopes(sample, sample.income),
}
ONE = np.ones(2)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("balanced", [True, False])
def test_slopes_are_those_of_dense_dummies(kind: str, balanced: bool) -> None:
    sample = panel(balanced=balanced)
    unit, year = np.nonzero(sample.held)
    found = TWINS[kind](sample).slope
    for world in range(2):
        y = sample.y[world][sample.held]
        assert found[world] == pytest.approx(
            least_squares(y, dense(sample, world, kind)[0], unit, year), rel=1e-9
        )


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("balanced", [True, False])
def test_slopes_without_each_unit_are_refits(kind: str, balanced: bool) -> None:
    sample = panel(balanced=balanced)
    unit, year = np.nonzero(sample.held)
    found = TWINS[kind](sample).without_each()
    for gone in range(UNITS):
        kept = unit != gone
        y, columns = sample.y[0][sample.held][kept], dense(sample, 0, kind)[0][kept]
        assert found[0, gone] == pytest.approx(least_squares(y, columns, unit[kept], year[kept]), rel=1e-8)


@pytest.mark.parametrize("kind", ["main", "trends", "path", "regions"])
@pytest.mark.parametrize("weights", ["rademacher", "webb"])
def test_p_is_the_public_bootstraps_to_the_last_digit(kind: str, weights: str) -> None:
    sample, lots = panel(), Lots(499, rng=7, weights=weights)
    fit = TWINS[kind](sample)
    draws = wild(fit, lots)
    low, high = draws.interval(0.95)
    for world in range(2):
        public = pk.wild_cluster_bootstrap(
            dense_fit(sample, world, kind), "x", reps=499, rng=7, weights=weights
        )
        assert draws.p()[world] == public.p_value == wild(fit, lots, at_zero=True).p()[world]
        assert [low[world], high[world]] == pytest.approx([public.conf_low, public.conf_high], rel=1e-7)


def test_p_on_holes_and_by_strict_ties() -> None:
    sample, lots = panel(balanced=False), Lots(499, rng=7, ties="strict")
    found = wild(main_slopes(sample), lots).p(0.2 * ONE)
    for world in range(2):
        fit = dense_fit(sample, world, "main")
        public = pk.wild_cluster_bootstrap(fit, "x", 0.2, reps=499, rng=7, ties="strict", interval=False)
        assert found[world] == public.p_value


def test_p_of_next_years_treatment() -> None:
    sample = panel()
    found = wild(lead_slopes(sample), Lots(499, rng=1), at_zero=True).p()
    ahead, held = with_lead(sample)
    assert held.sum() == UNITS * (YEARS - 1)
    short = replace(sample, x=ahead, held=held, controls=np.concatenate([sample.controls, sample.x[:1]]))
    public = pk.wild_cluster_bootstrap(dense_fit(short, 0, "trends"), "x", reps=499, rng=1, interval=False)
    assert found[0] == public.p_value


def test_few_clusters_are_enumerated() -> None:
    whole = panel()
    sample = cube(whole.y[:, :7], whole.x[:, :7])
    assert Lots(999).of(7).shape == (7, 2**7)
    assert wild(main_slopes(sample), Lots(999)).p()[0] * 2**7 % 1.0 == 0.0


def test_the_path_is_the_first_eigenvector_of_both_residuals() -> None:
    sample = panel(balanced=False)
    unit, year = np.nonzero(sample.held)
    moments = np.zeros((YEARS, YEARS))
    design = np.column_stack(
        [
            unit[:, None] == np.arange(UNITS),
            (unit[:, None] == np.arange(UNITS)) * year[:, None],
            year[:, None] == np.arange(YEARS),
            sample.controls[0][sample.held],
        ]
    ).astype(float)
    for column in (sample.x[0][sample.held], sample.y[0][sample.held]):
        left = column - design @ np.linalg.lstsq(design, column, rcond=1e-11)[0]
        for whole in np.flatnonzero(sample.held.all(axis=1)):
            own = left[unit == whole]
            moments += np.outer(own, own) / (own @ own)
    first = np.linalg.eigh(moments)[1][:, -1]
    assert abs(first @ common_path(sample)[0]) == pytest.approx(1.0, abs=1e-12)


def test_a_path_with_a_year_that_nobody_has() -> None:
    whole = panel()
    gap = whole.held.copy()
    gap[:, 3] = False
    sample, lots = replace(whole, held=gap), Lots(199, rng=4)
    fit = dense_fit(sample, 0, "path")
    public = pk.wild_cluster_bootstrap(fit, "x", reps=199, rng=4, interval=False)
    found = path(sample, run_main(sample, lots), ONE, lots)
    assert found.reason is None
    assert found.slope[0] == pytest.approx(fit.estimates[0], rel=1e-9)
    assert found.p[0] == public.p_value
    assert common_path(sample)[0, 3] == pytest.approx(0.0, abs=1e-12)
    assert with_lead(sample)[1].sum() == UNITS * (YEARS - 3)
    assert differenced(sample).held.sum() == UNITS * (YEARS - 3)


def test_a_unit_whose_column_is_used_up_has_no_say_on_the_path() -> None:
    whole = panel()
    first = np.zeros((YEARS, UNITS, YEARS))
    first[np.arange(YEARS), 0, np.arange(YEARS)] = 1.0
    sample = replace(whole, controls=np.concatenate([whole.controls, first]))
    rest = whole.held.copy()
    rest[0] = False
    found, without = common_path(sample), common_path(replace(whole, held=rest))
    assert np.isfinite(found).all()
    assert np.abs((found * without).sum(axis=1)) == pytest.approx(np.ones(2), abs=1e-9)


def test_a_restless_unit_does_not_make_the_path() -> None:
    rng = np.random.default_rng(8)
    shared, own = rng.normal(size=(2, 12))
    y, x = (rng.normal(size=(20, 1)) * shared + 0.3 * rng.normal(size=(20, 12)) for _ in "yx")
    y[0] += 10.0 * own
    sample, years = cube(y, x), np.arange(12.0)
    straight = np.linalg.lstsq(np.vander(years, 2), shared, rcond=None)[0]
    bent = shared - np.vander(years, 2) @ straight
    # cosine between the path found and the one that was put in
    assert abs(common_path(sample)[0] @ bent) / np.linalg.norm(bent) > 0.9


def test_what_the_path_finds_is_in_jackknife_errors_and_at_its_own_level() -> None:
    sample, lots = panel(balanced=False), Lots(99)
    found = path(sample, run_main(sample, lots), ONE, lots)
    groups = int(sample.held.any(axis=1).sum())
    for world in range(2):
        unit, year = np.nonzero(sample.held)
        columns, y = dense(sample, world, "path")[0], sample.y[world][sample.held]
        slope = least_squares(y, columns, unit, year)
        moves = []
        for gone in range(UNITS):
            kept = unit != gone
            moves.append(least_squares(y[kept], columns[kept], unit[kept], year[kept]) - slope)
        error = np.sqrt((groups - 1) / groups * np.square(moves).sum())
        quantiles = t(groups - 1).ppf([0.95, 0.80]).sum()
        assert found.detectable[world] == pytest.approx(quantiles * error, rel=1e-6)


def test_differences_carry_a_drift_in_every_unit() -> None:
    sample = panel(balanced=False)
    both = sample.held[:, 1:] & sample.held[:, :-1]
    unit, year = np.nonzero(both)
    columns = np.column_stack([np.diff(sample.x[0])[both], np.diff(sample.controls[0])[both]])
    slope = difference_slopes(sample).slope[0]
    assert slope == pytest.approx(least_squares(np.diff(sample.y[0])[both], columns, unit, year), rel=1e-9)
    main = run_main(sample, Lots(99))
    found = differences(sample, main, ONE)
    assert found.rows == both.sum()
    assert found.passes.tolist() == ((found.slope > 0) & (found.slope >= main.slope / 2)).tolist()


def test_the_gap_is_the_jackknife_of_the_difference_of_two_refits() -> None:
    sample = panel(balanced=False)
    main, twin = run_main(sample, Lots(99)), trend_slopes(sample)
    moves = (main.without - twin.without_each()) - (main.slope - twin.slope)[:, None]
    error = np.sqrt((UNITS - 1) / UNITS * (moves**2).sum(axis=1))
    assert gap(twin, main) == pytest.approx((main.slope - twin.slope) / error)


def test_the_main_error_is_the_jackknife_covariance() -> None:
    sample = panel()
    main = run_main(sample, Lots(99))
    fit = dense_fit(sample, 0, "main")
    crv3 = pk.influence(fit, "x").table["change"]
    assert main.error[0] == pytest.approx(np.sqrt((UNITS - 1) / UNITS * (crv3**2).sum()))
    assert main.detectable[0] == pytest.approx((2.160369 + 0.870152) * main.error[0], rel=1e-5)


def test_what_cannot_be_computed_says_why_and_does_not_pass() -> None:
    whole = panel()
    sample = cube(whole.y[..., :5], whole.x[..., :5])
    main = run_main(sample, Lots(99))
    found = [
        path(sample, main, ONE, Lots(99)),
        regions(sample, main, ONE, Lots(99)),
        income(sample, ONE, Lots(99)),
    ]
    found += [space(sample, main, ONE)]
    assert [trial.reason is not None and not trial.passes.any() for trial in found] == [True] * 4
    assert path(sample, main, ONE, Lots(99)).at().reason.text("en") == "needs at least 6 years"
    alone = whole.held.copy()
    alone[1:, 0] = False
    assert "fewer than two" in str(
        path(replace(whole, held=alone), run_main(whole, Lots(99)), ONE, Lots(99)).reason
    )
    one = replace(whole, regions=np.zeros(UNITS))
    assert "one region" in str(regions(one, run_main(one, Lots(99)), ONE, Lots(99)).reason)
    each = replace(whole, regions=np.arange(UNITS))
    absorbed = regions(each, run_main(each, Lots(99)), ONE, Lots(99)).at()
    assert (str(absorbed.reason), absorbed.passes, absorbed.takes_away) == (
        "nothing of the treatment is left",
        False,
        False,
    )
    every_second = whole.held.copy()
    every_second[:, ::2] = False
    stride = replace(whole, held=every_second)
    assert "in a row" in str(differences(stride, run_main(stride, Lots(99)), ONE).reason)
    two = cube(whole.y[..., :2], whole.x[..., :2])
    first = run_main(two, Lots(99))
    assert differences(two, first, ONE).reason is not None
    assert trends(two, first, ONE, Lots(99)).reason is not None
    assert leads(two, ONE, Lots(99)).reason is not None


def test_a_gap_without_an_error_neither_passes_nor_takes_away() -> None:
    whole, lots = panel(), Lots(99)
    x = np.zeros_like(whole.x)
    x[:, 0] = whole.x[:, 0]  # one unit carries the treatment: without it there is no slope to jackknife
    sample = replace(whole, x=x)
    main = run_main(sample, lots)
    for asked in (trends, regions):
        found = asked(sample, main, np.sign(main.slope), lots)
        assert np.isnan(found.statistic).all()
        assert found.passes.tolist() == (found.p < 0.10).tolist()
        assert not found.passes.all()
        assert not found.takes_away.any()
        (said, *_) = [*rows_of(main, [found.at()], range(UNITS))][1][4:]
        assert "hangs on one" in said
    # where so much is left that p decides, what cannot be said of the gap is said
    large = replace(sample, y=50.0 * sample.x + whole.y)
    found = trends(large, run_main(large, lots), np.ones(len(large.y)), lots)
    assert found.passes[0]
    assert np.isnan(found.statistic[0])
    (said, *_) = [*rows_of(main, [found.at()], range(UNITS))][1][4:]
    assert "no error of the gap" in said


def test_the_worst_unit_is_that_of_a_loop() -> None:
    sample, lots = panel(), Lots(199, rng=2)
    main = run_main(sample, lots)
    found = provinces(sample, main, np.sign(main.slope), lots)
    values = []
    for unit in range(UNITS):
        left = np.delete(np.arange(UNITS), unit)
        part = cube(sample.y[:1, left], sample.x[:1, left], sample.controls[:, left])
        public = pk.wild_cluster_bootstrap(
            pk.FixedEffects("y ~ x + c", vcov=pk.Cluster()).fit(_frame(part)),
            "x",
            reps=199,
            rng=2,
            interval=False,
        )
        values.append(public.p_value)
    assert found.p[0] == max(values)
    assert found.worst is not None
    assert values[found.worst[0]] == max(values)


def test_a_specification_that_is_missing_counts_against() -> None:
    found = grid(np.array([[1.0, 2.0, np.nan, 3.0]]), np.ones(1))
    assert found.statistic[0] == 0.75


def test_a_common_trend_is_taken_away_and_an_effect_stands() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 31, 10))
    slope = rng.normal(size=(31, 1)) * np.arange(10)
    trending = x[0] + slope
    y = np.stack([2.0 * slope + rng.normal(size=(31, 10)), x[1] + rng.normal(size=(31, 10))])
    sample = cube(y, np.stack([trending, x[1]]), regions=np.arange(31) % 4)
    assert scrutinise_worlds(sample, Lots(499)).word.tolist() == ["NOT SUPPORTED", "SUPPORTED"]
    assert scrutinise_worlds(sample, Lots(499), sign=-1.0).word.tolist() == ["NOT SUPPORTED", "CONTRADICTED"]
    assert scrutinise_worlds(sample, Lots(499), number=1.0).word[1] == "SUPPORTED"
    assert scrutinise_worlds(sample, Lots(499), number=3.0).word[1] == "PARTLY"


@pytest.mark.parametrize("level", [1e6, -1e9])
def test_a_level_of_the_treatment_moves_no_condition(level: float) -> None:
    """A treatment of a billion that moves by one keeps seven digits of its movements."""
    usual = panel()
    moved = replace(usual, x=usual.x + level)
    one, other = (scrutinise_worlds(sample, Lots(99)) for sample in (usual, moved))
    assert list(one.word) == list(other.word)
    for name, trial in one.trials.items():
        # of 16 digits a level of 1e9 takes nine, and first differences and paths take one more
        assert other.trials[name].slope == pytest.approx(trial.slope, rel=1e-6, abs=1e-6)
        assert list(other.trials[name].passes) == list(trial.passes)
        assert other.trials[name].at().reason is None


def test_a_level_does_not_hide_that_nothing_is_left() -> None:
    """Trends of every unit are absorbed by unit trends, whatever their level; rounding is no treatment."""
    usual = panel()
    slope = np.random.default_rng(1).normal(size=(1, UNITS, 1))
    for level in (0.0, 1e7):
        steady = replace(usual, x=np.broadcast_to(level + slope * np.arange(YEARS), usual.x.shape))
        assert np.isnan(trend_slopes(steady).slope).all()


def test_a_slope_that_one_unit_carries_is_held_against_nothing() -> None:
    """Trends in every unit and a movement of its own in one: beside trends the jackknife has no error."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(1, UNITS, 1)) * np.arange(float(YEARS))
    y = x + 0.3 * rng.normal(size=x.shape)
    x[:, 0] += rng.normal(size=YEARS)
    sample = cube(y, x)
    main = run_main(sample, Lots(99))
    assert main.low[0] > 0.0
    for trial in (trends, path):
        found = trial(sample, main, ONE[:1], Lots(99)).at()
        assert (found.passes, found.takes_away, found.computable) == (False, False, False)
        assert "hangs on one province" in str(found.reason)


def test_a_main_slope_without_an_error_says_by_its_width_what_it_would_have_found() -> None:
    usual = panel()
    x = np.zeros(usual.x.shape)
    x[:, 0] = usual.x[:, 0]
    main = run_main(cube(usual.y, x), Lots(99, weights="webb"))
    assert np.isnan(main.error).all()
    assert not np.isnan(main.detectable).any()
    narrow = replace(main, low=np.array([-1.0]), high=np.array([2.0]))
    bars = t.ppf([0.975, 0.80], UNITS - 1)
    assert narrow.detectable == pytest.approx(1.5 * bars.sum() / bars[0])
    assert run_main(usual, Lots(99)).detectable[0] == pytest.approx(
        run_main(usual, Lots(99)).error[0] * bars.sum()
    )


def _frame(sample: Cube):
    import pandas as pd

    index = pd.MultiIndex.from_product(
        [range(sample.units), range(2000, 2000 + sample.years)], names=["unit", "year"]
    )
    columns = {"y": sample.y[0], "x": sample.x[0], "c": sample.controls[0]}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)
