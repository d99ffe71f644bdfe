"""Tests about the errors: correlated over time, of different variance, correlated between units."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy import stats

from panelkit.covariance.lags import periods_of
from panelkit.inference.panel_tests.fits import NOT_WEIGHTED, design_of
from panelkit.kernels.capabilities import ONE_EQUATION
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

_WEIGHT_DRAWS = 999
_FEWEST_SHARED = 3
_NAMES = {
    "cd": message("Pesaran CD"),
    "cdw": message("Juodis-Reese CDw"),
    "cdw+": message("Juodis-Reese CDw+"),
}


@offered("test", family="errors", result="TestResult", source="Wooldridge 2002; Drukker 2003", public=True)
def serial_correlation(fit: FitResult) -> TestResult:
    """Test for serial correlation in the errors of a panel regression (Wooldridge 2002; Drukker 2003).

    The first-differenced regression's residuals have autocorrelation -1/2 if the errors in levels have none; the
    slope of the residual on its lag is tested against it with clustering by unit. Time effects of the fit
    stay in the differences. Changes across gaps are not formed.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.serial_correlation(fit)
    """
    linear, design = design_of(fit, weighted=True)
    null = message("the errors are not serially correlated")
    name = message("Wooldridge serial correlation")
    if linear.weights is not None:
        return TestResult.not_applicable(name, null, NOT_WEIGHTED)
    if linear.layout.interactions is not None:
        return TestResult.not_applicable(
            name,
            null,
            message(
                "the fit sweeps {interactions} out, and without them the changes no longer have autocorrelation -1/2 "
                "under the null",
                interactions=[f"`{each}`" for each in linear.layout.interactions.names],
            ),
        )
    if ONE_EQUATION not in linear.can:
        return TestResult.not_applicable(
            name,
            null,
            message("it differences a regression by least squares, and the fit has instruments"),
        )
    changes = _differences(design, linear)
    if changes is None:
        return TestResult.not_applicable(name, null, message("no unit holds three neighbouring periods"))
    residuals, unit, where = changes
    follows = np.flatnonzero((unit[1:] == unit[:-1]) & (np.diff(where) == 1)) + 1
    if len(follows) < 3 or len(np.unique(unit[follows])) < 2:
        return TestResult.not_applicable(name, null, message("too few units hold three neighbouring periods"))
    now, before = residuals[follows], residuals[follows - 1]
    groups = np.unique(unit[follows], return_inverse=True)[1]
    rho = float(before @ now) / float(before @ before)
    scores = sum_by((before * (now - rho * before))[:, None], groups)[:, 0]
    count, n = int(groups.max()) + 1, len(now)
    variance = float(scores @ scores) / float(before @ before) ** 2 * count / (count - 1)
    f = (rho + 0.5) ** 2 / variance
    return TestResult(
        name=name,
        null=null,
        statistic=f,
        distribution="F",
        df=(1.0, float(count - 1)),
        p_value=float(stats.f.sf(f, 1, count - 1)),
        facts={"rho_of_differences": rho, "rows": n, "n_clusters": count},
    )


def _differences(design: Design, linear: LinearFit) -> tuple[FloatArray, IntArray, IntArray] | None:
    """Return the residuals of the differenced regression, with unit and calendar position."""
    where, _ = periods_of(design)
    follows = np.flatnonzero((design.unit[1:] == design.unit[:-1]) & (np.diff(where) == 1)) + 1
    if len(follows) < 3:
        return None
    columns = np.column_stack([design.X, design.y])
    changes = columns[follows] - columns[follows - 1]
    if linear.effects in ("time", "twoway"):
        by_time = np.unique(where[follows], return_inverse=True)[1]
        counts = np.bincount(by_time)[:, None]
        changes = changes - (sum_by(changes, by_time) / counts)[by_time]
    beta = np.linalg.lstsq(changes[:, :-1], changes[:, -1], rcond=None)[0]
    return changes[:, -1] - changes[:, :-1] @ beta, design.unit[follows], where[follows]


@offered(
    "test",
    family="errors",
    result="TestResult",
    source="Brown and Forsythe 1974; Greene 2000 (modified Wald)",
    public=True,
)
def groupwise_heteroskedasticity(fit: FitResult, kind: Literal["wald", "levene"] = "levene") -> TestResult:
    """Test that the error variance is the same in every unit.

    Parameters
    ----------
    fit
        A panel fit.
    kind
        "levene": F test of the absolute residuals about each unit's median (Brown and Forsythe 1974), which needs no
        normal errors. "wald": the modified Wald statistic (Greene 2000), as Stata's xttest3, which rejects far too
        often when there are few periods.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.groupwise_heteroskedasticity(fit)
    """
    linear, _ = design_of(fit, weighted=True)
    null = message("the error variance is the same in every unit")
    layout = linear.layout
    if kind not in ("wald", "levene"):
        raise SpecError(message("kind is levene or wald, not {kind!r}", kind=kind))
    name = (
        message("groupwise heteroskedasticity (Brown-Forsythe)")
        if kind == "levene"
        else message("groupwise heteroskedasticity (modified Wald)")
    )
    if linear.weights is not None:
        return TestResult.not_applicable(name, null, NOT_WEIGHTED)
    if layout.unit_counts.min() < 3:
        return TestResult.not_applicable(
            name,
            null,
            message("a unit with fewer than three rows has no variance to compare"),
        )
    groups = np.split(linear.residuals, layout.starts[1:])
    if kind == "levene":
        f, p = stats.levene(*groups, center="median")
        degrees = (float(layout.n_units - 1), float(linear.n - layout.n_units))
        return TestResult(
            name=name, null=null, statistic=float(f), distribution="F", df=degrees, p_value=float(p)
        )
    own = np.array([float(np.mean(e**2)) for e in groups])
    spread = np.array([float(((e**2 - s) ** 2).sum()) for e, s in zip(groups, own, strict=True)])
    counts = layout.unit_counts
    statistic = float(((own - linear.rss / linear.n) ** 2 / (spread / (counts * (counts - 1.0)))).sum())
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="chi2",
        df=(float(layout.n_units),),
        p_value=float(stats.chi2.sf(statistic, layout.n_units)),
        notes=(
            message("the modified Wald test rejects too often when periods are few: kind='levene' does not"),
        ),
    )


@offered(
    "test",
    family="errors",
    result="TestResult",
    source="Pesaran 2004, 2021; Juodis and Reese 2022",
    public=True,
)
def pesaran_cd(
    fit: FitResult,
    version: Literal["auto", "cd", "cdw", "cdw+"] = "auto",
    *,
    rng: int | np.random.Generator = 0,
) -> TestResult:
    """Test that the errors of different units are uncorrelated.

    Parameters
    ----------
    fit
        A panel fit.
    version
        "cd" (Pesaran 2004, 2021); "cdw" and "cdw+" (Juodis and Reese 2022); "auto" is "cd" without time effects and
        "cdw+" with them.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Notes
    -----
    With time effects the residuals of every year sum to zero, CD sits near -sqrt(T/2) whatever the truth, and the
    test rejects always: "cd" is then refused. Pesaran and Xie's bias-corrected CD* does not help, since its
    correction divides by a quantity that vanishes for additive time effects and equal variances. CDw gives every unit
    a random sign, so that the common part cancels; CDw+ adds the correlations above 2 sqrt(ln N / T) for power.
    One draw of signs makes one statistic: `facts["share_rejected"]` is the share of 999 further draws with
    p < .05.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.pesaran_cd(fit, rng=1)
    """
    linear, design = design_of(fit, weighted=True)
    null = message("the errors of different units are uncorrelated")
    if version not in ("auto", "cd", "cdw", "cdw+"):
        raise SpecError(message("version is auto, cd, cdw or cdw+, not {version!r}", version=version))
    with_time = linear.effects in ("time", "twoway")
    chosen = ("cdw+" if with_time else "cd") if version == "auto" else version
    name = _NAMES[chosen]
    if linear.weights is not None:
        return TestResult.not_applicable(name, null, NOT_WEIGHTED)
    if chosen == "cd" and with_time:
        return TestResult.not_applicable(
            name,
            null,
            message("with time effects it rejects whatever the truth is: use version='cdw+'"),
        )
    where, count = periods_of(design)
    rho, shared = residual_correlations(linear.residuals, design.unit, where, count)
    upper = np.triu_indices(len(rho), 1)
    held = shared[upper] >= _FEWEST_SHARED
    if not held.any():
        return TestResult.not_applicable(name, null, message("no two units share three periods"))
    products = np.sqrt(shared[upper][held]) * rho[upper][held]
    pairs = len(products)
    facts = {
        "mean_correlation": float(rho[upper][held].mean()),
        "mean_absolute_correlation": float(np.abs(rho[upper][held]).mean()),
        "pairs": pairs,
    }
    if chosen == "cd":
        statistic = float(products.sum() / np.sqrt(pairs))
        return _normal(name, null, statistic, facts, ())
    extra = 0.0
    if chosen == "cdw+":
        limit = 2.0 * np.sqrt(np.log(len(rho)) / shared[upper][held])
        size = np.abs(rho[upper][held])
        extra = float(size[size > limit].sum())
    generator = as_generator(rng)
    signs = 1.0 - 2.0 * generator.integers(0, 2, size=(_WEIGHT_DRAWS + 1, len(rho)))
    first, second = upper[0][held], upper[1][held]
    draws = np.array([(s[first] * s[second]) @ products for s in signs]) / np.sqrt(pairs) + extra
    share = float(np.mean(2.0 * stats.norm.sf(np.abs(draws[1:])) < 0.05))
    facts |= {"share_rejected": share, "screened": extra}
    seed = seed_of(rng)
    notes = [
        message("one draw of signs (own generator)")
        if seed is None
        else message("one draw of signs (seed {seed})", seed=seed)
    ]
    result = _normal(name, null, float(draws[0]), facts, ())
    narrow = chosen == "cdw+" and 2.0 * np.sqrt(np.log(len(rho)) / shared[upper][held].max()) >= 0.9
    if narrow and result.p_value >= 0.05:
        notes.append(
            message(
                "with so few periods hardly a correlation passes the screen of CDw+, which is then CDw: its power is "
                "low"
            )
        )
    return replace(result, notes=tuple(notes))


def _normal(
    name: Message, null: Message, statistic: float, facts: dict[str, float | int], notes: tuple[Message, ...]
) -> TestResult:
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="N(0, 1)",
        p_value=float(2.0 * stats.norm.sf(abs(statistic))),
        facts=facts,
        notes=notes,
    )


def residual_correlations(
    residuals: FloatArray, unit: IntArray, where: IntArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Return correlations of units over the periods they share (N, N), demeaned there, and how many they share."""
    n_units = int(unit.max()) + 1
    values, held = np.zeros((n_units, count)), np.zeros((n_units, count))
    values[unit, where] = residuals
    held[unit, where] = 1.0
    shared = held @ held.T
    safe = np.maximum(shared, 1.0)
    sums, squares = values @ held.T, (values**2) @ held.T
    cross = values @ values.T - sums * sums.T / safe
    spread = np.maximum(squares - sums**2 / safe, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = cross / np.sqrt(spread * spread.T)
    return np.where(np.isfinite(rho), rho, 0.0), shared
