"""The kind `life_cycle`: stages that courses pass, second leaps after a fall, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.designs.life_cycle_words import seen_in
from panelkit.evaluation.life_cycle.passages import detectable_distance, lowest_share, passes
from panelkit.evaluation.life_cycle.second_leap import fall_of, second_leap, waves_of
from tests.claims.test_threshold_claims import CLAIM

YEARS = np.arange(1998.0, 2020.0)
FIELDS = 'asks = "{asks}"\nfigure = "output"\ndraws = 99\nseed = 3'


def _wave(peak: float, rate: float = 0.7) -> np.ndarray:
    return np.asarray(1.0 / np.cosh(rate * (YEARS - peak) / 2.0) ** 2)


def _step(middle: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-0.5 * (YEARS - middle))))


def _panel(courses: list[np.ndarray], noise: float = 0.05) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product(
        [[f"u{i}" for i in range(len(courses))], YEARS.astype(int)], names=["city", "year"]
    )
    output = np.concatenate([one * np.exp(noise * rng.normal(size=len(YEARS))) for one in courses])
    return pd.DataFrame({"output": output}, index=index)


def _verdict(folder: Path, panel: pd.DataFrame, asks: str, value: str) -> Any:
    path = folder / "claim.toml"
    text = CLAIM.format(fields=FIELDS.format(asks=asks), kind="life_cycle")
    text = text.replace("[2000, 2011]", "[1998, 2019]")
    rule = f'{{ name = "R-DESC", relation = ">", value = "{value}", why = {{ en = "w", zh = "w" }} }}'
    path.write_text(text.replace('{ name = "R-THR" }', rule), encoding="utf-8")
    return next(iter(pk.check(path, data=panel)))


def test_courses_that_pass_stages_and_random_walks(tmp_path: Path) -> None:
    """Six logistic courses are told; walks are UNDECIDED and never evidence against."""
    told = _verdict(tmp_path, _panel([_step(2005.0 + i) for i in range(6)]), "stages", "0.5")
    assert told.word == "SUPPORTED"
    assert told.tested.measured.value == 1.0
    assert told.tested.measured.low == pytest.approx(0.025 ** (1.0 / 6.0))
    rng = np.random.default_rng(4)
    walks = [np.exp(np.cumsum(0.05 + 0.15 * rng.normal(size=len(YEARS)))) for _ in range(3)]
    none = _verdict(tmp_path, _panel(walks, 0.0), "stages", "0.5")
    assert none.word == "UNDECIDED"
    assert none.tested.measured.high == 1.0


def test_a_second_leap_is_told_from_one_wave(tmp_path: Path) -> None:
    leapt = _wave(2002.0) + _wave(2014.0) + 0.01
    verdict = _verdict(tmp_path, _panel([leapt, _wave(2008.0, 0.3)]), "second_leap", "0")
    assert verdict.word == "SUPPORTED"
    assert verdict.tested.measured.value == 0.5
    fallen = _verdict(tmp_path, _panel([_wave(2008.0, 0.3)]), "second_leap", "0")
    assert fallen.word == "UNDECIDED"
    rising = _verdict(tmp_path, _panel([_step(2008.0)], 0.01), "second_leap", "0")
    assert rising.word is None
    assert "no course fell by 20%" in rising.reason


def test_two_steps_upward_are_no_leap_out_of_decline() -> None:
    y = np.log(_step(2001.0) + _step(2015.0))
    assert not fall_of(y, YEARS).declined
    assert second_leap(y, YEARS, reps=99, rng=np.random.default_rng(1)).p_value == 1.0


def test_two_steps_whose_errors_fell_are_no_leap() -> None:
    """Three low years on a plateau: output fell by a quarter, the two waves that fit it by less than a fifth."""
    years = np.arange(1998.0, 2023.0)
    y = np.log(0.05 + sum(1.0 / (1.0 + np.exp(0.8 * (middle - years))) for middle in (2001.0, 2016.0)))
    y[10:13] -= 0.26
    y += 0.05 * np.random.default_rng(3).normal(size=len(y))
    leap = second_leap(y, years, reps=99, rng=np.random.default_rng(1))
    assert leap.fall.share == pytest.approx(0.245, abs=0.001)
    assert leap.gain > 10.0
    # the fit ends within a thousandth of a share of where it ends on another machine
    assert leap.between == pytest.approx(0.184, abs=0.005)
    assert (leap.follows, leap.p_value) == (False, 1.0)


def test_a_passage_leads_to_a_later_stage() -> None:
    assert passes(("startup", "growth"))
    assert passes(("maturity", "startup", "growth"))
    assert not passes(("maturity", "startup"))
    assert not passes(("growth",))
    assert not passes(())


def test_a_second_wave_before_the_fall_is_not_tested() -> None:
    """Two waves of which the second is the fall itself: output stays low, and p is one whatever two curves gain."""
    leap = second_leap(np.log(_wave(2001.0) + _wave(2006.0)), YEARS, reps=99, rng=np.random.default_rng(1))
    assert leap.fall.declined
    assert not leap.follows
    assert leap.p_value == 1.0


def test_draws_may_end_early_and_change_no_word() -> None:
    """Series fitted together, and draws that end once p is above the level: the same gains, the same side of it."""
    rng = np.random.default_rng(7)
    y = np.log(np.stack([_wave(2002.0) + _wave(2014.0) + 0.01, _wave(2008.0, 0.4) + 0.02]))
    y = y + 0.1 * rng.normal(size=y.shape)
    y[1] += 0.4 * np.sin(YEARS)
    for one, fits in zip(y, waves_of(y, YEARS), strict=True):
        whole = second_leap(one, YEARS, reps=99, rng=np.random.default_rng(2))
        early = second_leap(one, YEARS, reps=99, rng=np.random.default_rng(2), fits=fits, enough=5)
        # fits of several series at once differ from one alone by the order of sums
        assert early.gain == pytest.approx(whole.gain, abs=1e-5)
        assert (early.p_value < 0.05) == (whole.p_value < 0.05)
        assert early.p_value <= whole.p_value


def test_falls_by_hand() -> None:
    y = np.log(np.array([1.0, 1, 1, 4, 4, 4, 2, 2, 2, 4, 4, 4, 4]))
    fall = fall_of(y, np.arange(2000.0, 2013.0))
    assert (fall.peak, fall.trough) == (2004.0, 2007.0)
    assert (fall.share, fall.regained) == (pytest.approx(0.5), pytest.approx(1.0))


def test_lowest_shares_are_those_of_clopper_and_pearson() -> None:
    """15 of 20: (.509, .913), as tables of exact binomial limits print."""
    assert lowest_share(15, 20) == pytest.approx(0.5090, abs=1e-4)
    assert lowest_share(0, 20) == 0.0
    assert 0.2 < detectable_distance(20, 0.5) < 0.4
    assert np.isnan(detectable_distance(3, 0.5))


def test_products_are_no_columns_of_a_panel(tmp_path: Path) -> None:
    path = tmp_path / "claim.toml"
    fields = 'of = "products"\nfigure = "output"\nalso = ["cement"]\ndraws = 99'
    text = CLAIM.format(fields=fields, kind="life_cycle").replace("[2000, 2011]", "[1998, 2019]")
    rule = '{ name = "R-DESC", relation = ">", value = "0", why = { en = "w", zh = "w" } }'
    path.write_text(text.replace('{ name = "R-THR" }', rule), encoding="utf-8")
    (verdict,) = pk.check(path, data=_panel([_wave(2008.0)]))
    assert "shipped output of the nation" in verdict.reason


def test_courses_have_the_names_of_the_language() -> None:
    found = seen_in({"telephone_sets": ("growth", "maturity"), "Beijing": (), "firm 1": ()}).found
    assert "telephone_sets" in str(found)
    chinese = found.text("zh")
    assert "电话单机" in chinese
    assert "北京" in chinese
    assert "firm 1" in chinese
    assert "telephone" not in chinese
