"""The gap between two stages: against loops, the network of one column a stage, exact exchanges, and its size."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from panelkit.evaluation.efficiency.programs import radial
from panelkit.evaluation.efficiency.stage_gap import (
    efficiencies,
    net_of_size,
    shares_of_halves,
    stage_gap,
    without_movement,
)
from panelkit.evaluation.efficiency.stage_trials import Stages, known_frontier, network_ends, stage_trials


def _stages(rng: np.random.Generator, units: int = 31, years: int = 5, second: float = 0.4) -> Stages:
    x = np.exp(rng.normal(8.0, 1.0, size=(units, 1)) + rng.normal(scale=0.05, size=(units, years)))
    waste = np.abs(rng.normal(size=(2, units, 1))) * np.array([0.4, second])[:, None, None]
    z = x * np.exp(-waste[0] + rng.normal(scale=0.1, size=x.shape))
    y = z * np.exp(-waste[1] + rng.normal(scale=0.1, size=x.shape))
    return Stages(x[..., None], z, y)


def test_scores_are_those_of_envelopes_and_of_the_network() -> None:
    """With one column a stage under constant returns both programs reduce to ratios over the best one."""
    stages = _stages(np.random.default_rng(1))
    found = efficiencies(stages.ratios)
    x, z = stages.inputs[..., 0].sum(axis=1)[:, None], stages.intermediate.sum(axis=1)[:, None]
    y = stages.output.sum(axis=1)[:, None]
    # linear programs are proved to 1e-9
    np.testing.assert_allclose(found[:, 0], radial(x, z, x, z).scores, rtol=1e-8)
    np.testing.assert_allclose(found[:, 1], radial(z, y, z, y).scores, rtol=1e-8)
    # theta = theta_1 theta_2 leaves no choice only where one unit is the best of both; else it has two ends
    (first, _), (_, second) = network_ends(stages)
    np.testing.assert_allclose([first, second], found.mean(axis=0), rtol=1e-8)


def test_the_partial_frontier_is_the_expected_best_of_a_group() -> None:
    """Against all ordered groups of three of five units, drawn with return."""
    ratios = np.random.default_rng(2).normal(size=(5, 2))
    groups = np.array(list(itertools.product(range(5), repeat=3)))
    best = np.exp(ratios)[groups].max(axis=1).mean(axis=0)
    # sums of 125 terms
    np.testing.assert_allclose(efficiencies(ratios, 3), np.exp(ratios) / best, rtol=1e-12)


def test_exchange_against_all_exchanges() -> None:
    """Twelve units have 4,096 exchanges: their exact p, and the drawn one within four Monte Carlo errors."""
    ratios = np.random.default_rng(3).normal(scale=0.4, size=(12, 2))
    centred = ratios - ratios.mean(axis=0)
    gaps = []
    for change in itertools.product([False, True], repeat=12):
        one = np.where(np.array(change)[:, None], centred[:, ::-1], centred)
        scores = np.exp(one - one.max(axis=0)).mean(axis=0)
        gaps.append(scores[0] - scores[1])
    found = stage_gap(ratios, draws=9999, rng=1)
    exact = float(np.mean(np.abs(gaps) >= abs(found.gap) - 1e-12))
    assert abs(found.p - exact) < 4.0 * np.sqrt(exact * (1.0 - exact) / 9999)
    assert sum(gaps) == pytest.approx(0.0, abs=1e-9)  # every exchange has its mirror


def test_the_interval_holds_zero_where_the_test_does_not_reject() -> None:
    for seed in range(20):
        found = stage_gap(_stages(np.random.default_rng(seed), second=0.8).ratios, draws=299, rng=seed)
        low, high = found.interval()
        assert (low > 0.0 or high < 0.0) == (found.p < 0.05)


def test_exchanging_the_stages_mirrors_the_gap() -> None:
    ratios = _stages(np.random.default_rng(4), second=1.0).ratios
    one, other = stage_gap(ratios, rng=1), stage_gap(ratios[:, ::-1], rng=1)
    assert other.gap == pytest.approx(-one.gap)
    assert other.p == one.p
    assert stage_gap(ratios + np.array([3.0, -2.0]), rng=1).p == one.p  # units of measurement
    assert stage_gap(ratios, rng=1).p == one.p


def test_size_and_power() -> None:
    """Both sides together 5 %, within three Monte Carlo errors of 200 worlds (4.6)."""
    null = [_stages(np.random.default_rng([5, at])).ratios for at in range(200)]
    found = [stage_gap(ratios, draws=199, rng=at) for at, ratios in enumerate(null)]
    assert np.mean([one.p < 0.05 for one in found]) < 0.096
    apart = [_stages(np.random.default_rng([6, at]), second=1.2).ratios for at in range(50)]
    assert np.mean([stage_gap(ratios, draws=199, rng=at).p < 0.05 for at, ratios in enumerate(apart)]) > 0.5


def test_one_lucky_unit_makes_the_known_frontier_wrong() -> None:
    """Its stage lags in all others, as a paired test reads it; exchanged, it is one unit, and halves leave it out."""
    ratios = np.random.default_rng(7).normal(scale=0.3, size=(31, 2))
    ratios[0, 1] += 2.0
    assert known_frontier(ratios)[1] > 8.0
    found = stage_gap(ratios)
    assert found.share > 0.9
    assert found.p > 0.05
    assert np.quantile(shares_of_halves(ratios, 299, 1), 0.025) < 0.8


def test_what_moves_is_taken_out_of_the_spread() -> None:
    """The variance that lasts, within a tenth with 4,000 units; nothing is left of pure movement."""
    rng = np.random.default_rng(8)
    lasting = rng.normal(scale=[0.5, 0.3], size=(4000, 2))
    yearly = lasting[:, None] + rng.normal(scale=[0.2, 0.8], size=(4000, 6, 2))
    kept = without_movement(yearly.mean(axis=1), yearly)
    assert kept is not None
    np.testing.assert_allclose(kept.std(axis=0), [0.5, 0.3], rtol=0.1)
    assert without_movement(yearly.mean(axis=1)[:, :], yearly[:, :2]) is None
    turns = np.array([1.0, -1.0, 1.0, -1.0])[None, :, None] * rng.normal(size=(20, 1, 2))
    assert without_movement(turns.mean(axis=1) + rng.normal(size=(20, 2)), turns) is None


def test_returns_to_scale_are_taken_out() -> None:
    rng = np.random.default_rng(9)
    size = rng.normal(size=31)
    ratios = rng.normal(scale=0.1, size=(31, 2))
    bent = ratios + np.outer(size, [0.0, 0.7])
    apart = net_of_size(bent, size) - net_of_size(ratios, size)  # a constant, which is no efficiency
    np.testing.assert_allclose(apart - apart.mean(axis=0), 0.0, atol=1e-12)
    assert np.corrcoef(net_of_size(bent, size)[:, 1], size)[0, 1] == pytest.approx(0.0, abs=1e-12)


def test_trials_of_two_years_say_what_cannot_be_had() -> None:
    found = {trial.name: trial for trial in stage_trials(_stages(np.random.default_rng(1), years=2), 299, 1)}
    assert found["lasting"].found is None
    assert found["lasting"].reason is not None
    assert not found["lasting"].passes(1.0)
    assert found["order"].found is not None
