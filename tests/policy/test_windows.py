"""Windows of event times, options that are none, and calendars in steps of two years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.policy.effects.errors import errors_of

CELLS = ("imputation", "callaway-santanna", "sun-abraham")
DIRECT = ("stacked", "local-projections", "twfe")


def panel(years: Any = range(2000, 2008), firsts: Any = (2003, 2005, 2005), n: int = 12) -> pd.DataFrame:
    """Return a panel in which effects grow."""
    rng = np.random.default_rng(3)
    first = np.r_[np.array(firsts, dtype=float), np.zeros(n - len(firsts))]
    index = pd.MultiIndex.from_product([[f"u{i:02d}" for i in range(n)], list(years)], names=["unit", "year"])
    frame = index.to_frame(index=False).assign(first=np.repeat(first, len(list(years))))
    on = (frame["first"] > 0) & (frame["year"] >= frame["first"])
    return frame.assign(x=rng.normal(size=len(frame)), y=rng.normal(size=len(frame)) + on * 2.0)


def fitted(frame: pd.DataFrame, formula: str = "y ~ 1", *, fit: Any = (), **options: Any) -> Any:
    """Return the effects of a frame."""
    spec = pk.StaggeredDiD(formula, cohort="first", **options)
    return spec.fit(frame, unit="unit", time="year", **dict(fit))


@pytest.mark.parametrize("estimator", [*CELLS, *DIRECT])
@pytest.mark.parametrize("inference", ["randomisation", "conley-taber", "bootstrap"])
def test_what_is_drawn_is_the_average_of_the_window(estimator: str, inference: str) -> None:
    if (estimator, inference) == ("local-projections", "bootstrap"):
        return  # it takes no weights
    kinds = ("overall", "event", "cohort") if estimator in CELLS else ("event",)
    ask = {"window": (0, 0), "reps": 99}
    found = {
        by: fitted(panel(), estimator=estimator, inference=inference, fit={"by": by, **ask}) for by in kinds
    }
    event = found["event"]
    # the mean over event time 0 is the effect at event time 0, and so is what is drawn for it
    assert event.terms == ("mean", "0")
    np.testing.assert_allclose(event.drawn.draws[:, 0], event.drawn.draws[:, 1], atol=1e-12)
    first = event.tidy()[["estimate", "p_value", "conf_low", "conf_high"]].to_numpy()
    np.testing.assert_allclose(first[0], first[1], atol=1e-12)
    for each in found.values():
        np.testing.assert_allclose(each.estimates[0], event.estimates[0], atol=1e-12)
        if "overall" in each.equations:
            np.testing.assert_allclose(each.drawn.draws[:, 0], event.drawn.draws[:, 1], atol=1e-12)


@pytest.mark.parametrize("estimator", DIRECT)
def test_a_window_bounds_the_mean_of_coefficients(estimator: str) -> None:
    whole = fitted(panel(), estimator=estimator, inference="clusters", fit={"by": "event"})
    found = fitted(panel(), estimator=estimator, inference="clusters", fit={"window": (0, 1)})
    assert set(found.equations) == {"event"}
    at = [whole.terms.index(term) for term in ("0", "1")]
    assert found.estimates[0] == pytest.approx(whole.estimates[at].mean(), abs=1e-12)
    with pytest.raises(pk.SpecError, match="a window cannot bound"):
        fitted(panel(), estimator=estimator, fit={"window": (0, 1), "by": "overall"})


@pytest.mark.parametrize("window", [(1, 0), "ab", (0,), (0, 1, 2), 3, (None, 2), ("0", "1"), (np.nan, 1)])
def test_what_is_no_window_is_refused(window: Any) -> None:
    with pytest.raises(pk.SpecError, match="window is"):
        fitted(panel(), fit={"window": window})


@pytest.mark.parametrize(
    ("options", "fit", "said"),
    [
        ({}, {"balanced": "a"}, "balanced is an event time"),
        ({}, {"balanced": True}, "balanced is an event time"),
        ({"inference": "clusters"}, {"balanced": 99}, "no cohort is seen until event time 99"),
        ({}, {"by": 3}, "effects are shown by"),
        ({}, {"by": [["event"]]}, "effects are shown by"),
        ({"cluster": 3}, {}, "cluster is the name of a column"),
        ({"estimator": "stacked", "corrected": "no"}, {}, "corrected is True or False"),
        ({"estimator": "local-projections", "corrected": 2}, {}, "corrected is True or False"),
    ],
)
def test_options_that_are_none_are_refused(options: Any, fit: Any, said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        fitted(panel(), fit=fit, **options)


def test_periods_are_no_clusters() -> None:
    with pytest.raises(pk.DataError, match="`year` changes within"):
        fitted(panel(), cluster="year")


def test_whole_numbers_of_numpy_are_options() -> None:
    one = fitted(panel(), estimator="stacked", horizon=(np.int64(2), np.int64(1)), anticipation=np.int64(0))
    two = fitted(panel(), estimator="stacked", horizon=(2, 1))
    np.testing.assert_array_equal(one.estimates, two.estimates)


def test_a_logit_without_a_step_is_named_without_a_warning() -> None:
    frame = panel(firsts=(2003,))
    with pytest.raises(pk.DataError, match="almost surely"):
        fitted(
            frame.assign(x=1e3 * (frame["first"] > 0) + frame["x"]), "y ~ x", estimator="callaway-santanna"
        )


BIENNIAL = (range(2000, 2016, 2), (2006, 2006, 2008, 2008))


def test_every_second_year_is_one_event_time() -> None:
    frame = panel(*BIENNIAL)
    leads = fitted(frame, leads=2, inference="clusters", fit={"by": "event"})
    assert leads.terms[1:3] == ("-4", "-2")
    universal = fitted(frame, estimator="callaway-santanna", base="universal", fit={"by": "event"})
    assert universal.base == (-2.0,)
    assert universal.estimates[universal.terms.index("-2")] == 0.0


def test_local_projections_draw_at_the_event_times_shown() -> None:
    frame = panel(*BIENNIAL)
    found = fitted(frame, estimator="local-projections", inference="randomisation", fit={"reps": 49})
    shown = np.isfinite(found.estimates)
    assert np.isfinite(found.drawn.draws[:, shown]).all()


def test_a_base_lies_before_what_the_policy_may_move() -> None:
    frame = panel([2000, 2001, 2003, 2004, 2006, 2007, 2010], (2004, 2004, 2006, 2006))
    found = fitted(frame, estimator="twfe", anticipation=1, inference="clusters", fit={"by": "event"})
    # one period before 2006 is 2004, two years before: -2 may be moved already
    assert found.base == (-3.0,)
    assert "-2" in found.terms
    assert any("not evenly spaced" in note.text("en") for note in found.notes)
    own = fitted(frame, estimator="sun-abraham", inference="clusters", fit={"by": "event"})
    assert own.base == (-2.0, -1.0)


def test_an_effect_that_is_not_there_is_said() -> None:
    frame = panel(firsts=(2003, 2003, 2004))
    early = frame["unit"].isin(["u00", "u01", "u02"]) & (frame["year"] == 2004)
    found = fitted(frame[~early], estimator="local-projections", horizon=(2, 2), inference="clusters")
    assert set(found.equations) == {"event"}
    assert any("no effect overall" in note.text("en") for note in found.notes)


def test_rounding_is_no_cluster_that_adds_something() -> None:
    influence = np.array([[0.3], [-0.3], [0.2], [-0.2], [0.0]])
    noise = influence + np.array([[0.0], [0.0], [0.0], [0.0], [1e-17]])
    treated = np.array([[True], [True], [False], [False], [False]])
    one, two = (errors_of(each, treated, "small-sample") for each in (influence, noise))
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-12)
    assert one.df[0] == pytest.approx(two.df[0], rel=1e-12)


def test_what_has_no_band_is_refused() -> None:
    frame = panel()
    effects = fitted(frame, inference="clusters")
    asked: tuple[Any, ...] = ("overall", "nope", 3)
    for by in asked:
        with pytest.raises(pk.SpecError, match="there are some by calendar, cohort, event"):
            pk.multiplier_bands(effects, by)
    for each in (3, pk.FixedEffects("y ~ x").fit(frame, unit="unit", time="year")):
        with pytest.raises(pk.SpecError, match="what clusters add"):
            pk.multiplier_bands(each)


def test_a_path_of_no_numbers_or_a_late_base_is_refused() -> None:
    held: dict[str, Any] = {"event": [-2, 0], "estimate": [0.1, 0.2], "covariance": np.eye(2), "base": -1}
    for wrong in ({"event": "a"}, {"covariance": [[1, 2], [3]]}):
        with pytest.raises(pk.DataError, match="numbers in rows alike"):
            pk.EventPath(**{**held, **wrong})
    with pytest.raises(pk.SpecError, match="may have moved"):
        pk.pretrend_test(pk.EventPath(**{**held, "base": 1}))


@pytest.mark.parametrize("estimator", [*CELLS, *DIRECT])
def test_one_cluster_is_refused(estimator: str) -> None:
    with pytest.raises(pk.DataError, match="1 cluster, and errors"):
        fitted(panel().assign(g=1), estimator=estimator, cluster="g", inference="clusters")


def test_a_size_is_a_number_of_a_unit() -> None:
    for size in ("unit", "year"):
        with pytest.raises(pk.SpecError, match="tells no size"):
            fitted(panel(), inference="ferman-pinto", size=size)
    with pytest.raises(pk.DataError, match="holds text"):
        fitted(panel().assign(g="a"), inference="ferman-pinto", size="g")
