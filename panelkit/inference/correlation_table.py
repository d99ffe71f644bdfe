"""Correlations with p-values and numbers of rows as a table: what `pwcorr, sig star() obs` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from panelkit.inference.descriptives import columns_of, indexed, settled
from panelkit.kernels.index import read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, Message, counted, message
from panelkit.language.offers import offered
from panelkit.language.shown import shown_language
from panelkit.panel.provenance import place_notes
from panelkit.results.students_t import t_survival
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.grid import note_tuple
from panelkit.show.rendered import Rendered

Kind = Literal["overall", "within", "between"]
_KINDS = {
    "overall": message("correlations of the rows, taken as independent in p-values"),
    "within": message("correlations of the deviations from the means of {units}"),
    "between": message("correlations of the means of {units}"),
}
_BELOW = ("p", "n")


@dataclass(frozen=True, kw_only=True, eq=False)
class CorrelationTable(Rendered, Brief):
    """Correlations `r`, their `p_values` and the rows `n` behind each (k, k), names on both sides."""

    r: pd.DataFrame
    p_values: pd.DataFrame
    n: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a pair: `first, second, correlation, p_value, n`."""
        pairs = list(combinations(self.r.columns, 2))
        rows = [(a, b, *(part.at[b, a] for part in (self.r, self.p_values, self.n))) for a, b in pairs]
        return pd.DataFrame(rows, columns=["first", "second", "correlation", "p_value", "n"])

    def __str__(self) -> str:
        return self.to_text(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        shown, said = _shown(self, language, style)
        told = [*said, *(note.text(language) for note in self.notes), *note_tuple(style.pop("notes", ()))]
        return tables.frame_table(shown, path, format=format, language=language, notes=told, **style)


@offered("description", family="panel", result="CorrelationTable", source="Stata's pwcorr", public=True)
def correlation_table(
    data: pd.DataFrame,
    variables: Sequence[str] | None = None,
    *,
    kind: Kind = "overall",
    method: Literal["pearson", "spearman"] = "pearson",
    pairwise: bool = False,
    adjust: Literal["bonferroni", "sidak"] | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> CorrelationTable:
    """Return correlations with p-values and numbers of rows as a table for every format.

    p from t = r sqrt(df / (1 - r^2)), df = n - 2 for rows and for the N means of units, n - N - 1 within N units. Its
    tables take `stars`, `decimals`, `below` ("p", "n" or both below each correlation), `upper` (the upper half too) and
    `numbers` (heads as numbers, or as names with False).

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    variables
        Columns or expressions of the formula gate (k); None is every numeric column.
    kind
        "overall": of the rows; "within": of the deviations from the unit means; "between": of the unit means.
    method
        "pearson", or "spearman": of the ranks of what `kind` says.
    pairwise
        Take for each pair the rows that hold both, as pwcorr; otherwise those that hold all variables, as correlate.
    adjust
        "bonferroni" or "sidak" multiply p over all k (k - 1) / 2 pairs.
    unit, time
        Columns that hold unit and time; None: the levels of the index, which "overall" does without.

    Returns
    -------
    CorrelationTable
        Correlations, p-values and rows (k, k).

    Raises
    ------
    SpecError
        If an option is unknown, or there are fewer than two variables.
    DataError
        If fewer than three rows hold a pair, or "within" and "between" find no units.

    Examples
    --------
    >>> found = pk.correlation_table(panel, ["gdp", "population"], pairwise=True)
    >>> int(found.n.loc["gdp", "population"])
    186
    """
    _check(kind, method, adjust)
    frame = indexed(data, unit, time)
    held = pd.DataFrame(columns_of(frame, variables), index=frame.index)
    if held.shape[1] < 2:
        raise SpecError(message("correlations are of two variables or more: name them"))
    own = np.zeros(len(frame), int) if kind == "overall" else read_panel_index(frame).unit
    whole = held.notna().all(axis=1).to_numpy()
    names = list(held.columns)
    r, p, n = (pd.DataFrame(np.eye(len(names)), index=names, columns=names) for _ in range(3))
    for name in names:
        rows = held[name].notna().to_numpy() if pairwise else whole
        alone = held[[name]].to_numpy(float)[rows]
        r.loc[name, name] = 1.0 if _taken(alone, own[rows], kind).any() else np.nan
        p.loc[name, name] = np.nan
        n.loc[name, name] = len(np.unique(own[rows])) if kind == "between" else len(alone)
    for a, b in combinations(names, 2):
        rows = held[[a, b]].notna().all(axis=1).to_numpy() if pairwise else whole
        values = held[[a, b]].to_numpy(float)[rows]
        if len(values) < 3:
            raise DataError(
                message(
                    "{rows} rows hold all of {columns}: at least three are needed",
                    rows=len(values),
                    columns=[a, b] if pairwise else names,
                )
            )
        found = _pair(values, own[rows], kind, method)
        for one, two in ((a, b), (b, a)):
            r.loc[one, two], p.loc[one, two], n.loc[one, two] = found
    pairs = len(names) * (len(names) - 1) // 2
    return CorrelationTable(
        r=r,
        p_values=_adjusted(p, adjust, pairs),
        n=n.astype(int),
        notes=(*_said(frame, kind, method, adjust, pairs), *_alike(r), *place_notes(frame)),
    )


def _taken(values: FloatArray, own: Any, kind: str) -> FloatArray:
    """Return what is correlated, less its mean: rows, unit means or deviations from them; zeros where all are alike."""
    grouped = pd.DataFrame(values).groupby(own)
    if kind == "between":
        taken = grouped.mean().to_numpy()
    else:
        taken = values - grouped.transform("mean").to_numpy() if kind == "within" else values
    return settled(taken - taken.mean(axis=0), values)


def _pair(values: FloatArray, own: Any, kind: str, method: str) -> tuple[float, float, float]:
    """Return correlation, two-sided p and rows of two columns (n, 2); no correlation where one does not vary."""
    taken = _taken(values, own, kind)
    df = float(len(taken) - 2 if kind != "within" else len(values) - len(np.unique(own)) - 1)
    if not taken.any(axis=0).all():
        return float("nan"), float("nan"), float(len(taken))
    if method == "spearman":
        ties = np.round(taken / np.abs(values).max(axis=0), 12)  # what rounding alone tells apart is tied
        taken = np.apply_along_axis(stats.rankdata, 0, ties)
    r = float(np.clip(np.corrcoef(taken[:, 0], taken[:, 1])[0, 1], -1.0, 1.0))
    if df <= 0.0:
        return r, float("nan"), float(len(taken))
    left = 1.0 - r**2
    t = np.asarray(np.inf if left == 0.0 else r * np.sqrt(df / left))
    return r, float(t_survival(t, df)), float(len(taken))


def _adjusted(p: pd.DataFrame, adjust: str | None, pairs: int) -> pd.DataFrame:
    if adjust == "bonferroni":
        return (p * pairs).clip(upper=1.0)
    if adjust == "sidak":
        return -np.expm1(pairs * np.log1p(-p.clip(upper=1.0 - 1e-16)))
    return p


def _check(kind: str, method: str, adjust: str | None) -> None:
    if kind not in ("overall", "within", "between"):
        raise SpecError(message("kind is overall, within or between, not {kind!r}", kind=kind))
    if method not in ("pearson", "spearman"):
        raise SpecError(message("method is pearson or spearman, not {method!r}", method=method))
    if adjust not in (None, "bonferroni", "sidak"):
        raise SpecError(message("adjust is bonferroni, sidak or None, not {adjust!r}", adjust=adjust))


def _said(frame: pd.DataFrame, kind: str, method: str, adjust: str | None, pairs: int) -> tuple[Message, ...]:
    said = _KINDS[kind]
    told = [said.spoken(*map(str, frame.index.names)) if frame.index.nlevels == 2 else said]
    if method == "spearman":
        told.append(message("Spearman's rank correlation"))
    if adjust == "bonferroni":
        told.append(
            counted("p-values times {n} pair (Bonferroni)", "p-values times {n} pairs (Bonferroni)", pairs)
        )
    if adjust == "sidak":
        told.append(
            counted(
                "p-values adjusted for {n} pair (Sidak)", "p-values adjusted for {n} pairs (Sidak)", pairs
            )
        )
    return tuple(told)


def _alike(r: pd.DataFrame) -> tuple[Message, ...]:
    """Return what is said of variables without variation."""
    flat = [f"`{name}`" for name in r.columns if not r[name].notna()[name]]
    return (message("no correlations of {names}: no variation", names=flat),) if flat else ()


def _shown(
    found: CorrelationTable, language: Language, style: dict[str, Any]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the matrix as texts, and what is said of stars, numbers below and rows; takes its options out of style."""
    from panelkit.show.checks import star_levels
    from panelkit.show.grid import need_decimals, need_texts, number, p_text, significance
    from panelkit.show.labels import Labels
    from panelkit.show.words import stars_note

    labels = Labels(need_texts(style.pop("labels", None) or {}, "labels="))
    decimals = style.pop("decimals", 3)
    need_decimals(decimals)
    levels = star_levels(style.pop("stars", (0.10, 0.05, 0.01)))
    below, upper, numbers = (
        _seconds(style.pop("below", None)),
        style.pop("upper", False),
        style.pop("numbers", True),
    )
    names = [labels.get(name, name) for name in found.r.columns]
    labels.refuse_unmet(found.r.columns)
    heads = [f"({at})" for at in range(1, len(names) + 1)] if numbers else names
    lines: list[tuple[str, list[str]]] = []
    for i, name in enumerate(names):
        kept = [j <= i or upper for j in range(len(names))]
        r, p, n = (part.iloc[i].to_numpy(float) for part in (found.r, found.p_values, found.n))
        tops = [
            number(r[j], decimals) + significance(float(p[j]), levels) if kept[j] else ""
            for j in range(len(r))
        ]
        lines.append((f"{heads[i]} {name}" if numbers else name, tops))
        for second in below:
            shown = [
                (f"({p_text(float(p[j]))})" if second == "p" else str(int(n[j])))
                if kept[j] and j != i
                else ""
                for j in range(len(r))
            ]
            if any(shown):
                lines.append(("", shown))
    table = pd.DataFrame([cells for _, cells in lines], index=[label for label, _ in lines], columns=heads)
    return table, [*([stars_note(levels, language)] if levels else []), *_of_rows(found, below, language)]


def _of_rows(found: CorrelationTable, below: Sequence[str], language: Language) -> list[str]:
    said = [message("p-values in parentheses").text(language)] if "p" in below else []
    fewest, most = int(found.n.to_numpy().min()), int(found.n.to_numpy().max())
    if "n" in below:
        return [*said, message("numbers of observations below the correlations").text(language)]
    if fewest == most:
        return [*said, message("N = {n}", n=fewest).text(language)]
    return [*said, message("N = {fewest} to {most}, by pair", fewest=fewest, most=most).text(language)]


def _seconds(below: Any) -> tuple[str, ...]:
    kinds = () if below is None else (below,) if isinstance(below, str) else tuple(below)
    if any(kind not in _BELOW for kind in kinds):
        raise SpecError(message("below is 'p', 'n', both or None, not {below!r}", below=below))
    return kinds
