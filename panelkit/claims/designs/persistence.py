"""The kind `persistence`: how much of a figure stays from one year to the next (R-SIGN)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression
from panelkit.claims.findings import Condition, Finding, Measured, paragraph, uncomputed, weighed
from panelkit.claims.rules.reading import written_p
from panelkit.claims.specify import Regression, specify
from panelkit.language.errors import DataError
from panelkit.language.levels import time_level
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.studies.dynamics.persistence import SMALLEST, Persistence, Trial, label, persistence
from panelkit.studies.estimation import fit_specification
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.sample import checked, cube_of
from panelkit.studies.specification import Specification

WHY = message("a fifth of a deviation, of which a twenty-fifth is left after two {periods}")
WHY_YEARS = message("a fifth of a deviation, of which a twenty-fifth is left after two years")


@offered("design", "persistence")
class PersistenceDesign(MeasuredDesign):
    """The coefficient of last year's figure beside province and year effects, freed of its bias by the half-panel
    jackknife, with errors from leaving each province out.

    `controls` are held fixed. What is asked beside it: that it is there beside a linear trend in every province, beside
    a common path as well, and that the years of four regions do not take it away.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "controls")
    DERIVED: ClassVar[bool] = True
    SHOWN: ClassVar[tuple[str, ...]] = ("controls",)

    kind: Literal["persistence"]
    figure: Expression
    controls: tuple[Expression, ...] = ()

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the regression of the figure on itself a year earlier."""
        regression = Regression(
            outcome=self.figure,
            treatment=self.figure,
            controls=self.controls,
            lag=1,
            estimator="fixed_effects",
            vcov="CRV3",
        )
        return [specify(claim, self, regression)]

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Estimate what stays, and ask the conditions.

        Raises
        ------
        SpecError, DataError
            If a figure is not held, or the years are too few.
        """
        (spec,) = self.specifications(claim)
        data = figures.exact(spec)
        fit = fit_specification(spec, data)
        design = checked(fit, fit.terms[0])
        panel = cube_of(design, fit.terms[0], regions=figures.told_regions)
        found = persistence(panel)
        if isinstance(found, Message):
            raise DataError(design.spoken(found))
        tick(1)
        return Finding(measured=_measured(found, fit), printed=tuple(_beside(found)), data=data)


def _measured(found: Persistence, fit: FitResult) -> Measured:
    main = found.main
    value = float(main.slope[0])
    (low, high), (inner_low, inner_high) = (
        tuple(float(end[0]) for end in main.interval(level)) for level in (0.95, 0.90)
    )
    return Measured(
        quantity=message("share of a deviation that stays for a year")
        if _yearly(fit)
        else message("share of a deviation that stays for a {period}"),
        value=value,
        low=low,
        high=high,
        inner_low=inner_low,
        inner_high=inner_high,
        p_value=float(main.p[0]),
        error=float(main.error[0]),
        df=main.df,
        smallest=SMALLEST,
        why=WHY_YEARS if _yearly(fit) else WHY,
        conditions=tuple(_condition(trial) for trial in found.trials),
        sentence=_said(found, fit),
        facts={"nobs": fit.nobs, "n_units": int(main.df) + 1, "years": fit.facts["years"]},
    )


def _yearly(fit: FitResult) -> bool:
    """Return whether a period of the panel is a year, which Chinese has words of its own for (次年, 两年后)."""
    return time_level(fit.level_names[1]).one == "year"


def _said(found: Persistence, fit: FitResult) -> Message:
    """Return what stays in words; where it is all or more, that it does not fade."""
    value = float(found.main.slope[0])
    low, high = (float(end[0]) for end in found.main.interval(0.95))
    stays = (
        message("Of a deviation {value:.0%} stays for a year", value=value)
        if _yearly(fit)
        else message("Of a deviation {value:.0%} stays for a {period}", value=value)
    )
    said = message(
        "{stays}, 95 % interval {low:.0%} to {high:.0%}, p {p} (half-panel jackknife, errors without each {unit}; "
        "{nobs} rows, {years}).",
        stays=stays,
        low=low,
        high=high,
        p=written_p(float(found.main.p[0])),
        nobs=fit.nobs,
        years=verbatim(str(fit.facts["years"])),
    )
    if value < 1.0:
        return said
    return paragraph([said, message("What does not fade is no memory alone: the {units} drift apart.")])


def _condition(trial: Trial) -> Condition:
    if trial.found is None:
        return uncomputed(trial.name, label(trial.name), trial.reason)
    slope, p = float(trial.found.slope[0]), float(trial.found.p[0])
    return weighed(
        trial.name,
        label(trial.name),
        message("{slope:.3g}, p {p}", slope=slope, p=written_p(p)),
        passes=bool(trial.passes[0]),
        takes_away=bool(trial.takes_away[0]),
        numbers={"slope": slope, "p": p},
    )


def _beside(found: Persistence) -> Iterator[Condition]:
    """Yield what the regression says that is not freed of its bias."""
    slope = float(found.main.uncorrected[0])
    yield Condition(
        key="within",
        asks=message("the same without the correction of its bias"),
        outcome="printed",
        found=message("{slope:.3g}", slope=slope),
        decides=False,
        numbers={"slope": slope},
    )
