"""Files of one's own at the door: encodings, headers, Stata labels, and one clear message for each refusal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.data.user.panel import read_panel, read_table

TABLE = "province,year,gdp\n北京,2010,1.5\n上海,2010,2.5\n北京,2011,3.5\n上海,2011,4.5\n"


def write(tmp_path: Path, content: str | bytes, name: str = "own.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    frame = read_panel(write(tmp_path, TABLE, encoding=encoding))
    assert list(frame.index) == [("北京", 2010), ("上海", 2010), ("北京", 2011), ("上海", 2011)]
    assert frame["gdp"].tolist() == [1.5, 2.5, 3.5, 4.5]
    assert frame.index.names == ["province", "year"]


@pytest.mark.parametrize("name", ["城市", "city", "City", "企业", "firm", "个体", "县", "county"])
def test_units_other_than_provinces_are_found_by_their_name(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, TABLE.replace("province,year", f"{name},year"))
    assert read_panel(path).index.names == [name, "year"]


def test_a_province_stands_before_other_units_and_two_of_these_are_asked_about(tmp_path: Path) -> None:
    both = "province,year,city,x\nA,2020,a,1\nA,2021,a,2\nB,2020,b,3\nB,2021,b,4\n"
    assert read_panel(write(tmp_path, both)).index.names == ["province", "year"]
    two = both.replace("province", "firm")
    with pytest.raises(pk.DataError, match="which column is the unit: .*firm.*city") as caught:
        read_panel(write(tmp_path, two))
    assert "哪一列是个体" in caught.value.said.text("zh")


def test_levels_keep_the_names_of_their_columns(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE.replace("province,year", "城市,年份"))
    assert read_panel(path, unit="城市").index.names == ["城市", "年份"]
    # names that would be taken for each other give way: the units are the provinces, whatever they are called
    swapped = read_panel(
        write(tmp_path, TABLE.replace("province,year", "period,地区")), unit="period", time="地区"
    )
    assert swapped.index.names == ["province", "year"]
    assert list(swapped.index.get_level_values(1).unique()) == [2010, 2011]


UNREADABLE = [
    (b"", "is empty"),
    (b"\n\n", "is empty"),
    (b"province,year,gdp\n", "no rows"),
    (b"province,year,gdp,gdp\na,2010,1,2\n", "more than one column called gdp"),
    (b"province,year, gdp ,gdp\na,2010,1,2\n", "more than one column called gdp"),
    (b"province;year;gdp\na;2010;1\n", "semicolons"),
    (b"province\tyear\tgdp\na\t2010\t1\n", "tabs"),
    (b"province,year,gdp\na,2010,1,\nb,2010,2,\n", "more cells than the 3 column names"),
    (b"\xef\xbb\xbf" + "province,year,x\n北京,2010,1\n".encode() + b"\xd5\xe3,2010,2\n", "the mark of UTF-8"),
    ("province,year\n北京,2010\n".encode("gb18030") + b"\xff\xff,2011\n", "neither UTF-8 nor GB18030"),
    (b"PK\x03\x04\x00\x00", "no text file"),
    (b"province,year,gdp\na,2010,1\nb\n", "no year"),
    (b"province,year,gdp\n,2010,1\nb,2010,3\n", "has no province"),
    (b"province,year,gdp\na,10000000000000000000000000,1\n", "no year"),
    (b"province,year,gdp\na,2010.5,1\n", "no year"),
    ("province,地区,year,gdp\na,b,2010,1\n".encode(), "province or 地区? Name it, --unit province"),
    ("province,year,年份,gdp\na,2010,2010,1\n".encode(), "year or 年份? Name it, --time year"),
    (b"place,year,gdp\na,2010,1\n", "Name it by --unit (there are: place, year, gdp)"),
]


@pytest.mark.parametrize(("content", "words"), UNREADABLE, ids=[words for _, words in UNREADABLE])
def test_one_message_for_what_cannot_be_read(tmp_path: Path, content: bytes, words: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(pk.DataError) as caught:
        read_panel(path)
    assert words in str(caught.value)
    assert "own.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
    done = CliRunner().invoke(app, ["fit", "gdp ~ x", "--data", str(path)])
    assert str(done.exception) == str(caught.value)


def test_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame().to_excel(book, sheet_name="空", index=False)
        pd.DataFrame([["a", 2010, 1.0]], columns=["province", "year", "x"]).to_excel(
            book, sheet_name="二", index=False
        )
        pd.DataFrame([["a", 2010, 1, 2]], columns=["province", "year", "x", "x"]).to_excel(
            book, sheet_name="三", index=False
        )
    assert len(read_panel(path, sheet="二")) == 1
    for sheet, words in (("空", "is empty"), ("三", "called x"), ("四", "there are 空, 二, 三")):
        with pytest.raises(pk.DataError, match=words):
            read_table(path, sheet=sheet)


def test_numbers_as_text_are_named_where_they_are_used(tmp_path: Path) -> None:
    rows = "\n".join(
        f'{unit},{year},"1,{year - 1900}",{year}' for unit in "abcd" for year in range(2010, 2015)
    )
    path = write(tmp_path, f"province,year,gdp,x\n{rows}\n")
    done = CliRunner().invoke(app, ["fit", "gdp ~ x", "--data", str(path)])
    assert isinstance(done.exception, pk.DataError)
    assert "thousands separators" in str(done.exception)
    assert "'1,110' in a 2010" in str(done.exception)


# ------------------------------------------------------------------------------------------- Stata


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Write 12 provinces of six years under numeric codes with labels, and a labelled region and dummy."""
    names = [
        "北京",
        "天津",
        "河北",
        "山西",
        "内蒙古",
        "辽宁",
        "吉林",
        "黑龙江",
        "上海",
        "江苏",
        "浙江",
        "安徽",
    ]
    rng = np.random.default_rng(4)
    frame = pd.DataFrame([(i + 1, 2010 + t) for i in range(12) for t in range(6)], columns=["prov", "year"])
    frame["region"] = rng.integers(1, 4, len(frame))
    frame["treated"] = (rng.random(len(frame)) < 0.5).astype(int)
    frame["x"] = rng.normal(size=len(frame))
    frame["y"] = frame["x"] + frame["region"] + frame["treated"] + rng.normal(size=len(frame))
    path = tmp_path / "own.dta"
    frame.to_stata(
        path,
        write_index=False,
        version=118,
        value_labels={
            "prov": {i + 1: name for i, name in enumerate(names)},
            "region": {1: "东部", 2: "中部", 3: "西部"},
            "treated": {0: "no", 1: "yes"},
        },
    )
    return path


def test_units_are_called_by_their_labels(labelled: Path) -> None:
    frame = read_panel(labelled, unit="prov")
    assert frame.index.get_level_values("prov")[0] == "北京"
    output = CliRunner().invoke(
        app, ["fit", "y ~ x", "--data", str(labelled), "--unit", "prov", "--where", "prov != '上海市'"]
    )
    assert output.exit_code == 0, output.exception
    assert "66" in output.output
    some = CliRunner().invoke(
        app, ["fit", "y ~ x", "--data", str(labelled), "--unit", "prov", "--provinces", "北京,上海,江苏"]
    )
    assert some.exit_code == 0, some.exception
    assert "18" in some.output


def test_labels_are_levels_and_numbers_stay_numbers(labelled: Path) -> None:
    words = ["--data", str(labelled), "--unit", "prov", "--vcov", "Cluster"]
    output = CliRunner().invoke(app, ["fit", "y ~ x + C(region) + treated", *words])
    assert output.exit_code == 0, output.exception
    assert "C(region)[中部]" in output.output
    assert "C(region)[西部]" in output.output
    plain = pd.read_stata(labelled, convert_categoricals=False)
    right = pk.FixedEffects("y ~ x + C(region) + treated", vcov=pk.Cluster()).fit(
        plain, unit="prov", time="year"
    )
    for value in right.estimates:
        assert f"{value:.3f}" in output.output
    base = CliRunner().invoke(app, ["fit", 'y ~ C(region, base="西部")', *words])
    assert "[东部]" in base.output
    only = CliRunner().invoke(app, ["fit", "y ~ x", *words, "--where", "region != '东部' & treated == 1"])
    kept = plain[(plain["region"] != 1) & (plain["treated"] == 1)]
    right = pk.FixedEffects("y ~ x", vcov=pk.Cluster()).fit(kept, unit="prov", time="year")
    assert f"{right.estimates[0]:.3f}" in only.output


def test_labels_that_stand_on_two_codes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prov": [1, 2, 1, 2], "year": [1, 1, 2, 2], "k": [1, 2, 2, 1], "y": [1.0, 2, 3, 5]})
    path = tmp_path / "own.dta"
    frame.to_stata(path, write_index=False, version=118, value_labels={"prov": {1: "甲", 2: "甲"}})
    with pytest.raises(pk.DataError, match="column prov stand on more than one code each: 甲"):
        read_panel(path, unit="prov")
    frame.to_stata(path, write_index=False, version=118, value_labels={"k": {1: "甲", 2: "甲"}})
    assert read_panel(path, unit="prov")["k"].tolist() == [1, 2, 2, 1]
    with pytest.raises(pk.DataError, match="column k stand on"):
        read_panel(path, unit="prov", labelled=["k"])


def test_labelled_years_and_codes_without_labels(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prov": [1, 2, 3, 1], "t": [1, 1, 1, 2], "y": [1.0, 2, 3, 4]})
    path = tmp_path / "own.dta"
    labels = {"t": {1: "2010年", 2: "2011年"}, "prov": {1: "北京", 2: "上海"}}
    frame.to_stata(path, write_index=False, version=118, value_labels=labels)
    found = read_panel(path, unit="prov", time="t")
    assert list(found.index) == [("北京", 2010), ("上海", 2010), ("3", 2010), ("北京", 2011)]


def test_chinese_of_older_stata(tmp_path: Path) -> None:
    """Stata 13 and older has no Unicode: its Chinese is GB18030, which pandas reads as Latin letters."""

    def old(text: str) -> str:
        return text.encode("gb18030").decode("latin-1")

    frame = pd.DataFrame({"prov": [1, 2], "year": [2010, 2010], "区": [old("东部"), "west"], "x": [1.0, 2.0]})
    path = tmp_path / "old.dta"
    renamed = frame.rename(columns={"区": "region"})
    renamed.to_stata(
        path, write_index=False, version=114, value_labels={"prov": {1: old("北京"), 2: old("上海")}}
    )
    found = read_panel(path, unit="prov")
    assert found.index.get_level_values("prov").tolist() == ["北京", "上海"]
    assert found["region"].tolist() == ["东部", "west"]
    french = renamed.assign(region=["Québec", "Île-de-France"])
    french.to_stata(path, write_index=False, version=114)
    assert read_panel(path, unit="prov")["region"].tolist() == ["Québec", "Île-de-France"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "dta"])
def test_damaged_files_end_in_one_message(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"own.{ending}"
    frame = pd.DataFrame(
        {"province": ["北京", "上海"] * 5, "year": sorted([*range(2010, 2015)] * 2), "x": np.arange(10)}
    )
    if ending == "dta":
        frame.to_stata(path, write_index=False, version=118)
    else:
        (frame.to_csv if ending == "csv" else frame.to_excel)(path, index=False)
    whole = path.read_bytes()
    chance = np.random.default_rng(7)
    refused = 0
    for _ in range(60):
        damaged = bytearray(whole[: chance.integers(1, len(whole))] if chance.random() < 0.3 else whole)
        for at in chance.integers(0, len(damaged), chance.integers(1, 12)):
            damaged[at] = chance.integers(0, 256)
        path.write_bytes(bytes(damaged))
        with suppress(pk.DataError):
            read_panel(path)  # any other error fails the test
            refused -= 1
        refused += 1
    assert refused > 10


def test_a_group_is_not_taken_for_the_unit(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        TABLE.replace("province,", "prov,region,").replace("北京", "甲,东部").replace("上海", "乙,东部"),
    )
    with pytest.raises(
        pk.DataError, match=r"column region was taken .*东部 2010: 2 rows.* --unit .*prov, gdp"
    ):
        read_panel(path)
    assert read_panel(path, unit="prov").index.names == ["prov", "year"]
    doubled = read_panel(write(tmp_path, TABLE + "北京,2011,3.5\n"))
    assert len(doubled) == 5
