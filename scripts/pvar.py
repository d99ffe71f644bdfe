"""A panel VAR step by step: how many lags, who moves whom, responses in both orders, projections, shares, figures.

`python scripts/pvar.py out` takes the variables below, `... out "log(gdp)" "log(patents_granted)"` others, and
`... out A6` (or B50) the principal design of a claim, its sample included.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import panelkit as pk
from panelkit.claims.designs.granger import GrangerDesign
from panelkit.claims.figures import Figures
from panelkit.claims.source import Shipped

VARIABLES = ("diff(log(gdp))", "diff(log(patents_granted))")
FIGURES = ["gdp", "patents_granted", "rd_expenditure"]
YEARS = (2007, 2022)


def of_claim(name: str) -> tuple[pk.PanelVAR, pd.DataFrame]:
    """Return the system of the principal design of kind `granger` of a claim, and its panel."""
    claim = next(Shipped().prepared(item).claim for item in pk.load_claims() if item.id == name)
    designs = [one for reading in claim.reading for one in reading.design if isinstance(one, GrangerDesign)]
    if not designs:
        raise SystemExit(f"{name} has no design of kind granger")
    (spec,) = designs[0].specifications(claim)
    return designs[0].system(claim), Figures([spec]).exact(spec)


def chosen(variables: tuple[str, ...]) -> tuple[pk.PanelVAR, pd.DataFrame]:
    """Return the system of variables with the number of lags that MBIC takes, and the shipped panel."""
    data = pk.load_provinces(FIGURES, YEARS)
    spec = pk.PanelVAR(variables or VARIABLES, where="year >= 2011")
    order = pk.pvar_lag_order(spec, data, 2)
    print(order)
    return pk.PanelVAR(spec.variables, lags=order.lags, where=spec.where), data


def main(folder: Path, *asked: str) -> None:
    """Print lag order, system, roots, Granger tests, responses and shares; write their tables and figures."""
    claimed = len(asked) == 1 and asked[0] in {item.id for item in pk.load_claims()}
    spec, data = of_claim(asked[0]) if claimed else chosen(asked)
    fit = spec.fit(data)
    responses, shares = fit.irf(6, cumulative=not claimed), fit.fevd(6)
    projections = pk.local_projections(fit, 6, cumulative=not claimed)
    print(fit.summary(), fit.stability().to_string(), fit.granger(), sep="\n\n")
    print(responses.summary(), projections.summary(), shares.summary(), sep="\n\n")
    folder.mkdir(parents=True, exist_ok=True)
    print(fit.plot_roots().save(folder / "pvar_roots.svg"))
    print(responses.plot(beside=projections).save(folder / "pvar_responses.svg"))
    print(shares.plot().save(folder / "pvar_shares.svg"))
    print(responses.to_docx(folder / "pvar_responses.docx"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), *sys.argv[2:])
