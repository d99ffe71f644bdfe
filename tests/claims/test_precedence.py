"""R-CAUSE and the kind `granger`: words on either side, jackknife errors by hand, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.designs.granger import summed_lags

CLAIM = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "N1"
place = {{ section = "1", phrase = "each other" }}
status = "computed"
says = {{ en = "x moves y.", zh = "x推动y。" }}
sample = {{ years = [2000, 2014] }}
test = {{ reps = 199, seed = 3 }}

[[claim.reading]]
id = "main"
main = true
rule = {{ name = "R-CAUSE" }}
label = {{ en = "main", zh = "主要" }}
says = {{ en = "x moves y.", zh = "x推动y。" }}

[[claim.reading.design]]
id = "forth"
standing = "principal"
kind = "{kind}"
label = {{ en = "x to y", zh = "x到y" }}
{fields}
"""


def _panel(forth: float, back: float, seed: int = 5) -> pd.DataFrame:
    """Return 40 units and 15 years in which x moves y by `forth` a year later, and y moves x by `back`."""
    rng = np.random.default_rng(seed)
    z = np.zeros((40, 55, 2))
    for t in range(1, 55):
        z[:, t] = z[:, t - 1] @ np.array([[0.4, forth], [back, 0.4]]) + rng.normal(size=(40, 2))
    index = pd.MultiIndex.from_product(
        [[f"u{i}" for i in range(40)], range(2000, 2015)], names=["city", "year"]
    )
    frame = pd.DataFrame(z[:, 40:].reshape(-1, 2), columns=["x", "y"], index=index)
    return frame.assign(part=[f"part {int(unit[1:]) % 4}" for unit in index.get_level_values("city")])


def _verdict(
    tmp_path, panel: pd.DataFrame, fields: str = 'outcome = "y"\ncause = "x"', kind: str = "granger"
):
    path = tmp_path / "claim.toml"
    path.write_text(CLAIM.format(fields=fields, kind=kind), encoding="utf-8")
    return next(iter(pk.check(path, data=panel, regions="part")))


@pytest.mark.parametrize(
    ("forth", "word"), [(0.4, "SUPPORTED"), (-0.4, "CONTRADICTED"), (0.0, "NOT SUPPORTED")]
)
def test_words_on_either_side(tmp_path, forth: float, word: str) -> None:
    """A strong effect, its mirror, and nothing where 600 rows can exclude a fifth of a deviation."""
    verdict = _verdict(tmp_path, _panel(forth, 0.1))
    assert verdict.word == word
    assert {item.key for item in verdict.conditions} >= {
        "main",
        "stable",
        "instruments",
        "trends",
        "path",
        "regions",
    }


def test_several_lags_are_summed_with_the_error_of_their_sum(tmp_path) -> None:
    """The value is the sum over two lags; its error that of sums without each unit, estimated anew one by one."""
    panel = _panel(0.3, 0.2)
    system = pk.PanelVAR(("y", "x"), lags=2).fit(panel)
    found = summed_lags(system)
    assert found.value == pytest.approx(system.coefficients[:, 0, 1].sum(), rel=1e-12)
    without = []
    for unit in panel.index.unique("city"):
        rest = panel[panel.index.get_level_values("city") != unit]
        without.append(pk.PanelVAR(("y", "x"), lags=2).fit(rest).coefficients[:, 0, 1].sum())
    apart = np.array(without) - found.value
    # the same solves on the same cross-products
    assert found.error == pytest.approx(np.sqrt(39 / 40 * (apart**2).sum()), rel=1e-8)
    verdict = _verdict(tmp_path, panel, 'outcome = "y"\ncause = "x"\nlags = 2')
    assert verdict.tested.measured.value == pytest.approx(found.value, rel=1e-8)


def test_what_is_no_granger_test_is_refused(tmp_path) -> None:
    """One figure on itself, and R-CAUSE on another kind."""
    with pytest.raises(pk.PanelkitError, match="cause and outcome are the same"):
        _verdict(tmp_path, _panel(0.3, 0.2), 'outcome = "y"\ncause = "y"')
    other = _verdict(tmp_path, _panel(0.3, 0.2), 'figure = "y"', kind="persistence")
    assert other.word is None
    assert "R-CAUSE reads a design of the kind `granger`" in str(other.error)

    def said(fields: str) -> str:
        with pytest.raises(pk.PanelkitError) as caught:
            _verdict(tmp_path, _panel(0.3, 0.2), fields)
        return str(caught.value)

    assert "cause and outcome are the same" in said('outcome = "log(y)"\ncause = " log( y )"')
    assert "R-CAUSE reads no value" in said(
        'outcome = "y"\ncause = "x"\nrule = { name = "R-CAUSE", value = "1" }'
    )


@pytest.mark.parametrize("rule", ["R-MED", "R-INEQ", "R-SPILL", "R-JOINT", "R-THR"])
def test_rules_read_their_own_kinds_alone(tmp_path, rule: str) -> None:
    """Another kind's interval or p earns no word of a rule whose conditions it never asked."""
    sign = "" if rule in ("R-JOINT", "R-THR") else ', sign = "+"'
    fields = f'outcome = "y"\ncause = "x"\nrule = {{ name = "{rule}"{sign} }}'
    verdict = _verdict(tmp_path, _panel(0.3, 0.2), fields)
    assert verdict.word is None
    assert f"{rule} reads a design of the kind" in str(verdict.error)


def test_a_column_that_there_is_not_is_named(tmp_path) -> None:
    """Also where the years roll, which asks first in which years it is held."""
    path = tmp_path / "claim.toml"
    text = CLAIM.format(fields='outcome = "nope"\ncause = "x"', kind="granger")
    path.write_text(text.replace("[2000, 2014]", '[2000, "newest"]'), encoding="utf-8")
    verdict = next(iter(pk.check(path, data=_panel(0.3, 0.2), regions="part")))
    assert "no column `nope`" in str(verdict.error)
