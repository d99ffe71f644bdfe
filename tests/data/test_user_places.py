"""One province, one name in a user's own panel; totals and regions set apart; other panels untouched."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from panelkit import DataError
from panelkit.data.panels import load_provinces
from panelkit.data.unit_names import places_of
from panelkit.data.user.places import _joined, provincial_rows
from panelkit.kernels.index import SHOWN

NAMES = ["北京", "天津", "河北", "山西", "辽宁", "吉林", "上海", "江苏"]
YEARS = list(range(2010, 2018))
TOTALS = (
    "全国|合计|总计|全国总计|地区合计|地方合计|各地区合计|全国平均|东部|东部地区|中部|西部|西部地区|东北|东北三省|中西部地区|"
    "东部沿海地区|华北地区|长三角|珠三角|京津冀|东部平均|不分地区|其他|港澳台|香港|澳门|台湾省|East|West|Eastern|Northeast|"
    "Total|National|Grand Total|All provinces|Eastern Region|North China|Central China|Regional total|Hong Kong"
)


def panel(names: list[object], years: list[int] = YEARS) -> pd.DataFrame:
    """Return names x years with a column that tells every row from the others."""
    frame = pd.DataFrame([(name, year) for name in names for year in years], columns=["省份", "年份"])
    return frame.assign(x=np.arange(len(frame), dtype=float))


def two_spellings() -> pd.DataFrame:
    """Return eight provinces, two of them under another name from 2014 on (five years for four: the old name stays)."""
    frame = panel(list(NAMES))
    late = frame["年份"] >= 2015
    frame.loc[late, "省份"] = frame["省份"].replace({"北京": "北京市", "上海": "上海市"})
    return frame


def with_rows(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    return pd.concat([frame, panel(list(names))], ignore_index=True)


@pytest.mark.parametrize("kind", ["str", "object", "category", "string[pyarrow]", "string[python]"])
def test_spellings_are_joined_and_the_total_set_apart_in_every_kind_of_column(kind: str) -> None:
    frame = with_rows(two_spellings(), "全国").astype({"省份": kind})
    before = frame.copy()
    out, notes = provincial_rows(frame, "省份", "年份")
    clean = panel(list(NAMES))
    assert list(out["省份"]) == list(clean["省份"])
    assert list(out["x"]) == list(clean["x"])
    assert out["省份"].dtype == frame["省份"].dtype
    assert notes == (
        "names of one province joined: 北京市 as 北京, 上海市 as 上海",
        "set apart, none of the 31 provinces: 全国 (8 rows)",
    )
    assert notes[0].text("zh") == "同一省份的不同写法已合并：北京市并入北京、上海市并入上海"
    assert notes[1].text("zh") == "不属于31个省份，未纳入：全国（8行）"
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("order", [["省份", "年份"], ["年份", "省份"]])
def test_levels_of_an_index(order: list[str]) -> None:
    frame = with_rows(two_spellings(), "东部地区", "合计").set_index(order)
    out, notes = provincial_rows(frame)
    assert set(out.index.get_level_values("省份")) == set(NAMES)
    assert list(out["x"]) == list(panel(list(NAMES))["x"])
    assert len(notes) == 2
    named, _ = provincial_rows(frame, "省份", "年份")
    pd.testing.assert_frame_equal(named, out)


def test_a_cross_section_under_a_plain_index() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=["Beijing", "Hebei Province", "China"])
    out, notes = provincial_rows(frame)
    assert list(out.index) == ["Beijing", "Hebei Province"]
    assert len(notes) == 1
    with pytest.raises(DataError, match="'Beijing' and as '北京'"):
        provincial_rows(pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=["Beijing", "Hebei", "北京"]))


def test_the_most_frequent_spelling_stays_and_the_first_on_ties() -> None:
    frame = panel(["河北", "北京"])
    frame["省份"] = np.where((frame["省份"] == "北京") & (frame["年份"] >= 2012), "Beijing", frame["省份"])
    assert set(provincial_rows(frame, "省份", "年份")[0]["省份"]) == {"河北", "Beijing"}
    tie = panel(["河北", "北京"])
    tie["省份"] = np.where((tie["省份"] == "北京") & (tie["年份"] >= 2014), "北京市", tie["省份"])
    assert set(provincial_rows(tie, "省份", "年份")[0]["省份"]) == {"河北", "北京"}
    assert set(provincial_rows(tie[::-1], "省份", "年份")[0]["省份"]) == {"河北", "北京市"}


def test_a_year_under_two_names_is_refused_with_both() -> None:
    frame = with_rows(panel(list(NAMES)), "北京市")
    with pytest.raises(DataError, match=r"北京 2010 \(as '北京' and as '北京市'\), 北京 2011"):
        provincial_rows(frame, "省份", "年份")
    text = frame.astype({"年份": str})
    text.loc[text.index[-8:], "年份"] += "年"
    with pytest.raises(DataError, match="as '北京' and as '北京市'"):
        provincial_rows(text, "省份", "年份")


@pytest.mark.parametrize(
    "names",
    [
        ["110000", "130000", "140000"],
        [110000, 130000, 140000],
        [110000.0, 130000.0, 140000.0],
    ],
)
def test_codes_of_six_digits_are_provinces(names: list[object]) -> None:
    out, notes = provincial_rows(with_rows(panel(names), "全国"), "省份", "年份")
    assert list(out["省份"]) == list(panel(names)["省份"])
    assert len(notes) == 1
    same = panel(names)
    assert provincial_rows(same, "省份", "年份")[0] is same


CODES = [
    11,
    12,
    13,
    14,
    15,
    21,
    22,
    23,
    31,
    32,
    33,
    34,
    35,
    36,
    37,
    41,
    42,
    43,
    44,
    45,
    46,
    50,
    51,
    52,
    53,
    54,
    61,
]


@pytest.mark.parametrize("kind", ["int", "float", "str"])
@pytest.mark.parametrize("nation", ["全国", "10"])
def test_codes_of_two_digits_are_provinces_where_most_provinces_stand_under_them(
    kind: str, nation: str
) -> None:
    codes: list[object] = list(pd.Series(CODES).astype(kind).astype(object))
    out, notes = provincial_rows(with_rows(panel(codes), nation), "省份", "年份")
    assert list(out["省份"]) == list(panel(codes)["省份"])
    assert notes == (f"set apart, none of the 31 provinces: {nation} (8 rows)",)
    firms = panel(list(range(1, 101)))
    assert provincial_rows(firms, "省份", "年份")[0] is firms


@pytest.mark.parametrize("stranger", [660000, 0, 999999])
def test_a_code_of_no_province_does_not_keep_the_nation_in(stranger: int) -> None:
    codes: list[object] = [code * 10_000 for code in CODES]
    out, notes = provincial_rows(panel([*codes, 100000, stranger]), "省份", "年份")
    assert set(out["省份"]) == {*codes, stranger}
    assert notes == (
        f"kept as units, though no known province: {stranger}",
        "set apart, none of the 31 provinces: 100000 (8 rows)",
    )


def test_codes_as_text_and_as_numbers_are_one_province() -> None:
    frame = panel([110000, 130000]).astype({"省份": object})
    frame.loc[frame["年份"] > 2014, "省份"] = frame["省份"].astype(str)
    out, _ = provincial_rows(frame, "省份", "年份")
    assert set(out["省份"]) == {110000, 130000}


@pytest.mark.parametrize(
    "names",
    [
        [11, 12, 13],
        ["11", "12", "13"],
        [0, 1, 2],
        [110000, 120000, 130100],  # cities
        [600000, 110000, 120000],  # codes of shares
        ["u01", "u02", "u03"],
        ["北京市", "石家庄市", "吉林市", "太原市"],
        ["北京", "上海", "深圳"],
        ["北京", "天津", "上海", "重庆", "深圳"],
        ["吉林", "吉林省", "大连", "沈阳"],
        ["吉林", "吉林市", "长春", "沈阳"],
        ["海南", "海南州", "西宁", "玉树"],
        ["East", "West", "Central", "Total"],
        ["China", "Japan", "Hong Kong", "Georgia"],
        ["Total", "Shell", "BP"],
        [True, False],
    ],
)
def test_other_panels_pass_as_the_same_object(names: list[object]) -> None:
    frame = panel(names)
    out, notes = provincial_rows(frame, "省份", "年份")
    assert out is frame
    assert notes == ()


def test_nothing_to_change_is_the_same_object() -> None:
    frame = panel(list(NAMES)).set_index(["省份", "年份"])
    assert provincial_rows(frame)[0] is frame
    used = (
        with_rows(panel(list(NAMES)), "全国").set_index(["省份", "年份"]).iloc[:-8]
    )  # 全国 stays as an unused level
    assert provincial_rows(used)[0] is used


def test_an_unreadable_frame_is_left_to_the_reader() -> None:
    for frame, unit in ((panel([]), "省份"), (panel(list(NAMES)), None), (panel(list(NAMES)), "nobody")):
        assert provincial_rows(frame, unit, None)[0] is frame
    gap = panel(list(NAMES))
    gap.loc[3, "省份"] = None
    out, _ = provincial_rows(with_rows(gap, "全国"), "省份", "年份")
    assert len(out) == len(gap)  # the row without a name stays, and the reader refuses it by row


def test_a_total_among_cities_stays_and_is_named() -> None:
    frame = panel(["北京市", "石家庄市", "吉林市", "太原市", "合计"])
    out, notes = provincial_rows(frame, "省份", "年份")
    assert out is frame
    assert notes == (
        "kept as units, though they read as totals or regions: 合计; take their rows out if they are",
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("北京", "北京市"), ("内蒙古", "内蒙古自治区"), ("Shanghai", "上海"), ("Chongqing", "Chongqing City")],
)
def test_one_place_under_two_names_among_cities_is_refused(one: str, other: str) -> None:
    frame = panel([one, "石家庄市", "吉林市", "太原市", "大连市", other])
    with pytest.raises(DataError, match=f"{one!r} and {other!r}.*rename one"):
        provincial_rows(frame, "省份", "年份")


def test_a_name_that_is_no_province_stays_and_is_named_with_what_is_near() -> None:
    frame = with_rows(panel(list(NAMES)), "内蒙占", "全国")
    out, notes = provincial_rows(frame, "省份", "年份")
    assert set(out["省份"]) == {*NAMES, "内蒙占"}
    assert notes[0] == "kept as units, though no known province: 内蒙占 (did you mean Inner Mongolia 内蒙古?)"
    assert "内蒙占（是否为Inner Mongolia 内蒙古？）" in notes[0].text("zh")
    assert "全国" in notes[1]
    planned = with_rows(panel(list(NAMES)), "大连", "宁波")
    out, notes = provincial_rows(planned, "省份", "年份")
    assert out is planned
    assert "大连" in notes[0]


@pytest.mark.parametrize(
    "name",
    TOTALS.split("|"),
)
def test_totals_and_regions_are_no_provinces(name: str) -> None:
    (place,) = places_of([name])
    assert place is not None
    assert place.kind != "province"
    out, notes = provincial_rows(with_rows(panel(list(NAMES)), name), "省份", "年份")
    assert set(out["省份"]) == set(NAMES)
    assert notes == (f"set apart, none of the 31 provinces: {name} (8 rows)",)


def test_facts_of_the_figures_survive() -> None:
    frame = load_provinces(["gdp"], (2011, 2014), labels="zh")
    assert provincial_rows(frame)[0] is frame
    facts = {**frame.attrs["panelkit"], "flags": [{"indicator": "gdp", "label": "北京市", "year": 2012}]}
    both = pd.concat(
        [frame, frame.groupby(level=1).sum().assign(p="全国").set_index("p", append=True).swaplevel()]
    )
    both.index = both.index.set_names(["province", "year"])
    late = [("北京市" if name == "北京" and year > 2012 else name, year) for name, year in both.index]
    both.index = pd.MultiIndex.from_tuples(late, names=["province", "year"])
    both.attrs = {"panelkit": facts}
    out, notes = provincial_rows(both)
    assert len(notes) == 2
    pd.testing.assert_frame_equal(out, frame, check_freq=False)
    kept = out.attrs["panelkit"]
    assert kept["vintages"] == frame.attrs["panelkit"]["vintages"]
    assert kept["flags"][0]["label"] == "北京"  # a flag follows its province to the name that stays
    assert both.attrs["panelkit"]["flags"][0]["label"] == "北京市"


def test_more_names_than_are_shown_are_counted_in_the_language_of_the_note() -> None:
    pairs = [(f"甲{i}", f"乙{i}") for i in range(SHOWN + 3)]
    names = [name for pair in pairs for name in pair]
    note = _joined(names, [at + 1 if at % 2 == 0 else at for at in range(len(names))])
    assert note.text("zh").endswith(f"甲{SHOWN - 1}并入乙{SHOWN - 1}，另有3个")
    assert str(note).endswith("and 3 more")
