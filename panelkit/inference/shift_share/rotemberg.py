"""Which sectors drive a shift-share estimate: Rotemberg weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.inference.shift_share.by_shock import exposed
from panelkit.inference.shift_share.instrument import ShiftShare
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.tabled import Named, Tabled


@dataclass(frozen=True, kw_only=True, eq=False)
class RotembergWeights(Tabled):
    """How much each sector counts for a shift-share estimate (Goldsmith-Pinkham, Sorkin and Swift 2020).

    `by_sector` has a row a sector: `weight` (they add up to one), `estimate` with that sector's share alone as the
    instrument, `shock` its mean, `first_stage` the product of exposure and regressor that the weight is of. The
    weighted sum of the estimates is the estimate of the fit.
    """

    by_sector: pd.DataFrame
    term: str

    def _named(self) -> list[Named]:
        weights = self.by_sector["weight"]
        top = self.by_sector.head(5)
        rows: list[Named] = [
            (message("sum of negative weights"), float(weights[weights < 0.0].sum())),
            (message("share of the five largest"), float(top["weight"].abs().sum() / weights.abs().sum())),
        ]
        rows += [
            (
                message("{sector}", sector=str(sector)),
                message(
                    "weight {weight:.4f}, estimate {estimate:.4g}",
                    weight=row["weight"],
                    estimate=row["estimate"],
                ),
            )
            for sector, row in top.iterrows()
        ]
        return rows

    def tidy(self) -> pd.DataFrame:
        """Return a row a sector, the largest weights first."""
        return self.by_sector.rename_axis("sector").reset_index()


@offered(
    "inference",
    family="shift-share",
    result="RotembergWeights",
    source="Goldsmith-Pinkham, Sorkin and Swift 2020",
    public=True,
)
def rotemberg_weights(fit: FitResult, made: ShiftShare) -> RotembergWeights:
    """Return what each sector adds to a shift-share estimate.

    alpha_k = sum_t g_kt B_kt / sum_kt g_kt B_kt with B_kt = sum_i s_ik x_it, x less controls and effects; beta_k is the
    estimate of the instrument of sector k alone, and beta = sum_k alpha_k beta_k.

    Parameters
    ----------
    fit
        A fit of `InstrumentalFE` whose one instrument is `made.instrument`.
    made
        From `shift_share`.

    Returns
    -------
    RotembergWeights
        A row a sector, the largest weights first.

    Raises
    ------
    SpecError
        If the fit is of another instrument.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng, units, years = np.random.default_rng(2), panel.index.unique(0), panel.index.unique(1)
    >>> sectors = [f"s{j}" for j in range(40)]
    >>> shares = pd.DataFrame(rng.dirichlet(np.ones(40), len(units)), index=units, columns=sectors)
    >>> shocks = pd.DataFrame(rng.normal(size=(len(years), 40)), index=years, columns=sectors)
    >>> made = pk.shift_share(shares, shocks)
    >>> spec = pk.InstrumentalFE("log(patents_granted) ~ [log(rd_expenditure) ~ bartik]", vcov=pk.Cluster())
    >>> fit = spec.fit(made.attach(panel, "bartik"))
    >>> weights = pk.rotemberg_weights(fit, made).by_sector
    >>> bool(abs((weights["weight"] * weights["estimate"]).sum() - fit.params.iloc[-1]) < 1e-8)
    True
    """
    parts = exposed(fit, made)
    first = (parts.shocks * parts.regressor).sum(axis=0)
    reduced = (parts.shocks * parts.outcome).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimates = reduced / first
    table = pd.DataFrame(
        {
            "weight": first / first.sum(),
            "estimate": estimates,
            "shock": parts.shocks.mean(axis=0),
            "first_stage": first,
        },
        index=parts.sectors,
    )
    order = np.argsort(-np.abs(table["weight"].to_numpy()), kind="stable")
    return RotembergWeights(
        title=message("Rotemberg weights of {term}", term=parts.term),
        by_sector=table.iloc[order],
        term=parts.term,
    )
