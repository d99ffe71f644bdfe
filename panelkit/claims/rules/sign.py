"""R-SIGN: a direction is judged by the main test and its conditions; of a measured quantity, by its interval.

The thresholds of the conditions are those of `studies/scrutiny`, which simulations use too.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from panelkit.claims.file.parts import Printed
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Judgement
from panelkit.claims.rules.headline import FIFTH, by_headline
from panelkit.claims.rules.interval import by_interval
from panelkit.claims.rules.reading import headline_of
from panelkit.claims.rules.regression import conditions_of, sizes_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered


@offered("rule", "R-SIGN", can=("headline", "measured"))
class SignRule(Rule):
    """The claimed direction is `sign`.

    `least_share` (of a panel design) is the share of the explained within variance that the treatment must carry, by
    Shapley over all regressors.
    """

    BY_SIDE: ClassVar[bool] = True
    NEEDS: ClassVar[tuple[str, ...]] = ("sign",)
    BOUNDS: ClassVar[tuple[str, ...]] = ("smallest", "least_share")

    least_share: Printed | None = None

    @model_validator(mode="after")
    def _least_share_is_a_share(self) -> Self:
        if self.least_share is not None and not 0.0 < float(self.least_share) < 1.0:
            raise ValueError(
                message('least_share goes with R-SIGN and lies between 0 and 1: write "0.05" for 5 %')
            )
        return self

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the main test and its conditions, or for the interval of a measured quantity."""
        if tested.measured is not None:
            return by_interval(self, tested)
        head = headline_of(tested)
        carried = () if self.least_share is None else (_carried(float(self.least_share), tested, head.term),)
        conditions = (*conditions_of(head, tested, self.direction), *carried)
        smallest, why = self.smallest_effect(FIFTH)
        return by_headline(self.direction, tested, conditions, sizes_of(head, tested, smallest, why))


def _carried(least: float, tested: Finding, term: str) -> Condition:
    """Return whether the treatment carries the least share of what the regressors explain."""
    if tested.shares is None:
        raise SpecError(message("the rule has a least_share, and the design yields no Shapley shares"))
    total = sum(tested.shares.values())
    share = tested.shares[term] / total if total > 0.0 else 0.0
    return Condition(
        key="least_share",
        asks=message("its Shapley share of what the regressors explain is {least:.0%} or more", least=least),
        outcome="passes" if share >= least else "fails",
        found=message("{share:.1%}", share=share),
        numbers={"share": share, "least": least},
    )
