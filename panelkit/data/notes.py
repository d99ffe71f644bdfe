"""What must stand under a table or a figure that uses a panel of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pandas as pd

from panelkit.data.provinces import labels_of

_WORDS = {
    "en": {
        "vintage": "{column}: {name}, {unit}, vintage {vintage}; {publisher}, {publication}",
        "missing": "{column}: {n} of {cells} cells are missing; nothing is interpolated",
        "flag": "flag {flag}: {column}, {province} {year}: {why}",
        "all": "all provinces",
    },
    "zh": {
        "vintage": "{column}：{name}，{unit}，版本 {vintage}；{publisher}，{publication}",
        "missing": "{column}：{cells} 个单元格中缺失 {n} 个，未作插补",
        "flag": "标记 {flag}：{column}，{province} {year} 年：{why}",
        "all": "全部省份",
    },
}


def data_notes(
    frame: pd.DataFrame, columns: Iterable[str] | None = None, language: Literal["en", "zh"] = "en"
) -> tuple[str, ...]:
    """Return vintage and source of each column, missing cells, and every flag, as sentences.

    `columns` None means every column that the frame's `attrs["panelkit"]` describes; a frame without them has no
    notes.
    """
    facts: dict[str, Any] = frame.attrs.get("panelkit", {})
    vintages = facts.get("vintages", {})
    keys = [key for key in (vintages if columns is None else columns) if key in vintages]
    words = _WORDS[language]
    lines = [_origin(key, facts, language) for key in keys]
    cells = facts.get("provinces", 0) * len(facts.get("years", []))
    for key in keys:
        if facts["missing"][key]:
            lines.append(words["missing"].format(column=key, n=facts["missing"][key], cells=cells))
    lines += [
        flag_sentence(flag, language)
        for flag in (facts["flags"] if keys else [])
        if flag["indicator"] in keys
    ]
    return tuple(lines)


def with_sentences(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with `origins` by column and a `sentence` in every flag, both in both languages.

    What stands under the table of a fit is chosen from them.
    """
    origins = {key: {tongue: _origin(key, facts, tongue) for tongue in _WORDS} for key in facts["vintages"]}
    flags = [
        {**flag, "sentence": {"en": flag_sentence(flag, "en"), "zh": flag_sentence(flag, "zh")}}
        for flag in facts["flags"]
    ]
    return {**facts, "origins": origins, "flags": flags}


def flag_sentence(flag: Mapping[str, Any], language: Literal["en", "zh"]) -> str:
    """Return one flag of a panel as a sentence."""
    words = _WORDS[language]
    return words["flag"].format(
        flag=flag["flag"],
        column=flag["indicator"],
        province=labels_of(language)[flag["adcode"]] if flag["adcode"] else words["all"],
        year=flag["year"],
        why=flag["why_zh" if language == "zh" else "why"],
    )


def _origin(key: str, facts: dict[str, Any], language: str) -> str:
    sources = facts["sources"].get(key, [])
    name = facts["names"].get(key, {}).get(language, key)
    publisher = "publisher_en" if language == "en" else "publisher"
    return _WORDS[language]["vintage"].format(
        column=key,
        name=name,
        unit=facts["units"][key],
        vintage=facts["vintages"][key],
        publisher=", ".join(dict.fromkeys(source.get(publisher, "") for source in sources)),
        publication="; ".join(dict.fromkeys(source.get(f"publication_{language}", "") for source in sources)),
    )
