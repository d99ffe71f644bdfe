"""A reduction of the Durbin model that is said to be rejected is rejected by its statistic."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scipy.special import chdtri

from panelkit.audit.chi_squared import df_of
from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("a reduction of the Durbin model said to be rejected is rejected at 10 %")
NEEDS = message("it asks for LR or Wald tests beside a note that says what they decide")
_KEPT = re.compile(
    r"not (?:be )?(?:simplified|simplify|reduced?|degenerated?)\b"
    r"|reject.{0,60}(?:SAR|SEM|reduc|simplif|degenerat)"
    r"|不(?:能|会|可|应)?够?被?(?:简化|退化)|拒绝.{0,30}(?:SAR|SEM|简化|退化)",
    re.IGNORECASE,
)


@offered("identity", "reduction-choice", family="spatial", source="Elhorst 2010, section 4")
def reduction_choice(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield, where title or notes say so, that LR and Wald reject at 10 %, with one restriction if none is printed."""
    if not any(_KEPT.search(said) for said in (table.title, *table.notes)):
        return
    for test in table.of("lr", "wald"):
        df = df_of(table, test)
        operands = {"statistic": Operand(test), "df": None if df is None else Operand(df)}
        yield relation("reduction-choice", operands, _judge, f"{test.label} {test.heading}")


def _judge(numbers: Numbers) -> Outcome | None:
    if numbers["statistic"].high < 0.0:
        return None
    needed = float(chdtri(numbers["df"].value if "df" in numbers else 1.0, 0.1))
    shown = f"≥ {needed:.2f}"
    if numbers["statistic"].high >= needed:
        return Outcome("consistent", numbers["statistic"].text, shown)
    why = message("the reduction is said to be rejected, which this statistic does not do at 10 %")
    return Outcome("decision", numbers["statistic"].text, shown, why)
