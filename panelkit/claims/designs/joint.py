"""The kind `joint`: whether several figures explain an outcome beyond what is held fixed (R-JOINT)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Test, Whole
from panelkit.claims.findings import Condition, Finding, Measured, uncomputed, weighed
from panelkit.claims.specify import Regression, whole_grid
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.studies.estimation import fit_specification
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.joint import joint
from panelkit.studies.scrutiny.joint_trials import JointPanel, JointTrial, main_twin, scrutinise_joint
from panelkit.studies.scrutiny.sample import cube_of
from panelkit.studies.scrutiny.trial import label
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED, Tally, reason_of

GRID_DRAWS = 999
"""Draws of a grid row: its p is counted, no rule reads it."""


@offered("design", "joint")
class JointDesign(MeasuredDesign):
    """A regression with unit and year effects in which several figures are tested together, `given` held fixed.

    `lag` lags the figures tested.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "tested", "given")
    LAGGED: ClassVar[tuple[str, ...]] = ("tested",)
    DERIVED: ClassVar[bool] = True
    TESTED: ClassVar[bool] = True
    SHOWN: ClassVar[tuple[str, ...]] = ("lag",)
    WALKED: ClassVar[bool] = True

    kind: Literal["joint"]
    outcome: Expression
    tested: tuple[Expression, ...] = Field(min_length=1, max_length=6)
    given: tuple[Expression, ...] = Field(min_length=1)
    lag: Whole = Field(default=0, ge=0, le=5)

    @model_validator(mode="after")
    def _tests_what_is_not_given(self) -> Self:
        twice = [text for text in self.tested if text in self.given or self.tested.count(text) > 1]
        if twice:
            raise ValueError(
                message("tested {terms} stand twice, or are given: name each once", terms=sorted(set(twice)))
            )
        return self

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the main specification, then every other combination of the grid's axes."""
        regression = Regression(
            outcome=self.outcome,
            treatment=self.tested[0],
            controls=self.given,
            lag=self.lag,
            estimator="fixed_effects",
            vcov="CRV3",
            mediators=self.tested[1:],
        )
        return list(dict.fromkeys(_together(spec) for spec in whole_grid(claim, self, regression)))

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Test the figures together, with the conditions, and on the grid.

        Raises
        ------
        SpecError, DataError
            If the main specification cannot be computed.
        """
        if claim.test is None:
            raise SpecError(
                message("claim {claim} has no [claim.test]: name the method and its seed", claim=claim.id)
            )
        specs = self.specifications(claim)
        data = figures.exact(specs[0])
        fit = fit_specification(specs[0], data)
        panel = self._panel(fit, specs[0], figures)
        found = scrutinise_joint(panel, Lots(claim.test.reps, claim.test.seed, claim.test.weights))
        tick(1)
        grid, tally = self._on_grid(claim.test, specs, figures, tick)
        main = found.main
        return Finding(
            measured=Measured(
                quantity=message("share explained together (partial R2)"),
                value=main.share,
                low=0.0,
                high=found.bound,
                p_value=main.p,
                detectable=main.detectable,
                conditions=tuple(condition_of(trial) for trial in found.trials),
                sentence=message(
                    "{terms} explain together {share:.1%} of what {given} and the effects leave, at most {bound:.1%} "
                    "(95 %); F = {f:.3g}, p = {p:.3g}.",
                    terms=list(fit.terms[: main.q]),
                    share=main.share,
                    given=list(self.given),
                    bound=found.bound,
                    f=main.statistic,
                    p=main.p,
                ),
                facts={"nobs": fit.nobs, "years": fit.facts["years"], "q": main.q, "F": main.statistic},
                tally=tally,
            ),
            fit=fit,
            data=data,
            printed=grid,
        )

    def _panel(self, fit: FitResult, spec: Specification, figures: Figures) -> JointPanel:
        """Return the sample of a fit as arrays, with the next year's figures where they are held."""
        q, design = len(self.tested), fit.design
        assert design is not None  # fixed effects keep theirs
        names = [term for term in fit.terms if term != "Intercept"][:q]
        cubes = [cube_of(design, name, regions=figures.told_regions) for name in names]
        first = cubes[0]
        lead = [_ahead(spec, text, fit, figures, first) for text in (spec.treatment, *spec.controls[: q - 1])]
        return JointPanel(
            first.y[0],
            np.stack([one.x[0] for one in cubes]),
            first.controls[q - 1 :],
            first.held,
            first.regions,
            None if any(one is None for one in lead) else np.stack([one for one in lead if one is not None]),
        )

    def _on_grid(
        self, test: Test, specs: list[Specification], figures: Figures, tick: Tick
    ) -> tuple[tuple[Condition, ...], Tally | None]:
        """Return on how much of the grid the joint test is significant; nothing where no grid is declared."""
        if len(specs) == 1:
            return (), None
        lots, p, lost = Lots(GRID_DRAWS, test.seed, test.weights), [], []
        for spec in specs:
            try:
                panel = self._panel(fit_specification(spec, figures.panel(spec)), spec, figures)
                p.append(joint(main_twin(panel), panel.y, panel.X, lots).p)
            except NOT_COMPUTED as error:
                lost.append((spec.formula, reason_of(error)))
            tick(1)
        tally = Tally(len(p), tuple(lost))
        share = sum(value < 1.0 - float(test.level) for value in p) / tally.declared
        found = message("significant in {share:.0%} of {n} specifications", share=share, n=tally.declared)
        grid = Condition(
            key="grid",
            asks=label("grid"),
            outcome="printed",
            found=found,
            decides=False,
            numbers={"share": share, "n": tally.declared},
        )
        return (grid,), tally


def _together(spec: Specification) -> Specification:
    """Return the regression with the figures tested first, each with its lag, then what is given."""
    first, *others = (
        f"lag({text}, {spec.lag})" if spec.lag else text for text in (spec.treatment, *spec.mediators)
    )
    return replace(spec, treatment=first, controls=(*others, *spec.controls), lag=0, mediators=())


def _ahead(spec: Specification, text: str, fit: FitResult, figures: Figures, cube: Cube) -> np.ndarray | None:
    """Return an expression of the next year in the cells of a sample; None where the figures end with it."""
    first, last = spec.years
    design = fit.design
    assert design is not None
    try:
        frame = figures.expressions(
            {"lead": text}, (first - spec.lead_in, last + 1), spec.vintage, spec.provinces
        )
    except PanelkitError:
        return None
    wide = frame["lead"].unstack()
    if last + 1 not in wide.columns:
        return None
    wide.columns = wide.columns - 1
    years = design.time_labels.astype(int)
    span = range(int(years[0]), int(years[0]) + cube.years)
    return wide.reindex(index=pd.Index(design.unit_labels), columns=span).to_numpy(dtype=float)


def condition_of(trial: JointTrial) -> Condition:
    """Return a condition of a joint test as a rule reads it."""
    found = trial.found
    if found is None:
        return uncomputed(trial.name, label(trial.name), trial.reason)
    return weighed(
        trial.name,
        label(trial.name),
        message(
            "share {share:.3g}, p = {p:.3g} ({rows} rows)", share=found.share, p=found.p, rows=found.rows
        ),
        passes=bool(trial.passes),
        takes_away=bool(trial.takes_away),
        numbers={"p": found.p, "share": found.share, "rows": found.rows},
    )
