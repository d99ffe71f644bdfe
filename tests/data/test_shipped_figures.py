"""What ships: complete, documented, consistent, and equal to what it was retabulated from."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.data import catalogue
from panelkit.data.figures import read_figures, write_figures
from panelkit.data.paths import shipped
from panelkit.data.provinces import NATION, labels_of
from panelkit.data.shipped_tables import read_rows
from tests.reference import figures_path

CELLS = 45_167
INDICATORS = 151
LATER = "st_yearbook_misread"
"""The source of cells that the first compilation calls absent and the second holds."""
RETOLD = ("110000", "2012", "rd_funds_enterprise")
"""A cell that both compilations call absent; the second knows why."""
CELL = ["adcode", "period", "indicator", "vintage"]


def compiled(name: str) -> list[dict[str, str]]:
    with figures_path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cell_of(row: dict[str, str]) -> tuple[str, str, str]:
    return row["adcode"], row["year"], row["indicator"]


def compiled_figures() -> list[dict[str, str]]:
    """The two compilations, one after the other."""
    return [*compiled("yearbook_figures.csv"), *compiled("more_figures.csv")]


def header_of(path: Path) -> dict[str, str]:
    lines = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    return dict(line.split(": ", 1) for line in lines)


def figure_files() -> Iterable[Path]:
    return sorted((shipped("data") / "figures").glob("*.csv"))


def test_every_cell_is_there(every_figure: pd.DataFrame) -> None:
    assert len(every_figure) == CELLS
    held = {key for key, about in catalogue.facts().items() if about.vintages}
    assert set(every_figure["indicator"]) == held
    assert len(held) == INDICATORS
    assert set(every_figure["adcode"]) == {*labels_of("adcode"), NATION}
    assert not every_figure.duplicated(CELL).any()


def test_every_cell_equals_the_compiled_one(every_figure: pd.DataFrame) -> None:
    was = pd.DataFrame(compiled_figures()).rename(columns={"year": "period"})
    was["adcode"] = was["adcode"].astype("int64")
    both = was.merge(every_figure, on=[*CELL, "unit", "source"], how="outer", indicator=True)
    assert (both["_merge"] == "both").all()
    assert len(both) == CELLS
    # the same decimal text gives the same float64, so equality is exact
    assert (both["value_x"].astype(float) == both["value_y"]).all()


def test_the_text_of_every_cell_is_the_compiled_one() -> None:
    was = {
        (row["indicator"], row["vintage"], row["year"], row["adcode"]): row["value"]
        for row in compiled_figures()
    }
    english, chinese = labels_of("en"), labels_of("zh")
    code = {f"{chinese[c]} {english[c]}": str(c) for c in english} | {"全国 China": str(NATION)}
    found = {}
    for path in figure_files():
        head = header_of(path)
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for row in csv.DictReader(lines):
            cells = {code[label]: text for label, text in row.items() if label in code and text}
            found.update({(head["indicator"], head["vintage"], row["year"], c): t for c, t in cells.items()})
    assert found == was


@pytest.mark.parametrize(
    ("name", "more", "key"),
    [
        ("indicators.csv", "more_indicators.csv", "indicator"),
        ("sources.csv", "more_sources.csv", "source"),
        ("provinces.csv", "provinces.csv", "adcode"),
    ],
)
def test_reference_tables_lose_nothing(name: str, more: str, key: str) -> None:
    now = {row[key]: row for row in read_rows(name)}
    for row in [*compiled(name), *compiled(more)]:
        assert {column: now[row[key]][column] for column in row} == row


@pytest.mark.parametrize("name", ["contiguity.csv", "national_products.csv"])
def test_plain_tables_are_the_compiled_ones(name: str) -> None:
    assert read_rows(name) == compiled(name)


def test_every_suspect_is_a_flag() -> None:
    now = catalogue.flag_rows()
    found = {cell_of(row) for row in compiled("more_figures.csv") if row["source"] == LATER}
    first = [row for row in compiled("suspects.csv") if cell_of(row) not in {RETOLD, *found}]
    for row in [*first, *compiled("more_suspects.csv")]:
        told = (int(row["adcode"]), row["indicator"], row["vintage"], row["flag"], row["why"])
        assert any(
            (flag.adcode, flag.indicator, flag.vintage, flag.flag, flag.why) == told
            and int(row["year"]) in flag.years
            for flag in now
        ), row


def test_a_cell_that_was_found_again_says_so(every_figure: pd.DataFrame) -> None:
    cells = every_figure[every_figure["source"] == LATER]
    assert len(cells) == 16
    flags = {(f.adcode, str(f.year), f.indicator, f.vintage): f for f in catalogue.flag_rows() if f.adcode}
    for cell in cells[CELL].itertuples(index=False, name=None):
        assert flags[cell].flag == "checked"
        assert "lost in the first compilation" in flags[cell].why


def test_every_flag_speaks_both_languages_and_names_what_is_held() -> None:
    about = catalogue.facts()
    for flag in catalogue.flag_rows():
        assert flag.why, flag
        assert re.search("[一-鿿]", flag.why_zh), flag
        assert flag.vintage in about[flag.indicator].vintages
        assert flag.adcode in {0, *labels_of("adcode")}
        assert flag.is_break == (flag.flag in {"mixed_vintage", "rebased", "price_base_change"})


def test_absent_cells_are_absent_and_other_flagged_cells_are_held(every_figure: pd.DataFrame) -> None:
    held = set(every_figure[CELL].itertuples(index=False, name=None))
    for flag in catalogue.flag_rows():
        cell = (flag.adcode, str(flag.year), flag.indicator, flag.vintage)
        if flag.adcode:
            assert (cell in held) == (flag.flag != "absent"), flag


def test_a_file_says_what_the_catalogue_says() -> None:
    about, sources = catalogue.facts(), catalogue.sources()
    files = list(figure_files())
    assert {p.stem for p in files} == {f"{key}.{v}" for key, row in about.items() for v in row.vintages}
    for path in files:
        head = header_of(path)
        row = about[head["indicator"]]
        assert path.name == f"{head['indicator']}.{head['vintage']}.csv"
        assert (head["name_zh"], head["name_en"], head["unit"]) == (row.name_zh, row.name_en, row.unit)
        named = {key.split()[1] for key in head if key.startswith("source ")}
        lines = path.read_text(encoding="utf-8").splitlines()
        used = {row["source"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
        assert named == used <= set(sources.index)


def test_writing_what_was_read_gives_the_same_files(every_figure: pd.DataFrame, tmp_path: Path) -> None:
    write_figures(every_figure, tmp_path)
    for path in figure_files():
        assert (tmp_path / "figures" / path.name).read_text(encoding="utf-8") == path.read_text(
            encoding="utf-8"
        )
    assert len(list((tmp_path / "figures").iterdir())) == len(list(figure_files()))


YEARS = st.lists(st.integers(2000, 2030), min_size=1, max_size=3, unique=True)
NUMBERS = st.floats(min_value=0, max_value=1e15, allow_nan=False) | st.integers(0, 10**9).map(float)


@given(years=YEARS, data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_table_survives_writing_and_reading(years: list[int], data: st.DataObject) -> None:
    rows = [
        (code, str(year), "rd_expenditure", "as_published", data.draw(NUMBERS), "万元", "techme")
        for year in sorted(years)
        for code in data.draw(
            st.lists(st.sampled_from(list(labels_of("adcode"))), min_size=1, max_size=4, unique=True)
        )
    ]
    table = pd.DataFrame(
        rows, columns=["adcode", "period", "indicator", "vintage", "value", "unit", "source"]
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in ("indicators.csv", "sources.csv", "flags.csv", "sums.csv"):
            shutil.copy(shipped("data") / name, folder)
        write_figures(table, Path(folder))
        back = read_figures(["rd_expenditure"], folder=Path(folder))
    order = ["period", "adcode"]
    pd.testing.assert_frame_equal(
        back.sort_values(order, ignore_index=True),
        table.sort_values(order, ignore_index=True),
        check_exact=True,
    )


def test_every_default_vintage_is_held_and_described() -> None:
    described = set(catalogue.vintages().index)
    for row in catalogue.facts().values():
        assert row.default_vintage in (row.vintages or ("as_published",))
        assert set(row.vintages) <= described


def test_licence_note_names_every_publisher_and_compiler() -> None:
    note = (shipped("data") / "LICENCE.md").read_text(encoding="utf-8")
    for key, row in catalogue.sources().iterrows():
        line = next(line for line in note.splitlines() if line.startswith(f"| {row['through']} |"))
        assert str(key) in line
        assert line.rstrip(" |").endswith(str(row["licence_of_compilation"]))
    assert note.count("Copyright (c)") == 4


def test_one_indicator_reads_one_indicator() -> None:
    table = read_figures(["gdp"], {"gdp": "census2023"})
    assert list(table.columns) == ["adcode", "period", "indicator", "vintage", "value", "unit", "source"]
    assert set(zip(table["indicator"], table["vintage"], strict=True)) == {("gdp", "census2023")}
    assert len(table) == 19 * 31
    beijing = table[(table["adcode"] == 110000) & (table["period"] == "2006")]
    assert beijing["value"].item() == 8618.9
    assert np.isfinite(table["value"]).all()
