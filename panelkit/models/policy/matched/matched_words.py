"""What PSM-DID states: who was matched, and the traps of the design, each named when it is stepped into."""

from __future__ import annotations

from typing import Any

from panelkit.formula.formula import parse_formula
from panelkit.formula.grammar import parse_terms
from panelkit.formula.tree import columns_of
from panelkit.kernels.index import SHOWN, listed
from panelkit.language.message import Message, message
from panelkit.models.policy.matched.matched_pool import Asked
from panelkit.models.policy.matched.matched_sample import MatchedSample

# One control that stands for more than this share of the matched treated is said.
_HEAVY = 0.25


def matched_facts(spec: Asked, sample: MatchedSample) -> dict[str, Any]:
    """Return the counts of a table."""
    return {
        "n_treated": sample.n_treated,
        "n_controls": sample.n_controls,
        "n_off_support": len(sample.off_support),
        "n_unmatched": len(sample.unmatched),
        "matching": spec.matching.method,
        "matched_by": spec.by,
    }


def matched_notes(spec: Asked, sample: MatchedSample) -> tuple[Message, ...]:
    """Return what stands under the table."""
    return (
        _who(sample),
        *_left(sample),
        *_heavy(sample),
        *_outcome_trap(spec),
        *_yearly_trap(spec, sample),
        message(
            "errors take the matches as given, as psmatch2 with a regression does: after matching with replacement no "
            "bootstrap mends that (Abadie and Imbens 2008); without, cluster by matched set (Abadie and Spiess 2022)"
        ),
        *sample.balance.notes[1:],
    )


def _who(sample: MatchedSample) -> Message:
    return message(
        "{treated} of {of_treated} treated {units} are matched with {controls} of {of_controls} others",
        treated=sample.n_treated,
        of_treated=sample.of_treated,
        controls=sample.n_controls,
        of_controls=sample.of_controls,
    )


def _left(sample: MatchedSample) -> tuple[Message, ...]:
    """Name who left, and why."""
    found = []
    if sample.off_support:
        found.append(
            message(
                "off the common support, left out: {names}: the effect is that on the matched treated alone",
                names=listed(sample.off_support[:SHOWN], len(sample.off_support)),
            )
        )
    if sample.unmatched:
        found.append(
            message(
                "no control near enough, left out: {names}",
                names=listed(sample.unmatched[:SHOWN], len(sample.unmatched)),
            )
        )
    if sample.pool.lacking:
        found.append(
            message(
                "no complete covariates to match on, left out: {names}",
                names=listed(sample.pool.lacking[:SHOWN], len(sample.pool.lacking)),
            )
        )
    if sample.pool.always:
        found.append(
            message(
                "treated from the first {period} on, left out: {names}",
                names=listed(sample.pool.always[:SHOWN], len(sample.pool.always)),
            )
        )
    return tuple(found)


def _heavy(sample: MatchedSample) -> tuple[Message, ...]:
    if sample.n_treated < 3 or sample.largest <= _HEAVY:
        return ()
    return (
        message(
            "one control stands for {share:.0%} of the matched treated: the estimate hangs on it; leave it out and "
            "look again",
            share=sample.largest,
        ),
    )


def _outcome_trap(spec: Asked) -> tuple[Message, ...]:
    """Say that matching reads the outcome, by any of its columns."""
    outcome = set(columns_of(parse_formula(spec.formula).left.node))
    read = {name for term in parse_terms(spec.match_on) for f in term.factors for name in columns_of(f.node)}
    if not outcome & read:
        return ()
    return (
        message(
            "matched on the outcome before the policy (`{names}`): controls chosen for an outcome that happened to lie "
            "near that of the treated fall back to their own mean afterwards, which the estimate takes for an effect "
            "(Daw and Hatfield 2018). Match on what does not change, or leave matching out: the {unit} effects remove "
            "levels",
            names=sorted(outcome & read),
        ),
    )


def _yearly_trap(spec: Asked, sample: MatchedSample) -> tuple[Message, ...]:
    """Say what matching anew in every period does."""
    if spec.by != "year":
        return ()
    return (
        message(
            "matched anew in every {period}: the weights of {changing} {units} change between {periods}, and "
            "{absent} are absent in some, so that the {unit} effects compare different sets of {units} before and "
            "after; and after adoption the covariates may be what the policy moved. by='cross-section' matches once, "
            "on what was before",
            changing=sample.changing,
            absent=sample.absent,
        ),
    )
