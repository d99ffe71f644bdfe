"""The kind `contest`: words on panels of one's own, weights, indices, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.designs.measures import read_together
from panelkit.language.errors import DataError, SpecError

CLAIM = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "N1"
place = {{ section = "1", phrase = "a forecast" }}
status = "computed"
says = {{ en = "Scores tell what comes.", zh = "得分预示未来。" }}
sample = {{ years = [2000, 2011] }}

[[claim.reading]]
id = "main"
main = true
rule = {{ name = "R-SIGN", sign = "+" }}
label = {{ en = "main", zh = "主要" }}
says = {{ en = "Scores tell what comes.", zh = "得分预示未来。" }}

[[claim.reading.design]]
id = "contest"
kind = "contest"
label = {{ en = "y by s", zh = "s对y" }}
{fields}
seed = 4
"""
CHANGES = 'figure = "y"\ncompanions = ["s"]'


def _panel(strength: float) -> pd.DataFrame:
    """Return 30 cities and 12 years in which y follows last year's change of s."""
    rng = np.random.default_rng(0)
    moved, change = rng.normal(size=(2, 30, 12))
    change[:, 1:] += strength * moved[:, :-1]
    index = pd.MultiIndex.from_product(
        [[f"u{i:02}" for i in range(30)], range(2000, 2012)], names=["city", "year"]
    )
    return pd.DataFrame(
        {"y": 60.0 + np.cumsum(change, axis=1).ravel(), "s": 60.0 + np.cumsum(moved, axis=1).ravel()},
        index=index,
    )


def _check(folder: Path, panel: pd.DataFrame, fields: str = CHANGES, **beside: Any) -> Any:
    path = folder / "claim.toml"
    path.write_text(CLAIM.format(fields=fields), encoding="utf-8")
    return next(iter(pk.check(path, data=panel, **beside)))


def _ring() -> pd.DataFrame:
    names = [f"u{i:02}" for i in range(30)]
    near = np.eye(30, k=1) + np.eye(30, k=-1) + np.eye(30, k=29) + np.eye(30, k=-29)
    return pd.DataFrame(near, index=names, columns=names)


def test_changes_of_a_score_that_foretell_and_that_do_not(tmp_path: Path) -> None:
    told = _check(tmp_path, _panel(1.5))
    assert told.word == "SUPPORTED"
    assert {item.key for item in told.conditions} == {"main", "walk", "relative", "years", "clark_west"}
    idle = _check(tmp_path, _panel(0.0))
    assert idle.word in ("UNDECIDED", "NOT SUPPORTED")
    assert idle.sizes.smallest == 0.1
    assert idle.sizes.detectable > 0.0


def test_models_are_held_against_the_last_value_with_weights_of_ones_own(tmp_path: Path) -> None:
    fields = CHANGES + '\nmodels = ["network", "autoregression"]\nweights = ["own"]'
    verdict = _check(tmp_path, _panel(0.0), fields, w=_ring())
    assert {item.key for item in verdict.conditions} >= {"drift", "common_drift", "relative", "alone"}
    assert verdict.tested.measured.facts["origins"] == 7
    assert "network" not in str(verdict.reason)
    assert "not given" in _check(tmp_path, _panel(0.0), fields).reason
    elsewhere = _check(tmp_path, _panel(0.0), fields.replace("own", "contiguity"))
    assert "matrices of provinces, and the cities are none" in elsewhere.reason


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("", "has a target"),
        ('figure = "y"', "asks what companions add"),
        ('figure = "y"\nmodels = ["random_walk"]', "no forecasters"),
        ('figure = "y"\nmodels = ["network"]', "needs weights"),
        (CHANGES + '\nweights = ["own"]', "weights are for models"),
    ],
)
def test_what_a_file_cannot_ask(tmp_path: Path, fields: str, said: str) -> None:
    with pytest.raises((SpecError, DataError), match=said):
        _check(tmp_path, _panel(0.0), fields)


def test_missing_cells_and_indices_on_a_panel_of_ones_own_are_refused(tmp_path: Path) -> None:
    gap = _panel(0.0)
    gap.iloc[5, 0] = np.nan
    verdict = _check(tmp_path, gap)
    assert verdict.word is None
    assert "u00 2005" in str(verdict.reason)
    index = _check(tmp_path, _panel(0.0), 'index = ["tech_innovation"]\nmodels = ["drift"]')
    assert "made of shipped figures" in index.reason


def test_goalposts_of_an_index_do_not_know_what_comes(tmp_path: Path) -> None:
    """The forecast of an index is the same whether years after its origin are held or not."""
    text = CLAIM.format(fields='index = ["tech_innovation"]\nmodels = ["drift"]')
    path = tmp_path / "claim.toml"
    found = {}
    for last in (2022, 2023):
        path.write_text(
            text.replace("[2000, 2011] }", f'[2014, {last}], provinces = "no_tibet" }}'), encoding="utf-8"
        )
        tested = next(iter(pk.check(path))).tested
        found[last] = tested.measured.table["gain"]
    # the page names where the indicators of the index are from
    about = tested.data.attrs["panelkit"]
    assert set(about["sources"]) == set(about["vintages"]) >= {"rd_expenditure", "patents_granted_invention"}
    assert all(about["sources"].values())
    # the same numbers from the same window
    assert found[2022].to_numpy() == pytest.approx(found[2023].iloc[:-1].to_numpy(), rel=1e-9)


def test_figures_and_indicators_of_an_index_are_told_together() -> None:
    index = pk.composite_index("tech_innovation", years=(2015, 2020)).indicators
    gdp = pk.load_provinces(["gdp"], years=(2015, 2020))
    both = read_together([gdp, index])
    assert both is not None
    about, said = both.attrs["panelkit"], (gdp.attrs["panelkit"], index.attrs["panelkit"])
    assert set(about["sources"]) == {"gdp", *said[1]["sources"]}
    assert about["vintages"] == said[1]["vintages"] | said[0]["vintages"]
    assert len(about["flags"]) >= len(said[1]["flags"])
    assert read_together([gdp, gdp]).attrs["panelkit"] == said[0]
    assert read_together([pd.DataFrame({"x": [1.0]})]) is None
