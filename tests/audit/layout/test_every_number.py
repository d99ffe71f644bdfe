"""Every number of a sheet becomes an entry, belongs to one, heads a row or column, or is listed as unread."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from panelkit.audit.layout.blocks import parts_of
from panelkit.audit.layout.grid import Cell, grid_of
from panelkit.audit.layout.places import label_columns
from panelkit.audit.layout.read import read_table
from panelkit.audit.reading.sheet import Sheet, sheet_of
from tests.audit.layout.sheets import CASES, case

LABELS = [
    *(
        "lnX",
        "PM2.5",
        "CO2",
        "W×lnX",
        "W*lnX",
        "ρ",
        "λ",
        "N",
        "R2",
        "F",
        "直接效应",
        "间接效应",
        "总效应",
        "Main",
        "Wx",
    ),
    *(
        "Panel A",
        "东部地区",
        "控制变量",
        "(t)",
        "t值",
        "标准误",
        "p值",
        "AR(2)",
        "Hansen p",
        "LM-lag",
        "Moran's I",
        "门槛值",
    ),
    *(
        "均值",
        "权重",
        "北京",
        "2011",
        "2012",
        "1",
        "2",
        "(1) lnX",
        "Total",
        "",
        "",
        "",
        "M",
        "Sobel",
        "中介效应",
        "sigma2_e",
    ),
    *(
        "LM test",
        "L1.",
        "常数项",
        "个体固定效应",
        "样本量",
        "组内",
        "组间",
        "超变密度",
        "C",
        "T",
        "D",
        "U1",
        "a",
        "b",
        "c'",
    ),
]
HEADS = [
    *(
        "变量",
        "Variable",
        "",
        "",
        "(1)",
        "(2)",
        "SAR",
        "SDM",
        "Y",
        "M",
        "系数",
        "t值",
        "p值",
        "标准误",
        "[95% CI]",
        "均值",
    ),
    *(
        "标准差",
        "N",
        "最小值",
        "直接效应",
        "间接效应",
        "总效应",
        "Direct",
        "Total",
        "C",
        "D",
        "T",
        "U1",
        "2011",
        "2012年",
    ),
    *(
        "权重",
        "门槛值",
        "F值",
        "1%",
        "5%",
        "总体",
        "组内",
        "贡献率(%)",
        "lnX",
        "CO2",
        "期数",
        "统计量",
        "df",
        "定义",
        "排名",
    ),
]
FIGURES = [
    *(
        "0.12",
        "-0.5***",
        "−1.2 (0.3)",
        "(2.31)",
        "[0.1, 0.4]",
        "(0.000)",
        "1",
        "248",
        "1,234",
        "37.5%",
        "2011",
        "",
        "——",
    ),
    *(
        "是",
        "Yes",
        "√",
        "***",
        "0.1*\n(0.2)",
        "N=240",
        "chi2(5)=12.1",
        "0.05→0.06",
        "O.12",
        "lnX",
        "高水平协调",
        "<0.001",
    ),
]
TITLES = [
    "",
    "表3 描述性统计",
    "相关系数矩阵",
    "耦合协调度",
    "泰尔指数",
    "方差分解",
    "中介效应",
    "门槛效应",
    "权重",
    "SDM results",
]


def printed(cell: Cell) -> int:
    """Return how many numbers stand in a cell of the body."""
    if cell.shape not in ("value", "bracket"):
        return 0
    own = 1 if cell.held.number is not None else 0
    return own + sum(len(bracket.numbers) for bracket in cell.held.brackets)


def in_body(sheet: Sheet) -> int:
    """Return how many numbers a sheet holds beside its labels."""
    numbers = 0
    for part in parts_of(grid_of(sheet.cells)):
        labels = label_columns(part) if part.body else []
        for row in part.body:
            for at, cell in enumerate(row):
                alone = cell.name and all(one is cell or one.shape == "blank" for one in row)
                if at not in labels or alone:
                    numbers += printed(cell)
    return numbers


def conserved(sheet: Sheet) -> None:
    table = read_table(sheet)
    numbers = in_body(sheet)
    entries = [one for one in table.entries if one.row < len(sheet.cells)]
    places = [(one.row, one.column) for one in entries]
    named = [
        one for at, one in enumerate(entries) if one.role == "df" and places.index((one.row, one.column)) < at
    ]
    held = sum(1 + len(one.attached) for one in entries) - len(named)
    assert held == numbers, (held, numbers, sheet.cells)
    assert len(places) - len(named) == len(set(places)), "one place, one entry (and the df that a cell names)"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_no_number_of_a_case_is_lost(path: Path) -> None:
    conserved(case(path)[0])


def invented(rng: random.Random) -> Sheet:
    """Return a sheet of words and figures thrown together."""
    width, height = rng.randint(1, 7), rng.randint(1, 9)
    heads = [[rng.choice(HEADS) for _ in range(width)] for _ in range(rng.randint(0, 3))]
    labels = rng.randint(0, 2)
    body = [
        [rng.choice(LABELS) if at < labels else rng.choice(FIGURES) for at in range(width)]
        for _ in range(height)
    ]
    if rng.random() < 0.3:
        body.insert(rng.randint(0, len(body)), [rng.choice(HEADS) for _ in range(width)])
    merged = [(0, 0, rng.randint(0, 2), rng.randint(0, 2))] if rng.random() < 0.2 else []
    return sheet_of([*heads, *body], title=rng.choice(TITLES), merged=merged)


@pytest.mark.parametrize("seed", range(20))
def test_no_number_is_lost_in_tables_thrown_together(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        conserved(invented(rng))


@pytest.mark.parametrize(
    "rows", [[], [[]], [[""]], [["0.5"]], [["a"]], [["", ""], ["", ""]], [["x", "0.5"]], [["x"], ["0.1"]]]
)
def test_the_smallest_sheets_are_read(rows: list[list[str]]) -> None:
    conserved(sheet_of(rows))


def test_what_cannot_be_read_is_listed() -> None:
    table = read_table(sheet_of([["", "(1)", "(2)"], ["lnX", "0.05→0.06", "0.1"], ["lnZ", "O.12", "0.2"]]))
    assert table.unread == ("0.05→0.06", "O.12")
    assert [one.number.text for one in table.entries] == ["0.1", "0.2"]


def test_marks_and_blanks_are_kept_and_counted() -> None:
    rows = [["", "(1)", "(2)"], ["lnX", "0.1", ""], ["省份固定效应", "是", "否"], ["控制变量", "Yes", "√"]]
    table = read_table(sheet_of(rows))
    assert [(one.label, one.text) for one in table.marks] == [
        *(("省份固定效应", "是"), ("省份固定效应", "否"), ("控制变量", "Yes"), ("控制变量", "√"))
    ]
    assert table.blanks == 1


def test_numbers_in_names_are_no_figures() -> None:
    rows = [["", "CO2", "PM2.5"], ["lnGDP2", "0.1", "0.2"], ["PM2.5", "0.3", "0.4"], ["x1", "0.5", "0.6"]]
    table = read_table(sheet_of(rows))
    assert [one.number.text for one in table.entries] == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]
    assert {one.subject for one in table.entries} == {"lnGDP2", "PM2.5", "x1"}
