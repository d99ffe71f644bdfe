"""What a policy's effect is held against: the smallest one of interest, and the one that its test would have found."""

from __future__ import annotations

import math

import numpy as np

from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.results.students_t import t_quantile
from panelkit.studies.scrutiny.main_test import POWER, SIGNIFICANT, SMALLEST_SHARE


def smallest_of_policy(panel: PolicyPanel) -> float:
    """Return the effect that moves the outcome by a fifth of its deviation for one deviation of the treatment.

    Both deviations are of what unit and period effects and covariates leave, as in a regression (`scrutiny`).
    """
    unit = np.eye(panel.n_units)[panel.unit]
    time = np.eye(len(panel.periods))[panel.time]
    others = np.column_stack([unit, time, panel.X])
    columns = np.column_stack([panel.adoption.path(panel.unit, panel.time), panel.y])
    left = columns - others @ np.linalg.lstsq(others, columns, rcond=None)[0]
    x, y = (left**2).sum(axis=0)
    return SMALLEST_SHARE * math.sqrt(y / x)


def found_by_width(low: float, high: float, df: float) -> float:
    """Return the effect that a test finds with 80 % power whose 95 % interval is so wide, with t(df); inf: none."""
    outer = float(t_quantile(1.0 - SIGNIFICANT, df))
    return (high - low) / 2.0 * (outer + float(t_quantile(2.0 * POWER - 1.0, df))) / outer
