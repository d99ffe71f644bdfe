"""`panelkit unitroot`: its table, its options, its refusals, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from tests.dynamic.unit_root_panels import walks

run = CliRunner().invoke


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "own.csv"
    walks().reset_index().to_csv(path, index=False)
    return str(path)


def arguments(own: str) -> list[str]:
    return ["unitroot", "y", "--data", own, "--unit", "city", "--time", "year", "--power-reps", "100"]


def test_numbers_are_those_of_python(own: str) -> None:
    options = ["--trend", "trend", "--adf-lags", "aic", "--max-lags", "1", "--combine", "P", "--seed", "3"]
    done = run(app, [*arguments(own), *options, "--alternatives", "0.7", "--json"])
    assert done.exit_code == 0, done.output
    held = pk.panel_unit_root(
        walks(),
        "y",
        trend="trend",
        lags="aic",
        max_lags=1,
        combine="P",
        rng=3,
        alternatives=0.7,
        power_reps=100,
    )
    rows = {row["test"]: row for row in json.loads(done.output)["rows"]}
    for test in held.tests:
        assert rows[test.key]["statistic"] == pytest.approx(test.statistic, rel=1e-12)
    assert rows["ips"]["power_0.7"] == held["ips"].power_at(0.7)


@pytest.mark.parametrize("width", ["40", "100"])
@pytest.mark.parametrize(("lang", "word"), [("en", "unit root"), ("zh", "有单位根")])
def test_both_languages_narrow_and_wide(
    own: str, lang: str, word: str, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    done = run(app, [*arguments(own), "--lang", lang])
    assert done.exit_code == 0, done.output
    assert word in done.output
    assert max(len(line) for line in done.output.splitlines()) <= int(width)


def test_options_reach_the_tests(own: str) -> None:
    def statistics(*more: str) -> dict[str, float]:
        done = run(app, [*arguments(own), *more, "--json"])
        assert done.exit_code == 0, done.output
        return {row["test"]: row["statistic"] for row in json.loads(done.output)["rows"]}

    held = statistics()
    assert statistics("--demean")["ips"] != held["ips"]
    assert statistics("--kernel", "parzen")["llc"] != held["llc"]
    assert statistics("--bandwidth", "3")["fisher-pp"] != held["fisher-pp"]
    assert statistics("--llc-convention", "plm")["llc"] != held["llc"]
    assert statistics("--hadri-errors", "serial")["hadri"] != held["hadri"]
    assert set(statistics("--test", "ips,cips")) == {"ips", "cips"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--test", "foo"], "test is one of"),
        (["--adf-lags", "x"], "lags is a whole number"),
        (["--adf-lags", "9", "--test", "ips"], "needs 24 years in a row"),
        (["--alternatives", "x"], "--alternatives lists values of rho"),
        (["--max-lags", "2"], "max_lags bounds"),
    ],
)
def test_refusals(own: str, more: list[str], said: str) -> None:
    done = run(app, [*arguments(own), *more])
    assert isinstance(done.exception, pk.PanelkitError)
    assert said in str(done.exception)


def test_a_table_is_written(own: str, tmp_path: Path) -> None:
    done = run(app, [*arguments(own), "--out", str(tmp_path / "t.tex")])
    assert done.exit_code == 0, done.output
    assert "Im-Pesaran-Shin" in (tmp_path / "t.tex").read_text(encoding="utf-8")
