"""Run mediation designs: an indirect effect under R-MED, its channel over the grid, and what would undo it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, GridOption, MediationDesign, Reading, Text, fill_roles
from panelkit.claims.fits import covariance
from panelkit.claims.grid import NOT_COMPUTED, reason_of, share_with_sign, split, summarise
from panelkit.claims.samples import Specification, specify
from panelkit.claims.verdict import Finding, GridResult, Measured
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from panelkit.language.errors import DataError
from panelkit.models.mediation.estimator import Mediation
from panelkit.models.mediation.findings import FRAGILE, Sensitivity
from panelkit.models.mediation.legs import leg
from panelkit.models.mediation.overlap import MadeOf
from panelkit.models.mediation.result import MediationResult

SIGNIFICANT = 0.05
MOST_OF_THE_GRID = 0.8
# Resamples of a grid row: its interval is shown, no rule reads it.
GRID_DRAWS = 499


def specifications(claim: Claim, design: MediationDesign) -> list[Specification]:
    """Return the main specification, then every other combination of the grid's axes; mediators are read beside."""
    choices = product(*[(None, *axis.option) for axis in claim.grid.axis])
    return list(dict.fromkeys(_specify(claim, design, taken) for taken in choices))


def _specify(claim: Claim, design: MediationDesign, taken: tuple[GridOption | None, ...]) -> Specification:
    spec = specify(claim, design, taken)  # type: ignore[arg-type]
    quantities = dict(claim.quantities)
    for option in taken:
        quantities.update((option.quantities if option is not None else None) or {})
    mediators = tuple(fill_roles(text, quantities) for text in design.mediators)
    return replace(spec, extra=(*mediators, *spec.extra))


def run(
    claim: Claim, reading: Reading, design: MediationDesign, figures: Figures, tick: Callable[[int], None]
) -> Finding:
    """Fit the main specification, test its first path, walk the grid.

    Raises
    ------
    SpecError, DataError
        If the main specification cannot be computed.
    """
    specs = specifications(claim, design)
    data = figures.exact(specs[0])
    result = _fit(design, specs[0], data, design.draws)
    tick(1)
    rule = design.rule or reading.rule
    sign = -1.0 if rule.sign == "-" else 1.0
    rows = list(_grid(claim, design, specs, figures, tick))
    table, lost = split(rows)
    if table.empty:
        raise DataError(
            f"design {design.id}: no specification of the grid could be computed; first: {lost[0]}"
        )
    grid = summarise(table, rule, lost)
    at = _position(design, result)
    line = result.tidy().iloc[at]
    first = _first_paths(claim, design, result)
    conditions = tuple(_conditions(design, result, grid, first, sign))
    channel = all(held for _, held in conditions[:-1])
    low, high = float(line["conf_low"]), float(line["conf_high"])
    return Finding(
        measured=Measured(
            quantity=Text(en="indirect effect", zh="间接效应"),
            value=float(line["estimate"]),
            low=low,
            high=high,
            p_value=float(line["p_value"]),
            conditions=conditions,
            sentence=_sentence(result, at, holds_zero=low <= 0.0 <= high, channel=channel),
            table=pd.DataFrame(rows),
            facts=_facts(design, result),
            flags=("overlapping_figures",) if result.overlaps else (),
        ),
        grid=grid,
        fit=result.fits["outcome"],
        data=data,
    )


def _fit(design: MediationDesign, spec: Specification, data: pd.DataFrame, draws: int) -> MediationResult:
    model = Mediation(
        spec.outcome,
        spec.treatment,
        spec.extra[: len(design.mediators)],
        " + ".join(spec.controls),
        effects=spec.effects,  # type: ignore[arg-type]
        order=design.order,
        vcov=covariance(spec.vcov),
        treatment_lag=spec.lag,
    )
    return model.fit(data, reps=draws, rng=design.seed, made_of=_made_of(spec))


def _made_of(spec: Specification) -> MadeOf:
    """Return the figures behind the composite indices and structural measures among the columns."""
    from panelkit.indices.panels.columns import figures_behind, is_derived

    return {name: figures_behind(name) for name in spec.columns if is_derived(name)}


def _position(design: MediationDesign, result: MediationResult) -> int:
    """Return where the judged effect stands: through one mediator, or the sum of all."""
    if design.through is None or len(result.path_terms) == 1:
        return result.terms.index("indirect")
    return result.terms.index(result.path_terms[design.through - 1])


def _judged(design: MediationDesign, result: MediationResult) -> list[int]:
    """Return the mediators that the design judges."""
    return list(range(len(result.mediators))) if design.through is None else [design.through - 1]


def _first_paths(
    claim: Claim, design: MediationDesign, result: MediationResult
) -> dict[int, tuple[float, float]]:
    """Return estimate and restricted wild p-value of the treatment's effect on each judged mediator."""
    test = claim.test
    reps, seed = (9999, design.seed) if test is None else (test.reps, test.seed)
    found = {}
    for k in _judged(design, result):
        fit = result.fits[f"mediator {k}"]
        estimate = leg(fit, result.treatment_label)["estimate"]
        found[k] = estimate, wild_cluster_bootstrap(fit, result.treatment_label, reps=reps, rng=seed).p_value
    return found


def _conditions(
    design: MediationDesign,
    result: MediationResult,
    grid: GridResult,
    first: dict[int, tuple[float, float]],
    sign: float,
) -> Iterator[tuple[Text, bool]]:
    """Yield what R-MED asks beside the interval of the indirect effect: the first path, its grid, the sensitivity."""
    for k, (estimate, p) in first.items():
        name, claimed = result.mediator_labels[k], _first_sign(design, k)
        numbers = f"{estimate:.3g}, p = {p:.4f}"
        yield (
            Text(
                en=f"the treatment moves {name} in the claimed direction ({numbers})",
                zh=f"解释变量沿所称方向影响{name}（{numbers}）",
            ),
            p < SIGNIFICANT and estimate * claimed > 0.0,
        )
        share = share_with_sign(grid.table[f"a{k + 1}"], claimed, grid.declared)
        yield (
            Text(
                en=f"that sign in {share:.0%} of {grid.declared} specifications",
                zh=f"{grid.declared}个设定中{share:.0%}符号相同",
            ),
            share >= MOST_OF_THE_GRID,
        )
    weakest = _weakest(design, result)
    yield (
        Text(
            en=f"no confounder below a correlation of {FRAGILE} undoes it (rho = {weakest.rho_zero:.2f})",
            zh=f"误差相关低于{FRAGILE}的混杂不足以使其消失（rho = {weakest.rho_zero:.2f}）",
        ),
        not weakest.fragile,
    )


def _first_sign(design: MediationDesign, k: int) -> float:
    return -1.0 if design.first_signs and design.first_signs[k] == "-" else 1.0


def _weakest(design: MediationDesign, result: MediationResult) -> Sensitivity:
    names = [result.mediator_labels[k] for k in _judged(design, result)]
    return min((result.sensitivity(name) for name in names), key=lambda found: abs(found.rho_zero))


def _sentence(result: MediationResult, at: int, *, holds_zero: bool, channel: bool) -> Text:
    line = result.tidy().iloc[at]
    term = str(line["term"])
    through = ", ".join(result.mediator_labels) if term == "indirect" else term.removeprefix("via ")
    numbers = [f"{float(line[key]):.3g}" for key in ("estimate", "conf_low", "conf_high")]
    facts, share = result.facts, result.share()
    en = (
        f"Indirect effect of {result.treatment_label} on {result.outcome_label} through {through} "
        f"({facts['years']}, {facts['n_units']} provinces): {numbers[0]}, 95 % interval {numbers[1]} to {numbers[2]}."
    )
    zh = (
        f"{result.treatment_label}经{through}对{result.outcome_label}的间接效应（{facts['years']}，"
        f"{facts['n_units']}个省份）为{numbers[0]}，95%区间{numbers[1]}至{numbers[2]}。"
    )
    if holds_zero and channel:
        en += " The treatment moves the mediator: consistent with the channel, which is all that this shows."
        zh += "解释变量确实影响中介变量：与该机制相容，仅此而已。"
    if term == "indirect" and not holds_zero:
        en += f" {share.reason[:1].upper()}{share.reason[1:]}."
        zh += f"{share.reason.text('zh')}。"
    return Text(en=en, zh=zh)


def _facts(design: MediationDesign, result: MediationResult) -> dict[str, Any]:
    kept = ("years", "nobs", "n_units", "n_periods", "effects", "order", "vcov")
    found: dict[str, Any] = {key: result.facts[key] for key in kept}
    found |= {"draws": design.draws, "seed": design.seed}
    found |= {f"overlap {k + 1}": str(overlap.said()) for k, overlap in enumerate(result.overlaps)}
    return found


def _grid(
    claim: Claim,
    design: MediationDesign,
    specs: list[Specification],
    figures: Figures,
    tick: Callable[[int], None],
) -> Iterator[dict[str, Any]]:
    """Yield one row a specification: the judged effect with its interval, and the first path of every mediator."""
    axes = [axis.id for axis in claim.grid.axis]
    for spec in specs:
        row: dict[str, Any] = dict(zip(axes, spec.choices, strict=True))
        row["formula"] = f"{spec.formula}, through {', '.join(spec.extra[: len(design.mediators)])}"
        try:
            result = _fit(design, spec, figures.panel(spec), GRID_DRAWS)
            line = result.tidy().iloc[_position(design, result)]
            found: dict[str, Any] = {
                key: float(line[key]) for key in ("estimate", "std_error", "conf_low", "conf_high", "p_value")
            }
            if not math.isfinite(found["estimate"]):
                raise DataError(f"estimate {found['estimate']} is no result")
            for k in range(len(result.mediators)):
                path = leg(result.fits[f"mediator {k}"], result.treatment_label)
                found |= {f"a{k + 1}": path["estimate"], f"a{k + 1}_p_value": path["p_value"]}
            found |= {"rho_zero": _weakest(design, result).rho_zero}
            row |= found | {"nobs": result.facts["nobs"], "period": result.facts["years"], "failed": ""}
        except NOT_COMPUTED as error:
            row |= {"estimate": float("nan"), "failed": reason_of(error)}
        tick(1)
        yield row
