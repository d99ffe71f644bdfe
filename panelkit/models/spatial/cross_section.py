"""Spatial cross-sections of a single year: estimates through spreg where it is right, the rest on our likelihood.

Checked side by side (spreg 1.9.0; columbus, spatialreg and our exact likelihood as references):

- `ML_Lag` and `ML_Error` with ``method="full"``: coefficients, sigma2, log-likelihood and standard errors right, so
  sar, sem, sdm and sdem are estimated there (Durbin terms go in as regressors);
- ``method="ord"``: wrong. Its symmetric form rests on the binary degrees, so the coefficients are off whenever the
  weights within a row differ (inverse distance), and the standard errors even under contiguity: not used;
- rho is searched in (-1, 1) and no further, which is right only where W is row-standardised and rho lies inside;
- impacts of a Durbin model leave theta tr(SW)/n out of the direct effect: impacts are ours;
- sac has no maximum likelihood there, slx is least squares: ours.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, cast, get_args

import numpy as np
import pandas as pd

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.likelihood import Information
from panelkit.kernels.capabilities import LIKELIHOOD
from panelkit.kernels.index import read_panel_index
from panelkit.kernels.within import Effects
from panelkit.language.errors import DataError
from panelkit.language.levels import Levels, time_level
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_choice
from panelkit.language.spelt import option
from panelkit.models.reading import Frame, open_frame
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import Optimum, Problem
from panelkit.models.spatial.maximum import maximise
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import aligned_weights, read_sample
from panelkit.models.spatial.shell import Model, SpatialSpec, refuse_idle_weights
from panelkit.spatial.spectrum import EIGEN_LIMIT, Method
from panelkit.spatial.weights import Weights

AGREE = 1e-5  # what two exact likelihoods may differ by; spreg stops its search in rho at 1e-10
EDGE = 0.99  # beyond it spreg's series for (I - rho W)^-1 is slow or raises, and its search ends at 1
ENGINES = {
    "spreg": message("estimates and likelihood from spreg"),
    "panelkit": message("estimates and likelihood from panelkit"),
}


@estimator(
    "spatial_cross_section",
    family="spatial",
    can=sorted(LIKELIHOOD),
    result="SpatialFit",
    source="Anselin 1988; LeSage and Pace 2009",
)
@dataclass(frozen=True)
class SpatialCrossSection(SpatialSpec):
    """A spatial cross-section by exact maximum likelihood: sar, sem, sdm, slx, sdem or sac.

    Parameters
    ----------
    formula, model, durbin, vcov, logdet
        As in `SpatialPanel`; an intercept is estimated. Clustering and Driscoll-Kraay need a panel.
    small_sample
        Variances times n / (n - k) and t(n - k); without it the normal distribution.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    `facts["engine"]` of the fit says who estimated it: spreg (sar, sem, sdm, sdem with row-standardised weights and at
    most 1,000 units), or panelkit. Covariances and impacts are panelkit's at that estimate.

    Examples
    --------
    >>> fit = pk.SpatialCrossSection("log(patents_granted) ~ log(rd_expenditure)", "sar").fit(panel, w, year=2020)
    >>> fit.facts["nobs"]
    31
    """

    formula: str
    model: Model = "sdm"
    durbin: tuple[str, ...] | None = None
    vcov: VcovSpec = Information()
    small_sample: bool = True
    logdet: Method = "auto"
    where: str | None = None
    effects: ClassVar[Effects] = "none"  # what a panel of one year has
    convention: ClassVar[str] = "lsdv"

    def _check(self) -> None:
        check_choice("model", self.model, get_args(Model))

    def fit(
        self,
        data: pd.DataFrame,
        w: Any,
        *,
        year: Any = None,
        unit: str | None = None,
        time: str | None = None,
        w_error: Any = None,
        w_durbin: Any = None,
    ) -> SpatialFit:
        """Fit one year of a (province, year) panel, or a frame indexed by unit.

        Parameters
        ----------
        data
            A (province, year) panel, or a frame with one row a unit.
        w
            Weights of the lag (and, unless told, of the error and of the Durbin terms), keyed by id.
        year
            Which year of a panel.
        unit, time
            The columns that name unit and year; `unit` alone that of a frame with one row a unit.
        w_error, w_durbin
            Weights of the error and of the Durbin terms, where they are others.

        Returns
        -------
        The fit; `facts["engine"]` says who estimated it.

        Raises
        ------
        DataError
            If the year is not held, or the frame has several years and none is named.
        """
        refuse_idle_weights(self.model, w_error, w_durbin)
        frame = _indexed(open_frame(data, unit, time), unit, time)
        frame, years = _one_year(frame, year)
        sample = read_sample(
            self.formula, frame, intercept=True, where=self.where, years=years, columns=self.vcov.columns()
        )
        lag_w, error_w, durbin_w = aligned_weights(self.model, sample, w, w_error, w_durbin)
        used = error_w if self.model in ("sem", "sdem") else lag_w
        through = partial(_maximise_by_spreg, weights=used) if _spreg_is_right(self, used) else maximise
        spec = cast(SpatialPanel, self)  # it says all that a panel of one year says
        fit = fit_sample(spec, sample, lag_w, error_w, durbin_w, maximiser=through, one_year=True)
        engine = fit.curvature.optimum.engine
        return replace(
            fit,
            title=message(
                "{model} (cross-section): {outcome}", model=self.model.upper(), outcome=fit.outcome
            ),
            facts={**fit.facts, "engine": engine},
            notes=(*fit.notes, ENGINES[engine]),
        )


def _spreg_is_right(spec: SpatialCrossSection, w: Weights) -> bool:
    return spec.model in ("sar", "sem", "sdm", "sdem") and w.row_standardised and w.n <= EIGEN_LIMIT


def _maximise_by_spreg(problem: Problem, weights: Weights) -> Optimum:
    """Return spreg's maximum of the likelihood; ours where rho lies outside its reach, or the two disagree."""
    from spreg.ml_error import BaseML_Error
    from spreg.ml_lag import BaseML_Lag

    own = maximise(problem)
    if abs(own.rho + own.lam) >= EDGE:
        return own
    y, x = problem.y.reshape(-1, 1), problem.Z.reshape(len(problem.y), -1)
    lagged = problem.w is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libpysal and scipy on islands and sparse formats
        model = (BaseML_Lag if lagged else BaseML_Error)(
            y, x, weights.to_graph().to_W(), method="full", epsilon=1e-10
        )
    value, likelihood = float(np.ravel(model.betas)[-1]), float(np.ravel(model.logll)[0])
    rho, lam = (value, 0.0) if lagged else (0.0, value)
    if abs(likelihood - own.loglik) > AGREE or abs(value - own.rho - own.lam) > AGREE:
        return own
    return Optimum(
        np.ravel(model.betas)[:-1],
        rho,
        lam,
        float(np.ravel(model.sig2)[0]),
        likelihood,
        own.evaluations,
        engine="spreg",
    )


def _indexed(frame: Frame, unit: str | None, time: str | None) -> Frame:
    """Return the frame under the columns that hold its units and years, where they are named."""
    if unit is None and time is None:
        return frame
    data = frame.data
    if unit is not None and time is None and not isinstance(data.index, pd.MultiIndex):
        if unit not in data:
            raise DataError(
                message(
                    "unit={unit_column!r} is no column of the data: {columns}",
                    unit_column=unit,
                    columns=[str(name) for name in data.columns],
                )
            )
        return replace(frame, data=data.set_index(unit))
    panel = read_panel_index(data, unit, time)
    labels = panel.unit_labels[panel.unit], panel.time_labels[panel.time]
    return replace(frame, data=data.set_axis(pd.MultiIndex.from_arrays(labels, names=[unit, time])))


def _one_year(frame: Frame, year: Any) -> tuple[Frame, tuple[int, ...]]:
    """Return a panel and the year that is asked for; lags still read the other years."""
    data = frame.data
    if not isinstance(data.index, pd.MultiIndex):
        if year is not None:
            raise DataError(
                message(
                    "the frame has one row a unit and no years: leave out {year}, or name the columns of "
                    "units and years by {unit} and {time}",
                    year=option("year"),
                    unit=option("unit"),
                    time=option("time"),
                )
            )
        index = pd.MultiIndex.from_arrays(
            [data.index, np.zeros(len(data), dtype=np.int64)], names=[data.index.name, "year"]
        )
        return replace(frame, data=data.set_axis(index)), (0,)
    panel = read_panel_index(data)
    held = [int(label) for label in panel.time_labels]
    if year is None and len(held) > 1:
        raise DataError(_several(held, panel.levels))
    named = int(year) if isinstance(year, str) and year.strip().isdecimal() else year
    chosen = held[0] if year is None else named
    if chosen not in held:
        raise DataError(
            message(
                "no {period} {year!r} in the panel: it holds {first} to {last}",
                year=year,
                first=held[0],
                last=held[-1],
            ).spoken(*panel.levels)
        )
    return frame, (int(chosen),)


def _several(held: Sequence[int], levels: Levels) -> Message:
    if time_level(levels[1]).one == "year":
        return message(
            "the panel holds {count} years: name one, year={last!r}", count=len(held), last=held[-1]
        )
    return message(
        "the panel holds {count} {periods}: name one, year={last!r}", count=len(held), last=held[-1]
    ).spoken(*levels)
