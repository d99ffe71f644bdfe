"""The errors of panelkit, under the name by which the rooms import them."""

from __future__ import annotations

from panelkit.errors import ConvergenceError, DataError, PanelkitError, SpecError

__all__ = ["ConvergenceError", "DataError", "PanelkitError", "SpecError"]
