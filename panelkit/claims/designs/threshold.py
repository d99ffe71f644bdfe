"""The kind `threshold`: whether the slope of a treatment changes at a value of another figure (R-THR)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Whole, bare, fill_roles
from panelkit.claims.findings import Condition, Finding, Measured, asked, uncomputed, weighed
from panelkit.claims.rules.headline import FIFTH
from panelkit.claims.rules.reading import written_p
from panelkit.claims.specify import Regression, specify
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.models.threshold.regions import ThresholdRegion
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.studies.dynamics.step_power import detectable_change, smallest_change
from panelkit.studies.dynamics.step_trials import INNER, StepTrial, inside_middle, label, step_trials
from panelkit.studies.dynamics.steps import Step, StepPanel, main_step
from panelkit.studies.estimation import fit_specification
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.sample import checked, cube_of
from panelkit.studies.specification import Specification


@offered("design", "threshold")
class ThresholdDesign(MeasuredDesign):
    """The change of the slope of `treatment` at a value of `threshold`, found by search, with Hansen's bootstrap F.

    The treatment stands less its province's mean, so that a threshold is a change of slope and no shift of levels;
    `threshold` and `controls` are held fixed. `lag` lags treatment and threshold.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "threshold", "controls")
    LAGGED: ClassVar[tuple[str, ...]] = ("treatment", "threshold")
    DERIVED: ClassVar[bool] = True
    SHOWN: ClassVar[tuple[str, ...]] = ("controls", "lag")

    kind: Literal["threshold"]
    outcome: Expression
    treatment: Expression
    threshold: Expression
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    draws: Whole = Field(default=999, ge=299, le=99_999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _searches_among_another(self) -> Self:
        if bare(self.threshold) == bare(self.outcome):
            raise ValueError(
                message("the threshold variable is the outcome: regimes would be chosen by the errors")
            )
        return self

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the regression without a threshold: treatment, then the threshold variable, then the controls."""
        variable = f"lag({self.threshold}, {self.lag})" if self.lag else self.threshold
        same = self._own(claim)
        regression = Regression(
            outcome=self.outcome,
            treatment=self.treatment,
            controls=self.controls if same else (variable, *self.controls),
            lag=self.lag,
            estimator="fixed_effects",
            vcov="CRV3",
        )
        return [specify(claim, self, regression)]

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Search the threshold, test it, and ask the conditions.

        Raises
        ------
        SpecError, DataError
            If a figure is not held, or nothing can be searched.
        """
        (spec,) = self.specifications(claim)
        data = figures.exact(spec)
        fit = fit_specification(spec, data)
        panel = self._panel(checked(fit, fit.terms[0]), figures, own=self._own(claim))
        main = main_step(panel, self.draws, self.seed)
        trials = step_trials(panel, main, self.draws, self.seed)
        tick(1)
        region = main.region(0)
        return Finding(
            measured=Measured(
                quantity=message("change of slope at the threshold"),
                value=float(main.change[0]),
                p_value=float(main.p[0]),
                detectable=detectable_change(panel, main, self.draws, self.seed),
                smallest=float(smallest_change(panel, main)[0]),
                why=FIFTH,
                conditions=tuple(_conditions(panel, main, region, trials)),
                sentence=self._said(main, region, fit),
                table=_ratios(region),
                facts={
                    "nobs": fit.nobs,
                    "n_units": int(panel.layout.n_units),
                    "years": fit.facts["years"],
                    "threshold": float(main.value[0]),
                    "F": float(main.f[0]),
                    "draws": self.draws,
                    "seed": self.seed,
                },
            ),
            data=data,
        )

    def _own(self, claim: Claim) -> bool:
        """Return whether the treatment is its own threshold variable."""
        return bare(fill_roles(self.threshold, claim.quantities)) == bare(
            fill_roles(self.treatment, claim.quantities)
        )

    def _panel(self, design: Design, figures: Figures, *, own: bool) -> StepPanel:
        """Return the rows of the design; the threshold variable is the treatment itself where it is no other."""
        names = [name for name in design.terms if name != "Intercept"]
        columns = {name: np.asarray(design.X[:, at]) for at, name in enumerate(design.terms)}
        x = columns[names[0]]
        held = names[1:] if own else names[2:]
        return StepPanel(
            y=np.asarray(design.y)[None, :],
            x=x,
            q=x if own else columns[names[1]],
            controls=np.column_stack([columns[name] for name in held]) if held else np.empty((len(x), 0)),
            unit=design.unit,
            time=design.time,
            regions=cube_of(design, names[0], regions=figures.told_regions).regions,
            variable=self.threshold,
        )

    def _said(self, main: Step, region: ThresholdRegion, fit: FitResult) -> Message:
        return message(
            "The best split is where {variable} passes {value:.4g} (95 % region {region}): above it the slope is that "
            "below plus {change:.3g}; F = {f:.3g}, bootstrap p {p} (the larger one of residuals of {units} drawn again "
            "and under random signs, {draws} draws each; {nobs} rows, {years}).",
            change=float(main.change[0]),
            variable=verbatim(f"`{self.threshold}`"),
            value=float(main.value[0]),
            region=region.said(),
            f=float(main.f[0]),
            p=written_p(float(main.p[0])),
            draws=self.draws,
            nobs=fit.nobs,
            years=verbatim(str(fit.facts["years"])),
        )


def _ratios(region: ThresholdRegion) -> pd.DataFrame:
    return pd.DataFrame(
        {"value": region.values, "likelihood_ratio": region.ratios, "critical": region.critical}
    )


def _conditions(
    panel: StepPanel, main: Step, region: ThresholdRegion, trials: tuple[StepTrial, ...]
) -> Iterator[Condition]:
    low, high = (float(end) for end in np.quantile(panel.q, INNER))
    first, last = region.bounds
    yield asked(
        "inside",
        message("the region of the threshold lies inside the middle four fifths of the rows"),
        inside_middle(panel, region),
        message("{region}, which reaches an end of what was searched", region=region.said())
        if any(region.edges)
        else message("{region} in [{low:.4g}, {high:.4g}]", region=region.said(), low=low, high=high),
        low=first,
        high=last,
    )
    for trial in trials:
        yield _condition(trial)


def _condition(trial: StepTrial) -> Condition:
    if trial.step is None:
        return uncomputed(trial.name, label(trial.name), trial.reason)
    p, change = float(trial.step.p[0]), float(trial.step.change[0])
    numbers = {"change": change, "F": float(trial.step.f[0])}
    if np.isnan(p):  # the main test is not significant, and nothing hangs on it
        said = message("not asked: no change to be explained")
        return Condition(
            key=trial.name,
            asks=label(trial.name),
            outcome="printed",
            found=said,
            decides=False,
            numbers=numbers,
        )
    return weighed(
        trial.name,
        label(trial.name),
        message("change {change:.3g}, p {p}", change=change, p=written_p(p)),
        passes=bool(trial.passes[0]),
        takes_away=bool(trial.takes_away[0]),
        numbers={**numbers, "p": p},
    )
