"""Columns that a regression may read beside the figures: composite indices and structural measures, by name.

`index_DESIGN` is the score of a shipped design, `index_DESIGN__WEIGHTS` the same under other weights, and
`neighbour_similarity` the mean UNIDO similarity of a province's sectors with those of its land neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from panelkit.data.facts import Facts
from panelkit.indices.panels.designs import load_design
from panelkit.language.errors import SpecError
from panelkit.language.message import message

PREFIX = "index_"
SIMILARITY = "neighbour_similarity"


def is_derived(name: str) -> bool:
    """Return whether a column is made by this module rather than held as a figure."""
    return name.startswith(PREFIX) or name == SIMILARITY


def derived_columns(names: Iterable[str], index: pd.MultiIndex) -> pd.DataFrame:
    """Return derived columns on a (province, year) index with English province names; NaN where there is no value."""
    return pd.DataFrame({name: _column(name).reindex(index).to_numpy() for name in names}, index=index)


def with_derived(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return a shipped panel with derived columns beside its figures, named in its attributes."""
    index, names = frame.index, list(names)
    if not isinstance(index, pd.MultiIndex):
        raise SpecError(message("derived columns need a (province, year) index"))
    joined = frame.join(derived_columns(names, index))
    about = Facts(frame.attrs.get("panelkit", {}))
    about["names"] = {**about.get("names", {}), **{name: derived_labels(name) for name in names}}
    joined.attrs = {**frame.attrs, "panelkit": about}
    return joined


def figures_behind(name: str) -> tuple[str, ...]:
    """Return the figures that a derived column is made of."""
    if name == SIMILARITY:
        from panelkit.indices.panels.upgrading import SECTORS

        return tuple(SECTORS)
    return tuple(load_design(_parts(name)[0]).columns())


def derived_labels(name: str) -> dict[str, str]:
    """Return the name of a derived column in English and Chinese."""
    if name == SIMILARITY:
        return {"en": "similarity of structure with neighbours", "zh": "与邻省的产业结构相似度"}
    label = load_design(_parts(name)[0]).label
    return {"en": label.en, "zh": label.zh}


def neighbour_similarity() -> pd.Series:
    """Return the mean UNIDO similarity with land neighbours by province and year, from sector value added."""
    from panelkit.data.panels import load_provinces
    from panelkit.indices.arrays import structure
    from panelkit.indices.panels.upgrading import SECTORS
    from panelkit.spatial.provincial import contiguity

    frame = load_provinces(list(SECTORS))
    parts = []
    for year, rows in frame.groupby(level="year"):
        held = rows.dropna()
        names = list(held.index.get_level_values("province"))
        if len(names) < 2:
            continue
        alike = structure.similarity(held.to_numpy())
        w = contiguity(names).matrix.toarray()
        index = pd.MultiIndex.from_product([names, [year]], names=["province", "year"])
        parts.append(pd.Series((w * alike).sum(axis=1), index=index))
    return pd.concat(parts).rename(SIMILARITY)


def _column(name: str) -> pd.Series:
    from panelkit.indices.panels.composite import composite_index

    if name == SIMILARITY:
        return neighbour_similarity()
    design, weights = _parts(name)
    plan = load_design(design)
    return composite_index(plan.with_(weights=weights) if weights else plan).scores


def _parts(name: str) -> tuple[str, str]:
    if not name.startswith(PREFIX):
        raise SpecError(
            message(
                "{name} is no derived column: they are {prefix}DESIGN and {similarity}",
                name=name,
                prefix=PREFIX,
                similarity=SIMILARITY,
            )
        )
    design, _, weights = name.removeprefix(PREFIX).partition("__")
    return design, weights
