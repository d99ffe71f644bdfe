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
from panelkit.audit.vocabulary.spatial import parameter_of
from panelkit.audit.vocabulary.statistics import statistic_of

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
    "values",
]
_TITLES: tuple[tuple[Kind, str], ...] = (
    ("fevd", r"方差分解(?!.*(?:泰尔|基尼))|variance decomposition|fevd"),
    (
        "correlation",
        r"(?<!空间)(?<!空间自)(?<!自)相关(?:系数|性)(?:矩阵|分析|检验)?|(?<!自)相关矩阵|correlation (?:matrix|coefficients?|analysis)|pairwise correlation|correlations",
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
_SPATIAL = re.compile(r"空间|spatial|sdm|durbin|杜宾|溢出|spillover|ρ|^rho$|^w\s*[×*·]", re.I)
_OF_MODELS = frozenset(
    (
        *(
            "r2",
            "r2_adjusted",
            "r2_within",
            "r2_overall",
            "r2_pseudo",
            "loglik",
            "aic",
            "bic",
            "sigma2",
            "constant",
        ),
        *(
            "lm",
            "robust_lm",
            "lm_lag",
            "lm_error",
            "robust_lm_lag",
            "robust_lm_error",
            "lr",
            "wald",
            "hausman",
        ),
        *("moran_i", "ar1", "ar2", "hansen", "sargan", "instruments", "units"),
    )
)
_BY_WORDS_ALONE: tuple[Kind, ...] = ("fevd", "coupling", "weights", "gini", "inequality")


def kind_by_title(title: str) -> Kind | None:
    """Return the kind that a title names."""
    return next((kind for kind, pattern in _TITLES if re.search(pattern, title, re.I)), None)


def kind_of(title: str, headings: Iterable[str], labels: Iterable[str], marked: bool) -> Kind:
    """Return the kind of a table: what its headings or labels speak of, then its title; "models" where none tells.

    `marked`: figures have stars or brackets. Such a table, and one with an R2 or a test, is of models, whatever its
    title says of coupling or weights: a regression of D, or under several W.
    """
    heads, names = list(headings), list(labels)
    told = kind_by_title(title)
    statistics = any(statistic_of(word)[0] in _OF_MODELS or parameter_of(word) for word in (*heads, *names))
    plainly = not marked and not statistics
    for side in (heads, names):
        found = _by_words(side, told, aside=side is names, plainly=plainly)
        if found:
            return found
    if told in _BY_WORDS_ALONE and plainly:
        return told
    if told == "correlation" and not statistics:
        return told
    spatial = any(_SPATIAL.search(word) for word in (*heads, *names))
    return "mediation" if told == "mediation" and not spatial else "models"


def _by_words(words: Sequence[str], told: Kind | None, aside: bool, plainly: bool) -> Kind | None:
    """Return the kind that a row of headings (or a column of labels) speaks of."""
    roles = {measure.role for word in words if (measure := descriptive_of(word))}
    of_columns = not aside and not any(part_of(word) in ("se", "t", "z", "p") for word in words)
    most = not aside or plainly or 2 * sum(map(bool, map(descriptive_of, words))) >= len(words)
    if (most and len(roles & _MOMENTS) >= 2) or ({"vif", "tolerance"} <= roles and of_columns):
        return "descriptive"
    if plainly and (found := _of_indices(words, told, aside)):
        return found
    thresholds = {measure.role for word in words if (measure := threshold_of(word))}
    tested = "f" in thresholds and (told == "threshold" or "critical" in thresholds)
    if not aside and ("threshold" in thresholds or tested):
        return "threshold"
    paths = {measure.role for word in words if (measure := path_of(word))}
    listed = paths & {"sobel", "mediated_share"} or {"path_a", "path_b"} <= paths
    if listed or (told == "mediation" and {"indirect_effect", "path_a"} & paths):
        return None if any(_SPATIAL.search(word) for word in words) else "mediation"
    return None


_MOMENTS = {"mean", "sd", "minimum", "maximum", "median", "quantile"}
_TRANSVARIATION = {"gini_transvariation", "share_transvariation"}


def _of_indices(words: Sequence[str], told: Kind | None, aside: bool) -> Kind | None:
    """Return the kind of a table of index values."""
    shares = {measure.role for word in words if (measure := inequality_of(word))}
    if {"theil_within", "theil_between"} <= shares or _TRANSVARIATION & shares:
        dagum = told == "gini" or _TRANSVARIATION & shares or re.search(r"基尼|gini", " ".join(words), re.I)
        return "gini" if dagum else "inequality"
    coupled = [measure.role for word in words if (measure := coupling_of(word))]
    enough = len(set(coupled)) >= 2 and (told == "coupling" or len(coupled) >= 3)
    if enough and {"coupling_c", "coordination_d"} & set(coupled):
        return "coupling"
    weights = any((measure := weight_of(word)) and measure.role == "weight" for word in words)
    return "weights" if weights and not aside else None
