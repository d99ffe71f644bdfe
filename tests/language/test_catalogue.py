"""Every message stands in the catalogue in both languages, with the same values, and no refusal is plain text."""

from __future__ import annotations

from panelkit.language.extract import files
from panelkit.language.untranslated import other_placeholders, plain_refusals, without_chinese


def test_the_catalogue_is_what_its_command_writes() -> None:
    for path, content in files().items():
        assert path.read_bytes() == content, f"{path.name}: run `python -m panelkit.language.extract`"


def test_every_message_has_chinese() -> None:
    assert without_chinese() == []


def test_both_languages_name_the_same_values() -> None:
    assert other_placeholders() == []


def test_no_refusal_is_plain_text() -> None:
    assert plain_refusals() == []
