"""What designs that measure share: expressions worked out on the figures of their sample, composite indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from panelkit.claims.figures import Figures, loaded
from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim
from panelkit.claims.file.parts import fill_roles
from panelkit.data.facts import Facts
from panelkit.data.paths import shipped
from panelkit.indices.panels.composite import Composite, composite_index
from panelkit.indices.panels.designs import Variant
from panelkit.language.errors import SpecError
from panelkit.language.message import message


def expressions_on_figures(
    figures: Figures,
    claim: Claim,
    design: ClaimDesign,
    named: Mapping[str, str | None],
    *,
    years: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Return named expressions on the figures of the design's sample, one column each; absent ones are left out.

    Parameters
    ----------
    figures
        What the claim is tested on.
    claim, design
        What fills the roles, and whose sample is taken.
    named
        Name of the column -> expression with roles in braces, or None.
    years
        First and last year; None: those of the sample.

    Returns
    -------
    DataFrame
        Rows by (province, year), whatever the levels of the panel are called.

    Raises
    ------
    SpecError, DataError
        If a formula is wrong, or a figure is not held.
    """
    sample = claim.sample_of(design)
    filled = {name: fill_roles(text, claim.quantities) for name, text in named.items() if text is not None}
    vintage = tuple(sample.vintage.items())
    return figures.expressions(filled, years or sample.window, vintage, sample.provinces)


def composite_of(claim: Claim, design: ClaimDesign, name: str, variant: Variant) -> Composite:
    """Return a shipped composite index on the design's years and provinces."""
    sample = claim.sample_of(design)
    if isinstance(sample.provinces, tuple):
        raise SpecError(
            message(
                "design {design}: a composite index takes provinces 'all' or 'no_tibet'", design=design.id
            )
        )
    return _composite(shipped("data"), name, variant, sample.window, sample.provinces)


@lru_cache(maxsize=32)
def _composite(
    figures: Path, name: str, variant: Variant, years: tuple[int, int], provinces: str
) -> Composite:
    """Return a composite once for each folder of figures."""
    return composite_index(name, variant=variant, years=years, provinces=provinces)


def read_together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """Return (province, year) frames side by side with what their figures say of themselves; None where none does."""
    about = [frame.attrs["panelkit"] for frame in frames if "panelkit" in frame.attrs]
    if not about:
        return None
    merged = dict(about[0])
    for more in about[1:]:
        for key, value in more.items():
            if isinstance(value, dict):
                merged[key] = {**merged.get(key, {}), **value}
            elif isinstance(value, list):
                held = merged.get(key, [])
                merged[key] = [*held, *(one for one in value if one not in held)]
            else:
                merged.setdefault(key, value)
    out = pd.concat(list(frames), axis=1)
    out.attrs = {"panelkit": Facts(merged)}
    return out


def population_of(index: pd.Index) -> pd.Series:
    """Return the population of (province, year) rows with English names."""
    years = index.get_level_values("year")
    return _population(shipped("data"), int(years.min()), int(years.max())).reindex(index)


@lru_cache(maxsize=8)
def _population(figures: Path, first: int, last: int) -> pd.Series:
    """Return the population once for each folder of figures."""
    return loaded(["population"], (first, last))["population"]
