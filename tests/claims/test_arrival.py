"""Effects that arrive over years, and the twins of a grid: against dummies and brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.figures import Figures
from panelkit.claims.findings import Finding
from panelkit.kernels.permutation import random_permutations
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import SpecError
from panelkit.studies.batch import effect_of
from panelkit.studies.estimation import fit_specification
from panelkit.studies.grid_exchange import exchange
from panelkit.studies.specification import Specification

# Least squares on a hundred dummies beside the sweep: both lose a few of fifteen digits.
SAME = 1e-8

YEARS = (2014, 2021)
BASE = Specification(
    outcome="log(rd_expenditure / gdp)",
    treatment="log(budget_science_technology)",
    controls=("log(gdp)",),
    lag=0,
    effects="twoway",
    estimator="fixed_effects",
    vcov="CRV3",
    years=YEARS,
    provinces="all",
)
SUM = replace(BASE, spread="sum", lags=2)
MEAN = replace(BASE, spread="mean", lags=2)

TREATMENT = 'treatment = "log({subsidy})"'
OPTION = 'id = "later", label = { en = "2019-2022", zh = "2019-2022" }, years = [2019, 2022]'


@pytest.fixture(scope="module")
def held() -> pd.DataFrame:
    """The same figures read beside the library's formulas: y, w, x of this year, of the next and of two before."""
    frame = pk.load_provinces(["rd_expenditure", "gdp", "budget_science_technology"], (2011, 2023))
    wide = {name: np.log(frame[name]).unstack() for name in frame.columns}
    x = wide["budget_science_technology"]
    columns = {
        "y": wide["rd_expenditure"] - wide["gdp"],
        "w": wide["gdp"],
        "x0": x,
        "x1": x.shift(1, axis=1),
        "x2": x.shift(2, axis=1),
        "ahead": x.shift(-1, axis=1),
    }
    return pd.DataFrame({name: column.stack() for name, column in columns.items()}).dropna()


def slopes(rows: pd.DataFrame, names: list[str], *, trends: bool = False, drop: int = 0) -> np.ndarray:
    """Return coefficients of y on columns with province and year dummies, and province trends, by least squares."""
    provinces = pd.get_dummies(rows.index.get_level_values(0), dtype=float).to_numpy()
    when = rows.index.get_level_values(1).to_numpy(dtype=float)
    years = pd.get_dummies(when, dtype=float).to_numpy()[:, 1:]
    own = [provinces, years] + ([provinces * (when - when.mean())[:, None]] if trends else [])
    columns = np.column_stack([rows[names].to_numpy(), *own])
    return np.linalg.lstsq(columns, rows["y"].to_numpy(), rcond=None)[0][: len(names)]


def within(held: pd.DataFrame) -> pd.DataFrame:
    years = held.index.get_level_values(1)
    return held[(years >= YEARS[0]) & (years <= YEARS[1])]


def changes(held: pd.DataFrame) -> pd.DataFrame:
    return held.groupby(level=0).diff().dropna()


def fitted(spec: Specification) -> pk.FitResult:
    return fit_specification(spec, Figures([spec]).panel(spec))


LAGS = ["x0", "x1", "x2"]


def test_the_sum_is_one_coefficient_beside_what_earlier_years_hold_more(held: pd.DataFrame) -> None:
    expected = slopes(within(held), [*LAGS, "w"])[:3].sum()
    assert fitted(SUM).estimates[0] == pytest.approx(expected, rel=SAME)


def test_the_test_of_the_sum_is_that_of_the_linear_combination(held: pd.DataFrame) -> None:
    x = "log(budget_science_technology)"
    terms = [x, f"lag({x}, 1)", f"lag({x}, 2)"]
    plain = pk.FixedEffects(
        f"log(rd_expenditure / gdp) ~ {' + '.join(terms)} + log(gdp)",
        where="year >= 2014 & year <= 2021",
        vcov=pk.CRV3(),
    ).fit(Figures([SUM]).panel(SUM))
    combined = pk.wild_cluster_bootstrap(plain, dict.fromkeys(terms, 1.0), reps=499, rng=3)
    single = pk.wild_cluster_bootstrap(fitted(SUM), SUM.term, reps=499, rng=3)
    assert single.estimate == pytest.approx(combined.estimate, rel=SAME)
    assert single.p_value == combined.p_value
    # both ends are found to a millionth of their distance from the estimate
    assert (single.conf_low, single.conf_high) == pytest.approx(
        (combined.conf_low, combined.conf_high), abs=1e-5
    )


def test_the_mean_is_the_mean_of_three_years(held: pd.DataFrame) -> None:
    rows = within(held).assign(mean=lambda f: f[LAGS].mean(axis=1))
    assert fitted(MEAN).estimates[0] == pytest.approx(slopes(rows, ["mean", "w"])[0], rel=SAME)


def arriving(claim_file: Callable[..., Path], spread: str, **more: str) -> Finding:
    changed = f'{TREATMENT}\ncontrols = ["log(gdp)"]\nlags = 2\nspread = "{spread}"'
    path = claim_file(TREATMENT, changed)
    text = path.read_text(encoding="utf-8").replace("years = [2018, 2021]", "years = [2014, 2021]")
    path.write_text(
        text.replace('subsidy = "rd_funds_government"', 'subsidy = "budget_science_technology"'),
        encoding="utf-8",
    )
    found = pk.check(path).of("T1")[0].tested
    assert found is not None
    return found


@pytest.mark.parametrize("spread", ["sum", "mean"])
def test_every_condition_reads_the_whole_arrival(
    claim_file: Callable[..., Path], held: pd.DataFrame, spread: str
) -> None:
    found = arriving(claim_file, spread)
    assert found.scrutiny is not None
    by_name = {item.name: item for item in found.scrutiny.conditions}
    rows = within(held).assign(mean=lambda f: f[LAGS].mean(axis=1))
    names = LAGS if spread == "sum" else ["mean"]
    count = len(names)
    expected = {
        "trends": slopes(rows, [*names, "w"], trends=True)[:count].sum(),
        "differences": slopes(changes(rows), [*names, "w"])[:count].sum(),
        "leads": slopes(rows, ["ahead", *names, "w"], trends=True)[0],
    }
    for name, value in expected.items():
        assert by_name[name].slope == pytest.approx(value, rel=1e-6), name


@pytest.mark.parametrize("base", [BASE, SUM, MEAN])
def test_twins_of_a_grid_are_trends_and_differences(held: pd.DataFrame, base: Specification) -> None:
    rows = within(held).assign(mean=lambda f: f[LAGS].mean(axis=1))
    names = {"": ["x0"], "sum": LAGS, "mean": ["mean"]}[base.spread]
    trends = slopes(rows, [*names, "w"], trends=True)[: len(names)].sum()
    # differences reach back to the year before the sample, whose figures are loaded
    years = held.index.get_level_values(1)
    more = held[(years >= YEARS[0] - 1) & (years <= YEARS[1])].assign(mean=lambda f: f[LAGS].mean(axis=1))
    changed = slopes(changes(more), [*names, "w"])[: len(names)].sum()
    for twin, value in (("trends", trends), ("differences", changed)):
        spec = replace(base, twin=twin)
        panels = Figures([spec])
        fast = panels.effect(spec)
        slow = effect_of(fit_specification(spec, panels.panel(spec)))
        assert fast is not None
        assert fast.estimate == pytest.approx(value, rel=1e-6)
        # cross-products keep half the digits of the columns that they are made of
        assert (fast.estimate, fast.std_error) == pytest.approx((slow.estimate, slow.std_error), rel=1e-6)
        assert (fast.nobs, fast.period) == (slow.nobs, slow.period)


def exchanged_by_hand(spec: Specification, reps: int, seed: int) -> tuple[float, float]:
    """Return mean t and p of two specifications, each exchange fitted anew with dummies."""
    specs = [spec, replace(spec, controls=())]
    data = Figures(specs).panel(spec)
    frame = pd.DataFrame(
        {
            "y": np.log(data["rd_expenditure"] / data["gdp"]),
            "x": np.log(data["budget_science_technology"]),
            "w": np.log(data["gdp"]),
        }
    )
    wide = frame["x"].unstack().sort_index(key=lambda names: names.astype(str))
    draws = exchanges(len(wide), reps, seed)
    means = []
    for order in [np.arange(len(wide)), *draws]:
        moved = pd.DataFrame(wide.to_numpy()[order], wide.index, wide.columns).stack()
        rows = frame.assign(x=moved)
        means.append(np.mean([clustered_t(rows, names) for names in (["x", "w"], ["x"])]))
    far = sum(abs(t) >= abs(means[0]) * (1 - 1e-9) for t in means[1:])
    return means[0], (1 + far) / (reps + 1)


def exchanges(units: int, reps: int, seed: int) -> np.ndarray:
    return random_permutations(np.zeros(units, dtype=np.int64), reps, as_generator(seed))


def clustered_t(rows: pd.DataFrame, names: list[str]) -> float:
    """Return t of the first column with the cluster-robust error, by dummies, without a small-sample factor."""
    provinces = pd.get_dummies(rows.index.get_level_values(0), dtype=float).to_numpy()
    years = pd.get_dummies(rows.index.get_level_values(1), dtype=float).to_numpy()[:, 1:]
    X = np.column_stack([rows[names].to_numpy(), provinces, years])
    y = rows["y"].to_numpy()
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    influence = np.linalg.pinv(X)[0]
    scores = pd.Series(influence * (y - X @ beta)).groupby(rows.index.get_level_values(0)).sum()
    return float(beta[0] / np.sqrt((scores**2).sum()))


def test_the_permutation_of_a_grid_is_that_of_refitting_every_exchange() -> None:
    spec = replace(BASE, years=(2018, 2021))
    specs = [spec, replace(spec, controls=())]
    found = exchange(specs, Figures(specs).columns, reps=39, rng=5)
    mean, p = exchanged_by_hand(spec, 39, 5)
    assert found.mean_t == pytest.approx(mean, rel=SAME)
    assert found.p_value == p
    assert (found.regressions, found.lost, found.fixed) == (2, 0, 0)


def test_what_is_one_regression_is_exchanged_once_and_what_fails_counts_as_zero() -> None:
    spec = replace(BASE, years=(2018, 2021))
    same = replace(spec, choices=("again",))
    lost = replace(spec, controls=("center(gdp)",))
    whole = exchange([spec], Figures([spec]).columns, reps=19, rng=1)
    found = exchange([spec, same, lost], Figures([spec, same, lost]).columns, reps=19, rng=1)
    assert (found.regressions, found.lost) == (1, 1)
    assert found.mean_t == pytest.approx(whole.mean_t / 2, rel=1e-12)  # one division
    assert found.p_value == whole.p_value


def test_units_exchange_only_with_those_that_hold_the_same_years() -> None:
    spec = replace(BASE, years=(2018, 2021))
    part = replace(spec, provinces=("Beijing", "Tianjin", "Hebei"))
    found = exchange([spec, part], Figures([spec, part]).columns, reps=19, rng=1)
    assert found.regressions == 2
    assert found.fixed == 0
    alone = replace(spec, provinces=("Beijing", "Tianjin"))
    other = replace(spec, provinces=("Tianjin", "Hebei"))
    with pytest.raises(SpecError, match="none can exchange paths"):
        exchange([alone, other], Figures([alone, other]).columns, reps=19, rng=1)


def test_a_sum_of_lags_has_no_path_to_exchange() -> None:
    with pytest.raises(SpecError, match="one column of the treatment only"):
        exchange([SUM], Figures([SUM]).columns, reps=19, rng=1)


def test_the_permutation_is_printed_where_the_file_asks_for_it(claim_file: Callable[..., Path]) -> None:
    silent = pk.check(claim_file()).of("T1")[0]
    assert "exchange" not in {item.key for item in silent.conditions}
    path = claim_file("[[claim.grid.axis]]", "[claim.grid]\npermutations = 19\n\n[[claim.grid.axis]]")
    (shown,) = (item for item in pk.check(path).of("T1")[0].conditions if item.key == "exchange")
    assert not shown.decides
    assert shown.numbers["regressions"] == 2
    assert 0.0 < shown.numbers["p"] <= 1.0


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (TREATMENT, f"{TREATMENT}\nlags = 2", "lags = 2 without spread"),
        (TREATMENT, f'{TREATMENT}\nspread = "sum"', 'spread = "sum" without lags'),
        (OPTION, f"{OPTION}, lags = 1", "lags = 1 without spread"),
    ],
)
def test_half_an_arrival_is_refused(claim_file: Callable[..., Path], old: str, new: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        pk.check(claim_file(old, new))


def test_an_option_may_change_the_arrival_and_take_a_twin(claim_file: Callable[..., Path]) -> None:
    path = claim_file(
        f"option = [{{ {OPTION} }}]",
        f'option = [{{ {OPTION} }}, {{ id = "over", label = {{ en = "a", zh = "a" }}, lags = 1, spread = "mean" }}, '
        '{ id = "trends", label = { en = "b", zh = "b" }, twin = "trends" }]',
    )
    found = pk.check(path).of("T1")[0].tested
    assert found is not None
    assert found.grid is not None
    assert found.grid.n == 4
    assert found.grid.table["estimate"].nunique() == 4


MEDIATED = """
kind = "mediation"
mediators = ["log(patents_granted)"]
draws = 999
seed = 1
"""


def test_a_kind_without_twins_refuses_the_option(claim_file: Callable[..., Path]) -> None:
    path = claim_file(OPTION, f'{OPTION}, twin = "trends"')
    text = path.read_text(encoding="utf-8").replace(TREATMENT, TREATMENT + MEDIATED, 1)
    path.write_text(
        text.replace('rule = { name = "R-MAG", value = "0.67" }', 'rule = { name = "R-MED", sign = "+" }'),
        encoding="utf-8",
    )
    first = pk.check(path).of("T1")[0]
    assert first.error is not None
    assert "which a design of the kind `mediation` does not have" in first.error


ALONE = {"time": "has year effects alone", "none": "has no effects", "unit": "has province effects alone"}


@pytest.mark.parametrize("effects", ["time", "none", "unit"])
def test_without_both_effects_conditions_are_not_computed_and_sizes_are(
    claim_file: Callable[..., Path], effects: str
) -> None:
    path = claim_file(TREATMENT, f'{TREATMENT}\ncontrols = ["log(gdp)"]\neffects = "{effects}"')
    text = path.read_text(encoding="utf-8").replace('claimed = "0.67"\n', "", 1)
    path.write_text(
        text.replace('name = "R-MAG", value = "0.67"', 'name = "R-SIGN", sign = "+"', 1), encoding="utf-8"
    )
    first = pk.check(path).of("T1")[0]
    deciding = [item for item in first.conditions if item.decides and item.key != "main"]
    assert [item.key for item in deciding] == ["trends", "path", "differences", "regions", "leads"]
    for item in deciding:
        assert item.outcome == "not computed"
        assert ALONE[effects] in item.found
    assert first.word not in ("SUPPORTED", "CONTRADICTED")
    assert first.tested is not None
    head, sizes = first.tested.headline, first.sizes
    assert head is not None
    assert sizes is not None
    # t(30) at 97.5 % and 80 %
    assert sizes.detectable == pytest.approx((2.042272 + 0.853767) * head.std_error, rel=1e-5)
    data = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2018, 2021))
    columns = np.log(np.column_stack([data["rd_expenditure"] / data["gdp"], data["rd_funds_government"]]))
    others = [np.log(data["gdp"].to_numpy())[:, None], np.ones((len(data), 1))]
    level = {"time": ["year"], "unit": ["province"], "none": []}[effects]
    others += [pd.get_dummies(data.index.get_level_values(name), dtype=float).to_numpy() for name in level]
    beside = np.column_stack(others)
    y, x = (columns - beside @ np.linalg.lstsq(beside, columns, rcond=None)[0]).T
    assert sizes.smallest == pytest.approx(0.2 * np.sqrt((y @ y) / (x @ x)), rel=SAME)


def test_one_sentence_says_that_no_condition_can_be_asked(claim_file: Callable[..., Path]) -> None:
    path = claim_file(TREATMENT, f'{TREATMENT}\neffects = "time"')
    text = path.read_text(encoding="utf-8").replace('claimed = "0.67"\n', "", 1)
    path.write_text(
        text.replace('name = "R-MAG", value = "0.67"', 'name = "R-SIGN", sign = "+"', 1), encoding="utf-8"
    )
    first = pk.check(path).of("T1")[0]
    assert first.word == "PARTLY"
    assert "but no condition that looks inside provinces can be asked of it" in first.reason
    assert "但所有须观察省份内部变化的条件均无从检验" in first.reason.text("zh")
