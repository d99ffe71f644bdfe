"""The grid of a new claim: the choices that a critic would ask about first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from panelkit.claims.new import notes
from panelkit.claims.new.answers import Answers
from panelkit.claims.new.page import Page
from panelkit.claims.own_panel import OwnPanel
from panelkit.language.message import Message, counted, message

_FEWEST_YEARS = 8
"""Below so many years one less is no sample that conditions can be asked of."""
_LONGEST_LAG = 5

Axis = tuple[str, Message, Message, str, Message, dict[str, Any]]


def write_grid(page: Page, answers: Answers, panel: OwnPanel | None) -> None:
    """Write the grid of a kind that walks one: a year later, without controls, without the first year."""
    if not answers.kind.WALKED:
        return
    page.head("[claim.grid]", notes.GRID)
    if answers.kind.TESTED and "treatment" in answers.kind.model_fields:
        page.field("leave_one_out", "province" if panel is None or panel.provincial else "unit")
    for name, label, main, option, changed, fields in _axes(answers, panel):
        page.head("[[claim.grid.axis]]")
        page.field("id", name)
        page.field("label", _both(label))
        page.field("main", _both(main))
        page.field("option", [{"id": option, "label": _both(changed), **fields}])


def _axes(answers: Answers, panel: OwnPanel | None) -> Iterator[Axis]:
    design = answers.kind.model_fields
    lag = answers.value("design", "lag", 0)
    if "lag" in design and isinstance(lag, int) and lag < _LONGEST_LAG:
        yield (
            "lag",
            message("lag of the treatment"),
            _years_back(lag),
            "later",
            _years_back(lag + 1),
            {"lag": lag + 1},
        )
    if "controls" in design and answers.value("design", "controls"):
        none = message("without controls")
        yield (
            "controls",
            message("controls held fixed"),
            message("as declared"),
            "none",
            none,
            {"controls": []},
        )
    if panel is not None and len(panel.years) >= _FEWEST_YEARS and not answers.known("sample", "years"):
        later = {"years": [panel.years[1], "newest"]}
        first = message("without the first year")
        yield "years", message("years of the sample"), message("as declared"), "shorter", first, later


def _years_back(lag: int) -> Message:
    if lag == 0:
        return message("same year")
    return counted("{n} year earlier", "{n} years earlier", n=lag)


def _both(said: Message) -> dict[str, str]:
    return {"en": said.text("en"), "zh": said.text("zh")}
