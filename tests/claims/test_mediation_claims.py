"""The design kind `mediation` under R-MED: conditions, words, grid, refusals, and the shipped claims."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from benchmarks.evidence import verdicts_mediation
from benchmarks.more_worlds import CHANNELS, draw_channel
from benchmarks.worlds import TRYING
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.claims.places import regions_of
from panelkit.claims.rules.judge import judge
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.report.words import flag_text
from panelkit.studies.channels import beside_unit_trends
from panelkit.studies.scrutiny.channel import beside_trends, channel_words
from panelkit.studies.scrutiny.door import scrutinise

CLAIM = """
[document]
key = "someone"
authors = ["Someone"]
title = "A title"

[[claim]]
id = "X1"
place = { section = "1", phrase = "a phrase" }
status = "computed"
says = { en = "It works through it.", zh = "经由它起作用。" }
sample = { years = [2014, 2019], provinces = "no_tibet" }
test = { weights = "rademacher", reps = 999, seed = 1 }

[[claim.reading]]
id = "channel"
main = true
rule = { name = "R-MED", sign = "+" }
label = { en = "channel", zh = "渠道" }
says = { en = "Through it.", zh = "经由它。" }

[[claim.reading.design]]
id = "both"
kind = "mediation"
label = { en = "both", zh = "两者" }
outcome = "log(gdp / population)"
treatment = "log(rd_expenditure)"
mediators = ["log(patents_granted_invention)", "log(software_revenue)"]
lag = 1
draws = 999
seed = 2
EXTRA

[[claim.grid.axis]]
id = "lag"
label = { en = "lag", zh = "滞后" }
main = { en = "1", zh = "1" }
option = [{ id = "lag0", label = { en = "0", zh = "0" }, lag = 0 }]
"""


def checked(tmp_path: Path, extra: str = "") -> CheckResult:
    path = tmp_path / "claim.toml"
    path.write_text(CLAIM.replace("EXTRA", extra), encoding="utf-8")
    return pk.check(path)


DATA = ["gdp", "population", "rd_expenditure", "patents_granted_invention", "software_revenue"]
NAMES = (
    "log(rd_expenditure)",
    "log(patents_granted_invention)",
    "log(software_revenue)",
    "log(gdp / population)",
)


def frame(years: tuple[int, int] = (2013, 2019)) -> pd.DataFrame:
    return pk.load_provinces(DATA, years, provinces="no_tibet")


def columns(lag: int = 1) -> pd.DataFrame:
    """Return treatment, mediators and outcome of the claim on its rows, by hand."""
    held = frame()
    made = pd.DataFrame(
        {
            "x": np.log(held["rd_expenditure"]).groupby(level=0).shift(lag),
            "m": np.log(held["patents_granted_invention"]),
            "n": np.log(held["software_revenue"]),
            "y": np.log(held["gdp"] / held["population"]),
        }
    )
    return made.loc[(slice(None), range(2014, 2020)), :].dropna()


def dummies(index: pd.MultiIndex, *, trends: bool) -> np.ndarray:
    """Return province and year dummies, and a trend in every province."""
    province = pd.get_dummies(index.get_level_values(0)).to_numpy(float)
    year = index.get_level_values(1).to_numpy(float) - 2016.0
    parts = [province, pd.get_dummies(year).to_numpy(float)]
    return np.hstack([*parts, province * year[:, None]] if trends else parts)


def paths(data: pd.DataFrame, *, trends: bool = False) -> dict[str, float]:
    """Return the first paths and the effects through both mediators, least squares with dummies."""
    D = dummies(data.index, trends=trends)

    def slope(outcome: str, *on: str) -> np.ndarray:
        X = np.hstack([data[list(on)].to_numpy(), D])
        return np.linalg.lstsq(X, data[outcome].to_numpy(), rcond=None)[0][: len(on)]

    a, b = [slope(name, "x")[0] for name in "mn"], slope("y", "m", "n", "x")
    return {"a1": a[0], "a2": a[1], "through 1": a[0] * b[0], "through 2": a[1] * b[1]}


def measured_of(result: CheckResult) -> Measured:
    assert not result.failures
    found = result.verdicts[0].tested.measured
    assert found is not None
    return found


def test_a_claim_file_of_ones_own(tmp_path: Path) -> None:
    found = checked(tmp_path, "through = 2")
    verdict, measured = found.verdicts[0], measured_of(found)
    assert measured.facts["draws"] == 999
    by_hand = pk.Mediation(NAMES[3], NAMES[0], NAMES[1:3], treatment_lag=1).fit(frame(), reps=999, rng=2)
    row = by_hand.tidy().iloc[by_hand.terms.index("via log(software_revenue)")]
    assert measured.value == row["estimate"]
    assert (measured.low, measured.high) == (row["conf_low"], row["conf_high"])
    drawn = by_hand.draws[:, by_hand.terms.index("via log(software_revenue)")]
    assert (measured.inner_low, measured.inner_high) == tuple(np.quantile(drawn, [0.05, 0.95]))
    assert (measured.error, measured.df) == (row["std_error"], 29.0)
    assert verdict.to_dict()["headline"]["quantity"] == "indirect effect"
    assert verdict.sizes is not None
    assert verdict.sizes.smallest == measured.smallest
    assert "each half of the channel" in str(verdict.sizes.why)


def test_every_condition_of_the_first_path_is_that_of_its_regression(tmp_path: Path) -> None:
    conditions = {item.key: item for item in measured_of(checked(tmp_path, "through = 2")).conditions}
    assert list(conditions) == [
        "mediator", "first_path", "first_path_trends", "first_path_path", "first_path_differences",
        "first_path_regions", "first_path_leads", "trends", "first_path_grid", "sensitivity",
    ]  # fmt: skip
    assert [key for key, item in conditions.items() if not item.decides] == ["first_path_grid", "sensitivity"]
    fit = pk.FixedEffects(f"{NAMES[2]} ~ lag({NAMES[0]}, 1)", vcov=pk.CRV3()).fit(frame())
    held = pk.load_provinces(["rd_expenditure"], (2013, 2019), provinces="no_tibet")["rd_expenditure"]
    ahead = np.log(held)  # next year's treatment is that of this year, the lag being one
    found = scrutinise(fit, fit.terms[0], reps=999, rng=1, lead=ahead)
    theirs = {item.name: item for item in found.conditions}
    for name in ("trends", "path", "differences", "regions", "leads"):
        mine = conditions[f"first_path_{name}"]
        assert mine.numbers["slope"] == pytest.approx(theirs[name].slope, rel=1e-9), name
        assert mine.numbers["p"] == pytest.approx(theirs[name].p, abs=1e-12, nan_ok=True), name
        assert mine.outcome == (
            "takes away" if theirs[name].takes_away else "passes" if theirs[name].passes else "fails"
        )
    assert conditions["first_path"].numbers["slope"] == pytest.approx(fit.estimates[0], rel=1e-9)
    assert conditions["first_path"].numbers["p"] == pytest.approx(found.main.p[0], abs=1e-12)


def test_the_grid_is_the_one_by_hand_with_its_jackknife(tmp_path: Path) -> None:
    table = measured_of(checked(tmp_path, "through = 2")).table
    assert list(table["lag"]) == ["", "lag0"]
    assert (table["failed"] == "").all()
    assert list(table["period"]) == ["2014-2019", "2014-2019"]
    for row, lag in ((table.iloc[0], 1), (table.iloc[1], 0)):
        data = columns(lag)
        whole = paths(data)
        without = [paths(data.drop(index=name, level=0)) for name in data.index.unique(0)]
        # the sums of squares lose half of the digits that the roots of the kernel keep
        for key, name in (("estimate", "through 2"), ("a1", "a1"), ("a2", "a2")):
            assert row[key] == pytest.approx(whole[name], rel=1e-8)
        moves = np.array([part["through 2"] for part in without]) - whole["through 2"]
        error = np.sqrt(29 / 30 * (moves**2).sum())
        assert row["std_error"] == pytest.approx(error, rel=1e-7)
        assert (row["estimate"] - row["conf_low"]) / error == pytest.approx(2.045230, rel=1e-5)  # t.975(29)
        assert row["nobs"] == len(data)


def test_a_grid_of_columns_is_that_of_the_estimator(tmp_path: Path) -> None:
    found = checked(tmp_path)
    table = measured_of(found).table
    for row, lag in ((table.iloc[0], 1), (table.iloc[1], 0)):
        held = pk.Mediation(NAMES[3], NAMES[0], NAMES[1:3], treatment_lag=lag).fit(
            frame().loc[(slice(None), range(2014 - lag, 2020)), :], reps=100, rng=0
        )
        assert row["estimate"] == pytest.approx(held.params["effect", "indirect"], rel=1e-9)
        rho = min((held.sensitivity(name).rho_zero for name in NAMES[1:3]), key=abs)
        assert row["rho_zero"] == pytest.approx(rho, rel=1e-9)
        first = held.path_table()
        theirs = first[first["source"].str.contains("rd_expenditure") & (first["target"] != NAMES[3])]
        assert list(row[["a1", "a2"]]) == pytest.approx(list(theirs["estimate"]), rel=1e-9)
        assert list(row[["a1_p_value", "a2_p_value"]]) == pytest.approx(list(theirs["p_value"]), rel=1e-7)


def test_beside_trends_the_effect_is_that_of_dummies_with_a_trend_in_every_province(tmp_path: Path) -> None:
    conditions = {item.key: item for item in measured_of(checked(tmp_path, "through = 2")).conditions}
    trends = conditions["trends"]
    assert trends.numbers["estimate"] == pytest.approx(paths(columns(), trends=True)["through 2"], rel=1e-8)
    assert trends.numbers["first_path_p"] == conditions["first_path_trends"].numbers["p"]


@pytest.mark.parametrize("holes", [0, 20])
def test_resampled_provinces_keep_their_own_trends(holes: int) -> None:
    """A province drawn twice is two provinces; on unbalanced panels year effects are swept beside the trends."""
    data = frame().drop(index=frame().index[np.random.default_rng(1).permutation(210)[:holes]])
    found = pk.Mediation(NAMES[3], NAMES[0], NAMES[1:3]).fit(data, reps=100, rng=1)
    years = found.design.time_labels[found.design.time].astype(float)
    twin = beside_unit_trends(found.system, years)
    counts = np.random.default_rng(2).multinomial(30, np.full(30, 1 / 30)).astype(float)
    theta, held = twin.coefficients(twin.refit(counts[None]))
    assert held.all()
    base = columns(0).reindex(found.design.labels()) if holes == 0 else None
    held_columns = pd.DataFrame(found.system.columns, index=found.design.labels(), columns=list("xmny"))
    if base is not None:
        assert held_columns["m"].loc[base.dropna().index].to_numpy() == pytest.approx(
            base["m"].dropna().to_numpy()
        )
    drawn = [
        held_columns.loc[[unit]].rename(index={unit: f"{unit} {copy}"}, level=0)
        for unit, times in zip(found.design.unit_labels, counts, strict=True)
        for copy in range(int(times))
    ]
    by_hand = paths(pd.concat(drawn), trends=True)
    effects = found.paths.effects(theta)[0]
    assert effects[3] == pytest.approx(by_hand["through 1"], rel=1e-7)
    assert effects[4] == pytest.approx(by_hand["through 2"], rel=1e-7)


def test_an_effect_is_taken_away_where_it_is_smaller_beside_trends() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(1, 4000))
    main = 1.0 + 0.1 * noise
    first = np.array([True])
    up = np.array([1.0])
    still = beside_trends(main, np.array([0.9]), 0.9 + 0.1 * noise, first, up)
    assert (still.passes[0], still.takes_away[0]) == (True, False)
    assert still.low[0] == pytest.approx(np.quantile(0.9 + 0.1 * noise, 0.025))
    gone = beside_trends(main, np.array([0.0]), 0.1 * rng.normal(size=(1, 4000)), first, up)
    assert (gone.passes[0], gone.takes_away[0]) == (False, True)
    vague = beside_trends(main, np.array([0.5]), 0.5 + 2.0 * rng.normal(size=(1, 4000)), first, up)
    assert (vague.passes[0], vague.takes_away[0]) == (False, False)
    mirrored = beside_trends(-main, np.array([-0.9]), -0.9 - 0.1 * noise, first, -up)
    assert (mirrored.passes[0], mirrored.takes_away[0]) == (True, False)
    without = beside_trends(main, np.array([0.9]), 0.9 + 0.1 * noise, ~first, up)
    assert not without.passes[0]


def test_the_sum_asks_for_every_mediator_and_a_chain_for_its_first(tmp_path: Path) -> None:
    keys = [item.key for item in measured_of(checked(tmp_path)).conditions]
    assert keys.count("first_path") == 2
    chain = [item.key for item in measured_of(checked(tmp_path, 'order = "serial"')).conditions]
    assert chain.count("first_path") == 1


def test_without_both_effects_the_conditions_are_not_computed(tmp_path: Path) -> None:
    conditions = measured_of(checked(tmp_path, 'through = 1\neffects = "unit"')).conditions
    by_key = {item.key: item for item in conditions}
    for name in ("first_path_trends", "first_path_leads", "trends"):
        assert by_key[name].outcome == "not computed"
        assert "province and year" in str(by_key[name].found)


MADE = [(0.1, 0.5), (-0.1, 0.5), (-0.5, -0.1), (-0.01, 0.02)]


def said(low: float, high: float, conditions: tuple[Condition, ...], smallest: float = 0.1) -> str:
    measured = Measured(
        quantity=verbatim("a"), value=0.5 * (low + high), low=low, high=high, inner_low=low + 0.001,
        inner_high=high - 0.001, error=0.1, df=30.0, smallest=smallest, sentence=verbatim("a"), conditions=conditions,
    )  # fmt: skip
    return judge(rule_of({"name": "R-MED", "sign": "+"}), Finding(measured=measured)).word


@pytest.mark.parametrize(
    ("ends", "randomised", "other", "word"),
    [
        ((0.1, 0.5), True, "passes", "SUPPORTED"),
        ((0.1, 0.5), True, "fails", "PARTLY"),
        ((0.1, 0.5), True, "takes away", "NOT SUPPORTED"),
        ((0.1, 0.5), False, "passes", "PARTLY"),
        ((0.1, 0.5), False, "fails", "UNDECIDED"),
        ((0.1, 0.5), False, "not computed", "UNDECIDED"),
        ((0.1, 0.5), False, "takes away", "NOT SUPPORTED"),
        ((-0.5, -0.1), True, "passes", "CONTRADICTED"),
        ((-0.5, -0.1), True, "fails", "NOT SUPPORTED"),
        ((-0.5, -0.1), False, "passes", "NOT SUPPORTED"),
        ((-0.1, 0.5), False, "passes", "UNDECIDED"),
        ((-0.01, 0.02), False, "fails", "NOT SUPPORTED"),
    ],
)
def test_words_of_the_rule(ends: tuple[float, float], randomised: bool, other: str, word: str) -> None:
    conditions = (
        asked("mediator", verbatim("set"), randomised),
        Condition(key="trends", asks=verbatim("b"), outcome=other, found=verbatim("c")),  # type: ignore[arg-type]
    )
    assert said(*ends, conditions) == word


def test_words_of_arrays_are_those_of_the_rule() -> None:
    for ends, randomised, other in itertools.product(
        MADE, (True, False), ("passes", "fails", "takes away", "not computed")
    ):
        conditions = (
            asked("mediator", verbatim("set"), randomised),
            Condition(key="b", asks=verbatim("b"), outcome=other, found=verbatim("c")),  # type: ignore[arg-type]
        )
        low, high = ends
        found = channel_words(
            (np.array([low]), np.array([high])),
            (np.array([low + 0.001]), np.array([high - 0.001])),
            np.array([0.1]),
            np.array([other == "passes"]),
            np.array([other == "takes away"]),
            identified=np.array([randomised]),
        )
        assert found[0] == said(low, high, conditions)


WORLD = """
[document]
key = "world"
authors = ["Someone"]
title = "A world"

[[claim]]
id = "W1"
place = { section = "1", phrase = "a phrase" }
status = "computed"
says = { en = "It works through it.", zh = "经由它起作用。" }
sample = { years = [1, 8] }
test = { weights = "rademacher", reps = 999, seed = 5 }

[[claim.reading]]
id = "channel"
main = true
rule = { name = "R-MED", sign = "+" }
label = { en = "channel", zh = "渠道" }
says = { en = "Through it.", zh = "经由它。" }

[[claim.reading.design]]
id = "it"
kind = "mediation"
label = { en = "it", zh = "它" }
outcome = "y"
treatment = "x"
mediators = ["m"]
draws = 999
seed = 5
"""


@pytest.mark.parametrize("kind", range(4))
def test_worlds_are_judged_as_claims_are(tmp_path: Path, kind: int) -> None:
    """The table of evidence goes through arrays, `pk.check` through a claim file: one word with one seed."""
    path = tmp_path / "claim.toml"
    path.write_text(WORLD, encoding="utf-8")
    names = sorted(pk.load_provinces(["gdp"], 2022).index.get_level_values(0))
    regions = pd.factorize(regions_of(pd.Index(names)).to_numpy())[0]
    drawn = draw_channel(CHANNELS[kind], 8, 0.5, 4, seed=TRYING)
    words = verdicts_mediation.judged(*drawn, 5, regions).word
    index = pd.MultiIndex.from_product([names, range(1, 9)], names=["province", "year"])
    for world, word in enumerate(words):
        data = pd.DataFrame(
            {name: part[world].ravel() for name, part in zip("xmy", drawn, strict=True)}, index=index
        )
        assert pk.check(path, data=data).word_of("W1") == word


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("through = 3", "through = 3 names one of 2"),
        ('first_signs = ["+"]', "1 signs for 2 mediators"),
        ('order = "serial"\nthrough = 1', "parallel mediators"),
        ('mediator_is = "instrumented"', "no instrument is used"),
        ('mediator_is = "randomised"', "goes with its reason"),
        ('why = { en = "By lot.", zh = "抽签。" }', "goes with its reason"),
    ],
)
def test_wrong_designs_are_refused(tmp_path: Path, extra: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        checked(tmp_path, extra)


def test_an_outcome_made_of_the_treatment_has_no_verdict(tmp_path: Path) -> None:
    """Everything that is left of it is rounding, and rounding has signs and stars."""
    path = tmp_path / "claim.toml"
    own = CLAIM.replace("log(gdp / population)", "log(rd_expenditure) + 1").replace(
        "\nlag = 1\n", "\nlag = 0\n"
    )
    path.write_text(own.replace("EXTRA", ""), encoding="utf-8")
    (verdict,) = pk.check(path)
    assert verdict.word is None
    assert "reproduce the outcome" in str(verdict.error)


def test_a_randomised_mediator_lifts_the_cap(tmp_path: Path) -> None:
    extra = 'through = 1\nmediator_is = "randomised"\nwhy = { en = "By lot.", zh = "抽签。" }'
    measured = measured_of(checked(tmp_path, extra))
    assert measured.conditions[0].key == "mediator"
    assert measured.conditions[0].passes
    assert str(measured.sentence).endswith("By lot.")
    observed = measured_of(checked(tmp_path, "through = 1"))
    assert not observed.conditions[0].passes


def test_shipped_claims_are_declared_under_the_rule() -> None:
    claims = {item.id: item for item in pk.load_claims()}
    for name, designs in (("A3", 2), ("B33", 4)):
        claim = claims[name].claim
        assert claim.status == "computed"
        assert claims[name].declaration.revision
        assert [len(reading.design) for reading in claim.reading] == [designs]
        assert {reading.rule.name for reading in claim.reading} == {"R-MED"}
    channels = claims["B33"].claim.reading[0]
    assert [channels.standing_of(design) for design in channels.design] == [
        "principal",
        "part",
        "part",
        "part",
    ]


def test_overlap_is_a_flag_of_the_verdict(tmp_path: Path) -> None:
    text = CLAIM.replace("EXTRA", "through = 1").replace('"log(software_revenue)"', '"log(gdp)"')
    path = tmp_path / "claim.toml"
    path.write_text(text, encoding="utf-8")
    verdict = next(iter(pk.check(path)))
    assert "overlapping_figures" in verdict.flags
    assert "overlapping_figures" in verdict.to_dict()["flags"]
    assert "share figures" in flag_text("overlapping_figures", "en")
    plain = next(iter(checked(tmp_path, "through = 1")))
    assert "overlapping_figures" not in plain.flags


def test_a_mediator_inside_a_control_is_not_computed(tmp_path: Path) -> None:
    held = 'controls = ["log(rd_expenditure):log(patents_granted_invention)"]'
    (verdict,) = checked(tmp_path, held).verdicts
    assert verdict.word is None
    assert "`log(rd_expenditure):log(patents_granted_invention)` is made of the mediator" in str(
        verdict.error
    )
