"""Named estimates with their uncertainty, and every table that is read from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.register import find
from panelkit.language.shown import shown_language
from panelkit.results.by_term import ByTerm
from panelkit.results.numbers import cells, number, plain
from panelkit.results.students_t import t_quantile, t_survival
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

if TYPE_CHECKING:
    from panelkit.show.figures import Figure

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates(Rendered, Brief):
    """Named estimates with their uncertainty: what `FitResult` and `Derived` share.

    Shapes: `terms` and `equations` k, `estimates` (k,), `covariance` (k, k), `df` scalar or (k,).
    """

    title: Message
    terms: tuple[str, ...]
    estimates: FloatArray
    covariance: FloatArray
    equations: tuple[str, ...] = ()
    df: float | FloatArray = np.inf
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        k = len(self.terms)
        if self.estimates.shape != (k,) or self.covariance.shape != (k, k):
            raise SpecError(
                message(
                    "{title}: {k} terms, but estimates {estimates} and covariance {covariance}",
                    title=self.title,
                    k=k,
                    estimates=str(self.estimates.shape),
                    covariance=str(self.covariance.shape),
                )
            )
        if not self.equations:
            object.__setattr__(self, "equations", ("",) * k)
        if self.level_names != ("province", "year"):
            object.__setattr__(self, "notes", tuple(note.spoken(*self.level_names) for note in self.notes))

    def test(self, hypotheses: str | Sequence[str], **options: Any) -> Any:
        """Test hypotheses about the coefficients jointly, as `pk.joint_test` says: `fit.test("x = z = 0")`."""
        return find("inference", "joint_test")(self, hypotheses, **options)

    def combine(self, expressions: str | Sequence[str] | Mapping[str, str]) -> Any:
        """Return combinations of coefficients with their errors, as `pk.combine` says: `fit.combine("x + 2*z")`."""
        return find("inference", "combine")(self, expressions)

    @property
    def params(self) -> pd.Series:
        """Return the estimates by term; where there are several equations by equation and term, or a term alone.

        `params["W*x"]` is then the estimate of the one equation that has it, `params["wx"]` those of the equation.
        """
        return self._by_term(self.estimates, "estimate")

    @property
    def std_errors(self) -> pd.Series:
        """Return the standard errors by term."""
        return self._by_term(self._standard_errors(), "std_error")

    @property
    def statistics(self) -> pd.Series:
        """Return estimate / standard error by term."""
        return self._by_term(self._statistics(), "statistic")

    @property
    def p_values(self) -> pd.Series:
        """Return two-sided p-values by term."""
        return self._by_term(self._p_values(), "p_value")

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
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        lines = [
            title,
            "=" * cells(title),
            self.table_text(level, language),
            "",
            *self._fact_lines(language),
        ]
        lines += ["", *note_lines(self.notes, language)] if self.notes else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        formula = getattr(getattr(self, "spec", None), "formula", None)
        told = [str(formula)] if formula else []
        told += [f"{len(self.terms)} estimates"]
        shown = ("nobs", "n_units", "n_periods", "effects", "vcov")
        told += [f"{key}={self.facts[key]}" for key in shown if key in self.facts]
        return f"{self.title}: {', '.join(told)}" if self.title else ", ".join(told)

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        return tables.to_format([self], format, path, language=language, **style)

    def plot(self, *, level: float = 0.95, language: Language = "en", **style: Any) -> Figure:
        """Draw the estimates with their intervals; `.save(path)` writes SVG, PNG or PDF."""
        from panelkit.show import figures

        by = "equation" if len(set(self.equations)) > 1 else None
        return figures.coefficient_plot(self.tidy(level), by=by, language=language, **style)

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Return what maketables reads (b, se, t, p, ci95l, ci95u), `equation` and `term` beside it."""
        table = self.tidy().rename(columns=_MAKETABLES_COLUMNS)
        for name, words in (("equation", self.equations), ("term", self.terms)):
            table[name] = pd.Series(
                list(words), dtype=object
            )  # a column of texts would make plain ones of messages
        several = len(set(self.equations)) > 1
        pairs = zip(self.equations, self.terms, strict=True)
        for name, held in (("equation", self.equations), ("term", self.terms)):
            table[name] = pd.Series(list(held), index=table.index, dtype=object)  # messages stay messages
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

    def table_text(self, level: float, language: Language) -> str:
        """Return the table of estimates as plain text under heads in the language."""
        table = self.table_frame(level, language)
        with pd.option_context("display.unicode.east_asian_width", True):
            return table.to_string(index=False, float_format=number)

    def table_frame(self, level: float, language: Language) -> pd.DataFrame:
        """Return the table of estimates under heads in the language."""
        from panelkit.show.words import equation_word, result_word, term_word

        table = self.tidy(level)
        named = zip(self.terms, self.equations, strict=True)
        table["term"] = [term_word(name, language, equation) for name, equation in named]
        table["equation"] = [equation_word(name, language) for name in self.equations]
        if not any(self.equations):
            table = table.drop(columns="equation")
        table.columns = pd.Index([result_word(key, language) for key in table.columns])
        return table

    def _fact_lines(self, language: Language) -> list[str]:
        from panelkit.show.words import result_value, result_word

        levels = self.level_names
        names = [result_word(key, language, levels) for key in self.facts]
        width = max((cells(name) for name in names), default=0)
        values = [
            plain(value)
            if isinstance(value, float | np.floating)
            else result_value(key, value, language, levels)
            for key, value in self.facts.items()
        ]
        return [
            name + " " * (width - cells(name) + 2) + value for name, value in zip(names, values, strict=True)
        ]

    def _by_term(self, values: FloatArray, name: str) -> pd.Series:
        labels = self._labels()
        made = pd.Series(values, index=labels, name=name)
        return ByTerm(made) if isinstance(labels, pd.MultiIndex) else made

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
