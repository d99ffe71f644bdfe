"""Headings and standing sentences of the page, by the keys under which its template asks for them."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.language.message import Message, message, term

HEADS: Mapping[str, Message] = {
    "title": message("What public figures say about each claim"),
    "page_intro": message(
        "Each claim is tested on official provincial figures with designs that were declared before they were "
        "computed. A verdict speaks of these figures and designs, not of the authors."
    ),
    "round_rule": message(
        "The verdict of a reading is that of its principal design, with its parts; alternatives stand beside it and do "
        "not decide. The verdict of the claim is that of its literal reading, the first below."
    ),
    "limit": message(
        "The limit of every verdict here: an effect cannot be told from two random walks that happen to move together "
        "by any test on these two series. About one in four of such worlds comes out as SUPPORTED."
    ),
    "conditions": message("Conditions"),
    "condition": message("Condition"),
    "found": message("What was found"),
    "does": message("What it does"),
    "change": message("What would change the verdict"),
    "story": message("The story in numbers"),
    "slope": message("Slope"),
    "other_conditions": message("Conditions of the alternatives"),
    "details": message("Readings and designs"),
    "claim": message("Claim"),
    "says": message("What it says"),
    "design": message("Design"),
    "estimate": message("Estimate"),
    "p": message("p"),
    "share_sign": message("Grid: claimed sign"),
    "share_inside": message("Grid: holds the number"),
    "verdict": message("Verdict"),
    "status": message("Status"),
    "p10p90": message("p10 to p90"),
    "regressions": message("Regression table"),
    "curves": message("Specification curves"),
    "others": message("Claims without a computed verdict"),
    "sample": message("Sample"),
    "nothing_dropped": message("No row was dropped."),
    "sources": message("Figures and sources"),
    "figure": term("official statistics", "Figure"),
    "unit": term("of measurement", "Unit"),
    "vintage": message("Vintage"),
    "from": term("source of a figure", "From"),
    "through": term("who compiled a figure", "through"),
    "grid_only": message("read by the grid only"),
    "no_flags": message("None of the cells and series used carries a flag."),
}
