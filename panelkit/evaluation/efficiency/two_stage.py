"""Two stages in a row, the outputs of the first being the inputs of the second (Kao and Hwang 2008).

Inputs x, intermediates z, outputs y; an intermediate has one value w'z in both stages. The system's efficiency
u'y0 / v'x0 is then the product of w'z0 / v'x0 and u'y0 / w'z0, under constant returns. The values behind one product
are not the only ones: the decomposition is a range, given by its two ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.efficiency.programs import as_stack, radial
from panelkit.kernels.linear_programs import Programs, solve_programs
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class TwoStage(Brief):
    """Efficiencies of P units in two stages.

    Attributes
    ----------
    system
        (P,), theta = theta_1 theta_2.
    first_most, second_least
        (P,), the decomposition that makes stage 1 as efficient as it can be, and what it leaves to stage 2.
    second_most, first_least
        (P,), the decomposition that makes stage 2 as efficient as it can be.
    first_alone, second_alone
        (P,), each stage judged alone (CCR), whose values of intermediates need not agree.
    by_highs
        How many programs needed HiGHS.
    """

    system: FloatArray
    first_most: FloatArray
    first_least: FloatArray
    second_most: FloatArray
    second_least: FloatArray
    first_alone: FloatArray
    second_alone: FloatArray
    by_highs: int

    def stages(self, priority: int) -> tuple[FloatArray, FloatArray]:
        """Return the efficiencies of stage 1 and stage 2 where stage `priority` (1 or 2) is made as large as can be."""
        if priority not in (1, 2):
            raise SpecError(message("priority is the stage 1 or the stage 2, not {value!r}", value=priority))
        if priority == 1:
            return self.first_most, self.second_least
        return self.first_least, self.second_most


def two_stage(
    inputs: FloatArray,
    intermediates: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_intermediates: FloatArray,
    reference_outputs: FloatArray,
) -> TwoStage:
    """Return the relational efficiencies of two stages under constant returns, with both ends of the decomposition.

    Parameters
    ----------
    inputs, intermediates, outputs
        (P, m), (P, q) and (P, s), zero or more, none of them zero for a unit in all columns.
    reference_inputs, reference_intermediates, reference_outputs
        (R, m), (R, q), (R, s), or with a first axis P: points that span the envelope.
    """
    every, count = np.arange(len(inputs)), len(inputs)
    X, Z, Y = (
        as_stack(one, every, count) for one in (reference_inputs, reference_intermediates, reference_outputs)
    )
    program = _Program(inputs, intermediates, outputs, X, Z, Y)
    whole = program.solve_system()
    system = whole.values
    # where no point of the reference makes the outputs there is nothing to part
    held = np.where(np.isnan(system), 1.0, system)
    first = program.solve_first(held)
    second = program.solve_second(held)
    alone = (
        radial(inputs, intermediates, X, Z),
        radial(intermediates, outputs, Z, Y),
    )
    # a value of intermediates that serves one stage alone serves both no better
    most = tuple(np.minimum(np.where(np.isnan(system), np.nan, one.values), 1.0) for one in (first, second))
    return TwoStage(
        system,
        most[0],
        system / most[1],
        most[1],
        system / most[0],
        alone[0].scores,
        alone[1].scores,
        whole.by_highs + first.by_highs + second.by_highs + sum(one.by_highs for one in alone),
    )


@dataclass(frozen=True, eq=False)
class _Program(Brief):
    """The three programs, whose columns are intensities of stage 1 (R) and of stage 2 (R), and two more."""

    x0: FloatArray
    z0: FloatArray
    y0: FloatArray
    X: FloatArray
    Z: FloatArray
    Y: FloatArray

    def _stages(self) -> FloatArray:
        """Return the matrix: inputs used, intermediates of stage 2 less those made, outputs with a minus."""
        points, (m, q, s) = self.X.shape[1], (self.x0.shape[1], self.z0.shape[1], self.y0.shape[1])
        matrix = np.zeros((len(self.x0), m + q + s, 2 * points + 2))
        matrix[:, :m, :points] = np.swapaxes(self.X, 1, 2)
        matrix[:, m : m + q, :points] = -np.swapaxes(self.Z, 1, 2)
        matrix[:, m : m + q, points : 2 * points] = np.swapaxes(self.Z, 1, 2)
        matrix[:, m + q :, points : 2 * points] = -np.swapaxes(self.Y, 1, 2)
        return matrix

    def _solve(
        self, parts: tuple[FloatArray, FloatArray, FloatArray], bounds: FloatArray, costs: FloatArray
    ) -> Programs:
        """Solve with the columns alpha (parts by row) and beta (x0 scaled, and outputs y0) in the last places."""
        matrix = self._stages()
        m, q = self.x0.shape[1], self.z0.shape[1]
        of_alpha, of_intermediate, of_beta = parts
        matrix[:, :m, -2], matrix[:, m : m + q, -2] = of_alpha, of_intermediate
        matrix[:, :m, -1] = of_beta
        matrix[:, m + q :, -1] = self.y0
        whole = np.zeros((len(self.x0), matrix.shape[2]))
        whole[:, -2:] = costs
        return solve_programs(whole, matrix, bounds)

    def solve_system(self) -> Programs:
        """Minimise theta: stage 1 uses at most theta x0, stage 2 no more than stage 1 makes, outputs are y0."""
        bounds = np.zeros((len(self.x0), self.x0.shape[1] + self.z0.shape[1] + self.y0.shape[1]))
        bounds[:, self.x0.shape[1] + self.z0.shape[1] :] = -self.y0
        nothing = np.zeros_like(self.x0), np.zeros_like(self.z0)
        # beta is dear and never used
        return self._solve((-self.x0, nothing[1], nothing[0]), bounds, np.array([[1.0, 1.0]]))

    def solve_first(self, system: FloatArray) -> Programs:
        """Return the largest w'z0 with v'x0 = 1 and u'y0 >= theta: the dual, least alpha - theta beta."""
        m, q = self.x0.shape[1], self.z0.shape[1]
        bounds = np.zeros((len(self.x0), m + q + self.y0.shape[1]))
        bounds[:, m : m + q] = -self.z0
        costs = np.column_stack([np.ones(len(system)), -system])
        return self._solve((-self.x0, np.zeros_like(self.z0), np.zeros_like(self.x0)), bounds, costs)

    def solve_second(self, system: FloatArray) -> Programs:
        """Return the largest u'y0 with w'z0 = 1 and u'y0 >= theta v'x0: the dual, least alpha."""
        m, q = self.x0.shape[1], self.z0.shape[1]
        bounds = np.zeros((len(self.x0), m + q + self.y0.shape[1]))
        bounds[:, m + q :] = -self.y0
        costs = np.array([[1.0, 0.0]])
        return self._solve((np.zeros_like(self.x0), -self.z0, -system[:, None] * self.x0), bounds, costs)
