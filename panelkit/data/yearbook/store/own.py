"""The indicators that a store holds beside the catalogue's, as `panelkit data list` shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit.data import catalogue
from panelkit.data.figures import spans
from panelkit.data.yearbook.store.definitions import store_definitions, store_figures


@dataclass(frozen=True)
class OwnIndicator:
    """One indicator outside the catalogue: its key or stored name, its words, unit, and vintage -> years."""

    key: str
    name: str
    unit: str
    vintages: dict[str, str]

    def record(self) -> dict[str, Any]:
        """Return the indicator as `panelkit data list --json` holds those of the catalogue."""
        first = next(iter(self.vintages), "")
        return {
            "indicator": self.key,
            "name_en": self.name,
            "name_zh": self.name,
            "unit": self.unit,
            "default_vintage": first,
            "vintages": dict(self.vintages),
            "flags": 0,
        }


def own_indicators(store: Path) -> list[OwnIndicator]:
    """Return the indicators that a store holds or defines and the catalogue does not know, in their order there."""
    about, table = catalogue.facts(), store_figures(store, shipped=False)
    defined = {one.key: one for one in store_definitions(store)}
    keys = [key for key in dict.fromkeys([*defined, *table["indicator"]]) if key not in about]
    found = []
    for key in keys:
        mine = table[table["indicator"] == key]
        one = defined.get(key)
        years = {
            str(vintage): spans(sorted({int(str(period)[:4]) for period in rows["period"]}))
            for vintage, rows in mine.groupby("vintage")
        }
        unit = str(mine["unit"].iloc[0]) if len(mine) else (one.unit if one else "")
        found.append(OwnIndicator(key, (one.label or one.name) if one else key, unit, years))
    return found
