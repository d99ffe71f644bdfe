"""Callaway and Sant'Anna against loops over comparisons, influence against moved weights, and bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.models.policy.rows.panel import PolicyPanel, read_policy_panel
from panelkit.models.policy.staggered.callaway_santanna import CallawaySantAnna
from tests.policy.adopting import adopting_panel

ADJUSTMENTS = ("regression", "ipw", "doubly-robust")
# Means and least squares of well-scaled columns, and logits that both sides solve to a step of 1e-10.
ROUNDING = 1e-8


def logit(X: np.ndarray, d: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return fitted propensities by plain Newton steps."""
    b = np.zeros(X.shape[1])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-X @ b))
        b = b + np.linalg.solve((X * (w * p * (1 - p))[:, None]).T @ X, X.T @ (w * (d - p)))
    return 1.0 / (1.0 + np.exp(-X @ b))


def two_by_two(d: np.ndarray, change: np.ndarray, X: np.ndarray, w: np.ndarray, adjustment: str) -> float:
    """Return the effect of one comparison of treated (d = 1) and controls."""
    expected = np.zeros(len(d))
    if adjustment != "ipw":
        root = np.sqrt(w * (1 - d))
        expected = X @ np.linalg.lstsq(X * root[:, None], change * root, rcond=None)[0]
    beside = w * d
    if adjustment != "regression":
        p = logit(X, d, w)
        beside = w * (1 - d) * np.where(p < 0.995, p / (1 - p), 0.0)
    if adjustment == "regression":
        return float(np.average(change - expected, weights=w * d))
    left = change - expected
    return float(np.average(left, weights=w * d) - np.average(left, weights=beside))


def by_loops(
    frame: pd.DataFrame,
    names: list[str],
    weight: dict[str, float],
    options: dict[str, Any],
    anticipation: int,
) -> dict[tuple[float, float], float]:
    """Return effects by cohort and period; a weight a unit."""
    held = {
        (u, t): row for u, t, row in zip(frame["unit"], frame["year"], frame.to_dict("records"), strict=True)
    }
    first = frame.groupby("unit")["first"].first()
    years = sorted(frame["year"].unique())
    effects = {}
    for g in sorted(set(first[first > 0])):
        last = g - anticipation - 1
        for t in years:
            base = last if options["base"] == "universal" or t > last else t - 1
            if base < years[0] or last < years[0]:
                continue
            rows, d = [], []
            for u, start in first.items():
                later = max(t, base) + anticipation
                free = start == 0 or (options["control"] == "not-yet" and start > later and start != g)
                if (start == g or free) and (u, t) in held and (u, base) in held:
                    rows.append(
                        (
                            held[u, t]["y"] - held[u, base]["y"],
                            weight[u],
                            [1.0, *(held[u, base][x] for x in names)],
                        )
                    )
                    d.append(float(start == g))
            if 0 < sum(d) < len(d):
                change, w, X = (np.array(part) for part in zip(*rows, strict=True))
                effects[g, float(t)] = two_by_two(np.array(d), change, X, w, options["adjustment"])
    return effects


def drawn(seed: int) -> tuple[pd.DataFrame, list[str], dict[str, Any], int, bool]:
    """Return a panel, its covariates, the options, anticipation, and whether it has weights."""
    rng = np.random.default_rng(1000 + seed)
    adjustment = ADJUSTMENTS[seed % 3]
    covariates = int(rng.integers(0, 3)) if adjustment == "regression" else 1
    frame = adopting_panel(
        seed,
        n_units=48,
        n_periods=int(rng.integers(6, 8)),
        treated=27,
        held=float(rng.choice([1.0, 0.9])),
        covariates=covariates,
    )
    options = {
        "adjustment": adjustment,
        "control": str(rng.choice(["never", "not-yet"])),
        "base": str(rng.choice(["varying", "universal"])),
    }
    return (
        frame,
        [f"x{j}" for j in range(covariates)],
        options,
        int(rng.integers(0, 3)),
        bool(rng.integers(0, 2)),
    )


def read(frame: pd.DataFrame, names: list[str], anticipation: int, weights: str | None) -> PolicyPanel:
    return read_policy_panel(
        f"y ~ {' + '.join(names) or '1'}",
        frame,
        unit="unit",
        time="year",
        cohort="first",
        weights=weights,
        anticipation=anticipation,
    )


@pytest.mark.parametrize("seed", range(51))
def test_loops_and_moved_weights(seed: int) -> None:
    frame, names, options, anticipation, weighted = drawn(seed)
    of_unit = (
        frame.groupby("unit")["w"].first() if weighted else frame.groupby("unit")["first"].first() * 0.0 + 1.0
    )
    if weighted:
        frame = frame.assign(w=frame["unit"].map(of_unit))
    panel = read(frame, names, anticipation, "pw=w" if weighted else None)
    inside = frame[frame["unit"].isin(panel.design.unit_labels)]
    found = CallawaySantAnna(**options).effects(panel)
    weight = of_unit.to_dict()
    expected = by_loops(inside, names, weight, options, anticipation)
    cells = list(zip(found.cohort, found.period, strict=True))
    assert set(cells) == set(expected)
    held = np.array([expected[cell] for cell in cells])
    assert np.allclose(found.estimate, held, atol=ROUNDING)
    # the infinitesimal jackknife: the derivative of the effects by one unit's weight, times that weight
    order = list(panel.design.unit_labels)
    for unit in (order[seed % len(order)], order[-1 - seed % 7]):
        step = 1e-4 * weight[unit]
        moved = [
            by_loops(inside, names, weight | {unit: weight[unit] + s}, options, anticipation)
            for s in (step, -step)
        ]
        slope = [(moved[0][cell] - moved[1][cell]) / 2e-4 for cell in cells]
        # central differences of a smooth function: error of the order of the step squared
        assert np.allclose(found.influence[order.index(unit)], slope, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("by", ["overall", "event", "cohort", "calendar", "cells"])
def test_points_are_the_estimates(seed: int, by: str) -> None:
    frame, names, options, anticipation, weighted = drawn(seed)
    panel = read(frame, names, anticipation, "pw=w" if weighted else None)
    method = CallawaySantAnna(**options)
    found = method.effects(panel).averages(by)
    outcomes = np.column_stack([panel.y, 3.0 * panel.y, np.cos(panel.y)])
    points = method.points(panel, outcomes, by)
    assert np.allclose(points.labels, found.labels, equal_nan=True)
    assert np.allclose(points.values[:, 0], found.estimates, atol=ROUNDING)
    assert np.allclose(points.values[:, 1], 3.0 * found.estimates, atol=ROUNDING)
    alone = method.points(panel, outcomes[:, 2:], by)
    assert np.allclose(points.values[:, 2], alone.values[:, 0], atol=ROUNDING)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, names, options, anticipation, _ = drawn(2)
    panel = read(frame, names, anticipation, None)
    whole = CallawaySantAnna(**options).effects(panel)
    monkeypatch.setattr("panelkit.models.policy.staggered.two_by_two.BATCH_CELLS", 600)
    parts = CallawaySantAnna(**options).effects(panel)
    assert np.allclose(whole.estimate, parts.estimate, atol=ROUNDING)
    assert np.allclose(whole.influence, parts.influence, atol=ROUNDING)


def fit(frame: pd.DataFrame, formula: str = "y ~ 1", **options: Any) -> Any:
    by = options.pop("by", None)
    spec = pk.StaggeredDiD(
        formula, cohort="first", estimator="callaway-santanna", inference="clusters", **options
    )
    return spec.fit(frame, unit="unit", time="year", by=by)


def dated(
    dates: dict[int, list[int]], *, n_units: int = 12, n_periods: int = 8, seed: int = 4
) -> pd.DataFrame:
    """Return a panel whose units adopt at given dates."""
    frame = adopting_panel(seed, n_units=n_units, n_periods=n_periods, treated=1, covariates=2)
    first = {f"u{i:02d}": year for year, units in dates.items() for i in units}
    return frame.assign(first=frame["unit"].map(first).fillna(0.0))


def test_a_cohort_of_one_has_no_error_of_its_own() -> None:
    found = fit(dated({2004: [0], 2006: [1, 2, 3]}), by=["cohort", "overall"])
    errors = found.tidy().set_index("term")["std_error"]
    assert np.isnan(errors["2004"])
    assert np.isfinite(errors[["2006", "mean", "ATT"]]).all()
    assert any("one treated unit alone" in str(note) and "2004" in str(note) for note in found.notes)


def test_one_unit_never_treated() -> None:
    frame = dated({2004: [0, 1, 2, 3], 2006: list(range(4, 11))})
    found = fit(frame)
    assert any("one unit alone is compared with" in str(note) for note in found.notes)
    later = fit(frame, control="not-yet", by="cells")
    assert sum("one unit alone is compared with" in str(note) for note in later.notes) == 1


def test_nobody_never_treated() -> None:
    frame = dated({2004: list(range(6)), 2006: list(range(6, 12))})
    with pytest.raises(DataError, match="there are none: take control='not-yet'"):
        fit(frame)
    found = fit(frame, control="not-yet", by="cells")
    assert set(found.effects.cohort) == {2004.0}
    assert found.effects.period.max() == 2005.0
    with pytest.raises(DataError, match="adopt at one date"):
        fit(dated({2004: list(range(12))}), control="not-yet")


def test_no_period_before() -> None:
    frame = dated({2001: [0, 1], 2004: [2, 3, 4]})
    found = fit(frame, by="cells")
    assert set(found.effects.cohort) == {2004.0}
    assert {"u00", "u01"} == set(found.dropped.iloc[:, 0])
    with pytest.raises(DataError, match="must reach further back"):
        fit(dated({2002: [0, 1]}), anticipation=1)


def test_gap_at_adoption() -> None:
    """A unit without its last period before adoption is in no comparison from it; a cohort of such units has none."""
    frame = dated({2004: [0, 1], 2006: [2, 3]})
    one = fit(frame[~((frame["unit"] == "u00") & (frame["year"] == 2003))], by="cells")
    alone = fit(frame[frame["unit"] != "u00"], by="cells")
    at = [i for i, cell in enumerate(one.terms) if cell.startswith("2004") and cell >= "2004,2004"]
    assert np.allclose(
        one.estimates[at], [alone.estimates[alone.terms.index(one.terms[i])] for i in at], atol=ROUNDING
    )
    assert any("not balanced" in str(note) for note in one.notes)
    none = fit(frame[~(frame["unit"].isin(["u00", "u01"]) & (frame["year"] == 2003))], by="cells")
    assert not any(cell >= "2004,2004" for cell in none.terms if cell.startswith("2004"))
    assert any("left out" in str(note) and "cohort 2004 in 2004" in str(note) for note in none.notes)
    with pytest.raises(DataError, match="no effect to estimate"):
        fit(frame[~(frame["unit"].isin(["u00", "u01"]) & (frame["year"] == 2003)) & (frame["first"] != 2006)])


def test_covariates_that_separate() -> None:
    frame = dated({2004: [0, 1, 2], 2006: [3, 4, 5]})
    apart = frame.assign(x0=frame["x0"] + 10.0 * (frame["first"] == 2004))
    for adjustment in ("ipw", "doubly-robust"):
        with pytest.raises(
            DataError, match=r"x0 tell the treated units.*cohort 2004 in .*adjustment='regression'"
        ):
            fit(apart, "y ~ x0", adjustment=adjustment)
    assert np.isfinite(fit(apart, "y ~ x0", adjustment="regression").estimates).all()


def test_too_few_controls_for_the_covariates() -> None:
    frame = dated({2004: [0, 1, 2, 3], 2006: [4, 5, 6, 7, 8, 9]})
    with pytest.raises(DataError, match=r"too few or all alike.*x0, x1.*\(2 compared with\)"):
        fit(frame, "y ~ x0 + x1", adjustment="regression")
    alike = frame.assign(x0=np.where(frame["first"] == 0, 1.0, frame["x0"]))
    with pytest.raises(DataError, match="too few or all alike"):
        fit(alike, "y ~ x0", adjustment="regression")


def test_points_say_nothing_where_covariates_do_not_fit() -> None:
    frame = dated({2004: [0, 1, 2, 3], 2006: [4, 5, 6, 7, 8, 9]})
    panel = read(frame, ["x0", "x1"], 0, None)
    points = CallawaySantAnna(adjustment="regression").points(panel, panel.y[:, None], "overall")
    assert np.isnan(points.values).all()


def test_options() -> None:
    for name in ("control", "adjustment", "base"):
        with pytest.raises(SpecError, match=f"{name} is one of"):
            fit(dated({2004: [0, 1]}), **{name: "other"})


def test_anticipation_is_an_effect_measured_from_before_it() -> None:
    """From two periods before adoption on, changes are measured from the third."""
    frame = dated({2005: [0, 1, 2]})
    found = fit(frame, anticipation=2, by="cells")
    wide = frame.pivot(index="unit", columns="year", values="y")
    treated = wide.index.isin(["u00", "u01", "u02"])
    for year in (2003, 2004, 2005, 2008):
        change = wide[year] - wide[2002]
        held = change[treated].mean() - change[~treated].mean()
        assert found.estimates[found.terms.index(f"2005,{year}")] == pytest.approx(held, abs=ROUNDING)
    assert found.pre_test().df[0] == 1.0


def test_leads_without_an_error_are_left_out_of_their_test() -> None:
    frame = dated({2004: [0, 1, 2], 2007: [3]}, n_units=20)
    test = fit(frame, by="event").pre_test("event")
    assert test.applicable
    assert any("have no error and are left out" in str(note) for note in test.notes)
    alone = fit(dated({2007: [3]}, n_units=20), by="event").pre_test()
    assert "one treated cluster" in str(alone.reason)
