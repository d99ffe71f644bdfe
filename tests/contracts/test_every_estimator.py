"""What every estimator of the register keeps, whatever it estimates."""

from __future__ import annotations

import dataclasses
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language import register
from panelkit.results.fit import COLUMNS
from tests.contracts.cases import CASES, fitted, relabelled, shuffled
from tests.every_result import city_panel
from tests.show.test_languages import english

KEYS = register.keys("estimator")
every = pytest.mark.parametrize("key", KEYS)
SAME = 1e-6  # likelihoods are found by a search, which stops at another last bit under another order of units


def same(one: pd.DataFrame, two: pd.DataFrame, columns: list[str]) -> None:
    """Hold two tables of a result against each other."""
    assert one[["equation", "term"]].equals(two[["equation", "term"]])
    np.testing.assert_allclose(
        one[columns].to_numpy(float), two[columns].to_numpy(float), rtol=SAME, atol=SAME
    )


NUMBERS = [name for name in COLUMNS if name not in ("equation", "term")]


def test_every_estimator_has_a_row() -> None:
    assert sorted(CASES) == sorted(KEYS)


@every
def test_spec_is_frozen_hashable_and_comparable(key: str) -> None:
    spec, twin = CASES[key].spec("x"), CASES[key].spec("x")
    assert spec == twin
    assert hash(spec) == hash(twin)
    assert CASES[key].spec("z1") != spec
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.where = "year > 2011"


@every
def test_spec_and_result_survive_pickling(key: str) -> None:
    spec = CASES[key].spec("x")
    assert pickle.loads(pickle.dumps(spec)) == spec
    back = pickle.loads(pickle.dumps(fitted(key)))
    pd.testing.assert_frame_equal(back.tidy(), fitted(key).tidy())
    assert back.summary() == fitted(key).summary()


@every
def test_order_of_rows_does_not_matter(key: str) -> None:
    same(CASES[key].fit(shuffled(city_panel())).tidy(), fitted(key).tidy(), NUMBERS)


@every
def test_names_of_units_and_periods_do_not_matter(key: str) -> None:
    case = CASES[key]
    data, w = relabelled(city_panel(), 100)
    result = case.fit(data, w=w, shift=100)
    same(result.tidy(), fitted(key).tidy(), ["estimate"] if case.drawn else NUMBERS)


@every
def test_tidy_has_the_columns_of_every_result(key: str) -> None:
    table = fitted(key).tidy()
    assert tuple(table.columns[: len(COLUMNS)]) == COLUMNS
    assert not table.duplicated(["equation", "term"]).any()
    low, high = table["conf_low"].to_numpy(float), table["conf_high"].to_numpy(float)
    assert (low <= high)[~np.isnan(low)].all()


@every
def test_summary_speaks_both_languages(key: str) -> None:
    result = fitted(key)
    said, chinese = result.summary(), result.summary(language="zh")
    assert said != chinese
    assert english(chinese) == []


@every
@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_are_written(key: str, language: str, tmp_path: Path) -> None:
    result = fitted(key)
    assert "tabular" in result.to_latex(language=language)
    assert "<table" in result.to_html(language=language)
    assert "|" in result.to_markdown(language=language)
    path = result.to_docx(tmp_path / "table.docx", language=language)
    assert zipfile.is_zipfile(path)


def spoiled(kind: str) -> pd.DataFrame:
    """Return the panel with one thing wrong; the column at fault is `bad`."""
    frame = city_panel()
    frame["bad"] = frame["x"]
    if kind == "missing column":
        return frame.drop(columns="bad")
    if kind == "constant":
        return frame.assign(bad=1.0)
    if kind == "text":
        return frame.assign(bad="much")
    frame.loc[("c02", 2012), "bad"] = np.inf
    return frame


@every
@pytest.mark.parametrize("kind", ["missing column", "constant", "text", "infinite"])
def test_bad_columns_are_refused_by_name(key: str, kind: str) -> None:
    with pytest.raises(pk.PanelkitError, match="bad"):
        CASES[key].fit(spoiled(kind), regressor="bad")


@every
def test_a_cell_held_twice_is_refused_by_name(key: str) -> None:
    data = city_panel()
    with pytest.raises(pk.DataError, match=r"c03.*2013"):
        CASES[key].fit(pd.concat([data, data.loc[[("c03", 2013)]]]))


@every
def test_a_result_is_of_the_kind_that_the_register_names(key: str) -> None:
    entry = register.entry_of("estimator", key)
    names: set[Any] = {kind.__name__ for kind in type(fitted(key)).__mro__}
    assert entry.result in names
    assert entry.family
    assert all(isinstance(word, str) and word for word in entry.can)
