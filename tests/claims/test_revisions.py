"""Claims on old and new figures: each revision put back against the refit; a store's figures as a folder."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from panelkit.claims.check import check
from panelkit.claims.file.load import load_claims
from panelkit.claims.findings import Condition, Finding, Measured, Outcome, Word
from panelkit.claims.revisions import FigureComparison, Moved, compare_figures
from panelkit.claims.verdict import Verdict
from panelkit.cli import main
from panelkit.data.figures import read_figures
from panelkit.data.panels import load_provinces
from panelkit.data.paths import figures_from, shipped
from panelkit.data.revised import NewFigures, write_new_figures
from panelkit.data.revisions import diff_vintages
from panelkit.data.yearbook.ingest import ingest
from panelkit.data.yearbook.store.store import read_store
from panelkit.language.errors import DataError
from panelkit.language.message import message, verbatim
from panelkit.report.revised import revised_page
from panelkit.results.fit import Language
from panelkit.studies.estimation import fit_specification
from panelkit.studies.revised_cells import drivers, revised_cells
from panelkit.studies.specification import Specification
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


def test_an_older_census_stands_aside_and_is_named(tmp_path: Path) -> None:
    figures = read_figures(["gdp"], "as_published", check=False)
    cells = {
        (int(r.adcode), str(r.period), "地区生产总值"): repr(round(float(r.value) * 0.97, 1))
        for r in figures.itertuples()
    }
    years = sorted(set(figures["period"]))
    path = tmp_path / "gdp.csv"
    path.write_text(writers.classic(Table(list(NAMES), years, ["地区生产总值"], cells)), encoding="utf-8")
    ingest([path], store=tmp_path / "store", vintage="census2018")
    claims = tmp_path / "small.toml"
    claims.write_text(SMALL, encoding="utf-8")
    found = compare_figures([claims], tmp_path / "store")
    assert found.to_dict()["aside"] == {"gdp": ["census2018"]}
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(revised_page(found, "zh"))
    assert "--vintage gdp=census2018" in console.export_text()


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
    monkeypatch.setattr("panelkit.data.yearbook.store.store.default_store", lambda: tmp_path / "none")
    monkeypatch.setattr(sys, "argv", ["panelkit", "check", "--figures", "--lang", "en"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2


def _moved(claims: Path, old: Word | None, new: Word | None, estimates: tuple[float, float]) -> Moved:
    """Return a comparison with made-up verdicts; None is a design that cannot be computed."""
    registered = load_claims(claims)[0]
    reading = registered.claim.reading[0]
    said = verbatim("said")

    def verdict(word: Word | None, value: float) -> Verdict:
        return Verdict(
            registered=registered,
            reading=reading,
            design=reading.design[0],
            word=word,
            reason=said,
            error=None if word else verbatim("no rows"),
            tested=Finding(measured=Measured(quantity=said, value=value, sentence=said)) if word else None,
        )

    return Moved(old=verdict(old, estimates[0]), new=verdict(new, estimates[1]))


@pytest.mark.parametrize(
    ("old", "new", "language", "told"),
    [
        ("SUPPORTED", None, "en", "was SUPPORTED; cannot be computed on the new figures"),
        (None, "PARTLY", "en", "could not be computed on the shipped figures; now PARTLY"),
        ("SUPPORTED", None, "zh", "原为支持；新数据下未能计算"),
        ("SUPPORTED", "PARTLY", "en", "SUPPORTED → PARTLY"),
        ("PARTLY", "PARTLY", "en", "PARTLY"),
    ],
)
def test_a_status_is_never_printed_as_a_verdict(
    tmp_path: Path, old: Word | None, new: Word | None, language: Language, told: str
) -> None:
    claims = tmp_path / "small.toml"
    claims.write_text(SMALL, encoding="utf-8")
    one = _moved(claims, old, new, (0.0080578, 0.0080612))
    changes = diff_vintages(_figures(17981712.0), _figures(17981714.0)).assign(vintage="v")
    figures = NewFigures({}, changes, ())
    console = Console(width=300, record=True, file=io.StringIO())
    console.print(revised_page(FigureComparison(figures=figures, verdicts=(one,)), language))
    text = console.export_text()
    assert told in text
    for status in ("→ computed", "computed →", "→ pending", "pending →", "→ 已计算", "已计算 →"):
        assert status not in text
    both = old is not None and new is not None
    assert one.verdict_moved == (both and old != new)
    assert one.status_moved == (not both)
    assert ("0.008058 → 0.008061" in text) == both
    assert "17,981,712 → 17,981,714" in text
    shown = one.to_dict()
    assert shown["verdict"]["moved"] == one.verdict_moved
    assert shown["computed"] == {"old": old is not None, "new": new is not None, "moved": not both}


def test_a_word_that_changed_says_which_conditions_did(tmp_path: Path) -> None:
    claims = tmp_path / "small.toml"
    claims.write_text(SMALL, encoding="utf-8")
    asks = [message("province trends"), message("region by year"), message("declared grid")]
    outcomes: list[tuple[Outcome, Outcome]] = [
        ("passes", "takes away"),
        ("fails", "fails"),
        ("fails", "passes"),
    ]
    sides = [
        [
            Condition(key=str(said), asks=said, outcome=pair[at], found=said, decides=said != asks[2])
            for said, pair in zip(asks, outcomes, strict=True)
        ]
        for at in (0, 1)
    ]
    one = _moved(claims, "PARTLY", "NOT SUPPORTED", (0.5, 0.4))
    one = replace(
        one,
        old=replace(one.old, conditions=tuple(sides[0])),
        new=replace(one.new, conditions=tuple(sides[1])),
    )
    assert [(new.key, old.outcome, new.outcome) for old, new in one.conditions_moved] == [
        ("province trends", "passes", "takes away")
    ]
    assert one.to_dict()["conditions"] == [
        {"condition": "province trends", "old": "passes", "new": "takes away"}
    ]
    changes = diff_vintages(_figures(1.0), _figures(2.0)).assign(vintage="v")
    found = FigureComparison(figures=NewFigures({}, changes, ()), verdicts=(replace(one, old=one.new), one))
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(revised_page(found, "en"))
    text = console.export_text()
    assert "province trends ✓ → ✗✗" in text
    assert "region by year" not in text
    assert text.index("PARTLY → NOT SUPPORTED") < text.index("Why words changed")


def _figures(value: float) -> pd.DataFrame:
    cell = {"indicator": "gdp", "adcode": 110000, "period": "2020", "value": value, "unit": "亿元"}
    return pd.DataFrame([cell])
