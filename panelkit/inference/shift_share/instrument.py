"""The shift-share (Bartik) instrument: shares of sectors in a unit's base year times what happens to the sectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.kernels.frames import as_pandas
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief

Growth = Literal["log", "rate", "change"]
_GROWTHS = ("log", "rate", "change")
# Shares add up where what is missing is rounding of printed shares.
_WHOLE = 1e-6
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class ShiftShare(Brief):
    """An instrument of shares and shocks.

    `shares` (N units by K sectors) are those of the base year, `shocks` (T periods by K) what happens to the sectors;
    `instrument` is a series by unit and period, sum_k share_ik shock_kt. Under `leave_out` the shocks of a unit are
    those of all others, and `own` (N, T, K) holds them. `notes` say where shares do not add up to one.
    """

    shares: pd.DataFrame
    shocks: pd.DataFrame
    instrument: pd.Series
    leave_out: bool = False
    own: FloatArray | None = None
    notes: tuple[Message, ...] = ()

    @property
    def complete(self) -> bool:
        """Return whether the shares of every unit add up to one."""
        return bool((np.abs(self.shares.sum(axis=1) - 1.0) <= _WHOLE).all())

    def attach(self, data: Any, name: str = "shift_share") -> pd.DataFrame:
        """Return a (unit, period) frame with the instrument as a column, and the sums of shares as `NAME_sum`.

        Raises
        ------
        DataError
            If the frame has no index of two levels, none of its units is held, or another column has the name.
        """
        frame = as_pandas(data)
        if frame.index.nlevels != 2:
            raise DataError(
                message(
                    "attach takes a frame under an index of units and periods: data.set_index([unit, time])"
                )
            )
        made = self.instrument.reindex(frame.index)
        if made.isna().all():
            raise DataError(
                message(
                    "no unit and period of the data has shares and shocks: shares are held for {units}, shocks for "
                    "{periods}",
                    units=[str(unit) for unit in self.shares.index[:_SHOWN]],
                    periods=[str(period) for period in self.shocks.index[:_SHOWN]],
                )
            )
        sums = self.shares.sum(axis=1).reindex(frame.index.get_level_values(0)).to_numpy()
        columns = {name: made.to_numpy(float), name + "_sum": sums}
        for key, values in columns.items():
            if key in frame.columns and not _same(frame[key], values):
                raise DataError(
                    message(
                        "the data has a column `{name}` of other values: attach under another name", name=key
                    )
                )
        return frame.assign(**columns)

    def _brief(self) -> str:
        units, sectors = self.shares.shape
        return str(
            message(
                "{units} units, {sectors} sectors, {periods} periods",
                units=units,
                sectors=sectors,
                periods=len(self.shocks),
            )
        )


def _same(held: pd.Series, values: FloatArray) -> bool:
    numbers = pd.to_numeric(held, errors="coerce").to_numpy(float)
    return bool(np.array_equal(numbers, values, equal_nan=True))


@offered("inference", family="shift-share", result="ShiftShare", source="Bartik 1991", public=True)
def shift_share(
    shares: Any = None,
    shocks: Any = None,
    *,
    levels: Any = None,
    base: Any = None,
    growth: Growth = "log",
    leave_out: bool = False,
) -> ShiftShare:
    """Build the shift-share instrument of units and periods.

    Parameters
    ----------
    shares
        A frame (N units by K sectors): the share of every sector in a unit in the base year.
    shocks
        A frame (T periods by K sectors), such as national growth of the sector.
    levels
        In place of both: a frame under an index of units and periods with a column a sector (employment, output), from
        which shares and shocks are made.
    base
        With `levels`: the period of the shares; the first if absent.
    growth
        With `levels`: shocks are changes of logs ("log"), growth rates ("rate") or changes ("change") of the sum over
        units from one period held to the next.
    leave_out
        With `levels`: the shocks of a unit are those of all others.

    Returns
    -------
    ShiftShare
        The instrument; `attach(frame)` puts it beside a panel.

    Raises
    ------
    DataError
        If a unit lacks a share, a period a shock, sectors of the two do not agree, or a share is negative.
    SpecError
        If the arguments say two things at once.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"textiles": [0.7, 0.2], "machines": [0.3, 0.8]}, index=["Hebei", "Hunan"])
    >>> shocks = pd.DataFrame({"textiles": [-0.1, 0.1], "machines": [0.2, 0.0]}, index=[2012, 2013])
    >>> made = pk.shift_share(shares, shocks)
    >>> round(float(made.instrument["Hebei", 2012]), 3)
    -0.01
    """
    if (levels is None) == (shares is None) or (shares is None) != (shocks is None):
        raise SpecError(message("give shares and shocks, or levels= from which both are made"))
    if levels is not None:
        return _of_levels(_levels(levels), base, growth, leave_out)
    if base is not None or leave_out or growth != "log":
        raise SpecError(
            message(
                "base=, growth= and leave_out= are about levels=: shares and shocks are taken as they are"
            )
        )
    held, moved = _cells(shares, message("share")), _cells(shocks, message("shock"))
    _refuse_other_sectors(held, moved)
    _refuse_negative(held)
    moved = moved[held.columns]
    values = held.to_numpy(float) @ moved.to_numpy(float).T
    return ShiftShare(held, moved, _series(values, held.index, moved.index), notes=_sums(held))


def _of_levels(levels: pd.DataFrame, base: Any, growth: Growth, leave_out: bool) -> ShiftShare:
    if growth not in _GROWTHS:
        raise SpecError(message("growth is one of {names}, not {growth!r}", names=_GROWTHS, growth=growth))
    units, periods = (
        level.unique().sort_values() for level in (levels.index.get_level_values(j) for j in (0, 1))
    )
    cube = _cube(levels, units, periods)
    first = periods[0] if base is None else base
    if first not in periods:
        raise SpecError(
            message(
                "base={base}: levels= holds no such period, but {periods}", base=base, periods=list(periods)
            )
        )
    at_base = cube[:, list(periods).index(first)]
    whole = at_base.sum(axis=1)
    if not (whole > 0.0).all():
        raise DataError(
            message(
                "{units}: the sectors add up to nothing in {base}, and have no shares",
                units=[str(unit) for unit in units[~(whole > 0.0)]],
                base=first,
            )
        )
    shares = pd.DataFrame(at_base / whole[:, None], index=units, columns=levels.columns)
    total = cube.sum(axis=0)
    shocks = pd.DataFrame(
        _changes(total, growth, levels.columns, periods), index=periods[1:], columns=levels.columns
    )
    if not leave_out:
        values = shares.to_numpy() @ shocks.to_numpy().T
        return ShiftShare(shares, shocks, _series(values, units, periods[1:]))
    own = np.stack([_changes(total - each, growth, levels.columns, periods) for each in cube])
    values = np.einsum("nk,ntk->nt", shares.to_numpy(), own)
    return ShiftShare(shares, shocks, _series(values, units, periods[1:]), leave_out=True, own=own)


def _changes(total: FloatArray, growth: Growth, sectors: pd.Index, periods: pd.Index) -> FloatArray:
    """Return changes of sums (T, K) from one period to the next, (T-1, K)."""
    if growth == "change":
        return np.asarray(np.diff(total, axis=0))
    low = ~(total > 0.0) if growth == "log" else ~(total[:-1] > 0.0)
    if low.any():
        t, k = np.argwhere(low)[0]
        raise DataError(
            message(
                "sector {sector} in {period}: the sum over units is not above zero, and has no {growth} growth: take "
                "growth='change', or join the sector to another",
                sector=str(sectors[k]),
                period=periods[t],
                growth=growth,
            )
        )
    if growth == "log":
        return np.asarray(np.diff(np.log(total), axis=0))
    return np.asarray(np.diff(total, axis=0) / total[:-1])


def _levels(data: Any) -> pd.DataFrame:
    frame = as_pandas(data)
    if frame.index.nlevels != 2:
        raise DataError(message("levels= is a frame under an index of units and periods, a column a sector"))
    return frame


def _cube(levels: pd.DataFrame, units: pd.Index, periods: pd.Index) -> FloatArray:
    """Return levels by unit, period and sector, (N, T, K), refused where a cell lacks, is held twice or is negative."""
    if levels.index.has_duplicates:
        twice = levels.index[levels.index.duplicated()][0]
        raise DataError(message("levels= holds {unit} in {period} twice", unit=twice[0], period=twice[1]))
    whole = levels.reindex(pd.MultiIndex.from_product([units, periods]))
    values = whole.to_numpy(float)
    bad = ~(values >= 0.0)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        unit, period = whole.index[row]
        raise DataError(
            message(
                "levels= of {unit} in {period}, sector {sector}: missing or negative ({count} cells in all): shares "
                "and sums over units need every one",
                unit=unit,
                period=period,
                sector=str(levels.columns[column]),
                count=int(bad.sum()),
            )
        )
    return values.reshape(len(units), len(periods), -1)


def _cells(data: Any, what: Message) -> pd.DataFrame:
    """Return a frame of numbers, refused where a cell lacks or a row stands twice."""
    frame = as_pandas(data)
    if frame.index.has_duplicates or frame.columns.has_duplicates:
        axis = frame.index if frame.index.has_duplicates else frame.columns
        raise DataError(
            message("{name} stands twice in the frame of {what}s", name=axis[axis.duplicated()][0], what=what)
        )
    try:
        numbers = frame.astype(float)
    except (TypeError, ValueError):
        raise DataError(message("the frame of {what}s holds what is no number", what=what)) from None
    bad = ~np.isfinite(numbers.to_numpy())
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise DataError(
            message(
                "{row} has no {what} of sector {sector} ({count} cells lack in all): write 0 where there is none",
                row=str(numbers.index[row]),
                what=what,
                sector=str(numbers.columns[column]),
                count=int(bad.sum()),
            )
        )
    return numbers


def _refuse_other_sectors(shares: pd.DataFrame, shocks: pd.DataFrame) -> None:
    alone = [str(name) for name in shares.columns if name not in shocks.columns]
    other = [str(name) for name in shocks.columns if name not in shares.columns]
    if alone or other:
        raise DataError(
            message(
                "the sectors of shares and shocks are not the same: only shares have {alone}, only shocks have {other}",
                alone=alone[:_SHOWN] or message("none"),
                other=other[:_SHOWN] or message("none"),
            )
        )


def _refuse_negative(shares: pd.DataFrame) -> None:
    low = shares.to_numpy() < 0.0
    if low.any():
        row, column = np.argwhere(low)[0]
        raise DataError(
            message(
                "{unit}: the share of sector {sector} is negative",
                unit=str(shares.index[row]),
                sector=str(shares.columns[column]),
            )
        )


def _sums(shares: pd.DataFrame) -> tuple[Message, ...]:
    sums = shares.sum(axis=1)
    off = sums[np.abs(sums - 1.0) > _WHOLE]
    if off.empty:
        return ()
    return (
        message(
            "the shares of {count} of {units} units do not add up to one (from {low:.3g} to {high:.3g}): the sum of "
            "shares, by period where there are period effects, belongs among the regressors (Borusyak, Hull and "
            "Jaravel 2022)",
            count=len(off),
            units=len(sums),
            low=float(sums.min()),
            high=float(sums.max()),
        ),
    )


def _series(
    values: FloatArray, units: Sequence[Any] | pd.Index, periods: Sequence[Any] | pd.Index
) -> pd.Series:
    index = pd.MultiIndex.from_product([units, periods], names=["unit", "period"])
    return pd.Series(values.ravel(), index=index, name="shift_share")
