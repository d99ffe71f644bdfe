"""A panel VAR step by step: how many lags, who moves whom, responses in both orders, projections, shares, figures."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk

VARIABLES = ("diff(log(gdp))", "diff(log(patents_granted))")
FIGURES = ["gdp", "patents_granted", "rd_expenditure"]
YEARS = (2007, 2022)


def main(folder: Path, *variables: str) -> None:
    """Print lag order, system, roots, Granger tests, responses and shares; write their tables and figures."""
    data = pk.load_provinces(FIGURES, YEARS)
    spec = pk.PanelVAR(variables or VARIABLES, where="year >= 2011")
    chosen = pk.pvar_lag_order(spec, data, 2)
    print(chosen)
    fit = pk.PanelVAR(spec.variables, lags=chosen.lags, where=spec.where).fit(data)
    responses, shares = fit.irf(6, cumulative=True), fit.fevd(6)
    projections = pk.local_projections(fit, 6, cumulative=True)
    print(fit.summary(), fit.stability().to_string(), fit.granger(), sep="\n\n")
    print(responses.summary(), projections.summary(), shares.summary(), sep="\n\n")
    folder.mkdir(parents=True, exist_ok=True)
    print(fit.plot_roots().save(folder / "pvar_roots.svg"))
    print(responses.plot(beside=projections).save(folder / "pvar_responses.svg"))
    print(shares.plot().save(folder / "pvar_shares.svg"))
    print(responses.to_docx(folder / "pvar_responses.docx"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), *sys.argv[2:])
