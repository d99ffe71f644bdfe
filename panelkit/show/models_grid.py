"""Fits side by side as a grid: terms, equations as panels, facts and notes below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message, in_language, message
from panelkit.show.checks import need_known, star_levels
from panelkit.show.grid import (
    INDENT,
    Grid,
    Row,
    need_decimals,
    need_texts,
    note_tuple,
    number,
    plain_cell,
    significance,
)
from panelkit.show.words import (
    count_label,
    equation_word,
    stars_note,
    term_word,
    uncertainty_words,
    word,
)

Below = Literal["se", "t", "ci", "p"] | None
STATISTICS = (
    "nobs",
    "n_units",
    "n_periods",
    "years",
    "n_clusters",
    "effects",
    "weights",
    "r2_within",
    "r2",
    "effective F",
    "loglik",
)
# Facts that some results have and the default table does not print.
FURTHER = ("r2_adjusted", "aic", "bic", "vcov", "convention")
_MAKETABLES_KEYS = {"nobs": "N", "loglik": "ll", "r2_adjusted": "adj_r2"}


@dataclass(frozen=True, kw_only=True)
class _Column:
    """What one fit shows: its cells by (equation, term), its facts, its notes."""

    cells: Mapping[tuple[str, str], tuple[str, str]]
    outcome: str
    facts: Mapping[str, Any]
    notes: tuple[str, ...]
    levels: Levels | None = None


def models_grid(
    models: Sequence[Any],
    *,
    language: Language = "en",
    names: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    below: Below = "se",
    stars: tuple[float, ...] | None = (0.10, 0.05, 0.01),
    decimals: int = 3,
    stats: Sequence[str] | Mapping[str, str] | None = None,
    notes: Sequence[str] | str = (),
    caption: str | None = None,
    label: str | None = None,
) -> Grid:
    """Return fits side by side: terms in first-seen order, equations as panels, facts below.

    `models` are results with maketables attributes (or anything maketables can read); `labels` maps terms,
    equations, outcomes and facts to what is printed; `stats` names the facts to print (or their labels).
    """
    models = [models] if hasattr(models, "__maketables_coef_table__") else list(models)
    if not models:
        raise StyleError(message("a table needs at least one model"))
    if names is not None and (isinstance(names, str) or not isinstance(names, Sequence)):
        raise StyleError(message("names= lists one name a model, not {names!r}", names=names))
    if names is not None and len(names) != len(models):
        raise StyleError(
            message(
                "{count} models but {given} names: give one name a model",
                count=len(models),
                given=len(names),
            )
        )
    if below not in ("se", "t", "ci", "p", None):
        raise StyleError(message("below is 'se', 't', 'ci', 'p' or None, not {below!r}", below=below))
    stars = star_levels(stars)
    need_decimals(decimals)
    named = dict(need_texts({} if labels is None else labels, "labels="))
    columns = [_read(model, below, stars, decimals, language) for model in models]
    keys = list(dict.fromkeys(key for column in columns for key in column.cells))
    body = _body(keys, columns, named, below, language)
    facts = _fact_rows(columns, stats, named, decimals, language)
    return Grid(
        header=_header(columns, names, named),
        blocks=tuple(block for block in (body, facts) if block),
        notes=(*_standard_notes(columns, below, stars, language), *note_tuple(notes)),
        caption=caption,
        label=label,
        language=language,
    )


def _read(
    model: Any, below: Below, stars: tuple[float, ...] | None, decimals: int, language: Language
) -> _Column:
    extractor = _extractor(model)
    table = extractor.coef_table(model) if extractor is not None else model.__maketables_coef_table__
    equations = list(table["equation"]) if "equation" in table else [""] * len(table)
    terms = [term if isinstance(term, Message) else str(term) for term in table.get("term", table.index)]
    cells = {}
    for i, key in enumerate(zip(equations, terms, strict=True)):
        line = table.iloc[i]
        top = number(line["b"], decimals) + significance(float(line["p"]), stars)
        cells[key] = (top, _second(line, below, decimals))
    outcome = extractor.depvar(model) if extractor is not None else _attribute(model, "__maketables_depvar__")
    return _Column(
        cells=cells,
        outcome=outcome.text(language) if isinstance(outcome, Message) else str(outcome),
        facts=_facts(model, extractor),
        notes=tuple(getattr(model, "notes", ()) or ())
        if isinstance(getattr(model, "notes", ()), tuple)
        else (),
        levels=getattr(model, "level_names", None),
    )


def _extractor(model: Any) -> Any:
    """Return maketables' reader of a foreign result, or None for one that carries the attributes itself."""
    if hasattr(model, "__maketables_coef_table__"):
        return None
    from maketables.extractors import get_extractor

    return get_extractor(model)


def _attribute(model: Any, name: str) -> Any:
    value = getattr(model, name, None)
    return "" if value is None else value


def _facts(model: Any, extractor: Any) -> dict[str, Any]:
    if extractor is None:
        facts = dict(getattr(model, "facts", {}) or {})
        made = getattr(model, "uncertainty", None)
        return facts if made is None else {**facts, "uncertainty": made}
    keys = (*STATISTICS, *FURTHER[:3])
    found = {key: extractor.stat(model, _MAKETABLES_KEYS.get(key, key)) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def _second(line: pd.Series, below: Below, decimals: int) -> str:
    if below == "se":
        text = number(line["se"], decimals)
        return f"({text})" if text else ""
    if below == "t":
        text = number(line["t"], max(2, decimals - 1))
        return f"({text})" if text else ""
    if below == "p":
        p = float(line["p"])
        return "" if math.isnan(p) else "[<0.001]" if p < 0.001 else f"[{p:.3f}]"
    if below == "ci":
        low, high = number(line["ci95l"], decimals), number(line["ci95u"], decimals)
        return f"[{low}, {high}]" if low and high else ""
    return ""


def _header(
    columns: Sequence[_Column], names: Sequence[str] | None, labels: Mapping[str, str]
) -> tuple[str, ...]:
    cells = []
    for i, column in enumerate(columns):
        lines = [f"({i + 1})"]
        if names is not None and names[i]:
            lines.append(names[i])
        if column.outcome:
            lines.append(labels.get(column.outcome, column.outcome))
        cells.append("\n".join(lines))
    if len({cell.count("\n") for cell in cells}) > 1:
        deepest = max(cell.count("\n") for cell in cells)
        cells = [cell + "\n" * (deepest - cell.count("\n")) for cell in cells]
    return tuple(cells)


def _body(
    keys: list[tuple[str, str]],
    columns: Sequence[_Column],
    labels: Mapping[str, str],
    below: Below,
    language: Language,
) -> tuple[Row, ...]:
    blank = ("",) * len(columns)
    rows: list[Row] = []
    equations = list(dict.fromkeys(equation for equation, _ in keys))
    for equation in equations:
        if equation:
            rows.append(Row(label=labels.get(equation) or equation_word(equation, language), cells=blank))
        for key in [key for key in keys if key[0] == equation]:
            pairs = [column.cells.get(key, ("", "")) for column in columns]
            name = labels.get(key[1]) or term_word(key[1], language)
            rows.append(Row(label=INDENT + name if equation else name, cells=tuple(top for top, _ in pairs)))
            if below is not None:
                rows.append(Row(label="", cells=tuple(second for _, second in pairs)))
    return tuple(rows)


def _fact_rows(
    columns: Sequence[_Column],
    stats: Sequence[str] | Mapping[str, str] | None,
    labels: Mapping[str, str],
    decimals: int,
    language: Language,
) -> tuple[Row, ...]:
    if stats is not None and (isinstance(stats, str) or not isinstance(stats, Iterable)):
        kind = message("one text") if isinstance(stats, str) else message("that")
        raise StyleError(
            message(
                "stats= lists names of facts, ('nobs', 'r2'), not {kind}: {stats!r}", kind=kind, stats=stats
            )
        )
    keys = STATISTICS if stats is None else tuple(stats)
    held = [key for column in columns for key in column.facts]
    need_known(keys, (*STATISTICS, *FURTHER, *held), "stats=")
    given = dict(stats) if isinstance(stats, Mapping) else {}
    need_texts(given, "stats=")
    rows = []
    for key in keys:
        if key == "effects" and key not in given:
            rows += _effect_rows(columns, language)
            continue
        cells = tuple(_fact(column.facts.get(key), decimals, language) for column in columns)
        if any(cells) or stats is not None:
            label = given.get(key) or labels.get(key) or _fact_label(key, columns, language)
            rows.append(Row(label=label, cells=cells))
    return tuple(rows)


def _fact_label(key: str, columns: Sequence[_Column], language: Language) -> str:
    return (
        count_label(key, language, _levels(columns))
        if key in ("n_units", "n_periods")
        else word(key, language)
    )


def _levels(columns: Sequence[_Column]) -> Levels:
    """Return the names of unit and time that all columns share; units and periods where they differ."""
    held = [column.levels for column in columns if column.levels is not None]
    names = [list(dict.fromkeys(pair[at] for pair in held)) for at in (0, 1)]
    unit, time = (
        found[0] if len(found) == 1 else general
        for found, general in zip(names, ("unit", "period"), strict=True)
    )
    return unit, time


def _fact(value: Any, decimals: int, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return word("yes" if value else "no", language)
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, tuple) and len(value) == 2:
        return "–".join(str(part) for part in value)
    return plain_cell(value, decimals)


def _effect_rows(columns: Sequence[_Column], language: Language) -> list[Row]:
    named = [column.facts.get("effects") for column in columns]
    if not any(isinstance(name, str) for name in named):
        return []
    rows = []
    for key, holds in (("unit_effects", ("unit", "twoway")), ("time_effects", ("time", "twoway"))):
        cells = tuple("" if name is None else word(_held(str(name), key, holds), language) for name in named)
        rows.append(Row(label=count_label(key, language, _levels(columns)), cells=cells))
    return rows


def _held(name: str, key: str, holds: tuple[str, ...]) -> str:
    """Return whether a fit with effects of that name has those of a dimension: yes, no, or as random effects."""
    if name.startswith("random"):
        return "random" if key == "unit_effects" else "no" if name == "random" else "yes"
    return "yes" if name in holds else "no"


def _standard_notes(
    columns: Sequence[_Column], below: Below, stars: tuple[float, ...] | None, language: Language
) -> list[str]:
    notes = [] if below is None else [word(f"below_{below}", language)]
    if stars:
        notes.append(stars_note(stars, language))
    named = [_fact(column.facts.get("vcov"), 3, language) for column in columns]
    conventions = [_unexplained_convention(column) for column in columns]
    for title, texts in (("covariance", named), ("convention", conventions)):
        text = _by_model(texts, language)
        if text:
            notes.append(word(title, language) + word("colon", language) + text)
    made = _by_model(
        [_uncertainty(column.facts.get("uncertainty"), language) for column in columns], language
    )
    if made:
        notes.append(made)
    told = [note for column in columns for note in column.notes if note != _made_note(column)]
    notes += list(dict.fromkeys(in_language(note, language) for note in told))
    return notes


def _unexplained_convention(column: _Column) -> str:
    """Return the convention's name, or nothing where a note of the fit says what it means."""
    name = str(column.facts.get("convention") or "")
    explained = {note.values.get("convention") for note in column.notes if isinstance(note, Message)}
    return "" if name in explained else name


def _uncertainty(made: Any, language: Language) -> str:
    if made is None:
        return ""
    parts = uncertainty_words(made.method, made.reps, made.seed, made.discarded)
    return word("comma", language).join(part.text(language) for part in parts)


def _made_note(column: _Column) -> str | None:
    """Return the note that says how the uncertainty was made, which stands under the table already."""
    made = column.facts.get("uncertainty")
    return None if made is None else made.sentence()


def _by_model(texts: Sequence[str], language: Language) -> str:
    """Return one text where all models share it, else each text after the numbers of its models."""
    distinct = [text for text in dict.fromkeys(texts) if text]
    if len(distinct) <= 1 and all(texts):
        return distinct[0] if distinct else ""
    parts = []
    for text in distinct:
        numbers = ", ".join(f"({i + 1})" for i, other in enumerate(texts) if other == text)
        parts.append(f"{numbers} {text}")
    return word("semicolon", language).join(parts)
