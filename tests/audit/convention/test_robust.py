"""The search takes any panel: names, orders, units of measure; what it cannot do is refused in one sentence."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.convention.chance import chance_of
from panelkit.audit.convention.of_table import search_table
from panelkit.audit.layout.read import read_table
from panelkit.audit.reading.door import read_sheets
from tests.audit.convention.papers import FORMULA, TERMS, axes, panel, printed, search


def test_order_of_rows_and_names_of_units_do_not_matter() -> None:
    frame, paper = panel(), printed(panel())
    base = search(paper, frame)
    shuffled = search(paper, frame.sample(frac=1.0, random_state=3))
    assert base.best is not None
    assert shuffled.best is not None
    # sums in another order: the last digits
    np.testing.assert_allclose(shuffled.best.values, base.best.values, rtol=1e-10)
    other = frame.rename(index=lambda name: f"{name}市", level=0)
    assert search(paper, other).state == "found"


def test_a_frame_with_columns_of_its_own_names_is_taken() -> None:
    """Chinese columns, objects in the place of numbers, units and periods as columns."""
    paper = printed(panel())
    flat = (
        panel().reset_index().rename(columns={"province": "城市", "year": "年份", "x": "补贴", "y": "产出"})
    )
    own = {"ln补贴": paper["log(x)"], "lnz": paper["log(z)"], "样本量": paper["N"]}
    found = search(
        own, flat.astype(object), formula="log(产出) ~ log(补贴) + log(z) + w", unit="城市", time="年份"
    )
    assert found.state == "found"


def test_units_of_measure_do_not_matter() -> None:
    """An outcome of millions about a large mean, a regressor of millionths: the same search."""
    frame = panel()
    own = pd.DataFrame(
        {"y": np.log(frame["y"]) * 1e6 + 1e9, "x": np.log(frame["x"]) * 1e-6 + 5.0, "z": np.log(frame["z"])}
    )
    fit = pk.FixedEffects("y ~ x + z", vcov=pk.Cluster()).fit(own)
    paper = {term: f"{fit.params[term]:.4e} ({fit.std_errors[term]:.4e})" for term in ("x", "z")}
    found = search(paper, own, formula="y ~ x + z")
    assert found.state == "found"
    assert axes(found)[0]["covariance"] == "cluster unit, reghdfe"


def test_missing_cells_and_gaps_are_those_of_the_estimator() -> None:
    frame = panel()
    frame.loc[frame.index[::9], "w"] = np.nan
    frame = frame.drop(frame.index[[3, 40, 41]])
    fit = pk.FixedEffects(FORMULA, vcov=pk.Cluster()).fit(frame)
    paper = {term: f"{fit.params[term]:.4f} ({fit.std_errors[term]:.4f})" for term in TERMS} | {
        "N": str(fit.nobs)
    }
    assert search(paper, frame).state == "found"


def test_samples_and_conditions_of_the_user_are_tried() -> None:
    frame = panel()
    part = frame[(frame.index.get_level_values(1) >= 2014) & (frame.index.get_level_values(0) != "省03")]
    late = pk.Sample("late", years=(2014, 2019), without_units=("省03",))
    found = search(printed(part), frame, samples=[late])
    assert axes(found)[0]["sample"] == "late"
    stated = search(printed(part), frame, where="year >= 2014 & province != '省03'")
    assert stated.state == "found"
    assert "window" not in axes(stated)[0]


def test_other_vintages_of_shipped_figures_are_tried() -> None:
    """GDP as first published, from a panel that holds the revised series."""
    names, years = ["patents_granted", "rd_expenditure", "gdp"], (2011, 2020)
    formula = "log(patents_granted) ~ log(rd_expenditure) + log(gdp)"
    then = pk.load_provinces(names, years, vintage={"gdp": "as_published"})
    fit = pk.FixedEffects(formula, vcov=pk.Cluster()).fit(then)
    paper = {term: f"{fit.params[term]:.4f} ({fit.std_errors[term]:.4f})" for term in fit.params.index}
    found = pk.find_convention(
        paper, pk.load_provinces(names, years), formula=formula, effects="twoway", depth=1
    )
    assert found.state == "found"
    assert found.choices["figures"] == "gdp: as_published"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formula": None}, "formula="),
        ({"formula": FORMULA + " + C(year)"}, "terms that are numbers"),
        ({"family": "nope"}, "family is one of"),
        ({"effects": "nope"}, "effects is one of"),
        ({"depth": -1}, "depth is a whole number"),
        ({"closest": 0}, "closest is a whole number"),
        ({"brackets": "sd"}, "brackets"),
        ({"samples": [pk.Sample("a", without_units=("火星",))]}, "火星"),
        ({"samples": [pk.Sample("a", years=(1990, 1995))]}, "1990-1995"),
    ],
)
def test_what_cannot_be_searched_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        search(printed(panel()), panel(), **options)


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        ({"log(x)": "0.1", "rho": "0.2"}, "rho"),
        ({"N": "104"}, "no coefficient"),
        ({"subsidy": "0.1"}, "names="),
    ],
)
def test_printed_numbers_that_no_regression_has_are_refused(paper: dict[str, str], said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        search(paper, panel())


def test_unusable_figures_are_refused_by_name() -> None:
    frame, paper = panel(), printed(panel())
    with pytest.raises(pk.DataError, match="infinite"):
        search(paper, frame.assign(w=np.inf))
    with pytest.raises(pk.DataError, match="more than once"):
        search(paper, pd.concat([frame, frame.iloc[:1]]))
    with pytest.raises(pk.DataError, match="no column"):
        search(paper, frame.drop(columns="w"))
    with pytest.raises(pk.DataError, match="'b'"):
        search(paper, {"a": frame, "b": frame.iloc[:50]})


def test_a_stated_regression_that_cannot_be_computed_is_told() -> None:
    frame = panel()
    frame["x"] = np.exp(frame.groupby(level=0)["w"].transform("mean"))
    found = search(printed(panel()), frame)
    assert found.state == "none"
    assert any("the stated regression is among them" in str(note) for note in found.notes)


def test_the_same_seed_gives_the_same_chance() -> None:
    paper = {"log(x)": printed(panel())["log(x)"][:5]}
    first, second = (search(paper, panel(), rng=seed).chance for seed in (1, 1))
    assert first is not None
    assert second is not None
    assert (first.matched, first.filled) == (second.matched, second.filled)


def test_chance_far_is_the_share_of_refits_that_some_candidate_prints() -> None:
    """Against a loop over the candidates for every dealt paper."""
    from panelkit.audit.convention.asked import read_target
    from panelkit.audit.convention.linear.family import linear_candidates
    from panelkit.audit.convention.problem import Problem

    target = read_target({"log(x)": "0.4"})
    made = linear_candidates(Problem(target, {"": panel()}, formula=FORMULA, effects="twoway", depth=1))
    chance = chance_of(made, target, 0, 0, np.random.default_rng(4), 50)
    assert made.dealt is not None
    papers = made.dealt(0, np.random.default_rng(4), 50)[:, 0]
    near = made.matrix[made.departures <= made.departures[0], 0]
    count = sum(bool((np.abs(near - round(paper, 1)) <= 0.05 + 1e-9).any()) for paper in papers)
    assert chance.matched == count
    assert 0 < count < 50


def test_results_print_in_both_languages_and_every_format(tmp_path: object) -> None:
    found = search(printed(panel()), panel())
    assert "已找到" in found.summary(language="zh")
    assert "Found" in found.summary()
    assert max(map(len, found.summary(width=80).splitlines())) <= 80
    assert "log(x)" in found.to_html()
    assert "log(x)" in found.to_markdown(language="zh")
    assert found.frame["missed"].iloc[0] == 0
    assert len(repr(found)) <= 160


def test_columns_of_a_printed_table_are_searched_each_with_its_own_terms() -> None:
    frame = panel()
    short = pk.FixedEffects("log(y) ~ log(x)", vcov=pk.Cluster()).fit(frame)
    full = pk.FixedEffects("log(y) ~ log(x) + log(z)", vcov=pk.Cluster()).fit(frame)
    lines = [",(1),(2)"]
    for term, name in (("log(x)", "lnx"), ("log(z)", "lnz")):
        held = [fit if term in fit.params.index else None for fit in (short, full)]
        lines.append(name + "," + ",".join("" if fit is None else f"{fit.params[term]:.4f}" for fit in held))
        lines.append("," + ",".join("" if fit is None else f"({fit.std_errors[term]:.4f})" for fit in held))
    (table,) = [read_table(sheet) for sheet in read_sheets("\n".join([*lines, "N,104,104"]))]
    options = {"formula": "log(y) ~ log(x) + log(z)", "effects": "twoway", "depth": 1}
    found = search_table(table, frame, **options)  # type: ignore[arg-type]
    assert [one.found.state for one in found] == ["found", "found"]
    only = search_table(table, frame, column="(2)", **options)  # type: ignore[arg-type]
    assert [one.heading for one in only] == ["(2)"]
    with pytest.raises(pk.SpecError, match="no column"):
        search_table(table, frame, column="(7)", **options)  # type: ignore[arg-type]


def test_records_of_the_command_are_json() -> None:
    from panelkit.cli._audit_data import search_records

    (table,) = [read_table(sheet) for sheet in read_sheets(",(1)\nlnx,0.4012\n,(0.0512)\nN,104")]
    found = search_table(table, panel(), formula="log(y) ~ log(x)", effects="twoway", depth=1)
    held = json.loads(json.dumps(search_records(found, "en")))
    assert held[0]["state"] in ("found", "several", "too few digits", "none")
    assert len(held[0]["closest"]) >= 5
