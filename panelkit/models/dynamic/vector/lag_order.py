"""How many lags: the moment and model selection criteria of Andrews and Lu (2001) on one sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_number
from panelkit.language.spelt import option
from panelkit.models.dynamic.vector.estimate import estimate
from panelkit.models.dynamic.vector.fitting import columns_of, parameter_names, periods_back
from panelkit.models.dynamic.vector.reading import VectorSample, read_vector
from panelkit.models.dynamic.vector.refused import refuse_exact
from panelkit.models.dynamic.vector.spec import PanelVAR
from panelkit.models.dynamic.vector.tables import VectorTable
from panelkit.models.reading import spoken_errors

_CRITERIA = ("mbic", "maic", "mqic")


@dataclass(frozen=True, kw_only=True, eq=False)
class LagOrder(VectorTable):
    """One row a lag order: lags, hansen_j, df, p_value, mbic, maic, mqic; `best` is the order of each criterion."""

    best: dict[str, int]

    @property
    def lags(self) -> int:
        """Return the order that MBIC chooses."""
        return self.best["mbic"]


@offered(
    "test",
    family="dynamic",
    result="LagOrder",
    source="Andrews and Lu 2001; Abrigo and Love 2016",
    public=True,
)
def pvar_lag_order(
    spec: PanelVAR,
    data: Any,
    max_lags: int,
    *,
    unit: str | None = None,
    time: str | None = None,
    hannan_quinn: float = 2.1,
) -> LagOrder:
    """Return MBIC, MAIC and MQIC of 1 to `max_lags` lags; the smallest chooses.

    Parameters
    ----------
    spec
        A panel VAR by GMM; its own number of lags does not matter.
    data, unit, time
        As in `PanelVAR.fit`.
    max_lags
        The largest order. Rows and instruments are those that it needs, for every order.
    hannan_quinn
        R of MQIC, above 2.

    Returns
    -------
    LagOrder
        J - (c - b) ln n, J - 2 (c - b) and J - R (c - b) ln ln n: c moments and b coefficients of all equations, n rows
        after the transform, J Hansen's statistic of two steps.

    Raises
    ------
    SpecError
        If the model is no GMM, is just identified at every order, or its weight is singular.

    Notes
    -----
    Where an order is just identified the criteria are not defined, and missing. n counts rows as Stata's pvarsoc does;
    Andrews and Lu's own n counts independent units. Under singular="pinv" the criteria count all moments, as panelvar
    does, and the p-value of J the directions that the weight kept. Instruments of None are lags 1 to `max_lags` + 1.

    Examples
    --------
    >>> spec = pk.PanelVAR(("log(gdp)", "log(patents_granted)"))
    >>> pk.pvar_lag_order(spec, panel, 2).table["lags"].tolist()
    [1, 2]
    """
    if not isinstance(spec, PanelVAR):
        raise SpecError(message("a PanelVAR is needed, not {kind}", kind=type(spec).__name__))
    if spec.estimator != "gmm" or spec.instruments == "exact":
        raise SpecError(
            message(
                "lag order is chosen by Hansen's J: take {estimator} with more instruments than coefficients",
                estimator=option("estimator", "gmm"),
            )
        )
    max_lags = check_count("max_lags", max_lags)
    if check_number("hannan_quinn", hannan_quinn) <= 2.0:
        raise SpecError(
            message("hannan_quinn is above 2: below, MQIC chooses too many lags however many rows")
        )
    held = spec.instruments if spec.instruments is not None else (1, max_lags + 1)
    widest = replace(spec, lags=max_lags, instruments=held, steps=2)
    sample = read_vector(widest, data, unit, time, instruments=periods_back(widest))
    with spoken_errors(sample.design):
        rows = list(_orders(widest, sample, hannan_quinn))
    names = ["lags", "hansen_j", "df", "p_value", *_CRITERIA]
    table = pd.DataFrame([row[:-2] for row in rows], columns=pd.Index(names))
    if table["mbic"].isna().all():
        raise SpecError(
            message("every order is just identified, and Hansen's J is zero: take more instruments")
        )
    best = {name: int(table["lags"].iloc[int(np.nanargmin(table[name]))]) for name in _CRITERIA}
    return LagOrder(
        title=message("Lag order of the panel VAR: {names}", names=list(sample.names)),
        table=table,
        best=best,
        notes=_notes(best, rows[0][-2], table, [row[-1] for row in rows]),
    )


def _orders(spec: PanelVAR, sample: VectorSample, r: float) -> Iterator[tuple[Any, ...]]:
    """Yield (lags, J, df, p, MBIC, MAIC, MQIC, n, degrees of freedom of p) of every order on one sample."""
    m = len(sample.names)
    exogenous = np.arange(m * spec.lags, len(sample.terms))
    for lags in range(1, spec.lags + 1):
        at = np.concatenate([np.arange(m * lags), exogenous])
        cut = replace(
            sample,
            rows=replace(sample.rows, X=sample.rows.X[:, at], lags=lags),
            terms=tuple(sample.terms[place] for place in at),
        )
        columns = columns_of(spec, cut)
        rcond = spec.tolerance if spec.singular == "pinv" else None
        found = estimate(columns, steps=2, singular=spec.singular, rcond=rcond, names=parameter_names(cut))
        refuse_exact(found.sigma, sample.names, columns)
        j, df, n = float(found.j or 0.0), m * (columns.Z.shape[1] - columns.X.shape[1]), len(columns.y)
        if df <= 0:
            yield lags, j, df, np.nan, np.nan, np.nan, np.nan, n, df
            continue
        penalties = (np.log(n), 2.0, r * np.log(np.log(n)))
        held = (
            found.rank - m * columns.X.shape[1]
        )  # fewer directions than moments under a generalised inverse
        yield lags, j, df, float(stats.chi2.sf(j, held)), *(j - df * by for by in penalties), n, held


def _notes(best: dict[str, int], n: int, table: pd.DataFrame, held: list[int]) -> tuple[Message, ...]:
    said = [
        message(
            "order by MBIC {mbic}, by MAIC {maic}, by MQIC {mqic}; one sample of {n} rows and one set of instruments, "
            "J of two steps",
            n=n,
            **best,
        )
    ]
    undefined = [str(lags) for lags in table["lags"][table["mbic"].isna()]]
    if held != table["df"].tolist():
        said.append(
            message(
                "df and criteria count all moments; p is that of the {held} directions which the generalised inverse "
                "kept beyond the coefficients",
                held=[str(one) for one in held],
            )
        )
    if undefined:
        said.append(message("just identified, so without criteria: {orders} lags", orders=undefined))
    return tuple(said)
