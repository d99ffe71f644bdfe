"""The kind `frontier`: words, what is said of those left out, mirrors, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk

CLAIM = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "N1"
place = {{ section = "1", phrase = "conversion" }}
status = "computed"
says = {{ en = "Conversion lags.", zh = "转化滞后。" }}
sample = {{ years = [2001, 2005] }}

[[claim.reading]]
id = "main"
main = true
rule = {rule}
label = {{ en = "main", zh = "主要" }}
says = {{ en = "The second stage lags.", zh = "第二阶段滞后。" }}

[[claim.reading.design]]
id = "stages"
kind = "frontier"
label = {{ en = "x to z to y", zh = "x至z至y" }}
draws = 499
seed = 4
{fields}
"""
FIELDS = 'inputs = ["x"]\nintermediate = "z"\noutput = "y"'
SIGN = '{ name = "R-SIGN", sign = "WHICH", smallest = "0.1", why = { en = "a tenth", zh = "十分之一" } }'
SHARE = '{ name = "R-DESC", relation = ">=", value = "0.8", why = { en = "four in five", zh = "五分之四" } }'
OF_SHARE = FIELDS + '\nmeasure = "share"'


def _panel(first: float, second: float, years: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    x = np.exp(rng.normal(8.0, 1.0, size=(40, 1)) + rng.normal(scale=0.05, size=(40, years)))
    waste = np.abs(rng.normal(size=(2, 40, 1))) * np.array([first, second])[:, None, None]
    z = x * np.exp(-waste[0] + rng.normal(scale=0.05, size=x.shape))
    y = z * np.exp(-waste[1] + rng.normal(scale=0.05, size=x.shape))
    index = pd.MultiIndex.from_product(
        [[f"u{at}" for at in range(40)], range(2000, 2000 + years)], names=["city", "year"]
    )
    return pd.DataFrame({"x": x.ravel(), "z": z.ravel(), "y": y.ravel()}, index=index)


def _verdict(
    folder: Path, panel: pd.DataFrame, fields: str = FIELDS, sign: str = "+", rule: str = SIGN
) -> Any:
    path = folder / "claim.toml"
    path.write_text(CLAIM.format(fields=fields, rule=rule.replace("WHICH", sign)), encoding="utf-8")
    return next(iter(pk.check(path, data=panel)))


def _outcomes(verdict: Any) -> dict[str, str]:
    return {item.key: item.outcome for item in verdict.conditions}


def test_a_lag_is_partly_and_its_mirror_leans_the_other_way(tmp_path: Path) -> None:
    """No figures of two stages tell waste from what differs for good: PARTLY, and NOT SUPPORTED against it."""
    apart = _verdict(tmp_path, _panel(0.2, 1.0))
    assert apart.word == "PARTLY"
    found = _outcomes(apart)
    assert found["waste"] == "fails"
    assert {found[name] for name in ("main", "order", "lasting", "scale")} == {"passes"}
    assert found["known"] == found["network"] == "printed"
    measured = apart.tested.measured
    assert measured.value == pytest.approx(measured.facts["first"] - measured.facts["second"])
    assert list(measured.table.columns) == ["first", "second"]
    assert _verdict(tmp_path, _panel(0.2, 1.0), sign="-").word == "NOT SUPPORTED"
    even = _verdict(tmp_path, _panel(0.5, 0.5))
    assert even.word in ("UNDECIDED", "NOT SUPPORTED")
    assert even.sizes.detectable > 0.0


def test_returns_to_scale_take_a_lag_away(tmp_path: Path) -> None:
    panel = _panel(0.2, 0.2)
    panel["y"] *= panel["x"] ** 0.8
    verdict = _verdict(tmp_path, panel)
    assert (verdict.word, _outcomes(verdict)["scale"]) == ("NOT SUPPORTED", "takes away")


def test_shares(tmp_path: Path) -> None:
    many = _verdict(tmp_path, _panel(0.02, 2.0), OF_SHARE, rule=SHARE)
    assert many.word == "PARTLY"
    assert many.tested.measured.value > 0.9
    few = _verdict(tmp_path, _panel(1.0, 0.1), OF_SHARE, rule=SHARE)
    assert few.word == "NOT SUPPORTED"
    one = _panel(0.3, 0.3)
    one.loc["u0", "y"] = one.loc["u0", "y"].to_numpy() * 20.0
    lucky = _verdict(tmp_path, one, OF_SHARE, rule=SHARE)
    assert lucky.tested.measured.value > 0.9
    assert lucky.word == "UNDECIDED"


def test_who_is_left_out_is_named_and_years_between_stages_are_read(tmp_path: Path) -> None:
    panel = _panel(0.2, 1.0)
    panel.loc[("u3", 2002), "z"] = 0.0
    panel.loc[("u5", 2003), "y"] = np.nan
    verdict = _verdict(tmp_path, panel)
    assert "not positive in some year: u3, u5" in str(verdict.tested.measured.sentence)
    assert verdict.tested.measured.facts["n_units"] == 38
    lagged = _verdict(tmp_path, panel, FIELDS.replace('["x"]', '["lag(x, 1)"]'))
    assert lagged.tested.measured.facts["n_units"] == 38  # 2000 is read for 2001
    assert lagged.tested.measured.value != verdict.tested.measured.value


def test_several_inputs_count_alike(tmp_path: Path) -> None:
    """Two inputs that are one figure in other units change nothing but the network."""
    panel = _panel(0.2, 1.0)
    panel["w"] = panel["x"] * 1000.0
    one, two = (
        _verdict(tmp_path, panel, fields) for fields in (FIELDS, FIELDS.replace('["x"]', '["x", "w"]'))
    )
    # a geometric mean takes logs and back
    assert two.tested.measured.value == pytest.approx(one.tested.measured.value, rel=1e-9)


def test_refusals(tmp_path: Path) -> None:
    same = _verdict(tmp_path, _panel(0.2, 1.0), FIELDS.replace('"y"', '"z"'))
    assert "no efficiency" in str(same.error)
    few = _panel(0.2, 1.0).loc[[f"u{at}" for at in range(8)]]
    assert "8; 12 are needed" in str(_verdict(tmp_path, few).error)
    ranks = _verdict(tmp_path, _panel(0.2, 1.0), rule='{ name = "R-THR" }')
    assert "R-THR" in str(ranks.error)


def test_a_share_has_no_other_side_of_zero(tmp_path: Path) -> None:
    """Under R-SIGN any share would be SUPPORTED: nothing lies below zero."""
    verdict = _verdict(tmp_path, _panel(0.5, 0.5), fields=OF_SHARE)
    assert verdict.word is None
    assert verdict.error is not None
    assert "never below zero" in verdict.error.text("en")
