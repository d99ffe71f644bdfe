"""The folder in a store that holds the figures of cities: a store of its own, with a mark, a head and raw files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from panelkit.data.cities import Level, check_level
from panelkit.data.yearbook.store.mark import CITIES, Journal, is_marked, kind_of, opened, refuse_links
from panelkit.data.yearbook.store.store import default_store, require_level


def level_folder(store: str | Path | None, level: Level) -> Path:
    """Return the folder that holds a store's figures of one level.

    Raises
    ------
    SpecError
        A level that is none.
    DataError
        If the folder is no store, or its part for cities is a link or a file.
    """
    check_level(level)
    folder = Path(store) if store is not None else default_store()
    if level == "province":
        require_level(folder, level)
        return folder
    kind_of(folder)
    part = folder / CITIES
    refuse_links(part)
    return part


def has_cities(folder: Path) -> bool:
    """Return whether a store has made a part for cities, and it is there; a folder of the user's own is none."""
    part = folder / CITIES
    return part.is_dir() and is_marked(folder) and Journal(folder).has_cities()


def mark_above(folder: Path, level: Level) -> None:
    """Make the folder around a part for cities a store that says so, before the part is made."""
    if level == "province":
        return
    with opened(folder.parent) as journal:
        if not journal.has_cities():
            journal.add([{"level": "city"}])


def remember_cities(folder: Path, names: Mapping[int, str]) -> None:
    """Add the names of cities that are not shipped to what a part for cities remembers."""
    known = city_names(folder) if names else {}
    new = {code: name for code, name in names.items() if code not in known}
    if new:
        today = date.today().isoformat()
        with opened(folder) as journal:
            journal.add({"city": {"code": code, "name": name, "date": today}} for code, name in new.items())


def city_names(folder: Path) -> dict[int, str]:
    """Return code -> name of the cities that a part for cities remembers."""
    if not is_marked(folder):
        return {}
    said = [entry.get("city") for entry in Journal(folder).entries()]
    named = [one for one in said if isinstance(one, dict) and type(one.get("code")) is int]
    return {one["code"]: one["name"] for one in named if isinstance(one.get("name"), str)}
