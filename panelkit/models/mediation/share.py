"""The mediated share, where it means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.models.mediation.estimates import MediationEstimates
from panelkit.models.mediation.words import Said, number
from panelkit.results.fit import FloatArray

Kind = Literal["share", "suppression", "none"]


@dataclass(frozen=True)
class Share:
    """`kind` "share": indirect / total; "suppression": |indirect / direct|, opposite signs; "none": neither."""

    kind: Kind
    value: float
    conf_low: float
    conf_high: float
    reason: Said


def kind_of(total: float, direct: float, indirect: float, *, total_holds: bool, indirect_holds: bool) -> Kind:
    """Return what may be reported; `*_holds`: the effect's interval excludes zero.

    A share needs an indirect effect, a total effect and equal signs. Opposite signs of direct and indirect effect are
    suppression, and the ratio of the two is reported (Wen and Ye 2014).
    """
    if not indirect_holds:
        return "none"
    if direct * indirect < 0.0:
        return "suppression"
    return "share" if total_holds and total * indirect > 0.0 else "none"


def share_of(result: MediationEstimates, level: float) -> Share:
    """Return the share of a result, with the percentile interval of the ratio."""
    total, direct, indirect = (float(value) for value in result.estimates[:3])
    ends = result.conf_int(level).to_numpy()[:3]
    holds = [bool(low > 0.0 or high < 0.0) for low, high in ends]
    kind = kind_of(total, direct, indirect, total_holds=holds[0], indirect_holds=holds[2])
    draws = result.draws
    nan = float("nan")
    if kind == "none":
        return Share(kind, nan, nan, nan, _why_none(indirect_holds=holds[2]))
    ratio = indirect / total if kind == "share" else abs(indirect / direct)
    low, high = (nan, nan) if draws is None else _interval(draws, kind, level)
    return Share(kind, ratio, low, high, _sentence(kind, ratio))


def _interval(draws: FloatArray, kind: Kind, level: float) -> tuple[float, float]:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = draws[:, 2] / draws[:, 0] if kind == "share" else np.abs(draws[:, 2] / draws[:, 1])
    tail = (1.0 - level) / 2.0
    low, high = np.nanquantile(ratios, [tail, 1.0 - tail])
    return float(low), float(high)


def _why_none(*, indirect_holds: bool) -> Said:
    if not indirect_holds:
        return Said(
            "no share: the interval of the indirect effect holds zero",
            "不报告占比：间接效应的置信区间包含零",
        )
    return Said(
        "no share: the total effect is not distinguishable from zero, and a ratio to it means nothing",
        "不报告占比：总效应与零无显著差异，以其为分母的比例没有意义",
    )


def _sentence(kind: Kind, ratio: float) -> Said:
    if kind == "share":
        return Said(
            f"indirect / total = {number(ratio)}; an arithmetic share, causal only if nothing confounds mediator and "
            "outcome",
            f"间接效应占总效应的{number(ratio)}；此为算术占比，仅当中介与结果之间无混杂时才有因果含义",
        )
    return Said(
        f"suppression: direct and indirect effect have opposite signs, so no share; |indirect / direct| = "
        f"{number(ratio)}",
        f"遮掩效应：直接效应与间接效应符号相反，不报告占比；|间接/直接| = {number(ratio)}",
    )
