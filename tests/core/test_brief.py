"""`repr` of a result is short, `print` shows the table, a notebook shows it in HTML, and no error prints arrays."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.message import verbatim
from panelkit.results.measure import Measure
from panelkit.show.brief import LONGEST, Brief, short
from tests import every_result

ARRAYS = re.compile(r"Array|DataFrame|Series|csr_array")
# a table's own row of strings, and figures
NOT_RESULTS = {"Row", "Grid", "Sheet"}


def dataclasses_of_panelkit() -> Iterator[type]:
    for module in pkgutil.walk_packages(pk.__path__, "panelkit."):
        for one in vars(importlib.import_module(module.name)).values():
            if dataclasses.is_dataclass(one) and isinstance(one, type) and one.__module__ == module.name:
                yield one


@cache
def results() -> tuple[tuple[str, Any], ...]:
    return (*every_result.estimates(), *every_result.spatial(), *every_result.studies())


def test_every_public_dataclass_with_arrays_is_brief() -> None:
    long = [
        f"{one.__module__}.{one.__name__}"
        for one in dataclasses_of_panelkit()
        if not one.__name__.startswith("_")
        and one.__name__ not in NOT_RESULTS
        and any(field.repr and ARRAYS.search(str(field.type)) for field in dataclasses.fields(one))
        and not issubclass(one, Brief)
        and one.__name__ != "Weights"  # has one of its own, tested below
    ]
    assert long == []


def test_the_repr_of_every_result_is_one_short_line() -> None:
    for name, result in results():
        text = repr(result)
        assert len(text) <= LONGEST, name
        assert "\n" not in text, name
        assert "array(" not in text, name
        assert text.startswith(type(result).__name__), name


def test_the_repr_says_what_the_fit_is() -> None:
    fit = pk.FixedEffects("y ~ x + w").fit(every_result.city_panel())
    text = repr(fit)
    for part in ("y ~ x + w", "nobs=160", "n_units=20", "effects=twoway"):
        assert part in text
    assert str(fit) == fit.summary()
    assert len(str(fit).splitlines()) > 10


def test_parts_of_fits_are_short_too() -> None:
    data, w = every_result.city_panel(), every_result.lattice()
    fit = pk.SpatialPanel("y ~ x", "sdm").fit(data, w)
    whole = pk.FixedEffects("y ~ x").fit(data)
    for part in (
        fit.sample,
        fit.design,
        fit.curvature,
        fit.impact_parts(),
        whole.linear,
        whole.design,
        w,
        fit.weights,
    ):
        assert len(repr(part)) <= LONGEST
        assert "..., " not in repr(part)
        assert not re.search(r"\d\.\d+, -?\d\.\d+", repr(part))  # no two numbers of an array


def test_a_notebook_shows_tables() -> None:
    for name, result in results():
        html = result._repr_html_()
        assert "<table" in html, name
    fit = pk.FixedEffects("y ~ x + w").fit(every_result.city_panel())
    assert f"{fit.estimates[0]:.3f}" in fit._repr_html_()


def test_measures_and_claims_show_tables() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [2020, 2021]], names=["province", "year"])
    values = pd.DataFrame({"score": [0.1, 0.2, 0.3, 0.4]}, index=index)
    measure = Measure(name=verbatim("index"), values=values, notes=(verbatim("a note"),))
    assert repr(measure) == "Measure(index: 2 units, 2020-2021; score)"
    assert "0.400" in measure._repr_html_()
    assert "0.100" not in measure._repr_html_()  # the last year only
    assert "a note" in measure._repr_html_()
    checked = pk.check("A10")
    assert repr(checked) == "CheckResult(1 claims, 1 verdicts, 0 failed)"
    assert repr(checked.verdicts[0]) == "Verdict(A10: NOT TESTABLE)"
    assert "NOT TESTABLE" in checked._repr_html_()


def test_errors_print_no_arrays() -> None:
    fit = pk.FixedEffects("y ~ x").fit(every_result.city_panel())
    for call in (
        lambda: fit.absent,
        lambda: fit + 1,
        lambda: fit(),
        lambda: len(fit),
        lambda: float(fit),
        lambda: pk.FixedEffects(fit).fit(every_result.city_panel()),
        lambda: pk.SpatialPanel("y ~ x", model=fit),
        lambda: pk.FixedEffects("y ~ x", effects=fit).fit(every_result.city_panel()),
        lambda: pk.FixedEffects("y ~ x", vcov=fit),
        lambda: dataclasses.replace(fit, nothing=1),
    ):
        with pytest.raises(Exception) as caught:  # noqa: PT011 (whatever it is, it is short)
            call()
        assert len(str(caught.value)) < 600
        assert "array(" not in str(caught.value)
        assert "..." not in str(caught.value).replace("...)", "")


@dataclasses.dataclass(frozen=True)
class Held(Brief):
    """Anything."""

    table: pd.DataFrame
    array: np.ndarray
    text: str = ""
    nothing: int | None = None


@dataclasses.dataclass(frozen=True)
class Inherits(Held):
    """A dataclass of a dataclass keeps the short repr."""

    more: tuple[int, ...] = ()


def test_large_values_are_named_by_their_size() -> None:
    held = Held(pd.DataFrame(np.zeros((1000, 4))), np.zeros((10, 3)), "x" * 500)
    assert repr(held).startswith("Held(table=DataFrame(1000, 4), array=array(10, 3)")
    assert len(repr(held)) <= LONGEST
    assert (
        repr(Inherits(pd.DataFrame(), np.zeros(3), more=tuple(range(99))))
        == "Inherits(array=array(3), more=99 items)"
    )
    assert short({"a": 1}) == "1 entries"
    assert short(np.float64(0.123456)) == "0.1235"
    assert short(pd.Series([1, 2])) == "Series(2)"


def test_results_show_themselves_in_the_language_that_is_set() -> None:
    before = {name: (result._repr_html_(), str(result)) for name, result in results()}
    pk.set_language("zh")
    try:
        for name, result in results():
            assert re.search("[\u4e00-\u9fff]", result._repr_html_()), name
            assert re.search("[\u4e00-\u9fff]", str(result)) or str(result) == repr(result), name
        assert "无法检验" in pk.check("A10")._repr_html_()
        with pytest.raises(pk.SpecError, match="'en' or 'zh'"):
            pk.set_language("fr")
    finally:
        pk.set_language("en")
    assert {name: (result._repr_html_(), str(result)) for name, result in results()} == before
