"""Difference GMM (Arellano and Bond 1991) and system GMM (Blundell and Bond 1998) with instruments by formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from panelkit.formula.conditions import check_where
from panelkit.kernels.moment_conditions import Singular
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.models.dynamic.gmm.assembled import assembled, groups_of, refuse_dummies_twice
from panelkit.models.dynamic.gmm.centring import centred_instruments, centred_rows
from panelkit.models.dynamic.gmm.instruments import Instruments, build_instruments
from panelkit.models.dynamic.gmm.request import read_request, refuse_levels
from panelkit.models.dynamic.gmm.result import DynamicGMMFit
from panelkit.models.dynamic.gmm.rows import Transform, on_calendar, read_rows
from panelkit.models.dynamic.gmm.solution import solve, stack_rows
from panelkit.models.dynamic.gmm.weights import Weighting
from panelkit.models.reading import open_frame, spoken_errors

Steps = Literal[1, 2]


class _DynamicGMM:
    """What both estimators share; they declare the fields."""

    formula: str
    transform: Transform
    steps: Steps
    collapse: bool
    time_effects: bool
    windmeijer: bool
    small: bool
    h: Weighting
    cluster: str | None
    singular: Singular
    where: str | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        if str(self.transform) == "fd":
            object.__setattr__(self, "transform", "differences")
        held: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
            ("transform", self.transform, get_args(Transform)),
            ("steps", self.steps, get_args(Steps)),
            ("h", self.h, get_args(Weighting)),
            ("singular", self.singular, get_args(Singular)),
            *(
                (name, getattr(self, name), (False, True))
                for name in ("collapse", "time_effects", "windmeijer", "small")
            ),
        )
        for name, value, allowed in held:
            if not any(value is one or (type(value) is type(one) and value == one) for one in allowed):
                raise SpecError(
                    message("{name} is {held}, not {value!r}", name=name, held=allowed, value=value)
                )
        asked = read_request(self.formula)
        if not isinstance(self, SystemGMM):
            refuse_levels(asked)

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> DynamicGMMFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`. Lags and instruments read every row of the data; `where` chooses those of levels.

        Returns
        -------
        Coefficients with everything that speaks for or against the instruments.

        Raises
        ------
        DataError
            If the panel is unusable, or too short for the lags, or gaps leave no changes.
        SpecError
            If the instruments do not identify the coefficients, a regressor does not vary, or the two-step weight is
            singular and `singular="refuse"`.
        """
        frame = open_frame(data, unit, time)
        asked, system = read_request(self.formula), isinstance(self, SystemGMM)
        constant = system and asked.model.has_intercept
        beside = () if self.cluster is None else (self.cluster,)
        rows = read_rows(
            asked,
            frame,
            unit=unit,
            time=time,
            where=self.where,
            extra=beside,
            transform=self.transform,
            dummies=self.time_effects,
            system=system,
        )
        with spoken_errors(rows.design):
            refuse_dummies_twice(rows)
            rows = centred_rows(rows) if constant else rows
            groups = groups_of(rows, self.cluster)
            stack = stack_rows(rows, groups, system=system, constant=constant)
            held = {node.label: on_calendar(node, rows, frame, unit, time) for node in asked.gmm}

            def build(centres: Mapping[str, float]) -> Instruments:
                return build_instruments(
                    asked,
                    rows,
                    lambda node: held[node.label],
                    system=system,
                    collapse=self.collapse,
                    constant=constant,
                    centres=centres,
                )

            instruments = (
                centred_instruments(build, lambda node: held[node.label], asked, rows, self.h)
                if system
                else build({})
            )
            solution = solve(
                stack,
                instruments,
                rows,
                h=self.h,
                steps=self.steps,
                windmeijer=self.windmeijer,
                singular=self.singular,
            )
            return assembled(self, asked, rows, instruments, solution, system=system)


@estimator(
    "difference_gmm",
    family="dynamic",
    can=["scores by unit"],
    result="DynamicGMMFit",
    source="Arellano and Bond 1991; Windmeijer 2005; Roodman 2009",
)
@dataclass(frozen=True)
class DifferenceGMM(_DynamicGMM):
    """Difference GMM for a panel whose outcome depends on its own past.

    Parameters
    ----------
    formula
        `y ~ lag(y, 1) + x | gmm(y, 2:4) + iv(x)`: instruments stand behind the bar. `gmm(x, 2:4)` are lags 2 to 4 of x,
        one column a period and lag; `gmm(x, 2:)` lag 2 and deeper; `iv(x + z)` terms that are instruments as they
        stand, transformed as the equation is. `collapse` after a comma collapses one gmm(). `lag(y, 1:2)` is two lags.
        Without a bar: lags 2 and 3 of the outcome, collapsed, and all other regressors as strictly exogenous.
    transform
        "differences" (or "fd"), or "fod", forward orthogonal deviations, which lose less to gaps.
    steps
        1: the weight of independent errors, with robust covariance. 2: the weight of the first step's residuals.
    collapse
        Collapse every gmm(): one column a lag in place of one a lag and period.
    time_effects
        Dummies of periods among the regressors, as instruments of themselves.
    windmeijer
        The correction of two-step errors.
    small
        t instead of z, with xtabond2's factors.
    h
        The weight of the first step: 1 the identity, 2 and 3 that of independent errors of one variance.
    cluster
        A column of clusters that hold whole units; None is the unit.
    singular
        What happens with a singular two-step weight: "refuse", or "pinv", a generalised inverse.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    Coefficients, errors and tests equal xtabond2's. With few units (31 provinces) name few instruments, and hold the
    estimate against `pk.compare_dynamic`.

    Examples
    --------
    >>> spec = pk.DifferenceGMM("n ~ lag(n, 1:2) + w + k | gmm(n, 2:4) + gmm(w, 1:3) + iv(k)", steps=2)
    """

    formula: str
    transform: Transform = "differences"
    steps: Steps = 1
    collapse: bool = False
    time_effects: bool = False
    windmeijer: bool = True
    small: bool = False
    h: Weighting = 3
    cluster: str | None = None
    singular: Singular = "refuse"
    where: str | None = None


@estimator(
    "system_gmm",
    family="dynamic",
    can=["scores by unit"],
    result="DynamicGMMFit",
    source="Blundell and Bond 1998; Windmeijer 2005; Roodman 2009",
)
@dataclass(frozen=True)
class SystemGMM(_DynamicGMM):
    """System GMM: the transformed equation and the levels, whose instruments are lagged changes.

    Parameters
    ----------
    formula
        As in `DifferenceGMM`; every gmm() also gives the levels its change one lag nearer, and iv() stands in both
        equations, unless `diff` or `level` after a comma says one. The constant is estimated unless `- 1` takes it out.
    transform, steps, collapse, time_effects, windmeijer, small, cluster, singular, where
        As in `DifferenceGMM`.
    h
        The weight of the first step, as xtabond2 counts: 1 the identity, 2 blockdiag(DD', I) (Blundell and Bond 1998,
        DPD, xtdpdsys), 3 [DD', D; D', I] (xtabond2's default, plm).

    Notes
    -----
    The levels add the assumption that first observations lie on the unit's own path (mean stationarity), which units
    that catch up do not meet: see the difference in Hansen of the levels.

    Examples
    --------
    >>> spec = pk.SystemGMM("n ~ lag(n, 1:2) + w + k | gmm(n, 2:4) + gmm(w, 1:3) + iv(k)", steps=2)
    """

    formula: str
    transform: Transform = "differences"
    steps: Steps = 1
    collapse: bool = False
    time_effects: bool = False
    windmeijer: bool = True
    small: bool = False
    h: Weighting = 3
    cluster: str | None = None
    singular: Singular = "refuse"
    where: str | None = None
