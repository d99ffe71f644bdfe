"""How strong an omitted variable must be to undo an estimate, beside regressors that were observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.inference.focal import Focal, check_share, focal_of
from panelkit.inference.omitted import Exposed, benchmark_shares, exposed
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile
from panelkit.results.tabled import Named, Tabled

Benchmark = str | Sequence[str]

# an error that differs from that under independent errors by rounding only
_SAME = 1e-8
_BOUNDS = (
    "benchmark",
    "k_d",
    "k_y",
    "r2_treatment",
    "r2_outcome",
    "estimate",
    "std_error",
    "t",
    "conf_low",
    "conf_high",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustnessValue(Tabled):
    """Robustness values of one term (Cinelli and Hazlett 2020).

    `value`: the share of the residual variance of both term and outcome with which a confounder takes the share `q`
    off the estimate; `value_alpha`: with which it takes its significance at `alpha` (None: not asked for).
    `bounds`: one row a benchmark and multiple, columns `benchmark, k_d, k_y, r2_treatment, r2_outcome, estimate,
    std_error, t, conf_low, conf_high` (95 %).
    """

    term: str
    outcome: str
    q: float
    alpha: float | None
    partial_r2: float
    value: float
    value_alpha: float | None
    bounds: pd.DataFrame
    vcov: Message
    exposed: Exposed = field(repr=False)

    def _named(self) -> Sequence[Named]:
        rows: list[Named] = [
            (message("Estimate"), self.exposed.estimate),
            (message("Standard error"), self.exposed.std_error),
            (message("Covariance"), self.vcov),
            (message("Partial R²"), self.partial_r2),
            (message("Robustness value, {q:.0%} of the estimate", q=self.q), self.value),
        ]
        if self.value_alpha is not None:
            rows.append((message("Robustness value at level {alpha:g}", alpha=self.alpha), self.value_alpha))
        for row in self.bounds.to_dict("records"):
            like = _strength(row)
            exists = bool(np.isfinite(row["estimate"]))
            none = message("none can be so strong")
            rows.append(
                (
                    message("Estimate beside a confounder {like}", like=like),
                    row["estimate"] if exists else none,
                )
            )
            if exists:
                rows.append((message("its t"), row["t"]))
        return rows

    def tidy(self) -> pd.DataFrame:
        """Return one row: term, estimate, std_error, df, partial_r2, q, alpha, robustness_value and that at alpha."""
        held = {
            "term": self.term,
            "estimate": self.exposed.estimate,
            "std_error": self.exposed.std_error,
            "df": self.exposed.df,
            "partial_r2": self.partial_r2,
            "q": self.q,
            "alpha": np.nan if self.alpha is None else self.alpha,
            "robustness_value": self.value,
            "robustness_value_alpha": np.nan if self.value_alpha is None else self.value_alpha,
        }
        return pd.DataFrame([held])

    def beside(self, r2_treatment: Any, r2_outcome: Any) -> pd.DataFrame:
        """Return estimate, std_error and t beside a confounder that explains these shares, one row a pair.

        Raises
        ------
        SpecError
            If a share is not in [0, 1), or that of the outcome not in [0, 1].
        """
        d, y = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(r2, float)) for r2 in (r2_treatment, r2_outcome))
        )
        if not (((d >= 0.0) & (d < 1.0)).all() and ((y >= 0.0) & (y <= 1.0)).all()):
            raise SpecError(
                message(
                    "shares of variance lie between 0 and 1, and less than 1 of the term can be explained"
                )
            )
        found = self.exposed.beside(d, y)
        return pd.DataFrame(
            {
                "r2_treatment": d,
                "r2_outcome": y,
                "estimate": found.estimate,
                "std_error": found.std_error,
                "t": found.t,
            }
        )

    def contour(self, points: int = 50, most: float | None = None) -> pd.DataFrame:
        """Return `beside` on a grid of `points` by `points` shares from 0 to `most`; None shows all that is named."""
        shares = np.linspace(0.0, self._most() if most is None else most, points)
        d, y = np.meshgrid(shares, shares)
        return self.beside(d.ravel(), y.ravel())

    def _most(self) -> float:
        named = [self.value, *self.bounds["r2_treatment"].dropna(), *self.bounds["r2_outcome"].dropna()]
        return float(min(0.95, max(0.1, 1.3 * max(named))))

    def plot(
        self, what: Literal["estimate", "t"] = "estimate", *, language: Language = "en", **style: Any
    ) -> Any:
        """Draw lines of equal estimate (or t) over both shares, with the benchmarks as points.

        Raises
        ------
        SpecError
            If `what` is neither.
        """
        from panelkit.show.contours import contour_lines

        if what not in ("estimate", "t"):
            raise SpecError(message("a contour is of the estimate or of t, not {what!r}", what=what))
        frame = self.contour()
        critical = float(t_quantile(1.0 - (self.alpha or 0.05), self.exposed.df_beside))
        level = 0.0 if what == "estimate" else float(np.copysign(critical, self.exposed.estimate))
        points = [
            (f"{row['k_d']:g} × {row['benchmark']}", row["r2_treatment"], row["r2_outcome"])
            for row in self.bounds.dropna().to_dict("records")
        ]
        now = self.exposed.estimate if what == "estimate" else self.exposed.estimate / self.exposed.std_error
        return contour_lines(
            frame.pivot(index="r2_outcome", columns="r2_treatment", values=what),
            critical=level,
            now=now,
            points=points,
            x_label=message("Share of the residual variance of {term}", term=self.term),
            y_label=message("Share of the residual variance of {outcome}", outcome=self.outcome),
            language=language,
            **style,
        )


@offered(
    "inference",
    family="sensitivity",
    result="RobustnessValue",
    source="Cinelli and Hazlett 2020",
    public=True,
)
def robustness_value(
    fit: FitResult,
    term: str,
    q: float = 1.0,
    alpha: float | None = 0.05,
    *,
    benchmarks: Sequence[Benchmark] = (),
    k_d: Sequence[float] = (1.0,),
    k_y: Sequence[float] | None = None,
) -> RobustnessValue:
    """Return how strong a confounder must be to take the share `q` off an estimate, or its significance.

    Parameters
    ----------
    fit
        Least squares in one equation, effects swept out or not.
    term
        The regressor whose coefficient is in question.
    q
        The share of the estimate that the confounder takes; 1 is all of it.
    alpha
        Level of the two-sided test that the confounder undoes; None asks for the estimate alone.
    benchmarks
        Observed regressors, or groups of them, that the confounder is compared with.
    k_d, k_y
        How many times as much of the term, and of the outcome, the confounder explains as the benchmark does, (m,)
        each; `k_y` None is `k_d`.

    Returns
    -------
    RobustnessValue
        Shares of variance are of what effects and the other regressors leave. The first value is algebra and the same
        under every covariance; the second stands on error and df of the fit's own.

    Raises
    ------
    SpecError
        If the fit is of another kind, a term or benchmark is not in it, or a number is outside its range.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> found = pk.robustness_value(fit, "log(rd_expenditure)", benchmarks=["log(gdp)"], k_d=(1, 2))
    >>> round(found.value, 4), found.value_alpha, len(found.bounds)
    (0.0427, 0.0, 2)
    """
    one = focal_of(fit, term)
    if not q > 0.0:
        raise SpecError(message("q is the share of the estimate that is taken, above 0, not {q!r}", q=q))
    if alpha is not None:
        check_share("alpha", alpha)
    held = exposed(one)
    bounds = _bounds(one, held, benchmarks, k_d, k_d if k_y is None else k_y)
    return RobustnessValue(
        title=message("Robustness to an omitted variable: {term}", term=term),
        term=term,
        outcome=fit.outcome,
        q=q,
        alpha=alpha,
        partial_r2=one.partial_r2,
        value=held.robustness(q, None),
        value_alpha=None if alpha is None else held.robustness(q, alpha),
        bounds=bounds,
        vcov=fit.facts["vcov"],
        exposed=held,
        notes=tuple(note.spoken(*fit.level_names) for note in _notes(fit, one, held, q, alpha, bounds)),
    )


def _bounds(
    one: Focal, held: Exposed, benchmarks: Sequence[Benchmark], k_d: Sequence[float], k_y: Sequence[float]
) -> pd.DataFrame:
    """Return what confounders so many times as strong as each benchmark would do."""
    times_d, times_y = (np.asarray(list(times), dtype=float) for times in (k_d, k_y))
    if times_d.shape != times_y.shape or not ((times_d > 0.0).all() and (times_y > 0.0).all()):
        raise SpecError(message("k_d and k_y are as many multiples each, all above 0"))
    critical = float(t_quantile(0.95, held.df_beside))
    tables = []
    for benchmark in [benchmarks] if isinstance(benchmarks, str) else benchmarks:
        names = [benchmark] if isinstance(benchmark, str) else list(benchmark)
        share_d, share_y = benchmark_shares(*_strengths(one, names), times_d, times_y)
        found = held.beside(share_d, share_y)
        half = critical * found.std_error
        columns = (
            [", ".join(names)] * len(times_d), times_d, times_y, share_d, share_y, found.estimate, found.std_error,
            found.t, found.estimate - half, found.estimate + half,
        )  # fmt: skip
        tables.append(pd.DataFrame(dict(zip(_BOUNDS, columns, strict=True))))
    return (
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(_BOUNDS), dtype=float)
    )


def _strengths(one: Focal, names: list[str]) -> tuple[float, float]:
    """Return what observed regressors explain: of the term beside the others, and of the outcome beside all."""
    linear = one.linear
    unknown = [name for name in names if name not in linear.terms or name in (one.term, "Intercept")]
    if unknown or not names:
        others = [name for name in linear.terms if name not in (one.term, "Intercept")]
        raise SpecError(
            message(
                "no regressor {names} to compare a confounder with: beside {term} there are {others}",
                names=unknown,
                term=one.term,
                others=others,
            )
        )
    group = [linear.terms.index(name) for name in names]
    rest = [at for at in range(linear.k) if at not in (*group, one.at)]
    of_term = _explained(linear.X[:, one.at], linear, rest, group)
    return of_term, _explained(linear.y, linear, [*rest, one.at], group)


def _explained(column: FloatArray, linear: LinearFit, rest: list[int], group: list[int]) -> float:
    """Return the share of a column (n,) beside the regressors `rest` that a group of regressors explains."""
    left = linear.X[:, [*rest, *group]]
    basis, _ = np.linalg.qr(left / np.linalg.norm(left, axis=0))
    parts = (basis.T @ column) ** 2
    explained = float(parts[len(rest) :].sum())
    residual = column - basis @ (basis.T @ column)
    return explained / (explained + float(residual @ residual))


def _strength(row: dict[Any, Any]) -> Message:
    """Return how strong a confounder is, in words."""
    if row["k_d"] == row["k_y"]:
        return message("{k:g} × as strong as {name}", k=row["k_d"], name=row["benchmark"])
    return message(
        "{k_d:g} × (outcome: {k_y:g} ×) as strong as {name}",
        k_d=row["k_d"],
        k_y=row["k_y"],
        name=row["benchmark"],
    )


def _notes(
    fit: FitResult, one: Focal, held: Exposed, q: float, alpha: float | None, bounds: pd.DataFrame
) -> list[Message]:
    notes = [
        message(
            "a confounder that explains this share of what effects and regressors leave of both {term} and {outcome} "
            "takes {q:.0%} of the estimate; the share does not depend on the covariance",
            term=one.term,
            outcome=fit.outcome,
            q=q,
        )
    ]
    under_iid = one.spread / np.sqrt(one.df_resid)
    if alpha is not None and abs(one.std_error / under_iid - 1.0) > _SAME:
        plain = Exposed(one.estimate, float(under_iid), float(one.df_resid), one.df_resid, one.spread)
        notes.append(
            message(
                "at level {alpha:g} the confounder is taken to change the standard error of the fit as it changes that "
                "under independent errors; with the latter the value would be {value:.4g}",
                alpha=alpha,
                value=plain.robustness(q, alpha),
            )
        )
    if (bounds["r2_outcome"] == 1.0).any():
        notes.append(message("a bound of the outcome's share beyond 1 is set to 1"))
    return notes
