"""What a mediator carries is what the effect loses: ab = c - c' in linear equations on one sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.mediation.paths import Paths, paths_of
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, opposite, relation, starred, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("path a × path b = total effect c - direct effect c'")
NEEDS = message("it asks for both paths and both effects, of linear equations on one sample")
_NOT_LINEAR = re.compile(r"logi[ts]|probit|poisson|tobit|GMM|泊松|门槛", re.IGNORECASE)


@offered(
    "identity", "mediation-difference", family="mediation", source="MacKinnon, Warsi and Dwyer 1995, eq. 7"
)
def mediation_difference(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield ab = c - c' of least squares with one set of controls; columns of different N are left alone."""
    if any(_NOT_LINEAR.search(said) for said in (table.title, *table.notes, *table.columns)):
        return
    for paths in paths_of(table):
        if paths.has("a", "b", "c", "direct") and paths.one_sample is not False:
            operands = paths.operands("a", "b", "c", "direct")
            yield relation("mediation-difference", operands, _judge_of(paths), paths.entries["a"].subject)


def _judge_of(paths: Paths) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        loss = numbers["c"].interval - numbers["direct"].interval

        def decides(_: Interval) -> bool:
            product = numbers["a"].interval * numbers["b"].interval
            sure = paths.one_sample is True or paths.together
            return sure and starred(numbers, "a", "b") and opposite(product, loss)

        return weigh(
            numbers,
            "direct",
            lambda held: held["c"] - held["a"] * held["b"],
            decides=decides,
            why=message("what the mediator carries and what the effect loses have opposite signs"),
            excuse=message(
                "it need not hold with other controls, another sample or equations that are not linear"
            ),
        )

    return judge
