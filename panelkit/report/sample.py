"""The sample and the sources behind a verdict, as a page prints them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from panelkit.claims.findings import Finding
from panelkit.claims.own_panel import OwnPanel
from panelkit.data.figure_notes import flag_years
from panelkit.language.message import Language, listed, message, sentences
from panelkit.report.words import say

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def facts(tested: Finding, panel: OwnPanel | None, language: Language) -> dict[str, Any] | None:
    """Return what a page says of the sample of a main fit: its size, units and dropped rows."""
    fit = tested.fit
    if fit is None or fit.design is None:
        return None
    names = province_names(language) if panel is None or panel.provincial else {}
    rows = zip(*(fit.dropped[name] for name in ("province", "year", "reason")), strict=True)
    dropped = [
        {
            "province": names.get(str(province), str(province)),
            "year": year,
            "reason": say(reason, language),
        }
        for province, year, reason in rows
    ]
    line = message(
        "{nobs} observations: {n} {units}, {years}.",
        nobs=fit.nobs,
        n=int(fit.facts["n_units"]),
        years=str(fit.facts["years"]),
    )
    if panel is not None:
        line = line.spoken(*panel.levels)
    gone = message("{n} rows left the sample:", n=len(dropped))
    units = _in_order([str(label) for label in fit.design.unit_labels], names)
    return {
        "line": say(line, language),
        "provinces": say(listed(units), language),
        "dropped": dropped,
        "gone": say(gone, language),
    }


def figures(tested: Sequence[Finding], language: Language) -> list[dict[str, Any]]:
    """Return one entry an indicator and vintage of main designs and grids: name, unit, sources by years.

    `grid_only` marks what no main design reads.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for about, grid_only in _abouts(tested):
        for key, vintage in about.get("vintages", {}).items():
            found.setdefault(
                (key, str(vintage)),
                {
                    "key": key,
                    "name": about.get("names", {}).get(key, {}).get(language, key),
                    "unit": about.get("units", {}).get(key, ""),
                    "vintage": vintage,
                    "grid_only": grid_only,
                    "sources": [_source(item, language) for item in about.get("sources", {}).get(key, [])],
                },
            )
    return list(found.values())


def flags(tested: Sequence[Finding], language: Language) -> list[dict[str, Any]]:
    """Return every flagged cell or series of the figures that main designs or grids read."""
    found: dict[tuple[Any, ...], tuple[Any, bool]] = {}
    for about, grid_only in _abouts(tested):
        for item in about.get("flags", []):
            key = (item["indicator"], item["vintage"], item["adcode"], item["year"], item["flag"])
            found.setdefault(key, (item, grid_only))
    names = province_names(language)
    return [
        {
            "indicator": item["indicator"],
            "where": names.get(str(item.get("province", "")), say(message("every province"), language)),
            "year": flag_years(item),
            "why": item.get(f"why_{language}") or item["why"],
            "grid_only": grid_only,
        }
        for item, grid_only in found.values()
    ]


def names(data: pd.DataFrame | None, language: Language) -> dict[str, str]:
    """Return the indicators' names as a table prints them."""
    if data is None:
        return {}
    held: Mapping[str, Mapping[str, str]] = data.attrs.get("panelkit", {}).get("names", {})
    return {key: name.get(language, key) for key, name in held.items()}


def spelled(term: str, named: Mapping[str, str]) -> str:
    """Return a formula's term with indicators by name; in English the keys are shorter and stay."""
    if not any(_is_chinese(name) for name in named.values()):
        return term
    return _NAME.sub(lambda match: named.get(match.group(), match.group()), term)


def vintage_note(tested: Finding, columns: Sequence[str], language: Language) -> str:
    """Return the vintage of every column, as it stands under a table."""
    if tested.data is None:
        return ""
    about = tested.data.attrs.get("panelkit", {})
    held = {key: about.get("vintages", {}).get(key) for key in columns}
    by_vintage: dict[str, list[str]] = {}
    for key, vintage in held.items():
        if vintage is not None:
            by_vintage.setdefault(str(vintage), []).append(key)
    if not by_vintage:
        return ""
    parts = [
        message("{vintage} ({columns})", vintage=vintage, columns=listed(keys))
        for vintage, keys in by_vintage.items()
    ]
    return say(message("Vintages: {vintages}", vintages=sentences(parts)), language)


def province_names(language: Language) -> dict[str, str]:
    """Return English province names with the names to print."""
    from panelkit.data.provinces import labels_of

    english, shown = labels_of("en"), labels_of("zh" if language == "zh" else "en")
    return {str(name): str(shown[code]) for code, name in english.items()}


def _in_order(labels: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return labels by name, provinces in the order of the yearbooks."""
    held = [name for label, name in names.items() if label in labels]
    return held + [label for label in labels if label not in names]


def _abouts(tested: Sequence[Finding]) -> list[tuple[Mapping[str, Any], bool]]:
    """Return what is known of the figures, those of main designs first; True for what the grids alone loaded."""
    main = [item.data.attrs.get("panelkit", {}) for item in tested if item.data is not None]
    grids = [about for item in tested for about in item.grid_figures]
    return [*((about, False) for about in main), *((about, True) for about in grids)]


def _source(item: Mapping[str, str], language: Language) -> dict[str, str]:
    def said(field: str) -> str:
        return item.get(f"{field}_{language}") or item.get(field, "")

    return {
        "years": item.get("years", ""),
        "publisher": said("publisher"),
        "publication": said("publication"),
        "through": item.get("through", ""),
    }


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
