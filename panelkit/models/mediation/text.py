"""A mediation result as plain text, in English and Chinese."""

from __future__ import annotations

import pandas as pd

from panelkit.language.levels import spoken
from panelkit.models.mediation.estimates import MediationEstimates
from panelkit.models.mediation.levels import effects_at_levels
from panelkit.models.mediation.sensitivity import sensitivity_of
from panelkit.models.mediation.share import share_of
from panelkit.models.mediation.words import number, p_text
from panelkit.results.fit import Language
from panelkit.show.plain import frame_text
from panelkit.show.words import in_language, result_value, result_word

_WORDS = {
    "total": "总效应",
    "direct": "直接效应",
    "indirect": "间接效应",
    "effect": "效应",
    "path": "路径",
    "contrast": "差异",
    "equation": "类别",
    "term": "项",
    "estimate": "估计值",
    "std_error": "标准误",
    "p_value": "p 值",
    "conf_low": "下限",
    "conf_high": "上限",
    "kind": "类别",
    "method": "方法",
    "statistic": "统计量",
    "percentile bootstrap": "百分位bootstrap（整省重抽样）",
    "joint significance": "联合显著性",
    "joint significance, wild": "联合显著性（wild cluster）",
    "wild bootstrap": "wild cluster bootstrap",
    "bias-corrected bootstrap": "偏差校正bootstrap",
    "Sobel, iid errors": "Sobel（独立同分布误差）",
    "delta": "delta 方法",
    "index": "指数",
    "index of moderated mediation": "有调节的中介指数",
    "pure indirect": "纯间接效应",
    "total indirect": "总间接效应",
    "pure direct": "纯直接效应",
    "total direct": "总直接效应",
    "controlled direct": "受控直接效应",
    "interaction": "交互项系数",
    "source": "自",
    "target": "至",
}
_STAGES = {
    "first": ("first path", "前半路径"),
    "second": ("second path", "后半路径"),
    "direct": ("direct path", "直接路径"),
}
_HEADS = {
    "effects": (
        "Effects (provinces resampled whole; percentile intervals)",
        "效应（整省重抽样，百分位区间）",
    ),
    "paths": ("Paths", "路径系数"),
    "levels": ("Effects at levels of the treatment", "解释变量各水平上的效应"),
    "joint": ("Joint significance (largest p along the route)", "联合显著性检验（路径上最大的 p 值）"),
    "share": ("Share", "占比"),
    "sensitivity": ("Sensitivity to a confounder of mediator and outcome", "对中介—结果混杂的敏感性"),
    "notes": ("Notes", "说明"),
}


def summary(result: MediationEstimates, level: float, language: Language) -> str:
    """Return the whole result as text."""
    effects = result.tidy(level).drop(columns="statistic")
    paths = result.path_table().drop(columns=["statistic"])
    joint = [
        f"  {translated(str(term), language)}: {p_text(float(p))}"
        for term, p in result.joint_significance().items()
    ]
    told = [
        f"  {sensitivity_of(result, at, level).said().of(language)}" for at in range(len(result.mediators))
    ]
    levels = result.level_names
    facts = "  ".join(_fact(key, value, language, levels) for key, value in result.facts.items())
    notes = [f"  - {in_language(note, language)}" for note in result.notes]
    title = in_language(result.title, language)
    blocks = [
        [title, "=" * len(title)],
        _block("effects", [_frame(effects, language)], language),
        _block("paths", [_frame(paths, language)], language),
        *([_block("levels", levels_lines(result, level, language), language)] if result.interaction else []),
        _block("joint", joint, language),
        _block("share", [f"  {share_of(result, level).reason.of(language)}"], language),
        _block("sensitivity", told, language),
        _block("notes", notes, language),
        [facts],
    ]
    blocks[:-1] = [[spoken(line, *levels) for line in block] for block in blocks[:-1]]
    return "\n\n".join("\n".join(block) for block in blocks)


def levels_lines(result: MediationEstimates, level: float, language: Language) -> list[str]:
    """Return the effects at levels of the treatment and what they are, as lines of text."""
    found = effects_at_levels(result)
    told = [f"  {in_language(note, language)}" for note in found.notes[:-1]]
    return [_frame(found.tidy(level).drop(columns="statistic"), language), *told]


def conditional_text(result: MediationEstimates, language: Language) -> str:
    """Return indirect and direct effects along the moderator, and the index of moderated mediation, as text."""
    held = result.moderation
    if held is None:
        return ""
    table = result.conditional().tidy().drop(columns="statistic")
    stages = [_STAGES[stage][language == "zh"] for stage in held.stages]
    if language == "zh":
        head = (
            f"条件效应（调节变量{held.name}，以样本均值{number(held.mean)}中心化；调节{'、'.join(stages)}）"
        )
    else:
        centred = f"centred at its mean {number(held.mean)}; it moderates the {', '.join(stages)}"
        head = f"Conditional effects by {held.name} ({centred})"
    return f"{head}\n{_frame(table, language)}"


def translated(text: str, language: Language) -> str:
    """Return a word of the result's vocabulary in the language; what has no entry stays."""
    if language != "zh":
        return text
    kind, via, name = text.partition(" via ")
    return f"{_WORDS[kind]}，经{name}" if via and kind in _WORDS else _WORDS.get(text, _level(text))


def _level(text: str) -> str:
    """Return a level of the treatment, `mean (0.5)`, in Chinese; anything else as it is."""
    return f"均值{text.removeprefix('mean')}" if text.startswith("mean (") else text


def _fact(key: str, value: object, language: Language, levels: tuple[str, str]) -> str:
    if language == "zh" and key == "order":
        return "中介次序=" + {"parallel": "并列", "serial": "链式"}[str(value)]
    return f"{result_word(key, language, levels)}={result_value(key, value, language, levels)}"


def _block(head: str, lines: list[str], language: Language) -> list[str]:
    return [_HEADS[head][language == "zh"], *lines]


def _frame(frame: pd.DataFrame, language: Language) -> str:
    shown = frame.copy()
    for name in shown.columns:
        if name in ("equation", "term"):
            shown[name] = [translated(str(value), language) for value in shown[name]]
        elif name == "p_value":
            shown[name] = ["<0.0001" if value < 1e-4 else f"{value:.4f}" for value in shown[name]]
        elif name not in ("source", "target"):  # names of the caller's own variables
            shown[name] = [number(value) for value in shown[name]]
    shown.columns = pd.Index([translated(str(name), language) for name in shown.columns])
    return frame_text(shown)
