"""Files are whole or not there, take the user's umask, and what cannot be written is said beforehand."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from panelkit.show import files
from panelkit.show.files import csv_text, require_writable, write_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and devices of POSIX")


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("mask", "wanted"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600), (0, 0o666)])
def test_a_new_file_takes_the_umask(tmp_path: Path, mask: int, wanted: int) -> None:
    os.umask(mask)
    assert mode(write_whole(tmp_path / "a.txt", "x")) == wanted


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("old", [0o600, 0o640, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, old: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(old)
    write_whole(path, "new")
    assert (path.read_text(), mode(path)) == ("new", old)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_whole(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_long_name_and_a_deep_folder(tmp_path: Path) -> None:
    name = "图" * 84  # 252 bytes: a temporary name made of it would be too long
    assert write_whole(tmp_path / "a" / "b" / name, "x").read_text() == "x"
    with pytest.raises(OSError, match="too long"):
        require_writable(tmp_path / ("图" * 86))


def test_a_device_is_written_to_and_not_replaced() -> None:
    before = os.stat("/dev/null")
    write_whole("/dev/null", "x")
    require_writable("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert os.stat("/dev/null").st_rdev == before.st_rdev
    if os.path.exists("/dev/full"):
        with pytest.raises(OSError, match="No space left") as caught:
            write_whole("/dev/full", "x")
        assert caught.value.filename == "/dev/full"


def test_nothing_is_left_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", broken)
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole(path, "new")
    assert caught.value.filename == str(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "old"


def test_what_cannot_be_written_is_known_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "nothing").symlink_to(tmp_path / "absent")
    for path, folder in (
        (tmp_path, False),
        (tmp_path / "file", True),
        (tmp_path / "file" / "below", False),
        (tmp_path / "file" / "below" / "it", True),
        (tmp_path / "nothing", False),
        (tmp_path / "nothing", True),
        (Path("/proc/no/such"), True),
    ):
        with pytest.raises(OSError, match=re.escape(str(path))):
            require_writable(path, folder=folder)
    for path, folder in (
        (tmp_path, True),
        (tmp_path / "file", False),
        (tmp_path / "a" / "b" / "c.txt", False),
        (tmp_path / "a" / "b", True),
    ):
        require_writable(path, folder=folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "nothing"]


@pytest.mark.skipif(os.getuid() == 0 if hasattr(os, "getuid") else True, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            require_writable(tmp_path / "a.txt")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("text", ["a\rb", "\r", "a\r\nb", 'q"\r"', "a,b", "plain"])
def test_csv_keeps_any_text(text: str) -> None:
    table = pd.DataFrame({"name": [text, "b"], text: [1.5, None]})
    rows = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert rows == [["name", text], [text, "1.5"], ["b", ""]]


def test_csv_without_carriage_returns_is_what_pandas_writes() -> None:
    table = pd.DataFrame({"a": ["x", "y,z"], "b": [1, 2]})
    assert csv_text(table) == table.to_csv(index=False, lineterminator="\n")
    assert csv_text(table, index=True, float_format="%.3g") == table.to_csv(
        lineterminator="\n", float_format="%.3g"
    )
