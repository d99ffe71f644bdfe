"""Moran's I with its z, p and stars; VIF and tolerance; quantiles; by hand."""

from __future__ import annotations

import pytest

from tests.audit.by_hand import entry, states, table


def test_z_of_moran_is_its_distance_from_its_mean() -> None:
    # (.312 + .034) / .112 = 3.089
    held = table(
        entry("moran_i", "0.312", se="0.112", z="3.089"), entry("moran_expected", "-0.034", column=2)
    )
    assert states("moran-z", held) == ["consistent"]
    wrong = table(
        entry("moran_i", "0.312", se="0.112", z="3.889"), entry("moran_expected", "-0.034", column=2)
    )
    assert states("moran-z", wrong) == ["inconsistent"]
    decides = table(
        entry("moran_i", "0.312", se="0.112", z="1.089"), entry("moran_expected", "-0.034", column=2)
    )
    assert states("moran-z", decides) == ["decision"]


def test_an_expectation_not_printed_is_of_ten_units_or_more() -> None:
    assert states("moran-z", table(entry("moran_i", "0.312", se="0.112", z="3.08"))) == ["consistent"]
    assert states("moran-z", table(entry("moran_i", "0.312", se="0.112", z="2.6"))) == ["inconsistent"]


@pytest.mark.parametrize(
    ("z", "p", "state"),
    [
        ("3.089", "0.002", "consistent"),
        ("3.089", "0.001", "consistent"),  # one side
        ("6.2", "0.001", "consistent"),  # of 999 permutations
        ("6.2", "0.01", "consistent"),  # of 99
        ("1.24", "0.001", "decision"),
        ("2.4", "0.060", "decision"),
        ("3.9", "0.4", "decision"),
    ],
)
def test_p_of_moran_is_of_one_side_or_two(z: str, p: str, state: str) -> None:
    assert states("moran-p", table(entry("moran_i", "0.25", z=z, p=p))) == [state]


def test_a_moran_above_one_is_a_z() -> None:
    assert states("moran-p", table(entry("moran_i", "4.112", p="0.000"))) == ["consistent"]
    assert states("moran-p", table(entry("moran_i", "4.112", p="0.612"))) == ["decision"]


def test_stars_of_moran_are_those_of_z() -> None:
    rows = [entry("moran_i", "0.25***", z="3.1", row=row) for row in range(3)]
    assert states("moran-stars", table(*rows)) == ["consistent"] * 3
    bad = entry("moran_i", "0.10***", z="1.1", row=4)
    assert states("moran-stars", table(*rows, bad)) == [*["consistent"] * 3, "decision"]


def test_tolerance_is_one_over_vif_and_the_mean_is_of_all() -> None:
    held = [
        entry("vif", "3.12", "a"),
        entry("tolerance", "0.3205", "a", column=2),
        entry("vif", "2.45", "b", row=1),
    ]
    mean = entry("vif", "2.79", "m", row=2, label="Mean VIF")
    assert states("inflation", table(*held, mean)) == ["consistent"] * 4
    assert (
        states("inflation", table(*held, entry("vif", "3.79", "m", row=2, label="Mean VIF")))[-1]
        == "inconsistent"
    )
    assert states("inflation", table(entry("vif", "3.12", "a"), entry("tolerance", "0.4", "a"))) == [
        "inconsistent"
    ]
    assert states("inflation", table(entry("vif", "0.92", "a"))) == ["inconsistent"]


def test_quantiles_rise() -> None:
    def moments(median: str) -> list[str]:
        ends = [
            entry("quantile", "6.4", other="0.25", column=1),
            entry("quantile", "8.7", other="0.75", column=3),
        ]
        return states("quantile-order", table(*ends, entry("median", median, column=2)))

    assert moments("7.6") == ["consistent"] * 2
    assert moments("5.6") == ["inconsistent", "consistent"]
