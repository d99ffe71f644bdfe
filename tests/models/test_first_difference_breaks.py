"""First differences do not step over a change of base, even where the level was asked for by name."""

from __future__ import annotations

import pytest

import panelkit as pk


def test_a_change_over_a_break_is_asked_for_by_name() -> None:
    named = {"va_secondary": "as_published"}
    data = pk.load_provinces(["va_secondary", "population"], (2012, 2022), vintage=named)
    spec = pk.FirstDifference("log(va_secondary) ~ log(population)")
    with pytest.raises(pk.DataError, match=r'2017 to 2019.*allow_breaks=\["va_secondary"\]'):
        spec.fit(data)
    allowed = pk.load_provinces(
        ["va_secondary", "population"], (2012, 2022), vintage=named, allow_breaks=["va_secondary"]
    )
    assert any("va_secondary" in note for note in spec.fit(allowed).notes)
    one_side = pk.load_provinces(["va_secondary", "population"], (2008, 2016), vintage=named)
    assert spec.fit(one_side).nobs == 31 * 8
