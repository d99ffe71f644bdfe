"""R-THR and the kind `threshold`: words, the treatment as its own threshold variable, refusals."""

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
place = {{ section = "1", phrase = "a threshold" }}
status = "computed"
says = {{ en = "The slope changes.", zh = "斜率改变。" }}
sample = {{ years = [2000, 2011] }}

[[claim.reading]]
id = "main"
main = true
rule = {{ name = "R-THR" }}
label = {{ en = "main", zh = "主要" }}
says = {{ en = "The slope changes.", zh = "斜率改变。" }}

[[claim.reading.design]]
id = "step"
kind = "{kind}"
label = {{ en = "x by q", zh = "x随q" }}
{fields}
"""
FIELDS = 'outcome = "y"\ntreatment = "x"\nthreshold = "q"\ndraws = 299\nseed = 4'


def _panel(change: float, *, steady: float = 0.0) -> pd.DataFrame:
    """Return 40 units and 12 years in which the slope of x is higher above the median of q."""
    rng = np.random.default_rng(8)
    x, q = rng.normal(size=(2, 40, 12))
    q = q + rng.normal(size=(40, 1))
    slope = 0.3 + change * (q > np.median(q)) + steady * q
    y = slope * x + rng.normal(size=(40, 12)) + rng.normal(size=(40, 1))
    index = pd.MultiIndex.from_product(
        [[f"u{i}" for i in range(40)], range(2000, 2012)], names=["city", "year"]
    )
    frame = pd.DataFrame({"y": y.ravel(), "x": x.ravel(), "q": q.ravel()}, index=index)
    return frame.assign(part=[f"part {int(unit[1:]) % 4}" for unit in index.get_level_values("city")])


def _verdict(folder: Path, panel: pd.DataFrame, fields: str = FIELDS, kind: str = "threshold") -> Any:
    path = folder / "claim.toml"
    path.write_text(CLAIM.format(fields=fields, kind=kind), encoding="utf-8")
    return next(iter(pk.check(path, data=panel, regions="part")))


def _outcomes(verdict: Any) -> dict[str, str]:
    return {item.key: item.outcome for item in verdict.conditions}


def test_a_threshold_a_steady_change_and_none(tmp_path: Path) -> None:
    """A jump of the slope is SUPPORTED; a slope that grows with q is PARTLY; one slope is not found to change."""
    jump = _verdict(tmp_path, _panel(1.0))
    assert (jump.word, set(_outcomes(jump).values())) == ("SUPPORTED", {"passes"})
    steady = _verdict(tmp_path, _panel(0.0, steady=0.6))
    assert (steady.word, _outcomes(steady)["steady"]) == ("PARTLY", "fails")
    none = _verdict(tmp_path, _panel(0.0))
    assert none.word == "UNDECIDED"
    assert none.sizes.detectable > none.sizes.smallest > 0.0
    assert _outcomes(none)["trends"] == "printed"


def test_a_large_smallest_change_is_excluded(tmp_path: Path) -> None:
    """Where more than the detectable change would matter, not finding one is NOT SUPPORTED."""
    path = tmp_path / "claim.toml"
    text = CLAIM.format(fields=FIELDS, kind="threshold")
    rule = 'rule = { name = "R-THR", smallest = "5", why = { en = "five", zh = "五" } }'
    path.write_text(text.replace('rule = { name = "R-THR" }', rule), encoding="utf-8")
    verdict = next(iter(pk.check(path, data=_panel(0.0), regions="part")))
    assert verdict.word == "NOT SUPPORTED"


def test_the_treatment_may_be_its_own_threshold_variable(tmp_path: Path) -> None:
    """Diminishing returns: the slope of x is lower where x is large."""
    panel = _panel(0.0)
    panel["y"] = panel["y"] - 1.5 * np.maximum(panel["x"], 0.0)
    own = _verdict(tmp_path, panel, FIELDS.replace('threshold = "q"', 'threshold = "x"'))
    assert own.tested.measured.p_value < 0.05
    assert own.tested.measured.value < 0.0


def test_refusals(tmp_path: Path) -> None:
    """The outcome as threshold variable, few values, and R-THR on another kind."""
    with pytest.raises(pk.PanelkitError, match="chosen by the errors"):
        _verdict(tmp_path, _panel(0.0), FIELDS.replace('threshold = "q"', 'threshold = "y"'))
    binary = _panel(0.0)
    binary["q"] = (binary["q"] > 0).astype(float)
    assert "`q` has 2 values" in str(_verdict(tmp_path, binary).error)
    other = _verdict(tmp_path, _panel(0.0), 'figure = "y"', kind="persistence")
    assert "R-THR reads a design of the kind `threshold`" in str(other.error)
    sign = _verdict(tmp_path, _panel(0.0), FIELDS + '\nrule = { name = "R-SIGN", sign = "+" }')
    assert sign.word is None  # it has no interval: no figure is missing, so that NOT TESTABLE would be false
    assert "yields none" in str(sign.error)
    with pytest.raises(pk.PanelkitError, match="R-THR reads no sign"):
        _verdict(tmp_path, _panel(0.0), FIELDS + '\nrule = { name = "R-THR", sign = "+" }')


def test_the_same_figure_by_two_names_is_one(tmp_path: Path) -> None:
    """Blanks, and a role in braces that stands for the treatment."""
    panel = _panel(0.0)
    own = _verdict(tmp_path, panel, FIELDS.replace('threshold = "q"', 'threshold = "x"'))
    blank = _verdict(tmp_path, panel, FIELDS.replace('threshold = "q"', 'threshold = " x"'))
    assert blank.tested.measured.value == own.tested.measured.value


def test_an_exact_fit_earns_no_word(tmp_path: Path) -> None:
    """An outcome that is a multiple of the treatment was SUPPORTED by what rounding left."""
    panel = _panel(0.0)
    panel["y"] = 2.0 * panel["x"]
    exact = _verdict(tmp_path, panel)
    assert exact.word is None
    assert "exactly" in str(exact.error)


@pytest.mark.parametrize(
    ("time", "zh", "en"),
    [
        ("year", "偏离在次年仍留存", "stays for a year"),
        ("quarter", "偏离到下一季度仍留存", "stays for a quarter"),
    ],
)
def test_what_stays_is_said_in_the_words_of_the_panel(tmp_path: Path, time: str, zh: str, en: str) -> None:
    panel = _panel(0.0).rename_axis(index=["city", time])
    fields = 'figure = "y"\nrule = { name = "R-SIGN", sign = "+" }'
    measured = _verdict(tmp_path, panel, fields, kind="persistence").tested.measured
    assert zh in measured.sentence.text("zh")
    assert en in measured.sentence
    assert ("两年后" in measured.why.text("zh")) == (time == "year")
