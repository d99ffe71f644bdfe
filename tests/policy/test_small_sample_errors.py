"""Errors at few treated clusters: unbiased under the working model by its own matrices, equal shares by the book."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.policy.effects.cells import By, CellEffects, Shares, averages
from panelkit.models.policy.effects.errors import errors_of
from tests.policy.adopting import adopting_panel

KINDS: tuple[By, ...] = ("overall", "event", "cohort", "calendar", "cells")


def cells_of(effects: np.ndarray, first: np.ndarray, weight: np.ndarray, last: int) -> CellEffects:
    """Return cells of treated clusters that differ by `effects` (r,), and three others that add nothing."""
    keys = [(g, t) for g in np.unique(first) for t in range(int(g), last + 1)]
    members = np.array([[weight[i] * (first[i] == g) for g, _ in keys] for i in range(len(first))])
    share = members / members.sum(axis=0)
    estimate = effects @ share
    influence = share * (effects[:, None] - estimate)
    pad = ((0, 3), (0, 0))
    cohort, period = (np.array(part, dtype=float) for part in zip(*keys, strict=True))
    none = np.zeros(len(keys), dtype=bool)
    return CellEffects(cohort, period, estimate, np.pad(influence, pad), np.pad(members, pad), none)


@pytest.mark.parametrize("by", KINDS)
@pytest.mark.parametrize("shares", ["estimated", "fixed"])
def test_variance_is_unbiased_where_clusters_differ_by_one_variance(by: By, shares: Shares) -> None:
    first = np.array([2003.0, 2003, 2003, 2005, 2005, 2006, 2006, 2006, 2006])
    weight = np.array([1.0, 2.0, 0.5, 1.0, 1.0, 3.0, 1.0, 1.0, 0.7])
    alone = np.eye(len(first))
    made = [averages(cells_of(each, first, weight, 2008), by, shares=shares) for each in alone]
    spread = made[0].spread
    assert spread is not None
    added = np.stack([each.influence[: len(first)] for each in made])  # (j, i, p): i where j alone differs
    share = np.stack([each.estimates for each in made])  # (j, p): what cluster j weighs in the average
    expected = np.einsum("ip,jip->p", spread.scale[: len(first)], added**2)
    # rounding of sums of a few dozen products
    assert np.allclose(expected, (share**2).sum(axis=0), rtol=1e-10)
    for p in range(added.shape[2]):
        square = (added[:, :, p] * spread.scale[: len(first), p]) @ added[:, :, p].T
        assert spread.df[p] == pytest.approx(max(np.trace(square) ** 2 / (square**2).sum(), 1.0), rel=1e-10)


def test_equal_shares_are_the_textbook() -> None:
    """One cohort against the others: a t-test of Welch on the two means of changes."""
    frame = adopting_panel(8, n_units=20, n_periods=6, treated=7)
    frame = frame.assign(first=np.where(frame["first"] > 0, 2004.0, 0.0))
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="callaway-santanna")
    found = spec.fit(frame, unit="unit", time="year", by="overall")
    wide = frame.pivot(index="unit", columns="year", values="y")
    change = wide.loc[:, 2004:].mean(axis=1) - wide[2003]
    on = frame.groupby("unit")["first"].first() > 0
    parts = [change[on].var() / on.sum(), change[~on].var() / (~on).sum()]
    assert found.std_errors.iloc[0] == pytest.approx(np.sqrt(sum(parts)), rel=1e-9)
    n = np.array([on.sum(), (~on).sum()])
    welch = sum(parts) ** 2 / (parts[0] ** 2 / (n[0] - 1) + parts[1] ** 2 / (n[1] - 1))
    alike = (1 / n).sum() ** 2 / (1 / n**2 / (n - 1)).sum()  # had both kinds one variance
    assert np.asarray(found.df)[0] == pytest.approx(min(welch, alike), rel=1e-9)


def test_one_unit_compared_with_leaves_no_error() -> None:
    frame = adopting_panel(8, n_units=8, treated=7)
    found = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="callaway-santanna", inference="clusters").fit(
        frame, unit="unit", time="year", by="overall"
    )
    assert np.isnan(found.std_errors.iloc[0])
    assert any("one comparison" in str(note) for note in found.notes)


def test_a_cohort_of_one_under_fixed_shares_has_no_error() -> None:
    frame = adopting_panel(8, n_units=20, treated=7)
    lone = frame.assign(first=frame["unit"].map({"u00": 2004.0, "u01": 2006.0, "u02": 2006.0}).fillna(0.0))
    for shares in ("fixed", "estimated"):
        spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="callaway-santanna", shares=shares)
        found = spec.fit(lone, unit="unit", time="year", by="overall")
        assert np.isnan(found.std_errors.iloc[0]) == (shares == "fixed")
        assert any("shares='estimated'" in str(note) for note in found.notes) == (shares == "fixed")


def test_many_treated_clusters_take_the_plain_factor() -> None:
    rng = np.random.default_rng(3)
    first = np.repeat([2003.0, 2005.0], 150)
    effects = cells_of(rng.standard_normal(300), first, np.ones(300), 2007)
    found = effects.averages("overall")
    assert found.spread is None
    influence, treated = found.influence[:300], found.treated[:300]
    made = errors_of(influence, treated, "small-sample")
    analytic = errors_of(influence, treated, "analytic")
    assert made.covariance[0, 0] == pytest.approx(analytic.covariance[0, 0] * 300 / 299, rel=1e-12)
    assert np.allclose(made.contributions.T @ made.contributions, made.covariance, rtol=1e-12)


def test_bands_hold_the_intervals_and_repeat() -> None:
    frame = adopting_panel(5, n_units=31, n_periods=14, treated=12)
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="callaway-santanna")
    found = spec.fit(frame, unit="unit", time="year", by=["event", "cells"])
    band, again, other = (found.bands(reps=1_000, rng=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(band.table, again.table)
    assert band.critical != other.critical
    held = band.table
    assert (held["band_low"] < held["conf_low"]).all()
    assert (held["band_high"] > held["conf_high"]).all()
    told = found.tidy().query("equation == 'event' and term != 'mean'")
    assert held["term"].tolist() == told.loc[told["std_error"].notna(), "term"].tolist()
    assert len(band.notes) == int(told["std_error"].isna().any())
    assert 1.96 < band.critical < 4.5
    assert pk.multiplier_bands(found, "cells", reps=199).reps == 199
    with pytest.raises(pk.SpecError, match="none with an error by 'cohort'"):
        found.bands(by="cohort")


@pytest.mark.parametrize("multiplier", ["gaussian", "rademacher", "mammen"])
def test_critical_value_of_independent_effects(multiplier: str) -> None:
    """With many clusters and independent effects the largest of p normals: quantile 1 - (1-level)/(2p), nearly."""
    from scipy import stats

    from panelkit.inference.multiplier_bands import sup_t_draws

    rng = np.random.default_rng(0)
    largest = sup_t_draws(rng.standard_normal((2_000, 6)), reps=20_000, rng=rng, multiplier=multiplier)
    exact = stats.norm.ppf(0.5 + 0.5 * 0.95 ** (1 / 6))
    # 20,000 draws: the quantile's own error is about .012
    assert np.quantile(largest, 0.95) == pytest.approx(exact, abs=0.04)
