"""What the results of this folder share: a table under its title and above its notes, in every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.data.user.panel import province_labels
from panelkit.language.message import Language, Message, Told
from panelkit.results.titled_table import TitledTable
from panelkit.show.brief import Brief


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluated(TitledTable, Brief):
    """A result with one main table; a kind of it says in `table` what it shows and in `tidy` what a program reads."""

    title: Message
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the numbers under names that do not change with the language."""
        raise NotImplementedError

    def said(self) -> tuple[Message, ...]:
        """Return what stands below the table."""
        return self.notes

    def _brief(self) -> str:
        return str(self.title)

    def _below(self) -> tuple[Message, ...]:
        return self.said()


def shown_units(units: Sequence[str], language: Language) -> list[str]:
    """Return provinces as the language calls them; other units as they are."""
    known = province_labels(pd.Index(units), language)
    return [known.get(name, name) for name in units]


def named_units(units: Sequence[str]) -> list[Message]:
    """Return units for a sentence: provinces in both languages, others as they are."""
    return [
        Told(english, chinese)
        for english, chinese in zip(shown_units(units, "en"), shown_units(units, "zh"), strict=True)
    ]


def figure(value: float, decimals: int = 3) -> str:
    """Return a number with its decimals; a dash where there is none."""
    return _special(value) or f"{value:.{decimals}f}"


def compact(value: float) -> str:
    """Return a number of any size with four digits; a dash where there is none."""
    return _special(value) or f"{value:.4g}"


def _special(value: float) -> str:
    """Return the text of what is no finite number."""
    return "–" if np.isnan(value) else "" if np.isfinite(value) else "∞" if value > 0.0 else "-∞"


def span(low: float, high: float, decimals: int = 3) -> str:
    """Return an interval."""
    return f"[{figure(low, decimals)}, {figure(high, decimals)}]"
