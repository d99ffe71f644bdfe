"""Benjamini-Hochberg q within families."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.inference.multiplicity import holm, q_values


def by_hand(p: np.ndarray) -> np.ndarray:
    """Return min over the k-th smallest p >= mine of m p_(k) / k."""
    ordered = np.sort(p)
    bound = len(p) * ordered / np.arange(1, len(p) + 1)
    return np.array([min(1.0, bound[ordered >= one].min()) for one in p])


def test_q_is_the_definition_within_each_family() -> None:
    rng = np.random.default_rng(5)
    p = np.round(rng.uniform(size=40) ** 2, 2)  # with ties
    families = rng.integers(0, 3, 40)
    q = q_values(p, list(families))
    for family in range(3):
        np.testing.assert_allclose(q[families == family], by_hand(p[families == family]), rtol=1e-12)
    np.testing.assert_allclose(q_values(p), by_hand(p), rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_both_are_those_of_statsmodels(n: int) -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.round(np.random.default_rng(n).uniform(size=n) ** 3, 2)  # with ties and zeros
    np.testing.assert_allclose(q_values(p), multipletests(p, method="fdr_bh")[1], rtol=1e-14)
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-14)


def test_missing_tests_do_not_count_and_one_alone_keeps_its_p() -> None:
    q = q_values([0.01, np.nan, 0.04, 0.2], ["a", "a", "a", "b"])
    np.testing.assert_allclose(q, [0.02, np.nan, 0.04, 0.2])
    assert len(q_values([])) == 0


def test_bad_p_is_refused() -> None:
    with pytest.raises(pk.SpecError, match=r"1\.2"):
        q_values([0.1, 1.2])
    with pytest.raises(pk.SpecError, match="family labels"):
        q_values([0.1, 0.2], ["a"])


def test_a_run_of_claims_counts_one_family_a_rule() -> None:
    from types import SimpleNamespace

    from panelkit.claims.checked import CheckResult
    from panelkit.report.notes import families

    tested = [(f"c{i}", "R-SIGN", p) for i, p in enumerate((0.01, 0.04, 0.2))]
    tested += [("other", "R-MAG", 0.03), ("waits", None, float("nan"))]
    verdicts = [SimpleNamespace(claim=c, family=f, main_p=p) for c, f, p in tested]
    result = CheckResult(tuple(verdicts))  # type: ignore[arg-type]
    # a rule that judges one claim of the run shows no family
    np.testing.assert_allclose(result.q_values, [0.03, 0.06, 0.2, np.nan, np.nan])
    assert list(families(result, "en")) == [
        "Many tests: of 3 main ones under R-SIGN, 2 have p ≤ .05 and 1 Benjamini-Hochberg q ≤ .05"
    ]


def test_nullable_p_values_are_no_test_where_missing() -> None:
    import pandas as pd

    p = [0.01, None, 0.04, 0.2]
    right = q_values([0.01, float("nan"), 0.04, 0.2])
    for dtype in ("Float64", "float64[pyarrow]", object):
        np.testing.assert_array_equal(q_values(pd.Series(p, dtype=dtype)), right)
