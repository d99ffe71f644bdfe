"""The facts that travel with a panel: vintages, units, sources, missing cells, flags, breaks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.annual import Annual
from panelkit.data.figures import spans
from panelkit.data.provinces import Labels, labels_of
from panelkit.data.shipped_tables import read_rows
from panelkit.language.message import message


def facts_of(
    annual: Mapping[str, Annual],
    grid: pd.DataFrame,
    span: list[int],
    chosen: Mapping[str, str],
    units: Mapping[str, str],
    folder: Path | None,
) -> dict[str, Any]:
    """Return vintages, units, names, sources and missing cells by column, as plain JSON."""
    about = catalogue.facts(folder)
    return {
        "vintages": dict(chosen),
        "units": dict(units),
        "names": {k: {"en": about[k].name_en, "zh": about[k].name_zh} for k in chosen if k in about},
        "sources": _sources(annual, span, folder),
        "missing": {key: int(grid[key].isna().sum()) for key in chosen},
    }


def flags_and_breaks(
    chosen: Mapping[str, str], codes: list[int], span: list[int], labels: Labels, folder: Path | None
) -> dict[str, Any]:
    """Return the flags that touch the sample, and by column the years in which a new base starts.

    A flag of one province holds its `label` in the panel's index; one of a break its `starts`, the years of a new
    base; one of two vintages the `total` whose part it concerns.
    """
    names, shown = labels_of("en"), labels_of(labels)
    flags: list[dict[str, Any]] = []
    breaks: dict[str, list[int]] = {}
    for row in catalogue.flag_rows(chosen, folder):
        if row.is_break:
            if not (span[0] < row.new_base_from and span[-1] > row.old_base_until):
                continue
            starts = list(range(row.old_base_until + 1, row.new_base_from + 1))
            breaks.setdefault(row.indicator, []).extend(starts)
            flags.append({**row.as_dict(), "province": "all", "starts": starts})
            continue
        if (row.adcode and row.adcode not in codes) or not any(year in row.years for year in span):
            continue
        place = (
            {"province": names[row.adcode], "label": shown[row.adcode]} if row.adcode else {"province": "all"}
        )
        flags.append({**row.as_dict(), **place})
    flags += [
        {**row.as_dict(), "province": "all", "total": total} for total, row in _mixed(chosen, span[0], folder)
    ]
    return {"flags": flags, "breaks": breaks}


def _sources(
    annual: Mapping[str, Annual], span: list[int], folder: Path | None
) -> dict[str, list[dict[str, str]]]:
    named = ("publisher", "publisher_en", "publication_zh", "publication_en", "through")
    about = {row["source"]: {name: row[name] for name in named} for row in read_rows("sources.csv", folder)}
    held = {key: annual[key].years_by_source(span) for key in sorted(annual)}
    return {
        key: [
            {"source": name, "years": spans(years)} | (about.get(name) or _unlisted(name))
            for name, years in sources.items()
        ]
        for key, sources in held.items()
        if sources
    }


def _unlisted(source: object) -> dict[str, str]:
    """Return what is said of a source outside the list: a file that the user ingested, a name, or nothing."""
    name = source if isinstance(source, str) else ""
    ingested = name.startswith("ingest:")
    said = {"publisher": "用户自行导入", "publisher_en": "ingested by the user"} if ingested else {}
    return {"publisher": name, "publisher_en": name, "publication_zh": "", "publication_en": ""} | said


def _mixed(chosen: Mapping[str, str], year: int, folder: Path | None) -> list[tuple[str, catalogue.Flag]]:
    """Flag a part that stands in another vintage than its total, which comes first."""
    pairs = [(rule.total, part) for rule in catalogue.sums(folder) for part in rule.parts]
    return [
        (total, _mixed_flag(total, part, chosen, year))
        for total, part in pairs
        if total in chosen and part in chosen and chosen[total] != chosen[part]
    ]


def _mixed_flag(total: str, part: str, chosen: Mapping[str, str], year: int) -> catalogue.Flag:
    why = message(
        "{part} is {vintage}, {total} is {other}: a share of one in the other mixes two bases",
        part=part,
        vintage=chosen[part],
        total=total,
        other=chosen[total],
    )
    return catalogue.Flag(
        adcode=0,
        year=year,
        indicator=part,
        vintage=chosen[part],
        flag="vintages_differ",
        why=str(why),
        why_zh=why.text("zh"),
    )
