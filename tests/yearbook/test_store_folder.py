"""Which folders may be a store, and that nothing in them is ever removed but what a store wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from panelkit.data.paths import shipped
from panelkit.data.yearbook.ingest import ingest
from panelkit.data.yearbook.read import Context
from panelkit.data.yearbook.repair import repair_store
from panelkit.data.yearbook.store.head import DamagedError
from panelkit.data.yearbook.store.health import check_store
from panelkit.data.yearbook.store.mark import FIRST, MARK, Journal, kind_of
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.errors import DataError
from tests.yearbook.fuzzing import fingerprint
from tests.yearbook.test_store import changed, held, take

NAMES = ["mine.csv", "two words.txt", "我的数据.csv", "line\nbreak", "a.part", f"{'0' * 64}.csv", ".hidden"]


def fill(folder: Path) -> None:
    """Put a user's own files, a subfolder and a link into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / name).write_bytes(name.encode())
    (folder / "sub" / "deeper").mkdir(parents=True)
    (folder / "sub" / "deeper" / "x.csv").write_bytes(b"x")
    (folder / "link.csv").symlink_to(folder / "mine.csv")


def all_there(folder: Path) -> bool:
    names = [*NAMES, "sub/deeper/x.csv", "link.csv"]
    return (
        all((folder / name).is_file() for name in names)
        and all((folder / name).read_bytes() == name.encode() for name in NAMES)
        and (folder / "link.csv").is_symlink()
    )


@pytest.mark.parametrize("parts", [("raw",), ("figures",), ("raw", "figures"), ("other",), ()])
def test_a_folder_of_someone_elses_is_refused_untouched(
    tmp_path: Path, context: Context, parts: tuple[str, ...]
) -> None:
    store = tmp_path / "store"
    fill(store)
    for part in parts:
        fill(store / part)
    before = fingerprint(store)
    with pytest.raises(DataError, match="is no store of panelkit and is not empty.*nothing here was touched"):
        take(tmp_path, context, held(context))
    with pytest.raises(DataError, match="is no store of panelkit"):
        read_store(store)
    with pytest.raises(DataError, match="is no store of panelkit"):
        repair_store(store)
    with pytest.raises(DataError, match="is no store of panelkit"):
        ingest([tmp_path / "a.csv"], store=store)
    assert fingerprint(store) == before
    assert all_there(store)
    assert all(all_there(store / part) for part in parts)


def test_foreign_files_in_a_store_are_left_alone_and_said(tmp_path: Path, context: Context) -> None:
    take(tmp_path, context, held(context))
    store = tmp_path / "store"
    for place in (store, store / "raw", store / "figures"):
        fill(place)
    old = {path.name for path in (store / "figures").glob("*.csv")}
    assert take(tmp_path, context, held(context, years=("2020", "2021", "2022")), name="b.csv").changed
    assert all(all_there(place) for place in (store, store / "raw", store / "figures"))
    tables = {path.name for path in (store / "figures").glob("*.csv")} - set(NAMES) - {"link.csv"}
    assert len(tables) == 1
    assert not tables & old  # the older table was the store's own, and is gone
    found = check_store(store)
    assert found.whole
    assert {"raw/mine.csv", "figures/sub", "line\nbreak", "raw/link.csv"} <= set(found.foreign)
    assert MARK not in found.foreign


def test_an_input_that_lies_in_the_store_survives(tmp_path: Path, context: Context) -> None:
    take(tmp_path, context, held(context))
    store = tmp_path / "store"
    for part in ("raw", "figures"):
        path = store / part / "新 文件.csv"
        shutil.copy(tmp_path / "a.csv", path)
        path.write_bytes(path.read_bytes() + b"\n" * (1 + len(part)))
        content = path.read_bytes()
        ingest([path], store=store)
        assert path.read_bytes() == content
    own = store / read_store(store).files[0].place
    assert not ingest([own], store=store).changed or own.is_file()
    assert check_store(store).whole


def test_a_hard_link_to_a_file_of_the_store_keeps_its_content(tmp_path: Path, context: Context) -> None:
    take(tmp_path, context, held(context))
    (table,) = (tmp_path / "store" / "figures").iterdir()
    content = table.read_bytes()
    os.link(table, tmp_path / "kept.csv")
    take(tmp_path, context, held(context, years=("2020",)), name="b.csv")
    assert not table.exists()
    assert (tmp_path / "kept.csv").read_bytes() == content


@pytest.mark.parametrize("part", ["raw", "figures"])
def test_a_part_that_is_a_link_is_refused(tmp_path: Path, context: Context, part: str) -> None:
    take(tmp_path, context, held(context))
    store, elsewhere = tmp_path / "store", tmp_path / "elsewhere"
    shutil.copytree(store / part, elsewhere)
    shutil.rmtree(store / part)
    (store / part).symlink_to(elsewhere)
    before = fingerprint(elsewhere)
    with pytest.raises(DataError, match="is a link or a file, where the store keeps a folder of its own"):
        take(tmp_path, context, held(context, years=("2020",)), name="b.csv")
    assert fingerprint(elsewhere) == before


@pytest.mark.parametrize("name", [MARK, ".lock"])
def test_a_mark_or_lock_that_is_a_link_is_not_written_through(
    tmp_path: Path, context: Context, name: str
) -> None:
    take(tmp_path, context, held(context))
    store, mine = tmp_path / "store", tmp_path / "mine.txt"
    shutil.copy(store / name, mine)
    (store / name).unlink()
    (store / name).symlink_to(mine)
    before = mine.read_bytes()
    with pytest.raises(DataError):
        take(tmp_path, context, held(context, years=("2020",)), name="b.csv")
    assert mine.read_bytes() == before


def test_places_that_are_no_place_for_a_store(
    tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "nothing").symlink_to(tmp_path / "absent")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for place, message in (
        (tmp_path / "file", "a file of that name is there"),
        (tmp_path / "nothing", "is a link to nothing"),
        (home, "it is the home folder or above it"),
        (shipped("data") / "new", "the shipped figures lie there"),
        (shipped("data"), "is no store of panelkit"),
    ):
        with pytest.raises(DataError, match=message):
            kind_of(place)
    assert list(home.iterdir()) == []
    assert kind_of(home / "store") == "absent"


def test_a_link_to_an_empty_folder_may_be_a_store(tmp_path: Path, context: Context) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to(tmp_path / "disk")
    assert take(tmp_path, context, held(context)).changed
    assert (tmp_path / "store").is_symlink()
    assert (tmp_path / "disk" / MARK).is_file()


def unmarked(store: Path) -> None:
    """Make a store what one without a mark was."""
    (store / MARK).unlink()


def test_a_store_without_a_mark_is_taken_over_by_its_head(tmp_path: Path, context: Context) -> None:
    take(tmp_path, context, held(context))
    store = tmp_path / "store"
    unmarked(store)
    (old,) = (store / "figures").iterdir()
    (store / "raw" / "mine.csv").write_text("mine")
    assert kind_of(store) == "old"
    before = read_store(store)
    assert take(tmp_path, context, held(context, years=("2020",)), name="b.csv").changed
    assert kind_of(store) == "store"
    assert [file.name for file in read_store(store).files] == ["a.csv", "b.csv"]
    assert before.files[0] == read_store(store).files[0]
    assert not old.exists()  # its head named it, so it was the store's
    assert (store / "raw" / "mine.csv").read_text() == "mine"
    assert check_store(store).foreign == ("raw/mine.csv",)


def test_a_store_without_a_mark_that_is_damaged_is_refused_with_the_way_out(
    tmp_path: Path, context: Context
) -> None:
    take(tmp_path, context, held(context))
    store = tmp_path / "store"
    unmarked(store)
    (store / "head.json").write_text("{")
    before = fingerprint(store)
    with pytest.raises(DamagedError, match="panelkit store repair"):
        take(tmp_path, context, held(context, years=("2020",)), name="b.csv")
    assert fingerprint(store) == before


def test_a_mark_that_was_cut_short_is_written_again(tmp_path: Path, context: Context) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / MARK).write_bytes(FIRST[:11])
    assert take(tmp_path, context, held(context)).changed
    assert (store / MARK).read_bytes().startswith(FIRST)


def test_lines_of_the_mark_that_point_elsewhere_remove_nothing(tmp_path: Path, context: Context) -> None:
    import hashlib

    take(tmp_path, context, held(context))
    store, mine = tmp_path / "store", tmp_path / "mine.csv"
    mine.write_text("mine")
    (store / "raw" / "other.csv").write_text("other")
    sha256 = hashlib.sha256(b"mine").hexdigest()
    Journal(store).add(
        [
            {"wrote": "../mine.csv", "sha256": sha256},
            {"wrote": "raw/../../mine.csv", "sha256": sha256},
            {"wrote": str(mine), "sha256": sha256},
            {"part": "../mine.csv"},
            {"part": "raw/other.csv"},
            {"wrote": "raw/other.csv", "sha256": sha256},
            {"wrote": 7},
        ]
    )
    take(tmp_path, context, held(context, years=("2020",)), name="b.csv")
    assert mine.read_text() == "mine"
    assert (store / "raw" / "other.csv").read_text() == "other"  # not the bytes that were written


def test_two_runs_at_once_lose_nothing(tmp_path: Path, context: Context) -> None:
    from tests.yearbook import writers

    paths = []
    for number, years in enumerate((("2020", "2021"), ("2022", "2023"), ("2018", "2019"))):
        path = tmp_path / f"{number}.csv"
        path.write_text(writers.classic(held(context, years=years)), encoding="utf-8")
        paths.append(path)
    store = tmp_path / "store"
    code = (
        "import sys; from panelkit.data.yearbook.ingest import ingest; from panelkit.language.errors import DataError\n"
        "for _ in range(9):\n"
        "    try: ingest([sys.argv[1]], store=sys.argv[2]); break\n"
        "    except DataError as error: assert 'run again' in str(error), error\n"
        "else: sys.exit(3)\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(path), str(store)]) for path in paths]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert sorted(file.name for file in read_store(store).files) == ["0.csv", "1.csv", "2.csv"]
    assert len(read_store(store).figures) == 6 * 31
    assert check_store(store).whole
    assert check_store(store).foreign == ()


def test_a_store_that_another_run_makes_meanwhile_is_a_store(
    tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    take(tmp_path / "other", context, held(context))
    store, real = tmp_path / "store", Path.iterdir
    store.mkdir()

    def made_first(folder: Path) -> Iterator[Path]:
        if folder == store and not (store / MARK).exists():
            shutil.copytree(tmp_path / "other" / "store", store, dirs_exist_ok=True)
        return real(folder)

    monkeypatch.setattr(Path, "iterdir", made_first)
    assert kind_of(store) == "store"


def test_a_full_disk_leaves_the_store_as_it_was(
    tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path, context, held(context))
    before = read_store(tmp_path / "store")
    real = os.fsync

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    table = changed(held(context, years=("2020",)), {})
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="cannot be written, and is as before.*No space left"):
        take(tmp_path, context, table, name="b.csv")
    monkeypatch.setattr(os, "fsync", real)
    assert read_store(tmp_path / "store").files == before.files
    assert take(tmp_path, context, table, name="b.csv").changed
    assert not list((tmp_path / "store").rglob("*.part"))
    assert json.loads((tmp_path / "store" / "head.json").read_bytes())["format"] == 1


def test_a_head_of_another_program_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "head.json").write_text('{"name": "another program"}')
    for call in (kind_of, read_store, check_store, repair_store):
        with pytest.raises(DataError, match="is no store of panelkit") as caught:
            call(tmp_path)
        assert not isinstance(caught.value, DamagedError)
    assert [path.name for path in tmp_path.iterdir()] == ["head.json"]
