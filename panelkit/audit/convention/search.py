"""Which named convention, or which known mistake, reproduces printed numbers from figures at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from panelkit.audit.convention.asked import read_target
from panelkit.audit.convention.candidate import Predicted
from panelkit.audit.convention.chance import Chance, chance_of
from panelkit.audit.convention.distance import distances
from panelkit.audit.convention.matches import Match, nearest
from panelkit.audit.convention.options import check_numbers, check_samples
from panelkit.audit.convention.problem import Problem
from panelkit.audit.convention.result import ConventionSearch, State
from panelkit.audit.convention.target import Target
from panelkit.audit.convention.vintages import versions_of
from panelkit.formula.formula import parse_formula
from panelkit.kernels.within import check_effects
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.register import find, keys


@offered(
    "audit",
    family="conventions",
    result="ConventionSearch",
    source="own; identities of programs in docs/conventions.md",
    public=True,
)
def find_convention(
    printed: Mapping[str, str] | Target,
    data: Any,
    *,
    formula: str | None = None,
    effects: str | None = None,
    where: str | None = None,
    w: Any = None,
    model: str | None = None,
    unit: str | None = None,
    time: str | None = None,
    family: str = "auto",
    brackets: str | None = None,
    names: Mapping[str, str] | None = None,
    samples: Sequence[Any] | None = None,
    controls: Sequence[str] | None = None,
    lags: Sequence[int] | None = None,
    depth: int | None = None,
    stated: Mapping[str, Any] | None = None,
    rng: int = 0,
    closest: int = 5,
) -> ConventionSearch:
    """Search for the convention, or the known mistake, that prints these numbers from these figures.

    Parameters
    ----------
    printed
        Numbers by name, as texts, since their last digit counts: `{"ln_sub": "0.380*** (0.094)", "N": "403"}`.
        Statistics are called N, R2, rho, ...; parts of spatial effects `direct:x`, `indirect:x`, `total:x`.
    data
        The figures, as in every estimator; a mapping of names to frames holds several versions of them. Of shipped
        figures the other vintages are tried too.
    formula
        The regression as the paper states it.
    effects
        The effects that it states ("twoway", "unit", "time", "none"); None tries all.
    where
        The rows that it states, as in `FixedEffects`.
    w, model
        Spatial weights and model of the spatial families.
    unit, time
        Columns of unit and period.
    family
        One family of candidates; "auto" is "spatial" with `w`, else "linear".
    brackets
        What stands in brackets, "se", "t" or "p"; None tries both of the first.
    names
        From printed names to terms of the formula, where they are spelled otherwise (`lnx`, `ln_x` are `log(x)`).
    samples
        `pk.Sample`s that may be the paper's; None: every window of periods and every unit left out.
    controls
        Terms that may be in or out; None: those of the formula of which nothing is printed.
    lags
        Further lags of regressors; None: 1 and 2.
    depth
        How many steps a candidate may lie from what is stated; None: two where that is feasible.
    stated
        Further facts of the paper that a family asks for.
    rng
        Seed of the benchmark of chance.
    closest
        How many of the nearest are reported.

    Returns
    -------
    ConventionSearch
        The state, the nearest candidates and what they print, how many were tried, how likely chance is.

    Raises
    ------
    SpecError
        If a printed name is no term of the formula, or an option is not one of those above.
    DataError
        If the figures cannot be read.

    Examples
    --------
    >>> found = pk.find_convention(
    ...     {"log(rd_expenditure)": "0.303 (0.172)", "log(population)": "-0.251 (1.592)", "N": "180"},
    ...     panel,
    ...     formula="log(patents_granted) ~ log(rd_expenditure) + log(population)",
    ...     effects="twoway",
    ...     depth=1,
    ... )
    >>> found.state, found.choices["units"]
    ('found', 'without Tibet')
    """
    target = printed if isinstance(printed, Target) else read_target(printed, brackets)
    known = ("auto", *keys("convention_family"))
    if family not in known:
        raise SpecError(message("family is one of {known}, not {family!r}", known=known, family=family))
    if effects is not None:
        check_effects(effects)
    check_numbers(closest=closest, depth=depth, rng=rng, lags=lags)
    check_samples(samples)
    chosen = ("linear" if w is None and model is None else "spatial") if family == "auto" else family
    problem = Problem(
        target=target,
        versions=versions_of(data, () if formula is None else parse_formula(formula).columns),
        formula=formula,
        w=w,
        model=model,
        effects=effects,
        unit=unit,
        time=time,
        where=where,
        depth=depth,
        samples=samples,
        controls=controls,
        lags=lags,
        names=dict(names or {}),
        stated=dict(stated or {}),
        seed=rng,
    )
    return judged(
        find("convention_family", chosen)(problem), target, family=chosen, seed=rng, closest=closest
    )


def judged(predicted: Predicted, target: Target, *, family: str, seed: int, closest: int) -> ConventionSearch:
    """Return the result of a search whose candidates have said what they would print."""
    found = distances(predicted.matrix, target)
    matches = nearest(predicted, target, found, closest)
    hits = tuple(one for one in matches if one.hit)
    chance = None
    if hits:
        best = hits[0].place
        generator = np.random.default_rng(seed)
        chance = chance_of(predicted, target, best, int(found.reading[best]), generator)
    near = _nearest_hits(hits)
    return ConventionSearch(
        state=_state(near, chance),
        matches=matches[: max(closest, len(near))],
        hits=near,
        target=target,
        family=family,
        tried=len(predicted.candidates),
        fits=predicted.fits or len(predicted.candidates),
        ruled_out=predicted.ruled_out,
        chance=chance,
        further=len(hits) - len(near),
        notes=predicted.notes,
        seed=seed,
    )


def _nearest_hits(hits: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return the hits as near to what is stated as the nearest one; a convention comes before a mistake."""
    steps = [(one.candidate.departures, one.candidate.kind) for one in hits]
    return tuple(one for one, step in zip(hits, steps, strict=True) if step == steps[0])


def _state(hits: tuple[Match, ...], chance: Chance | None) -> State:
    if not hits or chance is None:
        return "none"
    if not chance.tells:
        return "too few digits"
    return "found" if len(hits) == 1 else "several"
