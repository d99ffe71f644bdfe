"""How alike treated and controls are in what they were matched on, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Language, Message, message
from panelkit.language.shown import shown_language
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

# Standardised differences beyond this are called imbalance (Austin 2011; Rosenbaum and Rubin 1985 say 20).
IMBALANCE = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Balance(Rendered, Brief):
    """Balance of covariates before and after matching.

    `table`: one row a covariate, columns `covariate`, `mean_treated`, `mean_control`, `bias` (standardised difference
    in percent of the root mean of both variances before matching, as Stata's `pstest`), `variance_ratio`, and the same
    of the matched sample with `_matched` behind.
    """

    title: Message
    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    @property
    def imbalanced(self) -> tuple[str, ...]:
        """Return the covariates whose standardised difference exceeds ten percent after matching."""
        left = self.table["bias_matched"].abs() > IMBALANCE
        return tuple(self.table.loc[left, "covariate"])

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.words import frame_text, note_lines

        text = frame_text(self.table, language, lambda value: f"{value:.4g}", index=False)
        return "\n".join([self.title.text(language), text, *note_lines(self.notes, language)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        return f"{len(self.table)} covariates, {len(self.imbalanced)} beyond {IMBALANCE:g} %"

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        shown = {"decimals": 3, **style}
        return tables.titled(
            self.table, path, self.title, self.notes, format=format, language=language, style=shown
        )


def balance_of(X: FloatArray, names: tuple[str, ...], treated: Array, weight: FloatArray) -> Balance:
    """Return the balance of covariates.

    Parameters
    ----------
    X
        Covariates (n, k) of all rows that could be matched.
    names
        Their names, k.
    treated
        Treated rows, (n,) bool.
    weight
        What matching made of the rows, (n,): zero for those that left.
    """
    before = _moments(X, treated, np.ones(len(X)))
    after = _moments(X, treated, weight)
    spread = np.sqrt((before[2] + before[3]) / 2.0)
    table = pd.DataFrame({"covariate": list(names)})
    for tail, (mean_t, mean_c, var_t, var_c) in (("", before), ("_matched", after)):
        table[f"mean_treated{tail}"] = mean_t
        table[f"mean_control{tail}"] = mean_c
        with np.errstate(divide="ignore", invalid="ignore"):
            table[f"bias{tail}"] = 100.0 * (mean_t - mean_c) / spread
            table[f"variance_ratio{tail}"] = var_t / var_c
    found = Balance(title=message("Balance before and after matching"), table=table)
    left = found.imbalanced
    said = (
        message(
            "standardised differences are percent of the root mean variance of both groups before matching"
        ),
        *(
            (
                message(
                    "beyond {bound:g} % after matching: {names}: matching did not make the groups alike in them",
                    bound=IMBALANCE,
                    names=[f"`{name}`" for name in left],
                ),
            )
            if left
            else ()
        ),
    )
    return Balance(title=found.title, table=table, notes=said)


def _moments(
    X: FloatArray, treated: Array, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return weighted means and variances of both groups, (k,) each; variances with the weights' sum less one."""
    found: list[FloatArray] = []
    for rows in (treated, ~treated):
        w = weight[rows]
        mean = w @ X[rows] / w.sum()
        spread = w @ (X[rows] - mean) ** 2 / max(float(w.sum()) - 1.0, 1.0)
        found += [mean, spread]
    return found[0], found[2], found[1], found[3]
