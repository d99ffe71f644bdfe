"""A model that nests another has no smaller likelihood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.likelihoods import models_of
from panelkit.audit.parts import statistic
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("ll ≥ ll of a nested model")
_NESTED = {"sdm": ("sar", "sem", "slx"), "sac": ("sar", "sem"), "sdem": ("sem", "slx")}


@offered("identity", "nested-likelihoods", family="regression", source="Greene 2018, section 14.6.1")
def nested_likelihoods(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield ll ≥ ll of a model that it nests, where columns are named by their models and have one N."""
    named = models_of(table)
    for name, inside in _NESTED.items():
        for bound in inside:
            if name in named and bound in named and _one_sample(table, named[name], named[bound]):
                operands = (Operand(named[name]), Operand(named[bound]))
                yield Relation("nested-likelihoods", operands, _not_below)


def _one_sample(table: Table, one: Entry, other: Entry) -> bool:
    rows = statistic(table, "nobs", one), statistic(table, "nobs", other)
    return rows[0] is None or rows[1] is None or rows[0].number.value == rows[1].number.value


def _not_below(numbers: Sequence[Printed]) -> Outcome:
    free, bound = numbers
    met = free.high >= bound.low
    why = (
        None
        if met
        else message("a model that nests another has no smaller likelihood on one sample with one W")
    )
    return Outcome(state_of(met, False), free.text, f"≥ {bound.text}", why)
