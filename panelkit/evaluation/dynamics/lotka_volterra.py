"""`lotka_volterra`: two series of every unit as a Lotka-Volterra system, its rest and its stage."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.evaluation.dynamics.integral_regression import LEAST
from panelkit.evaluation.dynamics.lotka_volterra_result import LotkaVolterra
from panelkit.evaluation.dynamics.one_system import chance_of, drawn_systems, one_system
from panelkit.evaluation.dynamics.reading import Series, read_series
from panelkit.evaluation.dynamics.stages import MARGIN, assigned_stages, checked_margin, stage_shares
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count
from panelkit.results.derived import Uncertainty


@offered(
    "evaluation",
    family="dynamic evaluation",
    result="LotkaVolterra",
    source="Lotka 1925; Volterra 1926; Wu, Liu and Wang 2012 (grey Lotka-Volterra), on log integrals",
    public=True,
)
def lotka_volterra(
    data: Any,
    first: str,
    second: str,
    *,
    margin: float = MARGIN,
    reps: int = 499,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> LotkaVolterra:
    """Return a Lotka-Volterra system of two columns for every unit: effects, rest, and what each is to the other.

    dx/dt = x (growth + own x + cross y) and its mirror, by least squares on integrals. The effect of y on x is
    counted as the growth a period that y at its mean adds. A dozen periods rarely tell whether it is there: a stage
    (mutualism 互利, commensalism 偏利, parasitism 寄生, competition 竞争, amensalism 偏害, neutral) is named where
    80 % of the draws agree and each of its signs has p <= 0.05 against two logistic curves that do not act on each
    other; otherwise the stage is undetermined.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    first, second
        Columns above zero.
    margin
        Growth a period below which an effect counts as none.
    reps
        Draws of intervals and of p-values.
    level
        Of the intervals.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    LotkaVolterra
        One system a unit, with intervals, p-values, equilibrium, stability and stage.

    Raises
    ------
    DataError
        If a value is not above zero or missing, periods do not follow each other, or there are fewer than six.
    SpecError
        If the two columns are one, or margin is negative.

    Examples
    --------
    >>> found = pk.lotka_volterra(panel, "gdp", "rd_expenditure", reps=99, rng=1)
    >>> found.stages().columns.tolist()
    ['unit', 'stage', 'share']
    """
    checked_margin(margin)
    check_count("reps", reps, 19)
    check_confidence(level)
    if first == second:
        raise SpecError(message("two stocks need two columns, not {column} twice", column=first))
    with own_words(data, unit, time) as levels:
        held = read_series(data, [first, second], least=LEAST + 1, unit=unit, time=time)
        return _systems(held, (first, second), margin, reps, level, rng, levels)


def _systems(
    held: Series,
    names: tuple[str, str],
    margin: float,
    reps: int,
    level: float,
    rng: int | np.random.Generator,
    levels: Levels,
) -> LotkaVolterra:
    """Return the result of series that were read; the parameters are those of `lotka_volterra`."""
    generator = as_generator(rng)
    means = held.values.mean(axis=1, keepdims=True)
    stocks = held.values / means
    fit = one_system(stocks)
    draws = drawn_systems(stocks, fit, reps, generator)
    null = drawn_systems(stocks, one_system(stocks, alone=True), reps, generator)
    above, below = chance_of(fit.t, null.t)
    moved = 2.0 * fit.coefficients - draws.coefficients
    stages, share = assigned_stages(moved[..., 2], above, below, margin)
    lost = int(np.isnan(moved[..., 0, 0]).sum())
    return LotkaVolterra(
        title=message("Lotka-Volterra systems of {first} and {second}", first=names[0], second=names[1]),
        names=names,
        units=held.units,
        periods=tuple(int(one) for one in held.periods),
        values=held.values,
        means=means[:, 0],
        coefficients=fit.coefficients,
        draws=moved,
        above=above,
        below=below,
        stage=tuple(stages),
        share=share,
        shares=stage_shares(moved[..., 2], margin),
        margin=margin,
        level=level,
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps * len(stocks), seed=seed_of(rng), discarded=lost
        ),
        levels=levels,
        notes=held.notes,
    )
