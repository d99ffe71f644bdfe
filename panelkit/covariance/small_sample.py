"""How conventions count degrees of freedom: factors of variances, effects that are parameters, negative eigenvalues."""

from __future__ import annotations

import numpy as np

from panelkit.covariance.clusters import Clusters
from panelkit.covariance.conventions import Convention
from panelkit.kernels.identified import refuse_squares
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option


def refuse_mending(fit: LinearFit, what: Message) -> None:
    """Refuse to mend a covariance whose eigenvalues near repetitions leave no digits.

    Setting them to zero depends on the units of the regressors, and then on rounding too.
    """
    said = message("a {what} covariance that is not positive definite has no eigenvalues to mend", what=what)
    refuse_squares(fit.root, fit.X, fit.terms, fit.effects, said)


def refuse_sampling_weights(fit: LinearFit, vcov: str, reason: Message) -> None:
    """Refuse a covariance that has no meaning under sampling weights.

    Raises
    ------
    SpecError
        With the reason, and the covariances to take.
    """
    if fit.weights is not None and fit.weights.kind == "pw":
        raise SpecError(
            message(
                "{vcov} does not go with sampling weights (pw=): {reason}. Take CRV3(), Cluster() or Robust()",
                vcov=vcov,
                reason=reason,
            )
        )


def small_sample_factor(
    fit: LinearFit, clusterings: tuple[Clusters, ...], convention: Convention, count: int | None = None
) -> float:
    """Return the factor on a clustered variance under a convention."""
    if not convention.small_sample:
        return 1.0
    n = fit.n
    k = n - _left(fit, counted_effects(fit, clusterings, convention), convention)
    groups = clusterings[0].count if count is None else count
    if convention.group_factor:
        return groups / (groups - 1) * (n - 1) / (n - k)
    return n / (n - k)


def effects_swept(fit: LinearFit, convention: Convention) -> int:
    """Return how many effects a convention counts where all count."""
    if fit.effects == "twoway" and not convention.counts_components:
        return fit.layout.n_units + fit.layout.n_times - 1 + sum(fit.layout.added(fit.effects))
    return fit.absorbed


def residual_df(fit: LinearFit, convention: Convention) -> int:
    """Return n less regressors and effects, as a convention counts those."""
    return _left(fit, effects_swept(fit, convention), convention)


def _left(fit: LinearFit, effects: int, convention: Convention) -> int:
    left = fit.n - fit.k - effects
    if left <= 0:
        raise SpecError(
            message(
                "{convention} counts {effects} effects and {k} regressors, and {n} rows leave no degree "
                "of freedom: take another convention, or a sample whose units share periods",
                convention=convention.name,
                effects=effects,
                k=fit.k,
                n=fit.n,
            )
        )
    return left


def counted_effects(fit: LinearFit, clusterings: tuple[Clusters, ...], convention: Convention) -> int:
    """Return how many effects count as parameters of a clustered variance."""
    if fit.effects == "none" or convention.nested_effects == "none":
        return 0
    if convention.nested_effects == "periods":
        return effects_swept(fit, convention) - (
            fit.layout.n_units if fit.effects in ("unit", "twoway") else 0
        )
    if convention.nested_effects == "all":
        return effects_swept(fit, convention)
    dimensions = {
        "unit": ("unit",),
        "time": ("time",),
        "twoway": ("unit", "time"),
    }[fit.effects]
    if convention.nested_effects == "unless single":
        alone = len(dimensions) == 1 and fit.layout.interactions is None
        codes = getattr(fit.layout, dimensions[0])
        return (
            0
            if alone and all(_is_nested(codes, c.codes) for c in clusterings)
            else effects_swept(fit, convention)
        )
    nested = {d: any(_is_nested(getattr(fit.layout, d), c.codes) for c in clusterings) for d in dimensions}
    if convention.nested_effects == "refuse" and not nested.get("unit", True):
        raise SpecError(
            message(
                "convention xtreg: the clusters must hold whole units, as Stata's xtreg demands: cluster "
                "by the unit or by a group of units, or use {convention}",
                convention=option("convention", "reghdfe"),
            )
        )
    saved = sum(
        (fit.layout.n_units if d == "unit" else fit.layout.n_times) - 1 for d in dimensions if nested[d]
    )
    # a group of units apart makes an effect redundant only beside effects that count too
    apart = fit.layout.components - 1 if fit.effects == "twoway" and any(nested.values()) else 0
    if convention.nested_effects == "refuse" or not convention.counts_components:
        apart = 0
    counted = (
        effects_swept(fit, convention) - saved + apart - _nested_interactions(fit, clusterings, convention)
    )
    if convention.nested_effects == "absorbed" and nested.get(
        "unit", fit.effects == "time" and nested["time"]
    ):
        return max(counted - 1, 1)
    return counted


def _nested_interactions(fit: LinearFit, clusterings: tuple[Clusters, ...], convention: Convention) -> int:
    """Return how many absorbed effects of cells lie inside the clusters, and are no parameters for that reason.

    Slopes of units count although their units lie inside: reghdfe and fixest look at intercepts only. Under xtreg both
    are regressors.
    """
    interactions = fit.layout.interactions
    if interactions is None or convention.nested_effects == "refuse":
        return 0
    inside = (any(_is_nested(column, each.codes) for each in clusterings) for column in interactions.cells.T)
    return fit.layout.added(fit.effects)[1] if all(inside) else 0


def _is_nested(effect: IntArray, clusters: IntArray) -> bool:
    """Return whether every level of the effect lies in one cluster."""
    first = np.full(int(effect.max()) + 1, -1, dtype=np.int64)
    first[effect[::-1]] = clusters[::-1]
    return bool((first[effect] == clusters).all())


def squares_divisor(fit: LinearFit, convention: Convention) -> int:
    """Return what a convention divides the sum of squared residuals by where errors are independent."""
    if convention.divisor == "rows":
        return fit.n
    if convention.divisor == "rows less units":
        return fit.n - (fit.layout.n_units if fit.effects in ("unit", "twoway") else 0)
    return residual_df(fit, convention)


def independent_df(fit: LinearFit, convention: Convention) -> float:
    """Return the degrees of freedom of t statistics under independent errors; infinite where a program prints z."""
    return float("inf") if convention.cluster_df == "normal" else float(residual_df(fit, convention))


def cluster_df(fit: LinearFit, count: int, convention: Convention) -> float:
    """Return the degrees of freedom of t statistics under a variance summed over `count` groups."""
    if convention.cluster_df == "normal":
        return float("inf")
    return float(count - 1) if convention.cluster_df == "groups" else float(residual_df(fit, convention))
