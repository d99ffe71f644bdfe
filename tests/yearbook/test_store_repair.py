"""Any text survives the store; a damaged store is said in one message, and mended without needing itself."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from panelkit.cli import main
from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.yearbook.corrections import load_corrections
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.ingest import Run, ingest, take_in
from panelkit.data.yearbook.read import CallerSays, Context
from panelkit.data.yearbook.repair import repair_store
from panelkit.data.yearbook.store.head import FORMAT, DamagedError, OtherVersionError
from panelkit.data.yearbook.store.health import check_store
from panelkit.data.yearbook.store.mark import FIRST, MARK
from panelkit.data.yearbook.store.store import StoreState, as_cells, as_table, read_store, table_bytes
from panelkit.language.errors import DataError
from tests.yearbook import writers
from tests.yearbook.fuzzing import fingerprint
from tests.yearbook.test_store import CORRECTION, changed, held, take

LABELS = [
    "two\rlines",
    "two\nlines",
    "both\r\nends\r",
    '"quoted", with a comma',
    "a\x00zero",
    " spaces ",
    "\u2028\x85\x0b\x0c",
    "全国，甲",
    "𠮷",
    "\r",
    "'",
]


def tidy(folder: Path, label: str, name: str = "own.csv") -> Path:
    """Write a user's own table with one series under a label of its own."""
    path = folder / name
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(
        [
            ["province", "year", "indicator", "value"],
            ["北京", "2021", label, "1.5"],
            ["天津", "2021", label, "2.5"],
        ]
    )
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


@pytest.mark.parametrize("text", LABELS)
def test_any_text_survives_the_table_of_figures(text: str) -> None:
    cells = {(110000, "2021", text, "v"): (1.5, text, "s"), (120000, "2021", "b", "v"): (0.1, "u", text)}
    assert as_cells(as_table(cells)) == cells


def test_the_table_of_figures_is_what_csv_writes() -> None:
    cells = as_cells(read_figures(["gdp", "population"], check=False))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LONG_COLUMNS)
    for key in sorted(cells, key=lambda k: (k[2], k[3], k[1], k[0])):
        writer.writerow([*key, repr(cells[key][0]), *cells[key][1:]])
    assert table_bytes(cells) == out.getvalue().encode()


@pytest.mark.parametrize("text", [t for t in LABELS if t.strip() and "\x00" not in t and "\x0b" not in t])
def test_any_name_of_a_series_goes_in_and_comes_out(tmp_path: Path, text: str) -> None:
    store = tmp_path / "store"
    path = tmp_path / "own.xlsx"
    from openpyxl import Workbook

    book = Workbook()
    for row in (["province", "year", "indicator", "value"], ["北京", 2021, text.replace("\x0c", ""), 1.5]):
        book.active.append(row)
    book.save(path)
    ingest([path], store=store, vintage="mine")
    (name,) = set(read_store(store).figures["indicator"])
    assert check_store(store).whole
    assert not ingest([path], store=store, vintage="mine").changed
    assert list(read_store(store).files[0].vintages) == [name]


def test_half_a_character_is_refused_at_the_door(tmp_path: Path) -> None:
    from dataclasses import replace

    from panelkit.data.yearbook import ingest as module

    path, store = tidy(tmp_path, "ordinary"), tmp_path / "store"
    real = module.read_file

    def broken(*arguments: object) -> object:
        read = real(*arguments)
        return replace(read, entries=tuple(replace(e, indicator="half \ud800") for e in read.entries))

    module.read_file = broken
    try:
        with pytest.raises(YearbookError, match=r"half .*ud800.*half a character"):
            ingest([path], store=store, vintage="mine")
    finally:
        module.read_file = real
    assert not store.exists()


def test_a_file_name_that_is_no_utf8_is_kept_readable(tmp_path: Path) -> None:
    import os

    plain = tidy(tmp_path, "ordinary")
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb1\xb1\xbe\xa9.c\xff"))
    try:
        plain.rename(odd)
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    ingest([odd], store=tmp_path / "store", vintage="mine")
    (file,) = read_store(tmp_path / "store").files
    assert file.suffix.isascii()
    assert file.name.encode("utf-8")
    assert (tmp_path / "store" / "head.json").read_text(encoding="utf-8")
    assert check_store(tmp_path / "store").whole


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, context: Context) -> Path:
    """Make a store of three files: one plain, one with a name and a correction, one with options."""
    folder = tmp_path_factory.mktemp("made")
    take(folder, context, held(context))
    table = held(context)
    other = changed(table, {(a, p): f"{float(text) * 1.03:.1f}" for (a, p, _), text in table.cells.items()})
    rules = folder / "rules.toml"
    shown = other.cells[460000, "2023", "地区生产总值"]
    rule = CORRECTION.format(action="replace", expects=shown, more='value = "7600.5"')
    rules.write_text(rule.replace("census2023", "census2028"), encoding="utf-8")
    (folder / "new.csv").write_text(writers.classic(other), encoding="utf-8")
    run = Run(folder / "store", CallerSays(), "census2028", load_corrections(rules), context, {})
    take_in(run, [folder / "new.csv"])
    ingest([tidy(folder, "行数")], store=folder / "store", vintage="mine", columns={"value": "value"})
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """Return a copy of that store, its files beside it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "store"


def same(one: StoreState, other: StoreState) -> bool:
    return one.files == other.files and one.figures.equals(other.figures)


def edited(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def damage(store: Path) -> None:
        head = json.loads((store / "head.json").read_bytes())
        found = change(head)
        (store / "head.json").write_text(json.dumps(head if found is None else found), encoding="utf-8")

    return damage


def written(content: bytes) -> Callable[[Path], None]:
    return lambda store: (store / "head.json").write_bytes(content) and None


def as_folder(store: Path) -> None:
    (store / "head.json").unlink()
    (store / "head.json").mkdir()


HEADS: dict[str, Callable[[Path], None]] = {
    "empty": written(b""),
    "cut": lambda store: (store / "head.json").write_bytes((store / "head.json").read_bytes()[:77]) and None,
    "binary": written(b"\x00\xff\xfe\x80" * 50),
    "no table": written(b"[1, 2]"),
    "a number": written(b"1"),
    "nothing": written(b"null"),
    "deep": written(b"[" * 100_000),
    "gone": lambda store: (store / "head.json").unlink(),
    "a folder": as_folder,
    "without files": edited(lambda head: head.pop("files") and None),
    "without format": edited(lambda head: head.pop("format") and None),
    "without figures": edited(lambda head: head.pop("figures") and None),
    "more than it should": edited(lambda head: {**head, "more": 1}),
    "format is text": edited(lambda head: {**head, "format": "1"}),
    "format is true": edited(lambda head: {**head, "format": True}),
    "format is zero": edited(lambda head: {**head, "format": 0}),
    "files are no list": edited(lambda head: {**head, "files": {"a": 1}}),
    "a file is text": edited(lambda head: {**head, "files": ["a"]}),
    "figures is a number": edited(lambda head: {**head, "figures": 12}),
    "figures is a path": edited(lambda head: {**head, "figures": "../../x"}),
    "figures of no table": edited(lambda head: {**head, "figures": "ab" * 32}),
    "a file lacks a field": edited(lambda head: head["files"][0].pop("told") and None),
    "a file lacks its layout": edited(lambda head: head["files"][1].pop("layout") and None),
    "a file has a field more": edited(lambda head: head["files"][0].update(extra=1)),
    "a size is text": edited(lambda head: head["files"][0].update(size="7")),
    "a name is a list": edited(lambda head: head["files"][0].update(name=["a"])),
    "vintages are a list": edited(lambda head: head["files"][0].update(vintages=["a"])),
    "a vintage is a number": edited(lambda head: head["files"][0].update(vintages={"gdp": 1})),
    "a checksum is a path": edited(lambda head: head["files"][0].update(sha256="../x")),
    "a suffix is a path": edited(lambda head: head["files"][0].update(suffix="./../x")),
    "half a character": edited(lambda head: head["files"][0].update(name="\ud800")),
}


@pytest.mark.parametrize("damage", list(HEADS))
def test_a_damaged_head_is_one_message_and_mended(store: Path, context: Context, damage: str) -> None:
    before, table = read_store(store), held(context, years=("2020",))
    HEADS[damage](store)
    after = fingerprint(store)
    with pytest.raises(DamagedError, match="panelkit store repair --store"):
        read_store(store)
    with pytest.raises(DamagedError, match="panelkit store repair --store"):
        ingest([store.parent / "a.csv"], store=store)
    assert not check_store(store).whole
    assert fingerprint(store) == after
    found = repair_store(store)
    assert found.done
    assert found.lost == ()
    assert same(read_store(store), before)
    assert check_store(store).whole
    assert take(store.parent, context, table, name="later.csv").changed


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "folder", "unreadable"])
def test_a_damaged_table_is_read_again_from_the_raw_files(store: Path, damage: str) -> None:
    before = read_store(store)
    (table,) = (store / "figures").iterdir()
    content = table.read_bytes()
    if damage == "changed":
        table.write_bytes(content.replace(b"gdp", b"gdq", 1))
    elif damage == "cut":
        table.write_bytes(content[: len(content) // 2])
    elif damage == "unreadable":
        table.write_bytes(b"\xff\r\n" + content)
    else:
        table.unlink()
        if damage == "folder":
            table.mkdir()
    with pytest.raises(DataError, match="panelkit store repair --store"):
        read_store(store)
    assert not check_store(store).whole
    found = repair_store(store)
    assert found.lost == ()
    assert same(read_store(store), before)  # the named vintage, the correction and what was told included
    assert table.read_bytes() == content
    assert check_store(store).whole
    assert repair_store(store).done == ()


def test_a_table_with_a_bare_carriage_return_of_an_earlier_version(tmp_path: Path) -> None:
    import hashlib

    store = tmp_path / "store"
    ingest([tidy(tmp_path, "ordinary")], store=store, vintage="mine")
    before = read_store(store)
    (table,) = (store / "figures").iterdir()
    bad = table.read_bytes().replace(b"ordinary", b"ordi\rnary")
    sha256 = hashlib.sha256(bad).hexdigest()
    table.unlink()
    (store / "figures" / f"{sha256}.csv").write_bytes(bad)
    edited(lambda head: {**head, "figures": sha256})(store)
    (store / MARK).unlink()
    with pytest.raises(DamagedError, match="cannot be read"):
        read_store(store)
    repair_store(store)
    assert same(read_store(store), before)


def test_altered_and_missing_raw_files_are_named_and_put_back(store: Path) -> None:
    before = read_store(store)
    first, second, _ = (store / file.place for file in before.files)
    original = first.read_bytes()
    first.write_bytes(original + b"\n")
    second.unlink()
    found = check_store(store)
    assert not found.whole
    assert any("a.csv" in note and "was altered" in note for note in found.problems)
    assert any("new.csv" in note and "is missing" in note for note in found.problems)
    assert all(note.text("zh") != note for note in found.problems)
    mended = repair_store(store)
    assert len(mended.lost) == 2
    assert same(read_store(store), before)  # the table of figures is whole, so no figure is lost
    assert ingest([store.parent / "a.csv"], store=store).changed
    assert first.read_bytes() == original
    (aside,) = (store / "raw").glob("*.aside1")
    assert aside.read_bytes() == original + b"\n"
    assert not any("a.csv" in note for note in check_store(store).problems)


def test_what_can_be_read_again_is_kept_and_what_cannot_is_named(store: Path) -> None:
    before = read_store(store)
    (table,) = (store / "figures").iterdir()
    table.write_bytes(b"")
    (store / before.files[1].place).write_bytes(b"altered")
    found = repair_store(store)
    assert len(found.lost) == 1
    assert "no longer in the store" in found.lost[0]
    state = read_store(store)
    assert [file.name for file in state.files] == ["a.csv", "own.csv"]
    assert set(state.figures["vintage"]) == {"census2023", "mine"}
    assert check_store(store).whole


def test_a_store_of_nothing_but_raw_files_is_read_again(store: Path) -> None:
    (store / MARK).unlink()
    (store / "head.json").unlink()
    shutil.rmtree(store / "figures")
    found = repair_store(store)
    assert sum("cannot be read again" in note for note in found.lost) == 2  # those that needed a name
    state = read_store(store)
    assert set(state.figures["indicator"]) == {"gdp"}
    assert check_store(store).whole


def test_the_table_says_under_which_vintages_raw_files_were_stored(store: Path) -> None:
    before = read_store(store)
    (store / MARK).unlink()
    (store / "head.json").write_bytes(b"")
    assert repair_store(store).lost == ()
    after = read_store(store)
    assert after.figures.equals(before.figures)
    assert {f.sha256: dict(f.vintages) for f in after.files} == {
        f.sha256: dict(f.vintages) for f in before.files
    }


@pytest.mark.parametrize("content", [b"", b"not a mark", FIRST + b"{\n\xff\n[1]\n7\n" + b'{"file": 1}\n'])
def test_a_damaged_mark(store: Path, context: Context, content: bytes) -> None:
    before = read_store(store)
    (store / MARK).write_bytes(content)
    assert same(read_store(store), before)
    if content == b"not a mark":
        with pytest.raises(DamagedError, match="was changed by hand.*store repair"):
            take(store.parent, context, held(context, years=("2020",)), name="later.csv")
        repair_store(store)
        assert (store / f"{MARK}.aside1").read_bytes() == content
    assert take(store.parent, context, held(context, years=("2020",)), name="later.csv").changed
    assert check_store(store).whole


def test_a_store_of_a_later_version_is_neither_read_nor_mended(store: Path) -> None:
    edited(lambda head: {**head, "format": FORMAT + 1, "more": []})(store)
    before = fingerprint(store)
    for call in (read_store, check_store, repair_store):
        with pytest.raises(OtherVersionError, match=r"another version of panelkit.*update panelkit"):
            call(store)
    assert fingerprint(store) == before


def test_nothing_to_mend_from(store: Path) -> None:
    (store / "head.json").write_bytes(b"")
    for part in ("raw", "figures"):
        for path in (store / part).iterdir():
            path.write_bytes(b"altered")
    before = fingerprint(store)
    with pytest.raises(DataError, match="cannot be mended.*Nothing was changed"):
        repair_store(store)
    assert fingerprint(store) == before
    with pytest.raises(DataError, match="is empty: there is nothing to mend"):
        repair_store(store.parent / "absent")


def test_a_file_taken_in_under_two_names_is_recorded_twice(tmp_path: Path) -> None:
    path, store = tidy(tmp_path, "行数"), tmp_path / "store"
    for name in ("one", "two", "two"):
        ingest([path], store=store, vintage=name)
    before = read_store(store)
    assert [dict(file.vintages) for file in before.files] == [{"行数": "one"}, {"行数": "two"}]
    (table,) = (store / "figures").iterdir()
    table.unlink()
    assert repair_store(store).lost == ()
    assert same(read_store(store), before)


def test_what_is_hashed_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced right after it was read: neither the child nor the store sees the new one."""
    import hashlib

    from openpyxl import Workbook

    from panelkit.data.yearbook import read as module

    def book(value: float) -> bytes:
        out = io.BytesIO()
        new = Workbook()
        for row in (["province", "year", "行数"], ["北京", 2021, value]):
            new.active.append(row)
        new.save(out)
        return out.getvalue()

    first, second, path = book(1.5), book(9.5), tmp_path / "own.xlsx"
    path.write_bytes(first)
    real, reads = module.read_bytes, []

    def read_and_replace(place: Path) -> bytes:
        content = real(place)
        reads.append(place)
        place.write_bytes(second)
        return content

    monkeypatch.setattr(module, "read_bytes", read_and_replace)
    report = ingest([path], store=tmp_path / "store", vintage="mine")
    assert reads == [path]
    assert report.files[0].read.sha256 == hashlib.sha256(first).hexdigest()
    assert read_store(tmp_path / "store").figures["value"].tolist() == [1.5]
    assert (tmp_path / "store" / read_store(tmp_path / "store").files[0].place).read_bytes() == first
    assert check_store(tmp_path / "store").whole


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["panelkit", *map(str, words)])
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        main()
    said = capsys.readouterr()
    return caught.value.code if isinstance(caught.value.code, int) else 0, said.out, said.err


@pytest.mark.parametrize("damage", ["cut", "a folder", "a file lacks a field"])
def test_every_command_says_how_to_mend_a_store(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    HEADS[damage](store)
    for words in (
        ["store", "--store", store],
        ["store", "check", store],
        ["store", "--store", store, "check"],
        ["data", "export", "--store", store],
        ["data", "diff", "shipped", store],
        ["data", "diff", "shipped", "census2028", "--store", store],
        ["check", "--figures", store],
        ["ingest", store.parent / "a.csv", "--store", store],
        ["ingest", store.parent / "a.csv", "--store", store, "--json"],
    ):
        status, _, err = run(monkeypatch, capsys, *words)
        assert status == 2
        assert f"`panelkit store repair --store {store}`" in err
        assert len(err.strip().splitlines()) == 1
    status, out, err = run(monkeypatch, capsys, "store", "repair", "--store", store)
    assert (status, err) == (0, "")
    assert "holds 3 file(s)" in out
    status, out, _ = run(monkeypatch, capsys, "store", "check", "--store", store, "--lang", "zh")
    assert status == 0
    assert "完好" in out


def test_check_and_repair_as_json_and_in_chinese(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (store / read_store(store).files[0].place).write_bytes(b"altered")
    (store / "raw" / "mine.txt").write_bytes(b"mine")
    status, out, err = run(monkeypatch, capsys, "store", "check", store, "--json")
    found = json.loads(out)
    assert (status, found["whole"], found["files"], found["foreign"]) == (2, False, 3, ["raw/mine.txt"])
    assert "was altered" in found["problems"][0]
    assert "was altered" in err
    status, out, err = run(monkeypatch, capsys, "store", "repair", store, "--json")
    assert status == 2
    assert "ingest the original of 'a.csv' again" in json.loads(out)["lost"][0]
    status, out, err = run(monkeypatch, capsys, "store", "repair", store, "--lang", "zh")
    assert "请重新导入“a.csv”的原件" in err
    status, out, _ = run(monkeypatch, capsys, "store", "--store", store, "--json")
    assert (status, len(json.loads(out))) == (0, 3)


def dropped(head: dict) -> None:
    head["files"].pop(0)


ALTERED: dict[str, Callable[[dict], object]] = {
    "a file is left out": dropped,
    "no file": lambda head: head["files"].clear(),
    "a file twice": lambda head: head["files"].append(head["files"][0]),
    "another order": lambda head: head["files"].reverse(),
    "another name": lambda head: head["files"][0].update(name="other.csv"),
    "another ending": lambda head: head["files"][0].update(suffix=".xlsx"),
    "another checksum": lambda head: head["files"][0].update(sha256="ab" * 32),
    "another vintage": lambda head: head["files"][0].update(vintages={"gdp": "as_published"}),
    "another size": lambda head: head["files"][0].update(size=-3),
    "more was said": lambda head: head["files"][0].update(told={"year": "2020"}),
}


@pytest.mark.parametrize("table", ["whole", "gone"])
@pytest.mark.parametrize("change", list(ALTERED))
def test_a_head_that_reads_well_and_is_not_the_stores_is_noticed(
    store: Path, context: Context, change: str, table: str
) -> None:
    before = read_store(store)
    raw = {path.name: path.read_bytes() for path in (store / "raw").iterdir()}

    def change_it(head: dict) -> None:
        ALTERED[change](head)

    edited(change_it)(store)
    if table == "gone":
        shutil.rmtree(store / "figures")
    with pytest.raises(DamagedError, match=r"head\.json was changed by hand"):
        read_store(store)
    with pytest.raises(DamagedError):
        take(store.parent, context, held(context, years=("2020",)), name="later.csv")
    assert any("head.json was changed by hand" in note for note in check_store(store).problems)
    found = repair_store(store)
    assert found.lost == ()
    assert same(read_store(store), before)
    assert check_store(store).whole
    assert {path.name: path.read_bytes() for path in (store / "raw").iterdir()} == raw


@pytest.mark.parametrize(
    "said", [{"more": 1}, {"indicator": 5}, {"columns": 7}, {"year": [1]}, {"columns": {"a": 1}}]
)
def test_options_that_nobody_can_say_of_a_file(store: Path, said: dict[str, object]) -> None:
    before = read_store(store)
    edited(lambda head: head["files"][0].update(told=said))(store)
    (store / before.files[0].place).with_name("x").write_bytes(b"")
    (store / MARK).unlink()
    with pytest.raises(DamagedError, match="`told` holds .*, which nobody can say of a file"):
        read_store(store)
    repair_store(store)
    assert read_store(store).figures.equals(before.figures)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b",1.5,", b",inf,", "a value is no number"),
        (b",1.5,", b",nan,", "a value is no number"),
        (b",2021,", b",20x1,", "'20x1' is no period"),
        (b"adcode,period", b"period,adcode", "its columns are not"),
    ],
)
def test_a_table_that_no_store_writes(store: Path, old: bytes, new: bytes, message: str) -> None:
    """Its checksum stands in the head, and there is no mark that knows better."""
    import hashlib

    (table,) = (store / "figures").iterdir()
    content = table.read_bytes().replace(old, new, 1)
    sha256 = hashlib.sha256(content).hexdigest()
    table.with_name(f"{sha256}.csv").write_bytes(content)
    before = read_store(store)
    edited(lambda head: head.update(figures=sha256))(store)
    (store / MARK).unlink()
    with pytest.raises(DamagedError, match=message):
        read_store(store)
    assert repair_store(store).lost == ()
    after = read_store(store)
    mine = [state.figures[state.figures["vintage"] == "mine"] for state in (before, after)]
    assert mine[0].equals(mine[1])
    assert len(after.figures) == len(
        before.figures
    )  # a correction of the caller's own stood in the mark only


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of POSIX")
@pytest.mark.parametrize("what", ["pipe", "device"])
@pytest.mark.parametrize("place", ["head", "table"])
def test_pipes_and_devices_are_not_read(store: Path, what: str, place: str) -> None:
    import os

    before = read_store(store)
    path = store / "head.json" if place == "head" else next((store / "figures").iterdir())
    path.unlink()
    if what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(DamagedError, match="it is no plain file"):
        read_store(store)
    assert not check_store(store).whole
    assert repair_store(store).lost == ()
    assert same(read_store(store), before)


def test_a_lock_that_is_no_file(store: Path) -> None:
    (store / ".lock").unlink()
    (store / ".lock").mkdir()
    with pytest.raises(DataError, match="the lock is no plain file: remove it"):
        repair_store(store)


def test_a_folder_of_figures_that_is_a_link_is_set_aside(store: Path) -> None:
    before = read_store(store)
    shutil.move(store / "figures", store.parent / "moved")
    (store / "figures").symlink_to(store.parent / "moved")
    assert repair_store(store).lost == ()
    assert (store / "figures.aside1").is_symlink()
    assert same(read_store(store), before)
    assert check_store(store).whole


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.7, 0.9])
def test_a_mark_that_was_cut_and_a_head_that_is_gone(store: Path, share: float) -> None:
    """The figures stand in their table, whatever the record still says."""
    before = read_store(store)
    content = (store / MARK).read_bytes()
    (store / MARK).write_bytes(content[: max(len(FIRST), int(share * len(content)))])
    (store / "head.json").unlink()
    with pytest.raises(DamagedError, match="it lacks head.json"):
        read_store(store)
    assert not check_store(store).whole
    assert repair_store(store).lost == ()
    assert read_store(store).figures.equals(before.figures)
    assert check_store(store).whole


def test_a_raw_file_that_no_record_names_is_said_and_stays(store: Path) -> None:
    before = read_store(store)
    lines = (store / MARK).read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"stands"' in line)
    (store / MARK).write_bytes(b"".join(lines[: first + 1]))
    (store / "head.json").unlink()
    shutil.rmtree(store / "figures")
    found = repair_store(store)
    assert sum("no record says what was read from it" in note for note in found.lost) == 2
    assert [file.name for file in read_store(store).files] == ["a.csv"]
    for file in before.files:
        assert (store / file.place).is_file()


def test_a_store_that_is_not_there_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["store", "--store", "absent"],
        ["store", "check", "absent"],
        ["store", "repair", "--store", "absent"],
        ["data", "export", "--store", "absent"],
        ["data", "diff", "shipped", "census2023", "--store", "absent"],
        ["check", "--figures", "absent"],
        ["check", "--figures=absent", "A1"],
    ):
        monkeypatch.chdir(tmp_path)
        status, out, err = run(monkeypatch, capsys, *words)
        assert (status, out) == (2, "")
        assert "absent: no folder" in err
        assert len(err.strip().splitlines()) == 1


def test_a_claim_behind_figures_leaves_the_default_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("panelkit.data.yearbook.store.store.default_store", lambda: tmp_path / "none")
    for words in (["check", "--figures"], ["check", "--figures", "A1"], ["check", "--figures", "--json"]):
        status, _, err = run(monkeypatch, capsys, *words)
        assert status == 2
        assert f"the store {tmp_path / 'none'} is empty" in err
