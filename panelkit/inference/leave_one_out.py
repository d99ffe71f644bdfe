"""Any test without each unit or period in turn: whose data carry what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.inference.focal import check_share
from panelkit.inference.panel_tests.fits import design_of
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Language, Message, message, term
from panelkit.language.offers import offered
from panelkit.language.register import find
from panelkit.language.shown import shown_language
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

_EACH = {"unit": term("left out one by one", "unit"), "time": term("left out one by one", "time")}


@dataclass(frozen=True, kw_only=True, eq=False)
class LeftOut(Rendered, Brief):
    """A test without each unit or period.

    `table`: columns `left_out, statistic, p_value, change, turns`, the worst first: where the whole sample rejects at
    `level` the largest p, else the smallest. `change` is that of the statistic, `turns` says that p is on the other
    side of `level`; both are missing, and the row stands first, where the test cannot be run without it.
    """

    whole: TestResult
    by: str
    level: float
    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    @property
    def worst(self) -> Any:
        """Return the unit or period without which p is farthest on the way to the other side of the level."""
        return self.table["left_out"].iloc[0]

    def tidy(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def summary(self, rows: int = 10, *, language: Language = "en") -> str:
        """Return the test of the whole sample and the worst cases as plain text."""
        from panelkit.show.words import frame_text, note_lines

        lines = [
            self.whole.summary(language=language),
            "",
            frame_text(self.table.head(rows), language, lambda value: f"{value:.6g}", index=False),
            *(said.text(language) for said in self._said()),
        ]
        return "\n".join([*lines, *note_lines(self.notes, language)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        return f"{self.whole.name}, p = {self.whole.p_value:.4g}, worst={self.worst}"

    def _said(self) -> tuple[Message, ...]:
        """Return the range of p, how many turn it, and how many leave it without a value."""
        p = self.table["p_value"]
        first = message(
            "without each {by} of {count}: p from {low:.4g} to {high:.4g}; {turned} turn it at level {level:g}; "
            "worst: {worst}",
            by=_EACH[self.by],
            count=len(self.table),
            low=float(p.min()),
            high=float(p.max()),
            turned=int(self.table["turns"].fillna(False).sum()),
            level=self.level,
            worst=str(self.worst),
        )
        lost = int(p.isna().sum())
        return (
            (first, message("without {lost} of them the test cannot be run", lost=lost)) if lost else (first,)
        )

    def _repr_html_(self) -> str:
        """Return the worst cases as an HTML table, the notes below."""
        return self.to_html(rows=10, language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        """Return the worst cases, all of them unless `rows` says how many."""
        from panelkit.show import tables

        rows = style.pop("rows", None)
        shown: dict[str, Any] = {
            "decimals": 4,
            "caption": self.whole.name.text(language),
            "notes": [note.text(language) for note in (*self._said(), *self.notes)],
            **style,
        }
        table = self.table if rows is None else self.table.head(rows)
        return tables.frame_table(table, path, format=format, language=language, index=False, **shown)


@offered("inference", family="influence", result="LeftOut", public=True)
def leave_one_out(
    fit: FitResult,
    test: Callable[[FitResult], TestResult],
    by: Literal["unit", "time"] = "unit",
    *,
    level: float = 0.05,
) -> LeftOut:
    """Run a test without each unit or period, the model fitted anew each time.

    Parameters
    ----------
    fit
        Least squares in one equation on rows as observed.
    test
        What makes a test of a fit: `pk.serial_correlation`, or `lambda fit: pk.equivalence(fit, "x", 0.3)`.
    by
        "unit" or "time": what leaves.
    level
        The level at which a test turns.

    Returns
    -------
    LeftOut
        The test of the whole sample and its table, the worst case first. For estimates alone `influence` is faster.

    Raises
    ------
    SpecError
        If the fit is of another kind, or `test` gives no test.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.leave_one_out(fit, lambda fit: pk.equivalence(fit, "log(rd_expenditure)", 0.5))
    >>> len(found.table), found.worst
    (31, 'Heilongjiang')
    """
    _, design = design_of(fit, weighted=True)
    if not callable(test):
        raise SpecError(
            message(
                "test is a function of a fit, such as `lambda fit: fit.test('x = 1')`, not {given!r}",
                given=test,
            )
        )
    if by not in ("unit", "time"):
        raise SpecError(message("by is unit or time, not {by!r}", by=by))
    check_share("level", level)
    find("capability", "without_rows")(
        fit, np.zeros(len(design.y), dtype=bool)
    )  # refuses what cannot be refitted
    whole = _checked(test(fit))
    codes, labels = (design.unit, design.unit_labels) if by == "unit" else (design.time, design.time_labels)
    found = [_without(fit, test, codes == code) for code in range(len(labels))]
    tests = [each if isinstance(each, TestResult) else None for each in found]
    table = pd.DataFrame(
        {
            "left_out": labels,
            "statistic": [np.nan if each is None else each.statistic for each in tests],
            "p_value": [np.nan if each is None else each.p_value for each in tests],
        }
    )
    table["change"] = table["statistic"] - whole.statistic
    rejects = whole.p_value < level
    turns = (table["p_value"] < level) != rejects
    table["turns"] = turns.astype("boolean").mask(table["p_value"].isna())
    ordered = table.sort_values("p_value", ascending=not rejects, kind="stable", na_position="first")
    return LeftOut(
        whole=whole,
        by=by,
        level=level,
        table=ordered.reset_index(drop=True),
        notes=tuple(_lost(labels, found)),
    )


def _without(
    fit: FitResult, test: Callable[[FitResult], TestResult], gone: np.ndarray
) -> TestResult | PanelkitError:
    """Return the test without some rows (n,), or why there is none."""
    try:
        return test(find("capability", "without_rows")(fit, gone))
    except PanelkitError as error:
        return error


def _checked(found: object) -> TestResult:
    if not isinstance(found, TestResult):
        raise SpecError(
            message(
                "`test` makes a TestResult of a fit, not {kind}: for an estimate take `influence`",
                kind=type(found).__name__,
            )
        )
    return found


def _lost(labels: np.ndarray, found: list[TestResult | PanelkitError]) -> Iterator[Message]:
    for label, each in zip(labels, found, strict=True):
        reason = each.said if isinstance(each, PanelkitError) else each.reason
        if reason:
            yield message("without {left_out}: {reason}", left_out=str(label), reason=reason)
