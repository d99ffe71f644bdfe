"""What could not be computed counts: in the shares of every kind of grid, and in everything that prints them."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.designs import (
    mediation,
    relative_importance,
    spatial,
    spatial_conditions,
    yearly_measures,
)
from panelkit.claims.figures import Figures
from panelkit.claims.file.load import load_claims
from panelkit.claims.source import Shipped
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message, verbatim
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.report.page import page
from panelkit.report.terminal import overview
from panelkit.report.write import write
from panelkit.spatial import provincial
from panelkit.studies import spatial_effects
from panelkit.studies.grid import share_with_sign, summarise
from panelkit.studies.specification import Specification
from panelkit.studies.tally import Tally
from tests.claims.small import SMALL
from tests.claims.test_mediation_claims import CLAIM
from tests.spatial.data import simulate

# of two declared options one cannot be computed: the indicator of the other is misspelt
BROKEN = SMALL.replace("years = [2019, 2022] }]", 'quantities = { rd = "gdpp" } }]')


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    path = tmp_path_factory.mktemp("claims") / "broken.toml"
    path.write_text(BROKEN, encoding="utf-8")
    return pk.check(path)


def test_both_shares_of_a_panel_grid_are_of_what_was_declared(broken: CheckResult) -> None:
    gross = broken.of("T1")[0]
    assert gross.tested is not None
    grid = gross.tested.grid
    assert grid is not None
    assert (grid.n, grid.declared, len(grid.failed)) == (1, 2, 1)
    row = grid.table.iloc[0]
    assert grid.share_same_sign == (row["estimate"] > 0) / 2
    assert grid.share_claim_inside == (row["conf_low"] <= 0.67 <= row["conf_high"]) / 2


def test_the_threshold_of_a_rule_is_held_against_all_declared() -> None:
    table = pd.DataFrame({"estimate": [1.0] * 7 + [-1.0], "conf_low": 0.5, "conf_high": 1.5})
    lost = (("a", "b"),)
    assert summarise(table, direction=1.0).share_same_sign == 7 / 8
    assert summarise(table, lost, direction=1.0).share_same_sign == 7 / 9  # below four fifths
    assert summarise(table, lost * 2, direction=1.0, claimed=1.0).share_claim_inside == 8 / 10
    assert share_with_sign([1.0, math.nan], 1.0, 4) == 1 / 4


def test_json_counts_the_failures_with_their_reasons(broken: CheckResult) -> None:
    grid = broken.to_list()[0]["grid"]
    assert (grid["n"], grid["declared"], grid["failed"]) == (1, 2, 1)
    ((reason, times),) = grid["reasons"].items()
    assert "gdpp" in reason
    assert times == 1
    json.dumps(broken.to_list(), allow_nan=False)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "1 of 2 specifications could not be computed"), ("zh", "2个设定中有1个未能计算")],
)
def test_the_count_is_printed_everywhere(
    broken: CheckResult, language: str, words: str, tmp_path: Path
) -> None:
    for full in (False, True):
        console = Console(width=400, record=True, file=io.StringIO())
        console.print(overview(broken, language, full=full))  # type: ignore[arg-type]
        said = console.export_text()
        assert words in said
        assert ("2 of 4" if language == "en" else "4个设定中有2个") in said  # both designs, under the table
    text = page(broken, language)  # type: ignore[arg-type]
    assert words in text
    assert ("n = 1 of 2: 1 not computed" if language == "en" else "2个中算得1个，1个未能计算") in text
    write(broken, tmp_path, language)  # type: ignore[arg-type]
    assert ("2 of 4" if language == "en" else "4个设定中有2个") in (tmp_path / "T1_elasticity.tex").read_text(
        "utf-8"
    )
    assert words in (tmp_path / "verdicts.json").read_text("utf-8")
    rows = pd.read_csv(tmp_path / "T1_grid.csv", keep_default_na=False)
    assert sorted(rows["failed"] != "") == [False, False, True, True]
    assert rows["failed"].str.contains("gdpp").sum() == 2


def test_a_tally_lists_reasons_by_kind() -> None:
    failed = (
        *((f"s{i}", message("edge at {edge}", edge=i / 10)) for i in range(3)),
        ("t", verbatim("no rows")),
        ("u", verbatim("no rows")),
        ("v", verbatim("w")),
        ("x", verbatim("y")),
    )
    tally = Tally(3, tuple(failed))
    assert tally.reasons == {"edge at …": 3, "no rows": 2, "w": 1, "y": 1}
    said = tally.sentence()
    assert said is not None
    assert said.startswith("7 of 10 specifications could not be computed")
    assert said.endswith("3 x edge at …; 2 x no rows; 1 x w; 1 for other reasons.")
    assert Tally(3).sentence() is None
    assert Tally(3).facts() == {}


def test_a_spatial_grid_counts_what_did_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third fit of the grid of B02 is made to fail, the main one is not."""
    (claim,) = (Shipped().prepared(item).claim for item in load_claims() if item.id == "B02")
    reading = claim.reading[0]
    design = reading.design[0].model_copy(update={"draws": 999, "permutations": 199})
    calls = 0
    fit = spatial.SpatialDesign._fit

    def sometimes(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 1 and calls % 3 == 0:
            raise ConvergenceError(verbatim("made to fail"))
        return fit(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(spatial.SpatialDesign, "_fit", sometimes)
    monkeypatch.setattr(
        spatial_conditions, "placebo_of", lambda *_: spatial_effects.Placebo(p=0.5, lost=0, side=1.0)
    )
    figures = Figures(design.specifications(claim))
    found = design.run(claim, reading, figures, lambda _: None)
    grid = found.grid
    assert grid is not None
    assert grid.declared == len(design.specifications(claim)) * len(design.weights)
    assert len(grid.failed) == grid.declared // 3
    signs = (grid.table["estimate"] * design.rule_under(reading.rule).direction > 0).sum()
    assert grid.share_same_sign == signs / grid.declared


def test_permuted_maps_that_fail_count_as_far(monkeypatch: pytest.MonkeyPatch) -> None:
    w = provincial.contiguity()
    fit = SpatialPanel("y ~ x1").fit(simulate(w, 10, np.random.default_rng(1), rho=0.3), w)
    whole, none, _ = spatial_effects.placebo_of(fit, "indirect", 199, 4)
    calls = 0
    permuted = spatial_effects.permuted_theta

    def sometimes(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls % 10 == 0:
            raise ConvergenceError(verbatim("made to fail"))
        return permuted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(spatial_effects, "permuted_theta", sometimes)
    p, lost, _ = spatial_effects.placebo_of(fit, "indirect", 199, 4)
    assert (none, lost) == (0, 19)
    assert p >= 20 / 200  # (1 + 19) / (1 + 199) if no computed map comes as far
    assert abs(p - whole) <= 19 / 200 + 0.02  # the median moves a little with the maps that are left


def test_a_mediation_grid_counts_what_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "claim.toml"
    path.write_text(CLAIM.replace("EXTRA", ""), encoding="utf-8")
    paths = mediation.paths_of

    def sometimes(spec: Specification, *rest: object) -> object:
        if spec.choices == ("lag0",):
            raise np.linalg.LinAlgError("Singular matrix")
        return paths(spec, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(mediation, "paths_of", sometimes)
    verdict = next(iter(pk.check(path)))
    assert verdict.tested is not None
    assert verdict.tested.grid is not None
    assert verdict.tested.grid.declared == 2
    assert verdict.tested.grid.failed[0][1] == "LinAlgError: Singular matrix"
    assert verdict.tested.measured is not None
    shares = [item for item in verdict.tested.measured.conditions if item.key == "first_path_grid"]
    assert len(shares) == 2
    assert all(item.found in ("in 50% of 2 specifications", "in 0% of 2 specifications") for item in shares)
    assert "1 of 2 specifications could not be computed" in verdict.reason


def test_a_leader_must_lead_among_all_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    (claim,) = (Shipped().prepared(item).claim for item in load_claims() if item.id == "B59")
    reading = claim.reading[0]
    design = reading.design[0]
    whole = design.run(claim, reading, Figures([]), lambda _: None)
    assert whole.measured is not None
    assert whole.measured.tally is not None
    declared = whole.measured.tally.declared
    shapley = relative_importance.shapley
    calls = 0

    def but_the_first(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConvergenceError(verbatim("made to fail"))
        return shapley(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(relative_importance, "shapley", but_the_first)
    part = design.run(claim, reading, Figures([]), lambda _: None)
    assert part.measured is not None
    assert part.measured.tally is not None
    assert part.measured.tally.declared == declared
    assert len(part.measured.tally.failed) == 1
    first = whole.measured.table.iloc[0][list(design.group)]
    led = first.astype(float).idxmax() == design.leader
    assert part.measured.value == pytest.approx(whole.measured.value - led / declared, abs=1e-12)


def test_a_year_that_lacks_a_named_province_is_not_computed(
    monkeypatch: pytest.MonkeyPatch, claim_file: Callable[..., Path]
) -> None:
    (claim,) = (Shipped().prepared(item).claim for item in load_claims() if item.id == "B04")
    reading = claim.reading[0]
    design = reading.design[0]
    real = yearly_measures.expressions_on_figures

    def holed(*arguments: object, **options: object) -> pd.DataFrame:
        frame = real(*arguments, **options).copy()  # type: ignore[arg-type]
        frame.loc[(design.places[0], 2022), "figure"] = math.nan
        return frame

    monkeypatch.setattr(yearly_measures, "expressions_on_figures", holed)
    found = design.run(claim, reading, Figures([]), lambda _: None).measured
    assert found is not None
    assert math.isnan(found.by_year[2022])
    assert list(found.by_year) == sorted(found.by_year)
    assert found.tally is not None
    assert found.tally.failed == (("2022", "the figures of the year give no number"),)
