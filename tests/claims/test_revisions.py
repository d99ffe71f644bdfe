"""Claims on old and new figures: each revision put back against the refit; a store's figures as a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from panelkit.claims.check import check
from panelkit.claims.fits import fit_specification
from panelkit.claims.revisions import compare_figures, drivers, revised_cells
from panelkit.claims.samples import Specification
from panelkit.cli import main
from panelkit.core.errors import DataError
from panelkit.core.paths import figures_from, shipped
from panelkit.data.figures import read_figures
from panelkit.data.panels import load_provinces
from panelkit.data.revised import write_new_figures
from panelkit.data.yearbook.ingest import ingest
from panelkit.data.yearbook.store import read_store
from tests.claims.small import SMALL
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table


def panel(seed: int, units: int = 12, years: int = 9) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"p{i:02d}" for i in range(units)], range(2010, 2010 + years)], names=["province", "year"]
    )
    x, z = random.lognormal(size=(2, len(index)))
    y = np.exp(0.4 * np.log(x) + 0.3 * random.normal(size=len(index)))
    frame = pd.DataFrame({"y": y, "x": x, "z": z}, index=index)
    frame.loc[("p03", 2012), "z"] = np.nan
    return frame


@pytest.mark.parametrize("effects", ["twoway", "unit", "time", "none"])
@pytest.mark.parametrize("lag", [0, 1])
def test_each_revision_put_back_is_the_refit(effects: str, lag: int) -> None:
    old = panel(1)
    new = old.copy()
    for cell in [("p00", 2011), ("p03", 2013), ("p03", 2014), ("p07", 2018), ("p11", 2010)]:
        new.loc[cell, ["x", "y"]] *= 1.4
    new.loc[("p05", 2015), "z"] *= 3.0
    spec = Specification(
        outcome="log(y)",
        treatment="log(x)",
        controls=("log(z)",),
        lag=lag,
        effects=effects,
        estimator="fixed_effects",
        vcov="Cluster",
        years=(2011, 2018),
        provinces="all",
    )
    found = drivers(spec, old, new, factor=100.0)
    assert len(found) == 6
    assert (found["effect"].abs().diff().dropna() <= 0).all()
    for province, year, columns, without, effect in found.itertuples(index=False):
        back = new.copy()
        back.loc[(province, year), columns.split(", ")] = old.loc[(province, year), columns.split(", ")]
        # both are a few sums of about a hundred doubles: 1e-9 is their conditioning with room
        assert without == pytest.approx(100 * _headline(back, spec), rel=1e-9, abs=1e-9)
        assert effect + without == pytest.approx(100 * _headline(new, spec), rel=1e-9)


def _sample(frame: pd.DataFrame, spec: Specification) -> pd.DataFrame:
    years = frame.index.get_level_values("year")
    return frame[(years >= spec.years[0] - spec.lead_in) & (years <= spec.years[1])]


def _headline(frame: pd.DataFrame, spec: Specification) -> float:
    fit = fit_specification(spec, _sample(frame, spec))
    return float(fit.estimates[list(fit.terms).index(spec.term)])


def test_revised_cells_leave_out_new_ones() -> None:
    old = panel(2)
    new = old.copy()
    new.loc[("p01", 2012), "x"] += 1.0
    new.loc[("p03", 2012), "z"] = 5.0
    assert revised_cells(old, new) == [("p01", 2012, ("x",))]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    figures = read_figures(["gdp"], "census2023", check=False)
    cells = {
        (int(r.adcode), str(r.period), "地区生产总值"): repr(
            round(float(r.value) * (1.25 if r.adcode == 150000 else 1.0) * 1.02, 1)
        )
        for r in figures.itertuples()
    }
    path = tmp_path / "gdp.csv"
    path.write_text(
        writers.classic(Table(list(NAMES), sorted(set(figures["period"])), ["地区生产总值"], cells)),
        encoding="utf-8",
    )
    ingest([path], store=tmp_path / "store", vintage="census2028")
    return tmp_path / "store"


def test_a_newer_vintage_stands_in_the_place_of_the_default(store: Path, tmp_path: Path) -> None:
    found = write_new_figures(read_store(store), tmp_path / "data")
    assert found.stands_for == {"gdp": ("census2023", "census2028")}
    assert set(found.changes["status"]) == {"revised"}
    before = load_provinces(["gdp", "population"], (2015, 2023))
    with figures_from(tmp_path / "data"):
        assert shipped("data") == tmp_path / "data"
        after = load_provinces(["gdp", "population"], (2015, 2023))
        old = load_provinces(["gdp"], (2015, 2023), vintage="as_published")
    assert shipped("data") != tmp_path / "data"
    assert (after["population"] == before["population"]).all()
    assert (after["gdp"] / before["gdp"]).round(2).isin([1.02, 1.27, 1.28]).all()
    assert (old["gdp"] == load_provinces(["gdp"], (2015, 2023), vintage="as_published")["gdp"]).all()


def test_claims_on_old_and_new_figures(store: Path, tmp_path: Path) -> None:
    claims = tmp_path / "small.toml"
    claims.write_text(SMALL, encoding="utf-8")
    found = compare_figures([claims], store)
    old = check(claims)
    assert [one.old.word for one in found.verdicts] == [verdict.word for verdict in old]
    shown = found.to_dict()
    assert shown["cells"]["revised"] == 589
    for one in found.verdicts:
        if one.drivers is not None:
            new = one.new.tested
            assert new is not None
            assert (one.drivers["without"] + one.drivers["effect"]).to_numpy() == pytest.approx(
                new.shown.estimate
            )


def test_an_empty_store_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is empty"):
        compare_figures([], tmp_path)


def test_the_command_prints_what_moved(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = tmp_path / "small.toml"
    claims.write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "120")
    for arguments, said in (
        (["--json"], '"stands_for"'),
        (["--lang", "zh"], "gdp：以census2028取代census2023"),
    ):
        monkeypatch.setattr(
            sys, "argv", ["panelkit", "check", str(claims), "--figures", str(store), *arguments]
        )
        with pytest.raises(SystemExit) as caught:
            main()
        out = capsys.readouterr().out
        assert caught.value.code in (0, None)
        assert said in out
        if "--json" in arguments:
            assert {row["claim"] for row in json.loads(out)["verdicts"]} >= {"T1"}


def test_a_lone_option_means_the_default_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("panelkit.data.yearbook.store.default_store", lambda: tmp_path / "none")
    monkeypatch.setattr(sys, "argv", ["panelkit", "check", "--figures", "--lang", "en"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
