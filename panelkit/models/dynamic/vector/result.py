"""A fitted panel VAR: coefficients by lag, errors, roots, draws; what is read from it stands in functions above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.kernels.deviations import FloatArray
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Language, message
from panelkit.language.options import check_count
from panelkit.language.register import find
from panelkit.models.dynamic.vector.columns import VectorColumns
from panelkit.models.dynamic.vector.products import estimates_under, products_of
from panelkit.models.dynamic.vector.stability import ComplexArray, companion_matrix, roots_figure
from panelkit.results.fit import FitResult

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

_ROUNDS = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class PanelVARFit(FitResult):
    """A fitted panel VAR of m variables and p lags.

    `coefficients` (p, m, m): [l, j, k] is the effect of variable k at t-1-l on variable j. `sigma` (m, m) is the
    covariance of the errors, of residuals over rows less coefficients and periods. `roots` (p m,) are those of the
    companion matrix, largest modulus first. `j` is Hansen's statistic of two steps. `columns` are what was estimated
    on.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    sigma: FloatArray
    roots: ComplexArray
    columns: VectorColumns = field(repr=False)
    j: float | None = None

    @property
    def table_facts(self) -> dict[str, Any]:
        """Return what a table of fits prints beside `facts`: the sample period, steps, transform, the largest root."""
        assert self.design is not None
        years = self.design.time_labels
        made: dict[str, Any] = {"years": f"{years[0]}-{years[-1]}"}
        if self.spec.estimator == "gmm":
            made |= {"gmm_steps": self.spec.steps, "gmm_transform": self.facts["transform"]}
        return {**made, "root": self.facts["largest_root"]}

    @property
    def companion(self) -> FloatArray:
        """Return the companion matrix (p m, p m)."""
        return companion_matrix(self.coefficients)

    @property
    def stable(self) -> bool:
        """Return whether all roots lie inside the unit circle."""
        return bool(np.abs(self.roots).max() < 1.0)

    def stability(self) -> pd.DataFrame:
        """Return the roots: real and imaginary part, modulus, the period of a cycle (missing for a real root)."""
        angle = np.abs(np.angle(self.roots))
        cycle = (angle > 1e-9) & (np.abs(self.roots.imag) > 1e-9)
        length = np.where(cycle, 2.0 * np.pi / np.where(cycle, angle, 1.0), np.nan)
        return pd.DataFrame(
            {
                "real": self.roots.real,
                "imaginary": self.roots.imag,
                "modulus": np.abs(self.roots),
                "cycle": length,
            }
        )

    def plot_roots(self, *, language: Language = "en", **style: Any) -> Figure:
        """Draw the roots of the companion matrix beside the unit circle; `.save(path)` writes SVG, PNG or PDF."""
        return roots_figure(self.roots, language=language, **style)

    def granger(self, method: str | None = None, **options: Any) -> Any:
        """Test whether the lags of a variable help to explain another, as `pk.granger_wald` says."""
        return find("test", "granger_wald")(self, method, **options)

    def irf(self, *args: Any, **options: Any) -> Any:
        """Return impulse responses with bands, as `pk.impulse_responses` says."""
        return find("capability", "impulse_responses")(self, *args, **options)

    def fevd(self, *args: Any, **options: Any) -> Any:
        """Return the decomposition of forecast-error variances, as `pk.variance_decomposition` says."""
        return find("capability", "variance_decomposition")(self, *args, **options)

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Refuse: the effects of units and periods are not estimated, so that no level is predicted.

        Raises
        ------
        SpecError
            Always.
        """
        raise SpecError(
            message(
                "{title}: predictions are of models whose effects are estimated; here they are transformed away: ask "
                "for impulse responses (`fit.irf()`)",
                title=self.title,
            )
        )

    def draw(self, reps: int, rng: int | np.random.Generator = 0) -> FloatArray:
        """Return normal draws (reps, p, m, m) of the coefficients from their covariance.

        Raises
        ------
        SpecError
            If `reps` or `rng` is none.
        """
        reps, generator = check_count("reps", reps), as_generator(rng)
        values, vectors = np.linalg.eigh(self._unit_free())
        root = vectors * np.sqrt(np.clip(values, 0.0, None))
        moved = generator.standard_normal((reps, len(root))) @ root.T * self._sizes()
        m = len(self.names)
        beta = (self.estimates + moved).reshape(reps, m, -1)
        return self._by_lag(np.swapaxes(beta, 1, 2))

    def resample(self, reps: int, rng: int | np.random.Generator = 0) -> tuple[FloatArray, FloatArray]:
        """Return coefficients (reps, p, m, m) and error covariances (reps, m, m) of provinces drawn again.

        Clusters are drawn with replacement, and everything is worked out anew, the effects of the periods too. A draw
        without a solution is drawn again.

        Raises
        ------
        SpecError
            If `reps` or `rng` is none, or the fit stands on a generalised inverse.
        ConvergenceError
            If most draws have no solution.
        """
        reps, generator = check_count("reps", reps), as_generator(rng)
        products, groups = products_of(self.columns), self.columns.groups
        found: list[tuple[FloatArray, FloatArray]] = []
        held = 0
        for _ in range(_ROUNDS):
            drawn = generator.integers(0, groups, size=(reps - held, groups))
            weights = np.zeros((reps - held, groups))
            np.add.at(weights, (np.arange(reps - held)[:, None], drawn), 1.0)
            beta, sigma = self.under_weights(weights, products)
            good = np.isfinite(beta).all(axis=(1, 2)) & np.isfinite(sigma).all(axis=(1, 2))
            found.append((beta[good], sigma[good]))
            held += int(good.sum())
            if held == reps:
                break
        if held < reps:
            raise ConvergenceError(
                message("most resampled panels have no solution: no bootstrap can be made of this estimate")
            )
        beta, sigma = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return self._by_lag(beta), sigma

    def under_weights(self, weights: FloatArray, products: Any = None) -> tuple[FloatArray, FloatArray]:
        """Return coefficients (R, k, m) and error covariances (R, m, m), clusters counting by weights (R, G).

        Raises
        ------
        SpecError
            If the fit stands on a generalised inverse.
        """
        if self.spec.singular == "pinv":
            raise SpecError(
                message(
                    "a generalised inverse keeps other directions in every resampled panel: take one step, or fewer "
                    "instruments in two"
                )
            )
        columns = self.columns
        held = products_of(columns) if products is None else products
        adjust = self.spec.estimator == "bias-corrected"
        beta, sigma = estimates_under(held, weights, steps=self.spec.steps, adjust=adjust)
        scale = columns.y_scale[None, :] / columns.X_scale[:, None]
        return beta * scale, sigma * np.outer(columns.y_scale, columns.y_scale)

    def _by_lag(self, beta: FloatArray) -> FloatArray:
        """Return coefficients (R, k, m) as (R, p, m, m), exogenous ones left out."""
        m, p = len(self.names), self.spec.lags
        return np.ascontiguousarray(np.swapaxes(beta[:, : p * m].reshape(-1, p, m, m), 2, 3))

    def _sizes(self) -> FloatArray:
        """Return the standard errors, one where they are zero."""
        errors = np.sqrt(np.diag(self.covariance))
        return np.where(errors > 0.0, errors, 1.0)

    def _unit_free(self) -> FloatArray:
        """Return the correlation of the estimates."""
        return np.asarray(self.covariance / np.outer(self._sizes(), self._sizes()))
