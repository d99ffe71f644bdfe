"""What is said after the fit is said in Chinese too, whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import panelkit as pk
from tests.every_result import city_panel
from tests.show.test_languages import english

ACTS: dict[str, Callable[[Any], Any]] = {
    "test": lambda fit: fit.test(["x = w", "x = 0", "2*x = 2*w"]),
    "nonlinear": lambda fit: fit.test("x*w = 1"),
    "bootstrap": lambda fit: fit.test("x = w = 0", bootstrap=True, reps=99),
    "cr2": lambda fit: fit.with_vcov(pk.CR2()).test("x = w = 0"),
    "combine": lambda fit: fit.combine(["x/w", "x/I(x^2)"]),
    "turning point": lambda fit: fit.turning_point("x"),
    "margins": lambda fit: fit.margins("x", at="x"),
    "effects": lambda fit: fit.effects(),
    "statistics": lambda fit: fit.model_statistics(),
    "comparison": lambda fit: fit.compare(pk.FixedEffects("y ~ x").fit(city_panel())),
}


@pytest.mark.parametrize("act", ACTS)
def test_summaries_are_chinese(act: str) -> None:
    fit = pk.FixedEffects("y ~ x + w + I(x^2)", convention="fixest").fit(city_panel())
    said = ACTS[act](fit)
    assert said.summary() != said.summary(language="zh")
    assert english(said.summary(language="zh")) == []


def test_the_whole_table_of_xtreg_is_chinese() -> None:
    for spec in (
        pk.FixedEffects("y ~ x + w", convention="xtreg"),
        pk.RandomEffects("y ~ x + w", vcov=pk.Iid(), convention="xtreg"),
    ):
        assert english(spec.fit(city_panel()).summary(language="zh")) == []
