"""The rows of the tables of life cycles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.provinces import lookup, place_name
from panelkit.evaluation.life_cycle import stages
from panelkit.evaluation.life_cycle.curves import curve_of
from panelkit.evaluation.life_cycle.cycle import RIVALS, Cycle
from panelkit.evaluation.life_cycle.points import bass_coefficients
from panelkit.evaluation.life_cycle.wording import CURVES, DATES, STAGES
from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.results.numbers import number


def curve_rows(unit: str, one: Cycle) -> list[dict[str, Any]]:
    rows = []
    for key, criterion in one.criteria.items():
        row: dict[str, Any] = {
            "unit": unit,
            "curve": key,
            "aicc": criterion,
            "weight": one.weights.get(key, 0.0),
            "rho": one.rho.get(key, np.nan),
        }
        if key in one.ceilings:
            found = one.ceilings[key]
            row |= {"ceiling": found.estimate if found.identified else np.nan}
            row |= {"ceiling_low": found.low, "ceiling_high": found.high}
        if key in one.parameters and key not in RIVALS:
            names = curve_of(key, one.ways.measure, one.ways.launch).parameters
            row |= _parameters(names, one.parameters[key])
            if key == "bass" and one.ways.launch is not None:
                row |= _bass(one)
        rows.append(row)
    return rows


def _parameters(names: tuple[str, ...], theta: Any) -> dict[str, float]:
    """Return rates and dates as they are read: rates a year, dates in years; scales stand as ceilings."""
    read = {}
    for name, value in zip(names, theta, strict=True):
        if name.startswith(("rate", "ratio", "gap")):
            read[name] = float(np.exp(value))
        elif name in ("midpoint", "midpoint_1", "peak"):
            read[name] = float(value)
    return read


def _bass(one: Cycle) -> dict[str, float]:
    scale, rate, peak = one.parameters["bass"]
    kind = "market" if one.ways.measure == "level" else "height"
    known: dict[str, float] = {kind: float(np.exp(scale))}
    return bass_coefficients(float(np.exp(rate)), float(peak), float(one.ways.launch or 0.0), **known)


def unit_row(unit: str, one: Cycle) -> dict[str, Any]:
    ceiling = one.ceilings.get(one.best)
    held = ceiling is not None and ceiling.identified
    row: dict[str, Any] = {
        "unit": unit,
        "stage": one.stage,
        "probability": float(one.probabilities[-1].max()),
    }
    row |= dict(zip(stages.STAGES, one.probabilities[-1].tolist(), strict=True))
    for i, key in enumerate(DATES):
        row |= {key: one.dates[i, 0], f"{key}_low": one.dates[i, 1], f"{key}_high": one.dates[i, 2]}
    row |= {
        "best": one.best,
        "weight_of_curves": one.of_curves,
        "ceiling": ceiling.estimate if ceiling is not None and held else np.nan,
        "ceiling_low": np.nan if ceiling is None else ceiling.low,
        "ceiling_high": np.nan if ceiling is None else ceiling.high,
        "peak": one.decline.peak,
        "decline_p": np.nan if one.decline.p_value is None else one.decline.p_value,
        "second_leap": one.waves is not None and one.waves.admitted,
        "second_leap_gain": np.nan if one.waves is None else one.waves.gain,
        "second_leap_p": np.nan if one.waves is None or one.waves.p_value is None else one.waves.p_value,
    }
    return row


def _year(value: float, language: Language) -> str:
    return f"{value:.1f}" if np.isfinite(value) else message("no end").text(language)


def _amount(value: float, language: Language) -> str:
    return number(value) if np.isfinite(value) else message("no end").text(language)


def table_of_one(one: Cycle, language: Language) -> pd.DataFrame:
    from panelkit.show.words import word

    rows = []
    for i, name in enumerate(DATES.values()):
        middle, low, high = one.dates[i, :3]
        rows.append((name.text(language), *(_year(value, language) for value in (middle, low, high))))
    ceiling = one.ceilings.get(one.best)
    if ceiling is not None:
        middle = _amount(ceiling.estimate, language) if ceiling.identified else "—"
        of_curve = message("ceiling ({curve})", curve=CURVES[one.best]).text(language)
        rows.append((of_curve, middle, *(_amount(value, language) for value in (ceiling.low, ceiling.high))))
    percent = 100.0 * one.ways.level
    heads = [
        message("Quantity").text(language),
        word("estimate", language),
        message("{level:.4g} % low", level=percent).text(language),
        message("{level:.4g} % high", level=percent).text(language),
    ]
    return pd.DataFrame(rows, columns=pd.Index(heads))


def unit_name(unit: str) -> Message:
    """Return what a unit is called in a language: a province by its name in it, any other unit as it stands."""
    place = lookup(unit)
    return verbatim(unit) if place is None else place_name(place.adcode)


def table_of_units(cycles: Mapping[str, Cycle], levels: Levels, language: Language) -> pd.DataFrame:
    """Return units by stage: the latest stage first, the undetermined last, within it by the date of maturity."""
    order = {"decline": 0, "maturity": 1, "growth": 2, "startup": 3, None: 4}
    ranked = sorted(cycles.items(), key=lambda pair: (order[pair[1].stage], pair[1].dates[2, 0], pair[0]))
    rows = [
        (
            unit_name(unit).text(language),
            STAGES[one.stage].text(language),
            *(f"{value:.2f}" for value in one.probabilities[-1]),
            _year(one.dates[2, 0], language),
            CURVES[one.best].text(language),
        )
        for unit, one in ranked
    ]
    heads = [
        message("{unit}").spoken(*levels).text(language),
        message("stage").text(language),
        *(STAGES[key].text(language) for key in stages.STAGES),
        message("maturity from").text(language),
        message("best curve").text(language),
    ]
    return pd.DataFrame(rows, columns=pd.Index(heads))
