"""Kept verdicts: the same as computed ones, of the very claim, figures and code, and never in the way of a run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from panelkit.claims import cache as cache_module
from panelkit.claims import cache_folder, versions
from panelkit.claims.cache import Cache, contents
from panelkit.claims.check import find_claims, run
from panelkit.claims.checked import CheckResult
from panelkit.claims.packed import ForeignError, packed, unpacked
from panelkit.claims.source import Shipped
from panelkit.data.paths import figures_from, shipped
from panelkit.language.errors import DataError
from panelkit.report.write import write

ClaimFile = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def checked(folder: Path, path: Path) -> tuple[CheckResult, Cache]:
    cache = Cache(folder)
    return run(find_claims([path]), Shipped(), cache=cache), cache


def counts(cache: Cache) -> tuple[int, int, int]:
    return cache.found, cache.kept, len(cache.notes)


def files(folder: Path) -> list[Path]:
    return list(cache_folder.entries(folder))


def pages(result: CheckResult, folder: Path) -> dict[str, bytes]:
    """Return every file that is written of a result."""
    write(result, folder, "zh")
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_is_kept_is_what_was_computed(claim_file: ClaimFile, folder: Path, tmp_path: Path) -> None:
    path = claim_file("[2018, 2021]", '[2018, "newest"]')
    first, one = checked(folder, path)
    second, other = checked(folder, path)
    assert (counts(one), counts(other)) == ((0, 1, 0), (1, 0, 0))
    assert second.verdicts[0].registered.window == first.verdicts[0].registered.window is not None
    assert second.verdicts[0].design is second.verdicts[0].registered.claim.reading[0].design[0]
    for language in ("en", "zh"):
        assert json.dumps(second.to_list(language)) == json.dumps(first.to_list(language))  # type: ignore[arg-type]
    assert pages(second, tmp_path / "b") == pages(first, tmp_path / "a")


@pytest.mark.parametrize(
    ("old", "new"), [("seed = 7", "seed = 8"), ("[2018, 2021]", "[2018, 2022]"), ('"net"', '"netto"')]
)
def test_another_claim_is_computed(claim_file: ClaimFile, folder: Path, old: str, new: str) -> None:
    checked(folder, claim_file())
    assert counts(checked(folder, claim_file(old, new))[1]) == (0, 1, 0)
    assert len(files(folder)) == 2
    stated = [2018, 2022] if "2022" in new else [2018, 2021]
    assert sorted(item.years for item in contents(folder, Shipped())) == [[2018, 2021], stated]


def test_layout_and_citation_change_nothing_that_is_computed(claim_file: ClaimFile, folder: Path) -> None:
    checked(folder, claim_file())
    path = claim_file('title = "A small document"', 'title = "Another title" # changed')
    result, cache = checked(folder, path)
    assert counts(cache) == (1, 0, 0)
    assert result.verdicts[0].registered.document.title == "Another title"


def test_other_figures_are_another_run(claim_file: ClaimFile, folder: Path, tmp_path: Path) -> None:
    path = claim_file()
    before, _ = checked(folder, path)
    copied = tmp_path / "data"
    shutil.copytree(shipped("data"), copied)
    with figures_from(copied):
        assert counts(checked(folder, path)[1]) == (1, 0, 0), (
            "the same figures elsewhere are the same figures"
        )
        table = copied / "figures" / "rd_funds_government.as_published.csv"
        lines = table.read_text("utf-8").splitlines()
        at = next(n for n, line in enumerate(lines) if line.startswith("2019,"))
        cells = lines[at].split(",")
        cells[3] = str(float(cells[3]) * 2)
        lines[at] = ",".join(cells)
        table.write_text("\n".join(lines) + "\n", "utf-8")
        after, cache = checked(folder, path)
        assert counts(cache) == (0, 1, 0)
    assert after.to_list() != before.to_list()
    assert counts(checked(folder, path)[1]) == (1, 0, 0)


def test_figures_that_change_during_a_run_are_not_kept(
    claim_file: ClaimFile, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "data"
    shutil.copytree(shipped("data"), copied)
    whole = cache_module.Cache.keep

    def late(*arguments: Any) -> None:
        (copied / "note.txt").write_text("new", "utf-8")
        whole(*arguments)

    monkeypatch.setattr(cache_module.Cache, "keep", late)
    with figures_from(copied):
        _, cache = checked(folder, claim_file())
    assert counts(cache) == (0, 0, 1)
    assert "changed during the run" in cache.notes[0]
    assert files(folder) == []


def test_other_code_is_another_run(
    claim_file: ClaimFile, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = claim_file()
    checked(folder, path)
    with monkeypatch.context() as patch:
        patch.setattr(cache_module, "code_version", lambda: "0" * 64)
        assert counts(checked(folder, path)[1]) == (0, 1, 0)
    assert [item.current for item in contents(folder, Shipped())].count(True) == 1
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text("x = 1\n", "utf-8")
    state = versions.state_of_folder(package, ".py")
    first = versions.hash_of_folder(package, state)
    (package / "a.py").write_text("x = 2\n", "utf-8")
    assert versions.state_of_folder(package, ".py") != state
    assert versions.hash_of_folder(package, versions.state_of_folder(package, ".py")) != first
    # a process whose source was changed under it does not know what it runs
    monkeypatch.setattr(versions, "_LOADED", state)
    assert versions.code_version() is None
    _, cache = checked(folder, path)
    assert counts(cache) == (0, 0, 1)
    assert "has changed since this process read it" in cache.notes[0]


def test_code_that_changes_during_a_run_is_not_kept(
    claim_file: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = versions.code_version()
    said = iter([now, "0" * 64])
    monkeypatch.setattr(cache_module, "code_version", lambda: next(said))
    _, cache = checked(folder, claim_file())
    assert counts(cache) == (0, 0, 1)
    assert "has changed since this process read it" in cache.notes[0]
    assert not folder.exists()


def test_what_other_code_cannot_read_is_not_called_damaged(
    claim_file: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = claim_file()
    checked(folder, path)
    before = files(folder)[0].read_bytes()

    def older(*_: Any, **__: Any) -> list[Any]:  # classes read before the source changed
        monkeypatch.setattr(cache_module, "code_version", lambda: None)
        raise AttributeError("no such field")

    monkeypatch.setattr(cache_module, "unpacked", older)
    _, cache = checked(folder, path)
    assert counts(cache) == (0, 0, 1)
    assert "has changed since this process read it" in cache.notes[0]
    assert files(folder)[0].read_bytes() == before


def test_source_that_changed_before_its_state_was_taken_down_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "a.py"
    module.write_text("x = 1\n", "utf-8")
    written = max(module.stat().st_mtime_ns, module.stat().st_ctime_ns)
    assert versions.changed_since(written - 1, tmp_path, ["a.py"])
    assert not versions.changed_since(written, tmp_path, ["a.py"])
    os.utime(module, ns=(1, 1))  # copied with the time of its origin
    assert versions.changed_since(written - 1, tmp_path, ["a.py"])
    os.utime(module, ns=(2 * written, 2 * written))  # of another clock
    assert not versions.changed_since(module.stat().st_ctime_ns, tmp_path, ["a.py"])
    assert versions.code_version() is not None
    monkeypatch.setattr(versions, "_MIXED", True)
    assert versions.code_version() is None


def test_no_test_reads_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache_folder.VARIABLE)
    with pytest.raises(AssertionError, match="folder of its own"):
        cache_folder.cache_folder()


@pytest.mark.parametrize("damage", ["cut", "byte", "empty", "other", "foreign"])
def test_a_damaged_file_is_computed_again(
    claim_file: ClaimFile, folder: Path, damage: str, tmp_path: Path
) -> None:
    path = claim_file()
    whole, _ = checked(folder, path)
    (file,) = files(folder)
    content = file.read_bytes()
    head, _, data = content.partition(b"\n")
    said = json.loads(head)
    bad = {
        "cut": content[:-20],
        "byte": content[:-1] + bytes([content[-1] ^ 1]),
        "empty": b"",
        "other": json.dumps(said | {"key": {"claim": "x"}}).encode() + b"\n" + data,
        "foreign": b"\x80\x05K\x01.",
    }[damage]
    file.write_bytes(bad)
    again, cache = checked(folder, path)
    assert counts(cache) == (0, 1, 1)
    assert "T1 is damaged: computed again" in cache.notes[0]
    assert json.dumps(again.to_list()) == json.dumps(whole.to_list())
    assert counts(checked(folder, path)[1]) == (1, 0, 0)


def test_foreign_objects_are_refused_before_they_are_made(claim_file: ClaimFile, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "made"),)

    registered = find_claims([claim_file()])[0]
    data = zlib.compress(pickle.dumps((None, [Evil()])))
    with pytest.raises(ForeignError, match="mkdir"):
        unpacked(data, registered, Shipped(), kept=True)
    assert not (tmp_path / "made").exists()


def test_a_design_that_failed_is_tried_again(claim_file: ClaimFile, folder: Path) -> None:
    path = claim_file("log({rd} / gdp)", "log({rd} / gdpp)")
    result, cache = checked(folder, path)
    assert result.failures
    assert counts(cache) == (0, 0, 0)
    assert files(folder) == []


def test_a_folder_of_other_things_is_left_alone(claim_file: ClaimFile, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine", "utf-8")
    result, cache = checked(folder, claim_file())
    assert result.word_of("T1") is not None
    assert counts(cache) == (0, 0, 1)
    assert "thesis.txt" in cache.notes[0]
    with pytest.raises(DataError, match=r"thesis\.txt"):
        cache_folder.clear(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_only_what_was_written_here_is_deleted(claim_file: ClaimFile, folder: Path) -> None:
    checked(folder, claim_file())
    assert folder.stat().st_mode & 0o077 == 0
    (folder / "thesis.txt").write_text("mine", "utf-8")
    (folder / ".panelkit-0123456789ab.part").write_bytes(b"cut short")
    assert cache_folder.clear(folder) == 1
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    (folder / "thesis.txt").unlink()
    checked(folder, claim_file())
    assert cache_folder.clear(folder) == 1
    assert not folder.exists()
    assert cache_folder.clear(folder) == 0


def test_a_folder_that_others_may_write_to_is_not_read(claim_file: ClaimFile, folder: Path) -> None:
    path = claim_file()
    checked(folder, path)
    folder.chmod(0o777)
    _, cache = checked(folder, path)
    assert counts(cache) == (0, 0, 1)
    assert "written to by others" in cache.notes[0]


def test_a_disk_that_is_full_stops_no_run(
    claim_file: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_folder, "write_new", full)
    result, cache = checked(folder, claim_file())
    assert result.word_of("T1") is not None
    assert counts(cache) == (0, 0, 1)
    assert "No space left on device" in cache.notes[0]
    assert cache.notes[0].text("zh") != str(cache.notes[0])


def test_a_file_in_the_place_of_the_folder_stops_no_run(claim_file: ClaimFile, folder: Path) -> None:
    folder.write_text("a file", "utf-8")
    result, cache = checked(folder, claim_file())
    assert result.word_of("T1") is not None
    assert len(cache.notes) == 1


def test_what_has_not_been_read_for_longest_goes_first(claim_file: ClaimFile, folder: Path) -> None:
    checked(folder, claim_file())
    (old,) = files(folder)
    os.utime(old, (1, 1))
    checked(folder, claim_file("seed = 7", "seed = 8"))
    both = files(folder)
    cache_folder.trim(folder, sum(path.stat().st_size for path in both) - 1)
    assert [path for path in both if path.exists()] == [path for path in both if path != old]


def test_a_kind_of_ones_own_is_not_kept(
    claim_file: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from panelkit.claims.designs.panel import PanelDesign

    monkeypatch.setattr(PanelDesign, "__module__", "mine")
    assert counts(checked(folder, claim_file())[1]) == (0, 0, 0)


def test_a_panel_of_ones_own_is_not_kept(
    claim_file: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache_folder.VARIABLE, str(folder))
    own = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2017, 2022))
    assert not pk.check(claim_file(), data=own, cache=True).failures
    assert not folder.exists()


def test_from_python_it_is_asked_for(
    claim_file: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache_folder.VARIABLE, str(folder))
    pk.check(claim_file())
    assert not folder.exists()
    pk.check(claim_file(), cache=True)
    (kept,) = contents(folder, Shipped())
    assert (kept.claim, kept.document, kept.current) == ("T1", "small", True)
    (folder / cache_folder.MARK).write_text("not ours", "utf-8")
    with pytest.warns(UserWarning, match="no verdict is kept"):
        pk.check(claim_file(), cache=True)
    monkeypatch.setenv(cache_folder.VARIABLE, cache_folder.OFF)
    assert cache_folder.cache_folder() is None


def test_every_field_of_a_verdict_is_kept_or_put_back(claim_file: ClaimFile) -> None:
    registered = find_claims([claim_file()])[0]
    verdicts = list(pk.check(claim_file()).of("T1"))
    again = unpacked(packed(verdicts), registered, Shipped(), kept=True)
    for one, other in zip(verdicts, again, strict=True):
        assert vars(one).keys() == vars(other).keys()
        for name in ("word", "reason", "leans", "flags", "error", "panel"):
            assert getattr(one, name) == getattr(other, name)
        assert other.tested is not None
        assert one.tested is not None
        assert other.tested.shown == one.tested.shown
