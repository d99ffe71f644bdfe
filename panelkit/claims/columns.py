"""Expressions worked out once on a whole panel, so that a grid of regressions reads arrays."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.claims.samples import Specification
from panelkit.core.design import Design
from panelkit.core.errors import DataError, SpecError
from panelkit.core.formula import evaluate
from panelkit.core.grammar import parse_expression
from panelkit.core.tree import calls_of

_BY_SAMPLE = frozenset({"center", "standardize", "scale", "winsorize"})


class Columns:
    """The columns of one panel (its index sorted by unit, then year), each expression worked out once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        units, self._labels = pd.factorize(frame.index.get_level_values("province"))
        self._unit: NDArray[np.int64] = units.astype(np.int64)
        self._year: NDArray[np.int64] = frame.index.get_level_values("year").to_numpy(np.int64)
        self._held: dict[str, NDArray[np.float64]] = {}

    def column(self, expression: str) -> NDArray[np.float64]:
        """Return an expression on every row, (n,), NaN where missing.

        Raises
        ------
        SpecError
            If its values depend on the sample, which a grid changes.
        """
        if expression not in self._held:
            by_sample = sorted(_BY_SAMPLE & set(calls_of(parse_expression(expression).node)))
            if by_sample:
                raise SpecError(
                    f"`{expression}`: {', '.join(by_sample)}() depends on the sample, which differs from "
                    "specification to specification; a claim's design takes it out"
                )
            self._held[expression] = evaluate(expression, self._frame).to_numpy(np.float64)
        return self._held[expression]

    def design(self, spec: Specification) -> Design:
        """Return the complete rows of a specification as a design.

        Raises
        ------
        DataError
            If no complete row is left.
        """
        terms = (spec.term, *spec.controls)
        y = self.column(spec.outcome)
        columns = np.column_stack([self.column(term) for term in terms])
        rows = (self._year >= spec.years[0]) & (self._year <= spec.years[1])
        rows &= ~np.isnan(y) & ~np.isnan(columns).any(axis=1)
        if spec.left_out:
            rows &= self._unit != list(self._labels).index(spec.left_out)
        if not rows.any():
            raise DataError(
                f"no province has all figures of `{spec.formula}` in {spec.years[0]}-{spec.years[1]}"
            )
        unit_codes, unit = np.unique(self._unit[rows], return_inverse=True)
        years, time = np.unique(self._year[rows], return_inverse=True)
        return Design(
            y=y[rows],
            X=np.asfortranarray(columns[rows]),
            outcome=spec.outcome,
            terms=terms,
            unit=unit.astype(np.int64),
            time=time.astype(np.int64),
            unit_labels=np.asarray(self._labels)[unit_codes],
            time_labels=years,
            extra=MappingProxyType({}),
            dropped=_NOTHING,
            notes=(),
            has_intercept=False,
        )


_NOTHING = pd.DataFrame({"province": [], "year": [], "reason": []})
