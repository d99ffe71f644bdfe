"""A part of a table before its walk: what kind it is, what its columns hold, the names that it uses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from panelkit.audit.layout.blocks import Part
from panelkit.audit.layout.columns import Column, columns_of
from panelkit.audit.layout.correlations import is_correlation
from panelkit.audit.layout.inequality import parts_named
from panelkit.audit.layout.meanings import Meanings
from panelkit.audit.layout.notes import Said
from panelkit.audit.layout.places import label_columns, spread_headings
from panelkit.audit.layout.rows import Labels, Row, rows_of
from panelkit.audit.layout.sections import Section
from panelkit.audit.layout.subjects import Names
from panelkit.audit.layout.tabular import numbered_subjects
from panelkit.audit.layout.walk import Walk
from panelkit.audit.vocabulary.kinds import Kind, kind_of
from panelkit.audit.vocabulary.marks import divides, heads_labels, is_numbered, is_year
from panelkit.audit.vocabulary.spatial import effect_of, is_lagged_outcome, lagged_of, name_of
from panelkit.audit.vocabulary.squeezed import squeezed
from panelkit.audit.vocabulary.statistics import statistic_of
from panelkit.data.provinces import lookup

_PARAMETER = re.compile(r"spatial (?:autoregressive|error) (?:coefficient|parameter)s?:?\s*$", re.IGNORECASE)
"""The end of a title that R prints over the spatial parameter."""


def walk_of(
    part: Part, covered: Mapping[tuple[int, int], str], title: str, said: Said, section: Section
) -> Walk:
    """Return the walk over a part, at its end: `section` is where the part before it ended."""
    places = label_columns(part)
    headings = spread_headings(part, covered)
    figures = [index for index in range(len(part.body[0])) if index not in places]
    rows = list(rows_of(part, Labels(part, places), figures))
    kind = _kind(part, headings, places, rows, title)
    columns = columns_of(part, places, headings, kind)
    if kind in ("models", "mediation", "descriptive") and is_correlation(rows, columns):
        kind = "correlation" if kind != "descriptive" else kind
        columns = columns_of(part, places, headings, kind)
    if kind in ("inequality", "gini"):
        columns = parts_named(columns)
    numbered = numbered_subjects([(row.label, row.above) for row in rows if not row.part and not row.alone])
    names = names_of(rows, columns, title)
    walk = Walk(
        Meanings(kind, names),
        columns,
        Labels(part, places),
        title,
        numbered,
        said.shapes,
        said.tests,
        section,
    )
    if not section.heading and (named := _PARAMETER.search(title)):
        walk.section = replace(section, heading=named[0])
    for line in part.heads:
        if divides(line[0].text) and not heads_labels(line[0].text):
            walk.section = walk.section.entered(line[0].text)
    for row in rows_of(part, walk.labels, figures):
        walk.step(row)
    return walk


def _kind(
    part: Part, headings: Sequence[Sequence[str]], places: Sequence[int], rows: Sequence[Row], title: str
) -> Kind:
    """Return the kind of table by its headings, its labels and its title."""
    heads = [text for line in headings for index, text in enumerate(line) if index not in places and text]
    figures = [cell for line in part.body for index, cell in enumerate(line) if index not in places]
    marked = any(cell.shape == "bracket" or cell.held.stars or cell.held.brackets for cell in figures)
    labels = [row.label for row in rows if not row.alone]
    kind = kind_of(title, heads, labels, marked)
    starred = any(cell.held.stars for cell in figures)
    return "values" if kind == "models" and not starred and _of_places(labels, heads) else kind


def _of_places(labels: Sequence[str], heads: Sequence[str]) -> bool:
    """Return whether a table without stars lists values of provinces, or by years, rather than a model."""
    known = [label for label in labels if label and not statistic_of(label)[0]]
    if not known or len(known) < len(labels):
        return False
    places = sum(lookup(label) is not None for label in known)
    years = (
        len(heads) > 1
        and all(map(is_year, heads))
        and not any(lagged_of(one) or effect_of(one) for one in known)
    )
    return 2 * places > len(known) or years


def names_of(rows: Sequence[Row], columns: Sequence[Column], title: str) -> Names:
    """Return the names by which the rows of a table of models are told apart."""
    labels = [row.label for row in rows if row.label]
    pieces = [piece for column in columns for piece in column.pieces if not is_numbered(piece)]
    outcomes = {name_of(column.dependent) for column in columns if column.dependent}
    own = {name_of(label) for label in labels}
    headed = {name_of(piece) for piece in pieces} - own
    words = [*labels, *pieces]
    effects = {effect.role for word in words if (effect := effect_of(word))}
    lengths = {effect.length for word in words if (effect := effect_of(word))}
    said = {squeezed(label) for label in labels}
    spatial = any(lagged_of(label) for label in labels) or "lambda" in said
    return Names(
        labels=frozenset(own),
        outcomes=frozenset(outcomes | headed),
        both_effects={"direct", "indirect"} <= effects,
        both_runs="long" in lengths and ("short" in lengths or any(map(is_lagged_outcome, labels))),
        of_effects=bool({"sigmau", "σu", "sigma_u"} & said) and not spatial,
    )
