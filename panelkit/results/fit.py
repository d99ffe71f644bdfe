"""The kinds of result that every estimator returns: `FitResult`, `Derived`, `Measure`, `TestResult`.

A verdict, the fifth kind, lives with the claims that it judges.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.panel.provenance import spoken_note
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    from panelkit.kernels.linear import LinearFit
    from panelkit.panel.design import Design
    from panelkit.show.figures import Figure

FloatArray = NDArray[np.float64]
Language = Literal["en", "zh"]

COLUMNS = (
    "equation",
    "term",
    "estimate",
    "std_error",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
)

_MAKETABLES_COLUMNS = {
    "estimate": "b",
    "std_error": "se",
    "statistic": "t",
    "p_value": "p",
    "conf_low": "ci95l",
    "conf_high": "ci95u",
}
_MAKETABLES_FACTS = {"N": "nobs", "se_type": "vcov", "ll": "loglik", "adj_r2": "r2_adjusted"}
_TO_MAKETABLES = {ours: theirs for theirs, ours in _MAKETABLES_FACTS.items()}


def t_survival(statistic: FloatArray, df: float | FloatArray) -> FloatArray:
    """Return two-sided p-values from the survival function, so that they do not round to zero."""
    from scipy import special  # the normal limit is exact for df = inf

    size = np.abs(np.asarray(statistic, dtype=float))
    degrees = np.broadcast_to(np.asarray(df, dtype=float), size.shape)
    finite = np.isfinite(degrees)
    p = 2.0 * special.ndtr(-size)
    return np.where(finite, 2.0 * special.stdtr(np.where(finite, degrees, 1.0), -size), p)


def t_quantile(level: float, df: float | FloatArray) -> FloatArray:
    """Return the two-sided critical value of a t (df finite) or normal (df = inf) distribution."""
    from scipy import special

    if not 0.0 < level < 1.0:
        raise SpecError(f"a confidence level lies between 0 and 1, not {level!r}: write 0.95 for 95 %")
    degrees = np.asarray(df, dtype=float)
    finite = np.isfinite(degrees)
    tail = 0.5 + level / 2.0
    return np.where(finite, special.stdtrit(np.where(finite, degrees, 1.0), tail), special.ndtri(tail))


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates(Brief):
    """Named estimates with their uncertainty: what `FitResult` and `Derived` share.

    Shapes: `terms` and `equations` k, `estimates` (k,), `covariance` (k, k), `df` scalar or (k,).
    """

    title: str
    terms: tuple[str, ...]
    estimates: FloatArray
    covariance: FloatArray
    equations: tuple[str, ...] = ()
    df: float | FloatArray = np.inf
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        k = len(self.terms)
        if self.estimates.shape != (k,) or self.covariance.shape != (k, k):
            raise SpecError(
                f"{self.title}: {k} terms, but estimates {self.estimates.shape} and covariance {self.covariance.shape}"
            )
        if not self.equations:
            object.__setattr__(self, "equations", ("",) * k)
        if self.level_names != ("province", "year"):
            object.__setattr__(self, "notes", tuple(self._spoken(note) for note in self.notes))

    @property
    def params(self) -> pd.Series:
        """Return the estimates by term (by equation and term where there are several equations)."""
        return pd.Series(self.estimates, index=self._labels(), name="estimate")

    @property
    def std_errors(self) -> pd.Series:
        """Return the standard errors by term."""
        return pd.Series(self._standard_errors(), index=self._labels(), name="std_error")

    @property
    def statistics(self) -> pd.Series:
        """Return estimate / standard error by term."""
        return pd.Series(self._statistics(), index=self._labels(), name="statistic")

    @property
    def p_values(self) -> pd.Series:
        """Return two-sided p-values by term."""
        return pd.Series(self._p_values(), index=self._labels(), name="p_value")

    @property
    def vcov(self) -> pd.DataFrame:
        """Return the covariance matrix of the estimates, labelled on both sides."""
        labels = self._labels()
        return pd.DataFrame(self.covariance, index=labels, columns=labels)

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return the two-sided interval by term, columns `conf_low` and `conf_high`."""
        low, high = self._interval(level)
        return pd.DataFrame({"conf_low": low, "conf_high": high}, index=self._labels())

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a term, with the columns that every result of panelkit has."""
        low, high = self._interval(level)
        columns = (
            list(self.equations),
            list(self.terms),
            self.estimates,
            self._standard_errors(),
            self._statistics(),
            self._p_values(),
            low,
            high,
        )
        return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))

    def glance(self) -> pd.Series:
        """Return the facts about the whole fit: observations, groups, R2, covariance, convention."""
        return pd.Series(dict(self.facts), name=self.title, dtype=object)

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return the result as plain text: the table, the facts, the notes."""
        from panelkit.show.words import in_language, result_word, word

        title = in_language(self.title, language)
        heading = result_word("note", language) + word("colon", language)
        lines = [
            title,
            "=" * _cells(title),
            self.table_text(level, language),
            "",
            *self._fact_lines(language),
        ]
        lines += ["", *(heading + in_language(note, language) for note in self.notes)] if self.notes else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def _brief(self) -> str:
        formula = getattr(getattr(self, "spec", None), "formula", None)
        told = [str(formula)] if formula else []
        told += [f"{len(self.terms)} estimates"]
        shown = ("nobs", "n_units", "n_periods", "effects", "vcov")
        told += [f"{key}={self.facts[key]}" for key in shown if key in self.facts]
        return f"{self.title}: {', '.join(told)}" if self.title else ", ".join(told)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_latex(self, path: str | Path | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) a booktabs table."""
        from panelkit.show import tables

        return tables.to_latex([self], path, language=language, **style)

    def to_html(self, path: str | Path | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) an HTML table."""
        from panelkit.show import tables

        return tables.to_html([self], path, language=language, **style)

    def to_markdown(self, path: str | Path | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) a Markdown table."""
        from panelkit.show import tables

        return tables.to_markdown([self], path, language=language, **style)

    def to_docx(self, path: str | Path, *, language: Language = "en", **style: Any) -> Path:
        """Write a Word file with a three-line table and return its path."""
        from panelkit.show import tables

        return tables.to_docx([self], path, language=language, **style)

    def plot(self, *, level: float = 0.95, language: Language = "en", **style: Any) -> Figure:
        """Draw the estimates with their intervals; `.save(path)` writes SVG, PNG or PDF."""
        from panelkit.show import figures

        by = "equation" if len(set(self.equations)) > 1 else None
        return figures.coefficient_plot(self.tidy(level), by=by, language=language, **style)

    def to_text(self, *, language: Language = "en", **style: Any) -> str:
        """Return the table for a terminal."""
        from panelkit.show import tables

        return tables.to_text([self], language=language, **style)

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Return what maketables reads (b, se, t, p, ci95l, ci95u), `equation` and `term` beside it."""
        table = self.tidy().rename(columns=_MAKETABLES_COLUMNS)
        several = len(set(self.equations)) > 1
        pairs = zip(self.equations, self.terms, strict=True)
        keys = [f"{equation} · {term}" if several else term for equation, term in pairs]
        table.index = pd.Index(keys, name="Coefficient", dtype=object)
        return table

    def __maketables_stat__(self, key: str) -> Any:
        """Return a fact under maketables' name for it, or under our own."""
        return self.facts.get(_MAKETABLES_FACTS.get(key, key))

    @property
    def __maketables_depvar__(self) -> str:
        """Return the head of this result's column: the outcome of a fit, the title of anything else."""
        return self.title

    @property
    def __maketables_fixef_string__(self) -> str | None:
        """Return the absorbed effects, joined by a plus sign."""
        unit, time = self.level_names
        held = {"unit": unit, "time": time, "twoway": f"{unit}+{time}"}
        return held.get(str(self.facts.get("effects", "")))

    @property
    def __maketables_vcov_info__(self) -> dict[str, Any]:
        """Return the covariance that the errors come from."""
        return {"vcov_type": str(self.facts.get("vcov", "")), "clustervar": None}

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        """Return the facts that a table shows unless told otherwise."""
        held = ("nobs", "n_units", "n_periods", "r2_within")
        return [_TO_MAKETABLES.get(key, key) for key in held if key in self.facts] + ["se_type"]

    @property
    def __maketables_stat_labels__(self) -> dict[str, str]:
        """Return labels of the facts that maketables has no name for."""
        return {"n_units": "Units", "n_periods": "Periods"}

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        return ("province", "year")

    def _spoken(self, note: str) -> str:
        """Return a note about provinces in the words of this panel, in both languages."""
        return spoken_note(note, *self.level_names)

    def table_text(self, level: float, language: Language) -> str:
        """Return the table of estimates as plain text under heads in the language."""
        from panelkit.show.words import equation_word, result_word

        table = self.tidy(level)
        table["equation"] = [equation_word(name, language) for name in self.equations]
        if not any(self.equations):
            table = table.drop(columns="equation")
        table.columns = pd.Index([result_word(key, language) for key in table.columns])
        with pd.option_context("display.unicode.east_asian_width", True):
            return table.to_string(index=False, float_format=_number)

    def _fact_lines(self, language: Language) -> list[str]:
        from panelkit.show.words import result_value, result_word

        levels = self.level_names
        names = [result_word(key, language, levels) for key in self.facts]
        width = max((_cells(name) for name in names), default=0)
        values = [
            _plain(value)
            if isinstance(value, float | np.floating)
            else result_value(key, value, language, levels)
            for key, value in self.facts.items()
        ]
        return [
            name + " " * (width - _cells(name) + 2) + value for name, value in zip(names, values, strict=True)
        ]

    def _labels(self) -> pd.Index:
        if len(set(self.equations)) == 1:
            return pd.Index(self.terms, name="term")
        return pd.MultiIndex.from_arrays([self.equations, self.terms], names=["equation", "term"])

    def _standard_errors(self) -> FloatArray:
        return np.sqrt(np.diag(self.covariance))

    def _statistics(self) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.estimates / self._standard_errors()

    def _p_values(self) -> FloatArray:
        return t_survival(self._statistics(), self.df)

    def _interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        half = t_quantile(level, self.df) * self._standard_errors()
        return self.estimates - half, self.estimates + half


@dataclass(frozen=True, kw_only=True, eq=False)
class FitResult(Estimates):
    """A fitted model: estimates and covariance are the facts, everything else is read from them.

    `design`, `linear` (the swept least-squares problem, where the model is one) and `residuals` (n,) let
    inference refit the model; `spec` is the request that made it.
    `facts` names at least nobs, n_units, n_periods, vcov and convention.
    """

    outcome: str
    spec: Any
    design: Design | None = None
    linear: LinearFit | None = None
    residuals: FloatArray = field(default_factory=lambda: np.empty(0))
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.level_names != ("province", "year") and "reason" in self.dropped and len(self.dropped):
            reasons = [self._spoken(str(reason)) for reason in self.dropped["reason"]]
            object.__setattr__(self, "dropped", self.dropped.assign(reason=reasons))

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        if self.design is None:
            return super().level_names
        return self.design.unit_names[0], self.design.time_names[0]

    @property
    def __maketables_depvar__(self) -> str:
        """Return the name of the outcome."""
        return self.outcome

    @property
    def nobs(self) -> int:
        """Return the number of observations behind the estimates."""
        return int(self.facts["nobs"])


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """How the uncertainty of a derived quantity was made."""

    method: Literal["delta", "draws", "bootstrap"]
    reps: int = 0
    seed: int | None = None
    discarded: int = 0

    def sentence(self) -> Message:
        """Return the method as a note under a table."""
        if self.method == "delta":
            return message("standard errors by the delta method")
        seed = (
            message("a generator of the caller's")
            if self.seed is None
            else message("seed {seed}", seed=self.seed)
        )
        made = (
            message("draws: {reps} replications, {seed}", reps=self.reps, seed=seed)
            if self.method == "draws"
            else message("bootstrap: {reps} replications, {seed}", reps=self.reps, seed=seed)
        )
        if not self.discarded:
            return made
        return message("{made}, {discarded} discarded", made=made, discarded=self.discarded)


@dataclass(frozen=True, kw_only=True, eq=False)
class Derived(Estimates):
    """A function of parameters: impacts, indirect effects, long-run effects.

    `draws` (reps, k), where given, makes the intervals (percentile) and p-values (share on the far side of
    zero, doubled, with the +1 of a finite number of draws); otherwise they come from the covariance and `df`.
    """

    uncertainty: Uncertainty
    draws: FloatArray | None = None

    def _p_values(self) -> FloatArray:
        if self.draws is None:
            return super()._p_values()
        reps = len(self.draws)
        below = (1.0 + (self.draws <= 0.0).sum(axis=0)) / (reps + 1.0)
        above = (1.0 + (self.draws >= 0.0).sum(axis=0)) / (reps + 1.0)
        return np.minimum(1.0, 2.0 * np.minimum(below, above))

    def _interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        if self.draws is None:
            return super()._interval(level)
        tail = (1.0 - level) / 2.0
        low, high = _quantiles(self.draws, [tail, 1.0 - tail])
        return low, high


def _quantiles(draws: FloatArray, shares: list[float]) -> FloatArray:
    """Return quantiles of draws (reps, k), which may be infinite: numpy has no number between two infinite ones."""
    with np.errstate(invalid="ignore"):
        found = np.quantile(draws, shares, axis=0)
    lower, higher = (np.quantile(draws, shares, axis=0, method=side) for side in ("lower", "higher"))
    return np.asarray(np.where(np.isnan(found), np.where(np.isneginf(lower), lower, higher), found))


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure(Brief):
    """Index values by unit and year, with the weights behind them.

    `values` has a (province, year) MultiIndex, one column an index; `weights`, where the index has any,
    one row an indicator. `method` says how it was made, in words that a table can print.
    """

    name: str
    values: pd.DataFrame
    weights: pd.DataFrame | None = None
    method: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a province, year and index: `province, year, measure, value`."""
        long = self.values.astype(float).rename_axis(columns="measure").stack()
        return pd.DataFrame({"value": long}).reset_index()

    def summary(self, *, language: Language = "en") -> str:
        """Return the last year's values, the weights and the notes as plain text."""
        from panelkit.show.words import frame_text, in_language, note_lines, said_of

        years = self.values.index.get_level_values(-1)
        last = self.values[years == years.max()]
        name = in_language(self.name, language)
        parts = [name, "=" * _cells(name), frame_text(last, language, _number)]
        if self.weights is not None:
            parts += ["", frame_text(self.weights, language, _number)]
        parts += [said_of(key, _plain(value), language) for key, value in self.method.items()]
        return "\n".join([*parts, *note_lines(self.notes, language)])

    def __str__(self) -> str:
        return self.summary()

    def _brief(self) -> str:
        units, years = (self.values.index.get_level_values(level) for level in (0, -1))
        span = f"{years.min()}-{years.max()}" if len(self.values) else "no rows"
        columns = ", ".join(map(str, self.values.columns))
        return f"{self.name}: {units.nunique()} units, {span}; {columns}"

    def _repr_html_(self) -> str:
        """Return the last year's values as an HTML table, the notes below."""
        from panelkit.show import tables

        years = self.values.index.get_level_values(-1)
        last = self.values[years == years.max()]
        return tables.frame_table(last, format="html", caption=self.name, notes=self.notes)


@dataclass(frozen=True, kw_only=True, eq=False)
class TestResult(Brief):
    """A test: statistic, distribution and null hypothesis as a sentence, or why it does not apply."""

    __test__ = False  # pytest must not collect it

    name: str
    null: str
    statistic: float = float("nan")
    distribution: str = ""
    df: tuple[float, ...] = ()
    p_value: float = float("nan")
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def not_applicable(cls, name: str, null: str, because: str) -> TestResult:
        """Return the result of a test that cannot be run, with the reason."""
        return cls(name=name, null=null, reason=because)

    @property
    def applicable(self) -> bool:
        """Return whether the test could be run."""
        return not self.reason

    def summary(self, *, language: Language = "en") -> str:
        """Return the test in two lines of plain text, then its notes; what has no Chinese text stays English."""
        from panelkit.show.words import in_language

        colon, null, note = ("：", "原假设", "注") if language == "zh" else (": ", "null", "note")
        name, hypothesis = (
            in_language(self.name, language),
            f"{null}{colon}{in_language(self.null, language)}",
        )
        if not self.applicable:
            because = "不适用，因为" if language == "zh" else "not applicable, because "
            return f"{name}{colon}{because}{in_language(self.reason, language)}\n{hypothesis}"
        degrees = f"({', '.join(_plain(value) for value in self.df)})" if self.df else ""
        head = (
            f"{name}{colon}{in_language(self.distribution, language)}{degrees} = {_number(self.statistic)}, "
            f"p = {self.p_value:.4g}"
        )
        notes = (f"{note}{colon}{in_language(text, language)}" for text in self.notes)
        return "\n".join([head, hypothesis, *self._between(language), *notes])

    def _between(self, language: Language) -> tuple[str, ...]:
        """Return what a kind of test says between its null and its notes."""
        return ()

    def __str__(self) -> str:
        return self.summary()

    def _brief(self) -> str:
        if not self.applicable:
            return f"{self.name}: not applicable"
        return f"{self.name}: {self.distribution or 'statistic'} = {_number(self.statistic)}, p = {self.p_value:.4g}"

    def _repr_html_(self) -> str:
        """Return the test as an HTML table of one row, the notes below."""
        from panelkit.show import tables

        return tables.frame_table(tables.frame_of_tests([self]), format="html", notes=self.notes)


def _cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _number(value: float) -> str:
    return f"{value:.6g}"


def _plain(value: Any) -> str:
    return _number(float(value)) if isinstance(value, float | np.floating) else str(value)
