"""`panelkit ingest`, `panelkit store`, `panelkit data diff` and `export` as a user calls them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import panelkit as pk
from panelkit.cli import main
from panelkit.data.figures import read_figures
from tests.reference import sample_path
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table


class Call(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def panelkit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Call]:
    def run(*arguments: object) -> Call:
        monkeypatch.setattr(sys, "argv", ["panelkit", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "120")
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        code = caught.value.code
        return Call(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


@pytest.fixture
def export(tmp_path: Path) -> Path:
    figures = read_figures(["gdp"], "census2023", check=False)
    cells = {
        (int(r.adcode), str(r.period), "地区生产总值"): repr(
            round(float(r.value) * (1.05 if r.adcode == 310000 else 1.01), 1)
        )
        for r in figures.itertuples()
        if str(r.period) >= "2020"
    }
    path = tmp_path / "分省年度数据.csv"
    table = Table(list(NAMES), ["2024", "2023", "2022", "2021", "2020"], ["地区生产总值"], cells)
    path.write_bytes(writers.classic(table).encode("gb18030"))
    return path


def test_the_whole_way(panelkit: Callable[..., Call], export: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    refused = panelkit("ingest", export, "--store", store)
    assert refused.status == 2
    assert "name its vintage with `--vintage NAME`" in refused.err
    assert not store.exists()
    chinese = panelkit("ingest", export, "--store", store, "--lang", "zh")
    assert "请用 --vintage 命名" in chinese.err
    taken = panelkit("ingest", export, "--store", store, "--vintage", "census2028")
    assert taken.status == 0
    assert "0 new, 0 unchanged, 155 revised, 0 gone" in taken.out
    assert "Shanghai" in taken.out
    assert "+5.00 %" in taken.out
    again = panelkit("ingest", export, "--store", store, "--vintage", "census2028", "--lang", "zh")
    assert "没有变化" in again.out
    recorded = panelkit("ingest", export, "--store", store, "--json")
    assert json.loads(recorded.out)["changed"] is False
    assert "census2028: gdp" in panelkit("store", "--store", store).out
    difference = json.loads(panelkit("data", "diff", "shipped", store, "--indicator", "gdp", "--json").out)
    assert difference["counts"]["revised"] == 155
    assert difference["cells"][0]["province"] in {"Shanghai"} | {c["province"] for c in difference["cells"]}
    table = panelkit("data", "diff", "census2023", "census2028", "--store", store, "--lang", "zh")
    assert "修订155" in table.out
    out = tmp_path / "out.csv"
    assert panelkit("data", "export", "--store", store, "--only-store", "-o", out).status == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 156


def test_a_dry_run_writes_nothing(panelkit: Callable[..., Call], export: Path, tmp_path: Path) -> None:
    done = panelkit("ingest", export, "--store", tmp_path / "store", "--vintage", "trial", "--dry-run")
    assert "nothing was written" in done.out
    assert not (tmp_path / "store").exists()


def test_json_of_a_refusal_names_file_row_and_column(
    panelkit: Callable[..., Call], export: Path, tmp_path: Path
) -> None:
    export.write_bytes(export.read_bytes().replace("天津市".encode("gb18030"), "天京市".encode("gb18030")))
    done = panelkit("ingest", export, "--store", tmp_path / "store", "--json")
    assert done.status == 2
    (problem,) = json.loads(done.out)["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == (export.name, 6, 1)
    assert "天京市" in problem["message_zh"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--indicator", "gpd"),
        ("--indicator", "=gdp"),
        ("--column", "nonsense"),
        ("--sheet", "x", "--year", "20"),
        ("--corrections", "absent.toml"),
    ],
)
def test_wrong_options_are_one_line(
    panelkit: Callable[..., Call], export: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = panelkit("ingest", export, "--store", tmp_path / "store", *arguments)
    assert done.status == 2
    assert "Traceback" not in done.err + done.out
    assert not (tmp_path / "store").exists()


def test_wrong_sides_of_a_comparison(panelkit: Callable[..., Call], tmp_path: Path) -> None:
    done = panelkit("data", "diff", "shipped", "census1900", "--store", tmp_path)
    assert done.status == 2
    assert "neither `shipped`" in done.err
    empty = panelkit("data", "export", "--only-store", "--store", tmp_path / "none")
    assert empty.status == 2


def test_public_names(tmp_path: Path) -> None:
    path = sample_path("nbs_portal2026_multi_indicator_2023.csv")
    table = pk.read_yearbook(path)
    old = pk.load_provinces(["gdp"], 2023)
    new = pk.build_panel(table[table["indicator"] == "gdp"])
    assert (new["gdp"] == old["gdp"]).all()
    assert pk.diff_vintages(read_figures(["gdp"], "census2023"), table).attrs["panelkit"]["unchanged"] == 31
    report = pk.ingest([path], store=tmp_path / "store")
    assert report.changed


@pytest.mark.parametrize(
    ("options", "english", "chinese"),
    [
        (["--indicator", "gdpp"], "no indicator is called 'gdpp'", "没有名为“gdpp”的指标"),
        (["--indicator", "乙=gdp"], "0 series of the file are called '乙'", "文件中名为“乙”的序列有0个"),
        (["--column", "乙"], "write NAME=VALUE", "请写成 名称=值"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_both_languages(
    tmp_path: Path, panelkit: Callable[..., Call], options: list[str], english: str, chinese: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("province,year,甲\n北京,2021,5\n", encoding="utf-8")
    for lang, wanted in (("en", english), ("zh", chinese)):
        call = panelkit("ingest", path, "--store", tmp_path / "store", *options, "--lang", lang, "--json")
        assert call.status == 2
        assert wanted in call.err
        assert wanted in json.loads(call.out)["error"]
    assert not (tmp_path / "store" / "head.json").exists()
