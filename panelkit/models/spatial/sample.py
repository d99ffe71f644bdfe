"""From a formula and a panel to the balanced arrays of a spatial model, with weights aligned by id."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.formula.arithmetic import Cells, Evaluator
from panelkit.kernels.index import read_panel_index
from panelkit.kernels.outcome import refuse_absorbed, refuse_exact
from panelkit.kernels.within import EFFECTS, Effects, FloatArray, check_effects
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, listed, message, sentences
from panelkit.language.spelt import option
from panelkit.models.reading import Frame, open_frame, read_design, refuse_interactions
from panelkit.panel.design import Design
from panelkit.panel.leaving import DROP_UNIT, DROP_YEAR, Reason, Why, left_because, reason_of
from panelkit.panel.redundant import told_without_redundant
from panelkit.panel.sample import Candidates
from panelkit.show.brief import Brief
from panelkit.spatial.provincial import match_labels
from panelkit.spatial.weights import Weights, as_weights

Missing = Literal["raise", "drop-unit", "drop-year"]
SHOWN = 12
TIME_EFFECTS = message("the time effects")


@dataclass(frozen=True, eq=False)
class SpatialSample(Brief):
    """A balanced panel: y (N, T), X (N, T, k), the design behind it and what was said about it.

    `start` (N,), where given, is the outcome in the year before, which `where` leaves out and a lag reads.
    """

    design: Design
    y: FloatArray
    X: FloatArray
    terms: tuple[str, ...]
    notes: tuple[Message, ...]
    left_out: tuple[Hashable, ...] = ()
    start: FloatArray | None = None

    @property
    def said(self) -> tuple[Message, ...]:
        """Return what a study of this sample says of its rows and figures, in the panel's own words."""
        return tuple(dict.fromkeys(map(self.design.spoken, (*self.notes, *self.design.provenance))))

    @property
    def ids(self) -> tuple[Hashable, ...]:
        return tuple(_plain(key) for key in self.design.unit_labels)


def read_sample(
    formula: str,
    data: Any,
    *,
    missing: Missing = "raise",
    intercept: bool = False,
    unit: str | None = None,
    time: str | None = None,
    where: str | None = None,
    years: Sequence[Hashable] | None = None,
    units: Sequence[Hashable] | None = None,
    sweeping: Effects = "none",
    effects: Effects = "none",
    columns: Sequence[str] = (),
) -> SpatialSample:
    """Return the balanced sample of a formula; `columns` are carried along, for clusters.

    A year without any complete province (the first years of a lag) leaves silently in no case: it stands in
    `design.dropped`. A province-year that is missing while others are held needs a policy: "raise" lists the cells,
    "drop-unit" and "drop-year" leave out the provinces or the years concerned and say so in the notes. Means,
    quantiles and levels are those of the balanced rows; `where`, `years` and `units` choose rows before the balance is
    judged, and lags read the others. With `sweeping="twoway"` slopes of units and effects of cells are refused by name;
    levels of interactions that `effects` hold are left out, their spatial lags with them, and named.
    """
    if missing not in get_args(Missing):
        raise SpecError(
            message("missing is {policies}, not {missing!r}", policies=get_args(Missing), missing=missing)
        )
    frame = open_frame(data, unit, time)
    rules = (*(() if units is None else (OfUnits(tuple(units)),)), Balanced(missing))
    design = read_design(
        formula,
        frame,
        unit=unit,
        time=time,
        extra=columns,
        where=where,
        years=years,
        policies=rules,
        sweeping=sweeping,
    )
    refuse_interactions(design, message("a spatial model"))
    design = design if effects == "none" else told_without_redundant(design, effects)
    everyone = read_panel_index(frame.data, unit, time).unit_labels
    held = {_plain(key) for key in design.unit_labels}
    left_out = tuple(_plain(key) for key in everyone if _plain(key) not in held)
    keep = [j for j, term in enumerate(design.terms) if term != "Intercept"]
    n, t = len(design.unit_labels), len(design.time_labels)
    X = np.asarray(design.X)[:, keep].reshape(n, t, len(keep))
    terms = tuple(design.terms[j] for j in keep)
    if intercept:
        X, terms = np.concatenate([np.ones((n, t, 1)), X], axis=2), ("Intercept", *terms)
    if n < 3:
        raise DataError(
            message("a spatial model needs at least three units, and the sample holds {count}", count=n)
        )
    notes = (*design.notes, *_policy_note(design, missing, left_out))
    return SpatialSample(design, np.array(design.y).reshape(n, t), X, terms, notes, left_out)


def sample_of(
    spec: Any, data: Any, unit: str | None, time: str | None, *, intercept: bool, **rows: Any
) -> SpatialSample:
    """Return the sample of a model's formula, policy and condition; see `read_sample`."""
    asked = getattr(spec, "effects", "none")
    effects = check_effects(asked if asked in EFFECTS else "none")
    return read_sample(
        spec.formula,
        data,
        missing=spec.missing,
        intercept=intercept,
        unit=unit,
        time=time,
        where=spec.where,
        sweeping="twoway" if effects == "twoway" else "none",
        effects=effects,
        columns=() if spec.vcov is None else spec.vcov.columns(),
        **rows,
    )


_NO_UNIT = reason_of(message("no unit of this sample"))


@dataclass(frozen=True)
class OfUnits:
    """The rule that only these units enter."""

    units: tuple[Hashable, ...]
    reason: Reason = field(default=_NO_UNIT, init=False)

    def stay(self, held: Candidates) -> NDArray[np.bool_]:
        """Mark the rows of these units."""
        named = set(self.units)
        return np.array([_plain(label) in named for label in held.panel.unit_labels])[held.unit]


@dataclass(frozen=True)
class Balanced:
    """The rule of a spatial panel: every unit that the sample asks for in every year, or a policy about the rest."""

    missing: Missing

    @property
    def reason(self) -> Reason:
        """Say why rows leave."""
        return DROP_YEAR if self.missing == "drop-year" else DROP_UNIT

    def stay(self, held: Candidates) -> NDArray[np.bool_]:
        """Mark the rows of the balanced panel."""
        units, unit = np.unique(held.unit, return_inverse=True)
        times, time = np.unique(held.time, return_inverse=True)
        wanted = np.unique(held.panel.unit[held.asked])
        absent = [_plain(held.panel.unit_labels[i]) for i in np.setdiff1d(wanted, units)]
        everything = np.ones(len(held.rows), dtype=bool)
        if len(held.rows) == len(units) * len(times) and (not absent or self.missing == "drop-unit"):
            return everything
        present = np.zeros((len(units), len(times)), dtype=bool)
        present[unit, time] = True
        if self.missing == "raise":
            labels = held.panel.unit_labels[units], held.panel.time_labels[times]
            raise DataError(_cells(*labels, held.dropped, present, absent))
        if self.missing == "drop-unit":
            return np.asarray(present.all(axis=1))[unit]
        if absent:
            raise DataError(
                message(
                    "no complete {period} for {names}: dropping {periods} cannot help; take {missing}, "
                    "or leave these {units} out of data and weights",
                    missing=option("missing", "drop-unit"),
                    names=listed_few(absent),
                )
            )
        return np.asarray(present.all(axis=0))[time]


def refuse_degenerate(
    y: FloatArray, swept: FloatArray, regressors: FloatArray, outcome: str, effects: Effects
) -> None:
    """Refuse an outcome (N, T) that the effects hold whole, or that the swept regressors (N, T, k) reproduce.

    The likelihood of either has no top: the variance of the errors is zero.
    """
    refuse_absorbed(y, swept, outcome, effects)
    Z, left = regressors.reshape(y.size, -1), swept.reshape(-1)
    size = np.linalg.norm(Z, axis=0)
    Z = Z[:, size > 0.0] / size[size > 0.0]
    refuse_exact(left - Z @ np.linalg.lstsq(Z, left, rcond=None)[0], left, outcome)


def refuse_without_regressor(sample: SpatialSample) -> None:
    """Refuse a sample without a regressor where a spatial lag and a spatial error are to be told apart."""
    if not [term for term in sample.terms if term != "Intercept"]:
        raise SpecError(
            message(
                "`{formula}` has no regressor, and without one a spatial lag and a spatial error are the "
                "same process: name at least one",
                formula=sample.design.formula,
            )
        )


def refuse_unidentifiable(sample: SpatialSample, effects: Effects, *weights: Weights | None) -> None:
    """Refuse effects without a regressor, and weights under which no data identify a spatial parameter.

    Where every unit is a neighbour of every other alike, W y
    swept of the time effects is -y / (N - 1), so that a spatial parameter only rescales the others.
    """
    if effects != "none" and not sample.terms:
        raise SpecError(
            message(
                "`{formula}` has no regressor: name at least one beside the effects",
                formula=sample.design.formula,
            )
        )
    if effects not in ("time", "twoway") and sample.y.shape[1] > 1:
        return
    beside = TIME_EFFECTS if effects in ("time", "twoway") else message("the intercept of one year")
    for w in weights:
        if w is not None:
            refuse_alike(w, beside)


def refuse_alike(w: Weights, beside: Message) -> None:
    """Refuse weights that link every unit to every other alike."""
    if w.links_alike:
        raise SpecError(
            message(
                "{weights}: every unit is a neighbour of every other with the same weight, so that "
                "beside {beside} each spatial lag is the column itself times -1/{others}: no spatial "
                "parameter is identified. Take weights that differ between pairs of units, or {effects}",
                effects=option("effects", "unit"),
                weights=w.name,
                beside=beside,
                others=w.n - 1,
            )
        )


def with_start(sample: SpatialSample, frame: Frame, unit: str | None, time: str | None) -> SpatialSample:
    """Return the sample with the outcome of the year before it, where `where` left that year out for every unit."""
    design = sample.design
    if design.formula is None or not len(design.dropped):
        return sample
    year = int(design.time_labels[0]) - 1
    gone = design.dropped[left_because(design.dropped, Why.OUTSIDE)]
    lending = {_plain(key) for key in gone.loc[gone["year"] == year, "province"]}
    if not lending.issuperset(sample.ids):
        return sample
    table = Cells(frame.data, unit, time)
    panel = table.panel
    rows = panel.time_labels[panel.time] == year
    evaluator = Evaluator(table, statistics=design.memory.statistics)
    values = evaluator.factor(design.formula.left)
    evaluator.finish(rows)
    names = (_plain(key) for key in panel.unit_labels[panel.unit[rows]])
    held = dict(zip(names, values[rows], strict=True))
    start = np.array([held[key] for key in sample.ids])
    return sample if np.isnan(start).any() else replace(sample, start=start)


def _policy_note(design: Design, missing: Missing, left_out: Sequence[Hashable]) -> tuple[Message, ...]:
    """Return which provinces or years a policy left out."""
    gone = design.dropped[~left_because(design.dropped, Why.OUTSIDE)]
    if missing == "drop-year":
        by_rule = gone[left_because(gone, Why.DROP_YEAR)]["year"]
        years = sorted(set(by_rule) - set(design.time_labels))
        if not years:
            return ()
        return (
            message(
                "missing cells: {periods} {out} left out (policy {missing})",
                out=listed_few(years),
                missing=missing,
            ),
        )
    units = {_plain(key) for key in gone["province"]}
    out = [key for key in left_out if key in units]
    if missing == "raise" or not out:
        return ()
    return (
        message("missing cells: {out} left out (policy {missing})", out=listed_few(out), missing=missing),
    )


def _cells(
    unit_labels: NDArray[Any],
    time_labels: NDArray[Any],
    dropped: pd.DataFrame,
    present: NDArray[np.bool_],
    absent: Sequence[Hashable],
) -> Message:
    gaps = [f"{unit_labels[i]} {time_labels[j]}" for i, j in np.argwhere(~present)]
    parts = []
    if absent:
        parts.append(message("no complete {period} at all: {names}", names=listed_few(absent)))
    if gaps:
        parts.append(message("missing {unit}-{periods}: {cells}", cells=listed_few(gaps)))
    reasons = sorted(set(dropped[~left_because(dropped, Why.OUTSIDE)]["reason"]))
    problem = sentences(parts)
    if reasons:
        problem = message("{cells} ({reasons})", cells=problem, reasons=sentences(reasons[:4]))
    return message(
        "a spatial panel must be balanced. {problem}. Choose {periods} that hold every {unit}, or a "
        "policy: missing='drop-unit' or missing='drop-year' (command line: --missing drop-unit)",
        problem=problem,
    )


def align_weights(w: Any, sample: SpatialSample, *, name: str | None = None) -> Weights:
    """Return the weights in the panel's order, row-standardised unless another normalisation was chosen.

    Provinces that a policy left out leave the weights too.
    """
    weights = as_weights(w, name=name)
    weights = match_labels(weights, [*sample.ids, *sample.left_out])
    if sample.left_out:
        gone = set(sample.left_out)
        weights = weights.subset([key for key in weights.ids if key not in gone])
    weights = weights.aligned(sample.ids)
    if not weights.matrix.nnz:
        raise DataError(
            message("{weights}: there is no link at all between the units of the panel", weights=weights.name)
        )
    weights.refuse_islands()
    return weights.for_model()


def aligned_weights(
    model: str, sample: SpatialSample, w: Any, w_error: Any, w_durbin: Any
) -> tuple[Weights, Weights, Weights]:
    """Return the weights of lag, error and Durbin terms in the panel's order; `w` stands in for those not given.

    Where a model has no lag and `w` stands in for nothing, it is not read: nothing of it is judged.
    """
    if not reads_w(model, w_error, w_durbin):
        w = w_durbin if w_error is None else w_error
    lag = align_weights(w, sample)
    error = lag if w_error is None else align_weights(w_error, sample)
    return lag, error, lag if w_durbin is None else align_weights(w_durbin, sample)


def reads_w(model: str, w_error: Any, w_durbin: Any) -> bool:
    """Tell whether a model has a lag, or an error or Durbin terms without weights of their own."""
    own = {"sem": (w_error,), "slx": (w_durbin,), "sdem": (w_error, w_durbin)}
    return model not in own or any(other is None for other in own[model])


def _plain(key: Any) -> Hashable:
    return key.item() if isinstance(key, np.generic) else key


def listed_few(items: Sequence[Any]) -> Message:
    names = [str(item) for item in items]
    if len(names) <= SHOWN:
        return listed(names)
    return message("{names} and {rest} more", names=names[:SHOWN], rest=len(names) - SHOWN)
