"""What the indicators of a design are called."""

from __future__ import annotations

from panelkit.indices.panels.designs import DesignIndicator
from panelkit.language.message import Language


def indicator_label(item: DesignIndicator, language: Language = "en") -> str:
    """Return an indicator's label: its own, or the catalogue's name of its figure, or its id."""
    from panelkit.data import catalogue

    if item.label is not None:
        return str(getattr(item.label, language))
    known = catalogue.facts().get(item.column)
    return item.id if known is None else str(getattr(known, f"name_{language}"))
