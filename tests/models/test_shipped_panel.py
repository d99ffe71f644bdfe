"""Random effects and instruments on the shipped provinces, with their gaps, against other ways to the same numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk

FORMULA = "log(patents_granted) ~ log(rd_expenditure) + log(gdp)"
# one model by two programs on two hundred to four hundred rows of logs of order ten
SAME = 1e-8


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return pk.load_provinces(["patents_granted", "rd_expenditure", "rd_personnel_fte", "gdp"], (2011, 2022))


def logs(figures: pd.DataFrame, *names: str) -> pd.DataFrame:
    columns = {name: figures[name].to_numpy(dtype=float) for name in names}
    return np.log(pd.DataFrame(columns, index=figures.index)).dropna()


def test_random_effects_are_those_of_linearmodels(figures: pd.DataFrame) -> None:
    from linearmodels.panel import RandomEffects

    figures = figures.drop(("Tibet", 2015))
    rows = logs(figures, "patents_granted", "rd_expenditure", "gdp")
    assert len(rows) < 31 * 12  # unbalanced, which is what makes the components differ by program
    exog = rows[["rd_expenditure", "gdp"]].assign(Intercept=1.0)[["Intercept", "rd_expenditure", "gdp"]]
    theirs = RandomEffects(rows["patents_granted"], exog).fit(small_sample=True)
    ours = pk.RandomEffects(FORMULA, vcov=pk.Iid(), convention="linearmodels").fit(figures)
    assert ours.nobs == len(rows)
    assert np.allclose(ours.estimates, theirs.params, rtol=SAME)
    assert np.allclose(ours.std_errors, theirs.std_errors, rtol=SAME)


def test_two_stage_least_squares_is_that_on_dummies(figures: pd.DataFrame) -> None:
    from linearmodels.iv import IV2SLS

    formula = "log(patents_granted) ~ log(gdp) + [log(rd_expenditure) ~ log(rd_personnel_fte)]"
    ours = pk.InstrumentalFE(formula, vcov=pk.Cluster()).fit(figures)
    rows = logs(figures, *figures.columns)
    dummies = [pd.get_dummies(rows.index.get_level_values(level), dtype=float) for level in (0, 1)]
    wide = pd.concat([dummies[0], dummies[1].iloc[:, 1:]], axis=1).set_index(rows.index)
    wide.columns = [f"d{at}" for at in range(wide.shape[1])]
    exog = pd.concat([rows[["gdp"]], wide], axis=1)
    theirs = IV2SLS(rows["patents_granted"], exog, rows[["rd_expenditure"]], rows[["rd_personnel_fte"]]).fit(
        cov_type="clustered", clusters=pd.factorize(rows.index.get_level_values(0))[0]
    )
    names = ["gdp", "rd_expenditure"]
    at = [list(ours.terms).index(f"log({name})") for name in names]
    assert ours.nobs == len(rows)
    assert np.allclose(ours.estimates[at], theirs.params[names], rtol=SAME)
    # reghdfe's factor G/(G-1) (n-1)/(n-K), K the regressors, the periods' effects and one
    n, groups, k = len(rows), 31, 2 + 12
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    errors = theirs.std_errors[names] * np.sqrt(factor)
    assert np.allclose(ours.std_errors.to_numpy()[at], errors, rtol=SAME)
