"""Ratios of figures that stand beside an estimate, and the yuan that an estimate or a claimed number implies."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from panelkit.claims import scales
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import fill_roles
from panelkit.claims.findings import Spread
from panelkit.data import catalogue
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import columns_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.studies.ratios import ratio_spread


def ratios(
    claim: Claim,
    reading: Reading,
    yuan: str | None,
    data: pd.DataFrame,
    coefficient: float,
    *,
    catalogued: bool = True,
) -> tuple[Spread, ...]:
    """Return the declared ratios, and the yuan that the estimate and the claimed number imply.

    Parameters
    ----------
    claim, reading
        What declares the ratios, and what the number is claimed to be.
    yuan
        The ratio, with roles in braces, by which a coefficient becomes yuan of outcome a yuan of treatment; None: no
        such ratio.
    data
        The figures of the main specification, by (province, year).
    coefficient
        The estimate.
    catalogued
        Whether columns are what the catalogue says of their names.

    Returns
    -------
    tuple of Spread
    """
    spreads = [
        spread(
            fill_roles(item.figure, claim.quantities),
            data,
            label=item.label.said,
            why=item.why.said,
            catalogued=catalogued,
        )
        for item in claim.beside
    ]
    if yuan is not None:
        ratio = fill_roles(yuan, claim.quantities)
        label = message("yuan of R&D per yuan of subsidy, by the estimate")
        spreads.append(spread(ratio, data, label=label, times=coefficient, catalogued=catalogued))
        if reading.claimed is not None:
            spreads.append(claimed_yuan(reading, ratio, data, catalogued=catalogued))
    return tuple(spreads)


def claimed_yuan(reading: Reading, ratio: str, data: pd.DataFrame, *, catalogued: bool = True) -> Spread:
    """Return the yuan that the claimed number implies."""
    label = message("yuan of R&D per yuan of subsidy, by the claimed number")
    return spread(ratio, data, label=label, times=claimed_coefficient(reading), catalogued=catalogued)


def spread(
    expression: str,
    data: pd.DataFrame,
    *,
    label: Message,
    why: Message | None = None,
    times: float = 1.0,
    catalogued: bool = True,
) -> Spread:
    """Return a ratio of figures times a number, with its label.

    Parameters
    ----------
    expression
        The ratio, on columns of `data`.
    data
        Figures by (province, year).
    label, why
        What it is called, and what it is there for.
    times
        What the ratio is multiplied by.
    catalogued
        Whether columns are what the catalogue says of their names.

    Returns
    -------
    Spread

    Raises
    ------
    SpecError
        If a figure of the ratio is an intensity, so that its sum over provinces means nothing.
    """
    if catalogued:
        refuse_intensities(list(columns_of(parse_expression(expression).node)))
    found = ratio_spread(expression, data, times)
    return Spread(label=label, aggregate=found.aggregate, p10=found.p10, p90=found.p90, why=why)


def claimed_coefficient(reading: Reading) -> float:
    """Return the coefficient that the claimed number would be."""
    if reading.claimed is None:
        raise SpecError(message("reading {reading} claims no number: give `claimed`", reading=reading.id))
    return float(reading.claimed) / scales.factor(reading.effect)


def refuse_intensities(columns: Iterable[str]) -> None:
    """Refuse figures that cannot be summed over provinces.

    Raises
    ------
    SpecError
        If one of them is an intensity.
    """
    table = catalogue.indicators()
    known = [name for name in columns if name in table.index]
    wrong = [name for name in known if table.at[name, "scale_or_intensity"] == "intensity"]
    if wrong:
        raise SpecError(
            message(
                "{figures}: an intensity cannot be summed over {units}; take totals such as gdp or population",
                figures=wrong,
            )
        )
