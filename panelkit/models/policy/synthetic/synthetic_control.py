"""Synthetic control: the treated unit against the weighted average of donors that was most like it before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.conditions import check_where
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator, offered
from panelkit.language.options import check_count
from panelkit.models.policy.synthetic import synthetic_tables as tables
from panelkit.models.policy.synthetic.synthetic_choices import check_choices, check_v, several, with_outcomes
from panelkit.models.policy.synthetic.synthetic_fit import (
    Rule,
    Synthetic,
    Target,
    V,
    stacked,
    synthesise,
    targets_of,
    without_each_donor,
)
from panelkit.models.policy.synthetic.synthetic_notes import control_facts, control_notes
from panelkit.models.policy.synthetic.synthetic_panel import (
    FEWEST_BEFORE,
    incomplete,
    moved_back,
    read_predictor,
    read_predictors,
    read_rectangle,
)
from panelkit.models.policy.synthetic.synthetic_placebos import Placebos, Statistic, placebos_in_space
from panelkit.models.policy.synthetic.synthetic_result import ATT, SyntheticControlFit
from panelkit.models.reading import open_frame, spoken_errors
from panelkit.results.derived import Uncertainty


@estimator(
    "synthetic_control",
    family="policy",
    can=["placebos"],
    result="SyntheticControlFit",
    source="Abadie, Diamond and Hainmueller 2010",
)
@dataclass(frozen=True)
class SyntheticControl:
    """The effect of a policy on one or a few units, against a weighted average of units without it.

    Parameters
    ----------
    formula
        `outcome ~ 1` matches the outcome in every period before adoption; `outcome ~ x1 + x2` matches predictors, each
        averaged over the periods before. A term is a column or an expression such as `log(gdp)`.
    cohort, treatment
        When units adopt, one of the two, as in `StaggeredDiD`. Donors are all units that do not adopt in the sample.
    outcomes
        What of the outcome is matched beside predictors: "mean" (of the periods before), "all", "none", or a tuple of
        periods. None: "all" without predictors, "mean" with them.
    windows
        Predictors over periods of their own, `(("beer", 1984, 1988), ...)`, first and last period each.
    v
        How much each predictor counts: "nested" (the weights under which the outcome before fits best), "equal", or one
        number a predictor, in the order of `balance`: those of the formula, of `windows`, of `outcomes`.
    several
        "average": one synthetic control for the average of the treated; "each": one for every unit, stacked in event
        time. None: "average" where all adopt at one date, "each" otherwise.
    placebos
        The most placebos that are drawn; all are taken where there are no more. 0: none, and no p-value.
    worst_fit
        Leave out placebos whose pre-RMSPE is more than so many times that of the treated; None keeps all.
    statistic
        What placebos are ranked by: the "ratio" of the RMSPE after and before, or "post", that after alone. None: the
        ratio, or "post" where a fit before is perfect, as more donors than periods can make it.
    rng
        Seed of the draws.
    where
        A condition on the rows that enter, as in `FixedEffects`: the pool of donors is chosen by it.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "digital_economy")
    >>> fit = pk.SyntheticControl("log(gdp) ~ 1", treatment="digital_economy", placebos=19).fit(pilots)
    >>> fit.terms, list(fit.weights["donor"][:3])
    (('ATT', '0', '1'), ['Jiangsu', 'Shanghai', 'Guizhou'])
    """

    formula: str
    cohort: str | None = None
    treatment: str | None = None
    outcomes: str | tuple[int, ...] | None = None
    windows: tuple[tuple[str, int, int], ...] = ()
    v: V = "nested"
    several: str | None = None
    placebos: int = 499
    worst_fit: float | None = None
    statistic: Statistic | None = None
    rng: int = 0
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        check_choices(self)

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> SyntheticControlFit:
        """Estimate the effects on a panel without missing outcomes.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.

        Returns
        -------
        SyntheticControlFit
            The mean effect over treated unit-periods and the effects by event time; `weights`, `balance`, `gaps`,
            `placebos`; `in_time(back)` and `without_each_donor()` for what it bears.

        Raises
        ------
        DataError, SpecError
            As `FixedEffects.fit` does; also for a treatment that switches off, no donor, one period before adoption,
            missing cells, predictors that are missing before, and options without meaning here.
        """
        frame = open_frame(data, unit, time)
        outcome = self.formula.split("~", 1)[0]
        rectangle = read_rectangle(
            f"{outcome} ~ 1",
            frame,
            unit=unit,
            time=time,
            cohort=self.cohort,
            treatment=self.treatment,
            where=self.where,
        )
        reading: dict[str, Any] = {"unit": unit, "time": time, "where": self.where}
        named = read_predictors(self.formula, frame, rectangle, **reading)
        windowed = [
            read_predictor(label, frame, rectangle, between=(first, last), **reading)
            for label, first, last in self.windows
        ]
        with spoken_errors(rectangle.panel.design):
            predictors = with_outcomes(self, rectangle, (*named, *windowed))
            rule = Rule(rectangle, predictors, self.v)
            check_v(self.v, predictors)
            targets = targets_of(rectangle, several(self.several, rectangle))
            return _estimated(self, rule, targets)


def _estimated(
    spec: SyntheticControl, rule: Rule, targets: tuple[Target, ...], notes: tuple[Message, ...] = ()
) -> SyntheticControlFit:
    """Return the result for targets on one pool of donors."""
    rectangle = rule.rectangle
    found = tuple(synthesise(rule, target, rectangle.donors) for target in targets)
    stack = stacked(found, rectangle.periods)
    tests = _tests(spec, rule, found)
    after = stack.after
    terms = (ATT, *(f"{event:.0f}" for event in stack.event[after]))
    estimates = np.append(stack.effect, stack.gap[after])
    design = rectangle.panel.design
    return SyntheticControlFit(
        title=message("Synthetic control: {outcome}", outcome=design.outcome),
        terms=terms,
        equations=("overall", *("event" for _ in terms[1:])),
        estimates=estimates,
        covariance=_covariance(tests, len(terms), after),
        facts=control_facts(rectangle, targets, stack, tests),
        notes=(
            *design.notes,
            *rectangle.panel.notes,
            *notes,
            *incomplete(rectangle, rule.predictors),
            *control_notes(rule, found, stack, tests),
        ),
        uncertainty=_uncertainty(spec, tests),
        levels=design.level_names,
        outcome=design.outcome,
        spec=spec,
        weights=tables.weights_of(rectangle, found),
        gaps=tables.gaps_of(rectangle, found),
        balance=tables.balance_of(rule, found),
        placebos=tables.placebos_of(rectangle, stack, tests),
        placebo_gaps=pd.DataFrame()
        if tests is None
        else tables.placebo_gaps_of(rectangle, stack.event, tests.members, tests.gap, tests.kept),
        dropped=design.dropped,
        stack=stack,
        found=found,
        tests=tests,
        rule=rule,
    )


def _tests(spec: SyntheticControl, rule: Rule, found: tuple[Synthetic, ...]) -> Placebos | None:
    if spec.placebos == 0:
        return None
    rng = as_generator(spec.rng)
    return placebos_in_space(
        rule, found, reps=spec.placebos, rng=rng, worst=spec.worst_fit, statistic=spec.statistic
    )


def _covariance(tests: Placebos | None, k: int, after: Any) -> Any:
    """Return the covariance of the placebos that are compared with, missing where there are fewer than two."""
    if tests is None or int(tests.kept.sum()) < 2:
        return np.full((k, k), np.nan)
    joined = np.column_stack([tests.effect, tests.gap[:, after]])[tests.kept]
    return np.atleast_2d(np.cov(joined, rowvar=False, ddof=0))


def _uncertainty(spec: SyntheticControl, tests: Placebos | None) -> Uncertainty:
    if tests is None:
        return Uncertainty(method="none")
    return Uncertainty(
        method="placebo", reps=len(tests.members), seed=None if tests.enumerated else seed_of(spec.rng)
    )


@offered("capability")
def backdated(fit: SyntheticControlFit, back: int) -> SyntheticControlFit:
    """Return the effects of `fit` had adoption been `back` periods earlier; see `SyntheticControlFit.in_time`."""
    check_count("back", back)
    rule = fit.rule
    earliest = int(rule.rectangle.dates[0]) - back
    if earliest < FEWEST_BEFORE:
        raise SpecError(
            message(
                "{back} {periods} earlier leave {left} before adoption: {least} are needed",
                back=back,
                left=max(earliest, 0),
                least=FEWEST_BEFORE,
            ).spoken(*fit.level_names)
        )
    targets = tuple(
        Target(each.target.members, each.target.start - back, each.target.start) for each in fit.found
    )
    said = message(
        "a placebo in time: adoption is set {back} {periods} before it was, and gaps end where it began",
        back=back,
    )
    with spoken_errors(rule.rectangle.panel.design):
        return _estimated(fit.spec, rule.over(moved_back(rule.rectangle, back)), targets, (said,))


@offered("capability")
def donors_left_out(fit: SyntheticControlFit) -> pd.DataFrame:
    """Return effect and fit without each donor that has weight; see `SyntheticControlFit.without_each_donor`."""
    rectangle = fit.rule.rectangle
    weight = np.mean([each.weights for each in fit.found], axis=0)
    donors = fit.found[0].donors
    if len(donors) < 2:
        raise SpecError(message("there is one donor only: nothing is left without it"))
    rows = []
    for place in np.flatnonzero(weight > 0.0):
        stack = without_each_donor(fit.rule, fit.found, int(donors[place]))
        rows.append((rectangle.labels[donors[place]], weight[place], stack.effect, stack.pre_rmspe))
    frame = pd.DataFrame(rows, columns=["left_out", "weight", "estimate", "pre_rmspe"])
    return frame.sort_values(["weight", "left_out"], ascending=[False, True], ignore_index=True)
