"""The mediated share, where it means something."""

from __future__ import annotations

import numpy as np

from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.mediation.findings import Kind, Share
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import number
from panelkit.results.fit import FloatArray


def kind_of(total: float, direct: float, indirect: float, *, total_holds: bool, indirect_holds: bool) -> Kind:
    """Return what may be reported; `*_holds`: the effect's interval excludes zero.

    A share needs an indirect effect, a total effect and equal signs. Opposite signs of direct and indirect effect are
    suppression, and the ratio of the two is reported (Wen and Ye 2014).

    Parameters
    ----------
    total, direct, indirect
        The effects, in units of the outcome per unit of the treatment.
    total_holds, indirect_holds
        Whether the interval of that effect excludes zero.

    Returns
    -------
    "share", "suppression" or "none".
    """
    if not indirect_holds:
        return "none"
    if direct * indirect < 0.0:
        return "suppression"
    return "share" if total_holds and total * indirect > 0.0 else "none"


@offered("capability", "mediation_share", source="Wen and Ye (2014)")
def share(result: MediationResult, level: float = 0.95) -> Share:
    """Return the mediated share of a result where it means something, with the percentile interval of the ratio.

    Suppression is named as such.
    """
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


def _why_none(*, indirect_holds: bool) -> Message:
    if not indirect_holds:
        return message("no share: the interval of the indirect effect holds zero")
    return message(
        "no share: the total effect is not distinguishable from zero, and a ratio to it means nothing"
    )


def _sentence(kind: Kind, ratio: float) -> Message:
    if kind == "share":
        return message(
            "indirect / total = {ratio}; an arithmetic share, causal only if nothing confounds mediator and outcome",
            ratio=number(ratio),
        )
    return message(
        "suppression: direct and indirect effect have opposite signs, so no share; |indirect / direct| = {ratio}",
        ratio=number(ratio),
    )
