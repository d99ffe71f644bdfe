"""The fitted curve: facts, medians along a choice, figure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.shown import shown_language
from panelkit.results.fit import Language
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported
from panelkit.studies.specification_curve.choices import AXES, AXIS_WORDS, Choices
from panelkit.studies.specification_curve.permutation import CurveTest, permutation_test


@dataclass(frozen=True, eq=False)
class CurveResult(Exported, Brief):
    """The fitted curve; `frame` has one row a specification.

    Columns: outcome, treatment, controls, sample, lag, vcov, estimate, std_error, statistic, p_value, conf_low,
    conf_high, nobs, n_clusters, failed (why there is no estimate or no standard error; "" where there are both).
    Shares are of all specifications: what could not be computed has no sign and is not significant.
    """

    spec: Choices
    frame: pd.DataFrame
    columns: Any = field(repr=False)
    notes: tuple[Message, ...] = ()

    @cached_property
    def facts(self) -> dict[str, float | int]:
        """Return the number of specifications, the median and range, and the shares by sign and significance.

        A specification without a p-value counts as p = 1 in `median_p`.
        """
        computed = self.frame["failed"] == ""
        estimate, p = self.frame["estimate"].where(computed), self.frame["p_value"].fillna(1.0)
        lost = int((~computed).sum())
        return {
            "specifications": len(self.frame),
            **({"not_computed": lost} if lost else {}),
            "median": float(estimate.median()),
            "lowest": float(estimate.min()),
            "highest": float(estimate.max()),
            "share_positive": float((estimate > 0).mean()),
            "share_positive_significant": float(((estimate > 0) & (p < 0.05)).mean()),
            "share_negative_significant": float(((estimate < 0) & (p < 0.05)).mean()),
            "median_p": float(p.median()),
        }

    def medians(self, axis: str) -> pd.DataFrame:
        """Return, by option of one axis, how many specifications, the median, and the shares by sign.

        `not_computed` counts those without a number, where there are any; the shares are of all.
        """
        if axis not in AXES:
            raise SpecError(message("axis is one of {axes}, not {axis!r}", axes=AXES, axis=axis))
        lost = self.frame["failed"] != ""
        estimate = self.frame["estimate"].mask(lost)
        significant = self.frame["p_value"] < 0.05
        frame = self.frame.assign(
            estimate=estimate, positive=estimate > 0, significant=significant, lost=lost
        )
        grouped = frame.groupby(axis, sort=False)
        lost = grouped["lost"].sum()
        return pd.DataFrame(
            {
                "specifications": grouped.size(),
                **({"not_computed": lost} if lost.any() else {}),
                "median": grouped["estimate"].median(),
                "share_positive": grouped["positive"].mean(),
                "share_significant": grouped["significant"].mean(),
            }
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return the facts, and the medians along every axis with a choice, as plain text."""
        from panelkit.show.words import result_word

        lines = [f"{result_word(key, language):<28}{value:.6g}" for key, value in self.facts.items()]
        for axis in AXES:
            if self.frame[axis].nunique() > 1:
                table = self.medians(axis).rename(columns=lambda key: result_word(key, language))
                with pd.option_context("display.unicode.east_asian_width", True):
                    lines += ["", table.to_string(float_format=lambda v: f"{v:.4g}")]
        reasons = Counter(reason for reason in self.frame["failed"] if reason)
        said = [
            message("not computed: {times} x {reason}", times=n, reason=why)
            for why, n in reasons.most_common()
        ]
        lines += ["", *(one.text(language) for one in said)] if said else []
        lines += ["", *(note.text(language) for note in self.notes)] if self.notes else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        facts = self.facts
        share = f"{facts['share_positive']:.0%} positive"
        return f"{facts['specifications']} specifications, median {facts['median']:.4g}, {share}"

    def _exported(self, language: Language) -> tuple[pd.DataFrame, None, tuple[Message, ...]]:
        """Return every specification with its choices."""
        heads = {axis: said.text(language) for axis, said in AXIS_WORDS.items()}
        return self.frame.rename(columns=heads), None, self.notes

    def _repr_html_(self) -> str:
        """Return the facts of the curve as an HTML table."""
        from panelkit.show import tables
        from panelkit.show.words import said_heads

        language = shown_language()
        table = pd.DataFrame({"value": pd.Series(self.facts, dtype=object)}).rename_axis("curve")
        return tables.frame_table(said_heads(table, language), format="html", language=language)

    def plot(self, *, claimed: float | None = None, language: Language = "en", **style: Any) -> Any:
        """Draw all specifications by size, and below which choices made each."""
        from panelkit.show.figures import specification_curve

        drawn = self.frame[self.frame["failed"] == ""]
        lost = len(self.frame) - len(drawn)
        if lost:
            told = message(
                "{failed} of {declared} specifications could not be computed and are not drawn",
                failed=lost,
                declared=len(self.frame),
            )
            given = style.pop("notes", ())
            style["notes"] = [told.text(language), *([given] if isinstance(given, str) else given)]
        heads = {axis: said.text(language) for axis, said in AXIS_WORDS.items()}
        style["labels"] = heads | dict(style.get("labels") or {})
        return specification_curve(drawn, choices=list(AXES), claimed=claimed, language=language, **style)

    def permutation_test(self, reps: int = 499, *, rng: int | np.random.Generator = 0) -> CurveTest:
        """Test that the treatment has no effect in any specification, from the whole curve.

        The units exchange their paths of the treatments (the same exchange in all specifications, controls and
        outcomes stay) and the curve is computed anew: the median estimate, the share significant with the
        dominant sign, and the mean t (Simonsohn, Simmons and Nelson 2020). t statistics are CRV1's.
        """
        computed = self.frame["estimate"].notna().to_numpy()[:: len(self.spec.vcovs)]  # one row a covariance
        return permutation_test(self.spec, self.columns, computed, reps=reps, rng=rng)
