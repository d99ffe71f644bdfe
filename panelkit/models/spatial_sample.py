"""From a formula and a panel to the balanced arrays of a spatial model, with weights aligned by id."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.core.brief import Brief
from panelkit.core.design import Design, build_design
from panelkit.core.errors import DataError, SpecError
from panelkit.core.formula import parse_formula
from panelkit.spatial.provincial import match_labels
from panelkit.spatial.weights import Weights, as_weights

FloatArray = NDArray[np.float64]
Missing = Literal["raise", "drop-unit", "drop-year"]
SHOWN = 12


@dataclass(frozen=True, eq=False)
class SpatialSample(Brief):
    """A balanced panel: y (N, T), X (N, T, k), the design behind it and what was said about it."""

    design: Design
    y: FloatArray
    X: FloatArray
    terms: tuple[str, ...]
    notes: tuple[str, ...]
    left_out: tuple[Hashable, ...] = ()

    @property
    def ids(self) -> tuple[Hashable, ...]:
        return tuple(_plain(key) for key in self.design.unit_labels)


def read_sample(
    formula: str,
    data: pd.DataFrame,
    *,
    missing: Missing = "raise",
    intercept: bool = False,
    unit: str | None = None,
    time: str | None = None,
) -> SpatialSample:
    """Return the balanced sample of a formula.

    A year without any complete province (the first years of a lag) leaves silently in no case: it stands in
    `design.dropped`. A province-year that is missing while others are held needs a policy: "raise" lists the cells,
    "drop-unit" and "drop-year" leave out the provinces or the years concerned and say so in the notes.
    """
    if missing not in get_args(Missing):
        raise SpecError(f"missing is {', '.join(get_args(Missing))}, not {missing!r}")
    design = build_design(formula, data, unit=unit, time=time)
    everyone = _units_of(data, unit)
    design, notes, left_out = _balance(design, everyone, missing)
    keep = [j for j, term in enumerate(design.terms) if term != "Intercept"]
    n, t = len(design.unit_labels), len(design.time_labels)
    X = np.asarray(design.X)[:, keep].reshape(n, t, len(keep))
    terms = tuple(design.terms[j] for j in keep)
    if intercept:
        X, terms = np.concatenate([np.ones((n, t, 1)), X], axis=2), ("Intercept", *terms)
    if n < 3:
        raise DataError(f"a spatial model needs at least three units, and the sample holds {n}")
    return SpatialSample(
        design, np.array(design.y).reshape(n, t), X, terms, (*design.notes, *notes), left_out
    )


def _units_of(data: pd.DataFrame, unit: str | None) -> list[Hashable]:
    values = (
        data[unit] if unit is not None and unit in data.columns else data.index.get_level_values(unit or 0)
    )
    return list(pd.unique(values))


def _balance(
    design: Design, everyone: Sequence[Hashable], missing: Missing
) -> tuple[Design, tuple[str, ...], tuple[Hashable, ...]]:
    held = {_plain(key) for key in design.unit_labels}
    absent = [_plain(key) for key in everyone if _plain(key) not in held]
    n, t = len(design.unit_labels), len(design.time_labels)
    if not absent and len(design.y) == n * t:
        return design, (), ()
    present = np.zeros((n, t), dtype=bool)
    present[design.unit, design.time] = True
    if missing == "raise":
        raise DataError(_cells(design, present, absent))
    if missing == "drop-year":
        if absent:
            raise DataError(
                f"no complete year for {_listed(absent)}: dropping years cannot help; take missing='drop-unit', "
                "or leave these provinces out of data and weights"
            )
        whole = np.asarray(present.all(axis=0))
        gone = [design.time_labels[j] for j in np.flatnonzero(~whole)]
        kept = design.keep(whole[design.time], reason="policy drop-year: a province is missing in this year")
        return kept, (f"missing cells: years {_listed(gone)} left out (policy drop-year)",), ()
    whole = np.asarray(present.all(axis=1))
    gone = [_plain(design.unit_labels[i]) for i in np.flatnonzero(~whole)]
    kept = design.keep(whole[design.unit], reason="policy drop-unit: a year is missing for this province")
    out = (*absent, *gone)
    return kept, (f"missing cells: {_listed(out)} left out (policy drop-unit)",), out


def _cells(design: Design, present: NDArray[np.bool_], absent: Sequence[Hashable]) -> str:
    gaps = [f"{design.unit_labels[i]} {design.time_labels[j]}" for i, j in np.argwhere(~present)]
    parts = []
    if absent:
        parts.append(f"no complete year at all: {_listed(absent)}")
    if gaps:
        parts.append(f"missing province-years: {_listed(gaps)}")
    reasons = sorted({str(reason) for reason in design.dropped["reason"]})
    why = f" ({'; '.join(reasons[:4])})" if reasons else ""
    return (
        f"a spatial panel must be balanced. {'; '.join(parts)}{why}. Choose years that hold every province, or a "
        "policy: missing='drop-unit' or missing='drop-year'"
    )


def align_weights(w: Any, sample: SpatialSample, *, name: str | None = None) -> Weights:
    """Return the weights in the panel's order; provinces that a policy left out leave the weights too."""
    weights = as_weights(w, name=name)
    weights = match_labels(weights, [*sample.ids, *sample.left_out])
    if sample.left_out:
        gone = set(sample.left_out)
        weights = weights.subset([key for key in weights.ids if key not in gone])
    weights = weights.aligned(sample.ids)
    if not weights.matrix.nnz:
        raise DataError(f"{weights.name}: there is no link at all between the units of the panel")
    weights.refuse_islands()
    return weights


def durbin_positions(durbin: Sequence[str] | None, terms: tuple[str, ...]) -> tuple[int, ...]:
    """Return which regressors get a spatial lag: all but the intercept, or the ones named."""
    if durbin is None:
        return tuple(j for j, term in enumerate(terms) if term != "Intercept")
    refuse_text(durbin)
    found, unknown = [], []
    for text in durbin:
        label = text if text in terms else parse_formula(f"y ~ {text}").rhs_terms[0]
        if label in terms:
            found.append(terms.index(label))
        else:
            unknown.append(text)
    if unknown:
        raise SpecError(f"durbin: no regressor {_listed(unknown)}; there are {', '.join(terms)}")
    if len(set(found)) < len(found):
        raise SpecError("durbin: a regressor stands twice")
    return tuple(sorted(found))


def refuse_text(durbin: Any) -> None:
    """Refuse one string where a list of regressors is meant."""
    if isinstance(durbin, str):
        raise SpecError(f"durbin is a list of regressors, such as [{durbin!r}]")


def _plain(key: Any) -> Hashable:
    return key.item() if isinstance(key, np.generic) else key


def _listed(items: Sequence[Any]) -> str:
    names = [str(item) for item in items]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
