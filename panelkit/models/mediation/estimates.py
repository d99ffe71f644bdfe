"""What a mediation estimated: effects, equations, draws, and the inference that is read from them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from panelkit.covariance.iid import Iid
from panelkit.inference.indirect import bias_corrected, normal_draws, product_test, rademacher
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.models.mediation.covariance import cluster_factors, joint_covariance
from panelkit.models.mediation.interaction import Interaction, Moderation
from panelkit.models.mediation.overlap import Overlap
from panelkit.models.mediation.paths import PathMap, PathSystem, exact_jacobian, wild_coefficients
from panelkit.models.mediation.words import Said
from panelkit.models.shell import with_vcov
from panelkit.panel.design import Design
from panelkit.results.fit import COLUMNS, Derived, FitResult, FloatArray, Language, Uncertainty, t_quantile

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class MediationEstimates(Derived):
    """Total, direct and indirect effects; `draws` are the province resamples behind intervals and p-values.

    `fits` holds every equation ("total", "mediator 0", ..., "outcome"); `system` and `paths` let inference refit them.
    """

    spec: Any
    fits: Mapping[str, FitResult]
    system: PathSystem = field(repr=False)
    paths: PathMap = field(repr=False)
    mediators: tuple[int, ...]
    swept_draws: FloatArray = field(repr=False)
    theta_draws: FloatArray = field(repr=False)
    moderation: Moderation | None = None
    interaction: Interaction | None = None
    products: tuple[tuple[int, int], ...] = ()
    remarks: tuple[Said, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        return self.fits["outcome"].level_names

    @property
    def treatment_label(self) -> str:
        return self.system.labels[0]

    @property
    def mediator_labels(self) -> tuple[str, ...]:
        return tuple(self.system.labels[j] for j in self.mediators)

    @property
    def outcome_label(self) -> str:
        return self.system.labels[-1]

    @cached_property
    def joint_vcov(self) -> FloatArray:
        """Return the joint covariance (K, K) of the coefficients of all equations."""
        return joint_covariance(self.system, self.spec.vcov, self._design, self.spec.convention)

    @property
    def _design(self) -> Design:
        design = self.fits["outcome"].design
        if design is None:
            raise SpecError("this result carries no design")
        return design

    def path_table(self) -> pd.DataFrame:
        """Return one row a path: `source, target, estimate, std_error, statistic, p_value, conf_low, conf_high`.

        The direct path comes last; errors are those of the equations' covariance.
        """
        rows = []
        for target, name in [*self._mediator_equations(), (self.outcome_label, "outcome")]:
            fit = self.fits[name]
            sources = [label for label in (*self.mediator_labels, self.treatment_label) if label in fit.terms]
            rows += [{"source": source, "target": target, **leg(fit, source)} for source in sources]
        return pd.DataFrame(rows)

    def _mediator_equations(self) -> list[tuple[str, str]]:
        return [(label, f"mediator {k}") for k, label in enumerate(self.mediator_labels)]

    @property
    def path_terms(self) -> tuple[str, ...]:
        """Return the routes from treatment to outcome, as the effects name them ("indirect" where there is one)."""
        found = tuple(t for t, e in zip(self.terms, self.equations, strict=True) if e == "path")
        return found or ("indirect",)

    # -- intervals and tests

    def with_interval(
        self, kind: Literal["delta", "monte carlo"], *, reps: int = 20_000, rng: int = 0
    ) -> Derived:
        """Return the effects with errors by the delta method or Monte Carlo draws on the joint covariance."""
        theta = self.system.theta
        if kind == "delta":
            jacobian = exact_jacobian(self.paths.effects, theta)
            covariance, draws = jacobian @ self.joint_vcov @ jacobian.T, None
            made = Uncertainty(method="delta")
        elif kind == "monte carlo":
            df = float(np.min(self.fits["outcome"].df))
            draws = self.paths.effects(normal_draws(theta, self.joint_vcov, reps, as_generator(rng), df))
            covariance, made = (
                np.atleast_2d(np.cov(draws, rowvar=False)),
                Uncertainty(method="draws", reps=reps, seed=seed_of(rng)),
            )
        else:
            raise SpecError(f"the interval is 'delta' or 'monte carlo', not {kind!r}")
        return self._derived(covariance, draws, made, float(np.min(self.fits["outcome"].df)))

    def wild(self, *, reps: int = 5_000, rng: int | np.random.Generator = 0) -> Derived:
        """Return the effects with percentile intervals of the unrestricted wild cluster bootstrap of all equations.

        Rademacher weights by cluster, the same in every equation; every equation keeps its regressors. The total
        effect of a draw is its direct plus its indirect effect.
        """
        weights = rademacher(self.system.n_groups, reps, as_generator(rng))
        by = getattr(self.spec.vcov, "by", None)
        factors = cluster_factors(self.system, self._design, by, self.spec.convention)
        draws = replace(self.paths, total=-1).effects(wild_coefficients(self.system, weights, factors))
        made = Uncertainty(method="bootstrap", reps=reps, seed=seed_of(rng))
        return self._derived(np.atleast_2d(np.cov(draws, rowvar=False)), draws, made, self.df)

    def _derived(
        self, covariance: FloatArray, draws: FloatArray | None, made: Uncertainty, df: Any
    ) -> Derived:
        return Derived(
            title=self.title,
            terms=self.terms,
            equations=self.equations,
            estimates=self.estimates,
            covariance=covariance,
            df=df,
            facts=self.facts,
            notes=(made.sentence(),),
            uncertainty=made,
            draws=draws,
        )

    def bias_corrected_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return the bias-corrected bootstrap interval; it rejects too often in small samples."""
        if self.draws is None:
            raise SpecError("bias-corrected intervals need bootstrap draws")
        low, high = bias_corrected(self.draws, self.estimates, level)
        return pd.DataFrame({"conf_low": low, "conf_high": high}, index=self._labels())

    def joint_significance(self, *, wild: bool = False, reps: int = 9_999, rng: int = 0) -> pd.Series:
        """Return, for each route, the largest p-value along it: all its paths must be significant.

        `wild` takes the p-values of the restricted wild cluster bootstrap of each path.
        """
        worst = []
        for route in self.paths.routes:
            legs = [(self.fits[name], label) for name, label in self._legs(route)]
            if wild:
                p = [wild_cluster_bootstrap(fit, label, reps=reps, rng=rng).p_value for fit, label in legs]
            else:
                p = [leg(fit, label)["p_value"] for fit, label in legs]
            worst.append(max(p))
        return pd.Series(worst, index=pd.Index(self.path_terms, name="term"), name="p_value")

    def _legs(self, route: Sequence[int]) -> list[tuple[str, str]]:
        """Return (equation, regressor) of every path along a route."""
        labels = self.mediator_labels
        inner = [(f"mediator {j}", labels[i]) for i, j in pairwise(route)]
        return [(f"mediator {route[0]}", self.treatment_label), *inner, ("outcome", labels[route[-1]])]

    def inference(
        self, *, level: float = 0.95, reps: int = 5_000, wild: bool = True, rng: int = 0
    ) -> pd.DataFrame:
        """Return every kind of inference on each route, one row a method.

        Columns `term, method, estimate, std_error, statistic, p_value, conf_low, conf_high`. The first two rows of a
        route (percentile province bootstrap, joint significance) are the ones to read.
        """
        derived = {
            "percentile bootstrap": self._derived(self.covariance, self.draws, self.uncertainty, self.df)
        }
        delta = self.with_interval("delta")
        carlo = self.with_interval("monte carlo", reps=4 * reps, rng=rng)
        wild_made = self.wild(reps=reps, rng=rng) if wild else None
        corrected = self.bias_corrected_int(level)
        joint = self.joint_significance()
        joint_wild = self.joint_significance(wild=True, rng=rng) if wild else None
        rows: list[dict[str, Any]] = []
        for term, route in zip(self.path_terms, self.paths.routes, strict=True):
            at = self.terms.index(term)
            rows.append(_row(term, "percentile bootstrap", derived["percentile bootstrap"], at, level))
            rows.append(_bare(term, "joint significance", self.estimates[at], float(joint[term])))
            if joint_wild is not None:
                rows.append(
                    _bare(
                        term,
                        "joint significance, wild",
                        self.estimates[at],
                        float(joint_wild[term]),
                    )
                )
            if wild_made is not None:
                rows.append(_row(term, "wild bootstrap", wild_made, at, level))
            low, high = corrected.iloc[at]
            rows.append(
                {
                    **_bare(term, "bias-corrected bootstrap", self.estimates[at], np.nan),
                    "conf_low": low,
                    "conf_high": high,
                }
            )
            rows.append(_row(term, "Monte Carlo", carlo, at, level))
            rows.append(_row(term, "delta", delta, at, level))
            rows += self._products(term, route, level)
        return pd.DataFrame(rows)

    def _products(self, term: str, route: Sequence[int], level: float) -> list[dict[str, Any]]:
        if len(route) > 1:
            return []
        rows = []
        kinds = [("sobel", False), ("aroian", False), ("goodman", False), ("sobel", True)]
        for method, iid in kinds:
            numbers = []
            for name, label in self._legs(route):
                fit = with_vcov(self.fits[name], Iid()) if iid else self.fits[name]
                line = leg(fit, label)
                numbers += [line["estimate"], line["std_error"]]
            test = product_test(*numbers, method=method)  # type: ignore[arg-type,misc]
            half = float(t_quantile(level, np.inf)) * test.std_error
            name = f"{method.capitalize()}, iid errors" if iid else method.capitalize()
            found = (
                test.estimate,
                test.std_error,
                test.z,
                test.p_value,
                test.estimate - half,
                test.estimate + half,
            )
            rows.append({"term": term, "method": name, **dict(zip(COLUMNS[2:], found, strict=True))})
        return rows

    # -- what it means

    def mediator_position(self, mediator: str | None) -> int:
        """Return the number of a mediator by its label; None is the only one.

        Raises
        ------
        SpecError
            If there are several and none is named, or the name is no mediator.
        """
        labels = self.mediator_labels
        if mediator is None and len(labels) == 1:
            return 0
        plain = self.spec.mediators
        if mediator in labels or mediator in plain:
            return (labels if mediator in labels else plain).index(mediator)
        raise SpecError(f"name one of the mediators {', '.join(labels)}, not {mediator!r}")

    def conditional(self) -> Derived:
        """Return indirect and direct effects at the moderator's p10, p50 and p90, and the index of moderated mediation.

        Raises
        ------
        SpecError
            If the model has no moderator.
        """
        held = self.moderation
        if held is None:
            raise SpecError(
                "no moderator: Mediation(..., moderator='w', moderates=('first',)); for an interaction of treatment "
                "and mediator read .at_levels()"
            )
        at = [value - held.mean for value in held.values]
        draws = self.paths.conditional(self.theta_draws, at)
        points = [
            f"p{100 * q:.0f} ({value:.4g})" for q, value in zip(held.quantiles, held.values, strict=True)
        ]
        k = len(points)
        return Derived(
            title=f"{self.title}, by {held.name}",
            terms=(*points, *points, "index of moderated mediation"),
            equations=(*["indirect"] * k, *["direct"] * k, "index"),
            estimates=self.paths.conditional(self.system.theta[None], at)[0],
            covariance=np.cov(draws, rowvar=False),
            df=self.df,
            facts=self.facts,
            notes=(
                f"{held.name} centred at its mean {held.mean:.4g}; it moderates: {', '.join(held.stages)}",
                self.uncertainty.sentence(),
            ),
            uncertainty=self.uncertainty,
            draws=draws,
        )

    # -- printing

    def plot(
        self, *, language: Language = "en", labels: Mapping[str, str] | None = None, **options: Any
    ) -> Figure:
        """Return the path diagram with the estimates."""
        from panelkit.show import figures

        effects = self.tidy().query("equation == 'effect'").rename(columns={"term": "effect"})
        return figures.path_diagram(
            self.path_table(),
            treatment=self.treatment_label,
            mediators=list(self.mediator_labels),
            outcome=self.outcome_label,
            order=self.spec.order,
            effects=effects,
            labels=labels,
            language=language,
            **options,
        )


def leg(fit: FitResult, term: str) -> dict[str, float]:
    """Return the numbers of one term of a fit, by the names of the result columns."""
    numbers = fit.tidy()[list(COLUMNS[2:])].to_numpy(dtype=np.float64)[fit.terms.index(term)]
    return dict(zip(COLUMNS[2:], map(float, numbers), strict=True))


def _row(term: str, method: str, derived: Derived, at: int, level: float) -> dict[str, Any]:
    line = derived.tidy(level).iloc[at]
    return {"term": term, "method": method, **{key: float(line[key]) for key in COLUMNS[2:]}}


def _bare(term: str, method: str, estimate: float, p_value: float) -> dict[str, Any]:
    nan = float("nan")
    return {"term": term, "method": method, "estimate": float(estimate), "std_error": nan, "statistic": nan,
            "p_value": p_value, "conf_low": nan, "conf_high": nan}  # fmt: skip
