"""A coefficient of variation is the deviation over the mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.groups import groups_of
from panelkit.audit.parts import positive
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("coefficient of variation = sd / mean")


@offered("identity", "variation", family="descriptives", source="by definition")
def variation(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield coefficient of variation = sd / mean, as a share or in per cent."""
    for group in groups_of(table):
        if all(role in group for role in ("sd", "mean", "cv")):
            yield Relation(
                "variation", tuple(Operand(group[role]) for role in ("mean", "sd", "cv")), _relative
            )


def _relative(numbers: Sequence[Printed]) -> Outcome | None:
    mean, sd, cv = numbers
    below = positive(sd.interval)
    if below is None or mean.interval.has(0.0):
        return None
    ratio = below / abs(mean.interval)
    share = (
        ratio
        if abs(ratio.middle - abs(cv.value)) <= abs(100.0 * ratio.middle - abs(cv.value))
        else ratio * 100.0
    )
    met = share.meets(abs(cv.interval))
    why = None if met else message("the coefficient of variation is not the deviation over the mean")
    return Outcome(state_of(met, False), cv.text, digits(share, cv.decimals), why)
