"""Words for what a model is printed with: observations, fits, tests."""

from __future__ import annotations

import re

from panelkit.audit.vocabulary.squeezed import first_of, patterns, squeezed

_STATISTICS = patterns(
    (
        (
            "nobs",
            r"n|obs|n\(?obs\)?|nobs|numobs|observations?|(?:no|number|num)(?:of)?(?:the)?(?:obs|observations?|samples?)|observationnumber|samplenumber|samples?(?:size|s)?|samplesize\(?n\)?"
            r"|观测(?:值|数|值数|数量|值个数|个数|样本|样本数|样本量)?(?:\(?n\)?)?|样本(?:量|数|数量|容量|观测值|观测数|总数|个数|规模|总量)?(?:\(?n\)?)?|观察(?:值|数|值数|样本|个数)(?:\(?n\)?)?|总?样本数|有效样本量?|n值|样本观测值数?",
        ),
        (
            "units",
            r"(?:no|number|num)(?:of)?(?:groups?|units?|ids?|provinces?|cities|city|countries|firms|individuals?|panels?|regions?)|groups|provinces|cities|ngroups?|ng|组数|组别数|省份数量?|城市数量?|个体数量?|截面数|截面个数|省份个数|城市个数|地区数|企业数量?",
        ),
        ("periods", r"(?:no|number)(?:of)?(?:years|periods|timeperiods)|时期数|年份数|年数|时间跨度"),
        ("clusters", r"(?:no|number)?(?:of)?clusters|聚类数量?|聚类个数"),
        (
            "instruments",
            r"(?:no|number|num)?(?:of)?(?:instruments?|ivs?)(?:number|count)?|工具变量(?:数|个数|数量|数目)|instrumentcount",
        ),
        ("parameters", r"(?:no|number)(?:of)?parameters|参数个数|待估参数"),
        (
            "r2_adjusted",
            r"(?:adj(?:usted)?|调整后?的?|修正的?|校正的?)\(?r(?:2|\^2|sq(?:uared?)?)\)?|r(?:2|\^2|sq(?:uared?)?)\(?(?:adj(?:usted)?|a|调整后?)\)?|(?:调整|修正|校正)(?:后的?)?(?:拟合优度|可决系数|判定系数)(?:r2)?|a\.?-r2|adjr|\u0304r2|r̄2",
        ),
        (
            "r2_within",
            r"within\(?r(?:2|\^2|sq(?:uared?)?)\)?|r(?:2|\^2|sq(?:uared?)?)\(?(?:within|w|组内)\)?|组内\(?r(?:2|\^2)\)?",
        ),
        (
            "r2_between",
            r"between\(?r(?:2|\^2|sq(?:uared?)?)\)?|r(?:2|\^2|sq(?:uared?)?)\(?(?:between|b|组间)\)?|组间\(?r(?:2|\^2)\)?",
        ),
        (
            "r2_overall",
            r"overall\(?r(?:2|\^2|sq(?:uared?)?)\)?|r(?:2|\^2|sq(?:uared?)?)\(?(?:overall|o|总体)\)?|总体\(?r(?:2|\^2)\)?",
        ),
        ("r2_pseudo", r"(?:pseudo|mcfadden'?s?|伪|准)\(?r(?:2|\^2|sq(?:uared?)?)\)?"),
        (
            "r2",
            r"r(?:2|\^2|sq|square|squared|sqr|平方|方)(?:值)?|拟合优度(?:\(?r(?:2|\^2)\)?)?|判定系数(?:r2)?|可决系数(?:r2)?|决定系数(?:r2)?|centeredr2|goodnessoffit|r",
        ),
        (
            "f",
            r"f|f值|f统计量?值?|f统计值|fstat(?:istic)?s?|fvalues?|ftest|f检验值?|fstatistic\(?f\)?|model'?sf|模型f值|f\(\d+,?\d*\)",
        ),
        (
            "weak_f",
            r".*(?:kleibergen|cragg|kp|cd|k-p|c-d).*(?:wald)?.*f.*|.*弱工具变量.*|.*(?:firststage|第一阶段)f.*|weak(?:id|iv).*",
        ),
        ("underidentified", r".*(?:kleibergen|anderson|kp|k-p).*lm.*|.*不可识别.*|.*识别不足.*|underid.*"),
        (
            "loglik",
            r"log(?:l|lik|likelihood|pseudolikelihood)(?:value|functionvalue|function)?|lnl|ll|(?:最?大|极大)?(?:对数)?似然(?:函数)?(?:值|估计值)|loglikelihood\(?(?:ll)?\)?|log\(?l\)?|loglikvalue|l-?l|(?:自然)?对数似然(?:函数)?值?\(?(?:logl?|ll|lnl)?\)?",
        ),
        ("aic", r"aic|akaike.*|赤池.*|aic值|aic准则"),
        ("bic", r"bic|sbic|schwarz.*|bayesianinformation.*|贝叶斯信息.*|bic值"),
        ("df_resid", r"residualdf|dfr|dfresid(?:ual)?|残差自由度"),
        ("rss", r"rss|ssr|residualss|residualsumofsquares|sumsquaredresid|残差平方和"),
        ("root_mse", r"rootmse|rmse|root mean.*|均方根误差"),
        (
            "sigma2",
            r"(?:variance|lgt_?theta|方差)?\(?(?:sigma|σ)(?:2|\^2|²)?(?:_?\(?e\)?|ε|_e)?2?\)?|方差(?:\(?(?:σ|sigma)2\)?)?|误差方差",
        ),
        (
            "moran_i",
            r"(?:全局|global)?(?:moran'?s?|莫兰)(?:i|指数|指数i|index|index\(?i\)?|i指数|i值|值|itest|indexi)?(?:检验|test|统计量|\(?error\)?|误差)?|(?:空间误差)?moran'?si(?:\(?error\)?|检验)?|全局莫兰指数\(?moran'?si\)?|morani指数",
        ),
        ("moran_expected", r"e\(i\)|e\(moran'?si?\)|expected(?:moran'?s)?i|期望值?(?:e\(i\))?"),
        (
            "constant",
            r"_?cons(?:tant)?|常[数量]项?|截距项?|intercept|\(?constant\)?|\(?intercept\)?|constantterm|α0|β0|c常数项",
        ),
        (
            "threshold",
            r"(?:第?[一二三单双三]?(?:一|重)?个?)?门[槛限](?:估计)?值(?:γ|\(γ\))?[123一二三]?|(?:first|second|third|single|double|triple)?thresholds?(?:value|estimate|parameter)?s?(?:γ|\(γ\))?[123]?|γ[123]?",
        ),
        (
            "draws",
            r"(?:bs|bootstrap|boot|自助|抽样|自抽样)(?:次数|抽样次数|reps|replications|draws|number|抽样|样本数|times)?(?:\(次\))?|(?:no|number)of(?:bootstrap|bs)?(?:reps|replications|draws)|reps|重复次数",
        ),
        (
            "unknown",
            r"(?:model|total)(?:ss|ms|df)|residualms|/?(?:sigma|σ)(?:u|e|a|v|0|1)?(?!2)|/?lgt?theta|/?lntheta|.*(?:weight|权重)phi|phi|teta|/?lnphi|/?lnsigma\w*",
        ),
        ("vif", r"(?:mean|平均|average)?vif(?:值)?|方差膨胀因子(?:vif)?"),
        ("tolerance", r"1/vif|tolerance|容忍度|容差"),
    )
)
_ROBUST = re.compile(r"robust|稳健|\br-?lm|^rlm")
_LAG = re.compile(r"lag|滞后|sar(?!ma)|slm|ρ|rho|autoregress|自回归")
_ERROR = re.compile(r"err|误差|sem|λ|lambda")
_P = re.compile(r"p值|pvalue|pval|\bprob|prob>|伴随概率|相伴概率|\(p\)|p>|pr>|^p\(|\(p\)?$")
_OPERATOR = re.compile(r"(?:[LD]\d?|[LS]\d?D\d?)\.\s*(?!R\b|M\b|F\b|W\b)[^\W\d].*", re.I)
"""A lag or difference as Stata writes it: L.rd, D2.lny; not L.R., L.M., D.F., D.W."""
_RATIO = re.compile(
    r"lratio|lrtest|lr检验|似然比|likelihoodratio"
    r"|^lr(?=$|[^a-z]|test|stat|chi|value|sdm|sar|sem|sac|slm|spatial|lag|err|both|indp?(?![a-z])|time(?![a-z])|id(?![a-z]))"
)


_MEDIATOR = re.compile(r"M\s*[(（]?\s*[12]\s*[)）]?|m\s*[(（]\s*[12]\s*[)）]")
"""A mediator or a model with its number; of Arellano and Bond's tests, m1 and m2 alone are read."""


def statistic_of(text: str) -> tuple[str, str]:
    """Return the role that a label names and its second subject; ("", "") where it names no statistic."""
    if re.fullmatch(r"\s*[A-Z]\s*", text) and text.strip() not in ("N", "F", "R"):
        return "", ""
    if _OPERATOR.fullmatch(text.strip()):
        return "", ""
    plainly = first_of(text, _STATISTICS)
    if plainly:
        return plainly, ""
    if _MEDIATOR.fullmatch(text.strip()):
        return "", ""
    return _tests(squeezed(text))


def says_p(text: str) -> bool:
    """Return whether the label of a test says that its p-value is printed."""
    return bool(_P.search(squeezed(text)))


def _tests(said: str) -> tuple[str, str]:
    """Return the test that a squeezed label is about."""
    robust = "robust_" if _ROBUST.search(said) else ""
    if re.search(r"hausman|豪斯曼|hasuman", said):
        return "hausman", ""
    if "hansen" in said:
        return "hansen", ""
    if "sargan" in said:
        return "sargan", ""
    order = re.fullmatch(
        r"(?:arellanobond|ab)?(?:test)?(?:for)?(?:z)?(?:ar\(?([12])\)?|m\(?([12])\)?|([一二])阶(?:序列)?自?相关)(?:inf.*)?(?:检验|test|统计量|z值?|p值|pvalue|\(p\)|\(z\)|\(p值\)|\(pvalue\)|p|prob|\(prob\)|pr>z|检验p值|\(p\)?|的p值)*",
        said,
    )
    if order:
        number = next(one for one in order.groups() if one)
        return ("ar1" if number in "1一" else "ar2"), ""
    if _RATIO.search(said) and not _effect(said):
        return "lr", _restricted(said)
    if re.fullmatch(r"chi2?|χ2|chisq(?:uared?)?|chisquare|卡方(?:值|统计量)?", said):
        return "wald", ""
    if re.search(r"wald|沃尔德|瓦尔德|沃德检验|空间(?:滞后|误差)项?的?怀特检验", said):
        return "wald", _restricted(said)
    if re.search(
        r"(?:^|[^a-z])r?lm(?=lag|err|test|sar|sem|spatial|no|检验|[^a-z]|$)|robustlm|lmtest|lagrange|拉格朗日",
        said,
    ):
        return _lagrange(said, robust), ""
    return "", ""


def _effect(said: str) -> bool:
    return bool(re.search(r"direct|total|效应|spill", said))


def _lagrange(said: str, robust: str) -> str:
    """Return which Lagrange multiplier test a label names; "lm" alone where the section says it."""
    named = said.replace("lagrange", "")
    if re.search(r"sarma|sac|joint|联合|(?:lag|滞后)(?:and|&|与|和)(?:err|误差)", named):
        return "lm_sarma"
    lag, error = _LAG.search(named), _ERROR.search(named)
    if lag is None and error is None:
        return f"{robust}lm"
    of_lag = lag is not None and (error is None or lag.start() < error.start())
    return f"{robust}lm_lag" if of_lag else f"{robust}lm_error"


def _restricted(said: str) -> str:
    """Return the model that an LR or Wald test restricts to: "sar", "sem", "ind", "time", "" where it names none."""
    rest = re.sub(r"sdm|wald|lratio|lrtest|^lr|test|检验|spatialdurbin", " ", said)
    for name, pattern in (
        ("sar", r"sar|lag|滞后|slm"),
        ("sem", r"sem|err|误差"),
        ("ind", r"ind|id|个体|地区|省份"),
        ("time", r"time|year|时间|年份"),
    ):
        if re.search(pattern, rest):
            return name
    return ""
