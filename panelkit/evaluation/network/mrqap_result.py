"""What a regression over pairs returns: coefficients, p-values by relabelling, circular regressors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from panelkit.kernels.within import FloatArray
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

_HEADS = {
    "term": message("Regressor"),
    "estimate": message("Estimate"),
    "standardised": message("Standardised"),
    "t": message("t"),
    "p_two_sided": message("p, two-sided"),
    "p_greater": message("p, greater"),
    "p_less": message("p, less"),
    "circular": message("Circular"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class QAPRegression(Titled, Brief):
    """A regression over pairs with k regressors.

    `statistics` (k,) are t values that serve to be relabelled and have no t distribution; `p_values` hold one mapping a
    regressor (two-sided, greater, less), `r2_p` the p of all coefficients at once. `circular` names regressors that y
    is built from; `benchmark` (B,) is R2 of networks of random masses on the same regressors.
    """

    title: Message
    terms: tuple[str, ...]
    made: tuple[Message | None, ...]
    coefficients: FloatArray
    intercept: float
    standardised: FloatArray
    statistics: FloatArray
    p_values: tuple[dict[str, float], ...]
    r2: float
    r2_p: float
    pairs: int
    method: Literal["dsp", "y-permutation"]
    relabellings: int
    exact: bool
    circular: tuple[str, ...] = ()
    benchmark: FloatArray = field(default_factory=lambda: np.empty(0))
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def said(self) -> tuple[Message, ...]:
        """Return the notes, those on R2 first."""
        notes = [
            message("R2 {r2:.3f}, p {p:.4f} (all coefficients at once, y relabelled); {pairs} pairs",
                    r2=self.r2, p=self.r2_p, pairs=self.pairs)
        ]  # fmt: skip
        if len(self.benchmark):
            low, high = np.quantile(self.benchmark, [0.05, 0.95])
            notes.append(
                message(
                    "benchmark: networks of the same masses dealt anew among the {units}, distances as they are, "
                    "have R2 {mean:.3f} on these regressors (5-95 %: {low:.3f}-{high:.3f}); regressors made of masses "
                    "move with them",
                    mean=float(self.benchmark.mean()),
                    low=float(low),
                    high=float(high),
                )
            )
        made = [
            message("`{name}`: {made}", name=name, made=how)
            for name, how in zip(self.terms, self.made, strict=True)
            if how is not None
        ]
        return tuple(note.spoken(*self.levels) for note in (*notes, *made, *self.notes))

    def tidy(self) -> pd.DataFrame:
        """Return one row a regressor: `term, estimate, standardised, t, p_two_sided, p_greater, p_less, circular`."""
        return pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.coefficients,
                "standardised": self.standardised,
                "t": self.statistics,
                "p_two_sided": [one["two-sided"] for one in self.p_values],
                "p_greater": [one["greater"] for one in self.p_values],
                "p_less": [one["less"] for one in self.p_values],
                "circular": [name in self.circular for name in self.terms],
            }
        )

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the regressors as the frame that is shown."""
        from panelkit.show.words import word

        held = self.tidy()
        shown = held.assign(circular=[word("yes" if one else "no", language) for one in held["circular"]])
        if not self.circular:
            shown = shown.drop(columns="circular")
        return shown.rename(columns={key: said.text(language) for key, said in _HEADS.items()})

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        table = self.to_text(language=language, notes=(), caption=None)
        return "\n".join([title, "=" * cells(title), table, *note_lines(self.said, language)])

    def _brief(self) -> str:
        told = [
            f"{name}={b:.3g} (p={p['two-sided']:.3g})"
            for name, b, p in zip(self.terms, self.coefficients, self.p_values, strict=True)
        ]
        return ", ".join([self.method, *told[:3], f"r2={self.r2:.3g}"])

    def _below(self) -> tuple[Message, ...]:
        return self.said
