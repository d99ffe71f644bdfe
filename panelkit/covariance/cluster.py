"""Covariance specs: what to assume of the errors, as frozen values that a claim file can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from panelkit.covariance.conventions import Convention
from panelkit.kernels import sandwich
from panelkit.kernels.identified import refuse_squares
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.offers import offered
from panelkit.panel.provenance import Note
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    from panelkit.panel.design import Design


@dataclass(frozen=True, eq=False)
class Vcov(Brief):
    """A covariance matrix (k, k), the degrees of freedom of its t statistics, and what a table says of it."""

    matrix: FloatArray
    df: float | FloatArray
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class VcovSpec(Protocol):
    """What every covariance spec offers."""

    def columns(self) -> tuple[str, ...]:
        """Return the columns beside unit and time that the design must carry."""
        ...

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        """Return the covariance of a swept least-squares fit."""
        ...


@dataclass(frozen=True)
class Clusters(Brief):
    """Group codes (n,) from 0 without gaps, the name to print, and the label of each group."""

    codes: IntArray
    name: str
    labels: NDArray[Any]

    @property
    def count(self) -> int:
        return int(self.codes.max()) + 1


def clusters_of(design: Design, by: str | None) -> Clusters:
    """Return the clusters that `by` names: the unit (None), the time, or a column of the design.

    Raises
    ------
    SpecError
        If there are fewer than two clusters, or a row has none.
    """
    if by is not None and by in design.extra:
        labels, codes = np.unique(_one_kind(np.asarray(design.extra[by]), by), return_inverse=True)
        found = Clusters(codes.astype(np.int64), by, labels)
    elif by is None or by in design.unit_names:
        found = Clusters(design.unit, design.unit_names[0], design.unit_labels)
    elif by in design.time_names:
        found = Clusters(design.time, by, design.time_labels)
    else:
        raise SpecError(
            f"the fit did not carry the column `{by}`: fit with vcov=Cluster('{by}') (or CRV3), and it stays at hand"
        )
    if found.count < 2:
        raise SpecError(
            f"clusters by `{found.name}`: the sample holds {found.count} cluster, and a clustered covariance "
            "needs at least two: cluster by another column or use Robust()"
        )
    return found


def periods_of(design: Design) -> Clusters:
    """Return the periods as clusters, however many there are."""
    return Clusters(design.time, design.time_names[0], design.time_labels)


def check_vcov(vcov: object) -> None:
    """Refuse what is no covariance spec.

    Raises
    ------
    SpecError
        With the right spelling: a spec is an object, `CRV3()`, neither a class nor a word.
    """
    if isinstance(vcov, type) or not hasattr(vcov, "compute"):
        shown = f"{vcov.__name__} without parentheses" if isinstance(vcov, type) else repr(vcov)
        raise SpecError(f"vcov is a covariance such as CRV3(), Cluster('region') or Robust(), not {shown}")


def _one_kind(values: NDArray[Any], by: str) -> NDArray[Any]:
    """Return cluster labels that can be told apart and sorted."""
    kinds = sorted({type(value).__name__ for value in values}) if values.dtype == object else []
    if len(kinds) > 1:
        raise SpecError(
            f"clusters by `{by}` mix values of the kinds {', '.join(kinds)}: make them all text or numbers"
        )
    return values


def columns_beside(*names: str | None) -> tuple[str, ...]:
    """Return the names given; the design knows which of them are its unit or time."""
    return tuple(name for name in names if name is not None)


@offered("covariance", public=True)
@dataclass(frozen=True)
class Iid:
    """Errors independent with one variance: s2 (X'X)^-1, s2 with n-K, t(n-K).

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Iid())
    >>> fit = spec.fit(panel)
    """

    def columns(self) -> tuple[str, ...]:
        return ()

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        left = residual_df(fit, convention)
        return Vcov(fit.bread * fit.rss / left, float(left), "iid")


@offered("covariance", public=True)
@dataclass(frozen=True)
class Robust:
    """Errors independent with their own variances (White 1980): HC0, or HC1 with n/(n-K); t(n-K).

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Robust("HC1"))
    >>> fit = spec.fit(panel)
    """

    kind: Literal["HC0", "HC1"] = "HC1"

    def columns(self) -> tuple[str, ...]:
        return ()

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        if self.kind not in ("HC0", "HC1"):
            raise SpecError(f"Robust(kind) is HC0 or HC1, not {self.kind!r}")
        left = residual_df(fit, convention)
        factor = fit.n / left if self.kind == "HC1" else 1.0
        matrix = sandwich.heteroskedastic(fit) * factor
        return Vcov(matrix, float(left), f"robust, {self.kind}")


@offered("covariance", public=True)
@dataclass(frozen=True)
class Cluster:
    """Errors correlated inside clusters (CRV1); `by` names a column or level, None is the unit.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Cluster())
    >>> fit = spec.fit(panel)
    """

    by: str | None = None

    def columns(self) -> tuple[str, ...]:
        return columns_beside(self.by)

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        clusters = clusters_of(design, self.by)
        factor = small_sample_factor(fit, (clusters,), convention)
        matrix = sandwich.clustered(fit, clusters.codes) * factor
        return Vcov(
            matrix,
            _cluster_df(fit, clusters.count, convention),
            f"cluster (CRV1) by {clusters.name}",
            {"n_clusters": clusters.count},
        )


@offered("covariance", public=True)
@dataclass(frozen=True)
class TwoWayCluster:
    """Errors correlated inside either of two clusterings (Cameron, Gelbach and Miller 2011).

    V = V_a + V_b - V_ab with the factor of the smaller number of clusters; where that is not positive
    definite, its negative eigenvalues are set to zero and the result says so.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.TwoWayCluster())
    >>> fit = spec.fit(panel)
    """

    first: str = "province"
    second: str = "year"

    def columns(self) -> tuple[str, ...]:
        return columns_beside(self.first, self.second)

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        a, b = clusters_of(design, self.first), clusters_of(design, self.second)
        fewest = min(a, b, key=lambda clusters: clusters.count)
        both = np.unique(a.codes * b.count + b.codes, return_inverse=True)[1]
        matrix = (
            sandwich.clustered(fit, a.codes)
            + sandwich.clustered(fit, b.codes)
            - sandwich.clustered(fit, both)
        )
        factor = small_sample_factor(fit, (a, b), convention, fewest.count)
        meat = sandwich.clustered_meat(fit, a.codes) + sandwich.clustered_meat(fit, b.codes)
        meat -= sandwich.clustered_meat(fit, both)
        mended, notes = sandwich.nearest_positive(fit, matrix * factor, meat)
        if notes and convention.mends:
            refuse_mending(fit, "two-way clustered")
        if notes and not convention.mends:
            mended, notes = _as_it_is(matrix * factor, fit.terms, convention)
        return Vcov(
            mended,
            _cluster_df(fit, fewest.count, convention),
            f"two-way cluster by {a.name} and {b.name}",
            {"n_clusters": fewest.count},
            notes,
        )


@offered("covariance", public=True)
@dataclass(frozen=True)
class CRV3:
    """The delete-one-cluster jackknife with its factor (G-1)/G and t(G-1) (MacKinnon, Nielsen and Webb 2023).

    Every cluster leaves in turn and everything, period effects included, is estimated anew.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.CRV3())
    >>> fit = spec.fit(panel)
    """

    by: str | None = None

    def columns(self) -> tuple[str, ...]:
        return columns_beside(self.by)

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        clusters = clusters_of(design, self.by)
        betas, identified = sandwich.delete_one(fit, clusters.codes)
        if not identified.all():
            raise SpecError(_lost_without(fit, clusters, ~identified))
        centred = betas - fit.beta
        matrix = centred.T @ centred * (clusters.count - 1) / clusters.count
        return Vcov(
            matrix,
            float(clusters.count - 1),
            f"CRV3 (jackknife) by {clusters.name}, t({clusters.count - 1})",
            {"n_clusters": clusters.count},
        )


def refuse_mending(fit: LinearFit, what: str) -> None:
    """Refuse to mend a covariance whose eigenvalues near repetitions leave no digits.

    Setting them to zero depends on the units of the regressors, and then on rounding too.
    """
    message = f"a {what} covariance that is not positive definite"
    refuse_squares(fit.root, fit.X, fit.terms, fit.effects, message, does="has no eigenvalues to mend")


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


def counted(fit: LinearFit, convention: Convention) -> int:
    """Return how many effects a convention counts where all count."""
    if fit.effects == "twoway" and not convention.counts_components:
        return fit.layout.n_units + fit.layout.n_times - 1
    return fit.absorbed


def residual_df(fit: LinearFit, convention: Convention) -> int:
    """Return n less regressors and effects, as a convention counts those."""
    return _left(fit, counted(fit, convention), convention)


def _left(fit: LinearFit, effects: int, convention: Convention) -> int:
    left = fit.n - fit.k - effects
    if left <= 0:
        raise SpecError(
            f"{convention.name} counts {effects} effects and {fit.k} regressors, and {fit.n} rows leave no degree "
            "of freedom: take another convention, or a sample whose units share periods"
        )
    return left


def counted_effects(fit: LinearFit, clusterings: tuple[Clusters, ...], convention: Convention) -> int:
    """Return how many effects count as parameters of a clustered variance."""
    if fit.effects == "none" or convention.nested_effects == "none":
        return 0
    if convention.nested_effects == "all":
        return counted(fit, convention)
    dimensions = {
        "unit": ("unit",),
        "time": ("time",),
        "twoway": ("unit", "time"),
    }[fit.effects]
    if convention.nested_effects == "unless single":
        alone = len(dimensions) == 1
        codes = getattr(fit.layout, dimensions[0])
        return (
            0 if alone and all(_is_nested(codes, c.codes) for c in clusterings) else counted(fit, convention)
        )
    nested = {d: any(_is_nested(getattr(fit.layout, d), c.codes) for c in clusterings) for d in dimensions}
    if convention.nested_effects == "refuse" and not nested.get("unit", True):
        raise SpecError(
            "convention xtreg: the clusters must hold whole units, as Stata's xtreg demands: "
            "cluster by the unit or by a group of units, or use convention='reghdfe'"
        )
    saved = sum(
        (fit.layout.n_units if d == "unit" else fit.layout.n_times) - 1 for d in dimensions if nested[d]
    )
    return counted(fit, convention) - saved


def _is_nested(effect: IntArray, clusters: IntArray) -> bool:
    """Return whether every level of the effect lies in one cluster."""
    first = np.full(int(effect.max()) + 1, -1, dtype=np.int64)
    first[effect[::-1]] = clusters[::-1]
    return bool((first[effect] == clusters).all())


def _cluster_df(fit: LinearFit, count: int, convention: Convention) -> float:
    return float(count - 1) if convention.cluster_df == "groups" else float(residual_df(fit, convention))


def _as_it_is(
    matrix: FloatArray, terms: tuple[str, ...], convention: Convention
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return a covariance that is not positive definite as a program prints it, with a note."""
    negative = [f"`{term}`" for term, variance in zip(terms, np.diag(matrix), strict=True) if variance < 0.0]
    if negative:
        raise SpecError(
            f"the two-way clustered variance of {', '.join(negative)} is negative, and {convention.name} prints no "
            "standard error then: take a convention that mends it (reghdfe), or cluster by one column"
        )
    note = Note(
        f"the two-way clustered covariance is not positive definite; {convention.name} leaves it so",
        f"双向聚类协方差矩阵非正定；{convention.name} 不作修正",
    )
    return matrix, (note,)


# The terms of this many lost clusters are looked up for the message.
_SHOWN = 10


def _lost_without(fit: LinearFit, clusters: Clusters, lost: NDArray[np.bool_]) -> str:
    """Say without which clusters what is lost, and why: too little is left, or a cluster alone shows a regressor."""
    names = ", ".join(str(label) for label in clusters.labels[lost])
    head = f"CRV3 leaves out one cluster at a time, and without {clusters.name} {names} "
    gone = clusters.codes == int(np.flatnonzero(lost)[0])
    first = clusters.labels[lost][0]
    rows = int((~gone).sum())
    units = len(np.unique(fit.layout.unit[~gone]))
    if units == 1 and fit.effects in ("time", "twoway"):
        return (
            f"{head}the time effects fit every row: only one unit is left without {first}. Take more units, "
            "or use Cluster() or Robust()"
        )
    periods = len(np.unique(fit.layout.time[~gone]))
    if periods == 1 and fit.effects in ("unit", "twoway"):
        return (
            f"{head}the unit effects fit every row: only one period is left without {first}. Take more periods, "
            "or cluster by another column"
        )
    effects = sandwich.effects_without(fit, gone)
    if rows - effects < fit.k:
        return (
            f"{head}too little is left: {rows} rows carry {effects} effects and {fit.k} regressors not at all (without "
            f"{first}). Take more units or periods, or use Cluster()"
        )
    found = {
        j for at in np.flatnonzero(lost)[:_SHOWN] for j in sandwich.terms_lost(fit, clusters.codes == at)
    }
    if not found:
        return (
            f"{head}the instruments do not identify the regressors (an instrument that only one cluster has?): take "
            "another instrument, or use Cluster()"
        )
    terms = [f"`{fit.terms[j]}`" for j in sorted(found)]
    return (
        f"{head}the regressors are not identified: only {first if lost.sum() == 1 else 'such a cluster'} tells "
        f"{', '.join(terms)} from the effects and the other regressors (a treatment that only one cluster has?): use "
        "wild_cluster_bootstrap or randomisation inference, or Cluster()"
    )
