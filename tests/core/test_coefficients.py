"""Names of terms are words of hypotheses; derivatives of trees are exact."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.formula.coefficients import read_combination, read_equations
from panelkit.formula.derivative import Slope, is_linear, sloped
from panelkit.formula.tree import Column, columns_of
from panelkit.kernels.derivatives import numerical_jacobian

TERMS = (
    "log(gdp)",
    "x",
    "x:z",
    "z",
    "W*x",
    "C(year)[2012]:log(gdp)",
    "rho",
    "x2",
    "R&D 经费",
    "研发",
    "lag(y)",
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x", ["x"]),
        ("x:z = z", ["x:z", "z"]),
        ("log( gdp ) - 2*x:z = 3", ["log(gdp)", "x:z"]),
        ("W*x = 0", ["W*x"]),
        ("W * x = rho", ["W*x", "rho"]),
        ("C(year)[2012]:log(gdp) = 0", ["C(year)[2012]:log(gdp)"]),
        ("`R&D 经费` = 研发", ["R&D 经费", "研发"]),
        ("R&D 经费", ["R&D 经费"]),
        ("`研发` + lag(y)", ["研发", "lag(y)"]),
        ("exp(x2)", ["x2"]),
        ("1e-3*x", ["x"]),
    ],
)
def test_names_of_terms_are_found(text: str, names: list[str]) -> None:
    found = read_equations(text, TERMS)
    held = [name for each in found for side in (each.left, each.right) for name in columns_of(side)]
    assert list(dict.fromkeys(held)) == names


def test_a_chain_of_equals_is_one_equation_each() -> None:
    assert [each.text for each in read_equations("x = z = 0", TERMS)] == ["x = z", "z = 0"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x22 = 0", "no term `x22`.*there are `log.gdp.`"),
        ("x22 = 0", "Perhaps `x2` is meant"),
        ("gdp", "no term `gdp`"),
        ("log(x, 2)", "option"),
        ("x = ", "one side"),
        ("x == z", "each `=` once"),
        ("x = 0 z", "does not fit here"),
        ("__import__('os')", "underscores"),
        ("x.y", "attributes|no term"),
        ("sin(x)", "not a function"),
        ("", "is text"),
        ("(x", "parenthesis"),
    ],
)
def test_what_does_not_pass_is_refused(text: str, said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        read_equations(text, TERMS)


def test_an_equation_is_no_combination() -> None:
    with pytest.raises(pk.SpecError, match="equation"):
        read_combination("x = 1", TERMS)


@pytest.mark.parametrize(
    "text",
    [
        "-x/(2*x2)", "exp(x)*log(z)", "sqrt(z^2 + 1)", "x^z", "2^x", "(x + z)^3/x2", "log1p(z)/log2(z) - log10(z)",
        "asinh(x) - abs(x2)", "-x^2", "I(x*z)", "x - z - x2", "x/z/x2",
    ],
)  # fmt: skip
def test_gradients_are_those_of_differences(text: str) -> None:
    names, at = ("x", "z", "x2"), np.array([0.7, 1.3, -0.4])
    tree, unit = read_combination(text, names), np.eye(3)

    def value(theta: np.ndarray) -> Slope:
        def known(node: object) -> Slope | None:
            if not isinstance(node, Column):
                return None
            j = names.index(node.name)
            return Slope(np.asarray(theta[j]), unit[j])

        return sloped(tree, known)

    by_differences = numerical_jacobian(lambda theta: np.atleast_1d(value(theta).value), at)[0]
    # central differences with steps of 1e-5 leave errors of about 1e-10
    np.testing.assert_allclose(np.broadcast_to(value(at).by, (3,)), by_differences, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "linear"),
    [
        ("x + 2*z - 1", True),
        ("(x - z)/3", True),
        ("-(x)", True),
        ("x*z", False),
        ("x/z", False),
        ("2^3*x", True),
        ("x^2", False),
        ("exp(x)", False),
    ],
)
def test_what_is_linear_is_known(text: str, linear: bool) -> None:
    assert is_linear(read_combination(text, ("x", "z"))) is linear
