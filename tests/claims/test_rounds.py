"""Rounds of designs: the principal decides, parts must hold with it, alternatives are counted."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest

from panelkit.claims.findings import Word
from panelkit.claims.rounds import round_of, together
from panelkit.inference.multiplicity import holm
from panelkit.language.message import verbatim


def verdict(word: Word | None, standing: str = "principal", *, leans: int = 1, p: float = 0.001) -> Any:
    """Return what a round reads of a verdict."""
    return SimpleNamespace(word=word, standing=standing, leans=leans, p=p, design=None)


@pytest.mark.parametrize("word", get_args(Word))
def test_alternatives_that_agree_change_nothing(word: Word) -> None:
    others = [verdict("UNDECIDED", "alternative", leans=1 if word == "SUPPORTED" else -1) for _ in range(3)]
    assert round_of([verdict(word), *others]).word == word


@pytest.mark.parametrize(
    ("word", "leans", "fallen"),
    [
        ("SUPPORTED", [-1], "PARTLY"),
        ("SUPPORTED", [-1, 1], "PARTLY"),  # half of them
        ("SUPPORTED", [-1, 1, 1], "SUPPORTED"),
        ("SUPPORTED", [-1, 0, 0], "SUPPORTED"),  # what points nowhere does not point the other way
        ("SUPPORTED", [-1, -1, 1], "PARTLY"),
        ("CONTRADICTED", [1, -1], "NOT SUPPORTED"),
        ("CONTRADICTED", [-1, -1], "CONTRADICTED"),
        ("PARTLY", [-1, -1], "PARTLY"),
        ("UNDECIDED", [-1, -1], "UNDECIDED"),
        ("NOT SUPPORTED", [1, 1], "NOT SUPPORTED"),
    ],
)
def test_the_word_falls_where_half_of_the_alternatives_point_the_other_way(
    word: Word, leans: list[int], fallen: Word
) -> None:
    others = [verdict("SUPPORTED", "alternative", leans=side) for side in leans]
    found = round_of([*others, verdict(word)])
    assert found.word == fallen
    sentence = found.sentence()
    assert sentence is not None
    assert f"{len(leans)} SUPPORTED" in sentence
    assert ("so that the word falls" in sentence) == (fallen != word)
    assert "替代设计" in sentence.text("zh")


@pytest.mark.parametrize(
    ("words", "p", "word"),
    [
        (["SUPPORTED", "SUPPORTED"], [0.01, 0.01], "SUPPORTED"),
        (["SUPPORTED", "PARTLY"], [0.01, 0.01], "PARTLY"),
        (["PARTLY", "PARTLY"], [0.01, 0.01], "PARTLY"),
        (["SUPPORTED", "NOT SUPPORTED"], [0.01, 0.5], "PARTLY"),
        (["PARTLY", "UNDECIDED"], [0.01, 0.5], "UNDECIDED"),
        (["UNDECIDED", "NOT SUPPORTED"], [0.5, 0.5], "NOT SUPPORTED"),
        (["UNDECIDED", "UNDECIDED"], [0.5, 0.5], "UNDECIDED"),
        (["SUPPORTED", "CONTRADICTED"], [0.001, 0.02], "CONTRADICTED"),
        # Holm of two: the smaller p is doubled, .03 becomes .06
        (["UNDECIDED", "CONTRADICTED"], [0.5, 0.03], "NOT SUPPORTED"),
        (["UNDECIDED", "CONTRADICTED"], [0.5, 0.024], "CONTRADICTED"),
        (["SUPPORTED", None], [0.01, 0.5], None),
        (["PARTLY", "NOT TESTABLE"], [0.01, 0.5], "NOT TESTABLE"),
        (["UNDECIDED", "NOT TESTABLE"], [0.5, 0.5], "UNDECIDED"),
    ],
)
def test_parts_must_all_hold_and_one_contradicts_by_holm(
    words: list[Word | None], p: list[float], word: Word | None
) -> None:
    parts = [
        verdict(w, "part" if at else "principal", p=value)
        for at, (w, value) in enumerate(zip(words, p, strict=True))
    ]
    assert round_of(parts).word == word
    assert together(parts) == together(parts[::-1])


def test_the_adjustment_is_holms() -> None:
    # by hand: .01 x 3, .02 x 2, .03 x 1 made monotone; what has no p is no test of the family
    assert holm(np.array([0.02, 0.01, 0.03])) == pytest.approx([0.04, 0.03, 0.04])
    assert holm(np.array([math.nan, 0.02, 0.03])) == pytest.approx([math.nan, 0.04, 0.04], nan_ok=True)
    assert np.isnan(holm(np.array([math.nan]))).all()


def test_a_part_without_a_p_cannot_contradict_and_that_is_said() -> None:
    parts = [verdict("UNDECIDED", p=0.5), verdict("CONTRADICTED", "part", p=math.nan)]
    assert round_of(parts).word == "NOT SUPPORTED"
    for item, name in zip(parts, ("gap", "order"), strict=True):
        item.design = SimpleNamespace(label=SimpleNamespace(said=verbatim(name)))
    said = round_of(parts).sentence()
    assert said is not None
    assert "without a p, so that it cannot contradict as a part: order" in said
    assert "order" in said.text("zh")
    parts[1].p = 0.01
    assert round_of(parts).word == "CONTRADICTED"
    assert "without a p" not in str(round_of(parts).sentence())


def test_one_design_alone_has_nothing_to_say_of_its_round() -> None:
    assert round_of([verdict("SUPPORTED")]).sentence() is None
