"""A store's figures as a folder laid out like the shipped `data/`, so that everything can be run on them."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.compare import standing
from panelkit.data.figures import read_figures, write_figures
from panelkit.data.paths import figures_from, shipped
from panelkit.data.provinces import NATION
from panelkit.data.revisions import diff_vintages
from panelkit.data.yearbook.store.store import StoreState, overlay
from panelkit.show.brief import Brief

SOURCE = "store"


@dataclass(frozen=True, eq=False)
class NewFigures(Brief):
    """What a store changes in the shipped figures.

    Attributes
    ----------
    stands_for : indicator -> (shipped vintage, the store's vintage that stands in its place).
    changes : cells new, gone or revised, by indicator and shipped vintage, as `diff_vintages` lists them.
    unread : indicators of the store that no shipped series takes.
    """

    stands_for: Mapping[str, tuple[str, str]]
    changes: pd.DataFrame
    unread: tuple[str, ...]


def write_new_figures(
    state: StoreState, folder: Path, vintages: Mapping[str, str] | None = None
) -> NewFigures:
    """Copy the shipped data to `folder` (which must not exist) with a store's annual figures in place of the shipped.

    Cells of a shipped vintage replace those cells; a vintage that is newer than an indicator's default takes the
    default's place altogether, since two vintages are never mixed in one series; one that lacks years of it only where
    `vintages` (indicator -> vintage) names it. An indicator without figures takes those of the store as its default.

    Raises
    ------
    SpecError
        If a vintage lacks years or provinces and is not named, or a name is not held.
    """
    standing_in = standing(state, vintages)
    shutil.copytree(shipped("data"), folder)
    _add_source(folder)
    about = catalogue.facts()
    annual = state.figures[
        state.figures["period"].str.fullmatch(r"\d{4}") & (state.figures["adcode"] != NATION)
    ]
    annual = annual.assign(source=SOURCE)
    stands_for = {key: (about[key].default_vintage, name) for key, name in standing_in.items()}
    old = read_figures(check=False)
    changed: list[pd.DataFrame] = []
    for key, one in about.items():
        mine = annual[annual["indicator"] == key]
        for vintage in (one.vintages or (one.default_vintage,)) if len(mine) else ():
            base = old[(old["indicator"] == key) & (old["vintage"] == vintage)]
            wanted = stands_for.get(key)
            if wanted is not None and wanted[0] == vintage:
                new = mine[mine["vintage"] == wanted[1]].assign(vintage=vintage)
            else:
                new = _laid_over(base, mine[mine["vintage"] == vintage])
            changes = diff_vintages(base, new)
            if len(changes) and not one.vintages:
                _enter(folder, key, vintage)
                with figures_from(folder):
                    write_figures(new, folder)
            elif len(changes):
                _rewrite(folder / "figures" / f"{key}.{vintage}.csv", new)
            if len(changes):
                changed.append(changes.assign(vintage=vintage))
    unread = sorted(set(annual["indicator"]) - set(about))
    empty = diff_vintages(old.head(0), old.head(0)).assign(vintage="")
    replaced = {key: pair for key, pair in stands_for.items() if about[key].vintages}
    return NewFigures(replaced, pd.concat(changed or [empty], ignore_index=True), tuple(unread))


def _laid_over(base: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Return the base with the added cells; a cell that stays equal keeps its source."""
    keys = ["adcode", "period", "value"]
    same = added.merge(base[keys], on=keys, how="left", indicator=True)["_merge"].to_numpy() == "both"
    return overlay(base, added[~same])


def _add_source(folder: Path) -> None:
    path = folder / "sources.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    row = {"source": SOURCE, "publisher": "用户自行导入", "publisher_en": "ingested by the user"}
    row |= {"publication": "store", "publication_zh": "本地库", "publication_en": "the user's store"}
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([row.get(name, "") for name in header])


def _rewrite(path: Path, cells: pd.DataFrame) -> None:
    """Write a figure file again with other cells, under the header lines it has."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    head = [line for line in lines if line.startswith("#")]
    columns = next(csv.reader([lines[len(head)]]))
    codes = _codes(columns[2:])
    rows: dict[tuple[str, str], dict[int, float]] = {}
    for adcode, period, value, source in zip(
        cells["adcode"], cells["period"], cells["value"], cells["source"], strict=True
    ):
        rows.setdefault((str(period), str(source)), {})[int(adcode)] = float(value)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for (period, source), values in sorted(rows.items()):
        writer.writerow([period, source, *(repr(values[code]) if code in values else "" for code in codes)])
    path.write_text("\n".join(head) + "\n" + out.getvalue(), encoding="utf-8")


def _enter(folder: Path, key: str, vintage: str) -> None:
    """Say in a folder's catalogue that an indicator without figures now has them."""
    path = folder / "indicators.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    name, held = header.index("indicator"), header.index("vintages")
    entered = [[*row[:held], vintage, *row[held + 1 :]] if row[name] == key else row for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *entered])


def _codes(labels: list[str]) -> list[int]:
    from panelkit.data.provinces import resolve

    return resolve([label.split()[0] for label in labels])
