"""Array functions read nullable, Arrow, polars, masked and object columns, NA as NaN, or refuse in words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from panelkit.indices.arrays import (
    aggregate,
    convergence,
    coupling,
    density,
    inequality,
    markov,
    normalise,
    structure,
    uncertainty,
    weights,
)
from panelkit.indices.panels.coordination import which_coupling_formula
from panelkit.language.errors import DataError, PanelkitError

LABELS = np.repeat(np.arange(4), 5)
RING = (np.roll(np.eye(20), 1, 0) + np.roll(np.eye(20), -1, 0)) / 2.0
GROUPS = ["a", "b"] * 10

Function = Callable[[Any], Any]
MATRIX: dict[str, Function] = {
    **{
        f"structure.{name}": getattr(structure, name)
        for name in ("shares", "advancement", "hierarchy", "sector_angles", "cosine_angle", "location_quotient",
                     "krugman", "krugman_pairs", "herfindahl", "similarity")
    },
    "structure.rationalisation": lambda x: structure.rationalisation(x, np.ones((20, 3))),
    "structure.deviation": lambda x: structure.deviation(np.ones((20, 3)), x),
    "structure.moore": lambda x: structure.moore(x, np.ones((20, 3))),
    "structure.shift": lambda x: structure.shift(np.ones((20, 3)), x),
    **{f"aggregate.{name}": getattr(aggregate, name)
       for name in ("linear", "geometric", "grey_relational", "obstacle")},
    "aggregate.topsis": lambda x: aggregate.topsis(x).closeness,
    **{f"normalise.{name}": getattr(normalise, name) for name in ("minmax", "zscore", "vector", "ranks")},
    "normalise.minmax, groups": lambda x: normalise.minmax(x, groups=LABELS),
    "normalise.to_optimum": lambda x: normalise.to_optimum(x, [0.5, 0.4, 0.3]),
    **{f"weights.{name}": getattr(weights, name) for name in ("entropies", "entropy", "critic", "variation", "pca")},
    "weights.loadings": lambda x: weights.loadings(x)[1],
    "weights.entropy_by_year": lambda x: weights.entropy_by_year(x, LABELS)[1],
    "weights.scatter": lambda x: weights.scatter(x, LABELS),
    "weights.bootstrap_entropy": lambda x: weights.bootstrap_entropy(x, LABELS, np.ones((2, 4))),
    **{f"coupling.{name}": getattr(coupling, name)
       for name in ("degree", "degree_wang", "degree_liao", "development", "high_share_of_margins")},
    "coupling.coordination": lambda x: np.stack(coupling.coordination(x)),
    "coupling.order_degree": lambda x: coupling.order_degree(x, 0.0, 1.0),
    "coupling.synergy": lambda x: coupling.synergy(np.full((20, 3), 0.5), x),
    "which_coupling_formula": lambda x: which_coupling_formula(x, ["0.9"] * 20).table["agree"],
    "markov.quantile_cutoffs": lambda x: markov.quantile_cutoffs(x, 3),
    "markov.classify": lambda x: markov.classify(x, [0.3, 0.6]),
    "markov.spatial_markov": lambda x: markov.spatial_markov(x, RING, k=2).lag_counts,
    "markov.probabilities": markov.probabilities,
    "convergence.sigma": convergence.sigma,
    "convergence.growth": lambda x: np.stack(convergence.growth(x, 2.0)),
    "uncertainty.kendall_w": lambda x: uncertainty.kendall_w(x).statistic,
    "uncertainty.scores": lambda x: uncertainty.scores(x, np.eye(3)),
}  # fmt: skip
VECTOR: dict[str, Function] = {
    **{
        f"inequality.{name}": getattr(inequality, name)
        for name in ("gini", "theil", "atkinson", "variation", "herfindahl", "top_share")
    },
    "inequality.gini, weights": lambda x: inequality.gini(np.arange(1.0, 21.0), x),
    "inequality.decompose_theil": lambda x: inequality.decompose_theil(x, GROUPS).total,
    "inequality.decompose_dagum": lambda x: inequality.decompose_dagum(x, GROUPS).total,
    "density.bandwidth": density.bandwidth,
    "density.kernel_density": lambda x: density.kernel_density(x)[1],
    "convergence.trend": lambda x: convergence.trend(x).statistic,
    "convergence.half_life": convergence.half_life,
    "coupling.levels": coupling.levels,
    "coupling.stages": coupling.stages,
    "coupling.paces": coupling.paces,
    "weights.concentration": weights.concentration,
    "aggregate.linear, weights": lambda x: aggregate.linear(np.ones((2, 20)), x),
    "aggregate.grey, reference": lambda x: aggregate.grey_relational(np.eye(20), x),
}


def scores() -> np.ndarray:
    """Return twenty rows of three columns in (0, 1)."""
    return np.random.default_rng(3).uniform(0.05, 0.95, (20, 3)).round(3)


def _masked(x: np.ndarray) -> Any:
    return np.ma.masked_invalid(x)


def _decimals(x: np.ndarray) -> Any:
    out = np.array([None if np.isnan(v) else Decimal(str(v)) for v in x.ravel()], dtype=object)
    return out.reshape(x.shape)


def _with_na(x: np.ndarray) -> Any:
    cells = np.where(np.isnan(x), pd.NA, x.astype(object))
    return cells.tolist()


def _nullable(x: np.ndarray) -> Any:
    return pd.DataFrame(x).astype("Float64") if x.ndim == 2 else pd.Series(x).astype("Float64")


def _on_arrow(x: np.ndarray) -> Any:
    dtype = pd.ArrowDtype(pa.float64())
    return pd.DataFrame(x).astype(dtype) if x.ndim == 2 else pd.Series(x, dtype=dtype)


def _polars(x: np.ndarray) -> Any:
    held = [[None if np.isnan(v) else v for v in column] for column in np.atleast_2d(x.T)]
    return pl.DataFrame(held, schema=["p", "q", "r"]) if x.ndim == 2 else pl.Series(held[0])


def _arrow(x: np.ndarray) -> Any:
    held = [[None if np.isnan(v) else v for v in column] for column in np.atleast_2d(x.T)]
    return pa.table(dict(zip("pqr", held, strict=True))) if x.ndim == 2 else pa.chunked_array([held[0]])


ROADS = [_masked, _decimals, _with_na, _nullable, _on_arrow, _polars, _arrow]
ALL = [*((name, f, 2) for name, f in MATRIX.items()), *((name, f, 1) for name, f in VECTOR.items())]


def outcome(function: Function, values: Any) -> Any:
    """Return the numbers of a call, or the words of its refusal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.asarray(function(values), dtype=float)
        except PanelkitError as error:
            return str(error)


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__.strip("_"))
@pytest.mark.parametrize("hole", [False, True], ids=["whole", "hole"])
def test_every_function_on_every_kind_of_column(road: Callable[[np.ndarray], Any], hole: bool) -> None:
    for name, function, dimensions in ALL:
        values = scores() if dimensions == 2 else scores()[:, 0]
        if hole:
            values[7] = np.nan
        right, got = outcome(function, values), outcome(function, road(values))
        if isinstance(right, str):
            assert hole, f"{name}: {right}"
            assert got == right, name
        else:
            np.testing.assert_allclose(got, right, rtol=1e-12, equal_nan=True, err_msg=name)


@pytest.mark.parametrize(
    "cell", ["1.5", "n/a", 1j, np.datetime64("2010-01-01"), pd.Timestamp("2010-01-01"), [1.0]], ids=repr
)
def test_every_function_refuses_what_is_no_number_in_words(cell: Any) -> None:
    for name, function, dimensions in ALL:
        values = scores().astype(object) if dimensions == 2 else scores()[:, 0].astype(object)
        values.flat[4] = cell
        got = outcome(function, values)
        assert isinstance(got, str), name
        assert "only numbers can be read" in got, f"{name}: {got}"


@pytest.mark.parametrize("dtype", ["Int64", "boolean", bool, np.int8, "int64[pyarrow]", "bool[pyarrow]"])
def test_whole_numbers_and_truth_values_count(dtype: Any) -> None:
    bits = np.array([0, 1, 1, 0, 1, 1, 1, 0])
    right = inequality.gini(bits.astype(float))
    assert inequality.gini(pd.Series(bits).astype(dtype)) == right
    frame = pd.DataFrame({"a": bits, "b": 1 - bits}).astype(dtype)
    np.testing.assert_array_equal(normalise.minmax(frame), normalise.minmax(frame.astype(float)))


@pytest.mark.parametrize(
    "labels", [pd.Series(LABELS, dtype="Int64"), pl.Series(LABELS), pd.Series(LABELS).astype(str)]
)
def test_labels_of_rows_may_be_of_any_kind(labels: Any) -> None:
    right = weights.entropy_by_year(scores(), LABELS)[1]
    np.testing.assert_array_equal(weights.entropy_by_year(scores(), labels)[1], right)
    np.testing.assert_array_equal(
        normalise.minmax(scores(), groups=labels), normalise.minmax(scores(), groups=LABELS)
    )


def test_missing_labels_are_refused_by_position() -> None:
    holed = pd.Series(LABELS, dtype="Int64").mask(LABELS == 3)
    for call in (
        lambda: weights.entropy_by_year(scores(), holed),
        lambda: normalise.zscore(scores(), groups=holed),
        lambda: weights.scatter(scores(), holed),
        lambda: weights.bootstrap_entropy(scores(), holed, np.ones((1, 3))),
    ):
        with pytest.raises(DataError, match="no label at position 15, 16"):
            call()
    with pytest.raises(DataError, match="none missing"):
        inequality.decompose_theil(scores()[:, 0], holed)


def test_cutoffs_and_ranks_refuse_the_missing() -> None:
    with pytest.raises(DataError, match="missing or infinite values at position 1"):
        markov.classify(scores(), [0.3, np.nan])
    with pytest.raises(PanelkitError, match="rise from class to class"):
        markov.classify(scores(), [0.6, 0.3])
    with pytest.raises(DataError, match="no rank"):
        uncertainty.rank(np.array([[0.1, np.nan]]))
    with pytest.raises(DataError, match="missing values"):
        markov.transitions(pd.DataFrame({"a": [0, 1], "b": [1, pd.NA]}), 2)
    moves = pd.DataFrame({"a": [0, 1], "b": [1, 0]}, dtype="Int64")
    np.testing.assert_array_equal(markov.transitions(moves, 2), [[0, 1], [1, 0]])


def test_masked_labels_are_missing_labels() -> None:
    x = np.random.default_rng(0).uniform(0.1, 0.9, (12, 3))
    groups = np.ma.array(np.repeat([1, 2, 3], 4), mask=[0] * 11 + [1])
    for call in (
        lambda: inequality.decompose_dagum(x[:, 0], groups),
        lambda: normalise.minmax(x, groups=groups),
        lambda: weights.scatter(x, groups),
        lambda: weights.entropy_by_year(x, groups),
    ):
        with pytest.raises(DataError, match="no label at position 11|none missing"):
            call()


def test_years_in_cells_stay_numbers() -> None:
    x = np.random.default_rng(0).uniform(0.1, 0.9, (12, 3))
    plain = np.repeat([9, 10, 11], 4)
    years, right = weights.entropy_by_year(x, plain)
    for kind in (
        plain.astype(object),
        [Decimal(int(year)) for year in plain],
        pd.Series(plain, dtype=object),
    ):
        held, got = weights.entropy_by_year(x, kind)
        assert held.tolist() == years.tolist() == [9, 10, 11]
        np.testing.assert_array_equal(got, right)


def test_draws_of_any_kind_are_ranked_and_compared() -> None:
    draws = np.random.default_rng(0).uniform(size=(8, 3))
    for kind in (draws.tolist(), pd.DataFrame(draws).astype("Float64"), np.ma.array(draws)):
        np.testing.assert_array_equal(uncertainty.rank(kind), uncertainty.rank(draws))
        np.testing.assert_array_equal(
            uncertainty.pair_probabilities(kind), uncertainty.pair_probabilities(draws)
        )
    draws[2, 1] = np.nan
    for call in (
        lambda: uncertainty.pair_probabilities(draws),
        lambda: uncertainty.kendall_tau(draws, [0, 1, 2]),
        lambda: uncertainty.probability_of_order(draws, [0, 1, 2]),
        lambda: uncertainty.rank(draws),
        lambda: uncertainty.rank_counts(draws, np.ones((2, 3)) / 3),
        lambda: uncertainty.bootstrap_weights(draws, 5, 0),
    ):
        with pytest.raises(DataError):
            call()
