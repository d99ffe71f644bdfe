"""Shapley shares against the mean over all orders of entry."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from tests.panels import random_panel


@pytest.mark.parametrize("effects", ["none", "unit", "twoway"])
@pytest.mark.parametrize("share", [1.0, 0.8])
def test_shares_are_what_regressors_add_over_all_orders(effects: str, share: float) -> None:
    data = random_panel(3, 12, 7, share, regressors=4)
    data["x2"] += 0.8 * data["x1"]
    names = ["x1", "x2", "x3", "x4"]

    def fit(terms: list[str]) -> pk.FitResult:
        kind = pk.PooledOLS if effects == "none" else pk.FixedEffects
        more = {} if effects == "none" else {"effects": effects}
        return kind(f"y ~ {' + '.join(terms)}", **more).fit(data)

    def r2(terms: tuple[str, ...]) -> float:
        if not terms:
            return 0.0
        facts = fit(list(terms)).facts
        return facts["r2"] if effects == "none" else facts["r2_within"]

    seen = {}
    for order in permutations(names):
        for at in range(4):
            for part in (order[:at], order[: at + 1]):
                if frozenset(part) not in seen:
                    seen[frozenset(part)] = r2(part)
    expected = dict.fromkeys(names, 0.0)
    for order in permutations(names):
        for at, name in enumerate(order):
            expected[name] += (seen[frozenset(order[: at + 1])] - seen[frozenset(order[:at])]) / 24
    shares = pk.shapley_shares(fit(names))
    # differences of sums of squares of order one
    assert shares.to_dict() == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert shares.sum() == pytest.approx(r2(tuple(names)), rel=1e-12)


def test_units_of_the_regressors_do_not_matter_and_shares_are_not_negative() -> None:
    data = random_panel(5, 10, 6, 1.0, regressors=3)
    first = pk.shapley_shares(pk.FixedEffects("y ~ x1 + x2 + x3").fit(data))
    moved = data.assign(x1=data["x1"] * 1e7, x3=data["x3"] * 1e-7)
    second = pk.shapley_shares(pk.FixedEffects("y ~ x1 + x2 + x3").fit(moved))
    assert np.allclose(first, second, rtol=1e-9)
    assert (first >= 0.0).all()


def test_fits_without_an_r2_of_their_own_are_refused() -> None:
    data = random_panel(5, 10, 6, 1.0, regressors=3)
    for model in (pk.RandomEffects("y ~ x1 + x2"), pk.InstrumentalFE("y ~ x1 + [x2 ~ x3]")):
        with pytest.raises(SpecError, match="Shapley"):
            pk.shapley_shares(model.fit(data))
