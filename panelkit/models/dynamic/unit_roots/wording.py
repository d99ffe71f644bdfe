"""What a table of unit-root tests says of itself: title, terms and lags, what was simulated, what it means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.language.message import Message, message
from panelkit.models.dynamic.unit_roots.result import UnitRootTest
from panelkit.models.dynamic.unit_roots.series import Series
from panelkit.models.dynamic.unit_roots.setting import Setting


def title_of(names: Sequence[str], setting: Setting) -> Message:
    """Return the title of a table."""
    return message(
        "Panel unit roots of {variables}: {terms}, {lags}",
        variables=list(names),
        terms=TERMS[setting.trend],
        lags=lags_said(setting),
    )


def lags_said(setting: Setting) -> Message:
    """Return the lags in words."""
    if isinstance(setting.lags, str):
        return message(
            "lags by {criterion} from 0 to {most}", criterion=setting.lags.upper(), most=setting.most
        )
    if isinstance(setting.lags, tuple):
        return message("lags {least} to {most} by {unit}", least=min(setting.lags), most=max(setting.lags))
    return message("lags: {lags}", lags=setting.lags)


def of_simulation(series: Series, reps: int, seed: int | None) -> tuple[Message, ...]:
    """Return what was simulated."""
    if not reps:
        return ()
    said = message(
        "simulated: {reps:,} panels a rho of {n} independent {units} and {t} {periods}, {seed}; power at 5 % by the "
        "simulated critical value",
        reps=reps,
        n=len(series.units),
        t=len(series.periods),
        seed=message("by the generator given") if seed is None else message("seed {seed}", seed=seed),
    )
    return (series.spoken(said),)


def of_power(found: Sequence[UnitRootTest], rhos: Sequence[float]) -> tuple[Message, ...]:
    """Return that what is not rejected says little, where it is so."""
    nearest = max(rhos)
    powers = [test.power_at(nearest) for test in found if test.applicable and not test.stationary_null]
    known = [power for power in powers if not np.isnan(power)]
    if not known or max(known) >= 0.5:
        return ()
    said = message(
        "against rho = {rho:g} no test here rejects in more than {share:.0%} of panels: a unit root that is not "
        "rejected is not shown",
        rho=nearest,
        share=max(known),
    )
    return (said,)


def of_hadri(found: Sequence[UnitRootTest], rhos: Sequence[float]) -> tuple[Message, ...]:
    """Return how often the test of stationarity rejects random walks, and stationary series that are slow."""
    held = [test for test in found if test.stationary_null and not test.power.empty]
    if not held:
        return ()
    rates = dict(zip(held[0].power["rho"], held[0].power["rejected"], strict=True))
    said = message(
        "hadri rejects stationarity in {walks:.0%} of panels of random walks, and in {slow:.0%} of stationary ones "
        "with rho = {rho:g}",
        walks=rates[1.0],
        slow=rates[max(rhos)],
        rho=max(rhos),
    )
    return (said,)


TERMS = {
    "none": message("no deterministic terms"),
    "constant": message("constants"),
    "trend": message("constants and trends"),
}
