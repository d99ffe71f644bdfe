"""The panel vector autoregression as a request: variables, lags, transform, instruments, steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from panelkit.formula.conditions import check_where
from panelkit.kernels.moment_conditions import Singular
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.language.options import check_count, check_number, is_whole, refuse_idle
from panelkit.language.spelt import option
from panelkit.models.dynamic.vector.columns import Transform
from panelkit.models.dynamic.vector.estimate import Method
from panelkit.models.dynamic.vector.fitting import fit_vector
from panelkit.models.dynamic.vector.reading import expressions_of
from panelkit.models.dynamic.vector.result import PanelVARFit

_LEAST = 2.3e-16

Instruments = tuple[int, int] | Literal["all", "exact"] | None


@estimator(
    "panel_var",
    family="dynamic",
    can=("responses",),
    result="PanelVARFit",
    source="Holtz-Eakin, Newey and Rosen 1988; Arellano and Bover 1995; Windmeijer 2005; Breitung et al. 2022",
)
@dataclass(frozen=True)
class PanelVAR:
    """A vector of variables on its own lags: y_t = A_1 y_{t-1} + ... + A_p y_{t-p} + B x_t + unit and time effects.

    Parameters
    ----------
    variables
        Two or more expressions, such as `("log(gdp)", "log(patents)")`; each has an equation.
    lags
        p.
    exogenous
        Strictly exogenous terms, which stand in every equation and are instruments of themselves.
    time_effects
        Take the effects of the periods out: the transformed dummies of the periods are swept out of variables and
        instruments, which on a balanced panel is the demeaning of the cross-sections, and is exact on others too.
    transform
        "fod", forward orthogonal deviations, or "fd" (or "differences"), first differences: both take the effects of
        the units out.
    instruments
        Lags of the levels, counted from the nearest that is valid (y_{t-1} under "fod", y_{t-2} under "fd"):
        `(first, last)`, "all", or "exact" (as many as there are lags: just identified). None is `(1, lags + 1)`.
    collapse
        One instrument a lag and variable; False gives one a period too.
    steps
        1 or 2; the second is joint over the equations, with Windmeijer's errors.
    estimator
        "gmm"; "least-squares", the within estimator, which is biased where T is small; "bias-corrected", within without
        that bias, for errors of one variance over time: it needs no instruments, and where units are few it finds
        causes that GMM cannot.
    errors
        "robust": the sandwich over clusters (Windmeijer's of two steps), as other programs print. "jackknife": from the
        estimates without each cluster, which holds its level where clusters are few and differ in variance; those of
        "bias-corrected" are always so.
    cluster
        A column whose values hold whole units; None: every unit is a cluster.
    singular, tolerance
        What to do with a two-step weight that is singular: "refuse", or "pinv", a generalised inverse of the weight of
        the columns as they stand. `tolerance` is the share of its largest eigenvalue below which one counts as zero.
    where
        A condition on the rows that enter, such as "year >= 2011"; lags and instruments still read the others.

    Notes
    -----
    The defaults are those of few units: instruments of two lags, collapsed, one step, errors clustered by unit, t with
    one degree of freedom less than there are clusters. A unit's rows enter where all variables and lags are held; gaps
    are no obstacle. Small-sample size and coverage are measured in the documentation (panel VAR).

    Examples
    --------
    >>> fit = pk.PanelVAR(("log(gdp)", "log(patents_granted)")).fit(panel)
    >>> fit.coefficients.shape
    (1, 2, 2)
    """

    variables: tuple[str, ...]
    lags: int = 1
    exogenous: tuple[str, ...] = ()
    time_effects: bool = True
    transform: Transform = "fod"
    instruments: Instruments = None
    collapse: bool = True
    steps: Literal[1, 2] = 1
    estimator: Method = "gmm"
    errors: Literal["robust", "jackknife"] = "robust"
    cluster: str | None = None
    singular: Singular = "refuse"
    tolerance: float | None = None
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", _texts("variables", self.variables))
        object.__setattr__(self, "exogenous", _texts("exogenous", self.exogenous))
        if len(self.variables) < 2:
            raise SpecError(
                message(
                    "a panel VAR takes two variables or more; for one alone take DifferenceGMM with its lags"
                )
            )
        expressions_of(self.variables)
        object.__setattr__(self, "lags", check_count("lags", self.lags))
        object.__setattr__(self, "where", check_where(self.where))
        _check_choices(self)
        _check_instruments(self)
        _check_tolerance(self)
        if self.cluster is not None and not (isinstance(self.cluster, str) and self.cluster):
            raise SpecError(message("cluster is the name of a column, not {given!r}", given=self.cluster))
        _refuse_idle(self)

    @property
    def lag_range(self) -> tuple[int, int] | None:
        """Return the first and last lag of the levels, counted from the nearest valid; (1, 0) is all."""
        if self.estimator != "gmm":
            return None
        if self.instruments is None:
            return 1, self.lags + 1
        if self.instruments == "all":
            return 1, 0
        if self.instruments == "exact":
            return 1, self.lags
        return self.instruments

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> PanelVARFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time` columns named.
        unit, time
            The columns that name unit and period, where the index does not.

        Raises
        ------
        DataError
            If the panel is unusable, or too short for the lags.
        SpecError
            If instruments do not identify the coefficients, variables repeat each other, or a two-step weight is
            singular.
        """
        return fit_vector(self, data, unit, time)


def _texts(name: str, given: Any) -> tuple[str, ...]:
    """Return a sequence of texts as a tuple, anything else refused."""
    if (
        isinstance(given, str)
        or not isinstance(given, Sequence)
        or not all(isinstance(one, str) for one in given)
    ):
        raise SpecError(message("{name} is a tuple of texts, not {given!r}", name=name, given=given))
    return tuple(given)


def _check_choices(spec: PanelVAR) -> None:
    if str(spec.transform) == "differences":
        object.__setattr__(spec, "transform", "fd")
    for what, value, allowed in (
        ("transform", spec.transform, get_args(Transform)),
        ("estimator", spec.estimator, get_args(Method)),
        ("singular", spec.singular, get_args(Singular)),
        ("steps", spec.steps, (1, 2)),
        ("errors", spec.errors, ("robust", "jackknife")),
        ("time_effects", spec.time_effects, (True, False)),
        ("collapse", spec.collapse, (True, False)),
    ):
        if not any(type(value) is type(one) and value == one for one in allowed):
            raise SpecError(
                message(
                    "{what} is one of {allowed}, not {value!r}",
                    what=what,
                    allowed=tuple(allowed),
                    value=value,
                )
            )


def _check_instruments(spec: PanelVAR) -> None:
    given: Any = spec.instruments
    if given is None or (isinstance(given, str) and given in ("all", "exact")):
        return
    if not (isinstance(given, tuple) and len(given) == 2 and all(is_whole(one) for one in given)):
        raise SpecError(message('instruments is (first, last), "all" or "exact", not {given!r}', given=given))
    first, last = given
    if not 1 <= first <= last:
        raise SpecError(
            message(
                "instruments=({first}, {last}): lags count from 1, the nearest that is valid, the first not after the "
                "last",
                first=first,
                last=last,
            )
        )
    if last - first + 1 < spec.lags:
        raise SpecError(
            message(
                "instruments=({first}, {last}) are too few for {lags} lags: take ({first}, {least}) or more",
                first=first,
                last=last,
                lags=spec.lags,
                least=first + spec.lags - 1,
            )
        )


def _check_tolerance(spec: PanelVAR) -> None:
    if spec.tolerance is None:
        return
    if not _LEAST <= check_number("tolerance", spec.tolerance, positive=True) < 1.0:
        raise SpecError(
            message(
                "tolerance is a share of the largest eigenvalue, below 1, and {least:.2g} at least: smaller ones are "
                "rounding",
                least=_LEAST,
            )
        )


def _refuse_idle(spec: PanelVAR) -> None:
    of_gmm = {
        "instruments": spec.instruments is not None,
        "collapse": not spec.collapse,
        "steps": spec.steps != 1,
        "transform": spec.transform != "fod",
    }
    if spec.estimator != "gmm":
        refuse_idle(of_gmm, message("would change nothing: least squares have no instruments"))
    jackknife = spec.errors == "jackknife" and spec.estimator == "bias-corrected"
    refuse_idle(
        {"errors": jackknife}, message("would change nothing: these errors are always by the jackknife")
    )
    refuse_idle(
        {"singular": spec.singular != "refuse" and spec.steps == 1},
        message("would change nothing: the weight of one step is not estimated"),
    )
    refuse_idle(
        {"tolerance": spec.tolerance is not None and spec.singular != "pinv"},
        message("belongs to {singular}", singular=option("singular", "pinv")),
    )
