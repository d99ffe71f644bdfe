"""A folder of files at once: each is read, held, set apart or refused, nothing else is touched, and a run resumes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.cli._progress import FileProgress
from panelkit.data.yearbook import tree
from panelkit.data.yearbook.folder_report import FileOutcome, FolderReport
from panelkit.data.yearbook.store.places import store_places
from panelkit.data.yearbook.store.store import read_store
from panelkit.report.ingested import write_report
from tests.yearbook.fuzzing import fingerprint
from tests.yearbook.shelf import write_shelf

HEAD = "province,year,indicator,value,unit\n"


def tidy(value: float, year: int = 2020, place: str = "北京", indicator: str = "甲") -> str:
    return f"{HEAD}{place},{year},{indicator},{value},个\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A yearbook of three parts, with what lies about in such folders."""
    home = tmp_path / "yearbook"
    (home / "01").mkdir(parents=True)
    (home / "02" / "deep").mkdir(parents=True)
    write_shelf(home / "01", 3)
    (home / "02" / "a.csv").write_text(tidy(1.5), encoding="utf-8")
    (home / "02" / "b.csv").write_text(tidy(2.5), encoding="utf-8")  # contradicts a.csv
    (home / "02" / "deep" / "copy of a.csv").write_text(tidy(1.5), encoding="utf-8")
    (home / "02" / "deep" / "page.xls").write_text("<html><body>404</body></html>", encoding="utf-8")
    (home / "02" / "scan.pdf").write_bytes(b"%PDF-1.4")
    (home / "02" / "~$a.xlsx").write_bytes(b"lock")
    return home


def words(report: FolderReport) -> dict[str, str]:
    return {file.file: file.word for file in report.files}


def test_every_file_has_its_outcome(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(folder)
    report = pk.ingest_folder(folder, store=tmp_path / "store")
    found = words(report)
    assert {name: word for name, word in found.items() if not name.startswith("01")} == {
        "02/a.csv": "read",
        "02/b.csv": "refused",
        "02/deep/copy of a.csv": "held",
        "02/deep/page.xls": "refused",
        "02/scan.pdf": "apart",
        "02/~$a.xlsx": "apart",
    }
    assert [word for name, word in found.items() if name.startswith("01")] == ["read"] * 3
    assert report.counts() == {"read": 4, "held": 1, "apart": 2, "refused": 2}
    assert "1.5 in a.csv" in next(f.said for f in report.files if f.file == "02/b.csv")
    assert fingerprint(folder) == before
    stored = read_store(tmp_path / "store").figures
    assert stored.loc[stored["indicator"] == "甲", "value"].tolist() == [1.5]


def test_the_store_is_that_of_the_files_one_by_one(folder: Path, tmp_path: Path) -> None:
    pk.ingest_folder(folder / "01", store=tmp_path / "all")
    for file in sorted((folder / "01").iterdir()):
        pk.ingest([file], store=tmp_path / "one")
    one, whole = read_store(tmp_path / "one").figures, read_store(tmp_path / "all").figures
    assert len(whole) > 200
    assert whole.equals(one)


def test_a_stopped_run_is_resumed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "LOT", 2)
    store = tmp_path / "store"

    def stop(file: FileOutcome, total: int) -> None:
        if file.file.startswith("02"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pk.ingest_folder(folder, store=store, advance=stop)
    held = len(read_store(store).files)
    assert held == 2  # the first lot stands, the one under way does not
    report = pk.ingest_folder(folder, store=store)
    assert report.counts() == {"read": 2, "held": 3, "apart": 2, "refused": 2}
    again = pk.ingest_folder(folder, store=store)
    assert again.counts()["read"] == 0
    assert not again.changed


def test_any_number_of_readers_gives_the_same(folder: Path, tmp_path: Path) -> None:
    one, four = (
        pk.ingest_folder(folder, store=tmp_path / str(n), workers=n).as_dict()["files"] for n in (1, 4)
    )
    assert one == four


def test_a_dry_run_writes_nothing(folder: Path, tmp_path: Path) -> None:
    report = pk.ingest_folder(folder, store=tmp_path / "store", dry_run=True)
    assert report.counts()["read"] == 4
    assert not report.changed
    assert not (tmp_path / "store").exists()


def test_a_name_takes_what_contradicts(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = pk.ingest_folder(folder, store=store, vintage="own")
    assert first.counts() == {"read": 5, "held": 1, "apart": 2, "refused": 1}
    stored = read_store(store).figures
    mine = stored[stored["indicator"] == "甲"].set_index("vintage")["value"]
    assert mine.to_dict() == {"as_published": 1.5, "own": 2.5}
    assert pk.ingest_folder(folder, store=store, vintage="own").counts()["read"] == 0


def test_what_is_not_gone_into_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pk.ingest_folder(folder, store=tmp_path / "other").counts()
    pk.ingest_folder(folder, store=folder / "库")
    (folder / "环").symlink_to(folder)
    (folder / "closed").mkdir()
    walk = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return walk(path)

    monkeypatch.setattr("os.scandir", scandir)
    report = pk.ingest_folder(folder, store=folder / "库")
    found = {file.file: (file.word, str(file.said)) for file in report.files}
    assert found["环"] == ("apart", "a link: links are not followed")
    assert found["库"] == ("apart", "a store of panelkit: its files are in it already")
    assert found["closed"][0] == "refused"
    assert "cannot be listed" in found["closed"][1]
    counts = report.counts()
    assert counts["held"] == before["read"] + before["held"]
    assert counts["read"] == 0
    assert counts["apart"] == before["apart"] + 2
    assert counts["refused"] == before["refused"] + 1


def test_links_are_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "yearbook"
    home.mkdir()
    (tmp_path / "a.csv").write_text(tidy(1), encoding="utf-8")
    (home / "link.csv").symlink_to(tmp_path / "a.csv")
    (home / "round").symlink_to(home)
    assert words(pk.ingest_folder(home, store=tmp_path / "store")) == {"link.csv": "apart", "round": "apart"}


def test_refusals(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(pk.DataError, match="nothing is no folder"):
        pk.ingest_folder(folder / "nothing", store=tmp_path / "store")
    with pytest.raises(pk.SpecError, match="workers"):
        pk.ingest_folder(folder, store=tmp_path / "store", workers=0)
    with pytest.raises(pk.DataError):
        pk.ingest_folder(folder, store=folder)  # a folder of somebody's is no store
    assert not (tmp_path / "store").exists()


def test_report_as_csv_and_page(folder: Path, tmp_path: Path) -> None:
    report = pk.ingest_folder(folder, store=tmp_path / "store")
    table, page = write_report(report, tmp_path / "out", "zh")
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "文件,结果,单元格,指标,年份,版本,原因"
    assert len(lines) >= 1 + len(report.files)
    text = page.read_text(encoding="utf-8")
    assert "共 9 个文件：读入 4 个，已在数据库中 1 个，另列 2 个，拒绝 2 个" in text
    assert text.count("<code>") == len(report.files)


def test_from_the_command_line(folder: Path, tmp_path: Path) -> None:
    run = CliRunner()
    said = ["ingest", str(folder), "--store", str(tmp_path / "store")]
    first = run.invoke(app, [*said, "--out", str(tmp_path / "out")])
    assert first.exit_code == 0
    assert "9 files: 4 read, 1 in the store already, 2 set apart, 2 refused" in first.stdout
    assert first.stderr.splitlines() == [f"{n} of 9 files" for n in range(1, 10)]
    assert (tmp_path / "out" / "ingested.html").exists()
    second = json.loads(run.invoke(app, [*said, "--json"]).stdout)
    assert second["counts"] == {"read": 0, "held": 5, "apart": 2, "refused": 2}
    wrong = run.invoke(app, [*said, "--year", "2020"])
    assert isinstance(wrong.exception, pk.SpecError)
    assert re.search(r"--year.*said of one file", str(wrong.exception))
    page = folder / "02" / "deep" / "page.xls"
    alone = run.invoke(app, ["ingest", str(page), "--out", str(tmp_path / "x")])
    assert isinstance(alone.exception, pk.SpecError)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run.invoke(app, ["ingest", str(empty), "--store", str(tmp_path / "store")]).exit_code == 2


@pytest.fixture
def misread(tmp_path: Path) -> Path:
    """Return a folder: a misprinted province, a row about none, a column without a unit, each in a file of its own."""
    home = tmp_path / "misread"
    home.mkdir()
    rows = {"place": "北就,2020,甲,1,个", "plain": "北京,2020,乙,2,个"}
    for name, row in rows.items():
        (home / f"{name}.csv").write_text(f"{HEAD}上海,2020,丙{name},3,个\n{row}\n", encoding="utf-8")
    (home / "rows.csv").write_text(f"{HEAD}北京,2020,丁,1,个\n军队,2020,丁,4,个\n", encoding="utf-8")
    (home / "unit.csv").write_text("province,year,戊\n北京,2020,5\n上海,2020,6\n", encoding="utf-8")
    return home


SAID = ["--place", "北就=北京", "--rows", "军队", "--unit", "戊=亿元"]


def test_what_is_said_of_a_folder_is_taken_by_the_files_that_hold_it(misread: Path, tmp_path: Path) -> None:
    run, store = CliRunner(), tmp_path / "store"
    assert pk.ingest_folder(misread, store=tmp_path / "bare").counts()["refused"] == 2
    call = ["ingest", str(misread), "--store", str(store), *SAID, "--json"]
    shown = json.loads(run.invoke(app, call).stdout)
    assert shown["counts"] == {"read": 4, "held": 0, "apart": 0, "refused": 0}
    assert shown["unmet"] == []
    stored = {file.name: dict(file.told) for file in read_store(store).files}
    assert stored == {
        "place.csv": {"places": {"北就": "北京"}},
        "plain.csv": {},
        "rows.csv": {"rows": ["军队"]},
        "unit.csv": {"unit": {"戊": "亿元"}},
    }
    figures = read_store(store).figures
    assert set(figures.loc[figures["indicator"] == "戊", "unit"]) == {"亿元"}
    assert [one.name for one in store_places(store)] == ["北就"]
    again = json.loads(run.invoke(app, call).stdout)
    assert again["counts"] == {"read": 0, "held": 4, "apart": 0, "refused": 0}
    assert not again["changed"]
    assert again["unmet"] == []
    assert (
        pk.ingest_folder(misread, store=store).counts()["held"] == 4
    )  # the same bytes, and nothing says otherwise
    other = pk.ingest_folder(misread, store=store, unit={"戊": "个"})
    assert words(other) == {
        "place.csv": "held",
        "plain.csv": "held",
        "rows.csv": "refused",
        "unit.csv": "refused",
    }


def test_what_no_file_holds_is_named(misread: Path, tmp_path: Path) -> None:
    report = pk.ingest_folder(
        misread,
        store=tmp_path / "store",
        places={"北就": "北京", "上每": "上海"},
        skip_rows=["军队", "海军"],
        unit={"己": "个"},
    )
    assert [str(line).partition("`: ")[0] for line in report.unmet] == [
        "`--place 上每",
        "`--rows 海军",
        "`--unit 己",
    ]
    assert [one.name for one in store_places(tmp_path / "store")] == ["北就"]
    with pytest.raises(pk.SpecError, match="--unit NAME=亿元"):
        pk.ingest_folder(misread, store=tmp_path / "store", unit="亿元")  # type: ignore[arg-type]
    with pytest.raises(pk.SpecError, match="is a province"):
        pk.ingest_folder(misread, store=tmp_path / "store", skip_rows=["北京"])


def test_plain_lines_of_progress_are_about_ten(capsys: pytest.CaptureFixture[str]) -> None:
    for total, lines in ((3, 3), (25, 13), (87, 11), (400, 10), (2345, 24)):
        with FileProgress("en") as progress:
            for _ in range(total):
                progress.advance(total)
        said = capsys.readouterr().err.splitlines()
        assert len(said) == lines
        assert said[-1] == f"{total} of {total} files"
