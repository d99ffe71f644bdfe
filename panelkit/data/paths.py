"""Where the shipped figures and claims lie: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from panelkit.language.errors import DataError
from panelkit.language.message import message

PACKAGE = Path(__file__).resolve().parent.parent
_FIGURES: ContextVar[Path | None] = ContextVar("figures", default=None)


@contextmanager
def figures_from(folder: Path) -> Iterator[None]:
    """Let `shipped("data")` mean another folder laid out alike, inside the block and nowhere else."""
    token = _FIGURES.set(folder)
    try:
        yield
    finally:
        _FIGURES.reset(token)


def other_figures() -> Path | None:
    """Return the folder that stands in the place of the shipped figures; None outside of such a block."""
    return _FIGURES.get()


def shipped(folder: str) -> Path:
    """Return the shipped folder `data` or `seeds`.

    Raises
    ------
    DataError
        If neither the installed copy nor the checkout has it.
    """
    instead = _FIGURES.get()
    if folder == "data" and instead is not None:
        return instead
    for candidate in (PACKAGE / f"_{folder}", PACKAGE.parent / folder):
        if candidate.is_dir():
            return candidate
    raise DataError(
        message(
            "the shipped folder `{folder}/` is missing beside {package}: reinstall panelkit-regional",
            folder=folder,
            package=PACKAGE,
        )
    )
