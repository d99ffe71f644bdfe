"""What must stand under a table or a figure that uses a panel of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from panelkit.data.figures import spans
from panelkit.data.provinces import place_name
from panelkit.language.message import Language, Message, Told, message

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


def data_notes(
    frame: pd.DataFrame, columns: Iterable[str] | None = None, language: Language = "en"
) -> tuple[str, ...]:
    """Return vintage and source of each column, missing cells, and every flag, as sentences.

    `columns` None means every column that the frame's `attrs["panelkit"]` describes; a frame without them has no
    notes.
    """
    facts: dict[str, Any] = frame.attrs.get("panelkit", {})
    vintages = facts.get("vintages", {})
    keys = [key for key in (vintages if columns is None else columns) if key in vintages]
    notes = [_origin(key, facts) for key in keys]
    cells = facts.get("provinces", 0) * len(facts.get("years", []))
    notes += [
        message(
            "{column}: {missing} of {cells} cells are missing; nothing is interpolated",
            column=key,
            missing=facts["missing"][key],
            cells=cells,
        )
        for key in keys
        if facts["missing"][key]
    ]
    flags = facts["flags"] if keys else []
    notes += [flag_sentence(flag) for flag in flags if flag["indicator"] in keys]
    return tuple(note.text(language) for note in notes)


def with_sentences(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with `origins` by column and a `sentence` in every flag, both in both languages.

    What stands under the table of a fit is chosen from them.
    """
    origins = {key: _in_both(_origin(key, facts)) for key in facts["vintages"]}
    flags = [{**flag, "sentence": _in_both(flag_sentence(flag))} for flag in facts["flags"]]
    return {**facts, "origins": origins, "flags": flags}


def _in_both(note: Message) -> dict[str, str]:
    return {language: note.text(language) for language in _LANGUAGES}


def flag_sentence(flag: Mapping[str, Any]) -> Message:
    """Return one flag of a panel as a sentence."""
    return message(
        "flag {flag}: {column}, {province} {year}: {why}",
        flag=flag["flag"],
        column=flag["indicator"],
        province=place_name(flag["adcode"]) if flag["adcode"] else message("all provinces"),
        year=flag_years(flag),
        why=Told(flag["why"], flag["why_zh"]),
    )


def flag_years(flag: Mapping[str, Any]) -> str:
    """Return the years that a flag of a panel touches: `2019`, `2018-2023`."""
    return spans(range(flag["year"], max(flag["year"], flag.get("until", 0)) + 1))


def _origin(key: str, facts: Mapping[str, Any]) -> Message:
    sources = facts["sources"].get(key, [])
    name = facts["names"].get(key, {})
    said: dict[str, Any] = {
        "column": key,
        "name": Told(name.get("en", key), name.get("zh", key)),
        "unit": facts["units"][key] or message("unit not stated"),
        "vintage": facts["vintages"][key],
    }
    publisher = _each_once(sources, "publisher_en", "publisher", between=", ")
    publication = _each_once(sources, "publication_en", "publication_zh", between="; ")
    if not publisher:
        return message("{column}: {name}, {unit}, vintage {vintage}", **said)
    if not publication:
        return message(
            "{column}: {name}, {unit}, vintage {vintage}; {publisher}", **said, publisher=publisher
        )
    return message(
        "{column}: {name}, {unit}, vintage {vintage}; {publisher}, {publication}",
        **said,
        publisher=publisher,
        publication=publication,
    )


_CHINESE_MARKS = {", ": "、", "; ": "；"}


def _each_once(sources: Sequence[Mapping[str, str]], english: str, chinese: str, *, between: str) -> Told:
    """Return a field of the sources, which they hold in two languages, each text once."""
    en, zh = (
        mark.join(dict.fromkeys(text for source in sources if (text := source.get(field, ""))))
        for field, mark in ((english, between), (chinese, _CHINESE_MARKS[between]))
    )
    return Told(en, zh)
