"""Misspelt names of places that a store remembers: lines of its mark with their date, and lines that undo them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from panelkit.data.cities import Level
from panelkit.data.yearbook.errors import ToldError
from panelkit.data.yearbook.store.levels import level_folder
from panelkit.data.yearbook.store.mark import Journal, is_for_cities, is_marked, kind_of, opened
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief


@dataclass(frozen=True)
class KnownPlace(Brief):
    """One name that a store remembers.

    Attributes
    ----------
    name : the label as printed, `FILE:LABEL` where it holds for one file.
    province : what it means.
    date : the day on which it was said, as 2026-11-30.
    """

    name: str
    province: str
    date: str

    def record(self) -> dict[str, str]:
        """Return the name as JSON holds it."""
        return {"name": self.name, "province": self.province, "date": self.date}


@offered("data", family="yearbook", result="list", public=True)
def store_places(store: str | Path | None = None, *, level: Level = "province") -> list[KnownPlace]:
    """Return the misspelt names of places that a store remembers, the oldest first.

    `level="city"`: those that it remembers of cities.

    Raises
    ------
    DataError
        If the folder is not a store.

    Examples
    --------
    >>> pk.store_places("no store yet")
    []
    """
    return _remembered(level_folder(store, level))


def _remembered(folder: Path) -> list[KnownPlace]:
    kind_of(folder)
    if not is_marked(folder):
        return []
    found: dict[str, KnownPlace] = {}
    for entry in Journal(folder).entries():
        said = entry.get("place")
        if not isinstance(said, dict) or not all(isinstance(said.get(key), str) for key in ("name", "date")):
            continue
        found.pop(said["name"], None)
        if isinstance(said.get("province"), str):
            found[said["name"]] = KnownPlace(said["name"], said["province"], said["date"])
    return list(found.values())


@offered("data", family="yearbook", result="KnownPlace", public=True)
def forget_place(
    name: str, store: str | Path | None = None, *, level: Level = "province"
) -> KnownPlace | None:
    """Let a store forget a misspelt name, of a city with `level="city"`; figures that were read by it stay.

    Returns what was forgotten, None where the store remembers no such name.

    Raises
    ------
    DataError
        If the folder is not a store.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "地区,2021年,2020年\\n北就,40000,36000\\n上海,43000,38000\\n"
    >>> size = Path("figures.csv").write_text(text, encoding="utf-8")
    >>> said = {"indicator": "gdp", "places": {"北就": "北京"}}
    >>> report = pk.ingest(["figures.csv"], store="store", vintage="own", **said)
    >>> forgotten = pk.forget_place("北就", "store")
    >>> forgotten.province
    '北京'
    """
    folder = level_folder(store, level)
    known = next((one for one in _remembered(folder) if one.name == name), None)
    if known is None:
        return None
    with opened(folder) as journal:
        journal.add([{"place": {"name": name, "date": date.today().isoformat()}}])
    return known


def require_one_meaning(said: Mapping[str, str], known: Mapping[str, str], folder: Path) -> None:
    """Refuse a name that a store remembers as another province.

    Raises
    ------
    ToldError
        With what the store remembers, and both ways out.
    """
    part = " --level city" if is_for_cities(folder) else ""
    for name, province in said.items():
        if known.get(name, province) != province:
            raise ToldError(
                message(
                    "the store {store} remembers {name!r} as {known}, not as {province}: `panelkit store forget "
                    "{name}{part}` lets it go, `--place FILE:{name}={province}` says it of one file alone",
                    store=folder,
                    name=name,
                    part=part,
                    known=known[name],
                    province=province,
                )
            )


def remember(folder: Path, said: Mapping[str, str]) -> None:
    """Add names of places to what a store remembers, with today's date; those that it knows stay as they are."""
    known = {one.name: one.province for one in _remembered(folder)}
    today = date.today().isoformat()
    new = [
        {"place": {"name": name, "province": province, "date": today}}
        for name, province in said.items()
        if known.get(name) != province
    ]
    if new:
        with opened(folder) as journal:
            journal.add(new)
