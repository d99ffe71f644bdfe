"""What a cointegration test says of its sample, settings and draws."""

from __future__ import annotations

from typing import Any

from panelkit.kernels.rng import seed_of
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.cointegration.families import FAMILIES
from panelkit.models.dynamic.cointegration.kao import KAO
from panelkit.models.dynamic.cointegration.moments import MOMENTS
from panelkit.models.dynamic.cointegration.plan import Plan
from panelkit.models.dynamic.wide import Wide
from panelkit.panel.design import Design


def title_of(test: str, wide: Wide) -> Message:
    """Return the title with the formula."""
    title = message("Panel cointegration tests") if test == "all" else FAMILIES[test].title
    return message(
        "{title}: {outcome} ~ {terms}", title=title, outcome=wide.outcome, terms=" + ".join(wide.terms)
    )


def notes_of(
    kinds: tuple[str, ...],
    plan: Plan,
    wide: Wide,
    draws: tuple[int, int],
    demean: bool,
    rho: float,
    design: Design,
    rng: Any,
    drifting: list[int],
) -> list[Message]:
    """Return what is said of the sample, the settings and the draws."""
    n, periods, k = wide.size
    families = [FAMILIES[kind] for kind in kinds]
    said = [message("{n} {units}, {periods_held} {periods}", n=n, periods_held=periods)]
    if any(family.kernel for family in families):
        said.append(message("Bartlett kernel, bandwidth {bandwidth}", bandwidth=plan.bandwidth))
    if any(family.lagged for family in families):
        said.append(message("lagged changes: {lags}", lags=plan.lags))
    if any(family.leading for family in families) and plan.leads:
        said.append(message("leads of the changes of x: {leads}", leads=plan.leads))
    if demean:
        said.append(message("the mean over {units} of every {period} is taken out"))
    if draws[0]:
        said.append(
            message(
                "p (T in hand) and size: {reps:,} draws of random walks at this N and T, independent between {units}, "
                "whose changes spread and correlate as those in hand; power: as many draws with cointegration, "
                "{rho:g} of a deviation staying until the next {period}, against the 5 % "
                "value of the former (seed {seed})",
                reps=draws[0],
                rho=rho,
                seed=seed_of(rng),
            )
        )
    if draws[1]:
        said.append(
            message(
                "p (bootstrap): {reps:,} draws of whole {periods}, so that {units} move together as they do "
                "in the data; lagged changes in them: {lags}",
                reps=draws[1],
                lags=plan.lags,
            )
        )
    if plan.trend != "trend" and drifting:
        said.append(_of_drift(plan.trend, [(wide.outcome, *wide.terms)[j] for j in drifting]))
    if not draws[1] and not demean:
        said.append(
            message(
                "p (limit) and p (T in hand) hold for {units} that are independent of each other: "
                "{bootstrap} or {demean} where shocks are common",
                bootstrap=option("bootstrap"),
                demean=option("demean"),
            )
        )
    if any(family is not KAO for family in families) and (plan.trend, k) not in MOMENTS:
        said.append(message("the moments of the limit are held for up to 5 regressors: no z for {k}", k=k))
    return [design.spoken(one) for one in said]


def _of_drift(trend: str, names: list[str]) -> Message:
    terms = [f"`{name}`" for name in names]
    if trend == "none":
        return message(
            "{terms} grow or fall on average: without a constant and a trend, no p here is right; ask "
            "for {trend}",
            trend=option("trend", "trend"),
            terms=terms,
        )
    return message(
        "{terms} grow or fall on average: p (limit) is of series that do not, and rejects far too often "
        "or hardly ever; draws grow as each {unit} does. {trend} takes growth out",
        trend=option("trend", "trend"),
        terms=terms,
    )
