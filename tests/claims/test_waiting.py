"""Claims that wait with their designs: pending without the figures, computed once a store holds them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from panelkit.claims.check import check, find_claims, run
from panelkit.claims.file.load import load_claims, read_claims
from panelkit.claims.revisions import compare_figures
from panelkit.claims.source import Shipped
from panelkit.claims.waiting import lacking
from panelkit.cli import main
from panelkit.data import catalogue
from panelkit.data.figures import read_figures
from panelkit.data.panels import load_provinces
from panelkit.data.paths import figures_from, shipped
from panelkit.data.provinces import labels_of
from panelkit.data.revised import write_new_figures
from panelkit.data.yearbook.ingest import ingest
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.errors import SpecError
from tests.claims.small import SMALL
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table

COST, REVENUE = "industry_operating_cost", "industry_operating_revenue"
YEARS = range(2012, 2024)


def tables(folder: Path, *keys: str) -> list[Path]:
    """Write a table of the yearbook for each indicator: costs are .85 of revenue, moved a little by a seed."""
    rng = np.random.default_rng(11)
    revenue = {
        (code, year): np.round(np.exp(rng.normal(9.0, 1.0)) * 1.05 ** (year - 2012), 1)
        for code in NAMES
        for year in YEARS
    }
    cost = {cell: np.round(value * (0.85 + 0.02 * rng.normal()), 1) for cell, value in revenue.items()}
    values = {COST: cost, REVENUE: revenue}
    paths = []
    for key in keys:
        name = catalogue.facts()[key].name_zh
        cells = {(code, str(year), name): repr(float(v)) for (code, year), v in values[key].items()}
        path = folder / f"{key}.csv"
        table = Table(list(NAMES), [str(year) for year in YEARS], [name], cells)
        path.write_bytes(writers.classic(table).encode("gb18030"))
        paths.append(path)
    return paths


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("waiting")
    ingest(tables(folder, COST, REVENUE), store=folder / "store", vintage="as_published")
    return folder / "store"


def test_every_waiting_claim_waits_for_figures_that_the_catalogue_names() -> None:
    waiting = [item.claim for item in load_claims() if item.claim.waits]
    assert {"A2", "B39", "B43", "B60", "B76", "B103"} <= {claim.id for claim in waiting}
    for claim in waiting:
        assert lacking(claim)
        assert claim.reason is not None
    empty = {key for key, about in catalogue.facts().items() if not about.vintages}
    assert empty == {name for claim in waiting for name in lacking(claim)}


def test_without_the_figures_it_is_pending_and_names_them(tmp_path: Path) -> None:
    for source in (Shipped(), Shipped(store=tmp_path / "none")):
        (verdict,) = run(find_claims(["B43"]), source).verdicts
        assert verdict.word is None
        assert verdict.error is None
        assert COST in verdict.reason
        assert REVENUE in verdict.reason
        assert "规模以上工业企业营业成本" in verdict.reason.text("zh")
        assert verdict.to_dict()["status"] == "pending"
    half = tmp_path / "half"
    ingest(tables(tmp_path, COST), store=half, vintage="as_published")
    (verdict,) = run(find_claims(["B43"]), Shipped(store=half)).verdicts
    assert verdict.word is None
    assert COST not in verdict.reason
    assert REVENUE in verdict.reason


def test_with_the_figures_it_is_computed(store: Path) -> None:
    (verdict,) = run(find_claims(["B43"]), Shipped(store=store)).verdicts
    assert verdict.word is not None
    assert verdict.conditions
    assert "own_store" in verdict.flags
    assert verdict.to_dict()["status"] == "computed"
    assert verdict.registered.window is not None
    assert verdict.registered.window.used[1] == 2023
    assert verdict.tested is not None
    # rounding of a dozen years of thirty-one provinces: 1e-8 with room
    assert verdict.tested.shown.estimate == pytest.approx(_slope(store), rel=1e-8)
    assert read_figures(check=False)["indicator"].isin([COST, REVENUE]).sum() == 0


def _slope(store: Path) -> float:
    """The declared regression by dummies: log cost ratio on last year's log utility models per head."""
    figures = read_store(store).figures
    held = figures.pivot(index=["adcode", "period"], columns="indicator", values="value")
    names = labels_of("en")
    frame = load_provinces(
        ["patents_granted_utility", "population", "gdp"], (2011, 2023), vintage={"gdp": "census2023"}
    )
    x = np.log(frame["patents_granted_utility"] / frame["population"]).unstack().shift(axis=1).stack()
    z = np.log(frame["gdp"] / frame["population"])
    rows = [
        (
            code,
            int(year),
            np.log(row[COST] / row[REVENUE]),
            x[names[code], int(year)],
            z[names[code], int(year)],
        )
        for (code, year), row in held.iterrows()
        if np.isfinite(x.get((names[code], int(year)), np.nan))
    ]
    code, year, y, utility, income = (np.array(column) for column in zip(*rows, strict=True))
    effects = (code[:, None] == np.unique(code), year[:, None] == np.unique(year)[1:])
    design = np.column_stack([utility, income, *effects]).astype(float)
    return float(np.linalg.lstsq(design, y, rcond=None)[0][0])


def test_a_store_moves_no_claim_that_does_not_wait(store: Path) -> None:
    plain, beside = (run(find_claims(["B111"]), source) for source in (Shipped(), Shipped(store=store)))
    assert [item.to_dict() for item in plain] == [item.to_dict() for item in beside]


def test_old_and_new_figures_side_by_side(store: Path) -> None:
    found = compare_figures(["B43"], store)
    (moved,) = found.verdicts
    assert moved.waited
    assert moved.status_moved
    assert moved.to_dict()["computed"] == {"old": False, "new": True, "moved": True}
    assert not found.failures
    assert found.figures.stands_for == {}


def test_the_command(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def panelkit(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["panelkit", *arguments])
        monkeypatch.setenv("COLUMNS", "120")
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        code = caught.value.code
        return code if isinstance(code, int) else 0, capsys.readouterr().out

    status, out = panelkit("check", "B43", "--figures", str(store))
    assert status == 0
    assert "pending on the shipped figures; now" in out
    monkeypatch.setattr("panelkit.data.yearbook.store.store.default_store", lambda: store)
    monkeypatch.setattr("panelkit.claims.check.default_store", lambda: store)
    status, out = panelkit("check", "B43", "--json")
    assert status == 0
    assert all(item["verdict"] for item in json.loads(out))
    assert check("B43").word_of("B43") is not None
    status, out = panelkit("claims", "show", "B43")
    assert status == 0
    assert "It waits for" in out


def test_an_indicator_without_figures_takes_those_of_a_store(store: Path, tmp_path: Path) -> None:
    place = tmp_path / "data"
    write_new_figures(read_store(store), place)
    with figures_from(place):
        assert catalogue.facts()[COST].vintages == ("as_published",)
        frame = load_provinces([COST, REVENUE], (2012, 2023))
    assert frame.notna().all().all()
    assert catalogue.facts()[COST].vintages == ()
    assert shipped("data") != place


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ('status = "not_testable"\nreason = { en = "a", zh = "b" }', "has readings"),
        ('status = "pending"', "needs a reason"),
    ],
)
def test_what_a_file_may_say(status: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(SMALL.replace('status = "computed"', status, 1), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        read_claims(path)
    assert said in str(caught.value)
