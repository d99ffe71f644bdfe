"""Verdict rules: results in, a word and a sentence out. No rule fits, loads or looks anything up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from panelkit.claims.file.document import Rule, Text
from panelkit.claims.verdict import Finding, Headline, Judgement, Measured, Word
from panelkit.language.errors import SpecError

SIGNIFICANT = 0.05
MOST_OF_THE_GRID = 0.8
LAST_YEARS = 5
FIRM = 0.9
FRAGILE = 0.5
_RANKED: tuple[Word, ...] = ("SUPPORTED", "PARTLY", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE")
_CAPPED = Text(
    en="The design tests a part of the claim only, so that the verdict is no better than this.",
    zh="该设计只检验论断的一部分，结论至多如此。",
)


def judge(rule: Rule, tested: Finding) -> Judgement:
    """Return what the rule says of a tested design.

    Raises
    ------
    SpecError
        If no result of this kind can be read by the rule.
    """
    known = _MEASURED if tested.measured is not None else _RULES
    if rule.name not in known:
        raise SpecError(f"rule {rule.name} reads no result of such a design: there are {', '.join(known)}")
    judged = known[rule.name](rule, tested)
    if rule.at_most is None or _RANKED.index(judged.word) >= _RANKED.index(rule.at_most):
        return judged
    capped = _CAPPED
    sentence = Text(en=f"{judged.sentence.en} {capped.en}", zh=f"{judged.sentence.zh}{capped.zh}")
    return Judgement(word=rule.at_most, sentence=sentence, flags=judged.flags)


def magnitude(claimed: float, low: float, high: float) -> Word:
    """R-MAG: judge a stated number by the main interval.

    Holds the number and excludes zero: SUPPORTED. Excludes both, on the claimed side of zero: PARTLY.
    Excludes zero on the other side: CONTRADICTED. Else NOT SUPPORTED.
    """
    if low <= 0.0 <= high:
        return "NOT SUPPORTED"
    if low <= claimed <= high:
        return "SUPPORTED"
    same_side = (low > 0.0) == (claimed > 0.0)
    return "PARTLY" if same_side else "CONTRADICTED"


def uninformative(claimed: float, low: float, high: float) -> bool:
    """Return whether the interval holds both zero and the stated number."""
    return low <= 0.0 <= high and low <= claimed <= high


def sign(claimed: int, estimate: float, p_value: float, share_same_sign: float | None) -> Word:
    """R-SIGN: judge a direction by the main test and the grid (four fifths of it must agree)."""
    if not p_value < SIGNIFICANT:
        return "NOT SUPPORTED"
    if estimate * claimed < 0.0:
        return "CONTRADICTED"
    agreed = share_same_sign is not None and share_same_sign >= MOST_OF_THE_GRID
    return "SUPPORTED" if agreed else "PARTLY"


def description(by_year: Mapping[int, float], relation: str, bound: float) -> Word:
    """R-DESC: an inequality must hold in every one of the last five years; PARTLY if it holds in some."""
    last = sorted(by_year)[-LAST_YEARS:]
    held = [_RELATIONS[relation](by_year[year], bound) for year in last]
    if held and all(held):
        return "SUPPORTED"
    return "PARTLY" if any(held) else "NOT SUPPORTED"


def order(probability: float) -> Word:
    """R-RANK: judge a probability (of an exact order, of leading) or Kendall's W: .90 SUPPORTED, .50 PARTLY."""
    if probability >= FIRM:
        return "SUPPORTED"
    return "PARTLY" if probability >= FRAGILE else "NOT SUPPORTED"


def inequality(claimed: int, low: float, high: float, conditions: Iterable[bool] = ()) -> Word:
    """R-INEQ: judge a difference or a trend by its interval; further conditions make PARTLY of SUPPORTED."""
    if not (low > 0.0 or high < 0.0):
        return "NOT SUPPORTED"
    if (low > 0.0) != (claimed > 0):
        return "CONTRADICTED"
    return "SUPPORTED" if all(conditions) else "PARTLY"


_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def _magnitude(rule: Rule, tested: Finding) -> Judgement:
    claimed, head = float(rule.value or "nan"), _headline(tested)
    low, high = head.wild_low, head.wild_high
    word = magnitude(claimed, low, high)
    both = uninformative(claimed, low, high)
    found = _magnitude_finding(word, both, low <= claimed <= high)
    numbers = _interval_text(head)
    shape, shape_zh, shape_flags = _shape(head)
    return Judgement(
        word=word,
        sentence=Text(
            en=f"{numbers.en} {found.en.format(claimed=rule.value)}{shape}",
            zh=f"{numbers.zh}{found.zh.format(claimed=rule.value)}{shape_zh}",
        ),
        flags=(*(("uninformative",) if both else ()), *shape_flags),
    )


def _magnitude_finding(word: Word, both: bool, holds: bool) -> Text:
    if word == "SUPPORTED":
        return Text(
            en="holds the claimed {claimed} and excludes zero: compatible, which is not confirmed.",
            zh="包含所称的{claimed}且不含零：与之相容，但并非证实。",
        )
    if word == "PARTLY":
        return Text(
            en="lies on the claimed side of zero but excludes the claimed {claimed}: the direction fits, the "
            "size does not.",
            zh="与所称方向一致，但不含所称的{claimed}：方向相符，大小不符。",
        )
    if word == "CONTRADICTED":
        return Text(
            en="lies wholly on the other side of zero from the claimed {claimed}.",
            zh="整体位于零的另一侧，与所称的{claimed}方向相反。",
        )
    if both:
        return Text(
            en="holds both zero and the claimed {claimed}: these figures cannot tell them apart.",
            zh="同时包含零与所称的{claimed}：这些数据无法加以区分。",
        )
    return Text(
        en="holds zero and excludes the claimed {claimed}.",
        zh="包含零而不含所称的{claimed}。",
    )


def _sign(rule: Rule, tested: Finding) -> Judgement:
    claimed, head = (1 if rule.sign == "+" else -1), _headline(tested)
    share = tested.grid.share_same_sign if tested.grid else None
    word = sign(claimed, head.estimate, head.wild_p, share)
    agreed = "" if share is None else f" {share:.0%} of the grid has the claimed sign."
    agreed_zh = "" if share is None else f"设定网格中{share:.0%}与所称符号一致。"
    found, found_zh = {
        "SUPPORTED": ("significant, with the claimed sign.", "显著且符号与所称一致。"),
        "PARTLY": (
            "significant, with the claimed sign, but the grid is divided.",
            "显著且符号一致，但设定网格结论不一。",
        ),
        "CONTRADICTED": ("significant, with the other sign.", "显著而符号相反。"),
    }.get(word, ("not distinguishable from zero.", "与零无显著差异。"))
    low, high = f"{head.wild_low:.3g}", f"{head.wild_high:.3g}"
    level = f"{100.0 * head.level:.4g}"
    shape, shape_zh, flags = _shape(head)
    carried, carried_zh = "", ""
    if rule.least_share is not None:
        part, said = _carried(float(rule.least_share), tested, head.term)
        word = "PARTLY" if word == "SUPPORTED" and not part else word
        carried, carried_zh = f" {said.en}", said.zh
    return Judgement(
        word=word,
        sentence=Text(
            en=f"Estimate {head.estimate:.3g}, {level} % interval {low} to {high}: "
            f"{found}{agreed}{carried}{shape}",
            zh=f"估计值{head.estimate:.3g}，{level}%置信区间{low}至{high}："
            f"{found_zh}{agreed_zh}{carried_zh}{shape_zh}",
        ),
        flags=flags,
    )


def _carried(least: float, tested: Finding, term: str) -> tuple[bool, Text]:
    """Return whether the treatment carries the least share of what the regressors explain, and the sentence."""
    if tested.shares is None:
        raise SpecError("the rule has a least_share, and the design yields no Shapley shares")
    total = sum(tested.shares.values())
    share = tested.shares[term] / total if total > 0.0 else 0.0
    enough = share >= least
    relation, relation_zh = ("at least", "不低于") if enough else ("below", "低于")
    return enough, Text(
        en=f"It carries {share:.1%} of the variance within provinces that the regressors explain (Shapley), "
        f"{relation} the {least:.0%} asked for.",
        zh=f"在各解释变量解释的省内变异中，其 Shapley 份额为{share:.1%}，{relation_zh}所要求的{least:.0%}。",
    )


def _interval_text(head: Headline) -> Text:
    low, high = f"{head.wild_low:.3g}", f"{head.wild_high:.3g}"
    level = f"{100.0 * head.level:.4g}"
    return Text(
        en=f"Estimate {head.estimate:.3g}; its {level} % interval, {low} to {high},",
        zh=f"估计值{head.estimate:.3g}，{level}%置信区间{low}至{high}，",
    )


def _shape(head: Headline) -> tuple[str, str, tuple[str, ...]]:
    """Return what must be said of a set of values not rejected that is no bounded interval, and its flags."""
    en, zh, flags = "", "", []
    if len(head.wild_set) > 1:
        pieces = ", ".join(f"{low:.3g} to {high:.3g}" for low, high in head.wild_set)
        pieces_zh = "、".join(f"{low:.3g}至{high:.3g}" for low, high in head.wild_set)
        en += f" The values that the main test does not reject are no single interval: {pieces}."
        zh += f"主检验未拒绝的取值并非单一区间：{pieces_zh}。"
        flags.append("disconnected_interval")
    if math.isinf(head.wild_low) or math.isinf(head.wild_high):
        en += " The interval is unbounded: so few provinces carry the estimate that the test cannot close it."
        zh += "区间无界：支撑估计的省份过少，检验无法给出界限。"
        flags.append("unbounded_interval")
    return en, zh, tuple(flags)


def _rank(rule: Rule, tested: Finding) -> Judgement:
    found = _measured(tested)
    word = order(found.value)
    said = {
        "SUPPORTED": Text(en="Nine tenths or more.", zh="不低于九成。"),
        "PARTLY": Text(en="Fragile: more than half, less than nine tenths.", zh="脆弱：过半而不足九成。"),
    }.get(word, Text(en="Less than half.", zh="不足一半。"))
    return _with(found, word, said)


def _inequality(rule: Rule, tested: Finding) -> Judgement:
    found = _measured(tested)
    word = inequality(
        1 if rule.sign == "+" else -1, found.low, found.high, [held for _, held in found.conditions]
    )
    failed = [text for text, held in found.conditions if not held]
    said = {
        "SUPPORTED": Text(
            en="The interval excludes zero on the claimed side.", zh="区间不含零，方向与所称一致。"
        ),
        "CONTRADICTED": Text(en="The interval lies on the other side of zero.", zh="区间位于零的另一侧。"),
        "PARTLY": Text(
            en="The interval excludes zero on the claimed side, but not: "
            + "; ".join(t.en for t in failed)
            + ".",
            zh="区间不含零且方向一致，但不满足：" + "；".join(t.zh for t in failed) + "。",
        ),
    }.get(word, Text(en="The interval holds zero.", zh="区间包含零。"))
    return _with(found, word, said)


def _description(rule: Rule, tested: Finding) -> Judgement:
    found = _measured(tested)
    relation, bound = rule.relation or ">", float(rule.value or "nan")
    word = description(found.by_year, relation, bound)
    last = sorted(found.by_year)[-LAST_YEARS:]
    held = [year for year in last if _RELATIONS[relation](found.by_year[year], bound)]
    values, values_zh = (
        ", ".join(f"{year}: {found.by_year[year]:.3g}".replace("nan", absent) for year in last)
        for absent in ("not computed", "未能计算")
    )
    said = Text(
        en=f"{relation} {rule.value} holds in {len(held)} of the last {len(last)} years ({values}).",
        zh=f"近{len(last)}年中有{len(held)}年满足 {relation} {rule.value}（{values_zh}）。",
    )
    return _with(found, word, said)


def _with(found: Measured, word: Word, said: Text) -> Judgement:
    sentence = Text(en=f"{found.sentence.en} {said.en}", zh=f"{found.sentence.zh}{said.zh}")
    return Judgement(word=word, sentence=sentence, flags=found.flags)


def _headline(tested: Finding) -> Headline:
    if tested.headline is None:
        raise SpecError("the rule reads an estimate with its interval, which the design does not yield")
    return tested.headline


def _measured(tested: Finding) -> Measured:
    if tested.measured is None:
        raise SpecError("the rule reads a measured quantity, which the design does not yield")
    return tested.measured


_RULES: dict[str, Callable[[Rule, Finding], Judgement]] = {"R-MAG": _magnitude, "R-SIGN": _sign}
_MEASURED: dict[str, Callable[[Rule, Finding], Judgement]] = {
    "R-RANK": _rank,
    "R-INEQ": _inequality,
    "R-SIGN": _inequality,
    "R-SPILL": _inequality,
    "R-MED": _inequality,
    "R-DESC": _description,
}
