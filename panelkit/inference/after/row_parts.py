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

    def _read(self, node: Node) -> FloatArray:
        table = Cells(provincial_rows(as_pandas(self.data), None, None)[0])
        table.require(columns_of(node))
        evaluator = Evaluator(table, statistics=self.design.memory.statistics)
        values = evaluator.factor(Factor("", node))
        found = pd.Series(values, index=table.frame.index).reindex(self.design.labels())
        if found.isna().any():
            raise DataError(message("data lacks rows of the fit: give the frame that was fitted"))
        return np.asarray(found, dtype=np.float64)
