"""Moran's I by year and its local form, with permutation inference; also on within-demeaned data.

Statistics, moments and quadrants come from esda. Permutations are ours: those of `esda.Moran` draw from the state
that numpy shares between all callers, and count the smaller tail whichever side I lies on.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from panelkit.data.user.places import provincial_rows
from panelkit.kernels.frames import as_floats, type_name
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.steps import steps_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, Message, message, sentences
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_significance
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered
from panelkit.spatial.moran_moments import linked, moran_i, moran_with_zero_rows
from panelkit.spatial.provincial import match_labels
from panelkit.spatial.weights import Weights, as_weights

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

FloatArray = NDArray[np.float64]
Centring = Literal["none", "unit"]
ROUNDING = 1e-12  # what sums in another order leave of a number of size one
LARGEST = 1e70  # the moments of I hold fourth powers
_NO_VARIANCE = message(
    "with so many units without a neighbour the formula of the variance gives none; read the permutation p"
)
QUADRANTS = {1: "HH", 2: "LH", 3: "LL", 4: "HL"}
ISLAND = "island"  # the quadrant of a unit without a neighbour


def moran_by_esda(x: FloatArray, graph: Any) -> tuple[float, float, float, float]:
    """Return I, E[I], and its variance under normality and under randomisation (Cliff and Ord 1981), from esda.

    `graph` is a libpysal `W` with the weights as they are: esda's default would standardise their rows.
    """
    import esda

    # esda changes the warning filters of the process; three units have no variance under randomisation
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        found = esda.Moran(x, graph, transformation="o", permutations=0)
    return float(found.I), float(found.EI), float(found.VI_norm), float(found.VI_rand)


def esda_weights(w: Weights) -> Any:
    """Return the weights as the libpysal `W` that esda takes, ids in the same order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libpysal on components
        return w.to_graph().to_W()


def geary_c(x: FloatArray, w: Weights) -> float:
    """Return Geary's C = (n - 1) sum w_ij (x_i - x_j)^2 / (2 S0 z'z), from esda."""
    import esda

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        return float(esda.Geary(x, esda_weights(w), transformation="o", permutations=0).C)


def local_by_esda(x: FloatArray, graph: Any) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return I_i = (z_i / m2) sum_j w_ij z_j, m2 = z'z / n (Anselin 1995), and the quadrants, from esda.

    esda has n - 1 for n; with n the local values sum to S0 I.
    """
    import esda

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        found = esda.Moran_Local(x, graph, transformation="o", permutations=0)
    n = len(x)
    return np.asarray(found.Is, dtype=float) * n / (n - 1) + 0.0, np.asarray(found.q, dtype=np.int64)


@offered(
    "test",
    family="spatial autocorrelation",
    result="DataFrame",
    source="Cliff and Ord 1981 (moments)",
    public=True,
)
def moran(
    series: pd.Series,
    w: Any,
    *,
    centring: Centring = "none",
    permutations: int = 9999,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Return Moran's I of every year of a (province, year) series.

    Parameters
    ----------
    series
        Values by (unit, time), one number a cell.
    w
        Weights of any kind that `as_weights` reads, row-standardised unless another normalisation was chosen
        (`w.normalised("none")`).
    centring
        "unit" takes each province's own mean out first: levels of a trending index mostly show the fixed map.
    permutations
        Draws of the permutation test; p counts ties and the data themselves, (1 + #) / (1 + draws), on the side
        where I lies, and `p_two_sided` doubles it.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    DataFrame
        One row a year: `I, expected, variance, z, p_randomisation, p_permutation, p_two_sided, n`; n counts the units
        that have a neighbour, where others were allowed by `as_weights(w, islands="zero")`. With many of those the
        formula can give a variance below zero: variance, z and p_randomisation are missing then, and a note says so.
        `attrs["panelkit"]` holds weights, their normalisation, centring, draws, seed, and notes on weights and rows.

    Raises
    ------
    DataError
        If a year lacks provinces (named), a year shows no variation, there are fewer than three units, or all weights
        are the same.

    Examples
    --------
    >>> table = pk.moran(np.log(panel["gdp"]), w, permutations=99, rng=1)
    >>> round(float(table.loc[2020, "expected"]), 4)
    -0.0333
    """
    check_count("permutations", permutations)
    wide, weights, notes = _wide(series, w)
    if centring == "unit":
        spread = float(np.abs(wide.to_numpy()).max())
        wide = wide.sub(wide.mean(axis=1), axis=0)
        _refuse_flat(wide, str(series.name), spread, demeaned=True)
    elif centring != "none":
        raise SpecError(message("centring is 'none' or 'unit', not {centring!r}", centring=centring))
    generator, graph = as_generator(rng), esda_weights(weights)
    rows = [
        _one_year(column.to_numpy(float), weights.matrix, graph, permutations, generator)
        for _, column in wide.items()
    ]
    table = pd.DataFrame(rows, index=pd.Index(wide.columns, name="year"))
    without = [str(year) for year in table.index[table["variance"].isna()]]
    if without and len(weights.islands):
        notes = (*notes, message("{years}: {said}", years=without, said=_NO_VARIANCE))
    table.attrs["panelkit"] = {
        "variable": str(series.name),
        "weights": weights.name,
        "normalisation": weights.normalisation,
        "centring": centring,
        "permutations": permutations,
        "seed": seed_of(rng),
        "notes": notes,
    }
    return table


def _one_year(
    x: FloatArray, w: sparse.csr_array, graph: Any, permutations: int, generator: np.random.Generator
) -> dict[str, float]:
    from scipy import special

    if linked(w) < len(x):
        observed, expected, variance = moran_with_zero_rows(x, w)
    else:
        observed, expected, _, variance = moran_by_esda(x, graph)
    z = (observed - expected) / np.sqrt(variance)
    shuffled = generator.permuted(np.tile(x, (permutations, 1)), axis=1).T
    draws = moran_i(shuffled, w)
    side = 1.0 if observed >= expected else -1.0
    above = int((side * (draws - observed) >= -ROUNDING).sum())
    p = (1.0 + above) / (1.0 + permutations)
    return {
        "I": observed,
        "expected": expected,
        "variance": variance,
        "z": float(z),
        "p_randomisation": float(2.0 * special.ndtr(-abs(z))),
        "p_permutation": p,
        "p_two_sided": min(1.0, 2.0 * p),
        "n": float(linked(w)),
    }


@dataclass(frozen=True, eq=False)
class LocalMoran(Rendered, Brief):
    """Local indicators of one year: `table` by id with `value, z, lag, I, quadrant, p_value, q_value, significant`."""

    table: pd.DataFrame
    I: float  # noqa: E741
    year: Any
    weights: str
    permutations: int
    seed: int | None
    fdr: float
    notes: tuple[Message, ...] = ()

    @property
    def quadrants(self) -> pd.Series:
        """Return HH, LH, LL, HL by id, and `ns` where not significant."""
        return self.table["quadrant"].where(self.table["significant"], "ns")

    def map(
        self,
        *,
        boundaries: Any = None,
        by: Literal["q", "p"] = "q",
        language: Literal["en", "zh"] = "en",
        title: str | None = None,
    ) -> Figure:
        """Return the map of significant quadrants, on tiles or on a map of one's own.

        Parameters
        ----------
        boundaries
            A map of `read_map`, the path of a GeoJSON file, or a GeoDataFrame under the provinces' names. None: tiles.
        by
            "q": significant at the false discovery rate; "p": at the same level without any correction for the number
            of units. The legend says which.
        language, title
            "en" or "zh"; text above.
        """
        from panelkit.spatial.local_figures import lisa_figure

        return lisa_figure(
            self.table,
            self.fdr,
            self.note(),
            boundaries=boundaries,
            by=by,
            language=language,
            title=title,
        )

    def scatter(self, *, language: Literal["en", "zh"] = "en", title: str | None = None) -> Figure:
        """Return the Moran scatter, its slope Moran's I: significant units are filled, others hollow."""
        from panelkit.spatial.local_figures import scatter_figure

        return scatter_figure(self.table, self.I, self.fdr, self.note(), language=language, title=title)

    def note(self) -> Message:
        """Return weights, year, draws and seed as a sentence."""
        parts = [
            str(self.year),
            self.notes[0] if self.notes else message("weights {name}", name=self.weights),
            self._draws(),
            message("false discovery rate {rate:g}", rate=self.fdr),
        ]
        least = 2.0 * int(self.table["p_value"].notna().sum()) / (1 + self.permutations)
        if least > self.fdr:
            parts.append(
                message("too few draws for one province alone to reach it (q {least:.2g})", least=least)
            )
        return sentences([*parts, *self.notes[1:]])

    def tidy(self) -> pd.DataFrame:
        """Return the local statistics with the unit as a column."""
        return self.table.reset_index()

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.spatial.local_table import local_table

        said = [message("Moran's I {value:.4f}", value=self.I), self.note()]
        return local_table(self.table, said, format, path, language, style)

    def _draws(self) -> Message:
        if self.seed is None:
            return message(
                "conditional permutation, {draws} draws, a generator of the caller's", draws=self.permutations
            )
        return message(
            "conditional permutation, {draws} draws, seed {seed}", draws=self.permutations, seed=self.seed
        )


@offered(
    "test",
    family="spatial autocorrelation",
    result="LocalMoran",
    source="Anselin 1995; Benjamini and Hochberg 1995 (FDR)",
    public=True,
)
def local_moran(
    series: pd.Series,
    w: Any,
    *,
    year: Any = None,
    permutations: int = 9999,
    fdr: float = 0.05,
    rng: int | np.random.Generator = 0,
) -> LocalMoran:
    """Return local Moran statistics of one year, with conditional permutation and FDR (Benjamini-Hochberg).

    Quadrants are signs of z and of its lag (HH, LH, LL, HL); `significant` holds at false discovery rate `fdr`.

    Parameters
    ----------
    series
        Values by unit, or by (unit, time).
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    year
        The year to take of a panel series.
    permutations
        Conditional permutations a unit.
    fdr
        False discovery rate at which a unit counts as significant.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    LocalMoran
        One row a unit: the statistic, z, its spatial lag, quadrant, p-value and q-value. A unit without a neighbour
        (`as_weights(w, islands="zero")`) has the lag zero, the quadrant "island" and no p-value, and does not count
        among the tests of the false discovery rate.

    Raises
    ------
    DataError
        If units lack, or the values do not vary.

    Examples
    --------
    >>> found = pk.local_moran(np.log(panel["gdp"]), w, year=2020, permutations=99, rng=1)
    """
    from statsmodels.stats.multitest import multipletests

    check_count("permutations", permutations)
    check_significance("fdr", fdr)
    wide, weights, notes = _wide(series, w)
    chosen = wide.columns[-1] if year is None else year
    if chosen not in wide.columns:
        raise DataError(
            message(
                "no year {chosen!r} in the series: it holds {first} to {last}",
                chosen=chosen,
                first=wide.columns[0],
                last=wide.columns[-1],
            )
        )
    x = wide[chosen].to_numpy(float)
    statistic, quadrant = local_by_esda(x, esda_weights(weights))
    p = _conditional_p(x, weights.matrix, statistic, permutations, as_generator(rng))
    tested = ~np.isnan(p)
    q = np.full(len(p), np.nan)
    q[tested] = multipletests(p[tested], method="fdr_bh")[1]
    z = (x - x.mean()) / x.std()
    lagged = weights.matrix @ z
    table = pd.DataFrame(
        {
            "value": x,
            "z": z,
            "lag": lagged,
            "I": statistic,
            "quadrant": [
                QUADRANTS[int(item)] if judged else ISLAND
                for item, judged in zip(quadrant, tested, strict=True)
            ],
            "p_value": p,
            "q_value": q,
            "significant": q <= fdr,
        },
        index=pd.Index(wide.index, name="province"),
    )
    observed = float(moran_i(x[:, None], weights.matrix)[0])
    return LocalMoran(table, observed, chosen, weights.name, permutations, seed_of(rng), fdr, notes)


def _conditional_p(
    x: FloatArray,
    w: sparse.csr_array,
    statistic: FloatArray,
    permutations: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Hold x_i, deal the others out among its neighbours; two-sided, 2 (1 + #) / (1 + draws); NaN without any."""
    z = x - x.mean()
    n, m2 = len(z), float(z @ z) / len(z)
    p = np.ones(n)
    order = generator.permuted(np.tile(np.arange(n - 1), (permutations, 1)), axis=1)
    for i in steps_of(range(n), n):
        others = np.delete(z, i)
        weights = w.data[w.indptr[i] : w.indptr[i + 1]]
        if len(weights) == 0:
            p[i] = np.nan
            continue
        draws = z[i] * (others[order[:, : len(weights)]] @ weights) / m2
        gap, slack = draws - statistic[i], ROUNDING * max(1.0, abs(float(statistic[i])))
        above, below = int((gap >= -slack).sum()), int((gap <= slack).sum())
        p[i] = min(1.0, 2.0 * (1.0 + min(above, below)) / (1.0 + permutations))
    return p


def _wide(series: pd.Series, w: Any) -> tuple[pd.DataFrame, Weights, tuple[Message, ...]]:
    """Return the series as (province, year) table, the weights in its order, and notes on both."""
    if not isinstance(series, pd.Series):
        raise DataError(
            message(
                "Moran's I is of one pandas series under a (province, year) index, such as data['y'], not of "
                "{kind}",
                kind=type_name(series),
            )
        )
    frame, notes = provincial_rows(series.to_frame(name="value"))
    name = str(series.name)
    series = pd.Series(as_floats(frame["value"], f"`{name}`"), index=frame.index, name="value")
    if not series.index.is_unique:
        twins = list(dict.fromkeys(map(str, series.index[series.index.duplicated()])))[:10]
        raise DataError(message("`{name}` has cells that stand twice: {twins}", name=name, twins=twins))
    if isinstance(series.index, pd.MultiIndex):
        wide = series.unstack(level=-1).sort_index(axis=1)
    else:
        wide = series.to_frame(name="all years")
    held = wide.dropna(how="all")
    weights = match_labels(as_weights(w), list(held.index))
    weights = weights.aligned(tuple(held.index))
    missing = held.isna()
    if bool(missing.to_numpy().any()):
        gaps = np.argwhere(missing.to_numpy())[:10]
        cells = [f"{held.index[i]} {held.columns[t]}" for i, t in gaps]
        raise DataError(
            message(
                "`{name}` is missing for {cells}: choose years in which every province is held",
                name=name,
                cells=cells,
            )
        )
    if len(held) < 3:
        raise DataError(
            message(
                "Moran's I needs at least three units, and `{name}` is held for {units_held}",
                name=name,
                units_held=len(held),
            )
        )
    size = float(np.abs(held.to_numpy()).max())
    if not (size == 0.0 or 1.0 / LARGEST < size < LARGEST):
        raise DataError(
            message(
                "`{name}` has values of {size:.1g}, whose powers leave the range of double precision: measure it "
                "in other units",
                name=name,
                size=size,
            )
        )
    _refuse_flat(held, name, size)
    weights.refuse_islands()
    if linked(weights.matrix) < 3:
        raise DataError(
            message(
                "{weights}: Moran's I needs at least three units with a neighbour, and {count} have one",
                weights=weights.name,
                count=linked(weights.matrix),
            )
        )
    if weights.links_alike:
        raise DataError(
            message(
                "{name}: every unit is a neighbour of every other with the same weight, and Moran's I is then "
                "-1/{others} whatever the data: take weights that differ between pairs",
                name=weights.name,
                others=weights.n - 1,
            )
        )
    weights = weights.for_model()
    return held, weights, (*weights.said, *notes)


def _refuse_flat(wide: pd.DataFrame, name: str, size: float, *, demeaned: bool = False) -> None:
    flat = [str(t) for t, column in wide.items() if float(np.ptp(column.to_numpy())) <= ROUNDING * size]
    if flat and demeaned:
        raise DataError(
            message(
                "`{name}` is once each province's mean is taken out the same in all provinces in {years}: Moran's I "
                "is not defined",
                name=name,
                years=flat,
            )
        )
    if flat:
        raise DataError(
            message(
                "`{name}` is the same in all provinces in {years}: Moran's I is not defined",
                name=name,
                years=flat,
            )
        )
