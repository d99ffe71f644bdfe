"""panelkit: the estimators of regional-innovation papers, on China's public yearbook figures.

Public names load on first use, so that `import panelkit` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from panelkit import _began, _moved  # noqa: F401  the clock is read before any other module
from panelkit.language._index import ENTRIES

__version__ = "0.2.0"

_PUBLIC = {name: module for _, _, module, name, _, _, _, _, public, _ in ENTRIES if public}

__all__ = ["__version__", *_PUBLIC]

_moved.install()


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'panelkit' has no attribute {name!r}")
    return getattr(import_module(f"panelkit.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
