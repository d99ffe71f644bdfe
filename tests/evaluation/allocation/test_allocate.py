"""The door for panels: what stands in the result, the same by other roads, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.evaluation.allocation.water_filling import only, water_fill
from panelkit.language.errors import DataError, PanelkitError, SpecError
from tests.evaluation.allocation.made import ETA, LINKS, panel

GIVEN = {"first": 0.3, "second": 0.6}


def test_the_optimum_is_that_of_its_parts() -> None:
    data = panel()
    found = pk.allocate(data, LINKS, reps=0, balance_weight=0.0)
    fits = [pk.FixedEffects(f"log(y{k}) ~ log(x{k})").fit(data) for k in (1, 2)]
    last = data.xs(2018, level="year")
    money, made = (last[[f"{name}1", f"{name}2"]].to_numpy() for name in ("x", "y"))
    eta = np.array([fit.estimates[0] for fit in fits])
    technology = Technology.calibrated(money, made, eta, np.array([0.5, 0.5]))
    alone = only(water_fill(technology, Bounds(0.5 * money, 2.0 * money, float(money.sum()))))
    assert found.optimal == pytest.approx(alone.x, rel=1e-12)
    assert found.chain.elasticity == pytest.approx(eta)
    errors = [fit.std_errors.iloc[0] for fit in fits]
    # the joint jackknife has CRV3 on its diagonal
    assert np.sqrt(np.diag(found.chain.covariance)) == pytest.approx(errors, rel=1e-9)
    assert found.met.worst < 1e-10
    assert found.gain.apparent == pytest.approx(float(technology.index(alone.x)) - 1.0)


def test_the_joint_covariance_is_the_jackknife_of_both_links() -> None:
    data = panel(6, 5)
    found = pk.allocate(data, LINKS, reps=0)
    left = []
    for city in data.index.unique("city"):
        rest = data.drop(city, level="city")
        left.append([pk.FixedEffects(f"log(y{k}) ~ log(x{k})").fit(rest).estimates[0] for k in (1, 2)])
    off = np.array(left) - found.chain.elasticity
    assert found.chain.covariance == pytest.approx(5 / 6 * off.T @ off, rel=1e-8)


def test_tables_agree_with_each_other() -> None:
    found = pk.allocate(panel(), LINKS, reps=50, rng=1)
    cells, units, links = found.cells(), found.by_unit(), found.by_link()
    for part, level in ((units, "unit"), (links, "link")):
        sums = cells.groupby(level=level, sort=False)[["actual", "optimal"]].sum()
        assert part[["actual", "optimal"]].to_numpy() == pytest.approx(sums.to_numpy())
    assert found.optimal.sum() == pytest.approx(found.chain.spending.sum())
    assert ((cells["low"] <= cells["high"]) & (cells["more"] + cells["less"] <= 1.0)).all()
    named = cells[cells["conclusion"] != "open"]
    assert (named[["more", "less"]].max(axis=1) >= 0.975).all()
    assert len(named) == len(found.surviving())
    assert list(found.tidy()["unit"].unique()) == list(found.chain.units)
    moved = found.moved()
    half = 0.5 * np.abs(cells["optimal"] - cells["actual"]).sum() / cells["actual"].sum()
    assert moved.loc["all", "moved"] == pytest.approx(half)
    rivals = found.rivals()
    assert rivals.loc["optimal", "output"] >= rivals["output"].drop("optimal").max() - 1e-2
    assert rivals.loc["optimal", "gini"] < rivals.loc["actual", "gini"]
    assert (np.diff(found.frontier()["imbalance"]) <= 1e-9).all()
    assert found.curve.monotone


def test_the_same_seed_gives_the_same_numbers() -> None:
    data = panel()
    one, two = (pk.allocate(data, LINKS, reps=20, rng=7) for _ in range(2))
    other = pk.allocate(data.sample(frac=1.0, random_state=0), LINKS, reps=20, rng=7)
    assert one.cells().equals(two.cells())
    assert other.cells().to_numpy()[:, :7].astype(float) == pytest.approx(
        one.cells().to_numpy()[:, :7].astype(float), rel=1e-9
    )
    assert not one.cells().equals(pk.allocate(data, LINKS, reps=20, rng=8).cells())


def test_units_and_outputs_of_any_scale_give_the_same_shares() -> None:
    data = panel()
    scaled = data.assign(y1=1e6 * data["y1"], x1=1e4 * data["x1"], x2=1e4 * data["x2"])
    one, two = (pk.allocate(frame, LINKS, elasticities=GIVEN, reps=0) for frame in (data, scaled))
    assert two.optimal == pytest.approx(1e4 * one.optimal, rel=1e-9)


def test_given_elasticities_need_no_years_and_their_covariance_is_drawn() -> None:
    data = panel().xs(2018, level="year", drop_level=False)
    point = pk.allocate(data, LINKS, elasticities=GIVEN, reps=0)
    assert point.draws is None
    assert np.isnan(point.gain.corrected)
    drawn = pk.allocate(
        data, LINKS, elasticities=GIVEN, covariance=np.diag([0.02**2, 0.03**2]), reps=2000, rng=0
    )
    assert drawn.draws is not None
    spread = drawn.draws.technology.elasticity.std(axis=0)
    # 2,000 draws of a normal: the deviation is off by 1.6 % in one of three
    assert spread == pytest.approx([0.02, 0.03], rel=0.06)
    assert drawn.optimal == pytest.approx(point.optimal)


def test_effects_take_the_error_of_the_year_out() -> None:
    data = panel(noise=0.3)
    fits = [pk.FixedEffects(f"log(y{k}) ~ log(x{k})").fit(data) for k in (1, 2)]
    found = pk.allocate(data, LINKS, calibrate="effects", reps=30)
    fitted = np.column_stack([np.exp(fit.fitted.xs(2018, level=1)) for fit in fits])
    assert found.chain.outputs == pytest.approx(fitted, rel=1e-9)
    actual = pk.allocate(data, LINKS, reps=30)
    # of eight years the mean has an error of a third of one year's
    assert (found.chain.spread < 0.6 * actual.chain.spread).all()


def test_bounds_by_link_and_by_cell() -> None:
    data = panel()
    frame = pd.DataFrame(1.3, index=data.index.unique("city"), columns=list(LINKS))
    frame.loc["c03", "second"] = 1.0
    found = pk.allocate(
        data, LINKS, elasticities=GIVEN, lower={"first": 1.0, "second": 0.7}, upper=frame, reps=0
    )
    change = found.cells()["change"]
    assert change.xs("first", level="link").min() >= -1e-12
    assert change[("c03", "second")] <= 1e-12
    assert change.max() <= 0.3 + 1e-12


def test_shares_are_reached_where_balance_is_all() -> None:
    found = pk.allocate(
        panel(), LINKS, elasticities=GIVEN, shares={"first": 0.3, "second": 0.7}, balance_weight=1e6, reps=0, lower=0.1,
        upper=9.0,
    )  # fmt: skip
    assert found.by_link()["optimal"].to_numpy() / found.plan.bounds.budget == pytest.approx(
        [0.3, 0.7], abs=1e-5
    )


def test_words_of_the_panel_and_both_languages() -> None:
    found = pk.allocate(panel(), LINKS, reps=20)
    assert "12 cities" in found.summary()
    assert "province" not in found.summary()
    assert "12 个城市" in found.summary(language="zh")
    assert repr(found).startswith("Allocation(12 units, 2 links")
    assert "<table" in found._repr_html_()
    assert "Our" not in found.to_latex()


def test_figures(tmp_path: Any) -> None:
    found = pk.allocate(panel(), LINKS, reps=20)
    for name, figure in {"a": found.plot(), "b": found.plot(by="first"), "c": found.plot_frontier()}.items():
        assert figure.save(tmp_path / f"{name}.svg").read_text(encoding="utf-8").lstrip().startswith("<svg")
    with pytest.raises(SpecError, match="a map shows provinces"):
        found.plot_map()
    with pytest.raises(SpecError, match='by is "unit" or a link'):
        found.plot(by="third")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lower": -0.1}, "0 <= lower <= upper and upper above 0; not so for c00 in first"),
        ({"lower": 1.2, "upper": 1.1}, "not so for"),
        ({"lower": 1.2, "upper": 3.0}, "more than the budget"),
        ({"budget": -3.0}, "budget"),
        (
            {"elasticities": {"first": 1.2, "second": 0.5}},
            "between 0 and 1 for an optimum to exist: first 1.200",
        ),
        ({"elasticities": {"first": 0.2}}, "elasticities names every link once"),
        ({"covariance": np.eye(2)}, "give both, or neither"),
        ({"elasticities": GIVEN, "covariance": np.eye(3)}, "a matrix of 2 by 2"),
        ({"elasticities": GIVEN, "covariance": -np.eye(2)}, "positive semidefinite"),
        ({"elasticities": GIVEN, "calibrate": "effects"}, "needs the regressions"),
        ({"elasticities": GIVEN, "covariance": np.eye(2), "reps": 99}, "too uncertain to allocate by"),
        ({"shares": {"first": 0.5, "second": 0.6}}, "these sum to 1.1"),
        ({"weights": [0.0, 1.0]}, "weights of links are above zero"),
        ({"balance": "gini"}, "balance is one of shares, marginal, coupling"),
        ({"balance_weight": -1.0}, "balance_weight is 0 or more"),
        ({"certain": 0.4}, "certain is a share of draws"),
        ({"calibrate": "mean"}, "calibrate is one of"),
        ({"year": 1999}, "year 1999 is not held by all links"),
        ({"reps": -1}, "reps is a whole number"),
    ],
)
def test_refusals(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError if "year" not in options else DataError) as caught:
        pk.allocate(panel(), LINKS, **options)
    assert said in str(caught.value)
    assert "省份" not in caught.value.said.text("zh")


def test_figures_that_cannot_be_allocated() -> None:
    data = panel()
    data.iloc[7, data.columns.get_loc("y1")] = 0.0
    given: Any
    for given in ({}, {"elasticities": GIVEN}):
        with pytest.raises(
            DataError, match=r"zero or negative in c00 2018.*an elasticity is of logarithms"
        ) as caught:
            pk.allocate(data, LINKS, **given)
        assert "asinh" not in str(caught.value)
        assert "弹性取自对数" in caught.value.text("zh")
    data.iloc[7, data.columns.get_loc("y1")] = np.nan
    with pytest.raises(DataError, match="year 2018: no row for c00 in first"):
        pk.allocate(data, LINKS)
    assert "c00" not in pk.allocate(data, LINKS, where="city != 'c00'", reps=0).chain.units
    with pytest.raises(PanelkitError, match="the only one of its"):
        pk.allocate(panel(years=1), LINKS)
    with pytest.raises(PanelkitError):
        pk.allocate(panel(units=2, years=2), LINKS)
    for links in ({}, {"first": "y1"}, {"first": "y1 ~ x1 ~ x2"}):
        with pytest.raises(SpecError, match=r"output ~ spending"):
            pk.allocate(panel(), links)


def test_an_elasticity_that_is_not_concave_is_refused_with_its_error() -> None:
    data = panel()
    data["y1"] = data["x1"] ** 1.5 * np.exp(0.1 * np.random.default_rng(0).normal(size=len(data)))
    with pytest.raises(SpecError, match=r"first 1\.\d+ \(0\.\d+\)"):
        pk.allocate(data, LINKS)


def test_where_the_actual_is_optimal_the_gain_is_the_error_of_the_estimates() -> None:
    """Forty worlds whose money is optimal: every gain by the estimates is false, and the correction takes it off."""
    apparent, corrected, true = [], [], []
    for seed in range(40):
        data = panel(16, 8, noise=0.2, seed=seed, optimal=True)
        money = data.xs(2018, level="year")[["x1", "x2"]].to_numpy()
        # output without its errors: marginal products eta y / x are equal
        value = money / ETA
        worth = value.sum(axis=0) / value.sum()
        found = pk.allocate(data, LINKS, weights=worth, reps=60, rng=seed, balance_weight=0.0)
        honest = Technology(money, value / value.sum(), ETA)
        apparent.append(found.gain.apparent)
        corrected.append(found.gain.corrected)
        true.append(float(honest.index(found.optimal)) - 1.0)
    assert np.mean(true) < 0.0 < np.mean(apparent)
    # the apparent gain overstates by far more than the corrected one is off
    assert abs(np.mean(corrected) - np.mean(true)) < 0.4 * (np.mean(apparent) - np.mean(true))


def test_a_year_written_as_text_is_that_year() -> None:
    found = [pk.allocate(panel(), LINKS, elasticities=GIVEN, year=year, reps=0) for year in (2016, "2016")]
    assert found[1].optimal == pytest.approx(found[0].optimal)


def test_bounds_that_move_nothing_gain_nothing() -> None:
    found = pk.allocate(panel(), LINKS, lower=1.0, upper=1.0, reps=39, rng=1)
    assert found.gain.apparent == pytest.approx(0.0, abs=1e-12)
    assert found.gain.positive == 0.0


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ({"first": "y1 ~ x1", "second": "y2 ~ x1"}, r"x1 \(first, second\)"),
        ({"first": "y1 ~ x1", "second": "y2 ~ x2 + x1"}, r"x1 \(first, second\)"),
    ],
)
def test_money_in_two_links_is_refused_by_name(links: dict[str, str], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        pk.allocate(panel(), links, elasticities=GIVEN, reps=0)


def test_a_part_and_the_rest_are_two_links() -> None:
    data = panel()
    data["all"] = data["x1"] + data["x2"]
    whole = pk.allocate(data, LINKS, elasticities=GIVEN, reps=0)
    parts = {"first": "y1 ~ x1", "second": "y2 ~ all - x1"}
    # the rest is a difference of rounded sums
    assert pk.allocate(data, parts, elasticities=GIVEN, reps=0).optimal == pytest.approx(
        whole.optimal, rel=1e-9
    )


@pytest.mark.parametrize("limits", [(1.0, 1.0), (0.5, 1.0), (1.0, 2.0)])
@pytest.mark.parametrize("seed", [0, 3, 5])
def test_where_no_cell_is_free_the_actual_is_the_optimum(limits: tuple[float, float], seed: int) -> None:
    """A price that nothing settles is no measure of residuals, and rounding of the sum does not look for one."""
    found = pk.allocate(panel(seed=seed), LINKS, elasticities=GIVEN, lower=limits[0], upper=limits[1], reps=0)
    assert found.optimal == pytest.approx(found.chain.spending, rel=1e-12)
    # rounding of exponentials and sums
    assert found.met.worst < 1e-14
    nothing = [note for note in found.notes if "the bounds leave one allocation" in str(note)]
    assert len(nothing) == (limits[0] == 1.0)
