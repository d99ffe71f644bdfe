"""Influence: which unit, period or cell carries an estimate, by leaving out each, exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.inference.panel_tests.fits import design_of
from panelkit.kernels.capabilities import ONE_EQUATION
from panelkit.kernels.crossing import crossing_of
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, term
from panelkit.language.offers import offered
from panelkit.language.shown import shown_language
from panelkit.language.spelt import option
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported

# a cell with less of its own than this beside effects and regressors is fitted exactly: nothing moves without it
_OWN = 1e-9
# for intervals of their own every unit's deletion is a refit: some ten seconds
_MOST_UNITS, _MOST_ROWS = 500, 50_000_000
_EACH = {
    "unit": term("left out one by one", "unit"),
    "time": term("left out one by one", "time"),
    "cell": term("left out one by one", "cell"),
}


@dataclass(frozen=True, eq=False)
class Influence(Exported, Brief):
    """The estimate of one term without each unit, period or cell.

    `table`: columns `left_out, estimate, change, change_in_se, conf_low, conf_high, turns`, by size of the change;
    `turns` is True where the interval without it no longer stands as the full sample's does about zero.
    `headline`: estimate, low and high of the full sample.
    """

    term: str
    by: str
    table: pd.DataFrame
    headline: tuple[float, float, float]
    notes: tuple[Message, ...] = ()

    def summary(self, rows: int = 10, *, language: Language = "en") -> str:
        """Return the largest changes as plain text."""
        from panelkit.show.words import frame_text, note_lines

        lines = [sentence.text(language) for sentence in self._said()]
        lines.insert(1, frame_text(self.table.head(rows), language, lambda v: f"{v:.6g}", index=False))
        return "\n".join([*lines, *note_lines(self.notes, language)])

    def _said(self) -> tuple[Message, ...]:
        """Return the full sample's estimate, the range without each, and how many turn it or lose it."""
        count, turned = len(self.table), int(self.table["turns"].sum())
        lost = int(self.table["estimate"].isna().sum())
        first = message(
            "{term} = {estimate:.6g} in the full sample; without each {by}",
            term=self.term,
            estimate=self.headline[0],
            by=_EACH[self.by],
        )
        second = message(
            "all {count}: from {low:.6g} to {high:.6g}; {turned} turn",
            count=count,
            low=float(self.table["estimate"].min()),
            high=float(self.table["estimate"].max()),
            turned=turned,
        )
        if not lost:
            return first, second
        return first, second, message("{lost} leave the term unidentified", lost=lost)

    def _exported(self, language: Language) -> tuple[pd.DataFrame, str, tuple[Message, ...]]:
        """Return the estimates without each, and what is said of them."""
        return self.table, self.term, (*self._said(), *self.notes)

    def _repr_html_(self) -> str:
        """Return the largest changes as an HTML table, the notes below."""
        return replace(self, table=self.table.head(10)).to_html(
            language=shown_language(), notes=(*self._said(), *self.notes)
        )

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def plot(self, *, language: Language = "en", **style: Any) -> Any:
        """Draw the estimates without each, on the band of the full sample (the 60 largest changes of cells)."""
        from panelkit.show.figures import influence_plot

        frame = self.table.dropna(subset=["estimate"]).head(60)
        frame = frame.assign(left_out=frame["left_out"].astype(str))
        return influence_plot(frame, headline=self.headline, language=language, **style)


@offered("inference", family="influence", result="Influence", public=True)
def influence(fit: FitResult, term: str, by: Literal["unit", "time", "cell"] = "unit") -> Influence:
    """Leave out each unit, period or province-year in turn and estimate everything anew, effects included.

    Exact, and one batched computation on cross-products. Intervals use the standard error of the full sample except
    where units leave one at a time and there are at most 500 of them, 5e7 rows in all refits: then the CRV1 error of
    the remaining units with t(G-2).

    Raises
    ------
    SpecError
        If the fit is not least squares on a design, or has no such term.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.influence(fit, "log(rd_expenditure)")
    >>> len(found.table)
    31
    """
    linear, design = design_of(fit, weighted=True)
    if term not in linear.terms:
        raise SpecError(message("no term {term} in this fit: it has {terms}", term=term, terms=linear.terms))
    if by not in ("unit", "time", "cell"):
        raise SpecError(message("by is unit, time or cell, not {by!r}", by=by))
    at = linear.terms.index(term)
    labels: Any
    if by == "cell":
        if ONE_EQUATION not in linear.can:
            raise SpecError(
                message(
                    "influence by cell is for least squares in one equation: use {by_option} or {by}",
                    by_option=option("by", "unit"),
                    by=option("by", "time"),
                )
            )
        betas = without_each_row(linear)[:, at]
        labels = [f"{unit} {time}" for unit, time in design.labels()]
    else:
        codes = design.unit if by == "unit" else design.time
        betas = linear.without_groups(codes)[0][:, at]
        labels = design.unit_labels if by == "unit" else design.time_labels
    error = float(fit.std_errors.iloc[at])
    half = (
        float(
            t_quantile(0.95, np.asarray(fit.df, dtype=float).reshape(-1)[0 if np.ndim(fit.df) == 0 else at])
        )
        * error
    )
    centre = float(linear.beta[at])
    halves: FloatArray | float = half
    notes = (message("intervals carry the standard error of the full sample"),)
    refits = len(labels) <= _MOST_UNITS and len(labels) * linear.n <= _MOST_ROWS
    if by == "unit" and refits and ONE_EQUATION in linear.can:
        halves = float(t_quantile(0.95, len(labels) - 2.0)) * crv1_without_each(linear, at)
        notes = (message("intervals: CRV1 of the remaining units, t(G-2)"),)
    table = pd.DataFrame(
        {
            "left_out": labels,
            "estimate": betas,
            "change": betas - centre,
            "change_in_se": (betas - centre) / error,
            "conf_low": betas - halves,
            "conf_high": betas + halves,
        }
    )
    whole = _side(np.array([centre - half]), np.array([centre + half]))[0]
    table["turns"] = _side(table["conf_low"].to_numpy(), table["conf_high"].to_numpy()) != whole
    table.loc[table["estimate"].isna(), "turns"] = True
    order = table["change"].abs().sort_values(ascending=False, kind="stable", na_position="first").index
    return Influence(
        term, by, table.loc[order].reset_index(drop=True), (centre, centre - half, centre + half), notes
    )


def _side(low: FloatArray, high: FloatArray) -> FloatArray:
    return (low > 0.0).astype(float) - (high < 0.0)


def without_each_row(linear: LinearFit) -> FloatArray:
    """Return the coefficients without each row, (n, k): beta - B x e / (1 - h), with h of all dummies too."""
    own = own_share(linear)
    leverage = np.einsum("ij,ij->i", linear.basis, linear.basis)
    left = own - leverage
    with np.errstate(divide="ignore", invalid="ignore"):
        move = (linear.basis @ linear.root.T) * (linear.residuals / left)[:, None]
    fitted = own <= _OWN
    move[fitted] = 0.0
    move[~fitted & (left <= _OWN)] = np.nan
    return linear.beta - move


def own_share(linear: LinearFit) -> FloatArray:
    """Return the diagonal (n,) of the projection off the effects' dummies."""
    return crossing_of(linear.layout, linear.effects).kept_shares()


def crv1_without_each(linear: LinearFit, at: int) -> FloatArray:
    """Return the CRV1 standard error of one coefficient without each unit, (N,); factor (G-1)/(G-2) only.

    Missing where the coefficients are not identified without the unit.
    """
    unit, count = linear.layout.unit, linear.layout.n_units
    errors = np.full(count, np.nan)
    for without in range(count):
        gone = unit == without
        found = linear.refit_without(gone)
        if found is not None:
            _, influence, residuals = found
            scores = np.bincount(unit[~gone], (linear.root[at] @ influence) * residuals)
            errors[without] = np.sqrt(scores @ scores)
    return errors * np.sqrt((count - 1) / (count - 2))
