"""How much hangs on the weights: one model under every W, and a placebo that deals the provinces out anew."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.inference.impact_parts import stacked
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, PanelkitError, SpecError
from panelkit.language.message import Language, Message, message, sentences
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_permutations
from panelkit.models.reading import open_frame
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import Problem, lag
from panelkit.models.spatial.maximum import solve
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import SpatialSample, align_weights, sample_of
from panelkit.models.spatial.shell import DURBIN, LAGGED, check_spec
from panelkit.show.brief import Brief
from panelkit.spatial import provincial
from panelkit.spatial.weights import Islands, Weights, as_weights

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure


def provincial_weights(
    provinces: provincial.Provinces = "all", income: pd.Series | None = None, *, islands: Islands = "refuse"
) -> dict[str, Weights]:
    """Return the usual weights of provincial papers: contiguity, inverse distance and its square, four nearest, and,
    given one income a province, economic distance, nested and gravity.

    Provinces without a border to another stay without a neighbour: what takes the weights refuses them, unless
    `islands` is "zero"."""
    touching = as_weights(provincial.contiguity(provinces, normalisation="none"), islands=islands)
    whole = touching.zero_rows or not touching.islands
    found = {
        "contiguity": touching.normalised("row") if whole else touching,
        "inverse distance": provincial.inverse_distance(provinces=provinces),
        "inverse distance^2": provincial.inverse_distance(2, provinces=provinces),
        "4 nearest": provincial.nearest(4, provinces=provinces),
    }
    if income is not None:
        found["economic distance"] = provincial.economic_distance(income)
        found["nested"] = provincial.nested(income)
        found["gravity"] = provincial.gravity(income)
    return found


@dataclass(frozen=True, eq=False)
class Sensitivity(Brief):
    """One row a W and regressor: `weights, term, rho, rho_p, direct, direct_p, indirect, indirect_p, total, total_p`.

    `failures` names the weights under which the model could not be fitted, and why; `notes` say so too.
    """

    table: pd.DataFrame
    failures: Mapping[str, Message]
    notes: tuple[Message, ...]

    def plot(
        self,
        term: str,
        effect: str = "indirect",
        *,
        language: Language = "en",
        title: str | None = None,
    ) -> Figure:
        """Return the intervals of one effect under every W."""
        from panelkit.show import figures

        rows = self.table[self.table["term"] == term]
        frame = pd.DataFrame(
            {
                "term": rows["weights"],
                "estimate": rows[effect],
                "conf_low": rows[f"{effect}_low"],
                "conf_high": rows[f"{effect}_high"],
            }
        )
        notes = [note.text(language) for note in self.notes]
        return figures.coefficient_plot(frame, language=language, title=title, notes=notes)


@offered(
    "study", family="spatial", result="Sensitivity", source="LeSage and Pace 2009 (impacts)", public=True
)
def weights_sensitivity(
    spec: SpatialPanel,
    data: pd.DataFrame,
    weights: Mapping[str, Any] | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
) -> Sensitivity:
    """Fit one model under several W on one sample; by default the geographic weights of the provinces.

    Errors of impacts by delta method.

    Parameters
    ----------
    spec
        The model, the same under every W.
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    weights
        Name -> weights (N, N) by id; None: the geographic weights of the provinces, contiguity among the failures where
        a province borders on no other (`as_weights(w, islands="zero")` by name keeps it).
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Sensitivity
        One row a W and regressor: rho (missing where the model has none), direct, indirect and total impact, each
        with its standard error.

    Raises
    ------
    SpecError
        If the model can be fitted under none of the weights; a W that fails alone is named in the notes.

    Examples
    --------
    >>> maps = {"contiguity": w, "distance": pk.inverse_distance()}
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar")
    >>> found = pk.weights_sensitivity(spec, panel, maps)
    >>> len(found.table)
    2
    """
    check_spec(spec, SpatialPanel, "weights_sensitivity")
    sample = _sample(spec, data, unit, time)
    chosen = provincial_weights(list(sample.ids)) if weights is None else dict(weights)
    rows: list[pd.DataFrame] = []
    failures: dict[str, Message] = {}
    notes = [*sample.said]
    for name, w in chosen.items():
        try:
            aligned = align_weights(w, sample)
            fit = fit_sample(spec, sample, aligned, aligned, aligned)
        except PanelkitError as error:
            failures[name] = error.said
            continue
        rows.append(_rows(name, fit))
        notes.extend(_of(name, note) for note in aligned.said)
    if not rows:
        raise SpecError(
            message(
                "under none of the weights could the model be fitted: {failures}",
                failures=sentences(failures.values()),
            )
        )
    notes.extend(_not_fitted(failures, len(chosen)))
    return Sensitivity(pd.concat(rows, ignore_index=True), failures, tuple(notes))


def _of(name: str, said: Message) -> Message:
    return message("{name}: {said}", name=name, said=said)


def _not_fitted(failures: Mapping[str, Message], declared: int) -> list[Message]:
    """Return how many of the weights bear no fit, and why each."""
    if not failures:
        return []
    lost = len(failures)
    return [
        message(
            "under {lost} of {declared} weights the model could not be fitted", lost=lost, declared=declared
        ),
        *(_of(name, why) for name, why in failures.items()),
    ]


def _rows(name: str, fit: SpatialFit) -> pd.DataFrame:
    tidy = fit.impacts().tidy()
    p_values = fit.p_values
    has_rho = ("spatial", "rho") in p_values.index
    out = []
    for term in dict.fromkeys(tidy["term"]):
        row: dict[str, Any] = {
            "weights": name,
            "term": term,
            "rho": fit.rho if has_rho else float("nan"),
            "rho_p": float(p_values["spatial", "rho"]) if has_rho else float("nan"),
        }
        for line in tidy[tidy["term"] == term].itertuples():
            row |= {
                str(line.equation): line.estimate,
                f"{line.equation}_p": line.p_value,
                f"{line.equation}_low": line.conf_low,
                f"{line.equation}_high": line.conf_high,
            }
        out.append({**row, "loglik": fit.loglik})
    return pd.DataFrame(out)


@dataclass(frozen=True, eq=False)
class Placebo(Brief):
    """Impacts under permuted province labels: `observed` and `draws` by (term, effect).

    p = (1 + #) / (1 + permutations); the `failed` maps, which could not be computed, count as at least as far.
    """

    observed: pd.Series
    draws: pd.DataFrame
    p_values: pd.Series
    seed: int | None
    failed: int
    said: tuple[Message, ...] = ()

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return how many maps could not be computed, then what is said of weights and sample."""
        if not self.failed:
            return self.said
        count = len(self.draws) + self.failed
        return (
            message(
                "{failed} of {count} permuted maps could not be computed: they count as at least as far",
                failed=self.failed,
                count=count,
            ),
            *self.said,
        )

    def table(self) -> pd.DataFrame:
        """Return observed impact, the placebo's 2.5 and 97.5 % points, and its two-sided p-value."""
        low, high = self.draws.quantile(0.025), self.draws.quantile(0.975)
        return pd.DataFrame(
            {"observed": self.observed, "placebo_low": low, "placebo_high": high, "p_value": self.p_values}
        )

    def plot(self, term: str, effect: str = "indirect", *, language: Language = "en") -> Figure:
        """Return the histogram of placebo impacts with the observed one marked."""
        from panelkit.show import figures

        return figures.histogram(
            self.draws[effect, term],
            mark=float(self.observed[effect, term]),
            value_label=term,
            language=language,
            notes=[note.text(language) for note in self.notes],
        )


@offered("study", family="spatial", result="Placebo", public=True)
def placebo(
    spec: SpatialPanel,
    data: pd.DataFrame,
    w: Any,
    *,
    permutations: int = 499,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> Placebo:
    """Refit a model under a W whose provinces are dealt out anew, many times.

    An indirect effect that is as large among random neighbours as among true ones is no spillover between neighbours.
    p-values are two-sided around the placebo's median; a map that cannot be computed counts as at least as far.

    Parameters
    ----------
    spec
        The model that is fitted under every W.
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    permutations
        How often the units are dealt out anew.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Placebo
        Observed rho and impacts, the draws (permutations, quantities), and p-values.

    Raises
    ------
    SpecError
        If there are too few permutations to reach p = 0.05 (19 are needed), the model has no indirect impacts, or the
        spec is no `SpatialPanel`.

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar")
    >>> found = pk.placebo(spec, panel, w, permutations=19, rng=1)
    >>> found.draws.shape
    (19, 3)
    """
    check_spec(spec, SpatialPanel, "placebo")
    check_permutations("permutations", permutations)
    _refuse_without_neighbours(spec)
    sample = _sample(spec, data, unit, time)
    weights = align_weights(w, sample)
    fit = fit_sample(spec, sample, weights, weights, weights)
    parts = fit.impact_parts()
    labels = pd.MultiIndex.from_tuples(
        [(kind, term) for kind in ("direct", "indirect", "total") for term in parts.terms],
        names=["effect", "term"],
    )
    generator = as_generator(rng)
    found, failed = [], 0
    for _ in range(permutations):
        order = generator.permutation(len(parts.ids))
        try:
            theta = permuted_theta(fit, order)
        except ConvergenceError:
            failed += 1
            continue
        found.append(stacked(parts, theta[None, :])[0])  # impacts depend on W up to its labels only
    if not found:
        raise ConvergenceError(
            message("none of {permutations} permuted maps could be computed", permutations=permutations)
        )
    draws = pd.DataFrame(found, columns=labels)
    observed = pd.Series(stacked(parts, parts.theta[None, :])[0], index=labels)
    middle = draws.median()
    far = (draws - middle).abs() >= (observed - middle).abs()
    p = (1.0 + failed + far.sum()) / (1.0 + permutations)
    return Placebo(observed, draws, p, seed_of(rng), failed, (*fit.weights.said, *sample.said))


def _refuse_without_neighbours(spec: SpatialPanel) -> None:
    """Refuse a model in which no neighbour moves the outcome: its indirect impacts are zero under every W."""
    durbin = spec.model in DURBIN and spec.durbin != ()
    if spec.model not in LAGGED and not durbin:
        raise SpecError(
            message(
                "a {model} without Durbin terms has no indirect impacts, so that every map gives zero: take sar, sdm, "
                "slx, sdem or sac",
                model=spec.model.upper(),
            )
        )


def permuted_theta(fit: SpatialFit, order: NDArray[np.int64]) -> FloatArray:
    """Return the estimates when unit i sits where unit order[i] sat: equivalent to permuting the data's rows."""
    problem, kx = fit.curvature.problem, len(fit.sample.terms)
    X = problem.Z[order][:, :, :kx]
    behind = [lag(fit.weights_durbin.matrix, np.ascontiguousarray(X[:, :, list(fit.durbin_terms)]))]
    Z = np.concatenate([X, *behind], axis=2) if fit.durbin_terms else X
    again: Problem = replace(problem, y=problem.y[order], Z=Z)
    return solve(again)[0].theta(again)[: len(fit.terms)]


def _sample(
    spec: SpatialPanel,
    data: Any,
    unit: str | None,
    time: str | None,
    years: tuple[Hashable, ...] | None = None,
    units: tuple[Hashable, ...] | None = None,
) -> SpatialSample:
    return sample_of(spec, data, unit, time, intercept=spec.effects == "none", years=years, units=units)


def rolling(
    spec: SpatialPanel,
    data: pd.DataFrame,
    w: Any,
    window: int,
    *,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Fit a model on every window of consecutive years; one row a window: `first, last, rho, std_error, p_value`.

    What is said of the sample and the weights stands in `attrs["panelkit"]["notes"]`.

    Raises
    ------
    SpecError
        If the model has no rho, or the window is longer than the panel.
    """
    check_spec(spec, SpatialPanel, "rolling")
    check_count("window", window)
    frame = open_frame(data, unit, time)
    whole = _sample(spec, frame, unit, time)
    years = list(whole.design.time_labels)
    if not 3 <= window <= len(years):
        raise SpecError(
            message(
                "a window holds 3 to {most} {periods}, not {window}", most=len(years), window=window
            ).spoken(*whole.design.level_names)
        )
    weights = align_weights(w, whole)
    rows = []
    for start in range(len(years) - window + 1):
        if _depends_on_rows(whole):
            sample = _sample(spec, frame, unit, time, tuple(years[start : start + window]), whole.ids)
        else:
            sample = _cut(whole, start, window)
        fit = fit_sample(spec, sample, weights, weights, weights)
        if fit.curvature.problem.w is None:
            raise SpecError(
                message("a {model} has no rho to follow: take sar, sdm or sac", model=spec.model.upper())
            )
        at = list(zip(fit.equations, fit.terms, strict=True)).index(("spatial", "rho"))
        rows.append(
            {
                "first": years[start],
                "last": years[start + window - 1],
                "rho": fit.rho,
                "std_error": float(np.sqrt(fit.covariance[at, at])),
                "p_value": float(np.asarray(fit.p_values)[at]),
            }
        )
    table = pd.DataFrame(rows)
    table.attrs["panelkit"] = {"notes": (*weights.said, *whole.said)}
    return table


def _depends_on_rows(sample: SpatialSample) -> bool:
    """Tell whether the columns of a sample are made from its rows: means, quantiles, levels, knots."""
    memory = sample.design.memory
    return memory.spec is not None or bool(memory.statistics)


def _cut(sample: SpatialSample, start: int, window: int) -> SpatialSample:
    years: Sequence[Any] = range(start, start + window)
    design = sample.design.keep(
        np.isin(sample.design.time, list(years)), reason=message("outside the window")
    )
    span = slice(start, start + window)
    return replace(sample, design=design, y=sample.y[:, span], X=sample.X[:, span])
