"""What double machine learning returns: the effect, every split, and how well the learners predicted out of fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.crv3 import CRV3
from panelkit.covariance.scored import whole_clusters
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.policy.double_ml.scores import ScoreProblem
from panelkit.results.fit import FitResult


@dataclass(frozen=True, kw_only=True, eq=False)
class DoubleMLResult(FitResult):
    """The effect of a treatment with its splits and the quality of what was learned.

    `scores` are those of the effect; `nuisance` has one row a repeat, fold and learned function: rows and {units} held
    out, root mean squared error, R2 against period effects (or the mean) alone, log loss of a propensity.
    """

    scores: ScoreProblem
    nuisance: pd.DataFrame

    @property
    def problem(self) -> ScoreProblem:
        """Return the scores on which a covariance stands."""
        return self.scores

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Refuse: there is no one function that predicts the outcome.

        Raises
        ------
        SpecError
            Always.
        """
        raise SpecError(
            message(
                "{title}: predictions are of linear and spatial fits; here every fold has learners of its own, and the "
                "effect alone is estimated (`nuisance` says how well they predicted)",
                title=self.title,
            )
        )

    @property
    def splits(self) -> pd.DataFrame:
        """Return estimate and standard error of every repeat, one row each."""
        vcov = self.spec.vcov
        assert self.design is not None
        clusters = whole_clusters(self.scores, self.design, vcov.by)
        variances = self.scores.variances(clusters, jackknife=isinstance(vcov, CRV3))
        return pd.DataFrame(
            {
                "repeat": np.arange(1, len(variances) + 1),
                "estimate": self.scores.by_repeat,
                "std_error": np.sqrt(variances),
            }
        )
