"""Kinds of design and the functions that run them, imported when a claim first asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Protocol

from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.verdict import Finding
from panelkit.language.errors import SpecError

_KINDS = {
    "panel": "panelkit.claims.designs.panel",
    "order": "panelkit.claims.designs.ranking",
    "agreement": "panelkit.claims.designs.ranking",
    "leading": "panelkit.claims.designs.leading",
    "gap": "panelkit.claims.designs.inequality",
    "trend": "panelkit.claims.designs.inequality",
    "yearly": "panelkit.claims.designs.yearly",
    "spatial": "panelkit.claims.designs.spatial",
    "tightening": "panelkit.claims.designs.spatial",
    "mediation": "panelkit.claims.designs.mediation",
}


class Kind(Protocol):
    """What the module of a kind offers."""

    def specifications(self, claim: Claim, design: Any) -> list[Any]:
        """Return what the design reads from the figures, the main specification first."""
        ...

    def run(
        self, claim: Claim, reading: Reading, design: Any, figures: Any, tick: Callable[[int], None]
    ) -> Finding:
        """Return what the design yields."""
        ...


def kind_of(name: str) -> Kind:
    """Return the module that runs a kind of design.

    Raises
    ------
    SpecError
        If there is none.
    """
    if name not in _KINDS:
        raise SpecError(f"no design kind {name!r}: there are {', '.join(_KINDS)}")
    module: Any = import_module(_KINDS[name])
    return module


def names() -> Iterable[str]:
    """Return the kinds that can be computed."""
    return tuple(_KINDS)
