"""Printed numbers and cells: every sign that papers and programs print, and nothing guessed."""

from __future__ import annotations

from decimal import Decimal as Exact

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.audit.glyphs import figures, plain, raised
from panelkit.audit.legends import read_legend
from panelkit.audit.printed import decimal_of, read_cell, read_number
from panelkit.language.errors import DataError


@pytest.mark.parametrize("minus", ["-", "−", "–", "—", "‐", "‑", "‒", "―", "﹣", "－", "⁻", "﹘", "\u00ad"])
@pytest.mark.parametrize("gap", ["", " ", "\u2009", "\xa0", "\u3000"])
def test_every_minus(minus: str, gap: str) -> None:
    number = read_number(f"{minus}{gap}0.422")
    assert number is not None
    assert (number.value, number.decimals) == (-0.422, 3)


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("21,675", 21675.0, 0),
        ("1,234,567.89", 1234567.89, 2),
        ("21 675", 21675.0, 0),
        ("21\u2009675.5", 21675.5, 1),
        ("21\u202f675", 21675.0, 0),
        ("21'675", 21675.0, 0),
        ("１２．５０", 12.5, 2),
        ("－０．５", -0.5, 1),
        (".05", 0.05, 2),
        ("-.05", -0.05, 2),
        ("5.", 5.0, 0),
        ("0·123", 0.123, 3),
        ("+0.12", 0.12, 2),
        ("12.3%", 0.123, 3),
        ("1.2E-05", 1.2e-5, 6),
        ("1.2e−05", 1.2e-5, 6),
        ("1.2×10⁻⁵", 1.2e-5, 6),
        ("1.2 × 10^{-5}", 1.2e-5, 6),
        ("1.2x10^-5", 1.2e-5, 6),
        ("1.2*10^-5", 1.2e-5, 6),
        ("3×10⁴", 3e4, -4),
        ("0.00", 0.0, 2),
        ("0.12¹", 0.12, 2),  # a footnote, no digit
        ("0.12ᵃ", 0.12, 2),
        ("\u200b0.12\ufeff", 0.12, 2),
    ],
)
def test_numbers(text: str, value: float, decimals: int) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.decimals) == (pytest.approx(value, rel=1e-15), decimals)
    assert number.low == pytest.approx(value - 0.5 * 10.0**-decimals, rel=1e-12)
    assert number.high == pytest.approx(value + 0.5 * 10.0**-decimals, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "O.12",
        "0.l2",
        "O.O5",
        "1,2,3",
        "0,123",
        "01,234",
        "--0.5",
        "0.1.2",
        "(0.012",
        "0.1 2",
        "1*234",
        "1e999",
        "½",
        "①",
        "0.12 0.03",
        "1e-999999",
        "2011—2018",
        "9" * 400,
        "0.12₂",
        "12,34",
        "1,2345",
    ],
)
def test_what_cannot_be_read_is_listed_and_not_guessed(text: str) -> None:
    cell = read_cell(text)
    assert read_number(text) is None
    assert cell.number is None
    assert cell.unread == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "—", "——", "/", "...", "…", "NA", "N/A", "n.a.", "(-)", ".", "无", "控制", "Yes", "√"],
)
def test_blanks_and_words_are_neither_numbers_nor_unread(text: str) -> None:
    cell = read_cell(text)
    assert (cell.number, cell.stars, cell.brackets, cell.unread) == (None, 0, (), "")


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("0.12***", 3),
        ("0.12∗∗", 2),
        ("0.12＊", 1),
        ("0.12⁑", 2),
        ("0.12 * * *", 3),
        ("0.12 ***", 3),
        ("0.12^{***}", 3),
        ("0.12^***", 3),
        (r"0.12\sym{**}", 2),
        ("***0.12", 3),
        ("0.12☆☆", 2),
    ],
)
def test_stars_of_every_glyph(text: str, stars: int) -> None:
    cell = read_cell(text)
    assert cell.number is not None
    assert (cell.number.value, cell.stars, cell.unread) == (0.12, stars, "")


@pytest.mark.parametrize(
    ("text", "number", "stars", "brackets", "named"),
    [
        ("−0.422** (0.1909)", -0.422, 2, (0.1909,), ""),
        ("− 0.8493846 (− 1.45)", -0.8493846, 0, (-1.45,), ""),
        ("0.078*** [0.005]", 0.078, 3, (0.005,), ""),
        ("0.12（0.03）＊＊", 0.12, 2, (0.03,), ""),
        ("0.12**\n(0.03)", 0.12, 2, (0.03,), ""),
        ("0.12**\n0.03", 0.12, 2, (0.03,), ""),
        ("(0.12)**", None, 2, (0.12,), ""),
        ("(0.12**)", None, 2, (0.12,), ""),
        ("[(0.12)]", None, 0, (0.12,), ""),
        ("0.12 (t = 2.30)", 0.12, 0, (2.3,), "t"),
        ("0.12 (t值: 2.30)", 0.12, 0, (2.3,), "t"),
        ("0.12 (p<0.001)", 0.12, 0, (0.001,), "p"),
        ("0.12 (p-value=0.03)", 0.12, 0, (0.03,), "p"),
        ("0.12 (S.E.=0.03)", 0.12, 0, (0.03,), "se"),
        ("0.12***\nz=2.3", 0.12, 3, (2.3,), "z"),
        ("t=2.34", None, 0, (2.34,), "t"),
        ("[0.1, 0.5]", None, 0, (0.1, 0.5), "ci"),
        ("[0.1,0.5]", None, 0, (0.1, 0.5), "ci"),
        ("(0.1; 0.5)", None, 0, (0.1, 0.5), "ci"),
        ("0.1～0.5", None, 0, (0.1, 0.5), "ci"),
        ("(0.1 to 0.5)", None, 0, (0.1, 0.5), "ci"),
        ("(-0.5--0.1)", None, 0, (-0.5, -0.1), "ci"),
        ("(−0.5, −0.1)", None, 0, (-0.5, -0.1), "ci"),
        ("0.3 (95% CI: 0.1, 0.5)", 0.3, 0, (0.1, 0.5), "ci"),
        ("0.3 (95% CI [0.1, 0.5])", 0.3, 0, (0.1, 0.5), "ci"),
        ("0.12 (2.10, 0.03)", 0.12, 0, (2.1, 0.03), ""),
    ],
)
def test_cells(text: str, number: float | None, stars: int, brackets: tuple[float, ...], named: str) -> None:
    cell = read_cell(text)
    assert (cell.number.value if cell.number else None) == number
    assert (cell.stars, cell.unread) == (stars, "")
    assert tuple(one.value for one in cell.brackets[0].numbers) == brackets
    assert cell.brackets[0].named == named


def test_two_brackets_and_a_comment() -> None:
    cell = read_cell("0.12** (0.03) [2.1]")
    assert [(one.shape, one.numbers[0].value) for one in cell.brackets] == [("(", 0.03), ("[", 2.1)]
    assert read_cell("0.12 (n.s.)").number is not None
    faulty = read_cell("0.12 (O.03)")
    assert faulty.number is not None
    assert (faulty.brackets, faulty.unread) == ((), "0.12 (O.03)")


def test_bounds() -> None:
    number = read_number("＜0.001")
    assert number is not None
    assert (number.low, number.high) == (0.0, 0.001)
    above = read_number(">0.1")
    assert above is not None
    assert (above.low, above.high) == (0.1, float("inf"))


@pytest.mark.parametrize(
    ("text", "number", "brackets"),
    [
        ("0,123 (0,05)", 0.123, (0.05,)),
        ("1.234,5", 1234.5, ()),
        ("1,234", 1.234, ()),
        ("-0,5***\n(0,12)", -0.5, (0.12,)),
        ("0,3 [0,1; 0,5]", 0.3, (0.1, 0.5)),
        ("0,3 (0,1, 0,5)", 0.3, (0.1, 0.5)),
        ("0,3 (0,1~0,5)", 0.3, (0.1, 0.5)),
    ],
)
def test_decimal_commas(text: str, number: float, brackets: tuple[float, ...]) -> None:
    cell = read_cell(text, ",")
    assert cell.number is not None
    assert cell.number.value == number
    assert tuple(one.value for held in cell.brackets for one in held.numbers) == brackets
    assert read_cell("0.123", ",").unread == "0.123"


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1,234"], "."),
        (["1,234", "0.5"], "."),
        (["1,234", "0,5"], ","),
        (["1,234", "12,5"], ","),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["[0.1,0.5]", "21,675"], "."),
        (["[0,1; 0,5]"], ","),
        (["０，５"], ","),
        (["-,05"], ","),
        (["Moran's I (1,2)", "0.5"], "."),
        ([], "."),
        (["0.1"] * 10 + ["0,123"], "."),  # a misprint among ten
    ],
)
def test_the_sign_before_decimals_is_told_by_the_table(texts: list[str], sign: str) -> None:
    assert decimal_of(texts) == sign


def test_a_table_of_both_signs_is_refused_with_an_example_of_each() -> None:
    with pytest.raises(DataError, match=r"point \(0.5\), others behind a comma \(0,12\)"):
        decimal_of(["0.5", "0,12"])


@pytest.mark.parametrize(
    ("note", "marks", "levels"),
    [
        ("*** p<0.01, ** p<0.05, * p<0.1", ("*", "**", "***"), (0.1, 0.05, 0.01)),
        ("注：***、**、*分别表示在1%、5%、10%的水平上显著", ("*", "**", "***"), (0.1, 0.05, 0.01)),
        (
            "*, ** and *** denote significance at the 10%, 5% and 1% levels",
            ("*", "**", "***"),
            (0.1, 0.05, 0.01),
        ),
        ("注：*p＜0.05，**p＜0.01，***p＜0.001", ("*", "**", "***"), (0.05, 0.01, 0.001)),
        ("∗、∗∗、∗∗∗分别代表10%、5%和1%的显著性水平", ("*", "**", "***"), (0.1, 0.05, 0.01)),
        ("+ p<0.10, * p<0.05, ** p<0.01, *** p<0.001", ("+", "*", "**", "***"), (0.1, 0.05, 0.01, 0.001)),
        ("a, b, c denote significance at 1%, 5%, 10%", ("c", "b", "a"), (0.1, 0.05, 0.01)),
        ("* = 10%, ** = 5%, *** = 1%", ("*", "**", "***"), (0.1, 0.05, 0.01)),
    ],
)
def test_legends(note: str, marks: tuple[str, ...], levels: tuple[float, ...]) -> None:
    legend = read_legend([note])
    assert legend is not None
    assert (legend.marks, legend.levels) == (marks, levels)


def test_letters_and_plus_signs_are_stars_where_a_legend_says_so() -> None:
    letters = read_legend(["a, b, c denote significance at 1%, 5%, 10%"])
    assert [
        read_cell(text, legend=letters).stars for text in ("0.12a", "0.12ᵇ (0.03)", "0.12^{c}", "0.12")
    ] == [
        3,
        2,
        1,
        0,
    ]
    assert read_cell("0.12ᵃ").marks == "a"
    assert read_cell("0.12a").unread == "0.12a"
    plus = read_legend([], ["0.12+", "0.3**"])
    assert plus is not None
    assert plus.levels[0] == 0.1
    assert [read_cell(text, legend=plus).stars for text in ("0.12+", "0.12*", "0.12***")] == [1, 2, 4]
    assert read_legend(["括号内为标准误"]) is None
    assert read_legend(["*** significant at 1%, ** at 5%"]) is None  # one star has no level


def test_raised_signs() -> None:
    assert (raised("***"), raised("2"), raised("-5"), raised("a")) == ("***", "²", "⁻⁵", "ᵃ")
    assert plain("R²") == "R2"
    assert figures("10²") == ("10", "2")


@settings(max_examples=300, deadline=None)
@given(
    st.decimals(min_value=-(10**7), max_value=10**7, places=4, allow_nan=False),
    st.integers(0, 4),
    st.integers(0, 3),
    st.sampled_from(["-", "−", "－", "– "]),
    st.booleans(),
    st.sampled_from([".", ","]),
)
def test_numbers_come_back(
    number: Exact, places: int, stars: int, minus: str, grouped: bool, decimal: str
) -> None:
    """What is written in any style is read as the same number, digits and stars."""
    text = f"{number:,.{places}f}" if grouped else f"{number:.{places}f}"
    said = float(text.replace(",", ""))
    if decimal == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    cell = read_cell(text.replace("-", minus) + "*" * stars + " (" + text + ")", decimal)  # type: ignore[arg-type]
    assert cell.number is not None
    assert (cell.number.value, cell.number.decimals, cell.stars) == (said, places, stars)
    assert cell.brackets[0].numbers[0].value == said
    assert cell.unread == ""


@settings(max_examples=500, deadline=None)
@given(
    st.text(alphabet="0123456789.,-−+*()[]<>{} eE%×^abpt=~;\n⁻⁵²＊（）†①", max_size=24),
    st.sampled_from([".", ","]),
)
def test_any_text_is_read_or_listed(text: str, decimal: str) -> None:
    cell = read_cell(text, decimal)  # type: ignore[arg-type]
    for one in (cell.number, *(number for bracket in cell.brackets for number in bracket.numbers)):
        assert one is None or one.low <= one.value <= one.high
    if any(sign in "0123456789" for sign in text):
        assert cell.number or cell.brackets or cell.unread or cell.marks
