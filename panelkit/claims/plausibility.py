"""Whether the claimed number itself can be, before any estimate."""

from __future__ import annotations

import math

import pandas as pd

from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Plausibility, fill_roles
from panelkit.claims.findings import Plausible, Spread
from panelkit.claims.places import place
from panelkit.claims.ratios import claimed_coefficient, claimed_yuan
from panelkit.language.message import Message, message
from panelkit.studies.ratios import widest_range


def plausible(
    claim: Claim,
    reading: Reading,
    outcome: str,
    yuan: str | None,
    data: pd.DataFrame,
    *,
    catalogued: bool = True,
) -> Plausible | None:
    """Return whether the claimed number can be, by the bound that the reading declares; None where it has none.

    Parameters
    ----------
    claim, reading
        What fills the roles, and what claims the number.
    outcome
        The outcome of the main specification, with roles in braces.
    yuan
        The ratio by which a coefficient becomes yuan, with roles in braces, or None.
    data
        The figures of the main specification, by (province, year).
    catalogued
        Whether columns are what the catalogue says of their names, and units the provinces that it names.

    Returns
    -------
    Plausible or None
    """
    bound = reading.plausibility
    if bound is None or reading.claimed is None:
        return None
    if bound.kind == "reach":
        return _reach(reading, fill_roles(outcome, claim.quantities), data, bound)
    if yuan is None or bound.too_large is None:
        return None
    implied = claimed_yuan(reading, fill_roles(yuan, claim.quantities), data, catalogued=catalogued)
    return _yuan(reading, implied, bound.too_large, bound, catalogued=catalogued)


def _yuan(
    reading: Reading, implied: Spread, too_large: str, bound: Plausibility, *, catalogued: bool
) -> Plausible:
    holds = implied.aggregate < float(too_large)
    means = _means(reading, implied, catalogued=catalogued)
    if implied.p10 != implied.p90:
        means = message(
            "{means} ({p10:.3g} to {p90:.3g} from p10 to p90)", means=means, p10=implied.p10, p90=implied.p90
        )
    sentence = (
        message("{means}; only {bound} yuan or more would be implausible.", means=means, bound=too_large)
        if holds
        else message("{means}; and {bound} yuan or more is implausible.", means=means, bound=too_large)
    )
    return Plausible(plausible=holds, sentence=sentence, why=bound.why.said)


def _means(reading: Reading, implied: Spread, *, catalogued: bool) -> Message:
    if catalogued:
        return message(
            "The number itself, {claimed}, would mean {yuan:.3g} yuan of R&D for each yuan of subsidy over the nation",
            claimed=reading.claimed,
            yuan=implied.aggregate,
        )
    return message(
        "The number itself, {claimed}, would mean {yuan:.3g} yuan of R&D for each yuan of subsidy over all {units}",
        claimed=reading.claimed,
        yuan=implied.aggregate,
    )


def _reach(reading: Reading, outcome: str, data: pd.DataFrame, bound: Plausibility) -> Plausible:
    change = float(bound.treatment_change or "nan")
    moved = abs(claimed_coefficient(reading)) * math.log1p(change)
    widest, where = widest_range(outcome, data)
    sentence = message(
        "The number itself, {claimed}, would mean that {change:.0%} more subsidy moves R&D intensity by {moved:.3g} "
        "points; the widest move of any {unit} over the whole sample is {widest:.3g} ({where}).",
        claimed=reading.claimed,
        change=change,
        moved=moved,
        widest=widest,
        where=place(where),
    )
    return Plausible(plausible=moved <= widest, sentence=sentence, why=bound.why.said)
