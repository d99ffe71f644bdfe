"""What an allocation says of itself: how it was made, how sure it is, and what it does not show."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.evaluation.allocation.chain import Calibration, Chain
from panelkit.evaluation.allocation.imbalance import Balance
from panelkit.evaluation.allocation.optimality import Optimality
from panelkit.evaluation.allocation.plan import Plan
from panelkit.evaluation.allocation.uncertain import Drawn
from panelkit.kernels.rng import seed_of
from panelkit.language.message import Message, message
from panelkit.results.fit import Uncertainty

BALANCE_WORDS: dict[Balance, Message] = {
    "shares": message("squared distance of the links' shares of the money from their targets"),
    "marginal": message("coefficient of variation of the marginal products of money"),
    "coupling": message("one minus the mean coupling degree of the links' outputs within {units}"),
}


def notes_of(
    chain: Chain,
    plan: Plan,
    met: Optimality,
    draws: Drawn | None,
    reps: int,
    rng: int | np.random.Generator,
    calibrate: Calibration,
    own_target: bool,
    certain: float,
) -> tuple[Message, ...]:
    """Return the notes of an allocation."""
    told = [
        message(
            "our reconstruction of an allocation model with structural balance: the articles that name one do not "
            "print it"
        ),
        _elasticities(chain),
        _calibrated(calibrate),
        message(
            "imbalance: {measure}; one of it is worth {weight:g} of the output index",
            measure=BALANCE_WORDS[plan.kind],
            weight=plan.penalty,
        ),
    ]
    if own_target and plan.kind == "shares":
        told.append(message("target shares are the actual ones, so that the actual allocation is balanced"))
    told += [_solved(plan, met), *_drawn(chain, draws, reps, rng, certain)]
    told.append(
        message(
            "elasticities are associations within {units} over {periods}: where money follows output they overstate "
            "what money does, and bounds keep the optimum where they were estimated"
        )
    )
    return (*told, *chain.notes)


def _elasticities(chain: Chain) -> Message:
    if chain.covariance is None:
        values = [
            message("{link} {value:.3f}", link=link, value=value)
            for link, value in zip(chain.links, chain.elasticity, strict=True)
        ]
    else:
        errors = np.sqrt(np.diag(chain.covariance))
        values = [
            message("{link} {value:.3f} ({error:.3f})", link=link, value=value, error=error)
            for link, value, error in zip(chain.links, chain.elasticity, errors, strict=True)
        ]
    if chain.fits:
        return message(
            "elasticities of output to money, errors by leaving out one {unit} at a time: {values}",
            values=values,
        )
    return message("elasticities of output to money as given: {values}", values=values)


def _calibrated(calibrate: Calibration) -> Message:
    if calibrate == "effects":
        return message("the actual money makes the output that effects and spending predict")
    return message(
        "the actual money makes the actual output, and its error of the {period} counts as productivity"
    )


def _solved(plan: Plan, met: Optimality) -> Message:
    if met.single:
        return message(
            "the bounds leave one allocation, and nothing is chosen: the conditions of an optimum say nothing here"
        )
    how = message("the dual, exact") if plan.separable else message("SLSQP from several starts")
    return message(
        "solved by {how}; conditions of an optimum missed by: stationarity {stationarity:.1e}, complementarity "
        "{complementarity:.1e}, feasibility {feasibility:.1e}; {lower} cells at the lower bound, {upper} at the upper",
        how=how,
        stationarity=met.stationarity,
        complementarity=met.complementarity,
        feasibility=met.feasibility,
        lower=met.at_lower,
        upper=met.at_upper,
    )


def _drawn(chain: Chain, draws: Drawn | None, reps: int, rng: Any, certain: float) -> list[Message]:
    if draws is None:
        return [message("no draws: how sure the optimum is, is not known, and its gain is overstated")]
    told: list[Message] = [
        Uncertainty(method="draws", reps=reps, seed=seed_of(rng)).sentence(),
        message("a change is named where its sign holds in at least {share:.3g} of the draws", share=certain),
    ]
    if draws.held:
        told.append(
            message(
                "{n} of {reps} draws have an elasticity outside 0.01 to 0.99 and are held there: what money does in "
                "that link is hardly known",
                n=draws.held,
                reps=reps,
            )
        )
    if len(chain.noise):
        lasting = [
            message("{link} {value:.2f}", link=link, value=value)
            for link, value in zip(chain.links, chain.memory, strict=True)
        ]
        told.append(
            message(
                "share of an output's error that lasts into the next {period}, by residuals: {values}; the rest is "
                "drawn",
                values=lasting,
            )
        )
    else:
        told.append(
            message("outputs are taken as free of error: the draws are those of the elasticities alone")
        )
    return told
