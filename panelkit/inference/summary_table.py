"""Summary statistics of variables as a table: what `summarize, detail`, `tabstat` and `xtsum` print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.descriptives import columns_of, describe_panel, deviation, indexed, settled
from panelkit.kernels.percentiles import percentiles
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, Message, message, term
from panelkit.language.offers import offered
from panelkit.language.shown import shown_language
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.grid import INDENT, need_texts, note_tuple
from panelkit.show.labels import Labels
from panelkit.show.rendered import Rendered

DEFAULT = ("n", "mean", "sd", "min", "p25", "p50", "p75", "max")


def _moment(values: FloatArray, power: int) -> float:
    """Return the standardised moment, divisor n, as Stata's skewness and kurtosis (3 for a normal variable)."""
    gap = settled(values - values.mean(), values)
    variance = float((gap**2).mean())
    return float((gap**power).mean()) / variance ** (power / 2) if variance > 0.0 else float("nan")


def _percentile(share: float) -> Callable[[FloatArray], float]:
    return lambda values: float(percentiles(values, (share,))[0])


STATISTICS: Mapping[str, Callable[[FloatArray], float]] = {
    "n": len,
    "mean": lambda values: float(values.mean()),
    "sd": deviation,
    "variance": lambda values: deviation(values) ** 2,
    "cv": lambda values: deviation(values) / float(values.mean()) if values.mean() != 0.0 else float("nan"),
    "min": lambda values: float(values.min()),
    **{f"p{share}": _percentile(share) for share in (1, 5, 10, 25, 50, 75, 90, 95, 99)},
    "max": lambda values: float(values.max()),
    "sum": lambda values: float(values.sum()),
    "skewness": lambda values: _moment(values, 3),
    "kurtosis": lambda values: _moment(values, 4),
}
_HEADS: Mapping[str, Message] = {
    "variable": term("head of descriptives", "Variable"),
    "n": term("head of descriptives", "N"),
    "mean": term("head of descriptives", "Mean"),
    "sd": term("head of descriptives", "SD"),
    "variance": term("head of descriptives", "Variance"),
    "cv": term("head of descriptives", "CV"),
    "min": term("head of descriptives", "Min"),
    "p50": term("head of descriptives", "Median"),
    "max": term("head of descriptives", "Max"),
    "sum": term("head of descriptives", "Sum"),
    "skewness": term("head of descriptives", "Skewness"),
    "kurtosis": term("head of descriptives", "Kurtosis"),
    "overall": term("part of a variation", "overall"),
    "between": term("part of a variation", "between"),
    "within": term("part of a variation", "within"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SummaryTable(Rendered, Brief):
    """Statistics by variable: `table` has one row a variable (and part of its variation), one column a statistic."""

    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the statistics with variable (and part) as columns."""
        return self.table.reset_index()

    def __str__(self) -> str:
        return self.to_text(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        labels = Labels(need_texts(style.pop("labels", None) or {}, "labels="))
        shown = self.tidy()
        shown["variable"] = [labels.get(name, name) for name in shown["variable"]]
        if "part" in shown:
            shown = _under_headings(shown, language)
        heads = {name: labels.get(name) or _head(name, language) for name in shown.columns}
        labels.refuse_unmet(self.tidy()["variable"])
        told = [*(note.text(language) for note in self.notes), *note_tuple(style.pop("notes", ()))]
        return tables.frame_table(
            shown.rename(columns=heads),
            path,
            format=format,
            language=language,
            index=False,
            notes=told,
            **style,
        )


@offered(
    "description", family="panel", result="SummaryTable", source="Stata's summarize and xtsum", public=True
)
def summary_table(
    data: pd.DataFrame,
    variables: Sequence[str] | None = None,
    *,
    stats: Sequence[str] = DEFAULT,
    parts: bool = False,
    listwise: bool = False,
    unit: str | None = None,
    time: str | None = None,
) -> SummaryTable:
    """Return number, mean, deviation and percentiles of each variable as a table for every format.

    Standard deviations have divisor n - 1; percentiles are Stata's (the mean of two neighbours where n p is whole, else
    the next value above); skewness and kurtosis have divisor n, 3 is that of a normal variable.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    variables
        Columns or expressions of the formula gate; None is every numeric column.
    stats
        Columns of the table: n, mean, sd, variance, cv, min, p1, p5, p10, p25, p50, p75, p90, p95, p99, max, sum,
        skewness, kurtosis.
    parts
        Overall, between and within units, as Stata's xtsum (`describe_panel`): mean, sd, min, max and n.
    listwise
        Take only rows that hold all variables.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    SummaryTable
        One row a variable, or three with `parts`.

    Raises
    ------
    SpecError
        If a statistic is unknown, or an expression does not pass the gate.
    DataError
        If a variable holds no value.

    Examples
    --------
    >>> table = pk.summary_table(panel, ["log(gdp)", "patents_granted"])
    >>> table.table.shape
    (2, 8)
    """
    unknown = [name for name in stats if name not in STATISTICS]
    if unknown or isinstance(stats, str) or not stats:
        raise SpecError(
            message(
                "{stats} lists some of {known}, not {given!r}",
                stats=option("stats"),
                known=list(STATISTICS),
                given=stats,
            )
        )
    frame = indexed(data, unit, time)
    notes = place_notes(frame)
    held = pd.DataFrame(columns_of(frame, variables), index=frame.index)
    if listwise:
        held = held.dropna()
        notes = (*notes, message("rows that hold all variables"))
    empty = [name for name in held if held[name].notna().sum() == 0]
    if empty:
        raise DataError(message("{names} hold no value", names=[f"`{name}`" for name in empty]))
    if parts:
        return SummaryTable(table=_parts(held), notes=notes)
    rows = {
        name: {stat: STATISTICS[stat](values[~np.isnan(values)]) for stat in stats}
        for name, values in ((name, held[name].to_numpy(float)) for name in held)
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(stats))
    return SummaryTable(table=table.rename_axis("variable"), notes=notes)


def _parts(held: pd.DataFrame) -> pd.DataFrame:
    found = describe_panel(held).rename(columns={"count": "n"})[["n", "mean", "sd", "min", "max"]]
    found.attrs.clear()
    counts = [int(count) if float(count).is_integer() else float(count) for count in found["n"]]
    return found.assign(n=pd.Series(counts, index=found.index, dtype=object))


def _under_headings(shown: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the table with a row for each variable and its parts below it, so that one column holds both."""
    rows: list[dict[Any, Any]] = []
    for name, part in shown.groupby("variable", sort=False):
        rows.append({column: name if column == "variable" else None for column in shown.columns})
        rows += [
            {**row, "variable": INDENT + _head(row["part"], language)} for row in part.to_dict("records")
        ]
    return pd.DataFrame(rows, dtype=object).drop(columns="part")


def _head(name: str, language: Language) -> str:
    if name in _HEADS:
        return _HEADS[name].text(language)
    return message("P{share}", share=name[1:]).text(language)
