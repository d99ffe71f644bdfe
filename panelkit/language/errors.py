"""One root for every error that panelkit raises on purpose. It stands before all rooms, so that each may raise it."""

from __future__ import annotations


class PanelkitError(Exception):
    """Say what was seen, where (province, year, column), and what to do about it."""


class DataError(PanelkitError):
    """The data cannot carry what was asked: a missing column, a duplicated province-year, a damaged file."""


class SpecError(PanelkitError):
    """The request itself is wrong: a formula, an option, a claim file."""


class StyleError(SpecError, ValueError):
    """An option of a table or figure is wrong."""


class ConvergenceError(PanelkitError):
    """A numerical search did not reach an answer that may be printed."""
