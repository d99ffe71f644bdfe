"""A file of one's own on the command line: whole unless asked, years after lags, no option passed over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.data.provinces import labels_of
from panelkit.spatial import provincial
from tests.spatial.data import simulate

run = CliRunner().invoke
YEARS = range(2008, 2018)


def said(arguments: list[str]) -> str:
    """Return the message of a request that is refused."""
    done = run(app, arguments)
    assert isinstance(done.exception, pk.PanelkitError), (done.output, done.exception)
    return str(done.exception)


def shown(arguments: list[str]) -> str:
    done = run(app, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.fixture
def cities() -> pd.DataFrame:
    """Return 14 cities of ten years, without a province among their names."""
    rng = np.random.default_rng(8)
    frame = pd.DataFrame([(f"c{i:02d}", year) for i in range(14) for year in YEARS], columns=["city", "year"])
    frame["x"] = rng.normal(size=len(frame)).cumsum()
    frame["z"] = rng.normal(size=len(frame))
    frame["m"] = 0.5 * frame["x"] + rng.normal(size=len(frame))
    frame["y"] = 0.7 * frame["x"] + 0.4 * frame["m"] + rng.normal(size=len(frame))
    return frame


@pytest.fixture
def city_file(cities: pd.DataFrame, tmp_path: Path) -> list[str]:
    path = tmp_path / "cities.csv"
    cities.to_csv(path, index=False)
    return ["--data", str(path), "--unit", "city", "--time", "year"]


@pytest.fixture
def provinces() -> pd.DataFrame:
    """Return 31 provinces of ten years under their short Chinese names."""
    frame = simulate(provincial.contiguity(), 10, np.random.default_rng(5), rho=0.3).reset_index()
    english = {str(name): str(labels_of("zh")[code]) for code, name in labels_of("en").items()}
    frame["year"] += 2008 - frame["year"].min()
    return frame.assign(province=frame["province"].map(english))


@pytest.fixture
def province_file(provinces: pd.DataFrame, tmp_path: Path) -> list[str]:
    path = tmp_path / "provinces.csv"
    provinces.to_csv(path, index=False)
    return ["--data", str(path)]


def python(frame: pd.DataFrame, formula: str, **options: Any) -> pk.FixedEffects:
    unit = "city" if "city" in frame else "province"
    return pk.FixedEffects(formula, **options).fit(frame, unit=unit, time="year")


# ------------------------------------------------------------------------------------------- years


def test_years_keep_rows_whose_lags_lie_before_them(cities: pd.DataFrame, city_file: list[str]) -> None:
    cities["x3"] = cities.groupby("city")["x"].shift(3)
    right = python(cities[cities["year"] >= 2011], "y ~ x3")
    output = shown(["fit", "y ~ lag(x, 3)", *city_file, "--years", "2011-2017"])
    assert right.facts["nobs"] == 14 * 7
    assert f"{right.estimates[0]:.3f}" in output
    assert f"{right.std_errors.iloc[0]:.3f}" in output
    assert "98" in output


def test_lags_within_is_the_old_cut_by_name(cities: pd.DataFrame, city_file: list[str]) -> None:
    old = python(cities[cities["year"] >= 2011], "y ~ lag(x, 3)")
    assert old.facts["nobs"] == 14 * 4
    output = shown(["fit", "y ~ lag(x, 3)", *city_file, "--years", "2011-2017", "--lags", "within"])
    assert f"{old.estimates[0]:.3f}" in output
    assert "56" in output


def test_leads_read_the_years_after(cities: pd.DataFrame, city_file: list[str]) -> None:
    cities["ahead"] = cities.groupby("city")["x"].shift(-2)
    right = python(cities[cities["year"] <= 2014], "y ~ ahead")
    output = shown(["fit", "y ~ lead(x, 2)", *city_file, "--years", "2008-2014"])
    assert right.facts["nobs"] == 14 * 7
    assert f"{right.estimates[0]:.3f}" in output


def test_a_change_reads_the_year_before(cities: pd.DataFrame, city_file: list[str]) -> None:
    right = pk.FirstDifference("y ~ x").fit(cities[cities["year"] >= 2010], unit="city", time="year")
    output = shown(["fit", "y ~ x", *city_file, "--years", "2011-2017", "--model", "first_difference"])
    assert f"{right.estimates[0]:.3f}" in output
    assert f"{right.std_errors.iloc[0]:.3f}" in output


def test_means_of_the_sample_are_those_of_its_years(cities: pd.DataFrame, city_file: list[str]) -> None:
    cities["x1"] = cities.groupby("city")["x"].shift(1)
    right = python(cities[cities["year"] >= 2012], "y ~ scale(x1)")
    output = shown(["fit", "y ~ scale(lag(x))", *city_file, "--years", "2012-2017"])
    assert f"{right.estimates[0]:.3f}" in output


def test_shipped_figures_lend_the_years_that_are_held() -> None:
    frame = pk.load_provinces(["patents_granted", "rd_expenditure"])
    flat = frame.reset_index()
    flat["before"] = flat.groupby("province", observed=True)["rd_expenditure"].shift(2)
    kept = flat[(flat["year"] >= 2013) & (flat["year"] <= 2019)]
    right = python(kept, "log(patents_granted) ~ log(before)")
    assert right.facts["nobs"] > 200
    output = shown(["fit", "log(patents_granted) ~ log(lag(rd_expenditure, 2))", "--years", "2013-2019"])
    assert f"{right.estimates[0]:.3f}" in output
    assert f"{right.facts['nobs']:,}" in output


def test_a_condition_acts_after_lags(cities: pd.DataFrame, city_file: list[str]) -> None:
    cities["x1"] = cities.groupby("city")["x"].shift(1)
    kept = cities[(cities["year"] >= 2012) & (cities["city"] != "c03")]
    right = python(kept, "y ~ x1")
    output = shown(["fit", "y ~ lag(x)", *city_file, "--where", "year >= 2012 & city != 'c03'"])
    assert f"{right.estimates[0]:.3f}" in output
    both = shown(["fit", "y ~ lag(x)", *city_file, "--years", "2012-2017", "--where", "city != 'c03'"])
    assert f"{right.estimates[0]:.3f}" in both
    assert "no row" in said(["fit", "y ~ x", *city_file, "--where", "city != 'c99'"])


def test_conditions_reach_columns_that_no_formula_names() -> None:
    output = shown(
        ["fit", "log(gdp) ~ log(rd_expenditure)", "--where", "urbanisation_rate > 50 & year >= 2015"]
    )
    frame = pk.load_provinces(["gdp", "rd_expenditure", "urbanisation_rate"])
    frame = frame[(frame["urbanisation_rate"] > 50) & (frame.index.get_level_values("year") >= 2015)]
    right = pk.FixedEffects("log(gdp) ~ log(rd_expenditure)").fit(frame)
    assert f"{right.estimates[0]:.3f}" in output


@pytest.mark.parametrize("years", ["2017-2011", "20x1", "1e9-2", "-", "2011-2012-2013"])
def test_years_are_two_years_in_order(years: str, city_file: list[str]) -> None:
    assert "--years" in said(["fit", "y ~ x", *city_file, f"--years={years}"])


def test_years_that_a_file_lacks(city_file: list[str]) -> None:
    assert "only 2008-2017" in said(["fit", "y ~ x", *city_file, "--years", "2030-2031"])


# -------------------------------------------------------------------------------- spatial commands


def test_spatial_takes_own_data_whole(provinces: pd.DataFrame, province_file: list[str]) -> None:
    content = json.loads(shown(["spatial", "fit", "y ~ x1", *province_file, "--json"]))
    assert content["facts"]["n_periods"] == 10
    right = pk.SpatialPanel("y ~ x1").fit(
        provinces.set_index(["province", "year"]), provincial.contiguity(provinces["province"].unique())
    )
    rho = next(row for row in content["estimates"] if row["term"] == "rho")
    assert rho["estimate"] == pytest.approx(right.rho, abs=1e-9)  # JSON keeps twelve decimals
    rows = json.loads(shown(["spatial", "moran", "y", *province_file, "--permutations", "99", "--json"]))[
        "rows"
    ]
    assert [row["year"] for row in rows] == list(YEARS)


@pytest.mark.parametrize("command", ["fit", "impacts", "lm", "moran", "sensitivity"])
def test_provinces_leave_own_data(command: str, provinces: pd.DataFrame, province_file: list[str]) -> None:
    formula = "y" if command == "moran" else "y ~ x1"
    extra = ["--permutations", "99"] if command == "moran" else []
    all_31 = shown(["spatial", command, formula, *province_file, *extra, "--json"])
    no_tibet = shown(
        ["spatial", command, formula, *province_file, *extra, "--provinces", "no_tibet", "--json"]
    )
    assert all_31 != no_tibet
    if command == "fit":
        assert json.loads(all_31)["facts"]["n_units"] == 31
        assert json.loads(no_tibet)["facts"]["n_units"] == 30
        kept = provinces[provinces["province"] != "西藏"].set_index(["province", "year"])
        right = pk.SpatialPanel("y ~ x1").fit(kept, provincial.contiguity(list(kept.index.unique(0))))
        rho = next(row for row in json.loads(no_tibet)["estimates"] if row["term"] == "rho")
        assert rho["estimate"] == pytest.approx(right.rho, abs=1e-9)


def test_years_of_spatial_commands_lend_to_lags(provinces: pd.DataFrame, province_file: list[str]) -> None:
    frame = provinces.assign(before=provinces.groupby("province")["x1"].shift(1))
    kept = frame[frame["year"] >= 2012].set_index(["province", "year"])
    w = provincial.contiguity(list(kept.index.unique(0)))
    right = pk.SpatialPanel("y ~ before").fit(kept, w)
    asked = ["spatial", "fit", "y ~ lag(x1)", *province_file, "--years", "2012-2017", "--json"]
    content = json.loads(shown(asked))
    assert content["facts"]["n_periods"] == 6
    rho = next(row for row in content["estimates"] if row["term"] == "rho")
    assert rho["estimate"] == pytest.approx(right.rho, abs=1e-9)
    within = json.loads(shown([*asked, "--lags", "within"]))
    assert within["facts"]["n_periods"] == 5
    tests = json.loads(shown(["spatial", "lm", "y ~ lag(x1)", *asked[3:]]))
    theirs = pk.spatial_lm_tests("y ~ before", kept, w)
    assert tests[0]["statistic"] == pytest.approx(theirs[0].statistic, rel=1e-9)


def test_shipped_spatial_figures_keep_their_years() -> None:
    facts = json.loads(shown(["spatial", "fit", "log(gdp) ~ log(rd_expenditure)", "--json"]))["facts"]
    assert facts["n_periods"] == 12
    lagged = json.loads(shown(["spatial", "fit", "log(gdp) ~ log(lag(rd_expenditure))", "--json"]))["facts"]
    assert lagged["n_periods"] == 12  # 2010 is held and lends


def test_weights_of_provinces_need_provinces(city_file: list[str], tmp_path: Path) -> None:
    for command in ("fit", "impacts", "lm"):
        message = said(["spatial", command, "y ~ x", *city_file])
        assert "c00" in message
        assert "--w FILE.csv" in message
    assert "weights of provinces" in said(["spatial", "sensitivity", "y ~ x", *city_file])
    ring = np.roll(np.eye(14), 1, 0) + np.roll(np.eye(14), -1, 0)
    names = [f"c{i:02d}" for i in range(14)]
    pd.DataFrame(ring, names, names).to_csv(tmp_path / "w.csv")
    content = json.loads(
        shown(["spatial", "fit", "y ~ x", *city_file, "--w", str(tmp_path / "w.csv"), "--json"])
    )
    assert content["facts"]["n_periods"] == 10
    out = tmp_path / "moran"
    words = ["spatial", "moran", "y", *city_file, "--w", str(tmp_path / "w.csv"), "--permutations", "99"]
    shown([*words, "--out", str(out)])
    local = {f"local_moran.{ending}" for ending in ("csv", "docx", "xlsx")}
    assert {path.name for path in out.iterdir()} == {"moran.csv", "moran_scatter.svg"} | local


def test_totals_and_spellings_of_provinces(provinces: pd.DataFrame, tmp_path: Path) -> None:
    total = provinces.groupby("year", as_index=False)[["y", "x1"]].sum().assign(province="全国")
    mixed = provinces.copy()
    late = mixed["year"] >= 2014
    mixed.loc[late, "province"] = mixed["province"].replace({"北京": "北京市", "西藏": "西藏自治区"})
    path = tmp_path / "mixed.csv"
    pd.concat([mixed, total]).to_csv(path, index=False)
    whole = json.loads(shown(["spatial", "fit", "y ~ x1", "--data", str(path), "--json"]))
    assert whole["facts"]["n_units"] == 31
    fewer = json.loads(
        shown(["spatial", "fit", "y ~ x1", "--data", str(path), "--provinces", "no_tibet", "--json"])
    )
    assert fewer["facts"]["n_units"] == 30
    right = python(provinces[provinces["province"] != "西藏"], "y ~ x1")
    output = shown(["fit", "y ~ x1", "--data", str(path), "--provinces", "no_tibet"])
    assert f"{right.estimates[0]:.3f}" in output


@pytest.mark.parametrize(
    "command", [["fit", "y ~ x1"], ["lm", "y ~ x1"], ["impacts", "y ~ x1"], ["moran", "y"]]
)
def test_a_file_of_weights_stands_under_names(
    province_file: list[str], tmp_path: Path, command: list[str]
) -> None:
    """The matrix in another order of names is the same; without names it is refused with the remedy."""
    w = provincial.contiguity(labels="zh")
    matrix = pd.DataFrame(w.matrix.toarray(), index=list(w.ids), columns=list(w.ids))
    turned, bare = tmp_path / "turned.csv", tmp_path / "bare.csv"
    matrix.iloc[::-1, ::-1].to_csv(turned)
    matrix.to_csv(bare, header=False, index=False)
    whole = json.loads(shown(["spatial", *command, *province_file, "--json"]))
    found = json.loads(shown(["spatial", *command, *province_file, "--w", str(turned), "--json"]))
    assert _numbers(found) == pytest.approx(_numbers(whole), rel=1e-6, abs=1e-9)
    assert "label" in said(["spatial", *command, *province_file, "--w", str(bare)])


@pytest.mark.parametrize(
    "command",
    [
        ["fit", "y ~ x1"],
        ["spatial", "fit", "y ~ x1"],
        ["spatial", "impacts", "y ~ x1"],
        ["spatial", "lm", "y ~ x1"],
        ["spatial", "moran", "y"],
        ["spatial", "sensitivity", "y ~ x1"],
        ["mediate", "y", "x1", "x2"],
        ["index", "run", "u,v"],
        ["couple", "run", "u", "v"],
    ],
    ids=" ".join,
)
def test_every_command_sets_totals_apart_and_says_so(
    provinces: pd.DataFrame, province_file: list[str], tmp_path: Path, command: list[str]
) -> None:
    scores = np.random.default_rng(1).uniform(0.1, 0.9, (3, len(provinces)))
    provinces = provinces.assign(u=scores[0], v=scores[1], x2=scores[2])
    provinces.to_csv(province_file[1], index=False)
    total = provinces.groupby("year", as_index=False).sum(numeric_only=True).assign(province="全国", u=0.99)
    mixed = provinces.copy()
    late = (provinces["year"] >= 2014) & (provinces["province"] == "北京")
    mixed.loc[late, "province"] = "北京市"
    path = tmp_path / "mixed.csv"
    pd.concat([mixed, total]).to_csv(path, index=False)
    form = [] if command[0] == "fit" else ["--json"]
    clean = shown([*command, *province_file, *form])
    output = shown([*command, "--data", str(path), *form])
    assert "全国" in output
    assert "北京市" in output
    if form:
        assert _numbers(json.loads(output)) == pytest.approx(_numbers(json.loads(clean)), rel=1e-9, abs=1e-12)
    else:
        assert output.splitlines()[:8] == clean.splitlines()[:8]


def _numbers(found: Any) -> list[float]:
    """Return every number of a command's JSON in its order."""
    if isinstance(found, dict):
        return [number for value in found.values() for number in _numbers(value)]
    if isinstance(found, list):
        return [number for value in found for number in _numbers(value)]
    return [float(found)] if isinstance(found, int | float) else []


# ----------------------------------------------------------------------------------------- mediate


def test_mediation_reads_around_its_years(cities: pd.DataFrame, city_file: list[str]) -> None:
    words = ["mediate", "y", "x", "m", *city_file, "--reps", "100", "--json"]
    lagged = json.loads(shown([*words, "--controls", "lag(z, 2)", "--lag", "1", "--years", "2010-2017"]))
    assert lagged["facts"]["nobs"] == 14 * 8
    within = json.loads(
        shown([*words, "--controls", "lag(z, 2)", "--lag", "1", "--years", "2010-2017", "--lags", "within"])
    )
    assert within["facts"]["nobs"] == 14 * 7  # 2009 is read for the treatment, and lends z to 2011 only
    frame = cities.assign(
        x=cities.groupby("city")["x"].shift(1), z=cities.groupby("city")["z"].shift(2)
    ).query("year >= 2010")
    right = pk.Mediation("y", "x", "m", controls="z").fit(frame, reps=100, unit="city", time="year")
    for row in lagged["effects"]:
        assert row["estimate"] == pytest.approx(right.params[row["term"]], rel=1e-9)
    some = json.loads(shown([*words, "--where", "city != 'c01' & year > 2008"]))
    assert some["facts"]["nobs"] == 13 * 9


# ------------------------------------------------------------------------------- index and couple


def test_a_shipped_design_leaves_the_years_of_own_data_alone(tmp_path: Path) -> None:
    plan = pk.load_design("tech_innovation")
    assert plan.years is not None
    rng = np.random.default_rng(2)
    names = [str(name) for name in labels_of("zh").values()]
    index = pd.MultiIndex.from_product([names, range(2003, 2009)], names=["地区", "年份"])
    frame = pd.DataFrame(rng.uniform(1, 2, (len(index), len(plan.columns()))), index, list(plan.columns()))
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    words = ["index", "run", "tech_innovation", "--data", str(tmp_path / "own.csv"), "--draws", "0", "--json"]
    method = json.loads(shown(words))["method"]
    assert (method["years"], method["provinces"]) == ("2003-2008", 31)
    fewer = json.loads(shown([*words, "--provinces", "no_tibet", "--years", "2004-2008"]))["method"]
    assert (fewer["years"], fewer["provinces"]) == ("2004-2008", 30)
    some = json.loads(shown([*words, "--where", "地区 in ['北京', '上海', '江苏'] & 年份 > 2003"]))["method"]
    assert (some["years"], some["provinces"]) == ("2004-2008", 3)
    with pytest.raises(pk.SpecError, match="data= brings its own"):
        pk.composite_index(plan, frame, vintage={"gdp": "census2018"})
    found = pk.composite_index(plan, frame)
    assert found.method["years"] == "2003-2008"
    asked = pk.composite_index(plan.with_(years=(2005, 2007)), frame)
    assert asked.method["years"] == "2005-2007"


def test_shipped_designs_are_coupled_on_own_data(tmp_path: Path) -> None:
    ids = ("tech_innovation", "industrial_innovation")
    columns = dict.fromkeys(name for key in ids for name in pk.load_design(key).columns())
    index = pd.MultiIndex.from_product(
        [["北京", "上海", "江苏", "浙江"], range(2003, 2006)], names=["省份", "年份"]
    )
    frame = pd.DataFrame(np.random.default_rng(6).uniform(1, 2, (12, len(columns))), index, list(columns))
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    words = ["couple", "run", *ids, "--data", str(tmp_path / "own.csv"), "--json"]
    right, _ = pk.couple(*ids, data=frame)
    facts = json.loads(shown(words))["facts"]
    assert facts["graded"] == right.facts["graded"] == 12
    assert json.loads(shown([*words, "--where", "年份 > 2003"]))["facts"]["graded"] == 8


def test_extremes_are_those_of_the_rows_that_are_chosen(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product(
        [["北京", "上海", "江苏", "浙江"], [2020, 2021]], names=["省份", "年份"]
    )
    frame = pd.DataFrame(rng.uniform(0.1, 1, (8, 2)), index=index, columns=["u1", "u2"])
    frame.loc[("浙江", 2021)] = 50.0
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    words = ["index", "run", "u1,-u2", "--data", str(tmp_path / "own.csv"), "--draws", "0", "--json"]
    content = json.loads(shown([*words, "--where", "省份 != '浙江'"]))
    right = pk.composite_index({"u1": 1, "u2": -1}, frame.drop("浙江", level=0))
    last = right.scores.xs(2021, level="year")
    for row in content["ranking"]:
        assert any(row["score"] == pytest.approx(value, abs=1e-9) for value in last)
    assert content["weights"]["u1"] == pytest.approx(right.weights["weight"]["u1"], rel=1e-9)
    frame = frame.clip(upper=1.0)
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    words = ["couple", "run", "u1", "u2", "--data", str(tmp_path / "own.csv"), "--json"]
    assert json.loads(shown([*words, "--where", "u1 < 1"]))["facts"]["graded"] == 7
    assert json.loads(shown([*words, "--provinces", "北京,上海"]))["facts"]["graded"] == 4


def test_indicators_with_units_in_their_names(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    names = ["居民人均可支配收入（元）", "GDP(亿元)", "人均GDP（元/人）", "a, b", "-x"]
    index = pd.MultiIndex.from_product(
        [["北京", "上海", "江苏", "浙江"], [2020, 2021]], names=["省份", "年份"]
    )
    frame = pd.DataFrame(rng.uniform(0.1, 0.9, (8, 5)), index, names)
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    words = ["--data", str(tmp_path / "own.csv"), "--json", "--out", str(tmp_path / "out")]
    listed = "居民人均可支配收入（元）,-GDP(亿元), 人均GDP（元/人） ,`a, b`,-`-x`"
    content = json.loads(shown(["index", "run", listed, *words, "--draws", "10"]))
    right = pk.composite_index(dict(zip(names, [1, -1, 1, 1, -1], strict=True)), frame)
    assert content["weights"] == pytest.approx(right.weights["weight"].to_dict(), rel=1e-9)
    coupled = json.loads(shown(["couple", "run", *names[:3], *words]))
    assert coupled["facts"]["graded"] == 8
    assert "stands twice" in said(["index", "run", "a,-a", *words])
    assert "no column is named" in said(["index", "run", " , ", *words])


def test_shipped_designs_take_conditions_and_provinces_by_name() -> None:
    words = ["index", "run", "tech_innovation", "--draws", "0", "--json"]
    four = json.loads(shown([*words, "--provinces", "北京,上海,江苏,浙江"]))
    same = json.loads(shown([*words, "--where", "province in ['北京', '上海', '江苏', '浙江']"]))
    assert four["method"]["provinces"] == 4
    assert four["ranking"] == same["ranking"]
    grown = json.loads(shown([*words, "--where", "diff(gdp) > 0"]))
    assert grown["method"]["provinces"] == 30


# -------------------------------------------------------------------- options with nothing to act on

SHIPPED = ["log(gdp) ~ log(rd_expenditure)"]
OWN = "OWN"
REFUSED = [
    (["fit", *SHIPPED, "--unit", "city"], "--unit"),
    (["fit", *SHIPPED, "--time", "year"], "--time"),
    (["fit", *SHIPPED, "--sheet", "1"], "--sheet"),
    (["spatial", "fit", *SHIPPED, "--unit", "city"], "--unit"),
    (["spatial", "moran", "gdp", "--time", "year"], "--time"),
    (["spatial", "impacts", *SHIPPED, "--sheet", "a"], "--sheet"),
    (["mediate", "gdp", "rd_expenditure", "population", "--unit", "u"], "--unit"),
    (["index", "run", "tech_innovation", "--unit", "u"], "--unit"),
    (["couple", "run", "tech_innovation", "industrial_innovation", "--time", "t"], "--time"),
    (["fit", "y ~ x", OWN, "--vintage", "gdp=census2018"], "--vintage"),
    (["spatial", "lm", "y ~ x", OWN, "--vintage", "gdp=census2018"], "--vintage"),
    (["mediate", "y", "x", "m", OWN, "--vintage", "gdp=census2018"], "--vintage"),
    (["fit", "y ~ x", OWN, "--sheet", "a"], "has no sheets"),
    (["index", "run", "x,z", OWN, "--sheet", "a"], "has no sheets"),
    (["fit", "y ~ x", OWN, "--provinces", "no_tibet"], "c00"),
    (["spatial", "fit", "y ~ x", OWN, "--provinces", "北京,上海"], "c00"),
    (["mediate", "y", "x", "m", OWN, "--provinces", "no_tibet"], "c00"),
    (["index", "run", "x,z", OWN, "--provinces", "no_tibet"], "c00"),
    (["couple", "run", "x", "z", OWN, "--provinces", "no_tibet"], "c00"),
    (["fit", "y ~ x", OWN, "--lags", "within"], "--lags"),
    (["spatial", "fit", "y ~ x", OWN, "--lags", "reach"], "--lags"),
    (["mediate", "y", "x", "m", OWN, "--lags", "within"], "--lags"),
    (["fit", "y ~ x", OWN, "--provinces", ""], "--provinces is empty"),
    (["fit", "y ~ x", OWN, "--seed", "1"], "--seed"),
    (["fit", "y ~ x", OWN, "--seed", "0"], "--seed"),
    (["fit", "y ~ x", OWN, "--regions", "z"], "--regions"),
    (["fit", "y ~ x", OWN, "--coords", "places.csv"], "--coords"),
    (["fit", "y ~ x", OWN, "--model", "between", "--tests"], "--tests"),
    (["fit", "y ~ x", OWN, "--model", "between", "--effects", "unit"], "--effects"),
    (["spatial", "impacts", *SHIPPED, "--method", "delta", "--seed", "3"], "--seed"),
    (["spatial", "impacts", *SHIPPED, "--method", "delta", "--reps", "300"], "--reps"),
    (["spatial", "sensitivity", *SHIPPED, "--seed", "3"], "--seed"),
    (["spatial", "fit", *SHIPPED, "--model", "sar", "--durbin", "x"], "durbin"),
    (["mediate", "y", "x", "m", OWN, "--moderates", "first"], "--moderates"),
    (["mediate", "y", "x", "m", OWN, "--order", "serial"], "--order"),
    (["mediate", "y", "x", "m", OWN, "--labels", "a,b,c"], "--labels"),
    (["mediate", "y", "x", "m", OWN, "--json", "--procedures"], "--procedures"),
    (["mediate", "y", "x", "m", OWN, "--json", "--inference"], "--inference"),
    (["check", "--figures", "--out", "pages"], "--out"),
    (["index", "run", "x,z", OWN, "--draws", "0", "--seed", "1"], "--seed"),
    (["couple", "run", "x", "z", OWN, "--allow-shared"], "--allow-shared"),
]


@pytest.mark.parametrize(
    ("arguments", "words"), REFUSED, ids=lambda part: " ".join(part[-2:]) if isinstance(part, list) else ""
)
def test_an_option_with_nothing_to_act_on_is_refused(
    arguments: list[str], words: str, city_file: list[str]
) -> None:
    spelled = [word for part in arguments for word in (city_file if part == OWN else [part])]
    assert words in said(spelled)


def test_every_fit_is_tested(city_file: list[str]) -> None:
    output = shown(["fit", "y ~ x", "y ~ x + z", *city_file, "--tests"])
    for head in ("(1) ", "(2) "):
        assert output.count(f"\n{head}") >= 4


def test_the_models_of_the_tests_have_the_rows_of_the_fit(tmp_path: Path) -> None:
    """A row whose cluster is missing is in none of them."""
    draw = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([[f"c{i:02d}" for i in range(12)], range(2010, 2018)])
    data = pd.DataFrame(
        draw.normal(size=(96, 2)), index=index.set_names(["city", "year"]), columns=["x", "y"]
    )
    data = data.reset_index().assign(group=np.repeat([f"g{i % 6}" for i in range(12)], 8))
    data.loc[data["city"] == "c03", "x"] += 9.0
    data.loc[(data["city"] == "c03") & (data["year"] > 2012), "group"] = None
    ends = []
    for name, frame in (("all", data), ("held", data.dropna())):
        path = tmp_path / f"{name}.csv"
        frame.to_csv(path, index=False)
        output = shown(
            [
                "fit",
                "y ~ x",
                "--data",
                str(path),
                "--unit",
                "city",
                "--time",
                "year",
                "--vcov",
                "Cluster(group)",
                "--tests",
            ]
        )
        ends.append(output[output.index("Mundlak") :])
    assert ends[0] == ends[1]


def test_all_provinces_of_a_panel_of_cities_is_no_choice(city_file: list[str]) -> None:
    assert shown(["fit", "y ~ x", *city_file, "--provinces", "all"]) == shown(["fit", "y ~ x", *city_file])


def test_a_province_that_is_not_held(
    province_file: list[str], provinces: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "some.csv"
    provinces[provinces["province"] != "西藏"].to_csv(path, index=False)
    assert "Xizang" in said(
        ["fit", "y ~ x1", "--data", str(path), "--provinces", "北京,西藏"]
    ) or "Tibet" in said(["fit", "y ~ x1", "--data", str(path), "--provinces", "北京,西藏"])
