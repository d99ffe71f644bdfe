"""Draw the picture at the top of the README: claim A9 beside the provinces' own trends, in both languages.

python docs/images/first.py        # writes docs/images/first.svg and first.zh.svg
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.language.message import Language
from panelkit.report.sample import province_names
from panelkit.show import figures
from panelkit.show.canvas import Figure
from panelkit.studies.scrutiny.designs import main_slopes, trend_slopes
from panelkit.studies.scrutiny.sample import cube_of

HERE = Path(__file__).resolve().parent
SUBSIDY = "log(rd_funds_government)"
FORMULA = f"log((rd_expenditure - rd_funds_government) / gdp) ~ {SUBSIDY}"
WORDS: dict[Language, dict[str, Any]] = {
    "en": {
        "title": "R&D and government money, 31 provinces: trends take the slope away",
        "panels": ("net of province and year effects", "and of a trend in every province"),
        "names": ("government money in R&D (log)", "other R&D / GDP (log)"),
        "notes": "each point is a province in a year; drawn by docs/images/first.py from the shipped figures",
    },
    "zh": {
        "title": "31 个省份的研发经费与政府资金：去掉各省趋势，斜率就没有了",
        "panels": ("去掉省份效应和年份效应之后", "再去掉每个省份自己的趋势"),
        "names": ("研发经费中的政府资金（对数）", "其余研发经费/GDP（对数）"),
        "notes": "每个点是一个省份的一年；由 docs/images/first.py 用随附数据画出",
    },
}


def picture(language: Language) -> Figure:
    """Return the picture in a language."""
    data = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2016, 2023))
    design = pk.FixedEffects(FORMULA).fit(data).design
    assert design is not None
    cube = cube_of(design, SUBSIDY)
    words, twins = WORDS[language], (main_slopes(cube), trend_slopes(cube))
    unit, when = np.nonzero(twins[0].nuisance.held)
    units = np.array([str(name) for name in design.unit_labels], dtype=object)
    panels = {
        name: pd.DataFrame(
            {"x": fit.x[0][unit, when], "y": fit.y[0][unit, when], "unit": units[unit], "when": 2016 + when}
        )
        for name, fit in zip(words["panels"], twins, strict=True)
    }
    return figures.within_scatter(
        panels,
        slopes=[float(fit.slope[0]) for fit in twins],
        labels=province_names(language),
        names=words["names"],
        language=language,
        title=words["title"],
        notes=words["notes"],
    )


if __name__ == "__main__":
    picture("en").save(HERE / "first.svg")
    picture("zh").save(HERE / "first.zh.svg")
