"""Every message stands in the catalogue in both languages, with the same values, and no refusal is plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

import panelkit as pk
from panelkit.language import untranslated
from panelkit.language.extract import files
from panelkit.language.message import verbatim
from panelkit.language.untranslated import other_placeholders, plain_refusals, plain_results, without_chinese


def test_the_catalogue_is_what_its_command_writes() -> None:
    for path, content in files().items():
        assert path.read_bytes() == content, f"{path.name}: run `python -m panelkit.language.extract`"


def test_every_message_has_chinese() -> None:
    assert without_chinese() == []


def test_both_languages_name_the_same_values() -> None:
    assert other_placeholders() == []


def test_no_refusal_is_plain_text() -> None:
    assert plain_refusals() == []


def test_no_result_is_named_or_explained_in_plain_text() -> None:
    assert plain_results() == []


def test_plain_text_is_found_in_the_code_of_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "new.py").write_text(
        "class NewFit(Estimates):\n    pass\n\n"
        'NewFit(title=f"New: {y}", notes=(message("a"),))\n'
        'NewFit(title=message("New"), notes=(*kept, "plain"))\n'
        'TestResult.not_applicable(message("a"), message("b"), "because")\n'
        'NewFit(title=message("New"), notes=(message("a"),))\n'
        'raise DataError("plain")\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(untranslated, "PACKAGE", tmp_path)
    assert plain_results() == ["models/new.py:4", "models/new.py:5", "models/new.py:6"]
    assert plain_refusals() == ["models/new.py:8"]


@pytest.mark.parametrize("kind", [pk.PanelkitError, pk.DataError, pk.SpecError, pk.ConvergenceError])
def test_an_error_takes_a_message_only(kind: type[pk.PanelkitError]) -> None:
    with pytest.raises(TypeError, match=f"{kind.__name__} says a message, not plain text"):
        kind("plain")  # type: ignore[arg-type]
    assert kind(verbatim("theirs")).text("zh") == "theirs"


def test_the_main_slope_has_one_name() -> None:
    texts = b"".join(content for path, content in files().items() if path.suffix == ".po").decode("utf-8")
    assert "主系数" in texts
    assert "主斜率" not in texts
