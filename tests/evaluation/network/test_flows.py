"""Observed totals and tables of pairs: reconstructions keep the totals, bounds hold, nothing is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import panelkit as pk
from panelkit.evaluation.network.biproportional import biproportional, cell_bounds
from panelkit.language.errors import ConvergenceError, DataError, SpecError

MARKET = ["tech_market_turnover", "tech_market_inflow"]


@pytest.fixture(scope="module")
def flows() -> pk.Flows:
    return pk.observed_flows(pk.load_provinces(MARKET, (2021, 2022)))


def test_totals_are_those_of_the_yearbook(flows: pk.Flows) -> None:
    figures = pk.load_provinces(MARKET, (2022, 2022)).xs(2022, level="year")
    held = flows.tidy()
    held = held[held["year"] == 2022].set_index("unit")
    assert held["sent"].to_dict() == figures[MARKET[0]].to_dict()
    assert held["net"].to_dict() == (figures[MARKET[1]] - figures[MARKET[0]]).to_dict()
    assert held["share_sent"].sum() == pytest.approx(1.0)
    assert "not published" in flows.summary()
    assert "并未公布" in flows.summary(language="zh")


@pytest.mark.parametrize("seed", ["independence", "gravity"])
@pytest.mark.parametrize("own", ["seed", "none"])
def test_a_reconstruction_has_the_totals(flows: pk.Flows, seed: str, own: str) -> None:
    network = flows.reconstruct(seed, own=own, year=2022)  # type: ignore[arg-type]
    sent, received = flows.sent[:, 1], flows.received[:, 1]
    scores = network.scores[0]
    if own == "none":
        # the fit stops at 1e-10 of the largest total
        assert scores.sum(axis=1) == pytest.approx(sent, abs=1e-6)
        assert scores.sum(axis=0) == pytest.approx(received * sent.sum() / received.sum(), abs=1e-6)
    assert (scores.sum(axis=1) <= sent + 1e-6).all()
    assert network.kind == "reconstruction"
    assert "a reconstruction" in network.summary()
    assert network.bounds is not None
    low, high = network.bounds
    off = ~np.eye(31, dtype=bool)
    assert (scores[off] >= low[0][off] - 1e-6).all()
    assert (scores[off] <= high[0][off] + 1e-6).all()


def test_independence_is_the_product_of_shares() -> None:
    rows, columns = np.array([5.0, 3.0, 2.0]), np.array([4.0, 4.0, 2.0])
    assert biproportional(np.ones((3, 3)), rows, columns) == pytest.approx(np.outer(rows, columns) / 10)


def test_a_published_fit() -> None:
    # a 2 x 2 table by hand: odds ratio of the seed, 1 * 4 / (2 * 3) = 2/3, is kept
    found = biproportional(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([3.0, 7.0]), np.array([5.0, 5.0]))
    assert found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0]) == pytest.approx(2 / 3)
    assert found.sum(axis=1) == pytest.approx([3.0, 7.0])


def test_bounds_are_those_of_linear_programs() -> None:
    rows, columns = np.array([7.0, 2.0, 1.0]), np.array([6.0, 3.0, 1.0])
    low, high = cell_bounds(rows, columns)
    sums = np.zeros((6, 9))
    for i in range(3):
        sums[i, 3 * i : 3 * i + 3] = 1
        sums[3 + i, i::3] = 1
    for cell in range(9):
        c = np.eye(9)[cell]
        least = linprog(c, A_eq=sums, b_eq=[*rows, *columns]).fun
        most = -linprog(-c, A_eq=sums, b_eq=[*rows, *columns]).fun
        assert low.ravel()[cell] == pytest.approx(least, abs=1e-9)
        assert high.ravel()[cell] == pytest.approx(most, abs=1e-9)


def test_more_than_the_others_can_take_is_refused() -> None:
    seed = 1.0 - np.eye(3)
    with pytest.raises(ConvergenceError, match="so that part of it stays at home"):
        biproportional(seed, np.array([9.0, 1.0, 1.0]), np.array([9.0, 1.0, 1.0]))


def test_options_without_work_are_refused(flows: pk.Flows) -> None:
    with pytest.raises(SpecError, match="power= belongs to"):
        flows.reconstruct(power=2.0)
    with pytest.raises(SpecError, match="the flows hold"):
        flows.reconstruct(year=1999)
    with pytest.raises(SpecError, match='seed is "independence"'):
        flows.reconstruct("uniform")  # type: ignore[arg-type]


def test_flows_are_not_negative() -> None:
    data = pk.load_provinces(MARKET, (2022, 2022))
    data.iloc[3, 0] = -1.0
    with pytest.raises(DataError, match="`tech_market_turnover` is negative for"):
        pk.observed_flows(data)


def pairs() -> pd.DataFrame:
    rows = [("北京", "天津", 5.0), ("Beijing", "Hebei", 7.0), ("河北", "北京", 1.0), ("Tianjin", "Tianjin", 9.0),
            ("全国", "北京", 99.0)]  # fmt: skip
    return pd.DataFrame(rows, columns=["from", "to", "value"])


def test_a_table_of_pairs() -> None:
    network = pk.flow_network(pairs(), origin="from", destination="to", threshold="positive")
    assert network.n == 3
    assert int(network.ties.sum()) == 3
    said = " ".join(map(str, network.notes))
    for part in ("1 flows of a province to itself", "3 pairs are not in the table", "rows of 全国", "joined"):
        assert part in said
    frame = network.frame()
    assert frame.loc["北京", "Hebei" if "Hebei" in frame else "河北"] == 7.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: pd.concat([t, t.iloc[:1]]), "more than one row for 北京-Tianjin: add them up first"),
        (lambda t: t.assign(value=[-1.0, 1, 1, 1, 1]), "missing or negative for 北京-天津"),
        (lambda t: t.assign(value=[np.nan, 1, 1, 1, 1]), "missing or negative for 北京-天津"),
        (lambda t: t.assign(to=[None, *t["to"].iloc[1:]]), "1 rows name no origin"),
        (lambda t: t.drop(columns="to"), "the data have no column to"),
    ],
)
def test_bad_tables_of_pairs(change: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        pk.flow_network(change(pairs()), origin="from", destination="to")  # type: ignore[operator]


def test_periods_of_pairs() -> None:
    table = pd.concat([pairs().iloc[:3].assign(year=year) for year in (2019, 2020)])
    network = pk.flow_network(table, origin="from", destination="to", time="year")
    assert network.years == (2019, 2020)
    assert (network.scores[0] == network.scores[1]).all()


def test_periods_in_text_are_years() -> None:
    table = pd.concat([pairs().iloc[:3].assign(year=year) for year in ("2020年", "2019")])
    network = pk.flow_network(table, origin="from", destination="to", time="year")
    assert network.years == (2019, 2020)
    quarters = pd.concat([pairs().iloc[:3].assign(year=year) for year in ("2020Q2", "2020Q1")])
    network = pk.flow_network(quarters, origin="from", destination="to", time="year")
    assert network.years == ("2020Q1", "2020Q2")
