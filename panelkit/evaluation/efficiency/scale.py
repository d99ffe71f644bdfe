"""Scale efficiency and the kind of returns to scale where a unit stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.efficiency.programs import Orientation, radial
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

# scores are proved to a billionth: two that are nearer than this are one
_SAME = 1e-7

KINDS = ("increasing", "constant", "decreasing")


@dataclass(frozen=True, eq=False)
class Scale(Brief):
    """Scale of P units.

    `constant`, `variable` and `decreasing` (P,) are Farrell scores under these returns; `efficiency` (P,) is at most
    one: theta_constant / theta_variable, or phi_variable / phi_constant; `kind` (P,) holds places in `KINDS`.
    """

    constant: FloatArray
    variable: FloatArray
    decreasing: FloatArray
    efficiency: FloatArray
    kind: IntArray


def scale_of(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    *,
    orientation: Orientation = "input",
) -> Scale:
    """Return scale efficiencies and kinds of returns by three envelopes (Faere, Grosskopf and Lovell 1985).

    Constant where constant and variable returns agree; else decreasing where non-increasing returns agree with
    variable ones, and increasing otherwise. The kind is that of the point of the frontier that the orientation leads
    to: by inputs and by outputs it can differ.

    Parameters
    ----------
    inputs, outputs, reference_inputs, reference_outputs, orientation
        As in `programs.radial`.
    """
    constant = radial(inputs, outputs, reference_inputs, reference_outputs, orientation=orientation).scores
    variable = radial(
        inputs, outputs, reference_inputs, reference_outputs, orientation=orientation, returns="variable"
    ).scores
    decreasing = radial(
        inputs, outputs, reference_inputs, reference_outputs, orientation=orientation, returns="decreasing"
    ).scores
    share = constant / variable if orientation == "input" else variable / constant
    at_most = np.abs(decreasing - variable) <= _SAME * variable
    kind = np.where(share >= 1.0 - _SAME, 1, np.where(at_most, 2, 0))
    return Scale(constant, variable, decreasing, np.minimum(share, 1.0), kind)
