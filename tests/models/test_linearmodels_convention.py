"""The convention `linearmodels` against linearmodels, live: every covariance, every set of effects, small panels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk

# both are direct solutions in doubles
LIVE = 1e-7

UNIT, TIME = "the unit", "the period"
VCOVS: dict[str, tuple[Any, Any]] = {
    "unadjusted": (pk.Iid(), {"cov_type": "unadjusted"}),
    "robust": (pk.Robust(), {"cov_type": "robust"}),
    "unit": (pk.Cluster(), {"cov_type": "clustered", "cluster_entity": True}),
    "period": (pk.Cluster("year"), {"cov_type": "clustered", "cluster_time": True}),
    "unit and period": (
        pk.TwoWayCluster("id", "year"),
        {"cov_type": "clustered", "cluster_entity": True, "cluster_time": True},
    ),
    "groups of units": (pk.Cluster("region"), ["region"]),
    "groups that cut units": (pk.Cluster("cut"), ["cut"]),
    "unit and its group": (pk.TwoWayCluster("id", "region"), [UNIT, "region"]),
    "group and period": (pk.TwoWayCluster("region", "year"), ["region", TIME]),
    "two groups": (pk.TwoWayCluster("cut", "region"), ["cut", "region"]),
    "kernel": (pk.DriscollKraay(), {"cov_type": "kernel", "kernel": "bartlett"}),
    "kernel, one lag": (pk.DriscollKraay(1), {"cov_type": "kernel", "kernel": "bartlett", "bandwidth": 1}),
}


def panel(seed: int) -> pd.DataFrame:
    """Return a small panel; some lack cells, a whole year, or fall apart into two that share no year."""
    rng = np.random.default_rng(seed)
    units, periods = int(rng.integers(6, 15)), int(rng.integers(5, 9))
    cells = [(f"u{i:02d}", 2000 + t) for i in range(units) for t in range(periods)]
    frame = pd.DataFrame(cells, columns=["id", "year"])
    frame = frame[rng.random(len(frame)) < rng.choice([1.0, 0.85, 0.7])]
    if seed % 3 == 1:
        frame = frame[frame["year"] != 2002]
    if seed % 4 == 3:
        frame = frame[(frame["id"] < "u03") == (frame["year"] < 2002)]
    frame["x1"], frame["x2"] = rng.normal(size=(2, len(frame)))
    frame["y"] = frame["x1"] + rng.normal(size=len(frame))
    frame["region"] = frame["id"].str[1:].astype(int) % 3
    frame["cut"] = rng.integers(0, 5, len(frame))
    return frame


def live(frame: pd.DataFrame, effects: str, options: Any) -> Any:
    from linearmodels.panel import PanelOLS

    data = frame.set_index(["id", "year"])
    X = data[["x1", "x2"]]
    if effects == "none":
        X = X.assign(Intercept=1.0)
    if isinstance(options, list):
        own = {UNIT: data.index.codes[0], TIME: data.index.get_level_values(1)}
        columns = {name: own.get(name, data.get(name)) for name in options}
        clusters = pd.DataFrame({name: np.asarray(column) for name, column in columns.items()}, data.index)
        options = {"cov_type": "clustered", "clusters": clusters}
    model = PanelOLS(
        data["y"],
        X,
        entity_effects=effects in ("unit", "twoway"),
        time_effects=effects in ("time", "twoway"),
        singletons=True,
    )
    return model.fit(**options)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("name", VCOVS)
def test_prints_what_linearmodels_prints(name: str, effects: str) -> None:
    vcov, options = VCOVS[name]
    compared = refused = 0
    for seed in range(16):
        frame = panel(seed)
        theirs = live(frame, effects, options)
        spec = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=vcov, convention="linearmodels")
        if (np.diag(theirs.cov) < 0.0).any():
            with pytest.raises(pk.SpecError, match="is negative, and linearmodels prints no standard error"):
                spec.fit(frame, unit="id", time="year")
            refused += 1
            continue
        fit = spec.fit(frame, unit="id", time="year")
        order = list(fit.terms)
        np.testing.assert_allclose(fit.estimates, theirs.params[order], rtol=LIVE)
        np.testing.assert_allclose(fit.covariance, theirs.cov.loc[order, order], rtol=LIVE, atol=1e-12)
        np.testing.assert_allclose(fit.p_values, theirs.pvalues[order], rtol=1e-6, atol=1e-12)
        compared += 1
    assert compared >= 6
    assert refused == 0 or "and" in name or name == "two groups"


def test_the_note_says_that_the_covariance_stays_as_it_is() -> None:
    """Two-way clusters of few groups: not positive definite, but with a variance for each term."""
    found = []
    for seed in range(60):
        spec = pk.FixedEffects(
            "y ~ x1 + x2", vcov=pk.TwoWayCluster("region", "year"), convention="linearmodels"
        )
        try:
            fit = spec.fit(panel(seed), unit="id", time="year")
        except pk.SpecError:
            continue
        found.append(np.linalg.eigvalsh(fit.covariance)[0] < 0.0)
        assert found[-1] == any("linearmodels leaves it so" in note for note in fit.notes)
    assert any(found)
    assert not all(found)
