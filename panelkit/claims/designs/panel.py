"""Run a panel design: the main fit, the main test, the grid, the ratios beside it."""

from __future__ import annotations

from itertools import product

from panelkit.claims import beside, scales
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, PanelDesign, Reading, Test
from panelkit.claims.fits import fit_specification, treatment
from panelkit.claims.grid import Tick, walk
from panelkit.claims.samples import Specification, specify
from panelkit.claims.verdict import Finding, Headline
from panelkit.inference.shapley import shapley_shares
from panelkit.inference.wild.bootstrap import WildResult, wild_cluster_bootstrap
from panelkit.language.errors import SpecError
from panelkit.results.fit import FitResult


def specifications(claim: Claim, design: PanelDesign) -> list[Specification]:
    """Return the main specification, then every other combination of the grid's axes."""
    choices = [(None, *axis.option) for axis in claim.grid.axis]
    return list(dict.fromkeys(specify(claim, design, taken) for taken in product(*choices)))


def run(claim: Claim, reading: Reading, design: PanelDesign, figures: Figures, tick: Tick) -> Finding:
    """Fit the main specification, test it, walk the grid.

    Raises
    ------
    SpecError, DataError
        If the main specification cannot be computed.
    """
    specs = specifications(claim, design)
    main, test = specs[0], _test_of(claim)
    data = figures.exact(main)
    fit = fit_specification(main, data)
    wild = main_test(fit, test)
    tick(1)
    factor = scales.factor(reading.effect)
    walked = walk(claim, reading, specs, figures, fit, tick)
    return Finding(
        headline=headline(fit, wild, factor),
        grid=walked,
        grid_figures=figures.facts(),
        fit=fit,
        test=wild,
        data=data,
        beside=beside.ratios(claim, reading, design, data, float(fit.estimates[treatment(fit)])),
        plausible=beside.plausible(claim, reading, design, data),
        shares=_shares(fit) if reading.rule.least_share is not None else None,
    )


def main_test(fit: FitResult, test: Test) -> WildResult:
    """Return the restricted wild cluster bootstrap of the treatment, as declared."""
    return wild_cluster_bootstrap(
        fit,
        fit.terms[treatment(fit)],
        reps=test.reps,
        rng=test.seed,
        weights=test.weights,
        level=float(test.level),
    )


def headline(fit: FitResult, wild: WildResult, factor: float) -> Headline:
    """Return the main estimate in the units of the claim (`factor` > 0 times the coefficient)."""
    row = fit.tidy(wild.level).iloc[treatment(fit)]
    return Headline(
        term=str(row["term"]),
        estimate=factor * float(row["estimate"]),
        std_error=factor * float(row["std_error"]),
        conf_low=factor * float(row["conf_low"]),
        conf_high=factor * float(row["conf_high"]),
        p_value=float(row["p_value"]),
        wild_p=float(wild.p_value),
        wild_low=factor * float(wild.conf_low),
        wild_high=factor * float(wild.conf_high),
        nobs=fit.nobs,
        n_units=int(fit.facts["n_units"]),
        years=str(fit.facts["years"]),
        vcov=str(fit.facts["vcov"]),
        convention=str(fit.facts["convention"]),
        level=wild.level,
        wild_set=tuple((factor * low, factor * high) for low, high in wild.conf_set),
    )


def _shares(fit: FitResult) -> dict[str, float]:
    return {str(term): float(share) for term, share in shapley_shares(fit).items()}


def _test_of(claim: Claim) -> Test:
    if claim.test is None:
        raise SpecError(f"claim {claim.id} has no [claim.test]: name the method and its seed")
    return claim.test
