"""The families of indices name what made printed weights, scores and degrees of coupling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.convention.asked import read_target
from panelkit.audit.convention.candidate import Candidate
from panelkit.audit.convention.distance import distances
from panelkit.audit.convention.index.family import coupling_candidates, entropy_candidates
from panelkit.audit.convention.problem import Problem
from panelkit.language.errors import DataError, SpecError
from tests.reference import oracle

SYSTEMS = {"tech": ["x1", "x2"], "industry": ["x3", "x4"]}


def panel(seed: int = 0, units: int = 8, periods: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"u{i}" for i in range(units)], range(2011, 2011 + periods)], names=["province", "year"]
    )
    figures = np.exp(rng.normal(size=(len(index), 4)) * [0.5, 1.0, 0.3, 0.8])
    return pd.DataFrame(figures, index=index, columns=["x1", "x2", "x3", "x4"])


def nearest(
    family: Any, printed: dict[str, str], frame: pd.DataFrame, **options: Any
) -> tuple[Candidate, int]:
    """Return the nearest candidate and how many different predictions as near to what is stated hit."""
    target = read_target(printed)
    predicted = family(Problem(target, {"": frame}, **options))
    near = distances(predicted.matrix, target)
    steps = 2 * predicted.departures + predicted.mistakes
    best = int(near.order(steps)[0])
    assert near.missed[best] == 0, predicted.candidates[best].axes
    return predicted.candidates[best], int(((near.missed == 0) & (steps == steps[best])).sum())


def minmax(frame: pd.DataFrame) -> pd.DataFrame:
    return (frame - frame.min()) / (frame.max() - frame.min())


def entropy_weights(z: pd.DataFrame, shift: float = 0.0) -> pd.Series:
    p = (z + shift) / (z + shift).sum()
    logs = np.log(p.where(p > 0.0, 1.0))
    d = 1.0 + (p * logs).sum() / np.log(len(z))
    return d / d.sum()


def scores(z: pd.DataFrame, shift: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {name: z[list(part)] @ entropy_weights(z[list(part)], shift) for name, part in SYSTEMS.items()}
    )


@pytest.mark.parametrize(
    ("weights", "choice"),
    [
        (("0.338831", "0.338831", "0.322338"), "as stated"),
        (("0.339053", "0.339053", "0.321894"), "shift 0.01"),
        (("0.340491", "0.340491", "0.319018"), "shift 1"),
        (("0.484402", "0.235985", "0.279613"), "critic"),
        (("0.365907", "0.365907", "0.268185"), "variation"),
    ],
)
def test_weights_of_the_worked_example_have_their_names(weights, choice):
    """METHODS 3.11: one matrix, five sets of weights."""
    X = pd.DataFrame([[10, 0.2, 5], [20, 0.4, 3], [40, 0.1, 8], [30, 0.3, 6]], columns=["a", "b", "c"])
    X.index = pd.MultiIndex.from_product([["p", "q"], [2001, 2002]], names=["province", "year"])
    printed = dict(zip(("w:a", "w:b", "w:c"), weights, strict=True))
    found, _ = nearest(
        entropy_candidates, printed, X, stated={"indicators": ["a", "b", "c"], "negative": ["c"]}, depth=1
    )
    assert found.options[0].key == choice


def test_the_worked_example_by_hand_and_by_the_shipped_index():
    frame = panel(1)
    stated = {"indicators": ["x1", "x2", "x3"], "negative": ["x3"]}
    turned = minmax(frame[["x1", "x2", "x3"]] * [1.0, 1.0, -1.0])
    w = entropy_weights(turned)
    index = pk.composite_index({"x1": 1, "x2": 1, "x3": -1}, frame, weights="entropy")
    printed = {
        "w:x1": f"{w['x1']:.6f}",
        "w:x3": f"{w['x3']:.6f}",
        "score:u3:2013": f"{index.scores.loc[('u3', 2013)]:.6f}",
        "score:2014": f"{(turned @ w).xs(2014, level='year').mean():.6f}",
        "score:u2": f"{(turned @ w).xs('u2').mean():.6f}",
    }
    found, hits = nearest(
        entropy_candidates, printed, frame.sample(frac=1.0, random_state=1), stated=stated, depth=1
    )
    assert found.options[0].key == "as stated"
    assert hits == 1


def made_by(mistake: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return systems and D by one mistake, written out in pandas."""
    z = minmax(frame)
    alpha = np.array([0.7, 0.3])
    if mistake == "per-year extremes":
        z = frame.groupby(level="year", group_keys=False).apply(minmax)
    u = scores(z, 0.01 if mistake == "shift 0.01" else 0.0)
    if mistake == "ln of units":
        parts = {}
        for name, part in SYSTEMS.items():
            p = z[part] / z[part].sum()
            d = 1.0 + (p * np.log(p.where(p > 0.0, 1.0))).sum() / np.log(8)
            parts[name] = z[part] @ (d / d.sum())
        u = pd.DataFrame(parts)
    product = u["tech"] * u["industry"]
    total = u["tech"] + u["industry"]
    c = 2.0 * np.sqrt(product) / total
    if mistake == "C missing_root":
        c = c**2
    if mistake == "C lost_coefficient":
        c = c / 2.0
    t = total / 2.0 if mistake == "mean T" else u @ alpha
    return u.assign(C=c, T=t, D=c * t if mistake == "no root" else np.sqrt(c * t))


@pytest.mark.parametrize(
    "mistake",
    [
        "as stated",
        "per-year extremes",
        "shift 0.01",
        "ln of units",
        "C missing_root",
        "C lost_coefficient",
        "mean T",
        "no root",
    ],
)
def test_a_printed_coordination_has_its_mistake_named(mistake):
    frame = panel(2)
    made = made_by(mistake, frame)
    places = [("u1", 2012), ("u4", 2015), ("u6", 2013)]
    printed = {f"D:{u}:{t}": f"{made.loc[(u, t), 'D']:.4f}" for u, t in places}
    found, hits = nearest(
        coupling_candidates,
        printed,
        frame,
        stated={"systems": SYSTEMS, "system_weights": [0.7, 0.3]},
        depth=1,
    )
    assert found.options[0].key == mistake
    assert found.kind == ("convention" if mistake in ("as stated", "shift 0.01") else "mistake")
    assert hits == 1


def test_printed_systems_of_three_scores():
    """METHODS 3.9: scores as columns, C standard and of Wang with weights (.4, .3, .3)."""
    held = oracle("coupling3")
    index = pd.MultiIndex.from_product([list("ABCDEF"), [2020]], names=["province", "year"])
    frame = pd.DataFrame(held["inputs"], index=index, columns=["s1", "s2", "s3"])
    stated = {"systems": {"s1": "s1", "s2": "s2", "s3": "s3"}}

    def column(what: str, name: str) -> dict[str, str]:
        return {f"{what}:{x}:2020": f"{v:.3f}" for x, v in zip("ABCDEF", held["outputs"][name], strict=True)}

    for what, name in (("C", "C"), ("D", "D_equal")):
        found, _ = nearest(coupling_candidates, column(what, name), frame, stated=stated, depth=1)
        assert found.options[0].key == "as stated"
    weighted = {**stated, "system_weights": [0.4, 0.3, 0.3]}
    for what, name in (("C", "Cwang"), ("D", "Dwang_w433")):
        found, hits = nearest(coupling_candidates, column(what, name), frame, stated=weighted, depth=1)
        assert found.options[0].key == "C wang2021"
        assert hits == 1


def test_find_convention_says_it_in_words():
    frame = panel(3)
    made = made_by("per-year extremes", frame)
    printed = {
        f"D:u{i}:{t}": f"{made.loc[(f'u{i}', t), 'D']:.3f}" for i, t in ((1, 2011), (2, 2014), (5, 2016))
    }
    stated = {"systems": SYSTEMS, "system_weights": [0.7, 0.3]}
    found = pk.find_convention(printed, frame, family="coupling", stated=stated)
    assert found.state == "found"
    assert found.hits[0].candidate.options[0].key == "per-year extremes"
    other = {name: f"{float(value) + 0.0137:.3f}" for name, value in printed.items()}
    assert pk.find_convention(other, frame, family="coupling", stated=stated).state != "found"


def test_what_has_no_meaning_is_refused_with_its_remedy():
    frame = panel(4)

    def entropy(printed: dict[str, str], **stated: Any) -> Any:
        return entropy_candidates(Problem(read_target(printed), {"": frame}, stated=stated))

    def coupled(printed: dict[str, str], **stated: Any) -> Any:
        return coupling_candidates(Problem(read_target(printed), {"": frame}, stated=stated))

    with pytest.raises(SpecError, match="needs the indicators"):
        entropy({"w:x1": "0.5"})
    with pytest.raises(SpecError, match="no indicator 'x9'"):
        entropy({"w:x9": "0.5"}, indicators=["x1", "x2"])
    with pytest.raises(SpecError, match="no unit or period"):
        entropy({"score:Nowhere:2012": "0.5"}, indicators=["x1", "x2"])
    with pytest.raises(SpecError, match="prints no such number"):
        entropy({"rho": "0.5"}, indicators=["x1", "x2"])
    with pytest.raises(SpecError, match="are no indicators"):
        entropy({"w:x1": "0.5"}, indicators=["x1", "x2"], negative=["x3"])
    with pytest.raises(SpecError, match="knows"):
        entropy({"w:x1": "0.5"}, indicators=["x1", "x2"], colour="red")
    with pytest.raises(SpecError, match="two systems or more"):
        coupled({"D:u1:2012": "0.5"}, systems={"tech": ["x1"]})
    with pytest.raises(SpecError, match="begin with"):
        coupled({"Q:u1:2012": "0.5"}, systems=SYSTEMS)
    with pytest.raises(SpecError, match="unknown coupling formula"):
        coupled({"D:u1:2012": "0.5"}, systems=SYSTEMS, form="best")
    with pytest.raises(DataError, match="x7"):
        entropy({"w:x7": "0.5"}, indicators=["x1", "x7"])
    with pytest.raises(DataError, match="infinite"):
        entropy_candidates(
            Problem(
                read_target({"w:x1": "0.5"}),
                {"": frame.assign(x1=np.inf)},
                stated={"indicators": ["x1", "x2"]},
            )
        )


def test_provinces_are_known_in_any_spelling():
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product(
        [["Beijing", "Hebei", "Shanxi", "Henan"], [2011, 2012, 2013]], names=["province", "year"]
    )
    frame = pd.DataFrame(rng.uniform(1.0, 5.0, (12, 2)), index=index, columns=["x1", "x2"])
    z = minmax(frame)
    score = z @ entropy_weights(z)
    printed = {
        "score:北京:2012": f"{score.loc[('Beijing', 2012)]:.5f}",
        "得分:河南省:2013": f"{score.loc[('Henan', 2013)]:.5f}",
    }
    found, _ = nearest(entropy_candidates, printed, frame, stated={"indicators": ["x1", "x2"]}, depth=1)
    assert found.options[0].key == "as stated"
