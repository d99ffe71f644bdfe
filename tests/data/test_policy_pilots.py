"""Policy pilots: every row and count of the compiled table, what is left out and why, and the columns they become."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.data.paths import shipped
from panelkit.data.policy_tables import check_pilots, pilots
from panelkit.data.provinces import labels_of, resolve
from panelkit.data.shipped_tables import read_rows
from panelkit.language.errors import DataError, SpecError
from tests.reference import figures_path

COUNTS = {
    # policy: provinces by first year, whole provinces, never treated: counted by hand from the compiled table
    "ftz": ({2013: 1, 2015: 3, 2017: 7, 2018: 1, 2019: 6, 2020: 3, 2023: 1}, 1, 9),
    "bigdata": ({2016: 10}, 8, 21),
    "innov_reform": ({2015: 10}, 7, 21),
    "digital_economy": ({2019: 6}, 5, 25),
    "carbon_market": ({2013: 4, 2014: 2}, 6, 25),
    "low_carbon": ({2010: 12, 2012: 15}, 10, 4),
    "invest_loan": ({2016: 5}, 0, 26),
}
PARTIAL = {"nidz_partial": 7, "transfer_zone_partial": 2}
CODINGS = [("any-zone", 0), ("any-zone", 1), ("any-zone", "late"), ("whole-province", 0)]


def compiled() -> list[dict[str, str]]:
    with figures_path("policy_pilots.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_the_compiled_one_with_its_sources_in_words() -> None:
    pages = {row["source"]: row["publication"] for row in read_rows("policy_sources.csv")}
    shipped_rows = [
        {
            "adcode": row["adcode"],
            "policy": row["policy"],
            "year": row["year"],
            "batch": row["batch"],
            "coverage": row["coverage"] + (f" ({row['inside']})" if row["inside"] else ""),
            "source": "; ".join(pages[key] for key in row["source"].split()),
            "checked": row["checked"],
        }
        for row in read_rows("policy_pilots.csv")
    ]
    assert shipped_rows == compiled()
    assert len(shipped_rows) == 95


def test_the_table_of_policies_is_the_compiled_one() -> None:
    text = figures_path("policy_pilots.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    table = {row[0]: row for row in rows[1:]}
    held = pk.load_policies()
    assert list(table) == list(held.index)
    for key, (_, complete, starts, cohorts, never) in table.items():
        mine = held.loc[key]
        assert mine["complete"] == (not complete.startswith("**no")), key
        if not mine["complete"]:
            assert mine["treated"] == int(re.findall(r"\d+", cohorts)[0])
            continue
        assert mine["never"] == int(re.findall(r"\d+", never)[0])
        sizes = pk.load_policy_pilots(key)["first"].value_counts().drop(0).sort_index()
        assert sizes.to_list() == [
            int(n) for n in re.findall(r"(\d+)(?: in \d{4})?", re.sub(r"in \d{4}", "", cohorts))
        ]
        printed = re.findall(r"\d{4}-\d{2}|\b\d{4}\b(?!-)", starts)
        months = {start for start in mine["starts"] if "-" in start}
        assert {start[:7] for start in printed} >= months - {"2013-11"}, key


@pytest.mark.parametrize("policy", COUNTS)
def test_counts_of_cohorts_whole_provinces_and_controls(policy: str) -> None:
    cohorts, whole, never = COUNTS[policy]
    any_zone = pk.load_policy_pilots(policy)
    assert len(any_zone) == 31
    found = any_zone.loc[any_zone["role"] == "treated", "first"].value_counts().to_dict()
    assert found == cohorts
    assert (any_zone["role"] == "control").sum() == never
    assert (any_zone["first"] == 0).sum() == never
    assert (any_zone["coverage"] == "whole province").sum() == whole
    about = pk.load_policies().loc[policy]
    assert (about["treated"], about["whole"], about["never"]) == (31 - never, whole, never)


@pytest.mark.parametrize("policy", [key for key, counts in COUNTS.items() if counts[1]])
def test_whole_provinces_alone_leave_the_others_out_and_name_them(policy: str) -> None:
    cohorts, whole, never = COUNTS[policy]
    coded = pk.load_policy_pilots(policy, "whole-province")
    assert coded["role"].value_counts().to_dict() == {
        key: n
        for key, n in {"treated": whole, "control": never, "left out": sum(cohorts.values()) - whole}.items()
        if n
    }
    out = coded[coded["role"] == "left out"]
    assert (out["first"] == 0).all()
    assert (out["why"] != "").all()
    assert (out["year"] > 0).all()
    assert all(name in coded.attrs["panelkit"]["said"]["en"] for name in out.index)


def test_the_seventeen_of_low_carbon_are_left_out() -> None:
    coded = pk.load_policy_pilots("low_carbon", "whole-province", labels="zh")
    out = set(coded.index[coded["role"] == "left out"])
    assert len(out) == 17
    assert {"河北", "浙江", "新疆"} <= out
    treated = set(coded.index[coded["role"] == "treated"])
    assert treated == {"天津", "辽宁", "湖北", "广东", "重庆", "云南", "陕西", "北京", "上海", "海南"}
    assert set(coded.index[coded["role"] == "control"]) == {"湖南", "西藏", "青海", "宁夏"}


def test_never_treated_by_zones_are_the_nine_named() -> None:
    coded = pk.load_policy_pilots("ftz", labels="zh")
    named = {"山西", "内蒙古", "吉林", "江西", "贵州", "西藏", "甘肃", "青海", "宁夏"}
    assert set(coded.index[coded["role"] == "control"]) == named


def test_a_doubtful_control_leaves_from_its_year_on_and_is_named() -> None:
    coded = pk.load_policy_pilots("carbon_market", labels="zh")
    assert coded.loc[coded["doubtful_from"] > 0, "doubtful_from"].to_dict() == {"福建": 2016}
    panel = pk.add_policy(pk.load_provinces("gdp", (2011, 2020), labels="zh"), "carbon_market")
    assert panel.loc["福建"].index.to_list() == [2011, 2012, 2013, 2014, 2015]
    assert len(panel) == 31 * 10 - 5
    note = panel.attrs["panelkit"]["origins"]["carbon_market"]
    assert "Fujian left out from 2016 on" in note["en"]
    assert "福建" in note["zh"]


def test_single_sources_are_the_twenty_one_of_the_compilation() -> None:
    every = pk.load_policy_pilots()
    assert len(every) == 95
    assert (every["checked"] == 1).sum() == 21
    assert every.groupby("policy").size().to_dict() == {
        **{key: sum(counts[0].values()) for key, counts in COUNTS.items()},
        **PARTIAL,
    }
    assert set(every.index[~every["complete"]].get_level_values("policy")) == set(PARTIAL)


@pytest.mark.parametrize("policy", PARTIAL)
def test_incomplete_lists_are_refused_with_the_reason(policy: str) -> None:
    with pytest.raises(SpecError, match="no design: the list is not complete") as caught:
        pk.load_policy_pilots(policy)
    assert "名单不全" in caught.value.said.text("zh")
    with pytest.raises(SpecError, match="no design"):
        pk.add_policy(pk.load_provinces("gdp", (2011, 2012)), policy)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ftzz",), "did you mean `ftz`"),
        (("zzz",), "there are ftz, bigdata"),
        ((3,), "no policy"),
        (("ftz", "some"), "any-zone"),
        (("ftz", "any-zone", 1.5), "whole number of years"),
        (("ftz", "any-zone", True), "whole number of years"),
        (("ftz", "any-zone", 99), "whole number of years"),
        (("invest_loan", "whole-province"), "no province as a whole"),
    ],
)
def test_what_is_no_option_is_refused(arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        pk.load_policy_pilots(*arguments)


def test_names_in_both_languages_are_understood() -> None:
    by_key = pk.load_policy_pilots("innov_reform")
    for name in ("comprehensive innovation reform pilots", "全面创新改革试验区"):
        pd.testing.assert_frame_equal(by_key, pk.load_policy_pilots(name))


def test_a_late_start_counts_from_the_next_year() -> None:
    plain, late = (pk.load_policy_pilots("ftz", year_shift=shift)["first"] for shift in (0, "late"))
    moved = late - plain
    assert moved.loc[["Shanghai", "Hainan", "Hebei", "Beijing", "Xinjiang"]].to_list() == [1] * 5
    assert moved.loc[["Guangdong", "Liaoning", "Shanxi"]].to_list() == [0] * 3
    shifted = pk.load_policy_pilots("ftz", year_shift=-1)["first"]
    assert shifted.loc["Shanghai"] == 2012
    assert shifted.loc["Shanxi"] == 0


@pytest.mark.parametrize(("coding", "shift"), CODINGS)
def test_columns_of_a_panel_are_those_of_the_table_whatever_the_order_of_rows(
    coding: Any, shift: Any
) -> None:
    coded = pk.load_policy_pilots("innov_reform", coding, shift)
    whole = pk.load_provinces("gdp", (2012, 2018))
    panel = pk.add_policy(whole.sample(frac=1.0, random_state=3), "innov_reform", coding, shift)
    province, year = (panel.index.get_level_values(at).to_numpy() for at in (0, 1))
    first = coded["first"].reindex(province).to_numpy()
    assert (panel["innov_reform_first"] == first).all()
    assert (panel["innov_reform"] == ((first > 0) & (year >= first))).all()
    assert (coded["role"].reindex(province) != "left out").all()
    away = set(whole.index.get_level_values(0)) - set(panel.index.get_level_values(0))
    assert away == set(coded.index[coded["role"] == "left out"])


def test_a_frame_of_ones_own_with_columns_and_a_national_row() -> None:
    own = pd.DataFrame(
        {
            "地区": ["上海市", "上海市", "shanxi", "山西", "全国", "全国"],
            "年份": [2012, 2014, 2012, 2014, 2012, 2014],
            "y": np.arange(6.0),
        }
    )
    out = pk.add_policy(own, "ftz", unit="地区", time="年份")
    assert out["ftz"].to_list() == [0.0, 1.0, 0.0, 0.0]
    assert out["ftz_first"].to_list() == [2013.0, 2013.0, 0.0, 0.0]
    assert list(own.columns) == ["地区", "年份", "y"]
    with pytest.raises(DataError, match="these units are none: Alpha, Beta"):
        pk.add_policy(
            own.assign(地区=["Alpha", "Alpha", "Beta", "Beta", "Beta", "Beta"]),
            "ftz",
            unit="地区",
            time="年份",
        )
    with pytest.raises(DataError, match="already"):
        pk.add_policy(out, "ftz", unit="地区", time="年份")


def test_a_fit_says_how_the_policy_is_coded() -> None:
    panel = pk.add_policy(pk.load_provinces("population", (2011, 2016)), "low_carbon", "whole-province")
    fit = pk.FixedEffects("log(population) ~ low_carbon").fit(panel)
    (note,) = [note for note in map(str, fit.notes) if note.startswith("low_carbon:")]
    assert "17 left out" in note


def test_the_shipped_table_passes_and_broken_ones_name_what_is_wrong() -> None:
    table = pilots()
    check_pilots(table)
    broken = table.copy()
    broken.loc[0, "adcode"] = 999999
    broken.loc[1, "year"] = 20150
    broken.loc[2, "coverage"] = "some"
    broken.loc[3, "source"] = "unknown_page"
    broken.loc[4, "checked"] = 9
    broken.loc[5, "month"] = 13
    broken.loc[6, "policy"] = "other"
    broken = pd.concat([broken, broken.iloc[[7]]])
    with pytest.raises(DataError) as caught:
        check_pilots(broken)
    said = str(caught.value)
    for piece in (
        "once",
        "provinces",
        "policies.csv",
        "1980",
        "1 and 12",
        "zone inside",
        "policy_sources.csv",
        "agree",
    ):
        assert piece in said
    assert "ftz Tianjin" in said


def test_another_folder_of_tables_is_read_and_checked(tmp_path: Path) -> None:
    for name in ("policies.csv", "policy_pilots.csv", "policy_sources.csv", "policy_doubts.csv"):
        shutil.copy(shipped("data") / name, tmp_path)
    path = tmp_path / "policy_pilots.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("ftz,310000,2013", "ftz,310000,13"), encoding="utf-8"
    )
    with pytest.raises(DataError, match=r"policy_pilots.csv fails its checks.*ftz Shanghai"):
        pk.load_policy_pilots("ftz", folder=tmp_path)


def test_every_source_is_used_and_every_sentence_is_in_both_languages() -> None:
    used = {key for row in read_rows("policy_pilots.csv") for key in row["source"].split()}
    assert used == {row["source"] for row in read_rows("policy_sources.csv")}
    for row in [*read_rows("policies.csv"), *read_rows("policy_doubts.csv")]:
        for name in ("name", "about", "why", "refused"):
            if row.get(f"{name}_en"):
                assert re.search("[一-鿿]", row[f"{name}_zh"])
    assert set(resolve([row["adcode"] for row in read_rows("policy_doubts.csv")])) <= set(labels_of("adcode"))
