"""Structure indices against hand-computed values, brute force and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from panelkit.indices.arrays import structure
from panelkit.language.errors import DataError, SpecError
from tests.stored import worked

TOL = 1e-6  # the reference prints at least seven digits

positive = arrays(float, (5, 3), elements=st.floats(0.1, 1e4))


def test_structure_oracle() -> None:
    entry = worked("structure")
    given_, out = entry["inputs"], entry["outputs"]
    s1, labour, s0 = given_["s1"], given_["L"], given_["s0"]
    assert structure.advancement(s1) == pytest.approx(out["TS"], abs=TOL)
    assert structure.hierarchy(s1) == pytest.approx(out["H"], abs=TOL)
    assert structure.rationalisation(s1, labour) == pytest.approx(out["TL"], abs=TOL)
    assert structure.cosine_angle(s1) == pytest.approx(out["fu"], abs=TOL)
    assert structure.cosine_angle(s0) == pytest.approx(out["fu_s0"], abs=TOL)
    assert structure.moore(s0, s1, form="cosine") == pytest.approx(out["moore"], abs=TOL)
    assert structure.moore(s0, s1, form="degrees") == pytest.approx(out["moore_deg"], abs=TOL)


def test_printed_values_of_the_methods_table() -> None:
    s1, labour, s0 = (0.1, 0.4, 0.5), (0.3, 0.3, 0.4), (0.2, 0.45, 0.35)
    assert structure.deviation(s1, labour) == pytest.approx(1.25)
    assert structure.deviation(s1, labour, weighted=True) == pytest.approx(0.325)
    assert structure.shift(s0, s1) == pytest.approx(0.15)
    assert structure.sector_angles(s1) == pytest.approx([1.415874, 0.905600, 0.689575], abs=TOL)
    assert structure.similarity([[0.2, 0.5, 0.3], [0.1, 0.4, 0.5]])[0, 1] == pytest.approx(
        0.92615842, abs=1e-8
    )


def test_cosine_angle_runs_from_all_primary_to_all_tertiary() -> None:
    assert structure.cosine_angle([1, 0, 0]) == pytest.approx(1.5 * math.pi)
    assert structure.cosine_angle([0, 0, 1]) == pytest.approx(2.5 * math.pi)


def test_krugman_oracle() -> None:
    entry = worked("krugman")
    levels, out = entry["inputs"], entry["outputs"]
    assert structure.krugman(levels, reference="pooled") == pytest.approx(out["pooled"], abs=TOL)
    assert structure.krugman(levels, reference="rest") == pytest.approx(out["rest"], abs=TOL)
    assert structure.krugman_pairs(levels)[0, 1] == pytest.approx(out["pair01"], abs=TOL)
    assert structure.location_quotient(levels)[0] == pytest.approx(out["LQ0"], abs=TOL)
    assert structure.herfindahl(levels) == pytest.approx([0.38, 0.36, 0.46])
    symmetric = structure.location_quotient(levels, symmetric=True)[0]
    assert symmetric == pytest.approx([(q - 1) / (q + 1) for q in out["LQ0"]], abs=TOL)


def test_rationalisation_keeps_sign_and_zeros_right() -> None:
    value, labour = [[0.0, 50.0, 50.0]], [[20.0, 40.0, 40.0]]
    expected = math.log(0.5 / 0.4)
    assert structure.rationalisation(value, labour) == pytest.approx([expected])
    assert structure.rationalisation(value, labour, form="negative") == pytest.approx([-expected])
    assert structure.rationalisation(value, labour, form="bounded") == pytest.approx([1 / (1 + expected)])
    with pytest.warns(UserWarning, match="explodes"):
        assert structure.rationalisation(value, labour, form="inverse") == pytest.approx([1 / expected])
    with pytest.raises(DataError, match="no employment"):
        structure.rationalisation([[10, 50, 40]], [[0, 50, 50]])
    with pytest.raises(SpecError, match="form"):
        structure.rationalisation(value, labour, form="log")  # type: ignore[arg-type]


def test_swapping_value_added_and_employment_gives_another_number() -> None:
    y, labour = [0.1, 0.4, 0.5], [0.3, 0.3, 0.4]
    assert structure.rationalisation(y, labour) != pytest.approx(float(structure.rationalisation(labour, y)))


@pytest.mark.parametrize(
    ("levels", "message"),
    [([[1.0, -1.0, 2.0]], "not negative"), ([[0.0, 0.0, 0.0]], "all zero"), ([3.0], "two sectors")],
)
def test_impossible_structures_are_refused(levels: list[object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        structure.hierarchy(levels)


def test_traps_are_refused_by_name() -> None:
    with pytest.raises(DataError, match="secondary sector"):
        structure.advancement([[1.0, 0.0, 1.0]])
    with pytest.raises(DataError, match="employment, which is zero"):
        structure.deviation([[1, 1, 1]], [[1, 0, 1]])
    with pytest.raises(DataError, match="no region has industry"):
        structure.location_quotient([[1, 0], [2, 0]])
    with pytest.raises(DataError, match="at least two regions"):
        structure.krugman([[1, 2]])
    with pytest.raises(DataError, match="must be equal"):
        structure.moore([1, 2], [1, 2, 3])
    with pytest.raises(DataError, match="three sectors"):
        structure.advancement([[1, 2, 3, 4]])


def test_a_missing_sector_gives_a_missing_index() -> None:
    levels = [[1.0, np.nan, 1.0], [1.0, 1.0, 1.0]]
    for value in (
        structure.hierarchy(levels),
        structure.cosine_angle(levels),
        structure.rationalisation(levels, [[1, 1, 1], [1, 1, 1]]),
    ):
        assert np.isnan(value[0])
        assert np.isfinite(value[1])


def test_one_region_and_no_change() -> None:
    assert structure.moore([1, 2, 3], [2, 4, 6]) == pytest.approx(0.0, abs=1e-12)
    assert structure.herfindahl([1, 1, 1, 1], normalised=True) == pytest.approx(0.0)
    assert structure.krugman([[1, 2]], reference="pooled") == pytest.approx([0.0])


@given(positive, st.floats(0.01, 100))
def test_structure_ignores_the_unit_of_measurement(levels: np.ndarray, factor: float) -> None:
    for index in (structure.hierarchy, structure.cosine_angle, structure.advancement, structure.herfindahl):
        assert index(levels * factor) == pytest.approx(index(levels), rel=1e-9)  # type: ignore[operator]
    assert structure.krugman(levels * factor) == pytest.approx(structure.krugman(levels), abs=1e-9)


@given(positive, positive)
def test_bounds_hold(value_added: np.ndarray, labour: np.ndarray) -> None:
    assert (structure.rationalisation(value_added, labour) >= 0).all()
    assert ((structure.hierarchy(value_added) >= 1) & (structure.hierarchy(value_added) <= 3)).all()
    angle = structure.cosine_angle(value_added)
    assert ((angle >= 1.5 * math.pi - 1e-9) & (angle <= 2.5 * math.pi + 1e-9)).all()
    assert ((structure.krugman(value_added) >= 0) & (structure.krugman(value_added) <= 2)).all()
    assert ((structure.similarity(value_added) >= 0) & (structure.similarity(value_added) <= 1)).all()
    turned = structure.moore(value_added, labour)
    assert np.cos(turned) == pytest.approx(structure.moore(value_added, labour, form="cosine"), abs=1e-9)


@given(positive, st.permutations(range(3)))
def test_symmetric_indices_ignore_the_order_of_industries(levels: np.ndarray, order: list[int]) -> None:
    mixed = levels[:, order]
    assert structure.herfindahl(mixed) == pytest.approx(structure.herfindahl(levels))
    assert structure.krugman(mixed) == pytest.approx(structure.krugman(levels))
    assert structure.similarity(mixed) == pytest.approx(structure.similarity(levels))


def test_duplicated_region_leaves_pooled_comparison_but_not_the_rest() -> None:
    levels = np.array([[20, 30, 50], [40, 40, 20.0]])
    twice = np.vstack([levels, levels])
    assert structure.krugman(twice, reference="pooled")[:2] == pytest.approx(
        structure.krugman(levels, reference="pooled")
    )
    assert structure.krugman(twice)[0] < structure.krugman(levels)[0]
