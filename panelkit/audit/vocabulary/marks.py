"""Cells and headings without figures: yes and no, dashes, column numbers, years, names of models."""

from __future__ import annotations

import re

from panelkit.audit.printed import plain
from panelkit.audit.vocabulary.squeezed import squeezed

_MARKS = frozenset(
    [
        "是",
        "否",
        "yes",
        "no",
        "y",
        "n",
        "√",
        "✓",
        "✔",
        "☑",
        "×",
        "✗",
        "✘",
        "控制",
        "未控制",
        "已控制",
        "不控制",
        "加入",
        "包含",
        "不包含",
        "controlled",
        "control",
        "included",
        "include",
        "excluded",
        "fe",
        "re",
        "fixed",
        "random",
        "固定",
        "随机",
        "有",
        "true",
        "false",
        "通过",
        "不通过",
        "拒绝",
        "接受",
        "显著",
        "不显著",
        "双向固定",
        "twoway",
        "both",
        "个体固定",
        "时间固定",
    ]
)
_BLANKS = frozenset(["", "/", "na", "n/a", "nan", "…", "——", "none", "\\", "●", "○", "·", "*", "**", "***"])
_NUMBERED = re.compile(
    r"[(（\[]?\s*(?:模型|model|column|col\.?|列|reg|eq|方程)?\s*[(（]?\s*(\d{1,2}|[IVX]{1,4}|[①-⑳])\s*[)）]?\s*[)）\]]?",
    re.I,
)
_YEAR = re.compile(r"(?:19|20)\d\d\s*年?(?:[-—–~至]\s*(?:(?:19|20)?\d\d)\s*年?)?")
_HEADING_WORDS = re.compile(
    r"(?:解释|核心解释|被解释|因|自|控制|门槛|中介)?变量(?:名称?|类型|符号|名)?|variables?(?:names?)?|年份?|years?|time|地区|省份|省市|省区市|省(?:市|区)?|城市|区域|provinces?|regions?|city|cities|指标(?:名称)?|indicators?|test(?:s|type|method)?|检验(?:类型|方法|统计量|名称|指标)?"
    r"|统计量|类型|项目|model|模型|空间(?:权重)?矩阵|权重矩阵|矩阵|weights?|matrix|名称|序号|dependentvariables?|depvar|被解释变量|因变量|期数|时期|period|horizon|no|编号|效应|effects?|路径|path|paths|statistics?|参数|parameters?|方法|method"
)  # fmt: skip
_DEPENDENT = re.compile(r"被解释变量|因变量|dependentvariables?|depvar|dv|结果变量|outcome")
_RANK = re.compile(r"序号|编号|no|number|rank(?:ing)?|排名|排序|名次|位次|id|#")
_ORDERS = re.compile(r"排名|排序|名次|位次|(?<![a-z])rank(?:ing)?(?![a-z])", re.I)
_HORIZON = re.compile(r"期数?|时期|预测期数?|滞后期|步长|s|horizon|periods?|steps?|forecasthorizon|t")
_ASIDE = re.compile(
    r"(?:指标|变量)?(?:定义|说明|含义|解释|计算(?:方法|公式)?|单位|属性|方向|性质|类型|计量单位|度量|测度|数据来源|来源|测算方法|指标属性|指标方向|指标解释|指标单位)|units?|definitions?|description|attribute|direction|nature|type|source|measure(?:ment)?s?|property|指标类型|指标性质"
)
_CLASSES = re.compile(
    r".*(?:类型|等级|级别|阶段|程度|类别|状态|评价结果)|(?:.*(?:coordination|coupling|disorder))?(?:types?|levels?|grades?|class(?:es)?|stages?|status|category)"
)
_QUANTILES = re.compile(r"分位点?数?|quantiles?|τ|tau")


def is_mark(text: str) -> bool:
    """Return whether a cell says yes or no, or that something is included."""
    said = plain(text).strip(" .")
    return said.lower() in _MARKS


def is_blank(text: str) -> bool:
    """Return whether nothing is printed, or a dash for nothing."""
    said = plain(text).lower()
    return said in _BLANKS or not said.strip("-. ")


def is_numbered(text: str) -> bool:
    """Return whether a heading only counts columns: (1), 模型2, Column (3)."""
    return bool(_NUMBERED.fullmatch(plain(text)))


def is_year(text: str) -> bool:
    """Return whether a text is a year or a span of years."""
    return bool(_YEAR.fullmatch(plain(text)))


def heads_labels(text: str) -> bool:
    """Return whether a text is the heading of a column of labels: 变量, Province, Test."""
    parts = re.split(r"[/\\|]", text)
    return any(_HEADING_WORDS.fullmatch(squeezed(part)) for part in parts) or not text.strip()


def heads_dependents(text: str) -> bool:
    """Return whether a label says that its row names the explained variables."""
    return bool(_DEPENDENT.search(squeezed(text)))


def heads_horizons(text: str) -> bool:
    """Return whether a heading is of forecast horizons."""
    return bool(_HORIZON.fullmatch(squeezed(text)))


def heads_ranks(text: str) -> bool:
    """Return whether a heading is of running numbers."""
    return bool(_RANK.fullmatch(squeezed(text)))


def is_rank(text: str) -> bool:
    """Return whether a heading is of ranks, which order values, and not of running numbers."""
    return bool(_ORDERS.search(text))


def heads_remarks(text: str) -> bool:
    """Return whether a column says something about its rows (definition, unit, direction), not what they are."""
    return bool(_ASIDE.fullmatch(squeezed(text)))


def heads_classes(text: str) -> bool:
    """Return whether a column holds words for the classes of its numbers (协调类型, level), right of them."""
    return bool(_CLASSES.fullmatch(squeezed(text)))


def heads_quantiles(text: str) -> bool:
    """Return whether a row of headings holds quantiles."""
    return bool(_QUANTILES.search(squeezed(text)))


_SUMMARY = re.compile(
    r"(?:.*(?:均值|平均值?|均数)|mean|average|avg|全国|[东中西]部(?:地区)?|东北(?:地区)?|.*地区|总体|合计|max|min|最[大小]值|标准差|极差|变异系数|中位数|s\.?d\.?|.*(?:average|mean)|national|nationwide|(?:eastern|central|western|northeast\w*)(?: region)?|overall|total)",
    re.I,
)


def is_summary(text: str) -> bool:
    """Return whether a row or column sums up others: a mean, a region, the nation."""
    return bool(_SUMMARY.fullmatch(plain(text)))


_DIVIDES = re.compile(
    r"panel|面板|part\b|第[一二三四五六]部分|[A-H][.、:：]|样本|sample|地区|区域|[东中西]部|eastern|western|central|[一二三四五六][、.]|[(（][一二三四1-9][)）]",
    re.I,
)


def divides(text: str) -> bool:
    """Return whether a heading of a section names a part of the table (Panel A, 东部地区), not a group of variables."""
    return bool(_DIVIDES.match(plain(text))) or bool(
        re.search(r"地区$|样本$|sample$|[东中西]部$", plain(text), re.I)
    )
