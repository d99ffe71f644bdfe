"""What other programs write in a formula is refused with what says the same here."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.formula.formula import parse_formula
from tests.panels import random_panel

STATA = [
    ("y ~ L3.x", "`lag(x, 3)`"),
    ("y ~ L.x", "`lag(x)`"),
    ("y ~ l2.研发 + z", "`lag(研发, 2)`"),
    ("y ~ F.x", "`lead(x)`"),
    ("y ~ F2.x", "`lead(x, 2)`"),
    ("y ~ D.x", "`diff(x)`"),
    ("y ~ D2.x", "`diff(diff(x))`"),
    ("y ~ S4.x", "`diff(x, 4)`"),
    ("y ~ L(1/3).x", "`lag(x, 1) + lag(x, 2) + lag(x, 3)`"),
    ("y ~ L(0/1).x", "`x + lag(x, 1)`"),
    ("D.y ~ x", "`diff(y)`"),
    ("y ~ x + i.year", "`C(year)`"),
    ("y ~ x + i.year", '`effects="twoway"`'),
    ("y ~ ib2010.year", "`C(year, base=2010)`"),
    ("y ~ c.x#c.z", "`x:z`"),
    ("y ~ c.x##c.z", "`x*z`"),
    ("y ~ x##z", "`x*z`"),
    ("y ~ x#z", "`x:z`"),
    ("y ~ i.province#c.year", "`C(province):year`"),
    ("y ~ i.a#i.b#c.x", "`C(a):C(b):x`"),
    ("y ~ x + ib2013.year#i.treat", "`C(year, base=2013):C(treat)`"),
    ("y ~ x + ib2013.year#c.treat", "`C(year, base=2013):treat`"),
    ("y ~ x + b2013.year##c.treat", "`C(year, base=2013)*treat`"),
    ("y ~ x + ibn.region#c.z", "`C(region):z`"),
    ("y ~ i.region#i.year", "`C(region):C(year)`"),
    ("y ~ c.x#c.x", "`I(x^2)`"),
    ("y ~ c.x##c.x", "`x + I(x^2)`"),
    ("y ~ c.x##c.x##c.x", "`x + I(x^2) + I(x^3)`"),
    ("y ~ i.region##c.x##c.x", "`C(region)*(x + I(x^2))`"),
    ("y ~ i.region#c.x#c.x", "`C(region):I(x^2)`"),
    ("y ~ cL.x#c.z", "`lag(x):z`"),
    ("y ~ L2.x##i.region", "`lag(x, 2)*C(region)`"),
    ("y ~ x + ib(first).year#c.treat", "`C(year):treat`"),
    ("y ~ c.x", "`x`"),
    ("y ~ LD.x", "`lag(diff(x))`"),
    ("y ~ L2D.x + z", "`lag(diff(x), 2)`"),
    ("y ~ FS4.x", "`lead(diff(x, 4))`"),
]
LEVELS = [
    ("y ~ i.region#i.year", "a `base=` in one of them shows coefficients"),
    ("y ~ x + ib(#2).year#c.treat", "name the base level, `C(x, base=...)`"),
    ("y ~ x + ib(last).year", "name the base level, `C(x, base=...)`"),
    ("y ~ x + 2013.year#c.treat", "make a column of 0 and 1 of your own"),
    ("y ~ x + i(2013/2015).year#c.treat", "make a column of 0 and 1 of your own"),
]
OTHERS = [
    ("y ~ x | id + year", '`effects="twoway"`'),
    ("y ~ x | id + year", "--effects twoway"),
    ("y ~ 1 | id | x ~ z", "`y ~ z + [x ~ w]`"),
    ("y ~ l(x, 1)", "`lag(...)`"),
    ("y ~ f(x)", "`lead(...)`"),
    ("y ~ d(x)", "`diff(...)`"),
    ("y ~ i(year, treat)", "`C(...)`"),
    ("y ~ factor(region)", "`C(...)`"),
    ("y ~ ln(x)", "`log(...)`"),
    ("y ~ as.factor(region) + x", "`C(region)`"),
    ("y ~ np.log(x)", "`log(...)`"),
    ("y ~ numpy.ln(x)", "`log(...)`"),
    ("y ~ demean(x)", "`center(...)`"),
    ("y ~ Q('gdp per head')", "backticks"),
    ("y ~ lag(x, -1)", "`lead(x, k)`"),
    ("y ~ lead(x, -2)", "`lag(x, k)`"),
    ("y ~ [x ~ z]", "InstrumentalFE"),
]
NAMES = [
    ("y ~ 居民人均可支配收入（元）", "`` `居民人均可支配收入（元）` ``"),
    ("y ~ 地区生产总值（亿元） + x", "`` `地区生产总值（亿元）` ``"),
    ("log(居民收入（元/人）) ~ x", "`` `居民收入（元/人）` ``"),
    ("y ~ GDP(亿元)", "`` `GDP(亿元)` ``"),
    ("y ~ log(GDP (亿元))", "`` `GDP (亿元)` ``"),
    ("y ~ 增长率(%)", "`` `增长率(%)` ``"),
    ("y ~ log（x）", "type `(`"),
]


@pytest.mark.parametrize(("text", "remedy"), [*STATA, *LEVELS, *OTHERS, *NAMES], ids=lambda part: part[:30])
def test_the_message_names_the_way_out(text: str, remedy: str) -> None:
    with pytest.raises(pk.SpecError) as caught:
        parse_formula(text)
    assert remedy in str(caught.value)
    assert "^" in str(caught.value)  # and points at the place


@pytest.mark.parametrize(("text", "remedy"), [*STATA, *NAMES[:-1]], ids=lambda part: part[:30])
def test_what_the_message_says_to_write_passes(text: str, remedy: str) -> None:
    written = re.sub(r"^`(?:` )?|(?: `)?`$", "", remedy) if not remedy.startswith("`effects") else "x"
    assert parse_formula(f"outcome ~ {written}").rhs_terms


@pytest.mark.parametrize("word", ["EntityEffects", "TimeEffects"])
def test_effects_of_linearmodels_are_an_option(word: str) -> None:
    frame = random_panel(1, 8, 5)
    with pytest.raises(pk.DataError, match='`effects="twoway"` of the model'):
        pk.FixedEffects(f"y ~ x1 + {word}").fit(frame)
    named = frame.assign(**{word: frame["x2"]})  # a column of that name is a column
    assert pk.FixedEffects(f"y ~ x1 + {word}").fit(named).terms == ("x1", word)


def test_a_negative_base() -> None:
    frame = random_panel(2, 10, 6)
    frame["k"] = np.random.default_rng(0).integers(-1, 2, len(frame))
    fit = pk.FixedEffects("y ~ x1 + C(k, base=-1)").fit(frame)
    assert fit.terms == ("x1", "C(k, base=-1)[0]", "C(k, base=-1)[1]")
    plain = frame.assign(zero=(frame["k"] == 0) * 1.0, one=(frame["k"] == 1) * 1.0)
    right = pk.FixedEffects("y ~ x1 + zero + one").fit(plain)
    np.testing.assert_allclose(fit.estimates, right.estimates, rtol=1e-10)  # the same columns, solved alike
    for text in ("-1.0", "- 1", '"-1"'):
        again = pk.FixedEffects(f"y ~ x1 + C(k, base={text})").fit(frame)
        np.testing.assert_array_equal(again.estimates, fit.estimates)
    with pytest.raises(pk.DataError, match="no row of the sample holds the base"):
        pk.FixedEffects("y ~ C(k, base=-2)").fit(frame)
    with pytest.raises(pk.SpecError, match="text in quotes, or a number"):
        parse_formula("y ~ C(k, base=-x)")


def test_names_with_units_in_formulas_and_indices() -> None:
    rng = np.random.default_rng(5)
    names = ["居民人均可支配收入（元）", "GDP(亿元)", "地区生产总值（亿元）", "a, b"]
    index = pd.MultiIndex.from_product([["北京", "上海", "江苏", "浙江"], range(2010, 2016)])
    frame = pd.DataFrame(rng.uniform(1, 2, (24, 4)), index.set_names(["省份", "年份"]), names)
    plain = frame.set_axis(["a", "b", "c", "d"], axis=1)
    fit = pk.FixedEffects("`居民人均可支配收入（元）` ~ log(`GDP(亿元)`) + `地区生产总值（亿元）`").fit(frame)
    right = pk.FixedEffects("a ~ log(b) + c").fit(plain)
    np.testing.assert_array_equal(fit.estimates, right.estimates)
    index_fit = pk.composite_index(dict.fromkeys(names, 1), frame)
    np.testing.assert_array_equal(
        index_fit.scores.to_numpy(), pk.composite_index(dict.fromkeys("abcd", 1), plain).scores.to_numpy()
    )
    assert list(index_fit.weights.index) == names
    for name in ("", " x", "x\n"):
        with pytest.raises(pk.SpecError):
            pk.composite_index({name: 1}, frame.assign(**{name: 1.0}))
