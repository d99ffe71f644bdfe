"""The figures that a claim read, as a folder laid out like the shipped ones: those rows and tables, and no others."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from panelkit.claims.designs.policy import PolicyDesign
from panelkit.claims.file.load import RegisteredClaim
from panelkit.data.figures import spans
from panelkit.data.reads import Reads

ALWAYS = ("provinces.csv", "place_names.csv", "contiguity.csv", "LICENCE.md")
"""Tables of places, which are no figures, and the licence note: they stand in every extract."""
_SOURCE = re.compile(r"# source (\S+) \([^)]*\): (.*)")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Series:
    """One series of an extract: `years` that are kept of it, and its sources, key -> years."""

    key: str
    vintage: str
    years: tuple[int, ...]
    sources: Mapping[str, str]


def write_extract(full: Path, reads: Reads, claims: Sequence[RegisteredClaim], folder: Path) -> list[Series]:
    """Write what was read of a copy of the figures into a new folder, and return its series.

    Parameters
    ----------
    full
        The copy that was read.
    reads
        The files and years that were noted.
    claims
        The claims that were run; where the years of one roll, later years are kept too, since the newest year of all
        figures is found from them.
    folder
        The new folder.

    Returns
    -------
    list of Series
        In the order of their files.
    """
    rolls = any(item.window is not None for item in claims)
    (folder / "figures").mkdir(parents=True)
    figures = sorted(path for path in reads.files if path.parent == full / "figures" and path.is_file())
    held = [_cut_figures(path, _kept(path, reads, rolls=rolls), folder / "figures") for path in figures]
    products = _cut_products(full, reads, folder, rolls=rolls)
    _cut_tables(full, folder, held, {source for one in (*held, *products) for source in one.sources})
    _cut_policies(full, folder, claims)
    for name in ALWAYS:
        shutil.copyfile(full / name, folder / name)
    for path in sorted(reads.files):
        if path.is_file() and path.parent == full / "indices":
            (folder / "indices").mkdir(exist_ok=True)
            shutil.copyfile(path, folder / "indices" / path.name)
        elif path.is_file() and path.parent == full and not (folder / path.name).exists():
            shutil.copyfile(path, folder / path.name)
    return [*held, *products]


def _kept(path: Path, reads: Reads, *, rolls: bool) -> Callable[[int], bool]:
    key, _, vintage = path.name.removesuffix(".csv").partition(".")
    return _years(reads.years.get((key, vintage)), rolls=rolls)


def _years(noted: set[int] | None, *, rolls: bool) -> Callable[[int], bool]:
    """Return which years are kept: those that were read; all where a series was only asked which years it holds."""
    if noted is None:
        return lambda year: True
    last = max(noted)
    return lambda year: year in noted or (rolls and year > last)


def _cut_figures(path: Path, kept: Callable[[int], bool], folder: Path) -> Series:
    """Write the rows of a figure file that are kept, cells as they stand, under its header."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    head = [line for line in lines if line.startswith("#")]
    columns, *rows = csv.reader(lines[len(head) :])
    rows = [row for row in rows if kept(int(row[0][:4]))]
    years: dict[str, set[int]] = {}
    for row in rows:
        years.setdefault(row[1], set()).add(int(row[0][:4]))
    named = {source: spans(held) for source, held in years.items()}
    shown: list[str] = []
    for line in head:
        found = _SOURCE.match(line)
        if found is None:
            shown.append(line)
        elif found[1] in named:
            shown.append(f"# source {found[1]} ({named[found[1]]}): {found[2]}")
    text = "\n".join(shown) + "\n" + _csv(columns, rows)
    (folder / path.name).write_text(text, encoding="utf-8", newline="")
    key, _, vintage = path.name.removesuffix(".csv").partition(".")
    return Series(key, vintage, tuple(sorted(set().union(*years.values()))), named)


def _cut_products(full: Path, reads: Reads, folder: Path, *, rolls: bool) -> list[Series]:
    """Write the output of products that was read; a table without rows where none was."""
    header, rows = _read(full / "national_products.csv")
    wanted = {key: _years(years, rolls=rolls) for (key, _), years in reads.years.items()}
    mine = [row for row in rows if row["product"] in wanted and wanted[row["product"]](int(row["year"]))]
    keys = dict.fromkeys(row["product"] for row in mine)
    _write(folder / "national_products.csv", header, mine)
    _filtered(full, folder, "products.csv", lambda row: row["product"] in keys)
    found = []
    for key in keys:
        years: dict[str, set[int]] = {}
        for row in mine:
            if row["product"] == key:
                years.setdefault(row["source"], set()).add(int(row["year"]))
        named = {source: spans(held) for source, held in years.items()}
        found.append(Series(key, "as_published", tuple(sorted(set().union(*years.values()))), named))
    return found


def _cut_tables(full: Path, folder: Path, held: Sequence[Series], sources: set[str]) -> None:
    """Write the rows of the catalogue's tables that are about the series which are held."""
    vintages: dict[str, set[str]] = {}
    for one in held:
        vintages.setdefault(one.key, set()).add(one.vintage)

    def narrowed(row: Row) -> Row:
        names = [name for name in row["vintages"].split() if name in vintages[row["indicator"]]]
        return {**row, "vintages": " ".join(names)}

    header, rows = _read(full / "indicators.csv")
    mine = [narrowed(row) for row in rows if row["indicator"] in vintages]
    _write(folder / "indicators.csv", header, mine)
    used = {name for names in vintages.values() for name in names}
    _filtered(full, folder, "vintages.csv", lambda row: row["vintage"] in used)
    _filtered(full, folder, "sources.csv", lambda row: row["source"] in sources)
    for name in ("flags.csv", "national_sums.csv", "indicator_aliases.csv"):
        _filtered(full, folder, name, lambda row: row["indicator"] in vintages)
    _filtered(
        full,
        folder,
        "sums.csv",
        lambda row: row["total"] in vintages and any(part in vintages for part in row["parts"].split()),
    )


def _cut_policies(full: Path, folder: Path, claims: Iterable[RegisteredClaim]) -> None:
    """Write the dates of the policies that designs name."""
    designs = [design for item in claims for reading in item.claim.reading for design in reading.design]
    named = {design.policy for design in designs if isinstance(design, PolicyDesign)}
    for name in ("policies.csv", "policy_pilots.csv", "policy_doubts.csv"):
        _filtered(full, folder, name, lambda row: row["policy"] in named)
    _, pilots = _read(folder / "policy_pilots.csv")
    sources = {source for row in pilots for source in row["source"].split()}
    _filtered(full, folder, "policy_sources.csv", lambda row: row["source"] in sources)


def _filtered(full: Path, folder: Path, name: str, keep: Callable[[Row], bool]) -> None:
    header, rows = _read(full / name)
    _write(folder / name, header, [row for row in rows if keep(row)])


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    return list(reader.fieldnames or ()), rows


def _write(path: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    text = _csv(header, [[row[name] for name in header] for row in rows])
    path.write_text(text, encoding="utf-8", newline="")


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()
