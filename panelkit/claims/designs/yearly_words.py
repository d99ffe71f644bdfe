"""What each measure of the kind `yearly` is called."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.claims.designs.yearly_fields import Measure
from panelkit.language.message import Message, message

QUANTITIES: Mapping[Measure, tuple[Message, Message]] = {
    "dagum_between": (
        message("share of the Gini that lies between the regions, net"),
        message("Share of the Gini that lies between the regions, net"),
    ),
    "theil_between": (
        message("share of Theil T that lies between the regions"),
        message("Share of Theil T that lies between the regions"),
    ),
    "either_between": (
        message("the larger of the shares of Gini and Theil T that lie between the regions"),
        message("The larger of the shares of Gini and Theil T that lie between the regions"),
    ),
    "quotient": (
        message("location quotient of the named {units} together"),
        message("Location quotient of the named {units} together"),
    ),
    "smallest_quotient": (
        message("smallest location quotient of the named {units}"),
        message("Smallest location quotient of the named {units}"),
    ),
    "partial": (
        message("correlation over the {units}, net of what is given"),
        message("Correlation over the {units}, net of what is given"),
    ),
    "leaders": (
        message("how many of the named {units} are in front"),
        message("How many of the named {units} are in front"),
    ),
    "spearman": (
        message("rank correlation over the {units}"),
        message("Rank correlation over the {units}"),
    ),
    "growth_gap": (
        message("growth of the one less growth of the other, nation"),
        message("Growth of the one less growth of the other, nation"),
    ),
    "share_below": (
        message("share of {units} below the bound"),
        message("Share of {units} below the bound"),
    ),
    "min_diagonal": (
        message("smallest probability of staying in a class"),
        message("Smallest probability of staying in a class"),
    ),
    "top_stays": (
        message("probability that the top class stays on top"),
        message("Probability that the top class stays on top"),
    ),
}
"""Inside a sentence, and at its beginning."""
