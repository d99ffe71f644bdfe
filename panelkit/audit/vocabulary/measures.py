"""Words for columns (or rows) that hold one measure of many subjects: means, weights, coupling, parts of inequality."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.audit.vocabulary.squeezed import Patterns, patterns, primed, squeezed


@dataclass(frozen=True)
class Measure:
    """What a column holds: its role, a second subject, and whether the word is certain without a title."""

    role: str
    other: str = ""


_DESCRIPTIVE = patterns(
    (
        (
            "count",
            r"n|obs|nobs|count|observations?|(?:no|number)(?:of)?obs(?:ervations)?|样本(?:量|数|数量|容量|观测数|观测值|个数)?n?|观测(?:值|数|值数|数量|样本|量)?n?|观察(?:值|数)|个案数|samplesize|有效n?|频数|\(?n\)?",
        ),
        (
            "mean",
            r"mean(?:values?)?|平均(?:值|数)?|均值|average(?:values?)?|avg|算术平均数?|\(?mean\)?|m\(mean\)",
        ),
        (
            "sd",
            r"sd|std|std\.?dev(?:iation)?|stddeviation|stdevn?|standarddeviations?|标准差|标准偏差|stdd|sdev|stdev|均方差|标准离差",
        ),
        ("minimum", r"min(?:imum)?(?:values?)?|最小值?|极小值"),
        ("maximum", r"max(?:imum)?(?:values?)?|最大值?|极大值"),
        ("median", r"median|中位数|中值|p50|50%|q2|50分位数?"),
        ("variance", r"variance|方差|var"),
        ("cv", r"cv|变异系数|coefficient ?of ?variation|coefficientofvariation|离散系数"),
        ("range", r"range|极差|全距"),
        ("skewness", r"skew(?:ness)?|偏度"),
        ("kurtosis", r"kurt(?:osis)?|峰度"),
        ("vif", r"vif|方差膨胀因子"),
        ("tolerance", r"1/vif|tolerance|容忍度|容差"),
    )
)
_QUANTILE = re.compile(r"(?:p|q)?(\d{1,2})(?:%|分位数?|th|百分位数?)?(?:percentile|quantile)?")
_PARTS = patterns(
    (
        (
            "share_within",
            r"(?:地区|区域|组|城市群|省域|群|省)?(?:内部|内)(?:差[异距])?的?(?:贡献率|贡献度|贡献|贡献份额|占比|贡献比例)|(?:intra(?:group|regional?)?|within(?:group|region)?)(?:contribution|share|contributionrate)|(?:contribution|share|contributionrate)(?:of)?(?:intra(?:group|regional?)?|within(?:group|region)?|g_?w)|g_?w的?贡献率?|gw%",
        ),
        (
            "share_between",
            r"(?:地区|区域|组|城市群|省域|群|省)?间(?:差[异距])?的?(?:净值)?(?:贡献率|贡献度|贡献|贡献份额|占比|贡献比例)|(?:inter(?:group|regional?)?|between(?:group|region)?)(?:contribution|share|contributionrate)|(?:contribution|share|contributionrate)(?:of)?(?:inter(?:group|regional?)?|between(?:group|region)?|g_?n?b)|gn?b的?贡献率?|gn?b%",
        ),
        (
            "share_transvariation",
            r"超变密度的?(?:贡献率|贡献度|贡献|占比)|(?:hyper-?variabledensity|transvariation|hypervariationdensity|transvariationdensity)(?:contribution|share|contributionrate)|(?:contribution|share|contributionrate)(?:of)?(?:transvariation|hypervariabledensity|g_?t)|gt的?贡献率?|gt%",
        ),
        (
            "within",
            r"(?:地区|区域|组|城市群|省域|群|省|板块)?(?:内部|内)(?:差[异距]|泰尔指数|基尼系数|泰尔|theil|gini)?(?:指数)?\(?(?:gw|tw|twr|gw)?\)?|g_?w|t_?w|twr|intra(?:group|regional?)?(?:differences?|gini|gap)?|within(?:groups?|regions?)?(?:differences?|gini|theil|inequality|gap)?",
        ),
        (
            "between",
            r"(?:地区|区域|组|城市群|省域|群|省|板块)?间(?:净?差[异距]|泰尔指数|基尼系数|净值|净值差距|泰尔|超变净值|theil|gini)?(?:指数)?\(?(?:g_?n?b|tb|tbr)?\)?|g_?n?b|t_?b|tbr|inter(?:group|regional?)?(?:differences?|gini|gap)?|between(?:groups?|regions?)?(?:differences?|gini|theil|inequality|gap)?|net(?:between|inter)\w*",
        ),
        (
            "transvariation",
            r"超变密度\(?(?:gt)?\)?|g_?t|transvariation(?:density|intensity)?|hyper-?variab(?:le|ility)density|hypervariationdensity|超变",
        ),
        (
            "all",
            r"总体(?:差[异距]|泰尔指数|基尼系数|泰尔|差异程度|gini|theil)?(?:指数)?\(?[gt]?\)?|总(?:差[异距]|泰尔指数|基尼系数)|(?:全国)?泰尔指数|(?:全国)?(?:dagum)?基尼系数|overall(?:differences?|gini|theil|gap|inequality)?|total(?:differences?|gini|theil|gap|inequality)?|theil(?:index)?|(?:dagum)?gini(?:coefficients?|index)?|全国|总计|g|总指数|t",
        ),
    )
)
_CONTRIBUTION = re.compile(r"贡献|占比|比重|contribution|share|%")
_WEIGHTS = patterns(
    (
        (
            "weight",
            r"(?:指标|组合|综合|客观|主观|熵值?法?|熵权法?|最终|平均|合成|总|权)?(?:权重|权数)(?:系数|值)?(?:w_?[ij]?|\(w_?[ij]?\)|ω_?[ij]?|\(ω_?[ij]?\))?|(?:entropy|indicator|combined|index)?weights?(?:w_?[ij]?|\(w_?[ij]?\))?|w_?[ij]|熵权|ω_?[ij]?|wj",
        ),
        (
            "entropy",
            r"(?:信息)?熵(?:值)?(?:[eh]_?[ij]?|\([eh]_?[ij]?\))?|(?:information)?entropy(?:values?)?(?:e_?j?|\(e_?j?\))?|e_?j",
        ),
        (
            "redundancy",
            r"(?:信息)?(?:熵)?(?:效用值?|冗余度|差异(?:性)?系数|效用)(?:[dg]_?[ij]?|\([dg]_?[ij]?\))?|d_?j|g_?j|information ?utility(?:values?)?|utilityvalue|redundancy",
        ),
    )
)
_COUPLING = patterns(
    (
        (
            "coupling_c",
            r"耦合度(?:c(?:值)?|\(c\))?|coupling(?:degree)?(?:c|\(c\))?|c值?|couplingdegreec|degreeofcoupling\(?c?\)?",
        ),
        (
            "coordination_d",
            r"(?:耦合)?协调(?:发展)?(?:度|水平)(?:d(?:值)?|\(d\))?|d值?|(?:coupling)?coordination(?:degree)?(?:d|\(d\))?|ccd|degreeofcoordination\(?d?\)?|couplingcoordination(?:degree)?\(?d?\)?|耦合协调发展度",
        ),
        (
            "development_t",
            r"(?:综合)?(?:协调指数|发展指数|发展度|评价指数|发展水平|协调度指数|调和指数)(?:t(?:值)?|\(t\))|t值?|(?:综合)?(?:协调|调和)指数|综合发展(?:指数|水平|度)|comprehensive(?:development|coordination|evaluation)?(?:index|level)?\(?t?\)?|developmentt",
        ),
    )
)
_SYSTEM = re.compile(r"(?:.*?\(?)u_?\(?([1-9])\)?\)?(?:值|综合指数)?")
_THRESHOLD = patterns(
    (
        (
            "threshold",
            r"门[槛限](?:估计)?值(?:γ|\(γ\))?|门[槛限]估计值?|阈值|(?:estimated)?threshold(?:values?|estimates?|estimatedvalues?)?|thresholdsestimate|γ",
        ),
        ("f", r"f|f值|f统计量|fstat(?:istic)?|fvalue|lr统计量"),
        ("rss", r"rss|残差平方和"),
        (
            "draws",
            r"bs|bs次数|bootstrap(?:次数|times|reps|replications)?|抽样次数|自抽样次数|bsreps|bstimes|自助(?:抽样)?次数|bs抽样次数|boot次数",
        ),
    )
)
_CRITICAL = re.compile(
    r"(?:crit(?:ical)?(?:value)?)?(?:at)?(10|5|1)%?(?:临界值|水平临界值|criticalvalue|水平|的?显著性?水平)?(?:临界值)?"
)
_DF = re.compile(r"df|自由度|degreesoffreedom|dof|d\.f")


def descriptive_of(text: str) -> Measure | None:
    """Return the measure of a table of descriptive statistics that a heading names."""
    found = _look(text, _DESCRIPTIVE)
    if found is not None:
        return found
    said = squeezed(text)
    quantile = _QUANTILE.fullmatch(plain_percent(text))
    if quantile and (said.startswith(("p", "q")) or "分位" in said or "percentile" in said or "%" in text):
        return Measure("quantile", f"{int(quantile[1]) / 100:g}")
    return None


def plain_percent(text: str) -> str:
    """Return a heading squeezed with its percent sign kept."""
    return squeezed(text) + ("%" if text.strip().endswith("%") else "")


def weight_of(text: str) -> Measure | None:
    """Return the measure of a table of index weights that a heading names."""
    return _look(text, _WEIGHTS)


def coupling_of(text: str) -> Measure | None:
    """Return the measure of a table of coupling coordination that a heading names."""
    found = _look(text, _COUPLING)
    if found is not None:
        return found
    system = _SYSTEM.fullmatch(squeezed(text))
    return Measure("system_u", system[1]) if system else None


def inequality_of(text: str, over: str = "", gini: bool = False) -> Measure | None:
    """Return the part of a Theil or Dagum decomposition that a heading names.

    `over` is the heading above: "贡献率" over "区域内" makes it a share. A name under "within" is one region's own.
    """
    shares = bool(_CONTRIBUTION.search(squeezed(over))) or bool(re.search(r"[%％][)）]?\s*$", text))
    found = _look(re.sub(r"[(（]?\s*[%％]\s*[)）]?\s*$", "", text), _PARTS)
    if found is None:
        upper = _look(over, _PARTS) if over else None
        part = upper and upper.role in ("within", "between")
        return Measure("inequality_of_group", text.strip()) if part else None
    role = found.role
    if role.startswith("share_"):
        return found
    if shares and role in ("within", "between", "transvariation"):
        return Measure(f"share_{role}")
    if shares:
        return Measure("unknown")
    names = {"all": ("theil_total", "gini"), "transvariation": ("gini_transvariation",) * 2}
    pair = names.get(role, (f"theil_{role}", f"gini_{role}"))
    return Measure(pair[gini])


def threshold_of(text: str, over: str = "") -> Measure | None:
    """Return the measure of a table of threshold tests or estimates that a heading names."""
    found = _look(text, _THRESHOLD)
    if found is not None:
        return found
    critical = (
        _CRITICAL.fullmatch(squeezed(text)) if re.search(r"[%％]|crit|临界", text + over, re.I) else None
    )
    return Measure("critical", f"{int(critical[1]) / 100:g}") if critical else None


def says_df(text: str) -> bool:
    """Return whether a heading is of degrees of freedom."""
    return bool(_DF.fullmatch(squeezed(text)))


_PATHS = patterns(
    (
        (
            "mediated_share",
            r".*(?:中介|间接|相对)(?:效应|作用)?.*(?:占|比例|比重|贡献).*|.*(?:share|proportion|percent|ratio|%).*(?:mediat|indirect|total).*|.*mediat\w*.*(?:share|proportion|ratio|percent).*|(?:相对)?效应占比|占总效应.*|占比|相对效应(?:值|量)?|relativeeffect|pm|中介效应量|vaf",
        ),
        ("sobel", r"sobel.*|索贝尔.*"),
        (
            "indirect_effect",
            r"(?:总)?间接效应(?:值|\(?ab\)?|a[*×]?b)?|中介效应(?:值|\(?ab\)?|a[*×]?b|系数)?|(?:causal)?(?:indirect|mediat(?:ion|ed|ing))(?:effects?)?\(?(?:acme|a[*×]?b)?\)?|acme|a[*×]?b|avg\.?mediation",
        ),
        (
            "direct_effect",
            r"直接效应(?:值|\(?c'?\)?)?|(?:natural)?direct(?:effects?)?\(?(?:ade|c'?)?\)?|ade",
        ),
        ("total_effect", r"总效应(?:值|\(?c\)?)?|total(?:effects?)?\(?c?\)?"),
    )
)
_LETTERS = {"a": "path_a", "b": "path_b", "c": "total_effect", "c'": "direct_effect", "ab": "indirect_effect"}
_LETTER = re.compile(
    r"(?:路径|系数|path|coefficient|effect)?[\s:：_(（]*(a\s*[*×·]?\s*b|a|b|c'|c)[)）]?(?:路径|path)?(?:\s*[(（:：].*)?",
    re.I,
)


def path_of(text: str) -> Measure | None:
    """Return the path or effect of a mediation that a label names: a, b, c, c', a·b, the share, Sobel's z."""
    said = primed(text)
    letter = _LETTER.fullmatch(said)
    if letter and (len(said) > 1 or said.islower()):
        return Measure(_LETTERS[re.sub(r"[*×·\s]", "", letter[1].lower())])
    return _look(text, _PATHS)


def _look(text: str, table: Patterns) -> Measure | None:
    said = squeezed(text)
    found = next((role for role, pattern in table if pattern.fullmatch(said)), None) if said else None
    return Measure(found) if found else None
