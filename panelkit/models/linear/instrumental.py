"""Fixed effects with instruments: two-stage least squares after the effects are swept out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import Literal

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.conventions import convention_named, convention_of_stages
from panelkit.covariance.crv3 import CRV3
from panelkit.formula.formula import parse_formula
from panelkit.formula.model_matrix import INTERCEPT
from panelkit.kernels.capabilities import TWO_STAGE, WEIGHTS
from panelkit.kernels.instruments import as_member, fit_two_stage
from panelkit.kernels.k_class import KClass
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.outcome import refuse_absorbed, refuse_exact
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import Effects, check_effects, within
from panelkit.language.errors import SpecError
from panelkit.language.message import listed, message, term
from panelkit.language.offers import estimator
from panelkit.language.options import check_number
from panelkit.models.effects import effects_word
from panelkit.models.linear import through_linearmodels
from panelkit.models.linear.fixed_effects import without_singletons
from panelkit.models.linear.instrument_tests import sargan
from panelkit.models.linear.instrumental_result import InstrumentalResult
from panelkit.models.reading import singleton_rule
from panelkit.models.shell import LinearSpec, Rows, finish, without_intercept
from panelkit.panel.design import Design
from panelkit.panel.redundant import interaction_notes, without_redundant
from panelkit.panel.sample import Policy
from panelkit.panel.weighted import refuse_varying_weights
from panelkit.results.fit import FitResult

Method = Literal["2sls", "liml", "fuller"]

_BRACKET = re.compile(r"\[([^\[\]~]*)~([^\[\]~]*)\]")
_TITLES = {
    "2sls": message("Two-stage least squares"),
    "liml": message("LIML"),
    "fuller": message("Fuller's k-class estimator"),
}


@estimator(
    "instrumental",
    family="linear",
    can=sorted(TWO_STAGE | {WEIGHTS}),
    result="InstrumentalResult",
    source="Theil 1953; strength by Montiel Olea and Pflueger 2013",
)
@dataclass(frozen=True)
class InstrumentalFE(LinearSpec[InstrumentalResult]):
    """Two-stage least squares with unit, time or two-way effects.

    Parameters
    ----------
    formula
        `y ~ x1 + [x2 ~ z1 + z2]`: x2 is endogenous, z1 and z2 are the excluded instruments. Or `y ~ x1` with the
        two blocks as keywords.
    endogenous, instruments
        Terms, such as `"x2"` and `"z1 + lag(z2)"`.
    effects, vcov, where, weights
        As in `FixedEffects`; the default covariance leaves one province out and repeats both stages.
    convention
        Also "ivregress", "ivreg2", "ivreghdfe", "xtivreg2" and "xtivreg2-small": what those programs print.
    method
        "2sls"; "liml", which is nearly unbiased where instruments are weak and many; "fuller", LIML with moments.
    alpha
        Fuller's constant: 1 makes the estimator nearly unbiased, 4 minimises its mean squared error.

    Notes
    -----
    The result prints the F of every first stage under the covariance of the fit, the effective F (Montiel Olea
    and Pflueger 2013) with one endogenous regressor, tests of rank, over-identification and exogeneity, and the reduced
    form; `weak_identification` is their table with critical values.

    Coefficients, the partial and Shea's R2 of the first stages and Sargan's test are those of linearmodels' IV2SLS and
    IVLIML on the swept data. Ours are what it has not (effective F, conditional F, CRV3, CR2, Conley, a score test with
    sums by cluster) and what it counts otherwise: it does not know of the swept effects, so that its covariances,
    first-stage F and Fuller's kappa divide by n or n - k, and its robust F is a Wald statistic not divided by the
    number of instruments.

    Data with one row a unit are named by `unit=` alone in `fit`, and take `effects="none"`.

    Examples
    --------
    >>> formula = "log(patents_granted) ~ log(gdp) + [log(rd_expenditure) ~ log(rd_funds_government)]"
    >>> fit = pk.InstrumentalFE(formula).fit(panel)
    >>> liml = pk.InstrumentalFE(formula, method="liml", convention="ivreghdfe", vcov=pk.Cluster()).fit(panel)
    """

    formula: str
    endogenous: str | None = None
    instruments: str | None = None
    effects: Effects = "twoway"
    vcov: VcovSpec = field(default_factory=CRV3)
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None
    method: Method = "2sls"
    alpha: float = 1.0

    def _check(self) -> None:
        check_effects(self.effects)
        self.blocks()
        if self.method not in _TITLES:
            raise SpecError(
                message("method is one of {names}, not {method!r}", names=tuple(_TITLES), method=self.method)
            )
        check_number("alpha", self.alpha, message("Fuller's constant"))
        if self.method != "fuller" and self.alpha != 1.0:
            raise SpecError(
                message(
                    "alpha is Fuller's constant, and method is {method!r}: leave it out", method=self.method
                )
            )
        if self.alpha <= 0.0:
            raise SpecError(message("alpha is above zero (1 or 4 as a rule), not {alpha}", alpha=self.alpha))

    def blocks(self) -> tuple[str, str, str]:
        """Return the formula without its instruments, the endogenous terms and the excluded instruments.

        Raises
        ------
        SpecError
            If the formula names no endogenous regressor and instrument, or names them twice.
        """
        found = _BRACKET.findall(self.formula)
        keywords = (self.endogenous, self.instruments)
        if len(found) + (keywords != (None, None)) != 1 or (found == [] and None in keywords):
            raise SpecError(
                message(
                    "`{formula}`: write one block `[x2 ~ z1 + z2]` (endogenous ~ excluded instruments) in the "
                    "formula, or give both endogenous= and instruments=",
                    formula=self.formula,
                )
            )
        if not found:
            return self.formula, str(self.endogenous), str(self.instruments)
        rest = _BRACKET.sub("", self.formula)
        left, _, right = rest.partition("~")
        terms = [term.strip() for term in re.sub(r"\+\s*(?=\+|$)", "", right.strip()).split("+")]
        kept = " + ".join(term for term in terms if term) or "1"
        return f"{left.strip()} ~ {kept}", found[0][0].strip(), found[0][1].strip()

    def _read_formula(self) -> str:
        base, endogenous, instruments = self.blocks()
        return f"{base} + {endogenous} + {instruments}"

    def _rules(self) -> tuple[Policy, ...]:
        return singleton_rule(self.convention, self.effects)

    def _sweeping(self) -> Effects:
        return self.effects

    def _estimate(self, rows: Rows) -> InstrumentalResult:
        base, endogenous, instruments = self.blocks()
        left = base.partition("~")[0]
        _refuse_swept_out(rows.design, (endogenous, instruments), left)
        design, notes = without_redundant(rows.design, self.effects, _terms(base, rows.design))
        parts = (base, f"{left} ~ {endogenous}", f"{left} ~ {instruments}")
        exogenous, inside, excluded = (_terms(text, design) for text in parts)
        said = (*design.notes, *interaction_notes(design, self.effects), *notes)
        return fit_instrumental(replace(design, notes=said), self, (exogenous, inside, excluded))


def _refuse_swept_out(design: Design, blocks: tuple[str, str], left: str) -> None:
    """Refuse an endogenous regressor or an instrument that would be swept out with the effects."""
    if design.interactions is None:
        return
    named = {term.label for text in blocks for term in parse_formula(f"{left} ~ {text}").terms}
    swept = [f"`{name}`" for name in design.interactions.names if name in named]
    if swept:
        raise SpecError(
            message(
                "{terms}: an interaction with the units, or of categories with the {periods}, is absorbed beside the "
                "effects, and can be neither endogenous nor an instrument: write it as columns of your own",
                terms=swept,
            ).spoken(design.unit_names[0], design.time_names[0])
        )


Blocks = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _terms(formula: str, design: Design) -> tuple[str, ...]:
    """Return the columns of a design that the terms of a formula made, the intercept among them."""
    keys = {term.key for term in parse_formula(formula).terms}
    owners = zip(design.terms, design.memory.owners, strict=True)
    return tuple(name for name, owner in owners if owner in keys or name == INTERCEPT)


def fit_instrumental(design: Design, spec: InstrumentalFE, blocks: Blocks) -> InstrumentalResult:
    """Fit a design whose terms fall into exogenous, endogenous and excluded ones."""
    if spec.effects != "none":
        design = without_intercept(design)
    if convention_named(spec.convention).drop_singletons:
        design = without_singletons(design, spec.effects)
    if convention_named(spec.convention).constant_weights and spec.effects in ("unit", "twoway"):
        refuse_varying_weights(design)
    names = _checked(design, blocks)
    where = [[design.terms.index(term) for term in block] for block in names]
    layout = design.layout
    X = np.ascontiguousarray(design.X)
    outcome = rooted(design.y, layout.weights)
    swept = within(outcome[:, None], layout, spec.effects)[:, 0]
    refuse_absorbed(outcome, swept, design.outcome, spec.effects)
    linear = fit_two_stage(
        design.y, X[:, where[0]], X[:, where[1]], X[:, where[2]], names, layout, spec.effects
    )
    refuse_exact(linear.residuals, linear.y, design.outcome)
    linear, theirs = through_linearmodels.two_stage(linear)
    strength = theirs.first_stage.diagnostics[["partial.rsquared", "shea.rsquared"]].to_numpy(float)
    if spec.method != "2sls":
        member = KClass(spec.alpha if spec.method == "fuller" else None)
        linear, theirs = through_linearmodels.k_class(as_member(linear, member))
    first = tuple(_stage(design, spec, (*names[0], *names[2]), term) for term in names[1])
    reduced = _stage(design, spec, (*names[0], *names[2]), None)
    made = finish(
        spec,
        _columns(design, linear.terms),
        linear,
        title=message(
            "{method} ({effects}): {outcome}",
            method=_TITLES[spec.method],
            effects=effects_word(spec.effects),
            outcome=design.outcome,
        ),
        facts={
            "endogenous": listed(names[1]),
            "instruments": listed(names[2]),
            **({} if linear.member is None else {"kappa": linear.kappa}),
        },
    )
    held = {part.name: getattr(made, part.name) for part in fields(FitResult)}
    return InstrumentalResult(
        **held,
        first_stages=first,
        reduced_form=reduced,
        excluded=names[2],
        explained=tuple((float(partial), float(shea)) for partial, shea in strength),
        sargan=sargan(linear, theirs),
    ).tested()


def _checked(design: Design, blocks: Blocks) -> Blocks:
    exogenous, endogenous, excluded = (
        tuple(term for term in block if term in design.terms) for block in blocks
    )
    endogenous = tuple(term for term in endogenous if term != "Intercept")
    excluded = tuple(term for term in excluded if term != "Intercept")
    twice = sorted(
        (set(exogenous) & set(endogenous))
        | (set(exogenous) & set(excluded))
        | (set(endogenous) & set(excluded))
    )
    if twice:
        raise SpecError(
            message(
                "{columns} stands in two of: exogenous, endogenous, instruments",
                columns=[f"`{name}`" for name in twice],
            )
        )
    if len(excluded) < len(endogenous) or not endogenous:
        raise SpecError(
            message(
                "{count} endogenous regressors ({endogenous}) need at least as many excluded "
                "instruments; there are {held} ({excluded})",
                count=len(endogenous),
                endogenous=endogenous,
                held=len(excluded),
                excluded=excluded or term("instruments", "none"),
            )
        )
    return exogenous, endogenous, excluded


def _columns(design: Design, terms: tuple[str, ...], outcome: str | None = None) -> Design:
    """Return the design of some of its columns; `outcome` names a column that becomes the outcome."""
    X = np.asfortranarray(design.X[:, [design.terms.index(term) for term in terms]])
    has_intercept = "Intercept" in terms
    if outcome is None:
        return replace(design, X=X, terms=terms, has_intercept=has_intercept)
    y = np.array(design.X[:, design.terms.index(outcome)])
    return replace(design, X=X, terms=terms, y=y, outcome=outcome, has_intercept=has_intercept)


def _stage(design: Design, spec: InstrumentalFE, terms: tuple[str, ...], outcome: str | None) -> FitResult:
    """Return the first stage of an endogenous regressor, or the reduced form of the outcome."""
    part = _columns(design, terms, outcome)
    linear = fit_swept(part.y, part.X, terms, part.layout, spec.effects)
    if outcome is None:
        title = message("Reduced form: {outcome}", outcome=part.outcome)
    else:
        title = message("First stage: {outcome}", outcome=part.outcome)
    convention = convention_of_stages(convention_named(spec.convention)).name
    return finish(replace(spec, convention=convention), part, linear, title=title)
