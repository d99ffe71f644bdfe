"""What verdicts depend on beside the claim, each as one hash: this code with the libraries under it, the figures."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import time_ns

from panelkit._began import BEGAN
from panelkit.data.once import State, state_of
from panelkit.data.paths import PACKAGE

LIBRARIES = (
    "esda",
    "formulaic",
    "libpysal",
    "linearmodels",
    "narwhals",
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "spreg",
    "statsmodels",
)
"""The libraries whose versions may move a number."""

_PARTS = (".part", ".pyc", ".tmp")

FolderState = Mapping[str, State]


def state_of_folder(folder: Path, ending: str = "") -> FolderState:
    """Return the state of every file below a folder whose name ends so, by its path in it."""
    found: dict[str, State] = {}
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith(ending) and not name.endswith(_PARTS):
                path = Path(base, name)
                found[path.relative_to(folder).as_posix()] = state_of(path)
    return found


def hash_of_folder(folder: Path, state: FolderState) -> str:
    """Return the hash of the names and bytes of the files in a state of a folder."""
    digest = hashlib.sha256()
    for name in state:
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def changed_since(began: int, folder: Path, names: Iterable[str]) -> bool:
    """Return whether a file of a folder was written or replaced between a time (ns) and now.

    A time of the file beyond now is that of another clock, and says nothing.
    """
    now = time_ns()
    stats = ((folder / name).stat() for name in names)
    return any(began < at <= now for found in stats for at in (found.st_mtime_ns, found.st_ctime_ns))


_LOADED = state_of_folder(PACKAGE, ".py")
"""The source as it stood when this module was imported, which may be long after others of the package."""

_MIXED = changed_since(BEGAN, PACKAGE, _LOADED)
"""Whether the source changed in between, so that this process may run some of the old and some of the new."""


def code_version() -> str | None:
    """Return the hash of the source of the package and of the versions below it.

    None where the source has changed since this process began to read it: what runs is then not what stands in the
    files, and kept under their hash it would be another copy's to read.
    """
    return _code_version() if not _MIXED and state_of_folder(PACKAGE, ".py") == _LOADED else None


@cache
def _code_version() -> str:
    below = [f"{name} {_version(name)}" for name in LIBRARIES]
    machine = [platform.python_version(), platform.system(), platform.machine()]
    source = hash_of_folder(PACKAGE, _LOADED)
    return hashlib.sha256("\n".join([source, *below, *machine]).encode()).hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"
