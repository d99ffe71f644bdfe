"""Identities of mediation tables: textbook numbers, least squares worked out in the test, and planted slips."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.audit.entries import Table
from tests.audit.by_hand import entry, outcomes, put, states, table

# a .30 (.08), b .50 (.12), c .40, c' .25: Sobel 2.787353, Aroian 2.744033, Goodman 2.832792, share .375.
KEYS = ("mediation-difference", "mediation-product", "mediation-sum", "sobel-z", "mediated-share")


def listed(sobel: str = "2.787", share: str = "37.5%") -> Table:
    return table(
        entry("path_a", "0.30*** (0.08)", row=1),
        entry("path_b", "0.50*** (0.12)", row=2),
        entry("total_effect", "0.40***", row=3),
        entry("direct_effect", "0.25**", row=4),
        entry("indirect_effect", "0.15", row=5, low="0.04", high="0.27"),
        entry("mediated_share", share, row=6),
        entry("sobel", sobel, row=7),
    )


@pytest.mark.parametrize("key", [*KEYS, "indirect-interval"])
def test_a_textbook_mediation_comes_out(key: str) -> None:
    assert states(key, listed()) == ["consistent"]


@pytest.mark.parametrize(("sobel", "word"), [("2.744", "Aroian"), ("2.833", "Goodman")])
def test_variants_of_sobel_are_named(sobel: str, word: str) -> None:
    # errors with three digits tell the variants apart; .08 and .12 would not
    sharp = table(
        entry("path_a", "0.3000 (0.0800)", row=1),
        entry("path_b", "0.5000 (0.1200)", row=2),
        entry("sobel", sobel, row=3),
    )
    (found,) = outcomes("sobel-z", sharp)
    assert found.state == "consistent"
    assert word in str(found.why)


@pytest.mark.parametrize("share", ["0.375", "37.5", "60.0%", "0.60"])
def test_shares_in_use_are_taken(share: str) -> None:
    assert states("mediated-share", listed(share=share)) == ["consistent"]


def test_slips_are_seen() -> None:
    assert states("mediated-share", listed(share="27.5%")) == ["inconsistent"]
    assert states("sobel-z", listed(sobel="3.787")) == ["inconsistent"]
    assert states("mediation-difference", put(listed(), "direct_effect", "0.52**")) == ["decision"]
    assert states("mediation-sum", put(listed(), "direct_effect", "0.20**")) == ["inconsistent"]
    assert states("mediation-product", put(listed(), "indirect_effect", "0.51")) == ["inconsistent"]


def test_stars_of_one_percent_beside_zero_are_a_decision() -> None:
    crossing = table(entry("indirect_effect", "0.150***", low="-0.020", high="0.320"))
    assert states("indirect-interval", crossing) == ["decision"]
    assert states(
        "indirect-interval", table(entry("indirect_effect", "0.150**", low="-0.020", high="0.320"))
    ) == ["inconsistent"]
    assert states(
        "indirect-interval", table(entry("indirect_effect", "0.150", low="-0.020", high="0.320"))
    ) == ["consistent"]


def stepwise(nobs: tuple[str, str, str] = ("93", "93", "93")) -> Table:
    """Return the three columns of a mediation by least squares, printed with three digits."""
    rng = np.random.default_rng(3)
    x, z, e, u = rng.normal(size=(4, 93))
    med = 0.4 * x + 0.5 * z + e
    y = 0.3 * x + 0.4 * med + 0.2 * z + u
    one = np.ones(93)
    c = np.linalg.lstsq(np.column_stack([x, z, one]), y, rcond=None)[0]
    a = np.linalg.lstsq(np.column_stack([x, z, one]), med, rcond=None)[0]
    full = np.linalg.lstsq(np.column_stack([x, med, z, one]), y, rcond=None)[0]
    cells = [
        (f"{c[0]:.3f}***", "x", 1, "(1) lnY"),
        (f"{a[0]:.3f}***", "x", 2, "(2) m"),
        (f"{full[0]:.3f}***", "x", 3, "(3) lnY"),
        (f"{full[1]:.3f}***", "m", 3, "(3) lnY"),
    ]
    return table(
        *(
            entry("coefficient", text, name, column=column, heading=head)
            for text, name, column, head in cells
        ),
        *(entry("nobs", text, "", column=column, row=9) for column, text in enumerate(nobs, 1)),
    )


def test_stepwise_columns_are_put_together() -> None:
    (found,) = outcomes("mediation-difference", stepwise())
    assert found.state == "consistent"


def test_columns_of_other_samples_are_left_alone() -> None:
    assert outcomes("mediation-difference", stepwise(("93", "90", "93"))) == []


def test_the_word_full_mediation_is_held_against_the_stars() -> None:
    said = [entry("path_a", "0.30***", row=1), entry("path_b", "0.50***", row=2)]
    starred, bare = entry("direct_effect", "0.25***", row=3), entry("direct_effect", "0.03", row=3)
    assert states("mediation-words", table(*said, starred, notes=["存在完全中介效应"])) == ["decision"]
    assert states("mediation-words", table(*said, bare, notes=["存在完全中介效应"])) == ["consistent"]
    assert states("mediation-words", table(*said, bare, notes=["Partial mediation."])) == ["decision"]


@pytest.mark.parametrize(
    "heads",
    [
        ("(1) Y", "(2) M", "(3) Y"),
        ("Explained (1) Y", "Explained (2) M", "Explained (3) Y"),
        ("产出 (1)", "技术 (2)", "产出 (3)"),
        ("被解释变量 （1）Y", "被解释变量 （2）M", "被解释变量 （3）Y"),
    ],
)
def test_three_steps_are_known_by_their_outcomes_wherever_the_number_stands(heads: tuple[str, ...]) -> None:
    head = "\t".join(("变量", *heads))
    rows = [
        "X\t0.350*** (0.081)\t0.420*** (0.090)\t0.231** (0.103)",
        f"{'技术' if '技术' in head else 'M'}\t\t\t0.283*** (0.071)",
        "Sobel Z\t\t\t2.05",
    ]
    note = "注：括号内为标准误，***p<0.01，**p<0.05，*p<0.1"
    found = pk.audit("\n".join([head, *rows, note]))
    assert [one.identity for one in found.failing] == ["sobel-z"]
