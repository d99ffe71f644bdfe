"""From a result to a word, by the rule that its design or reading names."""

from __future__ import annotations

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import ORDER, Finding, Judgement, paragraph
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.register import entries


def judge(rule: Rule, tested: Finding) -> Judgement:
    """Return what the rule says of a tested design.

    Raises
    ------
    SpecError
        If no result of this kind can be read by the rule.
    """
    kind = "measured" if tested.measured is not None else "headline"
    readers = [entry.key for entry in entries("rule") if kind in entry.can]
    if rule.name not in readers:
        raise SpecError(
            message(
                "rule {rule} reads no result of such a design: there are {readers}",
                rule=rule.name,
                readers=readers,
            )
        )
    judged = rule.judge(tested)
    if rule.at_most is None or ORDER.index(judged.word) >= ORDER.index(rule.at_most):
        return judged
    capped = message("The design tests a part of the claim only, so that the verdict is no better than this.")
    return Judgement(word=rule.at_most, sentence=paragraph([judged.sentence, capped]), flags=judged.flags)
