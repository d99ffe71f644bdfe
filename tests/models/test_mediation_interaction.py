"""Treatment x mediator: effects at stated levels, and what may not stand among the controls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.formula.grammar import parse_expression, parse_terms
from panelkit.language.errors import SpecError
from panelkit.models.mediation.terms import Variable
from tests.mediation_panels import path_panel, resampled

Effects = dict[tuple[str, str], float]


def met_panel(seed: int = 3, units: int = 14, periods: int = 6, share: float = 0.9) -> pd.DataFrame:
    """Return a panel whose outcome holds x:m1 and x:m2; x does not have mean zero."""
    data = path_panel(seed=seed, units=units, periods=periods, share=share)
    data["x"] += 1.5
    data["y"] += 0.3 * data.x * data.m1 - 0.2 * data.x * data.m2
    return data


def slopes(data: pd.DataFrame, outcome: str, regressors: list[str]) -> pd.Series:
    """Return least squares with province and year dummies, the products formed before anything is swept."""
    units, years = (pd.get_dummies(data.index.get_level_values(i)).to_numpy(float) for i in (0, 1))
    X = np.column_stack([data[regressors].to_numpy(), units, years[:, 1:]])
    return pd.Series(
        np.linalg.lstsq(X, data[outcome].to_numpy(), rcond=None)[0][: len(regressors)], regressors
    )


def by_hand(
    data: pd.DataFrame, levels: dict[str, float], names: list[str], held: pd.DataFrame, h: float
) -> Effects:
    """Return every effect from potential outcomes; `held` is the sample whose means stand."""
    data = data.assign(**{f"x{m}": data.x * data[m] for m in names})
    first = {m: slopes(data, m, ["x", "z"])["x"] for m in names}
    last = slopes(data, "y", ["x", *names, *(f"x{m}" for m in names), "z"])

    def mediator(m: str, x: float) -> float:
        return held[m].mean() + first[m] * (x - held.x.mean())

    def outcome(x: float, at: dict[str, float]) -> float:
        """Return the outcome but for what no argument moves."""
        return last["x"] * x + sum((last[m] + last[f"x{m}"] * x) * at[m] for m in names)

    found: Effects = {}
    for label, x in levels.items():
        before, after = ({m: mediator(m, value) for m in names} for value in (x, x + h))
        found["pure indirect", label] = outcome(x, after) - outcome(x, before)
        found["total indirect", label] = outcome(x + h, after) - outcome(x + h, before)
        found["pure direct", label] = outcome(x + h, before) - outcome(x, before)
        found["total direct", label] = outcome(x + h, after) - outcome(x, after)
        found["total", label] = outcome(x + h, after) - outcome(x, before)
        for m in names if len(names) > 1 else ():
            one = {**before, m: after[m]}
            found[f"pure indirect via {m}", label] = outcome(x, one) - outcome(x, before)
            found[f"total indirect via {m}", label] = outcome(x + h, one) - outcome(x + h, before)
    return found


def labelled(data: pd.DataFrame) -> dict[str, float]:
    """Return the default levels under the names that the result gives them."""
    named = {f"p{100 * q:.0f}": float(np.quantile(data.x, q)) for q in (0.1, 0.5, 0.9)}
    named["mean"] = float(data.x.mean())
    return {f"{name} ({value:.4g})": value for name, value in named.items()}


@pytest.mark.parametrize("names", [["m1"], ["m1", "m2"]])
@pytest.mark.parametrize("change", [1.0, -0.25])
def test_every_level_against_potential_outcomes(names: list[str], change: float) -> None:
    data = met_panel()
    found = pk.Mediation("y", "x", tuple(names), controls="z", interaction=True).fit(data, reps=100)
    told = found.at_levels(change=change).params
    expected = by_hand(data, labelled(data), names, data, change)
    for key, value in expected.items():
        # two exact solvers of one least-squares problem, and sums of products of their coefficients
        assert told[key] == pytest.approx(value, rel=1e-8, abs=1e-10), key
    by = data.assign(**{f"x{m}": data.x * data[m] for m in names})
    last = slopes(by, "y", ["x", *names, *(f"x{m}" for m in names), "z"])
    median = {m: float(np.quantile(data[m], 0.5)) for m in names}
    label = next(term for kind, term in told.index if kind == "controlled direct" and term.startswith("p50"))
    direct = last["x"] + sum(last[f"x{m}"] * median[m] for m in names)
    assert told["controlled direct", label] == pytest.approx(change * direct, rel=1e-8)
    for m in names:
        assert told["interaction", f"x × {m}"] == pytest.approx(last[f"x{m}"], rel=1e-8)


def test_main_table_holds_the_slopes_at_the_means() -> None:
    data = met_panel()
    found = pk.Mediation("y", "x", "m1", controls="z", interaction=True).fit(data, reps=100)
    by = data.assign(xm=data.x * data.m1)
    a, b = slopes(data, "m1", ["x", "z"]), slopes(by, "y", ["x", "m1", "xm", "z"])
    effects = found.params
    # exact solvers of one problem
    assert effects["indirect"] == pytest.approx(a["x"] * (b["m1"] + b["xm"] * data.x.mean()), rel=1e-8)
    assert effects["direct"] == pytest.approx(b["x"] + b["xm"] * data.m1.mean(), rel=1e-8)
    assert effects["total"] == pytest.approx(effects["direct"] + effects["indirect"], rel=1e-12)
    assert "total" not in found.fits


def test_the_product_is_swept_after_it_is_formed() -> None:
    """The product of swept columns is another regressor, and gives another coefficient."""
    data = met_panel()
    inner = {name: data[name] - data[name].groupby(level=0).transform("mean") for name in ("x", "m1")}
    wrong = slopes(data.assign(xm=inner["x"] * inner["m1"]), "y", ["x", "m1", "xm", "z"])["xm"]
    right = slopes(data.assign(xm=data.x * data.m1), "y", ["x", "m1", "xm", "z"])["xm"]
    found = pk.Mediation("y", "x", "m1", controls="z", interaction=True).fit(data, reps=100)
    ours = found.fits["outcome"].params["(x − mean) × (m1 − mean)"]
    assert ours == pytest.approx(right, rel=1e-8)  # exact solvers of one problem
    assert abs(wrong - right) > 0.01


@pytest.mark.parametrize("names", [["m1"], ["m1", "m2"]])
def test_bootstrap_equals_refits_draw_for_draw(names: list[str]) -> None:
    data = met_panel()
    levels = (0.5, 2.0)
    spec = pk.Mediation("y", "x", tuple(names), controls="z", interaction=True, levels=levels)
    found = spec.fit(data, reps=100, rng=7)
    told = found.at_levels()
    drawn = np.random.default_rng(7).integers(0, 14, size=(100, 14))
    for draw in range(5):
        panel = resampled(data, np.bincount(drawn[draw], minlength=14))
        expected = by_hand(panel, {f"{x:.4g}": x for x in levels}, names, data, 1.0)
        for key, value in expected.items():
            at = list(zip(told.equations, told.terms, strict=True)).index(key)
            # cross-products lose about half of the 16 digits
            assert told.draws[draw, at] == pytest.approx(value, rel=1e-6, abs=1e-8), key


def test_statsmodels_gives_the_same_effects_on_a_cross_section() -> None:
    """statsmodels moves the treatment from 0 to 1 and simulates; ours is the closed form."""
    import statsmodels.api as sm
    from statsmodels.stats.mediation import Mediation as Theirs

    rng = np.random.default_rng(5)
    table = pd.DataFrame({"x": rng.normal(size=400), "z": rng.normal(size=400)})
    table["m"] = 0.5 * table.x + 0.2 * table.z + rng.normal(size=400)
    table["y"] = 0.3 * table.x + 0.6 * table.m + 0.4 * table.x * table.m + rng.normal(size=400)
    index = pd.MultiIndex.from_product([range(400), [2020]], names=["province", "year"])
    spec = pk.Mediation(
        "y", "x", "m", controls="z", effects="none", vcov=pk.Iid(), interaction=True, levels=(0.0,)
    )
    ours = spec.fit(table.set_axis(index), reps=100).at_levels().params
    outcome = sm.OLS.from_formula("y ~ x * m + z", table)
    mediator = sm.OLS.from_formula("m ~ x + z", table)
    np.random.seed(1)  # it draws from numpy's global state
    theirs = Theirs(outcome, mediator, "x", "m").fit(method="parametric", n_rep=100)
    pairs = {
        "pure indirect": theirs.ACME_ctrl, "total indirect": theirs.ACME_tx,
        "pure direct": theirs.ADE_ctrl, "total direct": theirs.ADE_tx, "total": theirs.total_effect,
    }  # fmt: skip
    for name, values in pairs.items():
        # four Monte Carlo errors of a mean of 100 draws of theta and of the potential outcomes
        error = float(np.std(values)) / np.sqrt(100)
        assert ours[name, "0"] == pytest.approx(float(np.mean(values)), abs=4 * error), name


def test_bias_and_coverage_in_a_simulation() -> None:
    """40 provinces, 6 years: pure and total indirect effect at x = 1 are .5 (.4 + .3) and .5 (.4 + .6)."""
    truth = {"pure indirect": 0.35, "total indirect": 0.5}
    runs, rng = 120, np.random.default_rng(11)
    index = pd.MultiIndex.from_product([range(40), range(2010, 2016)], names=["province", "year"])
    spec = pk.Mediation("y", "x", "m", interaction=True, levels=(1.0,), vcov=pk.Cluster())
    estimates: dict[str, list[float]] = {name: [] for name in truth}
    covered = dict.fromkeys(truth, 0)
    for run in range(runs):
        unit, year = rng.normal(size=40)[index.codes[0]], rng.normal(size=6)[index.codes[1]]
        x = 1.0 + rng.normal(size=240)
        m = 0.5 * (x - 1.0) + 0.3 * unit + rng.normal(size=240)  # mean zero at x = 1
        y = 0.2 * x + 0.4 * m + 0.3 * x * m + unit + year + rng.normal(size=240)
        found = spec.fit(pd.DataFrame({"x": x, "m": m, "y": y}, index), reps=199, rng=run).at_levels()
        for name in truth:
            line = found.tidy().set_index("equation").loc[name]
            estimates[name].append(float(line["estimate"]))
            covered[name] += bool(line["conf_low"] <= truth[name] <= line["conf_high"])
    for name, value in truth.items():
        error = np.std(estimates[name]) / np.sqrt(runs)
        assert np.mean(estimates[name]) == pytest.approx(value, abs=4 * error)  # four errors of the mean
        # 95 % of 120, less 5 points that percentile intervals lose at 40 clusters, less three binomial errors
        assert covered[name] >= 120 * (0.90 - 3 * np.sqrt(0.9 * 0.1 / 120))


@pytest.mark.parametrize("road", ["interaction", "moderator"])
def test_sensitivity_with_a_product_recovers_the_correlation(road: str) -> None:
    """The errors are correlated by .5; at that correlation the effect is the true one, .6 * .4 at the centre."""
    rng = np.random.default_rng(8)
    n = 40_000
    index = pd.MultiIndex.from_product([range(400), range(100)], names=["province", "year"])
    x, w = rng.normal(size=n), rng.normal(size=n)
    shared = rng.normal(size=n)
    m = 0.6 * x + 0.5**0.5 * (rng.normal(size=n) + shared)
    by = x if road == "interaction" else w
    y = 0.3 * x + 0.4 * m + 0.5 * by * m + 0.5**0.5 * (rng.normal(size=n) + shared)
    data = pd.DataFrame({"x": x, "w": w, "m": m, "y": y}, index)
    options: dict[str, Any] = (
        {"interaction": True} if road == "interaction" else {"moderator": "w", "moderates": ("second",)}
    )
    found = pk.Mediation("y", "x", "m", effects="none", vcov=pk.Cluster(), **options).fit(data, reps=100)
    # the error of a slope is about 1 / sqrt(n) = .005, and of the centre as much; four of them
    assert found.sensitivity().at(0.5) == pytest.approx(0.24, abs=0.02)
    assert found.sensitivity().at(0.0) == pytest.approx(found.params["indirect"], rel=1e-9)


# -- what may not stand among the controls


@pytest.mark.parametrize(
    "control",
    ["x:m", "m:x", "I(m^2)", "log(m)", "C(k):m", "I(x * m)", "I(z / m)", "diff(m)", "bs(m, df=3)", "C(m)",
     "scale(m)", "m:z", "lag(z):m", "I((m - lag(m)) / lag(m))", "poly(m, degree=2)"],
)  # fmt: skip
@pytest.mark.parametrize("model", [pk.Mediation, pk.SpatialMediation])
def test_a_mediator_inside_a_control_is_refused_by_name(control: str, model: Any) -> None:
    label = parse_terms(control)[0].label
    with pytest.raises(SpecError) as told:
        model("y", "x", "m", controls=f"z + {control}")
    assert f"`{label}` is made of the mediator `m`" in str(told.value)
    assert "interaction=True" in str(told.value)


def test_a_crossing_names_its_product() -> None:
    with pytest.raises(SpecError, match="`x:m` is made of the mediator"):
        pk.Mediation("y", "x", "m", controls="x*m")


@pytest.mark.parametrize("moderator", ["I(m^2)", "log(m)", "x * m", "m / z"])
def test_a_mediator_inside_the_moderator_is_refused(moderator: str) -> None:
    with pytest.raises(SpecError, match="is made of the mediator `m`"):
        pk.Mediation("y", "x", "m", moderator=moderator)


def test_the_second_of_two_mediators_is_found() -> None:
    with pytest.raises(SpecError, match=r"`m1:m2` is made of the mediator `m1`"):
        pk.Mediation("y", "x", ("m1", "m2"), controls="m1:m2")
    with pytest.raises(SpecError, match=r"`z:m2` is made of the mediator `m2`"):
        pk.Mediation("y", "x", ("m1", "m2"), controls="z:m2")


@pytest.mark.parametrize(
    ("control", "said"),
    [("x:z", "`x:z` is made of the treatment `x`"), ("I(x^2)", "made of the treatment"),
     ("I(x * z)", "made of the treatment"), ("I(y^2)", "made of the outcome `y`"),
     ("y:z", "`y:z` is made of the outcome `y`")],
)  # fmt: skip
def test_treatment_and_outcome_inside_a_control_are_refused(control: str, said: str) -> None:
    with pytest.raises(SpecError) as told:
        pk.Mediation("y", "x", "m", controls=control)
    assert said in str(told.value)


def test_all_such_terms_stand_in_one_message() -> None:
    with pytest.raises(SpecError, match=r"(?s)`I\(x\^2\)`.*`x:m`"):
        pk.Mediation("y", "x", "m", controls="x:m + I(x^2)")


@pytest.mark.parametrize("control", ["lag(m)", "lag(m, 2):z", "lag(x)", "lead(m)", "z:w", "I(w / x)"])
def test_other_variables_may_stand(control: str) -> None:
    assert pk.Mediation("y", "x", "m", controls=control).controls == control


def test_a_dated_treatment_is_the_dated_column() -> None:
    assert pk.Mediation("y", "x", "m", controls="x", treatment_lag=1)
    with pytest.raises(SpecError, match=r"made of the treatment `lag\(x, 1\)`"):
        pk.Mediation("y", "x", "m", controls="lag(x):z", treatment_lag=1)


MEDIATOR = "log(p / pop)"


@pytest.mark.parametrize(
    ("term", "held"),
    [("log(pop)", False), ("log(p)", False), ("log(gdp / pop)", False), ("p", False), ("I(p + pop)", False),
     ("lag(log(p / pop))", False), ("I(p / pop)", True), ("I(100 * p / pop)", True), ("I((pop / p)^2):z", True),
     ("I(x * p / pop)", True), ("I(p / pop + pop)", True), ("x:log(p / pop)", True)],
)  # fmt: skip
def test_a_shared_column_is_no_shared_variable(term: str, held: bool) -> None:
    assert Variable(parse_expression(MEDIATOR)).inside(parse_terms(term)[0]) is held


def test_options_of_the_interaction_are_checked() -> None:
    with pytest.raises(SpecError, match="parallel mediators without a moderator"):
        pk.Mediation("y", "x", ("m1", "m2"), order="serial", interaction=True)
    with pytest.raises(SpecError, match="parallel mediators without a moderator"):
        pk.Mediation("y", "x", "m", moderator="w", interaction=True)
    with pytest.raises(SpecError, match="levels= belongs to interaction=True"):
        pk.Mediation("y", "x", "m", levels=(1.0,))
    for levels in ((), "mean", (np.nan,), (np.inf,), ("p10",)):
        with pytest.raises(SpecError, match="finite values of the treatment"):
            pk.Mediation("y", "x", "m", interaction=True, levels=levels)


def test_result_is_told_in_both_languages_and_procedures_do_not_apply() -> None:
    found = pk.Mediation("y", "x", "m1", controls="z", interaction=True).fit(met_panel(), reps=100)
    assert "pure indirect" in found.summary()
    assert "slopes at the sample means" in found.summary()
    chinese = found.summary(language="zh")
    assert "纯间接效应" in chinese
    assert "均值（" in chinese
    assert "slopes" not in chinese
    with pytest.raises(SpecError, match="without a moderator or an interaction"):
        found.procedure("baron_kenny")
    with pytest.raises(SpecError, match=r"\.at_levels\(\)"):
        found.conditional()
    with pytest.raises(SpecError, match="change="):
        found.at_levels(change=0.0)
    assert any("outside the sample" in str(note) for note in found.at_levels((99.0,)).notes)
    plain = pk.Mediation("y", "x", "m1", controls="z").fit(met_panel(), reps=100)
    with pytest.raises(SpecError, match="interaction=True"):
        plain.at_levels()


@pytest.mark.parametrize("change", ["1", None, pd.NA, [1.0], 1 + 1j, True, 10**400, np.nan, 0])
def test_a_change_is_a_number_other_than_zero(change: Any) -> None:
    found = pk.Mediation("y", "x", "m1", "z", interaction=True).fit(met_panel(), reps=100)
    with pytest.raises(SpecError, match="change= is how far"):
        found.at_levels(change=change)


@pytest.mark.parametrize("interaction", ["False", "yes", 1, None])
def test_interaction_is_a_truth_value(interaction: Any) -> None:
    with pytest.raises(SpecError, match="interaction is True or False"):
        pk.Mediation("y", "x", "m1", interaction=interaction)


def test_levels_of_ones_own_keep_their_digits() -> None:
    with pytest.raises(SpecError, match="levels= lists finite values"):
        pk.Mediation("y", "x", "m1", interaction=True, levels=(10**400,))
    found = pk.Mediation("y", "x", "m1", "z", interaction=True).fit(met_panel(), reps=100)
    told = found.at_levels((12345.0, 12345.25, 0.1 + 0.2))
    assert told.terms[:3] == ("12345", "12345.25", "0.30000000000000004")
    assert any("12345, 12345.25 lies outside" in note for note in told.notes)


def test_levels_in_chinese_hold_no_english() -> None:
    found = pk.Mediation("y", "x", ("m1", "m2"), "z", interaction=True).fit(met_panel(), reps=100)
    text = found.at_levels((1.0,)).summary(language="zh")
    for english in ("pure", "total", "direct", "via", "order", "parallel", "replications", "seed"):
        assert english not in text
    for told in ("总间接效应，经m2", "受控直接效应", "自助法重复 100 次，随机种子 0", "中介次序"):
        assert told in text
    assert "纯间接效应，经m1" in found.at_levels((1.0,)).to_markdown(language="zh")


def test_a_variable_named_like_an_effect_keeps_its_name_in_chinese() -> None:
    data = met_panel().rename(columns={"x": "index", "m1": "total"})
    text = pk.Mediation("y", "index", "total", "z").fit(data, reps=100).summary(language="zh")
    arrows = [line.split()[:2] for line in text.splitlines()]
    assert ["index", "total"] in arrows
    assert ["total", "y"] in arrows
