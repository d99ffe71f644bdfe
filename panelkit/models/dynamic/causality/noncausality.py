"""`granger_noncausality`: whether the past of x helps to foretell y in any unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.models.dynamic.causality import dumitrescu_hurlin as dh
from panelkit.models.dynamic.causality.checks import (
    checked_options,
    refuse_ragged,
    refuse_too_short,
)
from panelkit.models.dynamic.causality.exact import refuse_exact, refuse_few_units
from panelkit.models.dynamic.causality.half_panel import Variance, half_panel
from panelkit.models.dynamic.causality.lag_choice import bic_by_unit, bic_pooled, chosen
from panelkit.models.dynamic.causality.resampled import resampled
from panelkit.models.dynamic.named_tests import NamedTests
from panelkit.models.dynamic.wide import Wide, read_blocks
from panelkit.panel.design import Design

_TITLES = {
    "dumitrescu-hurlin": message("Dumitrescu-Hurlin panel non-causality test"),
    "juodis-karavias-sarafidis": message("Juodis-Karavias-Sarafidis panel non-causality test"),
}
_NAMES = {
    "w-bar": message("W-bar"),
    "z-bar": message("Z-bar"),
    "z-bar-tilde": message("Z-bar tilde"),
    "wald": message("half-panel jackknife Wald"),
}


@offered(
    "dynamics",
    family="dynamic",
    result="NamedTests",
    source="Dumitrescu and Hurlin 2012; Juodis, Karavias and Sarafidis 2021",
    public=True,
)
def granger_noncausality(
    formula: str,
    data: Any,
    *,
    lags: int | Literal["bic"] = 1,
    test: Literal["dumitrescu-hurlin", "juodis-karavias-sarafidis"] = "dumitrescu-hurlin",
    both: bool = False,
    max_lags: int | None = None,
    variance: Variance = "jackknife",
    bootstrap: int = 0,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
    where: str | None = None,
) -> NamedTests:
    """Test that the past of x has no part in y, given the past of y, in all units.

    Parameters
    ----------
    formula
        `y ~ x`, or several x, whose pasts are tested together. Series without unit roots (changes, growth).
    data
        A panel without gaps.
    lags
        Lags of y and of x, or "bic": the Bayesian criterion on the same rows for all numbers of lags.
    test
        "dumitrescu-hurlin": slopes by unit; the mean of Wald statistics, W-bar, as Z-bar (many periods) and Z-bar tilde
        (few). "juodis-karavias-sarafidis": one slope of x, jackknifed by halves of the periods.
    both
        Test the other direction too (one x).
    max_lags
        The most that "bic" looks at; None: as many as T bears.
    variance
        Of the jackknifed slope: "jackknife" (what it holds of the errors, by unit), "cluster" or "iid" (that of the
        slope before the jackknife, as in the paper).
    bootstrap
        Draws under non-causality of whole periods of residuals, which keeps the dependence between units; 0: none.
    rng
        Seed or generator.
    unit, time
        Columns that hold unit and time; None: the levels of the index.
    where
        A condition on the rows.

    Returns
    -------
    NamedTests
        One row a direction and statistic.

    Notes
    -----
    p of Z-bar and Z-bar tilde is two-sided, as plm and xtgcause print it; that of the bootstrap asks for large W-bar.

    Raises
    ------
    SpecError
        If an option does not apply, or T is too short for the lags (with the lags that fit).
    DataError
        If a unit has a gap, or a series does not vary inside a unit.

    Examples
    --------
    >>> years = pk.load_provinces(["patents_granted", "gdp"], (2010, 2022))
    >>> found = pk.granger_noncausality("diff(log(patents_granted)) ~ diff(log(gdp))", years, both=True)
    >>> found.table["test"].tolist()
    ['w-bar', 'z-bar', 'z-bar-tilde', 'w-bar', 'z-bar', 'z-bar-tilde']
    """
    checked_options(test, lags, both, max_lags, variance, bootstrap)
    chance = as_generator(rng)
    blocks, design = read_blocks(formula, data, unit=unit, time=time, where=where)
    if both and blocks[0].size[2] > 1:
        raise SpecError(
            message(
                "both directions take one x, and there are {terms}",
                terms=[f"`{name}`" for name in blocks[0].terms],
            )
        )
    if test == "juodis-karavias-sarafidis" or bootstrap:
        refuse_ragged(blocks, design, test)
    ways = [blocks, tuple(_reversed(block) for block in blocks)] if both else [blocks]
    tables, notes = [], []
    for way in ways:
        used, said = _lags_of(test, way, lags, max_lags, design)
        if test == "juodis-karavias-sarafidis":
            refuse_few_units(way[0], used, variance, design)
        rows = _rows(test, way, used, variance, bootstrap, chance)
        rows.insert(0, "direction", f"{' + '.join(way[0].terms)} → {way[0].outcome}")
        tables.append(rows)
        notes += said
    table = pd.concat(tables, ignore_index=True)
    notes = [*_notes(test, blocks, variance, bootstrap, seed_of(rng), design), *notes]
    return NamedTests(
        title=_TITLES[test],
        null=design.spoken(message("the past of x has no part in y, in all {units}")),
        table=table,
        names=_NAMES,
        facts={
            "n_units": len(design.unit_labels),
            "n_periods": len(design.time_labels),
            "lags": tuple(dict.fromkeys(table["lags"])),
            "test": test,
            "bootstrap": bootstrap,
            "seed": seed_of(rng),
        },
        notes=(*dict.fromkeys(notes), *blocks[0].said(), *design.notes),
        laws={"w-bar": "W"},
    )


def _reversed(block: Wide) -> Wide:
    return replace(
        block,
        y=np.ascontiguousarray(block.X[..., 0]),
        X=block.y[..., None],
        outcome=block.terms[0],
        terms=(block.outcome,),
    )


def _lags_of(
    test: str, blocks: Sequence[Wide], lags: int | str, most: int | None, design: Design
) -> tuple[int, list[Message]]:
    """Return the lags in use, and what is said of their choice.

    Raises
    ------
    SpecError
        If T does not bear them, or the pasts repeat each other.
    """
    asked = (most or 1) if lags == "bic" else int(lags)
    bears = refuse_too_short(test, blocks, asked, design)
    top = bears if lags == "bic" and most is None else int(asked)
    refuse_exact(test, blocks, top, design)
    if lags != "bic":
        return top, []
    criterion = bic_by_unit(blocks, top) if test == "dumitrescu-hurlin" else bic_pooled(blocks[0], top)
    best = chosen(criterion)
    said = message(
        "lags for {outcome} by BIC on the same rows: {best} of {values}",
        outcome=blocks[0].outcome,
        best=best,
        values=[f"{each}: {value:.1f}" for each, value in criterion.items()],
    )
    return best, [said]


def _rows(
    test: str, blocks: Sequence[Wide], lags: int, variance: Variance, reps: int, chance: np.random.Generator
) -> pd.DataFrame:
    """Return the statistics of one direction, one row each."""
    q = lags * blocks[0].size[2]
    if test == "juodis-karavias-sarafidis":
        block = blocks[0]
        wald = float(half_panel(block.y, block.X, lags, variance).wald)
        row = {
            "lags": lags,
            "test": "wald",
            "statistic": wald,
            "df": q,
            "p_asymptotic": float(stats.chi2.sf(wald, q)),
        }
        if reps:
            draws = resampled(
                block.y, block.X, lags, reps, chance, lambda y, x: half_panel(y, x, lags, variance).wald
            )
            row["p_bootstrap"] = float((1 + (draws >= wald).sum()) / (1 + reps))
        return pd.DataFrame([row])
    walds = np.concatenate([dh.unit_walds(block.y, block.X, lags) for block in blocks])
    free = np.concatenate(
        [np.full(block.size[0], float(dh.free_of(block.size[1], block.size[2], lags))) for block in blocks]
    )
    found = {
        "w-bar": float(walds.mean()),
        "z-bar": float(dh.z_bar(walds, q)),
        "z-bar-tilde": float(dh.z_bar_tilde(walds, q, free)),
    }
    rows = pd.DataFrame({"lags": lags, "test": list(found), "statistic": list(found.values())})
    rows["p_asymptotic"] = [
        np.nan,
        *(2.0 * stats.norm.sf(abs(found[name])) for name in ("z-bar", "z-bar-tilde")),
    ]
    if reps:
        block = blocks[0]
        draws = resampled(
            block.y, block.X, lags, reps, chance, lambda y, x: dh.unit_walds(y, x, lags).mean(-1)
        )
        rows["p_bootstrap"] = float((1 + (draws >= found["w-bar"]).sum()) / (1 + reps))
    return rows


def _notes(
    test: str, blocks: Sequence[Wide], variance: str, reps: int, seed: int | None, design: Design
) -> list[Message]:
    lengths = sorted({block.size[1] for block in blocks})
    n = sum(block.size[0] for block in blocks)
    span: Any = (
        lengths[0] if len(lengths) == 1 else message("{low} to {high}", low=lengths[0], high=lengths[-1])
    )
    said = [message("{n} {units}, {span} {periods} each", n=n, span=span)]
    if test == "dumitrescu-hurlin":
        said.append(message("Z-bar holds for many {periods}, Z-bar tilde for few; p two-sided"))
    else:
        said.append(
            {
                "iid": message("variance of the slope before the jackknife, errors alike"),
                "cluster": message("variance of the slope before the jackknife, by {unit}"),
                "jackknife": message("variance of the jackknifed slope, by {unit}"),
            }[variance]
        )
    if reps:
        said.append(
            message(
                "p (bootstrap): {reps:,} draws of whole {periods} of residuals without the past of x, so that {units} "
                "move together as they do in the data (seed {seed})",
                reps=reps,
                seed=seed,
            )
        )
    else:
        said.append(
            message(
                "p holds for {units} that are independent of each other: {bootstrap} where shocks are common",
                bootstrap=option("bootstrap"),
            )
        )
    return [design.spoken(one) for one in said]
