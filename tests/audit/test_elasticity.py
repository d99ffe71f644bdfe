"""What a stated effect means in the units of a sample: worked numbers, brute force, refusals, both languages."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import panelkit as pk
from panelkit.audit.entries import Document, Table
from panelkit.audit.relations import Reading
from panelkit.language.errors import SpecError
from panelkit.language.register import find
from tests.audit.by_hand import CHINESE, entry, table


def test_a_worked_claim_of_point_three_eight() -> None:
    # 5 % intensity and 1 % more subsidy: an elasticity makes it 5.018941, points 5.38 with b = 38.189685
    sense = pk.elasticity_sense(0.38, x_mean=0.25, y_mean=5.0)
    assert sense["elasticity"].becomes.middle == pytest.approx(5.018941, abs=1e-6)
    assert sense["points"].becomes.middle == pytest.approx(5.38)
    assert sense["points"].coefficient.middle == pytest.approx(38.189685, abs=1e-6)
    # the linear 7.6 of the sentence is .38 / 5 / .01; at the margin it is b / 5
    found = sense["points"].elasticity
    assert found is not None
    assert found.middle == pytest.approx(38.189685 / 5.0, rel=1e-6)
    # subsidy a tenth of R&D: 3.8 yuan for each; at a share of .38 one yuan for one
    for share, yuan in ((0.1, 3.8), (0.38, 1.0), (0.05, 7.6)):
        one = pk.elasticity_sense(0.38, x_mean=share, y_mean=1.0, readings=["elasticity"])
        assert one["elasticity"].marginal.middle == pytest.approx(yuan)


def test_numbers_are_those_of_the_models_by_brute_force() -> None:
    x, y, b = 3.0, 7.0, 0.4
    models: dict[str, Callable[[float], float]] = {
        "elasticity": lambda v: (y + 1) * (v / x) ** b - 1,
        "points": lambda v: y + 100 * b / 100 / math.log(1.01) * math.log(v / x),
        "semi": lambda v: (y + 1) * math.exp(b / 100 * (v - x)) - 1,
        "level": lambda v: y + b * (v - x),
    }
    sense = pk.elasticity_sense(
        b, x_mean=x, y_mean=y, x_sd=0.5, y_sd=2.0, x_range=(2.0, 5.0), y_range=(1.0, 11.0), plus_one=["y"]
    )
    for name, model in models.items():
        slope = (model(x + 1e-5) - model(x - 1e-5)) / 2e-5
        one = sense[name]
        assert one.marginal.middle == pytest.approx(slope, rel=1e-6)
        assert one.per_sd is not None
        assert one.per_sd.middle == pytest.approx(slope * 0.5 / 2.0, rel=1e-6)
        assert one.by_tenth.middle == pytest.approx(model(1.1 * x) - y, rel=1e-9)
        assert one.over_range is not None
        assert one.over_range.middle == pytest.approx((model(5.0) - model(2.0)) / 10.0, rel=1e-9)


def test_a_text_stands_for_all_numbers_that_round_to_it() -> None:
    sense = pk.elasticity_sense("0.38", x_mean=0.1, y_mean=1.0, readings=["elasticity"])
    assert (sense["elasticity"].marginal.low, sense["elasticity"].marginal.high) == pytest.approx(
        (3.75, 3.85)
    )
    assert pk.elasticity_sense("0.38%", x_mean=0.1, y_mean=1.0)["level"].coefficient.middle == pytest.approx(
        0.38
    )


def test_readings_that_strain_the_sample_are_told_from_those_that_do_not() -> None:
    sense = pk.elasticity_sense(
        "0.38", x_mean=0.25, y_mean=5.0, x_sd=0.1, y_sd=2.0, x_range=(0.05, 0.6), y_range=(1.0, 12.0)
    )
    assert sense.plausible("elasticity")
    assert not sense.plausible("points")
    assert any("sds" in note or "standard deviation" in note for note in sense.notes)
    assert not pk.elasticity_sense(0.38, x_mean=1.0, y_mean=10.0, limit=2.0).plausible("elasticity")


def test_both_languages_and_one_line() -> None:
    sense = pk.elasticity_sense("0.38", x_mean=0.25, y_mean=5.0, x_sd=0.1, y_sd=2.0)
    assert repr(sense) == "ElasticitySense(0.38: elasticity, points, semi, level)"
    assert "弹性" in sense.summary(language="zh")
    assert "elasticity" not in sense.summary(language="zh").lower()
    assert "<table" in sense._repr_html_()
    assert list(sense.tidy()["reading"]) == ["elasticity", "points", "semi", "level"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "much"}, {"x_mean": -1.0}, {"x_mean": 0.0}, {"y_mean": np.nan}, {"step": 0.0}, {"x_sd": -1.0},
        {"x_range": (2.0, 1.0)}, {"readings": ["log"]}, {"readings": []}, {"plus_one": ["z"]}, {"limit": 0.0},
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused(wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"value": 0.38, "x_mean": 1.0, "y_mean": 2.0, **wrong}
    with pytest.raises(SpecError):
        pk.elasticity_sense(**given)  # type: ignore[arg-type]


def states(key: str, *tables: Table) -> list[str]:
    readings = [Reading("se", CHINESE)] * len(tables)
    judged = (one.outcome() for one in find("identity", key)(Document(tables), readings))
    return [one.state for one in judged if one is not None]


def test_coefficients_are_held_against_descriptive_statistics() -> None:
    described = table(entry("sd", "0.52", "lnX", row=1), entry("sd", "1.04", "lnY", row=2))

    def fitted(text: str, *others: str) -> Table:
        head: dict[str, str] = {"heading": "(1) lnY"}
        more = [entry("coefficient", "0.1", one, row=2, **head) for one in others]
        return table(entry("coefficient", text, "lnX", **head), *more)

    assert states("effect-sense", described, fitted("0.38***")) == ["consistent"]
    assert states("effect-sense", described, fitted("38.2***")) == ["inconsistent"]
    assert states("effect-sense", described, fitted("38.2***", "lnX2")) == []


def test_effects_and_thresholds_are_held_against_other_tables() -> None:
    coefficients = table(
        entry("coefficient", "0.300*** (0.050)", "x", row=1),
        entry("spatial_lag_x", "0.200 (0.100)", "x", row=2),
        entry("rho", "0.375*** (0.060)", "rho", row=3),
    )
    for text, state in (("0.800", "consistent"), ("0.500", "inconsistent"), ("-0.800", "inconsistent")):
        effects = table(entry("total", f"{text}*** (0.150)"))
        assert states("total-effect-elsewhere", coefficients, effects) == [state]
    described = table(entry("minimum", "0.10", "q", row=1), entry("maximum", "0.90", "q", row=1, column=2))
    assert states("threshold-described", described, table(entry("threshold", "0.45", "q"))) == ["consistent"]
    assert states("threshold-described", described, table(entry("threshold", "1.45", "q"))) == [
        "inconsistent"
    ]


def test_ten_per_cent_more_that_crosses_the_whole_range_is_strained() -> None:
    """Read as points, +10 % of subsidies would add 3.6 points to an intensity of 3.5 to 6.5 %."""
    sense = pk.elasticity_sense("0.38", x_mean=0.5, y_mean=5.0, y_range=(3.5, 6.5))
    assert not sense.plausible("points")
    assert sense.plausible("elasticity")
    assert any("10 % more x would move y by 3.592 … 3.688" in str(note) for note in sense.notes)
