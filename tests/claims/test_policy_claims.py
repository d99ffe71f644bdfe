"""Claims of policies: numbers of the estimator, dealt dates where few are treated, conditions, words, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.file.load import load_claims
from panelkit.claims.verdict import Verdict
from panelkit.data.geography import regions as nbs_regions
from panelkit.language.errors import SpecError

FILE = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "P1"
place = {{ section = "1", phrase = "zones" }}
status = "computed"
flags = [{flags}]
says = {{ en = "Zones raise R&D.", zh = "试验区提高研发。" }}
sample = {{ years = [2010, 2020] }}

[[claim.reading]]
id = "main"
main = true
rule = {{ name = "R-SIGN", sign = "{sign}" }}
label = {{ en = "main", zh = "主要" }}
says = {{ en = "As said.", zh = "如题。" }}

[[claim.reading.design]]
id = "one"
kind = "policy"
label = {{ en = "one", zh = "其一" }}
outcome = "{outcome}"
draws = 999
seed = 4
{more}
"""

INTENSITY = "log(rd_expenditure / gdp)"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(more: str, outcome: str = INTENSITY, sign: str = "+", flags: str = "") -> Path:
        path = tmp_path / "policy.toml"
        path.write_text(FILE.format(more=more, outcome=outcome, sign=sign, flags=flags), encoding="utf-8")
        return path

    return made


def run(path: Path, **options: Any) -> Verdict:
    (verdict,) = pk.check(path, **options)
    return verdict


def outcomes(verdict: Verdict) -> dict[str, str]:
    return {item.key: item.outcome for item in verdict.conditions}


def own_panel(effect: float = 0.0, slope: float = 0.0, treated: int = 12, seed: int = 5) -> pd.DataFrame:
    """Thirty-one provinces, 2010-2020: some adopt in 2016; noise, an effect from then on, a trend of the adopters."""
    names = list(nbs_regions()["name_en"])
    rng = np.random.default_rng(seed)
    # dealt, so that adopters lie in every region
    adopts = np.isin(np.arange(31), rng.permutation(31)[:treated])
    years = np.arange(2010, 2021)
    y = 0.1 * rng.standard_normal((31, 11)) + rng.standard_normal((31, 1))
    y += np.outer(adopts, effect * (years >= 2016) + slope * (years - 2010))
    frame = pd.DataFrame(
        {
            "province": np.repeat(names, 11),
            "year": np.tile(years, 31),
            "y": y.ravel(),
            "start": np.repeat(np.where(adopts, 2016, 0), 11),
        }
    )
    return frame.set_index(["province", "year"])


def test_many_treated_provinces_give_the_numbers_of_the_estimator(write: Write) -> None:
    verdict = run(write('policy = "ftz"'))
    panel = pk.add_policy(pk.load_provinces(["rd_expenditure", "gdp"], (2010, 2020)), "ftz")
    fit = pk.StaggeredDiD(f"{INTENSITY} ~ 1", cohort="ftz_first").fit(panel, by="overall")
    shown = verdict.tested.shown if verdict.tested else None
    assert shown is not None
    assert shown.estimate == pytest.approx(fit.estimates[0], rel=1e-10)
    assert (shown.low, shown.high) == pytest.approx(tuple(fit.conf_int(0.95).iloc[0]), rel=1e-8)
    assert shown.p_value == pytest.approx(float(fit.p_values.iloc[0]), rel=1e-8)
    assert [item.key for item in verdict.conditions] == [
        *("main", "trends", "jump", "regions", "leads"),
        *("dealt", "codings", "estimators"),
    ]
    assert not any(
        item.decides for item in verdict.conditions if item.key in ("dealt", "codings", "estimators")
    )
    assert verdict.sizes is not None
    error = float(fit.std_errors.iloc[0])
    assert verdict.sizes.detectable == pytest.approx(2.9 * error, rel=0.06)  # (t.975 + t.80) with 15 to 30 df


def test_few_treated_provinces_are_judged_by_dealt_dates(write: Write) -> None:
    verdict = run(write('policy = "carbon_market"'))
    panel = pk.add_policy(pk.load_provinces(["rd_expenditure", "gdp"], (2010, 2020)), "carbon_market")
    spec = pk.StaggeredDiD(f"{INTENSITY} ~ 1", cohort="carbon_market_first", inference="randomisation")
    fit = spec.fit(panel, by="overall", reps=999, rng=4)
    assert verdict.tested is not None
    assert verdict.tested.shown.p_value == pytest.approx(float(fit.p_values.iloc[0]))
    shown = verdict.tested.shown.low, verdict.tested.shown.high
    assert shown == pytest.approx(tuple(fit.conf_int(0.95).iloc[0]), rel=1e-8)
    assert "fewer than 8 treated provinces" in str(verdict.reason)
    assert "Fujian left out from 2016" in str(verdict.reason)
    assert "dealt" not in outcomes(verdict)


def test_the_other_codings_are_those_of_their_own_panels(write: Write) -> None:
    verdict = run(write('policy = "innov_reform"\nyear_shift = 1'))
    (codings,) = [item for item in verdict.conditions if item.key == "codings"]
    whole = pk.load_provinces(["rd_expenditure", "gdp"], (2010, 2020))
    for coding, shift in (("any-zone", 0), ("whole-province", 0), ("whole-province", 1)):
        panel = pk.add_policy(whole, "innov_reform", coding, shift)  # type: ignore[arg-type]
        fit = pk.StaggeredDiD(f"{INTENSITY} ~ 1", cohort="innov_reform_first").fit(panel, by="overall")
        assert f"{coding}, dates +{shift}: {fit.estimates[0]:.3g}" in str(codings.found)
    assert codings.numbers["n"] == 3


def test_a_clean_jump_is_supported_and_a_far_proxy_caps_it(write: Write) -> None:
    data = own_panel(effect=0.5)
    verdict = run(write('cohort = "start"', outcome="y"), data=data)
    assert verdict.word == "SUPPORTED", [str(item.found) for item in verdict.conditions]
    assert set(outcomes(verdict)) == {"main", "trends", "jump", "regions", "leads", "dealt", "estimators"}
    capped = run(write('cohort = "start"', outcome="y", flags='"far_proxy"'), data=data)
    assert capped.word == "PARTLY"
    assert "far_proxy" in capped.flags
    other = run(write('cohort = "start"', outcome="y", sign="-"), data=data)
    assert other.word == "CONTRADICTED"


def test_a_trend_of_the_adopters_is_taken_away(write: Write) -> None:
    verdict = run(write('cohort = "start"', outcome="y"), data=own_panel(slope=0.1))
    assert verdict.word == "NOT SUPPORTED"
    assert outcomes(verdict)["trends"] == "takes away"


def test_nothing_at_all_is_undecided_or_small(write: Write) -> None:
    verdict = run(write('cohort = "start"', outcome="y"), data=own_panel())
    assert verdict.word in ("UNDECIDED", "NOT SUPPORTED")
    assert verdict.sizes is not None
    assert np.isfinite(verdict.sizes.detectable)


def test_one_treated_province_finds_nothing_however_large(write: Write) -> None:
    verdict = run(write('cohort = "start"', outcome="y"), data=own_panel(effect=9.0, treated=1))
    # 31 assignments: the smallest p is .032, so that the interval is that of one minus a thirty-first
    assert verdict.tested is not None
    assert verdict.tested.shown.p_value == pytest.approx(1 / 31)
    assert outcomes(verdict)["trends"] == "not computed"
    assert verdict.word == "PARTLY"


def test_a_shift_of_own_dates_and_names_that_are_no_provinces(write: Write) -> None:
    data = own_panel(effect=0.5)
    later = run(write('cohort = "start"\nyear_shift = 1', outcome="y"), data=data)
    fit = pk.StaggeredDiD("y ~ 1", cohort="start").fit(
        data.assign(start=data["start"].where(data["start"] == 0, data["start"] + 1)), by="overall"
    )
    assert later.tested is not None
    assert later.tested.shown.estimate == pytest.approx(fit.estimates[0], rel=1e-10)
    cities = data.rename(lambda name: f"town {name}", level=0).rename_axis(index=["city", "year"])
    verdict = run(write('cohort = "start"', outcome="y"), data=cities)
    assert "city" in str(verdict.reason) or "cities" in str(verdict.reason)
    assert outcomes(verdict)["regions"] == "not computed"
    assert verdict.word == "PARTLY"
    (failure,) = pk.check(write('policy = "ftz"', outcome="y"), data=cities).failures
    assert "recorded by province" in str(failure.reason)
    (failure,) = pk.check(write('cohort = "begin"', outcome="y"), data=data).failures
    assert "begin" in str(failure.reason)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "one of the two"),
        ('policy = "ftz"\ncohort = "start"', "one of the two"),
        ('cohort = "start"\ncoding = "whole-province"', "leave them out"),
        ('cohort = "start"\nyear_shift = "late"', "leave them out"),
        ('policy = "ftz"\ncoding = "some"', "coding"),
        ('policy = "ftz"\nyear_shift = 0.5', "year_shift"),
        ('policy = "nidz_partial"', "no design: the list is not complete"),
        ('policy = "zones"', "no policy"),
    ],
)
def test_a_file_that_says_too_much_or_too_little_is_refused(write: Write, more: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        pk.check(write(more))


def test_a_coding_under_which_nobody_is_treated_is_named_with_the_reason(write: Write) -> None:
    (failure,) = pk.check(write('policy = "invest_loan"\ncoding = "whole-province"')).failures
    assert "no province as a whole" in str(failure.reason)


def test_seeds_name_what_policy_claims_wait_for() -> None:
    claims = {one.claim.id: one.claim for one in load_claims()}
    zones = claims["B61"]
    assert zones.status == "computed"
    assert {"far_proxy", "province_for_city"} <= set(zones.flags)
    for reading in zones.reading:
        designs = [design.model_dump() for design in reading.design]
        assert {(one["policy"], one["coding"], one["year_shift"]) for one in designs} >= {
            ("ftz", "any-zone", 0),
            ("ftz", "any-zone", 1),
            ("ftz", "whole-province", 0),
        }
    waits = {
        "B20": "dates of paired support",
        "B68": "courts of intellectual property",
        "B81": "shares of firms",
    }
    for key, name in waits.items():
        assert claims[key].status == "pending"
        assert any(name in need.name for need in claims[key].needs)
