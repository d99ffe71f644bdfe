"""Documented import paths of version 0.1, answered for one release from where the modules lie now."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

_ARRAYS = (
    "structure", "normalise", "weights", "aggregate", "coupling", "inequality", "convergence", "markov", "density",
    "uncertainty",
)  # fmt: skip
MOVED = {
    "panelkit.core.formula": "panelkit.formula.formula",
    "panelkit.core.errors": "panelkit.language.errors",
    "panelkit.data.notes": "panelkit.data.figure_notes",
    **{f"panelkit.indices.{name}": f"panelkit.indices.arrays.{name}" for name in _ARRAYS},
}


class Forwarding:
    """Finds the modules that moved, with a `DeprecationWarning` that names the new path.

    Finder and loaders are what `import` calls, not subclasses: importing `importlib.abc` would cost every start.
    """

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "panelkit.core":
            return ModuleSpec(name, _Empty(), is_package=True)  # type: ignore[arg-type]
        if name not in MOVED:
            return None
        warnings.warn(f"{name} is now {MOVED[name]}", DeprecationWarning, stacklevel=2)
        return ModuleSpec(name, _Moved(MOVED[name]))  # type: ignore[arg-type]


class _Empty:
    """The package `panelkit.core`, of which only moved modules are left."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        return None


class _Moved:
    """Loads a module from its new place, and leaves it known by its new name."""

    def __init__(self, new: str) -> None:
        self.new = new

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        found = import_module(self.new)
        self.own = found.__spec__
        return found

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own


def install() -> None:
    """Let `import` ask for the paths that moved, after every other finder."""
    if Forwarding not in sys.meta_path:
        sys.meta_path.append(Forwarding)
