"""Coupling, coordination, levels and synergy against published examples and identities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from panelkit.indices.arrays import coupling
from panelkit.indices.panels.coordination import which_coupling_formula
from panelkit.language.errors import DataError, SpecError
from tests.reference import oracle
from tests.stored import worked

scores2 = arrays(float, (7, 2), elements=st.floats(0.001, 1.0))
scores3 = arrays(float, (7, 3), elements=st.floats(0.001, 1.0))


def test_two_systems_oracle() -> None:
    entry = worked("coupling2")
    u, out = entry["inputs"], entry["outputs"]
    c, _, d = coupling.coordination(u)
    assert c == pytest.approx(out["C"], abs=1e-6)
    assert d == pytest.approx(out["D"], abs=1e-6)
    assert coupling.degree_wang(u) == pytest.approx(out["Cwang"], abs=1e-6)


def test_losing_the_exponent_is_harmless_for_two_and_wrong_for_three_systems() -> None:
    u = np.array([[0.0162, 0.272, 0.2655]])
    without = np.sqrt((1 - np.abs(np.subtract.outer(u[0], u[0])).sum() / 6) * np.prod(u / u.max()))
    assert without == pytest.approx(0.220, abs=5e-4)
    assert coupling.degree_wang(u)[0] == pytest.approx(0.447, abs=5e-4)


def test_wang_printed_pairs_can_be_inverted_into_the_unit_interval() -> None:
    """Thirteen printed pairs (C, C*) imply (U_max, U_min) in (0, 1): a plausibility check, not a reference."""
    out = oracle("wang2021_2008")["outputs"]
    for c, corrected in zip(out["C"], out["Cstar"], strict=True):
        root = (2 - c**2 - 2 * np.sqrt(1 - c**2)) / c**2  # min/max from C = 2 sqrt(r) / (1 + r)
        gap = 1 - corrected**2 / root  # 1 - |U1 - U2| = C*^2 / r
        largest = gap / (1 - root)
        assert 0 < largest * root < largest < 1
        pair = np.array([[largest, largest * root]])
        assert coupling.degree(pair)[0] == pytest.approx(c, abs=1e-12)
        assert coupling.degree_wang(pair)[0] == pytest.approx(corrected, abs=1e-12)


@pytest.mark.parametrize(
    ("u", "expected"),
    [
        (
            (0.6, 0.4),
            {"standard": 0.979796, "lost_coefficient": 0.489898, "missing_root": 0.96, "liao1999": 0.9216},
        ),
        ((0.9, 0.1), {"standard": 0.6, "lost_coefficient": 0.3, "missing_root": 0.36, "liao1999": 0.1296}),
        ((0.8, 0.5, 0.2), {"standard": 0.861774, "lost_coefficient": 0.287258, "pairwise": 0.444648}),
    ],
)
def test_wrong_forms_in_print(u: tuple[float, ...], expected: dict[str, float]) -> None:
    equal = np.full(len(u), 1 / len(u))
    for name, value in expected.items():
        found = coupling.FORMS[name].compute(np.array([u]), equal)
        assert found[0] == pytest.approx(value, abs=1e-6), name
    twice = coupling.FORMS["pairwise_n"].compute(np.ones((1, 3)), np.full(3, 1 / 3))
    assert twice[0] == pytest.approx(1.5)
    assert coupling.FORMS["pairwise"].compute(np.ones((1, 2)), equal[:2])[0] == pytest.approx(0.5**0.5)
    u2 = np.array([[0.6, 0.4]])
    assert coupling.FORMS["weighted"].compute(u2, np.full(2, 0.5)) == pytest.approx(coupling.degree(u2))
    assert coupling.FORMS["variation"].compute(u2, np.full(2, 0.5))[0] == pytest.approx(1 - 0.1 / 0.5)


def test_synergy_oracle_and_sign() -> None:
    entry = worked("synergy")
    assert coupling.synergy(entry["inputs"]["u0"], entry["inputs"]["u1"]) == pytest.approx(
        entry["outputs"], abs=entry["tol"]
    )
    assert coupling.synergy([0.4, 0.3], [0.55, 0.25]) == pytest.approx(-np.sqrt(0.15 * 0.05))
    assert coupling.synergy([0.4, 0.3], [0.55, 0.3]) == 0.0
    assert coupling.order_degree([3.0], 1.0, 5.0) == pytest.approx([0.5])
    assert coupling.order_degree([2.0], 1.0, 5.0, direction=-1) == pytest.approx([0.75])
    with pytest.raises(DataError, match="upper critical value"):
        coupling.order_degree([1.0], 2.0, 2.0)


@given(scores2)
def test_with_two_systems_and_equal_weights_d_is_a_function_of_the_product(u: np.ndarray) -> None:
    _, _, d = coupling.coordination(u)
    assert d == pytest.approx(np.prod(u, axis=1) ** 0.25, rel=1e-9)


@given(scores3)
def test_with_n_systems_and_equal_weights_d_is_a_function_of_the_product(u: np.ndarray) -> None:
    _, _, d = coupling.coordination(u)
    assert d == pytest.approx(np.prod(u, axis=1) ** (1 / 6), rel=1e-9)


@given(scores3, st.permutations(range(3)), st.floats(0.1, 1.0))
def test_right_forms_keep_bounds_symmetry_and_scale(u: np.ndarray, order: list[int], factor: float) -> None:
    for name in ("standard", "wang2021", "liao1999"):
        c, t, d = coupling.coordination(u, form=name)
        assert ((c >= 0) & (c <= 1 + 1e-12)).all()
        assert ((d >= 0) & (d <= 1 + 1e-12)).all()
        assert ((t >= u.min(axis=1) - 1e-12) & (t <= u.max(axis=1) + 1e-12)).all()
        mixed, _, _ = coupling.coordination(u[:, order], form=name)
        assert mixed == pytest.approx(c, abs=1e-9)
    assert coupling.degree(u * factor) == pytest.approx(coupling.degree(u), rel=1e-9)
    assert (coupling.degree_wang(u) <= coupling.degree(u) + 1e-9).all()


def test_equal_systems_are_fully_coupled_whatever_their_level() -> None:
    u = np.array([[0.05, 0.05], [0.9, 0.9]])
    assert coupling.degree(u) == pytest.approx([1, 1])
    assert coupling.degree_wang(u) == pytest.approx([1, 1])


def test_zeros_missing_negative_and_out_of_range_scores() -> None:
    c, t, d = coupling.coordination([[0.0, 0.5], [0.0, 0.0], [np.nan, 0.5]])
    assert c[0] == 0.0
    assert np.isnan(c[1])
    assert t[:2] == pytest.approx([0.25, 0.0])
    assert d[:2] == pytest.approx([0.0, 0.0])
    assert np.isnan(c[2])
    wang = coupling.degree_wang([[0.0, 0.5], [0.0, 0.0]])
    assert wang[0] == 0.0
    assert np.isnan(wang[1])
    with pytest.raises(DataError, match="negative"):
        coupling.degree([[-0.1, 0.5]])
    with pytest.raises(DataError, match="exceeds 1"):
        coupling.coordination([[1.5, 0.5]])
    with pytest.raises(SpecError, match="two subsystems"):
        coupling.degree([[0.5], [0.6]])
    with pytest.raises(SpecError, match="choose one of standard"):
        coupling.coordination([[0.5, 0.5]], form="tang")
    with pytest.raises(SpecError, match="at least 2"):
        coupling.degree_liao([[0.5, 0.5]], power=1)


def test_levels_in_both_conventions() -> None:
    d = np.array([0.0, 0.1, 0.1 + 0.2, 0.3, 0.55, 1.0, np.nan])
    nan = np.nan
    np.testing.assert_array_equal(coupling.levels(d), [1, 2, 4, 4, 6, 10, nan])
    np.testing.assert_array_equal(coupling.levels(d, edges="right"), [1, 1, 3, 3, 6, 10, nan])
    assert coupling.stages([0.1, 0.3, 0.5, 0.8]).tolist() == [1, 2, 3, 4]
    assert coupling.names(coupling.levels([0.95]), coupling.LEVELS, "zh").tolist() == ["优质协调"]
    assert coupling.names([0, 1], coupling.STAGES).tolist() == ["", "low coupling"]
    ratio = coupling.relative_development([[0.4, 0.5], [0.5, 0.5], [0.6, 0.4], [0.1, 0.0]])
    assert coupling.paces(ratio).tolist() == [1, 2, 3, 3]
    with pytest.raises(SpecError, match="edges"):
        coupling.levels([0.5], edges="both")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="two subsystems"):
        coupling.relative_development([[0.1, 0.2, 0.3]])


def test_high_coupling_by_construction() -> None:
    # exact: C > .8 iff min/max > 1/4, which two uniforms satisfy with probability 3/4; grid of 400 is good to .005
    assert coupling.high_share_by_construction(2) == pytest.approx(0.75, abs=0.005)
    assert coupling.high_share_by_construction(2, form="wang2021") == pytest.approx(0.24, abs=0.005)
    draws = np.random.default_rng(1).random((200_000, 3))
    simulated = (coupling.degree(draws) >= 0.8).mean()
    assert coupling.high_share_by_construction(3) == pytest.approx(simulated, abs=0.01)
    u = np.array([[0.9, 0.1], [0.8, 0.2]])
    pairs = [[a, b] for a in (0.9, 0.8) for b in (0.1, 0.2)]
    assert coupling.high_share_of_margins(u, cut=0.7) == pytest.approx((coupling.degree(pairs) >= 0.7).mean())
    three = np.random.default_rng(2).random((10, 3))
    assert 0 < coupling.high_share_of_margins(three) < 1


def test_many_rows_are_sampled_not_crossed() -> None:
    u = np.random.default_rng(0).random((5_000, 2))
    # 20,000 draws: standard error .003; uniform scores give 3/4
    assert coupling.high_share_of_margins(u) == pytest.approx(0.75, abs=0.012)


@pytest.mark.parametrize("form", ["lost_both", "square_root", "wang_lost_exponent"])
def test_further_wrong_forms_are_found_by_name(form: str) -> None:
    u = np.array([[0.8, 0.5, 0.2], [0.9, 0.3, 0.4], [0.2, 0.6, 0.7]])
    c = coupling.formula(form).compute(u, np.full(3, 1 / 3))
    product, total, largest = u.prod(axis=1), u.sum(axis=1), u.max(axis=1)
    gaps = (abs(u[:, 0] - u[:, 1]) + abs(u[:, 0] - u[:, 2]) + abs(u[:, 1] - u[:, 2])) / 3
    expected = {
        "lost_both": product / total**3,
        "square_root": np.sqrt(product / (total / 3) ** 3),
        "wang_lost_exponent": np.sqrt((1 - gaps) * product / largest**3),
    }[form]
    np.testing.assert_allclose(c, expected, rtol=1e-12)  # the same few products in another order
    found = which_coupling_formula(u, [f"{value:.4f}" for value in c])
    assert found.matches == (f"C by {form}",)
    assert "a wrong formula" in found.sentence()


def test_printed_values_without_a_number_are_refused() -> None:
    for blank in (float("nan"), "NaN", "inf", "-", ""):
        with pytest.raises(DataError, match="no printed number"):
            which_coupling_formula([[0.6, 0.4]], [blank])
    with pytest.raises(DataError, match="missing values"):
        which_coupling_formula([[np.nan, 0.4]], ["0.9798"])
    zero = which_coupling_formula([[0.0, 0.0]], ["0"])
    assert all(match.startswith("D by") for match in zero.matches)


def test_values_outside_the_levels_are_refused() -> None:
    for wrong in (-0.1, 1.2):
        with pytest.raises(DataError, match="lies in"):
            coupling.levels([0.5, wrong])
        with pytest.raises(DataError, match="lies in"):
            coupling.stages([wrong])
    np.testing.assert_array_equal(coupling.levels([0.0, 1.0, np.nan, 1.0 + 1e-12]), [1, 10, np.nan, 10])
    np.testing.assert_array_equal(coupling.stages([np.nan, 0.9]), [np.nan, 4])
    np.testing.assert_array_equal(coupling.paces([np.nan, np.inf]), [np.nan, 3])
    assert pd.isna(coupling.names([np.nan], coupling.LEVELS)[0])
    with pytest.raises(DataError, match="from 1 to 4"):
        coupling.names([5], coupling.STAGES)
