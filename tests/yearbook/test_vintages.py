"""Which vintage a file belongs to: few cells, cells alike, printed decimals, units, and years that a vintage lacks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from panelkit.claims.revisions import compare_figures
from panelkit.cli import main
from panelkit.data import catalogue
from panelkit.data.compare import newest, standing
from panelkit.data.figures import read_figures
from panelkit.data.revised import write_new_figures
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.ingest import Run, ingest, take_in
from panelkit.data.yearbook.judge.held import exact, index_figures, is_equal, match, printed
from panelkit.data.yearbook.judge.judge import FileJudgement, judge, vintages_of
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.data.yearbook.store.store import overlay, read_store
from panelkit.data.yearbook.vocabulary.indicator_names import known_names
from panelkit.language.errors import SpecError
from tests.yearbook import writers
from tests.yearbook.test_store import changed, held
from tests.yearbook.writers import NAMES, Table

LABEL = "规上工业企业新产品销售收入"


def judged(folder: Path, context: Context, table: Table, name: str | None = None) -> FileJudgement:
    path = folder / "a.csv"
    path.write_text(writers.classic(table), encoding="utf-8")
    return judge(read_file(path, CallerSays(), context), context.held, name)


def with_store(context: Context, values: dict[tuple[str, str], dict[tuple[int, str], float]]) -> Context:
    """Return the context with more vintages held."""
    held_figures = context.held
    more = type(held_figures)(
        {**held_figures.values, **values},
        {**held_figures.digits, **{key: {p: 1 for _, p in cells} for key, cells in values.items()}},
    )
    return Context(more, context.names, context.workbooks)


EVERY = [(key, name) for key, about in catalogue.facts().items() for name in about.vintages]


@pytest.mark.parametrize(("key", "vintage"), EVERY)
def test_one_year_of_any_shipped_series_belongs_to_its_vintage(
    context: Context, key: str, vintage: str
) -> None:
    from panelkit.data.yearbook.judge.belongs import belonging

    values = context.held.values[key, vintage]
    for year in sorted({period for _, period in values}):
        cells = {cell: Decimal(repr(value)) for cell, value in values.items() if cell[1] == year}
        found = belonging({key: cells}, context.held)[key]
        assert found.names == (vintage,), year


@pytest.mark.parametrize("vintage", ["as_published", "census2023"])
@pytest.mark.parametrize("places", [31, 12, 2])
def test_a_file_of_one_year_belongs_to_what_it_equals(
    tmp_path: Path, context: Context, vintage: str, places: int
) -> None:
    table = held(context, vintage=vintage, years=("2020",))
    few = Table(list(NAMES)[:places], table.periods, table.labels, table.cells)
    found = judged(tmp_path, context, few)
    assert (found.vintages, found.why) == ({"gdp": vintage}, {"gdp": "equal"})
    assert (found.new, found.unchanged, found.revised) == (0, places, ())


def test_blank_cells_do_not_count(tmp_path: Path, context: Context) -> None:
    table = changed(held(context, years=("2020",)), {(a, "2020"): "" for a in list(NAMES)[:20]})
    found = judged(tmp_path, context, table)
    assert found.vintages == {"gdp": "census2023"}
    assert (found.unchanged, found.new, found.revised) == (11, 0, ())


def test_new_cells_beside_few_equal_ones_join_the_vintage(tmp_path: Path, context: Context) -> None:
    """The first year of a held vintage, and two years before it."""
    first = min(period for _, period in context.held.values["gdp", "census2023"])
    earlier = [str(int(first) - 2), str(int(first) - 1)]
    label, table = "地区生产总值", held(context, years=(first,))
    cells = dict(table.cells) | {
        (a, p, label): f"{float(table.cells[a, first, label]) * 0.9:.1f}" for a in NAMES for p in earlier
    }
    found = judged(tmp_path, context, Table(list(NAMES), [*earlier, first], [label], cells))
    assert found.vintages == {"gdp": "census2023"}
    assert (found.unchanged, found.new, found.revised) == (31, 62, ())


def test_one_revised_cell_of_a_short_file_is_a_matter_of_its_name(tmp_path: Path, context: Context) -> None:
    table = changed(held(context, years=("2020",)), {(310000, "2020"): "40000.5"})
    with pytest.raises(YearbookError, match=r"gdp belongs to no held vintage \(census2023: 30 of 31"):
        judged(tmp_path, context, table)
    assert judged(tmp_path, context, table, "mine").why == {"gdp": "named"}


def test_vintages_that_are_alike_are_asked_for_by_name(tmp_path: Path, context: Context) -> None:
    """The store holds a second vintage that is the same in the file's year and differs in others."""
    values = context.held.values["gdp", "census2023"]
    twin = {cell: value if cell[1] == "2020" else value + 7 for cell, value in values.items()}
    both = with_store(context, {("gdp", "mine"): twin})
    one_year = held(context, years=("2020",))
    with pytest.raises(
        YearbookError,
        match=r"gdp equals 2 held vintages alike \(census2023: 31 of 31.*mine: 31 of 31.*"
        r"`--vintage census2023` or `--vintage mine`",
    ) as caught:
        judged(tmp_path, both, one_year)
    assert "请用`--vintage census2023`或`--vintage mine`指明" in caught.value.text("zh")
    for name in ("census2023", "mine"):
        assert judged(tmp_path, both, one_year, name).vintages == {"gdp": name}
    path = tmp_path / "a.csv"
    read = read_file(path, CallerSays(), both)
    assert vintages_of(read, both.held) == {"gdp": None}
    assert judge(read, both.held, recorded={"gdp": "mine"}).vintages == {"gdp": "mine"}
    assert judged(tmp_path, both, held(context, years=("2020", "2021"))).vintages == {"gdp": "census2023"}


def test_the_rest_of_a_file_tells_vintages_apart(tmp_path: Path, context: Context) -> None:
    values = context.held.values["gdp", "census2023"]
    both = with_store(context, {("gdp", "mine"): dict(values)})
    labels = {"gdp": "地区生产总值", "va_primary": "第一产业增加值"}
    cells = {
        (a, "2021", label): repr(context.held.values[key, "census2023"][a, "2021"])
        for key, label in labels.items()
        for a in NAMES
    }
    path = tmp_path / "many.csv"
    path.write_text(
        writers.modern_many(Table(list(NAMES), ["2021"], list(labels.values()), cells)), encoding="utf-8"
    )
    found = judge(read_file(path, CallerSays(), both), both.held)
    assert found.vintages == {"gdp": "census2023", "va_primary": "census2023"}
    assert found.why["gdp"] == "beside"


def test_a_held_vintage_of_one_year_does_not_take_a_file_of_nine(tmp_path: Path, context: Context) -> None:
    values = context.held.values["gdp", "census2023"]
    short = {cell: value for cell, value in values.items() if cell[1] == "2020"}
    both = with_store(context, {("gdp", "mine"): short})
    nine = tuple(str(year) for year in range(2015, 2024))
    assert judged(tmp_path, both, held(context, years=nine)).vintages == {"gdp": "census2023"}
    revised = changed(held(context, years=nine), {(310000, "2019"): "40000.5"})
    assert judged(tmp_path, both, revised).vintages == {"gdp": "census2023"}


def test_one_equal_cell_says_less_than_many_nearly_equal_ones(tmp_path: Path, context: Context) -> None:
    values = context.held.values["gdp", "census2023"]
    both = with_store(context, {("gdp", "mine"): {(110000, "2020"): values[110000, "2020"]}})
    table = changed(held(context, years=("2020",)), {(310000, "2020"): "40000.5"})
    with pytest.raises(YearbookError, match="belongs to no held vintage"):
        judged(tmp_path, both, table)


def test_on_few_cells_a_new_name_is_taken_and_on_many_it_is_not(tmp_path: Path, context: Context) -> None:
    one = held(context, years=("2020",))
    assert judged(tmp_path, context, one, "census2028").why == {"gdp": "named"}
    with pytest.raises(YearbookError, match="leave `--vintage` out"):
        judged(tmp_path, context, held(context, years=("2020", "2021")), "census2028")
    with pytest.raises(YearbookError, match="never overwrites another"):
        judged(tmp_path, context, one, "as_published")


def cut(value: float, digits: int, way: str) -> str:
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), way))


@pytest.mark.parametrize("way", [ROUND_HALF_UP, ROUND_HALF_EVEN])
@pytest.mark.parametrize("digits", [4, 3, 2, 1, 0])
def test_a_file_that_prints_fewer_decimals_is_equal(
    tmp_path: Path, context: Context, digits: int, way: str
) -> None:
    key = "industry_new_product_sales"
    values = context.held.values[key, "as_published"]
    cells = {(a, "2021", LABEL): cut(values[a, "2021"], digits, way) for a in NAMES}
    table = Table(list(NAMES), ["2021"], [LABEL], cells)
    path = tmp_path / "a.csv"
    path.write_text(writers.classic(table), encoding="utf-8")
    read = read_file(path, CallerSays(indicator=key), context)
    assert (judge(read, context.held).vintages, judge(read, context.held).unchanged) == (
        {key: "as_published"},
        31,
    )
    assert judge(read, context.held, "as_published").revised == ()


@pytest.mark.parametrize(("unit", "power"), [("万元", 4), ("元", 8), ("亿元", 0), ("百万元", 2)])
def test_the_printed_decimals_go_along_with_the_unit(
    tmp_path: Path, context: Context, unit: str, power: int
) -> None:
    """The yearbook's own table in 万元, whole numbers: halves of the last printed digit are no difference."""
    key = "industry_new_product_sales"
    values = context.held.values[key, "as_published"]
    digits = max(0, 4 - power)
    cells = {(a, "2021", LABEL): cut(values[a, "2021"] * 10**power, digits, ROUND_HALF_EVEN) for a in NAMES}
    path = tmp_path / "a.csv"
    path.write_text(writers.classic(Table(list(NAMES), ["2021"], [LABEL], cells, unit)), encoding="utf-8")
    read = read_file(path, CallerSays(indicator=key), context)
    assert judge(read, context.held).unchanged == 31
    assert {printed(entry.value) for entry in read.entries} == {max(4, power)}


@pytest.mark.parametrize(
    ("one", "other", "digits", "equal"),
    [
        ("12.35", 12.3456, 2, True),
        ("12.35", 12.355, 2, True),
        ("12.35", 12.3551, 2, False),
        ("12.3456", 12.35, 2, True),
        ("1655.4915", 1655.49145, 4, True),  # the double is 5.00000001e-05 off
        ("42622.3729", 42622.37285, 4, True),
        ("766.2666", 766.26655, 4, True),
        ("766.2666", 766.266549, 4, False),
        ("0.30", 0.1 + 0.2, 17, True),
        ("123500", 123456.78, -2, True),
        ("123500", 123449.99, -2, False),
        ("-12.35", -12.3456, 2, True),
        ("0", 0.004, 2, True),
        ("0", 0.006, 2, False),
    ],
)
def test_equal_to_the_printed_decimals(one: str, other: float, digits: int, equal: bool) -> None:
    assert is_equal(Decimal(one), other, digits) is equal


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("12.30", 2),
        ("12", 0),
        ("1200", 0),
        ("0.10", 2),
        ("1234.5670000000001", 3),
        ("12.333333333333334", 13),
    ],
)
def test_how_many_decimals_are_printed(text: str, digits: int) -> None:
    assert printed(Decimal(text)) == digits


def test_a_trailing_zero_is_a_printed_decimal(context: Context) -> None:
    """12.30 is no 12.3456: the one cell of a file prints two decimals."""
    held_one = type(context.held)({("gdp", "a"): {(110000, "2020"): 12.3456}}, {("gdp", "a"): {"2020": 4}})
    for text, equal in (("12.30", 0), ("12.35", 1), ("12.3", 1)):
        assert match("gdp", {(110000, "2020"): Decimal(text)}, held_one, "a").equal == equal
    assert exact(12.3456) == Decimal("12.3456")


def store_of(
    folder: Path,
    years: list[int],
    vintage: str,
    scale: float = 1.02,
    blank: Callable[[int, str], bool] = lambda code, year: False,
) -> Path:
    """Ingest a census of these years into a store."""
    figures = read_figures(["gdp"], "census2023", check=False)
    values = {(int(r.adcode), str(r.period)): float(r.value) for r in figures.itertuples()}
    periods = [str(year) for year in years]
    cells = {
        (a, p, "地区生产总值"): f"{values.get((a, p), values[a, '2023']) * scale:.1f}"
        for a in NAMES
        for p in periods
        if not blank(a, p)
    }
    path = folder / f"{vintage}_{years[0]}.csv"
    path.write_text(writers.classic(Table(list(NAMES), periods, ["地区生产总值"], cells)), encoding="utf-8")
    ingest([path], store=folder / "store", vintage=vintage)
    return folder / "store"


def test_a_vintage_that_lacks_years_stands_only_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = store_of(tmp_path, [2023], "census2028")
    state = read_store(store)
    assert newest(state) == {"gdp": "census2028"}
    message = (
        r"gdp: the vintage 'census2028' of the store lacks 2006-2022, 2024 of 'census2023'.*never mixed in one series.*"
        r"`--vintage gdp=census2028` \(on what it holds\) or `--vintage gdp=census2023`"
    )
    with pytest.raises(SpecError, match=message):
        standing(state)
    with pytest.raises(SpecError, match=message):
        compare_figures([], store)
    with pytest.raises(SpecError, match=message):
        write_new_figures(state, tmp_path / "data")
    assert not (tmp_path / "data").exists()
    assert standing(state, {"gdp": "census2028"}) == {"gdp": "census2028"}
    assert standing(state, {"gdp": "census2023"}) == {}
    found = write_new_figures(state, tmp_path / "data", {"gdp": "census2028"})
    assert found.stands_for == {"gdp": ("census2023", "census2028")}
    assert set(found.changes["status"]) == {"revised", "gone"}
    monkeypatch.setattr(sys, "argv", ["panelkit", "check", "--figures", str(store)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "--vintage gdp=census2023" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"gdp": "census2033"}, "gdp has no vintage 'census2033'"),
        ({"gdp": "as_published"}, "ships beside the default"),
        ({"gdpp": "census2028"}, "gdpp"),
    ],
)
def test_a_name_that_cannot_stand(tmp_path: Path, asked: dict[str, str], message: str) -> None:
    state = read_store(store_of(tmp_path, [2023], "census2028"))
    with pytest.raises(SpecError, match=message):
        standing(state, asked)


def test_a_later_short_vintage_does_not_take_the_place_of_a_whole_one(tmp_path: Path) -> None:
    years = sorted({int(p) for p in read_figures(["gdp"], "census2023", check=False)["period"]})
    store = store_of(tmp_path, years, "census2028")
    assert standing(read_store(store)) == {"gdp": "census2028"}
    store_of(tmp_path, [years[-1]], "mine2029", scale=1.07)
    with pytest.raises(SpecError, match="'mine2029' of the store lacks"):
        standing(read_store(store))
    assert standing(read_store(store), {"gdp": "census2028"}) == {"gdp": "census2028"}
    store_of(tmp_path, years, "census2018", scale=0.9)
    assert newest(read_store(store)) == {"gdp": "mine2029"}  # an older census is not newer


def test_provinces_that_a_vintage_lacks_and_a_few_blank_cells(tmp_path: Path) -> None:
    years = sorted({int(p) for p in read_figures(["gdp"], "census2023", check=False)["period"]})
    store = store_of(tmp_path, years, "census2028", blank=lambda code, year: code == 540000 and year < "2015")
    assert standing(read_store(store)) == {"gdp": "census2028"}
    other = tmp_path / "other"
    other.mkdir()
    store = store_of(other, years, "census2028", blank=lambda code, year: code in (540000, 630000))
    with pytest.raises(SpecError, match=r"lacks Tibet, Qinghai of 'census2023'"):
        standing(read_store(store))


def test_the_option_of_the_command_goes_with_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        (["--vintage", "gdp=census2028"], "it goes with --figures"),
        (["--figures", ".", "--vintage", "gdp"], "write KEY=NAME"),
    ):
        monkeypatch.setattr(sys, "argv", ["panelkit", "check", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 2
        assert said in capsys.readouterr().err


def test_a_file_that_went_in_under_a_name_of_its_own_is_found_again(tmp_path: Path) -> None:
    """One year equal to a held vintage, named by the caller: the second time the store remembers the name."""
    base = read_figures(check=False)
    with WorkbookReader() as workbooks:
        context = Context(index_figures(base), known_names(), workbooks)
        path = tmp_path / "a.csv"
        path.write_text(writers.classic(held(context, years=("2020",))), encoding="utf-8")
        take_in(Run(tmp_path / "store", CallerSays(), "mine", (), context, {}), [path])
        state = read_store(tmp_path / "store")
        again = Context(index_figures(overlay(base, state.figures)), known_names(), workbooks)
        recorded = {file.key: file.vintages for file in state.files}
        report = take_in(Run(tmp_path / "store", CallerSays(), None, (), again, recorded), [path])
    assert report.files[0].judgement.why == {"gdp": "recorded"}
    assert not report.changed


def own_table(folder: Path, year: str, scale: int = 1, vintage_of: str = "城镇就业人员") -> Path:
    """Write one year of an indicator that the catalogue does not know."""
    cells = {(a, year, vintage_of): str(100 * scale + n) for n, a in enumerate(NAMES)}
    path = folder / f"{vintage_of}{year}_{scale}.csv"
    path.write_text(
        writers.classic(Table(list(NAMES), [year], [vintage_of], cells, "万人")), encoding="utf-8"
    )
    return path


def test_a_new_indicator_needs_no_vintage_and_goes_on_in_its_own(tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = ingest([own_table(tmp_path, "2021")], store=store).files[0].judgement
    assert (first.vintages, first.why) == ({"城镇就业人员": "as_published"}, {"城镇就业人员": "new"})
    later = ingest([own_table(tmp_path, "2022")], store=store).files[0].judgement
    assert (later.vintages, later.why) == ({"城镇就业人员": "as_published"}, {"城镇就业人员": "only"})
    with pytest.raises(YearbookError, match="0 of 31 shared cells equal"):
        ingest([own_table(tmp_path, "2022", 2)], store=store)
    named = ingest([own_table(tmp_path, "2022", 2)], store=store, vintage="mine").files[0].judgement
    assert named.vintages == {"城镇就业人员": "mine"}
    with pytest.raises(YearbookError, match="held: .*as_published.*mine"):
        ingest([own_table(tmp_path, "2023")], store=store)


def test_a_year_that_no_vintage_holds_is_asked_for(tmp_path: Path, context: Context) -> None:
    """What the catalogue holds up to a year may have been revised since: nothing but a name tells."""
    key, label = "retail_sales", "社会消费品零售总额"
    last = max(period for _, period in context.held.values[key, "as_published"])
    cells = {
        (a, str(int(last) + 1), label): repr(context.held.values[key, "as_published"][a, last]) for a in NAMES
    }
    path = tmp_path / "a.csv"
    path.write_text(
        writers.classic(Table(list(NAMES), [str(int(last) + 1)], [label], cells)), encoding="utf-8"
    )
    read = read_file(path, CallerSays(), context)
    with pytest.raises(YearbookError, match=r"no held vintage shares a cell.*held: .*as_published"):
        judge(read, context.held)
    assert judge(read, context.held, "as_published").why == {key: "named"}


def test_the_refusal_states_the_rule_and_the_shared_cells(tmp_path: Path, context: Context) -> None:
    table = changed(held(context, years=("2020",)), {(310000, "2020"): "40000.5"})
    with pytest.raises(
        YearbookError, match=r"30 of 31 shared cells equal.*all shared cells were equal.*99 % of at least 62"
    ):
        judged(tmp_path, context, table)


def test_the_report_says_which_vintage_was_taken_and_by_which_cells(
    tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gdp.csv"
    path.write_text(writers.classic(held(context, years=("2020",))), encoding="utf-8")
    for language, said in (
        ("en", "census2023 (equals the held vintage): gdp\n  31 of 31 shared cells equal"),
        ("zh", "31个共有单元格中31个相等"),
    ):
        monkeypatch.setattr(
            sys,
            "argv",
            ["panelkit", "ingest", str(path), "--store", str(tmp_path / language), "--lang", language],
        )
        with pytest.raises(SystemExit):
            main()
        assert said in capsys.readouterr().out
