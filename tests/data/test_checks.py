"""Damaged figures are refused in one message that names province, year and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from panelkit import DataError
from panelkit.data import catalogue, checks
from panelkit.data.figures import read_figures


def rewrite(folder: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    path = folder / "figures" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def year_row(lines: list[str], year: int) -> int:
    return next(i for i, line in enumerate(lines) if line.startswith(f"{year},"))


def set_cell(lines: list[str], year: int, column: int, text: str) -> list[str]:
    i = year_row(lines, year)
    fields = lines[i].split(",")
    fields[column] = text
    return [*lines[:i], ",".join(fields), *lines[i + 1 :]]


RD = "rd_expenditure.as_published.csv"
GDP = "gdp.census2023.csv"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        pytest.param(
            GDP,
            lambda lines: [*lines, lines[year_row(lines, 2019)]],
            r"more than one value: Beijing 2019 gdp \(census2023\) = 37767\.0 亿元, Beijing 2019 .*Tianjin 2019",
            id="duplicate year",
        ),
        pytest.param(
            GDP,
            lambda lines: [line.replace("# unit: 亿元", "# unit: 万元") for line in lines],
            r"not in the unit of the catalogue: Beijing 2006 gdp \(census2023\) = 8618\.9 万元.* and 577 more",
            id="unit",
        ),
        pytest.param(
            GDP,
            lambda lines: set_cell(lines, 2019, 2, "-5"),
            r"outside the bounds of the catalogue: Beijing 2019 gdp \(census2023\) = -5",
            id="negative",
        ),
        pytest.param(
            GDP,
            lambda lines: set_cell(lines, 2019, 4, "1,234".replace(",", "，")),
            r"gdp\.census2023\.csv: 河北 Hebei, 2019 \(line \d+\): '1，234' is no number",
            id="no number",
        ),
        pytest.param(
            GDP, lambda lines: set_cell(lines, 2019, 4, "inf"), "finite number: Hebei 2019", id="infinite"
        ),
        pytest.param(GDP, lambda lines: set_cell(lines, 2019, 4, "nan"), "Hebei 2019", id="nan as text"),
        pytest.param(
            GDP, lambda lines: set_cell(lines, 2019, 1, "a_friend"), "unknown source: Beijing 2019", id="src"
        ),
        pytest.param(
            GDP, lambda lines: set_cell(lines, 2019, 0, "20l9"), "no year, quarter or month", id="year"
        ),
        pytest.param(
            GDP, lambda lines: [*lines[:-1], lines[-1][:40]], r"line \d+ has \d+ fields, not 33", id="cut"
        ),
        pytest.param(GDP, lambda lines: lines[1:], r"gdp\.census2023\.csv has no `# indicator", id="header"),
        pytest.param(
            GDP,
            lambda lines: [line.replace("census2023", "census1995") for line in lines],
            "says inside that it is gdp.census1995.csv",
            id="other vintage",
        ),
        pytest.param(
            GDP,
            lambda lines: [line.replace("河北 Hebei", "河西 Hexi") for line in lines],
            r"not `year, source, provinces\.\.\.`: \['河西 Hexi'\]",
            id="column",
        ),
        pytest.param(GDP, lambda lines: set_cell(lines, 2019, 4, "35_000"), "'35_000' is no number", id="_"),
        pytest.param(
            GDP, lambda lines: set_cell(lines, 2019, 4, "１２３"), "'１２３' is no number", id="wide"
        ),
        pytest.param(
            GDP, lambda lines: set_cell(lines, 2019, 4, " 35000"), "' 35000' is no number", id="blank"
        ),
        pytest.param(GDP, lambda lines: ["# indicator: gdp"], "gdp.census2023.csv has no", id="empty"),
    ],
)
def test_a_damaged_file(
    spoilt: Path, name: str, change: Callable[[list[str]], list[str]], message: str
) -> None:
    rewrite(spoilt, name, change)
    with pytest.raises(DataError, match=message):
        pk.load_provinces("gdp", folder=spoilt)


def test_a_missing_or_binary_file(spoilt: Path) -> None:
    path = spoilt / "figures" / GDP
    path.write_bytes(b"\xff\xfe\x00gdp")
    with pytest.raises(DataError, match="not UTF-8"):
        pk.load_provinces("gdp", folder=spoilt)
    path.unlink()
    with pytest.raises(DataError, match=r"gdp\.census2023\.csv is missing"):
        pk.load_provinces("gdp", folder=spoilt)
    path.mkdir()
    with pytest.raises(DataError, match=r"gdp\.census2023\.csv cannot be read: "):
        pk.load_provinces("gdp", folder=spoilt)


@pytest.mark.parametrize("name", ["sums.csv", "national_sums.csv"])
@pytest.mark.parametrize(("old", "new"), [(",equal,", ",egal,"), (",0.000", ",O.000"), (",0.000", ",-0.000")])
def test_a_damaged_table_of_sums(spoilt: Path, name: str, old: str, new: str) -> None:
    """A relation of another name would be read as "at most", and hide a part that is missing."""
    path = spoilt / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=rf"{name}: relation .* is no sum to check"):
        _ = catalogue.sums(spoilt), catalogue.national_sums(spoilt)


def test_a_reference_table_that_is_a_folder(spoilt: Path) -> None:
    (spoilt / "sums.csv").unlink()
    (spoilt / "sums.csv").mkdir()
    with pytest.raises(DataError, match=r"sums\.csv cannot be read: "):
        pk.load_provinces("gdp", folder=spoilt)


def test_the_parts_must_add_up(spoilt: Path) -> None:
    rewrite(spoilt, RD, lambda lines: set_cell(lines, 2016, 4, "9999999"))
    keys = ["rd_expenditure", "rd_basic_research", "rd_applied_research", "rd_experimental_development"]
    with pytest.raises(DataError, match=r"= rd_expenditure fails in Hebei 2016 \(as_published\) by -6"):
        pk.load_provinces(keys, folder=spoilt)


def test_flagged_cells_are_exempt_from_the_sums_and_only_they(spoilt: Path) -> None:
    keys = ["rd_expenditure", "rd_basic_research", "rd_applied_research", "rd_experimental_development"]
    read_figures(keys, folder=spoilt)
    flags = (spoilt / "flags.csv").read_text(encoding="utf-8").splitlines()
    (spoilt / "flags.csv").write_text(
        "\n".join(f for f in flags if "parts by activity" not in f), encoding="utf-8"
    )
    with pytest.raises(DataError, match="fails in Shanghai 2021"):
        read_figures(keys, folder=spoilt)


def test_sums_hold_within_one_vintage_only(spoilt: Path) -> None:
    keys = ["gdp", "va_primary", "va_secondary", "va_tertiary"]
    pk.load_provinces(keys, (2019, 2022), folder=spoilt)
    rewrite(spoilt, "va_primary.census2023.csv", lambda lines: set_cell(lines, 2020, 2, "999"))
    pk.load_provinces(keys, (2019, 2022), folder=spoilt)
    with pytest.raises(DataError, match=r"= gdp fails in Beijing 2020 \(census2023\)"):
        pk.load_provinces(keys, (2019, 2022), vintage="census2023", folder=spoilt)


def test_a_ragged_reference_table(spoilt: Path) -> None:
    with (spoilt / "flags.csv").open("a", encoding="utf-8") as file:
        file.write("110000,2012\n")
    with pytest.raises(DataError, match=r"flags\.csv: line \d+ has more or fewer fields"):
        pk.load_provinces("gdp", folder=spoilt)


def test_a_file_that_changes_between_check_and_reading_is_checked_again(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, real, checked = (spoilt / "figures" / GDP).read_bytes(), checks.check_files, []

    def then_spoil(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        if not checked:
            rewrite(spoilt, GDP, lambda lines: set_cell(lines, 2019, 2, "-5"))
        checked.append(1)

    monkeypatch.setattr(checks, "check_files", then_spoil)
    with pytest.raises(DataError, match="outside the bounds"):
        pk.load_provinces("gdp", folder=spoilt)
    (spoilt / "figures" / GDP).write_bytes(whole)
    assert pk.load_provinces("gdp", folder=spoilt).shape[1] == 1
