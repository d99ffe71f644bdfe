"""A claim file of one's own on a panel of one's own: the same numbers, the panel's words, nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.data import figures as shipped_figures
from panelkit.data.geography import regions as nbs_regions
from panelkit.data.user.panel import read_panel
from panelkit.language.errors import DataError, SpecError
from tests.claims.small import KINDS, SMALL

COLUMNS = ["rd_expenditure", "rd_funds_government", "gdp", "population", "rd_personnel_fte"]
# a CSV holds every digit of a double: what is left is the order of sums
SAME = 1e-9


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "provinces.csv"
    pk.load_provinces(COLUMNS).reset_index().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def own(csv: Path) -> pd.DataFrame:
    return read_panel(csv)


@pytest.fixture(scope="module")
def cities(own: pd.DataFrame) -> pd.DataFrame:
    """The same numbers under names that are no provinces, by quarter."""
    renamed = own.rename(lambda name: f"town {name}", level=0).rename(lambda year: year - 2005, level=1)
    return renamed.rename_axis(index=["city", "quarter"])


@pytest.fixture
def kinds_file(tmp_path: Path) -> Path:
    path = tmp_path / "kinds.toml"
    path.write_text(KINDS, encoding="utf-8")
    return path


def numbers(result: CheckResult) -> list[tuple[float, ...]]:
    return [
        (item.tested.shown.estimate, item.tested.shown.low, item.tested.shown.high, item.tested.shown.p_value)
        for item in result
        if item.tested is not None
    ]


def test_every_kind_gives_the_numbers_of_the_shipped_run(kinds_file: Path, own: pd.DataFrame) -> None:
    shipped, mine = pk.check(kinds_file), pk.check(kinds_file, data=own)
    assert not shipped.failures
    assert not mine.failures
    assert [item.word for item in mine] == [item.word for item in shipped]
    for one, other in zip(numbers(mine), numbers(shipped), strict=True):
        assert one == pytest.approx(other, rel=SAME, abs=SAME, nan_ok=True)
    grids = [
        (
            one.tested.grid.n,
            one.tested.grid.share_same_sign,
            other.tested.grid.n,
            other.tested.grid.share_same_sign,
        )
        for one, other in zip(mine, shipped, strict=True)
        if one.tested is not None and one.tested.grid is not None and other.tested and other.tested.grid
    ]
    assert grids
    assert all(a == c and b == d for a, b, c, d in grids)


def test_no_shipped_figure_is_read(
    claim_file: Callable[..., Path], own: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a shipped figure was read")

    monkeypatch.setattr(shipped_figures, "read_figures", refuse)
    monkeypatch.setattr("panelkit.data.panels.annual_figures", refuse)
    monkeypatch.setattr("panelkit.claims.file.names.read_figures", refuse)
    path = claim_file("[2018, 2021]", '[2018, "newest"]')
    result = pk.check(path, data=own)
    assert result.verdicts[0].word is not None
    assert result.verdicts[0].flags == ("association_only", "not_declared")


def test_a_polars_frame_is_a_panel(claim_file: Callable[..., Path], csv: Path, own: pd.DataFrame) -> None:
    frame = pl.read_csv(csv)
    mine = pk.check(claim_file(), data=frame, unit="province", time="year")
    assert numbers(mine) == numbers(pk.check(claim_file(), data=own))


def test_chinese_names_and_columns(own: pd.DataFrame, tmp_path: Path) -> None:
    frame = own.rename(columns={"rd_expenditure": "研发支出", "gdp": "产出 (亿元)"})
    path = tmp_path / "mine.toml"
    text = SMALL.replace('"rd_expenditure"', '"研发支出"').replace(
        "[claim.quantities]", '[claim.quantities]\ny = "产出 (亿元)"'
    )
    path.write_text(text.replace("/ gdp)", "/ {y})"), encoding="utf-8")
    mine = pk.check(path, data=frame)
    path.write_text(SMALL, encoding="utf-8")
    assert numbers(mine) == numbers(pk.check(path, data=own))


def test_sentences_speak_of_cities_and_quarters(kinds_file: Path, cities: pd.DataFrame) -> None:
    w = pk.contiguity()
    w = w.relabelled({name: f"town {name}" for name in w.ids})
    kinds_file.write_text(KINDS.replace("[2012, 2020]", '[7, "newest"]'), encoding="utf-8")
    result = pk.check(kinds_file, data=cities, w=w)
    said = {item.design.id: item.reason for item in result if item.design is not None}
    assert "31 cities): " in said["med"]
    assert "31 cities resampled" in said["gap"]
    assert "over the cities" in said["spearman"]
    assert "of the last 5 quarters" in said["spearman"]
    assert " a quarter, from " in said["tight"]
    assert "all cities" in said["growth_gap"]
    assert "最近5个季度" in said["spearman"].text("zh")
    assert {item.design.id for item in result.failures if item.design} >= {"dagum_between", "leaders"}
    assert "the cities are none" in said["dagum_between"]
    assert "holds no city Beijing" in said["leaders"]
    first = result.to_list()[0]
    assert first["years"] == {"declared": [7, "newest"], "used": [7, 18], "ends": first["years"]["ends"]}
    assert (first["data"]["unit"], first["data"]["time"], first["data"]["units"]) == ("city", "quarter", 31)


def test_weights_are_aligned_by_id(kinds_file: Path, own: pd.DataFrame, cities: pd.DataFrame) -> None:
    w = pk.contiguity()
    backwards = w.aligned(tuple(reversed(w.ids))).relabelled({name: f"town {name}" for name in w.ids})
    kinds_file.write_text(KINDS.replace("[2012, 2020]", "[7, 15]"), encoding="utf-8")
    mine = {item.design.id: item for item in pk.check(kinds_file, data=cities, w=backwards) if item.design}
    kinds_file.write_text(KINDS, encoding="utf-8")
    theirs = {item.design.id: item for item in pk.check(kinds_file, data=own) if item.design}
    for design in ("spill", "tight"):
        one, other = mine[design].tested, theirs[design].tested
        assert one is not None
        assert other is not None
        assert one.shown.estimate == pytest.approx(other.shown.estimate, rel=1e-6)
    without = pk.check(kinds_file, data=cities.rename(lambda when: when + 2005, level=1))
    (spill,) = (item for item in without if item.design and item.design.id == "spill")
    assert "contiguity, inverse_distance are matrices of provinces" in str(spill.error)


def test_a_second_matrix_is_the_other_one_that_the_rule_asks_for(kinds_file: Path, own: pd.DataFrame) -> None:
    w = [pk.contiguity(), pk.inverse_distance()]
    mine = {item.design.id: item for item in pk.check(kinds_file, data=own, w=w) if item.design}
    theirs = {item.design.id: item for item in pk.check(kinds_file, data=own) if item.design}
    one, other = mine["spill"].tested, theirs["spill"].tested
    assert one is not None
    assert one.measured is not None
    assert other is not None
    assert other.measured is not None
    assert one.shown.estimate == pytest.approx(other.shown.estimate, rel=SAME)
    assert len(one.measured.conditions) == len(other.measured.conditions)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[2018, 2021]", "[1999, 2021]", "sample.years: the data holds 2005-2024, not 1999-2004"),
        # of any size, in no time
        ("[2018, 2021]", "[2018, 99999999999999999999]", "holds 2005-2024, not 2025-99999999999999999999:"),
        (
            "[2018, 2021]",
            "[-9999999999, 9999999999]",
            "holds 2005-2024, not -9999999999-2004, 2025-9999999999:",
        ),
        ("[2019, 2022]", "[2019, 2042]", "grid.axis years.option later.years: the data holds"),
        ('"rd_expenditure"', '"rd_expenditur"', "no column `rd_expenditur` (near: rd_expenditure)"),
        (
            "years = [2018, 2021]",
            'years = [2018, 2021], vintage = { gdp = "census2023" }',
            "sample.vintage: the data has no vintages",
        ),
        (
            "years = [2019, 2022] }",
            'quantities = { rd = "nothing" } }',
            "grid.axis years.option later.quantities: the data has no column `nothing`",
        ),
        (
            "years = [2019, 2022] }",
            'vintage = { gdp = "x" } }',
            "option later.vintage: the data has no vintages",
        ),
        ('"log({subsidy})"', '"index_tech_innovation"', "no column `index_tech_innovation`"),
    ],
)
def test_what_does_not_apply_is_refused_by_name(
    claim_file: Callable[..., Path], own: pd.DataFrame, old: str, new: str, words: str
) -> None:
    verdict = pk.check(claim_file(old, new), data=own).verdicts[0]
    assert verdict.word is None
    assert words in str(verdict.error)
    assert verdict.error is not None
    assert verdict.error.text("zh") != str(verdict.error)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "years = [2018, 2021]",
            'years = [2018, 2021], provinces = "no_tibet"',
            "sample.provinces: the firms of the data are no provinces",
        ),
        (
            "[[claim.grid.axis]]",
            '[claim.grid]\nleave_one_out = "province"\n[[claim.grid.axis]]',
            'write "unit"',
        ),
    ],
)
def test_provinces_among_firms_are_refused(
    claim_file: Callable[..., Path], own: pd.DataFrame, old: str, new: str, words: str
) -> None:
    firms = own.rename(lambda name: f"firm {name}", level=0).rename_axis(index=["firm", "year"])
    assert words in str(pk.check(claim_file(old, new), data=firms).verdicts[0].error)


def test_units_are_left_out_one_at_a_time(claim_file: Callable[..., Path], own: pd.DataFrame) -> None:
    path = claim_file("[[claim.grid.axis]]", '[claim.grid]\nleave_one_out = "unit"\n[[claim.grid.axis]]')
    numbered = own.set_axis(
        pd.MultiIndex.from_arrays(
            [pd.factorize(own.index.get_level_values(0))[0] + 7, own.index.get_level_values(1)],
            names=["firm", "year"],
        )
    )
    tested = pk.check(path, data=numbered).verdicts[0].tested
    assert tested is not None
    assert tested.grid is not None
    assert (tested.grid.table["left_out"] != "").sum() == 31


def test_cities_have_the_regions_that_a_column_says(
    claim_file: Callable[..., Path], own: pd.DataFrame, cities: pd.DataFrame
) -> None:
    regions = nbs_regions().set_index("name_en")["region"]
    name = cities.index.get_level_values("city").str.removeprefix("town ")
    told = cities.assign(zone=regions.reindex(name).to_numpy())
    path = claim_file()
    moved = path.with_name("quarters.toml")
    moved.write_text(
        path.read_text("utf-8").replace("[2018, 2021]", "[13, 16]").replace("[2019, 2022]", "[14, 17]")
    )

    def asked(result: CheckResult) -> dict[str, object]:
        (found, *_) = [
            item for item in result if item.tested is not None and item.tested.headline is not None
        ]
        return {one.key: one for one in found.conditions}

    without, known = asked(pk.check(moved, data=cities)), asked(pk.check(moved, data=told, regions="zone"))
    assert without["regions"].outcome == "not computed"
    assert known["regions"].numbers == pytest.approx(
        asked(pk.check(path, data=own))["regions"].numbers, rel=1e-6
    )
    with pytest.raises(SpecError, match="no column is called `area`"):
        pk.check(moved, data=told, regions="area")
    first = told.index[0]
    for wrong, said in (
        (told.assign(zone=range(len(told))), "several: .*town"),
        (told, "none: .*town Beijing"),
    ):
        part = wrong.copy()
        if wrong is told:
            part.loc[first[0], "zone"] = None
        with pytest.raises(SpecError, match=said):
            pk.check(moved, data=part, regions="zone")
    with pytest.raises(SpecError, match="regions describe a panel of your own"):
        pk.check(path, regions="zone")


def test_composite_indices_are_refused(own: pd.DataFrame) -> None:
    result = pk.check("A7", data=own)
    assert result.failures
    assert "made of shipped figures" in str(result.failures[0].error)


def test_data_that_are_no_panel_are_refused(claim_file: Callable[..., Path], own: pd.DataFrame) -> None:
    path = claim_file()
    cities = own.rename(lambda name: f"town {name}", level=0).rename_axis(index=["city", "quarter"])
    with pytest.raises(DataError, match="city and quarter must name one row each.*town Beijing 2005"):
        pk.check(path, data=pd.concat([cities, cities.iloc[:1]]))
    with pytest.raises(DataError, match="unit= and time="):
        pk.check(path, data=own.reset_index())
    with pytest.raises(SpecError, match="name the claim file"):
        pk.check(data=own)
    with pytest.raises(SpecError, match="describe a panel of your own"):
        pk.check(path, unit="city")
    with pytest.raises(SpecError, match="no design reads the weights own"):
        pk.check(path, data=own, w=pk.contiguity())


def test_an_undeclared_claim_beside_declared_ones_is_no_error(
    claim_file: Callable[..., Path], own: pd.DataFrame
) -> None:
    path = claim_file()
    (path.parent / "DECLARED.toml").write_text("", encoding="utf-8")
    with pytest.raises(SpecError, match="not declared"):
        pk.check(path)
    assert "not_declared" in pk.check(path, data=own).verdicts[0].flags


def test_the_calibration_road_is_deterministic(claim_file: Callable[..., Path]) -> None:
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product([range(12), range(2018, 2023)], names=["id", "year"])
    frame = pd.DataFrame({"x": rng.normal(size=60), "y": rng.normal(size=60)}, index=index)
    path = claim_file()
    text = path.read_text(encoding="utf-8").replace('"log({rd} / gdp)"', '"{rd}"')
    text = text.replace('"log(({rd} - {subsidy}) / gdp)"', '"{rd} - {subsidy}"').replace(
        '"log({subsidy})"', '"{subsidy}"'
    )
    text = text.replace('"rd_expenditure"', '"y"').replace('"rd_funds_government"', '"x"')
    path.write_text(text, encoding="utf-8")
    one, other = pk.check(path, data=frame), pk.check(path, data=frame.sample(frac=1.0, random_state=1))
    assert not one.failures
    assert json.dumps(one.to_list()) == json.dumps(other.to_list())
