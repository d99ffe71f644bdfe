"""What a table of productivity says beside its numbers."""

from __future__ import annotations

import pandas as pd

from panelkit.language.message import Message, message


def title_of(technology: str, undesirable: bool) -> Message:
    """Return the head of the table."""
    if undesirable and technology == "global":
        return message("Global Malmquist-Luenberger index")
    if undesirable:
        return message("Malmquist-Luenberger index")
    if technology == "global":
        return message("Global Malmquist index")
    return message("Malmquist index")


def notes_of(values: pd.DataFrame, technology: str, split: str, undesirable: bool) -> tuple[Message, ...]:
    """Return how the index is made, what it is not, and which cells are undefined."""
    lost = values.isna()
    said = [_made(technology, split)]
    if technology == "adjacent":
        said.append(
            message(
                "an adjacent index is not circular: its chain over several {periods} depends on those between"
            )
        )
    if undesirable:
        said.append(
            message(
                "undesirable outputs are weakly disposable, and distances go along more outputs and less of them "
                "(Chung, Fare and Grosskopf 1997)"
            )
        )
    said.append(
        message(
            "the frontier is that of the {units} at hand: technical change is that of the best of them, errors of "
            "measurement and prices included"
        )
    )
    if "low" in values:
        said.append(
            message(
                "intervals are corrected for bias, so that an estimate can lie outside its own, and hold less often "
                "than they say: about two in three of 95 % at 31 {units} (docs/productivity.md)"
            )
        )
    if lost.any(axis=None):
        said.append(
            message(
                "{cells} of {all} rows are undefined in {columns}, because the frontier of one {period} does not reach "
                "the point of another; means leave them out",
                cells=int(lost.any(axis=1).sum()),
                all=len(values),
                columns=[str(name) for name in values.columns if lost[name].any()],
            )
        )
    return tuple(said)


def _made(technology: str, split: str) -> Message:
    if technology == "global":
        return message(
            "against one frontier of all {periods} (Pastor and Lovell 2005): productivity = efficiency change x "
            "best-practice change; new {periods} move all indices"
        )
    if split == "ray_desli":
        return message(
            "productivity = pure efficiency x technical change of variable returns x scale change (Ray and Desli 1997)"
        )
    if split == "fgnz":
        return message(
            "productivity = efficiency change x technical change under constant returns; efficiency change = pure "
            "efficiency x scale efficiency (Fare, Grosskopf, Norris and Zhang 1994)"
        )
    return message("productivity = efficiency change x technical change under constant returns")
