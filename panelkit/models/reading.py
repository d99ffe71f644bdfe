"""From a user's frame to a design, one road for every estimator: pandas, one name a province, one sample rule."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.conventions import convention_named
from panelkit.data.user.places import provincial_rows
from panelkit.formula.conditions import check_where
from panelkit.formula.formula import Formula
from panelkit.kernels.frames import as_pandas
from panelkit.kernels.index import Array
from panelkit.kernels.outcome import refuse_constant, refuse_scale
from panelkit.kernels.within import Effects
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.panel.design import Design, build_with_lenders
from panelkit.panel.sample import Policy, WithoutSingletons
from panelkit.panel.weighting import Weighting
from panelkit.show.brief import Brief

__all__ = [
    "Frame",
    "check_where",
    "namesakes",
    "open_frame",
    "read_design",
    "read_with_lenders",
    "refuse_interactions",
    "singleton_rule",
    "spoken_errors",
]

_UNKNOWN_SHARE = 4  # labels that are no place: at most one to so many places


@dataclass(frozen=True, eq=False)
class Frame(Brief):
    """The user's data as pandas, one name a province, and what was said about that."""

    data: pd.DataFrame
    notes: tuple[Message, ...] = ()


def open_frame(data: Any, unit: str | None = None, time: str | None = None) -> Frame:
    """Return the data as a frame in which every province has one name; a frame that is open stays as it is.

    Raises
    ------
    DataError
        If the data are no frame, or hold one province twice in a year.
    """
    if isinstance(data, Frame):
        return data
    return Frame(*provincial_rows(as_pandas(data), unit, time))


def read_design(
    formula: str | Formula,
    data: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    extra: Sequence[str] = (),
    where: str | None = None,
    years: Sequence[Hashable] | None = None,
    policies: Sequence[Policy] = (),
    sweeping: Effects = "none",
    weighting: Weighting | None = None,
    varies: bool = True,
) -> Design:
    """Build the design of an estimator; see `core.design.build_design`. `varies`: an outcome that does not is refused.

    Raises
    ------
    SpecError
        If the formula or the condition does not pass the gate.
    DataError
        If the panel is unusable, or the outcome does not vary.
    """
    return read_with_lenders(
        formula,
        data,
        unit=unit,
        time=time,
        extra=extra,
        where=where,
        years=years,
        policies=policies,
        sweeping=sweeping,
        weighting=weighting,
        varies=varies,
    )[0]


def read_with_lenders(
    formula: str | Formula,
    data: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    extra: Sequence[str] = (),
    where: str | None = None,
    years: Sequence[Hashable] | None = None,
    policies: Sequence[Policy] = (),
    sweeping: Effects = "none",
    weighting: Weighting | None = None,
    varies: bool = True,
) -> tuple[Design, Array]:
    """Build the design as `read_design` does, and mark the rows (n,) that do not only lend a level to a change."""
    frame = open_frame(data, unit, time)
    design, inside = build_with_lenders(
        formula,
        frame.data,
        unit=unit,
        time=time,
        extra=extra,
        where=where,
        years=years,
        policies=policies,
        namesakes=namesakes,
        sweeping=sweeping,
        weighting=weighting,
    )
    if varies:
        refuse_constant(design.y, design.outcome)
    refuse_scale([(design.outcome, design.y), *zip(design.terms, design.X.T, strict=True)])
    if frame.notes:
        design = replace(
            design, notes=(*frame.notes, *design.notes), provenance=(*frame.notes, *design.provenance)
        )
    return design, inside


def refuse_interactions(design: Design, what: str) -> None:
    """Refuse slopes of units and effects of cells to an estimator that sweeps unit and time effects only.

    Raises
    ------
    SpecError
        Naming the terms.
    """
    if design.interactions is not None:
        raise SpecError(
            message(
                "{what} sweeps unit and {period} effects out, and not {interactions} beside them: FixedEffects, "
                "InstrumentalFE and FirstDifference do",
                what=what,
                interactions=[f"`{name}`" for name in design.interactions.names],
            ).spoken(design.unit_names[0], design.time_names[0])
        )


@contextmanager
def spoken_errors(design: Design) -> Iterator[None]:
    """Put what is raised inside the block into the words of the panel: what lies below knows of arrays only."""
    try:
        yield
    except PanelkitError as error:
        error.said = design.spoken(error.said)
        raise


def singleton_rule(convention: str, effects: Effects) -> tuple[Policy, ...]:
    """Return the rule that singletons leave, where the convention and the effects have one."""
    if effects == "none" or not convention_named(convention).drop_singletons:
        return ()
    return (WithoutSingletons(effects),)


def namesakes(text: str, labels: Array) -> Array | None:
    """Mark the labels that name the same province as a text, (N,) bool; None where it, or they, name none."""
    from panelkit.data.provinces import lookup, lookup_many

    place = lookup(text)
    if place is None:
        return None
    found = lookup_many(list(labels))
    unknown = sum(other is None for other in found)
    if unknown * _UNKNOWN_SHARE > len(found) - unknown:
        return None
    return np.array([other is not None and other == place and place.adcode != 0 for other in found])
