"""Tests against their p-values, stars and degrees of freedom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_p, against_stars, chi2_p_of, p_of, shown, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "test-p": message("p of a test = that of its statistic and df"),
    "test-stars": message("stars of a test = those of its statistic and df"),
    "test-df": message("df of a test = number of its restrictions"),
    "hausman-sign": message("Hausman ≥ 0"),
}

ONE = ("lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error")
CHI2 = (*ONE, "lm_sarma", "hausman", "sargan", "hansen")
MOST = 40.0  # regressors, or instruments beyond them, of a test whose degrees of freedom nobody says

Tail = Callable[[Interval, Printed | None], Interval | None]


@offered("identity", "test-p", family="regression", source="Greene 2018, sections 5.5 and 14.6")
def p_of_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the p-value of a chi-squared or normal test with its degrees of freedom."""
    for test in table.of(*CHI2, "ar1", "ar2"):
        probability, df = operand(test, reading, "p"), df_of(table, test)
        if probability is not None:
            operands = (Operand(test), probability, *([Operand(df)] if df is not None else []))
            yield Relation("test-p", operands, _p_of(test, table, reading))


@offered("identity", "test-stars", family="regression", source="Greene 2018, sections 5.5 and 14.6")
def stars_of_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of a chi-squared test with its degrees of freedom."""
    for test in table.of(*CHI2) if table.starred else ():
        df = df_of(table, test)
        operands = (Operand(test), Operand(test, "stars"), *([Operand(df)] if df is not None else []))
        yield Relation("test-stars", operands, _stars_of(test, table, reading))


@offered("identity", "test-df", family="regression", source="Elhorst 2014, section 2.2")
def df_of_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield df of LR and Wald against SAR and SEM = spatially lagged regressors, of LM tests = 1."""
    for df in table.of("df"):
        lags = len(table.of("spatial_lag_x", column=df.column))
        if df.subject in ONE:
            yield Relation("test-df", (Operand(df),), _df_of(1))
        elif df.subject == "lm_sarma":
            yield Relation("test-df", (Operand(df),), _df_of(2))
        elif df.subject in ("lr", "wald") and lags and df.other.lower() in ("sar", "sem"):
            yield Relation("test-df", (Operand(df),), _df_of(lags))


@offered("identity", "hausman-sign", family="regression", source="Hausman 1978; Greene 2018, section 11.5.5")
def hausman_sign(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield Hausman ≥ 0: a negative one is no chi-squared, and decides nothing."""
    for test in table.of("hausman"):
        yield Relation("hausman-sign", (Operand(test), Operand(test, "stars")), _hausman)


def df_of(table: Table, test: Entry) -> Entry | None:
    """Return the printed degrees of freedom of a test: those of its restricted model, where several stand there."""
    held = [one for one in table.of("df", column=test.column, subject=test.role) if one.panel == test.panel]
    same = [one for one in held if one.other == test.other]
    found = same or held
    return found[0] if len(found) == 1 else None


def _tail(test: Entry) -> Tail:
    known = 1.0 if test.role in ONE else 2.0 if test.role == "lm_sarma" else None

    def tail(statistic: Interval, df: Printed | None) -> Interval | None:
        if test.role in ("ar1", "ar2"):
            return p_of(statistic, Interval.at(float("inf")))
        if statistic.high < 0.0 or (df is not None and df.value < 1.0):
            return None
        said = df.value if df is not None else known
        return chi2_p_of(statistic, Interval(said or 1.0, said or MOST))

    return tail


def _p_of(test: Entry, table: Table, reading: Reading) -> Judge:
    tail = _tail(test)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        statistic, probability, *df = numbers
        return against_p(
            probability.interval,
            tail(statistic.interval, df[0] if df else None),
            Lines(reading.star_levels, lenient=bool(table.facts.bootstrap)),
            shown(numbers),
            table.facts.draws,
        )

    return judge


def _stars_of(test: Entry, table: Table, reading: Reading) -> Judge:
    tail = _tail(test)
    silent = not any(one.stars for one in table.of(*CHI2) if one is not test)
    most = max(one.stars for one in table.entries)
    top = most if table.facts.star_levels is None and most < len(reading.star_levels) else None
    lines = Lines(reading.star_levels, top, silent, bool(table.facts.bootstrap))

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        statistic, stars, *df = numbers
        count = int(stars.value)
        return against_stars(
            count,
            tail(statistic.interval, df[0] if df else None),
            lines,
            f"{statistic.text} {'*' * count}".strip(),
            table.facts.draws,
        )

    return judge


def _df_of(count: int) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome:
        met = round(numbers[0].value) == count
        why = (
            None
            if met
            else message("the degrees of freedom are not the number of restrictions in the column")
        )
        return Outcome(state_of(met, False), numbers[0].text, str(count), why)

    return judge


def _hausman(numbers: Sequence[Printed]) -> Outcome:
    test, stars = numbers
    met = test.high >= 0.0
    why = (
        None
        if met
        else message("a negative Hausman statistic is no chi-squared and cannot tell the models apart")
    )
    return Outcome(state_of(met, stars.value > 0.0), test.text, "≥ 0", why)
