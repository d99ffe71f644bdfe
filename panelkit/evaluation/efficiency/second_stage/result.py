"""What a second stage returns: slopes of a truncated regression, and the naive regressions beside them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from panelkit.language.message import Language, in_language, message, term
from panelkit.results.derived import Derived
from panelkit.results.numbers import number

_HEADS = {
    "ols": term("column of a second stage", "OLS"),
    "ols_error": term("column of a second stage", "OLS std. error"),
    "tobit": term("column of a second stage", "Tobit"),
    "tobit_error": term("column of a second stage", "Tobit std. error"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SecondStage(Derived):
    """Slopes of inefficiency, with draws for errors and intervals; a positive slope goes with more inefficiency.

    `naive` has least squares and Tobit of the uncorrected distances by term: what papers print, and not to be relied
    upon. `distances` are those of the rows, `corrected` the same less their bias (algorithm 2).
    """

    naive: pd.DataFrame
    distances: pd.Series
    corrected: pd.Series | None = None

    def beside(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the naive regressions as they are shown."""
        from panelkit.show.words import term_word

        return self.naive.rename(
            index=lambda name: term_word(name, language),
            columns={key: in_language(head, language) for key, head in _HEADS.items()},
        )

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return the table, the facts, the notes, and the naive regressions with what is wrong with them."""
        from panelkit.show.words import frame_text

        warning = message(
            "Not to be relied upon: efficiencies depend on each other through the frontier, are biased, and have no "
            "mass at 1 in truth, which Tobit assumes (Simar and Wilson 2007)"
        )
        table = frame_text(self.beside(language=language), language, number)
        whole = super().summary(level, language=language)
        return "\n".join([whole, "", warning.text(language), table])
