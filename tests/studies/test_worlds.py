"""The worlds of the calibration: seeded, of the size they say; and a small calibration of the words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.evidence import record, verdicts
from benchmarks.more_worlds import CHANNELS, ORDERS, Channel, draw_channel, draw_gap, draw_order
from benchmarks.world_parts import ERROR_DEVIATION, X_DEVIATION, deviations, errors, within
from benchmarks.worlds import COUNTING, TRYING, WORLDS, World, draw

NAMED = {world.name: world for world in WORLDS}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_world_is_the_same_for_the_same_seed_and_another_for_the_other_set(world: World) -> None:
    first, again = (draw(world, 8, 0.5, 3, seed=TRYING) for _ in range(2))
    other = draw(world, 8, 0.5, 3, seed=COUNTING)
    assert first.y.shape == first.x.shape == (3, 31, 8)
    assert np.array_equal(first.y, again.y)
    assert np.array_equal(first.x, again.x)
    assert not np.isclose(first.y, other.y).any()
    assert np.isfinite(first.y).all()
    assert np.isfinite(first.x).all()


def test_batches_differ() -> None:
    first, second = (draw(NAMED["null"], 8, 0.5, 2, seed=TRYING, batch=batch) for batch in (0, 1))
    assert not np.isclose(first.y, second.y).any()


def test_x_and_errors_have_the_deviations_that_they_say() -> None:
    drawn = draw(NAMED["null"], 12, 0.8, 200, seed=TRYING)
    assert np.sqrt((within(drawn.x) ** 2).mean(axis=(1, 2))) == pytest.approx(np.full(200, X_DEVIATION))
    assert np.sqrt((within(drawn.y) ** 2).mean()) == pytest.approx(ERROR_DEVIATION, rel=0.03)


def test_errors_are_correlated_in_time_and_have_the_provinces_deviations() -> None:
    made = errors(np.random.default_rng(1), 8, 0.8, 3000)
    by_province = made.std(axis=(0, 2))
    assert by_province / by_province.mean() == pytest.approx(deviations() / deviations().mean(), rel=0.06)
    assert np.corrcoef(made[..., 3].ravel(), made[..., 4].ravel())[0, 1] == pytest.approx(0.8, abs=0.01)


def test_an_effect_is_added_to_the_same_errors() -> None:
    with_effect = draw(NAMED["effect .38"], 8, 0.5, 2, seed=TRYING)
    slope = [
        np.polyfit(within(with_effect.x)[w].ravel(), within(with_effect.y)[w].ravel(), 1)[0] for w in (0, 1)
    ]
    assert slope == pytest.approx([0.38, 0.38], abs=0.25)


def test_an_effect_that_arrives_over_years_comes_in_the_parts_that_are_said() -> None:
    world = NAMED["half at once"]
    with_effect, without = (draw(one, 8, 0.5, 3, seed=TRYING) for one in (world, replace(world, effect=0.0)))
    added = (with_effect.y - without.y)[..., 2:]
    x = with_effect.x
    assert np.allclose(added, 0.19 * x[..., 2:] + 0.114 * x[..., 1:-1] + 0.076 * x[..., :-2])
    told = draw(NAMED["half at once declared"], 8, 0.5, 3, seed=TRYING).x
    assert told.shape == x.shape
    # a mean over three years moves less from year to year
    assert np.diff(told).std() < 0.7 * np.diff(x).std()


@pytest.mark.parametrize("world", CHANNELS, ids=lambda world: world.name)
def test_channels_have_the_paths_and_correlations_that_they_say(world: Channel) -> None:
    x, m, y = (within(part) for part in draw_channel(world, 12, 0.5, 60, seed=TRYING))
    columns = np.stack([x.ravel(), m.ravel()], axis=1)
    direct, b = np.linalg.lstsq(columns, y.ravel())[0]
    a = (x * m).sum() / (x * x).sum()
    assert a == pytest.approx(world.a, abs=0.05)
    bias = world.errors or (world.trends or 0.0) / 3.0
    assert b == pytest.approx(world.b + bias, abs=0.06)
    assert direct == pytest.approx(world.direct - bias * world.a, abs=0.07)


def test_groups_stand_as_far_apart_as_they_say() -> None:
    for order in ORDERS:
        values, group = draw_order(order, 5, 300, seed=TRYING)
        means = [values[:, group == one].mean() for one in range(order.groups)]
        assert -np.diff(means) == pytest.approx(np.full(order.groups - 1, order.apart), abs=0.12)


def test_gaps_that_are_none() -> None:
    first, second = (np.log(part) for part in draw_gap(8, 400, seed=TRYING))
    assert first.std() == pytest.approx(second.std(), rel=0.03)
    assert np.corrcoef(first[..., 0].ravel(), second[..., 0].ravel())[0, 1] == pytest.approx(0.5, abs=0.05)


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    asked: list[tuple[object, ...]] = []

    def run(world: World, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
        asked.append((world.name, years))
        return {"world": world.name, "T": years, "AR": serial, "worlds": count, "S": 1.0}

    def fill(*cells: tuple[World, int, float, int], seed: int = 1) -> int:
        return len(record.fill("some", run, list(cells), seed=seed, facts={}))

    null, walks = NAMED["null"], NAMED["walks"]
    assert fill((null, 8, 0.5, 10)) == 1
    assert fill((null, 8, 0.5, 10), (walks, 8, 0.5, 10)) == 2
    assert asked == [("null", 8), ("walks", 8)]
    # another number of worlds or another seed is another cell
    assert fill((null, 8, 0.5, 20)) == 3
    assert fill((null, 8, 0.5, 10), seed=2) == 1


def test_cells_that_are_written_are_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    assert verdicts.main(2, seed=TRYING, only="^null$", jobs=1).splitlines()[-1].startswith("8 cells")
    first = (tmp_path / "verdicts_trying.csv").read_text(encoding="utf-8")
    assert verdicts.main(2, seed=TRYING, only="^null$", jobs=1).splitlines()[-1].startswith("0 cells")
    assert (tmp_path / "verdicts_trying.csv").read_text(encoding="utf-8") == first
    assert verdicts.main(3, seed=TRYING, only="^null$", jobs=1).splitlines()[-1].startswith("8 cells")
