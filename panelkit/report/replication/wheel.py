"""The wheel of the panelkit that runs: from the files of a checkout, or packed again from those that are installed.

The same files give the same bytes: entries in order of their names, all with one date.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from panelkit import __version__
from panelkit.data.paths import PACKAGE
from panelkit.language.errors import DataError
from panelkit.language.message import message

NAME = "panelkit-regional"
_STEM = f"panelkit_regional-{__version__}"
_INFO = f"{_STEM}.dist-info"
_DATE = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
_TAG = f"Wheel-Version: 1.0\nGenerator: panelkit {__version__}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

WHEEL = f"{_STEM}-py3-none-any.whl"


@dataclass(frozen=True)
class Build:
    """The panelkit that runs: the files of its wheel by name, and what it requires."""

    files: Mapping[str, bytes]
    requires: tuple[str, ...]


def this_build() -> Build:
    """Return the wheel's files of the panelkit that runs.

    Raises
    ------
    DataError
        If it is neither installed nor a checkout.
    """
    installed = _installed()
    if installed is not None:
        return Build(dict(_files_of(installed)), tuple(installed.requires or ()))
    project = PACKAGE.parent / "pyproject.toml"
    if not project.is_file():
        raise DataError(
            message(
                "{package} is neither an installed panelkit-regional nor a checkout of it: install the wheel",
                package=str(PACKAGE),
            )
        )
    about = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    return Build(dict(_files_in(PACKAGE.parent, about)), tuple(about["dependencies"]))


def write_wheel(build: Build, path: Path) -> None:
    """Write the wheel."""
    record = f"{_INFO}/RECORD"
    rows = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(build.files.items())]
    listed = "\n".join([*rows, f"{record},,"]) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in [*sorted(build.files.items()), (record, listed.encode())]:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)


def _installed() -> metadata.Distribution | None:
    """Return the installed distribution whose files are those that run; None for a checkout, installed or not."""
    try:
        found = metadata.distribution(NAME)
    except metadata.PackageNotFoundError:
        return None
    mine = [file for file in found.files or () if file.as_posix() == "panelkit/__init__.py"]
    return found if mine and Path(str(mine[0].locate())).resolve().parent == PACKAGE else None


def _files_of(found: metadata.Distribution) -> Iterator[tuple[str, bytes]]:
    for file in found.files or ():
        name = file.as_posix()
        made_here = name.startswith("..") or "__pycache__" in file.parts
        if not made_here and not (file.parent.name == _INFO and file.name in _LEFT_OUT):
            yield name, Path(str(file.locate())).read_bytes()


def _files_in(root: Path, about: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield what the build of a checkout puts into its wheel."""
    for folder, inside in (
        ("panelkit", "panelkit"),
        ("data", "panelkit/_data"),
        ("seeds", "panelkit/_seeds"),
    ):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{inside}/{path.relative_to(root / folder).as_posix()}", path.read_bytes()
    for name in about["license-files"]:
        yield f"{_INFO}/licenses/{name}", (root / name).read_bytes()
    scripts = "".join(f"{name} = {place}\n" for name, place in about["scripts"].items())
    yield f"{_INFO}/entry_points.txt", f"[console_scripts]\n{scripts}".encode()
    yield f"{_INFO}/WHEEL", _TAG.encode()
    yield f"{_INFO}/METADATA", _metadata(root, about).encode()


def _metadata(root: Path, about: Mapping[str, Any]) -> str:
    lines = ["Metadata-Version: 2.4", f"Name: {about['name']}", f"Version: {about['version']}"]
    lines += [f"Summary: {about['description']}", f"License-Expression: {about['license']}"]
    lines += [f"License-File: {name}" for name in about["license-files"]]
    lines += [f"Requires-Python: {about['requires-python']}"]
    lines += [f"Requires-Dist: {item}" for item in about["dependencies"]]
    for extra, items in about.get("optional-dependencies", {}).items():
        lines += [f"Provides-Extra: {extra}", *(_of_extra(item, extra) for item in items)]
    readme = (root / about["readme"]).read_text(encoding="utf-8")
    return "\n".join([*lines, "Description-Content-Type: text/markdown", "", readme])


def _of_extra(item: str, extra: str) -> str:
    requirement, _, marker = item.partition(";")
    asked = f"({marker.strip()}) and " if marker.strip() else ""
    return f"Requires-Dist: {requirement.strip()}; {asked}extra == '{extra}'"


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
