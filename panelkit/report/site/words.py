"""Headings and standing sentences of the site, by the keys under which its templates ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.language.message import Message, message
from panelkit.report.page_words import HEADS as PAGE_HEADS

HEADS: Mapping[str, Message] = {
    **PAGE_HEADS,
    "skip": message("Skip to the content"),
    "site": message("Pages"),
    "overview": message("Overview"),
    "search": message("Search the claims"),
    "example": message("A9, subsidy, 补贴"),
    "results": message("Claims found"),
    "count": message("Claims found: #"),
    "dark": message("Dark"),
    "wide": message("A table or figure that can be scrolled sideways"),
    "moved": message("What moved since the last run"),
    "before": message("Last run"),
    "now": message("This run"),
    "what_moved": message("What moved"),
    "by_document": message("Verdicts by document"),
    "by_family": message("Verdicts by family of tests"),
    "family_note": message(
        "Claims whose principal design is judged by one rule are a family; claims without a verdict belong to none."
    ),
    "document": message("Document"),
    "family": message("Family"),
    "interval": message("Interval"),
    "all": message("All"),
    "claims": message("The claims"),
    "files": message("Files"),
    "why_none": message("Why there is no computed verdict"),
    "turn": message("Claim before and after"),
    "data": message("Numbers of the figure"),
}
RULES: Mapping[str, Message] = {
    "R-SIGN": message("a direction"),
    "R-MAG": message("a size"),
    "R-RANK": message("an order"),
    "R-DESC": message("a described quantity"),
    "R-INEQ": message("an inequality"),
    "R-JOINT": message("several terms together"),
    "R-MOD": message("a moderator"),
    "R-MED": message("a mediator"),
    "R-THR": message("a threshold"),
    "R-SPILL": message("a spillover"),
    "R-CAUSE": message("precedence in time"),
}
"""What each rule judges, in a few words; a rule that is not here stands under its name alone."""
