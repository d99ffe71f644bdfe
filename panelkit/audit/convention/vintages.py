"""Other vintages of shipped figures that a panel holds: a paper used those of its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd


def versions_of(data: Any, columns: Iterable[str]) -> Mapping[str, Any]:
    """Return the figures by version: as given, and with one column in each other vintage that ships.

    Figures of one's own, and columns that are no indicator of ours, have the one version that is given; a mapping of
    names to frames is taken as it is.
    """
    if isinstance(data, Mapping) and not hasattr(data, "columns"):
        return dict(data)
    versions: dict[str, Any] = {"": data}
    facts = getattr(data, "attrs", {}).get("panelkit", {})
    used, shown = facts.get("vintages", {}), facts.get("units_as")
    if not used or shown is None:
        return versions
    for column in columns:
        if column in used:
            versions |= _others(data, column, str(used[column]), shown)
    return versions


def _others(data: pd.DataFrame, column: str, held: str, shown: str) -> dict[str, pd.DataFrame]:
    """Return the frame with one column in each of its other vintages."""
    from panelkit.data import catalogue
    from panelkit.data.panels import load_provinces

    about = catalogue.facts(None).get(column)
    found: dict[str, pd.DataFrame] = {}
    for vintage in () if about is None else about.vintages:
        for labels in ("en", "zh", "adcode") if vintage != held else ():
            other = load_provinces([column], vintage={column: vintage}, labels=labels, units=shown)  # type: ignore[arg-type]
            values = other[column].reindex(data.index)
            if values.notna().any():
                found[f"{column}: {vintage}"] = data.assign(**{column: values})
                break
    return found
