"""One resolver for every spelling of a province."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit import DataError
from panelkit.data.geography import capitals, contiguity_pairs, regions
from panelkit.data.provinces import labels_of, lookup, provinces, resolve


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (110000, 110000),
        ("110000", 110000),
        (11, 110000),
        (110000.0, 110000),
        (np.int64(650000), 650000),
        ("CN-11", 110000),
        ("北京", 110000),
        ("北 京", 110000),
        ("北　京", 110000),
        ("北京市", 110000),
        ("内 蒙 古", 150000),
        ("内蒙古自治区", 150000),
        ("广西壮族自治区", 450000),
        ("宁夏回族自治区", 640000),
        ("新疆维吾尔自治区", 650000),
        ("西藏自治区", 540000),
        ("黑龙江省", 230000),
        ("Inner Mongolia", 150000),
        ("inner  mongolia", 150000),
        ("Nei Mongol", 150000),
        ("neimenggu", 150000),
        ("Tibet", 540000),
        ("Xizang", 540000),
        ("Shaanxi", 610000),
        ("shanxi", 140000),
        ("Guangxi Zhuang Autonomous Region", 450000),
        ("Xinjiang Uygur Autonomous Region", 650000),
        ("Hebei Province", 130000),
        ("Beijing Municipality", 110000),
    ],
)
def test_spellings(name: object, code: int) -> None:
    assert resolve([name]) == [code]


def test_every_province_in_every_column() -> None:
    table = provinces()
    assert len(table) == 31
    for column in ("name_zh", "name_zh_long", "name_en", "pinyin"):
        assert resolve(table[column]) == list(table.index)
        assert resolve(table[column].str.upper()) == list(table.index)
        assert resolve([" ".join(name) for name in table["name_zh"]]) == list(table.index)


def test_order_is_kept_and_one_name_needs_no_list() -> None:
    assert resolve(["西藏", "Beijing", "西藏"]) == [540000, 110000, 540000]
    assert resolve("Beijing") == [110000]


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("香港特别行政区", "apart", 810000),
        ("Macao", "apart", 820000),
        ("Taiwan", "apart", 710000),
        ("全 国", "nation", 100000),
        ("东部地区", "subtotal", 0),
    ],
)
def test_other_places_are_known_and_set_apart(name: str, kind: str, code: int) -> None:
    place = lookup(name)
    assert place is not None
    assert (place.kind, place.adcode) == (kind, code)
    with pytest.raises(DataError, match="not taken here"):
        resolve([name])
    assert resolve([name], kinds=("province", kind)) == [code]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Atlantis", "", None, float("nan"), True, 99, "990000", "北", "1100001"])
def test_no_place(name: object) -> None:
    assert lookup(name) is None


def test_one_message_lists_every_problem_with_suggestions() -> None:
    with pytest.raises(DataError) as caught:
        resolve(["Beijng", "Hebei", "Sichuann", "香港"])
    text = str(caught.value)
    assert "'Beijng' (did you mean Beijing 北京" in text
    assert "'Sichuann' (did you mean Sichuan 四川" in text
    assert "'香港' (Hong Kong, Macau and Taiwan are kept apart" in text
    assert "Hebei" not in text.replace("Hebei 河北", "")


def test_labels_are_in_the_order_of_the_codes() -> None:
    assert list(labels_of("en").items())[:2] == [(110000, "Beijing"), (120000, "Tianjin")]
    assert labels_of("zh")[540000] == "西藏"
    assert labels_of("adcode")[540000] == 540000


def test_geography() -> None:
    centres = capitals()
    assert centres.index.is_unique
    assert len(centres) == 31
    assert centres["lon"].between(73, 136).all()
    assert centres["lat"].between(18, 54).all()
    pairs = contiguity_pairs()
    assert len(pairs) == 69
    assert (pairs["adcode_a"] < pairs["adcode_b"]).all()
    assert not pairs.duplicated(["adcode_a", "adcode_b"]).any()
    assert set(pairs["adcode_a"]) | set(pairs["adcode_b"]) == set(centres.index)
    assert len(contiguity_pairs(conventions=False)) == 68
    four = regions()
    assert four["region"].value_counts().to_dict() == {"west": 12, "east": 10, "central": 6, "northeast": 3}
    assert list(four.index[four["yangtze_delta"]]) == [310000, 320000, 330000, 340000]
