"""The spatial family names what made a printed number, and prints what `SpatialPanel` and its impacts print."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.convention.asked import read_target
from panelkit.audit.convention.candidate import Candidate, Predicted
from panelkit.audit.convention.distance import distances
from panelkit.audit.convention.problem import Problem
from panelkit.audit.convention.spatial.family import spatial_candidates
from panelkit.audit.convention.spatial.orders import orders_of, swaps
from panelkit.language.errors import DataError, SpecError
from tests.spatial.data import CIGAR, cigarettes, lattice, simulate


def searched(printed: dict[str, str], frame: pd.DataFrame, w: Any, formula: str, **stated: Any) -> Predicted:
    return spatial_candidates(Problem(read_target(printed), {"": frame}, formula=formula, w=w, **stated))


def first(predicted: Predicted, printed: dict[str, str]) -> tuple[Candidate, int]:
    """Return the nearest candidate, and how many different predictions miss nothing."""
    near = distances(predicted.matrix, read_target(printed))
    best = int(near.order(predicted.departures)[0])
    assert near.missed[best] == 0
    hits = np.unique(np.round(predicted.matrix[near.missed == 0], 9), axis=0)
    return predicted.candidates[best], len(hits)


@pytest.mark.parametrize(
    ("rho", "model", "convention", "mistake"),
    [
        (".229200", "sdm", "lsdv", None),
        (".226879", "sdm", "splm", None),
        (".271178", "sdm", "lee-yu", None),
        (".268820", "sdm", "elhorst", None),
        (".268375", "sdm", "lee-yu", "lag of demeaned"),
        (".266500", "sdm", "elhorst", "lag of demeaned"),
        (".189756", "sar", "splm", None),
        (".191177", "sar", "lsdv", None),
        (".221025", "sar", "lee-yu", None),
    ],
)
def test_published_rho_of_cigarettes_has_its_name(rho, model, convention, mistake):
    """METHODS 3.1 and PEERS 6.1: what makes each printed rho of the two-way Durbin model of cigarettes."""
    frame, w = cigarettes()
    printed = {"rho": "0" + rho}
    predicted = searched(printed, frame, w, CIGAR, model=model, effects="twoway", depth=1)
    found, _ = first(predicted, printed)
    axes = dict(found.axes)
    assert (axes["convention"], axes.get("mistake")) == (convention, mistake)
    assert {"window", "units", "lag"}.isdisjoint(axes)


def test_candidates_print_what_spatial_panel_prints():
    """Coefficients, errors and effects of conventions on windows and without units, one by one."""
    w = lattice(5, 4)
    frame = simulate(w, 8, np.random.default_rng(4), rho=0.4, beta=(1.0, -0.5), theta=(0.3, 0.2))
    printed = {
        "x1": "1.00 (0.10)",
        "W*x2": "0.20",
        "rho": "0.40",
        "sigma2": "1.0",
        "direct:x1": "1.0",
        "indirect:x1": "1.0",
        "total:x1": "1.0",
    }
    predicted = searched(printed, frame, w, "y ~ x1 + x2", model="sdm", depth=1)
    rng = np.random.default_rng(0)
    plain = [
        at
        for at in rng.permutation(len(predicted.candidates))[:4000]
        if predicted.candidates[int(at)].kind == "convention"
        and not {"lag", "controls", "logs", "durbin", "names"} & set(dict(predicted.candidates[int(at)].axes))
    ][:40]
    assert len(plain) == 40
    for at in map(int, plain):
        axes = dict(predicted.candidates[at].axes)
        data = frame
        if "window" in axes:
            ends = list(map(int, axes["window"].split("-")))
            data = data.loc[(slice(None), slice(*ends)), :]
        weights = w
        if "units" in axes:
            gone = int(axes["units"].removeprefix("without "))
            keep = [key for key in w.ids if key != gone]
            data, weights = data.loc[keep], w.subset(keep)
        convention, bread = axes["convention"], axes["covariance"]
        vcov = {
            "information": pk.Information(),
            "hessian": pk.Hessian(),
            "cluster information": pk.ScoreCluster(),
        }
        if bread == "cluster hessian":
            continue
        spec = pk.SpatialPanel(
            "y ~ x1 + x2",
            "sdm",
            effects=axes["effects"],
            convention=convention,
            vcov=vcov[bread.split(",")[0]],
            small_sample="n/(n-k)" in bread or bread == "cluster information",
        )
        fit = spec.fit(data, weights)
        rows = fit.tidy().set_index("term")
        effects = fit.impacts().tidy().set_index(["equation", "term"])["estimate"]
        expected = [
            rows.loc["x1", "estimate"],
            rows.loc["x1", "std_error"],
            rows.loc["x1", "estimate"] / rows.loc["x1", "std_error"],
            rows.loc["W*x2", "estimate"],
            fit.rho,
            fit.facts["sigma2"],
            *(effects[part, "x1"] for part in ("direct", "indirect", "total")),
        ]
        np.testing.assert_allclose(predicted.matrix[at], expected, rtol=1e-6, err_msg=str(axes))


def test_a_matrix_in_another_order_is_named():
    """W in alphabetical order beside rows in the order of codes: made here by position, as a careless script does."""
    rng = np.random.default_rng(9)
    w = pk.contiguity()
    frame = simulate(w, 10, rng, rho=0.5, beta=(1.0,), theta=(0.4,))
    by_code, by_name = list(w.ids), sorted(w.ids)
    dense = pd.DataFrame(w.matrix.toarray(), by_code, by_code).loc[by_name, by_name].to_numpy()
    mistaken = pk.as_weights(dense, by_code)  # rows and columns by name, taken for those by code
    fit = pk.SpatialPanel("y ~ x1", "sdm", convention="lsdv").fit(frame, mistaken)
    rows = fit.tidy().set_index("term")["estimate"]
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{rows['x1']:.5f}", "W*x1": f"{rows['W*x1']:.5f}"}
    predicted = searched(printed, frame, w, "y ~ x1", model="sdm", effects="twoway", depth=1)
    found, hits = first(predicted, printed)
    axes = dict(found.axes)
    assert hits == 1
    assert axes["convention"] == "lsdv"
    assert axes["mistake"] == "order adcode/english"


@pytest.mark.parametrize("mistake", ["W twice", "W not", "W columns"])
def test_wrongly_standardised_weights_are_named(mistake):
    rng = np.random.default_rng(10)
    shipped = pk.contiguity(normalisation="none")
    raw = pk.as_weights(shipped.matrix, shipped.ids)
    frame = simulate(raw.normalised("row"), 10, rng, rho=0.4, beta=(1.0,), theta=(0.4,))
    dense = raw.matrix.toarray()
    degrees = dense.sum(axis=1, keepdims=True)
    wrong = {"W twice": dense / degrees**2, "W not": dense, "W columns": dense / degrees.T}[mistake]
    w = pk.as_weights(wrong, list(raw.ids)).normalised("none")
    fit = pk.SpatialPanel("y ~ x1", "sar", convention="xsmle").fit(frame, w)
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{fit.tidy()['estimate'].iloc[0]:.5f}"}
    found, hits = first(searched(printed, frame, raw, "y ~ x1", depth=1, effects="twoway"), printed)
    assert dict(found.axes)["mistake"] == mistake
    assert hits == 1


def test_theta_printed_as_the_spillover_is_named():
    w = lattice(5, 5)
    frame = simulate(w, 8, np.random.default_rng(5), rho=0.4, beta=(1.0,), theta=(0.6,))
    fit = pk.SpatialPanel("y ~ x1", "sdm", convention="splm").fit(frame, w)
    rows = fit.tidy().set_index("term")["estimate"]
    printed = {
        "direct:x1": f"{rows['x1']:.4f}",
        "indirect:x1": f"{rows['W*x1']:.4f}",
        "rho": f"{fit.rho:.4f}",
    }
    found, hits = first(searched(printed, frame, w, "y ~ x1", depth=1), printed)
    assert dict(found.axes)["mistake"] == "theta as spillover"
    assert hits == 1


def test_orders_of_provinces_are_different_and_swaps_are_permutations():
    ids = list(pk.contiguity().ids)
    orders = orders_of(ids, ids, ids[::-1])
    assert {order.key for order in orders} >= {"adcode", "english", "pinyin", "chinese", "weights"}
    found = list(swaps(orders))
    assert len({tuple(one.source) for one in found}) == len(found)
    assert all(sorted(one.source) == list(range(31)) for one in found)
    identity = tuple(range(31))
    assert identity not in {tuple(one.source) for one in found}


def test_dealt_panels_scatter_about_the_printed_number():
    """Innovations dealt anew between units: as many panels of the same likelihood, so that rho scatters about rho."""
    w = lattice(5, 5)
    frame = simulate(w, 10, np.random.default_rng(6), rho=0.4, beta=(1.0,), theta=(0.6,))
    printed = {"rho": "0.400", "x1": "1.00"}
    predicted = searched(printed, frame, w, "y ~ x1", model="sdm", effects="twoway", depth=1)
    assert predicted.dealt is not None
    draws = predicted.dealt(0, np.random.default_rng(1), 200)
    assert draws.shape == (200, 2)
    np.testing.assert_array_equal(draws, predicted.dealt(0, np.random.default_rng(1), 200))
    error = float(
        pk.SpatialPanel("y ~ x1", "sdm").fit(frame, w).tidy().set_index("term").loc["rho", "std_error"]
    )
    # 200 draws know a standard deviation to 5 %; permuted innovations know that of the estimate to about a fifth
    assert draws[:, 0].std() == pytest.approx(error, rel=0.3)
    assert draws[:, 0].mean() == pytest.approx(predicted.matrix[0, 0], abs=3 * error)


def test_numbers_that_no_spatial_fit_prints_are_refused():
    w = lattice(5, 4)
    frame = simulate(w, 8, np.random.default_rng(4), beta=(1.0,))
    with pytest.raises(SpecError, match="direct error"):
        searched({"direct:x1": "0.4 (0.1)"}, frame, w, "y ~ x1")
    with pytest.raises(SpecError, match="spatial models"):
        searched({"rho": "0.4"}, frame, w, "y ~ x1", model="gspre")
    with pytest.raises(SpecError, match="effects"):
        searched({"rho": "0.4"}, frame, w, "y ~ x1", effects="random")
    with pytest.raises(SpecError, match="needs formula"):
        spatial_candidates(Problem(read_target({"rho": "0.4"}), {"": frame}, w=w))


def test_gaps_are_left_out_either_way_and_said():
    """A province that lacks one year: without the province, and without the year."""
    w = lattice(5, 4)
    frame = simulate(w, 8, np.random.default_rng(4), rho=0.3, beta=(1.0,))
    holed = frame.drop(index=[(3, 2005)]).sample(frac=1.0, random_state=1)
    expected = {
        "drop-unit": pk.SpatialPanel("y ~ x1", "sar", missing="drop-unit").fit(holed, w).rho,
        "drop-year": pk.SpatialPanel("y ~ x1", "sar", missing="drop-year").fit(holed, w).rho,
    }
    for policy, rho in expected.items():
        printed = {"rho": f"{rho:.6f}"}
        found, _ = first(
            searched(printed, holed, w, "y ~ x1", model="sar", effects="twoway", depth=1), printed
        )
        axes = dict(found.axes)
        assert (axes["gaps"], axes["convention"]) == (policy, "lee-yu")


def test_usual_weights_of_provinces_are_tried_where_none_are_given():
    """A paper on inverse squared distances: with no W at hand, the usual ones are tried, and this one is named."""
    far = pk.inverse_distance(2.0)
    frame = simulate(far, 8, np.random.default_rng(12), rho=0.4, beta=(1.0,), theta=(0.5,))
    fit = pk.SpatialPanel("y ~ x1", "sdm").fit(frame, far)
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{fit.tidy()['estimate'].iloc[0]:.5f}"}
    found, hits = first(
        searched(printed, frame, None, "y ~ x1", model="sdm", effects="twoway", depth=1), printed
    )
    axes = dict(found.axes)
    assert (axes["W"], axes["convention"], hits) == ("inverse squared", "lee-yu", 1)
    cities = frame.rename(index={name: f"unit {at}" for at, name in enumerate(far.ids)}, level="province")
    with pytest.raises(SpecError, match="need weights"):
        searched(printed, cities, None, "y ~ x1")


def test_several_weights_are_told_apart_by_name():
    near, far = pk.contiguity(), pk.inverse_distance()
    frame = simulate(near, 8, np.random.default_rng(13), rho=0.4, beta=(1.0,))
    fit = pk.SpatialPanel("y ~ x1", "sar", convention="lsdv").fit(frame, far)
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{fit.tidy()['estimate'].iloc[0]:.5f}"}
    weights = {"by borders": near, "by distance": far}
    found, _ = first(
        searched(printed, frame, weights, "y ~ x1", model="sar", effects="twoway", depth=1), printed
    )
    assert dict(found.axes)["W"] == "by distance"


def test_rows_by_unit_read_as_rows_by_period_are_named():
    """A long table by unit that a program reads as one by period, W and all: written here with a loop."""
    w = lattice(4, 4)
    frame = simulate(w, 6, np.random.default_rng(14), rho=0.4, beta=(1.0,), theta=(0.5,))
    n, t = w.n, 6
    flat = frame.sort_index()
    periods = pd.MultiIndex.from_tuples(
        [(w.ids[row % n], 2001 + row // n) for row in range(n * t)], names=["province", "year"]
    )
    fit = pk.SpatialPanel("y ~ x1", "sdm", convention="splm").fit(flat.set_axis(periods), w)
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{fit.tidy()['estimate'].iloc[0]:.5f}"}
    found, hits = first(
        searched(printed, frame, w, "y ~ x1", model="sdm", effects="twoway", depth=1), printed
    )
    assert dict(found.axes)["mistake"].startswith("stacked")
    assert hits == 1


def test_rho_and_lambda_together_are_refused_with_the_remedy():
    w = lattice(4, 4)
    frame = simulate(w, 6, np.random.default_rng(14), beta=(1.0,))
    with pytest.raises(SpecError, match="SAC"):
        searched({"rho": "0.4", "lambda": "0.1"}, frame, w, "y ~ x1")


def test_weights_of_thirty_provinces_beside_figures_of_thirty_one():
    """W without Tibet: the paper without Tibet is found, and whom W does not know is said."""
    w = pk.contiguity("no_tibet")
    frame = simulate(pk.contiguity(), 6, np.random.default_rng(15), rho=0.4, beta=(1.0,))
    fit = pk.SpatialPanel("y ~ x1", "sar").fit(frame.drop("Tibet", level=0), w)
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{fit.tidy()['estimate'].iloc[0]:.5f}"}
    for where, wanted in ((None, {"units": "without Tibet"}), ("province != 'Tibet'", {})):
        predicted = searched(printed, frame, w, "y ~ x1", model="sar", effects="twoway", depth=1, where=where)
        found, _ = first(predicted, printed)
        axes = dict(found.axes)
        assert axes["convention"] == "lee-yu"
        assert {key: axes[key] for key in ("units", "mistake") if key in axes} == wanted
        assert any("Tibet" in str(said) for said in predicted.notes)
    zh = frame.rename(index={"Beijing": "北京", "Hebei": "河北省"}, level=0)
    again = searched(printed, zh, w, "y ~ x1", model="sar", effects="twoway", depth=1)
    assert first(again, printed)[0].axes[:3] == first(predicted, printed)[0].axes[:3]


def test_orders_are_told_where_a_condition_leaves_units_out():
    raw = pk.contiguity()
    frame = simulate(raw, 8, np.random.default_rng(16), rho=0.4, beta=(1.0,), theta=(0.4,))
    part, w = frame.drop("Tibet", level=0), pk.contiguity("no_tibet")
    by_name = w.aligned(sorted(w.ids))
    fit = pk.SpatialPanel("y ~ x1", "sdm", convention="lsdv").fit(part, pk.as_weights(by_name.matrix, w.ids))
    printed = {"rho": f"{fit.rho:.5f}", "x1": f"{fit.tidy()['estimate'].iloc[0]:.5f}"}
    options = {"model": "sdm", "effects": "twoway", "depth": 1, "where": "province != 'Tibet'"}
    found, hits = first(searched(printed, frame, raw, "y ~ x1", **options), printed)
    assert (dict(found.axes)["mistake"], hits) == ("order adcode/english", 1)


def test_weights_of_other_units_are_refused_by_name():
    w = lattice(4, 4)
    frame = simulate(w, 6, np.random.default_rng(14), beta=(1.0,))
    other = w.relabelled({key: f"other {key}" for key in w.ids})
    with pytest.raises(DataError, match="other 0"):
        searched({"rho": "0.4"}, frame, other, "y ~ x1")


def test_the_whole_search_finds_a_printed_column_and_nothing_where_nothing_is():
    """Four decimals, errors in brackets, p-values in brackets; then the same column on other figures."""
    w = lattice(5, 4)
    frame = simulate(w, 8, np.random.default_rng(17), rho=0.4, beta=(1.0, -0.5), theta=(0.3, 0.2))
    fit = pk.SpatialPanel("y ~ x1 + x2", "sdm", convention="xsmle", vcov=pk.ScoreCluster()).fit(frame, w)
    rows = fit.tidy().set_index("term")
    options = {"formula": "y ~ x1 + x2", "w": w, "model": "sdm", "effects": "twoway", "depth": 1}
    for column, brackets in (("std_error", None), ("p_value", "p")):
        cells = {
            name: f"{rows.loc[name, 'estimate']:.4f} ({rows.loc[name, column]:.4f})"
            for name in ("x1", "W*x2", "rho")
        }
        found = pk.find_convention(cells, frame, brackets=brackets, **options)
        assert found.state == "found"
        axes = dict(found.best.candidate.axes)
        assert (axes["convention"], axes["covariance"]) == ("splm", "cluster hessian")
    other = simulate(w, 8, np.random.default_rng(18), rho=0.4, beta=(1.0, -0.5), theta=(0.3, 0.2))
    assert pk.find_convention(cells, other, brackets="p", **options).state == "none"
    assert pk.find_convention({"rho": "0.4"}, frame, **options).state in ("too few digits", "none")


def test_samples_that_leave_nobody_a_neighbour_are_not_tried():
    """A chain of which every second unit has gaps, so that nobody left is another's neighbour."""
    n = 10
    chain = np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    w = pk.as_weights(chain, list(range(n)))
    frame = simulate(w.normalised("row"), 6, np.random.default_rng(19), rho=0.3, beta=(1.0,))
    holed = frame.drop(index=[(unit, 2004) for unit in range(1, n, 2)])
    predicted = searched({"rho": "0.3"}, holed, w, "y ~ x1", model="sar", effects="twoway", depth=1)
    assert {dict(one.axes).get("gaps", "drop-year") for one in predicted.candidates} == {"drop-year"}
