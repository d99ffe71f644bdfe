"""What a composite index says under its tables: extremes, weights, rows without a score, flags of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from panelkit.indices.panels.designs import (
    CompositeDesign,
)
from panelkit.language.message import Message, Told, message
from panelkit.panel.provenance import place_notes
from panelkit.results.fit import FloatArray

HIGH_CONCENTRATION = 0.5


def notes_of(
    plan: CompositeDesign, frame: pd.DataFrame, dropped: pd.DataFrame, w: FloatArray
) -> tuple[Message, ...]:
    """Return the notes of a composite, each once.

    Parameters
    ----------
    plan
        The design.
    frame
        Its figures by (province, year), with what they say of themselves in `attrs`.
    dropped
        The rows without a score, one a row.
    w
        The weights of the indicators (k,).
    """
    said: list[Message] = list(place_notes(frame))
    if plan.extremes == "per_year":
        said.append(
            message(
                "extremes of each {period}: every {period} spans [0, 1], so that levels do not compare over time"
            )
        )
    said += _concentration(plan, w)
    if len(dropped):
        said.append(message("{n} {unit}-{periods} without all indicators have no score", n=len(dropped)))
    said += _flags(frame, plan.columns())
    if plan.absent:
        named = [Told(item.label.en, item.label.zh) for item in plan.absent]
        said.append(message("not among the shipped figures: {indicators}", indicators=named))
    return tuple(dict.fromkeys(said))


def flag_note(flag: Mapping[str, Any]) -> Message:
    """Return what a flag of the figures says of one indicator in one year, whatever the province."""
    return message(
        "{indicator} {year}: {why}", indicator=flag["indicator"], year=flag["year"], why=_reason(flag)
    )


def _flags(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[Message]:
    from panelkit.data.provinces import labels_of

    names, chinese = labels_of("en"), labels_of("zh")
    said = []
    for flag in frame.attrs.get("panelkit", {}).get("flags", []):
        if flag["indicator"] not in columns:
            continue
        code = int(flag["adcode"])
        place = Told(str(names[code]), str(chinese[code])) if code in names else message("all provinces")
        said.append(
            message(
                "{indicator}, {place} {year}: {why}",
                indicator=flag["indicator"],
                place=place,
                year=flag["year"],
                why=_reason(flag),
            )
        )
    return said


def _reason(flag: Mapping[str, Any]) -> Told:
    return Told(flag["why"], flag.get("why_zh", ""))


def _concentration(plan: CompositeDesign, w: FloatArray) -> list[Message]:
    few = len(w) // 5
    order = np.argsort(-w)[:few]
    if few == 0 or w[order].sum() <= HIGH_CONCENTRATION:
        return []
    heavy = [plan.indicators()[i].id for i in order]
    return [
        message(
            "a fifth of the indicators ({indicators}) carries more than half of the weight", indicators=heavy
        )
    ]
