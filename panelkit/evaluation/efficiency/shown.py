"""Efficiencies as a person reads them: tables of a year and of years, maps, lines."""

from __future__ import annotations

from typing import Any

import pandas as pd

from panelkit.data.geography import regions
from panelkit.data.user.panel import province_labels
from panelkit.evaluation.efficiency.slacks_based import EFFICIENT
from panelkit.evaluation.efficiency.words import RETURNS_WORDS
from panelkit.language.errors import SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message, in_language, message, term
from panelkit.show import figures
from panelkit.show.canvas import Figure

HEADS = {
    "unit": term("column of an efficiency", "unit"),
    "year": term("column of an efficiency", "year"),
    "score": term("column of an efficiency", "score"),
    "constant": term("column of an efficiency", "constant returns"),
    "variable": term("column of an efficiency", "variable returns"),
    "scale": term("column of an efficiency", "scale"),
    "returns": term("column of an efficiency", "returns"),
    "peers": term("column of an efficiency", "peers"),
    "distance": term("column of an efficiency", "distance"),
    "plain": term("column of an efficiency", "SBM"),
    "first_most": term("column of an efficiency", "stage 1 at most"),
    "second_least": term("column of an efficiency", "stage 2 then"),
    "first_least": term("column of an efficiency", "stage 1 then"),
    "second_most": term("column of an efficiency", "stage 2 at most"),
    "first_alone": term("column of an efficiency", "stage 1 alone"),
    "second_alone": term("column of an efficiency", "stage 2 alone"),
    "mean": term("column of an efficiency", "mean"),
    "median": term("column of an efficiency", "median"),
    "least": term("column of an efficiency", "least"),
    "largest": term("column of an efficiency", "largest"),
    "efficient": term("column of an efficiency", "efficient"),
    "units": term("column of an efficiency", "units"),
    "bias": term("column of an efficiency", "bias"),
    "corrected": term("column of an efficiency", "corrected"),
    "low": term("column of an efficiency", "low"),
    "high": term("column of an efficiency", "high"),
}
_MOST_PEERS = 3
# of the intensities of a row: less is not printed
_SMALLEST = 0.005
# an intensity below it is printed to two digits: under constant returns a small unit has small ones
_FINE = 0.1


def head(name: Any, language: Language) -> str:
    """Return the heading of a column; a name that is none of ours stays."""
    return in_language(HEADS[name], language) if name in HEADS else str(name)


def of_year(title: Message, year: Any) -> Message:
    """Return a title with the year of its table or map."""
    return message("{title}, {year}", title=title, year=str(year))


def unit_names(units: pd.Index, language: Language) -> dict[Any, str]:
    """Return what units are called: provinces in the language, others as they are."""
    known = province_labels(units.unique(), language)
    return {unit: known.get(str(unit), str(unit)) for unit in units.unique()}


def year_table(scores: pd.DataFrame, peers: pd.DataFrame, year: Any, language: Language) -> pd.DataFrame:
    """Return the scores of one year with units and heads in the language, and the largest peers of each."""
    names = unit_names(scores.index, language)
    same = [
        name for name in ("constant", "variable") if name in scores and scores[name].equals(scores["score"])
    ]
    out = scores.drop(columns=same)
    if "returns" in out:
        out["returns"] = [
            in_language(RETURNS_WORDS[kind], language) if kind in RETURNS_WORDS else ""
            for kind in out["returns"]
        ]
    if len(peers):
        out["peers"] = _peer_words(scores.index, peers[peers["year"] == year], year, language)
    out.insert(0, "unit", [names[unit] for unit in out.index])
    return out.reset_index(drop=True).rename(columns=lambda name: head(name, language))


def _peer_words(units: pd.Index, peers: pd.DataFrame, year: Any, language: Language) -> list[str]:
    """Return the peers of each unit but itself, the weightiest first: `Beijing 0.61, Jiangsu 0.20`."""
    called = unit_names(pd.Index(peers["peer"]), language)
    words: dict[Any, list[str]] = {}
    least = _SMALLEST * peers.groupby("unit")["intensity"].transform("sum")
    told = peers[
        (peers["intensity"] >= least) & ~((peers["unit"] == peers["peer"]) & (peers["peer_year"] == year))
    ]
    for row in told.sort_values("intensity", ascending=False, kind="stable").itertuples(index=False):
        when = "" if row.peer_year == year else f" {row.peer_year}"
        size = f"{row.intensity:.2f}" if row.intensity >= _FINE else f"{row.intensity:.2g}"
        words.setdefault(row.unit, []).append(f"{called[row.peer]}{when} {size}")
    return [", ".join(words.get(unit, [])[:_MOST_PEERS]) for unit in units]


def by_year(scores: pd.Series, *, factors: bool) -> pd.DataFrame:
    """Return mean, median, the worst and number of efficient units of every year.

    Of shares of inputs the worst is the least; of `factors` by which outputs could grow it is the largest, and 1 and
    less is efficient.
    """
    grouped = scores.groupby(level=1)
    ahead = scores <= 1.0 + EFFICIENT if factors else scores >= 1.0 - EFFICIENT
    return pd.DataFrame(
        {
            "mean": grouped.mean(),
            "median": grouped.median(),
            **({"largest": grouped.max()} if factors else {"least": grouped.min()}),
            "efficient": ahead.groupby(level=1).sum(),
            "units": grouped.count(),
        }
    )


def headed(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table of years with heads in the language."""
    out = table.rename(columns=lambda name: head(name, language))
    out.index = pd.Index([str(year) for year in table.index], name=head("year", language))
    return out


def by_group(scores: pd.Series, groups: pd.Series | None, levels: Levels) -> pd.DataFrame:
    """Return mean scores by group and year; groups None are the four regions."""
    units = scores.index.get_level_values(0)
    known = _regions(units.unique()) if groups is None else groups
    absent = [str(unit) for unit in units.unique() if unit not in known.index]
    if absent:
        raise SpecError(
            message("no group for {names}: name one for every {unit}", names=absent).spoken(*levels)
        )
    group = pd.Index(known.reindex(units).to_numpy(), name="group")
    return scores.groupby([group, scores.index.get_level_values(1)]).mean().unstack()


def _regions(units: pd.Index) -> pd.Series:
    english = province_labels(units, "en")
    table = regions().set_index("name_en")["region"]
    found = {unit: table.get(english.get(str(unit), "")) for unit in units}
    return pd.Series({unit: region for unit, region in found.items() if region is not None}, dtype=object)


def score_map(scores: pd.Series, *, title: str, boundaries: Any, language: Language) -> Figure:
    """Return a map of scores."""
    return figures.province_map(
        scores,
        boundaries=boundaries,
        value_label=head("score", language),
        language=language,
        title=title,
        name_omitted=True,
    )


def year_lines(table: pd.DataFrame, *, title: str, language: Language) -> Figure:
    """Return the lines of mean, median and worst score out of `by_year`."""
    table = table.drop(columns=["efficient", "units"])
    return figures.trend_lines(
        table,
        labels={name: head(name, language) for name in table.columns},
        value_label=head("score", language),
        language=language,
        title=title,
    )
