"""What tables of changed cells share."""

from __future__ import annotations

from panelkit.language.message import Language, term


def place_names(language: Language) -> dict[int, str]:
    """Return what provinces and the nation are called, by code."""
    from panelkit.data.provinces import NATION, labels_of

    names = {int(code): str(name) for code, name in labels_of(language).items()}
    return {**names, NATION: term("place", "China").text(language)}
