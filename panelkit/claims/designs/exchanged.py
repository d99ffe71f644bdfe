"""The permutation p of a claim's whole grid, printed where the file asks for it; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim
from panelkit.claims.findings import Condition
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.studies.grid_exchange import exchange
from panelkit.studies.specification import Specification

ASKS = message("the whole grid, paths exchanged among {units}")


def exchanged(claim: Claim, specs: list[Specification], figures: Figures, seed: int) -> Iterator[Condition]:
    """Yield the permutation p of the grid, or why there is none; nothing where the file does not ask for it."""
    reps = claim.grid.permutations
    if reps is None:
        return
    try:
        found = exchange(specs, figures.columns, reps=reps, rng=seed)
    except SpecError as error:
        yield Condition(
            key="exchange",
            asks=ASKS,
            outcome="not computed",
            found=message("cannot be computed: {why}", why=error.said),
            decides=False,
        )
        return
    yield Condition(
        key="exchange",
        asks=ASKS,
        outcome="printed",
        found=message(
            "mean t {mean:.2f} over {n} regressions, p = {p:.3g} from {reps} exchanges",
            mean=found.mean_t,
            n=found.regressions,
            p=found.p_value,
            reps=found.reps,
        ),
        decides=False,
        numbers={
            "mean_t": found.mean_t,
            "p": found.p_value,
            "reps": found.reps,
            "regressions": found.regressions,
            "lost": found.lost,
            "fixed": found.fixed,
        },
    )
