"""The count of instruments against parameters, degrees of freedom and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.chi_squared import df_of
from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.dynamic.specification import specifications
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message(
    "df of Hansen = instruments - parameters; with more instruments than groups, p near 1 is no test"
)
NEEDS = message(
    "it asks for the number of instruments with that of groups, or with the df of the Hansen test"
)
_NEAR_ONE = 0.9999


@offered("identity", "instrument-count", family="dynamic", source="Roodman 2009, section 4")
def instrument_count(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield df = instruments - parameters (at most less the printed coefficients), and p near 1 with many instruments.

    More instruments than groups alone is a remark, not an inconsistency.
    """
    for entry in table.of("instruments"):
        column = entry.column
        tests = table.of("hansen", "sargan", column=column)
        coefficients = table.of("coefficient", "constant", column=column)
        hansen = next((one for one in specifications(table, "hansen") if one.entry.column == column), None)
        held: dict[str, Entry | None] = {
            "instruments": entry,
            "parameters": table.one("parameters", column=column),
            "df": next((df for one in tests if (df := df_of(table, one)) is not None), None),
            "groups": table.one("units", column=column) or table.one("clusters", column=column),
        }
        operands: dict[str, Operand | None] = {
            name: None if one is None else Operand(one) for name, one in held.items()
        }
        operands["p"] = None if hansen is None else hansen.p
        known = table.facts.provinces
        if len([one for one in operands.values() if one is not None]) > 1 or known is not None:
            yield relation("instrument-count", operands, _judge_of(len(coefficients), known), entry.heading)


def _judge_of(coefficients: int, units: int | None) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        count = numbers["instruments"]
        if "df" in numbers:
            parameters = numbers["parameters"].value if "parameters" in numbers else None
            most = count.value - (coefficients if parameters is None else parameters)
            df = numbers["df"].value
            if df > most or (parameters is not None and df != most):
                shown = f"{most:g}" if parameters is not None else f"≤ {most:g}"
                return Outcome("inconsistent", numbers["df"].text, shown)
        groups = numbers["groups"].value if "groups" in numbers else units
        if groups is None or count.value <= groups:
            return Outcome("consistent", count.text, "" if groups is None else f"≤ {groups:g}")
        if "p" in numbers and numbers["p"].high >= _NEAR_ONE:
            why = message("with more instruments than groups a p near 1 says nothing of the instruments")
            return Outcome("inconsistent", numbers["p"].text, f"{count.text} > {groups:g}", why)
        why = message("more instruments than groups: the tests of instruments are weak")
        return Outcome("consistent", count.text, f"> {groups:g}", why)

    return judge
