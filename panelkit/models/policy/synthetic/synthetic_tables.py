"""The frames of a synthetic control: weights, balance, gaps, placebos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.synthetic.synthetic_fit import Rule, Stack, Synthetic, Target
from panelkit.models.policy.synthetic.synthetic_panel import Rectangle
from panelkit.models.policy.synthetic.synthetic_placebos import Placebos


def target_name(rectangle: Rectangle, target: Target) -> str:
    """Return what a target is called: its unit, or all that are averaged."""
    return ", ".join(rectangle.labels[i] for i in target.members)


def weight_rows(name: str, labels: Sequence[str], donors: IntArray, weights: FloatArray) -> pd.DataFrame:
    """Return the weights of donors, the largest first; equal ones in the order of names."""
    frame = pd.DataFrame({"treated": name, "donor": [labels[i] for i in donors], "weight": weights})
    return frame.sort_values(["weight", "donor"], ascending=[False, True], kind="stable")


def gap_rows(
    name: str, periods: FloatArray, start: int, observed: FloatArray, synthetic: FloatArray, gap: FloatArray
) -> pd.DataFrame:
    """Return observed and synthetic outcomes by period."""
    n = len(observed)
    whole = periods[:n].astype(np.int64)
    return pd.DataFrame(
        {
            "treated": name,
            "period": whole,
            "event": (periods[:n] - periods[start]).astype(np.int64),
            "observed": observed,
            "synthetic": synthetic,
            "gap": gap,
        }
    )


def joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return frames under one another."""
    return pd.concat(list(frames), ignore_index=True)


def weights_of(rectangle: Rectangle, found: Sequence[Synthetic]) -> pd.DataFrame:
    """Return the donors' weights of every target."""
    return joined(
        weight_rows(target_name(rectangle, each.target), rectangle.labels, each.donors, each.weights)
        for each in found
    )


def gaps_of(rectangle: Rectangle, found: Sequence[Synthetic]) -> pd.DataFrame:
    """Return the gaps of every target."""
    return joined(
        gap_rows(
            target_name(rectangle, each.target),
            rectangle.periods,
            each.target.start,
            each.observed,
            each.synthetic,
            each.gap,
        )
        for each in found
    )


def balance_of(rule: Rule, found: Sequence[Synthetic]) -> pd.DataFrame:
    """Return predictors of every target; without predictors, the outcome in every period before."""
    frames = []
    for each in found:
        name = target_name(rule.rectangle, each.target)
        if rule.predictors:
            names: list[str] = [predictor.name for predictor in rule.predictors]
            values, v = each.balance, each.v
        else:
            before = slice(0, each.target.start)
            pool = rule.rectangle.Y[each.donors][:, before].mean(axis=0)
            outcome = rule.rectangle.panel.design.outcome
            names = [f"{outcome} ({period:.0f})" for period in rule.rectangle.periods[before]]
            values = np.column_stack([each.observed[before], each.synthetic[before], pool])
            v = np.full(len(names), 1.0 / len(names))
        frames.append(
            pd.DataFrame(
                {
                    "treated": name,
                    "predictor": pd.Series(names, dtype=object),
                    "value": values[:, 0],
                    "synthetic": values[:, 1],
                    "donors": values[:, 2],
                    "v": v,
                }
            )
        )
    return joined(frames)


def placebo_names(rectangle: Rectangle, members: IntArray) -> list[str]:
    """Return who stands for the treated in each placebo."""
    return [", ".join(rectangle.labels[i] for i in each) for each in members]


def placebos_of(rectangle: Rectangle, stack: Stack, tests: Placebos | None) -> pd.DataFrame:
    """Return fit and effect of the estimate (first row) and of every placebo."""
    own = {
        "placebo": "",
        "pre_rmspe": stack.pre_rmspe,
        "post_rmspe": stack.post_rmspe,
        "ratio": stack.ratio,
        "estimate": stack.effect,
        "kept": True,
    }
    first = pd.DataFrame([own])
    if tests is None:
        return first
    rest = pd.DataFrame(
        {
            "placebo": placebo_names(rectangle, tests.members),
            "pre_rmspe": tests.pre,
            "post_rmspe": tests.post,
            "ratio": tests.ratio,
            "estimate": tests.effect,
            "kept": tests.kept,
        }
    )
    return joined([first, rest])


def placebo_gaps_of(
    rectangle: Rectangle, event: FloatArray, members: IntArray, gaps: FloatArray, kept: Array
) -> pd.DataFrame:
    """Return gaps of the placebos that are compared with, one column each, one row an event time."""
    names = np.array(placebo_names(rectangle, members), dtype=object)[kept]
    return pd.DataFrame(
        gaps[kept].T, index=pd.Index(event.astype(np.int64), name="event"), columns=list(names)
    )
