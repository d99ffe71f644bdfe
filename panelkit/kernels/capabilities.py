"""What an estimation problem can do: names that covariances, tests and bootstraps ask for, whatever class it is of.

A problem says so in `can`, an estimator declares it (`@estimator(..., can=...)`), and a covariance declares on which
of them it can stand.
"""

from __future__ import annotations

# least squares
SCORES = "scores"  # scores by row about a bread: every sandwich
DELETED_GROUPS = "deleted groups"  # estimates without each group of rows, effects estimated anew
ONE_EQUATION = "one equation"  # rows and regressors can be exchanged or left out by formula
RESAMPLED_RESIDUALS = "resampled residuals"  # the restricted wild bootstrap
ENDOGENOUS = "endogenous terms"  # regressors with instruments
AS_OBSERVED = "rows as observed"  # the rows are not moved by estimated variance components
PANEL_ROWS = "rows of the panel"  # one row for each of the panel: neither changes nor means
WEIGHTS = "weights"  # rows that count by a weight

# double machine learning
CLUSTER_SCORES = "scores by cluster"  # sums of one score by clusters that no fold splits

# slopes that differ between units
UNIT_SLOPES = "slopes by unit"  # a slope of every unit, whose spread is the error of their mean

# likelihoods
INFORMATION = "information"  # the expected information
HESSIAN = "hessian"  # the observed one
MOMENTS = "moments of the errors"  # third and fourth moments, for errors that are not normal
UNIT_SCORES = "scores by unit"  # linear and quadratic parts of the score, pairs of units included
CELL_SCORES = "scores by cell"  # scores of every unit and period

CAPABILITIES = frozenset(
    {
        SCORES, DELETED_GROUPS, ONE_EQUATION, RESAMPLED_RESIDUALS, ENDOGENOUS, AS_OBSERVED, PANEL_ROWS,
        WEIGHTS, CLUSTER_SCORES, UNIT_SLOPES,
        INFORMATION, HESSIAN, MOMENTS, UNIT_SCORES, CELL_SCORES,
    }
)  # fmt: skip

LEAST_SQUARES = frozenset(
    {SCORES, DELETED_GROUPS, ONE_EQUATION, RESAMPLED_RESIDUALS, AS_OBSERVED, PANEL_ROWS}
)
MADE_ROWS = LEAST_SQUARES - {PANEL_ROWS}  # least squares on means or changes
GENERALISED_LEAST_SQUARES = LEAST_SQUARES - {AS_OBSERVED}
TWO_STAGE = frozenset({SCORES, DELETED_GROUPS, ENDOGENOUS, AS_OBSERVED, PANEL_ROWS})
LIKELIHOOD = frozenset({INFORMATION, HESSIAN, MOMENTS, UNIT_SCORES, CELL_SCORES})
