"""Many outcomes at once: the same numbers as one fit at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from panelkit.kernels.within import Effects, Layout
from panelkit.language.errors import SpecError
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.linear.many_outcomes import jackknifed


def panel(balanced: bool) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product([[f"p{i}" for i in range(9)], range(6)], names=["province", "year"])
    frame = pd.DataFrame(rng.normal(size=(54, 4)), index=index, columns=["a", "b", "x", "z"])
    frame["b"] = frame["b"] * 1e4 + 5e5  # a level far from zero, as official figures are
    return frame if balanced else frame.drop(frame.index[[0, 7, 8, 30, 53]])


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("balanced", [True, False])
def test_every_outcome_is_as_if_fitted_alone(effects: Effects, balanced: bool) -> None:
    frame = panel(balanced)
    layout = Layout(*(np.unique(frame.index.get_level_values(i), return_inverse=True)[1] for i in (0, 1)))
    columns = frame[["x", "z"]].to_numpy()
    if effects == "none":
        columns = np.column_stack([np.ones(len(frame)), columns])
    beta, error = jackknifed(frame[["a", "b"]].to_numpy(), columns, layout, effects)
    for place, outcome in enumerate(["a", "b"]):
        fit = FixedEffects(f"{outcome} ~ x + z", effects=effects).fit(frame)
        # cross-products keep half the digits of columns that lie far from zero
        np.testing.assert_allclose(beta[-2:, place], fit.estimates[-2:], rtol=1e-7)
        np.testing.assert_allclose(error[-2:, place], fit.std_errors.to_numpy()[-2:], rtol=1e-7)


def test_a_regressor_that_the_effects_absorb_is_refused() -> None:
    frame = panel(True)
    layout = Layout(*(np.unique(frame.index.get_level_values(i), return_inverse=True)[1] for i in (0, 1)))
    constant = np.repeat(np.arange(9.0), 6)[:, None]
    with pytest.raises(SpecError, match="not identified"):
        jackknifed(frame[["a"]].to_numpy(), constant, layout, "twoway")
