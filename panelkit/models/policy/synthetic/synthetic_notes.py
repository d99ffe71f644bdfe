"""What a synthetic control says of itself: fit, hull, pool, and what its placebos can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.language.message import Message, counted, listed, message
from panelkit.models.policy.synthetic.synthetic_fit import Rule, Stack, Synthetic, Target
from panelkit.models.policy.synthetic.synthetic_panel import Rectangle
from panelkit.models.policy.synthetic.synthetic_placebos import PERFECT, Placebos

_STATISTICS = {
    "ratio": message("post/pre RMSPE ratio"),
    "post": message("RMSPE after adoption"),
}
_POOR = 2.0  # times the median pre-RMSPE of placebos


def control_facts(
    rectangle: Rectangle, targets: Sequence[Target], stack: Stack, tests: Placebos | None
) -> dict[str, Any]:
    """Return counts and fit."""
    facts: dict[str, Any] = {
        "nobs": int(rectangle.Y.size),
        "n_units": len(rectangle.Y),
        "n_periods": len(rectangle.periods),
        "n_treated": sum(len(target.members) for target in targets),
        "n_donors": len(rectangle.donors),
        "pre_rmspe": stack.pre_rmspe,
        "post_rmspe": stack.post_rmspe,
        "rmspe_ratio": stack.ratio,
    }
    if tests is not None:
        facts |= {"n_placebos": int(tests.kept.sum()), "smallest_p": tests.smallest_p}
    return facts


def control_notes(
    rule: Rule, found: Sequence[Synthetic], stack: Stack, tests: Placebos | None
) -> tuple[Message, ...]:
    """Return what is to be known before the estimate is read."""
    said = [
        *_of_targets(found),
        *_hull(rule, found),
        *_fit(rule, found, stack, tests),
        *_of_placebos(tests),
    ]
    return tuple(rule.rectangle.panel.design.spoken(each) for each in said)


def _of_targets(found: Sequence[Synthetic]) -> list[Message]:
    if len(found) > 1:
        return [
            message(
                "one synthetic control for each of {n} treated {units}, stacked in event time and averaged over "
                "treated {unit}-{periods}",
                n=len(found),
            )
        ]
    n = len(found[0].target.members)
    return [message("one synthetic control for the average of {n} treated {units}", n=n)] if n > 1 else []


def _hull(rule: Rule, found: Sequence[Synthetic]) -> list[Message]:
    """Name targets whose outcome before lies above or below that of every donor."""
    outside = []
    for each in found:
        before = slice(0, each.target.start)
        pool, own = rule.rectangle.Y[each.donors][:, before], each.observed[before]
        beyond = int(((own > pool.max(axis=0)) | (own < pool.min(axis=0))).sum())
        if beyond:
            names = listed([rule.rectangle.labels[i] for i in each.target.members])
            outside.append(
                message("{names} ({beyond} of {n})", names=names, beyond=beyond, n=each.target.start)
            )
    if not outside:
        return []
    return [
        message(
            "outside the convex hull: no average of donors reaches {outside} of the {periods} before, where the "
            "outcome lies beyond that of every donor; SyntheticDiD compares changes instead",
            outside=listed(outside),
        )
    ]


def _fit(rule: Rule, found: Sequence[Synthetic], stack: Stack, tests: Placebos | None) -> list[Message]:
    spread = float(np.std(rule.rectangle.Y[rule.rectangle.donors]))
    if stack.pre_rmspe <= PERFECT * spread:
        return [
            message(
                "the fit before adoption is perfect, as {donors} donors can make it over {n} {periods} whatever the "
                "truth: the weights are those of least norm among many, and the RMSPE ratio says nothing",
                donors=len(found[0].donors),
                n=found[0].target.start,
            )
        ]
    middle = 0.0 if tests is None else float(np.median(tests.pre))
    if middle <= PERFECT * spread or stack.pre_rmspe <= _POOR * middle:
        return []
    return [
        message(
            "a poor fit: the pre-RMSPE of {own:.4g} is {times:.1f} times that of the placebos in the middle; the gap "
            "after adoption is then no estimate of an effect",
            own=stack.pre_rmspe,
            times=stack.pre_rmspe / middle,
        )
    ]


def _of_placebos(tests: Placebos | None) -> list[Message]:
    if tests is None:
        return [message("no placebos: no p-value, no interval and no error")]
    kept = int(tests.kept.sum())
    made = (
        message("all {n} placements on donors", n=len(tests.kept))
        if tests.enumerated
        else message("{n} placements on donors, drawn", n=len(tests.kept))
    )
    said = [
        message(
            "p-values are ranks of the {statistic} among placebos ({made}); the smallest possible is {p:.3g}",
            statistic=_STATISTICS[tests.statistic],
            made=made,
            p=tests.smallest_p,
        ),
        message(
            "intervals hold the constant effects that this test does not reject; standard errors are the spread of the "
            "placebos' effects"
        ),
    ]
    several = tests.members.shape[1]
    if several > 1 and tests.statistic == "ratio":
        said.append(
            message(
                "each placebo has {n} donors fewer than the estimate, whose fit before is the better for it: its ratio "
                "ranks too high, and with three treated of 31 and eight {periods} before a true null is rejected in "
                "8 % of samples at 5 %; statistic='post' holds its level there",
                n=several,
            )
        )
    exact = int((tests.pre <= tests.perfect).sum())
    if exact:
        said.append(
            counted(
                "the fit of {n} placebo before adoption is perfect, and its RMSPE ratio says nothing",
                "the fit of {n} placebos before adoption is perfect, and their RMSPE ratio says nothing",
                n=exact,
            )
        )
    if kept < len(tests.kept):
        said.append(
            message("{n} placebos of a worse fit before adoption are left out", n=len(tests.kept) - kept)
        )
    return said
