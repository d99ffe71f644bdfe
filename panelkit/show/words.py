"""The words that stand on tables and figures, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from panelkit.language.errors import StyleError
from panelkit.language.levels import time_level, unit_level
from panelkit.language.message import Message
from panelkit.show.phrases import chinese

if TYPE_CHECKING:
    import pandas as pd

Language = Literal["en", "zh"]

_WORDS: dict[str, tuple[str, str]] = {
    "nobs": ("Observations", "观测值"),
    "n_units": ("Provinces", "省份数"),
    "n_periods": ("Years", "年数"),
    "years": ("Period", "样本期"),
    "n_clusters": ("Clusters", "聚类数"),
    "r2_within": ("Within R²", "组内 R²"),
    "r2": ("R²", "R²"),
    "r2_adjusted": ("Adjusted R²", "调整 R²"),
    "loglik": ("Log-likelihood", "对数似然值"),
    "aic": ("AIC", "AIC"),
    "bic": ("BIC", "BIC"),
    "effective F": ("Effective F", "有效 F"),
    "sigma2": ("σ²", "σ²"),
    "weights": ("Spatial weights", "空间权重"),
    "model": ("Model", "模型"),
    "unit_effects": ("Province effects", "省份效应"),
    "time_effects": ("Year effects", "年份效应"),
    "random": ("Random", "随机"),
    "yes": ("Yes", "是"),
    "no": ("No", "否"),
    "table": ("Table", "表"),
    "notes": ("Notes", "注"),
    "stop": (".", "。"),
    "comma": (", ", "，"),
    "semicolon": ("; ", "；"),
    "colon": (": ", "："),
    "below_se": ("Standard errors in parentheses", "括号内为标准误"),
    "below_t": ("t statistics in parentheses", "括号内为 t 值"),
    "below_ci": ("95% confidence intervals in brackets", "方括号内为 95% 置信区间"),
    "below_p": ("p-values in brackets", "方括号内为 p 值"),
    "covariance": ("Covariance", "协方差估计"),
    "convention": ("Convention", "计算惯例"),
    "delta": ("Standard errors by the delta method", "标准误由 delta 方法得到"),
    "bootstrap": ("Bootstrap with {reps} replications", "bootstrap 重复 {reps} 次"),
    "draws": ("Simulation with {reps} draws", "模拟抽样 {reps} 次"),
    "seed": ("seed {seed}", "随机种子 {seed}"),
    "discarded": ("{discarded} discarded", "剔除 {discarded} 次"),
    "estimate": ("Estimate", "估计值"),
    "coefficient": ("Coefficient", "系数"),
    "claimed": ("claimed value", "论文所称数值"),
    "headline": ("headline", "主设定"),
    "specification": ("Specification, sorted by estimate", "按估计值排序的设定"),
    "interval95": ("95% interval", "95% 置信区间"),
    "without": ("left out", "剔除对象"),
    "full_sample": ("full sample", "全样本"),
    "all_figures": ("figure held", "有数据"),
    "missing": ("missing", "缺失"),
    "year": ("Year", "年份"),
    "value": ("Value", "数值"),
    "no_value": ("no figure", "无数据"),
    "spatial_lag": ("Spatial lag", "空间滞后"),
    "slope": ("slope (Moran's I)", "斜率（Moran's I）"),
    "HH": ("high-high", "高-高"),
    "LH": ("low-high", "低-高"),
    "LL": ("low-low", "低-低"),
    "HL": ("high-low", "高-低"),
    "ns": ("not significant", "不显著"),
    "rank": ("Rank", "位次"),
    "rank_interval": ("Rank, with its interval", "位次及其区间"),
    "treatment": ("Treatment", "解释变量"),
    "direct": ("direct", "直接效应"),
    "indirect": ("indirect", "间接效应"),
    "total": ("total", "总效应"),
    "rho": ("Correlation of the two error terms, ρ", "两方程误差项相关系数 ρ"),
    "acme": ("Indirect effect", "间接效应"),
    "density": ("Density", "核密度"),
    "share_units": ("Cumulative share of units, poorest first", "累计单位占比（由低到高）"),
    "share_value": ("Cumulative share of value", "累计数值占比"),
    "equality": ("equality", "绝对平均线"),
    "from_state": ("From", "期初状态"),
    "to_state": ("To", "期末状态"),
    "count": ("Count", "频数"),
    "test": ("Test", "检验"),
    "null": ("Null hypothesis", "原假设"),
    "statistic": ("Statistic", "统计量"),
    "distribution": ("Distribution", "分布"),
    "p_value": ("p-value", "p 值"),
    "not_computed": (
        "{failed} of {declared} specifications could not be computed and are not drawn",
        "{declared}个设定中有{failed}个未能计算，未绘出",
    ),
    "not_computed_one": ("not computed: ", "未能计算："),
    "not_applicable": ("not applicable", "不适用"),
    "no_tiles": (
        "Hong Kong, Macao and Taiwan are not shown: the yearbook figures used here do not cover them",
        "未含香港、澳门和台湾：本文所用年鉴数据不覆盖",
    ),
}


def word(key: str, language: Language) -> str:
    """Return the word for `key`; a key that has no entry is returned as it is.

    Raises
    ------
    StyleError
        If `language` is neither `en` nor `zh`.
    """
    if language not in ("en", "zh"):
        raise StyleError(f"language is 'en' or 'zh', not {language!r}")
    if key not in _WORDS:
        return key
    return _WORDS[key][language == "zh"]


def in_language(note: str, language: Language) -> str:
    """Return a note in the language of the table: its `zh` where it carries one, else what the phrases hold."""
    if isinstance(note, Message):
        return note.text(language)
    if language != "zh":
        return note
    told = str(getattr(note, "zh", note))
    return chinese(told) if told == note else told


_EQUATIONS_ZH = {"main": "解释变量", "wx": "空间滞后解释变量", "spatial": "空间参数", "dynamic": "动态项"}


def equation_word(name: str, language: Language) -> str:
    """Return what the panel of an equation is called in a table: spatial models know four, others their own."""
    if language == "zh" and name in _EQUATIONS_ZH:
        return _EQUATIONS_ZH[name]
    return in_language(name, language)


def note_lines(notes: Iterable[str], language: Language) -> list[str]:
    """Return notes as lines of plain text, each with its heading."""
    heading = result_word("note", language) + word("colon", language)
    return [heading + in_language(note, language) for note in notes]


def said_of(key: str, value: object, language: Language) -> str:
    """Return what a method says of one of its choices."""
    return f"{in_language(result_word(key, language), language)}{word('colon', language)}" + in_language(
        str(value), language
    )


def frame_text(
    frame: pd.DataFrame,
    language: Language,
    number: Callable[[float], str] | None = None,
    *,
    index: bool = True,
) -> str:
    """Return a table as plain text, its heads in the language."""
    import pandas as pd

    def head(name: object) -> object:
        return in_language(result_word(name, language), language) if isinstance(name, str) else name

    told = frame.rename(columns=head) if language == "zh" else frame
    if language == "zh":
        told = told.rename_axis(index=head, columns=head)
    with pd.option_context("display.unicode.east_asian_width", True):
        return str(told.to_string(index=index, float_format=number))


def stars_note(levels: tuple[float, ...], language: Language) -> str:
    """Return what the stars mean, weakest first."""
    marks = [f"{'*' * (i + 1)} p<{level:g}" for i, level in enumerate(sorted(levels, reverse=True))]
    return word("comma", language).join(marks)


_COUNTED = ("n_units", "n_periods", "unit_effects", "time_effects")
_RESULT_ZH = {
    "equation": "方程",
    "term": "变量",
    "std_error": "标准误",
    "conf_low": "区间下限",
    "conf_high": "区间上限",
    "balanced": "平衡面板",
    "order": "中介次序",
    "sigma": "残差标准差",
    "df_resid": "残差自由度",
    "sigma_unit": "个体效应标准差",
    "sigma_error": "误差标准差",
    "share_unit": "个体效应方差占比",
    "n_terms": "变量数",
    "specifications": "设定数",
    "not_computed": "未能计算",
    "change": "变动",
    "change_in_se": "变动（标准误）",
    "left_out": "剔除对象",
    "turns": "结论改变",
    "df": "自由度",
    "province": "省份",
    "year": "年份",
    "score": "得分",
    "rank": "位次",
    "low": "下限",
    "high": "上限",
    "first": "居首比例",
    "part": "组成",
    "value": "数值",
    "share": "占比",
    "group": "组",
    "population_share": "人口占比",
    "income_share": "收入占比",
    "mean": "均值",
    "index": "指数",
    "within": "组内",
    "between": "组间",
    "dimension": "维度",
    "direction": "方向",
    "weight": "权重",
    "entropy": "熵",
    "design": "体系",
    "variant": "口径",
    "indicator": "指标",
    "indicators": "指标数",
    "normalisation": "标准化",
    "aggregation": "合成",
    "normalisations": "标准化",
    "aggregations": "合成",
    "provinces": "省份数",
    "vintages": "数据版本",
    "draws": "抽样次数",
    "seed": "随机种子",
    "median": "中位数",
    "lowest": "最小",
    "highest": "最大",
    "share_positive": "为正的比例",
    "share_significant": "显著的比例",
    "share_positive_significant": "显著为正的比例",
    "share_negative_significant": "显著为负的比例",
    "median_p": "p 值中位数",
    "pairs_within_cutoff": "截断距离内的配对数",
    "lags": "滞后阶数",
    "engine": "计算程序",
    "effects": "固定效应",
    "vcov": "协方差估计",
    "convention": "计算惯例",
    "note": "注",
}
Levels = tuple[str, str]
PROVINCIAL: Levels = ("province", "year")


def result_word(key: str, language: Language, levels: Levels = PROVINCIAL) -> str:
    """Return the name of a column or fact of a result: the key itself in English.

    `levels` are the names of unit and time.
    """
    if language != "zh":
        return key
    return _RESULT_ZH.get(key) or (
        counted(key, language, levels) if key in _COUNTED else chinese(word(key, language))
    )


def counted(key: str, language: Language, levels: Levels) -> str:
    """Return the label of the number of units or periods, or of their effects, in the words of the panel."""
    level = unit_level(levels[0]) if key in ("n_units", "unit_effects") else time_level(levels[1])
    if levels[1] in ("year", "years", "年份", "年") and key == "time_effects" and language == "zh":
        return word(key, language)
    return level.effects_label(language) if key.endswith("effects") else level.count_label(language)


def result_value(key: str, value: object, language: Language, levels: Levels = PROVINCIAL) -> str:
    """Return a fact that is not a number in the language of the reader."""
    if language == "en":
        return str(value)
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if key == "order":
        return {"parallel": "并列", "serial": "链式"}.get(str(value), str(value))
    if key == "effects":
        unit, time = unit_level(levels[0]).zh, time_level(levels[1]).zh
        time = "年份" if time == "年" else time
        effects = {"unit": unit, "time": time, "twoway": f"{unit}和{time}", "none": "无"}
        effects |= {"random": "随机", "random + year": f"随机，另有{time}"}
        return effects.get(str(value), str(value))
    return chinese(covariance_words(str(value), language))


_TWO_WAY = re.compile(r"two-way cluster by (.+?) and (.+?)(?=,|$)")
_LAGS = re.compile(r"^Driscoll-Kraay, (\d+) lags?$")
_CONLEY = re.compile(r"^Conley, (\w+) to (\S+ km), (?:any lag|(\d+) lags) within a unit$")
_KERNELS = {"uniform": "均匀核", "bartlett": "Bartlett 核"}
_LEVELS = {"province": "省份", "year": "年份"}
_COVARIANCE = (
    ("two-way cluster by ", "双向聚类："),
    ("cluster (CRV1) by ", "聚类稳健（CRV1），聚类于"),
    ("CRV3 (jackknife) by ", "CRV3（刀切法），聚类于"),
    ("CR2 by ", "CR2，聚类于"),
    ("Satterthwaite df", "Satterthwaite 自由度"),
    ("聚类于province", "聚类于省份"),
    ("聚类于year", "聚类于年份"),
    (", ", "，"),
)


def _two_way_zh(found: re.Match[str]) -> str:
    first, second = (_LEVELS.get(name, name) for name in found.groups())
    return f"two-way cluster by {first}和{second}"


def _conley_zh(found: re.Match[str]) -> str:
    kernel, cutoff, lags = found.groups()
    time = "任意滞后" if lags is None else f"滞后 {lags} 期以内"
    return f"Conley，{_KERNELS.get(kernel, kernel)}，截断距离 {cutoff}，个体内{time}"


def covariance_words(name: str, language: Language) -> str:
    """Return the name of a covariance in the language of the table; unknown parts stay as they are."""
    if language == "zh":
        name = _LAGS.sub(r"Driscoll-Kraay，滞后 \1 期", name)
        name = _CONLEY.sub(_conley_zh, name)
        name = _TWO_WAY.sub(_two_way_zh, name)
        for english, told in _COVARIANCE:
            name = name.replace(english, told)
    return name
