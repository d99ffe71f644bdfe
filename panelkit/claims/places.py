"""Provinces and regions by name, in both languages."""

from __future__ import annotations

from functools import cache

import pandas as pd

from panelkit.language.message import Message, Told, message

_REGIONS = {
    str(name): name for name in (message("east"), message("central"), message("west"), message("northeast"))
}


def place(name: str) -> Message:
    """Return a region or a province by its English name; another name is the same in both languages."""
    if name in _REGIONS:
        return _REGIONS[name]
    return Told(name, _chinese().get(name, name))


@cache
def _chinese() -> dict[str, str]:
    from panelkit.data.provinces import labels_of

    english, chinese = labels_of("en"), labels_of("zh")
    return {str(english[code]): str(chinese[code]) for code in english}


def regions_of(names: pd.Index) -> pd.Series:
    """Return the region (east, central, west, northeast) of English province names."""
    return _regions().reindex(names)


@cache
def _regions() -> pd.Series:
    from panelkit.data.geography import regions

    return regions().set_index("name_en")["region"]
