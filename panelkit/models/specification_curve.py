"""The specification curve: every defensible regression of a question, fitted as one batched computation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.core.batched import Solved, crv1_errors, crv3_errors, solve
from panelkit.core.conventions import Convention, convention_named
from panelkit.core.errors import DataError, SpecError
from panelkit.core.formula import evaluate
from panelkit.core.leave_out import grams_without_each
from panelkit.core.linear import LinearFit
from panelkit.core.moments import group_moments
from panelkit.core.panel_index import read_panel_index
from panelkit.core.permutation import paths_of, random_permutations, same_periods
from panelkit.core.results import Language, TestResult, t_quantile, t_survival
from panelkit.core.rng import as_generator, seed_of
from panelkit.core.vcov import Clusters, small_sample_factor
from panelkit.core.within import Effects, FloatArray, IntArray, Layout, check_effects, within

_SHOWN = 8
VCOVS = ("CRV1", "CRV3")
AXES = ("outcome", "treatment", "controls", "sample", "lag", "vcov")


@dataclass(frozen=True)
class Sample:
    """A subset of the panel: years kept (first, last), units and years left out."""

    name: str = "all"
    years: tuple[int, int] | None = None
    without_units: tuple[Any, ...] = ()
    without_years: tuple[Any, ...] = ()


@dataclass(frozen=True)
class SpecificationCurve:
    """All regressions of outcomes on treatments under every choice of controls, sample, lag and covariance.

    Parameters
    ----------
    outcomes, treatments
        Expressions of the formula gate, such as `"log(patents)"`.
    controls
        Sets of expressions, `(name, ("log(gdp)", "urban"))` each; see `control_sets` for all subsets of a list.
    samples
        `Sample`s; years are those of the outcome.
    lags
        Lags of the treatment: the value of the same unit so many years before.
    vcovs
        "CRV1" and "CRV3", clustered by unit.
    effects, convention
        As in `FixedEffects`, the same in all.

    Notes
    -----
    Every specification uses its own complete rows. Specifications with the same rows share one sweep and one set of
    cross-products by unit; a fit is then a small solve.
    """

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    controls: tuple[tuple[str, tuple[str, ...]], ...] = (("none", ()),)
    samples: tuple[Sample, ...] = (Sample(),)
    lags: tuple[int, ...] = (0,)
    vcovs: tuple[Literal["CRV1", "CRV3"], ...] = ("CRV3",)
    effects: Effects = "twoway"
    convention: str = "reghdfe"

    def __post_init__(self) -> None:
        check_effects(self.effects)
        convention_named(self.convention)
        axes: dict[str, Any] = {
            "outcomes": self.outcomes,
            "treatments": self.treatments,
            "controls": self.controls,
            "samples": self.samples,
            "lags": self.lags,
            "vcovs": self.vcovs,
        }
        empty = [name for name, values in axes.items() if not values or isinstance(values, str)]
        if empty:
            raise SpecError(
                f"a specification curve needs a tuple with at least one entry in {', '.join(empty)}"
            )
        unknown = [name for name in self.vcovs if name not in VCOVS]
        if unknown:
            raise SpecError(f"vcovs are among {', '.join(VCOVS)}, not {', '.join(map(repr, unknown))}")
        if any(not isinstance(lag, int) or lag < 0 for lag in self.lags):
            raise SpecError(f"lags are whole numbers from 0, not {self.lags}")

    @property
    def size(self) -> int:
        """Return the number of specifications."""
        parts = (self.outcomes, self.treatments, self.controls, self.samples, self.lags, self.vcovs)
        return int(np.prod([len(part) for part in parts]))

    def fit(self, data: pd.DataFrame, *, unit: str | None = None, time: str | None = None) -> CurveResult:
        """Fit every specification.

        Raises
        ------
        DataError
            If a specification has no rows to stand on; the message names every such cell of the grid.
        SpecError
            If a treatment is not identified in a specification (absorbed by the effects, or repeats controls).
        """
        columns = _Columns.of(self, data, unit, time)
        tasks = _tasks(self, columns)
        _refuse_empty(tasks)
        rows: list[pd.DataFrame] = [_fit_group(self, columns, group) for group in _groups(tasks)]
        frame = (
            pd.concat(rows).sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)
        )
        lost = frame[frame["estimate"].isna()]
        if len(lost):
            raise SpecError(
                "the treatment is not identified in "
                + _listed([_cell(row) for _, row in lost[list(AXES)].iterrows()])
                + ": it is absorbed by the effects or repeats a control there"
            )
        return CurveResult(spec=self, frame=frame, columns=columns)


def control_sets(
    controls: tuple[str, ...], always: tuple[str, ...] = ()
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return all subsets of `controls`, each with those of `always`, named by what they hold."""
    found = []
    for chosen in product((False, True), repeat=len(controls)):
        names = (*always, *(name for name, held in zip(controls, chosen, strict=True) if held))
        found.append((" + ".join(names) or "none", names))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class CurveResult:
    """The fitted curve; `frame` has one row a specification.

    Columns: outcome, treatment, controls, sample, lag, vcov, estimate, std_error, statistic, p_value, conf_low,
    conf_high, nobs, n_clusters.
    """

    spec: SpecificationCurve
    frame: pd.DataFrame
    columns: Any = field(repr=False)

    @cached_property
    def facts(self) -> dict[str, float | int]:
        """Return the number of specifications, the median and range, and the shares by sign and significance."""
        estimate, p = self.frame["estimate"], self.frame["p_value"]
        return {
            "specifications": len(self.frame),
            "median": float(estimate.median()),
            "lowest": float(estimate.min()),
            "highest": float(estimate.max()),
            "share_positive": float((estimate > 0).mean()),
            "share_positive_significant": float(((estimate > 0) & (p < 0.05)).mean()),
            "share_negative_significant": float(((estimate < 0) & (p < 0.05)).mean()),
            "median_p": float(p.median()),
        }

    def medians(self, axis: str) -> pd.DataFrame:
        """Return, by option of one axis, how many specifications, the median, and the shares by sign."""
        if axis not in AXES:
            raise SpecError(f"axis is one of {', '.join(AXES)}, not {axis!r}")
        frame = self.frame.assign(
            positive=self.frame["estimate"] > 0,
            significant=self.frame["p_value"] < 0.05,
        )
        grouped = frame.groupby(axis, sort=False)
        return pd.DataFrame(
            {
                "specifications": grouped.size(),
                "median": grouped["estimate"].median(),
                "share_positive": grouped["positive"].mean(),
                "share_significant": grouped["significant"].mean(),
            }
        )

    def summary(self) -> str:
        """Return the facts, and the medians along every axis with a choice, as plain text."""
        lines = [f"{key:<28}{value:.6g}" for key, value in self.facts.items()]
        for axis in AXES:
            if self.frame[axis].nunique() > 1:
                lines += ["", self.medians(axis).to_string(float_format=lambda v: f"{v:.4g}")]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def plot(self, *, claimed: float | None = None, language: Language = "en", **style: Any) -> Any:
        """Draw all specifications by size, and below which choices made each."""
        from panelkit.show.figures import specification_curve

        return specification_curve(
            self.frame, choices=list(AXES), claimed=claimed, language=language, **style
        )

    def permutation_test(self, reps: int = 499, *, rng: int | np.random.Generator = 0) -> CurveTest:
        """Test that the treatment has no effect in any specification, from the whole curve.

        The units exchange their paths of the treatments (the same exchange in all specifications, controls and
        outcomes stay) and the curve is computed anew: the median estimate, the share significant with the
        dominant sign, and the mean t (Simonsohn, Simmons and Nelson 2020). t statistics are CRV1's.
        """
        return _permutation_test(self, reps, rng)


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveTest(TestResult):
    """The permutation test of a curve; the statistic is the mean t, `table` holds all three."""

    table: pd.DataFrame
    reps: int
    seed: int | None


@dataclass(frozen=True, eq=False)
class _Columns:
    """Every column of the grid on the sorted rows of the panel."""

    values: FloatArray
    complete: NDArray[np.bool_]
    number: Mapping[str, int]
    unit: IntArray
    time: IntArray
    unit_labels: NDArray[Any]
    time_labels: NDArray[Any]

    @classmethod
    def of(cls, spec: SpecificationCurve, data: pd.DataFrame, unit: str | None, time: str | None) -> _Columns:
        frame = data if unit is None or time is None else data.set_index([unit, time])
        panel = read_panel_index(frame, None, None)
        wanted = [
            *spec.outcomes,
            *(lagged(treatment, lag) for treatment in spec.treatments for lag in spec.lags),
            *(name for _, names in spec.controls for name in names),
        ]
        number = {name: at for at, name in enumerate(dict.fromkeys(wanted))}
        order: Any = slice(None) if panel.order is None else panel.order
        values = np.column_stack([evaluate(name, frame).to_numpy()[order] for name in number])
        return cls(
            values,
            ~np.isnan(values),
            number,
            panel.unit[order],
            panel.time[order],
            panel.unit_labels,
            panel.time_labels,
        )


def lagged(treatment: str, lag: int) -> str:
    """Return the expression of a lagged treatment."""
    return treatment if lag == 0 else f"lag({treatment}, {lag})"


@dataclass(frozen=True, eq=False)
class _Task:
    """One regression before its covariance: its place in the grid, column numbers, rows."""

    place: int
    labels: tuple[Any, ...]
    regressors: tuple[int, ...]
    outcome: int
    rows: bytes
    count: int


def _tasks(spec: SpecificationCurve, columns: _Columns) -> list[_Task]:
    keep = {sample.name: _mask(sample, columns) for sample in spec.samples}
    if len(keep) < len(spec.samples):
        raise SpecError("the samples of a specification curve have different names")
    number, found, packed = columns.number, [], {}
    grid = product(spec.outcomes, spec.treatments, spec.controls, spec.samples, spec.lags)
    for place, (outcome, treatment, (name, controls), sample, lag) in enumerate(grid):
        regressors = tuple(number[text] for text in (lagged(treatment, lag), *controls))
        key = (sample.name, frozenset((*regressors, number[outcome])))
        if key not in packed:
            rows = keep[sample.name] & columns.complete[:, sorted(key[1])].all(axis=1)
            packed[key] = (np.packbits(rows).tobytes(), int(rows.sum()))
        rows_key, count = packed[key]
        labels = (outcome, treatment, name, sample.name, lag)
        found.append(_Task(place, labels, regressors, number[outcome], rows_key, count))
    return found


def _mask(sample: Sample, columns: _Columns) -> NDArray[np.bool_]:
    years, units = columns.time_labels[columns.time], columns.unit_labels[columns.unit]
    kept = np.ones(len(units), dtype=bool)
    if sample.years is not None:
        kept &= (years >= sample.years[0]) & (years <= sample.years[1])
    unknown = [name for name in sample.without_units if name not in columns.unit_labels]
    if unknown:
        raise SpecError(
            f"sample `{sample.name}` leaves out {', '.join(map(str, unknown))}, which the panel lacks"
        )
    return kept & ~np.isin(units, list(sample.without_units)) & ~np.isin(years, list(sample.without_years))


def _refuse_empty(tasks: list[_Task]) -> None:
    short = [task for task in tasks if task.count < len(task.regressors) + 3]
    if short:
        cells = [f"{_cell(task.labels)} ({task.count} complete rows)" for task in short]
        raise DataError(
            f"empty cells in the grid of specifications: {_listed(cells)}: leave out the choice, or its data"
        )


def _cell(labels: Any) -> str:
    return ", ".join(f"{axis} {value}" for axis, value in zip(AXES, labels, strict=False))


def _listed(items: list[str]) -> str:
    more = f"; and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return "; ".join(items[:_SHOWN]) + more


def _groups(tasks: list[_Task]) -> Iterator[list[_Task]]:
    by_rows: dict[bytes, list[_Task]] = {}
    for task in tasks:
        by_rows.setdefault(task.rows, []).append(task)
    yield from by_rows.values()


@dataclass(frozen=True, eq=False)
class _Swept:
    """The columns of one set of rows, swept; `at` maps a column of the grid to a column here."""

    columns: FloatArray
    raw: FloatArray
    layout: Layout
    at: Mapping[int, int]
    units: IntArray


def _sweep(spec: SpecificationCurve, columns: _Columns, group: list[_Task]) -> _Swept:
    rows = np.unpackbits(np.frombuffer(group[0].rows, dtype=np.uint8), count=len(columns.unit)).astype(bool)
    if convention_named(spec.convention).drop_singletons:
        rows = _without_singletons(rows, columns, spec.effects)
    used = sorted({number for task in group for number in (*task.regressors, task.outcome)})
    unit, time = columns.unit[rows], columns.time[rows]
    if len(unit) == 0 or len(np.unique(unit)) < 2:
        raise DataError(f"fewer than two units hold complete rows in {_cell(group[0].labels)}")
    units, unit_codes = np.unique(unit, return_inverse=True)
    layout = Layout(unit_codes.astype(np.int64), np.unique(time, return_inverse=True)[1].astype(np.int64))
    raw = columns.values[rows][:, used]
    if spec.effects == "none":
        raw = np.column_stack([raw, np.ones(len(raw))])
    swept = within(raw, layout, spec.effects)
    lost = np.sqrt(np.einsum("ij,ij->j", swept, swept)) <= 1e-9 * np.sqrt(np.einsum("ij,ij->j", raw, raw))
    swept[:, lost] = 0.0
    return _Swept(swept, raw, layout, {number: at for at, number in enumerate(used)}, units)


def _without_singletons(rows: NDArray[np.bool_], columns: _Columns, effects: Effects) -> NDArray[np.bool_]:
    kept = rows.copy()
    while True:
        alone = np.zeros(len(kept), dtype=bool)
        if effects in ("unit", "twoway"):
            alone |= np.bincount(columns.unit[kept], minlength=len(columns.unit_labels))[columns.unit] == 1
        if effects in ("time", "twoway"):
            alone |= np.bincount(columns.time[kept], minlength=len(columns.time_labels))[columns.time] == 1
        if not (alone & kept).any():
            return kept
        kept &= ~alone


def _fit_group(spec: SpecificationCurve, columns: _Columns, group: list[_Task]) -> pd.DataFrame:
    swept = _sweep(spec, columns, group)
    layout = swept.layout
    moments = group_moments(swept.columns, layout, "none").moments
    gram = moments.sum(axis=0)
    jackknife = (
        grams_without_each(swept.columns, layout, spec.effects, layout.unit) if "CRV3" in spec.vcovs else None
    )
    parts = []
    for tasks in _by_size(group):
        regressors, outcomes = _numbers(spec, swept, tasks)
        solved = solve(gram, regressors, outcomes)
        for which, name in enumerate(spec.vcovs):
            if name == "CRV1":
                factor = _factor(spec, swept, regressors.shape[1])
                errors = crv1_errors(moments, solved, np.full(len(tasks), factor))
            elif jackknife is not None:
                errors = crv3_errors(jackknife, regressors, outcomes, solved.beta)
            parts.append(_rows(spec, tasks, solved, errors, name, which, swept))
    return pd.concat(parts)


def _by_size(group: list[_Task]) -> Iterator[list[_Task]]:
    by_size: dict[int, list[_Task]] = {}
    for task in group:
        by_size.setdefault(len(task.regressors), []).append(task)
    yield from by_size.values()


def _numbers(spec: SpecificationCurve, swept: _Swept, tasks: list[_Task]) -> tuple[IntArray, IntArray]:
    """Return the columns of the regressors, focal first, the intercept last where there is one, and the outcomes."""
    regressors = np.array(
        [[swept.at[number] for number in task.regressors] for task in tasks], dtype=np.int64
    )
    if spec.effects == "none":
        regressors = np.column_stack([regressors, np.full(len(tasks), swept.columns.shape[1] - 1)])
    return regressors, np.array([swept.at[task.outcome] for task in tasks], dtype=np.int64)


def _factor(spec: SpecificationCurve, swept: _Swept, k: int) -> float:
    layout, convention = swept.layout, convention_named(spec.convention)
    return _crv1_factor(layout, spec.effects, k, convention)


def _crv1_factor(layout: Layout, effects: Effects, k: int, convention: Convention) -> float:
    nothing = np.empty(0)
    shell = LinearFit(
        y=np.empty(layout.n),
        X=np.empty((layout.n, k)),
        terms=(),
        layout=layout,
        effects=effects,
        absorbed=layout.absorbed(effects),
        beta=nothing,
        residuals=nothing,
        root=nothing,
    )
    return small_sample_factor(shell, (Clusters(layout.unit, "unit", np.arange(layout.n_units)),), convention)


def _rows(
    spec: SpecificationCurve,
    tasks: list[_Task],
    solved: Solved,
    errors: FloatArray,
    vcov: str,
    which: int,
    swept: _Swept,
) -> pd.DataFrame:
    groups, n = swept.layout.n_units, swept.layout.n
    df = float(groups - 1)
    if vcov == "CRV1" and convention_named(spec.convention).cluster_df == "residual":
        k = len(tasks[0].regressors) + (spec.effects == "none")  # the intercept counts
        df = float(n - k - swept.layout.absorbed(spec.effects))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = solved.beta / errors
    half = float(t_quantile(0.95, df)) * errors
    frame = pd.DataFrame([task.labels for task in tasks], columns=list(AXES[:-1]))
    return frame.assign(
        vcov=vcov,
        estimate=solved.beta,
        std_error=errors,
        statistic=t,
        p_value=t_survival(t, df),
        conf_low=solved.beta - half,
        conf_high=solved.beta + half,
        nobs=n,
        n_clusters=groups,
        place=[task.place * len(spec.vcovs) + which for task in tasks],
    )


def _permutation_test(curve: CurveResult, reps: int, rng: int | np.random.Generator) -> CurveTest:
    if reps < 19:
        raise SpecError(f"a permutation test needs at least 19 permutations, not {reps}")
    spec, columns = curve.spec, curve.columns
    tasks = _tasks(spec, columns)
    groups = [(group, _sweep(spec, columns, group)) for group in _groups(tasks)]
    units = len(columns.unit_labels)
    pattern = np.stack([_pattern(swept, units) for _, swept in groups], axis=1)
    classes = np.unique(pattern, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    null = "the treatments have no effect in any specification"
    if np.bincount(classes).max() == 1:
        return CurveTest(
            name="permutation test of the curve",
            null=null,
            reason="no two units hold the same years in every sample, so that they cannot exchange paths",
            table=pd.DataFrame(),
            reps=0,
            seed=None,
        )
    draws = random_permutations(classes, reps, as_generator(rng))
    draws = np.concatenate([np.arange(units)[None, :], draws])
    total = {name: np.zeros(len(draws)) for name in ("t", "positive", "negative")}
    estimates = []
    for group, swept in groups:
        local = _local(draws, swept.units)
        limit = float(t_quantile(0.95, swept.layout.n_units - 1.0))
        for tasks_of_size in _by_size(group):
            regressors, outcomes = _numbers(spec, swept, tasks_of_size)
            factor = _factor(spec, swept, regressors.shape[1])
            for row, outcome in zip(regressors, outcomes, strict=True):
                rest = swept.columns[:, [*row[1:], outcome]]
                beta, t = paths_of(swept.columns[:, row[0]], rest, swept.layout).statistics(local, factor)
                estimates.append(beta)
                total["t"] += np.nan_to_num(t)
                total["positive"] += t > limit
                total["negative"] += t < -limit
    count = len(estimates)
    median = np.median(np.array(estimates), axis=0)
    share = np.maximum(total["positive"], total["negative"]) / count
    rows = {
        "median estimate": median,
        "share significant, dominant sign": share,
        "mean t": total["t"] / count,
    }
    table = pd.DataFrame(
        [
            {
                "statistic": name,
                "observed": values[0],
                "p_value": float(
                    (1 + (np.abs(values[1:]) >= abs(values[0]) * (1 - 1e-9)).sum()) / (reps + 1)
                ),
            }
            for name, values in rows.items()
        ]
    ).set_index("statistic")
    fixed = int((np.bincount(classes)[classes] == 1).sum())
    notes = (f"{fixed} units share their years with no other unit and keep their own paths",) if fixed else ()
    last = table.iloc[-1]
    return CurveTest(
        name="permutation test of the curve",
        null=null,
        statistic=float(last["observed"]),
        distribution="mean t",
        p_value=float(last["p_value"]),
        facts={"regressions": count},
        notes=notes,
        table=table,
        reps=reps,
        seed=seed_of(rng),
    )


def _pattern(swept: _Swept, units: int) -> IntArray:
    """Return a code of the held periods by unit of the whole panel, -1 where the sample lacks the unit."""
    codes = np.full(units, -1, dtype=np.int64)
    codes[swept.units] = same_periods(swept.layout)
    return codes


def _local(draws: IntArray, units: IntArray) -> IntArray:
    """Return permutations of the whole panel as permutations of the units of a sample."""
    where = np.full(draws.shape[1], -1, dtype=np.int64)
    where[units] = np.arange(len(units))
    return where[draws[:, units]]
