"""What a Malmquist index returns: gains by unit and pair of years, their means and chains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency.by_unit import YEAR, ByUnit
from panelkit.language.message import Language, Message, in_language, message, term
from panelkit.show.canvas import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class MalmquistIndex(ByUnit):
    """Indices by unit and the later of two years: above one is a gain; NaN where a frontier does not reach a point.

    `yearly` has geometric means by year with their intervals, where there are draws.
    """

    heads: ClassVar[Mapping[str, Message]] = {
        "malmquist": term("column of a productivity index", "productivity"),
        "efficiency": term("column of a productivity index", "efficiency change"),
        "technical": term("column of a productivity index", "technical change"),
        "pure": term("column of a productivity index", "pure efficiency"),
        "scale": term("column of a productivity index", "scale efficiency"),
        "technical_variable": term("column of a productivity index", "technical change, variable returns"),
        "scale_change": term("column of a productivity index", "scale change"),
        "gap": term("column of a productivity index", "best-practice change"),
        "low": term("column of a productivity index", "low"),
        "high": term("column of a productivity index", "high"),
        "undefined": term("column of a productivity index", "undefined"),
    }

    yearly: pd.DataFrame

    @property
    def parts(self) -> list[str]:
        """Return the index and what it is made of, without bounds."""
        return [name for name in self.values.columns if name not in ("low", "high")]

    def means(self) -> pd.DataFrame:
        """Return geometric means over the years by unit; `undefined` counts years without an index, left out."""
        return _geometric(self.values[self.parts], 0)

    def cumulative(self) -> pd.DataFrame:
        """Return the chain of every unit from one in the first year on; NaN from an undefined year on.

        An adjacent index is not circular: its chain depends on the years between, that of a global one does not.
        """
        parts = self.values[self.parts].unstack(level=0)
        chains: Any = parts.cumprod(skipna=False).stack(level=-1, future_stack=True)
        whole: pd.DataFrame = chains.swaplevel().sort_index()
        return whole

    def mean_chain(self) -> pd.DataFrame:
        """Return the chain of the geometric means of the years, one in the first year."""
        chain = self.yearly[self.parts].cumprod()
        start = pd.DataFrame(1.0, index=[self.years[0] - 1], columns=self.parts)
        return pd.concat([start, chain]).rename_axis(self.levels[1])

    def plot(self, *, language: Language = "en", title: str | None = None) -> Figure:
        """Return the chain of the yearly geometric means, a line a part."""
        from panelkit.show import figures

        return figures.trend_lines(
            self.mean_chain(),
            labels={name: self._head(name, language) for name in self.parts},
            value_label=message("Chained geometric means").text(language),
            language=language,
            title=self.title.text(language) if title is None else title,
        )

    def map(self, *, boundaries: Any = None, language: Language = "en", title: str | None = None) -> Figure:
        """Return a map of the geometric mean gain of every unit.

        Raises
        ------
        StyleError
            If the units are no provinces.
        """
        from panelkit.show import figures

        return figures.province_map(
            self.means()["malmquist"],
            boundaries=boundaries,
            centre=1.0,
            value_label=in_language(self.heads["malmquist"], language),
            language=language,
            title=self.title.text(language) if title is None else title,
            name_omitted=True,
        )

    def year_table(self, language: Language = "en") -> pd.DataFrame:
        """Return the geometric means of the years as they are shown."""
        out = self.yearly.rename(columns=lambda name: self._head(name, language))
        out.index = pd.Index([str(year) for year in out.index], name=in_language(YEAR, language))
        return out

    def _in_short(self, language: Language) -> pd.DataFrame | None:
        return self.year_table(language)


def geometric_by_year(values: pd.DataFrame) -> pd.DataFrame:
    """Return geometric means by year of what is defined; `undefined` counts the rest."""
    return _geometric(values, 1)


def _geometric(values: pd.DataFrame, level: int) -> pd.DataFrame:
    logs = pd.DataFrame(np.log(values.to_numpy()), index=values.index, columns=values.columns)
    of_logs = logs.groupby(level=level).mean()
    means = pd.DataFrame(np.exp(of_logs.to_numpy()), index=of_logs.index, columns=of_logs.columns)
    lost = values.isna().any(axis=1).groupby(level=level).sum()
    return means.assign(undefined=lost) if lost.any() else means
