"""The allocation of money over units and the links of a chain: the door for panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.allocation import options
from panelkit.evaluation.allocation.allocated import Point
from panelkit.evaluation.allocation.chain import Calibration, Chain, estimated_chain, formulas_of, given_chain
from panelkit.evaluation.allocation.changes import moved_share
from panelkit.evaluation.allocation.frontier import FEWER_PENALTIES, PENALTIES, Frontier, frontier
from panelkit.evaluation.allocation.imbalance import BALANCES, Balance, gini
from panelkit.evaluation.allocation.plan import Plan
from panelkit.evaluation.allocation.result import Allocation
from panelkit.evaluation.allocation.rivals import rules
from panelkit.evaluation.allocation.said import notes_of
from panelkit.evaluation.allocation.technology import Technology
from panelkit.evaluation.allocation.uncertain import Drawn, Gain, drawn, gain_of
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count, check_number
from panelkit.language.spelt import option

_CALIBRATIONS = ("actual", "effects")


@offered(
    "evaluation",
    "allocate",
    family="allocation",
    result="Allocation",
    source="our reconstruction of an allocation model with structural balance; Efron 1983 (optimism)",
    public=True,
)
def allocate(
    data: pd.DataFrame,
    links: Mapping[str, str],
    *,
    year: Any = None,
    controls: Sequence[str] = (),
    elasticities: Any = None,
    covariance: Any = None,
    weights: Any = None,
    balance: Balance = "shares",
    balance_weight: float = 1.0,
    shares: Any = None,
    budget: float | None = None,
    lower: Any = 0.5,
    upper: Any = 2.0,
    calibrate: Calibration = "actual",
    reps: int = 499,
    rng: int | np.random.Generator = 0,
    level: float = 0.95,
    certain: float = 0.975,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> Allocation:
    """Return the allocation of money that makes most output for its imbalance, beside the actual one.

    Our reconstruction of an allocation model with structural balance. Cell (j, k) makes A x^eta_k; eta from a panel
    regression of log output on log spending with effects of units and periods, A such that the actual money of `year`
    makes the actual output. Maximised is the weighted index of output, 1 at the actual allocation, less
    `balance_weight` times imbalance. Elasticities are drawn from their joint covariance (units left out in turn, all
    links at once), errors of outputs from residuals, and the problem is solved again for every draw.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    links
        Names of the links to "output ~ spending", {"research": "patents ~ rd"}; sides may be sums of columns. Spending
        is in one unit of money (or people) in all links, and no yuan stands in two of them.
    year
        The year that is allocated; None: the newest that all links hold.
    controls
        Further terms of the regressions, as a formula writes them.
    elasticities, covariance
        Elasticities by link, and their covariance (K, K), in place of the regressions.
    weights
        Worth of the links' outputs by link; None: alike.
    balance
        Imbalance: "shares", squared distances of the links' shares of the money from `shares` (exact, by the dual);
        "marginal", the coefficient of variation of the marginal products; "coupling", one minus the mean coupling
        degree of the links' outputs within units. The last two are searched from several starts, and every draw anew.
    balance_weight
        lambda, what one of imbalance is worth in the index of output; 0: output alone.
    shares
        Target shares of the links; None: the actual ones, from which the actual allocation is then not off.
    budget
        The money there is; None: what is spent.
    lower, upper
        Bounds as multiples of the actual money of a cell: a number, numbers by link, or a frame of units and links.
    calibrate
        "actual": to the output of the year, errors included; "effects": to what effects and spending predict of it.
    reps
        Number of draws; 0: the point alone.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    level
        Level of the intervals.
    certain
        Share of the draws that must agree on the sign of a change for it to be named; .975 is that of a 95 % interval
        on one side of no change.
    where
        Condition on the rows of the regressions and of the year.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Allocation
        Actual and optimal money, changes with intervals, the frontier, rules it is compared with, the gain corrected.

    Raises
    ------
    DataError
        If outputs or spending are zero or missing, or rows are too few.
    SpecError
        If an elasticity is not between 0 and 1, or bounds, budget, weights or shares cannot hold.
    ConvergenceError
        If no start ends at an optimum.

    Examples
    --------
    >>> links = {"state": "patents_granted ~ rd_funds_government", "rest": "gdp ~ rd_expenditure - rd_funds_government"}
    >>> found = pk.allocate(panel, links, elasticities={"state": 0.1, "rest": 0.3}, reps=0)
    """
    check_count("reps", reps, 0)
    check_confidence(level)
    _check(balance, calibrate, balance_weight, certain, elasticities, covariance)
    formulas = formulas_of(links, controls)
    rows: dict[str, Any] = {"year": year, "where": where, "unit": unit, "time": time}
    with own_words(data, unit, time) as levels:
        chain = _chain(data, formulas, elasticities, covariance, calibrate, rows)
        worth = options.weights_of_links(weights, chain.links)
        actual = chain.spending.sum(axis=0) / chain.spending.sum()
        plan = Plan(
            bounds=options.bounds_of(lower, upper, budget, chain),
            kind=balance,
            penalty=float(balance_weight),
            target=actual if shares is None else options.shares_of("shares", shares, chain.links),
        )
        technology = Technology.calibrated(chain.spending, chain.outputs, chain.elasticity, worth)
        optimal, met = plan.optimum(technology)
        draws = None
        if reps:
            draws = drawn(chain, worth, lambda drawn: plan.optima(drawn, optimal), reps, rng)
        under = None if draws is None else (draws.technology, draws.optimal)
        gain = gain_of(optimal, technology, under, level)
    return Allocation(
        title=message(
            "Allocation over {n} {units} and {k} links, {year}",
            n=len(chain.units),
            k=len(chain.links),
            year=chain.year,
        ).spoken(*levels),
        chain=chain,
        plan=plan,
        optimal=optimal,
        met=met,
        gain=gain,
        curve=_curve(plan, technology),
        points=_points(plan, technology, chain, (optimal, gain), draws, level),
        draws=draws,
        level=level,
        certain=certain,
        notes=tuple(
            note.spoken(*levels)
            for note in notes_of(chain, plan, met, draws, reps, rng, calibrate, shares is None, certain)
        ),
        levels=levels,
    )


def _check(
    balance: Any, calibrate: Any, balance_weight: Any, certain: Any, elasticities: Any, covariance: Any
) -> None:
    """Refuse options that have no meaning, or nothing to act on."""
    if balance not in BALANCES:
        raise SpecError(
            message("balance is one of {known}, not {given!r}", known=list(BALANCES), given=balance)
        )
    if calibrate not in _CALIBRATIONS:
        raise SpecError(
            message("calibrate is one of {known}, not {given!r}", known=list(_CALIBRATIONS), given=calibrate)
        )
    if check_number("balance_weight", balance_weight) < 0.0:
        raise SpecError(message("balance_weight is 0 or more, not {given:g}", given=balance_weight))
    if not 0.5 < check_number("certain", certain) <= 1.0:
        raise SpecError(
            message("certain is a share of draws above .5 and at most 1, not {given:g}", given=certain)
        )
    if elasticities is None and covariance is not None:
        raise SpecError(message("covariance is that of `elasticities`: give both, or neither"))
    if elasticities is not None and calibrate == "effects":
        raise SpecError(
            message(
                "{calibrate} needs the regressions, and `elasticities` stand in their place",
                calibrate=option("calibrate", "effects"),
            )
        )


def _chain(
    data: Any, formulas: Mapping[str, str], elasticities: Any, covariance: Any, calibrate: Any, rows: Any
) -> Chain:
    if elasticities is None:
        return estimated_chain(data, formulas, calibrate=calibrate, **rows)
    links = tuple(formulas)
    given = options.link_values("elasticities", elasticities, links)
    return given_chain(data, formulas, given, options.covariance_of(covariance, links), **rows)


def _curve(plan: Plan, technology: Technology) -> Frontier:
    """Return the frontier; each search starts where the one before it ended."""
    measure = plan.imbalance(technology)
    held: list[FloatArray] = []

    def point(penalty: float) -> tuple[float, float]:
        x, _ = plan.weighing(penalty).optimum(technology, held[-1] if held else None)
        held.append(x)
        return float(technology.index(x)), measure(x)

    penalties = PENALTIES if plan.kind == "shares" else FEWER_PENALTIES
    return frontier(point, (1.0, measure(technology.actual)), penalties)


def _points(
    plan: Plan,
    technology: Technology,
    chain: Chain,
    optimal: tuple[FloatArray, Gain],
    draws: Drawn | None,
    level: float,
) -> dict[str, Point]:
    """Return the actual allocation, those of simple rules and the optimum."""
    measure = plan.imbalance(technology)
    held = {"actual": (technology.actual, Gain(0.0, 0.0))}
    for name, rule in rules(plan.bounds, chain.covariance).items():
        chosen = rule(technology)
        under = None if draws is None else (draws.technology, rule(draws.technology))
        held[name] = chosen, gain_of(chosen, technology, under, level)
    held["optimal"] = optimal
    return {
        name: Point(
            x, measure(x), float(moved_share(technology.actual, x)), gini(technology.marginal(x)), gain
        )
        for name, (x, gain) in held.items()
    }
