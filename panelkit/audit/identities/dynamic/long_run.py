"""Long-run coefficients from the short-run ones and the lag of the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.beside import is_long_run
from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.vocabulary.spatial import is_lagged_outcome
from panelkit.audit.weighing import Intervals, Numbers, opposite, relation, starred, stars, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("long-run coefficient = short-run coefficient / (1 - coefficient of the lagged outcome)")


@offered("identity", "long-run", family="dynamic", source="Hamilton 1994, section 1.1")
def long_run(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield long = short / (1 - alpha), alpha the only lagged regressor of the column (or of the table)."""
    held = table.of("coefficient")
    lags = [one for one in held if is_lagged_outcome(one.subject) and not is_long_run(one)]
    for entry in held:
        if not is_long_run(entry):
            continue
        short = _only([one for one in held if one.subject == entry.subject and not is_long_run(one)], entry)
        alpha = _only(lags, entry)
        if short is not None and alpha is not None and short is not alpha:
            operands = {"short": Operand(short), "alpha": Operand(alpha), "long": Operand(entry)}
            marks = {"stars long": stars(operands["long"])}
            yield relation("long-run", operands | marks, _judge, entry.subject)


def _only(found: list[Entry], entry: Entry) -> Entry | None:
    """Return the one in the column of an entry, or the only one."""
    near = [one for one in found if one.column == entry.column] or found
    return near[0] if len(near) == 1 else None


def _judge(numbers: Numbers) -> Outcome | None:
    def decides(recomputed: Interval) -> bool:
        return starred(numbers, "long") and opposite(recomputed, numbers["long"].interval)

    return weigh(
        numbers,
        "long",
        _long,
        decides=decides,
        why=message("the starred long-run coefficient has the other sign than the short-run one gives"),
        excuse=message("it need not hold where the model has more lags"),
    )


def _long(held: Intervals) -> Interval | None:
    room = 1.0 - held["alpha"]
    return held["short"] / room if room.low > 0.0 else None
