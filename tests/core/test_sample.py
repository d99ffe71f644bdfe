"""Who enters a design: lags from all rows, then missing cells, then `where`, then the rules of the estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.panel.design import build_design
from panelkit.panel.sample import Candidates, WithoutSingletons


def panel(units: int = 6, years: int = 8) -> pd.DataFrame:
    r = np.random.default_rng(3)
    rows = [(f"u{i}", 2010 + t) for i in range(units) for t in range(years)]
    frame = pd.DataFrame(rows, columns=["id", "year"])
    frame["x"], frame["y"], frame["z"] = r.normal(size=(3, len(frame)))
    return frame


def build(formula: str, frame: pd.DataFrame, **options: object) -> pk.Design:
    return build_design(formula, frame, unit="id", time="year", **options)  # type: ignore[arg-type]


def test_lags_read_the_rows_outside_the_condition() -> None:
    frame = panel()
    design = build("y ~ lag(x, 3)", frame, where="year >= 2013")
    right = frame.groupby("id").x.shift(3)[frame.year >= 2013]
    assert len(design.y) == 30
    assert np.array_equal(design.X[:, 1], right)


def test_every_row_that_left_says_why() -> None:
    frame = panel()
    frame.loc[frame.index[5], "z"] = np.nan  # u0 2015
    frame.loc[frame.index[10], "x"] = np.nan  # u1 2012
    design = build("y ~ z", frame, where="x > -9 & year >= 2011")
    told = design.dropped.set_index(["province", "year"])["reason"]
    assert told["u0", 2015] == "missing: z"
    assert told["u1", 2012] == "missing in where: x > -9 & year >= 2011"
    assert told["u1", 2010] == "outside where: x > -9 & year >= 2011"
    assert len(design.y) + len(design.dropped) == len(frame)
    assert any(
        note == "sample: x > -9 & year >= 2011 (lags read the rows outside it)" for note in design.notes
    )
    chinese = "".join(note.text("zh") for note in design.notes)
    assert "样本条件：x > -9" in chinese
    assert "缺失 z（1行）" in chinese


def test_a_condition_that_every_row_meets_says_so() -> None:
    design = build("y ~ x", panel(), where="year >= 2000")
    assert design.notes == ("sample: year >= 2000, which every row meets",)


def test_years_lend_without_being_dropped() -> None:
    design = build("y ~ lag(x)", panel(), years=(2013, 2014))
    assert (len(design.y), len(design.dropped)) == (12, 0)


def test_singletons_leave_again_and_again() -> None:
    """u0 holds 2010 and 2011; nobody else holds 2010, so that u0 is left with one row, and leaves too."""
    frame = panel(4, 3)
    kept = frame[(frame.year > 2010) | (frame.id == "u0")]
    kept = kept[~((kept.id == "u0") & (kept.year == 2012))]
    design = build("y ~ scale(x)", kept, policies=(WithoutSingletons("twoway"),))
    stay = kept[kept.id != "u0"]
    assert len(design.dropped) == 2
    assert design.X[:, 1] == pytest.approx((stay.x - stay.x.mean()) / stay.x.std(), rel=1e-12)


def test_a_rule_sees_the_rows_that_others_left() -> None:
    seen: list[tuple[int, int]] = []

    class OneAfterAnother:
        reason = "took its turn"

        def stay(self, held: Candidates) -> np.ndarray:
            seen.append((len(held.rows), len(held.dropped)))
            return np.arange(len(held.rows)) < max(45, len(held.rows) - 1)

    design = build("y ~ x", panel(), policies=(OneAfterAnother(),))
    assert len(design.y) == 45
    assert seen == [(48, 0), (47, 1), (46, 2), (45, 3)]


@pytest.mark.parametrize(
    ("formula", "where", "refused"),
    [
        ("y ~ log(x)", "x > 0", False),  # the rows of which the logarithm is not defined are not asked for
        ("y ~ lag(log(x))", "x > 0", True),  # but a lag reads them
        ("y ~ lag(log(x))", "lag(x) > 0", False),
        ("y ~ diff(log(x))", "x > 0 & lag(x) > 0", False),
        ("y ~ I(1 / w)", "w > 0", False),
        ("y ~ v", "year != 2012", False),
        ("y ~ lag(v)", "year != 2012", True),
        ("y ~ lag(v)", "year != 2013", False),
        ("y ~ v", "year >= 2012", True),
    ],
)
def test_a_row_outside_the_condition_is_refused_only_where_a_lag_reads_it(
    formula: str, where: str, refused: bool
) -> None:
    frame = panel()
    frame["w"] = frame.x.clip(lower=0.0)
    frame["v"] = frame.x.where((frame.id != "u2") | (frame.year != 2012), np.inf)
    if not refused:
        assert len(build(formula, frame, where=where).y)
        return
    with pytest.raises(pk.DataError, match=r"zero or negative|infinite in u2 2012"):
        build(formula, frame, where=where)


def test_the_base_of_a_category_must_stay() -> None:
    frame = panel().assign(kind=lambda d: np.where(d.year < 2012, "early", np.where(d.id < "u3", "a", "b")))
    with pytest.raises(pk.DataError, match="no row of the sample holds the base"):
        build('y ~ C(kind, base="early")', frame, where="year >= 2012")
    assert build("y ~ C(kind)", frame, where="year >= 2012").terms == ("Intercept", "C(kind)[b]")


def test_a_design_like_another_keeps_its_means() -> None:
    frame = panel()
    first = build("y ~ scale(x)", frame)
    again = build_design("y ~ scale(x)", frame, unit="id", time="year", like=first, where="year >= 2014")
    right = (frame.x - frame.x.mean()) / frame.x.std()
    assert again.X[:, 1] == pytest.approx(right[frame.year >= 2014], rel=1e-12)


def test_no_row_left_is_said() -> None:
    frame = panel()
    frame.loc[frame.year >= 2014, "x"] = np.nan
    with pytest.raises(pk.DataError, match=r"no complete row is left of 48: .*missing: x \(24 rows\)"):
        build("y ~ x", frame, where="year >= 2014")
