"""The gate: what passes, what is refused and where it points, and that nothing is ever run."""

from __future__ import annotations

import builtins
import re
import subprocess
import tomllib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.formula.formula import FUNCTIONS, Formula, evaluate, materialise, parse_formula
from panelkit.formula.grammar import MAX_DEPTH, parse_expression, parse_terms
from panelkit.formula.tokens import MAX_LENGTH
from panelkit.language.errors import DataError, PanelkitError, SpecError
from tests.counting import calls_of

ESCAPES = [
    "y ~ __import__('os').system('touch tripped')",
    "y ~ x.__class__.__mro__",
    "y ~ x.real",
    "y ~ ().__class__",
    "y ~ log.__globals__",
    "y ~ I(__builtins__)",
    "y ~ I((lambda: 1)())",
    "y ~ lambda",
    "y ~ I([x for x in y])",
    "y ~ x[0]",
    "y ~ {x}",
    "y ~ {open('f')}",
    "y ~ I(x := 1)",
    "y ~ x; import os",
    "y ~ x\nimport os",
    "y ~ eval('1')",
    "y ~ exec(x)",
    "y ~ open('/etc/passwd')",
    "y ~ getattr(x, 'real')",
    "y ~ I(x if y else z)",
    "y ~ I(x and y)",
    "y ~ I(not x)",
    "y ~ I(x == 1)",
    "y ~ I(x < 1)",
    "y ~ x | z",
    "y ~ x @ z",
    "y ~ x % z",
    "y ~ log(x)(1)",
    "y ~ log(log)(x)",
    "y ~ np.log(x)",
    "y ~ 'x'",
    'y ~ log("x")',
    "y ~ f'{x}'",
    "y ~ b'x'",
    "y ~ C(region, base='we\\'st')",
    "y ~ C(region, contr='sum')",
    "y ~ C(region, base=__import__)",
    "y ~ lag(x, k=__import__('os'))",
    "y ~ lag(x, **z)",
    "y ~ lag(x, *z)",
    "y ~ x # comment",
    "y ~ \\x",
    "y ~ ｌｏｇ(x)",
    "y ~ 𝓵𝓸𝓰(x)",
    "y ~ ＿＿import＿＿(x)",
    "y ~ х",
    "y ~ `ｘ`",
    "y ~ `x\u200b`",
    "y ~ x\u202e",
    "y ~ `__class__`",
    "y ~ `unclosed",
    "y ~ 1j*x",
    "y ~ 0x10 + x",
    "y ~ I(x * 1e999)",
    "y ~ x...",
    "y ~ `log`(x)",
    "y ~ $x",
    "y ~ x!",
    "y ~ x\x00",
    "y ~ yield",
    "y ~ None",
    "y ~ ~x",
    "y ~ x ~ z",
    "y ~ I(x",
    "y ~ x)",
    "y ~ I()",
    "y ~ log(x, 2)",
    "y ~ bs(x, df=4, df=5)",
    "y ~ I(C(x))",
    "y ~ log(bs(x))",
    "~ x",
    "y",
    "y ~",
    "",
]


def _arm(monkeypatch: pytest.MonkeyPatch) -> None:
    def tripped(*args: object, **kwargs: object) -> None:
        raise AssertionError("text of a formula was evaluated")

    for name in ("eval", "exec", "compile", "open", "input", "breakpoint"):
        monkeypatch.setattr(builtins, name, tripped)
    monkeypatch.setattr(subprocess, "Popen", tripped)


@pytest.mark.parametrize("text", ESCAPES)
def test_escapes_are_refused_before_anything_runs(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as armed:
        _arm(armed)
        try:
            parse_formula(text)
        except SpecError as error:
            message = str(error)
        else:
            message = ""
    assert message.startswith("formula, position "), f"{text!r} passed"


@pytest.mark.parametrize("text", [text for text in ESCAPES if "\x00" not in text and "\n" not in text])
def test_formulas_from_a_claim_file_meet_the_same_gate(text: str, panel: pd.DataFrame) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    claim = tomllib.loads(f'[design]\nformula = "{quoted}"\n')
    with pytest.raises(SpecError):
        materialise(claim["design"]["formula"], panel)


@pytest.mark.parametrize(
    "text", ["x.real", "__import__('os')", "x[0]", "x; y", "x ~ z", "eval(x)", "C(x)", "2 + 3"]
)
def test_expressions_meet_the_gate(text: str, panel: pd.DataFrame) -> None:
    with pytest.raises(SpecError):
        evaluate(text, panel)


def test_the_message_points_at_the_place() -> None:
    with pytest.raises(SpecError) as caught:
        parse_formula("y ~ x1 + x2.real")
    lines = str(caught.value).splitlines()
    assert "position 12" in lines[0]
    assert "backticks" in lines[0]
    assert lines[2].index("^") == lines[1].index(".real")


def test_the_caret_allows_for_wide_characters() -> None:
    with pytest.raises(SpecError) as caught:
        parse_formula("产出 ~ 投入;")
    shown, caret = str(caught.value).splitlines()[1:]
    # Four ideographs stand before the semicolon, each two columns wide on a terminal.
    assert caret.index("^") == shown.index(";") + 4


def test_the_caret_stays_inside_a_long_formula() -> None:
    text = "y ~ " + " + ".join(f"variable_{at}" for at in range(100)) + " + x.real"
    with pytest.raises(SpecError) as caught:
        parse_formula(text)
    shown, caret = str(caught.value).splitlines()[1:]
    assert shown[caret.index("^")] == "."


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("y ~ x^2", "I(x^2)"),
        ("y ~ x**3", "I(x^3)"),
        ("y ~ log(x)^2", "I(log(x)^2)"),
        ("y ~ (x)^2", "I(x^2)"),
        ("y ~ (a:b)^2", "I((a * b)^2)"),
        ("y ~ `my x`^2", "I(`my x`^2)"),
        ("y ~ x:x", "I(x^2)"),
        ("y ~ x*x", "I(x^2)"),
        ("y ~ C(x)^2", "leave the power out"),
        ("y ~ x / z", "I(a / b)"),
        ("y ~ x - z", "I(a - b)"),
        ("y ~ 2*x", "I(...)"),
        ("y ~ x + 5", "I(...)"),
        ("y ~ logg(x)", "log"),
        ("y ~ x | entity", "effects="),
        ("y ~ x>2", "make the dummy a column"),
        ("y ~ log（x）", "type `(`"),
        ("y ~ x＋z", "type `+`"),
        ("y ～ x", "type `~`"),
        ("y ~ x\u3000+ z", "type a blank"),
        ("y ~ lag(x，2)", "type `,`"),
        ("y ~ x − z", "type `-`"),
        ("y ~ é", "backticks"),
        ("y ~ lag(x, 0)", "between 1 and"),
        ("y ~ lag(x, 1.5)", "whole number"),
        ("y ~ lag(x, -1)", "whole number"),
        ("y ~ winsorize(x, 0.7)", "between 0 and 0.5"),
        ("y ~ C(x + z)", "one column"),
        ("y ~ y + x", "leave it out"),
        ("y ~ (x + 1)", "I(...)"),
        ("y ~ (a + b)^x", "up to 6"),
        ("y ~ (a + b)^2^2", "one power"),
        ("y ~ x + I(2)", "leave it out"),
        ("y ~ Intercept + x", "rename"),
        ("y ~ gdp per capita", "joined by"),
        ("y ~ 2015x", "plain decimal number"),
    ],
)
def test_refusals_say_what_to_write(text: str, remedy: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_formula(text)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "y ~ " + "(" * 5_000,
        "y ~ I(" + "-" * 5_000 + "x)",
        "y ~ I(" + "x^" * 4_000 + "x)",
        "y ~ " + "log(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1),
        "y ~ " + "x" * (MAX_LENGTH + 1),
        "y ~ " + "*".join(f"x{at}" for at in range(60)),
        "y ~ (" + "+".join(f"x{at}" for at in range(60)) + ")^6",
        "y ~ " + "+".join(f"x{at}" for at in range(1_600)) + " + " + "*".join(f"z{at}" for at in range(9)),
    ],
    ids=lambda text: text[:12] + text[-4:],
)
def test_formulas_that_are_too_much_are_refused_without_exponential_work(text: str) -> None:
    def refuse() -> None:
        with pytest.raises(SpecError):
            parse_formula(text)

    # Crossing stops at 2,000 terms, which costs some 45,000 calls; beyond that the work is linear in the text.
    calls_of(refuse, most=100_000 + 30 * len(text))


def test_a_long_flat_formula_passes() -> None:
    formula = parse_formula("y ~ I(" + "+".join(["x"] * 3_000) + ")")
    assert formula.columns == ("y", "x")


def test_text_is_required() -> None:
    with pytest.raises(SpecError, match="text"):
        parse_formula(3)  # type: ignore[arg-type]


GOOD = [
    "y ~ x1 + x2",
    "log(rd_expenditure / gdp) ~ log(gov) + lag(x, 2)",
    "研发强度 ~ 政府资金 + `研发 经费（万元）` + C(地区)",
    "rd / gdp ~ x",
    "y ~ x1 * x2 - x1:x2 - 1",
    "y ~ (a + b + c)^2",
    "y ~ 0 + I((a + b)^2 / 3.5e-1)",
    'y ~ C(region, base="west") + C(year, base=2010)',
    "y ~ bs(x, df=5, degree=2) + poly(z, 2) + winsorize(w, 0.05)",
    "y ~ 1",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_field_writes_passes_and_reads_back_as_itself(text: str) -> None:
    formula = parse_formula(text)
    again = parse_formula(str(formula))
    assert formula == again
    assert hash(formula) == hash(again)
    assert parse_formula(f"  {text}  ".replace(" ", "  ").replace("研发  经费", "研发 经费")) == formula


# Words that a formula is made of and words of attacks, in any order: a fuzz that random letters never reach.
WORDS = st.sampled_from(
    [
        *"xyz+-*/^:(),~='\"`.[]{};|@\\",
        "**", " ", "\n", "log(", "lag(", "C(", "I(", "bs(", "poly(", "0", "1", "2", "1e3", "k=", "base=", "df=",
        "__import__", "os", "eval", "exec", "lambda", "import", ":=", "省份", "（", "\u200b", "ｘ", "é",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(WORDS, max_size=25).map("".join), st.text(max_size=60)))
def test_no_text_is_ever_evaluated(text: str) -> None:
    with pytest.MonkeyPatch.context() as armed:
        _arm(armed)
        for read in (parse_formula, parse_expression, parse_terms):
            for attempt in (text, f"y ~ {text}"):
                with suppress(SpecError):
                    read(attempt)


FRAME = pd.DataFrame(
    {"x": [1.0, 2.0, 3.0, 5.0], "y": [2.0, 1.0, 4.0, 3.0], "z": [1.5, 0.5, 2.5, 3.5]},
    index=pd.MultiIndex.from_product([["A", "B"], [2010, 2011]], names=["province", "year"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=15).map("".join))
def test_whatever_passes_gives_numbers_or_an_error_of_ours(text: str) -> None:
    try:
        _, X = materialise(f"y ~ x + {text}", FRAME)
    except PanelkitError:
        return
    assert list(X.index) == list(FRAME.index)
    assert set(map(str, X.dtypes)) <= {"float64"}


# Well-formed formulas by construction, so that the fuzz reaches what lies behind the gate.
NAMES = st.sampled_from(["x", "z", "`x`", "year"])
ARITHMETIC = st.recursive(
    st.one_of(NAMES, st.sampled_from(["2", "0.5", "1e2"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "^", "**"]), inner).map(
            lambda t: f"({t[0]}{t[1]}{t[2]})"
        ),
        st.tuples(st.sampled_from(["log", "exp", "lag", "diff", "center", "asinh", "abs", "I"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        inner.map(lambda t: f"-{t}"),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(ARITHMETIC)
def test_arithmetic_is_the_arithmetic_of_numbers(text: str) -> None:
    try:
        result = evaluate(f"x*0 + {text}", FRAME)
    except PanelkitError:
        return
    if any(word in text for word in ("lag", "diff", "center")):
        return
    names = {
        "x": FRAME["x"],
        "z": FRAME["z"],
        "year": FRAME.index.get_level_values("year").to_numpy(dtype=float),
    }
    functions = {"log": np.log, "exp": np.exp, "asinh": np.arcsinh, "abs": np.abs, "I": lambda v: v}
    with np.errstate(all="ignore"):
        expected = eval(f"x*0 + {text.replace('`', '').replace('^', '**')}", {**names, **functions})
    # The same operations in the same order: equal to the last bit, but for the order of a product by zero.
    np.testing.assert_allclose(result.to_numpy(), np.broadcast_to(expected, 4), rtol=1e-12)


@pytest.fixture
def panel() -> pd.DataFrame:
    return FRAME.assign(region=["west", "west", "east", "east"])


def test_missing_columns_come_in_one_message(panel: pd.DataFrame) -> None:
    with pytest.raises(DataError) as caught:
        materialise("y ~ xx + log(regoin) + z", panel)
    message = str(caught.value)
    assert "`xx`" in message
    assert "`regoin` (near: `region`)" in message


def test_formula_is_frozen_and_hashable() -> None:
    formula = parse_formula("y~x")
    assert {formula: 1}[parse_formula("y ~ x")] == 1
    with pytest.raises(AttributeError):
        formula.text = "z"  # type: ignore[misc]
    assert isinstance(formula, Formula)


def test_formulaic_sees_only_names_and_numbers_of_our_making(
    monkeypatch: pytest.MonkeyPatch, panel: pd.DataFrame
) -> None:
    from formulaic.materializers import base

    seen: list[str] = []
    real = base.stateful_eval

    def spy(expression: str, *args: object, **kwargs: object) -> object:
        seen.append(expression)
        return real(expression, *args, **kwargs)

    monkeypatch.setattr(base, "stateful_eval", spy)
    materialise('y ~ bs(x, df=3) + x:`z` + C(region, base="east") + poly(z, 1)', panel)
    assert any(text.startswith("bs(") for text in seen)
    for text in seen:
        assert re.fullmatch(r"v[0-9]+|(bs|poly)\(v[0-9]+(, (df|degree)=[0-9]+)*\)", text), text


def test_the_page_of_formulas_lists_every_function() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formulas.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)\([^`]*\)` \| (.+?) \|$", page, flags=re.MULTILINE))
    assert listed == {name: function.meaning for name, function in FUNCTIONS.items()}
