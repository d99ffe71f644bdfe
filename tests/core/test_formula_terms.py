"""The algebra of terms: expansion, labels, intercepts, and changing a formula."""

from __future__ import annotations

import pytest
from formulaic import Formula as Formulaic
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.formula.formula import parse_formula
from panelkit.language.errors import SpecError


@pytest.mark.parametrize(
    ("right", "terms"),
    [
        ("a*b", ("a", "b", "a:b")),
        ("a:b", ("a:b",)),
        ("(a+b)^2", ("a", "b", "a:b")),
        ("(a+b+c)**2", ("a", "b", "c", "a:b", "a:c", "b:c")),
        ("(a+b)*c", ("a", "b", "c", "a:c", "b:c")),
        ("(a+b):c", ("a:c", "b:c")),
        ("a*b*c", ("a", "b", "c", "a:b", "a:c", "b:c", "a:b:c")),
        ("a:b + a", ("a", "a:b")),
        ("a*b - a:b", ("a", "b")),
        ("a + a + b", ("a", "b")),
        ("a:b + b:a", ("a:b",)),
        ("(a+b)*(a+c)", ("a", "b", "c", "a:c", "b:a", "b:c")),
        ("a + log( b/c )", ("a", "log(b / c)")),
        ("`a`+ `研发 经费` + 省份", ("a", "研发 经费", "省份")),
        ("lag(a,2)+lag(a, k=2)", ("lag(a, 2)", "lag(a, k=2)")),
        ("I( -a ^2*b)", ("I(-a^2 * b)",)),
        ("C(r , base='west')", ('C(r, base="west")',)),
        ("`a:b` + a:b", ("`a:b`", "a:b")),
        ("`log(a)` + log(a)", ("`log(a)`", "log(a)")),
    ],
)
def test_expansion_and_labels(right: str, terms: tuple[str, ...]) -> None:
    assert parse_formula(f"y ~ {right}").rhs_terms == terms


PLAIN = st.recursive(
    st.sampled_from(["a", "b", "c", "d"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda t: f"{t[0]} + {t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) * ({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}):({t[1]})"),
        inner.map(lambda t: f"(d + {t})^2"),
    ),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_expansion_is_that_of_formulaic_on_safe_input(right: str) -> None:
    try:
        ours = parse_formula(f"y ~ {right}")
    except SpecError as error:
        # A square that would silently read as the variable itself is ours to refuse.
        assert "times itself" in str(error) or "a power of" in str(error)  # noqa: PT017
        return
    theirs = {
        frozenset(str(term).split(":")) for term in Formulaic(right.replace("^", "**")) if str(term) != "1"
    }
    assert {term.key for term in ours.terms} == theirs


@pytest.mark.parametrize(
    ("right", "held"),
    [
        ("x", True),
        ("0 + x", False),
        ("x - 1", False),
        ("-1 + x", False),
        ("1 + x", True),
        ("x + 0", False),
        ("1", True),
    ],
)
def test_intercepts(right: str, held: bool) -> None:
    assert parse_formula(f"y ~ {right}").has_intercept is held


def test_outcome_columns_and_text() -> None:
    formula = parse_formula("log( (rd-gov)/gdp )~log(gov)+C(`地 区`)")
    assert formula.text == "log((rd - gov) / gdp) ~ log(gov) + C(`地 区`)"
    assert formula.outcome == "log((rd - gov) / gdp)"
    assert formula.columns == ("rd", "gov", "gdp", "地 区")
    assert str(formula) == formula.text


def test_formulas_change_by_making_another() -> None:
    formula = parse_formula("y ~ x + `my z` - 1")
    assert formula.with_outcome("log(w/ v)").text == "log(w / v) ~ x + `my z` - 1"
    assert parse_formula("y ~ `my z`").with_outcome("w").text == "w ~ `my z`"
    assert formula.with_outcome("`a ~ b`").outcome == "`a ~ b`"
    assert formula.adding("z + log(w)").rhs_terms == ("x", "my z", "z", "log(w)")
    assert formula.adding("a*b").rhs_terms == ("x", "my z", "a", "b", "a:b")
    assert formula.dropping("x").rhs_terms == ("my z",)
    assert formula.dropping("x").has_intercept is False
    assert formula.rhs_terms == ("x", "my z")


@pytest.mark.parametrize("text", ["z ~ w", "z) + (w", "", "__import__('os')", "z^2"])
def test_added_terms_meet_the_gate(text: str) -> None:
    with pytest.raises(SpecError):
        parse_formula("y ~ x").adding(text)


def test_dropping_an_unknown_term_is_refused() -> None:
    with pytest.raises(SpecError, match="not there"):
        parse_formula("y ~ x").dropping("z")
