"""Which spatial model: LM tests, Wald and LR reductions of the Durbin model, Elhorst's written path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.quadratic_form import quadratic_form
from panelkit.inference.spatial_tests import Form
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_significance
from panelkit.language.shown import shown_language
from panelkit.language.spelt import option
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.lm_tests import chi2, lm_tests_of
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import (
    align_weights,
    sample_of,
)
from panelkit.models.spatial.shell import DURBIN, check_spec
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported


def wald(
    name: Message,
    null: Message,
    restriction: Callable[[FloatArray], FloatArray],
    *,
    theta: FloatArray,
    covariance: FloatArray,
    facts: dict[str, Any],
) -> TestResult:
    """Return the Wald test of restriction(theta) = 0 by the delta method, chi2, or why the covariance bears none."""
    gap, jacobian = restriction(theta), numerical_jacobian(restriction, theta)
    value, because = quadratic_form(gap, jacobian @ covariance @ jacobian.T)
    if because is not None:
        return TestResult.not_applicable(name, null, because)
    return chi2(name, null, value, len(gap), facts)


@offered("capability")
def reduction_tests(fit: SpatialFit) -> tuple[TestResult, ...]:
    """Test the Durbin model against sar (theta = 0), sem (theta + rho b = 0) and slx (rho = 0) by Wald and LR.

    The Wald tests use the covariance of the fit; the LR tests refit the smaller models on the same sample.
    """
    names = {
        "sar": message("no Durbin terms: theta = 0"),
        "sem": message("common factor: theta + rho b = 0"),
        "slx": message("no spatial lag: rho = 0"),
    }
    if fit.spec.model != "sdm":
        because = message(
            "the fit is a {model}, and the tests start from the Durbin model ({model_option})",
            model_option=option("model", "sdm"),
            model=fit.spec.model.upper(),
        )
        return tuple(
            TestResult.not_applicable(message("SDM to {model}", model=model.upper()), null, because)
            for model, null in names.items()
        )
    kx, k = len(fit.sample.terms), fit.curvature.problem.k
    own = list(fit.durbin_terms)
    restrictions: dict[str, Callable[[FloatArray], FloatArray]] = {
        "sar": lambda theta: theta[kx:k],
        "sem": lambda theta: theta[kx:k] + theta[k] * theta[own],
        "slx": lambda theta: theta[k : k + 1],
    }
    facts = {"vcov": fit.facts["vcov"], "convention": fit.spec.convention}
    found = []
    for model, null in names.items():
        name, outside = message("Wald, SDM to {model}", model=model.upper()), _not_nested(fit, model)
        if outside is not None:
            found.append(TestResult.not_applicable(name, null, outside))
            continue
        theta, covariance = fit.estimates, fit.covariance
        found.append(wald(name, null, restrictions[model], theta=theta, covariance=covariance, facts=facts))
    for model, null in names.items():
        found.append(_likelihood_ratio(fit, model, null))
    return tuple(found)


def _likelihood_ratio(fit: SpatialFit, model: str, null: Message) -> TestResult:
    name = message("LR, SDM to {model}", model=model.upper())
    if fit.spec.convention == "elhorst":
        return TestResult.not_applicable(
            name,
            null,
            message(
                "bias-corrected estimates do not maximise their likelihood (convention elhorst); read the Wald test"
            ),
        )
    because = _not_nested(fit, model)
    if because is not None:
        return TestResult.not_applicable(name, null, because)
    smaller = refit_as(fit, model)
    df = 1 if model == "slx" else len(fit.durbin_terms)
    value = 2 * (fit.loglik - smaller.loglik)
    return chi2(name, null, value, df, {"convention": fit.spec.convention})


def _not_nested(fit: SpatialFit, model: str) -> Message | None:
    """Return why a model is not a special case of the fit, or nothing."""
    if model == "sar" and not fit.durbin_terms:
        return message("the fit has no Durbin terms")
    full = len(fit.durbin_terms) == sum(term != "Intercept" for term in fit.sample.terms)
    own = fit.weights.matrix
    others = (fit.weights_durbin.matrix, fit.weights_error.matrix)
    if model == "sem" and (not full or any(abs(own - other).sum() > 0.0 for other in others)):
        return message(
            "the error model is nested only if every regressor has a Durbin term, and it and the errors have the lag's "
            "weights"
        )
    return None


def refit_as(fit: SpatialFit, model: str) -> SpatialFit:
    """Return another model on the same sample, weights and convention."""
    durbin = fit.spec.durbin if model in DURBIN else None
    spec = replace(fit.spec, model=model, durbin=durbin)
    error = fit.weights_error
    return fit_sample(spec, fit.sample, fit.weights, error, fit.weights_durbin)


@dataclass(frozen=True, eq=False)
class SelectionPath(Exported, Brief):
    """Elhorst's path: every step with its numbers, and the model it ends at."""

    steps: tuple[TestResult, ...]
    sentences: tuple[Message, ...]
    chosen: str
    notes: tuple[Message, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return one row a step: `test, null, statistic, df, p_value`."""
        return pd.DataFrame(
            [
                {
                    "test": s.name,
                    "null": s.null,
                    "statistic": s.statistic,
                    "df": s.df[0] if s.df else np.nan,
                    "p_value": s.p_value,
                }
                for s in self.steps
            ]
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return the path as text."""
        from panelkit.show.words import frame_text, note_lines

        table = self.table().rename(columns={"p_value": "p"} if language == "zh" else {})
        table["test"] = [step.name.text(language) for step in self.steps]
        table["null"] = [step.null.text(language) for step in self.steps]
        told = [sentence.text(language) for sentence in (*self.sentences, self._end())]
        notes = note_lines(self.notes, language)
        return "\n".join([frame_text(table, language, index=False), "", *told, *notes])

    def _end(self) -> Message:
        return message("chosen: {model}", model=self.chosen.upper())

    def _exported(self, language: Language) -> tuple[pd.DataFrame, None, tuple[Message, ...]]:
        """Return the steps, and what they say."""
        table = self.table()
        table["test"] = [step.name.text(language) for step in self.steps]
        table["null"] = [step.null.text(language) for step in self.steps]
        return table, None, (*self.sentences, self._end(), *self.notes)

    def __str__(self) -> str:
        return self.summary(language=shown_language())


@offered("study", family="spatial", result="SelectionPath", source="Elhorst 2010", public=True)
def select_model(
    spec: SpatialPanel,
    data: pd.DataFrame,
    w: Any,
    *,
    level: float = 0.05,
    unit: str | None = None,
    time: str | None = None,
) -> SelectionPath:
    """Walk Elhorst's path: LM tests of the regression, then the Durbin model and its reductions.

    A reduction is taken only if Wald and LR do not reject it and the robust LM test points to it; with few provinces
    the path decides little, and sdm, slx and sdem belong in print beside each other.

    Parameters
    ----------
    spec
        The model whose formula, effects, convention and covariance the path keeps.
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    level
        Level of every test.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    SelectionPath
        The tests of every step, the model that the path ends at, and its notes.

    Raises
    ------
    SpecError
        If the spec is no `SpatialPanel`, or the level does not lie between 0 and 1.
    DataError
        If the weights lack a unit of the panel, or cells are missing and `missing` is "raise".

    Examples
    --------
    >>> path = pk.select_model(pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)"), panel, w)
    """
    check_spec(spec, SpatialPanel, "select_model")
    check_significance("level", level)
    sample = sample_of(spec, data, unit, time, intercept=spec.effects == "none")
    weights = align_weights(w, sample)
    form: Form = "transformed" if weights.row_standardised or spec.effects in ("none", "unit") else "elhorst"
    lm = lm_tests_of(sample, weights, spec.effects, form)
    by_name = {str(test.name): test for test in lm}
    said = (*weights.said, *sample.said)
    none = by_name["LM joint"].p_value >= level
    joint = by_name["LM joint"].p_value
    sentences = [
        message("LM joint p = {p:.4g}: no sign of spatial dependence in the residuals", p=joint)
        if none
        else message("LM joint p = {p:.4g}: spatial dependence in the residuals", p=joint)
    ]
    if none:
        slx = fit_sample(replace(spec, model="slx"), sample, weights, weights, weights)
        first, last = len(sample.terms), slx.curvature.problem.k
        local = wald(
            message("Wald, SLX to no spatial terms"),
            message("no Durbin terms: theta = 0"),
            lambda theta: theta[first:last],
            theta=slx.estimates,
            covariance=slx.covariance,
            facts={"vcov": slx.facts["vcov"]},
        )
        chosen = "slx" if local.applicable and local.p_value < level else "ols"
        if local.applicable:
            sentences.append(message("SLX against no spatial terms: p = {p:.4g}", p=local.p_value))
        else:
            sentences.append(
                message("SLX against no spatial terms: not tested: {reason}", reason=local.reason)
            )
        return SelectionPath((*lm, local), tuple(sentences), chosen, said)
    sdm = fit_sample(replace(spec, model="sdm"), sample, weights, weights, weights)
    reductions = reduction_tests(sdm)
    chosen, more = _read_path({**by_name, **{str(test.name): test for test in reductions}}, level)
    return SelectionPath((*lm, *reductions), (*sentences, *more), chosen, said)


def _read_path(tests: dict[str, TestResult], level: float) -> tuple[str, list[Message]]:
    def kept(model: str) -> bool:
        pair = (tests[f"Wald, SDM to {model}"], tests[f"LR, SDM to {model}"])
        told = [test.p_value for test in pair if test.applicable]
        return bool(told) and min(told) >= level

    to_sar, to_sem = kept("SAR"), kept("SEM")
    lag_p, error_p = tests["robust LM lag"].p_value, tests["robust LM error"].p_value
    sentences = [
        _reduced("SAR", to_sar, message("robust LM lag p = {p:.4g}", p=lag_p)),
        _reduced("SEM", to_sem, message("robust LM error p = {p:.4g}", p=error_p)),
    ]
    if to_sar and lag_p < level and not (to_sem and error_p < lag_p):
        return "sar", sentences
    if to_sem and error_p < level:
        return "sem", sentences
    sentences.append(message("neither reduction is carried by both kinds of test: the Durbin model stays"))
    return "sdm", sentences


def _reduced(model: str, kept: bool, robust: Message) -> Message:
    if kept:
        return message("SDM to {model}: not rejected; {robust}", model=model, robust=robust)
    return message("SDM to {model}: rejected or not nested; {robust}", model=model, robust=robust)
