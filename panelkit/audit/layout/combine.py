"""What a number is by its row and its column together, in a table of models."""

from __future__ import annotations

import re
from dataclasses import replace

from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.rows import Row
from panelkit.audit.layout.subjects import Subject
from panelkit.audit.vocabulary.marks import is_numbered
from panelkit.audit.vocabulary.spatial import is_w, name_of

_SHARES = {"indirect_effect": "mediated_share", "direct_effect": "direct_share"}
EFFECTS = ("direct", "indirect", "total")


def combined(said: Subject, column: Column, row: Row, of_tests: bool) -> Subject:
    """Return what a number is by its row and its column, in a table of models.

    `of_tests`: the columns are tests, so that one without a word is no model.
    """
    measure = column.said.measure
    if measure is None:
        if of_tests and not said.statistic:
            return replace(said, role="unknown")
        if said.role in EFFECTS and not said.subject and not is_numbered(column.own):
            return replace(said, subject=name_of(column.own))
        if said.role == "rho_or_lambda":
            return replace(said, role=_parameter(column))
        return said
    if measure.role in EFFECTS:
        if said.statistic:
            return said
        return Subject(measure.role, said.subject, length=measure.other)
    if measure.role in ("coefficient", "spatial_lag_x"):
        return said if said.statistic else replace(said, role=measure.role)
    if measure.role == "df":
        return Subject("df", said.role)
    if measure.role == "mediated_share":
        return Subject(_SHARES.get(said.role, "unknown"), said.subject)
    if said.statistic:
        return said
    name = "" if is_w(row.label) else said.subject
    return Subject(measure.role, name or row.label, measure.other, statistic=True)


def _parameter(column: Column) -> str:
    """Return which spatial parameter a model has by its name."""
    name = column.heading.lower()
    if re.search(r"sem|error|误差", name):
        return "lambda"
    return "rho" if re.search(r"sar|sdm|durbin|lag|slm|杜宾|滞后", name) else "unknown"
