"""What a second stage says beside its numbers."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.efficiency.second_stage.algorithms import Explained
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message


def notes_of(found: Explained, own: FloatArray, algorithm: int, errors: str) -> tuple[Message, ...]:
    """Return what is explained, how errors are made, and what the method takes for granted."""
    said = [
        message(
            "what is explained is the distance to the frontier, 1 on it: a positive slope goes with more inefficiency"
        ),
        message(
            "regressors are taken to move inefficiency and not the frontier (separability); effects of {units} are not "
            "held fixed"
        ),
    ]
    if algorithm == 2:
        bias = float(np.mean(found.rows))
        said.append(
            message(
                "distances less a bias drawn from the regression; {share:.0%} of the rows then lie off the frontier",
                share=bias,
            )
        )
    if errors == "units":
        said.append(message("whole {units} are drawn with replacement: rows of one may depend on each other"))
    else:
        said.append(message("outcomes are drawn anew, all rows independent"))
    return tuple(said)
