"""Information criteria follow from the likelihood with a whole number of parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import SLOPES, statistic
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("AIC = 2 k − 2 ll, BIC = k ln N − 2 ll, with one whole k")


@offered("identity", "information-criteria", family="regression", source="Greene 2018, section 5.10.1")
def information_criteria(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield AIC = 2k − 2 ll and BIC = k ln N − 2 ll, with one whole number k; also both over N, as EViews has them."""
    for likelihood in table.of("loglik"):
        found = {role: statistic(table, role, likelihood) for role in ("aic", "bic", "nobs", "units")}
        criteria = [found["aic"], found["bic"]] if found["nobs"] else [found["aic"]]
        held = [one for one in (likelihood, *criteria, found["nobs"], found["units"]) if one is not None]
        if any(criteria):
            counted = len(table.of(*SLOPES, column=likelihood.column, panel=likelihood.panel))
            yield Relation("information-criteria", tuple(map(Operand, held)), _criteria_of(held, counted))


def _criteria_of(held: Sequence[Entry], counted: int) -> Judge:
    roles = [one.role for one in held]

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        by = dict(zip(roles, numbers, strict=True))
        rows = [by[role].value for role in ("nobs", "units") if role in by and by[role].value > 1.0]
        text = shown([by[role] for role in ("aic", "bic") if role in by])
        sizes: list[float | None] = [*rows] if "bic" in by else [None]
        found = [_parameters(by, size, over) for size in sizes for over in (1.0, *rows[:1])]
        if not found:
            return None
        most = rows[0] if rows else math.inf
        whole = [
            k
            for low, high in found
            if (k := math.ceil(max(low, counted, 1.0) - 1e-9)) <= min(high, most) + 1e-9
        ]
        if whole:
            return Outcome("consistent", text, f"k = {min(whole)}")
        low, high = found[0]
        told = f"k = {low:.2f} … {high:.2f}" if low <= high else f"k = {high:.2f} ≠ {low:.2f}"
        return Outcome(
            "inconsistent", text, told, message("no whole number of parameters gives the criteria from ll")
        )

    return judge


def _parameters(by: dict[str, Printed], size: float | None, over: float) -> tuple[float, float]:
    """Return the least and most parameters that both criteria allow, the criteria times `over`; least > most: none."""
    deviance = by["loglik"].interval * 2.0
    bounds = []
    if "aic" in by:
        bounds.append((by["aic"].interval * over + deviance) * 0.5)
    if "bic" in by and size is not None:
        bounds.append((by["bic"].interval * over + deviance) / math.log(size))
    return max(one.low for one in bounds), min(one.high for one in bounds)
