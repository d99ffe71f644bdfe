"""What a panel knows of its figures and a result must say: vintages, flags, breaks of a series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pandas as pd

from panelkit.formula.formula import Formula
from panelkit.formula.tree import calls_of
from panelkit.kernels.index import PanelIndex
from panelkit.language.errors import DataError
from panelkit.language.message import Message, Told, listed, message, sentences

_STEPS = frozenset({"lag", "lead", "diff"})
_PLACES = "panelkit_places"
Labelled = TypeVar("Labelled", pd.DataFrame, pd.Series)


def note_of(sentence: Mapping[str, str]) -> Told:
    """Return a sentence with the keys `en` and `zh`, as a file holds it."""
    return Told(sentence["en"], sentence.get("zh", ""))


def with_place_notes(frame: Labelled, notes: Iterable[Message]) -> Labelled:
    """Return a frame or series that carries what was done to the names of its provinces, in `attrs`."""
    held = tuple(dict.fromkeys(notes))
    if not held:
        return frame
    out = frame.copy(deep=False)
    out.attrs = {**frame.attrs, _PLACES: held}
    return out


def place_notes(*frames: pd.DataFrame | pd.Series) -> tuple[Message, ...]:
    """Return what was done to the names of provinces, each sentence once."""
    return tuple(dict.fromkeys(note for frame in frames for note in frame.attrs.get(_PLACES, ())))


def provenance_notes(
    data: pd.DataFrame, columns: Iterable[str], formula: Formula, sample: PanelIndex
) -> tuple[Message, ...]:
    """Return vintage and source of each column, and the flags that touch the sample, as notes.

    Read from `data.attrs["panelkit"]`; data without it have no notes.
    """
    facts = _facts(data)
    used = [name for name in columns if name in facts.get("origins", {})]
    notes = [note_of(facts["origins"][name]) for name in used]
    steps = _has_steps(formula)
    for flag in facts.get("flags", ()) if used else ():
        if flag["indicator"] in used and "sentence" in flag and _touches(flag, used, sample, steps):
            notes.append(note_of(flag["sentence"]))
    return tuple(notes)


def refuse_breaks(data: pd.DataFrame, formula: Formula, sample: PanelIndex) -> None:
    """Refuse a series that changes its base inside the sample, unless it was asked for by name.

    Raises
    ------
    DataError
        One message that names every such column, its vintage, the years and the remedies.
    """
    facts = _facts(data)
    named = {*facts.get("breaks_named", facts.get("breaks", {})), *facts.get("breaks_allowed", ())}
    first, last = int(sample.time_labels[0]), int(sample.time_labels[-1])
    problems, remedy = _broken(facts, formula, named, first, last)
    if problems:
        asked = ", ".join(f'"{name}": "{vintage}"' for name, vintage in remedy.items())
        raise DataError(
            message(
                "{problems}, and the sample runs from {first} to {last}: its levels are not comparable. Ask for it "
                "by name, `vintage={{{asked}}}` (command line: {options}), and the result says so; or keep to the "
                "years on one side, or take a vintage on one base",
                problems=sentences(problems),
                first=first,
                last=last,
                asked=asked,
                options=" ".join(f"--vintage {name}={vintage}" for name, vintage in remedy.items()),
            )
        )


def refuse_changes_over_breaks(data: pd.DataFrame, formula: Formula, sample: PanelIndex) -> None:
    """Refuse to difference a series that changes its base inside the sample, unless `allow_breaks` names it.

    Raises
    ------
    DataError
        One message that names every such column, its vintage, the years and the remedies.
    """
    facts = _facts(data)
    first, last = int(sample.time_labels[0]), int(sample.time_labels[-1])
    problems, remedy = _broken(facts, formula, {*facts.get("breaks_allowed", ())}, first, last)
    if problems:
        asked = ", ".join(f'"{name}"' for name in remedy)
        raise DataError(
            message(
                "{problems}, and the sample runs from {first} to {last}: a change over that year compares two "
                "bases. Load with `allow_breaks=[{asked}]` if it is wanted all the same, and the result says so; "
                "or keep to the years on one side, or take a vintage on one base",
                problems=sentences(problems),
                first=first,
                last=last,
                asked=asked,
            )
        )


def _broken(
    facts: Mapping[str, Any], formula: Formula, allowed: set[str], first: int, last: int
) -> tuple[list[Message], dict[str, str]]:
    """Return a sentence and the vintage for every column, not allowed, whose base changes inside the years."""
    problems: list[Message] = []
    vintages: dict[str, str] = {}
    for name in formula.columns:
        years = () if name in allowed else facts.get("breaks", {}).get(name, ())
        inside = [int(year) for year in years if first < year <= last]
        if inside:
            vintages[name] = str(facts.get("vintages", {}).get(name, ""))
            problems.append(
                message(
                    "`{name}` ({vintage}) starts a new base in {years}",
                    name=name,
                    vintage=vintages[name],
                    years=_years(inside),
                )
            )
    return problems, vintages


def _facts(data: pd.DataFrame) -> Mapping[str, Any]:
    facts = data.attrs.get("panelkit")
    return facts if isinstance(facts, Mapping) else {}


def _touches(flag: Mapping[str, Any], used: list[str], sample: PanelIndex, steps: bool) -> bool:
    """Tell whether a flag concerns the rows in use: a break inside the years, a mixed pair, a flagged cell."""
    if "total" in flag:
        return flag["total"] in used
    years = sample.time_labels
    if flag.get("starts"):
        return any(int(years[0]) < year <= int(years[-1]) for year in flag["starts"])
    if not flag["adcode"]:
        return steps or flag["year"] in years
    unit = sample.unit_labels == flag["label"]
    if steps or not unit.any():
        return bool(unit.any())
    return bool((unit[sample.unit] & (years[sample.time] == flag["year"])).any())


def _has_steps(formula: Formula) -> bool:
    factors = [formula.left, *(factor for term in formula.terms for factor in term.factors)]
    return any(_STEPS & set(calls_of(factor.node)) for factor in factors)


def _years(years: list[int]) -> Message:
    """Return years as `2017 to 2019` where they follow each other, else as a list."""
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return message("{first} to {last}", first=years[0], last=years[-1])
    return listed(map(str, years))
