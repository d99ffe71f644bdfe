"""The one console: texts are printed as they are, since they may be a user's, and brackets in them are no markup."""

from __future__ import annotations

from typing import Any

from rich.console import Console


def open_console(**options: Any) -> Console:
    """Return a console for which `[bold]` and `:smile:` in a text are the words that they are."""
    return Console(markup=False, emoji=False, **options)
