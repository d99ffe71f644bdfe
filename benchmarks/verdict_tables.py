"""The tables of docs/verdicts.md from the cells of the calibration: words, bars, what each condition does, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.judged import NUMBER
from benchmarks.worlds import YEARS

LETTERS = {"S": "SUPPORTED", "P": "PARTLY", "U": "UNDECIDED", "N": "NOT SUPPORTED", "C": "CONTRADICTED"}
CONDITIONS = ("trends", "path", "differences", "regions", "leads")
LIMIT = "random walks (limit)"


@dataclass(frozen=True)
class Bar:
    """What a share must keep to in every cell of some groups of worlds, but for two Monte Carlo errors."""

    worlds: str
    groups: tuple[str, ...]
    share: str
    least: float = 0.0
    most: float = 100.0

    @property
    def text(self) -> str:
        """Return the bounds as they are printed."""
        if self.least == 0.0:
            return f"<= {self.most:g}" if self.most < 100.0 else "no bar"
        return f">= {self.least:g}" if self.most == 100.0 else f"{self.least:g}-{self.most:g}"


_NULL = ("null", "own trends")
_TRENDS = ("trends corr. .6", "trends corr. .8", "mirrored trends")
_SHOCKS = ("spatial, regional",)
_FEEDBACK = ("feedback", "outlying province")
_EFFECTS = (".17", ".38")
_BESIDE = (".38, trends corr.",)
_ARRIVING = (
    ".38 over three years",
    ".38 over three years, declared",
    ".38, half at once",
    ".38, half at once, declared",
)
BARS = (
    Bar("null, own trends", _NULL, "S", most=1.5),
    Bar("null, own trends", _NULL, "C", most=1.5),
    Bar("trends correlated, mirrored", _TRENDS, "S", most=2.5),
    Bar("trends correlated, mirrored", _TRENDS, "C", most=2.5),
    Bar("trends correlated", _TRENDS[:2], "P", most=10.0),
    Bar("slow movement", ("slow movement",), "S", most=5.0),
    Bar("income path", ("income path",), "S", most=5.0),
    Bar("hidden factor", ("hidden factor",), "S", most=6.0),
    Bar("spatial, regional", _SHOCKS, "S", most=2.5),
    Bar("spatial, regional", _SHOCKS, "C", most=2.5),
    Bar("feedback, outlying province", _FEEDBACK, "S", most=2.5),
    Bar("effect .17, .38", _EFFECTS, "C", most=0.5),
    Bar("effect .38", (".38",), "S", least=95.0),
    Bar(".38 beside correlated trends", _BESIDE, "S of significant", least=90.0),
    Bar(".38 beside correlated trends", _BESIDE, "C", most=0.5),
    Bar("detectable effect", ("detectable effect",), "U", least=20.0, most=26.0),
    Bar("random walks (limit)", (LIMIT,), "S"),
    *(Bar(group, (group,), "S") for group in _ARRIVING),
)


def tables(cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables by the name of their file; what needs cells that are not there is left out.

    Parameters
    ----------
    cells
        One row a world, T and AR, as `benchmarks/evidence/verdicts.py` writes them.

    Returns
    -------
    dict
        `words` by world, `summary` by group, `bars`, `conditions` (each left out), `stopped` by each, `sizes`,
        `lengths`.
    """
    main = cells[cells["T"].isin(YEARS)]
    made = {
        "words": words_by(main, "world"),
        "summary": words_by(main, "group"),
        "bars": bars(main),
        "conditions": left_out(main),
        "stopped": stopped(main),
        "sizes": sizes(main),
        "lengths": lengths(cells),
    }
    return {name: frame for name, frame in made.items() if not frame.empty}


def words_by(cells: pd.DataFrame, key: Literal["world", "group"]) -> pd.DataFrame:
    """Return the mean share of every word over cells, and the lowest and highest share of three of them."""
    groups = cells.groupby(key, sort=False)
    made = groups[["significant", *LETTERS, f"S as {NUMBER:g}"]].mean().map(_text)
    for letter in ("S", "P", "C"):
        ends = groups[letter].agg(["min", "max"]).map(_text)
        made[f"{letter} lowest-highest"] = ends["min"] + "-" + ends["max"]
    return made.reset_index()


def bars(cells: pd.DataFrame) -> pd.DataFrame:
    """Return every bar with the lowest and the highest cell, and whether each cell keeps to it."""
    held = cells.assign(**{"S of significant": np.minimum(100.0 * cells["S"] / cells["significant"], 100.0)})
    rows = []
    for bar in BARS:
        mine = held[held["group"].isin(bar.groups)]
        if mine.empty:
            continue
        rows.append(held_against(bar, mine[bar.share], mine["worlds"]))
    return pd.DataFrame(rows)


def held_against(bar: Bar, shares: pd.Series, worlds: pd.Series) -> dict[str, object]:
    """Return a bar with the lowest and the highest cell, and whether each keeps to it.

    Parameters
    ----------
    bar
        The bar.
    shares
        Per cent, one a cell.
    worlds
        Of how many worlds each is.
    """
    least = bar.least - 2.0 * _error(bar.least, worlds)
    most = bar.most + 2.0 * _error(bar.most, worlds)
    near = bool(((least <= shares) & (shares <= most)).all())
    met = "yes" if shares.between(bar.least, bar.most).all() else "within two errors" if near else "no"
    return {
        "worlds": bar.worlds,
        "share": bar.share,
        "bar": bar.text,
        "lowest cell": _text(shares.min()),
        "highest cell": _text(shares.max()),
        "cells": len(shares),
        "met": "" if bar.text == "no bar" else met,
    }


def left_out(cells: pd.DataFrame) -> pd.DataFrame:
    """Return SUPPORTED in the worst cell without an effect, and at the two effects, without each condition."""
    false = cells[~cells["group"].isin((*_EFFECTS, *_BESIDE, "detectable effect", *_ARRIVING, LIMIT))]
    if false.empty or not {*_EFFECTS} <= set(cells["group"]):
        return pd.DataFrame()
    columns = {"none": "S", **{name: f"S without {name}" for name in CONDITIONS}, "all": "significant"}
    rows = []
    for name, column in columns.items():
        worst = false.loc[false[column].idxmax()]
        power = [cells.loc[cells["group"] == group, column].mean() for group in _EFFECTS]
        rows.append(
            {
                "left out": name,
                "worst": _text(worst[column]),
                "in": f"{worst['world']}, T = {worst['T']}, AR({worst['AR']:g})",
                **{f"effect {group}": _text(value) for group, value in zip(_EFFECTS, power, strict=True)},
            }
        )
    return pd.DataFrame(rows)


def stopped(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how many of 100 significant main tests each condition does not pass or takes away, by group."""
    columns = [
        *(f"{name} not passed" for name in ("path", "differences")),
        *(f"{name} takes away" for name in ("trends", "path", "regions", "leads")),
    ]
    counts = cells["significant"] * cells["worlds"]
    made = cells[columns].fillna(0.0).mul(counts, axis=0).groupby(cells["group"], sort=False).sum()
    total = counts.groupby(cells["group"], sort=False).sum()
    enough = total > 0.0
    return made[enough].div(total[enough], axis=0).map(_text).reset_index()


def sizes(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how often each test rejects at 5 % in worlds without an effect or a common movement, by T."""
    null = cells[cells["group"].isin(_NULL)]
    columns = [name for name in cells.columns if name.endswith("p<.05")]
    rows = []
    for years, part in null.groupby("T"):
        for name in columns:
            low, high = part[name].min(), part[name].max()
            rows.append(
                {"test": name.removesuffix(" p<.05"), "T": years, "lowest-highest": f"{low:.1f}-{high:.1f}"}
            )
    made = pd.DataFrame(rows)
    if made.empty:
        return made
    wide = made.pivot(index="test", columns="T", values="lowest-highest").loc[made["test"].unique()]
    return wide.rename(columns=lambda years: f"T = {years}").rename_axis(None, axis=1).reset_index()


def lengths(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the words of those worlds that were drawn with other T as well, means over AR."""
    several = [name for name, part in cells.groupby("world") if not set(part["T"]) <= set(YEARS)]
    mine = cells[cells["world"].isin(several)]
    if mine.empty:
        return pd.DataFrame()
    made = mine.groupby(["world", "T"], sort=False)[["significant", *LETTERS]].mean()
    order = pd.Index(mine["world"].unique())
    made = made.reset_index().sort_values("T", kind="stable")
    made = made.sort_values("world", key=order.get_indexer, kind="stable").set_index(["world", "T"])
    return made.map(_text).reset_index()


def _error(share: float, worlds: pd.Series) -> pd.Series:
    return np.sqrt(share * (100.0 - share) / worlds)


def _text(value: float) -> str:
    return f"{value:.1f}"
