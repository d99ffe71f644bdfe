"""`panelkit data diff FILE` and dry runs: every option of `ingest`, nothing written, every refusal named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

import panelkit as pk
from panelkit.cli import app
from panelkit.data.figures import read_figures
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table

WRITING = {"--dry-run", "--out", "--workers"}
"""Options of `ingest` about what is written, and about folders."""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def options(*path: str) -> dict[str, Any]:
    command: Any = typer.main.get_command(app)
    for name in path:
        command = command.get_command(typer.Context(command), name)
    return {option: one for one in command.params for option in one.opts if option.startswith("--")}


def test_diff_takes_every_option_of_ingest() -> None:
    ingest, diff = options("ingest"), options("data", "diff")
    assert set(ingest) - set(diff) == WRITING
    for name in set(ingest) & set(diff):
        one, other = ingest[name], diff[name]
        mine, theirs = ((o.multiple, o.default, o.is_flag, o.nargs) for o in (one, other))
        assert mine == theirs, name


def export(folder: Path, name: str = "gdp.csv", **words: str) -> Path:
    """Write 2022 and 2023 of GDP: Shanghai revised, Tibet blank in 2022, all others as held, rounded."""
    figures = read_figures(["gdp"], "census2023", check=False)
    cells = {
        (int(str(r.adcode)), str(r.period), "地区生产总值"): repr(
            round(float(str(r.value)) * (1.05 if r.adcode == 310000 else 1.0), 1)
        )
        for r in figures.itertuples()
        if str(r.period) in ("2022", "2023") and not (r.adcode == 540000 and str(r.period) == "2022")
    }
    text = writers.classic(Table(list(NAMES), ["2023", "2022"], ["地区生产总值"], cells))
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / name
    path.write_bytes(text.encode("gb18030"))
    return path


def test_a_file_alone_is_compared_as_ingest_takes_it(tmp_path: Path) -> None:
    path, store = export(tmp_path), tmp_path / "store"
    store.mkdir()
    found = json.loads(run("data", "diff", path, "--store", store, "--json").stdout)
    (judged,) = pk.ingest([path], store=store, vintage="census2028", dry_run=True).files
    judgement = judged.judgement
    assert found["compared_with"] == {"gdp": "census2023"}
    assert found["counts"] == {
        "new": judgement.new,
        "unchanged": judgement.unchanged,
        "revised": len(judgement.revised),
        "gone": len(judgement.gone),
    }
    assert found["counts"] == {"new": 0, "unchanged": 59, "revised": 2, "gone": 1}
    shown = run("data", "diff", path, "--store", store, "--lang", "zh").stdout
    assert "gdp：与census2023比较" in shown
    assert "上海" in shown
    assert list(store.iterdir()) == []


def test_its_options_read_the_file(tmp_path: Path) -> None:
    path, store = export(tmp_path, 内蒙古="内蒙占"), tmp_path / "store"
    store.mkdir()
    refused = run("data", "diff", path, "--store", store)
    assert "--place" in str(refused.exception)
    for sides in ([path], ["census2023", path]):
        said = ["--place", "内蒙占自治区=内蒙古", "--vintage", "own", "--indicator", "gdp"]
        done = run("data", "diff", *sides, "--store", store, *said, "--json")
        assert done.exit_code == 0, done.exception
        assert json.loads(done.stdout)["counts"]["revised"] == 2
    assert list(store.iterdir()) == []


def test_an_indicator_of_a_file_is_named_or_chosen(tmp_path: Path) -> None:
    head = "province,year,indicator,value,unit\n"
    path = tmp_path / "two.csv"
    path.write_text(f"{head}北京,2023,gdp,43000,亿元\n北京,2023,population,2185.8,万人\n", encoding="utf-8")
    both = json.loads(run("data", "diff", "shipped", path, "--json").stdout)
    one = json.loads(run("data", "diff", "shipped", path, "--json", "--indicator", "population").stdout)
    assert {cell["indicator"] for cell in both["cells"]} == {"gdp", "population"}
    assert {cell["indicator"] for cell in one["cells"]} == {"population"}


def test_options_with_nothing_to_act_on(tmp_path: Path) -> None:
    for arguments, why in (
        (["shipped"], "no file"),
        (["shipped", "census2023", "--place", "甲=北京"], "--place.*neither side"),
        (["shipped", "census2023", "--indicator", "甲=gdp"], "--indicator.*neither side"),
    ):
        done = run("data", "diff", *arguments)
        assert isinstance(done.exception, pk.SpecError)
        with pytest.raises(pk.SpecError, match=why):
            raise done.exception


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Return a file that is read, one with a misprint, and one that contradicts the first."""
    head, folder = "province,year,indicator,value,unit\n", tmp_path / "files"
    folder.mkdir()
    rows = {"a": "北京,2020,甲,1.5,个", "b": "北京,2020,乙,一,个", "c": "北京,2020,甲,2.5,个"}
    for name, row in rows.items():
        (folder / f"{name}.csv").write_text(f"{head}{row}\n", encoding="utf-8")
    return sorted(folder.iterdir())


def test_a_dry_run_of_several_names_every_refusal(three: list[Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    report = pk.ingest(three, store=store, dry_run=True)
    assert [one.read.name for one in report.files] == ["a.csv"]
    assert [one.name for one in report.refused] == ["b.csv", "c.csv"]
    with pytest.raises(pk.DataError, match=r"b\.csv.*\n.*c\.csv"):
        pk.ingest(three, store=store)
    done = run("ingest", *three, "--store", store, "--dry-run", "--lang", "zh")
    assert done.exit_code == 2
    assert "b.csv\n  会被拒绝" in done.stdout
    assert "3 个文件中有 2 个会被拒绝" in done.stdout
    shown = json.loads(run("ingest", *three, "--store", store, "--dry-run", "--json").stdout)
    assert [one["file"] for one in shown["refused"]] == ["b.csv", "c.csv"]
    assert shown["refused"][0]["problems"][0]["row"] == 2
    assert run("ingest", three[0], "--store", store, "--dry-run").exit_code == 0
    assert not store.exists()


def test_a_dry_run_of_a_folder_ends_with_two_where_a_file_is_refused(
    three: list[Path], tmp_path: Path
) -> None:
    said = ["ingest", three[0].parent, "--store", tmp_path / "store"]
    done = run(*said, "--dry-run", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["counts"] == {"read": 1, "held": 0, "apart": 0, "refused": 2}
    assert run(*said).exit_code == 0
