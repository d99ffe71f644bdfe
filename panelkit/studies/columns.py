"""Expressions worked out once on a whole panel, so that a grid of regressions reads arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.formula.formula import evaluate
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import calls_of
from panelkit.kernels.interactions import unit_slopes
from panelkit.kernels.within import Layout
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.studies.specification import Specification

_BY_SAMPLE = frozenset({"center", "standardize", "scale", "winsorize"})


class PanelColumns:
    """The columns of one panel, each expression worked out once; its index is (unit, year), sorted so."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        units, labels = pd.factorize(frame.index.get_level_values(0))
        self._labels = [str(label) for label in labels]
        self._unit: NDArray[np.int64] = units.astype(np.int64)
        self._year: NDArray[np.int64] = frame.index.get_level_values(1).to_numpy(np.int64)
        self._held: dict[str, NDArray[np.float64]] = {}
        self._layouts: dict[tuple[bytes, bool], Layout] = {}

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
                    message(
                        "`{expression}`: {functions}() depends on the sample, which differs from specification to "
                        "specification; a claim's design takes it out",
                        expression=expression,
                        functions=by_sample,
                    )
                )
            self._held[expression] = evaluate(expression, self._frame).to_numpy(np.float64)
        return self._held[expression]

    def regressors(self, spec: Specification) -> NDArray[np.float64]:
        """Return the treatment and the other regressors on every row, (n, k)."""
        return np.column_stack([self.column(term) for term in (spec.term, *spec.others)])

    def rows(self, spec: Specification) -> NDArray[np.bool_]:
        """Return the rows that a specification asks for, complete or not, (n,)."""
        rows = (self._year >= spec.years[0]) & (self._year <= spec.years[1])
        if spec.left_out:
            rows &= self._unit != self._labels.index(spec.left_out)
        return rows

    def layout(self, rows: NDArray[np.bool_], spec: Specification) -> Layout:
        """Return where the chosen rows stand in units and years, with the trends that the specification sweeps out.

        Specifications on the same rows share one layout, and what is worked out from it.
        """
        key = (rows.tobytes(), spec.twin == "trends")
        if key not in self._layouts:
            unit = np.unique(self._unit[rows], return_inverse=True)[1]
            time = np.unique(self._year[rows], return_inverse=True)[1]
            years = self._year[rows].astype(np.float64)
            trends = unit_slopes(years - years.mean()) if spec.twin == "trends" else None
            self._layouts[key] = Layout(unit.astype(np.int64), time.astype(np.int64), trends)
        return self._layouts[key]

    def units(self, rows: NDArray[np.bool_]) -> list[str]:
        """Return the names of the units of the chosen rows, in the order of their layout."""
        return [self._labels[code] for code in np.unique(self._unit[rows])]

    def period(self, rows: NDArray[np.bool_]) -> str:
        """Return the first and the last year of the chosen rows."""
        years = self._year[rows]
        return f"{years.min()}-{years.max()}"
