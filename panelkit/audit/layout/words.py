"""What one heading or label says, in the words that its kind of table uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.marks import is_numbered
from panelkit.audit.vocabulary.measures import (
    Measure,
    coupling_of,
    descriptive_of,
    inequality_of,
    path_of,
    says_df,
    threshold_of,
    weight_of,
)
from panelkit.audit.vocabulary.parts import part_of
from panelkit.audit.vocabulary.spatial import effect_of, parameter_of
from panelkit.audit.vocabulary.squeezed import squeezed
from panelkit.audit.vocabulary.statistics import statistic_of

INDEXED: frozenset[Kind] = frozenset(
    ("values", "descriptive", "correlation", "weights", "coupling", "inequality", "gini", "fevd", "threshold")
)
"""Kinds of tables whose rows are subjects, not regressors."""

_MAIN, _WX = (
    re.compile(r"main|主效应|主回归"),
    re.compile(r"w\d?x|w[*×·]x|空间滞后(?:项|效应|解释变量)|空间交互项"),
)
_STANDARDISED = re.compile(
    r"标准化?(?:回归)?系数|standardi[sz]ed(?:coefficients?|beta)?|试用版|std\.?beta|betacoefficients?"
)


@dataclass(frozen=True)
class Heading:
    """What the headings of a column say: the measure that it holds, the part of a number, which pieces said so.

    `sure` is False where the word alone ("Total") may as well name a sample.
    """

    measure: Measure | None = None
    part: str = ""
    used: tuple[str, ...] = ()
    sure: bool = True


def measure_of(text: str, kind: Kind, over: str = "") -> Measure | None:
    """Return the measure that a text names in a table of a kind."""
    if kind in ("descriptive", "correlation"):
        return descriptive_of(text)
    if kind == "weights":
        return weight_of(text)
    if kind == "coupling":
        return coupling_of(text)
    if kind in ("inequality", "gini"):
        return inequality_of(text, over, kind == "gini")
    if kind == "threshold":
        return threshold_of(text, over)
    if kind == "mediation":
        return path_of(text)
    return None


def heading_of(pieces: tuple[str, ...], kind: Kind) -> Heading:
    """Return what the pieces of a heading, from the top, say."""
    measure, part, used, sure = None, "", [], True
    for at in range(len(pieces) - 1, -1, -1):
        piece = pieces[at]
        if is_numbered(piece):
            continue
        over = pieces[at - 1] if at else ""
        if part and part_of(piece) in ("ci", "value"):
            used.append(piece)
            continue
        found = measure_of(piece, kind, over) if measure is None else None
        if found is None and not part and (named := part_of(piece)):
            part = named
            used.append(piece)
            continue
        if found is None and measure is None:
            found, sure = _of_models(piece, kind)
        if found is not None:
            measure = found
            used.append(piece)
    return Heading(measure, part, tuple(used), sure)


def _of_models(piece: str, kind: Kind) -> tuple[Measure | None, bool]:
    """Return the effect, test or statistic that a heading names over rows that are none."""
    if kind in INDEXED:
        return None, True
    effect = effect_of(piece)
    if effect is not None and not effect.subject:
        return Measure(effect.role, effect.length), effect.sure
    if _MAIN.fullmatch(squeezed(piece)) or _WX.fullmatch(squeezed(piece)):
        return Measure("coefficient" if _MAIN.fullmatch(squeezed(piece)) else "spatial_lag_x"), True
    if _STANDARDISED.fullmatch(squeezed(piece)):
        return Measure("unknown", "standardised"), True
    if says_df(piece):
        return Measure("df"), True
    role, other = statistic_of(piece)
    role = role or parameter_of(piece)
    return (Measure(role, other), True) if role and role != "constant" else (None, True)
