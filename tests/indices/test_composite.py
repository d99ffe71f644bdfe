"""Composite designs and panel doors: shipped designs, variants, refusals, labels, structure of the provinces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.indices.arrays import aggregate, normalise, structure, weights
from panelkit.indices.panels.composite import composite_index
from panelkit.indices.panels.designs import (
    CompositeDesign,
    design_of_columns,
    load_design,
    refuse_shared,
    shared_indicators,
    shipped_designs,
)
from panelkit.indices.panels.panel_frame import earlier, panel_frame, wide
from panelkit.language.errors import DataError, SpecError

SHIPPED = (
    "digitalisation",
    "high_quality_development",
    "industrial_innovation",
    "nqpf_entity_penetration",
    "nqpf_tech_green_digital",
    "nqpf_three_factors",
    "tech_innovation",
)


@pytest.fixture
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([["A", "B", "C", "D"], [2020, 2021, 2022]], names=["province", "year"])
    return pd.DataFrame(rng.random((12, 3)) + 0.1, index=index, columns=["x", "y", "cost"])


def test_a_composite_is_its_parts(panel: pd.DataFrame) -> None:
    found = composite_index({"x": 1, "y": 1, "cost": -1}, panel)
    z = normalise.minmax(panel, direction=[1, 1, -1])
    w = weights.entropy(z)
    assert found.scores.to_numpy() == pytest.approx(aggregate.linear(z, w))
    assert found.weights is not None
    assert found.weights["weight"].to_numpy() == pytest.approx(w)
    assert found.obstacles().sum(axis=1).to_numpy() == pytest.approx(np.ones(12))
    assert found.ranks().groupby(level="year").max().tolist() == [4, 4, 4]
    assert found.method["years"] == "2020-2022"


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": "equal"},
        {"weights": "critic"},
        {"weights": "pca", "normalisation": "zscore"},
        {"weights": "cv", "aggregation": "topsis", "normalisation": "vector"},
        {"weights": "scatter", "aggregation": "grey"},
        {"aggregation": "geometric", "floor": 0.01},
        {"extremes": "per_year"},
        {"normalisation": "ranks", "weights": "equal_dimensions"},
    ],
)
def test_every_way_gives_scores_whatever_the_order_of_rows(
    panel: pd.DataFrame, changes: dict[str, object]
) -> None:
    plan = design_of_columns({"x": 1, "y": 1, "cost": -1}, **changes)
    found = composite_index(plan, panel)
    assert np.isfinite(found.scores).all()
    assert found.weights is not None
    assert found.weights["weight"].sum() == pytest.approx(1.0)
    shuffled = composite_index(plan, panel.sample(frac=1, random_state=1))
    pd.testing.assert_series_equal(found.scores, shuffled.scores)
    flat = panel.reset_index().rename(columns={"province": "地区", "year": "年"})
    again = composite_index(plan, flat, unit="地区", time="年")
    assert again.scores.to_numpy() == pytest.approx(found.scores.to_numpy())


def test_missing_cells_leave_and_say_so(panel: pd.DataFrame) -> None:
    panel.loc[("B", 2021), "y"] = np.nan
    found = composite_index({"x": 1, "y": 1}, panel)
    assert ("B", 2021) not in found.values.index
    assert found.dropped.to_dict("records") == [{"province": "B", "year": 2021, "reason": "no figure for y"}]
    assert "1 province-years" in found.notes[0]
    with pytest.raises(DataError, match="B 2021: no figure for y"):
        composite_index({"x": 1, "y": 1}, panel, missing_cells="refuse")
    panel["y"] = np.nan
    with pytest.raises(DataError, match="empty throughout: y"):
        composite_index({"x": 1, "y": 1}, panel)


def test_one_year_and_constants(panel: pd.DataFrame) -> None:
    one = panel.xs(2020, level="year", drop_level=False)
    assert len(composite_index({"x": 1, "cost": -1}, one).scores) == 4
    panel["y"] = 3.0
    with pytest.raises(DataError, match="constant or empty columns: y"):
        composite_index({"x": 1, "y": 1}, panel)
    with pytest.raises(DataError, match="no column z"):
        composite_index({"z": 1}, panel)


def test_refused_combinations(panel: pd.DataFrame) -> None:
    columns = {"x": 1, "cost": -1}
    with pytest.raises(SpecError, match="directions"):
        composite_index(columns, panel, normalisation="vector")
    with pytest.raises(SpecError, match="non-negative"):
        composite_index(columns, panel, normalisation="zscore")
    with pytest.raises(SpecError, match="positive values"):
        composite_index(columns, panel, normalisation="zscore", aggregation="geometric", weights="equal")
    with pytest.raises(SpecError, match="min-max design"):
        composite_index(columns, panel, normalisation="ranks").obstacles()
    with pytest.raises(SpecError, match="say kind"):
        composite_index(columns, panel, variant="scale")
    with pytest.raises(SpecError, match="weights"):
        composite_index(columns, panel, weights="best")


def test_ratios_goalposts_and_zero_denominators(panel: pd.DataFrame) -> None:
    item = {"id": "r", "column": "x", "per": "y", "goalposts": [0, 20]}
    label = {"en": "d", "zh": "d"}
    raw = {"id": "d", "label": label, "weights": "equal", "dimension": [{"id": "all", "label": label}]}
    raw["dimension"][0]["indicator"] = [item]  # type: ignore[index]
    plan = CompositeDesign.model_validate(raw)
    found = composite_index(plan, panel)
    assert found.scores.to_numpy() == pytest.approx((panel["x"] / panel["y"] / 20).to_numpy())
    panel.loc[("A", 2020), "y"] = 0.0
    with pytest.raises(DataError, match="A 2020"):
        composite_index(plan, panel)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_designs_compute_with_both_languages_and_name_what_is_missing(name: str) -> None:
    plan = load_design(name)
    assert plan.absent
    found = composite_index(plan)
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert found.values.index.get_level_values("province").nunique() == 30
    assert found.dropped.empty
    assert found.weights is not None
    total = sum(
        found.values[part.id] * found.weights.loc[[item.id for item in part.indicator], "weight"].sum()
        for part in plan.dimension
    )
    assert total.to_numpy() == pytest.approx(found.scores.to_numpy())  # dimensions add up to the score
    assert "Beijing" in found.scores.xs(2023, level="year").nlargest(3).index


def test_flagged_cells_are_named_in_both_languages() -> None:
    found = composite_index("nqpf_three_factors")
    english, chinese = (" ".join(note.text(tongue) for note in found.notes) for tongue in ("en", "zh"))
    assert "software_revenue, Inner Mongolia 2021" in english
    assert "software_revenue，内蒙古 2021 年" in chinese
    assert "industrial robots" in english
    assert "工业机器人" in chinese


def test_shipped_designs_are_these_and_the_subsystems_are_disjoint() -> None:
    assert tuple(shipped_designs()) == SHIPPED
    subsystems = [
        load_design(name) for name in ("tech_innovation", "industrial_innovation", "high_quality_development")
    ]
    assert shared_indicators(*subsystems) == {}
    refuse_shared(*subsystems)


def test_variants_read_totals_or_ratios() -> None:
    plan = load_design("nqpf_three_factors")
    scale = composite_index(plan, variant="scale")
    intensity = composite_index(plan, variant="intensity")
    assert all(item.per is None for item in scale.design.indicators())
    assert {item.id for item in scale.design.indicators()} < {item.id for item in plan.indicators()}
    assert scale.scores.xs(2023, level="year").idxmax() == "Guangdong"
    assert intensity.scores.xs(2023, level="year").idxmax() == "Beijing"
    assert scale.method["variant"] == "scale"


def test_designs_are_read_from_files_and_changed_only_by_making_others(tmp_path: Path) -> None:
    plan = load_design("tech_innovation")
    other = plan.with_(weights="equal", years=(2018, 2020))
    assert (plan.weights, other.weights, other.years) == ("entropy", "equal", (2018, 2020))
    assert "rd" not in {item.id for item in plan.without("rd").indicators()}
    assert "environment" not in {part.id for part in plan.without("students").dimension}
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\nlabel = { en = "m", zh = "m" }\ndimension = []\nspeed = 3\n', encoding="utf-8"
    )
    with pytest.raises(SpecError, match="speed"):
        load_design(path)
    path.write_text("id = ", encoding="utf-8")
    with pytest.raises(SpecError, match="TOML"):
        load_design(path)
    with pytest.raises(SpecError, match=r"near: tech_innovation"):
        load_design("tech_inovation")
    with pytest.raises(SpecError, match="no indicator speed"):
        plan.without("speed")
    with pytest.raises(SpecError, match="stands twice"):
        plan.with_(dimension=[part.model_dump() for part in (*plan.dimension, plan.dimension[0])])
    with pytest.raises(SpecError, match="earlier year first"):
        plan.with_(years=(2020, 2018))


def test_structure_of_the_provinces_and_its_breaks() -> None:
    found = pk.structural_upgrading(years=(2016, 2022))
    row = pk.load_provinces(["va_secondary", "va_tertiary"], years=2022).loc[("Beijing", 2022)]
    assert found.values.loc[("Beijing", 2022), "advancement"] == pytest.approx(
        row["va_tertiary"] / row["va_secondary"]
    )
    moved = found.values["moore"].unstack()
    assert (
        moved[[2016, 2017, 2018, 2019]].isna().all(axis=None)
    )  # the joined census bases, and the first year
    assert moved[[2020, 2021, 2022]].notna().all(axis=None)
    assert any("2020 population census" in note for note in found.notes)
    one_base = pk.structural_upgrading(
        employment=None,
        years=(2019, 2023),
        vintage=dict.fromkeys(("va_primary", "va_secondary", "va_tertiary"), "census2023"),
    )
    assert one_base.values["moore"].unstack()[[2020, 2021, 2022, 2023]].notna().all(axis=None)
    assert "rationalisation" not in one_base.values


def test_specialisation_by_year(panel: pd.DataFrame) -> None:
    from panelkit.indices.panels.upgrading import neighbour_similarity, specialisation

    found = specialisation(panel, ["x", "y", "cost"])
    year = panel.xs(2021, level="year").to_numpy()
    assert found.values.xs(2021, level="year")["krugman"].to_numpy() == pytest.approx(structure.krugman(year))
    panel.loc[("A", 2020), "x"] = np.nan
    lost = specialisation(panel, ["x", "y", "cost"])
    assert np.isnan(lost.values.loc[("A", 2020), "krugman"])
    assert "1 province-years" in lost.notes[0]
    pairs = neighbour_similarity(panel, ["x", "y", "cost"], [("A", "B"), ("C", "D")], year=2021)
    assert pairs["similarity"].to_numpy() == pytest.approx(structure.similarity(year)[[0, 2], [1, 3]])
    with pytest.raises(DataError, match="no row for Z"):
        neighbour_similarity(panel, ["x"], [("A", "Z")], year=2021)


def test_the_door_sorts_and_refuses(panel: pd.DataFrame) -> None:
    mixed = panel.sample(frac=1, random_state=3)
    assert panel_frame(mixed).index.tolist() == panel.index.tolist()
    with pytest.raises(DataError, match="more than once"):
        panel_frame(pd.concat([panel, panel.iloc[:1]]))
    text = panel.astype(object)
    text.iloc[0, 0] = "n/a"
    with pytest.raises(DataError, match="holds text"):
        panel_frame(text)
    array, names, years = wide(panel["x"])
    assert array.shape == (4, 3)
    assert list(names) == ["A", "B", "C", "D"]
    assert list(years) == [2020, 2021, 2022]
    with pytest.raises(DataError, match="A 2020"):
        wide(panel["x"].iloc[1:])
    assert np.isnan(earlier(panel).loc[("A", 2020), "x"])
    assert earlier(panel).loc[("A", 2021), "x"] == panel.loc[("A", 2020), "x"]
    assert earlier(panel, base=2020).loc[("A", 2022), "x"] == panel.loc[("A", 2020), "x"]


def test_labelled_twins_of_the_array_functions(panel: pd.DataFrame) -> None:
    z = pk.normalise(panel, direction={"cost": -1})
    assert z.columns.tolist() == ["x", "y", "cost"]
    assert pk.normalise(panel, goalposts={"x": (0, 2)})["x"].to_numpy() == pytest.approx(
        panel["x"].to_numpy() / 2
    )
    assert pk.entropy_weights(z).index.tolist() == ["x", "y", "cost"]
    assert pk.entropy_weights(z, by_year=True).index.tolist() == [2020, 2021, 2022]
    for make in (pk.critic_weights, pk.pca_weights, pk.scatter_weights):
        assert make(z).sum() == pytest.approx(1.0)
    assert pk.cv_weights(panel).sum() == pytest.approx(1.0)
    named = pd.Series({"cost": 0.2, "y": 0.3, "x": 0.5})
    close = pk.topsis(panel, named, direction={"cost": -1})
    plain = aggregate.topsis(panel, [0.5, 0.3, 0.2], direction=[1, 1, -1]).closeness
    assert close["closeness"].to_numpy() == pytest.approx(plain)
    assert pk.grey_relational(z, weights=named).between(0, 1).all()
    with pytest.raises(DataError, match="no value is given for y"):
        pk.topsis(panel, pd.Series({"x": 1.0}))
    for call in ("direction", "goalposts"):
        with pytest.raises(SpecError, match="no column of the table"):
            pk.normalise(panel, **{call: {"q": (0, 1) if call == "goalposts" else 1}})
    with pytest.raises(SpecError, match="normalisation must be"):
        pk.normalise(panel, "max")
    y = pd.Series({"A": 1.0, "B": 2.0, "C": 5.0})
    group = pd.Series({"C": "q", "B": "p", "A": "p"})
    assert pk.theil(y, group).parts["between"] == pytest.approx(
        pk.theil([1, 2, 5], ["p", "p", "q"]).parts["between"]
    )
    assert pk.dagum_gini(y, group).total == pytest.approx(pk.dagum_gini([1, 2, 5], ["p", "p", "q"]).total)
    with pytest.raises(DataError, match="groups are missing for C"):
        pk.theil(y, group.drop("C"))
    assert pk.structure.hierarchy([0.1, 0.4, 0.5]) == pytest.approx(2.4)


def test_declared_goalposts_hold_in_the_rank_cloud() -> None:
    from panelkit.indices.panels.indicator_cube import stack_of

    index = pd.MultiIndex.from_product([list("ABCD"), [2020, 2021]], names=["province", "year"])
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.random((8, 2)), index=index, columns=["a", "b"])
    item = {"id": "a", "column": "a", "goalposts": (0.0, 10.0)}
    plan = design_of_columns({"a": 1, "b": -1}, weights="equal")
    other = {"id": "b", "column": "b", "direction": -1}
    plan = plan.with_(dimension=[{"id": "all", "label": {"en": "x", "zh": "x"}, "indicator": [item, other]}])
    found = composite_index(plan, data)
    np.testing.assert_array_equal(stack_of(found, ("minmax",))[0].reshape(8, 2), found.normalised.to_numpy())
    with pytest.raises(SpecError, match="exclude each other"):
        composite_index(plan.with_(extremes="per_year"), data)
    with pytest.raises(SpecError, match="low to high"):
        normalise.minmax([[1.0], [2.0]], goalposts=[[5.0, 1.0]])
