"""What no threshold model can be made of, each refused with the reason; and what must not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.threshold.panels import panel, spec

Threshold = pk.PanelThreshold


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"regime": ()}, "at least one regressor"),
        ({"thresholds": 4}, "1, 2 or 3"),
        ({"thresholds": True}, "1, 2 or 3"),
        ({"trim": 0.5}, "between 0 and 0.5"),
        ({"trim": 5}, "between 0 and 0.5"),
        ({"search": "grid"}, "search is one of"),
        ({"transform": "demean"}, "transform is one of"),
        ({"time_effects": 1}, "True or False"),
        ({"kink": "yes"}, "True or False"),
        ({"level": 95}, "0.95 for 95 %"),
        ({"regime": ("x", "x")}, "named twice"),
        ({"regime": ("z",)}, "named twice"),
        ({"regime": ("x + w",)}, "not one term"),
        ({"regime": (3,)}, "named by a text"),
        ({"threshold": ""}, "named by a text"),
        ({"threshold": "y"}, "on both sides"),
        ({"threshold": "log(y)"}, "made of the outcome"),
        ({"threshold": "lag(y, 1)"}, "made of the outcome"),
        ({"formula": "y ~ lag(y, 1)"}, "lag or lead of the outcome"),
        ({"regime": ("lag(y, 1)",)}, "lag or lead of the outcome"),
        ({"formula": "y ~ diff(y)"}, "lag or lead of the outcome"),
        ({"formula": "y ~ lead(y)"}, "lag or lead of the outcome"),
        ({"regime": ("lead(y)",)}, "lag or lead of the outcome"),
        ({"regime": ("I(y^2)",)}, "made of the outcome"),
        ({"formula": "y ~ log(y)"}, "made of the outcome"),
        ({"regime": None}, "regime= is a tuple of expressions"),
        ({"regime": 3}, "regime= is a tuple of expressions"),
        ({"kink": True, "intercept": True}, "do not apply to a kink"),
        ({"kink": True, "thresholds": 2, "regime": ()}, "do not apply to a kink"),
        ({"transform": "hansen-1999"}, "time_effects= are no part|set them to False"),
    ],
)
def test_specs_are_refused(options: dict[str, Any], said: str) -> None:
    chosen: dict[str, Any] = {"formula": "y ~ z", "threshold": "q", "regime": ("x",), **options}
    with pytest.raises(pk.SpecError, match=said) as found:
        Threshold(**chosen)
    assert found.value.text("zh") != str(found.value)


FRAME = panel(1)
SIGN = (FRAME["q"] > 0).astype(float)
UNIT = FRAME.index.get_level_values(0).to_numpy()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"q": SIGN}, {}, "2 values .* interaction"),
        ({"q": FRAME["q"].round(0)}, {}, "too few to search"),
        ({"q": np.where(np.arange(96) < 90, 0.0, np.arange(96.0) + 0.5)}, {}, "too few|on both sides"),
        ({"q": np.r_[np.zeros(80), np.arange(1.0, 17.0)]}, {"trim": 0.3}, "on both sides"),
        ({}, {"thresholds": 3, "trim": 0.35}, "ask for fewer thresholds"),
        ({"q": UNIT * 1.0, "x": UNIT * 2.0}, {}, "`x`: no variation is left"),
        ({"x": FRAME["z"] * 2.0}, {}, "linear combination"),
        ({"q": "much"}, {}, "q"),
        ({"q": np.inf}, {}, "q"),
        ({"q": np.nan}, {}, "no complete row"),
    ],
)
def test_data_are_refused(change: dict[str, Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(pk.PanelkitError, match=said) as found:
        spec(**options).fit(FRAME.assign(**change), reps=0)
    assert found.value.text("zh") != str(found.value)


def test_a_level_by_regime_of_units_that_never_change_is_refused() -> None:
    frame = FRAME.assign(q=UNIT * 1.0)
    with pytest.raises(pk.DataError, match="no split identifies"):
        spec(intercept=True).fit(frame, reps=0)
    slopes = spec().fit(frame, reps=0)  # slopes of units below and above are identified
    assert slopes.thresholds[0] in frame["q"].to_numpy()


def test_hansens_program_needs_a_balanced_panel() -> None:
    with pytest.raises(pk.DataError, match="needs a balanced panel"):
        spec(transform="hansen-1999", time_effects=False).fit(panel(1, holes=0.1), reps=0)


def test_missing_values_leave_with_their_reason() -> None:
    frame = FRAME.copy()
    frame.iloc[[3, 40], frame.columns.get_loc("q")] = np.nan
    fit = spec().fit(frame, reps=0)
    assert fit.nobs == 94
    assert list(fit.dropped["reason"]) == ["missing: q"] * 2
    gone = spec().fit(frame.dropna(subset=["q"]), reps=0)
    np.testing.assert_allclose(gone.estimates, fit.estimates, rtol=1e-10)


def test_threshold_variable_among_regressors() -> None:
    """Hansen's own model: debt parts the regimes and has a slope."""
    fit = pk.PanelThreshold("y ~ z + q", "q", ("x",), trim=0.1).fit(FRAME, reps=0)
    assert list(fit.params.index) == ["z", "q", "x:regime1", "x:regime2"]
    own = pk.PanelThreshold("y ~ z", "q", ("q", "x"), trim=0.1).fit(FRAME, reps=0)
    assert list(own.params.index)[1:] == ["q:regime1", "q:regime2", "x:regime1", "x:regime2"]


def test_slopes_are_those_of_a_regression_with_the_regimes_known() -> None:
    fit = spec(thresholds=2, intercept=True).fit(FRAME, reps=0)
    low, high = fit.thresholds
    regime = (FRAME["q"] > low).astype(int) + (FRAME["q"] > high).astype(int)
    known = FRAME.assign(**{f"x{r + 1}": FRAME["x"] * (regime == r) for r in range(3)})
    known = known.assign(r2=(regime == 1) * 1.0, r3=(regime == 2) * 1.0)
    same = pk.FixedEffects("y ~ z + x1 + x2 + x3 + r2 + r3").fit(known)
    np.testing.assert_allclose(fit.estimates, same.estimates, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, same.covariance, rtol=1e-8)
    assert list(fit.counts) == list(np.bincount(regime))


def test_labels_may_be_chinese_texts_and_dates() -> None:
    names = pd.Index([f"县{u:02d}" for u in UNIT], name="县")
    times = pd.to_datetime(FRAME.index.get_level_values(1).astype(str)).year
    frame = FRAME.set_axis(pd.MultiIndex.from_arrays([names, times], names=["县", "年"])).iloc[::-1]
    one, two = spec().fit(FRAME, reps=99, rng=1), spec().fit(frame, reps=99, rng=1)
    np.testing.assert_allclose(two.estimates, one.estimates, rtol=1e-9)
    np.testing.assert_allclose(two.tests[0].draws, one.tests[0].draws, rtol=1e-9)


def test_regions_in_several_parts_are_said() -> None:
    fit = next(
        made for seed in range(40) if (made := spec().fit(panel(seed, jump=0.4), reps=0)).regions[0].disjoint
    )
    assert len(fit.regions[0].intervals) > 1
    assert f"has {len(fit.regions[0].intervals)} parts" in fit.summary()
    assert f"由 {len(fit.regions[0].intervals)} 段组成" in fit.summary(language="zh")


def test_a_quadratic_stands_beside() -> None:
    fit = spec().fit(FRAME, reps=0)
    beside = fit.quadratic()
    same = pk.FixedEffects("y ~ z + x + I(x^2)").fit(FRAME)
    np.testing.assert_allclose(beside.fit.estimates, same.estimates, rtol=1e-9)
    turn = same.turning_point("x")
    assert beside.turn.point == pytest.approx(turn.point, rel=1e-8)
    assert list(fit.quadratic("q").fit.params.index) == ["z", "x", "q", "I(q^2)"]
    with pytest.raises(pk.SpecError, match="of= is one of"):
        fit.quadratic("z")


def test_a_figure_of_ratios_has_a_panel_a_threshold() -> None:
    figure = spec(thresholds=2).fit(FRAME, reps=0).plot_ratios(language="zh")
    assert len(figure.drawing.axes) == 2
    assert figure.drawing.axes[1].get_ylabel() == "似然比，门槛2"
    assert figure.drawing.texts[0].get_text() == "q 的门槛值位置"
    legend = [text.get_text() for text in figure.drawing.axes[0].get_legend().get_texts()]
    assert legend[0] == "似然比"
    assert legend[1] == "95%临界值"
    assert legend[2] == "置信域"
    assert legend[3].startswith("估计值")


def test_a_figure_of_ratios_says_its_level_and_a_title_of_ones_own() -> None:
    figure = spec(level=0.9).fit(FRAME, reps=0).plot_ratios(title="Mine")
    assert figure.drawing.texts[0].get_text() == "Mine"
    legend = [text.get_text() for text in figure.drawing.axes[0].get_legend().get_texts()]
    assert legend[1] == "90% critical value"


def test_new_rows_are_not_predicted() -> None:
    fit = spec().fit(FRAME, reps=0)
    np.testing.assert_allclose(fit.predict() + fit.predict(kind="e"), FRAME["y"], atol=1e-10)
    with pytest.raises(pk.SpecError, match="leave out data"):
        fit.predict(FRAME)


def test_levels_by_regime_are_no_policy_that_units_adopt() -> None:
    frame = FRAME.assign(q=FRAME["q"] + 3.0 * (FRAME.index.get_level_values(1) >= 2004))
    fit = spec(intercept=True).fit(frame, reps=0)
    assert "adopt" not in fit.summary()
    moved = fit.with_vcov(pk.Cluster())
    assert [note for note in moved.notes if "CRV3" in note] == []
    assert len(moved.notes) == len(fit.notes)
    crossed = (frame["q"] <= fit.thresholds[0]).groupby(level=0).nunique() > 1
    assert fit.facts["units in several regimes"] == crossed.sum()


def test_a_term_of_the_quadratic_may_be_spelled_otherwise() -> None:
    fit = pk.PanelThreshold("y ~ z", "q", ("exp(x/2)",), trim=0.1).fit(FRAME, reps=0)
    assert fit.quadratic("exp(x / 2)").fit.terms == fit.quadratic().fit.terms
