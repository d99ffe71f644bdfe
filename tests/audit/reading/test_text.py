"""Separated and pasted text: encodings, separators, rulers, aligned columns, bars, copies from a PDF."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from panelkit.audit.printed import read_cell
from panelkit.audit.reading.door import read_sheets
from panelkit.audit.reading.sheet import Sheet
from panelkit.language.errors import DataError, SpecError
from tests.reference import printed_table

ESTTAB = """
Table 1: Effects
------------------------------------------------------------
                      (1)             (2)             (3)
                        y               y               y
------------------------------------------------------------
x                   0.123***        0.456           0.1*
                  (0.012)         (0.034)          (0.05)
z                                   0.456**
                                  (0.034)
------------------------------------------------------------
N                     248             248            1,248
R-sq                0.912           0.913           0.914
------------------------------------------------------------
Standard errors in parentheses
* p<0.10,  ** p<0.05,  *** p<0.01
"""


def only(source: object) -> Sheet:
    sheets = read_sheets(source)
    assert len(sheets) == 1
    return sheets[0]


def test_rulers_and_blank_cells_of_esttab() -> None:
    sheet = only(ESTTAB)
    assert sheet.title == "Table 1: Effects"
    assert sheet.notes == ("Standard errors in parentheses", "* p<0.10, ** p<0.05, *** p<0.01")
    assert sheet.cells[2:6] == (
        ("x", "0.123***", "0.456", "0.1*"),
        ("", "(0.012)", "(0.034)", "(0.05)"),
        ("z", "", "0.456**", ""),
        ("", "", "(0.034)", ""),
    )
    assert sheet.cells[-2] == ("N", "248", "248", "1,248")


def test_two_tables_of_esttab_below_each_other() -> None:
    wider = "\n".join(line.replace("     ", "       ") for line in ESTTAB.splitlines()[2:])
    sheets = read_sheets(f"{ESTTAB}\n{wider}\n")
    assert [sheet.shape for sheet in sheets] == [(8, 4), (8, 4)]
    assert sheets[0].cells == sheets[1].cells
    assert len(sheets[0].notes) == 2


def test_output_of_stata() -> None:
    sheet = only(
        """
------------------------------------------------------------------------------
         mpg | Coefficient  Std. err.      t    P>|t|     [95% conf. interval]
-------------+----------------------------------------------------------------
      weight |  -.0065879   .0006371   -10.34   0.000    -.0078583   -.0053175
       _cons |    41.6797   2.165547    19.25   0.000     37.36172    45.99768
------------------------------------------------------------------------------
"""
    )
    assert sheet.cells[0][:5] == ("mpg", "Coefficient", "Std. err.", "t", "P>t")
    assert sheet.over(0, 6) == "[95% conf. interval]"
    assert sheet.cells[1] == ("weight", "-.0065879", ".0006371", "-10.34", "0.000", "-.0078583", "-.0053175")


def test_chinese_columns_two_places_wide_and_one() -> None:
    wide = "变量        模型1        模型2\n直接效应    0.078***     −0.2\n            (0.005)      (0.1)\n"
    narrow = "变量    模型1    模型2\n直接效应    0.078***    −0.2\n        (0.005)     (0.1)\n"
    for text in (wide, narrow):
        assert only(text).cells == (
            ("变量", "模型1", "模型2"),
            ("直接效应", "0.078***", "−0.2"),
            ("", "(0.005)", "(0.1)"),
        )


def test_headings_over_several_columns() -> None:
    sheet = only(
        "              SAR model           SEM model\n"
        "          (1)      (2)      (3)      (4)\n"
        "x        0.1      0.2      0.3      0.4\n"
    )
    assert sheet.merged == ((0, 1, 0, 2), (0, 3, 0, 4))
    assert sheet.over(0, 2) == "SAR model"


def test_headings_that_stand_a_little_aside_are_told_by_their_order() -> None:
    sheet = only(
        "        (1)      (2)      (3)\n(1) GDP     1\n(2) FDI     0.32*    1\n(3) RD      0.21     -0.15    1\n"
    )
    assert sheet.cells[0] == ("", "(1)", "(2)", "(3)")
    assert sheet.cells[1] == ("(1) GDP", "1", "", "")


def test_markdown_with_escapes_bold_type_raised_stars_and_formulas() -> None:
    sheet = only(
        "Table 2\n\n| Variable | SAR | SEM |\n|---|:-:|--:|\n| lnX | 0.078\\*\\*\\*<br>(0.005) | −0.077*** |\n"
        "| **R<sup>2</sup>** | 0.9<sup>a</sup> | **0.5** |\n| W\\|x | 0.1^**^ | &minus;0.2 |\n\nNote: *** p<0.01\n"
    )
    assert sheet.cells == (
        ("Variable", "SAR", "SEM"),
        ("lnX", "0.078***\n(0.005)", "−0.077***"),
        ("R²", "0.9ᵃ", "0.5"),
        ("W|x", "0.1**", "−0.2"),
    )
    assert (sheet.title, sheet.notes) == ("Table 2", ("Note: *** p<0.01",))


def test_grids_of_ascii_and_of_boxes() -> None:
    ascii_grid = "+-----+-----+\n| var | a   |\n+=====+=====+\n| x   | 0.1 |\n+-----+-----+\n"
    box = "┏━━━━━┳━━━━━┓\n┃ var ┃ a   ┃\n┡━━━━━╇━━━━━┩\n│ x   │ 0.1 │\n└─────┴─────┘\n"
    for text in (ascii_grid, box):
        assert only(text).cells == (("var", "a"), ("x", "0.1"))


def test_single_blanks_of_a_copy_from_a_pdf() -> None:
    sheet = only(
        "表5 回归结果\n变量 SAR SEM SDM\nlnPFI 0.078*** [0.005] 0.077*** [0.012] 0.071*** [0.011]\n"
        "Spatial spillover effect 0.3390757 (0.79) − 0.634601 (− 1.59) 0.1 (0.2)\n"
        "ρ 0.338*** [0.019] —— 0.555*** [0.046]\nN 248 248 248\n注：***、**、*分别表示在1%、5%、10%的水平上显著"
    )
    assert sheet.cells[0] == ("变量", "SAR", "SEM", "SDM")
    assert sheet.cells[2] == (
        "Spatial spillover effect",
        "0.3390757 (0.79)",
        "− 0.634601 (− 1.59)",
        "0.1 (0.2)",
    )
    assert sheet.cells[3] == ("ρ", "0.338*** [0.019]", "——", "0.555*** [0.046]")


@pytest.mark.parametrize(
    "text",
    [
        "a b c\nx 0.1 0.2 0.3\ny 0.1 0.2\nz 1 2 3",
        "v    a  b   c\nx 1  0.1    0.2  0.3\nlonger  0.11111111111  0.2\nz  1  2  3",
    ],
)
def test_a_line_with_too_few_cells_is_refused_by_its_number(text: str) -> None:
    with pytest.raises(DataError, match=r"line 3: .* put — where nothing stands"):
        read_sheets(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "，"])
def test_files_in_any_encoding_with_any_separator(tmp_path: Path, encoding: str, sign: str) -> None:
    rows = [
        ["变量", "直接效应", "总效应"],
        ["数字金融", "0.12*** [0.01; 0.2]", "－0.5"],
        ["城镇化", "1.5", "——"],
    ]
    place = tmp_path / "表 1.csv"
    quoted = [[f'"{cell}"' if sign in cell else cell for cell in row] for row in rows]
    place.write_bytes("\r\n".join(map(sign.join, quoted)).encode(encoding))
    assert only(place).cells == tuple(map(tuple, rows))
    assert only(str(place)).source == "表 1.csv"


def test_quoted_thousands_and_lines_within_cells() -> None:
    sheet = only(io.BytesIO(b'v,a,b\nx,"0.1**\n(0.05)",0.2\nN,"21,675","1,234"\n'))
    assert sheet.cells[1:] == (("x", "0.1**\n(0.05)", "0.2"), ("N", "21,675", "1,234"))


def test_several_tables_in_one_file() -> None:
    sheets = read_sheets("表1 描述\n变量,均值\nx,1.0\n注：甲\n\n表2 回归\n变量,系数\nx,0.5\n")
    assert [(sheet.title, sheet.notes, sheet.shape) for sheet in sheets] == [
        ("表1 描述", ("注：甲",), (2, 2)),
        ("表2 回归", (), (2, 2)),
    ]
    blank = read_sheets("v,(1),(2)\nx,0.1,0.2\n\nControls,Yes,Yes\nN,10,10\n\nv,(3),(4)\nx,0.3,0.4\n")
    assert [sheet.shape for sheet in blank] == [(4, 3), (2, 3)]


def test_frames_rows_and_sheets() -> None:
    frame = pd.DataFrame({"v": ["x", None], "a": ["0.380", "(0.1)"]})
    sheet = only(frame)
    assert sheet.cells == (("v", "a"), ("x", "0.380"), ("", "(0.1)"))
    assert only(frame.set_index("v")).cells == sheet.cells
    assert only([["v", "a"], ["x", "0.380"], ["N", 248]]).cells[2] == ("N", "248")
    assert read_sheets(sheet) == (sheet,)
    with pytest.raises(SpecError, match=r"row 2 holds 0.38, a number"):
        read_sheets([["v", "a"], ["x", 0.38]])
    with pytest.raises(SpecError, match="a number"):
        read_sheets(pd.DataFrame({"v": ["x"], "a": [0.38]}))
    with pytest.raises(SpecError, match="row 2 is no list"):
        read_sheets([["v", "a"], "x 0.1"])


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("变量\t甲\nx\t0.1".encode())))
    assert only("-").cells == (("变量", "甲"), ("x", "0.1"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(DataError, match="standard input is empty"):
        read_sheets("-")


@pytest.mark.parametrize(
    ("name", "shape", "numbers"),
    [
        ("four_weights_zh.csv", (8, 5), 28),
        ("lm_and_wald.csv", (10, 3), 18),
        ("sdm_effects.csv", (9, 5), 32),
        ("stars_against_errors.csv", (9, 4), 21),
    ],
)
def test_the_published_tables(name: str, shape: tuple[int, int], numbers: int) -> None:
    """HSSC 11 (03337-2) t. 1; PMC12267521 t. 7; hanspub 29-1252385 t. 6; Resources Science 41(10) t. 5."""
    sheet = only(printed_table(name))
    cells = [read_cell(cell) for row in sheet.cells[1:] for cell in row[1:]]
    assert sheet.shape == shape
    assert sum(cell.number is not None for cell in cells) == numbers
    assert not any(cell.unread for cell in cells)
    blanks = [cell for cell in cells if cell.number is None]
    assert {cell.text for cell in blanks} <= {"——"}
