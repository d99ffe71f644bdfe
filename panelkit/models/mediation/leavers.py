"""Who left the sample of a mediation, and why, as remarks."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from panelkit.language.message import Message, message, sentences
from panelkit.panel.design import Design
from panelkit.panel.leaving import reason_of


def sample_remarks(design: Design) -> list[Message]:
    """Return how many rows left, by reason, and which units left whole."""
    dropped = design.dropped
    if not len(dropped):
        return []
    told = [
        message("{reason} ({rows})", reason=reason, rows=count)
        for reason, count in Counter(dropped["reason"]).most_common()
    ]
    found = [message("{rows} rows left the sample of every equation: {told}", rows=len(dropped), told=told)]
    gone = dropped[~dropped["province"].isin(list(design.unit_labels))]
    for reason, names in _reasons_of_all_rows(gone).items():
        found.append(
            message(
                "{names}: no complete row ({reason}), so the whole {unit} left the sample of every equation",
                names=names,
                reason=reason,
            )
        )
    return found


def _reasons_of_all_rows(gone: pd.DataFrame) -> dict[Message, list[str]]:
    """Return the units without a row by what all their rows lack, or by every reason where that is nothing."""
    found: dict[Message, list[str]] = {}
    for name, rows in gone.groupby("province", sort=True) if len(gone) else ():
        reasons = list(dict.fromkeys(rows["reason"]))
        lacking = [reason_of(reason).columns for reason in reasons]
        always = [column for column in lacking[0] if all(column in others for others in lacking)]
        by = message("missing: {columns}", columns=always) if always else sentences(reasons)
        found.setdefault(by, []).append(str(name))
    return found
