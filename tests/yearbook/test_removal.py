"""A file taken out of a store: its cells leave, what it revised comes back, and nothing else moves."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

import panelkit as pk
from panelkit.cli import main
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.errors import DataError
from tests.yearbook.writers import NAMES

HEAD = "省份,年份,指标,数值,单位\n"


def table(folder: Path, name: str, cells: dict[tuple[str, int], float], more: str = "") -> Path:
    path = folder / name
    rows = "".join(f"{place},{year},某指标,{value},亿元\n" for (place, year), value in cells.items())
    path.write_text(HEAD + rows + more, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The second revises one cell in 124 of the first and adds one; the third adds one."""
    first = {
        (name[0], year): year - 2000 + at + 0.5
        for at, name in enumerate(NAMES.values())
        for year in range(2017, 2021)
    }
    second = first | {(NAMES[110000][0], 2020): 9.5, (NAMES[120000][0], 2021): 4.5}
    third = {(NAMES[500000][0], 2022): 6.5}
    return [table(tmp_path, f"{n}.csv", cells) for n, cells in (("a", first), ("b", second), ("c", third))]


def cells(store: Path) -> pd.DataFrame:
    return read_store(store).figures


@pytest.mark.parametrize("by_digits", [False, True])
def test_the_store_is_as_if_the_file_had_never_been(
    tmp_path: Path, files: list[Path], by_digits: bool
) -> None:
    store, other = tmp_path / "store", tmp_path / "other"
    for path in files:
        pk.ingest([path], store=store, vintage="own")
    for path in (files[0], files[2]):
        pk.ingest([path], store=other, vintage="own")
    sha256 = read_store(store).files[1].sha256
    found = pk.remove_from_store(sha256[:10] if by_digits else "b.csv", store)
    assert (found.name, found.gone, found.restored, found.files) == ("b.csv", 1, 1, 2)
    pd.testing.assert_frame_equal(cells(store), cells(other))
    assert [file.name for file in read_store(store).files] == ["a.csv", "c.csv"]
    assert (store / "raw" / f"{sha256}.csv").is_file()
    check = pk.check_store(store)
    assert check.whole
    assert not check.foreign
    assert not pk.repair_store(store).done
    pk.ingest([files[1]], store=store, vintage="own")
    assert len(cells(store)) == 126


def test_the_last_file_leaves_an_empty_store(tmp_path: Path, files: list[Path]) -> None:
    store = tmp_path / "store"
    pk.ingest([files[0]], store=store, vintage="own")
    assert pk.remove_from_store("a.csv", store).files == 0
    assert cells(store).empty
    with pytest.raises(DataError, match="is empty"):
        pk.remove_from_store("a.csv", store)
    pk.ingest([files[0]], store=store, vintage="own")
    assert len(cells(store)) == 124


def test_what_cannot_be_taken_out_changes_nothing(tmp_path: Path, files: list[Path]) -> None:
    store = tmp_path / "store"
    for path in files[:2]:
        pk.ingest([path], store=store, vintage="own")
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    with pytest.raises(DataError, match=r"holds no file 'z.csv': it holds a.csv"):
        pk.remove_from_store("z.csv", store)
    same = table(tmp_path / "store" / "..", "b.csv", {(NAMES[130000][0], 2021): 1.5})
    pk.ingest([same], store=store, vintage="own")
    with pytest.raises(DataError, match=r"2 files of the store are called 'b.csv'") as caught:
        pk.remove_from_store("b.csv", store)
    assert "校验和" in caught.value.text("zh")
    assert all(path.read_bytes() == content for path, content in before.items() if path.parent.name == "raw")
    raw = next(path for path in before if path.parent.name == "raw")
    raw.write_bytes(raw.read_bytes() + b"\n")
    held = cells(store)
    with pytest.raises(DataError, match="altered or missing"):
        pk.remove_from_store(read_store(store).files[2].sha256, store)
    pd.testing.assert_frame_equal(cells(store), held)


def test_a_correction_stays_what_it_was(tmp_path: Path, files: list[Path]) -> None:
    """The others are read again with the corrections of then, not with those of today."""
    store = tmp_path / "store"
    gdp = pk.load_provinces(["gdp"], (2019, 2020))["gdp"] * 1.01
    rows = [f"{place},{year},gdp,{value:.1f},亿元" for (place, year), value in gdp.items()]
    first = tmp_path / "gdp.csv"
    first.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    rule = (
        '[[correction]]\nindicator = "gdp"\nprovince = "上海"\nyear = 2020\nvintage = "own"\n'
        f'action = "drop"\nexpects = "{gdp["Shanghai", 2020]:.1f}"\nreason = "wrong"\nreason_zh = "有误"\n'
    )
    rules = tmp_path / "rules.toml"
    rules.write_text(rule, encoding="utf-8")
    pk.ingest([first], store=store, vintage="own", corrections=rules)
    kept = cells(store)
    pk.ingest([files[2]], store=store, vintage="own")
    rules.unlink()
    pk.remove_from_store("c.csv", store)
    pd.testing.assert_frame_equal(cells(store), kept)
    assert len(kept) == 61


def test_the_command(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    pk.ingest(files[:1], store=store, vintage="own")
    pk.ingest(files[1:2], store=store, vintage="own")
    for name, arguments, said in (
        ("b.csv", ["--lang", "zh"], "b.csv已移出"),
        ("a.csv", ["--json"], '"gone": 124'),
    ):
        monkeypatch.setattr(
            sys, "argv", ["panelkit", "store", "remove", name, "--store", str(store), *arguments]
        )
        with pytest.raises(SystemExit) as caught:
            main()
        out = capsys.readouterr().out
        assert caught.value.code in (0, None)
        assert said in out
    assert json.loads(out)["files"] == 0
