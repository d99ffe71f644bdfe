"""Fixed effects with instruments: two-stage least squares after the effects are swept out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from panelkit.covariance.cluster import CRV3, VcovSpec, check_vcov, clusters_of
from panelkit.covariance.conventions import convention_named
from panelkit.formula.formula import parse_formula
from panelkit.formula.model_matrix import INTERCEPT
from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.instruments import InstrumentedFit, fit_two_stage
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.outcome import refuse_absorbed, refuse_exact
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import Effects, FloatArray, Layout, check_effects, within
from panelkit.language.errors import SpecError
from panelkit.language.offers import estimator
from panelkit.models.linear import through_linearmodels
from panelkit.models.linear.fixed_effects import without_singletons
from panelkit.models.reading import check_where, read_design, singleton_rule
from panelkit.models.shell import Coordinates, finish, with_coordinates, without_intercept
from panelkit.panel.design import Design
from panelkit.panel.provenance import Note
from panelkit.results.fit import FitResult, Language, TestResult
from panelkit.show.words import in_language

_BRACKET = re.compile(r"\[([^\[\]~]*)~([^\[\]~]*)\]")
_WORST_BIAS = 0.10


@dataclass(frozen=True, kw_only=True, eq=False)
class InstrumentalResult(FitResult):
    """A two-stage fit with what it stands on: first stages, reduced form, tests of strength and validity."""

    first_stages: tuple[FitResult, ...] = ()
    reduced_form: FitResult | None = None
    tests: tuple[TestResult, ...] = ()

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return the second stage, the tests, the first stages and the reduced form as plain text."""
        parts = [
            super().summary(level, language=language),
            *(test.summary(language=language) for test in self.tests),
        ]
        beside = (*self.first_stages, self.reduced_form)
        parts += [
            f"{in_language(fit.title, language)}\n{fit.table_text(level, language)}"
            for fit in beside
            if fit is not None
        ]
        return "\n\n".join(parts)


@estimator("instrumental", family="linear", source="")
@dataclass(frozen=True)
class InstrumentalFE:
    """Two-stage least squares with unit, time or two-way effects.

    Parameters
    ----------
    formula
        `y ~ x1 + [x2 ~ z1 + z2]`: x2 is endogenous, z1 and z2 are the excluded instruments. Or `y ~ x1` with the
        two blocks as keywords.
    endogenous, instruments
        Terms, such as `"x2"` and `"z1 + lag(z2)"`.
    effects, vcov, convention, where
        As in `FixedEffects`; the default covariance leaves one province out and repeats both stages.

    Notes
    -----
    The result prints the F of every first stage under the covariance of the fit, the effective F (Montiel Olea
    and Pflueger 2013) with one endogenous regressor, over-identification tests, and the reduced form.

    Coefficients, the partial and Shea's R2 of the first stages and Sargan's test are those of linearmodels' IV2SLS on
    the swept data. Ours are what it has not (effective F, CRV3, CR2, Conley, a score test with sums by cluster) and
    what it counts otherwise: it does not know of the swept effects, so that its covariances and first-stage F divide by
    n or n - k, and its robust F is a Wald statistic not divided by the number of instruments.

    Examples
    --------
    >>> formula = "log(patents_granted) ~ log(gdp) + [log(rd_expenditure) ~ log(rd_funds_government)]"
    >>> fit = pk.InstrumentalFE(formula).fit(panel)
    """

    formula: str
    endogenous: str | None = None
    instruments: str | None = None
    effects: Effects = "twoway"
    vcov: VcovSpec = field(default_factory=CRV3)
    convention: str = "reghdfe"
    where: str | None = None

    def __post_init__(self) -> None:
        check_vcov(self.vcov)
        check_effects(self.effects)
        convention_named(self.convention)
        object.__setattr__(self, "where", check_where(self.where))
        self.blocks()

    def with_vcov(self, vcov: VcovSpec) -> InstrumentalFE:
        """Return the same model with another covariance."""
        return replace(self, vcov=vcov)

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
                f"`{self.formula}`: write one block `[x2 ~ z1 + z2]` (endogenous ~ excluded instruments) in the "
                "formula, or give both endogenous= and instruments="
            )
        if not found:
            return self.formula, str(self.endogenous), str(self.instruments)
        rest = _BRACKET.sub("", self.formula)
        left, _, right = rest.partition("~")
        terms = [term.strip() for term in re.sub(r"\+\s*(?=\+|$)", "", right.strip()).split("+")]
        kept = " + ".join(term for term in terms if term) or "1"
        return f"{left.strip()} ~ {kept}", found[0][0].strip(), found[0][1].strip()

    def fit(
        self,
        data: pd.DataFrame,
        *,
        unit: str | None = None,
        time: str | None = None,
        coords: Coordinates | None = None,
    ) -> InstrumentalResult:
        """Fit the model to a panel; see `FixedEffects.fit` for the data and `Conley` for `coords`.

        Raises
        ------
        SpecError
            If there are fewer instruments than endogenous regressors, or a column is absorbed by the effects or
            repeats others.
        """
        base, endogenous, instruments = self.blocks()
        left = base.partition("~")[0]
        whole = f"{base} + {endogenous} + {instruments}"
        design = read_design(
            whole,
            data,
            unit=unit,
            time=time,
            extra=self.vcov.columns(),
            where=self.where,
            policies=singleton_rule(self.convention, self.effects),
        )
        blocks = [
            _terms(text, design) for text in (base, f"{left} ~ {endogenous}", f"{left} ~ {instruments}")
        ]
        return fit_instrumental(
            with_coordinates(design, self.vcov, coords), self, (blocks[0], blocks[1], blocks[2])
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
    names = _checked(design, blocks)
    where = [[design.terms.index(term) for term in block] for block in names]
    layout = Layout(design.unit, design.time)
    X = np.ascontiguousarray(design.X)
    swept = within(np.column_stack([design.y]), layout, spec.effects)[:, 0]
    refuse_absorbed(design.y, swept, design.outcome, spec.effects)
    linear = fit_two_stage(
        design.y, X[:, where[0]], X[:, where[1]], X[:, where[2]], names, layout, spec.effects
    )
    refuse_exact(linear.residuals, linear.y, design.outcome)
    linear, theirs = through_linearmodels.two_stage(linear)
    strength = theirs.first_stage.diagnostics[["partial.rsquared", "shea.rsquared"]].to_numpy(float)
    first = tuple(_stage(design, spec, (*names[0], *names[2]), term) for term in names[1])
    reduced = _stage(design, spec, (*names[0], *names[2]), None)
    seen = _columns(design, linear.terms)
    made = finish(
        spec,
        seen,
        linear,
        title=f"Two-stage least squares ({spec.effects}): {design.outcome}",
        facts={"endogenous": ", ".join(names[1]), "instruments": ", ".join(names[2])},
    )
    tests = (
        *(first_stage_f(stage, names[2], *row) for stage, row in zip(first, strength, strict=True)),
        effective_f(linear, first[0], names[2]) if len(first) == 1 else _several_endogenous(),
        sargan(linear, theirs),
        robust_overidentification(linear, seen, spec.vcov),
    )
    held = {part.name: getattr(made, part.name) for part in fields(FitResult)}
    held["facts"] = {**made.facts, **_test_facts(tests)}
    held["notes"] = (*made.notes, *_weak(tests))
    return InstrumentalResult(**held, first_stages=first, reduced_form=reduced, tests=tests)


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
        raise SpecError(f"`{'`, `'.join(twice)}` stands in two of: exogenous, endogenous, instruments")
    if len(excluded) < len(endogenous) or not endogenous:
        raise SpecError(
            f"{len(endogenous)} endogenous regressors ({', '.join(endogenous)}) need at least as many excluded "
            f"instruments; there are {len(excluded)} ({', '.join(excluded) or 'none'})"
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
    linear = fit_swept(part.y, part.X, terms, Layout(part.unit, part.time), spec.effects)
    kind = "Reduced form" if outcome is None else "First stage"
    return finish(spec, part, linear, title=f"{kind}: {part.outcome}")


def first_stage_f(
    stage: FitResult, excluded: tuple[str, ...], partial_r2: float, shea_r2: float
) -> TestResult:
    """Test that the excluded instruments have no effect in a first stage, under the covariance of the fit.

    The partial R2 and Shea's (1997) stand in `facts`.
    """
    at = [stage.terms.index(term) for term in excluded]
    wald = float(stage.estimates[at] @ np.linalg.solve(stage.covariance[np.ix_(at, at)], stage.estimates[at]))
    df = np.asarray(stage.df, dtype=float)
    denominator = float(df if df.ndim == 0 else df[at].min())
    f = wald / len(at)
    return TestResult(
        name=Note(f"first-stage F of {stage.outcome}", f"{stage.outcome} 的第一阶段 F"),
        null=Note(
            f"the excluded instruments ({', '.join(excluded)}) have no effect on {stage.outcome}",
            f"排除的工具变量（{', '.join(excluded)}）对 {stage.outcome} 没有影响",
        ),
        statistic=f,
        distribution="F",
        df=(float(len(at)), denominator),
        p_value=float(stats.f.sf(f, len(at), denominator)),
        facts={"covariance": stage.facts["vcov"], "partial_r2": partial_r2, "shea_r2": shea_r2},
    )


def effective_f(linear: InstrumentedFit, stage: FitResult, excluded: tuple[str, ...]) -> TestResult:
    """Test that the instruments are weak (Montiel Olea and Pflueger 2013), one endogenous regressor.

    F_eff = pi' Q pi / tr(V Q) with Q the cross-product of the instruments less what exogenous regressors and effects
    explain, V the covariance of the first stage. The critical value is that of their simplified procedure at a
    worst-case bias of 10 % of the benchmark and a level of 5 %.
    """
    at = [stage.terms.index(term) for term in excluded]
    a = linear.n_exogenous
    Z = linear.instruments[:, a:]
    if a:
        basis = orthonormal_columns(linear.instruments[:, :a])
        Z = Z - basis @ (basis.T @ Z)
    pi, V = stage.estimates[at], stage.covariance[np.ix_(at, at)]
    upper = np.asarray(np.linalg.qr(Z, mode="r"), dtype=np.float64)
    spread = upper @ V @ upper.T
    trace = float(np.trace(spread))
    f = float(((upper @ pi) ** 2).sum()) / trace
    critical, df = _effective_critical(spread)
    return TestResult(
        name=Note("effective F", "有效 F"),
        null=Note(
            "the instruments are so weak that the bias may exceed 10 % of the worst case",
            "工具变量过弱，偏误可能超过最坏情形的10%",
        ),
        statistic=f,
        distribution="scaled noncentral chi2",
        df=(df,),
        p_value=float(stats.ncx2.sf(f * df, df, df / _WORST_BIAS)),
        facts={"critical_value": critical, "worst_case_bias": _WORST_BIAS, "covariance": stage.facts["vcov"]},
    )


def _effective_critical(spread: FloatArray) -> tuple[float, float]:
    x = 1.0 / _WORST_BIAS
    trace, square = float(np.trace(spread)), float(np.einsum("ij,ij->", spread, spread))
    largest = float(np.linalg.eigvalsh(spread)[-1])
    df = trace**2 * (1.0 + 2.0 * x) / (square + 2.0 * x * trace * largest)
    return float(stats.ncx2.ppf(0.95, df, df * x) / df), df


def _several_endogenous() -> TestResult:
    return TestResult.not_applicable(
        Note("effective F", "有效 F"),
        Note("the instruments are weak", "工具变量为弱工具变量"),
        Note(
            "it is defined for one endogenous regressor; the F of each first stage does not rule out weak "
            "identification of several",
            "它只对一个内生变量有定义；各第一阶段的 F 不能排除多个内生变量的弱识别",
        ),
    )


_VALID = Note("every excluded instrument is uncorrelated with the error", "所有排除的工具变量均与误差不相关")
_SARGAN = Note("Sargan over-identification", "Sargan 过度识别检验")


def sargan(linear: InstrumentedFit, theirs: Any) -> TestResult:
    """Test over-identification under independent errors of one variance (Sargan 1958), from linearmodels' result."""
    surplus = linear.instruments.shape[1] - linear.k
    if surplus == 0:
        return _exactly(_SARGAN)
    statistic = float(theirs.sargan.stat)
    return TestResult(
        name=_SARGAN,
        null=_VALID,
        statistic=statistic,
        distribution="chi2",
        df=(float(surplus),),
        p_value=float(stats.chi2.sf(statistic, surplus)),
        notes=(Note("it assumes independent errors of one variance", "假定误差独立同方差"),),
    )


def robust_overidentification(linear: InstrumentedFit, design: Design, vcov: VcovSpec) -> TestResult:
    """Test over-identification by Wooldridge's (1995) score with sums by cluster.

    The surplus instruments, less what the fitted regressors explain, are multiplied by the residuals; their sums
    over the clusters have mean zero under the null.
    """
    name = Note("cluster-robust over-identification (score)", "聚类稳健过度识别检验（得分）")
    surplus = linear.instruments.shape[1] - linear.k
    if surplus == 0:
        return _exactly(name)
    clusters = clusters_of(design, getattr(vcov, "by", None))
    if clusters.count <= surplus:
        return TestResult.not_applicable(
            name,
            _VALID,
            Note(
                f"{clusters.count} clusters cannot carry {surplus} over-identifying restrictions",
                f"{clusters.count} 个聚类不足以检验 {surplus} 个过度识别约束",
            ),
        )
    Z = linear.instruments[:, linear.instruments.shape[1] - surplus :]
    rest = orthonormal_columns(Z - linear.basis @ (linear.basis.T @ Z))
    sums = sum_by(rest * linear.residuals[:, None], clusters.codes)
    total = sums.sum(axis=0)
    statistic = float(total @ np.linalg.solve(sums.T @ sums, total))
    return TestResult(
        name=name,
        null=_VALID,
        statistic=statistic,
        distribution="chi2",
        df=(float(surplus),),
        p_value=float(stats.chi2.sf(statistic, surplus)),
        facts={"n_clusters": clusters.count},
    )


def _exactly(name: str) -> TestResult:
    return TestResult.not_applicable(
        name,
        _VALID,
        Note(
            "there are as many instruments as endogenous regressors: nothing is left to test",
            "工具变量与内生变量个数相同，没有可检验的约束",
        ),
    )


def _test_facts(tests: tuple[TestResult, ...]) -> dict[str, Any]:
    return {test.name: test.statistic for test in tests if test.applicable}


def _weak(tests: tuple[TestResult, ...]) -> tuple[str, ...]:
    for test in tests:
        if test.name == "effective F" and test.applicable and test.statistic < test.facts["critical_value"]:
            return (
                Note(
                    f"weak instruments: the effective F of {test.statistic:.1f} is below "
                    f"{test.facts['critical_value']:.1f}; its t statistics and intervals are then not reliable: "
                    "use anderson_rubin",
                    f"弱工具变量：有效 F 为 {test.statistic:.1f}，低于 {test.facts['critical_value']:.1f}，t 统计量与"
                    "区间不可靠：请用 anderson_rubin",
                ),
            )
    return ()
