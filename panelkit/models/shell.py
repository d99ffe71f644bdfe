"""What every least-squares estimator shares: its options, from a frame to a result, another covariance.

An estimator declares its fields and says how it estimates (`LinearSpec._estimate`); the rest is written here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar, cast

import numpy as np

from panelkit.covariance.base import VcovSpec, check_vcov, computed, refuse_uncarried
from panelkit.covariance.conventions import convention_named, convention_of_problem, refuse_convention
from panelkit.data.user.cross_section import as_cross_section
from panelkit.formula.conditions import check_where
from panelkit.inference.after.model_statistics import with_model_test, with_statistics
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.capabilities import SCORES, WEIGHTS
from panelkit.kernels.index import Array
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.outcome import refuse_absorbed, refuse_constant
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import Effects
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import capabilities_of, offered
from panelkit.models.coordinates import Coordinates, with_coordinates
from panelkit.models.reading import Frame, open_frame, read_with_lenders, spoken_errors
from panelkit.models.statements import adoption, convention_sentence, exact_fit, few_treated, linear_facts
from panelkit.panel.design import Design
from panelkit.panel.sample import Policy
from panelkit.panel.weighted import weight_notes
from panelkit.panel.weighting import check_weights, weighting_of
from panelkit.results.fit import FitResult, fields_under
from panelkit.show.brief import Brief

Result = TypeVar("Result", bound=FitResult)


@dataclass(frozen=True, eq=False)
class Rows(Brief):
    """The rows of an estimator: its design, which do more than lend a level (n,), and the frame they are from."""

    design: Design
    inside: Array
    frame: Frame


class LinearSpec(Generic[Result]):
    """The shell of an estimator by least squares: a frozen dataclass that declares these fields.

    One without weights leaves `weights` out. A subclass says in `_estimate` how a design becomes a result, and where it
    differs, what it reads (`_read_formula`), which rules its rows pass (`_rules`) and what else it checks (`_check`).
    """

    formula: str
    vcov: VcovSpec
    convention: str
    where: str | None
    weights: str | None = None

    def __post_init__(self) -> None:
        check_vcov(self.vcov)
        refuse_uncarried(self.vcov, capabilities_of(type(self)) or (), verbatim(type(self).__name__))
        refuse_convention(self.convention, capabilities_of(type(self)) or (), verbatim(type(self).__name__))
        object.__setattr__(self, "where", check_where(self.where))
        object.__setattr__(self, "weights", self._checked_weights())
        self._check()

    def with_vcov(self, vcov: VcovSpec) -> Self:
        """Return the same model with another covariance."""
        return cast(Self, replace(cast(Any, self), vcov=vcov))

    def fit(
        self,
        data: Any,
        *,
        unit: str | None = None,
        time: str | None = None,
        coords: Coordinates | None = None,
    ) -> Result:
        """Fit the model to a panel.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time` columns named.
            Row order does not matter.
        unit, time
            The columns that name unit and period, where the index does not; `unit` alone is a cross-section, one row a
            unit, for estimators without effects.
        coords
            For `Conley`: a frame indexed by unit with `lat` and `lon`, or unit -> (lat, lon); None takes the
            provincial capitals.

        Returns
        -------
        The estimates with their covariance, and what was dropped from the sample and why.

        Raises
        ------
        DataError
            If the panel is unusable: duplicated province-years, no complete row, one unit only.
        SpecError
            If the formula, a regressor or the covariance cannot be right for these data.
        """
        if unit is not None and time is None:
            data, unit = as_cross_section(data, unit), None
        frame = open_frame(data, unit, time)
        design, inside = read_with_lenders(
            self._read_formula(),
            frame,
            unit=unit,
            time=time,
            extra=self._columns(),
            where=self.where,
            policies=self._rules(),
            sweeping=self._sweeping(),
            weighting=weighting_of(self.weights),
        )
        with spoken_errors(design):
            return self._estimate(Rows(with_coordinates(design, self.vcov, coords), inside, frame))

    def _checked_weights(self) -> str | None:
        """Return the weights in their short spelling, refused where the estimator knows none."""
        if self.weights is not None and WEIGHTS not in (capabilities_of(type(self)) or ()):
            raise SpecError(self._without_weights())
        return check_weights(self.weights)

    def _without_weights(self) -> Message:
        """Say why the estimator takes no weights."""
        return message("{model} takes no weights of rows", model=type(self).__name__)

    def _check(self) -> None:
        """Refuse options of this estimator that have no meaning."""

    def _read_formula(self) -> str:
        """Return the formula of every column that the estimator reads."""
        return self.formula

    def _columns(self) -> tuple[str, ...]:
        """Return the columns beside the formula that the rows carry: those of the covariance (and of weights)."""
        return self.vcov.columns()

    def _rules(self) -> tuple[Policy, ...]:
        """Return the rules by which rows leave the sample."""
        return ()

    def _sweeping(self) -> Effects:
        """Return the effects beside which interactions of the formula are swept out; "none" where none are."""
        return "none"

    def _estimate(self, rows: Rows) -> Result:
        """Return the result of the rows."""
        raise NotImplementedError


def finish(
    spec: Any,
    design: Design,
    linear: LinearFit,
    *,
    title: Message,
    moved: Design | None = None,
    observed: Design | None = None,
    facts: Mapping[str, Any] | None = None,
    notes: tuple[Message, ...] = (),
) -> FitResult:
    """Return the result of a least-squares problem.

    Parameters
    ----------
    spec
        The estimator, with `vcov` and `convention`.
    design
        The rows of `linear` as the user knows them.
    linear
        The problem, swept of its effects.
    title
        The head of its tables.
    moved
        The same rows as they entered the regression (quasi-demeaned), on which covariances that refit stand.
    observed
        The rows as they were observed, where `design` holds their means.
    facts, notes
        What this estimator states beside what all state.

    Returns
    -------
    The fit under the covariance of the spec.

    Raises
    ------
    SpecError
        If the outcome is constant or absorbed, or the problem cannot carry the covariance.
    """
    convention = convention_of_problem(convention_named(spec.convention), linear.can)
    refuse_constant(design.y, design.outcome)
    beside = () if linear.layout.interactions is None else linear.layout.interactions.names
    refuse_absorbed(rooted(design.y, linear.weights), linear.y, design.outcome, linear.effects, beside)
    kept = design if moved is None else moved
    before, after = linear_facts(design, linear, spec.convention)
    own = dict(facts or {})
    before |= {key: own.pop(key) for key in before.keys() & own.keys()}
    adopted, counts = adoption(design, linear)
    own |= counts
    said = (
        *design.notes,
        convention_sentence(convention, linear.effects),
        *weight_notes(design),
        *notes,
        *few_treated(design, linear.terms),
        *adopted,
        *exact_fit(design.outcome, linear),
    )
    vcov = computed(spec.vcov, linear, kept, convention, title)
    fit = FitResult(
        title=title,
        terms=linear.terms,
        estimates=linear.beta,
        outcome=design.outcome,
        spec=spec,
        design=kept,
        linear=linear,
        residuals=linear.residuals_as_observed,
        dropped=design.dropped,
        observed=design if observed is None else observed,
        **fields_under(
            with_model_test(vcov, linear.terms, linear.beta) if convention.whole_table else vcov,
            len(linear.terms),
            facts=(before, {**after, **own}),
            notes=(said, ()),
        ),
    )
    return with_statistics(fit) if convention.whole_table else fit


def _no_other_covariance(fit: FitResult) -> Message:
    """Say that errors are part of the specification, and by which of its options."""
    options = [name for name in ("errors", "cluster", "windmeijer", "small") if hasattr(fit.spec, name)]
    if options:
        return message(
            "{title}: its errors are part of the specification: fit again with other {options}",
            title=fit.title,
            options=[f"{name}=" for name in options],
        )
    return message("{title}: it holds no problem on which another covariance could stand", title=fit.title)


@offered("capability")
def under_covariance(fit: FitResult, vcov: VcovSpec, coords: Coordinates | None = None) -> FitResult:
    """Return a fit under another covariance; see `FitResult.with_vcov`."""
    if fit.problem is None or fit.design is None:
        raise SpecError(_no_other_covariance(fit))
    spec = fit.spec.with_vcov(vcov)
    known = (*fit.design.extra, *fit.design.unit_names, *fit.design.time_names)
    missing = [name for name in spec.vcov.columns() if name not in known]
    if missing and SCORES in fit.can:  # a likelihood clusters by unit alone, and says so
        raise SpecError(
            message(
                "the fit did not carry `{columns}`: fit again with vcov={vcov}",
                columns=missing,
                vcov=str(spec.vcov),
            )
        )
    design = with_coordinates(fit.design, spec.vcov, coords)
    convention = (
        convention_of_problem(convention_named(spec.convention), fit.can) if SCORES in fit.can else None
    )
    made = computed(spec.vcov, fit.problem, design, convention, fit.title)
    if convention is not None and convention.whole_table:
        made = with_model_test(made, fit.terms, fit.estimates)
    return fit.under(made, spec=spec, design=design)


@offered("inference", family="covariance", result="FitResult", public=True)
def with_vcov(fit: FitResult, vcov: VcovSpec, coords: Coordinates | None = None) -> FitResult:
    """Return the same fit under another covariance, without fitting again: `fit.with_vcov(vcov, coords=coords)`.

    Raises
    ------
    SpecError
        If the fit cannot carry the covariance, or did not carry a column that it needs.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> clustered = pk.with_vcov(fit, pk.Cluster())
    >>> bool((clustered.params == fit.params).all())
    True
    """
    check_fit(fit)
    return fit.with_vcov(vcov, coords=coords)


def without_intercept(design: Design) -> Design:
    """Return the design without its intercept column."""
    if not design.has_intercept:
        return design
    return design.without_columns(np.array([term == "Intercept" for term in design.terms]))


def require_terms(design: Design, formula: str) -> None:
    """Refuse a design without a regressor."""
    if not [term for term in design.terms if term != "Intercept"]:
        raise SpecError(message("`{formula}` has no regressor: name at least one", formula=formula))
