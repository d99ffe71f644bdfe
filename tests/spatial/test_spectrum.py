"""Log-determinants and traces: eigenvalues, sparse LU and Chebyshev against dense algebra."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from panelkit.language.errors import SpecError
from panelkit.spatial import provincial
from panelkit.spatial.spectrum import ChebyshevSpectrum, EigenSpectrum, build_spectrum, symmetriser
from tests.spatial.data import lattice


@pytest.mark.parametrize("rho", [-0.9, -0.2, 0.3, 0.95])
@pytest.mark.parametrize("method", ["eigen", "lu"])
def test_exact_methods_equal_dense_algebra(method: str, rho: float) -> None:
    w = provincial.contiguity().matrix
    s = build_spectrum(w, method)
    dense = np.eye(31) - rho * w.toarray()
    g = w.toarray() @ np.linalg.inv(dense)
    assert s.logdet(rho) == pytest.approx(np.linalg.slogdet(dense)[1], rel=1e-10, abs=1e-11)
    rel = 1e-9 if method == "eigen" else 1e-4  # LU traces are fourth-order differences of the log-determinant
    assert s.trace_g(rho) == pytest.approx(np.trace(g), rel=rel)
    assert s.trace_gg(rho) == pytest.approx(np.trace(g @ g), rel=10 * rel)


def test_asymmetric_weights_have_complex_eigenvalues_and_real_answers() -> None:
    w = provincial.nearest(3).matrix
    assert symmetriser(w) is None
    s = build_spectrum(w)
    assert isinstance(s, EigenSpectrum)
    assert np.iscomplexobj(s.values)
    dense = np.eye(31) - 0.4 * w.toarray()
    assert s.logdet(0.4) == pytest.approx(np.linalg.slogdet(dense)[1], rel=1e-10)
    with pytest.raises(SpecError, match="similar to a symmetric"):
        build_spectrum(w, "chebyshev")


def test_symmetric_form_is_found_from_a_row_standardised_matrix() -> None:
    w = provincial.inverse_distance().matrix
    values = build_spectrum(w).values
    assert not np.iscomplexobj(values)
    assert np.allclose(np.sort(values), np.sort(np.linalg.eigvals(w.toarray()).real), atol=1e-10)


def test_chebyshev_is_right_within_its_reported_error() -> None:
    w = lattice(40, 40).matrix
    exact, rough = build_spectrum(w, "lu"), build_spectrum(w, "chebyshev", rng=3)
    assert isinstance(rough, ChebyshevSpectrum)
    for rho in (-0.5, 0.3, 0.7, 0.9):
        error = rough.logdet_error(rho)
        # four standard errors: one in 16,000 seeds would fail
        assert abs(rough.logdet(rho) - exact.logdet(rho)) < 4 * error + 1e-9
        assert abs(rough.trace_g(rho) - exact.trace_g(rho)) < 4 * rough.trace_g_error(rho) + 1e-3
        assert error < 0.005 * w.shape[0]


def test_chebyshev_expansion_itself_is_exact() -> None:
    # with the exact moments tr T_k in place of probes only the truncation at order 200 is left
    w = lattice(6, 7)
    values = build_spectrum(w.matrix, "eigen").values
    moments = np.cos(np.outer(np.arange(201), np.arccos(np.clip(values, -1, 1)))).sum(axis=1)
    s = ChebyshevSpectrum(42, 1.0, np.vstack([moments, moments]))
    for rho in (-0.8, 0.5, 0.95):
        assert s.logdet(rho) == pytest.approx(np.log(1 - rho * values).sum(), rel=1e-9)
        assert s.trace_g(rho) == pytest.approx((values / (1 - rho * values)).sum(), rel=1e-8)


def test_methods_are_chosen_by_size_and_checked() -> None:
    assert isinstance(build_spectrum(lattice(5, 5).matrix), EigenSpectrum)
    assert type(build_spectrum(lattice(35, 35).matrix)).__name__ == "LuSpectrum"
    with pytest.raises(SpecError, match="auto, eigen, lu or chebyshev"):
        build_spectrum(sparse.csr_array((3, 3)), "magic")
