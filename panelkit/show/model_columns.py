"""What one fit shows in a table: its cells by equation and term, its facts, its notes, in one column or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message, counted, message
from panelkit.language.spelt import option
from panelkit.show.estimator_words import estimator_of
from panelkit.show.foreign import foreign_fit
from panelkit.show.grid import number, p_text, significance
from panelkit.show.table_style import TableStyle
from panelkit.show.words import equation_word

STATISTICS = (
    "fitted_by",
    "nobs",
    "n_units",
    "n_periods",
    "years",
    "n_clusters",
    "factors",
    "effects",
    "n_instruments",
    "gmm_steps",
    "gmm_transform",
    "ar1_p",
    "ar2_p",
    "sargan_p",
    "hansen_p",
    "root",
    "weights",
    "r2_within",
    "r2",
    "first_stage_f",
    "effective F",
    "rk_lm",
    "anderson_lm",
    "cragg_donald_f",
    "rk_f",
    "loglik",
)
# Facts that some results have and the default table does not print.
FURTHER = ("r2_adjusted", "aic", "bic")
_LAGGED = "W*"
_MAIN = "main"

Key = tuple[str, str]
Cell = tuple[str, ...]
Named = tuple[Any, str, tuple[Message, ...], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """What one fit shows: its cells by (equation, term), each an estimate and what stands below it, and its facts.

    A fit whose equations stand side by side is several columns; `of` is the number of the fit among all, and only the
    first of them carries facts and notes. `heads` are the lines of the head below the number.
    """

    cells: Mapping[Key, Cell]
    heads: tuple[str, ...]
    facts: Mapping[str, Any]
    notes: tuple[str, ...]
    of: int
    outcome: str = ""
    levels: Levels | None = None
    terms: frozenset[str] = frozenset()
    spread: bool = False


def columns_of(models: Sequence[Any], style: TableStyle, language: Language) -> list[Column]:
    """Return the columns of all models, equations side by side where the style asks for it."""
    columns: list[Column] = []
    for of, (model, name, stage, facts) in enumerate(_named_models(models, style)):
        column = _read(model, style, language, of=of)
        heads = tuple(filter(None, (name, *(word.text(language) for word in stage))))
        facts = {**column.facts, **facts}
        facts = {**facts, **_statistics_asked(model, style, facts)}
        column = replace(column, heads=heads, facts=facts)
        columns += _spread(column, model, style, language)
    return _joined(columns)


def _statistics_asked(model: Any, style: TableStyle, facts: Mapping[str, Any]) -> dict[str, float]:
    """Return the statistics of a model where the style asks for what its facts lack: adjusted R2, F, AIC."""
    if not hasattr(model, "model_statistics") or all(name in facts for name in style.stats or ()):
        return {}
    return {key: value for key, value in model.model_statistics().values.items() if key not in facts}


def _named_models(models: Sequence[Any], style: TableStyle) -> list[Named]:
    """Return models with names and further facts; first stages before their second where they are asked for."""
    names = style.names or ("",) * len(models)
    if len(names) != len(models):
        raise StyleError(
            counted(
                "{n} model but names for {given}: give one name a model",
                "{n} models but names for {given}: give one name a model",
                len(models),
                given=len(names),
            )
        )
    if not style.first_stages:
        return [(model, name, (), {}) for model, name in zip(models, names, strict=True)]
    found: list[Named] = []
    for model, name in zip(models, names, strict=True):
        stages = tuple(getattr(model, "first_stages", ()))
        for stage in stages:
            strength = model.facts.get(f"first-stage F of {stage.outcome}")
            facts = {} if strength is None else {"first_stage_f": strength}
            found.append((stage, name, (message("First stage"),), facts))
        found.append((model, name, (message("Second stage"),) if stages else (), {}))
    if len(found) == len(models):
        raise StyleError(
            message(
                "{first_stages} is for fits with instruments, and none of the models has a first stage",
                first_stages=option("first_stages", flag="--first-stage"),
            )
        )
    return found


def _read(model: Any, style: TableStyle, language: Language, *, of: int) -> Column:
    other = None if hasattr(model, "__maketables_coef_table__") else foreign_fit(model)
    table = model.__maketables_coef_table__ if other is None else other.table
    table = _at_level(table, model, style.level, foreign=other is not None)
    equations = list(table["equation"]) if "equation" in table else [""] * len(table)
    terms = [term if isinstance(term, Message) else str(term) for term in table.get("term", table.index)]
    cells = {}
    for i, key in enumerate(zip(equations, terms, strict=True)):
        line = _exponentiated(table.iloc[i], key[1]) if style.exponentiate else table.iloc[i]
        top = number(line["b"], style.decimals)
        top += significance(float(line["p"]), style.star_levels) if top else ""
        cells[key] = (top, *(_second(line, kind, style) for kind in style.seconds))
    outcome = _attribute(model, "__maketables_depvar__") if other is None else other.outcome
    notes = getattr(model, "notes", ()) or ()
    return Column(
        cells=cells,
        heads=(),
        outcome=outcome.text(language) if isinstance(outcome, Message) else str(outcome),
        facts=_facts(model) if other is None else other.facts,
        notes=tuple(notes) if isinstance(notes, tuple) else (),
        levels=getattr(model, "level_names", None),
        of=of,
        terms=frozenset(map(str, terms)),
    )


def _at_level(table: pd.DataFrame, model: Any, level: float, *, foreign: bool) -> pd.DataFrame:
    """Return the estimates with intervals of another level than 95 %."""
    if level == 0.95:
        return table
    if foreign:
        raise StyleError(
            message(
                "{level} other than 0.95 needs results of panelkit, not {kind}",
                level=option("level"),
                kind=type(model).__name__,
            )
        )
    told = model.tidy(level)
    return table.assign(ci95l=told["conf_low"].to_numpy(), ci95u=told["conf_high"].to_numpy())


def _exponentiated(line: pd.Series, term: str) -> pd.Series:
    """Return exp(b), its error by the delta method and the ends of its interval; t and p stay those of b."""
    with np.errstate(over="ignore"):
        changed = {name: np.exp(float(line[name])) for name in ("b", "ci95l", "ci95u") if name in line}
        changed["se"] = changed["b"] * float(line["se"])
    if not np.isfinite(changed["b"]) and np.isfinite(float(line["b"])):
        raise StyleError(
            message(
                "{exponentiate}: exp({value:.6g}) of `{term}` is beyond the largest number: rescale it",
                exponentiate=option("exponentiate", flag="--eform"),
                value=float(line["b"]),
                term=str(term),
            )
        )
    return pd.Series({**line, **changed}, dtype=object)


def _attribute(model: Any, name: str) -> Any:
    value = getattr(model, name, None)
    return "" if value is None else value


def _facts(model: Any) -> dict[str, Any]:
    further = dict(getattr(model, "table_facts", {}) or {})
    facts = {**dict(getattr(model, "facts", {}) or {}), **further, **_of_instruments(model)}
    named = estimator_of(model)
    facts = facts if named is None else {**facts, "fitted_by": named}
    made = getattr(model, "uncertainty", None)
    return facts if made is None else {**facts, "uncertainty": made}


def _of_instruments(model: Any) -> dict[str, float]:
    """Return the statistics of weak identification by their keys; none of a fit without instruments."""
    table = getattr(model, "weak_identification", None)
    if table is None:
        return {}
    elsewhere = {"first_stage_f", "effective_f"}
    if (
        "anderson_lm" in table.numbers
    ):  # errors of one variance: the rank test's F is the one of Cragg and Donald
        elsewhere.add("rk_f")
    return {key: value for key, value in table.numbers.items() if key not in elsewhere and value == value}


def _second(line: pd.Series, kind: str, style: TableStyle) -> str:
    decimals = style.decimals
    if kind == "se":
        text = number(line["se"], decimals)
    elif kind == "t":
        text = number(line["t"], max(2, decimals - 1))
    elif kind == "p":
        text = p_text(float(line["p"]), max(3, decimals))
    else:
        low, high = number(line["ci95l"], decimals), number(line["ci95u"], decimals)
        text = f"{low}, {high}" if low and high else ""
    left, right = {"parentheses": "()", "brackets": "[]", "none": ("", "")}[style.brackets(kind)]
    return f"{left}{text}{right}" if text else ""


def _spread(column: Column, model: Any, style: TableStyle, language: Language) -> list[Column]:
    """Return one column an equation where they share their terms; other equations stay in the first column."""
    shared = _shared_equations(column)
    effects = hasattr(model, "uncertainty") and len(shared) == len({key[0] for key in column.cells})
    wanted = style.equations == "columns" or (style.equations == "auto" and (effects or _alike(column)))
    if len(shared) < 2 or not wanted:
        return [column]
    found = []
    labels = style.labels or {}
    for at, equation in enumerate(shared):
        own = {("", _bare(term)): cell for (held, term), cell in column.cells.items() if held == equation}
        rest = {key: cell for key, cell in column.cells.items() if at == 0 and key[0] not in shared}
        head = labels.get(equation) or equation_word(equation, language)
        found.append(
            replace(
                column,
                cells={**own, **rest},
                heads=(*column.heads, head),
                facts=column.facts if at == 0 else {},
                notes=column.notes if at == 0 else (),
                spread=True,
            )
        )
    return found


def _alike(column: Column) -> bool:
    """Return whether every equation has the same terms and none is the main one, as in a panel VAR."""
    by_equation: dict[str, set[str]] = {}
    for equation, term in column.cells:
        by_equation.setdefault(equation, set()).add(str(term))
    sets = list(by_equation.values())
    return len(sets) > 1 and _MAIN not in by_equation and all(held == sets[0] for held in sets)


def _shared_equations(column: Column) -> list[str]:
    """Return the equations that share a term with another one: main and wx, or direct, indirect and total."""
    by_equation: dict[str, set[str]] = {}
    for equation, term in column.cells:
        by_equation.setdefault(equation, set()).add(_bare(term))
    return [
        equation
        for equation, terms in by_equation.items()
        if equation and any(terms & held for other, held in by_equation.items() if other != equation)
    ]


def _bare(term: str) -> str:
    """Return a term without the mark of its spatial lag."""
    return term if isinstance(term, Message) else term.removeprefix(_LAGGED)


def _joined(columns: list[Column]) -> list[Column]:
    """Let equations side by side, and fits of one equation, stand in the rows of the main equation of the others."""
    hosts: dict[str, str] = {}
    for column in columns:
        for equation, term in column.cells:
            if not column.spread:
                hosts.setdefault(str(term), equation)
    main = _MAIN if _MAIN in {key[0] for column in columns for key in column.cells} else ""
    return [
        replace(
            column,
            cells={
                (equation or (hosts.get(str(term)) if column.spread else "") or main, term): cell
                for (equation, term), cell in column.cells.items()
            },
        )
        for column in columns
    ]
