"""The store: raw stays raw, one step or none, vintages that never overwrite each other, corrections that must match."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from panelkit.data.figures import read_figures
from panelkit.data.paths import shipped
from panelkit.data.yearbook.corrections import load_corrections
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.ingest import Run, take_in
from panelkit.data.yearbook.judge.judge import proposed_name
from panelkit.data.yearbook.read import CallerSays, Context
from panelkit.data.yearbook.store.store import figures_with_store, read_store
from panelkit.data.yearbook.taken import IngestReport
from panelkit.language.errors import DataError
from tests.yearbook import writers
from tests.yearbook.fuzzing import fingerprint
from tests.yearbook.writers import NAMES, Table

YEARS = ("2021", "2022", "2023")


def held(
    context: Context,
    key: str = "gdp",
    vintage: str = "census2023",
    label: str = "地区生产总值",
    years: tuple[str, ...] = YEARS,
) -> Table:
    values = context.held.values[key, vintage]
    cells = {(a, p, label): repr(values[a, p]) for a in NAMES for p in years if (a, p) in values}
    return Table(list(NAMES), list(years), [label], cells)


def changed(table: Table, changes: Mapping[tuple[int, str], str]) -> Table:
    cells = dict(table.cells) | {(a, p, table.labels[0]): text for (a, p), text in changes.items()}
    return Table(table.provinces, table.periods, table.labels, cells)


def take(
    tmp_path: Path,
    context: Context,
    table: Table,
    *,
    vintage: str | None = None,
    name: str = "a.csv",
    note: str = "",
) -> IngestReport:
    path = tmp_path / name
    path.write_text(writers.classic(table).replace("注：", f"注：{note}"), encoding="utf-8")
    run = Run(tmp_path / "store", CallerSays(), vintage, load_corrections(), context, {})
    return take_in(run, [path])


def test_raw_stays_raw_and_the_package_is_not_touched(tmp_path: Path, context: Context) -> None:
    before = fingerprint(shipped("data"))
    report = take(tmp_path, context, held(context))
    content = (tmp_path / "a.csv").read_bytes()
    checksum = hashlib.sha256(content).hexdigest()
    assert (tmp_path / "store" / "raw" / f"{checksum}.csv").read_bytes() == content
    assert report.files[0].read.sha256 == checksum
    assert fingerprint(shipped("data")) == before


def test_a_second_run_changes_nothing(tmp_path: Path, context: Context) -> None:
    assert take(tmp_path, context, held(context)).changed
    before = fingerprint(tmp_path / "store")
    assert not take(tmp_path, context, held(context)).changed
    assert fingerprint(tmp_path / "store") == before


def test_a_file_belongs_to_the_vintage_that_it_equals(tmp_path: Path, context: Context) -> None:
    judged = take(tmp_path, context, held(context)).files[0].judgement
    assert (judged.vintages, judged.why) == ({"gdp": "census2023"}, {"gdp": "equal"})
    assert (judged.new, judged.unchanged, len(judged.revised)) == (0, 93, 0)


def test_new_revised_and_gone_cells_are_told_apart(tmp_path: Path, context: Context) -> None:
    values = context.held.values["gdp", "census2023"]
    years = tuple(str(y) for y in range(2015, 2025))
    table = held(context, years=years)
    revised = changed(table, {(310000, "2020"): repr(values[310000, "2020"] * 1.02), (540000, "2019"): ""})
    judged = take(tmp_path, context, revised).files[0].judgement
    assert judged.vintages == {"gdp": "census2023"}
    (change,) = judged.revised
    assert (change.adcode, change.period, round(change.percent or 0, 6)) == (310000, "2020", 2.0)
    assert [(gone.adcode, gone.period) for gone in judged.gone] == [(540000, "2019")]
    later = Table([110000], ["1991"], ["地区生产总值"], {(110000, "1991", "地区生产总值"): "598.9"})
    assert take(tmp_path, context, later, vintage="census2023", name="b.csv").files[0].judgement.new == 1


def test_figures_of_no_held_vintage_need_a_name(tmp_path: Path, context: Context) -> None:
    table = held(context)
    other = changed(table, {(a, p): f"{float(text) * 1.03:.1f}" for (a, p, _), text in table.cells.items()})
    with pytest.raises(
        YearbookError, match=r"census2023: 0 of 93.*3 %; as_published: 0 of 93.*--vintage NAME"
    ):
        take(tmp_path, context, other)
    with pytest.raises(
        YearbookError, match=r"the vintage 'census2023' is held and differs.*never overwrites"
    ):
        take(tmp_path, context, other, vintage="census2023")
    with pytest.raises(YearbookError, match="must be 2 to 40 small letters"):
        take(tmp_path, context, other, vintage="Census 2028")
    assert not (tmp_path / "store").exists()
    report = take(tmp_path, context, other, vintage="census2028")
    assert report.files[0].judgement.why == {"gdp": "named"}
    assert len(report.files[0].judgement.revised) == 93
    both = figures_with_store(tmp_path / "store")
    gdp = both[(both["indicator"] == "gdp") & (both["adcode"] == 110000) & (both["period"] == "2021")]
    assert dict(zip(gdp["vintage"], gdp["value"], strict=True)) == {
        "as_published": context.held.values["gdp", "as_published"][110000, "2021"],
        "census2023": context.held.values["gdp", "census2023"][110000, "2021"],
        "census2028": float(other.cells[110000, "2021", "地区生产总值"]),
    }


def test_a_held_vintage_is_not_stored_under_a_second_name(tmp_path: Path, context: Context) -> None:
    with pytest.raises(
        YearbookError, match="belongs to the held vintage 'census2023'.*leave `--vintage` out"
    ):
        take(tmp_path, context, held(context), vintage="mine")


def test_a_footnote_on_a_census_names_a_new_vintage(tmp_path: Path, context: Context) -> None:
    table = held(context, "patents_granted", "as_published", "专利申请授权量(件)")
    other = changed(table, {(a, p): f"{float(text) + 7:.0f}" for (a, p, _), text in table.cells.items()})
    other = Table(
        other.provinces,
        other.periods,
        ["专利申请授权量"],
        {(a, p, "专利申请授权量"): t for (a, p, _), t in other.cells.items()},
        "件",
    )
    judged = take(tmp_path, context, other, note="第五次全国经济普查后修订。").files[0].judgement
    assert (judged.vintages, judged.why) == (
        {"patents_granted": "census2023"},
        {"patents_granted": "footnote"},
    )


@pytest.mark.parametrize(
    ("note", "name"),
    [
        ("在第五次全国经济普查后，进行了系统修订", "census2023"),
        ("根据第七次全国人口普查修订", "census2020"),
        ("第四次全国经济普查和第六次人口普查", "census2018"),
        ("本表按当年价格计算", None),
    ],
)
def test_names_that_footnotes_propose(note: str, name: str | None) -> None:
    assert proposed_name((note,)) == name


def test_a_rounded_file_does_not_coarsen_what_is_held(tmp_path: Path, context: Context) -> None:
    table = held(context, "budget_education", "as_published", "地方财政教育支出")
    rounded = changed(table, {(a, p): f"{float(t):.1f}" for (a, p, _), t in table.cells.items()})
    assert take(tmp_path, context, rounded).files[0].judgement.unchanged == 93
    stored = read_store(tmp_path / "store").figures
    finer = {
        (int(a), str(p)): v
        for a, p, v in zip(stored["adcode"], stored["period"], stored["value"], strict=True)
    }
    assert finer == {
        k: v for k, v in context.held.values["budget_education", "as_published"].items() if k[1] in YEARS
    }


def test_all_files_go_in_or_none(tmp_path: Path, context: Context) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(writers.classic(held(context)), encoding="utf-8")
    bad.write_text(writers.classic(held(context)).replace("天津市", "天京市"), encoding="utf-8")
    run = Run(tmp_path / "store", CallerSays(), None, load_corrections(), context, {})
    with pytest.raises(YearbookError, match=r"^bad\.csv, row 6"):
        take_in(run, [good, bad])
    assert not (tmp_path / "store").exists()


def test_two_files_of_one_run_that_contradict_each_other(tmp_path: Path, context: Context) -> None:
    table = held(context, years=("2018", "2019", "2020", "2021", "2022", "2023"))
    for name, value in (("a.csv", "1500.1"), ("b.csv", "1600.1")):
        other = changed(table, {(540000, "2018"): value})
        (tmp_path / name).write_text(writers.classic(other), encoding="utf-8")
    run = Run(tmp_path / "store", CallerSays(), None, load_corrections(), context, {})
    with pytest.raises(YearbookError, match=r"b\.csv.*is 1600\.1 here and 1500\.1 in a\.csv"):
        take_in(run, [tmp_path / "a.csv", tmp_path / "b.csv"])


def test_outliers_are_listed_and_kept(tmp_path: Path, context: Context) -> None:
    table = held(context, years=tuple(str(y) for y in range(2015, 2024)))
    wild = changed(table, {(460000, "2023"): "75512.0"})
    report = take(tmp_path, context, wild)
    (outlier,) = [o for o in report.files[0].judgement.outliers if o.period == "2023"]
    assert (outlier.adcode, outlier.value) == (460000, 75512.0)
    assert Decimal("75512.0") in [entry.value for entry in report.files[0].entries]


CORRECTION = """
[[correction]]
indicator = "gdp"
province = "海南"
year = 2023
vintage = "census2023"
action = "{action}"
expects = "{expects}"
{more}
reason = "for the test"
"""


@pytest.mark.parametrize(
    ("action", "more", "left"),
    [("flag", "", 7590.2), ("drop", "", None), ("replace", 'value = "7600.5"', 7600.5)],
)
def test_corrections(tmp_path: Path, context: Context, action: str, more: str, left: float | None) -> None:
    rules = tmp_path / "corrections.toml"
    rules.write_text(CORRECTION.format(action=action, expects="7590.2", more=more), encoding="utf-8")
    path = tmp_path / "a.csv"
    path.write_text(writers.classic(held(context)), encoding="utf-8")
    report = take_in(
        Run(tmp_path / "store", CallerSays(), None, load_corrections(rules), context, {}), [path]
    )
    assert [a.correction.action for a in report.files[0].applied] == [action]
    stored = read_store(tmp_path / "store").figures
    cell = stored[(stored["adcode"] == 460000) & (stored["period"] == "2023")]["value"].tolist()
    assert cell == ([] if left is None else [left])


def test_a_correction_that_no_longer_matches_stops_the_run(tmp_path: Path, context: Context) -> None:
    rules = tmp_path / "corrections.toml"
    rules.write_text(CORRECTION.format(action="drop", expects="7000.1", more=""), encoding="utf-8")
    path = tmp_path / "a.csv"
    path.write_text(writers.classic(held(context)), encoding="utf-8")
    with pytest.raises(YearbookError, match=r"expects 7000\.1 and finds 7590\.2: it no longer matches"):
        take_in(Run(tmp_path / "store", CallerSays(), None, load_corrections(rules), context, {}), [path])
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    "text",
    [
        "[[correction]]\nindicator = 1",
        "not toml [",
        CORRECTION.format(action="replace", expects="1", more=""),
        CORRECTION.format(action="drop", expects="x", more=""),
    ],
)
def test_wrong_correction_files(tmp_path: Path, text: str) -> None:
    rules = tmp_path / "corrections.toml"
    rules.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"corrections\.toml"):
        load_corrections(rules)


def test_every_shipped_correction_matches_the_shipped_figures() -> None:
    figures = read_figures(check=False).set_index(["indicator", "vintage", "adcode", "period"])["value"]
    from panelkit.data.provinces import resolve

    for one in load_corrections():
        value = figures[one.indicator, one.vintage, resolve([one.province])[0], str(one.year)]
        assert value == float(one.expects)


def test_a_store_that_was_changed_by_hand_is_refused(tmp_path: Path, context: Context) -> None:
    take(tmp_path, context, held(context))
    table = next((tmp_path / "store" / "figures").iterdir())
    table.write_bytes(table.read_bytes().replace(b"gdp", b"gdq", 1))
    with pytest.raises(DataError, match="changed by hand"):
        read_store(tmp_path / "store")
    (tmp_path / "store" / "head.json").write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(DataError, match="another version"):
        read_store(tmp_path / "store")


def test_a_folder_that_cannot_be_written(tmp_path: Path, context: Context) -> None:
    (tmp_path / "store").write_text("a file where the store belongs", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be"):
        take(tmp_path, context, held(context))


def test_a_short_series_with_one_revised_cell_belongs_with_the_rest_of_its_file(
    tmp_path: Path, context: Context
) -> None:
    keys = {
        "gdp": "地区生产总值",
        "va_primary": "第一产业增加值",
        "va_secondary": "第二产业增加值",
        "va_tertiary": "第三产业增加值",
    }
    cells = {
        (a, "2022", label): repr(context.held.values[key, "census2023"][a, "2022"])
        for key, label in keys.items()
        for a in NAMES
    }
    later = {(a, "2022", keys["va_primary"]): str(900 + i) for i, a in enumerate(NAMES)}
    one = {(110000, "2022", keys["gdp"]): "41000.5"}

    def read(changes: Mapping[tuple[int, str, str], str]) -> IngestReport:
        table = Table(list(NAMES), ["2022"], list(keys.values()), {**cells, **changes})
        path = tmp_path / "many.csv"
        path.write_text(writers.modern_many(table), encoding="utf-8")
        return take_in(Run(tmp_path / "store", CallerSays(), None, (), context, {}), [path], dry_run=True)

    judged = read(one).files[0].judgement
    assert set(judged.vintages.values()) == {"census2023"}
    assert [(c.indicator, c.adcode) for c in judged.revised] == [("gdp", 110000)]
    with pytest.raises(YearbookError, match="va_primary belongs to no held vintage"):
        read(later)


def test_a_correction_of_a_cell_that_is_blank_now_stops_the_run(tmp_path: Path, context: Context) -> None:
    rules = tmp_path / "rules.toml"
    rule = (
        '[[correction]]\nindicator = "gdp"\nprovince = "北京"\nyear = 2022\nvintage = "census2023"\n'
        'action = "flag"\nexpects = "1"\nreason = "none"\n'
    )
    rules.write_text(rule, encoding="utf-8")
    path = tmp_path / "a.csv"
    path.write_text(writers.classic(changed(held(context), {(110000, "2022"): ""})), encoding="utf-8")
    run = Run(tmp_path / "store", CallerSays(), None, load_corrections(rules), context, {})
    with pytest.raises(YearbookError, match="finds no figure"):
        take_in(run, [path])
    rules.write_text(rule + rule, encoding="utf-8")
    with pytest.raises(DataError, match="two corrections of one cell"):
        load_corrections(rules)


def test_a_store_that_changed_since_it_was_judged_is_not_written(tmp_path: Path, context: Context) -> None:
    seen = read_store(tmp_path / "store")
    take(tmp_path, context, held(context))
    path = tmp_path / "late.csv"
    path.write_text(writers.classic(held(context, years=("2020", "2021", "2022"))), encoding="utf-8")
    before = fingerprint(tmp_path / "store")
    with pytest.raises(YearbookError, match="run again"):
        take_in(Run(tmp_path / "store", CallerSays(), None, (), context, {}, seen), [path])
    assert fingerprint(tmp_path / "store") == before
