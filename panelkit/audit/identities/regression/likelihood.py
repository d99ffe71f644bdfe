"""Likelihood-ratio tests, the order of nested likelihoods, and information criteria."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import SLOPES, statistic
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import Lines, chi2_p_of, shown, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "likelihood-ratio": message("LR = 2 (ll − ll restricted)"),
    "nested-likelihoods": message("ll ≥ ll of a nested model"),
    "information-criteria": message("AIC = 2 k − 2 ll, BIC = k ln N − 2 ll, with one whole k"),
}

_MODELS = ("sdm", "sdem", "sar", "sem", "slx", "sac", "ols")
_NESTED = {"sdm": ("sar", "sem", "slx"), "sac": ("sar", "sem"), "sdem": ("sem", "slx")}


@offered(
    "identity",
    "likelihood-ratio",
    family="regression",
    source="Elhorst 2014, section 2.2; Greene 2018, 14-22",
)
def likelihood_ratio(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield LR = 2 (ll − ll restricted), where columns are named by their models."""
    named = models_of(table)
    for test in table.of("lr"):
        free, bound = named.get("sdm"), named.get(test.other.strip().lower())
        if free is not None and bound is not None and free.column != bound.column:
            lags = len(table.of("spatial_lag_x", column=free.column))
            operands = (Operand(test), Operand(free), Operand(bound))
            yield Relation("likelihood-ratio", operands, _ratio_of(lags, reading))


@offered("identity", "nested-likelihoods", family="regression", source="Greene 2018, section 14.6.1")
def nested_likelihoods(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield ll ≥ ll of a model that it nests, where columns are named by their models and have one N."""
    named = models_of(table)
    for name, inside in _NESTED.items():
        for bound in inside:
            if name in named and bound in named and _one_sample(table, named[name], named[bound]):
                operands = (Operand(named[name]), Operand(named[bound]))
                yield Relation("nested-likelihoods", operands, _not_below)


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


def models_of(table: Table) -> dict[str, Entry]:
    """Return the log-likelihood of each model that names exactly one column."""
    found: dict[str, list[Entry]] = {}
    for one in table.of("loglik"):
        names = [name for name in _MODELS if re.search(rf"(?<![a-z]){name}(?![a-z])", one.heading.lower())]
        if len(names) == 1:
            found.setdefault(names[0], []).append(one)
    return {name: held[0] for name, held in found.items() if len(held) == 1}


def _one_sample(table: Table, one: Entry, other: Entry) -> bool:
    rows = statistic(table, "nobs", one), statistic(table, "nobs", other)
    return rows[0] is None or rows[1] is None or rows[0].number.value == rows[1].number.value


def _ratio_of(lags: int, reading: Reading) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome:
        test, free, bound = numbers
        ratio = (free.interval - bound.interval) * 2.0
        met = ratio.meets(test.interval)
        wide = (free.truncated() - bound.truncated()) * 2.0
        degrees = Interval(float(lags or 1), float(lags or 30))
        ends = chi2_p_of(wide, degrees), chi2_p_of(test.truncated(), degrees)
        why = None if met else message("the test and the two log-likelihoods cannot all be as printed")
        return Outcome(
            state_of(met, not wide.meets(test.truncated()) and Lines(reading.star_levels).parted(*ends)),
            test.text,
            digits(ratio, test.decimals),
            why,
        )

    return judge


def _not_below(numbers: Sequence[Printed]) -> Outcome:
    free, bound = numbers
    met = free.high >= bound.low
    why = (
        None
        if met
        else message("a model that nests another has no smaller likelihood on one sample with one W")
    )
    return Outcome(state_of(met, False), free.text, f"≥ {bound.text}", why)


def _criteria_of(held: Sequence[Entry], counted: int) -> Judge:
    roles = [one.role for one in held]

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        by = dict(zip(roles, numbers, strict=True))
        rows = [by[role].value for role in ("nobs", "units") if role in by and by[role].value > 1.0]
        if "bic" in by and not rows:
            return None
        text = shown([by[role] for role in ("aic", "bic") if role in by])
        sizes: list[float | None] = [*rows] if "bic" in by else [None]
        found = [_parameters(by, size, over) for size in sizes for over in (1.0, *rows[:1])]
        most = math.inf if not rows else rows[0]
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
