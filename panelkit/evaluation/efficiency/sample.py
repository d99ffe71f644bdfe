"""From a panel to the figures that are judged: columns of every kind, lags between them, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.wording import first_of
from panelkit.evaluation.efficiency.problem import Model, least_units
from panelkit.indices.panels.panel_frame import panel_frame
from panelkit.indices.panels.sample import rows_where
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, counted, message
from panelkit.language.options import is_whole
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes
from panelkit.show.brief import Brief

_MOST = 6
Lags = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Sample(Brief):
    """Figures by (unit, year of the outputs): a frame a kind of column, with one index, and what was done."""

    inputs: pd.DataFrame
    intermediates: pd.DataFrame
    outputs: pd.DataFrame
    undesirable: pd.DataFrame
    notes: tuple[Message, ...]

    @property
    def index(self) -> pd.MultiIndex:
        """Return units and years."""
        index: Any = self.outputs.index
        return index


def read_sample(
    data: Any,
    columns: tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]],
    lag: int | Sequence[int],
    *,
    where: str | None,
    unit: str | None,
    time: str | None,
) -> Sample:
    """Return the figures of inputs, intermediates, outputs and undesirable outputs, each in its own year.

    Raises
    ------
    SpecError
        If a column stands in two places, or a lag is no whole number of years.
    DataError
        If figures are missing, infinite or negative, with unit, year and column.
    """
    kinds = [list(names) for names in columns]
    _check_columns(kinds)
    lags = check_lag(lag, two=bool(kinds[1]))
    frame = panel_frame(data, [name for names in kinds for name in names], unit=unit, time=time)
    shifted = [
        _back(frame[names], steps) for names, steps in zip(kinds, (sum(lags), lags[1], 0, 0), strict=True)
    ]
    kept = rows_where(frame, where, data=data, unit=unit, time=time).index
    held, notes = _of_years_held([one.loc[kept] for one in shifted], frame, lags)
    _refuse_not_finite(held)
    _refuse_negative(held)
    inputs, intermediates, outputs, undesirable = held
    return Sample(inputs, intermediates, outputs, undesirable, (*place_notes(frame), *notes))


def names_of(what: str, given: Any) -> tuple[str, ...]:
    """Return names of columns; one name alone is one column.

    Raises
    ------
    SpecError
        If they are no names.
    """
    names = [given] if isinstance(given, str) else list(given)
    strange = [repr(name) for name in names if not isinstance(name, str)]
    if strange:
        raise SpecError(message("{what} are names of columns, not {values}", what=what, values=strange))
    return tuple(names)


def check_lag(lag: int | Sequence[int], *, two: bool) -> Lags:
    """Return the lag of inputs before intermediates and of intermediates before outputs; of one stage the second.

    Raises
    ------
    SpecError
        If it is no such number.
    """
    parts: list[Any] = list(lag) if isinstance(lag, (list, tuple)) else [lag]
    if not all(is_whole(part) and part >= 0 for part in parts) or len(parts) > 1 + two:
        raise SpecError(
            message(
                "lag is a whole number of {periods}, zero or more (two of them, one a stage, with intermediates), "
                "not {value!r}",
                value=lag,
            )
        )
    if len(parts) == 2:
        return int(parts[0]), int(parts[1])
    return (int(parts[0]), int(parts[0])) if two else (0, int(parts[0]))


def check_rows(sample: Sample, sets: Sequence[IntArray], model: Model) -> tuple[Message, ...]:
    """Refuse rows that cannot be judged and frontiers of too few points; return what is to be said of the others.

    Raises
    ------
    DataError
        Naming the rows, or the years.
    """
    _refuse_empty(sample)
    notes = _zeros(sample, model)
    m = sample.inputs.shape[1]
    s = sample.outputs.shape[1] + sample.undesirable.shape[1] + sample.intermediates.shape[1]
    counts = [len(rows) for rows in sets]
    years = sample.index.get_level_values(1).to_numpy()
    thin = [str(years[rows[0]]) for rows in sets if len(rows) <= m + s]
    if thin:
        raise DataError(
            message(
                "{count} rows span the frontier of {years}, and {inputs} inputs with {outputs} outputs need more than "
                "{least}: name fewer, or pool years by {pooled} or {window}",
                pooled=option("frontier", "global"),
                window=option("frontier", "window"),
                count=min(counts),
                years=first_of(thin, _MOST),
                inputs=m,
                outputs=s,
                least=m + s,
            )
        )
    if min(counts) < least_units(m, s):
        notes = (
            *notes,
            message(
                "{count} rows span a frontier, fewer than the usual rule max(m s, 3 (m + s)) = {least} for {inputs} "
                "inputs and {outputs} outputs: many are efficient for want of others to be compared with",
                count=min(counts),
                least=least_units(m, s),
                inputs=m,
                outputs=s,
            ),
        )
    return notes


def _check_columns(kinds: Sequence[Sequence[str]]) -> None:
    whole = [name for names in kinds for name in names]
    twice = sorted({name for name in whole if whole.count(name) > 1})
    if twice:
        raise SpecError(
            message(
                "{columns}: a column has one place among inputs, intermediates and outputs", columns=twice
            )
        )
    if not kinds[0] or not kinds[2]:
        raise SpecError(message("name at least one input and one output"))


def _back(frame: pd.DataFrame, steps: int) -> pd.DataFrame:
    """Return the figures of `steps` years before under the year of the outputs."""
    if steps == 0:
        return frame
    units, years = (frame.index.get_level_values(level) for level in (0, 1))
    before = pd.MultiIndex.from_arrays([units, years - steps], names=frame.index.names)
    return pd.DataFrame(frame.reindex(before).to_numpy(), index=frame.index, columns=frame.columns)


def _of_years_held(
    frames: Sequence[pd.DataFrame], frame: pd.DataFrame, lags: Lags
) -> tuple[list[pd.DataFrame], tuple[Message, ...]]:
    """Leave out the first years, whose inputs lie before the data."""
    if sum(lags) == 0:
        return list(frames), ()
    first = frame.index.get_level_values(1).min() + sum(lags)
    kept = np.asarray(frames[0].index.get_level_values(1) >= first)
    if not kept.any():
        raise DataError(message("with lag {lag} no {period} has both inputs and outputs", lag=sum(lags)))
    said = (
        message(
            "the {period} of outputs dates a score; {periods} that inputs lie before: {first}, intermediates: {second}",
            first=sum(lags),
            second=lags[1],
        )
        if frames[1].shape[1]
        else counted(
            "inputs of {lag} {period} before the outputs, whose {period} dates a score",
            "inputs of {lag} {periods} before the outputs, whose {period} dates a score",
            sum(lags),
            lag=sum(lags),
        )
    )
    return [one[kept] for one in frames], (said,)


def _refuse_not_finite(frames: Sequence[pd.DataFrame]) -> None:
    lost = [place for one in frames for place in _places(one, one.isna())]
    if lost:
        raise DataError(
            message(
                "missing: {places}; leave these {units} or {periods} out, or name other columns",
                places=first_of(lost, _MOST),
            )
        )
    endless = [place for one in frames for place in _places(one, np.isinf(one))]
    if endless:
        raise DataError(
            message(
                "infinite: {places}; a share of nothing, or a number too large: mend these figures, or leave the rows "
                "out",
                places=first_of(endless, _MOST),
            )
        )


def _refuse_negative(frames: Sequence[pd.DataFrame]) -> None:
    places = [place for one in frames for place in _places(one, (one < 0.0).to_numpy())]
    if places:
        raise DataError(
            message(
                "negative: {places}; efficiency needs figures of zero or more, and adding a number to a column moves "
                "the scores of all but a few models: take another figure, or leave these rows out",
                places=first_of(places, _MOST),
            )
        )


def _refuse_empty(sample: Sample) -> None:
    kinds = (sample.inputs, sample.intermediates, sample.outputs)
    places = [
        f"{unit} {year}: {', '.join(map(str, one.columns))}"
        for one in kinds
        if one.shape[1]
        for unit, year in one.index[(one <= 0.0).all(axis=1)]
    ]
    if places:
        raise DataError(
            message(
                "zero in every column of its kind: {places}; such a row has no efficiency: leave it out, or name "
                "another column",
                places=first_of(places, _MOST),
            )
        )


def _zeros(sample: Sample, model: Model) -> tuple[Message, ...]:
    """Refuse zeros where slacks are shares of figures; elsewhere say what they do."""
    kinds = [sample.inputs, sample.intermediates, sample.outputs]
    kinds += [sample.undesirable] if model != "ddf" else []
    places = [place for one in kinds for place in _places(one, (one <= 0.0).to_numpy())]
    if not places:
        return ()
    if model in ("sbm", "super_sbm"):
        raise DataError(
            message(
                "zero: {places}; a slacks-based score takes slacks as shares of the row's own figures, and of zero "
                "there is none: leave these rows out, or take {bcc}, which admits zeros",
                bcc=option("model", "bcc"),
                places=first_of(places, _MOST),
            )
        )
    return (
        message(
            "zero: {places}; an output of zero asks nothing of the frontier, an input of zero makes its row hard to "
            "reach: such rows are efficient more easily",
            places=first_of(places, _MOST),
        ),
    )


def _places(frame: pd.DataFrame, cells: Any) -> list[str]:
    mask: FloatArray = np.asarray(cells)
    return [
        f"{frame.index[i][0]} {frame.index[i][1]} {frame.columns[j]}"
        for i, j in zip(*np.nonzero(mask), strict=True)
    ]
