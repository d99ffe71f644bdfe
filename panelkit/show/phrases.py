"""Names and sentences of results that are still plain text, in Chinese: titles, tests, hypotheses, notes.

The names of tests of spatial models (robust LM lag; Wald, SDM to SEM) stay as the literature has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_EFFECTS = {
    "unit": "个体",
    "time": "时间",
    "twoway": "双向",
    "none": "无效应",
    "random effects": "随机效应",
    "cross-section": "截面",
}
_HEADS = {
    "Fixed effects": "固定效应",
    "Random effects": "随机效应",
    "Pooled least squares": "混合最小二乘",
    "Between effects": "组间效应",
    "First differences": "一阶差分",
    "Two-stage least squares": "两阶段最小二乘",
    "First stage": "第一阶段",
    "Reduced form": "简化式",
    "Mediation": "中介效应",
    "Spatial mediation": "空间中介效应",
    "impacts by order of neighbours": "按邻接阶数的效应",
}
_EXACT = {
    "random unit effect: Swamy-Arora variance components, theta treated as known": (
        "随机个体效应：Swamy-Arora 方差分量，theta 视为已知"
    ),
    "the variance of the unit effect is estimated at zero: this is pooled least squares": (
        "个体效应方差估计为零：结果即混合最小二乘"
    ),
    "outcome and regressors are changes between neighbouring periods of one unit": (
        "被解释变量与解释变量均为同一个体相邻两期之差"
    ),
    "random unit effects inside the innovation; observed Hessian": "随机个体效应包含在误差项中；观测 Hessian",
    "random effects need unit effects unrelated to the regressors: read the Mundlak test": (
        "随机效应要求个体效应与解释变量无关：请看 Mundlak 检验"
    ),
    "convention lee-yu: transformation for time effects, O(1/T) bias of unit effects corrected": (
        "估计口径 lee-yu：时间效应以变换消去，已校正个体效应的 O(1/T) 偏误"
    ),
    "every coefficient compared counts, the spatial ones included": "所比较的系数全部计入，空间系数在内",
    "order 0 is b I + t W, before any feedback": "0 阶为 b I + t W，尚无反馈",
    "intervals carry the standard error of the full sample": "区间采用全样本标准误",
    "intervals: CRV1 of the remaining units, t(G-2)": "区间：其余个体的 CRV1，t(G-2)",
    "every value is rejected: the instruments are not all valid, or the model is wrong": (
        "所有取值均被拒绝：工具变量并非全部有效，或模型有误"
    ),
    "the confidence set is unbounded: the instruments are too weak to bound the coefficient": (
        "置信集无界：工具变量过弱，无法界定系数"
    ),
    "valid if the treatment could as well have gone to any other unit with the same years; it says nothing of why "
    "units were treated": "前提是处理也可能落在任一具有相同年份的其他个体；不说明个体为何受处理",
    "the treatments have no effect in any specification": "所有设定中处理均无效应",
    "no two units hold the same years in every sample, so that they cannot exchange paths": (
        "没有两个个体在各样本中具有相同年份，无法交换路径"
    ),
    "permutation test of the curve": "设定曲线的置换检验",
    "random and fixed effects estimate the same coefficients": "随机效应与固定效应的系数相同",
    "unit effects are unrelated to the regressors: random effects are consistent": (
        "个体效应与解释变量无关：随机效应估计一致"
    ),
    "the difference of the two covariances is not positive definite in this sample: read the Mundlak test": (
        "本样本中两个协方差矩阵之差非正定：请看 Mundlak 检验"
    ),
    "the fit has no unit means: take means=True": "该拟合不含个体均值：请设 means=True",
    "the reductions are offered for static models; read the Wald statistics of the table": (
        "简化检验仅适用于静态模型；请看表中的 Wald 统计量"
    ),
    "the reductions are offered for fixed effects: fit SpatialPanel": "简化检验仅适用于固定效应：请用 SpatialPanel",
    "the fit has no Durbin terms": "该拟合不含杜宾项",
    "the error model is nested only if every regressor has a Durbin term with the lag's weights": (
        "仅当每个解释变量都有采用同一权重的杜宾项时，误差模型才嵌套其中"
    ),
    "bias-corrected estimates do not maximise their likelihood (convention elhorst); read the Wald test": (
        "偏误校正后的估计不使似然最大（口径 elhorst）；请看 Wald 检验"
    ),
    "dynamic SDM to smaller models": "动态 SDM 简化为较小模型",
    "random-effects SDM to smaller models": "随机效应 SDM 简化为较小模型",
    "cluster-robust over-identification (score)": "聚类稳健过度识别检验（得分）",
    "standard errors by the delta method": "标准误由 delta 方法得到",
    "direct": "直接效应",
    "indirect": "间接效应",
    "total": "总效应",
    "pure indirect": "纯间接效应",
    "total indirect": "总间接效应",
    "pure direct": "纯直接效应",
    "total direct": "总直接效应",
    "controlled direct": "受控直接效应",
    "interaction": "交互项系数",
    "the series has no linear trend": "序列没有线性趋势",
    "the series is an exact line or constant": "序列为直线或常数",
    "fixed effects with a lagged outcome bias the slope towards convergence (Nickell 1981)": (
        "含滞后被解释变量的固定效应使斜率偏向收敛（Nickell，1981）"
    ),
    "spatial lag of growth, maximum likelihood; standard errors from the observed information": (
        "增长率的空间滞后，极大似然；标准误来自观测信息"
    ),
    "the judges' rankings are unrelated": "各排序互不相关",
    "every judge ties all items": "每个排序都全部并列",
    "next period's class does not depend on this period's": "下期类别与本期类别无关",
    "only one class occurs": "仅出现一个类别",
    "designs share figures, so that their agreement is partly built in": "各体系共用部分数据，一致性部分出自构造",
    "rationalisation and deviation: higher is worse": "合理化与偏离度：越高越差",
    "one indicator left out": "各剔除一个指标",
    "group means": "组均值",
    "geometric over arithmetic mean": "几何平均与算术平均之比",
    "weights in T": "T 中的权重",
    "against the year before": "与上年相比",
    "Industrial structure": "产业结构",
    "Specialisation": "专业化",
    "too few complete rows": "完整的行太少",
    "the regressors reproduce the outcome exactly": "解释变量恰好再现被解释变量",
    "a regressor is absorbed by the effects or nearly repeats others": "某个变量被效应吸收，或与其他变量几乎重复",
    "no standard error: without one unit the treatment is lost, or the fit is exact": (
        "没有标准误：去掉一个个体后处理变量不可识别，或拟合无残差"
    ),
}


def _effects(found: re.Match[str]) -> str:
    return f"{_HEADS.get(found[1], found[1])}（{_EFFECTS.get(found[2], found[2])}）{_outcome(found[3])}"


def _outcome(rest: str | None) -> str:
    return f"：{rest.removeprefix(': ')}" if rest else ""


def _stable(found: re.Match[str]) -> str:
    return f"稳定半径 {found[1]}：" + ("稳定" if "NOT" not in found[2] else "不稳定，无长期效应")


def _replications(found: re.Match[str]) -> str:
    drawn = {"bootstrap": f"bootstrap 重复 {found[2]} 次", "draws": f"模拟抽样 {found[2]} 次"}[found[1]]
    seed = f"随机种子 {found[3]}" if found[3] else "随机数生成器由调用者给定"
    return f"{drawn}，{seed}" + (f"，剔除 {found[4]} 次" if found[4] else "")


_Said = str | Callable[[re.Match[str]], str]
_PATTERNS: tuple[tuple[re.Pattern[str], _Said], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (
            r"dynamic (\w+) \((\w+)\)(: .*)?",
            lambda f: f"动态 {f[1]}（{_EFFECTS.get(f[2], f[2])}）{_outcome(f[3])}",
        ),
        (r"([A-Z][A-Za-z -]*?) \((unit|time|twoway|none|random effects|cross-section)\)(: .*)?", _effects),
        (r"(short-run |long-run )?impacts: (.*)", lambda f: _impacts(f[1] or "", f[2])),
        (r"(Mediation|Spatial mediation): (.*), by (.*)", lambda f: f"{_HEADS[f[1]]}：{f[2]}，按 {f[3]}"),
        (f"({'|'.join(map(re.escape, _HEADS))}): (.*)", lambda f: f"{_HEADS[f[1]]}：{f[2]}"),
        (r"(pure|total) indirect via (.*)", lambda f: f"{_EXACT[f'{f[1]} indirect']}，经{f[2]}"),
        (
            r"(bootstrap|draws): (\d+) replications, (?:seed (\d+)|a generator of the caller's)(?:, (\d+) discarded)?",
            _replications,
        ),
        (r"first-stage F of (.*)", r"\1 的第一阶段 F"),
        (r"scaled noncentral chi2(.*)", r"缩放非中心 chi2\1"),
        (r"(.*), iid errors", r"\1（独立同分布误差）"),
        (r"SDM to (\w+)", r"SDM 简化为 \1"),
        (
            r"the fit is a (\w+), and the tests start from the Durbin model \(model='sdm'\)",
            r"该拟合为 \1，而检验须从杜宾模型（model='sdm'）出发",
        ),
        (r"(\d+) serves as the start of the lags", r"\1 年作为滞后项的起点"),
        (r"convention (\S+): not corrected for the bias of unit effects", r"估计口径 \1：未校正个体效应偏误"),
        (r"stability radius ([\d.]+): (.*)", _stable),
        (r"variances times n/\(n - k\), t\((\d+)\)", r"方差乘以 n/(n - k)，t(\1) 分布"),
        (
            r"the (.*) covariance is not positive definite: its negative eigenvalues were set to zero (\(.*\))",
            r"\1协方差非正定：负特征值已置零\2",
        ),
        (r"the confidence set consists of (\d+) separate intervals(.*)", r"置信集由 \1 个互不相连的区间组成"),
        (
            r"the confidence set is unbounded: with (\d+) clusters the draws cannot reject far values",
            r"置信集无界：仅 \1 个聚类，抽样无法拒绝远处的取值",
        ),
        (
            r"clustered by (.*): the covariance of the fit \((.*)\) names no single clustering",
            r"按 \1 聚类：拟合的协方差（\2）没有唯一的聚类",
        ),
        (
            r"all (\d+) placements of the (\d+) treated paths were taken",
            r"已穷举 \2 条受处理路径的全部 \1 种位置",
        ),
        (r"the smallest possible p is ([\d.]+)", r"可能的最小 p 值为 \1"),
        (
            r"(\d+) units share their years with no other unit and keep their own paths?",
            r"\1 个个体与其他个体的年份均不相同，保留自己的路径",
        ),
        (
            r"(\d+) of (\d+) permutations left the treatment no variation: they count as at least as extreme",
            r"\2 次置换中有 \1 次使处理没有变异：按不小于观测值计入",
        ),
        (
            r"(\d+) of (\d+) specifications could not be computed: they count as t = 0, not significant",
            r"\2个设定中有\1个未能计算：按 t = 0、不显著计入",
        ),
        (
            r"the likelihood is largest at the edge of its interval \((\S+) to (\S+)\): the spatial parameter is not "
            r"identified in these data; check the outcome for a common trend, or W",
            r"似然在区间边界（\1 至 \2）处最大：空间参数在该数据中不可识别；请检查被解释变量是否有共同趋势，或更换 W",
        ),
        (
            r"rho = (\S+) and lambda = (\S+) lie at the edge of their intervals: lag and error are not told apart in "
            r"these data; take sar or sem, or another W for the error",
            r"rho = \1 与 lambda = \2 位于区间边界：该数据无法区分滞后与误差；请用 sar 或 sem，或为误差另取 W",
        ),
        (
            r"(\d+) of (\d+) \S+ are unstable: the estimate lies too near the edge of its interval for simulated "
            r"errors; take method='delta'",
            r"\2 次抽样中有 \1 次不稳定：估计值过于接近区间边界，不宜用模拟误差；请用 method='delta'",
        ),
        (
            r"more than half of the draws of the spatial model are unstable",
            r"空间模型的抽样有半数以上不稳定",
        ),
        (
            r"(?:DataError: )?estimate (\S+) with standard error (\S+) is no result",
            r"估计值 \1（标准误 \2）不成结果",
        ),
        (r"the figures of the year give no number", r"该年数据得不出数值"),
        (r"no figures of the year are held", r"没有该年的数据"),
        (
            r"fewer than two units hold complete rows(?: in .*)?",
            r"行完整的个体不足两个",
        ),
        (
            r"(.+): no variation is left .*",
            r"\1：扣除固定效应后没有变异",
        ),
        (r"the outcome `(.+)` does not vary.*", r"被解释变量 `\1` 没有变异"),
        (r"`(.+)`: `(.+)` does not vary in .*", r"`\1`：`\2` 在样本中没有变异"),
        (r"(\w+), global extremes", r"\1（全样本极值）"),
        (r"(\w+), per_year extremes", r"\1（逐年极值）"),
        (r"Coupling coordination of (.*)", lambda f: f"耦合协调度：{f[1].replace(' and ', '、')}"),
        (r"Synergy of (.*)", r"协同度：\1"),
        (
            r"held against (\d+) simulated series without a trend, AR\((\S+)\) errors",
            r"与 \1 条无趋势的模拟序列比较，误差为 AR(\2)",
        ),
        (r"clusters? \(CRV1\) by (.*)", r"聚类稳健（CRV1），聚类于\1"),
        (r"([\d.]+) to ([\d.]+)", r"\1 至 \2"),
    )
)


def _impacts(run: str, rest: str) -> str:
    return {"": "效应分解", "short-run ": "短期效应分解", "long-run ": "长期效应分解"}[
        run
    ] + f"：{chinese(rest)}"


def chinese(text: str) -> str:
    """Return a name or sentence of a result in Chinese; one that has no entry stays."""
    if text in _EXACT:
        return _EXACT[text]
    for pattern, said in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            return found.expand(said) if isinstance(said, str) else said(found)
    return text
