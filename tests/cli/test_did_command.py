"""`panelkit did`: shipped policies and a user's own dates, what Python says, both languages, JSON, files, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import panelkit as pk
from tests.policy.adopting import adopting_panel

Command = Callable[..., Any]
OUTCOME = "log(patents_granted) ~ 1"
YEARS = ("--years", "2010-2020")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "panel.csv"
    frame = adopting_panel(3, treated=12)
    frame.assign(d=((frame["first"] > 0) & (frame["year"] >= frame["first"])) * 1).to_csv(path, index=False)
    return path


def shipped(policy: str, **options: Any) -> Any:
    return pk.add_policy(pk.load_provinces("patents_granted", (2010, 2020)), policy, **options)


def test_a_shipped_policy_is_what_python_says(panelkit: Command) -> None:
    run = panelkit("did", OUTCOME, "--policy", "ftz", *YEARS, "--json")
    assert run.status == 0
    (found,) = json.loads(run.out)["results"]
    fit = pk.StaggeredDiD(OUTCOME, cohort="ftz_first").fit(shipped("ftz"))
    assert [row["estimate"] for row in found["effects"]] == pytest.approx(list(fit.estimates), rel=1e-12)
    assert found["facts"]["n_treated"] == 21
    assert any("coding any-zone" in note["en"] for note in found["notes"])
    assert all(note["zh"] for note in found["notes"])


def test_coding_and_shift_reach_the_dates(panelkit: Command) -> None:
    run = panelkit(
        "did", OUTCOME, "--policy", "innov_reform", "--coding", "whole-province", "--shift", "1", *YEARS,
        "--few", "clusters", "--json"
    )  # fmt: skip
    (found,) = json.loads(run.out)["results"]
    panel = shipped("innov_reform", coding="whole-province", year_shift=1)
    fit = pk.StaggeredDiD(OUTCOME, cohort="innov_reform_first", inference="clusters").fit(panel)
    assert [row["estimate"] for row in found["effects"]] == pytest.approx(list(fit.estimates), rel=1e-12)


def test_few_treated_are_drawn_with_the_seed(panelkit: Command) -> None:
    options = ("--policy", "carbon_market", "--years", "2010-2015", "--reps", 99, "--json")
    one, two, three = (panelkit("did", OUTCOME, *options, "--seed", seed) for seed in (1, 1, 2))
    assert one.out == two.out
    assert one.out != three.out
    panel = pk.add_policy(pk.load_provinces("patents_granted", (2010, 2015)), "carbon_market")
    fit = pk.StaggeredDiD(OUTCOME, cohort="carbon_market_first").fit(panel, reps=99, rng=1)
    (found,) = json.loads(one.out)["results"]
    assert found["effects"][0]["p_value"] == pytest.approx(float(fit.p_values.iloc[0]))


def test_own_dates_by_cohort_and_by_treatment(panelkit: Command, own: Path) -> None:
    common = ("did", "y ~ 1", "--data", own, "--unit", "unit", "--time", "year", "--json")
    by_cohort, by_path = panelkit(*common, "--cohort", "first"), panelkit(*common, "--treatment", "d")
    one, two = (json.loads(run.out)["results"][0]["effects"] for run in (by_cohort, by_path))
    assert one == two
    later = panelkit(*common, "--cohort", "first", "--where", "year >= 2003")
    assert json.loads(later.out)["results"][0]["effects"] != one


def test_estimators_side_by_side_and_a_file(panelkit: Command, tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    run = panelkit(
        "did", OUTCOME, "--policy", "ftz", *YEARS, "--estimator", "imputation", "--estimator", "callaway-santanna",
        "--table", table
    )  # fmt: skip
    assert run.status == 0
    assert "Imputation" in run.out
    assert "coding any-zone" in run.out + table.read_text(encoding="utf-8")
    assert "Callaway and Sant'Anna" in run.out
    assert "ATT" in table.read_text(encoding="utf-8")


def test_event_times_of_several_estimators_run_in_order(panelkit: Command, tmp_path: Path) -> None:
    several = ("--estimator", "callaway-santanna", "--estimator", "stacked", "--table", tmp_path / "did.csv")
    run = panelkit("did", OUTCOME, "--policy", "innov_reform", *YEARS, *several)
    for text in (run.out, (tmp_path / "did.csv").read_text(encoding="utf-8-sig")):
        firsts = [line.replace(",", " ").split() for line in text.splitlines()]
        terms = [words[0].strip('"=') for words in firsts if words]
        start = terms.index("mean") + 1
        times = [int(term) for term in terms[start:] if term.lstrip("-").isdigit() and abs(int(term)) < 50]
        assert times == sorted(times)  # only the second holds -5, the first year
        assert min(times) == -5


def test_bacon_is_that_of_the_two_way_regression(panelkit: Command) -> None:
    run = panelkit("did", OUTCOME, "--policy", "ftz", *YEARS, "--bacon", "--json")
    found = json.loads(run.out)["bacon"]
    fit = pk.FixedEffects("log(patents_granted) ~ ftz").fit(shipped("ftz"))
    expected = pk.bacon_weights(fit, "ftz").tidy()
    got = {(row.get("kind"), row["weight"]) for row in found["rows"]}
    assert {round(weight, 9) for _, weight in got} == {
        round(float(weight), 9) for weight in expected["weight"]
    }


def test_an_event_study_with_its_tests_and_its_picture(panelkit: Command, tmp_path: Path) -> None:
    picture = tmp_path / "study.svg"
    options = ("--policy", "innov_reform", "--shift", "1", *YEARS, "--event-study", "--window=-5,3")
    run = panelkit("did", OUTCOME, *options, "--pretrend", "--honest", "--plot", picture, "--json")
    assert run.status == 0
    found = json.loads(run.out)
    panel = shipped("innov_reform", year_shift=1)
    study = pk.EventStudy(OUTCOME, cohort="innov_reform_first", window=(-5, 3)).fit(panel)
    assert [row["estimate"] for row in found["results"][0]["effects"]] == pytest.approx(list(study.estimates))
    assert found["pretrend"]["p_value"] == pytest.approx(study.pretrend_test().p_value)
    assert found["honest"]["breakdown"] == pytest.approx(study.honest_did().breakdown)
    assert "<svg" in picture.read_text(encoding="utf-8")


def test_two_event_studies_in_one_picture_and_a_base(panelkit: Command, tmp_path: Path) -> None:
    picture = tmp_path / "study.svg"
    run = panelkit(
        "did", OUTCOME, "--policy", "innov_reform", *YEARS, "--event-study", "--base", "-2", "--ends", "bin",
        "--window=-4,3", "--estimator", "twfe", "--estimator", "sun-abraham", "--plot", picture, "--decimals", 2
    )  # fmt: skip
    assert run.status == 0
    assert "Sun and Abraham" in run.out
    assert picture.exists()


def test_chinese_in_a_narrow_terminal(panelkit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    run = panelkit("did", OUTCOME, "--policy", "innov_reform", *YEARS, "--bacon", "--lang", "zh")
    assert run.status == 0
    assert "全面创新改革试验区" in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "one of --policy, --cohort and --treatment"),
        (("--policy", "ftz", "--cohort", "gdp"), "one of --policy, --cohort and --treatment"),
        (("--policy", "nidz_partial"), "no design"),
        (("--policy", "zones"), "no policy"),
        (("--cohort", "gdp", "--shift", "1"), "belongs to --policy"),
        (("--policy", "ftz", "--shift", "soon"), "no whole number"),
        (("--policy", "ftz", "--coding", "half"), "any-zone"),
        (("--policy", "ftz", "--base", "-1"), "belongs to --event-study"),
        (("--policy", "ftz", "--pretrend"), "belongs to --event-study"),
        (("--policy", "ftz", "--few", "clusters", "--seed", "3"), "draws nothing"),
        (("--policy", "ftz", "--estimator", "ols"), "--estimator is one of"),
        (("--policy", "ftz", "--event-study", "--window", "3"), "two event times"),
        (
            (
                "--policy",
                "ftz",
                "--event-study",
                "--estimator",
                "twfe",
                "--estimator",
                "imputation",
                "--honest",
            ),
            "name one",
        ),
        (("--policy", "ftz", "--stars", "none"), "--table"),
        (("--policy", "ftz", "--plot", "figure.txt"), "figure.txt: end the name"),
    ],
)
def test_what_is_idle_or_wrong_is_refused(panelkit: Command, options: tuple[str, ...], said: str) -> None:
    run = panelkit("did", OUTCOME, *YEARS, *options)
    assert run.status == 2
    assert said in run.err


def test_names_of_other_programs_are_told_what_they_are_called_here(panelkit: Command) -> None:
    run = panelkit("did", OUTCOME, "--policy", "ftz", "--estimator", "csdid", "--lang", "zh")
    assert run.status == 2
    assert "csdid -> callaway-santanna" in run.err
    assert (
        "sun_abraham -> sun-abraham"
        in panelkit("did", OUTCOME, "--estimator", "sun_abraham", "--policy", "ftz").err
    )


def test_several_estimators_stand_in_the_order_of_event_times(panelkit: Command, tmp_path: Path) -> None:
    names = ("--estimator", "imputation", "--estimator", "sun-abraham")
    file = tmp_path / "table.md"
    run = panelkit("did", OUTCOME, "--policy", "ftz", "--years", "2010-2019", "--shift", 1, *names, "--lang", "zh",
                   "--table", file)  # fmt: skip
    assert run.status == 0
    assert "插补估计" in run.out
    for text in (run.out, file.read_text(encoding="utf-8")):
        rows = [line.replace("|", " ").split() for line in text.splitlines()]
        heads = [row[0].removeprefix("&emsp;") for row in rows if row]
        times = [int(head) for head in heads if head.lstrip("-").isdigit() and abs(int(head)) < 100]
        assert times == sorted(times)
        assert times[0] < -4 < times[-1]


def test_a_group_of_zero_and_one_is_no_cohort(panelkit: Command, own: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(own)
    frame.assign(group=(frame["first"] > 0) * 1).to_csv(tmp_path / "group.csv", index=False)
    run = panelkit("did", "y ~ 1", "--data", tmp_path / "group.csv", "--unit", "unit", "--time", "year",
                   "--cohort", "group")  # fmt: skip
    assert run.status == 2
    assert "`group` holds 0 and 1, and a cohort is the first treated year" in run.err
