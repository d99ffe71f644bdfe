"""Cities in a store: in a part of their own, under the store's rules, and in nothing that is about provinces."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.claims.waiting import held_keys
from panelkit.cli import app
from panelkit.data.compare import figures_of
from panelkit.data.yearbook.errors import ToldError, YearbookError
from panelkit.data.yearbook.store.levels import mark_above
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.errors import DataError, SpecError
from tests.yearbook.fuzzing import fingerprint

CITIES = ["北京", "石家庄", "太原", "大连", "宁波", "厦门"]


def table(path: Path, year: int, start: float, cities: list[str] | None = None, head: str = "城市") -> Path:
    """Write a table of one year and return its path."""
    rows = [f"{name},{start + 10 * at}.5" for at, name in enumerate(cities or CITIES)]
    path.write_text(
        "\n".join([f"主要城市主要指标({year}年)", "单位：亿元", f"{head},地区生产总值", *rows, ""]),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with provinces, and with two years of cities."""
    folder = tmp_path / "store"
    own = tmp_path / "own.csv"
    own.write_text(
        "province,year,indicator,value,unit\n北京,2025,gdp,52000,亿元\n河北,2025,gdp,49000,亿元\n",
        encoding="utf-8",
    )
    pk.ingest([own], store=folder, vintage="mine")
    for year in (2021, 2022):
        path = table(tmp_path / f"{year}.csv", year, year)
        pk.ingest([path], store=folder, level="city", vintage="as_published")
    return folder


def run(*words: Any) -> tuple[int, str]:
    """Run a command and return its status and all that it says."""
    found = CliRunner().invoke(app, [*map(str, words)])
    return found.exit_code, found.output + (str(found.exception) if found.exception else "")


def test_cities_lie_in_a_part_of_their_own(store: Path) -> None:
    assert {*read_store(store).figures["adcode"]} == {110000, 130000}
    assert {*read_store(store / "cities", "city").figures["adcode"]} == {
        110000,
        130100,
        140100,
        210200,
        330200,
        350200,
    }
    assert read_store(store / "cities", "city").files[0].told == {"level": "city"}
    provinces = pk.store_figures(store, shipped=False)
    assert (list(provinces["value"]), "level" in provinces) == ([52000, 49000], False)
    cities = pk.store_figures(store, level="city")
    assert (len(cities), set(cities["level"]), list(cities["city"][:2])) == (12, {"city"}, ["北京", "石家庄"])
    assert pk.load_provinces("gdp", 2022).equals(
        pk.build_panel(pk.store_figures(store), indicators="gdp", years=2022)
    )


def test_a_store_may_begin_with_cities(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    pk.ingest([table(tmp_path / "a.csv", 2021, 5)], store=folder, level="city")
    assert pk.check_store(folder).whole
    assert read_store(folder).files == ()
    own = tmp_path / "own.csv"
    own.write_text(
        "province,year,indicator,value,unit\n北京,2025,gdp,52000,亿元\n河北,2025,gdp,49000,亿元\n",
        encoding="utf-8",
    )
    pk.ingest([own], store=folder, vintage="mine")
    assert (len(read_store(folder).files), len(read_store(folder / "cities", "city").files)) == (1, 1)


def test_vintages_of_cities_are_judged_by_cities_alone(tmp_path: Path, store: Path) -> None:
    shipped = pk.load_provinces("gdp", 2021, provinces=["北京"])["gdp"].iloc[0]
    assert shipped != 2021.5
    later = table(tmp_path / "later.csv", 2023, 2023)
    with pytest.raises(
        YearbookError, match=r"gdp belongs to no held vintage \(no held vintage shares a cell"
    ):
        pk.ingest([later], store=store, level="city")
    revised = table(tmp_path / "revised.csv", 2021, 2030)
    with pytest.raises(YearbookError, match="as_published: 0 of 6 shared cells equal"):
        pk.ingest([revised], store=store, level="city")
    report = pk.ingest([revised], store=store, level="city", vintage="census2023")
    assert len(report.files[0].judgement.revised) == 6
    again = pk.ingest([tmp_path / "2021.csv"], store=store, level="city")
    assert (again.changed, again.files[0].judgement.unchanged) == (False, 6)
    new = pk.ingest(
        [table(tmp_path / "new.csv", 2020, 1)], store=tmp_path / "other", level="city", dry_run=True
    )
    assert new.files[0].vintages == {"gdp": "as_published"}
    assert not (tmp_path / "other").exists()
    panel = pk.load_cities("gdp", store=store, vintage={"gdp": "census2023"})
    assert panel["gdp"].iloc[0] == 2030.5


def test_levels_refuse_each_other(tmp_path: Path, store: Path) -> None:
    before = fingerprint(store)
    with pytest.raises(YearbookError, match="`--level city` reads it"):
        pk.ingest([tmp_path / "2021.csv"], store=store)
    with pytest.raises(YearbookError, match="no table of cities"):
        pk.ingest(
            [table(tmp_path / "p.csv", 2021, 5, ["北京", "河北", "山西"], "地区")], store=store, level="city"
        )
    rules = tmp_path / "rules.toml"
    rules.write_text("", encoding="utf-8")
    with pytest.raises(ToldError, match="corrections are of provinces"):
        pk.ingest([tmp_path / "2021.csv"], store=store, level="city", corrections=rules)
    assert fingerprint(store) == before


def test_a_panel_of_cities_is_one_that_estimators_take(tmp_path: Path, store: Path) -> None:
    panel = pk.load_cities(store=store, labels="zh")
    assert (panel.index.names, list(panel)) == (["city", "year"], ["code", "gdp"])
    assert panel.loc[("大连", 2022), "code"] == 210200
    assert panel.attrs["panelkit"]["level"] == "city"
    noisy = panel.assign(
        y=[(5 * at) % 7 for at in range(len(panel))], x=[(7 * at) % 5 + at**0.5 for at in range(len(panel))]
    )
    fit = pk.FixedEffects("y ~ x").fit(noisy)
    assert (fit.facts["nobs"], fit.facts["n_units"]) == (12, 6)
    assert list(pk.load_cities(store=store, labels="code").index.levels[0])[1] == 130100
    assert pk.load_cities("gdp", 2022, store=store).shape == (6, 2)
    with pytest.raises(DataError, match="the store holds no figures of cities"):
        pk.load_cities(store=tmp_path / "none")
    with pytest.raises(DataError, match="no column"):
        pk.build_cities(pk.store_figures(store))


def test_further_cities_keep_their_names(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "coded.csv"
    path.write_text(
        "城市代码,城市,年份,gdp\n130200,唐山市,2021,8\n320500,苏州市,2021,9\n110000,北京市,2021,2021.5\n",
        encoding="utf-8",
    )
    pk.ingest([path], store=store, level="city", vintage="as_published")
    panel = pk.load_cities("gdp", store=store, labels="zh")
    assert panel.loc[("唐山", 2021), "gdp"] == 8
    assert panel["gdp"].isna().sum() == 2
    read = pk.read_yearbook(path, level="city")
    assert list(read["city"]) == ["唐山", "苏州", "北京"]


def test_misspelt_names_are_remembered_by_level(tmp_path: Path, store: Path) -> None:
    path = table(tmp_path / "m.csv", 2023, 2000, ["石加庄", "太原", "大连", "宁波", "唐山"])
    places = {"石加庄": "石家庄", "唐山": "130200"}
    pk.ingest([path], store=store, level="city", vintage="as_published", places=places)
    assert {one.name: one.province for one in pk.store_places(store, level="city")} == places
    assert pk.store_places(store) == []
    after = table(tmp_path / "n.csv", 2024, 2000, ["石加庄", "太原", "大连", "唐山"])
    pk.ingest([after], store=store, level="city", vintage="as_published")
    assert run("store", "forget", "唐山", "--store", store, "--level", "city")[0] == 0
    assert pk.forget_place("石加庄", store) is None
    assert [one.name for one in pk.store_places(store, level="city")] == ["石加庄"]


def test_a_damaged_part_is_found_and_mended(store: Path) -> None:
    assert (pk.check_store(store).whole, pk.check_store(store).files, pk.check_store(store).foreign) == (
        True,
        3,
        (),
    )
    before = pk.store_figures(store, level="city")
    figures = next((store / "cities" / "figures").iterdir())
    figures.write_text("spoilt", encoding="utf-8")
    (store / "cities" / "mine.txt").write_text("own", encoding="utf-8")
    found = pk.check_store(store)
    assert [problem.startswith("cities: ") for problem in found.problems] == [True]
    assert found.foreign == ("cities/mine.txt",)
    assert read_store(store).files[0].name == "own.csv"
    mended = pk.repair_store(store)
    assert (mended.files, mended.lost) == (3, ())
    assert pk.store_figures(store, level="city").equals(before)
    (store / "cities" / "head.json").unlink()
    assert not pk.check_store(store).whole
    pk.repair_store(store)
    assert pk.store_figures(store, level="city").equals(before)


def test_a_store_of_cities_alone_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    pk.ingest([table(tmp_path / "a.csv", 2021, 5)], store=folder, level="city")
    (folder / "cities" / "head.json").unlink()
    assert pk.repair_store(folder).files == 1
    assert pk.check_store(folder).whole


def test_a_folder_of_the_users_own_is_no_part(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    own = tmp_path / "own.csv"
    own.write_text(
        "province,year,indicator,value,unit\n北京,2025,gdp,52000,亿元\n河北,2025,gdp,49000,亿元\n",
        encoding="utf-8",
    )
    pk.ingest([own], store=folder, vintage="mine")
    (folder / "cities").mkdir()
    (folder / "cities" / "notes.txt").write_text("own", encoding="utf-8")
    assert pk.check_store(folder).foreign == ("cities",)
    with pytest.raises(DataError, match="is no store of panelkit and is not empty"):
        pk.ingest([table(tmp_path / "a.csv", 2021, 5)], store=folder, level="city")
    (folder / "cities" / "notes.txt").unlink()
    (folder / "cities").rmdir()
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", folder / "cities")
    with pytest.raises(DataError, match="is a link or a file"):
        pk.ingest([table(tmp_path / "a.csv", 2021, 5)], store=folder, level="city")


def test_a_folder_of_tables_is_taken_in_by_level(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    table(book / "a.csv", 2021, 5)
    table(book / "b.csv", 2021, 5, ["北京", "河北", "山西"], "地区")
    for level in ("city", "province"):
        report = pk.ingest_folder(book, store=tmp_path / "store", vintage="own", level=level)  # type: ignore[arg-type]
        assert report.counts() | {"read": 1, "refused": 1} == report.counts()
        again = pk.ingest_folder(book, store=tmp_path / "store", vintage="own", level=level)  # type: ignore[arg-type]
        assert again.counts() | {"held": 1, "refused": 1} == again.counts()
    assert pk.check_store(tmp_path / "store").files == 2


def test_commands_know_both_levels(tmp_path: Path, store: Path) -> None:
    status, said = run("store", "--store", store)
    assert (status, "own.csv" in said, "2 file(s) of cities" in said) == (0, True, True)
    assert "2021.csv" in run("store", "--store", store, "--level", "city")[1]
    out = tmp_path / "out.csv"
    assert run("data", "export", "--store", store, "--level", "city", "-o", out)[0] == 0
    text = out.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "code,city,period,indicator,vintage,value,unit,source,level"
    assert "city" not in run("data", "export", "--store", store, "--only-store")[1]
    again = pk.read_yearbook(out, level="city")
    assert again["value"].tolist() == pk.store_figures(store, level="city")["value"].tolist()
    counts = json.loads(run("data", "coverage", "--store", store, "--level", "city", "--json")[1])
    assert counts == [{"indicator": "gdp", "vintage": "as_published", "cities": {"2021": 6, "2022": 6}}]
    assert pk.held_counts("gdp", (2021, 2022), store=store, level="city").to_numpy().tolist() == [[6, 6]]
    with pytest.raises(SpecError, match="no annual figure of a city"):
        pk.held_counts(store=tmp_path / "none", level="city")


def test_files_and_vintages_of_cities_are_compared(tmp_path: Path, store: Path) -> None:
    path = table(tmp_path / "r.csv", 2021, 2030)
    counts = json.loads(run("data", "diff", path, "--store", store, "--level", "city", "--json")[1])["counts"]
    assert counts == {"new": 0, "gone": 0, "revised": 6, "unchanged": 0}
    pk.ingest([path], store=store, level="city", vintage="census2023")
    said = run("data", "diff", "as_published", "census2023", "--store", store, "--level", "city")[1]
    assert "6 revised" in said
    assert "Shijiazhuang" in said
    assert len(figures_of(str(store), store, [], {"level": "city"})) == 6
    with pytest.raises(SpecError, match="no figures of cities are shipped"):
        figures_of("shipped", store, [], {"level": "city"})
    with pytest.raises(YearbookError, match="a table of cities"):
        figures_of(str(path), store)


def test_a_part_is_never_a_store_of_provinces(tmp_path: Path, store: Path) -> None:
    part = store / "cities"
    own = tmp_path / "own.csv"
    doors: list[Callable[[], Any]] = [
        lambda: read_store(part),
        lambda: pk.store_figures(part),
        lambda: pk.held_counts(store=part),
        lambda: pk.ingest([own], store=part, vintage="mine"),
        lambda: figures_of(str(part), store),
    ]
    for door in doors:
        with pytest.raises(DataError, match="holds the cities of the store"):
            door()
    assert pk.check_store(part).whole
    assert pk.repair_store(part).lost == ()


def test_cities_bring_no_figures_to_claims(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "price.csv"
    path.write_text(
        "城市,年份,housing_price\n石家庄,2020,9000\n太原,2020,9100\n大连,2020,9200\n", encoding="utf-8"
    )
    status, said = run("ingest", path, "--store", store, "--level", "city", "--vintage", "own", "--json")
    assert (status, json.loads(said)["claims"]) == (0, [])
    assert "housing_price" not in held_keys(store)


def test_a_remembered_name_has_one_meaning(tmp_path: Path, store: Path) -> None:
    path = table(tmp_path / "m.csv", 2023, 2000, ["唐山", "太原", "大连"])
    pk.ingest([path], store=store, level="city", vintage="as_published", places={"唐山": "130200"})
    with pytest.raises(ToldError, match="`panelkit store forget 唐山 --level city` lets it go"):
        pk.ingest([path], store=store, level="city", vintage="as_published", places={"唐山": "130300"})


def test_a_run_that_is_stopped_before_its_part_is_made_leaves_a_whole_store(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    mark_above(folder / "cities", "city")
    assert pk.check_store(folder).whole
    pk.ingest([table(tmp_path / "a.csv", 2021, 5)], store=folder, level="city")
    (folder / "cities" / "head.json").replace(tmp_path / "head.json")
    assert "cities: head.json is missing" in [str(problem) for problem in pk.check_store(folder).problems]
    pk.repair_store(folder)
    assert pk.check_store(folder).whole
