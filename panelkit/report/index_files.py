"""Tables and figures of composite indices and of coupling coordination, written to a folder, in either language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from panelkit.data.user.panel import province_labels
from panelkit.indices.arrays import coupling
from panelkit.indices.panels.indicator_labels import indicator_label
from panelkit.language.message import Language, in_language, message, term
from panelkit.show import figures
from panelkit.show.files import csv_text, write_whole
from panelkit.show.tables import frame_table

if TYPE_CHECKING:
    from panelkit.indices.panels.composite import Composite
    from panelkit.indices.panels.coordination import Coordination, FormulaSearch
    from panelkit.indices.panels.ranking import RankUncertainty

_HEADS = {
    str(head): head
    for head in (
        term("column of an index", "province"),
        term("column of an index", "year"),
        term("column of an index", "score"),
        term("column of an index", "rank"),
        term("column of an index", "median"),
        term("column of an index", "low"),
        term("column of an index", "high"),
        term("column of an index", "first"),
        term("column of an index", "dimension"),
        term("column of an index", "direction"),
        term("column of an index", "figure"),
        term("column of an index", "weight"),
        term("column of an index", "indicator"),
        term("column of an index", "level"),
        term("column of an index", "level_wang"),
        term("column of an index", "stage"),
        term("column of an index", "pace"),
        term("column of an index", "C"),
        term("column of an index", "T"),
        term("column of an index", "D"),
        term("column of an index", "C_wang"),
        term("column of an index", "D_wang"),
        term("column of an index", "relative"),
    )
}
FORMATS = (".csv", ".tex", ".html", ".docx")


def ranking_table(
    composite: Composite, uncertainty: RankUncertainty | None, language: Language = "en"
) -> pd.DataFrame:
    """Return the last year's scores and ranks, best first, with rank intervals where they were drawn."""
    last = composite.values.index.get_level_values("year").max()
    scores = composite.scores.xs(last, level="year")
    table = pd.DataFrame({"score": scores, "rank": composite.ranks().xs(last, level="year")})
    if uncertainty is not None:
        table = table.join(uncertainty.table[["median", "low", "high", "first"]])
        table = table.astype(dict.fromkeys(("median", "low", "high"), "Int64"))
    table = table.sort_values(["rank", "score"], ascending=[True, False])
    return translated(table, language)


def of_last_year(title: str, values: pd.DataFrame | pd.Series) -> str:
    """Return the title of a table or map of the last year, with that year."""
    return f"{title}, {values.index.get_level_values('year').max()}"


def weight_table(composite: Composite, language: Language = "en", *, short: bool = False) -> pd.DataFrame:
    """Return the indicators with their dimension, direction and weight, labelled in the language.

    `short` leaves out the figures behind them, for a terminal.
    """
    if composite.weights is None:
        return pd.DataFrame()
    table = composite.weights.drop(columns="figure") if short else composite.weights.copy()
    parts = {part.id: getattr(part.label, language) for part in composite.design.dimension}
    labels = {item.id: indicator_label(item, language) for item in composite.design.indicators()}
    table.index = pd.Index([labels[str(name)] for name in table.index], name="indicator")
    table["dimension"] = [parts[str(name)] for name in table["dimension"]]
    return translated(table, language)


def formula_table(found: FormulaSearch, language: Language = "en") -> pd.DataFrame:
    """Return every formula with what it gives, C or D, the share that agrees and the largest gap, best first."""
    table = found.table.drop(columns="symptom")
    yes, no = (in_language(word, language) for word in (message("yes"), message("no")))
    table["right"] = [yes if right else no for right in table["right"]]
    if language == "zh":
        table["formula"] = [coupling.FORMS[name].name.text(language) for name in table["formula"]]
    heads = (
        term("column of an index", "formula"),
        term("column of an index", "quantity"),
        term("column of an index", "agree"),
        term("column of an index", "largest gap"),
        term("column of an index", "right"),
    )
    table.columns = pd.Index([in_language(head, language) for head in heads])
    return table


def coordination_table(
    found: Coordination, language: Language = "en", *, year: int | None = None, short: bool = False
) -> pd.DataFrame:
    """Return C, T, D, their levels in words, and the corrected ones, for one year (default the last), best first.

    `short` leaves out the subsystems, stages and corrected levels, for a terminal.
    """
    years = found.values.index.get_level_values("year")
    held = found.values.xs(years.max() if year is None else year, level="year")
    words = found.words(language).xs(years.max() if year is None else year, level="year")
    numbers = [name for name in (*found.systems, "C", "T", "D", "D_wang", "relative") if name in held]
    if short:
        numbers = [name for name in numbers if name not in (*found.systems, "relative")]
        words = words.drop(columns=["stage", "level_wang"])
    table = held[numbers].join(words).sort_values("D", ascending=False)
    named = system_labels(found, language) if language == "zh" else {}
    return translated(table, language).rename(columns=named)


def system_labels(found: Coordination, language: Language) -> dict[str, str]:
    """Return what each subsystem is called: the label of a shipped design, or its own name."""
    from panelkit.indices.panels.designs import load_design, shipped_designs

    shipped = shipped_designs()
    return {
        name: str(getattr(load_design(name).label, language)) if name in shipped else name
        for name in found.systems
    }


def coordination_notes(found: Coordination, language: Language) -> list[str]:
    """Return the notes of a coordination table; of two subsystems the first says which is which."""
    notes = [note.text(language) for note in found.notes]
    if "pace" not in found.values:
        return notes
    first, second = system_labels(found, language).values()
    who = message("first: {first}; second: {second}", first=first, second=second)
    return [in_language(who, language), *notes]


def coordination_title(language: Language) -> str:
    """Return what tables and figures of coupling coordination are called."""
    return in_language(message("Coupling coordination D"), language)


def translated(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the table with headings and provinces in the language; names that are no provinces stay."""
    names = province_labels(table.index.unique(), language) if table.index.name == "province" else {}
    out = table.rename(index=names) if names else table.copy()
    out = out.rename(columns=lambda name: _head(name, language))
    out.index.name = _head(out.index.name, language)
    return out


def _head(name: Any, language: Language) -> Any:
    """Return the heading of a column; a name that is none of ours stays."""
    return in_language(_HEADS[name], language) if name in _HEADS else name


def write_composite(
    composite: Composite, uncertainty: RankUncertainty | None, folder: Path, language: Language = "en"
) -> list[Path]:
    """Write scores, ranking and weights as tables and five figures; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = [note.text(language) for note in composite.notes]
    title = getattr(composite.design.label, language)
    written = [_csv(composite.values.join(composite.ranks()), folder / "scores.csv")]
    heading = of_last_year(title, composite.values)
    written += _tables(
        ranking_table(composite, uncertainty, language), folder, "ranking", language, notes, heading
    )
    written += _tables(weight_table(composite, language), folder, "weights", language, (), title)
    written += _panel_figures(composite.scores, composite.ranks(), folder, language, title)
    if uncertainty is not None:
        names = province_labels(uncertainty.table.index, language)
        frame = uncertainty.table.assign(label=[names.get(str(n), str(n)) for n in uncertainty.table.index])
        drawn = figures.rank_interval_plot(frame, language=language, title=title, notes=notes[:2])
        written.append(drawn.save(folder / "rank_intervals.svg"))
    return written


def write_coordination(found: Coordination, folder: Path, language: Language = "en") -> list[Path]:
    """Write coordination as tables and figures (map, grades, trend, ranks); return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [note.text(language) for note in found.notes]
    notes = coordination_notes(found, language)
    title = coordination_title(language)
    written = [_csv(found.values.join(found.words(language).add_suffix("_words")), folder / "values.csv")]
    heading = of_last_year(title, found.values)
    written += _tables(coordination_table(found, language), folder, "coordination", language, notes, heading)
    d = found.values["D"]
    ranks = d.groupby(level="year").rank(ascending=False, method="min")
    written += _panel_figures(d, ranks, folder, language, title)
    words = [level.text(language) for level in coupling.LEVELS]
    grades = _labelled(found.words(language)["level"].unstack(), language)
    drawn = figures.heat_map(grades, categories=words, language=language, title=title, notes=told[:2])
    written.append(drawn.save(folder / "levels.svg"))
    return written


def _panel_figures(
    values: pd.Series, ranks: pd.Series, folder: Path, language: Language, title: str
) -> list[Path]:
    table = _labelled(values.unstack(), language)
    years = list(table.columns)
    last = values.xs(years[-1], level="year")
    best = [str(name) for name in table[years[-1]].sort_values(ascending=False).index[:5]]
    drawn: dict[str, Callable[[], Any]] = {
        "heat.svg": lambda: figures.heat_map(table, language=language, title=title),
        "trend.svg": lambda: figures.trend_lines(table.T, highlight=best, language=language, title=title),
        "ranks.svg": lambda: figures.rank_chart(
            _labelled(ranks.unstack(), language).T, highlight=best, language=language, title=title
        ),
    }
    names = province_labels(last.index, language)
    if names:
        drawn["map.svg"] = lambda: figures.province_map(
            last.rename(index=names), language=language, title=of_last_year(title, values), name_omitted=True
        )
    return [draw().save(folder / name) for name, draw in drawn.items()]


def _labelled(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    names = province_labels(table.index, language)
    return table.rename(index=names) if names else table


def _tables(
    table: pd.DataFrame, folder: Path, name: str, language: Language, notes: Any, caption: str
) -> list[Path]:
    written = []
    for ending in FORMATS:
        path = folder / f"{name}{ending}"
        if ending == ".csv":
            _csv(table, path)
        else:
            frame_table(table, path, language=language, notes=notes, caption=caption)
        written.append(path)
    return written


def _csv(table: pd.DataFrame, path: Path) -> Path:
    return write_whole(path, ("\ufeff" + csv_text(table, index=True, float_format="%.10g")).encode("utf-8"))
