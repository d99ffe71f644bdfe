"""Where the shipped figures and claims lie: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

from panelkit.core.errors import DataError

PACKAGE = Path(__file__).resolve().parent.parent


def shipped(folder: str) -> Path:
    """Return the shipped folder `data` or `seeds`.

    Raises
    ------
    DataError
        If neither the installed copy nor the checkout has it.
    """
    for candidate in (PACKAGE / f"_{folder}", PACKAGE.parent / folder):
        if candidate.is_dir():
            return candidate
    raise DataError(
        f"the shipped folder `{folder}/` is missing beside {PACKAGE}: reinstall panelkit-regional"
    )
