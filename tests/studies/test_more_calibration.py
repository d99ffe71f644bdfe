"""The calibration of R-JOINT and R-MOD in small, and that tables made of tables are what their sources say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.evidence import verdicts_joint as joint
from benchmarks.evidence import verdicts_moderation as moderation
from benchmarks.evidence import verdicts_more_bars as more_bars
from benchmarks.evidence.record import FOLDER
from benchmarks.verdict_tables import tables
from benchmarks.world_parts import within
from benchmarks.worlds import TRYING
from panelkit.studies.scrutiny.joint_trials import bound_of

SEVERAL = {world.name: world for world in joint.SEVERAL}
PRODUCTS = {world.name: world for world in moderation.PRODUCTS}


def test_draws_of_the_bound_that_stop_early_leave_it_on_its_side(monkeypatch: pytest.MonkeyPatch) -> None:
    panels = joint.drawn(SEVERAL["null"], 8, 0.8, 5, TRYING)
    bounds = [bound_of(panel, 1, joint.AGAIN) for panel in panels]
    for limit in sorted(bounds):
        monkeypatch.setattr(joint, "SMALLEST", limit)
        assert [joint.most(panel, 1) < limit for panel in panels] == [bound < limit for bound in bounds]


def test_the_bound_is_computed_whole_where_little_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = joint.drawn(SEVERAL["null"], 8, 0.8, 1, TRYING)[0]
    monkeypatch.setattr(joint, "SMALLEST", 0.9)
    assert joint.most(panel, 1) == bound_of(panel, 1, joint.AGAIN)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("null", 0, 5), ("trends .8 1/3", 0, 10), ("effect .38", 70, 100)]
)
def test_several_figures_are_supported_where_they_should_be(name: str, least: float, most: float) -> None:
    found = joint.run(SEVERAL[name], 8, 0.8, 20, TRYING)
    assert least <= found["S"] <= most
    assert found["S"] + found["P"] + found["U"] + found["N"] == 100


def test_the_slope_of_a_product_is_the_effect_beside_its_parts() -> None:
    slopes = []
    for panel in moderation.drawn(PRODUCTS["effect .38"], 12, 0.5, 200, TRYING):
        columns = [within(part[None]).ravel() for part in (panel.x[0], *panel.controls)]
        slopes += [np.linalg.lstsq(np.stack(columns, 1), within(y[None]).ravel())[0][0] for y in panel.y]
    assert len(slopes) == 200
    assert np.mean(slopes) == pytest.approx(0.38, abs=0.03)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("null", 0, 5), ("trends .8 1/3", 0, 10), ("effect .38", 60, 100)]
)
def test_an_interaction_is_supported_where_it_should_be(name: str, least: float, most: float) -> None:
    assert least <= moderation.run(PRODUCTS[name], 8, 0.5, 50, TRYING)["S"] <= most


def test_tables_made_of_cells_are_those_of_the_cells_that_are_held() -> None:
    cells = pd.read_csv(FOLDER / "verdicts.csv", comment="#", keep_default_na=False, na_values=[""])
    for name, made in tables(cells).items():
        written = _read(f"verdicts_{name}")
        assert written.to_numpy().tolist() == made.astype(str).to_numpy().tolist(), name


def test_bars_of_other_rules_are_read_from_the_tables_that_are_held() -> None:
    made = pd.DataFrame([more_bars.row(one) for one in more_bars.HELD]).astype(str)
    assert _read("verdicts_more_bars").to_numpy().tolist() == made.to_numpy().tolist()


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", comment="#", dtype=str, keep_default_na=False)
