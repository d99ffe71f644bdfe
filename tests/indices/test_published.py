"""Published numbers that need no data from outside the dependencies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from panelkit.indices.arrays import aggregate, coupling, markov, weights
from tests.gal import neighbours
from tests.stored import stored


def test_fighter_aircraft() -> None:
    oracle = stored("indices_published")
    given, expect = oracle["spec"], oracle["expect"]
    x = np.array(given["aircraft"], dtype=float)
    found = aggregate.topsis(x, given["aircraft_weights"], direction=given["aircraft_direction"])
    assert found.closeness == pytest.approx(expect["closeness"], abs=5e-7)
    assert weights.entropy(x) == pytest.approx(expect["entropy_weights"], abs=5e-7)


def test_three_systems_coupled_in_the_right_form_and_corrected() -> None:
    oracle = stored("indices_published")
    u, expect = oracle["spec"]["three_systems"], oracle["expect"]
    c, _, d = coupling.coordination(u)
    assert c == pytest.approx(expect["C"], abs=5e-4)
    assert d == pytest.approx(expect["D"], abs=5e-4)
    c, t, d = coupling.coordination(u, oracle["spec"]["three_systems_weights"], form="wang2021")
    assert c == pytest.approx(expect["C_wang"], abs=5e-4)
    assert t == pytest.approx(expect["T_weighted"], abs=5e-4)
    assert d == pytest.approx(expect["D_wang_weighted"], abs=5e-4)


def test_us_incomes_of_libpysal() -> None:
    from libpysal import examples

    expect = stored("indices_published")["expect"]
    table = pd.read_csv(examples.get_path("usjoin.csv"))
    income = table[[str(year) for year in range(1929, 2010)]].to_numpy(dtype=float)
    w = neighbours(Path(examples.get_path("states48.gal")))
    found = markov.spatial_markov(income / income.mean(axis=0), w, k=5, m=5)
    assert np.diag(found.p) == pytest.approx(expect["markov_diagonal"], abs=5e-9)
    assert found.lr.statistic == pytest.approx(expect["markov_lr"], abs=5e-7)
    assert found.q.statistic == pytest.approx(expect["markov_q"], abs=5e-7)
    assert found.lr.df == (expect["markov_df"],)
