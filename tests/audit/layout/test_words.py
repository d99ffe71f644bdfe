"""Words of tables in both languages and every spelling: W times x, parameters, tests, effects, parts, measures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from panelkit.audit.vocabulary.measures import (
    Measure,
    coupling_of,
    descriptive_of,
    inequality_of,
    path_of,
    threshold_of,
    weight_of,
)
from panelkit.audit.vocabulary.parts import named_part, part_of
from panelkit.audit.vocabulary.spatial import effect_of, lagged_of, name_of, parameter_of, section_of
from panelkit.audit.vocabulary.statistics import statistic_of

WORDS = Path(__file__).with_name("words.txt")
"""Lines `reader = what is read: label ; label`; nothing is read of a label that names none of the reader's things."""


def _effect(label: str) -> str:
    found = effect_of(label)
    return f"{found.role} {name_of(found.subject)}".strip() if found else ""


def _measure(read: Callable[[str], Measure | None]) -> Callable[[str], str]:
    def said(label: str) -> str:
        found = read(label)
        return f"{found.role} {found.other}".strip() if found else ""

    return said


READERS: dict[str, Callable[[str], str]] = {
    "lagged": lambda label: name_of(lagged_of(label)).removeprefix("W×"),
    "parameter": parameter_of,
    "statistic": lambda label: " ".join(statistic_of(label)).strip(),
    "effect": _effect,
    "part": part_of,
    "section": lambda label: section_of(label)[0],
    "descriptive": _measure(descriptive_of),
    "weight": _measure(weight_of),
    "coupling": _measure(coupling_of),
    "threshold": _measure(threshold_of),
    "path": _measure(path_of),
}
LABELS = [
    (reader, label, said)
    for line in WORDS.read_text(encoding="utf-8").splitlines()
    for reader, _, rest in [line.partition(" = ")]
    for said, _, labels in [rest.partition(": ")]
    for label in labels.split(" ; ")
]


@pytest.mark.parametrize(("reader", "label", "said"), LABELS)
def test_a_word_is_read(reader: str, label: str, said: str) -> None:
    assert READERS[reader](label) == said


def test_w_before_a_name_of_the_table_is_its_lag() -> None:
    assert lagged_of("WDA", frozenset({"DA"})) == "DA"
    assert lagged_of("wage", frozenset({"lnX"})) == ""


def test_a_label_that_names_a_part_of_another() -> None:
    assert named_part("AR(2) p值") == ("AR(2)", "p")
    assert named_part("p-value of Hansen") == ("Hansen", "p")
    assert named_part("lnX") == ("", "")


def test_capital_letters_are_no_paths() -> None:
    assert [path_of(letter) for letter in "ABC"] == [None] * 3


PARTS = [
    ("总体", "", False, "theil_total"),
    ("组内", "", False, "theil_within"),
    ("地区间", "", False, "theil_between"),
    ("总体", "", True, "gini"),
    ("区域内差异", "", True, "gini_within"),
    ("超变密度", "", True, "gini_transvariation"),
    ("区域内", "贡献率(%)", True, "share_within"),
    ("超变密度贡献率", "", True, "share_transvariation"),
    ("Gnb", "", True, "gini_between"),
    ("Contribution within (%)", "", False, "share_within"),
    ("东部", "区域内差异", True, "inequality_of_group"),
    ("东-中", "区域间差异", True, "inequality_of_group"),
]


@pytest.mark.parametrize(("text", "over", "gini", "role"), PARTS)
def test_parts_of_inequality(text: str, over: str, gini: bool, role: str) -> None:
    found = inequality_of(text, over, gini)
    assert found is not None
    assert found.role == role


def test_a_lag_word_before_a_name_is_spatial_where_the_name_is_of_the_table() -> None:
    assert lagged_of("lag.DA", frozenset({"DA", "GDP"})) == "DA"
    assert lagged_of("lag_inno", frozenset({"DA", "GDP"})) == ""
    assert lagged_of("wage", frozenset({"age", "GDP"})) == ""
