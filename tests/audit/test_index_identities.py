"""Identities of coupling, weights and inequality on worked and published numbers, and with one of them altered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.coupling_forms import COUPLING_FORMS
from panelkit.kernels.intervals import Interval
from tests.audit.by_hand import entry, outcomes, put, states, table

# R package mathmodels, documentation: three systems, equal weights.
SYSTEMS = [
    (0.0162, 0.2720, 0.2655), (0.1782, 0.6824, 0.3721), (0.5490, 0.0593, 0.5729),
    (0.6730, 0.4812, 0.9082), (0.0207, 0.8891, 0.2017), (0.9875, 0.5573, 0.8984),
]  # fmt: skip
C = ["0.571", "0.867", "0.674", "0.967", "0.418", "0.971"]
T = ["0.185", "0.411", "0.394", "0.687", "0.370", "0.814"]
D = ["0.325", "0.597", "0.515", "0.815", "0.393", "0.889"]
# the same by the formula of Wang and others (2021), weights .4, .3, .3
C_WANG = ["0.447", "0.501", "0.455", "0.669", "0.175", "0.715"]
T_WANG = ["0.168", "0.388", "0.409", "0.686", "0.336", "0.832"]
D_WANG = ["0.274", "0.440", "0.432", "0.678", "0.242", "0.771"]
KEYS = ("coordination-degree", "coupling-degree", "development-index", "index-range")


def coupling(c: list[str], t: list[str], d: list[str], leave: str = "") -> Table:
    """Return a table of units with the indices of three systems, C, T and D."""
    cells = []
    for row, (systems, *rest) in enumerate(zip(SYSTEMS, c, t, d, strict=True)):
        place: dict[str, Any] = {"row": row, "label": f"unit {row}"}
        cells += [
            entry("system_u", f"{u:.4f}", column=k, other=str(k), **place) for k, u in enumerate(systems, 1)
        ]
        roles = ("coupling_c", "development_t", "coordination_d")
        cells += [
            entry(role, text, column=column, **place)
            for column, (role, text) in enumerate(zip(roles, rest, strict=True), 4)
            if role not in leave
        ]
    return table(*cells)


@pytest.mark.parametrize("key", KEYS)
def test_published_coupling_comes_out(key: str) -> None:
    assert set(states(key, coupling(C, T, D))) == {"consistent"}


def test_the_corrected_formula_is_named_with_its_weights() -> None:
    held = coupling(C_WANG, T_WANG, D_WANG)
    found = outcomes("coupling-degree", held)
    assert {one.state for one in found} == {"consistent"}
    assert "wang2021" in str(found[0].why)
    developed = outcomes("development-index", held)
    assert {one.state for one in developed} == {"consistent"}
    assert "0.40, 0.30, 0.30" in str(developed[0].why)


@pytest.mark.parametrize(("c", "t", "d"), [(C, T, D), (C_WANG, T_WANG, D_WANG)])
def test_d_follows_from_systems_alone(c: list[str], t: list[str], d: list[str]) -> None:
    held = coupling(c, t, d, leave="coupling_c development_t")
    assert states("coordination-of-systems", held) == ["consistent"] * 6


def test_two_systems_of_equal_weight_give_the_fourth_root() -> None:
    cells = [("0.600", "0.400", "0.700"), ("0.900", "0.100", "0.548"), ("0.050", "0.050", "0.224")]
    held = table(
        *(
            entry(role, text, row=row, column=column, other=other)
            for row, line in enumerate(cells)
            for column, (role, other, text) in enumerate(
                zip(("system_u", "system_u", "coordination_d"), ("1", "2", ""), line, strict=True)
            )
        )
    )
    assert states("coordination-of-systems", held) == ["consistent"] * 3
    assert states("coordination-of-systems", put(held, "coordination_d", "0.770"))[0] == "inconsistent"


@pytest.mark.parametrize(
    ("role", "text", "keys"),
    [
        ("coordination_d", "0.352", ("coordination-degree",)),
        ("coupling_c", "0.751", ("coordination-degree", "coupling-degree")),
        ("development_t", "0.158", ("coordination-degree", "development-index")),
        ("system_u", "0.1620", ("coupling-degree", "development-index")),
    ],
)
def test_a_slip_in_a_row_is_seen_in_that_row(role: str, text: str, keys: tuple[str, ...]) -> None:
    slipped = put(coupling(C, T, D), role, text)
    for key in keys:
        assert states(key, slipped) == ["inconsistent"] + ["consistent"] * 5


def test_no_formula_is_one_finding_not_one_a_row() -> None:
    wild = coupling(["0.31", "0.22", "0.93", "0.14", "0.85", "0.46"], T, D)
    assert states("coupling-degree", wild) == ["inconsistent"]


def test_forms_over_a_box_hold_every_score_in_it() -> None:
    rng = np.random.default_rng(4)
    for name, form in COUPLING_FORMS.items():
        for k in (2, 3):
            middle, half = rng.uniform(0.05, 0.9, k), 0.005
            box = [Interval(m - half, m + half) for m in middle]
            drawn = middle + rng.uniform(-half, half, (200, k))
            found = form.over(box)
            assert found is not None, name
            values = form.compute(drawn)
            assert Interval(float(values.min()), float(values.max())).inside(found), name


def test_a_degree_above_one_is_a_decision_and_per_cent_is_left_alone() -> None:
    assert states("index-range", put(coupling(C, T, D), "coupling_c", "1.571")).count("decision") == 1
    assert states("index-range", table(entry("coupling_c", "85.2"), entry("coupling_c", "91.0", row=1))) == []


def test_words_of_ten_levels() -> None:
    def said(text: str, word: str) -> list[str]:
        return states("coordination-words", table(entry("coordination_d", text, label=f"北京 {word}")))

    assert said("0.452", "濒临失调") == ["consistent"]
    assert said("0.500", "勉强协调") == ["consistent"]
    assert said("0.552", "濒临失调") == ["inconsistent"]
    assert said("0.752", "轻度失调") == ["decision"]
    assert said("0.752", "") == []


def weights(*texts: str, entropies: tuple[str, ...] = ()) -> Table:
    cells = [entry("weight", text, f"x{k}", row=k, column=2) for k, text in enumerate(texts)]
    cells += [entry("entropy", text, f"x{k}", row=k, column=1) for k, text in enumerate(entropies)]
    return table(*cells)


def test_entropy_weights_of_a_worked_example() -> None:
    # raw values (10, .2, 5) (20, .4, 3) (40, .1, 8) (30, .3, 6), the third a cost; TOPSIS of Hwang and Yoon beside it
    worked = weights("0.3388", "0.3388", "0.3223", entropies=("0.7296", "0.7296", "0.7427"))
    aircraft = weights(
        *("0.064190", "0.206088", "0.013445", "0.081326", "0.358680", "0.276272"),
        entropies=("0.994689", "0.982948", "0.998888", "0.993271", "0.970323", "0.977141"),
    )
    for held in (worked, aircraft):
        assert set(states("entropy-weights", held) + states("weights-sum", held)) == {"consistent"}
    assert "inconsistent" in states("entropy-weights", put(aircraft, "weight", "0.046190"))
    assert states("weights-sum", put(aircraft, "weight", "0.046190")) == ["inconsistent"]


def test_weights_cut_off_are_told_from_weights_that_do_not_add_up() -> None:
    (cut,) = outcomes("weights-sum", weights("0.33", "0.33", "0.33"))
    assert cut.state == "consistent"
    (short,) = outcomes("weights-sum", weights("0.333", "0.333", "0.331"))
    assert short.state == "inconsistent"
    assert "cut off" in str(short.why)
    (wrong,) = outcomes("weights-sum", weights("0.333", "0.333", "0.303"))
    assert wrong.why is None


def test_sub_weights_add_up_to_their_level() -> None:
    cells = [
        entry("weight", "0.40", "A", row=0, column=0, panel="A"),
        entry("weight", "0.60", "B", row=2, column=0, panel="B"),
    ]
    for row, (text, panel) in enumerate([("0.15", "A"), ("0.25", "A"), ("0.35", "B"), ("0.25", "B")]):
        cells.append(entry("weight", text, f"x{row}", row=row, column=1, panel=panel))
    assert states("parent-weights", table(*cells)) == ["consistent"] * 2
    assert states("parent-weights", put(table(*cells), "weight", "0.46", "A")) == [
        "inconsistent",
        "consistent",
    ]


def dagum(between: str = "0.34375") -> Table:
    return table(
        *(
            entry(role, text, "2010", row=0, column=column)
            for column, (role, text) in enumerate(
                [
                    ("gini", "0.38542"), ("gini_within", "0.04167"), ("gini_between", between),
                    ("gini_transvariation", "0.00000"), ("share_within", "10.81%"), ("share_between", "89.19%"),
                    ("share_transvariation", "0.00%"),
                ]
            )
        )
    )  # fmt: skip


def test_dagum_and_theil_parts_add_up() -> None:
    assert states("inequality-sum", dagum()) == ["consistent"]
    assert set(states("inequality-shares", dagum())) == {"consistent"}
    assert states("inequality-sum", dagum("0.43375")) == ["inconsistent"]
    assert states("inequality-shares", dagum("0.43375")).count("inconsistent") == 1
    theil = table(
        entry("theil_total", "0.2413", "2010", column=0),
        entry("theil_within", "0.0320", "2010", column=1),
        entry("theil_between", "0.2092", "2010", column=2),
    )
    assert states("inequality-sum", theil) == ["consistent"]


def test_ranks_are_held_against_values() -> None:
    def ranked(*pairs: tuple[str, str]) -> Table:
        cells = []
        for row, (value, rank) in enumerate(pairs):
            cells.append(entry("development_t", value, row=row, column=1, label=f"u{row}"))
            cells.append(entry("unknown", rank, row=row, column=2, label=f"u{row}", heading="排名"))
        return table(*cells)

    assert states("rank-order", ranked(("0.9", "1"), ("0.5", "2"), ("0.5", "3"), ("0.1", "4"))) == [
        "consistent"
    ]
    (found,) = outcomes("rank-order", ranked(("0.9", "1"), ("0.5", "3"), ("0.3", "2"), ("0.1", "4")))
    assert found.state == "inconsistent"
    assert "u2" in str(found.why)
