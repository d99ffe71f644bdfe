"""Files that are cut, damaged or far too large, and names that are no text: one message each, in time and memory."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from panelkit.cli import main
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table

TIDY = "province,year,甲(亿元)\n" + "".join(
    f"{name},2020,{100 + at}.5\n" for at, (name, _, _) in enumerate(NAMES.values())
)
PRINTED = "3-9 各地区产值(2020年),\n地区,甲(亿元)\n" + "".join(
    f"{name},{100 + at}.5\n" for at, (name, _, _) in enumerate(NAMES.values())
)
SMALL = Table([110000], ["2020"], ["甲"], {(110000, "2020", "甲"): "5"})


def read_text(tmp_path: Path, blank: Context, content: str | bytes, name: str = "a.csv") -> FileRead:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, CallerSays(), blank)


@pytest.mark.parametrize("text", [TIDY, PRINTED])
def test_a_file_cut_inside_its_last_number_is_said_wherever_it_is_cut(
    tmp_path: Path, blank: Context, text: str
) -> None:
    whole = read_text(tmp_path, blank, text)
    assert not any("line break" in note for note in whole.notes)
    assert len(whole.entries) == 31
    last = text.rstrip("\n")
    for length in range(len("130.5"), 0, -1):
        cut = last[: len(last) - len("130.5") + length]
        if length == len("130.5"):
            read = read_text(
                tmp_path, blank, cut
            )  # whole, and nothing but the line break is gone: a note, no refusal
            assert any(
                re.search(r"without a line break: if it was cut here.*\(130\.5\)", note)
                for note in read.notes
            )
            assert read.entries == whole.entries
        else:
            with pytest.raises(YearbookError, match=r"fewer decimals than every other|neither a number"):
                read_text(tmp_path, blank, cut)


@pytest.mark.parametrize("text", [TIDY, PRINTED])
def test_whole_numbers_without_decimals_are_noted_and_read(tmp_path: Path, blank: Context, text: str) -> None:
    read = read_text(tmp_path, blank, text.replace(".5", "").rstrip("\n"))
    assert len(read.entries) == 31
    assert any("without a line break" in note and note.text("zh") != note for note in read.notes)


def test_a_printed_table_as_text_with_a_short_row_is_refused(tmp_path: Path, blank: Context) -> None:
    lines = PRINTED.splitlines()
    with pytest.raises(YearbookError, match="row 5: the row has 1 cells where the table has 2: cut short"):
        read_text(tmp_path, blank, "\n".join([*lines[:4], lines[4].split(",")[0], *lines[5:]]) + "\n")


@pytest.mark.parametrize("place", ["label", "number", "name", "end"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xc1", b"\xc0", b"\xe5"])
@pytest.mark.parametrize("marked", [True, False])
def test_one_bad_byte_is_named_by_line_and_place(
    tmp_path: Path, blank: Context, place: str, bad: bytes, marked: bool
) -> None:
    content = (b"\xef\xbb\xbf" if marked else b"") + writers.classic(
        Table(list(NAMES), ["2020"], ["甲产品产量"], {(a, "2020", "甲产品产量"): "5.5" for a in NAMES})
    ).encode()
    spot = {
        "label": content.index("产品".encode()) + 1,
        "number": content.index(b"5.5"),
        "name": content.index("内蒙古".encode()) + 3,
        "end": content.index("国家统计局".encode()) + 2,
    }[place]
    damaged = content[:spot] + bad + content[spot + (place in ("label", "end")) :]
    with pytest.raises(YearbookError) as caught:
        read_text(tmp_path, blank, damaged)
    line = damaged[:spot].count(b"\n") + 1
    assert f"row {line}" in str(caught.value)
    assert re.search(r"byte \d+ ", str(caught.value))


@pytest.mark.parametrize("bad", [b"\xff", b"\x80"])
def test_a_bad_byte_in_gbk_is_named_by_line_and_place(tmp_path: Path, blank: Context, bad: bytes) -> None:
    content = writers.classic(
        Table(list(NAMES), ["2020"], ["甲产量"], {(a, "2020", "甲产量"): "5.5" for a in NAMES})
    ).encode("gb18030")
    spot = content.index("天津".encode("gb18030"))
    damaged = content[:spot] + bad + content[spot:]
    message = rf"row 6: .*byte 1 of the line, {spot + 1} of the file, is 0x{bad.hex()} and no GB18030"
    with pytest.raises(YearbookError, match=message):
        read_text(tmp_path, blank, damaged)


def test_a_cut_utf16_file_is_refused(tmp_path: Path, blank: Context) -> None:
    with pytest.raises(YearbookError, match="marked as UTF-16"):
        read_text(tmp_path, blank, TIDY.encode("utf-16")[:-1])


def test_too_many_lines_are_refused_before_they_are_split(tmp_path: Path, blank: Context) -> None:
    for line in (b"1\n", b"\n", b"\r", b"\r\n"):
        with pytest.raises(YearbookError, match=f"at most {limits.LINES} are read"):
            read_text(tmp_path, blank, b"a,b\n" + line * (limits.LINES + 1))
    with pytest.raises(YearbookError, match=f"at most {limits.BRACKETS} are read"):
        read_text(tmp_path, blank, b"[" + b"{}," * (limits.BRACKETS + 1) + b"{}]", "a.json")


def test_memory_stays_in_bounds_for_nine_million_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"1\n" * 9_000_000)
    code = (
        "import resource, sys\n"
        "from panelkit.data.yearbook.files.decode import decode_text\n"
        "from panelkit.data.yearbook.errors import YearbookError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    decode_text(open(sys.argv[1], 'rb').read(), 'a.csv')\nexcept YearbookError: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert (
        int(done.stdout) < 60_000
    )  # kilobytes: the file's 18 MB once or twice, and never its lines as objects


def test_so_many_problems_that_reading_stops(
    tmp_path: Path, blank: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert limits.PROBLEMS == 10_000
    monkeypatch.setattr("panelkit.data.yearbook.layouts.reading.PROBLEMS", 300)
    text = "province,year,gdp\n" + "x,2020,1\n" * 305
    with pytest.raises(YearbookError) as caught:
        read_text(tmp_path, blank, text)
    assert len(caught.value.problems) == 301
    assert "reading stopped here" in caught.value.problems[-1].said


@pytest.mark.parametrize(("areas", "refused"), [(20_000, False), (limits.MERGED + 1, True)])
@pytest.mark.parametrize("shape", ["D{0}:D{1}", "D{0}:F{1}"])
def test_merged_areas_without_number(
    tmp_path: Path, blank: Context, areas: int, refused: bool, shape: str
) -> None:
    plain = writers.xlsx([["3-9 表(2023年)"], ["地区", "甲"], ["北京", 1], ["天津", 2]])
    path = tmp_path / "a.xlsx"
    merged = "".join(f'<mergeCell ref="{shape.format(2 * i + 1, 2 * i + 2)}"/>' for i in range(areas))
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(
                    b"</sheetData>", f'</sheetData><mergeCells count="{areas}">{merged}</mergeCells>'.encode()
                )
            new.writestr(name, part)
    if refused:
        with pytest.raises(YearbookError, match=f"{areas} merged areas on one sheet"):
            read_file(path, CallerSays(), blank)
    else:
        assert [int(e.value) for e in read_file(path, CallerSays(), blank).entries] == [1, 2]


def test_merged_areas_over_each_other_are_refused(tmp_path: Path, blank: Context) -> None:
    from panelkit.data.yearbook.files.grid import Grid
    from panelkit.data.yearbook.layouts.workbook import read_workbook

    rows = (("表(2020年)",), ("地区", *("甲",) * 1900), ("北京", *(1.0,) * 1900))
    grid = Grid("a.xlsx", "表", rows, (1, 2, 3), tuple((1, 1, 1, 1899) for _ in range(20_000)))
    with pytest.raises(YearbookError, match="merged areas lie over each other"):
        read_workbook(grid)


YEARS = ["1" + "0" * 26, "9" * 27, "1e26", "1" + "0" * 26 + "年"]


@pytest.mark.parametrize("year", YEARS)
def test_years_beyond_all_bounds_are_one_message(tmp_path: Path, blank: Context, year: str) -> None:
    texts = [
        f"地区,{year}\n北京,1\n",
        f"province,year,gdp\n北京,{year},1\n",
        f"数据库：分省年度数据\n指标：甲\n时间：{year}\n地区,{year}\n北京,1\n数据来源：国家统计局\n",
        f"3-9 表({year}),\n地区,甲\n北京,1\n",
    ]
    for text in texts:
        with pytest.raises(YearbookError, match="a.csv"):
            read_text(tmp_path, blank, text)
    answer = json.loads(writers.easyquery(SMALL, regions=True))
    text = json.dumps(answer).replace('"2020"', f'"{year}"').replace("sj.2020", f"sj.{year}")
    with pytest.raises(YearbookError, match="is no period of a yearbook"):
        read_text(tmp_path, blank, text, "a.json")
    for number in (1e26, 10**27):
        plain = writers.xlsx([["3-9 表"], ["地区", number], ["北京", 1.0]])
        with pytest.raises(YearbookError, match="neither a year nor a name"):
            read_text(tmp_path, blank, plain, "a.xlsx")


@pytest.mark.parametrize("number", ["1e400", "1e999999999", "-1e-999999999", "1e26"])
def test_numbers_beyond_all_bounds_in_an_answer_are_one_message(
    tmp_path: Path, blank: Context, number: str
) -> None:
    for printed in ("5", ""):
        text = writers.easyquery(SMALL, regions=True).replace('"data": 5.0', f'"data": {number}')
        text = text.replace('"strdata": "5"', f'"strdata": "{printed}"')
        assert number in text
        with pytest.raises(YearbookError, match="beyond the size of any figure"):
            read_text(tmp_path, blank, text, "a.json")


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b[31m", "\x9b", "\ud800"])
def test_control_characters_in_names_are_refused_in_printable_words(
    tmp_path: Path, blank: Context, bad: str
) -> None:
    answer = json.loads(writers.easyquery(SMALL, regions=True))
    answer["returndata"]["wdnodes"][0]["nodes"][0].update(name=f"甲{bad}", cname=f"甲{bad}")
    with pytest.raises(YearbookError, match="control character") as caught:
        read_text(tmp_path, blank, json.dumps(answer), "a.json")
    for lang in ("en", "zh"):
        caught.value.text(lang).encode()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", caught.value.text(lang))
    json.dumps(caught.value.problems[0].record(), ensure_ascii=False).encode()


def test_line_breaks_in_names_become_blanks(tmp_path: Path, blank: Context) -> None:
    text = 'province,year,"甲\r乙\n丙(亿元)"\n北京,2020,5\n'
    read = read_text(tmp_path, blank, text)
    assert [e.indicator for e in read.entries] == ["甲 乙 丙"]


NAMED = [b"\xb1\xb1\xbe\xa9.csv", b"a\nb.csv", b"a.\xb1\xb1", "表\x07.csv".encode()]


@pytest.mark.parametrize("raw", NAMED)
def test_names_of_files_that_are_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    path = tmp_path / os.fsdecode(raw)
    try:
        path.write_text(TIDY, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such names")
    store = ["--store", str(tmp_path / "store")]
    command = [sys.executable, "-c", "from panelkit.cli import main; main()"]
    done = subprocess.run(
        [*command, "ingest", str(path), *store, "--vintage", "trial"], capture_output=True, check=False
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    done.stdout.decode()
    for extra in ([], ["--json"], ["--lang", "zh"]) if raw == NAMED[0] else ([],):
        again = ["ingest", str(path), *store, *extra]
        assert called([*again, "--vintage", "trial"], monkeypatch) == 0
        assert called([*again, "--year", "2019"], monkeypatch) == 2
    called(["data", "export", *store, "-o", str(tmp_path / "out.csv")], monkeypatch)


def called(words: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """Return the exit status of a command whose output takes text alone."""
    with monkeypatch.context() as here:
        here.setattr(sys, "argv", ["panelkit", *words])
        streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
        for name, stream in streams.items():
            here.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as left:
            main()
    for stream in streams.values():
        stream.flush()
        said = stream.buffer.getvalue().decode()
        assert "Traceback" not in said
    return left.value.code or 0
