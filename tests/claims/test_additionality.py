"""A treatment inside the outcome: an identity passes every other condition, and is not taken for an effect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.designs.additionality import _outcome
from panelkit.claims.findings import Condition
from panelkit.data.provinces import labels_of
from panelkit.studies.scrutiny.sample import cube_of
from panelkit.studies.scrutiny.scrutiny import scrutinise_worlds
from panelkit.studies.scrutiny.wild import Lots

# the same least squares by dummies: two dozen operations on numbers of order one
SAME = 1e-8

CLAIM = """
[document]
key = "inside"
authors = ["Someone"]
title = "A treatment inside the outcome"

[[claim]]
id = "Y1"
place = { section = "1", phrase = "more" }
status = "computed"
says = { en = "More money, more spending.", zh = "资金越多，支出越多。" }
sample = { years = [2010, 2017] }
test = { reps = 499, seed = 7 }
quantities = { money = "money", all = "all" }

[[claim.reading]]
id = "sign"
main = true
rule = { name = "R-SIGN", sign = "+" }
label = { en = "sign", zh = "符号" }
says = { en = "The slope is positive.", zh = "系数为正。" }

[[claim.reading.design]]
id = "gross"
label = { en = "gross", zh = "总额" }
outcome = "log({all})"
treatment = "log({money})"
no_additionality = "{money} / {all}"
placebo = true
"""


def panel(additional: float, seed: int = 3) -> pd.DataFrame:
    """Return 31 provinces, eight years: own spending follows the money with an elasticity, the rest is noise."""
    rng = np.random.default_rng(seed)
    names = list(labels_of("en").items())
    units = [name for code, name in names if name != "China"][:31]
    shape = (31, 8)
    money = rng.normal(size=(31, 1)) + 0.25 * rng.normal(size=shape)
    own = 1.5 + 0.5 * rng.normal(size=(31, 1)) + additional * money + 0.05 * rng.normal(size=shape)
    index = pd.MultiIndex.from_product([units, range(2010, 2018)], names=["province", "year"])
    frame = pd.DataFrame({"money": np.exp(money).ravel(), "own": np.exp(own).ravel()}, index=index)
    return frame.assign(all=frame["money"] + frame["own"])


def run(folder: Path, frame: pd.DataFrame, claim: str = CLAIM) -> CheckResult:
    path = folder / "inside.toml"
    path.write_text(claim, encoding="utf-8")
    return pk.check(path, data=frame)


def condition(result: CheckResult, key: str) -> Condition:
    (found,) = [item for item in result.verdicts[0].conditions if item.key == key]
    return found


def test_an_identity_is_supported_by_all_other_conditions_and_not_by_this_one(tmp_path: Path) -> None:
    frame = panel(additional=0.0)
    bare = CLAIM.replace('no_additionality = "{money} / {all}"\n', "")
    assert run(tmp_path, frame, bare).word_of("Y1") == "SUPPORTED"
    result = run(tmp_path, frame)
    assert result.word_of("Y1") == "NOT SUPPORTED"
    assert condition(result, "additionality").outcome == "takes away"
    assert "nothing is left beyond the treatment itself" in result.verdicts[0].reason
    assert "别无所余" in result.verdicts[0].reason.text("zh")


def test_what_comes_on_top_is_found(tmp_path: Path) -> None:
    result = run(tmp_path, panel(additional=0.8))
    assert condition(result, "additionality").outcome == "passes"
    assert result.word_of("Y1") == "SUPPORTED"


def test_the_part_beyond_is_the_slope_of_the_outcome_less_each_units_own_share(tmp_path: Path) -> None:
    frame = panel(additional=0.4)
    found = condition(run(tmp_path, frame), "additionality").numbers
    share = (frame["money"] / frame["all"]).groupby("province").transform("mean")
    x, y = np.log(frame["money"]), np.log(frame["all"])
    assert found["slope"] == pytest.approx(dummies(y, x), rel=SAME)
    assert found["excess"] == pytest.approx(dummies(y - share * x, x), rel=SAME)
    assert found["alone"] == pytest.approx(dummies(share * x, x), rel=SAME)
    trend = frame.index.get_level_values("year").to_numpy(float)
    assert found["trends"] == pytest.approx(dummies(y - share * x, x, trend), rel=SAME)


def test_the_placebo_is_the_slope_on_next_years_treatment(tmp_path: Path) -> None:
    frame = panel(additional=0.4)
    found = condition(run(tmp_path, frame), "placebo")
    lead = np.log(frame["money"]).groupby("province").shift(-1)
    held = lead.notna()
    assert found.numbers["slope"] == pytest.approx(dummies(np.log(frame["all"])[held], lead[held]), rel=SAME)
    assert found.numbers["rows"] == 31 * 7
    assert (found.outcome, found.decides) == ("printed", False)


@pytest.mark.parametrize(
    ("slope", "p", "taken", "outcome"),
    [
        (0.2, 0.049, False, "passes"),
        (0.2, 0.05, False, "fails"),
        (0.2, 0.099, False, "fails"),
        (0.2, 0.10, False, "takes away"),
        (0.2, 0.001, True, "takes away"),
        (-0.2, 0.001, False, "takes away"),
    ],
)
def test_what_the_part_beyond_does(slope: float, p: float, taken: bool, outcome: str) -> None:
    main = SimpleNamespace(slope=np.array([slope]), p=np.array([p]))
    found: Any = SimpleNamespace(main=main, taken=np.array([taken]))
    assert _outcome(found, 1.0) == outcome
    mirrored: Any = SimpleNamespace(main=SimpleNamespace(slope=-main.slope, p=main.p), taken=found.taken)
    assert _outcome(mirrored, -1.0) == outcome


def test_without_both_effects_it_cannot_be_computed(tmp_path: Path) -> None:
    one_way = CLAIM.replace('treatment = "log({money})"', 'treatment = "log({money})"\neffects = "unit"')
    result = run(tmp_path, panel(additional=0.8), one_way)
    assert condition(result, "additionality").outcome == "not computed"
    assert result.word_of("Y1") == "PARTLY"


def test_the_flagship_is_mostly_arithmetic(flagship: CheckResult) -> None:
    (gross,) = [
        item
        for item in flagship
        if item.reading and item.design and (item.reading.id, item.design.id) == ("elasticity", "gross")
    ]
    (found,) = [item for item in gross.conditions if item.key == "additionality"]
    assert gross.standing == "alternative"
    # half of the gross slope and more is there with no additional R&D at any province's own share
    assert found.numbers["alone"] > 0.5 * found.numbers["slope"]


def dummies(y: pd.Series, x: pd.Series, trend: np.ndarray | None = None) -> float:
    """Return the slope of y on x with unit and year dummies, and a trend in every unit where one is given."""
    units = pd.get_dummies(y.index.get_level_values("province"), dtype=float).to_numpy()
    years = pd.get_dummies(y.index.get_level_values("year"), dtype=float).to_numpy()[:, 1:]
    slopes = [] if trend is None else [units * (trend - trend.mean())[:, None]]
    columns = np.column_stack([x.to_numpy(), units, years, *slopes])
    return float(np.linalg.lstsq(columns, y.to_numpy(), rcond=None)[0][0])


def test_the_share_of_the_nation_is_no_null_and_each_provinces_own_is() -> None:
    """The worlds of the module's docstring: 200 in which private R&D knows nothing of the public money."""
    data = pk.load_provinces(
        ["rd_expenditure", "rd_funds_government", "gdp"], (2016, 2023), vintage={"gdp": "census2023"}
    )
    fit = pk.FixedEffects("log(rd_expenditure / gdp) ~ log(rd_funds_government)").fit(data)
    assert fit.design is not None
    sample = cube_of(fit.design, fit.terms[0])
    names = ("rd_expenditure", "rd_funds_government", "gdp")
    every, money, gdp = (
        data[name].unstack().loc[list(fit.design.unit_labels)].to_numpy(float) for name in names
    )
    private = np.log((every - money) / gdp)
    held = private.mean(axis=1, keepdims=True) + private.mean(axis=0) - private.mean()
    rest = np.random.default_rng(1).choice((private - held).ravel(), size=(200, *private.shape))
    whole = np.exp(held + rest) * gdp + money
    share = (money / whole).mean(axis=2, keepdims=True)
    nation = (money.sum() / whole.sum(axis=(1, 2)))[:, None, None]
    worlds = replace(sample, y=np.log(whole / gdp), x=np.broadcast_to(sample.x, whole.shape))
    lots = Lots(999, 1)

    def passes(alone: np.ndarray) -> int:
        """Return how many worlds have something beyond a share, as the condition asks."""
        found = scrutinise_worlds(replace(worlds, y=worlds.y - alone * worlds.x), lots, sign=1.0)
        there = (found.main.slope > 0.0) & ~found.taken & (found.main.p < 0.05)
        return int(there.sum())

    found = scrutinise_worlds(worlds, lots, sign=1.0)
    assert found.main.slope.mean() == pytest.approx(0.264, abs=0.005)
    assert nation.mean() == pytest.approx(0.189, abs=0.005)
    # three binomial errors around what stands in the docstring
    assert int((found.word == "SUPPORTED").sum()) == pytest.approx(190, abs=9)
    assert passes(nation) == pytest.approx(26, abs=14)
    assert passes(share) <= 2
