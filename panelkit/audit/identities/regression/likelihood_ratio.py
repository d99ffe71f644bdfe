"""A likelihood-ratio test is twice the difference of two log-likelihoods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.likelihoods import models_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import Lines, chi2_p_of, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("LR = 2 (ll − ll restricted)")


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


def _ratio_of(lags: int, reading: Reading) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome:
        test, free, bound = numbers
        ratio = (free.interval - bound.interval) * 2.0
        met = ratio.meets(test.interval)
        wide = (free.truncated() - bound.truncated()) * 2.0
        degrees = Interval(float(lags or 1), float(lags or 30))
        ends = chi2_p_of(wide, degrees), chi2_p_of(test.truncated(), degrees)
        why = None if met else message("the test and the two log-likelihoods cannot all be as printed")
        turned = ratio.high < 0.0 < test.low  # the restricted model is the better one
        crossed = not wide.meets(test.truncated()) and Lines(reading.star_levels).parted(*ends)
        return Outcome(
            state_of(met, turned or crossed),
            test.text,
            digits(ratio, test.decimals),
            why,
        )

    return judge
