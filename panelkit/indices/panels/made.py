"""Measures of provinces and years that a regression may read by name beside figures and composite indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.indices.panels.upgrading import JOBS, SECTORS
from panelkit.show.brief import Brief

SUBSYSTEMS = ("tech_innovation", "industrial_innovation")
DEPRECIATION = 0.15
"""Of knowledge, by the year: the rate that studies of R&D since Griliches take where they know no better."""


@dataclass(frozen=True)
class Made(Brief):
    """A measure: how it is made on an index of (province, year), the figures behind it, and what it is called."""

    build: Callable[[pd.MultiIndex], pd.Series]
    figures: Callable[[], tuple[str, ...]]
    label: Mapping[str, str]


def neighbour_similarity() -> pd.Series:
    """Return the mean UNIDO similarity with land neighbours by province and year, from sector value added."""
    from panelkit.data.panels import load_provinces
    from panelkit.indices.arrays import structure
    from panelkit.spatial.provincial import contiguity

    frame = load_provinces(list(SECTORS))
    parts = []
    for year, rows in frame.groupby(level="year"):
        held = rows.dropna()
        names = list(held.index.get_level_values("province"))
        if len(names) < 2:
            continue
        alike = structure.similarity(held.to_numpy())
        w = contiguity(names).matrix.toarray()
        index = pd.MultiIndex.from_product([names, [year]], names=["province", "year"])
        parts.append(pd.Series((w * alike).sum(axis=1), index=index))
    return pd.concat(parts).rename("neighbour_similarity")


def coordination(column: str) -> pd.Series:
    """Return the coordination D of both innovation subsystems by province and year: "D", or "D_wang", corrected."""
    from panelkit.indices.panels.coordination import couple

    found: pd.Series = couple(*SUBSYSTEMS)[0].values[column]
    return found


def sector_misallocation() -> pd.Series:
    """Return the Theil distance of value added from employment over three sectors: 0 where jobs earn the same."""
    from panelkit.data.panels import load_provinces
    from panelkit.indices.arrays import structure

    frame = load_provinces([*SECTORS, *JOBS]).dropna()
    values = structure.rationalisation(frame[list(SECTORS)].to_numpy(), frame[list(JOBS)].to_numpy())
    return pd.Series(values, index=frame.index)


def rd_stock() -> pd.Series:
    """Return the stock of R&D by perpetual inventory, begun as if R&D had always grown as in the years held."""
    from panelkit.data.panels import load_provinces

    flow = load_provinces("rd_expenditure")["rd_expenditure"].unstack().dropna(axis=1)
    growth = (np.log(flow.iloc[:, -1]) - np.log(flow.iloc[:, 0])) / (flow.shape[1] - 1)
    stock = {flow.columns[0]: flow.iloc[:, 0] / (growth + DEPRECIATION)}
    for before, year in zip(flow.columns[:-1], flow.columns[1:], strict=True):
        stock[year] = (1.0 - DEPRECIATION) * stock[before] + flow[year]
    return pd.Series(pd.DataFrame(stock).rename_axis(columns="year").stack())


def calendar_year(index: pd.MultiIndex) -> pd.Series:
    """Return the year of every row as a number: a slope that moves over time is an interaction with it."""
    return pd.Series(index.get_level_values("year").to_numpy(float), index=index)


def _subsystems() -> tuple[str, ...]:
    from panelkit.indices.panels.designs import load_design

    return tuple(dict.fromkeys(name for design in SUBSYSTEMS for name in load_design(design).columns()))


MADE: Mapping[str, Made] = {
    "neighbour_similarity": Made(
        lambda index: neighbour_similarity(),
        lambda: SECTORS,
        {"en": "similarity of structure with neighbours", "zh": "与邻省的产业结构相似度"},
    ),
    "coordination": Made(
        lambda index: coordination("D"),
        _subsystems,
        {
            "en": "coupling coordination of technological and industrial innovation",
            "zh": "科技创新与产业创新耦合协调度",
        },
    ),
    "coordination_wang": Made(
        lambda index: coordination("D_wang"),
        _subsystems,
        {"en": "coupling coordination, Wang Shujia's correction", "zh": "耦合协调度（王淑佳修正）"},
    ),
    "sector_misallocation": Made(
        lambda index: sector_misallocation(),
        lambda: (*SECTORS, *JOBS),
        {
            "en": "distance of value added from employment over the sectors",
            "zh": "三次产业增加值与就业的偏离（泰尔指数）",
        },
    ),
    "rd_stock": Made(
        lambda index: rd_stock(),
        lambda: ("rd_expenditure",),
        {"en": "stock of R&D, 15 % depreciation", "zh": "R&D资本存量（折旧率15%）"},
    ),
    "calendar_year": Made(calendar_year, tuple, {"en": "year", "zh": "年份"}),
}
