"""Values of parts of a formula on the rows that entered: what margins take derivatives of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.formula.arithmetic import Cells, Evaluator
from panelkit.formula.derivative import Slope, sloped
from panelkit.formula.tree import Call, Column, Factor, Node, columns_of
from panelkit.kernels.frames import as_pandas
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.panel.design import Design
from panelkit.show.brief import Brief


class RowParts(Brief):
    """Values of parts of the formula on the rows that entered: from terms of the design, or from the user's frame."""

    def __init__(self, design: Design, data: Any) -> None:
        self.design = design
        self.data = data
        self.known: dict[Node, FloatArray] = {}
        for term in () if design.formula is None else design.formula.terms:
            if len(term.factors) == 1 and term.label in design.terms:
                self.known[term.factors[0].node] = np.asarray(design.X[:, design.terms.index(term.label)])

    def held(self, node: Node) -> FloatArray | None:
        """Return the values (n,) of a part that is known as a whole."""
        if node not in self.known and self.data is not None and isinstance(node, Column | Call):
            self.known[node] = self._read(node)
        return self.known.get(node)

    def value(self, node: Node) -> FloatArray:
        """Return the values (n,) of any part.

        Raises
        ------
        SpecError
            If a column stands in no term of its own and the frame was not given.
        """

        def known(part: Node) -> Slope | None:
            found = self.held(part)
            if found is None:
                if isinstance(part, Column):
                    self._refuse(part.name)
                return None
            return Slope(found, np.zeros((1, 1)))

        made = sloped(node, known).value
        return made if made.ndim else np.repeat(made, len(self.design.y))

    def _refuse(self, name: str) -> None:
        raise SpecError(
            message("`{name}` stands in no term of its own: give the frame that was fitted, data=", name=name)
        )

    def _panel(self) -> tuple[pd.DataFrame, str | None, str | None]:
        """Return the frame that was given with the columns of unit and period, None where its index holds them."""
        given = as_pandas(self.data)
        if isinstance(given.index, pd.MultiIndex):
            return provincial_rows(given)[0], None, None
        unit, time = (name if name in given.columns else None for name in self.design.level_names)
        frame = provincial_rows(given, unit, time)[0]
        if time is not None or len(self.design.time_labels) > 1:
            return frame, unit, time
        # a cross-section: one row a unit, of the one period that there is
        units = frame.index if unit is None else frame[unit]
        periods = np.repeat(self.design.time_labels, len(frame))
        return frame.set_axis(pd.MultiIndex.from_arrays([units, periods])), None, None

    def _read(self, node: Node) -> FloatArray:
        table = Cells(*self._panel())
        table.require(columns_of(node))
        evaluator = Evaluator(table, statistics=self.design.memory.statistics)
        values = evaluator.factor(Factor("", node))
        panel = table.panel
        labels = (
            np.asarray(panel.unit_labels)[panel.unit],
            np.asarray(panel.time_labels)[panel.time],
        )
        rows = pd.MultiIndex.from_arrays(labels)
        found = pd.Series(np.broadcast_to(values, len(rows)), index=rows).reindex(self.design.labels())
        if found.isna().any():
            raise DataError(message("data lacks rows of the fit: give the frame that was fitted"))
        return np.asarray(found, dtype=np.float64)
