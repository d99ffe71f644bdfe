"""Misspelt names of places: proposed, said once, remembered by the store with a date, and forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.store.store import read_store
from panelkit.data.yearbook.vocabulary.near_places import near_places
from panelkit.language.errors import SpecError
from tests.yearbook import writers

HEAD = [["1-4 各地区测绘人员(2013年)"], ["单位：人年"], ["地区", "Region", "测绘人员"]]


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    def make(label: str, name: str = "表.xlsx", english: str | None = None, value: int = 7) -> Path:
        path = tmp_path / name
        path.write_bytes(writers.xlsx([*HEAD, ["北京", "Beijing", 3], [label, english, value]]))
        return path

    return make


def test_a_refusal_proposes_the_nearest_province_with_the_option(made: Callable[..., Path]) -> None:
    with pytest.raises(YearbookError) as caught:
        pk.read_yearbook(made("内蒙占"))
    assert "`--place 内蒙占=内蒙古`" in str(caught.value)
    assert "`--rows 内蒙占`" in str(caught.value)
    assert "误印" in caught.value.text("zh")


def test_the_english_beside_a_name_and_the_rows_of_others_decide() -> None:
    assert near_places("某某", ["某某", "Inner Mongolia"]) == [150000]
    assert sorted(near_places("山酉")) == [140000, 370000]
    assert near_places("山酉", taken={370000}) == [140000]
    assert near_places("军队") == []


def test_a_name_said_once_gives_every_cell(made: Callable[..., Path]) -> None:
    table = pk.read_yearbook(made("内 蒙 占", english="Inner Mongolia"), places={"内蒙占": "Inner Mongolia"})
    assert dict(zip(table["adcode"], table["value"], strict=True)) == {110000: 3.0, 150000: 7.0}
    assert "'内蒙占' is read as Inner Mongolia" in table.attrs["panelkit"]["notes"]


def test_long_tables_and_exports_take_names_too(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("province,year,甲\n北就,2020,3\n上海,2020,4\n", encoding="utf-8")
    assert list(pk.read_yearbook(path, places={"北就": "北京"})["adcode"]) == [110000, 310000]
    head, foot = "数据库：分省年度数据\n指标：甲(个)\n时间：2020年\n", "数据来源：国家统计局\n"
    path.write_text(f"{head}地区,2020年\n北就市,3\n上海市,4\n{foot}", encoding="utf-8")
    read = pk.read_yearbook(path, places={"北就市": "北京"})
    assert list(read["adcode"]) == [110000, 310000]


def test_two_names_never_become_one_province_unsaid(made: Callable[..., Path]) -> None:
    with pytest.raises(YearbookError, match="duplicate rows"):
        pk.read_yearbook(made("北就"), places={"北就": "北京"})


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"天津": "北京"}, "is a place or a total already"),
        ({"合计": "北京"}, "is a place or a total already"),
        ({"内蒙占": "全国"}, "is no province"),
        ({"内蒙占": "内蒙占"}, "no province is known under"),
        ({"内蒙右": "内蒙古"}, "no cell reads '内蒙右'"),
        ({"other.xlsx:内蒙占": "内蒙古"}, "内蒙占"),
    ],
)
def test_what_cannot_be_said(places: dict[str, str], said: str, made: Callable[..., Path]) -> None:
    with pytest.raises((SpecError, YearbookError), match=said):
        pk.read_yearbook(made("内蒙占" if "内蒙右" not in places else "内蒙古"), places=places)


def test_the_store_remembers_until_it_is_told_to_forget(made: Callable[..., Path], tmp_path: Path) -> None:
    store, path = tmp_path / "store", made("内蒙占")
    dry = pk.ingest([path], store=store, vintage="own", places={"内蒙占": "内蒙古"}, dry_run=True)
    assert not dry.changed
    assert not store.exists()
    pk.ingest([path], store=store, vintage="own", places={"内蒙占": "内蒙古"})
    today = date.today().isoformat()
    assert [one.record() for one in pk.store_places(store)] == [
        {"name": "内蒙占", "province": "内蒙古", "date": today}
    ]
    assert not pk.ingest([path], store=store).changed
    later = pk.ingest([made("内蒙占", "later.xlsx", value=8)], store=store, vintage="later")
    assert {entry.adcode for entry in later.files[0].entries} == {110000, 150000}
    with pytest.raises(SpecError, match="panelkit store forget 内蒙占"):
        pk.ingest([path], store=store, places={"内蒙占": "青海"})
    forgotten = pk.forget_place("内蒙占", store)
    assert forgotten is not None
    assert forgotten.province == "内蒙古"
    assert pk.store_places(store) == []
    assert pk.forget_place("内蒙占", store) is None
    with pytest.raises(YearbookError, match="内蒙占"):
        pk.ingest([made("内蒙占", "third.xlsx")], store=store, vintage="third")
    assert pk.check_store(store).whole
    held = read_store(store)
    assert [file.told for file in held.files] == [{"places": {"内蒙占": "内蒙古"}}] * 2
    next((store / "figures").iterdir()).unlink()
    assert pk.repair_store(store).lost == ()
    assert read_store(store).figures.equals(held.figures)


def test_two_files_may_mean_two_places(made: Callable[..., Path], tmp_path: Path) -> None:
    first, second = made("某省", "a.xlsx"), made("某省", "b.xlsx", value=9)
    sha256 = hashlib.sha256(second.read_bytes()).hexdigest()
    said = {"a.xlsx:某省": "青海", f"{sha256[:12]}:某省": "甘肃"}
    report = pk.ingest([first, second], store=tmp_path / "store", vintage="own", places=said)
    assert [sorted(e.adcode for e in one.entries) for one in report.files] == [
        [110000, 630000],
        [110000, 620000],
    ]
    assert [one.name for one in pk.store_places(tmp_path / "store")] == list(said)


def test_a_folder_is_read_with_what_the_store_remembers(made: Callable[..., Path], tmp_path: Path) -> None:
    store, home = tmp_path / "store", tmp_path / "yearbook"
    pk.ingest([made("内蒙占")], store=store, vintage="own", places={"内蒙占": "内蒙古"})
    home.mkdir()
    made("内蒙占", "yearbook/later.xlsx", value=8)
    report = pk.ingest_folder(home, store=store, vintage="later")
    assert report.counts()["read"] == 1
    figures = read_store(store).figures
    assert list(figures.loc[figures["vintage"] == "later", "adcode"]) == [110000, 150000]


def test_on_the_command_line(made: Callable[..., Path], tmp_path: Path) -> None:
    run, store = CliRunner(), str(tmp_path / "store")
    call = ["ingest", str(made("内蒙占")), "--store", store, "--vintage", "own"]
    done = run.invoke(app, [*call, "--place", "内蒙占=内蒙古"])
    assert done.exit_code == 0, done.output
    listed = json.loads(run.invoke(app, ["store", "places", store, "--json"]).stdout)
    assert [(one["name"], one["province"]) for one in listed] == [("内蒙占", "内蒙古")]
    gone = run.invoke(app, ["store", "forget", "内蒙占", "--store", store, "--lang", "zh"])
    assert "内蒙占" in gone.stdout
    empty = run.invoke(app, ["store", "places", store])
    assert "remembers no misspelt names" in empty.stdout
