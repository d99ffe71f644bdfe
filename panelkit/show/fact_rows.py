"""The rows below the estimates: facts of every fit, effects, and groups of terms as yes and no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message
from panelkit.show.checks import need_known
from panelkit.show.chosen_terms import held_groups
from panelkit.show.estimator_words import worth_saying
from panelkit.show.grid import Row, p_text, plain_cell
from panelkit.show.model_columns import STATISTICS, Column
from panelkit.show.table_style import TableStyle
from panelkit.show.words import count_label, word

# What other programs call a fact.
ALSO = {
    "N": "nobs",
    "N_g": "n_units",
    "N_clust": "n_clusters",
    "g_avg": "n_periods",
    "r2_w": "r2_within",
    "r2_a": "r2_adjusted",
    "ll": "loglik",
    "idstat": "rk_lm",
    "rkf": "rk_f",
    "widstat": "rk_f",
    "cdf": "cragg_donald_f",
    "estimator": "fitted_by",
}


def fact_rows(columns: Sequence[Column], style: TableStyle, language: Language) -> tuple[Row, ...]:
    """Return the rows of groups of terms, then of facts.

    Raises
    ------
    StyleError
        If the style names a fact that no fit has, with those that there are.
    """
    labels = style.labels or {}
    keys, given = _asked(columns, style)
    rows = [*_group_rows(columns, style, language)]
    for key in keys:
        if key == "effects" and key not in given:
            rows += _effect_rows(columns, language, labels)
            continue
        cells = tuple(_cell(key, column.facts.get(key), style.decimals, language) for column in columns)
        if any(cells) or style.stats is not None:
            label = given.get(key) or labels.get(key) or _fact_label(key, columns, language)
            rows.append(Row(label=label, cells=cells))
    return tuple(rows)


def _cell(key: str, value: Any, decimals: int, language: Language) -> str:
    """Return a fact as a cell; p-values as those below the estimates."""
    if key.endswith("_p") and isinstance(value, float):
        return p_text(value, max(3, decimals))
    return fact_text(value, decimals, language)


def _asked(columns: Sequence[Column], style: TableStyle) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the facts that are printed, and the labels that the style gives them."""
    if style.stats is None:
        told = style.names is None and worth_saying(column.facts.get("fitted_by") for column in columns)
        return STATISTICS if told else STATISTICS[1:], {}
    held = list(dict.fromkeys(key for column in columns for key in column.facts if key != "uncertainty"))
    named = {name: _known(name, held) for name in style.stats}
    need_known(named.values(), held, "stats=")
    labels = style.stats if isinstance(style.stats, Mapping) else {}
    return tuple(named.values()), {named[name]: label for name, label in labels.items()}


def _known(name: str, held: Sequence[str]) -> str:
    if name in held:
        return name
    if ALSO.get(name) in held:
        return ALSO[name]
    return next((key for key in held if key.replace(" ", "_") == name), name)


def fact_text(value: Any, decimals: int, language: Language) -> str:
    """Return a fact as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return word("yes" if value else "no", language)
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, tuple) and len(value) == 2:
        return "–".join(str(part) for part in value)
    return plain_cell(value, decimals)


def _group_rows(columns: Sequence[Column], style: TableStyle, language: Language) -> list[Row]:
    held = [held_groups(column, style.groups, language) for column in columns]
    told: dict[bool | None, str] = {True: word("yes", language), False: word("no", language), None: ""}
    return [Row(label=head, cells=tuple(told[groups[head]] for groups in held)) for head in style.groups]


def _fact_label(key: str, columns: Sequence[Column], language: Language) -> str:
    return (
        count_label(key, language, _levels(columns))
        if key in ("n_units", "n_periods")
        else word(key, language)
    )


def _levels(columns: Sequence[Column]) -> Levels:
    """Return the names of unit and time that all columns share; units and periods where they differ."""
    held = [column.levels for column in columns if column.levels is not None]
    names = [list(dict.fromkeys(pair[at] for pair in held)) for at in (0, 1)]
    unit, time = (
        found[0] if len(found) == 1 else general
        for found, general in zip(names, ("unit", "period"), strict=True)
    )
    return unit, time


def _effect_rows(columns: Sequence[Column], language: Language, labels: Mapping[str, str]) -> list[Row]:
    named = [column.facts.get("effects") for column in columns]
    if not any(isinstance(name, str) for name in named):
        return []
    rows = []
    for key, holds in (("unit_effects", ("unit", "twoway")), ("time_effects", ("time", "twoway"))):
        cells = tuple("" if name is None else word(_held(str(name), key, holds), language) for name in named)
        label = labels.get(key) or count_label(key, language, _levels(columns))
        rows.append(Row(label=label, cells=cells))
    return rows


def _held(name: str, key: str, holds: tuple[str, ...]) -> str:
    """Return whether a fit with effects of that name has those of a dimension: yes, no, or as random effects."""
    if name.startswith("random"):
        return "random" if key == "unit_effects" else "no" if name == "random" else "yes"
    return "yes" if name in holds else "no"
