"""Convergence clubs of a panel: which units' transition paths come together (Phillips and Sul 2007, 2009)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from panelkit.evaluation.clubs.clustering import CONVENTIONS, ConventionName
from panelkit.evaluation.clubs.log_t import CRITICAL
from panelkit.evaluation.clubs.long_run import Hac
from panelkit.evaluation.clubs.merging import Merge
from panelkit.evaluation.clubs.procedure import Procedure
from panelkit.evaluation.clubs.result import ConvergenceClubs
from panelkit.evaluation.clubs.series import (
    Series,
    read_series,
    refuse_below_zero,
    refuse_series,
    refuse_ties,
)
from panelkit.indices.panels.panel_frame import own_words
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_choice, check_count, check_flag, check_number
from panelkit.language.spelt import option

SHORT = 20
"""Below so many periods what the clustering does to panels that converge is said (docs/clubs.md)."""


@offered(
    "evaluation",
    "convergence_clubs",
    family="clubs",
    result="ConvergenceClubs",
    source="Phillips and Sul 2007, 2009; von Lyncker and Thoennessen 2017",
    public=True,
)
def convergence_clubs(
    data: Any,
    variable: str,
    *,
    trend: float | None = 400.0,
    convention: ConventionName = "psecta",
    trim: float | None = None,
    hac: Hac = "phillips-sul",
    sieve: float = 0.0,
    last: int = 1,
    merge: Merge = "phillips-sul",
    join_divergent: bool = False,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> ConvergenceClubs:
    """Return the convergence clubs of a variable: groups whose transition paths come together.

    The log t regression asks whether the variation of x / mean falls faster than 1 / log(t)^2; where all units fail,
    those that pass together are gathered from the top down, and neighbours among the clubs that pass together are
    merged.

    Parameters
    ----------
    data
        A balanced panel: one row a unit and time; pandas, polars or Arrow.
    variable
        A column or an expression of the formula gate with positive values, `"log(10000*gdp/population)"`.
    trend
        lambda of the Hodrick-Prescott filter whose trend is clustered: 400 as Phillips and Sul, 6.25 as Ravn and Uhlig
        for years; None: the figures as they are.
    convention
        "psecta": Phillips and Sul's procedure as Stata's `psecta` runs it (r = .3, the core of the largest t, c* raised
        by .05 until the club passes); "r": R's `ConvergenceClubs` (r = 1/3, the largest |t|, c* kept).
    trim
        The share r of periods left out at the start; None: that of the convention.
    hac
        "phillips-sul" (their program, both packages), "andrews" (R's sandwich), "newey-west".
    sieve
        c*: a unit joins the core where the t of core and unit exceeds it.
    last
        Units are ordered by the mean of so many last periods.
    merge
        "phillips-sul" (2009), "von-lyncker" (and Thoennessen 2017) or "none".
    join_divergent
        Whether units of no club are put into the merged club with which they pass, the largest t first.
    where
        A condition on the rows that enter.
    unit, time
        Columns that hold unit and time; None: the levels of the index.

    Returns
    -------
    ConvergenceClubs
        The clubs as a table, `.membership`, `.transitions`, `.plot()`, `.map()`, `.stability()`, `.continuum_test()`.

    Raises
    ------
    DataError
        If cells are missing, they or their trends are not positive, two units have one value in a period that the
        regression reads, or there are fewer than three units or too few periods.
    SpecError
        If an option is none of those named.

    Examples
    --------
    >>> long = pk.load_provinces(["gdp", "population"], (2006, 2020))
    >>> found = pk.convergence_clubs(long, "log(10000*gdp/population)")
    >>> len(found.membership)
    31
    """
    procedure = _procedure(trend, convention, trim, hac, sieve, last, merge, join_divergent)
    with own_words(data, unit, time):
        series = read_series(variable, data, unit=unit, time=time, where=where)
        refuse_series(series, procedure)
        if last > len(series.periods):
            raise SpecError(
                message(
                    "last={last}: {units} are ordered by the mean of so many last {periods}, and there are {count}",
                    last=last,
                    count=len(series.periods),
                )
            )
        if trend is None:
            refuse_ties(series, series.values, procedure)
        found = procedure.of(series.values)
        refuse_below_zero(series, found.x)
        refuse_ties(series, found.x, procedure)
    title = message("convergence clubs: {variable}", variable=variable)
    made = ConvergenceClubs(title=title, series=series, procedure=procedure, found=found)
    return replace(made, notes=(*_how(procedure, series), *_warnings(made), *series.notes))


def _procedure(
    trend: float | None,
    convention: ConventionName,
    trim: float | None,
    hac: Hac,
    sieve: float,
    last: int,
    merge: Merge,
    join: bool,
) -> Procedure:
    """Return the checked options."""
    check_choice("convention", convention, tuple(CONVENTIONS))
    check_choice("hac", hac, get_args(Hac))
    check_choice("merge", merge, get_args(Merge))
    check_flag("join_divergent", join)
    check_count("last", last, 1)
    check_number("sieve", sieve)
    if trend is not None:
        check_number("trend", trend, positive=True)
    if trim is not None and not 0.0 <= check_number("trim", trim) < 1.0:
        raise SpecError(
            message(
                "trim is the share of {periods} left out at the start, 0 to below 1, not {trim!r}", trim=trim
            )
        )
    return Procedure(trend, convention, trim, hac, float(sieve), last, merge, join)


def _how(procedure: Procedure, series: Series) -> tuple[Message, ...]:
    dropped = procedure.regression(len(series.periods)).dropped
    first, last = str(series.periods[0]), str(series.periods[-1])
    run = message(
        "{first} to {last}, the first {dropped} left out of the regression; convention {convention}, errors {hac}, "
        "merging {merge}; convergence is rejected where t is below {critical}",
        first=first,
        last=last,
        dropped=dropped,
        convention=procedure.convention,
        hac=procedure.hac,
        merge=procedure.merge,
        critical=CRITICAL,
    )
    if procedure.trend is None:
        return (run, message("figures as they are, without a filter"))
    return (run, message("trends of a Hodrick-Prescott filter, lambda {trend:g}", trend=procedure.trend))


def _warnings(made: ConvergenceClubs) -> tuple[Message, ...]:
    """Say what a reader of the table must know."""
    failing = [str(at) for at, club in enumerate(made.clubs, 1) if not club.regression.converges()[0]]
    lower = [at for at, club in enumerate(made.clubs, 1) if club.regression.slope[0] < 0.0]
    found = []
    if failing:
        found.append(
            message(
                "club {names} rejects convergence as a whole: c* is kept by this convention; raise sieve, or take "
                "{psecta}",
                psecta=option("convention", "psecta"),
                names=failing,
            )
        )
    if lower and len(failing) < len(lower):
        found.append(
            message(
                "a slope below 0 that is not rejected is no evidence of convergence: the test is weak there"
            )
        )
    if made.series.in_logs:
        found.append(
            message(
                "transitions of logarithms depend on the unit of measurement: stability() shows the clubs in others"
            )
        )
    if len(made.series.periods) < SHORT and len(made.clubs) + len(made.divergent) > 1:
        found.append(
            message(
                "{count} {periods}: where gaps close by 2 % a year the clustering cuts one club into several as a rule,"
                " and a lasting spread without clubs too: see continuum_test() and docs/clubs.md",
                count=len(made.series.periods),
            )
        )
    return tuple(found)
