"""What tables of changed cells share."""

from __future__ import annotations

from panelkit.language.message import Language, term


def place_names(language: Language) -> dict[int, str]:
    """Return what cities, provinces and the nation are called, by code."""
    from panelkit.data.cities import city_labels
    from panelkit.data.provinces import NATION, labels_of

    every = {**city_labels(language), **labels_of(language)}
    names = {int(code): str(name) for code, name in every.items()}
    return {**names, NATION: term("place", "China").text(language)}
