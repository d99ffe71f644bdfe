"""Columns that a regression may read beside the figures: composite indices and structural measures, by name.

`index_DESIGN` is the score of a shipped design, `index_DESIGN__WEIGHTS` the same under other weights; the other names
are those of `made`.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from panelkit.data.facts import Facts
from panelkit.indices.panels.designs import load_design
from panelkit.indices.panels.made import MADE
from panelkit.language.errors import SpecError
from panelkit.language.message import message

PREFIX = "index_"


def is_derived(name: str) -> bool:
    """Return whether a column is made by this module rather than held as a figure."""
    return name.startswith(PREFIX) or name in MADE


def check_derived(name: str) -> None:
    """Refuse a column of a composite index that is not shipped.

    Raises
    ------
    SpecError
        If there is no such design.
    """
    if name not in MADE:
        load_design(_parts(name)[0])


def derived_columns(names: Iterable[str], index: pd.MultiIndex) -> pd.DataFrame:
    """Return derived columns on a (province, year) index with English province names; NaN where there is no value."""
    return pd.DataFrame({name: _column(name, index).reindex(index).to_numpy() for name in names}, index=index)


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
    return MADE[name].figures() if name in MADE else tuple(load_design(_parts(name)[0]).columns())


def derived_labels(name: str) -> dict[str, str]:
    """Return the name of a derived column in English and Chinese."""
    if name in MADE:
        return dict(MADE[name].label)
    label = load_design(_parts(name)[0]).label
    return {"en": label.en, "zh": label.zh}


def _column(name: str, index: pd.MultiIndex) -> pd.Series:
    from panelkit.indices.panels.composite import composite_index

    if name in MADE:
        return MADE[name].build(index)
    design, weights = _parts(name)
    plan = load_design(design)
    return composite_index(plan.with_(weights=weights) if weights else plan).scores


def _parts(name: str) -> tuple[str, str]:
    if not name.startswith(PREFIX):
        raise SpecError(
            message(
                "{name} is no derived column: they are {prefix}DESIGN and {made}",
                name=name,
                prefix=PREFIX,
                made=list(MADE),
            )
        )
    design, _, weights = name.removeprefix(PREFIX).partition("__")
    return design, weights
