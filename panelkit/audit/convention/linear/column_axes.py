"""Columns that may differ from the stated ones: lags, controls, logarithms, versions, products, orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.plans import Choice
from panelkit.audit.convention.linear.pool import BY_APPEARANCE, BY_CODE, BY_LABEL, BY_PERIOD
from panelkit.audit.convention.linear.terms import lags_of
from panelkit.formula.tree import calls_of
from panelkit.language.message import Message, message, verbatim

_SUBSETS = 6  # optional terms of which all subsets are tried; of more, each alone out or in, and none
_ORDERS = {
    BY_LABEL: message("units sorted by name"),
    BY_APPEARANCE: message("units as the file lists them"),
    BY_CODE: message("provinces by their code"),
    BY_PERIOD: message("rows by period, then unit"),
}


def lags(ground: Ground) -> Iterator[Choice]:
    """Yield further lags of all regressors and of each, lags taken off, and lags of the row above."""
    question = ground.pool.question
    nodes = [piece.node for one in question.regressors for piece in one.pieces]
    wanted = tuple(dict.fromkeys(question.named.values()))
    steps = (1, 2) if ground.problem.lags is None else ground.problem.lags
    for step in (one for one in steps if one):
        said = message("all regressors {n} periods earlier", n=step)
        yield _lag_choice(f"all {step}", said, step, ())
        if len(question.regressors) > 1:
            for label in wanted if len(wanted) <= _SUBSETS else ():
                said = message("`{term}` {n} periods earlier", term=label, n=step)
                yield _lag_choice(f"{label} {step}", said, step, (label,))
    longest = max((lags_of(node) for node in nodes), default=0)
    if longest and ground.problem.lags is None:
        lagged = tuple(
            one.label for one in question.regressors if any(lags_of(piece.node) for piece in one.pieces)
        )
        yield _lag_choice("not lagged", message("lagged regressors in their own period"), -longest, lagged)
    if longest or any(name in ("lag", "diff") for node in nodes for name in calls_of(node)):
        said = message("lags taken from the row above, across units")
        yield Choice(
            Option("mistake", "lag of the row above", said, 1, mistake=True),
            lambda plan: replace(plan, recipe=replace(plan.recipe, above=True)),
        )


def _lag_choice(key: str, said: Message, step: int, lagged: tuple[str, ...]) -> Choice:
    return Choice(
        Option("lag", key, said, 1),
        lambda plan: replace(plan, recipe=replace(plan.recipe, lag=step, lagged=lagged)),
    )


def controls(ground: Ground) -> Iterator[Choice]:
    """Yield the other sets of optional terms."""
    optional, stated = ground.pool.question.optional, ground.base.controls
    sets = [one for size in range(len(optional) + 1) for one in combinations(optional, size)]
    if len(optional) > _SUBSETS:
        moved = [tuple(x for x in optional if (x in stated) != (x == one)) for one in optional]
        sets = [(), *moved]
    for chosen in sets:
        if set(chosen) != set(stated):
            said = (
                message("controls {terms}", terms=[f"`{one}`" for one in chosen])
                if chosen
                else message("no controls")
            )
            option = Option("controls", " + ".join(chosen) or "none", said, 1)
            yield Choice(option, lambda plan, chosen=chosen: replace(plan, controls=chosen))  # type: ignore[misc]


def versions(ground: Ground) -> Iterator[Choice]:
    """Yield the other versions of the figures."""
    for name in list(ground.pool.tables)[1:]:
        yield Choice(
            Option("figures", name, message("figures {name}", name=verbatim(name)), 1),
            lambda plan, name=name: replace(plan, recipe=replace(plan.recipe, version=name)),  # type: ignore[misc]
        )


def centring(ground: Ground) -> Iterator[Choice]:
    """Yield products with factors centred, or not."""
    products = [one for one in ground.pool.question.regressors if len(one.pieces) > 1]
    if not products:
        return
    marked = any(piece.marker for one in products for piece in one.pieces)
    if marked:
        said = message("products of factors that are not centred")
        option = Option("mistake", "uncentred product", said, 1, mistake=True)
        yield Choice(option, lambda plan: replace(plan, centred="none"))
    else:
        option = Option("centring", "centred product", message("products of centred factors"), 1)
        yield Choice(option, lambda plan: replace(plan, centred="all"))


def ordering(ground: Ground) -> Iterator[Choice]:
    """Yield outcome and regressors side by side in different orders of their rows."""
    for own, other in permutations(ground.pool.orders, 2):
        said = message(
            "outcome and regressors side by side by position: outcome with {own}, regressors with {other}",
            own=_ORDERS[own],
            other=_ORDERS[other],
        )
        option = Option("mistake", f"order {own}/{other}", said, 1, mistake=True)
        yield Choice(
            option,
            lambda plan, pair=(own, other): replace(plan, recipe=replace(plan.recipe, orders=pair)),  # type: ignore[misc]
        )
