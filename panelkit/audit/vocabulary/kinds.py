"""Kinds of tables, told by titles and headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from panelkit.audit.vocabulary.measures import (
    coupling_of,
    descriptive_of,
    inequality_of,
    path_of,
    threshold_of,
    weight_of,
)
from panelkit.audit.vocabulary.parts import part_of

Kind = Literal[
    "models",
    "descriptive",
    "correlation",
    "weights",
    "coupling",
    "inequality",
    "gini",
    "fevd",
    "mediation",
    "threshold",
]
_TITLES: tuple[tuple[Kind, str], ...] = (
    ("fevd", r"方差分解(?!.*(?:泰尔|基尼))|variance decomposition|fevd"),
    (
        "correlation",
        r"相关(?:系数|性)(?:矩阵|分析|检验)?|相关矩阵|correlation (?:matrix|coefficients?|analysis)|pairwise correlation|correlations",
    ),
    (
        "descriptive",
        r"描述性?统计|descriptive stat|summary stat|变量统计|统计性描述|statistical description|vif|多重共线",
    ),
    ("gini", r"基尼|dagum|gini"),
    ("inequality", r"泰尔|theil"),
    ("coupling", r"耦合|coupling|coordination"),
    ("threshold", r"门[槛限]|threshold"),
    ("mediation", r"中介|mediat|sobel|间接效应.*(?:bootstrap|自助)"),
    ("weights", r"权重(?!矩阵)|指标体系|weights? of|index system|indicator system|熵"),
)
_SPATIAL = re.compile(r"空间|spatial|sdm|durbin|杜宾|溢出|spillover", re.I)


def kind_by_title(title: str) -> Kind | None:
    """Return the kind that a title names."""
    return next((kind for kind, pattern in _TITLES if re.search(pattern, title, re.I)), None)


def kind_of(title: str, headings: Iterable[str], labels: Iterable[str]) -> Kind:
    """Return the kind of a table: what most of its headings or labels speak of, then its title.

    Raises nothing: a table that speaks of none is one of models.
    """
    heads, names = list(headings), list(labels)
    told = kind_by_title(title)
    for side in (heads, names):
        found = _by_words(side, told, aside=side is names)
        if found:
            return found
    if told in ("fevd", "correlation", "coupling", "weights", "mediation", "gini", "inequality"):
        return told
    return "models"


def _by_words(words: Sequence[str], told: Kind | None, aside: bool) -> Kind | None:
    """Return the kind that a row of headings (or a column of labels) speaks of."""
    roles = {measure.role for word in words if (measure := descriptive_of(word))}
    if len(roles & {"mean", "sd", "minimum", "maximum", "median", "quantile"}) >= 2 or (
        {"vif", "tolerance"} <= roles
        and not aside
        and not any(part_of(word) in ("se", "t", "z", "p") for word in words)
    ):
        return "descriptive"
    shares = {measure.role for word in words if (measure := inequality_of(word))}
    if {"theil_within", "theil_between"} <= shares or {
        "gini_transvariation",
        "share_transvariation",
    } & shares:
        names = " ".join(words)
        dagum = told == "gini" or {"gini_transvariation", "share_transvariation"} & shares
        return "gini" if dagum or re.search(r"基尼|gini", names, re.I) else "inequality"
    coupled = [measure.role for word in words if (measure := coupling_of(word))]
    if (
        len(set(coupled)) >= 2
        and ({"coupling_c", "coordination_d"} & set(coupled))
        and (told == "coupling" or len(coupled) >= 3)
    ):
        return "coupling"
    if any((measure := weight_of(word)) and measure.role == "weight" for word in words) and not aside:
        return "weights"
    thresholds = {measure.role for word in words if (measure := threshold_of(word))}
    if not aside and (
        "threshold" in thresholds or ("f" in thresholds and (told == "threshold" or "critical" in thresholds))
    ):
        return "threshold"
    paths = {measure.role for word in words if (measure := path_of(word))}
    if (
        paths & {"sobel", "mediated_share"}
        or {"path_a", "path_b"} <= paths
        or (told == "mediation" and {"indirect_effect", "path_a"} & paths)
    ):
        return None if any(_SPATIAL.search(word) for word in words) else "mediation"
    return None
