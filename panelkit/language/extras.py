"""What an installation may leave out: each extra, the library it brings, and the error where that library is asked for.

Everything else works without them; the library of an extra is imported where it is used, never before.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from panelkit.language.errors import PanelkitError
from panelkit.language.message import Message, message


@dataclass(frozen=True)
class Extra:
    """An optional part of the installation: its name in `pip install 'panelkit-regional[name]'`, and its library."""

    name: str
    library: str
    module: str

    def installed(self) -> bool:
        """Return whether its library is there; it is not imported."""
        return find_spec(self.module) is not None

    def missing(self, what: Message) -> Message:
        """Say that `what` needs the library, and how to install it."""
        return message(
            '{what} needs {library}, which is not installed: pip install "panelkit-regional[{extra}]", or in '
            'panelkit\'s own folder pip install ".[{extra}]"',
            what=what,
            library=self.library,
            extra=self.name,
        )

    def require(self, what: Message) -> None:
        """Refuse `what` where the library is not installed.

        Raises
        ------
        MissingExtraError
            If the library is not there.
        """
        if not self.installed():
            raise MissingExtraError(self.missing(what))


class MissingExtraError(PanelkitError):
    """What was asked for needs a part of the installation that is not there."""


FIGURES = Extra("figures", "matplotlib", "matplotlib")
LOCKED = Extra("locked", "msoffcrypto-tool", "msoffcrypto")
PARQUET = Extra("parquet", "pyarrow", "pyarrow")
EXTRAS = (FIGURES, LOCKED, PARQUET)
"""Every optional part."""
