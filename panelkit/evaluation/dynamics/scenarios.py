"""What a fusion model does next, and what an inflow would change: paths of all draws with and without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.equilibria import is_bounded
from panelkit.evaluation.dynamics.shown import Evaluated, compact, figure, named_units, shown_units
from panelkit.evaluation.dynamics.trajectories import paths
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.language.options import check_count, check_number
from panelkit.results.fit import FloatArray

if TYPE_CHECKING:
    from panelkit.evaluation.dynamics.fusion_fit import FusionFit


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario(Evaluated):
    """Paths of every unit after the last period, in units of the data: one row a unit, stock and period.

    `paths` has `unit, stock, period, base, base_low, base_high, changed, difference, difference_low,
    difference_high`. Ends of bands are infinite where too many draws grow without bound.
    """

    names: tuple[str, str]
    paths: pd.DataFrame
    means: FloatArray
    levels: Levels = PROVINCIAL

    def tidy(self) -> pd.DataFrame:
        """Return the paths."""
        return self.paths

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return one row a unit: the last period's base and change of both stocks."""
        last = self.paths[self.paths["period"] == self.paths["period"].max()]
        rows = []
        for name, part in last.groupby("unit", sort=False):
            cells: list[str] = shown_units([str(name)], language)
            for stock in self.names:
                row = part[part["stock"] == stock].iloc[0]
                share = [100.0 * row[key] / row["base"] for key in _DIFFERENCE]
                cells += [
                    f"{compact(row['base'])} [{compact(row['base_low'])}, {compact(row['base_high'])}]",
                    f"{_percent(share[0])} [{_percent(share[1])}, {_percent(share[2])}]",
                ]
            rows.append(cells)
        heads = [message("{unit}").spoken(*self.levels)]
        for stock in self.names:
            heads += [message("{stock}, base", stock=stock), message("{stock}, change in %", stock=stock)]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))


def _percent(value: float) -> str:
    """Return a change in per cent; one that runs out of every bound by its leading digits."""
    return figure(value, 1) if abs(value) < 1e6 else compact(value)


_DIFFERENCE = ("difference", "difference_low", "difference_high")


def scenario(model: FusionFit, years: int, inflow: dict[str, float]) -> Scenario:
    """Return the base path and the path with a constant inflow (in means of the stock, a period) of every unit.

    Raises
    ------
    SpecError
        If an inflow feeds no stock, or is negative and empties one.
    """
    check_count("years", years)
    strange = [name for name in inflow if name not in model.names]
    if strange:
        first, second = model.names
        raise SpecError(
            message(
                "the inflow feeds {strange}, and the stocks are {first} and {second}",
                strange=strange,
                first=first,
                second=second,
            )
        )
    rates = np.array([check_number("inflow", inflow.get(name, 0.0)) for name in model.names])
    fed = np.broadcast_to(rates, (len(model.units), years, 2))
    start = model.stocks[:, -1]
    drawn = model.draws[np.isfinite(model.draws).all(axis=(1, 2, 3))]
    central = [paths(start, model.coefficients, years, one)[:, 1:] for one in (None, fed)]
    _refuse_emptied(model, central[1])
    many = [paths(start, drawn, years, one)[..., 1:, :] for one in (None, fed)]
    tail = (1.0 - model.level) / 2.0
    base = _ends(many[0], tail)
    with np.errstate(invalid="ignore"):
        change = _ends(many[1] - many[0], tail)
    table = {
        "base": central[0],
        "base_low": base[0],
        "base_high": base[1],
        "changed": central[1],
        "difference": central[1] - central[0],
        "difference_low": change[0],
        "difference_high": change[1],
    }
    return Scenario(
        title=_title(model, years, inflow),
        names=model.names,
        paths=_long(model, years, table),
        means=model.means,
        levels=model.levels,
        notes=_notes(model),
    )


def _refuse_emptied(model: FusionFit, changed: FloatArray) -> None:
    """Refuse an outflow that takes more than a stock (N, years, 2) holds: below zero the equations mean nothing."""
    low = np.asarray((np.isfinite(changed) & (changed <= 0.0)).any(axis=(1, 2)))
    lost = [name for name, one in zip(model.units, low, strict=True) if one]
    if lost:
        raise SpecError(
            message(
                "the outflow empties a stock within the {periods} asked for, in {units_named}: take a smaller one, or "
                "fewer {periods}",
                units_named=named_units(lost),
            ).spoken(*model.levels)
        )


def _ends(draws: FloatArray, tail: float) -> FloatArray:
    """Return the ends (2, N, years, 2) of draws; what left every bound counts as infinitely large."""
    return np.asarray(
        np.quantile(np.where(np.isfinite(draws), draws, np.inf), [tail, 1.0 - tail], axis=0, method="nearest")
    )


def _long(model: FusionFit, years: int, table: dict[str, FloatArray]) -> pd.DataFrame:
    """Return arrays (N, years, 2) in own means as one row a unit, stock and period, in units of the data."""
    last = model.periods[-1]
    frames = []
    for at, stock in enumerate(model.names):
        scale = np.repeat(model.means[:, at], years)
        held = {name: values[:, :, at].ravel() * scale for name, values in table.items()}
        where = {
            "unit": np.repeat(np.array(model.units, dtype=object), years),
            "stock": stock,
            "period": np.tile(np.arange(last + 1, last + 1 + years), len(model.units)),
        }
        frames.append(pd.DataFrame({**where, **held}))
    return pd.concat(frames, ignore_index=True)


def _title(model: FusionFit, years: int, inflow: dict[str, float]) -> Message:
    if not any(inflow.values()):
        return message("The next {years} {periods} of the model", years=years).spoken(*model.levels)
    parts = [message("{stock} {rate:+g} of its mean", stock=name, rate=rate) for name, rate in inflow.items()]
    said = message("The next {years} {periods}, with an inflow a {period}: {parts}", years=years, parts=parts)
    return said.spoken(*model.levels)


def _notes(model: FusionFit) -> tuple[Message, ...]:
    said = [
        message(
            "what the fitted model does, no causal effect: nobody dealt the inflow, and interactions are associations"
        ),
        message("bands hold the uncertainty of the coefficients, not the shocks of single {periods}"),
    ]
    free = [name for name, held in zip(model.units, is_bounded(model.coefficients), strict=True) if not held]
    if free:
        said.append(
            message(
                "without saturation in the model, so that the path is no forecast but a warning: {named}",
                named=named_units(free),
            )
        )
    if model.policy:
        said.append(message("the policy of the fit is left out of the paths"))
    return tuple(one.spoken(*model.levels) for one in said)
