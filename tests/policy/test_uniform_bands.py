"""Bands over all event times: against integrals, known cases, and their coverage in 5,000 draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

import panelkit as pk
from panelkit.inference.parallel_trends.bands import sup_t, uniform_bands
from panelkit.inference.parallel_trends.boxes import in_box
from tests.policy.event_paths import covariance, drawn


@pytest.mark.parametrize(("n_pre", "n_post"), [(1, 1), (3, 2), (6, 6)])
@pytest.mark.parametrize("df", [np.inf, 15.0])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_critical_value_is_that_of_the_integral(n_pre: int, n_post: int, df: float, level: float) -> None:
    """The box that holds the level, by the separation of variables; both have errors below .001."""
    sigma = covariance(n_pre, n_post)
    se = np.sqrt(np.diag(sigma))
    root = brentq(lambda c: in_box(np.zeros(len(se)), sigma, c * se, df).mass - level, 1.0, 6.0)
    assert sup_t(sigma, level=level, df=df) == pytest.approx(root, abs=0.002)


def test_known_cases() -> None:
    one = sup_t(np.eye(1))
    assert one == pytest.approx(stats.norm.ppf(0.975), abs=1e-7)
    # independent: Sidak; perfectly correlated: one; two opposite: one
    assert sup_t(np.eye(8)) == pytest.approx(stats.norm.ppf(0.5 + 0.5 * 0.95 ** (1 / 8)), abs=0.002)
    assert sup_t(np.ones((5, 5))) == pytest.approx(one, abs=1e-7)
    assert sup_t(np.array([[1.0, -1.0], [-1.0, 1.0]])) == pytest.approx(one, abs=1e-7)
    assert sup_t(np.eye(1), df=7) == pytest.approx(stats.t.ppf(0.975, 7), abs=1e-7)


def test_scale_does_not_matter_and_seeds_repeat() -> None:
    sigma = covariance(3, 3)
    wide = sigma * np.outer(np.arange(1, 7), np.arange(1, 7))
    assert sup_t(wide) == pytest.approx(sup_t(sigma), abs=1e-9)
    assert sup_t(sigma, seed=4) == sup_t(sigma, seed=4) != sup_t(sigma, seed=5)


@pytest.mark.parametrize("df", [np.inf, 20.0])
def test_joint_coverage(df: float) -> None:
    """5,000 event studies: all estimates inside the band at once in 95 %, within three binomial errors."""
    sigma, rng = covariance(5, 4), np.random.default_rng(6)
    critical = sup_t(sigma, df=df)
    x = rng.multivariate_normal(np.zeros(9), sigma, 5000)
    scale = np.ones(5000) if df == np.inf else np.sqrt(rng.chisquare(df, 5000) / df)
    inside = (np.abs(x) <= critical * np.sqrt(np.diag(sigma)) * scale[:, None]).all(axis=1)
    assert inside.mean() == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 5000))
    alone = (np.abs(x) <= 1.96 * np.sqrt(np.diag(sigma)) * scale[:, None]).all(axis=1)
    assert alone.mean() < 0.85


def test_table_and_subsets() -> None:
    path = drawn(1, 3, 2)
    every, some = uniform_bands(path), uniform_bands(path, [0, 1])
    assert some.critical < every.critical
    row = every.table.iloc[0]
    assert row["band_high"] - row["estimate"] == pytest.approx(every.critical * row["std_error"])
    assert row["conf_high"] - row["estimate"] == pytest.approx(every.pointwise * row["std_error"])
    assert some.table["event"].tolist() == [0.0, 1.0]
    assert uniform_bands(path, df=10).critical > every.critical
    assert "sup-t" in every.note
    assert "sup-t" in every.note.text("zh") != every.note
    with pytest.raises(pk.SpecError, match="no estimate at event times 7"):
        uniform_bands(path, [7])
    with pytest.raises(pk.SpecError, match="confidence level"):
        uniform_bands(path, level=95)
