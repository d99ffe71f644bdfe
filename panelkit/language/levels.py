"""What the two dimensions of a panel are called: provinces and years, or the user's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

Levels = tuple[str, str]
PROVINCIAL: Levels = ("province", "year")


@dataclass(frozen=True)
class Level:
    """The words for one dimension: singular, plural, Chinese; `own` is the user's name where it is no known word."""

    one: str
    many: str
    zh: str
    own: str = ""

    def count_label(self, language: str) -> str:
        """Return the label of a row that counts it: `Cities`, `Units (stkcd)`; 城市数."""
        if language == "zh":
            return f"{self.zh}数" + (f"（{self.own}）" if self.own and self.own != self.zh else "")
        return f"{self.many[:1].upper()}{self.many[1:]}" + (f" ({self.own})" if self.own else "")

    def effects_label(self, language: str) -> str:
        """Return the label of a row that says whether it has effects: `City effects`; 城市效应."""
        return f"{self.zh}效应" if language == "zh" else f"{self.one[:1].upper()}{self.one[1:]} effects"


_KNOWN = (
    (Level("province", "provinces", "省份"), "province provinces prov 省份 省 省市 省区市"),
    (Level("city", "cities", "城市"), "city cities 城市 市"),
    (Level("prefecture", "prefectures", "地级市"), "prefecture prefectures 地级市"),
    (Level("county", "counties", "县域"), "county counties 县 县域 区县 县市"),
    (Level("district", "districts", "区县"), "district districts"),
    (Level("firm", "firms", "企业"), "firm firms company companies enterprise 企业 公司 上市公司"),
    (Level("industry", "industries", "行业"), "industry industries sector sectors 行业 产业"),
    (Level("bank", "banks", "银行"), "bank banks 银行"),
    (Level("school", "schools", "学校"), "school schools university 学校 高校"),
    (Level("village", "villages", "村"), "village villages 村 村庄"),
    (Level("household", "households", "家庭"), "household households 家庭 农户"),
    (Level("country", "countries", "国家"), "country countries nation 国家 国别"),
    (Level("state", "states", "州"), "state states 州"),
    (Level("region", "regions", "地区"), "region regions area 地区 区域"),
    (Level("unit", "units", "个体"), "unit units id i 个体"),
    (Level("year", "years", "年"), "year years 年份 年 年度"),
    (Level("quarter", "quarters", "季度"), "quarter quarters 季度 季"),
    (Level("month", "months", "月"), "month months 月份 月"),
    (Level("period", "periods", "期"), "period periods time t 期 时期 时间"),
)
_BY_NAME = {name: level for level, names in _KNOWN for name in names.split()}
_UNIT, _PERIOD = _BY_NAME["unit"], _BY_NAME["period"]
_YEAR = _BY_NAME["year"]
# Words for time that follow a number in Chinese as they are.
_COUNTED = ("年", "期")


def unit_level(name: str) -> Level:
    """Return the words for a unit of that name; an unknown name is a unit, with the name beside it."""
    return _level(name, _UNIT)


def time_level(name: str) -> Level:
    """Return the words for a time of that name; an unknown name is a period, with the name beside it."""
    return _level(name, _PERIOD)


def level_words(levels: Levels, language: str) -> dict[str, str]:
    """Return what stands for `{unit}`, `{units}`, `{period}` and `{periods}` in a sentence about a panel.

    A Chinese sentence counts time by `{span}`: 年, 个月, 期.
    """
    unit, period = unit_level(levels[0]), time_level(levels[1])
    if language == "zh":
        when = "年份" if period is _YEAR else period.zh
        span = period.zh if period.zh in _COUNTED else f"个{period.zh}"
        return {"unit": unit.zh, "units": unit.zh, "period": when, "periods": when, "span": span}
    return {"unit": unit.one, "units": unit.many, "period": period.one, "periods": period.many}


def _level(name: str, otherwise: Level) -> Level:
    known = _BY_NAME.get(name.strip().casefold())
    if known is not None:
        return known
    if re.search("[\u4e00-\u9fff]", name):
        return Level(otherwise.one, otherwise.many, name, own=name)
    return Level(otherwise.one, otherwise.many, otherwise.zh, own=name)
