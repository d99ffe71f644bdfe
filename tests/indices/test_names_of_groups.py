"""Groups and populations name provinces in any spelling, whatever the panel's own is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk

SHORT = ["北京", "天津", "河北", "山西", "辽宁", "吉林"]
LONG = ["北京市", "天津市", "河北省", "山西省", "辽宁省", "吉林省"]
EAST = [True, True, True, False, False, False]


def panel(names: list[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([names, range(2015, 2021)], names=["province", "year"])
    values = np.random.default_rng(3).uniform(1.0, 2.0, size=(len(index), 3))
    return pd.DataFrame(values, index=index, columns=["a", "b", "people"])


def groups(names: list[str]) -> dict[str, str]:
    return {name: "east" if east else "rest" for name, east in zip(names, EAST, strict=True)}


def test_inequality_by_year_takes_groups_in_another_spelling() -> None:
    frame = panel(LONG)
    own = pk.inequality_by_year(frame, "a", groups=groups(LONG))
    other = pk.inequality_by_year(frame, "a", groups=groups(SHORT))
    pd.testing.assert_frame_equal(own, other)


def test_ranks_of_groups_take_names_and_people_in_another_spelling() -> None:
    composite = pk.composite_index({"a": 1, "b": 1}, panel(LONG))
    own, other = (
        pk.rank_uncertainty(
            composite, groups=pd.Series(groups(names)), population=panel(names)["people"], draws=200, rng=1
        )
        for names in (LONG, SHORT)
    )
    pd.testing.assert_frame_equal(own.table, other.table)


def test_two_names_of_one_province_are_refused() -> None:
    twice = {**groups(SHORT), "北京市": "rest", "BEIJING": "east"}
    with pytest.raises(pk.DataError, match="北京 and BEIJING|北京市 and 北京|北京市 and BEIJING"):
        pk.inequality_by_year(panel(LONG), "a", groups=twice)
