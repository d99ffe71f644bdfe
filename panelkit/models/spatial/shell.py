"""What every spatial estimator shares: its options checked, its covariance, the head of its facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from panelkit.covariance.base import VcovSpec, check_vcov, refuse_uncarried
from panelkit.covariance.by_name import vcov_from
from panelkit.formula.conditions import check_where
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import listed, message, verbatim
from panelkit.language.offers import capabilities_of
from panelkit.language.options import refuse_idle
from panelkit.models.reading import spoken_errors
from panelkit.models.spatial.durbin import refuse_text
from panelkit.models.spatial.likelihood import Optimum, Problem
from panelkit.models.spatial.sample import SpatialSample
from panelkit.spatial.spectrum import factorise
from panelkit.spatial.weights import Weights

Model = Literal["sar", "sem", "sdm", "slx", "sdem", "sac"]
Spec = TypeVar("Spec")
Result = TypeVar("Result")
Options = ParamSpec("Options")
LAGGED, ERROR, DURBIN = ("sar", "sdm", "sac"), ("sem", "sdem", "sac"), ("sdm", "slx", "sdem")


class SpatialSpec:
    """The shell of a spatial estimator: a frozen dataclass that declares at least these fields.

    A subclass says in `_check` what else it refuses.
    """

    formula: str
    model: str
    durbin: tuple[str, ...] | None
    vcov: VcovSpec | None
    where: str | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        if self.vcov is not None:
            object.__setattr__(self, "vcov", vcov_from(self.vcov))
            check_vcov(self.vcov)
            refuse_uncarried(self.vcov, capabilities_of(type(self)) or (), verbatim(type(self).__name__))
        if self.durbin is not None:
            refuse_text(self.durbin)
            object.__setattr__(self, "durbin", tuple(self.durbin))
        self._check()
        if self.durbin is not None and self.model not in DURBIN:
            raise SpecError(
                message("durbin terms belong to {models}, not to {model}", models=DURBIN, model=self.model)
            )

    def with_vcov(self, vcov: VcovSpec) -> Self:
        """Return the same model with another covariance."""
        return cast(Self, replace(cast(Any, self), vcov=vcov))

    def _check(self) -> None:
        """Refuse options of this estimator that have no meaning."""


def spoken_in_sample(
    estimate: Callable[Concatenate[Spec, SpatialSample, Options], Result],
) -> Callable[Concatenate[Spec, SpatialSample, Options], Result]:
    """Let a function of a spec and a sample refuse in the words of the panel behind the sample."""

    @wraps(estimate)
    def told(spec: Spec, sample: SpatialSample, /, *args: Options.args, **kwargs: Options.kwargs) -> Result:
        with spoken_errors(sample.design):
            return estimate(spec, sample, *args, **kwargs)

    return told


def check_spec(spec: Any, kind: type, function: str) -> None:
    """Refuse a spec of another kind than a function takes, or what is no spec.

    Raises
    ------
    SpecError
        Which names both kinds.
    """
    if not isinstance(spec, kind):
        raise SpecError(
            message(
                "{function} takes a {kind}, not {given}",
                function=function,
                kind=kind.__name__,
                given=type(spec).__name__,
            )
        )


def refuse_idle_weights(model: str, w_error: Any, w_durbin: Any) -> None:
    """Refuse weights of an error or of Durbin terms that a model does not have.

    A Durbin model takes those of an error: its test against an error model with other weights does not apply then.
    """
    given = {
        "w_error": w_error is not None and model not in (*ERROR, "sdm"),
        "w_durbin": w_durbin is not None and model not in DURBIN,
    }
    refuse_idle(given, message("would change nothing: a {model} has no such weights", model=model.upper()))


def weights_in_use(model: str, w: Weights, w_error: Weights, w_durbin: Weights) -> tuple[Weights, ...]:
    """Return the weights that a model reads, each once; those of the lag where it reads none."""
    held = {LAGGED: w, ERROR: w_error, DURBIN: w_durbin}
    return tuple(dict.fromkeys(one for models, one in held.items() if model in models)) or (w,)


def head_facts(
    problem: Problem,
    optimum: Optimum,
    weights: Sequence[Weights],
    *,
    years: NDArray[Any],
    model: str,
    effects: str,
    convention: str,
) -> dict[str, Any]:
    """Return the facts that every spatial panel reports first.

    Parameters
    ----------
    problem, optimum
        The likelihood and its maximum.
    weights
        Those of lag, error and Durbin terms; names that repeat stand once.
    years
        The first and the last period of the estimation.
    model, effects, convention
        As the table prints them.

    Returns
    -------
    Facts in the order of the table, down to sigma2.
    """
    return {
        "nobs": problem.y.size,
        "n_units": problem.counting.n_units,
        "n_periods": problem.counting.n_times,
        "years": f"{years[0]}-{years[-1]}",
        "model": model,
        "effects": effects,
        "convention": convention,
        "weights": listed(dict.fromkeys(w.name for w in weights)),
        "normalisation": weights[0].normalisation,
        "sigma2": optimum.sigma2,
    }


def squared_correlation(problem: Problem, optimum: Optimum) -> float:
    """Return the squared correlation of swept y with its reduced-form mean S^-1 Z b."""
    mean = problem.base[..., 2:] @ optimum.b
    if problem.w is not None:
        mean = np.asarray(factorise(problem.w, optimum.rho).solve(mean))
    y: FloatArray = problem.base[..., 0].reshape(-1)
    flat = mean.reshape(-1)
    if flat.std() == 0.0:
        return 0.0
    return float(np.corrcoef(y, flat)[0, 1] ** 2)
