"""What designs without a regression share: their sample, and expressions worked out on its figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd

from panelkit.claims.file.document import Claim, MeasuredDesign, Sample, Text, fill_roles
from panelkit.data.paths import shipped
from panelkit.formula.formula import evaluate
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import columns_of
from panelkit.indices.panels.composite import Composite, composite_index
from panelkit.indices.panels.designs import Variant
from panelkit.language.errors import SpecError

REGION_NAMES: Mapping[str, str] = {"east": "东部", "central": "中部", "west": "西部", "northeast": "东北"}


def sample_of(claim: Claim, design: MeasuredDesign) -> Sample:
    """Return the design's own sample or the claim's."""
    base = design.sample or claim.sample
    if base is None:
        raise SpecError(f"claim {claim.id}, design {design.id}: no sample; give [claim.sample]")
    return base


def expressions_on_figures(
    claim: Claim,
    design: MeasuredDesign,
    named: Mapping[str, str | None],
    *,
    years: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Return named expressions on the figures of the design's sample, one column each; absent ones are left out."""
    from panelkit.data.panels import load_provinces
    from panelkit.data.selection import choose_vintages

    sample = sample_of(claim, design)
    filled = {
        name: fill_roles(text, dict(claim.quantities)) for name, text in named.items() if text is not None
    }
    columns = {c for text in filled.values() for c in columns_of(parse_expression(text).node)}
    first, last = years or sample.years
    provinces = list(sample.provinces) if isinstance(sample.provinces, tuple) else sample.provinces
    vintage = {key: value for key, value in sample.vintage.items() if key in columns}
    named_vintages = choose_vintages(sorted(columns), vintage)
    frame = load_provinces(sorted(columns), (first, last), vintage=named_vintages, provinces=provinces)
    out = pd.DataFrame({name: evaluate(text, frame) for name, text in filled.items()})
    out.attrs = dict(frame.attrs)
    return out


def composite_of(claim: Claim, design: MeasuredDesign, name: str, variant: Variant) -> Composite:
    """Return a shipped composite index on the design's years and provinces."""
    sample = sample_of(claim, design)
    if isinstance(sample.provinces, tuple):
        raise SpecError(f"design {design.id}: a composite index takes provinces 'all' or 'no_tibet'")
    return _composite(shipped("data"), name, variant, sample.years, sample.provinces)


@lru_cache(maxsize=32)
def _composite(
    figures: Path, name: str, variant: Variant, years: tuple[int, int], provinces: str
) -> Composite:
    """Return a composite once for each folder of figures."""
    return composite_index(name, variant=variant, years=years, provinces=provinces)


def population_of(index: pd.Index) -> pd.Series:
    """Return the population of (province, year) rows with English names."""
    years = index.get_level_values("year")
    return _population(shipped("data"), int(years.min()), int(years.max())).reindex(index)


@lru_cache(maxsize=8)
def _population(figures: Path, first: int, last: int) -> pd.Series:
    """Return the population once for each folder of figures."""
    from panelkit.data.panels import load_provinces

    return load_provinces("population", (first, last))["population"]


def regions_of(names: pd.Index) -> pd.Series:
    """Return the region (east, central, west, northeast) of English province names."""
    return _regions().reindex(names)


@lru_cache(maxsize=1)
def _regions() -> pd.Series:
    from panelkit.data.geography import regions

    return regions().set_index("name_en")["region"]


def said(name: str) -> Text:
    """Return a region or province in both languages."""
    from panelkit.data.provinces import labels_of

    if name in REGION_NAMES:
        return Text(en=name, zh=REGION_NAMES[name])
    english, chinese = labels_of("en"), labels_of("zh")
    known = {str(english[code]): str(chinese[code]) for code in english}
    return Text(en=name, zh=known.get(name, name))
