"""Verdict rules: results in, a word and a sentence out. No rule fits, loads or looks anything up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from panelkit.claims.schema import Rule, Text
from panelkit.claims.verdict import Finding, Headline, Judgement, Word
from panelkit.core.errors import SpecError

SIGNIFICANT = 0.05
MOST_OF_THE_GRID = 0.8
LAST_YEARS = 5


def judge(rule: Rule, tested: Finding) -> Judgement:
    """Return what the rule says of a tested design.

    Raises
    ------
    SpecError
        If no result of this kind can be read by the rule.
    """
    if rule.name not in _RULES:
        raise SpecError(f"rule {rule.name} reads no result of a panel design: there are {', '.join(_RULES)}")
    return _RULES[rule.name](rule, tested)


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


_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def _magnitude(rule: Rule, tested: Finding) -> Judgement:
    claimed, head = float(rule.value or "nan"), tested.headline
    low, high = head.wild_low, head.wild_high
    word = magnitude(claimed, low, high)
    both = uninformative(claimed, low, high)
    found = _magnitude_finding(word, both, low <= claimed <= high)
    numbers = _interval_text(head)
    return Judgement(
        word=word,
        sentence=Text(
            en=f"{numbers.en} {found.en.format(claimed=rule.value)}",
            zh=f"{numbers.zh}{found.zh.format(claimed=rule.value)}",
        ),
        flags=("uninformative",) if both else (),
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
    claimed, head = (1 if rule.sign == "+" else -1), tested.headline
    share = tested.grid.share_same_sign if tested.grid else None
    word = sign(claimed, head.estimate, head.wild_p, share)
    numbers = _interval_text(head)
    agreed = "" if share is None else f" {share:.0%} of the grid has the claimed sign."
    agreed_zh = "" if share is None else f"设定网格中{share:.0%}与所称符号一致。"
    found, found_zh = {
        "SUPPORTED": (
            "is significant with the claimed sign, in the grid too.",
            "显著且符号与所称一致，设定网格亦然。",
        ),
        "PARTLY": (
            "is significant with the claimed sign, but the grid is divided.",
            "显著且符号一致，但设定网格结论不一。",
        ),
        "CONTRADICTED": ("is significant with the other sign.", "显著而符号相反。"),
    }.get(word, ("is not distinguishable from zero.", "与零无显著差异。"))
    return Judgement(
        word=word,
        sentence=Text(en=f"{numbers.en} {found}{agreed}", zh=f"{numbers.zh}{found_zh}{agreed_zh}"),
    )


def _interval_text(head: Headline) -> Text:
    low, high = f"{head.wild_low:.3g}", f"{head.wild_high:.3g}"
    return Text(
        en=f"Estimate {head.estimate:.3g}; its 95 % interval, {low} to {high},",
        zh=f"估计值{head.estimate:.3g}，95%置信区间{low}至{high}，",
    )


_RULES: dict[str, Callable[[Rule, Finding], Judgement]] = {"R-MAG": _magnitude, "R-SIGN": _sign}
