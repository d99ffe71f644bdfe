"""`panelkit audit --formula`: a column of a printed table is held against a panel of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli.audit import app
from tests.audit.convention.papers import FORMULA, TERMS, panel


@pytest.fixture
def paper(tmp_path: Path) -> list[str]:
    fit = pk.FixedEffects(FORMULA, vcov=pk.Cluster()).fit(panel())
    lines = [",(1)"]
    for term, name in zip(TERMS, ("lnx", "zed"), strict=True):
        lines += [f"{name},{fit.params[term]:.4f}***", f",({fit.std_errors[term]:.4f})"]
    (tmp_path / "paper.csv").write_text("\n".join([*lines, "N,104"]), encoding="utf-8")
    flat = panel().reset_index().rename(columns={"province": "城市", "year": "年份"})
    flat.to_csv(tmp_path / "panel.csv", index=False)
    return [
        str(tmp_path / "paper.csv"),
        "--data",
        str(tmp_path / "panel.csv"),
        "--unit",
        "城市",
        "--time",
        "年份",
    ]


def test_the_convention_of_a_column_is_found_on_a_panel_of_ones_own(paper: list[str]) -> None:
    options = ["--formula", FORMULA, "--effects", "twoway", "--depth", "1", "--name", "zed=log(z)"]
    said = CliRunner().invoke(app, [*paper, *options, "--json"], catch_exceptions=False)
    (found,) = json.loads(said.stdout)["conventions"]
    assert found["state"] == "found"
    assert found["choices"]["covariance"] == "cluster unit, reghdfe"
    text = CliRunner().invoke(app, [*paper, *options, "--lang", "zh"], catch_exceptions=False).stdout
    assert "按个体聚类（reghdfe）" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--formula"),
        (["--formula", FORMULA, "--name", "zed"], "PRINTED=TERM"),
        (["--formula", FORMULA, "--name", "zed=log(z)", "--column", "(7)"], "no column"),
    ],
)
def test_options_that_cannot_apply_are_refused(paper: list[str], options: list[str], said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        CliRunner().invoke(app, [*paper, *options], catch_exceptions=False)
