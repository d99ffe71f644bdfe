"""`fusion_model`: the system dynamics of technology and industry as two logistic stocks that act on each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.evaluation.dynamics.fusion_quality import Fed, fit_statistics, held_out
from panelkit.evaluation.dynamics.fusion_result import FusionModel
from panelkit.evaluation.dynamics.integral_regression import LEAST
from panelkit.evaluation.dynamics.reading import Series, read_series
from panelkit.evaluation.dynamics.resampled import resampled_rates
from panelkit.evaluation.dynamics.shared_rates import shared_rates
from panelkit.evaluation.dynamics.shuffled_partners import LEAST_UNITS, shuffled_partners
from panelkit.evaluation.dynamics.stages import MARGIN, assigned_stages, checked_margin
from panelkit.evaluation.dynamics.trajectory_fit import trajectory_fit
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import ConvergenceError, DataError, SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count, check_number
from panelkit.results.derived import Uncertainty
from panelkit.results.fit import FloatArray


@dataclass(frozen=True)
class _Asked:
    """What the caller of `fusion_model` asked for beside the figures."""

    names: tuple[str, str]
    policy: Mapping[str, str]
    decay: tuple[float, float]
    margin: float
    reps: int
    shuffles: int
    holdout: int
    trajectories: bool
    level: float
    rng: int | np.random.Generator


@offered(
    "evaluation",
    family="dynamic evaluation",
    result="FusionModel",
    source="panelkit: mutualism of two logistic stocks (Lotka-Volterra), shared rates",
    public=True,
)
def fusion_model(
    data: Any,
    technology: str,
    industry: str,
    *,
    policy: Mapping[str, str] | None = None,
    decay: tuple[float, float] = (0.0, 0.0),
    margin: float = MARGIN,
    reps: int = 499,
    shuffles: int = 999,
    holdout: int = 2,
    trajectories: bool = True,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> FusionModel:
    """Return the system dynamics of fusion: technology and industry as two logistic stocks that act on each other.

    dS/dt = r_S S (1 - S/K_S + a_SI I/K_I) - d_S S + g_S and its mirror, a design of panelkit's own. Provinces share
    growth and interaction, capacities are their own. Least squares on integrals, corrected for the bias that draws
    from the fitted system show; nonlinear least squares on whole trajectories stand beside. The stage (mutualism
    互利, commensalism 偏利, parasitism 寄生, competition 竞争, amensalism 偏害, neutral) is named where 80 % of the
    draws agree and each sign is beyond what partners of other provinces show (p <= 0.05); otherwise it is
    undetermined.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    technology, industry
        Columns above zero: the two stocks.
    policy
        For a stock the column that feeds it, {"rd_stock": "rd_subsidy"}; what one unit of it brings is estimated.
    decay
        Depreciation rates a period of the two stocks, which figures cannot tell from growth: known, not estimated.
    margin
        Growth a period below which an interaction counts as none.
    reps
        Draws of the intervals.
    shuffles
        Shuffles of partners behind the p-values.
    holdout
        Last periods that are forecast from the periods before, beside three rivals.
    trajectories
        Whether to fit whole trajectories too.
    level
        Of the intervals.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    FusionModel
        Growth, interactions and stage with their uncertainty; `equilibria()`, `quality()`, `held_out`,
        `conditions()`, `scenario()`, `plot()` and `plot_phase()`.

    Raises
    ------
    DataError
        If a value is not above zero or missing, periods do not follow each other, or units or periods are too few.
    SpecError
        If a policy feeds no stock, margin is negative, or decay or holdout cannot be used.
    ConvergenceError
        If the two stocks are so much alike that their effects cannot be told apart.

    Examples
    --------
    >>> found = pk.fusion_model(
    ...     panel, "rd_expenditure", "gdp", reps=49, shuffles=99, holdout=1, trajectories=False, rng=1
    ... )
    >>> found.tidy()["term"].tolist()[:2]
    ['growth of rd_expenditure', 'growth of gdp']
    """
    asked = _Asked(
        (technology, industry),
        dict(policy or {}),
        _checked_decay(decay),
        checked_margin(margin),
        check_count("reps", reps, 19),
        check_count("shuffles", shuffles, 19),
        check_count("holdout", holdout),
        trajectories,
        check_confidence(level),
        rng,
    )
    _check_columns(asked)
    with own_words(data, unit, time) as levels:
        fed = list(dict.fromkeys(asked.policy.values()))
        held = read_series(data, asked.names, free=fed, least=LEAST + asked.holdout, unit=unit, time=time)
        return _model(held, asked, fed, levels)


def _model(held: Series, asked: _Asked, fed: list[str], levels: Levels) -> FusionModel:
    """Return the result of series that were read."""
    if len(held.units) < LEAST_UNITS:
        raise DataError(
            message(
                "{count} {units} are too few for shared rates and shuffled partners: {least} or more, or "
                "`lotka_volterra`, a system a {unit}",
                count=len(held.units),
                least=LEAST_UNITS,
            )
        )
    generator = as_generator(asked.rng)
    means = held.values[:, :, :2].mean(axis=1, keepdims=True)
    stocks = held.values[:, :, :2] / means
    policy = _policy(held, asked, fed, means)
    fit = shared_rates(stocks, policy)
    if not np.isfinite(fit.effects).all():
        raise ConvergenceError(
            message(
                "{first} and {second} cannot be told apart: in every {unit} one is nearly a multiple of the "
                "other, or a policy is; take other columns",
                first=asked.names[0],
                second=asked.names[1],
            )
        )
    draws, usable = resampled_rates(stocks, fit, asked.reps, generator, policy)
    above, below = shuffled_partners(stocks, asked.shuffles, generator, policy)
    moved = np.where(usable[:, None, None, None], 2.0 * fit.coefficients - draws.coefficients, np.nan)
    stage, share = assigned_stages(moved[:, :1, :, 2], above[None], below[None], asked.margin)
    beside = (
        trajectory_fit(stocks, fit.coefficients, generator) if asked.trajectories and policy is None else None
    )
    return FusionModel(
        title=message(
            "Fusion of {first} and {second}: two logistic stocks", first=asked.names[0], second=asked.names[1]
        ),
        names=asked.names,
        units=held.units,
        periods=tuple(int(one) for one in held.periods),
        stocks=stocks,
        means=means[:, 0],
        fit=fit,
        draws=moved,
        fed_draws=np.where(usable[:, None], 2.0 * fit.feeds - draws.feeds, np.nan),
        policy=dict(asked.policy),
        decay=np.array(asked.decay),
        above=above,
        below=below,
        stage=stage[0],
        share=float(share[0]),
        margin=asked.margin,
        trajectories=beside,
        statistics=fit_statistics(stocks, fit, Fed(policy), asked.names),
        held_out=held_out(stocks, Fed(policy), asked.holdout, asked.names),
        shuffles=asked.shuffles,
        level=asked.level,
        uncertainty=Uncertainty(
            method="bootstrap", reps=asked.reps, seed=seed_of(asked.rng), discarded=int((~usable).sum())
        ),
        levels=levels,
        notes=held.notes,
    )


def _policy(held: Series, asked: _Asked, fed: list[str], means: FloatArray) -> FloatArray | None:
    """Return what feeds the stocks (N, T, 2) in means of the stock; None without a policy."""
    if not fed:
        return None
    found = np.zeros_like(held.values[:, :, :2])
    for at, name in enumerate(asked.names):
        if name in asked.policy:
            found[:, :, at] = held.values[:, :, 2 + fed.index(asked.policy[name])]
    return np.asarray(found / means)


def _checked_decay(decay: Any) -> tuple[float, float]:
    """Return two rates of depreciation between 0 and 1."""
    rates = tuple(decay) if isinstance(decay, list | tuple) else ()
    if len(rates) != 2:
        raise SpecError(message("decay holds two rates, (0.15, 0.1), not {decay!r}", decay=decay))
    first, second = (check_number("decay", rate) for rate in rates)
    if not (0.0 <= first < 1.0 and 0.0 <= second < 1.0):
        raise SpecError(message("rates of decay lie between 0 and 1, not {rates}", rates=[first, second]))
    return first, second


def _check_columns(asked: _Asked) -> None:
    """Refuse one column as both stocks, and a policy for a stock that there is not."""
    first, second = asked.names
    if first == second:
        raise SpecError(message("two stocks need two columns, not {column} twice", column=first))
    strange = [name for name in asked.policy if name not in asked.names]
    if strange:
        raise SpecError(
            message(
                "policy feeds {strange}, and the stocks are {first} and {second}: write {{stock: column}}",
                strange=strange,
                first=first,
                second=second,
            )
        )
