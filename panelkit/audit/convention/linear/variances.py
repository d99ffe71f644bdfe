"""Covariances by the programs that print them: which shared sandwich, and which factor on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.shared import LAGS
from panelkit.covariance.clusters import Clusters
from panelkit.covariance.conventions import CONVENTIONS
from panelkit.covariance.driscoll_kraay import time_factor
from panelkit.covariance.small_sample import cluster_df, residual_df, small_sample_factor
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import Effects, FloatArray, Layout
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

Number = Callable[[LinearFit], float]
_REGHDFE = CONVENTIONS["reghdfe"]


@dataclass(frozen=True)
class Variance:
    """One covariance as one program prints it: the diagonal `shared` times `factor`, t with `freedom` degrees."""

    option: Option
    shared: str
    factor: Number
    freedom: Number


def _of(key: str, said: Message, shared: str, factor: Number, freedom: Number) -> Variance:
    return Variance(Option("covariance", key, said), shared, factor, freedom)


def _left(fit: LinearFit) -> float:
    return float(residual_df(fit, _REGHDFE))


def _uncounted(fit: LinearFit) -> float:
    return float(fit.n - fit.k)


def _normal(fit: LinearFit) -> float:
    return float("inf")


def _independent() -> Iterator[Variance]:
    yield _of("iid", message("independent errors, s2 over n-K"), "iid", lambda fit: 1.0 / _left(fit), _left)
    yield _of("HC1", message("robust, n/(n-K)"), "row", lambda fit: fit.n / _left(fit), _left)
    yield _of(
        "iid, effects not counted",
        message("independent errors, s2 over n-k (effects not counted)"),
        "iid",
        lambda fit: 1.0 / _uncounted(fit),
        _uncounted,
    )
    yield _of(
        "HC1, effects not counted",
        message("robust, n/(n-k) (effects not counted)"),
        "row",
        lambda fit: fit.n / _uncounted(fit),
        _uncounted,
    )
    yield _of("iid, n", message("independent errors, s2 over n"), "iid", lambda fit: 1.0 / fit.n, _normal)
    yield _of("HC0", message("robust, no factor"), "row", lambda fit: 1.0, _normal)


def _clustered(name: str) -> Iterator[Variance]:
    convention = CONVENTIONS[name]
    yield _of(
        f"cluster unit, {name}",
        message("clustered by unit ({program})", program=name),
        "unit",
        lambda fit: small_sample_factor(fit, (_units(fit),), convention),
        lambda fit: cluster_df(fit, fit.layout.n_units, convention),
    )


def _jackknife() -> Iterator[Variance]:
    said = message("clustered by unit, jackknife (CRV3)")
    yield _of("CRV3", said, "jackknife", lambda fit: 1.0, lambda fit: fit.layout.n_units - 1.0)


def _by_period(name: str) -> Iterator[Variance]:
    convention = CONVENTIONS[name]
    yield _of(
        f"cluster time, {name}",
        message("clustered by period ({program})", program=name),
        "time",
        lambda fit: small_sample_factor(fit, (_periods(fit),), convention),
        lambda fit: cluster_df(fit, fit.layout.n_times, convention),
    )
    yield _of(
        f"two-way, {name}",
        message("clustered by unit and period ({program})", program=name),
        "two-way mended" if convention.mends else "two-way",
        lambda fit: small_sample_factor(fit, (_units(fit), _periods(fit)), convention, _fewest(fit)),
        lambda fit: cluster_df(fit, _fewest(fit), convention),
    )


def _serial(lags: int, name: str, program: str) -> Variance:
    convention = CONVENTIONS[name]
    return _of(
        f"Driscoll-Kraay {lags}, {program}",
        message("Driscoll-Kraay, {lags} lags ({program})", lags=lags, program=program),
        f"kernel {lags}",
        lambda fit: time_factor(fit, fit.layout.n_times, convention),
        lambda fit: cluster_df(fit, fit.layout.n_times, convention),
    )


def _units(fit: LinearFit) -> Clusters:
    return Clusters(fit.layout.unit, "unit", np.arange(fit.layout.n_units))


def _periods(fit: LinearFit) -> Clusters:
    return Clusters(fit.layout.time, "time", np.arange(fit.layout.n_times))


def _fewest(fit: LinearFit) -> int:
    return min(fit.layout.n_units, fit.layout.n_times)


_ONE_WAY = ("reghdfe", "xtreg", "fixest", "plm-sss", "lsdv", "plm", "linearmodels")
_KERNELS = (("fixest", "fixest"), ("xtreg", "xtscc"), ("linearmodels", "linearmodels"), ("plm", "plm"))

# the order is that of plausibility: of conventions that print the same digits, the first is named first
VARIANCES: tuple[Variance, ...] = (
    *(one for name in _ONE_WAY for one in _clustered(name)),
    *_independent(),
    *_jackknife(),
    *(one for name in ("reghdfe", "linearmodels") for one in _by_period(name)),
    *(_serial(lags, name, program) for lags in LAGS for name, program in _KERNELS),
)


def factors(layout: Layout, effects: Effects, k: int) -> FloatArray:
    """Return the factor of every covariance, (V,); missing where a program refuses or no degree of freedom is left."""
    shell = LinearFit.shell(layout, effects, k)
    return np.array([_or_missing(one.factor, shell) for one in VARIANCES])


def freedoms(layout: Layout, effects: Effects, k: int) -> FloatArray:
    """Return the degrees of freedom of t under every covariance, (V,)."""
    shell = LinearFit.shell(layout, effects, k)
    return np.array([_or_missing(one.freedom, shell) for one in VARIANCES])


def _or_missing(number: Number, shell: LinearFit) -> float:
    try:
        return number(shell)
    except (SpecError, ZeroDivisionError):
        return float("nan")
