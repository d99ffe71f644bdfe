"""Who can be matched, on what: units with the means of their covariates before the policy, or unit-periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.models.policy.matched.matching import Matching
from panelkit.models.policy.rows.adoption import Adoption
from panelkit.models.policy.rows.handed import fresh, with_columns
from panelkit.models.reading import Frame, read_design
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

By = Literal["cross-section", "year"]


class Asked(Protocol):
    """What the sample asks of its spec, `MatchedDiD`."""

    @property
    def formula(self) -> str: ...

    @property
    def match_on(self) -> str: ...

    @property
    def matching(self) -> Matching: ...

    @property
    def by(self) -> By: ...

    @property
    def at(self) -> int | None: ...

    @property
    def where(self) -> str | None: ...


@dataclass(frozen=True, eq=False)
class Pool(Brief):
    """What can be matched; m rows, units of a cross-section or unit-periods.

    `unit` (m,) are codes of the outcome's design, `period` (m,) calendar values (nan in a cross-section), `X` (m, k)
    the covariates with `names`, `treated` (m,) bool. `lacking` are units without complete covariates, `always` units
    that are treated from the start.
    """

    unit: IntArray
    period: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    treated: Array
    lacking: tuple[str, ...]
    always: tuple[str, ...]


def pool_of(
    spec: Asked,
    frame: Frame,
    design: Design,
    adoption: Adoption,
    unit: str | None,
    time: str | None,
) -> Pool:
    """Return who can be matched, on what.

    Raises
    ------
    DataError
        If nobody adopts inside the sample, everybody does, or nothing is held before the policy.
    """
    always = adoption.treated & (adoption.first <= adoption.periods[0])
    adopts = adoption.treated & ~always
    if not adopts.any() or not (~adoption.treated).any():
        raise DataError(design.spoken(_one_group(design, adoption, always)))
    marker = fresh(frame, "row")
    numbered = with_columns(frame, {marker: np.arange(len(frame.data), dtype=np.float64)})
    text = f"{marker} ~ {spec.match_on}"
    held = read_design(text, numbered, unit=unit, time=time, where=spec.where, varies=False)
    names = tuple(term for term in held.terms if term != "Intercept")
    X = held.X[:, [j for j, term in enumerate(held.terms) if term != "Intercept"]]
    place = {label: code for code, label in enumerate(design.unit_labels)}
    codes = np.array([place.get(label, -1) for label in held.unit_labels], dtype=np.int64)[held.unit]
    period = held.time_labels.astype(np.float64)[held.time]
    stays = (codes >= 0) & ~always[codes]
    if spec.by == "year":
        stays &= np.isin(period, adoption.periods)
        codes, period, X = codes[stays], period[stays], X[stays]
    else:
        stays &= _before(spec, design, adoption.first[adopts].min(), period)
        codes, X = _means(codes[stays], X[stays])
        period = np.full(len(codes), np.nan)
    lacking = np.setdiff1d(np.flatnonzero(~always), codes)
    labels = [str(label) for label in design.unit_labels]
    return Pool(
        codes,
        period,
        X,
        names,
        adopts[codes],
        tuple(labels[i] for i in lacking),
        tuple(labels[i] for i in np.flatnonzero(always)),
    )


def _before(spec: Asked, design: Design, first: float, period: FloatArray) -> Array:
    """Mark the rows (n,) from which a cross-section is made."""
    if spec.at is None:
        rows = period < first
    else:
        if spec.at >= first:
            raise DataError(
                design.spoken(
                    message(
                        "at={at}: the policy begins in {first:.0f}, and what it moved must not choose the controls: "
                        "match on a {period} before",
                        at=spec.at,
                        first=first,
                    )
                )
            )
        rows = period == spec.at
    if not rows.any():
        raise DataError(
            design.spoken(
                message(
                    "no row holds `{match_on}` before the policy begins in {first:.0f}: match on columns that are "
                    "held there",
                    match_on=spec.match_on,
                    first=first,
                )
            )
        )
    return np.asarray(rows)


def _means(codes: IntArray, X: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the units and the means of their rows."""
    units, at = np.unique(codes, return_inverse=True)
    sums = np.zeros((len(units), X.shape[1]))
    np.add.at(sums, at, X)
    return units, sums / np.bincount(at)[:, None]


def _one_group(design: Design, adoption: Adoption, always: Array) -> Message:
    if not (~adoption.treated).any():
        return message(
            "every {unit} adopts by {last}: matching needs {units} that never do; take StaggeredDiD, which compares "
            "with those that have not adopted yet",
            last=int(design.time_labels[-1]),
        )
    return message(
        "no {unit} adopts between {first} and {last}: nobody to match ({always} treated from the start)",
        first=int(design.time_labels[0]),
        last=int(design.time_labels[-1]),
        always=int(always.sum()),
    )
