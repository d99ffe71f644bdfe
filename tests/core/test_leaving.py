"""The reasons why rows leave a sample are typed, and read as sentences in both languages."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from panelkit.language.message import message
from panelkit.panel.design import build_design
from panelkit.panel.leaving import (
    DROP_YEAR,
    SINGLETON,
    Reason,
    Why,
    dropped_rows,
    left_because,
    missing,
    outside,
    reason_of,
    spoken_reasons,
    tally,
    undecided,
)


def table(*reasons: str) -> pd.DataFrame:
    held = np.empty(len(reasons), dtype=object)
    held[:] = reasons
    return dropped_rows(np.arange(len(reasons)), 2010 + np.arange(len(reasons)), held)


def panel() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["a", "b", "c"], range(2010, 2014)], names=["city", "year"])
    data = pd.DataFrame({"y": np.arange(12.0) ** 2, "x": np.arange(12.0), "z": np.arange(12.0)}, index=index)
    data.iloc[3, 1] = np.nan
    data.iloc[7, 2] = np.nan
    return data


def test_every_row_that_left_has_a_kind() -> None:
    design = build_design("y ~ x", panel(), where="z > 1")
    kinds = [reason.why for reason in design.dropped["reason"]]
    assert sorted(kind.value for kind in kinds) == ["missing", "outside", "outside", "undecided"]
    assert design.dropped[left_because(design.dropped, Why.MISSING)]["reason"].item().columns == ("x",)
    assert left_because(design.dropped, Why.OUTSIDE, Why.UNDECIDED).sum() == 3


def test_a_note_counts_the_reasons_in_both_languages() -> None:
    note = build_design("y ~ x", panel(), where="z > 1").notes[1]
    assert note == (
        "4 of 12 rows left the sample: outside where: z > 1 (2 rows), missing: x (1 row), "
        "missing in where: z > 1 (1 row)"
    )
    assert note.text("zh") == (  # type: ignore[attr-defined]
        "12行中有4行退出样本：不满足条件：z > 1（2行）、缺失 x（1行）、条件因缺失而无法判断：z > 1（1行）"
    )


def test_many_reasons_are_counted_together() -> None:
    said = tally(table(*(missing([f"x{at}"]) for at in range(20))))
    assert said.endswith("missing: x7 (1 row) and 12 more")
    assert said.text("zh").endswith("缺失 x7（1行）等，另有12种原因")


def test_reasons_speak_of_the_panels_units() -> None:
    told = spoken_reasons(table(SINGLETON, DROP_YEAR, missing(["province"])), "firm", "quarter")["reason"]
    assert told.tolist() == [
        "singleton: the only row of its firm or quarter",
        "policy drop-year: a firm is missing in this quarter",
        "missing: province",
    ]
    assert [reason.why for reason in told] == [Why.SINGLETON, Why.DROP_YEAR, Why.MISSING]
    assert told[0].text("zh") == "单一观测组：所在企业或季度仅有这一行"


@pytest.mark.parametrize("reason", [SINGLETON, missing(["a", "b"]), outside("x > 1"), undecided("x > 1")])
def test_a_reason_travels(reason: Reason) -> None:
    again = pickle.loads(pickle.dumps(reason))
    assert again == reason
    assert (again.why, again.columns) == (reason.why, reason.columns)
    assert again.text("zh") == reason.text("zh") != reason


def test_a_reason_of_no_kind_is_kept_as_it_is() -> None:
    plain = reason_of("not wanted {here}")
    assert (plain, plain.why, plain.text("zh")) == ("not wanted {here}", Why.OTHER, "not wanted {here}")
    said = reason_of(message("no unit of this sample"))
    assert (said.why, said.text("zh")) == (Why.OTHER, "不属于该样本的个体")
    assert reason_of(SINGLETON) is SINGLETON
