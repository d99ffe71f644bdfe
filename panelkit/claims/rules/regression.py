"""The conditions of a regression verdict as its outputs print them, and the plain sentence of its word."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from panelkit.claims.findings import Condition, Finding, Headline, Outcome, Sizes, Word, uncomputed
from panelkit.claims.rules.detectable import BY_WIDTH, by_width
from panelkit.claims.rules.reading import percent_of, written_p
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.language.message import Message, listed, message
from panelkit.studies.scrutiny.door import name_of
from panelkit.studies.scrutiny.main_test import detectable
from panelkit.studies.scrutiny.trial import DECIDING, label
from panelkit.studies.scrutiny.trial import Condition as Found


def conditions_of(head: Headline, tested: Finding, direction: float) -> tuple[Condition, ...]:
    """Return the main test, the deciding conditions, and what is printed beside them.

    Parameters
    ----------
    head
        The main estimate.
    tested
        What the design yielded.
    direction
        The claimed sign, 1 or -1.

    Returns
    -------
    tuple of Condition
        In units of the claim.
    """
    grid = () if tested.grid is None else (_grid(tested, direction),)
    return (_main(head, direction), *_scrutinised(tested), *grid, *tested.printed)


def sizes_of(head: Headline, tested: Finding, smallest: float, why: Message) -> Sizes:
    """Return what sizes the main test can tell apart; `smallest` NaN takes that of the design."""
    excluded = max(abs(head.inner_low), abs(head.inner_high))
    if tested.scrutiny is None:
        size, kind = _detectable(head)
        return Sizes(
            smallest=tested.factor * tested.smallest if math.isnan(smallest) else smallest,
            why=why,
            detectable=size,
            detectable_is=kind,
            excluded=excluded,
        )
    main, factor = tested.scrutiny.main, tested.factor
    return Sizes(
        smallest=factor * float(main.smallest[0]) if math.isnan(smallest) else smallest,
        why=why,
        detectable=factor * float(main.detectable[0]),
        detectable_is=BY_WIDTH if np.isnan(main.error[0]) else None,
        detectable_beside=factor * tested.scrutiny.detectable_beside,
        excluded=excluded,
    )


def _detectable(head: Headline) -> tuple[float, Message | None]:
    """Return the effect that the main test finds four times in five by the table's error; without one by its width."""
    df = head.n_units - 1.0
    if math.isnan(head.std_error):
        return by_width(head.ends, df), BY_WIDTH
    return float(detectable(np.array(head.std_error), df, SIGNIFICANT)), None


def _main(head: Headline, direction: float) -> Condition:
    """Return the main test as the first condition: it rejects zero where its 95 % interval, all p above .05, does."""
    significant = head.wild_p <= SIGNIFICANT and head.estimate * direction > 0.0
    return Condition(
        key="main",
        asks=message("main test"),
        outcome="passes" if significant else "fails",
        found=message(
            "{estimate:.3g}, {level} % interval {low:.3g} to {high:.3g}, p {p}",
            estimate=head.estimate,
            level=percent_of(1.0 - SIGNIFICANT),
            low=head.ends[0],
            high=head.ends[1],
            p=written_p(head.wild_p),
        ),
        numbers={"slope": head.estimate, "low": head.ends[0], "high": head.ends[1], "p": head.wild_p},
    )


def _scrutinised(tested: Finding) -> Iterator[Condition]:
    """Yield every condition of the scrutiny, or why there is none."""
    if tested.scrutiny is None:
        why = tested.unscrutinised or message("the design is no regression with {unit} and {period} effects")
        for name in DECIDING:
            yield uncomputed(name, label(name), why)
        return
    for found in tested.scrutiny.conditions:
        yield told(found, factor=tested.factor, units=tested.scrutiny.units)


def told(
    found: Found,
    *,
    key: str | None = None,
    asks: Message | None = None,
    factor: float = 1.0,
    units: tuple[Any, ...] = (),
) -> Condition:
    """Return a condition of a scrutiny as outputs print it.

    Parameters
    ----------
    found
        What the scrutiny found, in units of the coefficient.
    key, asks
        What programs and readers know it by; None is its own name.
    factor
        What a coefficient is multiplied by.
    units
        The labels that `found.worst` counts.

    Returns
    -------
    Condition
    """
    return Condition(
        key=key or found.name,
        asks=asks or label(found.name),
        outcome=_outcome(found),
        found=_found(found, units, factor),
        decides=found.decides,
        numbers=_numbers(found, factor),
    )


def _outcome(found: Found) -> Outcome:
    if not found.computable:
        return "not computed"
    if not found.decides:
        return "printed"
    if found.takes_away:
        return "takes away"
    return "passes" if found.passes else "fails"


def _found(found: Found, units: tuple[Any, ...], factor: float) -> Message:
    """Return what a condition found, in units of the claim."""
    if found.reason is not None:
        return message("cannot be computed: {why}", why=found.reason)
    slope = factor * found.slope
    match found.name:
        case "differences" | "second_differences":
            return message(
                "{slope:.3g}, {share:.0%} of the main slope ({rows} rows)",
                slope=slope,
                share=found.statistic,
                rows=found.rows,
            )
        case "trends" | "path" | "regions" if math.isnan(found.statistic):
            return message(
                "{slope:.3g}, p {p}; one {unit} carries the slope, so that its gap to the main one has no error",
                slope=slope,
                p=written_p(found.p),
            )
        case "trends" | "path" | "regions":
            return message(
                "{slope:.3g}, p {p}; smaller than the main slope by t = {t:.2f}",
                slope=slope,
                p=written_p(found.p),
                t=found.statistic,
            )
        case "leads":
            return message(
                "next {period}'s: {slope:.3g}, p {p} ({rows} rows)",
                slope=slope,
                p=written_p(found.p),
                rows=found.rows,
            )
        case "provinces":
            return message(
                "worst without {name}: {slope:.3g}, p {p}",
                name=name_of(units[found.worst or 0]),
                slope=slope,
                p=written_p(found.p),
            )
        case _:
            return message("{slope:.3g}, p {p}", slope=slope, p=written_p(found.p))


def _numbers(found: Found, factor: float) -> dict[str, float | int]:
    if not found.computable:
        return {}
    return {
        "slope": factor * found.slope,
        "p": found.p,
        "statistic": found.statistic,
        "rows": found.rows,
    }


def _grid(tested: Finding, direction: float) -> Condition:
    grid = tested.grid
    assert grid is not None  # its only caller asks
    return Condition(
        key="grid",
        asks=label("grid"),
        outcome="printed",
        found=message(
            "the claimed sign in {share:.0%} of {n} specifications",
            share=grid.share_same_sign,
            n=grid.declared,
        ),
        decides=False,
        numbers={"share": grid.share_same_sign, "n": grid.declared},
    )


_TAKEN: dict[str, Message] = {
    "trends": message("beyond the {units}' own trends nothing is left"),
    "path": message("beyond the {units}' own trends and a path that they share nothing is left"),
    "regions": message("common shocks of regions explain it"),
    "leads": message("the treatment of the next {period} explains it as well"),
    "additionality": message("nothing is left beyond the treatment itself, which the outcome contains"),
}
_FAILED: dict[str, Message] = {
    "trends": message(
        "beside the {units}' own trends it is not significant, and less than half of it is left"
    ),
    "path": message("it cannot be told from a slow path that the {units} share"),
    "differences": message(
        "it shows in slow movements alone, where an effect over {periods} and a slow common cause look alike"
    ),
    "second_differences": message("second differences give less than half of it"),
    "additionality": message("it hardly exceeds the treatment itself, which the outcome contains"),
}


def plain(
    word: Word, direction: float, head: Headline, conditions: tuple[Condition, ...], sizes: Sizes
) -> Message:
    """Return in plain words what holds and what does not."""
    low, high = head.ends
    if low > 0.0 or high < 0.0:
        return _of_an_association(word, (low > 0.0) == (direction > 0.0), conditions)
    if word == "NOT SUPPORTED" and sizes.excluded < sizes.smallest:
        return message(
            "Not distinguishable from zero, and at most small: the 90 % interval excludes {smallest:.3g}, the smallest "
            "effect of interest.",
            smallest=sizes.smallest,
        )
    if word == "NOT SUPPORTED":
        return message("Not distinguishable from zero, and the claimed number is excluded.")
    return undecided(sizes)


def undecided(sizes: Sizes) -> Message:
    """Return that an interval holds zero and more, and what the test would have found."""
    if math.isinf(sizes.detectable):
        return message(
            "The interval holds zero, and also effects that would matter: the figures cannot tell. No effect, however "
            "large, would be found four times in five."
        )
    return message(
        "The interval holds zero, and also effects that would matter: the figures cannot tell. An effect of "
        "{detectable:.3g} would be found four times in five.",
        detectable=sizes.detectable,
    )


def _of_an_association(word: Word, claimed: bool, conditions: tuple[Condition, ...]) -> Message:
    """Return what is said of a significant association, on the claimed side or on the other."""
    taken = [_TAKEN[item.key] for item in conditions if item.takes_away and item.key in _TAKEN]
    failed = [item for item in conditions if not item.passes and not item.takes_away and item.key != "main"]
    if not claimed:
        if word == "CONTRADICTED":
            return message(
                "Significant on the other side, and it stands beside {unit} trends, a common path, first differences, "
                "region-{periods} and leads."
            )
        return message(
            "It leans the other way, without the conditions of a contradiction: {reasons}.",
            reasons=listed([*taken, *_reasons(failed)]),
        )
    if taken:
        return message("An association is there, but {reasons}.", reasons=listed(taken))
    if word == "SUPPORTED":
        return message(
            "Significant, with the claimed sign, and it stands beside {unit} trends, a common path, first differences, "
            "region-{periods} and leads: what the claim would lead one to expect, which is no proof."
        )
    if not failed:
        return message(
            "Significant, with the claimed sign, and it stands beside every condition: the direction fits, the size "
            "does not."
        )
    return message(
        "Significant, with the claimed sign, and nothing takes it away, but {reasons}.",
        reasons=listed(_reasons(failed)),
    )


def _reasons(failed: list[Condition]) -> list[Message]:
    """Return why conditions that failed leave the word below SUPPORTED."""
    alone = [item.key for item in failed] == ["differences"]
    said = []
    absent = [item for item in failed if item.outcome == "not computed"]
    if {item.key for item in absent} >= set(DECIDING):
        said.append(message("no condition that looks inside {units} can be asked of it"))
    elif absent:
        said.append(message("{asks} cannot be computed", asks=listed(item.asks for item in absent)))
    for item in failed:
        if item.outcome == "not computed":
            continue
        if item.key == "differences" and not alone:
            said.append(message("first differences give less than half of it"))
        else:
            said.append(_FAILED.get(item.key) or message("not: {asks}", asks=item.asks))
    return said
