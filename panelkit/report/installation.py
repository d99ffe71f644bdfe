"""What an installation has and lacks: packages, figures, fonts, optional parts, the user's store, kept verdicts."""

from __future__ import annotations

import os
import platform
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from panelkit.data.paths import PACKAGE, shipped
from panelkit.language.errors import PanelkitError
from panelkit.language.extras import FIGURES
from panelkit.language.message import Language, Message, message, verbatim

NAME = "panelkit-regional"
State = Literal["ok", "absent", "broken"]

OPTIONAL: dict[str, Message] = {
    "matplotlib": message("draws figures: `.plot()`, `--plot`, folders of `--out` that hold figures"),
    "msoffcrypto-tool": message("opens protected workbooks: `panelkit ingest FILE.xls`"),
    "pyarrow": message("reads Parquet files: `--data FILE.parquet`, `panelkit ingest FILE.parquet`"),
    "polars": message("frames of polars as panels in Python"),
    "distributed": message("claims on a cluster: `joblib.parallel_config(backend='dask')`"),
}
"""Packages that some doors ask for, and which."""


@dataclass(frozen=True)
class Part:
    """One part of an installation: whether it is there and works, and what to do where it does not.

    `state`: "ok", "absent" (nothing needs it, or what needs it says so) or "broken".
    """

    name: Message
    state: State
    said: Message
    remedy: Message | None = None

    def to_dict(self, language: Language) -> dict[str, str | None]:
        """Return the part as JSON holds it."""
        remedy = None if self.remedy is None else self.remedy.text(language)
        said = self.said.text(language)
        return {"part": self.name.text(language), "state": self.state, "said": said, "remedy": remedy}


def parts(store: Path | None = None) -> Iterator[Part]:
    """Yield the parts of this installation; `store`: None, the one in the user's data folder."""
    yield _python()
    yield from _packages(requirements()[1])
    yield _figures()
    yield _claims()
    if FIGURES.installed():
        yield _font()
    yield from map(_optional, OPTIONAL)
    yield _store(store)
    yield _cache()


def requirements() -> tuple[str, list[str]]:
    """Return which Python, and which packages, this version asks for: as installed, or as the checkout says."""
    checkout = PACKAGE.parent / "pyproject.toml"
    if checkout.is_file():
        project = tomllib.loads(checkout.read_text("utf-8"))["project"]
        if project["name"] == NAME:
            return str(project["requires-python"]), list(project["dependencies"])
    try:
        about = metadata.metadata(NAME)
    except metadata.PackageNotFoundError:
        return "", []
    held = [item for item in metadata.requires(NAME) or () if "extra ==" not in item]
    return str(about["Requires-Python"] or ""), held


def _python() -> Part:
    from packaging.specifiers import SpecifierSet

    from panelkit import __version__

    said = message(
        "panelkit {version} in {folder}, Python {python}",
        version=__version__,
        folder=PACKAGE,
        python=platform.python_version(),
    )
    asked, _ = requirements()
    if platform.python_version() in SpecifierSet(asked, prereleases=True):
        return Part(message("panelkit"), "ok", said)
    return Part(message("panelkit"), "broken", said, message("install a Python {asked}", asked=asked))


def _packages(asked: Sequence[str]) -> Iterator[Part]:
    """Yield one part for all packages that are as they must be, and one for each that is not."""
    from packaging.requirements import Requirement

    right: list[str] = []
    for text in asked:
        need = Requirement(text)
        if need.marker is not None and not need.marker.evaluate():
            continue
        remedy = message("`{command}`", command=f"pip install -U '{need}'")
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            yield Part(verbatim(need.name), "broken", message("not installed"), remedy)
            continue
        if need.specifier.contains(version, prereleases=True):
            right.append(f"{need.name} {version}")
        else:
            said = message(
                "{version} is installed, {asked} is needed", version=version, asked=str(need.specifier)
            )
            yield Part(verbatim(need.name), "broken", said, remedy)
    yield Part(message("packages"), "ok", message("as new as they must be: {names}", names=right))


def _figures() -> Part:
    """Read every shipped figure, with its checks."""
    from panelkit.data.figures import read_figures

    name = message("shipped figures")
    remedy = message("reinstall panelkit: `{command}`", command=f"pip install --force-reinstall {NAME}")
    try:
        folder = shipped("data")
        n = len(read_figures())
    except (PanelkitError, OSError, ValueError) as error:
        return Part(name, "broken", _problem(error), remedy)
    return Part(name, "ok", message("{n:,} figures in {folder} read and checked", n=n, folder=folder))


def _claims() -> Part:
    """Read every registered claim; a file that its declaration does not know is refused there."""
    from panelkit.claims.file.load import load_claims

    name = message("registered claims")
    remedy = message("reinstall panelkit: `{command}`", command=f"pip install --force-reinstall {NAME}")
    try:
        n = len(load_claims())
        folder = shipped("seeds")
    except (PanelkitError, OSError, ValueError) as error:
        return Part(name, "broken", _problem(error), remedy)
    return Part(name, "ok", message("{n} claims in {folder} read", n=n, folder=folder))


def _font() -> Part:
    from panelkit.show.style import chinese_font

    name = message("Chinese font")
    found = chinese_font()
    if found is not None:
        return Part(name, "ok", message("{font} stands in figures", font=found))
    return Part(
        name,
        "absent",
        message("matplotlib finds none: Chinese figures can be saved as .svg only"),
        message(
            "install Noto Sans CJK SC (Debian, Ubuntu: `apt install fonts-noto-cjk`), then delete the folder {folder} "
            "so that matplotlib looks anew",
            folder=_matplotlib_cache(),
        ),
    )


def _matplotlib_cache() -> str:
    import matplotlib as mpl

    return str(mpl.get_cachedir())


def _optional(package: str) -> Part:
    name, use = verbatim(package), OPTIONAL[package]
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        said = message("not installed; {use}", use=use)
        return Part(name, "absent", said, message("`{command}`", command=f"pip install {package}"))
    return Part(name, "ok", message("{version}; {use}", version=version, use=use))


def _store(folder: Path | None) -> Part:
    """Read the store, where there is one."""
    from panelkit.data.yearbook.store.health import check_store
    from panelkit.data.yearbook.store.store import default_store

    name, place = message("store of figures"), default_store() if folder is None else folder
    if not place.exists():
        said = message("none in {folder}: the shipped figures stand alone", folder=place)
        return Part(name, "absent", said, message("`panelkit ingest FILE...` makes one"))
    remedy = message("`panelkit store repair --store {folder}` mends it", folder=place)
    try:
        found = check_store(place)
    except (PanelkitError, OSError) as error:
        return Part(name, "broken", _problem(error), remedy)
    if not found.whole:
        said = message(
            "{n} problems in {folder}; first: {first}",
            n=len(found.problems),
            folder=place,
            first=found.problems[0],
        )
        return Part(name, "broken", said, remedy)
    return Part(
        name,
        "ok",
        message("the store {store} is whole: {n} file(s), every checksum right", store=place, n=found.files),
    )


def _cache() -> Part:
    """Look at the folder of kept verdicts."""
    from panelkit.claims.cache_folder import VARIABLE, cache_folder, entries, refuse_others

    name, folder = message("kept verdicts"), cache_folder()
    if folder is None:
        return Part(
            name, "absent", message("verdicts are kept nowhere: {variable} says off", variable=VARIABLE)
        )
    remedy = message("name another folder by {variable}", variable=VARIABLE)
    try:
        if folder.exists():
            refuse_others(folder)
        place = next(item for item in (folder, *folder.parents) if item.exists())
        if not (place.is_dir() and os.access(place, os.W_OK)):
            return Part(name, "broken", message("{folder} cannot be written to", folder=place), remedy)
        size = sum(path.stat().st_size for path in entries(folder))
    except (PanelkitError, OSError) as error:
        return Part(name, "broken", _problem(error), remedy)
    return Part(name, "ok", message("{folder}, {size:.2f} MB", folder=folder, size=size / 1e6))


def _problem(error: Exception) -> Message:
    """Return what is wrong, in the words of the error."""
    if isinstance(error, PanelkitError):
        return error.said
    return verbatim(f"{type(error).__name__}: {error}")


def broken(found: Sequence[Part]) -> bool:
    """Return whether any part is broken."""
    return any(part.state == "broken" for part in found)
