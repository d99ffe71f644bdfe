"""Cells and headers as tables print them: thousands, brackets, years in words, dates, preliminary figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files.cells import Misread, read_number
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.data.yearbook.vocabulary.periods import is_preliminary, parse_period, years_in

Reader = Callable[..., FileRead]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.decimals(-(10**15), 10**15, places=3).map(lambda d: d.normalize() + 0),
    blank=st.sampled_from([",", "，", " ", "\u3000", "\xa0", "\u2009"]),
    brackets=st.sampled_from(["()", "（）"]),
    mark=st.sampled_from(["", "①", " *"]),
)
def test_thousands_and_brackets_keep_every_digit(
    number: Decimal, blank: str, brackets: str, mark: str
) -> None:
    printed = f"{abs(number):,f}".replace(",", blank)
    assert read_number(("-" if number < 0 else "") + printed + mark) == number
    negative = read_number(brackets[0] + printed + brackets[1] + mark)
    if abs(number) < 100 and number == int(number):
        assert isinstance(negative, Misread)
    else:
        assert negative == -abs(number)


@pytest.mark.parametrize(
    "text", ["12,34", "1,2345", "1,234 567", "1234,567", ",123", "1,234,56", "(1,23)", "1 2"]
)
def test_commas_elsewhere_are_no_separators(text: str) -> None:
    assert isinstance(read_number(text), Misread)


@pytest.mark.parametrize(
    ("text", "period", "preliminary"),
    [
        ("二〇二三年", "2023", False),
        ("二○二三年", "2023", False),
        ("一九九九年", "1999", False),
        ("2023年(初步核算)", "2023", True),
        ("2023年（初步数）", "2023", True),
        ("2020年第四季度（初步核算数）", "2020-Q4", True),
        ("2022年(最终核实)", "2022", False),
        ("2022-12-31", "2022", False),
        ("2022年12月31日", "2022", False),
        ("2022-11-30", None, False),
        ("2022年(不变价)", None, False),
        ("二〇二三人", None, False),
    ],
)
def test_headers_that_are_years(text: str, period: str | None, preliminary: bool) -> None:
    assert parse_period(text) == period
    assert is_preliminary(text) is preliminary


def table(*heads: Any) -> list[list[Any]]:
    values = [100.5 + at for at in range(len(heads))]
    return [["3-9 地区生产总值"], ["单位：亿元"], ["地区", *heads], ["北京", *values], ["天津", *values]]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_header_in_chinese_digits_and_a_preliminary_one(read_sheet: Reader, kind: str) -> None:
    read = read_sheet(table("二〇二二年", "2023年(初步核算)"), kind)
    assert {(e.period, e.value) for e in read.entries} == {
        ("2022", Decimal("100.5")),
        ("2023", Decimal("101.5")),
    }
    assert read.preliminary == ("2023",)
    assert any("preliminary" in note and "初步" in note.text("zh") for note in read.notes)


def test_a_title_in_chinese_digits_dates_its_table(read_sheet: Reader) -> None:
    rows = [["二〇二三年各地区生产总值"], ["单位：亿元"], ["地区", "地区生产总值"], ["北京", 5], ["天津", 6]]
    read = read_sheet(rows)
    assert {(e.indicator, e.period) for e in read.entries} == {("gdp", "2023")}
    assert years_in("一九九八年至二〇二三年") == (1998, 2023)


def test_the_last_day_of_a_year_is_the_year(read_sheet: Reader, tmp_path: Path, blank: Context) -> None:
    rows = table(date(2022, 12, 31), date(2023, 12, 31))
    assert {e.period for e in read_sheet(rows).entries} == {"2022", "2023"}
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("a")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            page.write(r, c, cell, style) if isinstance(cell, date) else page.write(r, c, cell)
    book.save(tmp_path / "a.xls")
    assert {e.period for e in read_file(tmp_path / "a.xls", CallerSays(), blank).entries} == {"2022", "2023"}


@pytest.mark.parametrize("day", [date(2022, 11, 30), date(2022, 1, 1)])
def test_any_other_day_is_refused(read_sheet: Reader, day: date) -> None:
    with pytest.raises(YearbookError, match=f"the date {day} above figures"):
        read_sheet(table(day, date(2023, 12, 31)))


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_brackets_are_negative_with_a_note(read_sheet: Reader, kind: str) -> None:
    rows = [
        ["净出口(2021年)"],
        ["单位：亿元"],
        ["地区", "净出口"],
        ["北京", "(1,234.5)"],
        ["天津", "2,345.5"],
    ]
    read = read_sheet(rows, kind)
    assert [e.value for e in read.entries] == [Decimal("-1234.5"), Decimal("2345.5")]
    assert sum("1 numbers in brackets" in note for note in read.notes) == 1


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_separators_and_encodings(tmp_path: Path, blank: Context, separator: str, encoding: str) -> None:
    lines = [["地区", "2021年", "2022年"], ["北京", "44350.7", "45222.4"], ["天津", "16093.2", "16588.5"]]
    text = "\n".join(separator.join(line) for line in lines) + "\n"
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    read = read_file(tmp_path / "a.csv", CallerSays(indicator="gdp"), blank)
    assert [str(e.value) for e in read.entries] == ["44350.7", "45222.4", "16093.2", "16588.5"]


def test_a_comma_behind_semicolons_has_two_readings(tmp_path: Path, blank: Context) -> None:
    (tmp_path / "a.csv").write_text("地区;2021年;2022年\n北京;1,234;5\n天津;16;17\n", encoding="utf-8")
    with pytest.raises(YearbookError, match="comma before decimals") as caught:
        read_file(tmp_path / "a.csv", CallerSays(indicator="gdp"), blank)
    assert "千位" in caught.value.text("zh")
