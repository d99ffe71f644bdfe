"""The degrees of freedom of a test are the number of its restrictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.testing import ONE
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("df of a test = number of its restrictions")


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
