"""R-SIGN: a direction is judged by the main test and the grid; of a measured quantity, by its interval.

The level of the test and the share of the grid are those of `thresholds`.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from panelkit.claims.file.parts import Printed
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, Word, paragraph
from panelkit.claims.rules.interval import by_interval
from panelkit.claims.rules.reading import headline_of, percent_of, shape
from panelkit.claims.rules.thresholds import MOST_OF_THE_GRID, SIGNIFICANT
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered


@offered("rule", "R-SIGN", can=("headline", "measured"))
class SignRule(Rule):
    """The claimed direction is `sign`.

    `least_share` (of a panel design) is the share of the explained within variance that the treatment must carry, by
    Shapley over all regressors.
    """

    NEEDS: ClassVar[tuple[str, ...]] = ("sign",)

    least_share: Printed | None = None

    @model_validator(mode="after")
    def _least_share_is_a_share(self) -> Self:
        if self.least_share is not None and not 0.0 < float(self.least_share) < 1.0:
            raise ValueError(
                message('least_share goes with R-SIGN and lies between 0 and 1: write "0.05" for 5 %')
            )
        return self

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the main test and the grid, or for the interval of a measured quantity."""
        if tested.measured is not None:
            return by_interval(self.direction, tested)
        head = headline_of(tested)
        share = tested.grid.share_same_sign if tested.grid else None
        word = sign(self.direction, head.estimate, head.wild_p, share)
        sentence = message(
            "Estimate {estimate:.3g}, {level} % interval {low:.3g} to {high:.3g}: {finding}",
            estimate=head.estimate,
            level=percent_of(head.level),
            low=head.wild_low,
            high=head.wild_high,
            finding=_finding(word),
        )
        agreed = (
            None if share is None else message("{share:.0%} of the grid has the claimed sign.", share=share)
        )
        said, flags = shape(head)
        carried = None
        if self.least_share is not None:
            enough, carried = _carried(float(self.least_share), tested, head.term)
            word = "PARTLY" if word == "SUPPORTED" and not enough else word
        return Judgement(word=word, sentence=paragraph([sentence, agreed, carried, *said]), flags=flags)


def sign(direction: float, estimate: float, p_value: float, share_same_sign: float | None) -> Word:
    """Judge a direction by the main test and the grid (four fifths of it must agree).

    Parameters
    ----------
    direction
        The claimed sign, 1 or -1.
    estimate
        The main estimate.
    p_value
        p of the main test; NaN is not significant.
    share_same_sign
        The share of the grid with the claimed sign; None where there is no grid.

    Returns
    -------
    Word
    """
    if not p_value < SIGNIFICANT:
        return "NOT SUPPORTED"
    if estimate * direction < 0.0:
        return "CONTRADICTED"
    agreed = share_same_sign is not None and share_same_sign >= MOST_OF_THE_GRID
    return "SUPPORTED" if agreed else "PARTLY"


def _finding(word: Word) -> Message:
    if word == "SUPPORTED":
        return message("significant, with the claimed sign.")
    if word == "PARTLY":
        return message("significant, with the claimed sign, but the grid is divided.")
    if word == "CONTRADICTED":
        return message("significant, with the other sign.")
    return message("not distinguishable from zero.")


def _carried(least: float, tested: Finding, term: str) -> tuple[bool, Message]:
    """Return whether the treatment carries the least share of what the regressors explain, and the sentence."""
    if tested.shares is None:
        raise SpecError(message("the rule has a least_share, and the design yields no Shapley shares"))
    total = sum(tested.shares.values())
    share = tested.shares[term] / total if total > 0.0 else 0.0
    if share >= least:
        return True, message(
            "It carries {share:.1%} of the variance within {units} that the regressors explain (Shapley), at least "
            "the {least:.0%} asked for.",
            share=share,
            least=least,
        )
    return False, message(
        "It carries {share:.1%} of the variance within {units} that the regressors explain (Shapley), below the "
        "{least:.0%} asked for.",
        share=share,
        least=least,
    )
