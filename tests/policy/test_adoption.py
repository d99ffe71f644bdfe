"""When units adopt: every way of saying it, and every way of not saying it clearly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.models.policy.rows.panel import read_policy_panel
from tests.policy.adopting import adopting_panel


def fitted(frame: pd.DataFrame, **options: object) -> pk.PolicyEffects:
    return pk.StaggeredDiD("y ~ 1", **options).fit(frame, unit="unit", time="year", by="overall")


@pytest.mark.parametrize("never", [0.0, np.nan, np.inf, 2099.0])
def test_every_coding_of_never(never: float) -> None:
    frame = adopting_panel(1)
    coded = frame.assign(first=frame["first"].replace(0.0, never))
    assert fitted(coded, cohort="first").estimates == pytest.approx(fitted(frame, treatment="did").estimates)


def test_row_order_does_not_matter() -> None:
    frame = adopting_panel(2)
    mixed = frame.sample(frac=1.0, random_state=1)
    assert fitted(mixed, cohort="first").estimates == pytest.approx(fitted(frame, cohort="first").estimates)


def test_a_treatment_that_switches_off_names_every_unit() -> None:
    frame = adopting_panel(1)
    off = frame["unit"].isin(["u00", "u01"]) & (frame["year"] == 2010)
    with pytest.raises(DataError, match=r"switches off again in u00 .* u01"):
        fitted(frame.assign(did=frame["did"].where(~off, 0.0)), treatment="did")


def test_a_gap_at_adoption_is_refused_and_the_cohort_column_is_the_remedy() -> None:
    frame = adopting_panel(1)
    start = frame.loc[frame["unit"] == "u00", "first"].iloc[0]
    gone = (frame["unit"] == "u00") & (frame["year"] == start)
    with pytest.raises(DataError, match=rf"u00 \(0 in {start - 1:.0f}, 1 in {start + 1:.0f}"):
        fitted(frame[~gone], treatment="did")
    assert np.isfinite(fitted(frame[~gone], cohort="first").estimates).all()


def test_a_cohort_that_changes_is_named() -> None:
    frame = adopting_panel(1)
    moved = (frame["unit"] == "u03") & (frame["year"] == 2001)
    with pytest.raises(DataError, match="changes within u03"):
        fitted(frame.assign(first=frame["first"].where(~moved, 1999.0)), cohort="first")


def test_a_dose_is_no_treatment() -> None:
    frame = adopting_panel(1)
    with pytest.raises(SpecError, match="no 0/1 treatment"):
        fitted(frame.assign(did=frame["did"] * 0.4), treatment="did")


def test_always_treated_units_leave_with_the_reason() -> None:
    frame = adopting_panel(1)
    early = frame.assign(first=frame["first"].where(frame["unit"] != "u00", 1999.0))
    found = fitted(early, cohort="first")
    assert set(found.dropped["province"] if "province" in found.dropped else found.dropped.iloc[:, 0]) == {
        "u00"
    }
    assert found.facts["n_units"] == 30
    everyone = frame.assign(first=1999.0)
    with pytest.raises(DataError, match="no adopting unit is held before"):
        fitted(everyone, cohort="first")


def test_nobody_adopts() -> None:
    with pytest.raises(DataError, match="nobody adopts"):
        fitted(adopting_panel(1).assign(first=0.0), cohort="first")


def test_both_or_neither_column() -> None:
    frame = adopting_panel(1)
    with pytest.raises(SpecError, match="give one of the two"):
        fitted(frame)
    with pytest.raises(SpecError, match="give one of the two"):
        fitted(frame, cohort="first", treatment="did")


def test_adoption_between_periods_counts_from_the_next() -> None:
    frame = adopting_panel(1)
    odd = frame[frame["year"] % 2 == 1]
    found = fitted(odd, cohort="first")
    assert any("counts from the next one" in note for note in found.notes) == bool(
        (odd["first"][odd["first"] > 0] % 2 == 0).any()
    )


def test_treatment_as_a_term_is_refused() -> None:
    with pytest.raises(SpecError, match="is no covariate"):
        pk.StaggeredDiD("y ~ did", treatment="did").fit(adopting_panel(1), unit="unit", time="year")


def test_adoption_after_the_sample_is_anticipated_in_it() -> None:
    """A unit that adopts a year after the data is no control in the years in which it may anticipate that."""
    frame = adopting_panel(1, n_periods=10)
    soon = frame.assign(first=frame["first"].mask(frame["unit"] == "u30", 2011.0))
    for anticipation, left in ((0, 0), (1, 1), (2, 2)):
        panel = read_policy_panel(
            "y ~ 1", soon, unit="unit", time="year", cohort="first", anticipation=anticipation
        )
        assert len(panel.y) == len(soon) - left
        assert not panel.adoption.treated[-1]
    last = frame.assign(first=frame["first"].mask(frame["unit"] == "u30", 2010.0))
    cut = read_policy_panel(
        "y ~ 1", last, unit="unit", time="year", cohort="first", anticipation=1, where="year < 2010"
    )
    assert len(cut.y) == (last["year"] < 2010).sum() - 1
