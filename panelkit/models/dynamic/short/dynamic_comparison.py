"""Estimators of one dynamic panel side by side, with the bounds between which a right one is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from panelkit.formula.conditions import check_where
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.shown import shown_language
from panelkit.models.dynamic.short.comparison_makers import chosen, makers_of
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects
from panelkit.models.dynamic.short.own_lags import OwnLags, own_lags, spelled
from panelkit.models.reading import open_frame
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered, Target

_NAMES: dict[str, Message] = {
    "asked": message("As asked for"),
    "pooled": message("Pooled OLS"),
    "within": message("Within (LSDV)"),
    "adjusted-moments": message("Adjusted moments"),
    "lsdvc": message("Bias-corrected LSDV"),
    "half-panel": message("Half-panel jackknife"),
    "likelihood": message("Transformed likelihood"),
    "difference-gmm": message("Difference GMM"),
    "system-gmm": message("System GMM"),
}


@dataclass(frozen=True, eq=False)
class DynamicComparison(Rendered, Brief):
    """One dynamic panel by several estimators: `results` by name, `failed` with the reason of those that have none.

    It is written as a table, one column an estimator, by `to_latex`, `to_docx` and so on.
    """

    results: Mapping[str, FitResult]
    failed: Mapping[str, Message]
    lags: OwnLags

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row an estimator and term: `estimator`, and the columns of `tidy()` of every result."""
        parts = []
        for name, result in self.results.items():
            table = result.tidy(level)
            table.insert(0, "estimator", name)
            parts.append(table)
        return pd.concat(parts, ignore_index=True)

    def persistence(self) -> pd.DataFrame:
        """Return the sum of the own lags by estimator, with its error, and whether it lies between the bounds.

        Returns
        -------
        pandas.DataFrame
            Index `estimator`; columns `estimate`, `std_error`, `inside` (between within below and pooled OLS above;
            missing for these two, or where one of them has no estimate).
        """
        rows = {}
        for name, result in self.results.items():
            at = [result.terms.index(term) for term in self.lags.terms]
            variance = float(np.asarray(result.covariance)[np.ix_(at, at)].sum())
            rows[name] = (float(result.estimates[at].sum()), float(np.sqrt(max(variance, 0.0))))
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "std_error"])
        table.index.name = "estimator"
        table["inside"] = [self._inside(name, value) for name, value in table["estimate"].items()]
        return table

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return what stands under the table: the bounds, who lies outside, who failed and why."""
        said = [
            message(
                "of the own lags within is biased down and pooled OLS up: an estimate outside them by more than its "
                "error is a sign of bad instruments or of a wrong model"
            )
        ]
        table = self.persistence()
        outside = [_NAMES[str(name)] for name, inside in table["inside"].items() if inside is False]
        if outside:
            said.append(message("outside the bounds: {names}", names=outside))
        said += [
            message("{name}: not computed. {reason}", name=_NAMES[name], reason=reason)
            for name, reason in self.failed.items()
        ]
        return tuple(said)

    def summary(self, *, language: Language = "en") -> str:
        """Return the table as plain text."""
        return self.to_text(language=language)

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _inside(self, name: object, value: float) -> bool | None:
        if name in ("pooled", "within") or not {"pooled", "within"} <= set(self.results):
            return None
        bounds = [
            sum(float(self.results[each].params[term]) for term in self.lags.terms)
            for each in ("within", "pooled")
        ]
        return bool(bounds[0] <= value <= bounds[1])

    def _beside(self) -> list[str]:
        """Return the period dummies and the constant that some estimators print."""
        terms = dict.fromkeys(term for result in self.results.values() for term in result.terms)
        return [term for term in terms if term == "Intercept" or term.startswith("C(")]

    def _brief(self) -> str:
        return f"{len(self.results)} estimators: {', '.join(self.results)}"

    def _rendered(
        self, format: Format, path: Target | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        given = {
            "names": [_NAMES[name].text(language) for name in self.results],
            "notes": [note.text(language) for note in self.notes],
            "drop": self._beside(),
            **style,
        }
        return tables.to_format(list(self.results.values()), format, path, language=language, **given)


@offered(
    "dynamics",
    family="dynamic",
    result="DynamicComparison",
    source="Bond 2002; Judson and Owen 1999; Bun and Sarafidis 2015",
    public=True,
)
def compare_dynamic(
    formula: str,
    data: Any,
    *,
    effects: DynamicEffects = "twoway",
    estimators: Sequence[str] | None = None,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> DynamicComparison:
    """Estimate one dynamic panel by every estimator and set them side by side.

    Parameters
    ----------
    formula
        `outcome ~ lag(outcome, 1) + regressors`.
    data
        A frame as `FixedEffects.fit` takes it.
    effects
        "twoway" or "unit".
    estimators
        Some of "pooled", "within", "adjusted-moments", "lsdvc", "half-panel", "likelihood", "difference-gmm" and
        "system-gmm"; None takes all.
    where
        A condition on the rows that enter, as in `FixedEffects`.
    unit, time
        The columns that name unit and period, where the index does not.

    Returns
    -------
    DynamicComparison
        An estimator that these data or this formula do not carry stands in `failed` with the reason.

    Raises
    ------
    SpecError
        If the formula names no lag of its outcome, or an estimator is unknown.
    PanelkitError
        If no estimator has an estimate; the reason of the first one.

    Notes
    -----
    Pooled OLS has period effects where `effects` is "twoway". The GMM columns are one step with the default
    instruments of their estimators.

    Examples
    --------
    >>> table = pk.compare_dynamic("log(patents_granted) ~ lag(log(patents_granted), 1)", panel)
    >>> low, high = (table.persistence().loc[name, "estimate"] for name in ("within", "pooled"))
    >>> bool(low < high)
    True
    """
    lags = own_lags(formula)
    makers = makers_of(spelled(formula), effects, check_where(where))
    if effects not in get_args(DynamicEffects):
        raise SpecError(
            message(
                "effects is one of {known}, not {effects!r}", known=get_args(DynamicEffects), effects=effects
            )
        )
    names = chosen(makers, estimators)
    frame = open_frame(data, unit, time)
    results: dict[str, FitResult] = {}
    errors: dict[str, PanelkitError] = {}
    for name in names:
        try:
            results[name] = makers[name]().fit(frame, unit=unit, time=time)
        except PanelkitError as error:
            errors[name] = error
    if not results:
        raise next(iter(errors.values()))
    return DynamicComparison(results, {name: error.said for name, error in errors.items()}, lags)
