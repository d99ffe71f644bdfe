"""Every identity says its formula in both languages, names its source, and a key is used once."""

from __future__ import annotations

from importlib import import_module

import pytest

from panelkit.language.message import Message
from panelkit.language.offers import Entry
from panelkit.language.register import entries

IDENTITIES = entries("identity")


@pytest.mark.parametrize("entry", IDENTITIES, ids=lambda entry: entry.key)
def test_an_identity_says_its_formula_in_both_languages(entry: Entry) -> None:
    said = import_module(f"panelkit.{entry.module}").SAYS
    assert isinstance(said, Message)
    assert said.text("zh") != said.text("en") or not any(
        letter.isalpha() and len(said.split()) > 4 for letter in said
    )
    assert entry.source
    assert entry.family


def test_an_identity_stands_once() -> None:
    names = [entry.key for entry in IDENTITIES]
    assert len(names) == len(set(names))
