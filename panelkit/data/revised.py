"""A store's figures as a folder laid out like the shipped `data/`, so that everything can be run on them."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.compare import standing
from panelkit.data.figures import read_figures, write_figures
from panelkit.data.paths import figures_from, shipped
from panelkit.data.provinces import NATION
from panelkit.data.revisions import diff_vintages
from panelkit.data.yearbook.judge.held import index_figures, is_equal
from panelkit.data.yearbook.store.store import StoreState, overlay
from panelkit.show.brief import Brief

SOURCE = "store"
_ENOUGH = 8
"""Cells of one year that do not all end in a zero by chance: of fewer the decimals printed are not known."""
_EVERY = 15


@dataclass(frozen=True, eq=False)
class NewFigures(Brief):
    """What a store changes in the shipped figures.

    Attributes
    ----------
    stands_for : indicator -> (shipped vintage, the store's vintage that stands in its place).
    changes : cells new, gone or revised, by indicator and shipped vintage, as `diff_vintages` lists them.
    unread : indicators of the store that no shipped series takes.
    aside : indicator -> vintages of the store that take no place unless `vintages` names them, as an older census.
    """

    stands_for: Mapping[str, tuple[str, str]]
    changes: pd.DataFrame
    unread: tuple[str, ...]
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def newest(self) -> int | None:
        """Return the newest year of a cell that is new or revised; None where there is none."""
        periods = self.changes.loc[self.changes["status"] != "gone", "period"]
        return None if periods.empty else int(max(periods))


def write_new_figures(
    state: StoreState, folder: Path, vintages: Mapping[str, str] | None = None
) -> NewFigures:
    """Copy the shipped data to `folder` (which must not exist) with a store's annual figures in place of the shipped.

    Cells of a shipped vintage replace those cells; a vintage that is newer than an indicator's default takes the
    default's place altogether, since two vintages are never mixed in one series; one that lacks years of it only where
    `vintages` (indicator -> vintage) names it. A cell that equals the shipped one to the decimals that both print keeps
    the shipped value: other decimals of one figure are no revision. An
    indicator without figures takes those of the store as its default.

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
                new = _as_held(base, mine[mine["vintage"] == wanted[1]].assign(vintage=vintage))
            else:
                new = _laid_over(base, _as_held(base, mine[mine["vintage"] == vintage]))
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
    changes = pd.concat(changed or [empty], ignore_index=True)
    return NewFigures(replaced, changes, tuple(unread), _aside(annual, stands_for))


def _aside(annual: pd.DataFrame, stands_for: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the vintages of each indicator that the store holds, that ship not, and that stand in no place."""
    about = catalogue.facts()
    found: dict[str, tuple[str, ...]] = {}
    for key, names in annual.groupby("indicator")["vintage"].unique().items():
        one = about.get(str(key))
        if one is not None and one.vintages:
            taken = {*one.vintages, *stands_for.get(str(key), ())}
            found[str(key)] = tuple(sorted(set(map(str, names)) - taken))
    return {key: names for key, names in found.items() if names}


def _as_held(base: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Return added cells, those with the shipped value that equal it to the decimals that both print in their year."""
    if base.empty or added.empty:
        return added
    series = (str(base["indicator"].iloc[0]), str(base["vintage"].iloc[0]))
    old, new = index_figures(base), index_figures(added)
    (mine,) = new.digits.values()
    values, theirs, counts = old.values[series], old.digits[series], added["period"].value_counts()

    def kept(place: int, period: str, value: float) -> float:
        before = values.get((place, period))
        if before is None:
            return value
        digits = min(mine[period], theirs[period]) if counts[period] >= _ENOUGH else _EVERY
        return before if is_equal(before, value, digits) else value

    cells = zip(added["adcode"], added["period"], added["value"], strict=True)
    return added.assign(value=[kept(int(place), str(period), float(value)) for place, period, value in cells])


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
    row |= {"publication": "store", "publication_zh": "自有数据库", "publication_en": "the user's store"}
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

    return resolve([label.split()[0] for label in labels], kinds=("province", "nation"))
