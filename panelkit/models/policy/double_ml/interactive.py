"""The interactive model: a 0/1 treatment, its propensity, and where treated and untreated rows do not overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.covariance.clusters import Clusters
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, term
from panelkit.language.spelt import option
from panelkit.models.policy.double_ml.rows import Learnable, Parts, Transform
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

# above this share of rows at the bounds the estimate is an extrapolation
MOST_CLIPPED = 0.1
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Interactive(Brief):
    """Propensities as learned and clipped (R, n), the share of rows at the bounds, and the rows' design."""

    learned: FloatArray
    clipped: FloatArray
    clip: float
    outside: FloatArray
    design: Design

    @classmethod
    def of(cls, learned: FloatArray, clip: float, design: Design, *, above_only: bool) -> Interactive:
        """Return the propensities within their bounds; the effect on the treated divides by 1 - m only."""
        clipped = np.clip(learned, clip, 1.0 - clip)
        outside = (learned > 1.0 - clip) if above_only else (learned != clipped)
        return cls(learned, clipped, clip, outside.astype(float), design)

    @property
    def share(self) -> float:
        """Return the share of rows at the bounds, over all repeats."""
        return float(self.outside.mean())

    def facts(self) -> dict[str, Any]:
        """Return the bounds, the number of rows at them (mean over repeats), and the range of the propensities."""
        return {
            "clip": self.clip,
            "clipped_rows": float(self.outside.sum(axis=1).mean()),
            "lowest_propensity": float(self.learned.min()),
            "highest_propensity": float(self.learned.max()),
        }

    def refuse(self) -> None:
        """Refuse rows of which too many have a propensity of nearly 0 or 1.

        Raises
        ------
        DataError
            Which names the units most at fault.
        """
        if self.share <= MOST_CLIPPED:
            return
        by_unit = np.bincount(self.design.unit, self.outside.mean(axis=0))
        order = np.argsort(-by_unit, kind="stable")[:_SHOWN]
        raise DataError(
            message(
                "no overlap: {share:.0f} % of the rows have a propensity within {clip} of a bound (at "
                "most {most:.0f} % are taken), most of them of {units_named}. No row of the other kind "
                "is comparable: fewer confounders, another sample by {where}, {score}, or {model}",
                where=option("where"),
                score=option("score", "atte"),
                model=option("model", "plr"),
                share=100.0 * self.share,
                clip=self.clip,
                most=100.0 * MOST_CLIPPED,
                units_named=[str(self.design.unit_labels[at]) for at in order if by_unit[at] > 0.0],
            )
        )

    def notes(self) -> list[Message]:
        """Return what is assumed, and how many rows stand at the bounds."""
        return [
            message(
                "propensities are kept between {low} and {high}: {rows:.1f} rows of {of:,} stood outside (mean over "
                "the draws)",
                low=self.clip,
                high=1.0 - self.clip,
                rows=float(self.outside.sum(axis=1).mean()),
                of=len(self.design.y),
            )
        ]


def refuse_not_binary(design: Design, parts: Parts) -> None:
    """Refuse a treatment other than 0 and 1, and one that does not vary.

    Raises
    ------
    DataError
        Which shows values that are neither.
    """
    d = design.X[:, design.terms.index(parts.treatment)]
    other = np.flatnonzero(~np.isin(d, (0.0, 1.0)))
    if len(other):
        at = int(other[0])
        raise DataError(
            message(
                "`{name}` is {value} at {unit_label}, {time_label} ({count} rows are neither 0 nor 1): "
                "{model_option} needs a 0/1 treatment; {model} takes any",
                model_option=option("model", "irm"),
                model=option("model", "plr"),
                name=parts.treatment,
                value=float(d[at]),
                unit_label=str(design.unit_labels[design.unit[at]]),
                time_label=str(design.time_labels[design.time[at]]),
                count=len(other),
            )
        )
    if len(np.unique(d)) < 2:
        raise DataError(
            message(
                "`{name}` is {value} in every row: there is nothing to compare with",
                name=parts.treatment,
                value=float(d[0]),
            )
        )


def interactive(design: Design, parts: Parts, effects: Effects, transform: Transform | None) -> Learnable:
    """Return rows as they are, with unit means of the confounders and dummies of the periods among the features."""
    at = {name: j for j, name in enumerate(design.terms)}
    X = np.ascontiguousarray(design.X[:, [at[name] for name in parts.confounders]])
    layout = Layout(design.unit, design.time)
    features, notes = [X], []
    if transform == "mundlak":
        means = X - within(X, layout, "unit")
        varies = np.abs(X - means).max(axis=0) > 1e-10 * np.abs(X).max(axis=0)
        features.append(means[:, varies])
        notes.append(
            message(
                "the means of the confounders over the {periods} of a {unit} are learned from beside them. No effect "
                "of a {unit} is taken out otherwise: two {units} with equal confounders and means must be comparable"
            )
        )
    if effects in ("time", "twoway"):
        features.append((layout.time[:, None] == np.arange(1, layout.n_times)).astype(float))
        notes.append(message("dummies of the {periods} stand among the confounders"))
    d = np.array(design.X[:, at[parts.treatment]])
    nothing = np.empty((len(d), 0))
    period = layout.time.astype(float) if effects in ("time", "twoway") else None
    made = Learnable(
        design, np.array(design.y), d, None, np.column_stack(features), nothing, period, tuple(notes)
    )
    if period is not None:
        _refuse_periods(design, d, parts)
    return made


def _refuse_periods(design: Design, d: FloatArray, parts: Parts) -> None:
    """Refuse periods that hold treated or untreated rows only: beside their effects nothing is comparable there."""
    share = np.bincount(design.time, d) / np.bincount(design.time)
    alone = (share == 0.0) | (share == 1.0)
    if alone.any():
        raise DataError(
            message(
                "`{name}` is the same in every {unit} in {alone}, so that beside effects of {periods} no "
                "row there has a row to compare with: leave these {periods} out by {where}, or take "
                "{effects}",
                where=option("where"),
                effects=option("effects", "unit"),
                name=parts.treatment,
                alone=[str(label) for label in design.time_labels[alone]],
            )
        )


def fold_strata(made: Learnable, clusters: Clusters) -> IntArray:
    """Return 1 for clusters that ever have the treatment (G,): folds share them out evenly."""
    return (np.bincount(clusters.codes, made.d, clusters.count) > 0.0).astype(np.int64)


def refuse_one_state(made: Learnable, folds: IntArray) -> None:
    """Refuse folds without which no treated, or no untreated, row is left; folds (R, n).

    Raises
    ------
    DataError
        With the number of units that ever have the treatment.
    """
    if folds.max() == 0:
        return
    for row in folds:
        for fold in range(int(row.max()) + 1):
            rest = made.d[row != fold]
            if len(np.unique(rest)) < 2:
                ever = int((np.bincount(made.design.unit, made.d) > 0).sum())
                raise DataError(
                    message(
                        "without one of the folds only {state} rows are left ({ever} {units} ever have "
                        "the treatment): take more folds, or {model}",
                        model=option("model", "plr"),
                        state=term("rows", "treated") if rest[0] == 1.0 else term("rows", "untreated"),
                        ever=ever,
                    )
                )
