"""Logarithms that may be taken or taken off, and other ways with zeros in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.plans import Choice, Plan
from panelkit.audit.convention.linear.terms import OUTCOME, logged, logged_columns
from panelkit.language.message import Message, message

_ALONE = 6  # regressors of which each is taken by itself


def logs(ground: Ground) -> Iterator[Choice]:
    """Yield logarithms taken or taken off: of the outcome, of regressors, of each regressor, of all."""
    tried: set[frozenset[str]] = set()
    for key, said, labels in _toggled(ground):
        if labels and frozenset(labels) not in tried:
            tried.add(frozenset(labels))
            option = Option("logs", key, said, 1)
            yield Choice(option, _changing(labels))


def _changing(labels: tuple[str, ...]) -> Callable[[Plan], Plan]:
    """Return the change that takes or takes off the logarithms of terms."""
    return lambda plan: replace(plan, recipe=replace(plan.recipe, logs=labels))


def _toggled(ground: Ground) -> Iterator[tuple[str, Message, tuple[str, ...]]]:
    """Yield the sets of terms whose logarithms are taken or taken off: key, words, labels."""
    question = ground.pool.question
    every = tuple(one.label for one in question.regressors)
    taken = tuple(one.label for one in question.regressors if all(logged(piece) for piece in one.pieces))
    outcome = (OUTCOME,) if logged(question.outcome) else ()
    yield "outcome", message("logarithm of the outcome taken, or taken off"), (OUTCOME,)
    yield "regressors off", message("no logarithms of the regressors"), taken
    yield (
        "regressors on",
        message("logarithms of all regressors"),
        tuple(label for label in every if label not in taken),
    )
    yield "none", message("no logarithms at all"), (*outcome, *taken)
    yield "regressors", message("logarithms of the regressors taken, or taken off"), every
    yield "all", message("all logarithms taken, or taken off"), (OUTCOME, *every)
    for label in every if len(every) <= _ALONE else ():
        yield label, message("logarithm of `{term}` taken, or taken off", term=label), (label,)


def zeros(ground: Ground) -> Iterator[Choice]:
    """Yield other ways with zeros in logarithms: log(1 + x) in all, in the columns that hold zeros, in each."""
    question = ground.pool.question
    nodes = [question.outcome.node, *(piece.node for one in question.regressors for piece in one.pieces)]
    names = tuple(dict.fromkeys(name for node in nodes for name in logged_columns(node)))
    if not names:
        return
    empty = tuple(
        name
        for name in names
        if any(bool((table.column(name) == 0.0).any()) for table in ground.pool.tables.values())
    )
    yield _treated("log(1 + x)", message("log(1 + x) in the place of log(x)"), "log1p", ())
    tried = {(), names}
    if empty not in tried:
        tried.add(empty)
        said = message("log(1 + x) in the place of log(x) where a column holds zeros")
        yield _treated("log(1 + x) where zeros are", said, "log1p", empty)
    for name in names if len(names) <= _ALONE else ():
        if (name,) not in tried:
            said = message("log(1 + x) in the place of log(x) in `{column}`", column=name)
            yield _treated(f"log(1 + {name})", said, "log1p", (name,))
    if any(
        bool((table.column(name) == 0.0).any())
        for table in ground.pool.tables.values()
        for name in question.columns
    ):
        yield _treated("zeros filled", message("zeros set to one before the logarithm"), "filled", ())


def _treated(key: str, said: Message, how: str, where: tuple[str, ...]) -> Choice:
    """Return the choice of one way with zeros."""
    return Choice(
        Option("mistake", key, said, 1, mistake=True),
        lambda plan: replace(plan, recipe=replace(plan.recipe, zeros=how, zeroed=where)),
    )
