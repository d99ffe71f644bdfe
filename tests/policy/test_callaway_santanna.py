"""Callaway and Sant'Anna against R did and Stata csdid as printed, and against a port of R did run live and stored."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.policy.adopting import teaching_panel
from tests.stored import stored

PRINTED = 5.1e-7  # six digits after the point
FOUR = 5.1e-5


@cache
def printed() -> dict[str, Any]:
    return stored("callaway_santanna_printed")["expect"]


@cache
def fitted(data: str, formula: str = "lemp ~ 1", **options: Any) -> Any:
    names = {"mpdta": ("first.treat", "countyreal"), "ehec": ("yexp2", "stfips")}
    cohort, unit = names[data.split("_")[0]]
    frame = teaching_panel(data.split("_")[0])
    if data.endswith("_without_never"):
        frame = frame[frame[cohort].notna()]
    spec = pk.StaggeredDiD(
        formula, cohort=cohort, estimator="callaway-santanna", errors="analytic", **options
    )
    kinds = ["cells", "overall", "event", "cohort", "calendar"]
    return spec.fit(frame, unit=unit, time="year", by=kinds)


def rows(result: Any, kind: str) -> dict[str, tuple[float, float]]:
    table = result.tidy()
    table = table[table["equation"] == kind]
    return {t: (e, s) for t, e, s in zip(table["term"], table["estimate"], table["std_error"], strict=True)}


@pytest.mark.parametrize("control", ["never", "not-yet"])
def test_counties_cell_by_cell(control: str) -> None:
    found = rows(fitted("mpdta", control=control), "cells")
    at = 0 if control == "never" else 2
    expected = printed()["mpdta_cells"]
    assert found.keys() == expected.keys()
    for cell, held in expected.items():
        assert np.allclose(found[cell], held[at : at + 2], atol=PRINTED, rtol=0), cell
    overall = rows(fitted("mpdta", control=control), "overall")["ATT"]
    assert np.allclose(overall, printed()["mpdta_overall"][at : at + 2], atol=PRINTED, rtol=0)


def test_averages_of_counties() -> None:
    never = fitted("mpdta")
    for term, held in printed()["mpdta_event"].items():
        assert np.allclose(rows(never, "event")[term], held, atol=PRINTED, rtol=0), term
    for kind in ("cohort", "calendar"):
        for term, estimate in printed()[f"mpdta_{kind}"].items():
            assert rows(never, kind)[term][0] == pytest.approx(estimate, abs=PRINTED), (kind, term)
        assert rows(never, kind)["mean"][1] == pytest.approx(printed()[f"mpdta_{kind}_mean_se"], abs=PRINTED)
    later = rows(fitted("mpdta", control="not-yet"), "event")
    for term, estimate in printed()["mpdta_event_not_yet"].items():
        assert later[term][0] == pytest.approx(estimate, abs=PRINTED), term


def test_counties_with_a_covariate() -> None:
    held, found = printed()["mpdta_lpop"], fitted("mpdta", "lemp ~ lpop", adjustment="regression")
    assert np.allclose(rows(found, "overall")["ATT"], held["overall"], atol=PRINTED, rtol=0)
    assert np.allclose(rows(found, "cells")["2004,2004"], held["2004,2004"], atol=PRINTED, rtol=0)
    assert rows(found, "cohort")["mean"][0] == pytest.approx(held["cohort_mean"], abs=PRINTED)
    assert rows(found, "event")["mean"][0] == pytest.approx(held["event_mean"], abs=PRINTED)


def test_leads_of_counties_together() -> None:
    test = fitted("mpdta").pre_test()
    wald, p = printed()["mpdta_wald"]
    assert test.statistic == pytest.approx(wald, abs=PRINTED)
    assert test.p_value == pytest.approx(p, abs=5e-6)
    assert test.df == (5.0,)


def test_universal_base_is_what_sun_and_abraham_estimate() -> None:
    found = fitted("mpdta", base="universal")
    for term, estimate in printed()["mpdta_universal"].items():
        assert rows(found, "event")[term][0] == pytest.approx(estimate, abs=PRINTED), term
    assert rows(found, "event")["-1"][1] == 0.0
    assert found.base == (-1.0,)


def test_states() -> None:
    found = fitted("ehec", "dins ~ 1", control="not-yet")
    assert np.allclose(rows(found, "overall")["ATT"], printed()["ehec_overall"], atol=PRINTED, rtol=0)
    cells = rows(found, "cells")
    for cell, (estimate, error) in printed()["ehec_cells"].items():
        assert cells[cell][1] == pytest.approx(error, abs=5.1e-8), cell
        assert cells[cell][0] == pytest.approx(estimate, abs=5e-9 if cell == "2014,2014" else FOUR)
    for cohort, path in printed()["ehec_cells_4"].items():
        for since, estimate in enumerate(path):
            assert cells[f"{cohort},{int(cohort) + since}"][0] == pytest.approx(estimate, abs=FOUR)
    for term, held in printed()["ehec_event"].items():
        assert np.allclose(rows(found, "event")[term], held, atol=FOUR, rtol=0), term
    never = rows(fitted("ehec", "dins ~ 1"), "overall")["ATT"]
    assert np.allclose(never, printed()["ehec_never_overall"], atol=PRINTED, rtol=0)


def test_states_that_all_adopt() -> None:
    """R did compares with the last cohort and gives it no effects; so do we. Stata csdid prints .0761381."""
    found = fitted("ehec_without_never", "dins ~ 1", control="not-yet")
    assert rows(found, "overall")["ATT"][0] == pytest.approx(printed()["ehec_without_never"], abs=PRINTED)
    assert not any(cell.startswith("2019") for cell in rows(found, "cells"))
    assert any("2019" in str(note) and "compared with" in str(note) for note in found.notes)
    frame = teaching_panel("ehec").query("yexp2.notna()")
    moved = frame.assign(dins2=frame["dins"] + 0.01 * (frame["year"] - frame["yexp2"]).clip(lower=0.0))
    spec = pk.StaggeredDiD("dins2 ~ 1", cohort="yexp2", estimator="callaway-santanna", control="not-yet")
    grown = spec.fit(moved, unit="stfips", time="year", by="overall")
    assert grown.estimates[0] == pytest.approx(printed()["ehec_dynamic_without_never"], abs=FOUR)


LIVE = stored("callaway_santanna_live")


def live_cells(
    frame: pd.DataFrame, options: dict[str, Any]
) -> dict[tuple[float, float], tuple[float, float]]:
    options = dict(options)
    covariates, weighted = options.pop("covariates"), options.pop("weights")
    spec = pk.StaggeredDiD(
        f"y {covariates}",
        cohort="g",
        estimator="callaway-santanna",
        errors="analytic",
        weights="pw=w" if weighted else None,
        **options,
    )
    found = spec.fit(frame, unit="unit", time="time", by="cells")
    keys = zip(found.effects.cohort, found.effects.period, strict=True)
    pairs = zip(found.estimates, np.sqrt(np.diag(found.covariance)), strict=True)
    return dict(zip(keys, pairs, strict=True))


def live_panel() -> pd.DataFrame:
    return pd.DataFrame(LIVE["input"]["rows"], columns=LIVE["input"]["columns"])


@pytest.mark.parametrize(
    "case", LIVE["expect"]["balanced"], ids=lambda case: "-".join(map(str, case["options"].values()))
)
def test_balanced_as_another_program(case: dict[str, Any]) -> None:
    found = live_cells(live_panel(), case["options"])
    assert len(found) == len(case["cells"])
    for cohort, period, estimate, error in case["cells"]:
        held = found[cohort, period]
        assert held[0] == pytest.approx(estimate, rel=LIVE["rtol"], abs=1e-9)
        assert held[1] == pytest.approx(0.0 if np.isnan(error) else error, rel=LIVE["rtol"], abs=1e-9)


@pytest.mark.parametrize(
    "case", LIVE["expect"]["gaps"], ids=lambda case: "-".join(map(str, case["options"].values()))
)
def test_gaps_as_two_period_estimators_on_pairs(case: dict[str, Any]) -> None:
    frame = live_panel().drop(index=LIVE["input"]["gone"])
    found = live_cells(frame, case["options"] | {"control": "not-yet"})
    for cohort, period, estimate, error in case["cells"]:
        assert np.allclose(found[cohort, period], (estimate, error), rtol=LIVE["rtol"])
