"""A newer year on `check --figures`: who reads it, who waits for what of it, who stays; no rounding is a change."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from typer.testing import CliRunner

import panelkit as pk
from panelkit.claims.compared_grids import lost_and_new
from panelkit.claims.file.load import load_claims
from panelkit.claims.one_claim import Silence
from panelkit.claims.revisions import FigureComparison
from panelkit.claims.stated_windows import stated_windows
from panelkit.cli import app
from panelkit.data import catalogue
from panelkit.data.figures import read_figures
from panelkit.data.paths import figures_from
from panelkit.data.provinces import NATION, labels_of
from panelkit.data.revised import write_new_figures
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.message import Language
from panelkit.report.revised import revised_page

NEWEST = '[2018, "newest"]'
ROLLING = ("[2018, 2021]", NEWEST)
RD = {2024: 1.05, 2025: 1.1}


def store_of(folder: Path, cells: dict[str, dict[int, float]], decimals: int = 3) -> Path:
    """Fill a store: of each indicator, in each year, the last held figures times powers of a number."""
    folder.mkdir(exist_ok=True)
    names = labels_of("zh")
    for key, years in cells.items():
        vintage = catalogue.facts()[key].default_vintage
        figures = read_figures([key], vintage, check=False)
        rows = ["province,year,indicator,value,unit"]
        for year, times in years.items():
            base = figures[figures["period"] == str(min(year, 2023))]
            rows += [
                f"{names[int(code)]},{year},{key},{value * times ** (1 + n % 7):.{decimals}f},{unit}"
                for n, (code, value, unit) in enumerate(
                    zip(base["adcode"], base["value"], base["unit"], strict=True)
                )
                if int(code) in names
            ]
        path = folder / f"{key}.csv"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        pk.ingest([path], store=folder / "store", vintage=vintage)
    return folder / "store"


def page_of(found: FigureComparison, language: Language = "en") -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(revised_page(found, language))
    return console.export_text()


def test_a_claim_waits_for_a_year_of_what_does_not_hold_it(
    claim_file: Callable[..., Path], tmp_path: Path
) -> None:
    path = claim_file(*ROLLING)
    store = store_of(tmp_path / "new", {"rd_expenditure": RD, "gdp": {2025: 1.1}})
    found = pk.compare_figures([path], store)
    (one,) = found.years
    assert (one.claim, one.kind, one.newest, one.before, one.now) == ("T1", "waits", 2025, (2023,), (2023,))
    assert one.waits_for == ("rd_funds_government",)
    assert not any(moved.coefficient_moved or moved.lost or moved.gained for moved in found.verdicts)
    assert "reads 2023; waits for 2025 of" in page_of(found)
    assert "(rd_funds_government)" in page_of(found)
    assert "读取至2023年；等待2025年的" in page_of(found, "zh")


def test_a_claim_reads_the_newer_year(claim_file: Callable[..., Path], tmp_path: Path) -> None:
    path = claim_file(*ROLLING)
    new = {"rd_expenditure": RD, "gdp": {2025: 1.1}, "rd_funds_government": RD}
    store = store_of(tmp_path / "new", new)
    done = CliRunner().invoke(app, ["check", str(path), "--figures", str(store), "--json", "--no-cache"])
    shown = json.loads(done.stdout)
    assert shown["years"] == [
        {
            "claim": "T1", "kind": "reads", "newest": 2025, "before": [2023], "now": [2025],
            "waits_for": [], "stated": None, "event": False,
        }
    ]  # fmt: skip
    gross = next(item for item in shown["verdicts"] if item["design"] == "gross")
    assert gross["years"] == {"old": [2018, 2023], "new": [2018, 2025]}
    assert gross["estimate"]["moved"]
    assert gross["specifications"] == {"lost": [], "new": []}  # options keep their names when years roll
    found = pk.compare_figures([path], store)
    assert "reads 2025 (before: 2023)" in page_of(found)
    assert "1 read 2025, 0 wait for figures, 0 stay" in page_of(found)
    assert "T1 elasticity gross: no cell of its years was revised" in page_of(found)


def test_national_figures_stay_beside_new_ones_of_provinces(tmp_path: Path) -> None:
    held = read_figures(check=False)
    national = held[(held["adcode"] == NATION) & held["period"].str.fullmatch(r"\d{4}")]
    assert "domestic_technology_purchase" in set(national["indicator"])
    store = store_of(tmp_path / "new", {"domestic_technology_purchase": RD})
    found = write_new_figures(read_store(store), tmp_path / "data")
    assert set(found.changes["status"]) == {"new"}
    with figures_from(tmp_path / "data"):
        new = read_figures(["domestic_technology_purchase"], check=False)
    assert {"2024", "2025"} <= set(new["period"])
    before = national[national["indicator"] == "domestic_technology_purchase"][["period", "value"]]
    after = new[(new["adcode"] == NATION) & new["period"].isin(before["period"])][["period", "value"]]
    assert after.to_numpy().tolist() == before.to_numpy().tolist()


def test_a_stated_period_stays_and_that_of_an_event_is_not_rolled(
    claim_file: Callable[..., Path], tmp_path: Path
) -> None:
    store = store_of(tmp_path / "new", {"gdp": {2025: 1.1}})
    text = '[2018, 2021], stated = { en = "why", zh = "因" }'
    found = pk.compare_figures([claim_file("[2018, 2021]", text)], store)
    assert found.years[0].to_dict()["stated"] == [2018, 2021]
    assert found.windows[0].rolled is not None
    assert "stays: stated period 2018-2021 (" in page_of(found)
    assert "on 2018-2023:" in page_of(found)
    event = claim_file("[2018, 2021]", text.replace('"因"', '"因", event = true'))
    (window,) = stated_windows(load_claims(event), Silence())
    assert (window.event, window.later, window.rolled) == (True, True, None)
    found = pk.compare_figures([event], store)
    assert "stays: years of an event, 2018-2021" in page_of(found)
    assert "保持不变：为事件年份，2018-2021" in page_of(found, "zh")


def test_the_register_says_of_one_claim_that_its_year_is_an_events() -> None:
    stated = [item.claim.sample for item in load_claims() if item.claim.sample is not None]
    events = [one for one in stated if one.stated is not None and one.stated.event]
    assert [one.years for one in events] == [(2020, 2020)]


def test_other_decimals_of_one_figure_are_no_change(claim_file: Callable[..., Path], tmp_path: Path) -> None:
    path = claim_file()
    rounded = store_of(tmp_path / "new", {"gdp": {2020: 1.0, 2021: 1.0, 2025: 1.0}}, decimals=0)
    found = pk.compare_figures([path], rounded)
    assert set(found.figures.changes["status"]) == {"new"}
    assert not any(one.coefficient_moved or one.verdict_moved or one.sign_moved for one in found.verdicts)
    assert "→" not in page_of(found)


def test_a_few_cells_without_decimals_are_revisions(tmp_path: Path) -> None:
    figures = read_figures(["gdp"], "census2023", check=False)
    held = figures[(figures["period"] == "2020") & (figures["adcode"] == 110000)]["value"].iloc[0]
    path = tmp_path / "one.csv"
    other = round(float(held)) + (0.0 if float(held) != round(float(held)) else 1.0)
    path.write_text(f"province,year,indicator,value,unit\n北京,2020,gdp,{other},亿元\n", encoding="utf-8")
    pk.ingest([path], store=tmp_path / "store", vintage="own")
    found = write_new_figures(read_store(tmp_path / "store"), tmp_path / "data", {"gdp": "own"})
    cell = found.changes[(found.changes["adcode"] == 110000) & (found.changes["period"] == "2020")]
    assert list(cell["status"]) == ["revised"]
    assert np.isclose(cell["new"].iloc[0], other)


def test_specifications_that_one_side_alone_computes_are_counted(
    claim_file: Callable[..., Path], tmp_path: Path
) -> None:
    years = ("years = [2019, 2022] }]", "years = [2024, 2025] }]")
    path = claim_file(*ROLLING)
    path.write_text(path.read_text(encoding="utf-8").replace(*years), encoding="utf-8")
    new = {"rd_expenditure": RD, "gdp": {2025: 1.1}, "rd_funds_government": {2024: 1.2, 2025: 0.9}}
    found = pk.compare_figures([path], store_of(tmp_path / "new", new))
    gross = next(one for one in found.verdicts if one.new.design is not None and one.new.design.id == "gross")
    assert gross.gained == ("years later",)
    assert gross.lost == ()
    assert lost_and_new(gross.new, gross.old) == ((*gross.gained,), ())
    assert "specifications are lost" in page_of(found)
