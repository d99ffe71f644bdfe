"""The words of verdicts, flags and pages, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.claims.file.document import Document, Need, Status, Text
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.verdict import Spread, Verdict, Word
from panelkit.report.figure_names import FIGURES_ZH
from panelkit.results.fit import Language

_VERDICTS: dict[Word, Text] = {
    "SUPPORTED": Text(en="SUPPORTED", zh="支持"),
    "PARTLY": Text(en="PARTLY", zh="部分支持"),
    "NOT SUPPORTED": Text(en="NOT SUPPORTED", zh="不支持"),
    "CONTRADICTED": Text(en="CONTRADICTED", zh="相反"),
    "NOT TESTABLE": Text(en="NOT TESTABLE", zh="无法检验"),
}
_STATUSES: dict[Status, Text] = {
    "computed": Text(en="computed", zh="已计算"),
    "pending": Text(en="pending", zh="待计算"),
    "not_testable": Text(en="not testable", zh="无法检验"),
}
_FLAGS: dict[str, Text] = {
    "association_only": Text(
        en="association only: nothing here is exogenous", zh="仅为相关：此处没有外生变动"
    ),
    "provincial_analogue": Text(
        en="provincial analogue of a firm-level claim", zh="以省级数据对应企业层面的论断"
    ),
    "proxy_only": Text(en="proxy only", zh="仅用替代指标"),
    "uninformative": Text(
        en="uninformative: the interval holds zero and the claimed number",
        zh="信息不足：区间同时包含零与所称数值",
    ),
    "implausible_number": Text(
        en="the claimed number is implausible under this reading", zh="按此读法，所称数值不合情理"
    ),
    "disconnected_interval": Text(
        en="the values not rejected are no single interval", zh="未拒绝的取值并非单一区间"
    ),
    "unbounded_interval": Text(en="the interval is unbounded", zh="区间无界"),
    "overlapping_figures": Text(
        en="treatment, mediator and outcome share figures: part of their correlation is arithmetic",
        zh="解释变量、中介变量与结果变量含有相同指标：部分相关来自构造",
    ),
    "not_declared": Text(
        en="not declared: the claim was not fixed before it was computed", zh="未申报：论断未在计算之前固定"
    ),
    "revised": Text(en="revised after its declaration", zh="申报后有修订"),
}
_CAPABILITIES: dict[str, Text] = {
    name: Text(en=name, zh=chinese)
    for name, chinese in {
        "spatial panel models": "空间面板模型",
        "panel mediation": "面板中介模型",
        "panel VAR": "面板向量自回归",
        "panel threshold": "面板门槛模型",
        "dynamic panel": "动态面板模型",
        "interactions": "调节效应设计",
        "event study": "事件研究（双重差分）",
        "composite indices": "综合指数",
        "coupling coordination": "耦合协调度",
        "rank cloud": "排序云（R-RANK）",
        "inequality indices": "不平等指数",
        "descriptive figures": "描述性指标（R-DESC）",
        "network analysis": "网络分析",
        "efficiency frontiers": "效率前沿（DEA）",
        "gravity model": "引力模型",
        "a declared design": "有待申报的设计",
        "life-cycle curves": "生命周期曲线",
        "out-of-sample comparison of forecasts": "样本外预测比较",
        "Markov chains": "马尔可夫链",
        "variance decomposition": "方差与贡献分解",
    }.items()
}
_VCOV = {
    " (jackknife) by province, ": "（按省刀切）, ",
    "cluster (CRV1) by province": "按省聚类 (CRV1)",
    "robust, ": "异方差稳健, ",
}
_WORDS: dict[str, Text] = {
    "title": Text(en="What public figures say about each claim", zh="公开数据如何回应每一论断"),
    "claim": Text(en="Claim", zh="论断"),
    "claims": Text(en="Claims", zh="论断"),
    "of_design": Text(en="{label} ({design})", zh="{label}（{design}）"),
    "design": Text(en="Design", zh="设计"),
    "colon": Text(en=": ", zh="："),
    "page_intro": Text(
        en="Each claim is tested on official provincial figures with designs that were declared before they were "
        "computed. A verdict speaks of these figures and designs, not of the authors.",
        zh="各论断均以官方省级数据检验，检验设计在计算之前已申报。结论只针对这些数据与设计，不针对作者。",
    ),
    "worst_rule": Text(
        en="The verdict of a reading is that of its worst design; the verdict of the claim is that of its literal "
        "reading, the first below.",
        zh="每种读法的结论取其最差设计；论断的结论取其字面读法（以下第一种）。",
    ),
    "share_sign": Text(en="Grid: claimed sign", zh="网格：符号一致"),
    "share_inside": Text(en="Grid: holds the number", zh="网格：包含所称数值"),
    "regressions": Text(en="Regression table", zh="回归表"),
    "curves": Text(en="Specification curves", zh="设定曲线"),
    "other_grids": Text(
        en="The grids of the other readings stand in {claim}_grid.csv.",
        zh="其他读法的网格见 {claim}_grid.csv。",
    ),
    "others": Text(en="Claims without a computed verdict", zh="尚无计算结论的论断"),
    "others_n": Text(en="{n} claims: pending or not testable", zh="{n}条：待计算或无法检验"),
    "one_out": Text(en="One province left out at a time: {design}", zh="逐一剔除省份：{design}"),
    "not_computed": Text(
        en="{failed} of {declared} specifications could not be computed; they count in every share, on neither side:",
        zh="{declared}个设定中有{failed}个未能计算；各比例均以全部设定为分母：",
    ),
    "grid_n": Text(en="n = {n}", zh="n = {n}"),
    "grid_n_failed": Text(
        en="n = {n} of {declared}: {failed} not computed", zh="{declared}个中算得{n}个，{failed}个未能计算"
    ),
    "sample": Text(en="Sample", zh="样本"),
    "sample_line": Text(
        en="{nobs} observations: {n} provinces, {years}.", zh="{years}年，{n}个省份，共{nobs}个观测值。"
    ),
    "dropped": Text(en="{n} rows left the sample:", zh="剔除{n}行："),
    "nothing_dropped": Text(en="No row was dropped.", zh="没有剔除任何观测。"),
    "sources": Text(en="Figures and sources", zh="数据与来源"),
    "figure": Text(en="Figure", zh="指标"),
    "grid_only": Text(en="read by the grid only", zh="仅网格使用"),
    "other_years": Text(
        en="Options of years name the years asked for; a figure that covers fewer is used on those: {pairs}.",
        zh="年份选项为所设定的年份；指标覆盖不足时仅用其所覆盖的年份：{pairs}。",
    ),
    "grid_sizes": Text(
        en="{n} combinations declared; those that come to the same regression on the same rows count once in a result",
        zh="申报{n}种组合；同一样本上的相同回归在结果中只计一次",
    ),
    "grid_loo": Text(
        en=", and the main design without each province is added", zh="，另加逐一剔除省份的主设计"
    ),
    "unit": Text(en="Unit", zh="单位"),
    "vintage": Text(en="Vintage", zh="数据版本"),
    "vintages": Text(en="Vintages", zh="数据版本"),
    "from": Text(en="From", zh="来源"),
    "through": Text(en="through", zh="整理者"),
    "no_flags": Text(en="None of the cells and series used carries a flag.", zh="所用单元格与序列均无标记。"),
    "every_province": Text(en="every province", zh="各省"),
    "wild_head": Text(en="p of the main test: ", zh="主检验p值："),
    "wild_of": Text(en="{design} {p}", zh="{design} {p}"),
    "semicolon": Text(en="; ", zh="；"),
    "q_note": Text(
        en="Many tests: of {n} main ones under {rule}, {p} have p ≤ .05 and {q} Benjamini-Hochberg q ≤ .05",
        zh="多重检验：{rule} 下主检验 {n} 项，p ≤ .05 者 {p} 项，Benjamini-Hochberg q ≤ .05 者 {q} 项",
    ),
    "more": Text(
        en="`panelkit check ID` explains one claim in full, `panelkit claims list` shows all; `--out DIR` writes a "
        "page and tables.",
        zh="`panelkit check 编号` 给出单条论断的完整说明，`panelkit claims list` 列出全部；"
        "`--out 目录` 生成网页与表格。",
    ),
    "reading": Text(en="Reading and design", zh="读法与设计"),
    "estimate": Text(en="Estimate", zh="估计值"),
    "interval": Text(en="{level} % interval", zh="{level}%区间"),
    "and": Text(en=" and ", zh="、"),
    "rademacher": Text(en="Rademacher", zh="拉德马赫（Rademacher）"),
    "webb": Text(en="Webb", zh="韦伯（Webb）"),
    "claimed": Text(en="Claimed", zh="所称"),
    "p": Text(en="p", zh="p"),
    "grid": Text(en="Grid", zh="网格"),
    "verdict": Text(en="Verdict", zh="结论"),
    "status": Text(en="Status", zh="状态"),
    "source": Text(en="Document", zh="文献"),
    "says": Text(en="What it says", zh="内容"),
    "rule": Text(en="Rule", zh="规则"),
    "why": Text(en="Why", zh="原因"),
    "missing": Text(en="Missing", zh="尚缺"),
    "supply": Text(en="How to supply it", zh="如何补充"),
    "flags": Text(en="Flags", zh="标记"),
    "declared": Text(en="declared {date}", zh="{date}申报"),
    "revised_on": Text(en="revised {date}: {reason}", zh="{date}修订：{reason}"),
    "designs_n": Text(en="the worst of {n} designs", zh="{n}个设计中最差者"),
    "revised_brief": Text(en="design revised {date}", zh="设计于{date}修订"),
    "failed": Text(en="could not be computed", zh="未能计算"),
    "as_a_whole": Text(en="no better than its worse design", zh="不优于其中较差的设计"),
    "grid_note": Text(
        en="Grid: of {n} specifications, the share with the claimed sign, and the share whose interval holds the "
        "claimed number.",
        zh="网格：{n}种设定中与所称符号一致的比例，以及区间包含所称数值的比例。",
    ),
    "grid_note_sign": Text(
        en="Grid: of {n} specifications, the share with the claimed sign.",
        zh="网格：{n}种设定中与所称符号一致的比例。",
    ),
    "grid_lost": Text(
        en="{failed} of {declared} specifications could not be computed and count in these shares ({where}).",
        zh="{declared}个设定中有{failed}个未能计算，仍计入上述比例的分母（{where}）。",
    ),
    "seed": Text(en="seed {seed}", zh="种子{seed}"),
    "seeds": Text(en="declared seeds", zh="种子均已申报"),
    "other_readings": Text(en="Read otherwise", zh="其他读法"),
    "implausible": Text(en="and the number itself is implausible", zh="且数值本身不合情理"),
    "interval_note": Text(
        en="Interval and p: restricted wild cluster bootstrap ({weights}, {reps:,} draws, {seed}), which decides; "
        "below it {vcov}.",
        zh="区间与p值：以约束型野聚类自助法为准（{weights}权重，{reps:,}次，{seed}）；其下为{vcov}。",
    ),
    "absent": Text(en="figures that do not ship", zh="未随附的数据"),
    "waiting": Text(en="{n} claims wait for a capability or a figure", zh="{n}条论断有待功能或数据"),
    "untestable": Text(en="{n} claims cannot be tested", zh="{n}条论断无法检验"),
    "no_author": Text(en="(no author shown)", zh="（未署作者）"),
    "national": Text(en="nation", zh="全国"),
    "p10p90": Text(en="p10 to p90", zh="p10至p90"),
    "page_written": Text(en="written", zh="已写入"),
}


def level_text(verdicts: Sequence[Verdict], language: Language) -> str:
    """Return the head of a column of intervals, with the level, or levels, that they have."""
    held = sorted({item.tested.shown.level for item in verdicts if item.tested is not None}) or [0.95]
    levels = word("and", language).join(f"{100.0 * level:.4g}" for level in held)
    return word("interval", language, level=levels)


def lost_line(verdicts: Sequence[Verdict], language: Language) -> str:
    """Return how many specifications of these designs could not be computed, and where; nothing where all were."""
    pairs = [(item, item.tested.tally) for item in verdicts if item.tested is not None and item.tested.tally]
    lost = [(item, tally) for item, tally in pairs if tally is not None and tally.failed]
    if not lost:
        return ""
    where = [
        " ".join([item.claim, *(part.id for part in (item.reading, item.design) if part is not None)])
        for item, _ in lost
    ]
    return word(
        "grid_lost",
        language,
        failed=sum(len(tally.failed) for _, tally in lost),
        declared=sum(tally.declared for _, tally in lost),
        where=("、" if language == "zh" else ", ").join(where),
    )


def vcov_text(vcov: str, language: Language) -> str:
    """Return the name of a covariance; Chinese where there is a settled word."""
    if language == "en":
        return vcov
    for english, chinese in _VCOV.items():
        vcov = vcov.replace(english, chinese)
    return vcov


def word(key: str, language: Language, **values: object) -> str:
    """Return one word or sentence, with its blanks filled."""
    return say(_WORDS[key], language).format(**values)


def say(text: Text, language: Language) -> str:
    """Return a text in one language."""
    return text.zh if language == "zh" else text.en


def verdict_word(verdict: Word | None, status: Status, language: Language) -> str:
    """Return the verdict, or the status of a claim that has none."""
    return say(_VERDICTS[verdict], language) if verdict is not None else say(_STATUSES[status], language)


def flag_text(flag: str, language: Language) -> str:
    """Return what a flag means."""
    return say(_FLAGS[flag], language) if flag in _FLAGS else flag


def need_names(need: Need, language: Language) -> list[str]:
    """Return what is missing, each capability by its name."""
    if need.kind == "figure":
        return [FIGURES_ZH.get(need.name, need.name) if language == "zh" else need.name]
    return [say(_CAPABILITIES.get(name, Text(en=name, zh=name)), language) for name in need.name.split("; ")]


def citation(document: Document, language: Language) -> str:
    """Return the document as its own text shows it: authors, title, venue, year."""
    if language == "zh":
        authors = "、".join(document.authors) or word("no_author", "zh")
        parts = [f"{authors}：《{document.title}》", document.venue or "，".join(document.affiliation)]
        return "，".join(part for part in parts if part) + (f"，doi:{document.doi}" if document.doi else "")
    authors = ", ".join(document.authors) or word("no_author", "en")
    parts = [f"{authors}: {document.title}", document.venue or ", ".join(document.affiliation)]
    return ", ".join(part for part in parts if part) + (f", doi:{document.doi}" if document.doi else "")


def short_citation(registered: RegisteredClaim, language: Language) -> str:
    """Return author and section, enough to find the place."""
    document = registered.document
    joiner = "、" if language == "zh" else ", "
    authors = joiner.join(document.authors[:2]) or document.title
    more = ("等" if language == "zh" else " et al.") if len(document.authors) > 2 else ""
    return f"{authors}{more}{joiner if language == 'en' else '，'}{registered.claim.place.section}"


def declaration_lines(registered: RegisteredClaim, language: Language) -> list[str]:
    """Return when the claim was declared, and every revision with its reason."""
    entry = registered.declaration
    if entry is None:
        return [flag_text("not_declared", language)]
    lines = [word("declared", language, date=entry.declared)]
    return lines + [
        word("revised_on", language, date=item.date, reason=say(item.reason, language))
        for item in entry.revision
    ]


def spreads(verdicts: Sequence[Verdict], language: Language) -> list[tuple[str, Spread]]:
    """Return the ratios beside a reading with their labels; those that its designs share stand once."""
    found: list[tuple[str, Spread]] = []
    seen: set[tuple[str, float, float, float]] = set()
    pairs = [(item, ratio) for item in verdicts if item.tested for ratio in item.tested.beside]
    for verdict, ratio in pairs:
        key = (ratio.label.en, ratio.aggregate, ratio.p10, ratio.p90)
        if key in seen:
            continue
        seen.add(key)
        shared = all(ratio.aggregate == other.aggregate for _, other in pairs if other.label == ratio.label)
        design = "" if shared or verdict.design is None else say(verdict.design.label, language)
        label = say(ratio.label, language)
        found.append((word("of_design", language, label=label, design=design) if design else label, ratio))
    return found
