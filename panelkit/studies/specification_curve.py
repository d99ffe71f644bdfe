"""The specification curve: every defensible regression of a question, fitted as one batched computation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.covariance.clusters import Clusters
from panelkit.covariance.conventions import Convention, convention_named
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.formula.arithmetic import BY_SAMPLE, Evaluator, Table
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Factor, calls_of, columns_of
from panelkit.kernels.batched import Solved, crv1_errors, crv3_errors, solve
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.index import dimension_names
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.moments import group_moments
from panelkit.kernels.outcome import is_exact, refuse_absorbed, refuse_constant, refuse_scale
from panelkit.kernels.permutation import paths_of, random_permutations, same_periods
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, check_effects, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.models.reading import check_where, namesakes, open_frame
from panelkit.panel.provenance import Note
from panelkit.panel.sample import asked_rows, singletons, where_note
from panelkit.results.fit import Language, TestResult, t_quantile, t_survival
from panelkit.show.brief import Brief

_SHOWN = 8
VCOVS = ("CRV1", "CRV3")
AXES = ("outcome", "treatment", "controls", "sample", "lag", "vcov")
_NUMBERS = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")
_NEARLY_EXACT = 1e-10  # what cross-products tell of a residual; smaller ones are formed from the rows
_EXACT = "the regressors reproduce the outcome exactly"


@offered("study", family="specification", public=True)
@dataclass(frozen=True)
class Sample:
    """A subset of the panel: years kept (first, last), units and years left out.

    Parameters
    ----------
    name
        What the sample is called in the table of the curve.
    years
        First and last year of the outcome, both in; None: every year.
    without_units
        Labels of units that leave.
    without_years
        Years that leave.

    Examples
    --------
    >>> sample = pk.Sample("after 2016", years=(2017, 2020), without_units=("Beijing",))
    >>> sample.name
    'after 2016'
    """

    name: str = "all"
    years: tuple[int, int] | None = None
    without_units: tuple[Any, ...] = ()
    without_years: tuple[Any, ...] = ()


@offered(
    "study",
    family="specification",
    result="CurveResult",
    source="Simonsohn, Simmons and Nelson 2020",
    public=True,
)
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
    effects, convention, where
        As in `FixedEffects`, the same in all.
    failures
        "raise" names the specifications that cannot be computed (no rows, treatment not identified) and stops;
        "count" keeps them as rows without numbers, their reason in `failed`, in the denominator of every share.

    Notes
    -----
    Every specification uses its own complete rows, less singletons, and means and quantiles in it are theirs.
    Specifications with the same rows share one sweep and one set of cross-products by unit; a fit is a small solve.

    Examples
    --------
    >>> curve = pk.SpecificationCurve(
    ...     outcomes=("log(patents_granted)",),
    ...     treatments=("log(rd_expenditure)",),
    ...     controls=pk.control_sets(("log(gdp)", "log(population)")),
    ... ).fit(panel)
    >>> len(curve.frame)
    4
    """

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    controls: tuple[tuple[str, tuple[str, ...]], ...] = (("none", ()),)
    samples: tuple[Sample, ...] = (Sample(),)
    lags: tuple[int, ...] = (0,)
    vcovs: tuple[Literal["CRV1", "CRV3"], ...] = ("CRV3",)
    effects: Effects = "twoway"
    convention: str = "reghdfe"
    where: str | None = None
    failures: Literal["raise", "count"] = "raise"

    def __post_init__(self) -> None:
        check_effects(self.effects)
        convention_named(self.convention)
        if self.failures not in ("raise", "count"):
            raise SpecError(f"failures is 'raise' or 'count', not {self.failures!r}")
        object.__setattr__(self, "where", check_where(self.where))
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
            If a specification has no rows to stand on; the message names every such cell of the grid. Under
            `failures="count"` only if there is no specification that has rows.
        SpecError
            If a specification is not identified (a regressor is absorbed by the effects, or repeats others). Under
            `failures="count"` only if none is identified.
        """
        columns = _Columns.of(self, data, unit, time)
        tasks = _tasks(self, columns)
        short = [task for task in tasks if _is_short(task)]
        if short and (self.failures == "raise" or len(short) == len(tasks)):
            _refuse_empty(short)
        rows = [part for group in _groups(tasks) for part in _fit_or_count(self, columns, group)]
        rows += [_without_rows(self, task, "too few complete rows") for task in short]
        frame = (
            pd.concat(rows).sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)
        )
        if frame["estimate"].isna().all() and (frame["failed"] != "").any():
            raise DataError(
                f"no specification could be computed; first: {frame['failed'][frame['failed'] != ''].iloc[0]}"
            )
        exact = frame[frame["failed"] == _EXACT]
        if len(exact) and self.failures == "raise":
            raise SpecError(
                f"{_EXACT} in "
                + _listed([_cell(row) for _, row in exact[list(AXES)].iterrows()])
                + ": leave out the control that it is made of"
            )
        lost = frame[frame["estimate"].isna() & (frame["nobs"] > 0)]
        if len(lost) and (self.failures == "raise" or frame["estimate"].isna().all()):
            raise SpecError(
                "the regressors are not identified in "
                + _listed([_cell(row) for _, row in lost[list(AXES)].iterrows()])
                + ": one of them is absorbed by the effects or nearly repeats others there"
                + _which(self, columns, tasks, tuple(lost[list(AXES[:-1])].iloc[0]))
            )
        bare = frame[frame["estimate"].notna() & ~(frame["std_error"] > 0.0)]
        if len(bare) and self.failures == "raise":
            raise SpecError(
                "no standard error can be computed in "
                + _listed([_cell(row) for _, row in bare[list(AXES)].iterrows()])
                + ": without one of its units the sample does not identify the treatment, or the fit is exact; take "
                "more units, another covariance, or failures='count'"
            )
        failed = _reasons(frame)
        return CurveResult(spec=self, frame=frame.assign(failed=failed), columns=columns, notes=columns.notes)


@offered("study", family="specification", public=True)
def control_sets(
    controls: tuple[str, ...], always: tuple[str, ...] = ()
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return all subsets of `controls`, each with those of `always`, named by what they hold.

    Examples
    --------
    >>> sets = pk.control_sets(("log(gdp)",), always=("log(population)",))
    >>> [len(columns) for name, columns in sets]
    [1, 2]
    """
    found = []
    for chosen in product((False, True), repeat=len(controls)):
        names = (*always, *(name for name, held in zip(controls, chosen, strict=True) if held))
        found.append((" + ".join(names) or "none", names))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class CurveResult(Brief):
    """The fitted curve; `frame` has one row a specification.

    Columns: outcome, treatment, controls, sample, lag, vcov, estimate, std_error, statistic, p_value, conf_low,
    conf_high, nobs, n_clusters, failed (why there is no estimate or no standard error; "" where there are both).
    Shares are of all specifications: what could not be computed has no sign and is not significant.
    """

    spec: SpecificationCurve
    frame: pd.DataFrame
    columns: Any = field(repr=False)
    notes: tuple[str, ...] = ()

    @cached_property
    def facts(self) -> dict[str, float | int]:
        """Return the number of specifications, the median and range, and the shares by sign and significance.

        A specification without a p-value counts as p = 1 in `median_p`.
        """
        computed = self.frame["failed"] == ""
        estimate, p = self.frame["estimate"].where(computed), self.frame["p_value"].fillna(1.0)
        lost = int((~computed).sum())
        return {
            "specifications": len(self.frame),
            **({"not_computed": lost} if lost else {}),
            "median": float(estimate.median()),
            "lowest": float(estimate.min()),
            "highest": float(estimate.max()),
            "share_positive": float((estimate > 0).mean()),
            "share_positive_significant": float(((estimate > 0) & (p < 0.05)).mean()),
            "share_negative_significant": float(((estimate < 0) & (p < 0.05)).mean()),
            "median_p": float(p.median()),
        }

    def medians(self, axis: str) -> pd.DataFrame:
        """Return, by option of one axis, how many specifications, the median, and the shares by sign.

        `not_computed` counts those without a number, where there are any; the shares are of all.
        """
        if axis not in AXES:
            raise SpecError(f"axis is one of {', '.join(AXES)}, not {axis!r}")
        lost = self.frame["failed"] != ""
        estimate = self.frame["estimate"].mask(lost)
        significant = self.frame["p_value"] < 0.05
        frame = self.frame.assign(
            estimate=estimate, positive=estimate > 0, significant=significant, lost=lost
        )
        grouped = frame.groupby(axis, sort=False)
        lost = grouped["lost"].sum()
        return pd.DataFrame(
            {
                "specifications": grouped.size(),
                **({"not_computed": lost} if lost.any() else {}),
                "median": grouped["estimate"].median(),
                "share_positive": grouped["positive"].mean(),
                "share_significant": grouped["significant"].mean(),
            }
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return the facts, and the medians along every axis with a choice, as plain text."""
        from panelkit.show.words import in_language, result_word, word

        lines = [f"{result_word(key, language):<28}{value:.6g}" for key, value in self.facts.items()]
        for axis in AXES:
            if self.frame[axis].nunique() > 1:
                table = self.medians(axis).rename(columns=lambda key: result_word(key, language))
                with pd.option_context("display.unicode.east_asian_width", True):
                    lines += ["", table.to_string(float_format=lambda v: f"{v:.4g}")]
        reasons = Counter(reason for reason in self.frame["failed"] if reason)
        lines += (
            [
                "",
                *(
                    f"{word('not_computed_one', language)}{times} x {in_language(reason, language)}"
                    for reason, times in reasons.most_common()
                ),
            ]
            if len(reasons)
            else []
        )
        lines += ["", *(in_language(note, language) for note in self.notes)] if self.notes else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def _brief(self) -> str:
        facts = self.facts
        share = f"{facts['share_positive']:.0%} positive"
        return f"{facts['specifications']} specifications, median {facts['median']:.4g}, {share}"

    def _repr_html_(self) -> str:
        """Return the facts of the curve as an HTML table."""
        from panelkit.show import tables

        table = pd.DataFrame({"value": pd.Series(self.facts, dtype=object)}).rename_axis("curve")
        return tables.frame_table(table, format="html")

    def plot(self, *, claimed: float | None = None, language: Language = "en", **style: Any) -> Any:
        """Draw all specifications by size, and below which choices made each."""
        from panelkit.show.figures import specification_curve
        from panelkit.show.words import word

        drawn = self.frame[self.frame["failed"] == ""]
        lost = len(self.frame) - len(drawn)
        if lost:
            told = word("not_computed", language).format(failed=lost, declared=len(self.frame))
            given = style.pop("notes", ())
            style["notes"] = [told, *([given] if isinstance(given, str) else given)]
        return specification_curve(drawn, choices=list(AXES), claimed=claimed, language=language, **style)

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
    order: IntArray
    table: Table
    by_sample: Mapping[int, Factor]
    notes: tuple[Note, ...] = ()

    @classmethod
    def of(cls, spec: SpecificationCurve, data: pd.DataFrame, unit: str | None, time: str | None) -> _Columns:
        frame = open_frame(data, unit, time)
        table = Table(frame.data, unit, time)
        panel = table.panel
        names = dimension_names(frame.data, unit, time)
        asked = asked_rows(table, names, spec.where, None, namesakes)
        wanted = [
            *spec.outcomes,
            *(lagged(treatment, lag) for treatment in spec.treatments for lag in spec.lags),
            *(name for _, names in spec.controls for name in names),
        ]
        factors = {name: parse_expression(name) for name in dict.fromkeys(wanted)}
        table.require([column for factor in factors.values() for column in columns_of(factor.node)])
        order = np.arange(len(frame.data)) if panel.order is None else panel.order
        evaluator = Evaluator(table)
        values, lacking = (
            np.zeros((len(order), len(factors))),
            np.zeros((len(order), len(factors)), dtype=bool),
        )
        by_sample: dict[int, Factor] = {}
        for at, factor in enumerate(factors.values()):
            if BY_SAMPLE & set(calls_of(factor.node)):
                by_sample[at] = factor
                lacking[:, at] = evaluator.missing(factor.node)[order]
            else:
                values[:, at] = evaluator.factor(factor)[order]
                lacking[:, at] = np.isnan(values[:, at])
        entering = np.ones(len(order), dtype=bool) if asked is None else asked.yes[order]
        columns = cls(
            values,
            ~lacking & entering[:, None],
            {name: at for at, name in enumerate(factors)},
            panel.unit[order],
            panel.time[order],
            panel.unit_labels,
            panel.time_labels,
            order,
            table,
            by_sample,
            (*frame.notes, *where_note(asked)),
        )
        inside = np.zeros(len(order), dtype=bool)
        inside[order] = entering & np.logical_or.reduce([_mask(sample, columns) for sample in spec.samples])
        evaluator.finish(inside)
        return columns

    def name(self, number: int) -> str:
        """Return the expression of a column."""
        return next(name for name, at in self.number.items() if at == number)

    def on(self, rows: NDArray[np.bool_], used: list[int]) -> FloatArray:
        """Return the columns `used` on the marked rows (n,), their means and quantiles taken from these rows."""
        out = self.values[rows][:, used]
        if not any(number in self.by_sample for number in used):
            return out
        sample = np.zeros(len(rows), dtype=bool)
        sample[self.order[rows]] = True
        evaluator = Evaluator(self.table, sample)
        for at, number in enumerate(used):
            if number in self.by_sample:
                out[:, at] = evaluator.factor(self.by_sample[number])[self.order[rows]]
        evaluator.finish(sample)
        return out


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
    years = columns.time_labels[columns.time]
    kept = np.ones(len(years), dtype=bool)
    if sample.years is not None:
        kept &= (years >= sample.years[0]) & (years <= sample.years[1])
    found = [(name, _named(name, columns.unit_labels)) for name in sample.without_units]
    unknown = [name for name, marked in found if not marked.any()]
    if unknown:
        raise SpecError(
            f"sample `{sample.name}` leaves out {', '.join(map(str, unknown))}, which the panel lacks"
        )
    for _, marked in found:
        kept &= ~marked[columns.unit]
    return kept & ~np.isin(years, list(sample.without_years))


def _named(name: Any, labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark the units that a name means, every spelling of a province among them, (N,)."""
    own = np.array([label == name for label in labels], dtype=bool)
    others = None if own.any() else namesakes(str(name), labels)
    return own if others is None else others


def _is_short(task: _Task) -> bool:
    return task.count < len(task.regressors) + 3


def _refuse_empty(short: list[_Task]) -> None:
    cells = [f"{_cell(task.labels)} ({task.count} complete rows)" for task in short]
    raise DataError(
        f"empty cells in the grid of specifications: {_listed(cells)}: leave out the choice, or its data; "
        '`failures="count"` keeps them in the denominator of every share'
    )


def _fit_or_count(spec: SpecificationCurve, columns: _Columns, group: list[_Task]) -> list[pd.DataFrame]:
    """Return the rows of one sample's specifications; where failures count, those of each alone that fails."""
    try:
        return [_fit_group(spec, columns, group)]
    except (DataError, SpecError) as error:
        if spec.failures == "raise":
            raise
        if len(group) == 1:
            return [_without_rows(spec, group[0], str(error).removesuffix(f" ({_cell(group[0].labels)})"))]
    return [part for task in group for part in _fit_or_count(spec, columns, [task])]


def _without_rows(spec: SpecificationCurve, task: _Task, reason: str) -> pd.DataFrame:
    """Return the rows of a specification that cannot be fitted."""
    frame = pd.DataFrame([task.labels] * len(spec.vcovs), columns=list(AXES[:-1])).assign(vcov=spec.vcovs)
    places = [task.place * len(spec.vcovs) + which for which in range(len(spec.vcovs))]
    return frame.assign(**dict.fromkeys(_NUMBERS, np.nan), nobs=0, n_clusters=0, place=places, failed=reason)


def _reasons(frame: pd.DataFrame) -> pd.Series:
    """Return why each specification has no estimate or no standard error, "" where it has both."""
    absorbed = "a regressor is absorbed by the effects or nearly repeats others"
    lost = "no standard error: without one unit the treatment is lost, or the fit is exact"
    found: pd.Series = frame["failed"]
    found = found.mask((found == "") & frame["estimate"].isna(), absorbed)
    return found.mask((found == "") & ~(frame["std_error"] > 0.0), lost)


def _which(spec: SpecificationCurve, columns: _Columns, tasks: list[_Task], labels: tuple[Any, ...]) -> str:
    """Return ": " and the names of the regressors that are not identified in a specification."""
    task = next(task for task in tasks if tuple(task.labels) == labels)
    swept = _sweep(spec, columns, [task])
    at = [swept.at[number] for number in task.regressors]
    terms = tuple(columns.name(number) for number in task.regressors)
    try:
        refuse_unidentified(swept.raw[:, at], swept.columns[:, at], terms, spec.effects, squares=True)
    except SpecError as error:
        return f": {error}"
    return ""


def _cell(labels: Any) -> str:
    return ", ".join(f"{axis} {value}" for axis, value in zip(AXES, labels, strict=False))


def _listed(items: list[str]) -> str:
    more = f"; and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return "; ".join(items[:_SHOWN]) + more


def _groups(tasks: list[_Task]) -> Iterator[list[_Task]]:
    by_rows: dict[bytes, list[_Task]] = {}
    for task in tasks:
        if not _is_short(task):
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
    raw = columns.on(rows, used)
    refuse_scale([(columns.name(number), column) for number, column in zip(used, raw.T, strict=True)])
    _refuse_flat(raw, used, group)
    if spec.effects == "none":
        raw = np.column_stack([raw, np.ones(len(raw))])
    swept = within(raw, layout, spec.effects)
    lost = np.sqrt(np.einsum("ij,ij->j", swept, swept)) <= 1e-9 * np.sqrt(np.einsum("ij,ij->j", raw, raw))
    swept[:, lost] = 0.0
    _refuse_absorbed(raw, swept, used, group, spec.effects)
    return _Swept(swept, raw, layout, {number: at for at, number in enumerate(used)}, units)


def _refuse_flat(raw: FloatArray, used: list[int], group: list[_Task]) -> None:
    """Refuse an outcome that does not vary in the sample of a specification."""
    for task in group:
        try:
            refuse_constant(raw[:, used.index(task.outcome)], str(task.labels[0]))
        except DataError as error:
            raise DataError(f"{error} ({_cell(task.labels)})") from None


def _refuse_absorbed(
    raw: FloatArray, swept: FloatArray, used: list[int], group: list[_Task], effects: Effects
) -> None:
    """Refuse an outcome that the effects hold whole in the sample of a specification."""
    for task in group:
        at = used.index(task.outcome)
        try:
            refuse_absorbed(raw[:, at], swept[:, at], str(task.labels[0]), effects)
        except SpecError as error:
            raise SpecError(f"{error} ({_cell(task.labels)})") from None


def _without_singletons(rows: NDArray[np.bool_], columns: _Columns, effects: Effects) -> NDArray[np.bool_]:
    kept = rows.copy()
    while True:
        alone = singletons(columns.unit[kept], columns.time[kept], effects)
        if not alone.any():
            return kept
        kept[np.flatnonzero(kept)[alone]] = False


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
        exact = _exact(swept, gram, solved, outcomes)
        for which, name in enumerate(spec.vcovs):
            if name == "CRV1":
                factor = _factor(spec, swept, regressors.shape[1])
                errors = crv1_errors(moments, solved, np.full(len(tasks), factor))
            elif jackknife is not None:
                errors = crv3_errors(jackknife, regressors, outcomes, solved.beta)
            found = _rows(spec, tasks, solved, errors, name, which, swept)
            found.loc[exact, [*_NUMBERS]] = np.nan
            parts.append(found.assign(failed=np.where(exact, _EXACT, "")))
    return pd.concat(parts)


def _exact(swept: _Swept, gram: FloatArray, solved: Solved, outcomes: IntArray) -> NDArray[np.bool_]:
    """Mark the regressions that leave rounding only of their outcome: their numbers would be rounding too, (S,)."""
    left = np.einsum("sp,pq,sq->s", solved.errors, gram, solved.errors, optimize=True)
    exact = solved.identified & (left <= _NEARLY_EXACT * np.diag(gram)[outcomes])
    for at in np.flatnonzero(exact):
        exact[at] = is_exact(swept.columns @ solved.errors[at], swept.columns[:, outcomes[at]])
    return exact


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
        failed="",
    )


def _permutation_test(curve: CurveResult, reps: int, rng: int | np.random.Generator) -> CurveTest:
    if reps < 19:
        raise SpecError(f"a permutation test needs at least 19 permutations, not {reps}")
    spec, columns = curve.spec, curve.columns
    tasks = _tasks(spec, columns)
    count = len(tasks)
    known = curve.frame["estimate"].notna().to_numpy()[:: len(spec.vcovs)]  # one row a covariance
    tasks = [task for task, computed in zip(tasks, known, strict=True) if computed]
    lost = count - len(tasks)
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
                total["t"] += t
                total["positive"] += t > limit
                total["negative"] += t < -limit
    median = np.median(np.array(estimates), axis=0)
    share = np.maximum(total["positive"], total["negative"]) / count
    share[np.isnan(total["t"])] = np.nan  # a draw in which a specification cannot be computed has no share
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
                    # a draw that cannot be computed counts as at least as far
                    (1 + (~(np.abs(values[1:]) < abs(values[0]) * (1 - 1e-9))).sum()) / (reps + 1)
                ),
            }
            for name, values in rows.items()
        ]
    ).set_index("statistic")
    fixed = int((np.bincount(classes)[classes] == 1).sum())
    notes = (f"{fixed} units share their years with no other unit and keep their own paths",) if fixed else ()
    if lost:
        notes = (
            *notes,
            f"{lost} of {count} specifications could not be computed: they count as t = 0, not significant",
        )
    last = table.iloc[-1]
    return CurveTest(
        name="permutation test of the curve",
        null=null,
        statistic=float(last["observed"]),
        distribution="mean t",
        p_value=float(last["p_value"]),
        facts={"regressions": count, **({"not_computed": lost} if lost else {})},
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
